//! W4: imagining.

use super::learning::{actor_critic, world_model};
use super::numbers::Mulberry32;
use mbppo::kernels::ppo::ActorCritic;
use mbppo::kernels::world_model::WorldModel;

/// Where the branches begin, [branches, 4].
pub fn starts(branches: usize) -> Vec<f32> {
    let mut random = Mulberry32::new(5);
    (0..4 * branches).map(|_| (0.1 * random.normal()) as f32).collect()
}

/// W4: policy, value and model in turn.
pub struct Rollout {
    net: ActorCritic,
    model: WorldModel,
    random: Mulberry32,
    starts: Vec<f32>,
    obs: Vec<f32>,
    actions: Vec<f32>,
    log_probs: Vec<f32>,
    chance: Vec<f32>,
    input: Vec<f32>,
}

impl Rollout {
    pub fn new(branches: usize) -> Self {
        let starts = starts(branches);
        Self {
            net: actor_critic(3e-4),
            model: world_model(),
            random: Mulberry32::new(7),
            obs: starts.clone(),
            starts,
            actions: vec![0.0; 2 * branches],
            log_probs: vec![0.0; branches],
            chance: vec![0.0; branches],
            input: vec![0.0; 6 * branches],
        }
    }

    /// Five steps; gives the sum of all rewards and values.
    pub fn run(&mut self) -> f32 {
        self.obs.copy_from_slice(&self.starts);
        let mut sum = 0.0;
        for _ in 0..5 {
            self.chance.iter_mut().for_each(|u| *u = self.random.uniform() as f32);
            self.net.sample(&self.obs, &self.chance, &mut self.actions, &mut self.log_probs);
            sum += self.net.values(&self.obs).iter().sum::<f32>();
            let rows = self.obs.chunks_exact(4).zip(self.actions.chunks_exact(2));
            for (input, (obs, action)) in self.input.chunks_exact_mut(6).zip(rows) {
                input[..4].copy_from_slice(obs);
                input[4..].copy_from_slice(action);
            }
            let output = self.model.forward(&self.input);
            for (obs, output) in self.obs.chunks_exact_mut(4).zip(output.chunks_exact(6)) {
                obs.iter_mut().zip(output).for_each(|(obs, change)| *obs += change);
                sum += output[4] + 1e-9 / (1.0 + (-output[5]).exp());
            }
        }
        sum + self.net.values(&self.obs).iter().sum::<f32>()
    }
}
