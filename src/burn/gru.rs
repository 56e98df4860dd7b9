//! A recurrent world model: perceptrons that are told, beside what is seen, what a GRU remembers of the steps before.
//!
//! ```text
//! (Δ̂, r̂, ê)ₜ = ŵ_φ(xₜ, hₜ)                 xₜ = ((obs − mean)/std, action)ₜ       h = 0 where an episode begins
//! u = σ(x W_u + b_u + h V_u + c_u)         how much of the memory stays
//! q = σ(x W_q + b_q + h V_q + c_q)         how much of it the candidate sees
//! n = tanh(x W_n + b_n + q ∘ (h V_n + c_n))
//! hₜ₊₁ = (1 − u) ∘ n + u ∘ h               loss: that of the perceptrons, at the last step of a window
//! ```
//! **Shapes.** E members, a window of L steps: x [E, L · B, O + A], h [E, B, H]; W [E, O + A, 3 H], V [E, H, 3 H], the
//! gates side by side in the order q, u, n; ŵ: [E, B, O + A + H] → [E, B, O + 2]. A branch's memory is [E · H] numbers.
//! **Where.** `model = gru`, on every device: the policy computes where it always does ([`crate::backend`]).
//! **Choices.** (1) hₜ sums up what came before step t, so at the start of an episode this is the ensemble of
//! perceptrons, and it stays one in a task whose observation tells all. (2) Each row is learned from the window that
//! leads to it, with the loss at the row alone: what is held out is never a target. (3) The candidate's reset gate
//! comes after its multiplication, as in cuDNN and PyTorch: one multiplication serves all gates. (4) In imagination h
//! goes on beyond L steps, on the model's own predictions; how far that holds is measured on held-out stretches, as
//! always.
//! **Paper.** Cho et al. 2014 (1406.1078); a recurrent model to imagine in: Ha and Schmidhuber 2018 (1803.10122).

use super::model_step::{pushed, validation};
use super::{Asked, Device, FitProgress, Layout, Mlp, Windows, WorldModel as Ensemble, read};
use crate::arrays::Arrays;
use crate::burn::tensor::{Tensor, activation};
use crate::config::{Config, ModelTarget, RECURRENT_STEPS, RECURRENT_UNITS, Recurrence};
use crate::dynamics::{Answer, Context, Question, State};
use crate::error::Result;
use crate::imagination::Dynamics;
use crate::kernels;
use crate::kernels::world_model::FIRST_GAIN;
use crate::nets::{Networks, Stretch};
use crate::part::{Part, Pending};
use crate::rng::Stream;
use crate::world_model::Scales;
use crate::world_model::layer_sizes;
use crate::world_model::{Data, Validation, WorldModel};

/// The ensemble with its memory, and what a fit needs to know of it.
#[derive(Debug, Clone)]
pub struct Gru {
    names: Networks,
    target: ModelTarget,
    /// W and b.
    from_input: Mlp,
    /// V and c.
    from_memory: Mlp,
    /// ŵ, on the buffer of all parameters.
    pub net: Ensemble,
    fit: FitProgress,
}

impl Gru {
    /// A model that knows nothing yet.
    pub fn new(
        device: &Device,
        obs_size: usize,
        action_size: usize,
        config: &Config,
        stream: &mut Stream,
    ) -> Self {
        let (members, gates) = (config.ensemble_size, Recurrence::GRU.gates * RECURRENT_UNITS);
        let sizes = [
            vec![obs_size + action_size, gates],
            vec![RECURRENT_UNITS, gates],
            layer_sizes(obs_size, action_size + RECURRENT_UNITS, config),
        ];
        let mut layout = Layout::default();
        let [from_input, from_memory, mlp] =
            sizes.clone().map(|sizes| Mlp::new(&mut layout, members, &sizes, config.model_activation));
        let gains = [(&from_input, 1.0), (&from_memory, 1.0), (&mlp, FIRST_GAIN)];
        let first = gains.map(|(network, gain)| network.initial(gain, stream)).concat();
        let net = Ensemble::on(device, obs_size, (layout, mlp), first, config);
        let named = ["input", "memory", "members"].into_iter().zip(&sizes);
        let parts = named.flat_map(|(name, sizes)| {
            Stretch::of(name, &kernels::Mlp::new(0, members, sizes, config.model_activation))
        });
        Self {
            names: Networks { learner: "world_model", parts: parts.collect(), has_target: false },
            target: config.model_target,
            from_input,
            from_memory,
            net,
            fit: FitProgress::default(),
        }
    }

