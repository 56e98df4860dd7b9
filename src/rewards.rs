//! Other goals in the same world: rewards that a task can have in the place of its own, by name.
//!
//! **What.** A named reward says what a step is worth from what was seen before it, what was done and what was seen
//! after it. The world stays the task's: how it moves, when an episode ends, what is observed. So a model of the world
//! serves every one of them.
//!
//! **Equation.** Every step is worth between 0 and 1, so an episode at most its length (s': seen after the step):
//! ```text
//! CartPole-v1   balance_right   exp(−(x' − 1)²)          Pendulum-v1   hang_still   exp(−(φ'² + 0.1 ω'²))
//!               balance_left    exp(−(x' + 1)²)                        spin         clip(ω' / 8, 0, 1)
//!               keep_moving     min(2 |ẋ'|, 1)                         swing        exp(−4 (ω'²/30 + cos θ')²)
//! ```
//! φ is the angle from hanging. ω²/30 + cos θ is the rod's energy over that of standing still upright: −1 where it
//! hangs, 0 where it swings up to the horizontal, 1 where it stands (usual mass, length and gravity).
//!
//! **Shapes.** obs and next_obs `[O]` of the task itself, action as it is stored; one number comes back.
//!
//! **Where.** [`Rewarded`](crate::env::Rewarded) gives it in the real task (the hyperparameter `task_reward`, made by
//! [`Task::varied`](crate::env::Task::varied)); imagination with `imagined_reward = known` asks the same function.
//!
//! **Choices.** (1) Plain functions of observations: nothing that only the task knows may be rewarded, or imagination
//! could not. (2) From 0 to 1, so that a return says which share of the best was reached. (3) The word of a reward is
//! the same in addresses, files, options and labels.

use serde::Serialize;

/// The word of a task's own reward.
pub const OWN: &str = "own";

/// A reward that a task can have in the place of its own.
#[derive(Debug, Clone, Copy, Serialize)]
pub struct NamedReward {
    /// The word in `task_reward`: "hang_still".
    pub word: &'static str,
    /// Id of the task.
    pub task: &'static str,
    /// What the agent should achieve, as a sentence for a newcomer.
    pub goal: &'static str,
    /// What a step is worth, in words.
    pub formula: &'static str,
    /// Mean return of 20 greedy episodes from which it counts as solved.
    pub solved_return: f32,
    /// Best return to expect; the worst is 0.
    pub best_return: f32,
    /// What a step from obs by this action to next_obs is worth.
    #[serde(skip)]
    of: fn(&[f32], &[f32], &[f32]) -> f32,
}

impl NamedReward {
    /// What a step from `obs` by `action`, as it is stored, to `next_obs` is worth.
    pub fn worth(&self, obs: &[f32], action: &[f32], next_obs: &[f32]) -> f32 {
        (self.of)(obs, action, next_obs)
    }
}

/// All of them, task by task.
pub const REWARDS: &[NamedReward] = &[
    NamedReward {
        word: "balance_right",
        task: "CartPole-v1",
        goal: "Keep the pole upright one metre to the right of the middle.",
        formula: "a step is worth 1 where the cart stands at 1 m, 0.37 a metre away from there, 0.02 two metres away",
        solved_return: 400.0,
        best_return: 500.0,
        of: |_, _, next_obs| (-(next_obs[0] - 1.0).powi(2)).exp(),
    },
    NamedReward {
        word: "balance_left",
        task: "CartPole-v1",
        goal: "Keep the pole upright one metre to the left of the middle.",
        formula: "a step is worth 1 where the cart stands at −1 m, 0.37 a metre away from there, 0.02 two metres away",
        solved_return: 400.0,
        best_return: 500.0,
        of: |_, _, next_obs| (-(next_obs[0] + 1.0).powi(2)).exp(),
    },
    NamedReward {
        word: "keep_moving",
        task: "CartPole-v1",
        goal: "Keep the pole upright and the cart moving, to and fro.",
        formula: "a step is worth the cart's speed over half a metre a second, at most 1",
        solved_return: 250.0,
        best_return: 500.0,
        of: |_, _, next_obs| (2.0 * next_obs[1].abs()).min(1.0),
    },
    NamedReward {
        word: "hang_still",
        task: "Pendulum-v1",
        goal: "Bring the pendulum to rest where it hangs.",
        formula: "a step is worth 1 where it hangs still, less the further it is from hanging and the faster it turns",
        solved_return: 150.0,
        best_return: 200.0,
        of: |_, _, next_obs| {
            let (from_hanging, speed) = (next_obs[1].atan2(-next_obs[0]), next_obs[2]);
            (-(from_hanging * from_hanging + 0.1 * speed * speed)).exp()
        },
    },
    NamedReward {
        word: "spin",
        task: "Pendulum-v1",
        goal: "Spin the pendulum round and round, as fast as it goes, with the angle growing.",
        formula: "a step is worth the angular velocity over its largest, 8 rad/s; turning the other way is worth 0",
        solved_return: 120.0,
        best_return: 200.0,
        of: |_, _, next_obs| (next_obs[2] / 8.0).clamp(0.0, 1.0),
    },
    NamedReward {
        word: "swing",
        task: "Pendulum-v1",
        goal: "Swing the pendulum to and fro, up to the horizontal and no further.",
        formula: "a step is worth 1 where the energy is that of swinging up to the horizontal, less the further it is \
                  from that",
        solved_return: 150.0,
        best_return: 200.0,
        of: |_, _, next_obs| {
            let energy = next_obs[2] * next_obs[2] / 30.0 + next_obs[0];
            (-4.0 * energy * energy).exp()
        },
    },
];

