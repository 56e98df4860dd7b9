//! Files of earlier versions go on as they went on there.
//!
//! Those in `tests/fixtures/saved_by_0.1.0` were written by commit 9ddee67, the last one before there were variants of
//! tasks, on a processor with AVX2 and FMA. A pair is one run, saved and then resumed by that same program up to the
//! real steps in its name: `mbppo train --seed 3 --max-steps 128 --set eval_every=0 --set curiosity=none` with networks
//! of a few units, and the same with `--task DynaMaze-v0 --mode dyna-q --max-steps 64`.

use super::resumed;
use pollster::block_on;

/// The file of this name.
macro_rules! saved_by_0_1_0 {
    ($name:literal) => {
        include_bytes!(concat!("../fixtures/saved_by_0.1.0/", $name, ".safetensors"))
    };
}

/// Whether this processor adds up in the same order as that on which the files were written.
fn adds_up_alike() -> bool {
    #[cfg(target_arch = "x86_64")]
    return std::arch::is_x86_feature_detected!("avx2") && std::arch::is_x86_feature_detected!("fma");
    #[cfg(not(target_arch = "x86_64"))]
    false
}

/// Goes on from the first file to the real steps of the second, and compares everything that would be saved. Nobody
/// watches, as at a command line: pictures take ticks and chance of their own.
fn goes_on_as_it_did(first: &[u8], second: &[u8]) {
    let (mut run, then) = (resumed(first), resumed(second));
    run.set_watched(false);
    assert!(run.steps().0 < then.steps().0, "nothing to go on to");
    while run.steps().0 < then.steps().0 || !run.is_between_iterations() {
        block_on(run.tick()).expect("a tick");
    }
    if !adds_up_alike() {
        return;
    }
    assert_eq!(run.steps(), then.steps());
    let [reached, expected] =
        [&run, &then].map(|run| block_on(run.results_hash()).expect("between iterations"));
    assert_eq!(reached, expected, "every array, count and stream of chance");
}

#[test]
fn a_run_with_a_model_saved_by_0_1_0_goes_on_bit_for_bit() {
    goes_on_as_it_did(saved_by_0_1_0!("mb-ppo-128"), saved_by_0_1_0!("mb-ppo-192"));
}

/// Its file has what only curious learners save now.
#[test]
fn a_table_saved_by_0_1_0_goes_on_bit_for_bit() {
    goes_on_as_it_did(saved_by_0_1_0!("dyna-q-64"), saved_by_0_1_0!("dyna-q-128"));
}
