//! Where learning runs: on the CPU by hand-written kernels, on WebGPU, or, for comparison, on the CPU by tensors;
//! chosen at run time among the devices that the build supports.
//!
//! There is no fallback here: [`open`] either returns the requested device or says why it cannot. The caller decides
//! what to do then, and tells the user.

use crate::error::{Error, Result};
#[cfg(webgpu)]
use crate::gpu::Queue;
use crate::nearest::the_nearest;

/// A kind of device.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DeviceKind {
    /// The processor, by [`crate::kernels`].
    Cpu,
    /// The processor by [`crate::burn`]: what the kernels are compared with.
    #[cfg(tensors)]
    CpuPlain,
    /// The graphics processor, through the browser's WebGPU.
    WebGpu,
}

impl DeviceKind {
    /// All that this build has.
    pub const ALL: &[Self] = &[
        Self::Cpu,
        #[cfg(tensors)]
        Self::CpuPlain,
        Self::WebGpu,
    ];

    /// The kind of this name: `cpu`, `webgpu` or, with the feature `tensors`, `cpu-plain`.
    ///
    /// # Errors
    /// [`Error::Config`] with field `device` for any other name.
    pub fn from_name(name: &str) -> Result<Self> {
        let named = Self::ALL.iter().copied().find(|kind| kind.name() == name);
        named.ok_or_else(|| {
            let names: Vec<&str> = Self::ALL.iter().map(|kind| kind.name()).collect();
            Error::Config {
                field: "device".into(),
                value: name.into(),
                allowed: format!(
                    "the devices are {}{}",
                    names.join(", "),
                    the_nearest(name, names.iter().copied())
                ),
            }
        })
    }

    /// The name that [`DeviceKind::from_name`] reads.
    pub fn name(self) -> &'static str {
        match self {
            Self::Cpu => "cpu",
            #[cfg(tensors)]
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
    #[cfg(webgpu)]
    queue: Option<Queue>,
}

/// Opens a device of this kind.
///
/// # Errors
/// [`Error::Device`] in the device's own words if there is none; nothing else is opened instead.
pub async fn open(kind: DeviceKind) -> Result<Device> {
    match kind {
        DeviceKind::Cpu => Ok(Device::cpu()),
        #[cfg(tensors)]
        DeviceKind::CpuPlain => Ok(Device::cpu_plain()),
        DeviceKind::WebGpu => open_webgpu().await,
    }
}

#[cfg(webgpu)]
async fn open_webgpu() -> Result<Device> {
    let queue = Queue::open().await?;
    Ok(Device { kind: DeviceKind::WebGpu, description: queue.name().into(), queue: Some(queue) })
}

#[cfg(not(webgpu))]
async fn open_webgpu() -> Result<Device> {
    Err(Error::Device { doing: "opening WebGPU".into(), reason: "this build has no WebGPU in it".into() })
}

impl Device {
    /// The processor; always there.
    pub fn cpu() -> Self {
        Self::on_host(DeviceKind::Cpu, "CPU")
    }

    /// The processor by tensors; always there.
    #[cfg(tensors)]
    pub fn cpu_plain() -> Self {
        Self::on_host(DeviceKind::CpuPlain, "CPU by tensors")
    }

    fn on_host(kind: DeviceKind, description: &str) -> Self {
        Self {
            kind,
            description: description.into(),
            #[cfg(webgpu)]
            queue: None,
        }
    }

    /// Which kind it is.
    pub fn kind(&self) -> DeviceKind {
        self.kind
    }

    /// The graphics processor's queue; none on another kind of device.
    #[cfg(webgpu)]
    pub fn queue(&self) -> Option<&Queue> {
        self.queue.as_ref()
    }

    /// What it calls itself.
    pub fn name(&self) -> &str {
        &self.description
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_is_found_by_its_name_and_another_name_is_told_what_there_is() {
        for &kind in DeviceKind::ALL {
            assert_eq!(DeviceKind::from_name(kind.name()), Ok(kind));
        }
        let refused = DeviceKind::from_name("tpu").unwrap_err().to_string();
        assert!(DeviceKind::ALL.iter().all(|kind| refused.contains(kind.name())), "{refused}");
    }
}