/// The rewards that this task can have beside its own.
pub fn rewards_of(task: &str) -> impl Iterator<Item = &'static NamedReward> {
    REWARDS.iter().filter(move |reward| reward.task == task)
}

/// Which reward a task has: its own, or one of [`REWARDS`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TaskReward(usize);

impl TaskReward {
    /// The task's own.
    pub const OWN: Self = Self(0);
    /// All words, that of the task's own reward first.
    pub const WORDS: &'static [&'static str] = &{
        let mut words = [OWN; REWARDS.len() + 1];
        let mut index = 0;
        while index < REWARDS.len() {
            words[index + 1] = REWARDS[index].word;
            index += 1;
        }
        words
    };
    /// All values, in the order of the words.
    pub const VALUES: &'static [Self] = &{
        let mut values = [Self::OWN; REWARDS.len() + 1];
        let mut index = 0;
        while index < values.len() {
            values[index] = Self(index);
            index += 1;
        }
        values
    };

    /// The reward that this task has instead of its own; none if it keeps that, or has none of this name.
    pub fn on(self, task: &str) -> Option<&'static NamedReward> {
        REWARDS.get(self.0.checked_sub(1)?).filter(|reward| reward.task == task)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn worth(word: &str, next_obs: &[f32]) -> f32 {
        let reward = REWARDS.iter().find(|reward| reward.word == word).expect("a reward");
        reward.worth(next_obs, &[0.0], next_obs)
    }

    #[test]
    fn words_are_words_of_their_own() {
        for reward in REWARDS {
            assert!(
                reward.goal.ends_with('.') && reward.formula.starts_with("a step is worth"),
                "{reward:?}"
            );
            assert_eq!(REWARDS.iter().filter(|other| other.word == reward.word).count(), 1);
            assert_ne!(reward.word, OWN);
        }
        let count = REWARDS.len() + 1;
        assert_eq!((TaskReward::WORDS.len(), TaskReward::VALUES.len()), (count, count));
        assert!(TaskReward::OWN.on("CartPole-v1").is_none());
    }

    #[test]
    fn each_is_worth_most_where_its_goal_is() {
        let x = |x: f32| [x, 0.0, 0.0, 0.0];
        assert_eq!(worth("balance_right", &x(1.0)), 1.0);
        assert_eq!(worth("balance_left", &x(-1.0)), 1.0);
        assert!((worth("balance_right", &x(0.0)) - 0.368).abs() < 1e-3);
        assert!((worth("balance_right", &x(-1.0)) - 0.018).abs() < 1e-3);
        assert_eq!(worth("keep_moving", &[0.0, -0.25, 0.0, 0.0]), 0.5);
        assert_eq!(worth("keep_moving", &[0.0, 3.0, 0.0, 0.0]), 1.0);
        let rod = |angle: f32, speed: f32| [angle.cos(), angle.sin(), speed];
        let pi = std::f32::consts::PI;
        assert!(worth("hang_still", &rod(pi, 0.0)) > 0.9999);
        assert!(
            (worth("hang_still", &rod(pi - 1.0, 0.0)) - worth("hang_still", &rod(1.0 - pi, 0.0))).abs()
                < 1e-5
        );
        assert!(worth("hang_still", &rod(0.0, 0.0)) < 1e-4 && worth("hang_still", &rod(pi, 8.0)) < 0.002);
        assert_eq!([-8.0, 4.0, 8.0].map(|speed| worth("spin", &rod(0.3, speed))), [0.0, 0.5, 1.0]);
        assert!(worth("swing", &rod(pi / 2.0, 0.0)) > 0.9999, "at the horizontal it turns back");
        assert!(worth("swing", &rod(pi, 30f32.sqrt())) > 0.9999, "as fast below");
        assert!(worth("swing", &rod(pi, 0.0)) < 0.02 && worth("swing", &rod(0.0, 0.0)) < 0.02);
    }
}
