//! Proximal policy optimisation: make good actions more probable, but never by much at once.
//!
//! **What.** Samples whose action turned out better than expected raise that action's probability, and the
//! others lower it; a sample whose probability has already moved by ε no longer pushes.
//! ```text
//! ρ = exp(log π_new − log π_old)
//! L_clip = min(ρ A, clip(ρ, 1 − ε, 1 + ε) A)
//! L_vf = ½ (V − R)²        or, clipped, ½ max((V − R)², (V_old + clip(V − V_old, −ε, ε) − R)²)
//! loss = Σ w (−L_clip + c_vf · Σ_heads L_vf − c_ent · entropy) / Σ w
//! approx_kl = mean((ρ − 1) − log ρ)
//! ```
//! **Shapes.** A batch has B samples; policy outputs and actions [B, A], values and returns [B, heads], all else
//! [B, 1].
//! **Where.** Samples, real and imagined alike, come from [`crate::samples`].
//! **Choices.** (1) w says what a sample counts beside the others: where all weigh the same, w has no effect.
//! Advantages arrive normalised, unless the run says otherwise. (2) The value is not clipped by default: with
//! returns of 100, a clip of 0.2 would hold it still. (3) **A2C is this loss, once over the whole batch**
//! (`algorithm = a2c`): then ρ = 1, nothing is clipped, and the gradient is that of −A log π. Stable-Baselines3's
//! A2C differs from ours in that it uses RMSprop in place of Adam, and in that its value loss has no ½; both do
//! without normalised advantages (`normalize_advantage = false` in the preset).
//! **Paper.** Schulman et al. 2017 (1707.06347); A2C: Mnih et al. 2016 (1602.01783), as a case of PPO: Huang et al.
//! 2022 (2205.09123).

use super::{ActorCritic, clip_by_global_norm};
use crate::burn::Device;
use crate::burn::tensor::Tensor;
use crate::kernels::ppo_loss::LEAST_WEIGHT;
pub use crate::kernels::ppo_loss::{Settings, UPDATE_METRICS};

/// One minibatch on the device.
#[derive(Debug, Clone)]
pub struct Minibatch {
    /// [B, O]
    pub obs: Tensor<2>,
    /// In the policy's form, [B, A]
    pub actions: Tensor<2>,
    /// log π_old(action | obs), [B, 1]
    pub log_probs: Tensor<2>,
    /// Normalised, [B, 1]
    pub advantages: Tensor<2>,
    /// w, [B, 1]
    pub weights: Tensor<2>,
    /// R, [B, heads]
    pub returns: Tensor<2>,
    /// V_old, [B, heads]
    pub values: Tensor<2>,
}

impl Minibatch {
    /// Uploads rows, as [`crate::samples::Samples`] has them, as one block and names its columns.
    pub fn upload(device: &Device, rows: Vec<f32>, [obs_size, actions, heads]: [usize; 3]) -> Self {
        let width = obs_size + actions + 3 + 2 * heads;
        let count = rows.len() / width;
        let block = device.floats(rows, [count, width]);
        let mut from = 0;
        let mut columns = |count: usize| -> Tensor<2> {
            from += count;
            block.clone().narrow(1, from - count, count)
        };
        Self {
            obs: columns(obs_size),
            actions: columns(actions),
            log_probs: columns(1),
            advantages: columns(1),
            weights: columns(1),
            returns: columns(heads),
            values: columns(heads),
        }
    }
}

/// The loss of a minibatch and what it is made of; each `[1]`.
#[derive(Debug, Clone)]
pub struct Losses {
    /// What is minimised.
    pub total: Tensor<1>,
    /// −L_clip
    pub policy_gradient_loss: Tensor<1>,
    /// L_vf, summed over the heads.
    pub value_loss: Tensor<1>,
    /// Minus the entropy.
    pub entropy_loss: Tensor<1>,
    /// How far the policy has moved.
    pub approx_kl: Tensor<1>,
    /// Share of samples outside the clip range.
    pub clip_fraction: Tensor<1>,
}

