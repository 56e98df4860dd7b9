//! Where learning computes: on the CPU by hand-written kernels, or with tensors on WebGPU (burn-wgpu) or, to compare
//! with, on the CPU (burn's Flex); chosen while the program runs.
//!
//! There is no fallback in here: [`open`] either gives the device that was asked for or says why it cannot.
//! Whoever asked decides what to do then, and tells the person in front of the screen.

use crate::error::{Error, Result};
use burn::tensor::{Tensor, TensorData};

/// A kind of device.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DeviceKind {
    /// The processor, by [`crate::kernels`].
    Cpu,
    /// The processor by tensors: what the kernels are compared with.
    CpuPlain,
    /// The graphics processor, through the browser's WebGPU.
    WebGpu,
}

impl DeviceKind {
    /// The kind of this name, `cpu`, `cpu-plain` or `webgpu`.
    ///
    /// # Errors
    /// [`Error::Config`] with field `device` for any other name.
    pub fn from_name(name: &str) -> Result<Self> {
        match name {
            "cpu" => Ok(Self::Cpu),
            "cpu-plain" => Ok(Self::CpuPlain),
            "webgpu" => Ok(Self::WebGpu),
            _ => Err(Error::Config {
                field: "device".into(),
                value: name.into(),
                allowed: "the devices are cpu, cpu-plain, webgpu".into(),
            }),
        }
    }

    /// The name that [`DeviceKind::from_name`] reads.
    pub fn name(self) -> &'static str {
        match self {
            Self::Cpu => "cpu",
            Self::CpuPlain => "cpu-plain",
            Self::WebGpu => "webgpu",
        }
    }
}

/// An open device.
#[derive(Debug, Clone)]
pub struct Device {
    kind: DeviceKind,
    description: String,
    tensors: burn::tensor::Device,
}

/// Opens a device of this kind.
///
/// # Errors
/// [`Error::Device`] in the device's own words if there is none; nothing else is opened instead.
pub async fn open(kind: DeviceKind) -> Result<Device> {
    match kind {
        DeviceKind::Cpu => Ok(Device::cpu()),
        DeviceKind::CpuPlain => Ok(Device::cpu_plain()),
        DeviceKind::WebGpu => open_webgpu().await,
    }
}

#[cfg(not(all(target_family = "wasm", feature = "webgpu")))]
async fn open_webgpu() -> Result<Device> {
    Err(Error::Device { doing: "opening WebGPU".into(), reason: "this build has no WebGPU in it".into() })
}

/// The WebGPU device of this page; burn can set it up only once, so it is kept for later runs.
#[cfg(all(target_family = "wasm", feature = "webgpu"))]
async fn open_webgpu() -> Result<Device> {
    thread_local! {
        static OPENED: std::cell::RefCell<Option<Device>> = const { std::cell::RefCell::new(None) };
    }
    if let Some(device) = OPENED.with_borrow(Clone::clone) {
        return Ok(device);
    }
    let options = burn::tensor::Device::wgpu_options().graphics_api(burn_wgpu::WgpuBackend::WebGpu);
    let (tensors, setup) = options
        .init_with_setup_async()
        .await
        .map_err(|error| Error::Device { doing: "opening WebGPU".into(), reason: error.to_string() })?;
    let device = Device { kind: DeviceKind::WebGpu, description: adapter_name(&setup), tensors };
    OPENED.set(Some(device.clone()));
    Ok(device)
}

/// What the browser tells of the graphics processor; browsers may hide it.
#[cfg(all(target_family = "wasm", feature = "webgpu"))]
fn adapter_name(setup: &burn_wgpu::WgpuSetup) -> String {
    let info = setup.adapter.get_info();
    let words: Vec<&str> =
        [info.name.as_str(), info.driver.as_str()].into_iter().filter(|word| !word.is_empty()).collect();
    if words.is_empty() { "WebGPU".into() } else { format!("WebGPU ({})", words.join(", ")) }
}

impl Device {
    /// The processor; always there. Whoever asks it for tensors all the same gets burn's Flex.
    pub fn cpu() -> Self {
        Self { kind: DeviceKind::Cpu, description: "CPU".into(), tensors: burn::tensor::Device::flex() }
    }

    /// The processor by tensors; always there.
    pub fn cpu_plain() -> Self {
        Self { kind: DeviceKind::CpuPlain, description: "CPU by tensors".into(), ..Self::cpu() }
    }

    /// Whether learning computes by [`crate::kernels`] here.
    pub fn has_kernels(&self) -> bool {
        self.kind == DeviceKind::Cpu
    }

    /// Which kind it is.
    pub fn kind(&self) -> DeviceKind {
        self.kind
    }

    /// What it calls itself.
    pub fn name(&self) -> &str {
        &self.description
    }

    /// Uploads numbers in row-major order.
    pub fn floats<const D: usize>(&self, values: Vec<f32>, shape: [usize; D]) -> Tensor<D> {
        Tensor::from_data(TensorData::new(values, shape), &self.tensors)
    }

    /// Zeros of this shape.
    pub fn zeros<const D: usize>(&self, shape: [usize; D]) -> Tensor<D> {
        Tensor::zeros(shape, &self.tensors)
    }
}

/// Brings numbers back to the host. On WebGPU this waits for everything queued before it, so it is also
/// what keeps the queue from growing without bound.
///
/// # Errors
/// [`Error::Device`] if the device was lost or ran out of memory; `doing` says what was being read.
pub async fn read<const D: usize>(tensor: Tensor<D>, doing: &str) -> Result<Vec<f32>> {
    let failed = |reason: String| Error::Device { doing: doing.into(), reason };
    let data = tensor.into_data_async().await.map_err(|error| failed(format!("{error:?}")))?;
    data.try_into_vec::<f32>().map_err(|error| failed(format!("{error:?}")))
}

/// Numbers that learning left where it computes. On WebGPU nobody has waited for them yet.
#[allow(clippy::large_enum_variant)] // a tensor is a handle; a phase has some hundred of these at most
#[derive(Debug, Clone)]
pub enum Numbers {
    /// On the host.
    Host(Vec<f32>),
    /// In a tensor.
    Device(Tensor<1>),
}

/// Brings the mean of equally many numbers each back to the host, place by place; nothing for none.
///
/// # Errors
/// [`Error::Device`] as from [`read`].
pub async fn read_mean(all: Vec<Numbers>, doing: &str) -> Result<Vec<f32>> {
    let count = all.len() as f32;
    let (mut sums, mut tensors) = (Vec::new(), Vec::new());
    for numbers in all {
        match numbers {
            Numbers::Device(tensor) => tensors.push(tensor),
            Numbers::Host(numbers) => {
                sums.resize(numbers.len(), 0.0);
                sums.iter_mut().zip(numbers).for_each(|(sum, number)| *sum += number / count);
            }
        }
    }
    if tensors.is_empty() {
        return Ok(sums);
    }
    read(Tensor::stack::<2>(tensors, 0).mean_dim(0), doing).await
}
