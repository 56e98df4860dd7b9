//! Times the kernels on the workloads of `workloads`, natively: `cargo bench --profile dev --bench kernels`, with
//! `-- W1 W3` only these, with `-- --growth` the cost as sizes grow. The profile is named so that burn is not built
//! once more. Prints the median and the fastest of 60 repetitions, of 7 along the growth curves.
//!
//! Without criterion: its dependencies would build crates below burn once more with other features.

mod workloads;

use std::hint::black_box;
use std::time::Instant;
use workloads::{Acting, Rollout, SETTINGS, actor_critic_of_width, ensemble, minibatches, model_batches};

/// Milliseconds of one call: median and least.
fn time(repetitions: usize, calls: usize, mut run: impl FnMut()) -> [f64; 2] {
    (0..calls.min(3)).for_each(|_| run());
    let mut times: Vec<f64> = (0..repetitions)
        .map(|_| {
            let begin = Instant::now();
            (0..calls).for_each(|_| run());
            1e3 * begin.elapsed().as_secs_f64() / calls as f64
        })
        .collect();
    times.sort_by(f64::total_cmp);
    [times[repetitions / 2], times[0]]
}

/// A minibatch of `rows` rows through hidden layers of this width, in chains of `count`.
fn ppo([rows, width]: [usize; 2], count: usize, seed: u32, repetitions: usize) -> [f64; 2] {
    let (mut net, batches) = (actor_critic_of_width(width, 3e-4), minibatches(count, rows, seed));
    let mut turns = (0..count).cycle();
    time(repetitions, count, || {
        let batch = &batches[turns.next().unwrap_or(0)];
        black_box(net.update(batch, &SETTINGS, rows as f32));
    })
}

/// A step of so many members on 256 rows each.
fn model(members: usize, repetitions: usize) -> [f64; 2] {
    let for_all = |batch: [Vec<f32>; 2]| batch.map(|numbers| numbers.repeat(members));
    let batches: Vec<_> = model_batches(5, 256, 14).into_iter().map(for_all).collect();
    let mut model = ensemble(members);
    let mut turns = (0..5).cycle();
    time(repetitions, 5, || {
        let [input, target] = &batches[turns.next().unwrap_or(0)];
        black_box(model.update(input, target));
    })
}

fn rollout(branches: usize, repetitions: usize) -> [f64; 2] {
    let mut rollout = Rollout::new(branches);
    time(repetitions, (2000 / branches).clamp(1, 20), || {
        black_box(rollout.run());
    })
}

fn acting(count: usize) -> [f64; 2] {
    let mut acting = Acting::new(count);
    time(60, 200, || {
        black_box(acting.run());
    })
}

/// Cost as sizes grow: the axes and sizes of `benches/web/growth.mjs`.
fn growth() {
    let tell = |axis: &str, size: usize, [median, least]: [f64; 2]| {
        println!("{axis:9} {size:6} median {median:10.4} ms   fastest {least:10.4} ms");
    };
    for rows in (6..=14).map(|power| 1 << power) {
        tell("batch", rows, ppo([rows, 64], if rows <= 1024 { 20 } else { 2 }, 12, 7));
    }
    for width in [32, 64, 128, 256, 512] {
        tell("width", width, ppo([256, width], 5, 12, 7));
    }
    for branches in [10, 30, 100, 300, 1000, 3000, 10_000, 30_000, 100_000] {
        tell("branches", branches, rollout(branches, 7));
    }
    for members in [1, 2, 3, 5, 7, 10] {
        tell("ensemble", members, model(members, 7));
    }
}

type Workload = (&'static str, fn() -> [f64; 2]);

fn main() {
    if std::env::args().any(|word| word == "--growth") {
        return growth();
    }
    let workloads: [Workload; 8] = [
        ("W1-ppo-64", || ppo([64, 64], 20, 11, 60)),
        ("W2-ppo-256", || ppo([256, 64], 20, 12, 60)),
        ("W2-ppo-1024", || ppo([1024, 64], 20, 13, 60)),
        ("W3-model-256", || model(1, 60)),
        ("W4-rollout-100x5", || rollout(100, 60)),
        ("W4-rollout-1000x5", || rollout(1000, 60)),
        ("W5-act-1", || acting(1)),
        ("W5-act-64", || acting(64)),
    ];
    let wanted: Vec<String> = std::env::args().skip(1).filter(|word| !word.starts_with('-')).collect();
    for (name, run) in workloads {
        if wanted.is_empty() || wanted.iter().any(|word| name.contains(word.as_str())) {
            let [median, least] = run();
            println!("{name:18} median {median:9.4} ms   fastest {least:9.4} ms");
        }
    }
}
