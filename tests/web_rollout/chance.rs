//! The chance that the kernel draws, and what it leads to over a long horizon.

use super::case::{CART_POLE, Case, FEW};
use super::cast::Cast;
use super::{NORMAL_TOLERANCE, normals, queue};
use mbppo::config::Activation;
use mbppo::env::ActionSpace;
use mbppo::kernels::Hidden;
use mbppo::rng::Seed;
use wasm_bindgen_test::{console_log, wasm_bindgen_test};

/// A policy that says nothing draws standard normals, or any choice alike: they show the kernel's chance itself.
#[wasm_bindgen_test]
async fn the_kernels_chance_is_the_hosts_and_has_the_moments_it_should_have() {
    let Some(queue) = queue().await else { return };
    let mut stream = Seed(3).stream("chance");
    let few = Case { hidden: FEW, model_hidden: FEW, with_values: false, branches: 2000, ..CART_POLE };
    let vector = Case { space: ActionSpace::Box { size: 5, bound: 1.0 }, ..few };
    for case in [few, vector] {
        let mut cast = Cast::new(case, &queue, &mut stream);
        cast.agent.1 = queue.zeros(cast.agent.0.len());
        let starts = normals(case.branches * case.obs, 0.3, &mut stream);
        let record = cast.record(&queue, &starts, [7, 8]).await;
        let (width, actions) = (record.plan.record_width(), case.space.encoded_size());
        let drawn: Vec<&[f32]> =
            record.rows.chunks_exact(width).map(|row| &row[case.obs..][..actions]).collect();
        for step in 0..case.horizon {
            let (host, _, _) = cast.chance(&record.plan, [7, 8], step);
            let rows = &drawn[step * case.branches..][..case.branches];
            match case.space {
                ActionSpace::Discrete(_) => {
                    for (row, uniform) in rows.iter().zip(host) {
                        assert_eq!(row[1] == 1.0, uniform >= 0.5, "{uniform}");
                    }
                }
                ActionSpace::Box { size, .. } => {
                    for (row, z) in rows.iter().zip(host.chunks_exact(size)) {
                        let error = row.iter().zip(z).fold(0.0f32, |max, (a, b)| max.max((a - b).abs()));
                        assert!(error <= NORMAL_TOLERANCE, "{row:?} instead of {z:?}");
                    }
                }
            }
        }
        // Five standard errors of 10,000 choices, and of 50,000 normals and their squares.
        let mean = |of: fn(f32) -> f32, column: std::ops::Range<usize>| {
            let numbers: Vec<f32> =
                drawn.iter().flat_map(|row| &row[column.clone()]).map(|x| of(*x)).collect();
            numbers.iter().sum::<f32>() / numbers.len() as f32
        };
        match case.space {
            ActionSpace::Discrete(_) => {
                let share = mean(|x| x, 1..2);
                assert!((share - 0.5).abs() < 0.025, "{share}");
            }
            ActionSpace::Box { size, .. } => {
                let [mean, square] = [mean(|x| x, 0..size), mean(|x| x * x, 0..size)];
                assert!(mean.abs() < 0.022 && (square - 1.0).abs() < 0.032, "{mean}, {square}");
            }
        }
    }
}

/// Errors grow over a long horizon until single branches no longer agree; all of them together still have to.
#[wasm_bindgen_test]
async fn long_rollouts_end_in_the_same_distribution() {
    let Some(queue) = queue().await else { return };
    let mut stream = Seed(4).stream("long");
    let case = Case {
        model_hidden: Hidden { layers: 2, width: 32 },
        model_activation: Activation::Silu,
        members: 3,
        is_gaussian: true,
        branches: 600,
        horizon: 40,
        ..CART_POLE
    };
    let mut cast = Cast::new(case, &queue, &mut stream);
    let starts = normals(case.branches * case.obs, 0.7, &mut stream);
    let record = cast.record(&queue, &starts, [1, 2]).await;
    // The host goes its own way, with chance of its own.
    let mut host = starts;
    for step in 0..case.horizon {
        host = cast.step(&record.plan, &host, [3, 4], step).await.branches.answer.state.obs;
    }
    let width = record.plan.record_width();
    let last = &record.rows[(case.horizon - 1) * case.branches * width..];
    for d in 0..case.obs {
        let moments = |numbers: Vec<f32>| {
            let count = numbers.len() as f32;
            let mean = numbers.iter().sum::<f32>() / count;
            [mean, numbers.iter().map(|x| (x - mean).powi(2)).sum::<f32>() / (count - 1.0)]
        };
        let device = moments(last.chunks_exact(width).map(|row| row[d]).collect());
        let of_host = moments(host.chunks_exact(case.obs).map(|row| row[d]).collect());
        // Neighbours share their members, so 600 branches are worth 75 at the least.
        let worth = case.branches as f32 / record.plan.rows() as f32;
        let error = ((device[1] + of_host[1]) / worth).sqrt();
        console_log!("dimension {d}: mean and variance {device:?} on the device, {of_host:?} on the host");
        assert!((device[0] - of_host[0]).abs() < 4.0 * error, "means of dimension {d}");
        let ratio = device[1] / of_host[1];
        assert!((0.4..2.5).contains(&ratio), "variances of dimension {d} are as {ratio} to 1");
    }
}
