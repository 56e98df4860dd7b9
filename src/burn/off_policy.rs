//! Learners from replay in tensors, to compare the kernels with.

use super::{Targeted, Transitions, dqn, read, td3};
use crate::arrays::Arrays;
use crate::burn::Device;
use crate::config::Config;
use crate::error::{Error, Result};
use crate::kernels::Mlp;
use crate::kernels::dqn::{Settings as DqnSettings, UPDATE_METRICS};
use crate::kernels::targeted::FIRST_GAIN;
use crate::kernels::td3::Settings as Td3Settings;
use crate::nets::Networks;
use crate::nets::Shape;
use crate::off_policy::{
    Actor, Deterministic, Following, Metrics, Minibatch, OffPolicy, dqn_settings, names, td3_metrics,
    td3_settings,
};
use crate::part::{Part, Pending};
use crate::rng::Stream;
use std::future::ready;

/// What a failure to read a learner's parameters says it was doing.
const READING: &str = "reading the policy";

/// The learner that `config` asks for. It knows nothing yet.
///
/// # Errors
/// [`Error::Config`] with field `algorithm` if it has no version in tensors.
pub fn learner(
    device: &Device,
    shape: Shape,
    config: &Config,
    stream: &mut Stream,
) -> Result<Box<dyn OffPolicy>> {
    Ok(match config.algorithm.word {
        "dqn" => Box::new(Dqn::new(device, shape, config, stream)),
        "td3" => Box::new(Td3::new(device, shape, config, stream)),
        other => {
            let allowed = "it has no version in tensors".into();
            return Err(Error::Config { field: "algorithm".into(), value: other.into(), allowed });
        }
    })
}

/// Puts these networks into a checkpoint.
fn save(networks: &[(&Targeted, Networks)], arrays: &mut Arrays) -> Result<()> {
    networks.iter().try_for_each(|(net, names)| {
        names.save(&net.weights(READING)?, arrays);
        Ok(())
    })
}

#[derive(Clone)]
struct Dqn {
    q: Targeted,
    shape: Shape,
    settings: DqnSettings,
    following: Following,
}

impl Dqn {
    fn new(device: &Device, shape: Shape, config: &Config, stream: &mut Stream) -> Self {
        let sizes = shape.hidden.sizes(shape.obs_size, shape.action.encoded_size());
        let (activation, rate) = (shape.activation, config.learning_rate);
        let q = Targeted::new(device, 1, &sizes, activation, FIRST_GAIN, rate, stream);
        Self { q, shape, settings: dqn_settings(config), following: Following::of(config) }
    }

    fn names(&self) -> Networks {
        names("dqn", "q_net", &self.q.on_host())
    }
}

impl Part for Dqn {
    fn save<'a>(&'a self, arrays: &'a mut Arrays) -> Pending<'a, ()> {
        Box::pin(ready(save(&[(&self.q, self.names())], arrays)))
    }

    fn restore(&mut self, arrays: &mut Arrays) -> Result<()> {
        self.q.set_weights(self.names().load(arrays)?);
        Ok(())
    }
}

impl OffPolicy for Dqn {
    fn update(&mut self, minibatch: &mut Minibatch<'_>, _stream: &mut Stream) -> Result<Option<Metrics>> {
        let batch = Transitions::upload(&Device::of(&self.q.flat), minibatch.all());
        let numbers = dqn::update(&mut self.q, &batch, &self.settings)?;
        Ok(Some(UPDATE_METRICS.into_iter().zip(numbers).collect()))
    }

    fn steps_taken(&mut self, before: u64, now: u64) {
        if self.following.is_due(before, now) {
            self.q.follow(self.following.tau);
        }
    }

    fn set_learning_rate(&mut self, learning_rate: f64) {
        self.q.adam.learning_rate = learning_rate;
    }

    fn actor(&self) -> Result<Box<dyn Actor>> {
        let flat = read(self.q.flat.clone(), READING)?;
        Ok(Box::new(Deterministic::of_values(self.q.on_host(), self.shape.clone(), flat)))
    }

    fn boxed(&self) -> Box<dyn OffPolicy> {
        Box::new(self.clone())
    }
}

#[derive(Clone)]
struct Td3 {
    net: td3::Td3,
    shape: Shape,
    settings: Td3Settings,
}

impl Td3 {
    fn new(device: &Device, shape: Shape, config: &Config, stream: &mut Stream) -> Self {
        let sizes = [shape.obs_size, shape.action.encoded_size()];
        let learner = (shape.hidden, shape.activation, config.learning_rate);
        Self { net: td3::Td3::new(device, sizes, learner, stream), shape, settings: td3_settings(config) }
    }

    fn names(&self) -> [Networks; 2] {
        [names("actor", "mu", &self.net.actor.on_host()), names("critic", "qf", &self.critics())]
    }

    /// The critics' layout, as the kernels have it.
    fn critics(&self) -> Mlp {
        let Shape { obs_size, action, hidden, activation, .. } = self.shape;
        Mlp::new(0, 2, &hidden.sizes(obs_size + action.encoded_size(), 1), activation)
    }
}

impl Part for Td3 {
    fn save<'a>(&'a self, arrays: &'a mut Arrays) -> Pending<'a, ()> {
        let [actor, critics] = self.names();
        Box::pin(ready(save(&[(&self.net.actor, actor), (&self.net.critics, critics)], arrays)))
    }

    fn restore(&mut self, arrays: &mut Arrays) -> Result<()> {
        let [actor, critics] = self.names().map(|names| names.load(arrays));
        self.net.actor.set_weights(actor?);
        self.net.critics.set_weights(critics?);
        Ok(())
    }
}

impl OffPolicy for Td3 {
    fn update(&mut self, minibatch: &mut Minibatch<'_>, stream: &mut Stream) -> Result<Option<Metrics>> {
        let batch = Transitions::upload(&Device::of(&self.net.actor.flat), minibatch.all());
        self.net.update(&batch, &self.settings, stream).map(td3_metrics).map(Some)
    }

    fn set_learning_rate(&mut self, learning_rate: f64) {
        self.net.actor.adam.learning_rate = learning_rate;
        self.net.critics.adam.learning_rate = learning_rate;
    }

    fn actor(&self) -> Result<Box<dyn Actor>> {
        let [actor, critics] =
            [&self.net.actor, &self.net.critics].map(|net| read(net.flat.clone(), READING));
        let flat = [actor?, critics?].concat();
        Ok(Box::new(Deterministic::of_policy(
            self.net.actor.on_host(),
            self.critics(),
            self.shape.clone(),
            flat,
        )))
    }

    fn boxed(&self) -> Box<dyn OffPolicy> {
        Box::new(self.clone())
    }
}
