//! TD3, the twin delayed deterministic policy gradient: a policy of numbers that climbs a learned value.
//!
//! **What.** Two critics learn what an action is worth; the policy moves its action to where the first critic says it
//! is worth more. Whatever is too good to be true is taken down three times: the lower of two critics counts, the
//! target action is shaken, and the policy moves only on every d-th update.
//! ```text
//! μ(s) = tanh f(s)        ã = clip(μ'(s') + clip(ε, −c, c), −1, 1),  ε ~ N(0, σ̃)
//! y = r + γ (1 − terminated) min_i Q'_i(s', ã)
//! critic loss = Σ_i mean (Q_i(s, a) − y)²
//! actor loss = −mean Q_1(s, μ(s))          on every d-th update, and then μ', Q' follow with τ
//! ```
//! **Shapes.** x [B, O]; actions [B, A] as shares of the task's bound, so all of this is within ±1; Q [2, B, 1]; y [B,
//! 1].
//! **Where.** Minibatches come from [`crate::transitions`]; acting uses a copy of μ on the host, with noise (the
//! trainer's `off_policy`).
//! **Choices.** (1) As in Stable-Baselines3, except that both networks have the same width and that the gradients are
//! no longer than `max_grad_norm`. (2) The twins are one ensemble of two. (3) Noise comes from the host.
//! **Paper.** Fujimoto, van Hoof, Meger 2018 (1802.09477).

use super::{Targeted, Transitions, activation, read};
use crate::burn::Device;
use crate::burn::tensor::Tensor;
use crate::config::Activation;
use crate::error::Result;
use crate::kernels::targeted::FIRST_GAIN;
use crate::kernels::td3::ACTOR_GAIN;
pub use crate::kernels::td3::{Settings, Updated};
use crate::nets::Hidden;
use crate::rng::Stream;

/// Policy and critics, each with its slow copy.
#[derive(Debug, Clone)]
pub struct Td3 {
    device: Device,
    /// f
    pub actor: Targeted,
    /// Q_1 and Q_2
    pub critics: Targeted,
}

impl Td3 {
    /// New networks for observations and actions of these sizes.
    pub fn new(
        device: &Device,
        [obs_size, action_size]: [usize; 2],
        (hidden, activation, learning_rate): (Hidden, Activation, f64),
        stream: &mut Stream,
    ) -> Self {
        let actor = hidden.sizes(obs_size, action_size);
        let critics = hidden.sizes(obs_size + action_size, 1);
        Self {
            device: device.clone(),
            actor: Targeted::new(device, 1, &actor, activation, ACTOR_GAIN, learning_rate, stream),
            critics: Targeted::new(device, 2, &critics, activation, FIRST_GAIN, learning_rate, stream),
        }
    }

    /// μ(x), [B, A], by the given matrices of the actor.
    pub fn actions(&self, matrices: &[Tensor<3>], obs: Tensor<2>) -> Tensor<2> {
        let outputs = self.actor.forward(matrices, obs.unsqueeze_dim(0));
        activation::activate(Activation::Tanh, outputs).squeeze_dim(0)
    }

    /// Q [E, B, 1], by the given matrices of E critics.
    fn values(&self, matrices: &[Tensor<3>], obs: Tensor<2>, actions: Tensor<2>) -> Tensor<3> {
        let members = matrices[0].dims()[0];
        let x: Tensor<3> = Tensor::cat(vec![obs, actions], 1).unsqueeze_dim(0);
        self.critics.forward(matrices, x.repeat_dim(0, members))
    }

    /// y, [B, 1]; `noise` is clip(ε, −c, c), [B, A].
    pub fn targets(&self, batch: &Transitions, noise: Tensor<2>, gamma: f64) -> Tensor<2> {
        let meant = self.actions(&self.actor.target_matrices(), batch.next_obs.clone());
        let actions = (meant + noise).clamp(-1.0, 1.0);
        let values = self.values(&self.critics.target_matrices(), batch.next_obs.clone(), actions);
        batch.targets(gamma, values.min_dim(0).squeeze_dim(0))
    }

    /// Σ_i mean (Q_i(s, a) − y)², `[1]`, and its gradient.
    pub fn critic_loss(&self, batch: &Transitions, targets: Tensor<2>) -> (Tensor<1>, Tensor<1>) {
        let tracked = self.critics.tracked();
        let (obs, actions) = (batch.obs.clone(), batch.actions.clone());
        let values = self.values(&tracked.matrices, Tensor::from_inner(obs), Tensor::from_inner(actions));
        let error = values - Tensor::from_inner(targets).unsqueeze_dim(0).repeat_dim(0, 2);
        let loss = (error.clone() * error).mean() * 2.0; // the sum over two critics of their means
        let gradient = tracked.gradient(&loss);
        (loss.inner(), gradient)
    }

