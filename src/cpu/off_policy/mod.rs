//! Learners from replay on the processor, by [`crate::kernels`].
//!
//! **Choices.** A new learner is a file here, a row in [`learner`], a row in `config/learners/off_policy.rs`, and a
//! test.

mod ddpg;
pub mod dqn;
pub mod passes;
pub mod sac;
pub mod td3;

use crate::config::Config;
use crate::error::{Error, Result};
use crate::kernels::Mlp;
use crate::kernels::targeted::Targeted;
use crate::nets::{Shape, initial};
use crate::off_policy::{OffPolicy, td3_settings};
use crate::rng::Stream;
use passes::ByPasses;

/// The learner that `config` asks for. It knows nothing yet.
///
/// # Errors
/// [`Error::Config`] with field `algorithm` if it is no learner from replay.
pub fn learner(shape: Shape, config: &Config, stream: &mut Stream) -> Result<Box<dyn OffPolicy>> {
    Ok(match config.algorithm.word {
        "dqn" => Box::new(ByPasses::new(dqn::Dqn::new(shape, config, stream))),
        "td3" => {
            let settings = td3_settings(config);
            Box::new(ByPasses::new(td3::Td3::new(shape, config, 2, settings, stream)))
        }
        "ddpg" => Box::new(ByPasses::new(ddpg::new(shape, config, stream))),
        "sac" | "mbpo" => Box::new(ByPasses::new(sac::Sac::of(&shape, config, stream))),
        other => {
            let allowed = "it does not learn from replay".into();
            return Err(Error::Config { field: "algorithm".into(), value: other.into(), allowed });
        }
    })
}

/// New networks, `members` side by side, with their target networks.
fn network(
    shape: &Shape,
    config: &Config,
    members: usize,
    sizes: &[usize],
    gain: f32,
    stream: &mut Stream,
) -> Targeted {
    let flat = initial(members, sizes, gain, stream);
    Targeted::new(Mlp::new(0, members, sizes, shape.activation), flat, config.learning_rate)
}
