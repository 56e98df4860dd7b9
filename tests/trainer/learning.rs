//! What is learned from, and how much it moves.

use super::{run, tiny, trainer};
use mbppo::config::{Config, preset};

#[test]
fn every_row_counts_in_every_epoch() {
    // 2 · 12 rows by 16: two minibatches of 12 rows, not one of 16.
    let config = Config { imagination_rounds: 0, ..tiny() };
    let epochs = config.n_epochs;
    let mut trainer = trainer(config, 1);
    while trainer.snapshot().iteration < 3 {
        run(&mut trainer, 1);
    }
    assert_eq!(trainer.snapshot().metrics["train/n_updates"], (3 * epochs * 2) as f32);
}

#[test]
fn the_model_never_learns_from_what_was_imagined() {
    let mut trainer = trainer(tiny(), 4);
    while trainer.snapshot().iteration < 3 {
        run(&mut trainer, 1);
    }
    let (real, imagined) = trainer.steps();
    assert!(imagined > real);
    assert_eq!(
        trainer.remembered_transitions() as u64,
        real,
        "replay, the model's only source, holds real steps"
    );
}

#[test]
fn beta_does_not_move_twice_by_the_same_episodes() {
    let mut trainer = trainer(preset("mb-ppo", "CartPole-v1").expect("a preset"), 0);
    let (mut episodes, mut beta, mut moves, mut stays) = (0, trainer.snapshot().beta, 0, 0);
    let mut iteration = 0;
    while trainer.steps().0 < 900 {
        run(&mut trainer, 1);
        let snapshot = trainer.snapshot();
        if snapshot.iteration == iteration {
            continue;
        }
        if snapshot.episodes == episodes {
            assert_eq!(snapshot.beta, beta, "no episode has ended in iteration {iteration}");
            stays += 1;
        }
        moves += usize::from(snapshot.beta != beta);
        (episodes, beta, iteration) = (snapshot.episodes, snapshot.beta, snapshot.iteration);
    }
    assert!(moves > 0 && stays > 0, "{moves} moves, {stays} iterations without an end");
}

#[test]
fn a_hybrid_schedule_fades_imagination_out_and_annealing_lowers_the_step_size() {
    let config = Config { hybrid_steps: 72, lr_anneal_steps: 72, ..tiny() };
    let start = config.learning_rate;
    let mut trainer = trainer(config, 0);
    let mut imagined = vec![0];
    while trainer.snapshot().iteration < 5 {
        let before = trainer.snapshot().iteration;
        run(&mut trainer, 1);
        if trainer.snapshot().iteration > before {
            imagined.push(trainer.steps().1);
        }
    }
    assert!(imagined[1] > 0, "much imagination early: {imagined:?}");
    assert_eq!(imagined[4], imagined[5], "none at the end: {imagined:?}");
    let rate = f64::from(trainer.snapshot().metrics["train/learning_rate"]);
    assert!((rate - 0.1 * start).abs() < 1e-6, "{rate}");
}