    /// −mean Q_1(s, μ(s)), `[1]`, and its gradient.
    pub fn actor_loss(&self, batch: &Transitions) -> (Tensor<1>, Tensor<1>) {
        let tracked = self.actor.tracked();
        let obs = Tensor::<2>::from_inner(batch.obs.clone());
        let first = |matrix: Tensor<3>| Tensor::from_inner(matrix.narrow(0, 0, 1));
        let critic: Vec<Tensor<3>> = self.critics.matrices().into_iter().map(first).collect();
        let actions = self.actions(&tracked.matrices, obs.clone());
        let loss = -self.values(&critic, obs, actions).mean();
        let gradient = tracked.gradient(&loss);
        (loss.inner(), gradient)
    }

    /// One step of the critics towards y; gives their loss before it and the gradient's length, `[1]` each.
    pub fn improve_critics(
        &mut self,
        batch: &Transitions,
        targets: Tensor<2>,
        max_grad_norm: f64,
    ) -> [Tensor<1>; 2] {
        let (loss, gradient) = self.critic_loss(batch, targets);
        [loss, self.critics.descend(gradient, max_grad_norm)]
    }

    /// One step of the policy up the first critic; gives its loss before, `[1]`.
    pub fn improve_actor(&mut self, batch: &Transitions, max_grad_norm: f64) -> Tensor<1> {
        let (loss, gradient) = self.actor_loss(batch);
        self.actor.descend(gradient, max_grad_norm);
        loss
    }

    /// Whether the policy moves after the latest update of the critics.
    fn policy_is_due(&self, settings: &Settings) -> bool {
        (self.critics.adam.updates as usize).is_multiple_of(settings.policy_delay)
    }

    /// One update: the critics, and on every d-th the policy and the slow copies.
    ///
    /// # Errors
    /// [`crate::Error::Device`] if its numbers cannot be read.
    pub fn update(
        &mut self,
        batch: &Transitions,
        settings: &Settings,
        stream: &mut Stream,
    ) -> Result<Updated> {
        let number = |tensor| Ok(read(tensor, "reading the losses of TD3")?[0]);
        let noise = self.noise(batch.actions.dims(), settings, stream);
        let targets = self.targets(batch, noise, settings.gamma);
        let q_mean = number(targets.clone().mean())?;
        let [critic_loss, grad_norm] =
            self.improve_critics(batch, targets, settings.max_grad_norm).map(number);
        let mut actor_loss = None;
        if self.policy_is_due(settings) {
            actor_loss = Some(number(self.improve_actor(batch, settings.max_grad_norm))?);
            self.actor.follow(settings.tau);
            self.critics.follow(settings.tau);
        }
        Ok(Updated { critic_loss: critic_loss?, actor_loss, q_mean, grad_norm: grad_norm? })
    }

    /// clip(ε, −c, c), [B, A]
    fn noise(&self, [rows, size]: [usize; 2], settings: &Settings, stream: &mut Stream) -> Tensor<2> {
        let (std, clip) = (settings.target_policy_noise as f32, settings.target_noise_clip as f32);
        let numbers = (0..rows * size).map(|_| (std * stream.normal()).clamp(-clip, clip));
        self.device.floats(numbers.collect(), [rows, size])
    }
}

#[cfg(all(test, not(target_family = "wasm")))]
mod tests {
    use super::*;
    use crate::rng::Seed;

    fn numbers<const D: usize>(tensor: Tensor<D>) -> Vec<f32> {
        tensor.into_data().try_into_vec().expect("floats")
    }

    fn number(tensor: Tensor<1>) -> f32 {
        numbers(tensor)[0]
    }

    /// `rows` transitions of a world in which action 0.5 is best in every state.
    fn batch(device: &Device, rows: usize) -> Transitions {
        let mut stream = Seed(7).stream("batch");
        let mut draw =
            |width: usize| -> Vec<f32> { (0..rows * width).map(|_| 2.0 * stream.uniform() - 1.0).collect() };
        let (obs, actions, next_obs) = (draw(2), draw(1), draw(2));
        let rewards = actions.iter().map(|a| -(a - 0.5) * (a - 0.5)).collect();
        Transitions {
            obs: device.floats(obs, [rows, 2]),
            actions: device.floats(actions, [rows, 1]),
            rewards: device.floats(rewards, [rows, 1]),
            continues: device.floats(vec![1.0; rows], [rows, 1]),
            next_obs: device.floats(next_obs, [rows, 2]),
        }
    }

