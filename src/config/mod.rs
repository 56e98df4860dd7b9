//! Every hyperparameter: its range, default, unit and explanation stand here once.
//!
//! The macro `hyperparameters!` turns the table below into the struct [`Config`], into its checks, and into
//! [`schema`], from which the page makes its controls, tooltips and URL parameters and the command line
//! its options. Whatever is set by name and text goes through [`Config::set`].

mod effect;
mod memory;
mod preset;
mod value;

pub use effect::Remark;
pub use memory::{MOST_BYTES, Need, Sizes};
pub use preset::{ForTask, PRESETS, Preset, TUNED, preset};
pub use value::{
    Activation, Algorithm, Allowed, Choice, ConfidenceRule, CuriosityKind, ModelHeads, ModelTarget,
    SegmentRule, Termination, count,
};

use crate::error::{Error, Result};
use crate::nearest::the_nearest;
use serde::Serialize;
use value::Parameter;

/// Most hidden layers of a network.
pub const MOST_HIDDEN_LAYERS: usize = 3;

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
    ($( $(#[doc = $doc:literal])+ $name:ident: $kind:ty = $default:expr, $allowed:expr, $group:literal, $unit:literal; )+) => {
        /// All hyperparameters of a run. Make one with [`Config::default`] or a [`preset`], change it with [`Config::set`].
        #[derive(Debug, Clone, PartialEq, Serialize)]
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
    /// Who learns: PPO or A2C from what the policy has just done, DQN (choices) or TD3 (numbers) from all that is remembered.
    algorithm: Algorithm = Algorithm::Ppo, Allowed::choice::<Algorithm>(), "learner", "";

    /// Real environments that are played side by side. More give more varied data an iteration.
    num_envs: usize = 4, Allowed::Count { min: 1, max: 64 }, "real experience", "N";
    /// Real steps that each environment takes in an iteration. Fewer mean that the model is refitted more often.
    num_steps: usize = 16, Allowed::Count { min: 1, max: 2048 }, "real experience", "T";
    /// Real transitions that are remembered; the oldest are forgotten first.
    replay_capacity: usize = 20_000, Allowed::Count { min: 256, max: 1_000_000 }, "real experience", "transitions";

    /// Real transitions after which one counts half as much as the newest when the world model learns. 0 counts all alike.
    replay_half_life: usize = 0, Allowed::Count { min: 0, max: 1_000_000 }, "real experience", "transitions";

    /// Discount: how much a reward one step later is worth now. Higher looks further ahead and is noisier.
    gamma: f64 = 0.99, Allowed::Number { min: 0.0, max: 1.0 }, "policy", "γ";
    /// GAE's mixture: 0 trusts the value estimate, 1 trusts the rewards that came.
    gae_lambda: f64 = 0.95, Allowed::Number { min: 0.0, max: 1.0 }, "policy", "λ";
    /// Step size of the policy and the value. Too high and approx_kl and clip_fraction jump.
    learning_rate: f64 = 1e-3, Allowed::Number { min: 1e-6, max: 0.1 }, "policy", "per update";
    /// Real steps over which learning_rate falls to a tenth of itself in a straight line. 0 keeps it.
    lr_anneal_steps: usize = 0, Allowed::Count { min: 0, max: 10_000_000 }, "policy", "real steps";
    /// Times that PPO goes through one batch. More squeeze more out of it, and drift further from it.
    n_epochs: usize = 6, Allowed::Count { min: 1, max: 100 }, "policy", "epochs";
    /// Samples in one update of the policy and the value.
    batch_size: usize = 256, Allowed::Count { min: 8, max: 16_384 }, "policy", "samples";
    /// How far a probability ratio may move before PPO stops rewarding it.
    clip_range: f64 = 0.2, Allowed::Number { min: 0.01, max: 1.0 }, "policy", "ε";
    /// How far the value may move in an update of its own. 0 leaves it free.
    clip_range_vf: f64 = 0.0, Allowed::Number { min: 0.0, max: 1000.0 }, "policy", "ε_v";
    /// Weight of the entropy in the loss. Higher keeps the policy random for longer.
    ent_coef: f64 = 0.01, Allowed::Number { min: 0.0, max: 1.0 }, "policy", "c_ent";
    /// Weight of the value loss.
    vf_coef: f64 = 0.5, Allowed::Number { min: 0.0, max: 10.0 }, "policy", "c_vf";
    /// Longest gradient that is followed, over all parameters of policy and value together.
    max_grad_norm: f64 = 0.5, Allowed::Number { min: 0.01, max: 100.0 }, "policy", "length";
    /// Ends the epochs early once the policy has moved 1.5 times this far. 0 never does.
    target_kl: f64 = 0.0, Allowed::Number { min: 0.0, max: 1.0 }, "policy", "nats";
    /// Whether advantages are shifted and scaled to mean 0 and spread 1 before they are learned from. If not, the step follows their size.
    normalize_advantage: bool = true, Allowed::Switch, "policy", "";
    /// Hidden layers of policy and value, and of Q in DQN and TD3. More can represent more, and are slower to train.
    hidden_layers: usize = 2, Allowed::Count { min: 1, max: MOST_HIDDEN_LAYERS }, "policy", "layers";
    /// Width of the hidden layers of policy and value, and of Q in DQN and TD3.
    hidden_size: usize = 64, Allowed::Count { min: 4, max: 512 }, "policy", "units";
    /// Whether policy and value share their hidden layers, which takes less computing.
    /// Both gradients then change the same weights, and vf_coef sets their balance.
    shared_trunk: bool = false, Allowed::Switch, "policy", "";

    /// Whether policy and value see observations on the task's usual range, −1 to 1. Needed where a number is as small as a car's speed.
    normalize_obs: bool = true, Allowed::Switch, "policy", "";
    /// What the task's reward is multiplied by before it is learned from, so that returns are near 1 to 100. Returns are shown unscaled.
    reward_scale: f64 = 1.0, Allowed::Number { min: 1e-4, max: 1000.0 }, "policy", "share";
    /// Logarithm of the spread with which a policy that acts in numbers starts to explore, in the unit of the action.
    log_std_init: f64 = 0.0, Allowed::Number { min: -5.0, max: 2.0 }, "policy", "log σ";

    /// The bend in the layers of policy and value. relu is quicker to compute, tanh is the custom.
    activation: Activation = Activation::Tanh, Allowed::choice::<Activation>(), "policy", "";

    /// Real steps with actions by pure chance before DQN or TD3 starts to learn. More fill the replay with more varied beginnings.
    learning_starts: usize = 1000, Allowed::Count { min: 0, max: 1_000_000 }, "learning from replay", "real steps";
    /// Steps of all environments between two trainings of DQN or TD3. More act longer with the same policy.
    train_freq: usize = 1, Allowed::Count { min: 1, max: 10_000 }, "learning from replay", "steps";
    /// Updates in one training of DQN or TD3, each on a fresh minibatch of replay. More squeeze more out of it, and may overfit it.
    gradient_steps: usize = 1, Allowed::Count { min: 1, max: 10_000 }, "learning from replay", "updates";
    /// How much of the way the slow target network goes towards the learning one at a time. 1 copies it.
    tau: f64 = 0.005, Allowed::Number { min: 1e-4, max: 1.0 }, "learning from replay", "τ";
    /// Real steps between two moves of DQN's target network. More are steadier and slower.
    target_update_interval: usize = 250, Allowed::Count { min: 1, max: 1_000_000 }, "learning from replay", "real steps";
    /// Whether DQN's learning network chooses the action whose target value counts, which keeps values from being overestimated.
    double_q: bool = false, Allowed::Switch, "learning from replay", "";
    /// Real steps over which DQN's share of random actions falls from its first to its last value.
    exploration_steps: usize = 8000, Allowed::Count { min: 1, max: 10_000_000 }, "learning from replay", "real steps";
    /// DQN's share of random actions at the start.
    exploration_initial_eps: f64 = 1.0, Allowed::Number { min: 0.0, max: 1.0 }, "learning from replay", "ε";
    /// DQN's share of random actions in the end. Higher keeps it trying; the greedy evaluation does not show it.
    exploration_final_eps: f64 = 0.05, Allowed::Number { min: 0.0, max: 1.0 }, "learning from replay", "ε";
    /// Updates of TD3's critics for one of its policy. More let the critics settle before the policy follows them.
    policy_delay: usize = 2, Allowed::Count { min: 1, max: 100 }, "learning from replay", "updates";
    /// Spread of the noise on TD3's target action: similar actions shall have similar values.
    target_policy_noise: f64 = 0.2, Allowed::Number { min: 0.0, max: 2.0 }, "learning from replay", "share of bound";
    /// Most of that noise in one direction.
    target_noise_clip: f64 = 0.5, Allowed::Number { min: 0.0, max: 2.0 }, "learning from replay", "share of bound";
    /// Spread of the noise with which TD3 explores. Higher tries more and controls less.
    action_noise_std: f64 = 0.1, Allowed::Number { min: 0.0, max: 2.0 }, "learning from replay", "share of bound";
    /// How much of TD3's noise is that of the step before. 0 is a fresh draw each step; near 1 it pushes one way for long, as an Ornstein–Uhlenbeck process does.
    action_noise_correlation: f64 = 0.0, Allowed::Number { min: 0.0, max: 0.999 }, "learning from replay", "share";

    /// World models that are learned side by side, each on its own bootstrap. Their disagreement is the doubt; one alone learns from all transitions and has none.
    ensemble_size: usize = 5, Allowed::Count { min: 1, max: 10 }, "world model", "E";
    /// Hidden layers of the world model.
    model_hidden_layers: usize = 2, Allowed::Count { min: 1, max: MOST_HIDDEN_LAYERS }, "world model", "layers";
    /// Width of the hidden layers of the world model.
    model_hidden_size: usize = 128, Allowed::Count { min: 4, max: 512 }, "world model", "units";
    /// The bend in the layers of the world model. relu is quicker to compute, silu is smoother.
    model_activation: Activation = Activation::Silu, Allowed::choice::<Activation>(), "world model", "";
    /// Step size of the world model.
    model_learning_rate: f64 = 1e-3, Allowed::Number { min: 1e-6, max: 0.1 }, "world model", "per update";
    /// Transitions that each member of the ensemble sees in one update.
    model_batch_size: usize = 128, Allowed::Count { min: 8, max: 4096 }, "world model", "samples";
    /// Most updates of the world model in one iteration.
    model_updates: usize = 150, Allowed::Count { min: 1, max: 10_000 }, "world model", "updates";
    /// Checks on held-out experience without improvement after which fitting stops. A check comes every 25 updates.
    model_patience: usize = 3, Allowed::Count { min: 1, max: 100 }, "world model", "checks";
    /// What the model predicts: the normalised difference to the next state, or the raw next state of the textbook.
    model_target: ModelTarget = ModelTarget::Difference, Allowed::choice::<ModelTarget>(), "world model", "";
    /// What each member says: one prediction, or a prediction with its own doubt, learned by likelihood.
    model_heads: ModelHeads = ModelHeads::Deterministic, Allowed::choice::<ModelHeads>(), "world model", "";
    /// How imagination knows that an episode would have ended: learned, told by the task's own rule, or not at all.
    termination: Termination = Termination::Learned, Allowed::choice::<Termination>(), "world model", "";
    /// Weight of the predicted end in the model's loss. Ends are rare and abrupt: at 1 they bend the layers that predict the state.
    end_coef: f64 = 0.1, Allowed::Number { min: 0.0, max: 10.0 }, "world model", "c_end";
    /// Size of the worst-case push against the model's input that it has to withstand while it learns, in standard deviations. 0 is none.
    adversarial_eps: f64 = 0.0, Allowed::Number { min: 0.0, max: 1.0 }, "world model", "std";

    /// Rounds of imagining and improving after each piece of real experience. 0 is plain PPO.
    imagination_rounds: usize = 10, Allowed::Count { min: 0, max: 50 }, "imagination", "K";
    /// Steps that an imagined branch may last. With the rule multi_step it lasts no longer than the model's error has been measured on held-out experience.
    horizon: usize = 20, Allowed::Count { min: 1, max: 100 }, "imagination", "H";
    /// Whether the horizon follows the model: only as many steps as it foresees well, and each branch ends where the members disagree.
    adaptive_depth: bool = false, Allowed::Switch, "imagination", "";
    /// Held-out error beyond which adaptive depth goes no further, as a share of the change; 1 is as good as predicting no change.
    depth_error_max: f64 = 0.3, Allowed::Number { min: 0.001, max: 10.0 }, "imagination", "share of change";
    /// Disagreement of the members at which adaptive depth ends a branch, in standard deviations of a step's change.
    disagreement_max: f64 = 0.5, Allowed::Number { min: 0.001, max: 100.0 }, "imagination", "std of change";
    /// Whether the number of branches follows the confidence; if not, it is always branches_max. This is what confidence does; beside it, it only weighs imagined against real samples in the first round.
    adaptive_breadth: bool = true, Allowed::Switch, "imagination", "";
    /// Branches imagined a round when the model is not trusted at all.
    branches_min: usize = 10, Allowed::Count { min: 1, max: 100_000 }, "imagination", "n_min";
    /// Branches imagined a round when the model is trusted fully.
    branches_max: usize = 100, Allowed::Count { min: 1, max: 100_000 }, "imagination", "n_max";
    /// How the model's error becomes a confidence: over the horizon in use, as far as it is known, or over one step as the textbook has it, which then imagines the whole horizon unmeasured.
    confidence_rule: ConfidenceRule = ConfidenceRule::MultiStep, Allowed::choice::<ConfidenceRule>(), "imagination", "";
    /// Confidence at which the fewest branches are imagined.
    confidence_min: f64 = 0.05, Allowed::Number { min: 0.0, max: 0.99 }, "imagination", "c_min";
    /// Imagination is skipped while the model explains less than this share of one step's held-out change. 0 uses any model that has been tested.
    model_r2_min: f64 = 0.5, Allowed::Number { min: 0.0, max: 0.999 }, "imagination", "R²";
    /// Weight of an imagined sample beside a real one, which weighs 1; it is multiplied by the confidence. It counts in the first round of an iteration, where both are learned from together. Later rounds are imagined only, and there it has no effect.
    imagination_discount: f64 = 0.8, Allowed::Number { min: 0.0, max: 1.0 }, "imagination", "weight";
    /// Share of the newest real states from which imagination starts.
    start_fraction: f64 = 0.25, Allowed::Number { min: 0.01, max: 1.0 }, "imagination", "share";
    /// Real steps over which imagination fades: rounds fall from imagination_rounds to none in a straight line. 0 keeps them.
    hybrid_steps: usize = 0, Allowed::Count { min: 0, max: 10_000_000 }, "imagination", "real steps";
    /// Where one advantage recursion stops: at the end of each branch, or, as a warning, across all of them.
    imagined_segments: SegmentRule = SegmentRule::PerBranch, Allowed::choice::<SegmentRule>(), "imagination", "";

    /// What counts as novel and is rewarded beside the task's reward.
    curiosity: CuriosityKind = CuriosityKind::Rnd, Allowed::choice::<CuriosityKind>(), "curiosity", "";
    /// Weight of novelty beside the task's reward at the start of the run.
    beta: f64 = 0.01, Allowed::Number { min: 0.0, max: 1.0 }, "curiosity", "β";
    /// Whether β rises while returns fall and falls while they rise.
    adaptive_beta: bool = true, Allowed::Switch, "curiosity", "";
    /// Discount of novelty: how far ahead a discovery is worth going for, and over how long the scale of novelty is measured.
    gamma_int: f64 = 0.99, Allowed::Number { min: 0.0, max: 1.0 }, "curiosity", "γ_int";
    /// Whether novelty has a value head of its own; if not, it is added to the reward before advantages are computed.
    separate_values: bool = true, Allowed::Switch, "curiosity", "";
    /// Whether the end of an episode also ends the return of novelty. If not, novelty goes on at the start of a new episode and dying costs no curiosity, which suits tasks whose end is a goal.
    episodic_novelty: bool = true, Allowed::Switch, "curiosity", "";
    /// Whether the curiosity module learns from imagined steps too, after each round, so that they count as familiar.
    /// It has no effect with disagreement, which learns nothing of its own.
    curiosity_on_imagined: bool = false, Allowed::Switch, "curiosity", "";
    /// Step size of the curiosity module.
    curiosity_learning_rate: f64 = 1e-3, Allowed::Number { min: 1e-6, max: 0.1 }, "curiosity", "per update";

    /// How far a value in Dyna-Q's table moves towards what a step says, real or remembered. 1 puts that in its place, which suits tasks without chance.
    table_learning_rate: f64 = 0.1, Allowed::Number { min: 1e-3, max: 1.0 }, "dyna-q", "α";
    /// Steps that Dyna-Q takes in its table of remembered outcomes after each real step.
    planning_steps: usize = 50, Allowed::Count { min: 0, max: 10_000 }, "dyna-q", "n";
    /// Reward in planning for what has long not been tried, per √step: more than 0 makes it Dyna-Q+.
    planning_bonus: f64 = 0.0, Allowed::Number { min: 0.0, max: 1.0 }, "dyna-q", "κ";

    /// Real steps between two evaluations of the greedy policy. They do not count as real steps. 0 never evaluates.
    eval_every: usize = 250, Allowed::Count { min: 0, max: 1_000_000 }, "evaluation", "real steps";
    /// Fresh episodes in one evaluation.
    eval_episodes: usize = 20, Allowed::Count { min: 1, max: 200 }, "evaluation", "episodes";
}

/// Fewest real steps of an iteration of which a mean and a spread say something.
const FEWEST_NORMALISED: usize = 8;

impl Config {
    /// Value heads: one for the task's reward, and one for novelty where it has its own.
    pub fn value_heads(&self) -> usize {
        if self.curiosity != CuriosityKind::None && self.separate_values { 2 } else { 1 }
    }

    /// Whether the learner is one of those that learn a value of actions from replay.
    pub fn learns_from_replay(&self) -> bool {
        matches!(self.algorithm, Algorithm::Dqn | Algorithm::Td3)
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
        if self.algorithm == Algorithm::DynaQ || self.learns_from_replay() {
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

    /// Mean 0 and spread 1 of one advantage is 0, and of two ±0.7, whatever happened; novelty is divided by a spread too.
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
            "num_envs · num_steps = {steps} real steps an iteration are too few to be normalised ({normalised}): there must \
             be {FEWEST_NORMALISED} or more"
        );
        Err(Error::Config { field: "num_steps".into(), value: self.num_steps.to_string(), allowed })
    }

    /// DQN, TD3 and Dyna-Q have no world model of networks and explore by chance alone.
    fn validate_other_learner(&self) -> Result<()> {
        let needed_by = |field: &str, value: String, allowed: &str| {
            let name = Parameter::text(&self.algorithm);
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
        if self.learns_from_replay() && self.learning_starts > self.replay_capacity {
            let allowed = format!("at most replay_capacity = {}", self.replay_capacity);
            return needed_by("learning_starts", self.learning_starts.to_string(), &allowed);
        }
        if self.algorithm == Algorithm::Dqn && self.exploration_final_eps > self.exploration_initial_eps {
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
        assert_eq!(error, "gamma = 1.5 is not possible: it must be a number from 0 to 1.");
        let error = config.set("gamma", "NaN").unwrap_err().to_string();
        assert!(error.contains("from 0 to 1"), "{error}");
        let error = config.set("model_target", "picture").unwrap_err().to_string();
        assert_eq!(error, "model_target = picture is not possible: it must be one of difference, raw.");
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
        let dqn = Config {
            algorithm: Algorithm::Dqn,
            imagination_rounds: 0,
            curiosity: CuriosityKind::None,
            ..Config::default()
        };
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
