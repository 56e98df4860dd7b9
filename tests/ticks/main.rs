//! A tick is bounded at every corner of the legal ranges, by what it computes: a kind of fault is a tick that does all
//! of something whose size a hyperparameter sets. Work is counted, not timed, so that no busy machine can make this
//! fail.
#![cfg(not(target_family = "wasm"))]

mod corners;

use corners::{Corner, corners};
use mbppo::budget::MOST;
use mbppo::config::preset;
use mbppo::device::Device;
use mbppo::rng::Seed;
use mbppo::trainer::Trainer;
use pollster::block_on;
use std::num::NonZero;
use std::sync::Mutex;
use std::thread::available_parallelism;

#[test]
fn no_tick_exceeds_its_bound_at_any_corner_of_the_legal_ranges() {
    let left = Mutex::new(corners().into_iter());
    let next = || left.lock().expect("no other corner has failed").next();
    let work_off = || std::iter::from_fn(next).for_each(|corner| no_tick_exceeds_its_bound_at(&corner));
    std::thread::scope(|threads| {
        for _ in 0..available_parallelism().map_or(1, NonZero::get) {
            threads.spawn(work_off);
        }
    });
}

fn no_tick_exceeds_its_bound_at(corner: &Corner) {
    let (mut ticks, mut largest) = (0, (0, "none"));
    corner.run(corner.trainer(), |trainer, _| {
        let (work, phase) = trainer.largest_tick();
        (ticks, largest) = (ticks + 1, (work, phase.name()));
        assert!(work <= MOST, "{}: {work} multiply-adds in a tick of {}", corner.name, phase.name());
    });
    assert!(ticks > 10, "{}: {ticks} ticks", corner.name);
    println!("{}: {} million in {} after {ticks} ticks", corner.name, largest.0 >> 20, largest.1);
}

/// Milliseconds that this thread has computed, which other work on the machine does not lengthen; Linux says it, to a
/// few milliseconds.
fn computed_ms() -> f64 {
    let text = std::fs::read_to_string("/proc/thread-self/schedstat").expect("Linux");
    text.split_whitespace().next().expect("nanoseconds").parse::<f64>().expect("a number") / 1e6
}

/// The table of docs/limits.md: `cargo test --test ticks -- --ignored --nocapture the_longest`.
#[test]
#[ignore = "it measures time, for the table in docs/limits.md"]
fn the_longest_tick_at_every_corner() {
    println!(
        "| corner | task, preset | ticks | longest tick, ms | its phase | largest tick, million multiply-adds |"
    );
    println!("|---|---|---|---|---|---|");
    for corner in corners() {
        let (mut ticks, mut longest, mut largest) = (0, (0.0, "none"), 0);
        let trainer = corner.trainer();
        let mut before = computed_ms();
        corner.run(trainer, |trainer, phase| {
            let ms = computed_ms() - before;
            if ms > longest.0 {
                longest = (ms, phase.name());
            }
            (ticks, largest) = (ticks + 1, trainer.largest_tick().0);
            before = computed_ms();
        });
        let (Corner { name, task, preset, .. }, (ms, phase)) = (&corner, longest);
        println!("| {name} | {task}, {preset} | {ticks} | {ms:.0} | {phase} | {} |", largest / 1_000_000);
    }
}

/// What it saves that nobody looks: `cargo test --test ticks -- --ignored --nocapture what_nobody`.
#[test]
#[ignore = "it measures time, for docs/limits.md"]
fn what_nobody_looks_at_saves_its_time() {
    for (task, preset_name) in [("CartPole-v1", "mb-ppo"), ("Pendulum-v1", "mb-ppo"), ("CartPole-v1", "ppo")]
    {
        let ms = |is_watched: bool| {
            let config = preset(preset_name, task).expect("a preset");
            let mut trainer = Trainer::new(task, config, Seed(1), Device::cpu()).expect("a run");
            trainer.set_watched(is_watched);
            let before = computed_ms();
            while trainer.steps().0 < 800 || !trainer.is_between_iterations() {
                block_on(trainer.tick()).expect("a tick");
            }
            computed_ms() - before
        };
        let mut pairs: Vec<[f64; 2]> = (0..9).map(|_| [ms(true), ms(false)]).collect();
        let mut median = |of: fn(&[f64; 2]) -> f64| {
            pairs.sort_by(|a, b| of(a).total_cmp(&of(b)));
            of(&pairs[pairs.len() / 2])
        };
        let [watched, unwatched, ratio] = [median(|p| p[0]), median(|p| p[1]), median(|p| p[1] / p[0])];
        println!("{preset_name} on {task}: {watched:.0} ms watched, {unwatched:.0} ms not; ratio {ratio:.3}");
    }
}
