//! Stepping in the learned ensemble: what comes next in every branch, by the member that was drawn for it.
//!
//! ```text
//! (μ, r̂, ê) = ŵ_m((obs − mean)/std, action)
//! next_obs = obs + mean_Δ + std_Δ · Δ̂     r = r̂ · std_r + mean_r     p_end = σ(ê)
//! Δ̂ = μ, or with Gaussian heads and noise z, μ + σ z          disagreement = mean_d u_d std_members(μ_d)
//! ```
//! u_d: one unit of what is predicted in standard deviations of a step's change; 1 unless raw states are predicted.
//! **Shapes.** obs [B, O], action [B, A], member `[B]`, noise [B, O + 1] → next obs [B, O], all else `[B]`.
//! **Where.** The same as `predict` in [`crate::burn::WorldModel`]; asked by `crate::cpu`.
//! **Choices.** Branches are grouped by member, so each is computed once; only when disagreement is asked for does
//! every member see every branch.

use crate::config::ModelTarget;
use crate::dynamics::{Answer, Question};
use crate::kernels::model_loss::{Outputs, bounded_log_variance};
use crate::kernels::world_model::WorldModel;
use crate::world_model::Scales;

/// The ensemble on its scales.
#[derive(Debug, Clone)]
pub struct World {
    /// The networks.
    pub model: WorldModel,
    /// Their scales; none before the first fit, when nothing is known and nothing changes.
    pub scales: Option<Scales>,
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
    pub fn new(model: WorldModel, scales: Option<Scales>) -> Self {
        let (input, group) = (Vec::new(), Vec::new());
        Self { model, scales, input, group, branches: Vec::new(), moments: Vec::new() }
    }

    /// One step of all branches.
    pub fn predict(&mut self, question: &Question<'_>, answer: &mut Answer) {
        let count = question.members.len();
        answer.state.obs.clear();
        answer.state.obs.extend_from_slice(&question.state.obs);
        for numbers in [&mut answer.rewards, &mut answer.end_probabilities, &mut answer.disagreements] {
            numbers.clear();
            numbers.resize(count, 0.0);
        }
        let Some(scales) = &self.scales else { return };
        self.input.clear();
        write_input(scales, &question.state.obs, question.actions, &mut self.input);
        self.moments.clear();
        self.moments.resize(if question.with_disagreement { 2 * question.state.obs.len() } else { 0 }, 0.0);
        for member in 0..self.model.mlp().members() {
            if question.with_disagreement {
                self.follow_all(member, question, answer);
            } else {
                self.follow_own(member, question, answer);
            }
        }
        self.write_disagreement(&mut answer.disagreements);
    }

    /// This member on the branches that follow it.
    fn follow_own(&mut self, member: usize, question: &Question<'_>, answer: &mut Answer) {
        let Self { model, scales: Some(scales), input, group, branches, .. } = self else { return };
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
        for (&branch, output) in branches.iter().zip(rows) {
            write_branch(&outputs, scales, branch, output, question, answer);
        }
    }

    /// This member on all branches; those that follow it go where it predicts.
    fn follow_all(&mut self, member: usize, question: &Question<'_>, answer: &mut Answer) {
        let Self { model, scales: Some(scales), input, moments, .. } = self else { return };
        let outputs = *model.outputs();
        let size = outputs.obs_size;
        let rows = model.forward_member(member, input).chunks_exact(outputs.width());
        let (sums, squares) = moments.split_at_mut(question.state.obs.len());
        for (branch, output) in rows.enumerate() {
            let places = branch * size..(branch + 1) * size;
            let moments = sums[places.clone()].iter_mut().zip(&mut squares[places]);
            for ((sum, square), mean) in moments.zip(output) {
                *sum += f64::from(*mean);
                *square += f64::from(*mean).powi(2);
            }
            if question.members[branch] == member {
                write_branch(&outputs, scales, branch, output, question, answer);
            }
        }
    }

    /// From sums and squares: the mean over dimensions of the members' standard deviation, in standard deviations of
    /// a step's change, whatever the model predicts.
    fn write_disagreement(&self, disagreements: &mut [f32]) {
        let Some(scales) = &self.scales else { return };
        let size = self.model.outputs().obs_size;
        let members = self.model.mlp().members() as f64;
        let (sums, squares) = self.moments.split_at(self.moments.len() / 2);
        let branches = sums.chunks_exact(size).zip(squares.chunks_exact(size));
        for (disagreement, (sums, squares)) in disagreements.iter_mut().zip(branches) {
            let spread = |((sum, square), unit): ((&f64, &f64), f32)| {
                let mean = sum / members;
                (square / members - mean * mean).max(0.0).sqrt() * f64::from(unit)
            };
            let spreads = sums.iter().zip(squares).zip(scales.change_units()).map(spread);
            *disagreement = (spreads.sum::<f64>() / size as f64) as f32;
        }
    }
}

/// (obs − mean)/std and action of every branch, [B, O + A].
fn write_input(scales: &Scales, obs: &[f32], actions: &[f32], input: &mut Vec<f32>) {
    let size = scales.obs_mean.len();
    let rows = obs.len() / size;
    for (obs, action) in obs.chunks_exact(size).zip(actions.chunks_exact(actions.len() / rows.max(1))) {
        input.extend(scales.obs(obs));
        input.extend_from_slice(action);
    }
}

/// The next number of dimension d, from where it is and what was predicted on the model's scale.
fn moved(scales: &Scales, d: usize, now: f32, output: f32) -> f32 {
    let moved = output * scales.target_std[d] + scales.target_mean[d];
    match scales.target {
        ModelTarget::Difference => now + moved,
        ModelTarget::Raw => moved,
    }
}

/// Where one branch goes by what its member predicts.
fn write_branch(
    outputs: &Outputs,
    scales: &Scales,
    branch: usize,
    output: &[f32],
    question: &Question<'_>,
    answer: &mut Answer,
) {
    let size = outputs.obs_size;
    let noise = question.noise.map(|noise| &noise[branch * (size + 1)..]);
    let drawn = |d: usize| match noise {
        Some(noise) if outputs.is_gaussian => {
            let (log_variance, _) = bounded_log_variance(output[size + 2 + d]);
            output[d] + (0.5 * log_variance).exp() * noise[d]
        }
        _ => output[d],
    };
    for d in 0..size {
        let place = branch * size + d;
        answer.state.obs[place] = moved(scales, d, question.state.obs[place], drawn(d));
    }
    answer.rewards[branch] = drawn(size) * scales.reward_std + scales.reward_mean;
    let end = if outputs.learned_ends { 1.0 / (1.0 + (-output[size + 1]).exp()) } else { 0.0 };
    answer.end_probabilities[branch] = end;
}
