//! The page's GPU: opening it, moving numbers to it and back, and its errors.
//!
//! **What.** Work is queued without waiting, until a [read](Queue::read): that submits everything queued to the browser
//! at once and waits for it.
//! **Choices.** (1) A browser reports a kernel that does not compile, too little memory or a lost device long after the
//! call, as an event, while reads keep returning meaningless numbers. So the first such report is kept, and every later
//! read fails with the browser's message. A read may fail before that event arrives, with a message that does not name
//! the cause ("could not be mapped"); then it waits for the event. (2) The device is opened once and stays open: cubecl
//! has one per page. (3) cubecl cannot work without timestamp queries and would abort, so an adapter without them is
//! refused by name before anything is computed.

use crate::error::{Error, Result};
use burn_wgpu::graphics::WebGpu;
use burn_wgpu::{RuntimeOptions, WgpuDevice, WgpuSetup, wgpu};
use cubecl::prelude::BufferArg;
use cubecl::server::Handle;
use std::sync::{Arc, Mutex, OnceLock};
use std::task::{Poll, Waker};

/// Dispatches that cubecl collects before it hands them to the browser by itself.
const TASKS_MAX: usize = 64;
/// Bytes of an f32 or a u32.
const WORD: usize = 4;

/// The open device and its queue; a clone is the same one.
#[derive(Clone)]
pub struct Queue {
    client: cubecl::client::Client,
    /// The browser's own queue, below cubecl's.
    submitted: wgpu::Queue,
    name: String,
    is_software: bool,
    /// The first thing that went wrong, in the browser's words.
    failure: Arc<OnceLock<String>>,
}

impl std::fmt::Debug for Queue {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Queue").field("name", &self.name).field("failure", &self.failure).finish()
    }
}

/// Numbers on the device, f32 or u32; a clone is the same memory.
#[derive(Debug, Clone)]
pub struct Buffer {
    handle: Handle,
    len: usize,
}

impl Buffer {
    /// How many numbers it has.
    pub fn len(&self) -> usize {
        self.len
    }

    /// Whether it has none.
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// As a kernel's slice of single numbers.
    pub fn scalars(&self) -> BufferArg {
        // SAFETY: a buffer is made with room for `len` numbers, and no kernel writes beyond it.
        unsafe { BufferArg::from_raw_parts(self.handle.clone(), self.len) }
    }

    /// As a kernel's slice of four numbers each. The length has to be a multiple of four.
    pub fn fours(&self) -> BufferArg {
        debug_assert!(self.len.is_multiple_of(4), "{} numbers", self.len);
        // SAFETY: as above.
        unsafe { BufferArg::from_raw_parts(self.handle.clone(), self.len / 4) }
    }
}

thread_local! {
    static OPENED: std::cell::RefCell<Option<Queue>> = const { std::cell::RefCell::new(None) };
}

impl Queue {
    /// Opens the page's WebGPU, or gives the one that is open.
    ///
    /// # Errors
    /// [`Error::Device`] in the device's own words if there is none, if it cannot be used, or if it failed before.
    pub async fn open() -> Result<Self> {
        let refused = |reason: String| Error::Device { doing: "opening WebGPU".into(), reason };
        if let Some(queue) = OPENED.with_borrow(Clone::clone) {
            return match queue.failure.get() {
                None => Ok(queue),
                Some(failure) => Err(refused(format!("{failure} (reload the page to reopen it)"))),
            };
        }
        let options =
            RuntimeOptions::with_tasks_max(Some(TASKS_MAX)).map_err(|error| refused(error.to_string()))?;
        let device = WgpuDevice::default();
        let setup = burn_wgpu::try_init_setup_async::<WebGpu>(&device, options)
            .await
            .map_err(|error| refused(error.to_string()))?;
        if !setup.adapter.features().contains(wgpu::Features::TIMESTAMP_QUERY) {
            return Err(refused("this browser's WebGPU has no timestamp queries, which are needed".into()));
        }
        let failure = watch(&setup.device);
        let client = cubecl::Device::Wgpu(device).client();
        let name = name_of(&setup);
        // A browser's fallback adapter is a program.
        let is_software = setup.adapter.get_info().device_type == wgpu::DeviceType::Cpu;
        let queue = Self { client, submitted: setup.queue.clone(), name, is_software, failure };
        OPENED.set(Some(queue.clone()));
        Ok(queue)
    }

    /// What the graphics processor calls itself.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Whether a processor plays graphics processor: then few long invocations are better than many short ones.
    pub fn is_software(&self) -> bool {
        self.is_software
    }

    /// The same device with its work cut as for the other sort, so that both ways can be tested on any of them.
    pub fn cut_for(&self, is_software: bool) -> Self {
        Self { is_software, ..self.clone() }
    }

    /// Invocations of a workgroup.
    pub fn group(&self) -> usize {
        if self.is_software { 8 } else { 64 }
    }

    /// Rows that one invocation takes, of so many.
    pub fn tile_rows(&self, rows: usize) -> usize {
        if self.is_software || rows >= 4096 { 4 } else { 1 }
    }

    /// Where kernels are launched.
    pub fn client(&self) -> &cubecl::client::Client {
        &self.client
    }

