//! Deep Q-learning: learn what every choice is worth, and take the best one.
//!
//! **What.** Q(s, a) is the return to expect after choosing a in s. It is learned from one step at a time: the reward
//! that came, and what the best choice in the next state is worth.
//! ```text
//! y = r + γ (1 − terminated) max_a Q'(s', a)          or, double: Q'(s', argmax_a Q(s', a))
//! loss = mean h(Q(s, a) − y)        h(d) = ½ d² for |d| ≤ 1, |d| − ½ beyond        (Huber)
//! ```
//! **Shapes.** Q and Q' [B, A] from x [B, O]; actions one-hot [B, A]; y [B, 1].
//! **Where.** Minibatches come from [`crate::transitions`]; acting uses a copy on the host, mostly greedy, by chance
//! with probability ε (the trainer's `off_policy`). Q' is the slow copy of Q: [`Targeted`].
//! **Choices.** (1) As in Stable-Baselines3: Huber loss, gradient no longer than 10, Q' copied every so many real
//! steps. (2) Double Q-learning is a switch, off as there: the maximum over noisy values is too high on average, and
//! letting Q choose and Q' judge takes most of that away. (3) Plain uniform replay, no dueling heads, no n-step
//! returns.
//! **Paper.** Mnih et al. 2015, Nature 518; double: van Hasselt, Guez, Silver 2016 (1509.06461).

use super::{Targeted, Transitions, read};
use crate::burn::tensor::Tensor;
use crate::error::Result;
pub use crate::kernels::dqn::{Settings, UPDATE_METRICS};

/// y, [B, 1]: what Q(s, a) should have been.
pub fn targets(q: &Targeted, batch: &Transitions, settings: &Settings) -> Tensor<2> {
    let next_obs = batch.next_obs.clone().unsqueeze_dim(0);
    let judged: Tensor<2> = q.forward(&q.target_matrices(), next_obs.clone()).squeeze_dim(0);
    let next_values = if settings.double_q {
        let chosen: Tensor<2> = q.forward(&q.matrices(), next_obs).squeeze_dim(0);
        judged.gather(1, chosen.argmax(1))
    } else {
        judged.max_dim(1)
    };
    batch.targets(settings.gamma, next_values)
}

/// The mean of h(Q(s, a) − y), `[1]`, from Q [B, A], one-hot actions [B, A] and y [B, 1].
pub fn loss(q_values: Tensor<2>, actions: Tensor<2>, targets: Tensor<2>) -> Tensor<1> {
    let error = ((q_values * actions).sum_dim(1) - targets).abs();
    let near = error.clone().clamp_max(1.0);
    (near.clone() * near.clone() * 0.5 + (error - near)).mean()
}

/// The loss towards y [B, 1], `[1]`, and its gradient.
pub fn loss_and_gradient(q: &Targeted, batch: &Transitions, targets: Tensor<2>) -> (Tensor<1>, Tensor<1>) {
    let tracked = q.tracked();
    let obs = Tensor::<2>::from_inner(batch.obs.clone()).unsqueeze_dim(0);
    let q_values: Tensor<2> = q.forward(&tracked.matrices, obs).squeeze_dim(0);
    let actions = Tensor::from_inner(batch.actions.clone());
    let loss = loss(q_values, actions, Tensor::from_inner(targets));
    let gradient = tracked.gradient(&loss);
    (loss.inner(), gradient)
}

/// One step down the loss of this minibatch; gives [`UPDATE_METRICS`].
///
/// # Errors
/// [`crate::Error::Device`] if these cannot be read.
pub fn update(q: &mut Targeted, batch: &Transitions, settings: &Settings) -> Result<[f32; 3]> {
    let targets = targets(q, batch, settings);
    let (loss, gradient) = loss_and_gradient(q, batch, targets.clone());
    let norm = q.descend(gradient, settings.max_grad_norm);
    let numbers = read(Tensor::cat(vec![loss, targets.mean(), norm], 0), "reading the losses of DQN")?;
    Ok([numbers[0], numbers[1], numbers[2]])
}

