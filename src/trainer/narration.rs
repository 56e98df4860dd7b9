//! One sentence for a newcomer: what is going on right now.
//!
//! **Choices.** No number that the page shows elsewhere too: a sentence stands for seconds, so that it can be read, and
//! would contradict a counter that has moved on.

use super::Trainer;
use super::phase::Phase;

impl Trainer {
    pub(super) fn narration(&self) -> String {
        match self.phase() {
            Phase::Collect => "It acts in the real task.".into(),
            Phase::Fit => "It fits its model of the task to what it has seen.".into(),
            Phase::Imagine if self.work.round() == 0 => "It imagines what could come next.".into(),
            Phase::Imagine => "It imagines futures from where it has just been.".into(),
            Phase::Advantages | Phase::Improve if self.trust.overflowed > 0 && self.work.round() > 0 => {
                let futures = match self.trust.overflowed {
                    1 => "one future".into(),
                    several => format!("{several} futures"),
                };
                format!("In {futures} the model's numbers grew out of all bounds; they are cut off there.")
            }
            Phase::Advantages => "It works out which actions were better than expected.".into(),
            Phase::Improve if self.work.round() > 0 => "It improves from what it imagined.".into(),
            Phase::Improve => "It improves from what really happened.".into(),
            Phase::Curiosity => "It learns where it has been.".into(),
            Phase::Adapt => "It decides how curious to be.".into(),
            Phase::Evaluate => "It is tested on fresh episodes, acting greedily and without learning.".into(),
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
