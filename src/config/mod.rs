//! Every hyperparameter: its range, default, unit and explanation, defined once.
//!
//! The macro `hyperparameters!` turns the table below into the struct [`Config`], its checks, and [`schema`], from
//! which the page builds its controls, tooltips and URL parameters and the command line its options. Anything set by
//! name from text goes through [`Config::set`].

mod effect;
mod learner;
mod learners;
mod memory;
mod preset;
mod shown;
mod text;
mod value;

pub use effect::{Remark, TaskHas};
pub use learner::{Algorithm, Inputs, Kind, LEARNERS, Learner, Needs, Network, Outputs};
pub use memory::{MOST_BYTES, Need, Sizes, side_by_side};
pub use preset::{ForTask, PRESETS, Preset, TUNED, preset};
pub use shown::Shown;
pub use value::{
    Activation, Allowed, Choice, ConfidenceRule, CuriosityKind, ModelHeads, ModelKind, ModelTarget,
    SegmentRule, Termination, count,
};

use crate::error::{Error, Result};
use crate::kernels::MOST_HIDDEN_LAYERS;
use crate::nearest::the_nearest;
use serde::Serialize;
use value::Parameter;

/// H, numbers that each member of a recurrent world model remembers.
pub const RECURRENT_UNITS: usize = 16;

/// L, steps of the window from which a recurrent world model learns one of them: the last one.
pub const RECURRENT_STEPS: usize = 8;

/// One row of [`schema`].
#[derive(Debug, Clone, Serialize)]
pub struct Hyperparameter {
    /// Name in Rust, JSON, URL and on the command line.
    pub name: &'static str,
    /// Which part of the program it belongs to.
    pub group: &'static str,
    /// Unit, or the letter that stands for it in the formulas.
    pub unit: &'static str,
    /// What it is, and what one sees when it is raised.
    pub explanation: &'static str,
    /// Default value as text.
    pub default: String,
    /// What values it may take.
    pub allowed: Allowed,
}