/// The loss from what the networks say now: log π_new(action | obs) [B, 1], the policy's entropy [B, 1], values
/// [B, heads].
pub fn losses(
    [log_prob, entropy]: [Tensor<2>; 2],
    values: Tensor<2>,
    batch: &Minibatch,
    settings: &Settings,
) -> Losses {
    let mean_of = weighted_mean(batch.weights.clone());
    let log_ratio = log_prob - batch.log_probs.clone(); // [B, 1]
    let ratio = log_ratio.clone().exp();
    let clipped = ratio.clone().clamp(1.0 - settings.clip_range, 1.0 + settings.clip_range);
    let surrogate = (ratio.clone() * batch.advantages.clone()).min_pair(clipped * batch.advantages.clone());
    let policy_gradient_loss = -mean_of(surrogate);
    let value_loss = mean_of(value_errors(values, batch, settings.clip_range_vf));
    let entropy_loss = -mean_of(entropy);
    let total = policy_gradient_loss.clone()
        + value_loss.clone() * settings.vf_coef
        + entropy_loss.clone() * settings.ent_coef;
    let moved = (ratio.clone() - 1.0).abs().greater_elem(settings.clip_range).float();
    Losses {
        total,
        policy_gradient_loss,
        value_loss,
        entropy_loss,
        approx_kl: ((ratio - 1.0) - log_ratio).mean(),
        clip_fraction: moved.mean(),
    }
}

/// The mean in which each sample counts by its weight, [B, 1] → `[1]`: 0 if nothing in the batch counts at all.
fn weighted_mean(weights: Tensor<2>) -> impl Fn(Tensor<2>) -> Tensor<1> {
    let share = weights.clone() / weights.sum().clamp_min(LEAST_WEIGHT).unsqueeze();
    move |samples| (samples * share.clone()).sum()
}

/// L_vf of each sample, summed over the heads, [B, 1].
fn value_errors(values: Tensor<2>, batch: &Minibatch, clip_range: f64) -> Tensor<2> {
    let squared = |error: Tensor<2>| error.clone() * error;
    let free = squared(values.clone() - batch.returns.clone());
    let errors = if clip_range > 0.0 {
        let held = batch.values.clone() + (values - batch.values.clone()).clamp(-clip_range, clip_range);
        free.max_pair(squared(held - batch.returns.clone()))
    } else {
        free
    };
    errors.sum_dim(1) * 0.5
}

/// The losses of this minibatch, and the gradient of their total.
pub fn losses_and_gradient(net: &ActorCritic, batch: &Minibatch, settings: &Settings) -> (Losses, Tensor<1>) {
    let tracked = net.tracked();
    let lifted = lift(batch);
    let policy = net.policy(&tracked.matrices, lifted.obs.clone());
    let values = net.values(&tracked.matrices, lifted.obs.clone());
    let log_prob = policy.log_prob(lifted.actions.clone());
    let losses = losses([log_prob, policy.entropy()], values, &lifted, settings);
    let gradient = tracked.gradient(&losses.total);
    (losses, gradient)
}

/// One step down the loss of this minibatch; gives [`UPDATE_METRICS`] as a tensor `[7]`.
pub fn update(net: &mut ActorCritic, batch: &Minibatch, settings: &Settings) -> Tensor<1> {
    let (losses, gradient) = losses_and_gradient(net, batch, settings);
    let (gradient, norm) = clip_by_global_norm(gradient, settings.max_grad_norm);
    net.flat = net.adam.step(net.flat.clone(), gradient);
    let metrics = [
        losses.policy_gradient_loss,
        losses.value_loss,
        losses.entropy_loss,
        losses.approx_kl,
        losses.clip_fraction,
    ];
    let mut numbers: Vec<Tensor<1>> = metrics.into_iter().map(Tensor::inner).collect();
    numbers.push(norm);
    numbers.push(losses.total.inner());
    Tensor::cat(numbers, 0)
}

/// The minibatch among tensors that are differentiated, itself constant.
fn lift(batch: &Minibatch) -> Minibatch {
    let lift = |tensor: &Tensor<2>| Tensor::from_inner(tensor.clone());
    Minibatch {
        obs: lift(&batch.obs),
        actions: lift(&batch.actions),
        log_probs: lift(&batch.log_probs),
        advantages: lift(&batch.advantages),
        weights: lift(&batch.weights),
        returns: lift(&batch.returns),
        values: lift(&batch.values),
    }
}

