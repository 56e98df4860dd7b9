//! A minibatch of replay in plain numbers, and the target that a value of actions is learned towards.
//!
//! ```text
//! y = r + γ (1 − terminated) v(s')
//! ```
//! **Shapes.** x and x' [B, O], actions in the model's form [B, A]; r, 1 − terminated, y and v(s') `[B]`.
//! **Where.** Read by [`super::dqn`], [`super::td3`] and [`super::sac`], which say what v is.
//! **Choices.** A time limit is no end of the task: such a transition bootstraps.
//! **Paper.** Time limits: Pardo et al. 2018 (1712.00378).

/// B transitions, each part row-major; kept and refilled.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Transitions {
    /// x [B, O]
    pub obs: Vec<f32>,
    /// In the model's form, [B, A]: one-hot, or numbers in [−1, 1].
    pub actions: Vec<f32>,
    /// r, scaled, `[B]`
    pub rewards: Vec<f32>,
    /// 1 − terminated, `[B]`
    pub continues: Vec<f32>,
    /// x' [B, O], before any reset
    pub next_obs: Vec<f32>,
}

impl Transitions {
    /// B
    pub fn len(&self) -> usize {
        self.rewards.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.rewards.is_empty()
    }

    /// Empties it, and keeps its room.
    pub fn clear(&mut self) {
        let Self { obs, actions, rewards, continues, next_obs } = self;
        [obs, actions, rewards, continues, next_obs].into_iter().for_each(Vec::clear);
    }

    /// Makes y of v(s'), `[B]`, in place.
    pub fn make_targets(&self, gamma: f64, values: &mut [f32]) {
        let gamma = gamma as f32;
        for ((value, reward), goes_on) in values.iter_mut().zip(&self.rewards).zip(&self.continues) {
            *value = reward + goes_on * *value * gamma;
        }
    }
}