#[cfg(all(test, not(target_family = "wasm")))]
mod tests {
    use super::*;
    use crate::burn::Device;
    use crate::config::Activation;
    use crate::rng::Seed;

    fn numbers<const D: usize>(tensor: Tensor<D>) -> Vec<f32> {
        tensor.into_data().try_into_vec().expect("floats")
    }

    /// Two transitions between states of one number; the second ends the task.
    fn batch(device: &Device) -> Transitions {
        let block = |numbers: Vec<f32>, width: usize| device.floats(numbers, [2, width]);
        Transitions {
            obs: block(vec![1.0, 2.0], 1),
            actions: block(vec![1.0, 0.0, 0.0, 1.0], 2),
            rewards: block(vec![1.0, 3.0], 1),
            continues: block(vec![1.0, 0.0], 1),
            next_obs: block(vec![2.0, 5.0], 1),
        }
    }

    /// Q(x) = (w₀ x, w₁ x), one linear layer.
    fn linear(device: &Device, q: [f32; 2], target: [f32; 2]) -> Targeted {
        let stream = &mut Seed(0).stream("init");
        let mut net = Targeted::new(device, 1, &[1, 2], Activation::Relu, 1.0, 0.01, stream);
        net.flat = device.floats(vec![q[0], q[1], 0.0, 0.0], [4]);
        net.target = device.floats(vec![target[0], target[1], 0.0, 0.0], [4]);
        net
    }

    fn settings(double_q: bool) -> Settings {
        Settings { gamma: 0.5, double_q, max_grad_norm: 10.0 }
    }

    #[test]
    fn targets_by_hand_with_the_slow_copys_best_choice_or_with_that_of_the_learning_network() {
        let device = Device::cpu();
        // Q' says (6, 2) in s' = 2, and Q prefers the second choice there.
        let net = linear(&device, [0.0, 1.0], [3.0, 1.0]);
        let of = |double_q| numbers(targets(&net, &batch(&device), &settings(double_q)));
        assert_eq!(of(false), [1.0 + 0.5 * 6.0, 3.0]);
        assert_eq!(of(true), [1.0 + 0.5 * 2.0, 3.0]);
    }

    #[test]
    fn loss_and_gradient_by_hand_inside_and_outside_of_hubers_corner() {
        let device = Device::cpu();
        let tracked =
            |numbers: Vec<f32>| Tensor::<2>::from_inner(device.floats(numbers, [2, 2])).require_grad();
        let constant =
            |numbers: Vec<f32>, width: usize| Tensor::from_inner(device.floats(numbers, [2, width]));
        let q = tracked(vec![1.5, 9.0, 9.0, -2.0]);
        // Errors 0.5 and −3: ½ · 0.25 and 3 − ½.
        let loss = loss(q.clone(), constant(vec![1.0, 0.0, 0.0, 1.0], 2), constant(vec![1.0, 1.0], 1));
        assert_eq!(numbers(loss.clone().inner()), [(0.125 + 2.5) / 2.0]);
        let gradient = q.grad(&loss.backward()).expect("a gradient");
        assert_eq!(numbers(gradient), [0.25, 0.0, 0.0, -0.5]);
    }

    #[test]
    fn a_step_lowers_the_loss_and_leaves_the_slow_copy_alone() {
        let device = Device::cpu();
        let mut net = linear(&device, [0.5, -0.5], [0.2, 0.1]);
        let slow = numbers(net.target.clone());
        let batch = batch(&device);
        let losses: Vec<f32> =
            (0..5).map(|_| update(&mut net, &batch, &settings(false)).expect("numbers")[0]).collect();
        assert!(losses.windows(2).all(|pair| pair[1] < pair[0]), "{losses:?}");
        assert_eq!(numbers(net.target.clone()), slow);
    }
}
