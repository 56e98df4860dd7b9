//! Stepping in the learned ensemble: what comes next in every branch, by the member that was drawn for it.
//!
//! ```text
//! (μ, r̂, ê) = ŵ_m((obs − mean)/std, action)     next_obs = obs + mean_Δ + std_Δ · Δ̂     r = r̂ · std_r + mean_r     p_end = σ(ê)
//! Δ̂ = μ, or with Gaussian heads and noise z, μ + σ z          disagreement = mean_d std_members(μ_d)
//! ```
//! **Shapes.** obs [B, O], action [B, A], member `[B]`, noise [B, O + 1] → next obs [B, O], all else `[B]`.
//! **Where.** The same as `WorldModel::predict` in [`crate::world_model`]; asked by [`super::imagine`].
//! **Choices.** Branches are grouped by member, so each is computed once; only when disagreement is asked for does every
//! member see every branch.

use super::model_loss::{Outputs, bounded_log_variance};
use super::world_model::WorldModel;

/// The scales on which the model sees the world.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Scales {
    /// Whether the model predicts next_obs − obs; otherwise next_obs itself.
    pub is_difference: bool,
    /// Mean of the input, `[O]`.
    pub obs_mean: Vec<f32>,
    /// Standard deviation of the input, `[O]`.
    pub obs_std: Vec<f32>,
    /// Mean of the predicted quantity, `[O]`.
    pub target_mean: Vec<f32>,
    /// Standard deviation of the predicted quantity, `[O]`.
    pub target_std: Vec<f32>,
    /// Mean of the reward.
    pub reward_mean: f32,
    /// Standard deviation of the reward.
    pub reward_std: f32,
}

/// What is asked about B branches.
#[derive(Debug, Clone, Copy)]
pub struct Question<'a> {
    /// [B, O]
    pub obs: &'a [f32],
    /// In the model's form, [B, A].
    pub actions: &'a [f32],
    /// The member that each branch follows, `[B]`.
    pub members: &'a [usize],
    /// Standard normal numbers for Gaussian heads, [B, O + 1]; without them a branch follows the means.
    pub noise: Option<&'a [f32]>,
    /// Whether disagreement is asked for; it costs E times as much.
    pub with_disagreement: bool,
}

/// What the model says; kept and refilled.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Answer {
    /// [B, O]
    pub next_obs: Vec<f32>,
    /// `[B]`
    pub rewards: Vec<f32>,
    /// Probability that the episode ends with this step, `[B]`.
    pub end_probabilities: Vec<f32>,
    /// How far the members are apart, `[B]`; 0 if it was not asked for.
    pub disagreements: Vec<f32>,
}

/// The ensemble on its scales.
#[derive(Debug, Clone)]
pub struct World {
    /// The networks.
    pub model: WorldModel,
    /// Their scales.
    pub scales: Scales,
    input: Vec<f32>,
    /// Inputs of one member's branches.
    group: Vec<f32>,
    /// Which branches these are.
    branches: Vec<usize>,
    /// Sum and sum of squares of the members' means, [2, B, O].
    moments: Vec<f64>,
}

impl World {
    /// A model on its scales.
    pub fn new(model: WorldModel, scales: Scales) -> Self {
        let (input, group) = (Vec::new(), Vec::new());
        Self { model, scales, input, group, branches: Vec::new(), moments: Vec::new() }
    }

    /// One step of all branches.
    pub fn predict(&mut self, question: &Question<'_>, answer: &mut Answer) {
        let count = question.members.len();
        answer.next_obs.resize(question.obs.len(), 0.0);
        answer.rewards.resize(count, 0.0);
        answer.end_probabilities.resize(count, 0.0);
        answer.disagreements.clear();
        answer.disagreements.resize(count, 0.0);
        self.write_input(question);
        self.moments.clear();
        self.moments.resize(if question.with_disagreement { 2 * question.obs.len() } else { 0 }, 0.0);
        for member in 0..self.model.mlp().members() {
            if question.with_disagreement {
                self.follow_all(member, question, answer);
            } else {
                self.follow_own(member, question, answer);
            }
        }
        self.write_disagreement(&mut answer.disagreements);
    }

