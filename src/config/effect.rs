//! Which hyperparameters have no effect in a configuration, and why.
//!
//! A run accepts every allowed value, even if nothing reads it. The user is told about a setting that changes nothing:
//! the page and the command line ask [`Config::without_effect`]. What a learner reads stands in its row. "Effect" means
//! an effect on what is learned and measured.

use super::learner::Kind;
use super::{Config, CuriosityKind, Termination, schema};
use serde::Serialize;

/// A hyperparameter that changes nothing in a configuration.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Remark {
    /// Its name.
    pub name: &'static str,
    /// Why, as the end of a sentence that begins with the name: "has no effect in ppo".
    pub reason: String,
}

/// What a task has for hyperparameters to act on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TaskHas {
    /// Actions that are numbers, not choices.
    pub numbers: bool,
    /// A state that usually changes by so much in a step.
    pub usual_change: bool,
    /// Velocities among what is observed.
    pub velocities: bool,
    /// A reward of the way to the goal, and another one of the goal alone.
    pub sparse_reward: bool,
}

/// What only the world model and the imagination read, beside the groups that are named after them.
const READ_BY_MODEL: &[&str] = &["replay_half_life", "replay_capacity", "curiosity_on_imagined"];

impl Config {
    /// Every hyperparameter that changes nothing in this configuration, on a task that has this.
    pub fn without_effect(&self, task: TaskHas) -> Vec<Remark> {
        let remark = |(name, group)| {
            let reason = self.unread(name, group, task)?;
            Some(Remark { name, reason: format!("has no effect {reason}") })
        };
        schema().iter().map(|row| (row.name, row.group)).filter_map(remark).collect()
    }

    /// Why nothing reads this hyperparameter, as "in ppo" or "without curiosity"; none if it is read.
    fn unread(&self, name: &str, group: &str, task: TaskHas) -> Option<String> {
        let in_algorithm = || Some(format!("in {}", self.algorithm.word));
        if !self.algorithm.reads(name) {
            return in_algorithm();
        }
        let is_on_policy = self.algorithm.kind == Kind::OnPolicy;
        let is_of_model = matches!(group, "world model" | "imagination") && name != "imagination_rounds";
        let may_read_replay = self.algorithm.kind == Kind::OffPolicy && name == "replay_capacity";
        if (is_of_model || READ_BY_MODEL.contains(&name)) && !self.has_model() && !may_read_replay {
            return match is_on_policy {
                true => Some("without imagination (imagination_rounds = 0)".into()),
                false => in_algorithm(),
            };
        }
        if group == "curiosity" && name != "curiosity" && self.curiosity == CuriosityKind::None {
            return Some("without curiosity (curiosity = none)".into());
        }
        self.switched_off(name, task).map(Into::into)
    }

    /// Whether it learns a world model of networks.
    pub fn has_model(&self) -> bool {
        match self.algorithm.kind {
            Kind::OnPolicy => self.imagination_rounds > 0,
            Kind::ModelSearch | Kind::Planning | Kind::ModelReplay => true,
            Kind::OffPolicy | Kind::Tabular | Kind::Search => false,
        }
    }

    /// Imagined episodes, or pieces of them, that go on beside each other, at most.
    pub fn most_branches(&self) -> usize {
        match self.algorithm.kind {
            Kind::ModelSearch => self.search_population * self.search_episodes,
            Kind::Planning => self.plan_candidates * self.plan_particles,
            _ => self.branches_max,
        }
    }

    /// Why another hyperparameter keeps this one from being read.
    fn switched_off(&self, name: &str, task: TaskHas) -> Option<&'static str> {
        let curiosity_learns = matches!(self.curiosity, CuriosityKind::Rnd | CuriosityKind::Icm);
        let cases = [
            (
                "batch_size",
                self.algorithm.updates_once() && !curiosity_learns,
                "in a2c, which learns from the whole batch at once",
            ),
            ("clip_range", self.updates_once(), ONE_UPDATE),
            ("clip_range_vf", self.updates_once(), ONE_UPDATE),
            ("target_kl", self.n_epochs == 1, "with n_epochs = 1: there is no second epoch to leave out"),
            ("log_std_init", !task.numbers, "on a task with choices"),
            ("task_noise", !task.usual_change, "on a task that moves from cell to cell"),
            ("task_hidden", !task.velocities, "on a task that shows no velocities"),
            ("task_sparse", !task.sparse_reward, "on a task whose reward already tells nothing of the way"),
            (
                "exploration_steps",
                self.epsilon_is_constant(),
                "while exploration_initial_eps = exploration_final_eps",
            ),
            ("target_noise_clip", self.target_policy_noise == 0.0, "with target_policy_noise = 0"),
            ("target_policy_noise", self.target_noise_clip == 0.0, "with target_noise_clip = 0"),
            ("action_noise_correlation", self.action_noise_std == 0.0, "with action_noise_std = 0"),
            ("end_coef", self.termination != Termination::Learned, "unless termination = learned"),
            ("depth_error_max", !self.adaptive_depth, "with adaptive_depth = false"),
            ("disagreement_max", !self.adaptive_depth, "with adaptive_depth = false"),
            (
                "disagreement_max",
                self.ensemble_size == 1,
                "with ensemble_size = 1: one model cannot disagree",
            ),
            ("horizon_first", self.adaptive_depth, BY_DOUBT),
            ("horizon_steps", self.adaptive_depth, BY_DOUBT),
            ("horizon_first", self.horizon_steps == 0, "with horizon_steps = 0"),
            ("branches_min", !self.adaptive_breadth, "with adaptive_breadth = false"),
            ("confidence_min", !self.adaptive_breadth, "with adaptive_breadth = false"),
            ("episodic_novelty", !self.separate_values, "with separate_values = false"),
            ("adaptive_beta", self.beta == 0.0, "with beta = 0, which stays 0"),
            ("curiosity_learning_rate", !curiosity_learns, DISAGREEMENT_ONLY),
            ("curiosity_on_imagined", !curiosity_learns, DISAGREEMENT_ONLY),
            (
                "plan_caution",
                self.plan_particles == 1,
                "with plan_particles = 1: one future cannot disagree with itself",
            ),
            ("planning_bonus", self.planning_steps == 0, "with planning_steps = 0"),
            (
                "eval_episodes",
                self.algorithm.kind == Kind::Tabular,
                "in dyna_q: from the same start all its episodes are alike",
            ),
            ("eval_episodes", self.eval_every == 0, "with eval_every = 0"),
        ];
        cases.into_iter().find(|(of, is_off, _)| *of == name && *is_off).map(|(.., reason)| reason)
    }

    /// Whether PPO takes a single step an iteration: then the policy has not moved yet, and nothing is ever clipped.
    fn updates_once(&self) -> bool {
        let rows = self.num_envs * self.num_steps;
        self.imagination_rounds == 0 && self.n_epochs == 1 && rows <= self.batch_size
    }

    fn epsilon_is_constant(&self) -> bool {
        self.exploration_initial_eps == self.exploration_final_eps
    }
}

const BY_DOUBT: &str = "with adaptive_depth = true: the length goes by doubt";

const DISAGREEMENT_ONLY: &str = "with curiosity = disagreement, which learns nothing of its own";

const ONE_UPDATE: &str = "with one update an iteration: the policy has not moved yet when it is clipped";
