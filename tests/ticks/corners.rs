//! Corners of the legal ranges: runs whose single steps would be largest if they were not cut into pieces.

use mbppo::config::{Config, preset};
use mbppo::device::Device;
use mbppo::rng::Seed;
use mbppo::trainer::{Phase, Trainer};
use pollster::block_on;

/// A run at a corner, and how far it goes.
pub struct Corner {
    /// What is extreme in it.
    pub name: &'static str,
    pub task: &'static str,
    pub preset: &'static str,
    /// Beside the preset, as NAME=VALUE.
    pub changes: &'static str,
    /// It goes on until this phase is over for the first time, in its `iterations`-th iteration.
    pub until: Phase,
    pub iterations: u64,
    /// Most ticks of that phase: thousands of equal ones need not be seen to their end.
    pub ticks: usize,
}

const WIDE: &str =
    "hidden_size=512 hidden_layers=3 model_hidden_size=512 model_hidden_layers=3 ensemble_size=10";

/// Every corner.
pub fn corners() -> Vec<Corner> {
    let corner = |name, task, preset, changes, until| Corner {
        name,
        task,
        preset,
        changes,
        until,
        iterations: 1,
        ticks: usize::MAX,
    };
    vec![
        Corner {
            iterations: 2,
            ..corner(
                "num_steps × num_envs",
                "Acrobot-v1",
                "mb-ppo",
                "num_envs=64 num_steps=2048 replay_capacity=131072 model_updates=25 n_epochs=1 batch_size=16384 \
                 imagination_rounds=1 branches_max=10 horizon=5 model_r2_min=0 hidden_size=8 model_hidden_size=8",
                Phase::Adapt,
            )
        },
        Corner {
            ticks: 400,
            ..corner(
                "num_steps × num_envs, widths, curiosity by disagreement",
                "Acrobot-v1",
                "mb-ppo",
                "num_envs=64 num_steps=4 model_updates=1 n_epochs=1 imagination_rounds=1 horizon=1 branches_max=10 \
                 model_r2_min=0 curiosity=disagreement WIDE",
                Phase::Adapt,
            )
        },
        Corner {
            ticks: 90,
            ..corner(
                "horizon, ensemble, widths: foresight",
                "CartPole-v1",
                "mb-ppo",
                "num_envs=2 num_steps=256 model_batch_size=8 model_updates=1 horizon=100 WIDE",
                Phase::Fit,
            )
        },
        Corner {
            iterations: 2,
            ticks: 170,
            ..corner(
                "num_steps, ensemble, widths: comparison with reality",
                "Pendulum-v1",
                "mb-ppo",
                "num_envs=1 num_steps=150 model_batch_size=8 model_updates=1 horizon=1 imagination_rounds=1 \
                 branches_max=10 n_epochs=1 model_r2_min=0 WIDE",
                Phase::Collect,
            )
        },
        Corner {
            ticks: 60,
            ..corner(
                "model_batch_size, ensemble, width, Gaussian heads, adversarial rows",
                "Acrobot-v1",
                "mb-ppo",
                "model_batch_size=4096 adversarial_eps=0.1 model_heads=gaussian model_updates=1 WIDE",
                Phase::Fit,
            )
        },
        Corner {
            ticks: 40,
            ..corner(
                "branches, widths, adaptive depth",
                "Pendulum-v1",
                "mb-ppo",
                "branches_min=20000 branches_max=20000 horizon=3 imagination_rounds=1 model_updates=1 model_r2_min=0 \
                 adaptive_depth=true depth_error_max=10 WIDE",
                Phase::Imagine,
            )
        },
        corner(
            "branches × horizon, small networks",
            "Pendulum-v1",
            "mb-ppo",
            "branches_min=20000 branches_max=20000 horizon=30 imagination_rounds=1 model_updates=25 model_r2_min=0 \
             hidden_size=4 model_hidden_size=4 ensemble_size=1 n_epochs=1 batch_size=16384 curiosity=none",
            Phase::Improve,
        ),
        Corner {
            ticks: 60,
            ..corner(
                "batch_size, width",
                "Acrobot-v1",
                "ppo",
                "num_envs=64 num_steps=32 batch_size=16384 n_epochs=1 hidden_size=512 hidden_layers=3",
                Phase::Improve,
            )
        },
        Corner {
            ticks: 40,
            ..corner(
                "A2C: all rows, width",
                "CartPole-v1",
                "a2c",
                "num_envs=64 num_steps=32 hidden_size=512 hidden_layers=3",
                Phase::Improve,
            )
        },
        Corner {
            ticks: 40,
            ..corner(
                "DQN: batch_size, width",
                "CartPole-v1",
                "dqn",
                "batch_size=16384 hidden_size=512 hidden_layers=3 learning_starts=300 train_freq=1 gradient_steps=1 \
                 double_q=true",
                Phase::Improve,
            )
        },
        Corner {
            ticks: 80,
            ..corner(
                "TD3: batch_size, width",
                "Pendulum-v1",
                "td3",
                "batch_size=16384 hidden_size=512 hidden_layers=3 learning_starts=300 train_freq=1 gradient_steps=2",
                Phase::Improve,
            )
        },
        Corner {
            iterations: 3,
            ..corner(
                "replay_capacity, full: lists, map",
                "CartPole-v1",
                "mb-ppo",
                "num_envs=64 num_steps=2048 replay_capacity=300000 model_updates=1 n_epochs=1 batch_size=16384 \
                 imagination_rounds=1 branches_max=10 horizon=1 hidden_size=4 model_hidden_size=4 ensemble_size=10 \
                 curiosity=none",
                Phase::Improve,
            )
        },
        Corner {
            iterations: 2,
            ..corner(
                "planning_steps × num_envs, replay",
                "DynaMaze-v0",
                "dyna-q",
                "num_envs=64 planning_steps=10000 num_steps=4",
                Phase::Collect,
            )
        },
        Corner {
            ticks: 30,
            ..corner(
                "eval_episodes, width",
                "CartPole-v1",
                "ppo",
                "eval_episodes=200 eval_every=1 hidden_size=512 hidden_layers=3 n_epochs=1 num_steps=8",
                Phase::Evaluate,
            )
        },
        Corner {
            ticks: 60,
            ..corner(
                "batch_size: curiosity on real and imagined steps, by ICM",
                "Acrobot-v1",
                "mb-ppo",
                "num_envs=64 num_steps=256 batch_size=16384 curiosity=icm curiosity_on_imagined=true \
                 branches_min=2000 branches_max=2000 horizon=10 imagination_rounds=1 model_updates=1 n_epochs=1 \
                 model_r2_min=0 hidden_size=8 model_hidden_size=8",
                Phase::Curiosity,
            )
        },
        Corner {
            ticks: 60,
            ..corner(
                "horizon 1: many windows of the return gap",
                "CartPole-v1",
                "mb-ppo",
                "num_envs=64 num_steps=16 horizon=1 model_updates=1 n_epochs=1 \
                 imagination_rounds=1 branches_max=10 WIDE curiosity=icm",
                Phase::Adapt,
            )
        },
        Corner {
            ticks: 400,
            ..corner(
                "branches of MBPO",
                "Pendulum-v1",
                "mbpo",
                "num_envs=64 num_steps=4 learning_starts=0 model_updates=1 model_batch_size=8 gradient_steps=1 \
                 branches_max=100000 horizon=2 model_r2_min=0 WIDE",
                Phase::Imagine,
            )
        },
        Corner {
            ticks: 100,
            ..corner(
                "search_population × search_episodes, widths",
                "Acrobot-v1",
                "policy-search",
                "search_population=512 search_episodes=100 search_hidden_size=64 search_generations=2 num_envs=64 \
                 num_steps=4 model_updates=1 model_batch_size=8 model_hidden_size=512 model_hidden_layers=3 \
                 ensemble_size=10",
                Phase::Imagine,
            )
        },
        Corner {
            iterations: 2,
            ticks: 60,
            ..corner(
                "plan_candidates × plan_particles, horizon, widths",
                "Acrobot-v1",
                "pets",
                "plan_candidates=512 plan_particles=50 plan_elites=256 horizon=100 num_envs=64 num_steps=4 \
                 learning_starts=100 model_updates=1 model_batch_size=8 eval_every=0 WIDE",
                Phase::Imagine,
            )
        },
        Corner {
            iterations: 2,
            ..corner(
                "plan_candidates, horizon, small networks",
                "Pendulum-v1",
                "pets",
                "plan_candidates=512 plan_particles=1 plan_elites=256 horizon=100 num_envs=64 num_steps=4 \
                 learning_starts=0 model_updates=1 model_hidden_size=4 ensemble_size=1 eval_every=0",
                Phase::Fit,
            )
        },
    ]
}