    /// A buffer with these numbers. An upload hands over what was queued before it: upload much, seldom.
    pub fn floats(&self, numbers: &[f32]) -> Buffer {
        self.words(&numbers.iter().map(|number| number.to_bits()).collect::<Vec<u32>>())
    }

    /// A buffer with these whole numbers.
    pub fn words(&self, numbers: &[u32]) -> Buffer {
        let mut bytes: Vec<u8> = numbers.iter().flat_map(|number| number.to_le_bytes()).collect();
        bytes.resize(bytes.len().max(WORD), 0); // no buffer is empty
        Buffer { handle: self.client.create_from_slice(&bytes), len: numbers.len() }
    }

    /// A buffer for this many numbers, which may hold anything until something is written there.
    pub fn uninitialised(&self, len: usize) -> Buffer {
        Buffer { handle: self.client.empty(len.max(1) * WORD), len }
    }

    /// A buffer of this many zeros.
    pub fn zeros(&self, len: usize) -> Buffer {
        self.words(&vec![0; len])
    }

    /// Brings these buffers of f32 back, all of them by one submission; waits for everything queued so far.
    ///
    /// # Errors
    /// [`Error::Device`] in the browser's words if anything has failed since the device was opened; `doing` says what
    /// was being read.
    pub async fn read(&self, buffers: &[&Buffer], doing: &str) -> Result<Vec<Vec<f32>>> {
        let handles = buffers.iter().map(|buffer| buffer.handle.clone()).collect();
        let read = self.client.read_async(handles).await;
        let all = self.told(read, doing).await?;
        let floats = |bytes: &[u8], len: usize| -> Vec<f32> {
            let (words, _) = bytes.as_chunks::<WORD>();
            words.iter().take(len).map(|word| f32::from_le_bytes(*word)).collect()
        };
        Ok(all.iter().zip(buffers).map(|(bytes, buffer)| floats(bytes, buffer.len)).collect())
    }

    /// Waits for everything queued so far and reads nothing: what keeps the queue from growing without bound.
    ///
    /// # Errors
    /// As [`Queue::read`].
    pub async fn settle(&self, doing: &str) -> Result<()> {
        let waited = self.client.sync().await;
        self.told(waited, doing).await
    }

    /// A result of cubecl, or why it is none: what the browser reports comes first.
    async fn told<T, E: std::fmt::Display>(
        &self,
        result: std::result::Result<T, E>,
        doing: &str,
    ) -> Result<T> {
        if result.is_err() {
            self.hear().await;
        }
        self.check(doing)?;
        result.map_err(|error| Error::Device { doing: doing.into(), reason: first_line(&error.to_string()) })
    }

    /// Waits until the browser has reported on all that was submitted. Reports come in the order of what they are
    /// about: whatever made a call fail has been heard of by then.
    async fn hear(&self) {
        let state = Arc::new(Mutex::new((false, None::<Waker>)));
        let inside = state.clone();
        self.submitted.on_submitted_work_done(move || {
            let waker = inside.lock().ok().and_then(|mut state| {
                state.0 = true;
                state.1.take()
            });
            if let Some(waker) = waker {
                waker.wake();
            }
        });
        std::future::poll_fn(|context| match state.lock() {
            Ok(mut state) if !state.0 => {
                state.1 = Some(context.waker().clone());
                Poll::Pending
            }
            _ => Poll::Ready(()),
        })
        .await;
    }

    fn check(&self, doing: &str) -> Result<()> {
        match self.failure.get() {
            None => Ok(()),
            Some(reason) => Err(Error::Device { doing: doing.into(), reason: reason.clone() }),
        }
    }
}

/// Keeps the first failure that the browser reports. cubecl's own handler would end the program instead.
fn watch(device: &wgpu::Device) -> Arc<OnceLock<String>> {
    let failure = Arc::new(OnceLock::new());
    let (lost, uncaptured) = (failure.clone(), failure.clone());
    device.set_device_lost_callback(move |kind, message| {
        let _ =
            lost.set(format!("the browser lost the graphics processor ({kind:?}: {})", first_line(&message)));
    });
    device.on_uncaptured_error(Arc::new(move |error: wgpu::Error| {
        let kind = match &error {
            wgpu::Error::OutOfMemory { .. } => "out of memory",
            wgpu::Error::Validation { .. } => "refused by the browser",
            wgpu::Error::Internal { .. } => "a fault inside the browser",
        };
        let _ = uncaptured.set(format!("{kind}: {}", first_line(&error.to_string())));
    }));
    failure
}

/// The start of a message that may run over many lines and end in a full stop.
fn first_line(message: &str) -> String {
    let words: Vec<&str> = message.split_whitespace().take(60).collect();
    words.join(" ").trim_end_matches('.').into()
}

/// What the browser tells of the graphics processor; browsers may hide it.
fn name_of(setup: &WgpuSetup) -> String {
    let info = setup.adapter.get_info();
    let words: Vec<&str> =
        [info.name.as_str(), info.driver.as_str()].into_iter().filter(|word| !word.is_empty()).collect();
    if words.is_empty() { "WebGPU".into() } else { format!("WebGPU ({})", words.join(", ")) }
}