    /// hₜ₊₁ from what x brings [E, B, 3 H] and hₜ.
    fn remember(&self, matrices: &[Tensor<3>], from_input: Tensor<3>, h: Tensor<3>) -> Tensor<3> {
        let from_memory = self.from_memory.forward(matrices, h.clone());
        let gate = |of: &Tensor<3>, gate: usize, count: usize| {
            of.clone().narrow(2, gate * RECURRENT_UNITS, count * RECURRENT_UNITS)
        };
        let both = activation::sigmoid(gate(&from_input, 0, 2) + gate(&from_memory, 0, 2));
        let (q, u) = (gate(&both, 0, 1), gate(&both, 1, 1));
        let n = (gate(&from_input, 2, 1) + q * gate(&from_memory, 2, 1)).tanh();
        n.clone() + u * (h - n)
    }

    /// h after `steps` steps of x and `known`, [E, steps · B, ·], from none.
    fn memory_after(
        &self,
        matrices: &[Tensor<3>],
        steps: usize,
        x: Tensor<3>,
        known: &Tensor<3>,
    ) -> Tensor<3> {
        let [members, rows, _] = x.dims();
        let rows = rows / steps.max(1);
        let mut h = Tensor::zeros([members, rows, RECURRENT_UNITS], &x.device());
        let from_input = self.from_input.forward(matrices, x);
        for step in 0..steps {
            let of_step = |all: &Tensor<3>| all.clone().narrow(1, step * rows, rows);
            // Unknown steps come first, where there is nothing to remember yet.
            h = self.remember(matrices, of_step(&from_input), h) * of_step(known);
        }
        h
    }

    /// What the members say of the last step of each window, [E, B, O + 2].
    pub fn output(&self, matrices: &[Tensor<3>], input: Tensor<3>, known: &Tensor<3>) -> Tensor<3> {
        let rows = input.dims()[1] / RECURRENT_STEPS;
        let before = (RECURRENT_STEPS - 1) * rows;
        let h = self.memory_after(matrices, RECURRENT_STEPS - 1, input.clone().narrow(1, 0, before), known);
        self.net.output(matrices, Tensor::cat(vec![input.narrow(1, before, rows), h], 2))
    }

    /// The loss of windows, `[1]`, and its gradient, `[parameters]`.
    pub fn loss_and_gradient(&self, windows: &Windows) -> (Tensor<1>, Tensor<1>) {
        let tracked = self.net.tracked();
        let loss = self.loss(&tracked.matrices, windows, Tensor::from_inner(windows.input.clone()));
        let gradient = tracked.gradient(&loss);
        (loss.inner(), gradient)
    }

    fn loss(&self, matrices: &[Tensor<3>], windows: &Windows, input: Tensor<3>) -> Tensor<1> {
        let [known, target] = [&windows.known, &windows.target].map(|part| Tensor::from_inner(part.clone()));
        self.net.losses(self.output(matrices, input, &known), target).total
    }

    /// h [E, B, H] of what B branches remember; nothing where they remember nothing.
    fn uploaded(&self, memory: &[f32], rows: usize) -> Tensor<3> {
        let (device, members) = (self.net.device(), self.net.members());
        if memory.is_empty() {
            return device.zeros([members, rows, RECURRENT_UNITS]);
        }
        device.floats(memory.to_vec(), [rows, members, RECURRENT_UNITS]).swap_dims(0, 1)
    }

    /// What branches remember, [B, E · H].
    fn downloaded(h: Tensor<3>) -> Result<Vec<f32>> {
        read(h.swap_dims(0, 1), "reading the memory of the world model")
    }

    /// What B branches remember after the steps that led to them.
    fn memory_of(&self, context: &Context) -> Result<Vec<f32>> {
        let (rows, size) = (context.known.len(), self.net.obs_size());
        let steps = RECURRENT_STEPS - 1;
        let upload = |numbers: &[f32]| {
            let width = numbers.len() / (rows * steps).max(1);
            let by_row = self.net.device().floats(numbers.to_vec(), [rows, steps, width]);
            self.net.for_all_members(by_row.swap_dims(0, 1).reshape([steps * rows, width]))
        };
        let all = upload(&context.before);
        let width = all.dims()[2];
        let x = self.net.input(all.clone().narrow(2, 0, size), all.narrow(2, size, width - size));
        let is_known = |known: &usize| {
            let unknown = steps - known;
            (0..steps).map(move |step| if step < unknown { 0.0 } else { 1.0 })
        };
        let known: Vec<f32> = context.known.iter().flat_map(is_known).collect();
        match x {
            Some(x) => Self::downloaded(self.memory_after(&self.net.matrices(), steps, x, &upload(&known))),
            None => Ok(vec![0.0; rows * self.net.members() * RECURRENT_UNITS]),
        }
    }

