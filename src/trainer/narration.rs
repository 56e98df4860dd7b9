//! One sentence for a newcomer: what is going on right now.
//!
//! **Choices.** No number that the page shows elsewhere too: a sentence stands for seconds, so that it can be read, and
//! would contradict a counter that has moved on.

use super::{Stage, Trainer, played};

impl Trainer {
    pub(super) fn narration(&self) -> String {
        match self.stage {
            Stage::Learn if self.only_plays() => played::NARRATION.into(),
            Stage::Learn => self.learner.narration(),
            _ => self.phase().sentence().into(),
        }
    }
}

#[cfg(all(test, not(target_family = "wasm")))]
mod tests {
    use super::*;
    use crate::config::Config;
    use crate::device::Device;
    use crate::rng::Seed;
    use pollster::block_on;

    #[test]
    fn no_sentence_of_an_iteration_holds_a_number_that_would_be_told_twice() {
        let small =
            Config { num_steps: 12, n_epochs: 1, batch_size: 16, model_updates: 5, ..Config::default() };
        let config = Config { imagination_rounds: 2, horizon: 3, model_r2_min: 0.0, eval_every: 8, ..small };
        let mut trainer = Trainer::new("CartPole-v1", config, Seed(1), Device::cpu()).expect("a run");
        let mut said = std::collections::BTreeSet::new();
        while trainer.snapshot().iteration < 2 {
            block_on(trainer.tick()).expect("a tick");
            said.insert(trainer.narration());
        }
        assert!(said.len() >= 6, "{said:?}");
        assert!(!said.iter().any(|words| words.contains(|letter: char| letter.is_ascii_digit())), "{said:?}");
    }
}
