//! Rollouts where they are used: in imagination with every kind of curiosity, and in a run.

use super::{TOLERANCE, normals, queue};
use mbppo::backend::{TaskShape, backend};
use mbppo::budget::PER_TICK;
use mbppo::config::{Activation, Config, CuriosityKind, ModelTarget};
use mbppo::curiosity::{Curiosity, Visit};
use mbppo::device::{DeviceKind, open};
use mbppo::dynamics::Context;
use mbppo::env::make;
use mbppo::imagination::{Borders, Imagination, Scope};
use mbppo::kernels::Hidden;
use mbppo::nets;
use mbppo::rng::Seed;
use mbppo::trainer::Trainer;
use mbppo::world_model::Scales;
use wasm_bindgen_test::wasm_bindgen_test;

/// Novelty is part of the kernel for one kind of curiosity only; all kinds have to give what the host says of the same
/// steps.
#[wasm_bindgen_test]
async fn every_kind_of_curiosity_sees_what_was_imagined() {
    if queue().await.is_none() {
        return;
    }
    let device = open(DeviceKind::WebGpu).await.expect("what was open just now");
    let mut stream = Seed(5).stream("curiosity");
    let kinds = [CuriosityKind::None, CuriosityKind::Rnd, CuriosityKind::Icm, CuriosityKind::Disagreement];
    for (kind, task) in kinds.into_iter().zip(["CartPole-v1", "Pendulum-v1", "Pendulum-v1", "CartPole-v1"]) {
        let spec = make(task).expect("a task").spec();
        let obs = spec.obs_size();
        let config = Config {
            curiosity: kind,
            ensemble_size: 3,
            hidden_size: 8,
            model_hidden_size: 12,
            ..Config::default()
        };
        let shape = nets::Shape {
            obs_size: obs,
            action: spec.action,
            hidden: Hidden { layers: config.hidden_layers, width: config.hidden_size },
            shared_trunk: false,
            heads: 1,
            activation: Activation::Tanh,
            scaling: mbppo::scaling::of(&spec.obs),
            log_std_init: 0.0,
        };
        let (backend, task) = (backend(&device), TaskShape { obs_size: obs, action: spec.action });
        let mut policy = backend.policy(shape, &config, &mut stream);
        let mut model = backend.world_model(task, &config, &mut stream).expect("a model");
        model.set_scales(Scales {
            target: ModelTarget::Difference,
            obs_mean: vec![0.1; obs],
            obs_std: vec![0.7; obs],
            target_mean: vec![0.0; obs],
            target_std: vec![0.3; obs],
            change_std: vec![0.3; obs],
            reward_mean: 0.5,
            reward_std: 2.0,
        });
        let mut curiosity = backend.novelty(task, &config, &mut stream).map(Curiosity::new);
        if let Some(curiosity) = &mut curiosity {
            curiosity.scale = 2.0;
        }
        let scope = Scope {
            action: spec.action,
            obs_size: obs,
            horizon: 4,
            members: 3,
            noise_size: model.noise_size(),
            with_disagreement: kind == CuriosityKind::Disagreement,
            // So much that not all branches go together.
            cost: PER_TICK as usize,
        };
        let starts = normals(30 * obs, 0.5, &mut stream);
        let mut imagination = Imagination::start(Context::seen(starts), scope);
        while !imagination.is_complete() {
            imagination
                .step(policy.as_mut(), model.as_mut(), curiosity.as_mut(), &mut stream)
                .await
                .expect("all steps");
        }
        let imagined = imagination.finish(Borders::default(), 1.0);
        let rollout = &imagined.rollout;
        assert!(rollout.len() >= 30, "{} steps", rollout.len());
        let mut of_model = Vec::new();
        let action_size = spec.action.stored_size();
        rollout.actions.chunks_exact(action_size).for_each(|a| spec.action.encode(a, &mut of_model));
        let expected = match &mut curiosity {
            None => vec![0.0; rollout.len()],
            // The record keeps the mean of the disagreement only.
            Some(_) if kind == CuriosityKind::Disagreement => {
                let mean = rollout.rewards_int.iter().sum::<f32>() / rollout.len() as f32;
                assert!((mean - imagined.disagreement / 2.0).abs() < 1e-5 && mean > 0.0, "{mean}");
                continue;
            }
            Some(curiosity) => {
                let visit = Visit {
                    rows: rollout.len(),
                    obs: &rollout.obs,
                    action: &of_model,
                    next_obs: &rollout.next_obs,
                    disagreement: &[],
                };
                curiosity.novelty(&visit).await.expect("novelty")
            }
        };
        for (device, host) in rollout.rewards_int.iter().zip(&expected) {
            assert!((device - host).abs() <= TOLERANCE * host.abs().max(1.0), "{kind:?}: {device}, {host}");
        }
        let is_silent = expected.iter().all(|novelty| *novelty == 0.0);
        assert_eq!(is_silent, kind == CuriosityKind::None, "{kind:?}");
    }
}

/// Two whole iterations, so that the second stands on what was learned from the first one's imagination.
#[wasm_bindgen_test]
async fn a_run_imagines_on_webgpu() {
    if queue().await.is_none() {
        return;
    }
    let device = open(DeviceKind::WebGpu).await.expect("what was open just now");
    let config = Config {
        num_envs: 2,
        num_steps: 8,
        n_epochs: 1,
        batch_size: 16,
        hidden_size: 8,
        ensemble_size: 2,
        model_hidden_size: 8,
        model_batch_size: 8,
        model_updates: 2,
        imagination_rounds: 1,
        horizon: 2,
        branches_min: 8,
        branches_max: 8,
        model_r2_min: 0.0,
        eval_every: 0,
        adaptive_depth: true,
        ..Config::default()
    };
    let mut trainer = Trainer::new("CartPole-v1", config, Seed(3), device).expect("a run");
    while trainer.snapshot().iteration < 2 {
        trainer.tick().await.expect("a tick");
    }
    let snapshot = trainer.snapshot();
    assert_eq!(snapshot.real_steps, 32);
    assert!(snapshot.imagined_steps > 0);
    assert!(snapshot.metrics.values().all(|value| value.is_finite()), "{:?}", snapshot.metrics);
}
