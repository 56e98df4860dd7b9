//! What no single hyperparameter can say: which of them go together.

use super::value::Parameter;
use super::{Config, CuriosityKind, Kind};
use crate::error::{Error, Result};

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
            let why = match self.algorithm.kind {
                Kind::ModelSearch => "0: its search goes by search_generations",
                Kind::Planning => "0: it plans by plan_iterations",
                Kind::ModelReplay => "0: it imagines once an iteration",
                _ => "0: it has no world model of networks",
            };
            return needed_by("imagination_rounds", value, why);
        }
        if self.curiosity != CuriosityKind::None {
            let value = Parameter::text(&self.curiosity);
            return needed_by("curiosity", value, "none: it explores by chance");
        }
        if self.algorithm.kind == Kind::Planning && self.plan_elites > self.plan_candidates {
            let allowed = format!("at most plan_candidates = {}", self.plan_candidates);
            return needed_by("plan_elites", self.plan_elites.to_string(), &allowed);
        }
        if self.algorithm.kind == Kind::ModelReplay && self.horizon_first > self.horizon {
            let allowed = format!("at most horizon = {}", self.horizon);
            return needed_by("horizon_first", self.horizon_first.to_string(), &allowed);
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
    use super::super::preset;
    use super::*;

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
