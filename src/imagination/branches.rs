//! One step of imagination in B branches: the policy acts, and the world answers.
//!
//! ```text
//! a ~ π(· | obs)    (state', r̂, p̂_end, doubt) = step(state, a)
//! ```
//! **Shapes.** State and answer as in [`crate::dynamics`], actions [B, A].
//! **Choices.** (1) All random numbers come from the caller. (2) Nothing ends here: a finished branch keeps computing,
//! as on WebGPU, and the caller stops reading it.

use super::dynamics::Dynamics;
use crate::dynamics::{Answer, Question, State};
use crate::env::ActionSpace;
use crate::error::Result;
use crate::policy::{Drawn, Sampler};

/// The random numbers of one step.
#[derive(Debug, Clone, Copy)]
pub struct Noise<'a> {
    /// One uniform number a branch for choices, A standard normals for vectors.
    pub actions: &'a [f32],
    /// The member that each branch follows, `[B]`.
    pub members: &'a [usize],
    /// Standard normals for Gaussian heads, [B, O + 1].
    pub world: Option<&'a [f32]>,
}

/// B branches and what happened in their last step.
#[derive(Debug, Clone)]
pub struct Branches {
    space: ActionSpace,
    with_disagreement: bool,
    count: usize,
    /// Where the last step began.
    pub state: State,
    /// What was done.
    pub drawn: Drawn,
    /// The same in the model's form, [B, A].
    pub of_model: Vec<f32>,
    /// What came of it: where the branches are now, rewards, ends and disagreement.
    pub answer: Answer,
}

impl Branches {
    /// One branch from each of `starts`.
    pub fn new(starts: State, obs_size: usize, space: ActionSpace, with_disagreement: bool) -> Self {
        Self {
            space,
            with_disagreement,
            count: starts.obs.len() / obs_size,
            state: starts.clone(),
            drawn: Drawn::default(),
            of_model: Vec::new(),
            answer: Answer { state: starts, ..Answer::default() },
        }
    }

    /// B
    pub fn len(&self) -> usize {
        self.count
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.count == 0
    }

    /// One step of all branches.
    ///
    /// # Errors
    /// [`crate::Error::Device`] if the device cannot be read.
    pub async fn step(
        &mut self,
        policy: &mut dyn Sampler,
        world: &mut dyn Dynamics,
        noise: Noise<'_>,
    ) -> Result<()> {
        std::mem::swap(&mut self.state, &mut self.answer.state);
        policy.sample(&self.state.obs, noise.actions, &mut self.drawn).await?;
        self.write_model_form();
        let question = Question {
            state: &self.state,
            actions: &self.of_model,
            members: noise.members,
            noise: noise.world,
            with_disagreement: self.with_disagreement,
        };
        world.step(question, &mut self.answer).await
    }

    /// The model's form of the actions: numbers are clipped at the task's bound and divided by it.
    fn write_model_form(&mut self) {
        self.of_model.clear();
        match self.space {
            ActionSpace::Discrete(_) => self.of_model.extend_from_slice(&self.drawn.actions),
            ActionSpace::Box { bound, .. } => {
                self.of_model.extend(self.drawn.actions.iter().map(|a| a.clamp(-bound, bound) / bound));
            }
        }
    }
}
