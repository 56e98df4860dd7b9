//! Every metric: its name, unit, meaning, healthy range and what a bad value suggests, once.
//!
//! Names are Stable-Baselines3's where it has the quantity. The file is as long as its table, which is one list because
//! its order is that of the page.

use serde::Serialize;

/// One row of [`METRICS`].
#[derive(Debug, Clone, Copy, Serialize)]
pub struct Metric {
    /// Name in Rust, JSON and on the page.
    pub name: &'static str,
    /// Unit, empty for a pure number.
    pub unit: &'static str,
    /// What it is, in one sentence.
    pub meaning: &'static str,
    /// What is healthy, in one sentence.
    pub healthy: &'static str,
    /// What to try if it is not.
    pub advice: &'static str,
}

const fn metric(
    name: &'static str,
    unit: &'static str,
    meaning: &'static str,
    healthy: &'static str,
    advice: &'static str,
) -> Metric {
    Metric { name, unit, meaning, healthy, advice }
}

/// All metrics, in the order in which data flows through an iteration.
pub const METRICS: &[Metric] = &[
    metric("time/iterations", "iterations", "Finished iterations.", "Grows steadily.", ""),
    metric(
        "time/total_timesteps",
        "real steps",
        "Steps taken in the real task.",
        "Grows steadily; imagined steps do not count.",
        "",
    ),
    metric(
        "rollout/ep_rew_mean",
        "return",
        "Mean return of the last 100 real episodes.",
        "Rises over time; it is noisy because the policy still explores.",
        "If it falls for long, lower learning_rate or n_epochs.",
    ),
    metric(
        "rollout/ep_len_mean",
        "steps",
        "Mean length of the last 100 real episodes.",
        "Depends on the task: long is good on CartPole.",
        "Compare it with the task's time limit.",
    ),
    metric(
        "rollout/exploration_rate",
        "share",
        "DQN's ε: the share of random actions.",
        "Falls to exploration_final_eps over exploration_steps real steps.",
        "If returns rise only once it is low, lower exploration_steps; if they never rise, raise it.",
    ),
    metric(
        "eval/mean_reward",
        "return",
        "Mean return of fresh episodes in which the policy always takes its most likely action.",
        "Rises to the task's bar, usually above the training return.",
        "If it is far below the training return, the policy depends on its randomness: lower ent_coef.",
    ),
    metric(
        "world_model/train_loss",
        "loss",
        "Loss of the world model on the transitions it learns from: state, reward and end together.",
        "Falls within each fit.",
        "If it does not fall, raise model_updates or model_learning_rate.",
    ),
    metric(
        "world_model/val_loss",
        "loss",
        "The same loss on held-out experience, one step ahead.",
        "Falls, and stays close to train_loss.",
        "If it rises while train_loss falls, the model overfits: collect more real steps.",
    ),
    metric(
        "world_model/val_state_mse",
        "variance of change",
        "Squared one-step error of the predicted state change on held-out experience; 1 is as bad as predicting the \
         mean.",
        "Below 0.05 after a few hundred real steps.",
        "If it stays near 1, the model needs more real steps or a larger model_hidden_size.",
    ),
    metric(
        "world_model/val_reward_mse",
        "squared reward std",
        "Squared error of the predicted reward on held-out experience, over the variance of the reward.",
        "Near 0.",
        "If it is large, rewards may depend on something the agent cannot see.",
    ),
    metric(
        "world_model/val_end_bce",
        "nats",
        "Cross-entropy of the predicted episode end on held-out experience.",
        "Below 0.1.",
        "If it is large, few episodes have ended yet: let it see more failures.",
    ),
    metric(
        "world_model/val_open_loop",
        "share of change",
        "Held-out error after as many imagined steps as the horizon has, over the change in that time; 1 is as bad as \
         predicting no change.",
        "Below 0.1 means that 90 % of the change is foreseen.",
        "If it is above 1, imagination at this horizon misleads: shorten horizon.",
    ),
    metric(
        "world_model/calibration",
        "rank correlation",
        "Rank correlation between the members' disagreement and the model's error: 1 is perfect, 0 is chance.",
        "Above 0.4.",
        "If it is near 0, disagreement says nothing: raise ensemble_size, and do not use adaptive_depth.",
    ),
    metric(
        "world_model/confidence",
        "",
        "How far the model is trusted, from its held-out error: it decides how many branches are imagined, and what an \
         imagined sample weighs beside a real one in the first round.",
        "Rises towards 1 as the model learns.",
        "If it stays low, shorten horizon or collect more real steps.",
    ),
    metric(
        "world_model/confidence_multi_step",
        "",
        "Confidence by the default rule: exp(−val_open_loop / τ), one half where 90 % of the change is foreseen.",
        "Rises towards 1 as the model learns.",
        "Compare it with confidence_one_step, which hardly moves.",
    ),
    metric(
        "world_model/confidence_one_step",
        "",
        "Confidence by the textbook's rule: exp(−val_loss), looking one step ahead only.",
        "Near 1 almost always, which is why it is not the default.",
        "Do not rely on it: a model can look perfect one step ahead and be useless after ten.",
    ),
    metric(
        "imagination/branches",
        "branches",
        "Imagined branches in one round.",
        "Follows the confidence between branches_min and branches_max.",
        "If it is always at its maximum, look whether confidence_rule is one_step.",
    ),
    metric(
        "imagination/horizon",
        "steps",
        "Steps that a branch may last in this iteration.",
        "The hyperparameter horizon, or fewer while the model's error is known for fewer only; with adaptive_depth it \
         grows as the model learns to look ahead.",
        "If it stays at 1 with adaptive_depth, raise depth_error_max or collect more real steps.",
    ),
    metric(
        "imagination/length_mean",
        "steps",
        "Depth of imagination: mean length of the branches imagined in this iteration, 0 while imagination is skipped.",
        "Close to horizon once the policy is good.",
        "If it is short while real episodes are long, the model predicts ends that do not come.",
    ),
    metric(
        "imagination/terminated",
        "share",
        "Share of this iteration's imagined branches that end because an end of the episode is predicted.",
        "As common as ends are in the real task within the horizon.",
        "If it is high while real episodes are long, collect more real steps or raise end_coef.",
    ),
    metric(
        "imagination/cut",
        "share",
        "Share of this iteration's imagined branches that are cut before the horizon, because they leave the range of \
         what was really seen or, with adaptive_depth, because the members disagree. All others reach the horizon or \
         an end.",
        "Near 0; with adaptive_depth it falls as the model learns.",
        "If it is high, shorten horizon or collect more real steps.",
    ),
    metric(
        "imagination/reward_mean",
        "reward per step",
        "Mean reward the model predicts for an imagined step.",
        "Close to the real reward per step.",
        "If it is higher than the real one, the policy exploits errors of the model.",
    ),
    metric(
        "imagination/return_gap",
        "return",
        "What the policy collects in the model over a horizon minus what it really collected, from the same starts.",
        "Near 0.",
        "If it stays above 0, the policy exploits the model's mistakes: shorten horizon, raise model_r2_min or lower \
         branches_max.",
    ),
    metric(
        "imagination/overflowed",
        "share",
        "Share of the imagined branches that were cut because the model's numbers grew out of all bounds.",
        "0.",
        "If it is not 0, shorten horizon or take model_target = difference.",
    ),
    metric(
        "imagination/disagreement",
        "std of change",
        "Disagreement of the ensemble along the imagined futures on the stage, relative to the usual one-step change.",
        "Below 0.3; high where the model has not been.",
        "If it is high, collect more real steps or shorten horizon.",
    ),
    metric(
        "train/loss",
        "loss",
        "The loss minimised: policy, value and entropy terms together, or DQN's Huber loss.",
        "Small compared with the returns; its parts say more.",
        "If it explodes, lower learning_rate, or raise target_update_interval for DQN.",
    ),
    metric(
        "train/critic_loss",
        "squared return",
        "Sum of the squared errors of the critics of TD3, DDPG and, halved, SAC.",
        "Rises with the returns, without exploding.",
        "If it explodes, lower learning_rate, tau or reward_scale.",
    ),
    metric(
        "train/actor_loss",
        "return",
        "Negative mean value that the critics assign to the policy's actions; in SAC with its entropy.",
        "Falls as the policy improves.",
        "If it falls while evaluations do not rise, the critics overestimate: raise policy_delay.",
    ),
    metric(
        "train/ent_coef",
        "reward per nat",
        "SAC's entropy coefficient: what a nat of entropy is worth beside the reward.",
        "Falls from 1 as the policy becomes sure, and then stays.",
        "If it keeps rising, the policy cannot be as random as it is meant to be: lower reward_scale.",
    ),
    metric(
        "train/ent_coef_loss",
        "loss",
        "The loss of SAC's entropy coefficient: its logarithm times what the entropy lacks of its target.",
        "Around zero once the entropy has reached its target.",
        "Its sign says little by itself; watch ent_coef.",
    ),
    metric(
        "train/q_mean",
        "return",
        "Mean target value of a learner from replay: discounted, and multiplied by reward_scale.",
        "Approaches the discounted return that is really reached.",
        "If it rises far above that, values are overestimated: set double_q, or lower learning_rate.",
    ),
    metric(
        "train/policy_gradient_loss",
        "loss",
        "PPO's clipped policy loss; its sign and size say little by themselves.",
        "Small, around zero.",
        "Watch approx_kl instead.",
    ),
    metric(
        "train/value_loss",
        "squared return",
        "Squared error of the value estimate, clipped as the policy is.",
        "Rises when returns rise, then falls.",
        "If it explodes, lower learning_rate or vf_coef.",
    ),
    metric(
        "train/entropy_loss",
        "nats",
        "Minus the entropy of the policy: near 0 is deterministic, −0.69 is a coin flip between two actions.",
        "Rises slowly towards 0.",
        "If it reaches 0 early, raise ent_coef.",
    ),
    metric(
        "train/approx_kl",
        "nats",
        "How far the policy moved in an update, as a Kullback–Leibler divergence.",
        "0.001 to 0.05.",
        "If it is higher, lower learning_rate or n_epochs, or set target_kl.",
    ),
    metric(
        "train/clip_fraction",
        "share",
        "Share of samples whose probability ratio left the clip range.",
        "0.02 to 0.3.",
        "If it is higher, lower learning_rate or n_epochs.",
    ),
    metric(
        "train/explained_variance",
        "share",
        "Share of the variance of real returns that the value function predicted; below 0 it is worse than a constant. \
         Undefined while returns hardly vary.",
        "Rises towards 1.",
        "If it stays below 0, the value lags behind: raise n_epochs.",
    ),
    metric(
        "train/grad_norm",
        "L2 norm",
        "Global L2 norm of the gradient, before clipping.",
        "Around max_grad_norm or below.",
        "If it is far above, lower learning_rate.",
    ),
    metric(
        "train/learning_rate",
        "per update",
        "Current learning rate of policy and value.",
        "learning_rate, falling if lr_anneal_steps is set.",
        "",
    ),
    metric("train/clip_range", "ε", "How far a probability ratio may move in an update.", "clip_range.", ""),
    metric(
        "train/std",
        "unit of the action",
        "Standard deviation of a Gaussian policy, averaged over action components.",
        "Falls slowly as the policy becomes more certain.",
        "If it grows, lower ent_coef; if it falls to 0 early, raise it.",
    ),
    metric(
        "search/return_mean",
        "return",
        "Mean return that the last generation of policy search had in the model.",
        "Near eval/mean_reward, as far as horizon steps go.",
        "If it is far above what really comes, the search exploits the model: lower search_generations, or raise \
         search_episodes or ensemble_size.",
    ),
    metric(
        "search/step_size",
        "weight",
        "How far policy search still steps at the end of a search, as a standard deviation.",
        "Below search_noise.",
        "If it is above, the search had not come to its end: raise search_generations.",
    ),
    metric(
        "plan/value",
        "return",
        "What the chosen plan is worth in the model, over horizon steps.",
        "Near what the next horizon steps really bring.",
        "If it is far above, the planner exploits the model: raise plan_particles or plan_caution.",
    ),
    metric(
        "plan/doubt",
        "return",
        "How far the imagined futures of the chosen plan are apart, as a standard deviation of their returns.",
        "Falls as the model learns.",
        "If it stays high, raise model_updates or ensemble_size, or plan with more plan_caution.",
    ),
    metric(
        "train/n_updates",
        "updates",
        "Updates of the policy and the value so far.",
        "Grows steadily.",
        "",
    ),
    metric(
        "curiosity/novelty_mean",
        "std of novelty return",
        "Mean novelty of the newest real states, normalised by the standard deviation of the intrinsic return.",
        "Falls as the state space becomes known, with peaks at discoveries.",
        "If it is zero from the start, curiosity_learning_rate is too high.",
    ),
    metric(
        "curiosity/loss",
        "squared feature",
        "Prediction error of the curiosity module on the newest real states.",
        "Falls, with peaks at discoveries.",
        "If it never falls, raise curiosity_learning_rate.",
    ),
    metric(
        "curiosity/beta",
        "weight",
        "β, the weight of the intrinsic reward.",
        "Falls while returns rise.",
        "If it grows to 1, returns have been falling for long.",
    ),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_metric_is_explained_and_named_once() {
        for (index, metric) in METRICS.iter().enumerate() {
            assert!(metric.meaning.ends_with('.') && metric.healthy.ends_with('.'), "{}", metric.name);
            assert!(METRICS[..index].iter().all(|other| other.name != metric.name), "{}", metric.name);
        }
    }
}