#[cfg(all(test, not(target_family = "wasm")))]
mod tests {
    use super::*;
    use crate::burn::Device;
    use crate::burn::Distribution;
    use crate::config::Activation;
    use crate::env::ActionSpace;
    use crate::nets::{Hidden, ObsScaling, Shape};
    use crate::rng::Seed;

    const SETTINGS: Settings =
        Settings { clip_range: 0.2, clip_range_vf: 0.0, ent_coef: 0.0, vf_coef: 0.5, max_grad_norm: 0.5 };

    fn numbers<const D: usize>(tensor: Tensor<D>) -> Vec<f32> {
        tensor.into_data().try_into_vec().expect("floats")
    }

    /// Two samples of a choice between two, with the log-probs of the policy as it is.
    fn batch(device: &Device, log_probs: Tensor<2>) -> Minibatch {
        let column = |numbers: [f32; 2]| device.floats(numbers.to_vec(), [2, 1]);
        Minibatch {
            obs: column([0.5, -1.0]),
            actions: device.floats(vec![1.0, 0.0, 0.0, 1.0], [2, 2]),
            log_probs,
            advantages: column([3.0, -1.0]),
            weights: column([1.0, 1.0]),
            returns: column([2.0, 1.0]),
            values: column([0.0, 0.0]),
        }
    }

    #[test]
    fn the_first_step_over_a_batch_has_the_gradient_of_a2c() {
        let device = Device::cpu();
        // The policy says ¼ to the first choice in both states: ∂(−A log π)/∂logits = −A (one-hot − π).
        let logits = device.floats(vec![0.0, 3.0f32.ln(), 0.0, 3.0f32.ln()], [2, 2]);
        let logits = Tensor::<2>::from_inner(logits).require_grad();
        let policy = Distribution::Categorical(logits.clone());
        let plain = batch(&device, device.zeros([2, 1]));
        let log_prob = policy.log_prob(Tensor::from_inner(plain.actions.clone()));
        let batch = lift(&batch(&device, log_prob.clone().inner()));
        let values = Tensor::from_inner(device.zeros([2, 1]));
        let losses = losses([log_prob.clone(), log_prob.zeros_like()], values, &batch, &SETTINGS);
        let gradient = numbers(logits.grad(&losses.total.backward()).expect("a gradient"));
        let by_hand = [-3.0 * 0.75, 3.0 * 0.75, -0.25, 0.25].map(|of_sample| of_sample / 2.0);
        let apart = gradient.iter().zip(by_hand).map(|(is, should)| (is - should).abs()).fold(0.0, f32::max);
        assert!(apart < 1e-6, "{gradient:?} {by_hand:?}");
        assert_eq!(numbers(losses.clip_fraction.inner()), [0.0]);
    }

    #[test]
    fn a_step_makes_the_better_action_more_probable_and_the_value_less_wrong() {
        let device = Device::cpu();
        let shape = Shape {
            obs_size: 1,
            action: ActionSpace::Discrete(2),
            hidden: Hidden { layers: 2, width: 8 },
            shared_trunk: false,
            heads: 1,
            activation: Activation::Tanh,
            scaling: ObsScaling::none(1),
            log_std_init: 0.0,
        };
        let mut net = ActorCritic::new(&device, shape, 1e-2, &mut Seed(1).stream("init"));
        let fixed = batch(&device, device.zeros([2, 1]));
        let mut worse: Option<[f32; 2]> = None;
        for _ in 0..5 {
            let policy = net.policy(&net.matrices(), fixed.obs.clone());
            let log_prob = policy.log_prob(fixed.actions.clone());
            let objective = -(log_prob.clone() * fixed.advantages.clone()).mean();
            let error = net.values(&net.matrices(), fixed.obs.clone()) - fixed.returns.clone();
            let now = [objective, (error.clone() * error).mean()].map(|loss| numbers(loss)[0]);
            assert!(worse.is_none_or(|worse| now[0] < worse[0] && now[1] < worse[1]), "{worse:?} {now:?}");
            worse = Some(now);
            update(&mut net, &batch(&device, log_prob), &SETTINGS);
        }
    }
}
