//! A tick is bounded at every corner of the legal ranges, by what it computes: a kind of fault is a tick that does all of
//! something whose size a hyperparameter sets. Work is counted, not timed, so that no busy machine can make this fail.
#![cfg(not(target_family = "wasm"))]

mod corners;

use corners::corners;
use mbppo::budget::MOST;
use std::time::Instant;

#[test]
fn no_tick_exceeds_its_bound_at_any_corner_of_the_legal_ranges() {
    for corner in corners() {
        let (mut ticks, mut largest) = (0, (0, "none"));
        corner.run(|trainer, _| {
            let (work, phase) = trainer.largest_tick();
            (ticks, largest) = (ticks + 1, (work, phase.name()));
            assert!(work <= MOST, "{}: {work} multiply-adds in a tick of {}", corner.name, phase.name());
        });
        assert!(ticks > 10, "{}: {ticks} ticks", corner.name);
        println!("{}: {} million in {} after {ticks} ticks", corner.name, largest.0 >> 20, largest.1);
    }
}

/// The table of docs/limits.md: `cargo test --test ticks -- --ignored --nocapture`.
#[test]
#[ignore = "it measures time, for the table in docs/limits.md"]
fn the_longest_tick_at_every_corner() {
    println!("| corner | task, preset | ticks | longest, ms | in | largest, million multiply-adds |");
    println!("|---|---|---|---|---|---|");
    for corner in corners() {
        let (mut ticks, mut longest, mut largest) = (0, (0.0, "none"), 0);
        let mut began = Instant::now();
        corner.run(|trainer, phase| {
            let ms = 1000.0 * began.elapsed().as_secs_f64();
            if ms > longest.0 {
                longest = (ms, phase.name());
            }
            (ticks, largest) = (ticks + 1, trainer.largest_tick().0);
            began = Instant::now();
        });
        let (corner, (ms, phase)) = (corner, longest);
        println!(
            "| {} | {}, {} | {ticks} | {ms:.0} | {phase} | {} |",
            corner.name,
            corner.task,
            corner.preset,
            largest / 1_000_000
        );
    }
}
