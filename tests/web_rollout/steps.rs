//! Each step of a rollout on the device against the same step on the host.

use super::case::{CART_POLE, Case, any_case};
use super::cast::{Cast, HostStep};
use super::{MEMORY, NORMAL_TOLERANCE, TOLERANCE, normals, queue};
use mbppo::env::ActionSpace;
use mbppo::gpu::Queue;
use mbppo::gpu::rollout::Plan;
use mbppo::imagination::Branches;
use mbppo::kernels::Hidden;
use mbppo::rng::{Seed, Stream};
use wasm_bindgen_test::{console_log, wasm_bindgen_test};

/// Numbers of one kind on both sides.
struct Compared {
    what: &'static str,
    tolerance: f32,
    pairs: Vec<[f32; 2]>,
}

impl Compared {
    fn new(what: &'static str, tolerance: f32) -> Self {
        Self { what, tolerance, pairs: Vec::new() }
    }

    fn add(&mut self, device: &[f32], host: &[f32]) {
        self.pairs.extend(device.iter().zip(host).map(|(device, host)| [*device, *host]));
    }

    /// The largest error, in units of the largest number or of 1, whichever is more.
    fn check(&self, case: &Case) -> f32 {
        let largest = self.pairs.iter().fold(1.0f32, |max, [_, host]| max.max(host.abs()));
        let error = self.pairs.iter().fold(0.0f32, |max, [device, host]| {
            // A number that is none is never an error small enough.
            if device.is_finite() { max.max((device - host).abs()) } else { f32::INFINITY }
        });
        assert!(error <= self.tolerance * largest, "{}: off by {error} of {largest} in {case:?}", self.what);
        error / largest
    }
}

/// Compares a whole rollout, each step from where the device was; gives the largest errors of what networks say and of
/// draws, and how many choices differed.
async fn compare(case: Case, queue: &Queue, stream: &mut Stream) -> [f32; 3] {
    let mut cast = Cast::new(case, queue, stream);
    let starts = normals(case.branches * case.obs, 0.7, stream);
    let seed = [stream.below(1 << 30) as u32, stream.below(1 << 30) as u32];
    let record = cast.record(queue, &starts, seed).await;
    let Plan { obs, .. } = record.plan;
    let (actions, width) = (case.space.encoded_size(), record.plan.record_width());
    assert!(record.plan.memory() <= MEMORY, "{} bytes for {case:?}", record.plan.memory());
    let is_drawn = matches!(case.space, ActionSpace::Box { .. });
    let after_a_draw = |is_drawn| if is_drawn { NORMAL_TOLERANCE } else { TOLERANCE };
    let moved = after_a_draw(is_drawn || case.is_gaussian);
    let mut kinds = [
        Compared::new("next obs", moved),
        Compared::new("actions", after_a_draw(is_drawn)),
        Compared::new("log-probabilities", after_a_draw(is_drawn)),
        Compared::new("rewards", moved),
        Compared::new("ends", after_a_draw(is_drawn)),
        Compared::new("disagreement", after_a_draw(is_drawn)),
        Compared::new("novelty", moved),
        Compared::new("values", TOLERANCE),
    ];
    let (mut here, mut other_choices) = (starts, 0);
    for step in 0..case.horizon {
        let HostStep { branches: host, novelties, values } = cast.step(&record.plan, &here, seed, step).await;
        let rows = &record.rows[step * case.branches * width..][..case.branches * width];
        for (branch, row) in rows.chunks_exact(width).enumerate() {
            let (next_obs, rest) = row.split_at(obs);
            let (action, rest) = rest.split_at(actions);
            let of_host = &host.drawn.actions[branch * actions..][..actions];
            if !is_drawn && action != of_host {
                other_choices += 1;
                continue;
            }
            let Branches { drawn, answer, .. } = &host;
            let [rewards, ends, apart] =
                [&answer.rewards, &answer.end_probabilities, &answer.disagreements].map(|list| list[branch]);
            kinds[0].add(next_obs, &answer.state.obs[branch * obs..]);
            kinds[1].add(action, of_host);
            let of_host = [drawn.log_probs[branch], rewards, ends, apart, novelties[branch]];
            rest.iter().zip(of_host).enumerate().for_each(|(i, (a, b))| kinds[2 + i].add(&[*a], &[b]));
        }
        if case.with_values {
            kinds[7].add(&record.values[step * values.len()..], &values);
        }
        here = rows.chunks_exact(width).flat_map(|row| row[..obs].to_vec()).collect();
    }
    if case.with_values {
        let values = cast.net.values(&here);
        kinds[7].add(&record.values[case.horizon * values.len()..], values);
    }
    let allowed = case.branches * case.horizon / 100 + 1;
    assert!(other_choices <= allowed, "{other_choices} choices differ in {case:?}");
    let mut largest = [0.0f32, 0.0, other_choices as f32];
    for kind in &kinds {
        let place = usize::from(kind.tolerance > TOLERANCE);
        largest[place] = largest[place].max(kind.check(&case));
    }
    largest
}

#[wasm_bindgen_test]
async fn any_rollout_is_that_of_the_cpus_kernels() {
    let Some(queue) = queue().await else { return };
    let mut stream = Seed(1).stream("rollouts");
    let mut cases: Vec<Case> = (0..6).map(|_| any_case(&mut stream)).collect();
    // Every part at least once, whatever the lot says, and the widest networks, which take the most memory.
    let vector = ActionSpace::Box { size: 2, bound: 1.5 };
    cases.extend([
        Case { members: 5, with_disagreement: true, with_novelty: true, ..CART_POLE },
        Case { space: vector, members: 3, is_gaussian: true, heads: 2, ..CART_POLE },
        Case {
            hidden: Hidden { layers: 3, width: 512 },
            model_hidden: Hidden { layers: 3, width: 512 },
            members: 10,
            with_disagreement: true,
            branches: 5,
            ..CART_POLE
        },
    ]);
    let mut largest = [0.0f32; 3];
    for case in cases {
        let errors = compare(case, &queue, &mut stream).await;
        largest.iter_mut().zip(errors).for_each(|(largest, error)| *largest = largest.max(error));
    }
    let [networks, draws, choices] = largest;
    console_log!("largest errors: networks {networks:e}, draws {draws:e}; most other choices {choices}");
}
