//! What a world model is: a world that can be stepped in, and that learns from real experience.
//!
//! **What.** [`super::fit`] says which transitions come next and when it is enough; what a model makes of them, single
//! rows or the windows that lead to them, is its own business. So a model on other arithmetic is one file.
//! **Shapes.** E members, which each get rows of their own: ids of replay [E, B].
//! **Where.** Implemented in `crate::cpu`, `crate::gpu` and `crate::burn`, which all start from the same parameters.
//! **Choices.** A device may only queue a step; a settlement every 25 steps reads everything back at once.

use crate::buffer::Replay;
use crate::dynamics::{Answer, Question, State};
use crate::env::ActionSpace;
use crate::error::Result;
use crate::imagination::Dynamics;
use crate::part::{Part, Pending};
use crate::world_model::Scales;

/// What a model learns from.
#[derive(Debug, Clone, Copy)]
pub struct Data<'a> {
    /// Real experience.
    pub replay: &'a Replay,
    /// How its actions are encoded.
    pub action: ActionSpace,
}

/// Held-out errors after a fit.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Validation {
    /// Loss on what was learned from, over the last updates.
    pub train_loss: f32,
    /// One-step loss on the model's own scale, as it is minimised.
    pub loss: f32,
    /// Squared errors of state and reward and cross-entropy of the end, each counted fully.
    pub squared: f32,
    /// Squared state error over the variance of the change: 1 is as bad as predicting the mean.
    pub state_mse: f32,
    /// Squared reward error on the model's scale.
    pub reward_mse: f32,
    /// Cross-entropy of the end, in nats.
    pub end_bce: f32,
}

impl Validation {
    /// The first number that is not finite, if any.
    pub fn not_finite(&self) -> Option<f32> {
        let Self { train_loss, loss, squared, state_mse, reward_mse, end_bce } = *self;
        [train_loss, loss, squared, state_mse, reward_mse, end_bce].into_iter().find(|x| !x.is_finite())
    }
}

/// A world that is learned, by one network or by several that may disagree.
pub trait WorldModel: Dynamics + Part {
    /// E
    fn members(&self) -> usize;

    /// Multiply-adds of one row of one member. 0 where no tick has to be bounded.
    fn cost(&self) -> usize;

    /// Random numbers that one step takes: none where nothing is drawn.
    fn noise_size(&self) -> usize;

    /// The scales in use; none before the first fit.
    fn scales(&self) -> Option<&Scales>;

    /// Puts the model on new scales.
    fn set_scales(&mut self, scales: Scales);

    /// A fit begins: what replay holds now is all that it learns from.
    fn begin_fit(&mut self, _data: Data<'_>) {}

    /// Announces the rows of the next `steps` steps, [steps, E, B].
    fn begin_steps(&mut self, _data: Data<'_>, _rows: &[usize], _steps: usize, _eps: f32) {}

    /// As much as a tick may do of one step of all members on their `rows` [E, B], which are the next of those
    /// announced; what is seen of them is pushed by `eps` standard deviations to where it is worst first. Whether the
    /// step is done.
    fn update(&mut self, data: Data<'_>, rows: &[usize], eps: f32) -> bool;

    /// Takes over what the steps since the last time have changed, and gives the mean of their losses.
    ///
    /// # Errors
    /// [`crate::Error::Device`] if the device cannot be read.
    fn settle(&mut self) -> Pending<'_, f32>;

    /// The errors of all members on the same `rows` `[B]`, without the training loss; nothing as long as the tick ends
    /// before.
    ///
    /// # Errors
    /// [`crate::Error::Device`] if the device cannot be read.
    fn validate<'a>(&'a mut self, data: Data<'a>, rows: &'a [usize]) -> Pending<'a, Option<Validation>>;

    /// Remembers what it is now as the best of this fit.
    fn keep_best(&mut self);

    /// Goes back to the best of this fit, which is over.
    fn restore_best(&mut self);

    /// The same once more.
    fn boxed(&self) -> Box<dyn WorldModel>;
}

impl Clone for Box<dyn WorldModel> {
    fn clone(&self) -> Self {
        self.boxed()
    }
}

/// How far the members are apart about what follows `actions` [B, A] in `state`, `[B]`.
///
/// # Errors
/// [`crate::Error::Device`] if the device cannot be read.
pub async fn disagreement(
    world: &mut dyn Dynamics,
    state: &State,
    actions: &[f32],
    rows: usize,
) -> Result<Vec<f32>> {
    let members = vec![0; rows];
    let question = Question { state, actions, members: &members, noise: None, with_disagreement: true };
    let mut answer = Answer::default();
    world.step(question, &mut answer).await?;
    Ok(answer.disagreements)
}