    fn predict(&self, question: &Question<'_>, answer: &mut Answer) -> Result<()> {
        let (net, matrices) = (&self.net, self.net.matrices());
        let Asked { obs, actions, choice, noise } = Asked::of(net.device(), question, net.members());
        let (obs, actions) = (net.for_all_members(obs), net.for_all_members(actions));
        let rows = question.members.len();
        let h = self.uploaded(&question.state.memory, rows);
        let (output, h) = match net.input(obs.clone(), actions) {
            Some(x) => {
                let output = net.output(&matrices, Tensor::cat(vec![x.clone(), h.clone()], 2));
                (output, self.remember(&matrices, self.from_input.forward(&matrices, x), h))
            }
            None => (net.nothing(rows), h),
        };
        answer.state.memory = Self::downloaded(h)?;
        net.prediction(output, obs, choice, noise).answer(question.with_disagreement, answer)
    }
}

impl Part for Gru {
    fn save<'a>(&'a self, arrays: &'a mut Arrays) -> Pending<'a, ()> {
        Box::pin(async move {
            let weights = self.net.adam.weights(&self.net.flat, "reading the world model")?;
            self.names.save(&weights, arrays);
            self.net.scales().into_iter().for_each(|scales| scales.save(arrays));
            Ok(())
        })
    }

    fn restore(&mut self, arrays: &mut Arrays) -> Result<()> {
        self.net.flat = self.net.adam.take_over(self.names.load(arrays)?);
        if let Some(scales) = Scales::load_any(self.target, self.net.obs_size(), arrays)? {
            self.net.set_scales(scales);
        }
        Ok(())
    }
}

impl Dynamics for Gru {
    fn context(&self) -> usize {
        RECURRENT_STEPS
    }

    fn warm_up(&mut self, context: Context) -> Pending<'_, State> {
        Box::pin(async move {
            let memory = self.memory_of(&context)?;
            Ok(State { obs: context.obs, memory })
        })
    }

    fn step<'a>(&'a mut self, question: Question<'a>, answer: &'a mut Answer) -> Pending<'a, ()> {
        Box::pin(async move { self.predict(&question, answer) })
    }
}

impl WorldModel for Gru {
    fn members(&self) -> usize {
        self.net.members()
    }

    fn cost(&self) -> usize {
        0
    }

    fn noise_size(&self) -> usize {
        self.net.noise_size()
    }

    fn scales(&self) -> Option<&Scales> {
        self.net.scales()
    }

    fn set_scales(&mut self, scales: Scales) {
        self.net.set_scales(scales);
    }

    fn update(&mut self, data: Data<'_>, rows: &[usize], eps: f32) -> bool {
        if let Some(mut windows) = Windows::of(&self.net, data, rows, self.net.members()) {
            if eps > 0.0 {
                let loss = |matrices: &[Tensor<3>], input| self.loss(matrices, &windows, input);
                windows.input = pushed(&self.net, windows.input.clone(), eps, loss);
            }
            let (loss, gradient) = self.loss_and_gradient(&windows);
            self.net.flat = self.net.adam.step(self.net.flat.clone(), gradient);
            self.fit.push(loss);
        }
        true
    }

    fn settle(&mut self) -> Pending<'_, f32> {
        Box::pin(async move { self.fit.settle() })
    }

    fn validate<'a>(&'a mut self, data: Data<'a>, rows: &'a [usize]) -> Pending<'a, Option<Validation>> {
        Box::pin(async move {
            let Some(windows) = Windows::of(&self.net, data, rows, 1) else { return Ok(None) };
            let all = |rows: Tensor<3>| self.net.for_all_members(rows.squeeze_dim(0));
            let output = self.output(&self.net.matrices(), all(windows.input), &all(windows.known));
            validation(&self.net, output, all(windows.target)).map(Some)
        })
    }

    fn keep_best(&mut self) {
        self.fit.keep(&self.net.flat);
    }

    fn restore_best(&mut self) {
        if let Some(best) = self.fit.take_best() {
            self.net.flat = best;
        }
    }

    fn boxed(&self) -> Box<dyn WorldModel> {
        Box::new(self.clone())
    }
}