impl Corner {
    pub fn config(&self) -> Config {
        let mut config = preset(self.preset, self.task).expect("a preset");
        let changes = self.changes.replace("WIDE", WIDE);
        for change in changes.split_whitespace() {
            let (name, value) = change.split_once('=').expect("NAME=VALUE");
            config.set(name, value).unwrap_or_else(|error| panic!("{}: {error}", self.name));
        }
        config.validate().unwrap_or_else(|error| panic!("{}: {error}", self.name));
        config
    }

    /// The run, to which nothing has happened.
    pub fn trainer(&self) -> Trainer {
        Trainer::new(self.task, self.config(), Seed(0), Device::cpu()).expect("a run")
    }

    /// Runs it, and gives it to `after` with the phase of each tick.
    pub fn run(&self, mut trainer: Trainer, mut after: impl FnMut(&Trainer, Phase)) {
        let mut ticks = 0;
        loop {
            let (now, iteration) = (trainer.phase(), trainer.snapshot().iteration);
            let is_last = now == self.until && iteration + 1 >= self.iterations;
            if ticks > 0 && !is_last || ticks >= self.ticks {
                return;
            }
            ticks += usize::from(is_last);
            block_on(trainer.tick()).unwrap_or_else(|error| panic!("{}: {error}", self.name));
            after(&trainer, now);
        }
    }
}