    fn td3(hidden: usize, learning_rate: f64) -> Td3 {
        let learner = (Hidden { layers: 2, width: hidden }, Activation::Relu, learning_rate);
        Td3::new(&Device::cpu(), [2, 1], learner, &mut Seed(3).stream("init"))
    }

    /// Critics Q_i(x, a) = c_i a and a policy that always says tanh(b), written into the last layers.
    fn by_hand(device: &Device, critics: [f32; 2], b: f32) -> (Td3, Transitions) {
        let learner = (Hidden { layers: 2, width: 1 }, Activation::Relu, 1e-3);
        let mut td3 = Td3::new(device, [1, 1], learner, &mut Seed(0).stream("init"));
        // Layers 2–1–1–1 twice: W₁ [x, a] of both, b₁, W₂, b₂, W₃, b₃; relu(a + 2) − 2 is a.
        let [c1, c2] = critics;
        let of_both = [
            [0.0, 1.0, 0.0, 1.0].as_slice(),
            &[2.0, 2.0],
            &[1.0, 1.0],
            &[0.0, 0.0],
            &[c1, c2],
            &[-2.0 * c1, -2.0 * c2],
        ];
        td3.critics.flat = device.floats(of_both.concat(), [14]);
        td3.critics.follow(1.0);
        td3.actor.flat = device.floats(vec![0.0, 0.0, 0.0, 0.0, 0.0, b], [6]);
        td3.actor.follow(1.0);
        let one = |number: f32| device.floats(vec![number, number], [2, 1]);
        let continues = device.floats(vec![1.0, 0.0], [2, 1]);
        let batch = Transitions {
            obs: one(0.3),
            actions: one(0.25),
            rewards: one(1.0),
            continues,
            next_obs: one(0.7),
        };
        (td3, batch)
    }

    #[test]
    fn targets_by_hand_take_the_lower_critic_of_a_shaken_action_within_the_bound() {
        let device = Device::cpu();
        let (td3, batch) = by_hand(&device, [4.0, 2.0], 0.0);
        let with_noise =
            |noise: f32| numbers(td3.targets(&batch, device.floats(vec![noise, noise], [2, 1]), 0.5));
        // μ' = 0: the action is the noise, at most 1. The second transition ended the task.
        assert_eq!(with_noise(0.5), [1.0 + 0.5 * 2.0 * 0.5, 1.0]);
        assert_eq!(with_noise(-0.5), [1.0 + 0.5 * 4.0 * -0.5, 1.0]);
        assert_eq!(with_noise(3.0), [1.0 + 0.5 * 2.0, 1.0]);
    }

    #[test]
    fn losses_by_hand() {
        let device = Device::cpu();
        let (mut td3, batch) = by_hand(&device, [4.0, 2.0], 0.5);
        // Q_1 = 1, Q_2 = ½ for a = ¼; y = 2 and 0: (1 + 1) / 2 + (2.25 + 0.25) / 2.
        let targets = device.floats(vec![2.0, 0.0], [2, 1]);
        let actor_loss = number(td3.improve_actor(&batch, 100.0));
        assert!((actor_loss + 4.0 * 0.5f32.tanh()).abs() < 1e-5, "{actor_loss}");
        let [critic_loss, _] = td3.improve_critics(&batch, targets, 100.0);
        assert!((number(critic_loss) - 2.25).abs() < 1e-5);
    }

    #[test]
    fn a_step_of_the_critics_lowers_their_loss() {
        let mut td3 = td3(16, 1e-3);
        let batch = batch(&Device::cpu(), 64);
        let targets = batch.rewards.clone();
        let losses: Vec<f32> =
            (0..6).map(|_| number(td3.improve_critics(&batch, targets.clone(), 100.0)[0].clone())).collect();
        assert!(losses.windows(2).all(|pair| pair[1] < pair[0]), "{losses:?}");
    }

    #[test]
    fn a_step_of_the_actor_raises_what_the_first_critic_says_and_moves_no_critic() {
        let mut td3 = td3(16, 1e-3);
        let critics = numbers(td3.critics.flat.clone());
        let batch = batch(&Device::cpu(), 64);
        let losses: Vec<f32> = (0..6).map(|_| number(td3.improve_actor(&batch, 100.0))).collect();
        assert!(losses.windows(2).all(|pair| pair[1] < pair[0]), "{losses:?}");
        assert_eq!(numbers(td3.critics.flat.clone()), critics);
    }
}
