//! The same networks on the host and on the device, and a step or a whole rollout of each.

use super::case::Case;
use super::{FEATURES, normals};
use mbppo::config::Activation;
use mbppo::cpu::PpoPolicy;
use mbppo::cpu::World;
use mbppo::dynamics::State;
use mbppo::env::ActionSpace;
use mbppo::gpu::rollout::{
    Agent, Parts as DeviceParts, Plan, RndNetworks, Round, World as DeviceWorld, launch,
};
use mbppo::gpu::{Buffer, Layout, Queue};
use mbppo::imagination::{Branches, Noise};
use mbppo::kernels::counter::{self, Purpose};
use mbppo::kernels::distribution::Distribution;
use mbppo::kernels::model_loss::Outputs;
use mbppo::kernels::ppo::{ActorCritic, Scaling, Shape, networks};
use mbppo::kernels::rnd::Rnd;
use mbppo::kernels::world_model::WorldModel;
use mbppo::kernels::{Adam, Mlp};
use mbppo::nets;
use mbppo::rng::Stream;
use mbppo::world_model::Scales;

/// Curiosity's networks on both sides.
pub struct Curious {
    pub host: Rnd,
    pub layout: Layout,
    pub networks: [Buffer; 2],
}

/// The same networks on the host and on the device.
pub struct Cast {
    pub case: Case,
    pub scaling: Scaling,
    pub scales: Scales,
    pub net: ActorCritic,
    pub agent: (Layout, Buffer),
    pub world: World,
    pub model: (Layout, Buffer),
    pub curious: Option<Curious>,
}

impl Cast {
    pub fn new(case: Case, queue: &Queue, stream: &mut Stream) -> Self {
        let (obs, actions) = (case.obs, case.space.encoded_size());
        let is_vector = matches!(case.space, ActionSpace::Box { .. });
        let shape = Shape {
            obs_size: obs,
            hidden: case.hidden,
            shared_trunk: case.shared_trunk,
            actions,
            heads: case.heads,
            activation: case.activation,
            distribution: if is_vector { Distribution::Gaussian } else { Distribution::Categorical },
        };
        let networks = networks(&shape);
        let tail = if is_vector { actions } else { 0 };
        let flat = normals(
            networks[networks.len() - 1].end() + tail,
            1.5 / (case.hidden.width as f32).sqrt(),
            stream,
        );
        let layout = Layout::new(&networks, tail);
        let agent = (layout.clone(), queue.floats(&layout.pack(&flat)));
        let spreads = |around: f32, stream: &mut Stream| -> Vec<f32> {
            normals(obs, 0.3, stream).iter().map(|x| around + x.abs()).collect()
        };
        let scaling = Scaling { centre: normals(obs, 0.2, stream), half_range: spreads(1.5, stream) };
        let net = ActorCritic::new(shape, scaling.clone(), flat.clone(), Adam::new(flat.len(), 1e-3, 1e-5));
        let outputs = Outputs {
            obs_size: obs,
            is_gaussian: case.is_gaussian,
            learned_ends: case.learned_ends,
            end_coef: 1.0,
        };
        let sizes = case.model_hidden.sizes(obs + actions, outputs.width());
        let mlp = Mlp::new(0, case.members, &sizes, case.model_activation);
        let flat = normals(mlp.end(), 1.2 / (case.model_hidden.width as f32).sqrt(), stream);
        let layout = Layout::new([&mlp], 0);
        let model = (layout.clone(), queue.floats(&layout.pack(&flat)));
        let scales = Scales {
            target: case.target,
            obs_mean: normals(obs, 0.2, stream),
            obs_std: spreads(1.0, stream),
            target_mean: normals(obs, 0.1, stream),
            target_std: spreads(0.1, stream),
            change_std: vec![1.0; obs],
            reward_mean: 0.7,
            reward_std: 0.3,
        };
        let learner = WorldModel::new(mlp, outputs, flat.clone(), Adam::new(flat.len(), 1e-3, 1e-8));
        let world = World::new(learner, Some(scales.clone()));
        let curious = case.with_novelty.then(|| {
            let mlp = Mlp::new(0, 1, &[obs, 64, FEATURES], Activation::Tanh);
            let layout = Layout::new([&mlp], 0);
            let [guess, fixed] = [0, 1].map(|_| normals(mlp.end(), 0.3, stream));
            let networks = [&guess, &fixed].map(|flat| queue.floats(&layout.pack(flat)));
            let mut host = Rnd::new(mlp, fixed, guess.clone(), Adam::new(guess.len(), 1e-3, 1e-8));
            (host.mean, host.std) = (normals(obs, 0.2, stream), spreads(0.5, stream));
            Curious { host, layout, networks }
        });
        Self { case, scaling, scales, net, agent, world, model, curious }
    }

