//! A property of the kernels: whatever the shape, every operation gives what burn's tensors with automatic
//! differentiation give: outputs, losses, gradients, and the parameters after several updates.
//!
//! Shapes, parameters and data are drawn from named streams of a seed, many cases an operation; half of all sizes are
//! drawn from those at which tiles end. A failure prints the case's shape.
//!
//! **Tolerances** are shares of the largest number of what is compared. Both compute in f32 and add in different
//! orders, so each sum of n terms may be off by √n · 6e-8 of their size as a rule, and by n · 6e-8 at worst.
//! * [`OUTPUTS`], 1e-5: four layers of at most 130 terms each are off by 4 · √130 · 6e-8 = 3e-6 as a rule, 3.1e-5 at
//!   worst.
//! * [`GRADIENTS`], 2e-5: these are summed over up to 300 rows besides, and go through the layers twice: 5e-6 as a
//!   rule. Losses, norms and differences of outputs are held to it too.
//! * [`PARAMETERS`], 3e-4 after [`UPDATES`] steps of 1e-3: Adam divides by a gradient's usual size, so a parameter
//!   whose gradient is little more than rounding error may go another part of a step.
//!
//! **Corners.** Where rounding decides on which side of relu's 0 a number lies, a gradient changes by one row's share,
//! and neither version is wrong. So relu is compared in `networks`, on multiples of ¼, which f32 adds without rounding;
//! everything that is put together from networks has the smooth bends. PPO's clip is such a corner too; one row in a
//! million is that close to it.
#![cfg(all(tensors, not(target_family = "wasm")))]

mod networks;
mod novelty;
mod policy;
mod replay;
mod world;

use burn::tensor::Tensor;
use mbppo::burn::Device;
use mbppo::config::Activation;
use mbppo::kernels::{Hidden, MOST_HIDDEN_LAYERS};
use mbppo::rng::{Seed, Stream};

const OUTPUTS: f32 = 1e-5;
const GRADIENTS: f32 = 2e-5;
const PARAMETERS: f32 = 3e-4;
/// Updates after which parameters are compared.
const UPDATES: usize = 4;
/// Cases of each operation.
const CASES: usize = 60;

/// The bends without a corner.
const SMOOTH: [Activation; 2] = [Activation::Tanh, Activation::Silu];

/// Sizes at which a tile, a vector or a stretch is full, or one beyond.
const EDGES: [usize; 16] = [1, 2, 3, 4, 5, 7, 8, 9, 16, 17, 32, 33, 64, 65, 128, 129];

/// What one operation's cases are drawn from, and how far apart both versions have been.
struct Property {
    operation: &'static str,
    stream: Stream,
    largest: f32,
    compared: usize,
}

impl Property {
    fn of(operation: &'static str) -> Self {
        Self { operation, stream: Seed(20).stream(operation), largest: 0.0, compared: 0 }
    }

    /// A size from 1 to `most`.
    fn size(&mut self, most: usize) -> usize {
        let edge = EDGES[self.stream.below(EDGES.len())];
        if edge <= most && self.stream.below(2) == 0 { edge } else { 1 + self.stream.below(most) }
    }

    fn rows(&mut self) -> usize {
        self.size(300)
    }

    fn width(&mut self) -> usize {
        self.size(130)
    }

    /// Hidden layers, as many and as wide as may be.
    fn hidden(&mut self) -> Hidden {
        Hidden { layers: 1 + self.stream.below(MOST_HIDDEN_LAYERS), width: self.width() }
    }

    fn normals(&mut self, count: usize) -> Vec<f32> {
        (0..count).map(|_| self.stream.normal()).collect()
    }

    /// Multiples of ¼ within ±1.
    fn quarters(&mut self, count: usize) -> Vec<f32> {
        (0..count).map(|_| 0.25 * (self.stream.below(9) as f32 - 4.0)).collect()
    }

    fn uniforms(&mut self, count: usize) -> Vec<f32> {
        (0..count).map(|_| self.stream.uniform()).collect()
    }

    fn pick<T: Copy>(&mut self, of: &[T]) -> T {
        of[self.stream.below(of.len())]
    }

    /// Actions [B, A]: one-hot rows, or numbers within ±1.
    fn actions(&mut self, choices: bool, rows: usize, size: usize) -> Vec<f32> {
        if !choices {
            return (0..rows * size).map(|_| 2.0 * self.stream.uniform() - 1.0).collect();
        }
        let mut actions = vec![0.0; rows * size];
        for row in actions.chunks_exact_mut(size) {
            row[self.stream.below(size)] = 1.0;
        }
        actions
    }

    /// A buffer that is a little off `initial`, in biases too.
    fn shaken(&mut self, initial: Tensor<1>) -> Vec<f32> {
        let mut flat = read(initial);
        flat.iter_mut().for_each(|x| *x += 0.05 * self.stream.normal());
        flat
    }

    /// Both must have the same numbers, up to a share of the largest.
    fn near(&mut self, shape: &str, part: &str, ours: &[f32], oracle: &[f32], tolerance: f32) {
        let what = format!("{}, {part}, {shape}", self.operation);
        assert_eq!(ours.len(), oracle.len(), "{what}: lengths differ");
        let size = oracle.iter().fold(0.0f32, |largest, x| largest.max(x.abs()));
        for (index, (a, b)) in ours.iter().zip(oracle).enumerate() {
            let apart = (a - b).abs();
            assert!(apart <= tolerance * size, "{what}, number {index}: {a} by hand, {b} by tensors");
            self.largest = self.largest.max(apart / tolerance / size.max(f32::MIN_POSITIVE));
        }
        self.compared += oracle.len();
    }
}

impl Drop for Property {
    fn drop(&mut self) {
        println!(
            "{}: {} numbers, at most {:.0e} of what is allowed",
            self.operation, self.compared, self.largest
        );
    }
}

fn floats<const D: usize>(values: &[f32], shape: [usize; D]) -> Tensor<D> {
    Device::cpu().floats(values.to_vec(), shape)
}

fn read<const D: usize>(tensor: Tensor<D>) -> Vec<f32> {
    tensor.into_data().try_into_vec().expect("floats")
}
