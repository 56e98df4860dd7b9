//! Parameters that are trained on the device, and their mirror on the host.
//!
//! **What.** The host's copy acts, estimates values and is saved; it is as new as what was read last. Changes on the
//! host are uploaded when the device next trains.
//! **Choices.** A clone is the host's copy alone: keeping one at the end of an iteration costs no device memory, and
//! going back to it uploads it again.

use super::queue::Queue;

/// A learner twice: `H` by [`crate::cpu`], `D` on the device.
#[derive(Debug)]
pub struct Mirror<H, D> {
    queue: Queue,
    /// The copy on the host.
    pub host: H,
    device: Option<D>,
}

impl<H: Clone, D> Clone for Mirror<H, D> {
    fn clone(&self) -> Self {
        Self::new(&self.queue, self.host.clone())
    }
}

impl<H, D> Mirror<H, D> {
    /// On the host only, at first.
    pub fn new(queue: &Queue, host: H) -> Self {
        Self { queue: queue.clone(), host, device: None }
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
        self.device = None;
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
}