    /// All steps on the device, in one go.
    pub async fn record(&self, queue: &Queue, starts: &[f32], seed: [u32; 2]) -> Record {
        let parts = DeviceParts {
            agent: Agent {
                shape: *self.net.shape(),
                scaling: self.scaling.clone(),
                layout: self.agent.0.clone(),
                parameters: self.agent.1.clone(),
            },
            world: DeviceWorld {
                outputs: *self.world.model.outputs(),
                activation: self.case.model_activation,
                scales: Some(self.scales.clone()),
                layout: self.model.0.clone(),
                parameters: self.model.1.clone(),
            },
            novelty: self.curious.as_ref().map(|curious| RndNetworks {
                layout: curious.layout.clone(),
                features: FEATURES,
                guess: curious.networks[0].clone(),
                fixed: curious.networks[1].clone(),
                mean: curious.host.mean.clone(),
                std: curious.host.std.clone(),
                scale: 1.0,
            }),
        };
        let round = Round {
            space: self.case.space,
            starts,
            horizon: self.case.horizon,
            with_disagreement: self.case.with_disagreement,
            with_values: self.case.with_values,
            seed,
        };
        let (plan, record) = launch(queue, &parts, &round);
        let mut numbers = queue.read(&[&record], "reading a rollout").await.expect("a record").remove(0);
        let values = numbers.split_off(plan.record_width() * self.case.horizon * self.case.branches);
        Record { plan, rows: numbers, values }
    }

    /// The chance of one step, as the kernel draws it.
    pub fn chance(&self, plan: &Plan, seed: [u32; 2], step: usize) -> (Vec<f32>, Vec<usize>, Vec<f32>) {
        let (mut actions, mut members, mut noise) = (Vec::new(), Vec::new(), Vec::new());
        let rows = plan.rows() as u32;
        for branch in 0..self.case.branches as u32 {
            let words = |branch, purpose, block| counter::words(seed, branch, step as u32, purpose, block);
            let z = |purpose: Purpose, count: usize| -> Vec<f32> {
                let blocks = 0..count.div_ceil(4) as u32;
                let mut z: Vec<f32> =
                    blocks.flat_map(|block| counter::normals(words(branch, purpose, block))).collect();
                z.truncate(count);
                z
            };
            let word = words(branch / rows * rows, Purpose::Member, 0)[0];
            members.push(counter::below(word, self.case.members));
            match self.case.space {
                ActionSpace::Discrete(_) => {
                    actions.push(counter::uniform(words(branch, Purpose::Action, 0)[0]));
                }
                ActionSpace::Box { size, .. } => actions.extend(z(Purpose::Action, size)),
            }
            noise.extend(z(Purpose::Noise, self.case.obs + 1));
        }
        (actions, members, noise)
    }

    /// One step of the host from `here` [B, O], with the values of `here`.
    pub async fn step(&mut self, plan: &Plan, here: &[f32], seed: [u32; 2], step: usize) -> HostStep {
        let (actions, members, noise) = self.chance(plan, seed, step);
        let Case { obs, space, with_disagreement, .. } = self.case;
        let mut branches = Branches::new(State::seen(here.to_vec()), obs, space, with_disagreement);
        let world = self.case.is_gaussian.then_some(noise.as_slice());
        let values = self.net.values(here).to_vec();
        let noise = Noise { actions: &actions, members: &members, world };
        let mut policy = PpoPolicy::of(self.shape(), self.net.clone());
        branches.step(&mut policy, &mut self.world, noise).await.expect("a step on the host");
        let reached = &branches.answer.state.obs;
        let novelties = match &mut self.curious {
            Some(curious) => curious.host.errors(reached).to_vec(),
            None => vec![0.0; branches.len()],
        };
        HostStep { branches, novelties, values }
    }

    pub fn shape(&self) -> nets::Shape {
        nets::Shape {
            obs_size: self.case.obs,
            action: self.case.space,
            hidden: self.case.hidden,
            shared_trunk: self.case.shared_trunk,
            heads: self.case.heads,
            activation: self.case.activation,
            scaling: self.scaling.clone(),
            log_std_init: 0.0,
        }
    }
}

/// A step on the host, with novelty where it led, and the values of where it began.
pub struct HostStep {
    pub branches: Branches,
    pub novelties: Vec<f32>,
    pub values: Vec<f32>,
}

/// What the device wrote down.
pub struct Record {
    pub plan: Plan,
    pub rows: Vec<f32>,
    pub values: Vec<f32>,
}
