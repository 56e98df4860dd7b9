//! Parameters that are trained on the device, and their copy on the host.
//!
//! **What.** The host's copy acts, estimates values and is saved; it is as new as the last [`Twin::settle`]. Changes on
//! the host are uploaded when the device next trains.
//! **Choices.** A clone is the host's copy alone: keeping one at the end of an iteration costs no device memory, and
//! going back to it uploads it again.

use super::queue::Queue;
use std::sync::{Arc, OnceLock};

/// Numbers that will be there once somebody has read them.
pub type Later = Arc<OnceLock<Vec<f32>>>;

/// A learner twice: `H` by [`crate::kernels`], `D` on the device.
pub struct Twin<H, D> {
    queue: Queue,
    /// The copy on the host.
    pub host: H,
    device: Option<D>,
    later: Vec<Later>,
}

impl<H: std::fmt::Debug, D> std::fmt::Debug for Twin<H, D> {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Twin").field("host", &self.host).field("later", &self.later.len()).finish()
    }
}

impl<H: Clone, D> Clone for Twin<H, D> {
    fn clone(&self) -> Self {
        Self { queue: self.queue.clone(), host: self.host.clone(), device: None, later: Vec::new() }
    }
}

impl<H, D> Twin<H, D> {
    /// On the host only, at first.
    pub fn new(queue: &Queue, host: H) -> Self {
        Self { queue: queue.clone(), host, device: None, later: Vec::new() }
    }

    /// The queue of its device.
    pub fn queue(&self) -> &Queue {
        &self.queue
    }

    /// Both, after `upload` where the device has none yet.
    pub fn both(&mut self, upload: impl FnOnce(&Queue, &H) -> D) -> (&H, &mut D) {
        let device = self.device.get_or_insert_with(|| upload(&self.queue, &self.host));
        (&self.host, device)
    }

    /// The host's, to be changed: the device's goes, with everything that was queued there.
    pub fn change(&mut self) -> &mut H {
        (self.device, self.later) = (None, Vec::new());
        &mut self.host
    }

    /// The device's, if it is there.
    pub fn device(&self) -> Option<&D> {
        self.device.as_ref()
    }

    /// Both, if both are there.
    pub fn pair(&mut self) -> Option<(&mut H, &mut D)> {
        self.device.as_mut().map(|device| (&mut self.host, device))
    }

    /// A place for what an update will have said once it is read.
    pub fn promise(&mut self) -> Later {
        let later = Later::default();
        self.later.push(later.clone());
        later
    }

    /// Keeps what was promised, oldest first.
    pub fn keep_promises(&mut self, all: impl Iterator<Item = Vec<f32>>) {
        for (later, numbers) in self.later.drain(..).zip(all) {
            // Set here and nowhere else, and only once: it is drained.
            let _ = later.set(numbers);
        }
    }
}
