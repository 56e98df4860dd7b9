//! The table of all hyperparameters: what each is, its range, default and unit.
//!
//! The macro turns the table into the struct [`Config`], access to its fields by name, and [`ROWS`].

use super::value::Parameter;
use super::{
    Activation, Algorithm, Allowed, ConfidenceRule, CuriosityKind, ImaginedReward, ModelHeads, ModelKind,
    ModelTarget, SegmentRule, Termination,
};
use crate::kernels::MOST_HIDDEN_LAYERS;
use crate::rewards::TaskReward;

/// One row of the table.
pub(super) struct Row {
    pub(super) name: &'static str,
    pub(super) group: &'static str,
    pub(super) unit: &'static str,
    pub(super) explanation: &'static str,
    pub(super) allowed: Allowed,
}

macro_rules! hyperparameters {
    ($(
        $(#[doc = $doc:literal])+
        $name:ident: $kind:ty = $default:expr, $allowed:expr, $group:literal, $unit:literal;
    )+) => {
        /// All hyperparameters of a run. Make one with [`Config::default`] or a [`preset`](super::preset), change it
        /// with [`Config::set`].
        #[derive(Debug, Clone, PartialEq)]
        pub struct Config { $( $(#[doc = $doc])+ pub $name: $kind, )+ }

        impl Default for Config {
            fn default() -> Self { Self { $( $name: $default, )+ } }
        }

        impl Config {
            /// The field of this name.
            pub(super) fn field(&self, name: &str) -> Option<&dyn Parameter> {
                match name { $( stringify!($name) => Some(&self.$name), )+ _ => None }
            }

            /// The field of this name, to be changed.
            pub(super) fn field_mut(&mut self, name: &str) -> Option<&mut dyn Parameter> {
                match name { $( stringify!($name) => Some(&mut self.$name), )+ _ => None }
            }
        }

        /// The table, as far as it does not depend on values.
        pub(super) static ROWS: &[Row] = &[ $( Row {
            name: stringify!($name),
            group: $group,
            unit: $unit,
            explanation: concat!($($doc),+).trim_ascii(),
            allowed: $allowed,
        } ),+ ];
    };
}

hyperparameters! {
    /// The learner: PPO or A2C from what the policy has just done, DQN (discrete actions), TD3 (continuous actions)
    /// or Dyna-Q (tables) from experience replay.
    algorithm: Algorithm = Algorithm::PPO, Allowed::choice::<Algorithm>(), "learner", "";

    /// Standard deviation of Gaussian noise on the task's state before every step, as a share of its usual change in
    /// one step. With more, the same action ends elsewhere each time.
    task_noise: f64 = 0.0, Allowed::Number { min: 0.0, max: 10.0 }, "task", "share of change";
    /// Whether the agent is not shown velocities. One observation then no longer tells the state.
    task_hidden: bool = false, Allowed::Switch, "task", "";
    /// What is rewarded: what the task itself rewards, or another goal in the same world, such as balancing further to
    /// the right. Each is of one task; `mbppo transfer --help` explains them.
    task_reward: TaskReward = TaskReward::OWN, Allowed::choice::<TaskReward>(), "task", "";
    /// Whether only the goal is rewarded, and not the way there. Then luck or curiosity has to find it first.
    task_sparse: bool = false, Allowed::Switch, "task", "";

    /// Real environments stepped side by side. More give more varied data per iteration.
    num_envs: usize = 4, Allowed::Count { min: 1, max: 64 }, "real experience", "N";
    /// Real steps each environment takes per iteration. With fewer, the model is refitted more often.
    num_steps: usize = 16, Allowed::Count { min: 1, max: 2048 }, "real experience", "T";
    /// Real transitions kept in the replay buffer; the oldest are dropped first.
    replay_capacity: usize = 20_000, Allowed::Count { min: 256, max: 1_000_000 }, "real experience", "transitions";

    /// Age, in real transitions, at which a transition counts half as much as the newest when the world model is
    /// fitted. 0 weighs all equally.
    replay_half_life: usize = 0, Allowed::Count { min: 0, max: 1_000_000 }, "real experience", "transitions";

    /// Discount factor: how much a reward one step later is worth now. Higher looks further ahead and is noisier.
    gamma: f64 = 0.99, Allowed::Number { min: 0.0, max: 1.0 }, "policy", "γ";
    /// GAE's trade-off: 0 relies on the value estimate, 1 on the rewards received.
    gae_lambda: f64 = 0.95, Allowed::Number { min: 0.0, max: 1.0 }, "policy", "λ";
    /// Learning rate of the policy and value networks. If it is too high, approx_kl and clip_fraction jump.
    learning_rate: f64 = 1e-3, Allowed::Number { min: 1e-6, max: 0.1 }, "policy", "per update";
    /// Real steps over which learning_rate falls linearly to a tenth of its value. 0 keeps it constant.
    lr_anneal_steps: usize = 0, Allowed::Count { min: 0, max: 10_000_000 }, "policy", "real steps";
    /// PPO epochs over each batch. More get more out of the batch, but move the policy further from it.
    n_epochs: usize = 6, Allowed::Count { min: 1, max: 100 }, "policy", "epochs";
    /// Samples per minibatch when updating the policy and value.
    batch_size: usize = 256, Allowed::Count { min: 8, max: 16_384 }, "policy", "samples";
    /// PPO's clipping range: how far the probability ratio may move before the objective stops rewarding it.
    clip_range: f64 = 0.2, Allowed::Number { min: 0.01, max: 1.0 }, "policy", "ε";
    /// Clipping range of the value function: how far the value may move in one update. 0 turns clipping off.
    clip_range_vf: f64 = 0.0, Allowed::Number { min: 0.0, max: 1000.0 }, "policy", "ε_v";
    /// Weight of the entropy bonus in the loss. Higher keeps the policy random for longer.
    ent_coef: f64 = 0.01, Allowed::Number { min: 0.0, max: 1.0 }, "policy", "c_ent";
    /// Weight of the value loss.
    vf_coef: f64 = 0.5, Allowed::Number { min: 0.0, max: 10.0 }, "policy", "c_vf";
    /// Gradients are rescaled to at most this global L2 norm.
    max_grad_norm: f64 = 0.5, Allowed::Number { min: 0.01, max: 100.0 }, "policy", "L2 norm";
    /// Stops the epochs early once approx_kl exceeds 1.5 times this value. 0 never stops early.
    target_kl: f64 = 0.0, Allowed::Number { min: 0.0, max: 1.0 }, "policy", "nats";
    /// Whether advantages are normalised to mean 0 and standard deviation 1 before each update. If not, the step size
    /// follows their scale.
    normalize_advantage: bool = true, Allowed::Switch, "policy", "";
    /// Hidden layers of the policy and value networks, and of the Q-networks of DQN and TD3. More are more
    /// expressive, and slower to compute and train.
    hidden_layers: usize = 2, Allowed::Count { min: 1, max: MOST_HIDDEN_LAYERS }, "policy", "layers";
    /// Width of the hidden layers of the policy and value networks, and of the Q-networks of DQN and TD3.
    hidden_size: usize = 64, Allowed::Count { min: 4, max: 512 }, "policy", "units";
    /// Whether policy and value share their hidden layers, which is cheaper to compute. Both gradients then act on
    /// the same weights; vf_coef balances them.
    shared_trunk: bool = false, Allowed::Switch, "policy", "";

    /// Whether policy and value see observations scaled to the task's usual range, −1 to 1. Needed where a component
    /// is as small as a car's velocity.
    normalize_obs: bool = true, Allowed::Switch, "policy", "";
    /// Factor applied to the task's reward before learning, so that returns are roughly 1 to 100. Returns are shown
    /// unscaled.
    reward_scale: f64 = 1.0, Allowed::Number { min: 1e-4, max: 1000.0 }, "policy", "share";
    /// Initial log standard deviation of a Gaussian policy, in the action's unit.
    log_std_init: f64 = 0.0, Allowed::Number { min: -5.0, max: 2.0 }, "policy", "log σ";

    /// Activation function of policy and value. relu is cheaper, tanh is usual.
    activation: Activation = Activation::Tanh, Allowed::choice::<Activation>(), "policy", "";

    /// Real steps with random actions before an off-policy learner starts to learn. More make the initial replay more
    /// varied.
    learning_starts: usize = 1000, Allowed::Count { min: 0, max: 1_000_000 }, "learning from replay", "real steps";
    /// Environment steps between two rounds of training of an off-policy learner. With more, the same policy acts for
    /// longer.
    train_freq: usize = 1, Allowed::Count { min: 1, max: 10_000 }, "learning from replay", "steps";
    /// Updates per round of training of an off-policy learner, each on a fresh minibatch from replay. More get more out
    /// of the data, and may overfit it.
    gradient_steps: usize = 1, Allowed::Count { min: 1, max: 10_000 }, "learning from replay", "updates";
    /// Soft-update coefficient: how far the target network moves towards the online network each time. 1 copies it.
    tau: f64 = 0.005, Allowed::Number { min: 1e-4, max: 1.0 }, "learning from replay", "τ";
    /// Real steps between two updates of DQN's target network. More are steadier and slower.
    target_update_interval: usize = 250, Allowed::Count { min: 1, max: 1_000_000 }, "learning from replay",
        "real steps";
    /// Double DQN: the online network chooses the action, the target network evaluates it, which reduces
    /// overestimation.
    double_q: bool = false, Allowed::Switch, "learning from replay", "";
    /// Real steps over which DQN's ε falls from its initial to its final value.
    exploration_steps: usize = 8000, Allowed::Count { min: 1, max: 10_000_000 }, "learning from replay", "real steps";
    /// DQN's initial ε, the probability of a random action.
    exploration_initial_eps: f64 = 1.0, Allowed::Number { min: 0.0, max: 1.0 }, "learning from replay", "ε";
    /// Final ε of DQN, and the constant ε of Dyna-Q. Higher keeps exploring; the greedy evaluation does not show it.
    exploration_final_eps: f64 = 0.05, Allowed::Number { min: 0.0, max: 1.0 }, "learning from replay", "ε";
    /// Critic updates per policy update in TD3. More let the critics settle before the policy follows them.
    policy_delay: usize = 2, Allowed::Count { min: 1, max: 100 }, "learning from replay", "updates";
    /// Standard deviation of the noise on TD3's target action: similar actions should have similar values.
    target_policy_noise: f64 = 0.2, Allowed::Number { min: 0.0, max: 2.0 }, "learning from replay", "share of bound";
    /// TD3's target policy noise is clipped to ± this.
    target_noise_clip: f64 = 0.5, Allowed::Number { min: 0.0, max: 2.0 }, "learning from replay", "share of bound";
    /// Standard deviation of TD3's exploration noise. Higher explores more and controls less precisely.
    action_noise_std: f64 = 0.1, Allowed::Number { min: 0.0, max: 2.0 }, "learning from replay", "share of bound";
    /// Correlation of TD3's exploration noise from one step to the next. 0 draws afresh each step; near 1 it pushes
    /// one way for long, like an Ornstein–Uhlenbeck process.
    action_noise_correlation: f64 = 0.0, Allowed::Number { min: 0.0, max: 0.999 }, "learning from replay", "share";

    /// The kind of world model: perceptrons that see the present step, or perceptrons that are also told what a GRU
    /// remembers of the steps before. The GRU learns more slowly; for it a page fetches another program first.
    model: ModelKind = ModelKind::Perceptrons, Allowed::choice::<ModelKind>(), "world model", "";
    /// World models in the ensemble, each fitted to its own bootstrap sample. Their disagreement is the uncertainty;
    /// a single model learns from all transitions and has none.
    ensemble_size: usize = 5, Allowed::Count { min: 1, max: 10 }, "world model", "E";
    /// Hidden layers of the world model.
    model_hidden_layers: usize = 2, Allowed::Count { min: 1, max: MOST_HIDDEN_LAYERS }, "world model", "layers";
    /// Width of the hidden layers of the world model.
    model_hidden_size: usize = 128, Allowed::Count { min: 4, max: 512 }, "world model", "units";
    /// Activation function of the world model. relu is cheaper, silu is smoother.
    model_activation: Activation = Activation::Silu, Allowed::choice::<Activation>(), "world model", "";
    /// Learning rate of the world model.
    model_learning_rate: f64 = 1e-3, Allowed::Number { min: 1e-6, max: 0.1 }, "world model", "per update";
    /// Transitions per minibatch for each member of the ensemble.
    model_batch_size: usize = 128, Allowed::Count { min: 8, max: 4096 }, "world model", "samples";
    /// Maximum updates of the world model per iteration.
    model_updates: usize = 150, Allowed::Count { min: 1, max: 10_000 }, "world model", "updates";
    /// Fitting stops after this many checks on held-out data without improvement. There is a check every 25 updates.
    model_patience: usize = 3, Allowed::Count { min: 1, max: 100 }, "world model", "checks";
    /// What the model predicts: the normalised difference to the next state, or, as in the textbook recipe, the raw
    /// next state.
    model_target: ModelTarget = ModelTarget::Difference, Allowed::choice::<ModelTarget>(), "world model", "";
    /// What each member outputs: a point prediction, or a Gaussian whose variance is learned by maximum likelihood.
    model_heads: ModelHeads = ModelHeads::Deterministic, Allowed::choice::<ModelHeads>(), "world model", "";
    /// How imagination decides that an episode ends: a learned prediction, the task's own rule, or not at all.
    termination: Termination = Termination::Learned, Allowed::choice::<Termination>(), "world model", "";
    /// Where imagination has the rewards from: predictions of the model, or the task's own rule. With the rule, a
    /// model serves other rewards than those that it has seen.
    imagined_reward: ImaginedReward = ImaginedReward::Learned, Allowed::choice::<ImaginedReward>(), "world model", "";
    /// Weight of the termination loss in the model's loss. Terminations are rare and abrupt: at 1 they distort the
    /// layers that predict the state.
    end_coef: f64 = 0.1, Allowed::Number { min: 0.0, max: 10.0 }, "world model", "c_end";
    /// Size of the worst-case perturbation of the model's input during training, in standard deviations. 0 turns it
    /// off.
    adversarial_eps: f64 = 0.0, Allowed::Number { min: 0.0, max: 1.0 }, "world model", "std";

    /// Rounds of imagining and improving per iteration. 0 is plain PPO.
    imagination_rounds: usize = 10, Allowed::Count { min: 0, max: 50 }, "imagination", "K";
    /// Maximum length of an imagined branch. With the rule multi_step, no longer than the model's error has been
    /// measured on held-out data.
    horizon: usize = 20, Allowed::Count { min: 1, max: 100 }, "imagination", "H";
    /// Length of MBPO's branches at first; it grows to horizon.
    horizon_first: usize = 1, Allowed::Count { min: 1, max: 100 }, "imagination", "steps";
    /// Real steps after learning_starts over which the length of MBPO's branches grows from horizon_first to horizon. 0
    /// takes horizon from the start.
    horizon_steps: usize = 0, Allowed::Count { min: 0, max: 1_000_000 }, "imagination", "real steps";
    /// Share of real rows in MBPO's minibatches; the others are imagined. At 1 it is plain SAC.
    real_ratio: f64 = 0.05, Allowed::Number { min: 0.0, max: 1.0 }, "imagination", "share";
    /// Whether the horizon adapts to the model: only as many steps as it predicts well, and a branch ends where the
    /// members disagree.
    adaptive_depth: bool = false, Allowed::Switch, "imagination", "";
    /// Held-out error at which adaptive depth stops, as a share of the change; 1 is as bad as predicting no change.
    depth_error_max: f64 = 0.3, Allowed::Number { min: 0.001, max: 10.0 }, "imagination", "share of change";
    /// Disagreement of the members at which adaptive depth ends a branch, in standard deviations of a one-step
    /// change.
    disagreement_max: f64 = 0.5, Allowed::Number { min: 0.001, max: 100.0 }, "imagination", "std of change";
    /// Whether the number of branches follows the confidence; if not, it is always branches_max. Besides this,
    /// confidence only weighs imagined against real samples in the first round.
    adaptive_breadth: bool = true, Allowed::Switch, "imagination", "";
    /// Imagined branches per round when confidence in the model is lowest.
    branches_min: usize = 10, Allowed::Count { min: 1, max: 100_000 }, "imagination", "n_min";
    /// Imagined branches per round when confidence in the model is full.
    branches_max: usize = 100, Allowed::Count { min: 1, max: 100_000 }, "imagination", "n_max";
    /// How model error becomes confidence: from the error over the horizon in use, as far as it is known, or, as in
    /// the textbook recipe, from the one-step loss, which then imagines the whole horizon unmeasured.
    confidence_rule: ConfidenceRule = ConfidenceRule::MultiStep, Allowed::choice::<ConfidenceRule>(), "imagination", "";
    /// Confidence at or below which branches_min branches are imagined.
    confidence_min: f64 = 0.05, Allowed::Number { min: 0.0, max: 0.99 }, "imagination", "c_min";
    /// Imagination is skipped while the model explains less than this share of the held-out one-step change. 0 uses
    /// any model that has been tested.
    model_r2_min: f64 = 0.5, Allowed::Number { min: 0.0, max: 0.999 }, "imagination", "R²";
    /// Weight of an imagined sample relative to a real one, multiplied by the confidence. It acts in the first round
    /// of an iteration, where both are learned from together. Later rounds are purely imagined, and there it has no
    /// effect.
    imagination_discount: f64 = 0.8, Allowed::Number { min: 0.0, max: 1.0 }, "imagination", "weight";
    /// Branches start from this newest share of the real states.
    start_fraction: f64 = 0.25, Allowed::Number { min: 0.01, max: 1.0 }, "imagination", "share";
    /// Real steps over which imagination is phased out: rounds fall linearly from imagination_rounds to 0. 0 keeps
    /// them.
    hybrid_steps: usize = 0, Allowed::Count { min: 0, max: 10_000_000 }, "imagination", "real steps";
    /// Where the advantage recursion stops: at the end of each branch or, as a cautionary example, nowhere.
    imagined_segments: SegmentRule = SegmentRule::PerBranch, Allowed::choice::<SegmentRule>(), "imagination", "";

    /// What counts as novel and is rewarded in addition to the task's reward.
    curiosity: CuriosityKind = CuriosityKind::Rnd, Allowed::choice::<CuriosityKind>(), "curiosity", "";
    /// Initial weight of the intrinsic reward.
    beta: f64 = 0.01, Allowed::Number { min: 0.0, max: 1.0 }, "curiosity", "β";
    /// Whether β rises while returns fall and falls while they rise.
    adaptive_beta: bool = true, Allowed::Switch, "curiosity", "";
    /// Discount factor of the intrinsic reward: how far ahead novelty is worth seeking, and over how long its scale
    /// is measured.
    gamma_int: f64 = 0.99, Allowed::Number { min: 0.0, max: 1.0 }, "curiosity", "γ_int";
    /// Whether the intrinsic reward has a value head of its own; if not, it is added to the reward before advantages
    /// are computed.
    separate_values: bool = true, Allowed::Switch, "curiosity", "";
    /// Whether the end of an episode also ends the intrinsic return. If not, novelty continues into the next episode
    /// and failing costs no curiosity, which suits tasks that end at a goal.
    episodic_novelty: bool = true, Allowed::Switch, "curiosity", "";
    /// Whether the curiosity module learns from imagined steps too, after each round, so that they count as familiar.
    /// It has no effect with disagreement, which learns nothing of its own.
    curiosity_on_imagined: bool = false, Allowed::Switch, "curiosity", "";
    /// Learning rate of the curiosity module.
    curiosity_learning_rate: f64 = 1e-3, Allowed::Number { min: 1e-6, max: 0.1 }, "curiosity", "per update";

    /// Dyna-Q's step size: how far a table entry moves towards its target, real or planned. 1 replaces it, which
    /// suits deterministic tasks.
    table_learning_rate: f64 = 0.1, Allowed::Number { min: 1e-3, max: 1.0 }, "dyna-q", "α";
    /// Planning steps in Dyna-Q's tabular model after each real step.
    planning_steps: usize = 50, Allowed::Count { min: 0, max: 10_000 }, "dyna-q", "n";
    /// Bonus in planning for actions not tried for long, per √step: above 0 it is Dyna-Q+.
    planning_bonus: f64 = 0.0, Allowed::Number { min: 0.0, max: 1.0 }, "dyna-q", "κ";

    /// Standard deviation of the first changes of a policy that is searched for: how far from the best so far random
    /// search looks, and how far policy search looks at first. Where actions are choices and the policy is linear, it
    /// makes no difference to random search: only which output is highest counts.
    search_noise: f64 = 1.0, Allowed::Number { min: 1e-3, max: 10.0 }, "search", "ν";
    /// Episodes that each policy is tried for: real ones in random search, imagined ones in policy search. More are
    /// needed where returns depend on luck, or where the model does.
    search_episodes: usize = 1, Allowed::Count { min: 1, max: 100 }, "search", "E";
    /// Generations of policy search between two fits of the model. More find better policies in it, and more of its
    /// mistakes.
    search_generations: usize = 20, Allowed::Count { min: 1, max: 1000 }, "search", "G";
    /// Policies in a generation of policy search. More find the way more surely and cost as much more.
    search_population: usize = 32, Allowed::Count { min: 4, max: 512 }, "search", "P";
    /// Hidden units of the policy that policy search looks for. 0 makes it linear.
    search_hidden_size: usize = 0, Allowed::Count { min: 0, max: 64 }, "search", "units";

    /// Plans that a planner tries in its model in every iteration of a decision. More find better ones and cost as much
    /// more.
    plan_candidates: usize = 24, Allowed::Count { min: 2, max: 512 }, "planning", "P";
    /// Imagined futures of every plan, each with a member of the ensemble and chance of its own. More tell luck from
    /// merit and cost as much more.
    plan_particles: usize = 5, Allowed::Count { min: 1, max: 50 }, "planning", "K";
    /// Iterations of a decision: plans are drawn anew around the best of the iteration before. More refine the plan and
    /// cost as much more.
    plan_iterations: usize = 3, Allowed::Count { min: 1, max: 20 }, "planning", "iterations";
    /// The best plans of an iteration, of which the next ones are made. With fewer the search narrows faster.
    plan_elites: usize = 6, Allowed::Count { min: 1, max: 256 }, "planning", "plans";
    /// How widely a decision looks around the rest of the last plan: a standard deviation as a share of the action's
    /// bound or, where actions are choices, the share of them that is drawn at random.
    plan_noise: f64 = 0.5, Allowed::Number { min: 0.01, max: 1.0 }, "planning", "share";
    /// How alike the actions of neighbouring steps are drawn: 0 is white noise, 2 a random walk. With more a plan
    /// pushes one way for longer.
    plan_noise_exponent: f64 = 2.0, Allowed::Number { min: 0.0, max: 5.0 }, "planning", "β";
    /// Share of the old mean and spread that stays when the elites make new ones. Higher narrows more slowly.
    plan_momentum: f64 = 0.1, Allowed::Number { min: 0.0, max: 0.99 }, "planning", "α";
    /// Caution: a plan is worth its mean return less so many standard deviations of what its particles disagree about.
    plan_caution: f64 = 0.0, Allowed::Number { min: 0.0, max: 10.0 }, "planning", "std";

    /// Real steps between two evaluations of the greedy policy; evaluation steps are not counted as real steps. 0
    /// turns evaluation off.
    eval_every: usize = 250, Allowed::Count { min: 0, max: 1_000_000 }, "evaluation", "real steps";
    /// Fresh episodes per evaluation.
    eval_episodes: usize = 20, Allowed::Count { min: 1, max: 200 }, "evaluation", "episodes";
}