macro_rules! hyperparameters {
    ($(
        $(#[doc = $doc:literal])+
        $name:ident: $kind:ty = $default:expr, $allowed:expr, $group:literal, $unit:literal;
    )+) => {
        /// All hyperparameters of a run. Make one with [`Config::default`] or a [`preset`], change it with
        /// [`Config::set`].
        #[derive(Debug, Clone, PartialEq)]
        pub struct Config { $( $(#[doc = $doc])+ pub $name: $kind, )+ }

        impl Default for Config {
            fn default() -> Self { Self { $( $name: $default, )+ } }
        }

        impl Config {
            /// Sets one field by name from text, as a URL or a command line gives it.
            ///
            /// # Errors
            /// [`Error::Config`] that names the field, the value and what is allowed; nothing is changed then.
            pub fn set(&mut self, name: &str, text: &str) -> Result<()> {
                match name {
                    $( stringify!($name) => {
                        self.$name = <$kind as Parameter>::parse(text, &$allowed).map_err(|allowed| Error::Config {
                            field: name.into(), value: text.into(), allowed,
                        })?;
                    } )+
                    _ => return Err(Error::Config {
                        field: name.into(),
                        value: text.into(),
                        allowed: format!(
                            "there is no hyperparameter of this name{}",
                            the_nearest(name, [$( stringify!($name) ),+]),
                        ),
                    }),
                }
                Ok(())
            }

            /// The value of one field as text, `None` if there is no such field.
            pub fn get(&self, name: &str) -> Option<String> {
                match name {
                    $( stringify!($name) => Some(Parameter::text(&self.$name)), )+
                    _ => None,
                }
            }
        }

        /// All hyperparameters, in the order of the table.
        pub fn schema() -> Vec<Hyperparameter> {
            let default = Config::default();
            vec![ $( Hyperparameter {
                name: stringify!($name),
                group: $group,
                unit: $unit,
                explanation: concat!($($doc),+).trim(),
                default: Parameter::text(&default.$name),
                allowed: $allowed,
            } ),+ ]
        }
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
    /// remembers of the steps before. The GRU learns more slowly; it is in the command-line program, not in the page.
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

    /// Standard deviation of random search's shaking: how far from its best policy it looks. Where actions are
    /// choices it makes no difference: only which output is highest counts.
    search_noise: f64 = 1.0, Allowed::Number { min: 1e-3, max: 10.0 }, "random search", "ν";
    /// Episodes that random search tries each policy for. More are needed where returns depend on luck.
    search_episodes: usize = 1, Allowed::Count { min: 1, max: 100 }, "random search", "E";

    /// Real steps between two evaluations of the greedy policy; evaluation steps are not counted as real steps. 0
    /// turns evaluation off.
    eval_every: usize = 250, Allowed::Count { min: 0, max: 1_000_000 }, "evaluation", "real steps";
    /// Fresh episodes per evaluation.
    eval_episodes: usize = 20, Allowed::Count { min: 1, max: 200 }, "evaluation", "episodes";
}

/// Fewest real steps of an iteration of which a mean and a spread say something.
const FEWEST_NORMALISED: usize = 8;

impl Config {
    /// Value heads: one for the task's reward, and one for novelty where it has its own.
    pub fn value_heads(&self) -> usize {
        if self.curiosity != CuriosityKind::None && self.separate_values { 2 } else { 1 }
    }

    /// Checks what no single field can: that the fields go together.
    ///
    /// # Errors
    /// [`Error::Config`] with the field that has to give way.
    pub fn validate(&self) -> Result<()> {
        if self.branches_min > self.branches_max {
            return Err(Error::Config {
                field: "branches_min".into(),
                value: self.branches_min.to_string(),
                allowed: format!("it must not be above branches_max = {}", self.branches_max),
            });
        }
        if self.curiosity == CuriosityKind::Disagreement
            && (self.ensemble_size < 2 || self.imagination_rounds == 0)
        {
            return Err(Error::Config {
                field: "curiosity".into(),
                value: "disagreement".into(),
                allowed: "it needs a world model (imagination_rounds of 1 or more) with an ensemble_size of 2 or more"
                    .into(),
            });
        }
        if self.algorithm.kind != Kind::OnPolicy {
            return self.validate_other_learner();
        }
        self.validate_normalising()?;
        if self.num_envs * self.num_steps > self.replay_capacity {
            return Err(Error::Config {
                field: "replay_capacity".into(),
                value: self.replay_capacity.to_string(),
                allowed: format!(
                    "it must hold one iteration of num_envs · num_steps = {} transitions",
                    self.num_envs * self.num_steps
                ),
            });
        }
        Ok(())
    }

    /// Mean 0 and spread 1 of one advantage is 0, and of two ±0.7, whatever happened; novelty is divided by a spread
    /// too.
    fn validate_normalising(&self) -> Result<()> {
        let steps = self.num_envs * self.num_steps;
        let normalised = match (self.normalize_advantage, self.curiosity) {
            (true, _) => "normalize_advantage = true",
            (false, CuriosityKind::None) => return Ok(()),
            (false, _) => "curiosity",
        };
        if steps >= FEWEST_NORMALISED {
            return Ok(());
        }
        let allowed = format!(
            "num_envs · num_steps = {steps} real steps an iteration are too few to be normalised ({normalised}): there \
             must be {FEWEST_NORMALISED} or more"
        );
        Err(Error::Config { field: "num_steps".into(), value: self.num_steps.to_string(), allowed })
    }

    /// Learners of the other kinds have no world model of networks and explore by chance alone.
    fn validate_other_learner(&self) -> Result<()> {
        let needed_by = |field: &str, value: String, allowed: &str| {
            let name = self.algorithm.word;
            Err(Error::Config { field: field.into(), value, allowed: format!("{name} needs {allowed}") })
        };
        if self.imagination_rounds > 0 {
            let value = self.imagination_rounds.to_string();
            return needed_by("imagination_rounds", value, "0: it has no world model of networks");
        }
        if self.curiosity != CuriosityKind::None {
            let value = Parameter::text(&self.curiosity);
            return needed_by("curiosity", value, "none: it explores by chance");
        }
        if self.algorithm.reads("learning_starts") && self.learning_starts > self.replay_capacity {
            let allowed = format!("at most replay_capacity = {}", self.replay_capacity);
            return needed_by("learning_starts", self.learning_starts.to_string(), &allowed);
        }
        if self.algorithm.reads("exploration_initial_eps")
            && self.exploration_final_eps > self.exploration_initial_eps
        {
            let allowed = format!("at most exploration_initial_eps = {}", self.exploration_initial_eps);
            return needed_by("exploration_final_eps", self.exploration_final_eps.to_string(), &allowed);
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_default_is_allowed_and_every_field_can_be_set_to_its_own_text() {
        let mut config = Config::default();
        for row in schema() {
            config.set(row.name, &row.default).unwrap();
            assert_eq!(config.get(row.name).unwrap(), row.default);
            assert!(row.explanation.len() > 20, "{} has no explanation", row.name);
        }
        assert_eq!(config, Config::default());
        config.validate().unwrap();
    }

    #[test]
    fn a_wrong_value_is_named_with_what_is_allowed_and_changes_nothing() {
        let mut config = Config::default();
        let error = config.set("gamma", "1.5").unwrap_err().to_string();
        assert_eq!(error, "gamma = 1.5 is not valid: it must be a number from 0 to 1.");
        let error = config.set("gamma", "NaN").unwrap_err().to_string();
        assert!(error.contains("from 0 to 1"), "{error}");
        let error = config.set("model_target", "picture").unwrap_err().to_string();
        assert_eq!(error, "model_target = picture is not valid: it must be one of difference, raw.");
        assert!(config.set("gama", "1").unwrap_err().to_string().contains("no hyperparameter"));
        let error = config.set("gamma", "0,98").unwrap_err().to_string();
        assert!(error.ends_with("from 0 to 1; the decimal mark is a point, as in 0.98."), "{error}");
        let error = config.set("horizon", "1,000").unwrap_err().to_string();
        assert!(error.contains("the decimal mark is a point"), "{error}");
        assert_eq!(config, Config::default());
    }

    #[test]
    fn a_count_is_read_as_people_write_it() {
        let mut config = Config::default();
        for (text, value) in
            [("1e6", 1_000_000), ("1_000_000", 1_000_000), ("2.5e5", 250_000), (" 300 ", 300)]
        {
            config.set("replay_capacity", text).unwrap();
            assert_eq!(config.replay_capacity, value, "{text}");
        }
        for text in
            ["1.000", "2.5", "_300", "300_", "3__00", "1e99", "1.5e0", "-1e3", "e", "1e", "NaN", "inf", ""]
        {
            config.set("replay_capacity", text).unwrap_err();
        }
        assert_eq!(config.replay_capacity, 300);
    }

    #[test]
    fn fields_that_do_not_go_together_are_refused() {
        let config = Config { branches_min: 200, ..Config::default() };
        assert!(config.validate().unwrap_err().to_string().contains("branches_max = 100"));
    }

    #[test]
    fn too_few_steps_to_be_normalised_are_refused_by_the_names_of_the_fields() {
        let with = |num_envs, num_steps, normalize_advantage, curiosity| {
            Config { num_envs, num_steps, normalize_advantage, curiosity, ..Config::default() }.validate()
        };
        for (num_envs, num_steps) in [(1, 1), (2, 1), (1, 2), (7, 1), (2, 3)] {
            let normalised = with(num_envs, num_steps, true, CuriosityKind::None).unwrap_err().to_string();
            for name in ["num_steps", "num_envs", "normalize_advantage = true", "8 or more"] {
                assert!(normalised.contains(name), "{normalised}");
            }
            let curious = with(num_envs, num_steps, false, CuriosityKind::Rnd).unwrap_err().to_string();
            assert!(curious.contains("(curiosity)"), "{curious}");
            with(num_envs, num_steps, false, CuriosityKind::None).unwrap();
        }
        with(1, 8, true, CuriosityKind::Rnd).unwrap();
        with(8, 1, true, CuriosityKind::Rnd).unwrap();
    }

    #[test]
    fn a_learner_from_replay_refuses_a_model_curiosity_and_what_never_starts() {
        let mut dqn = Config { replay_capacity: 20_000, ..preset("dqn", "CartPole-v1").unwrap() };
        dqn.exploration_final_eps = 0.05;
        dqn.validate().unwrap();
        let refusal = |field: &str, text: &str| {
            let mut config = dqn.clone();
            config.set(field, text).unwrap();
            config.validate().unwrap_err().to_string()
        };
        assert!(refusal("imagination_rounds", "1").contains("dqn needs 0"));
        assert!(refusal("curiosity", "rnd").contains("dqn needs none"));
        assert!(refusal("learning_starts", "50000").contains("replay_capacity = 20000"));
        assert!(refusal("exploration_initial_eps", "0.01").contains("exploration_final_eps = 0.05"));
    }
}