    /// (obs − mean)/std and action, [B, O + A].
    fn write_input(&mut self, question: &Question<'_>) {
        let size = self.scales.obs_mean.len();
        let actions = question.actions.chunks_exact(self.model.mlp().inputs() - size);
        self.input.clear();
        for (obs, action) in question.obs.chunks_exact(size).zip(actions) {
            let scales = self.scales.obs_mean.iter().zip(&self.scales.obs_std);
            self.input.extend(obs.iter().zip(scales).map(|(x, (mean, std))| (x - mean) / std));
            self.input.extend_from_slice(action);
        }
    }

    /// This member on the branches that follow it.
    fn follow_own(&mut self, member: usize, question: &Question<'_>, answer: &mut Answer) {
        let Self { model, scales, input, group, branches, .. } = self;
        let width = model.mlp().inputs();
        branches.clear();
        group.clear();
        for (branch, _) in question.members.iter().enumerate().filter(|(_, own)| **own == member) {
            branches.push(branch);
            group.extend_from_slice(&input[branch * width..][..width]);
        }
        if branches.is_empty() {
            return;
        }
        let outputs = *model.outputs();
        let rows = model.forward_member(member, group).chunks_exact(outputs.width());
        for (&branch, said) in branches.iter().zip(rows) {
            write_branch(&outputs, scales, branch, said, question, answer);
        }
    }

    /// This member on all branches; those that follow it go where it says.
    fn follow_all(&mut self, member: usize, question: &Question<'_>, answer: &mut Answer) {
        let Self { model, scales, input, moments, .. } = self;
        let outputs = *model.outputs();
        let size = outputs.obs_size;
        let rows = model.forward_member(member, input).chunks_exact(outputs.width());
        let (sums, squares) = moments.split_at_mut(question.obs.len());
        for (branch, said) in rows.enumerate() {
            let places = branch * size..(branch + 1) * size;
            let moments = sums[places.clone()].iter_mut().zip(&mut squares[places]);
            for ((sum, square), mean) in moments.zip(said) {
                *sum += f64::from(*mean);
                *square += f64::from(*mean).powi(2);
            }
            if question.members[branch] == member {
                write_branch(&outputs, scales, branch, said, question, answer);
            }
        }
    }

    /// From sums and squares: the mean over dimensions of the members' standard deviation.
    fn write_disagreement(&self, disagreements: &mut [f32]) {
        let size = self.scales.obs_mean.len();
        let members = self.model.mlp().members() as f64;
        let (sums, squares) = self.moments.split_at(self.moments.len() / 2);
        let branches = sums.chunks_exact(size).zip(squares.chunks_exact(size));
        for (disagreement, (sums, squares)) in disagreements.iter_mut().zip(branches) {
            let spread = |(sum, square): (&f64, &f64)| {
                let mean = sum / members;
                (square / members - mean * mean).max(0.0).sqrt()
            };
            *disagreement = (sums.iter().zip(squares).map(spread).sum::<f64>() / size as f64) as f32;
        }
    }
}

/// Where one branch goes by what its member said.
fn write_branch(
    outputs: &Outputs,
    scales: &Scales,
    branch: usize,
    said: &[f32],
    question: &Question<'_>,
    answer: &mut Answer,
) {
    let size = outputs.obs_size;
    let noise = question.noise.map(|noise| &noise[branch * (size + 1)..]);
    let drawn = |d: usize| match noise {
        Some(noise) if outputs.is_gaussian => {
            let (log_variance, _) = bounded_log_variance(said[size + 2 + d]);
            said[d] + (0.5 * log_variance).exp() * noise[d]
        }
        _ => said[d],
    };
    for d in 0..size {
        let moved = drawn(d) * scales.target_std[d] + scales.target_mean[d];
        let place = branch * size + d;
        answer.next_obs[place] = if scales.is_difference { question.obs[place] + moved } else { moved };
    }
    answer.rewards[branch] = drawn(size) * scales.reward_std + scales.reward_mean;
    let end = if outputs.learned_ends { 1.0 / (1.0 + (-said[size + 1]).exp()) } else { 0.0 };
    answer.end_probabilities[branch] = end;
}
