//! What a model is asked, as tensors, and what it says, as plain numbers.
//!
//! **Shapes.** As in [`crate::dynamics`]; choice [B, E] marks with a 1 the member that each branch follows.

use super::read;
use crate::burn::Device;
use crate::burn::tensor::Tensor;
use crate::dynamics::{Answer, Question};
use crate::error::Result;

/// A [`Question`] on a device.
pub struct Asked {
    /// [B, O]
    pub obs: Tensor<2>,
    /// [B, A]
    pub actions: Tensor<2>,
    /// [B, E]
    pub choice: Tensor<2>,
    /// [B, O + 1], if anything is drawn.
    pub noise: Option<Tensor<2>>,
}

impl Asked {
    /// Uploads this question to a model of so many members.
    pub fn of(device: &Device, question: &Question<'_>, members: usize) -> Self {
        let rows = question.members.len();
        let upload = |numbers: &[f32]| device.floats(numbers.to_vec(), [rows, numbers.len() / rows]);
        let one_hot = |&own: &usize| (0..members).map(move |member| if member == own { 1.0 } else { 0.0 });
        let choice: Vec<f32> = question.members.iter().flat_map(one_hot).collect();
        Self {
            obs: upload(&question.state.obs),
            actions: upload(question.actions),
            choice: upload(&choice),
            noise: question.noise.map(upload),
        }
    }
}

/// What a model says of one step of B branches.
#[derive(Debug, Clone)]
pub struct Prediction {
    /// [B, O]
    pub next_obs: Tensor<2>,
    /// [B, 1]
    pub reward: Tensor<2>,
    /// Probability that the episode ends with this step, [B, 1].
    pub end_probability: Tensor<2>,
    /// How far the members are apart, as a share of the usual change, [B, 1].
    pub disagreement: Tensor<2>,
}

impl Prediction {
    /// Refills `answer`, but for what the model remembers.
    ///
    /// # Errors
    /// [`crate::Error::Device`] if the numbers cannot be read.
    pub fn answer(self, with_disagreement: bool, answer: &mut Answer) -> Result<()> {
        let numbers = |tensor: Tensor<2>| read(tensor, "reading a step of the world model");
        answer.state.obs = numbers(self.next_obs)?;
        answer.rewards = numbers(self.reward)?;
        answer.end_probabilities = numbers(self.end_probability)?;
        answer.disagreements = match with_disagreement {
            true => numbers(self.disagreement)?,
            false => vec![0.0; answer.rewards.len()],
        };
        Ok(())
    }
}
