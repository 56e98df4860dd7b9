//! Learned parameters in a checkpoint, by the names of their networks.
//!
//! **Shapes.** θ and θ' are stored matrix by matrix, named after their network: `policy.0.kernel` [in, out] and
//! `policy.0.bias` `[out]`, with a leading [E, …] for an ensemble, so that y = x · kernel + bias; θ' likewise as
//! `policy_target.0.kernel`. Adam's m and v stay whole, in the order of the matrices.
//! **Where.** Every learner saves its [`Weights`] so: every [`Part`](crate::part::Part).
//! **Choices.** Names are Flax's for matrices, whose orientation we share, and PyTorch's for Adam.

use crate::arrays::{Arrays, refused};
use crate::error::Result;
use crate::kernels::{Mlp, Weights};

/// A stretch of the buffer with a name and a shape.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Part {
    /// "policy"
    network: String,
    /// "0.kernel"; empty if the network is a single row of numbers.
    matrix: String,
    shape: Vec<usize>,
}

impl Part {
    /// Numbers by themselves, behind all networks.
    pub fn row(name: &str, size: usize) -> Self {
        Self { network: name.into(), matrix: String::new(), shape: vec![size] }
    }

    /// The matrices of a network, in the order of the buffer.
    pub fn of(network: &str, mlp: &Mlp) -> Vec<Self> {
        let shape = |rest: &[usize]| match mlp.members() {
            1 => rest.to_vec(),
            members => [&[members], rest].concat(),
        };
        let part = |matrix, shape| Self { network: network.into(), matrix, shape };
        let of_layer = |(layer, pair): (usize, &[usize])| {
            let (kernel, bias) = (format!("{layer}.kernel"), format!("{layer}.bias"));
            [part(kernel, shape(pair)), part(bias, shape(&pair[1..]))]
        };
        mlp.sizes().windows(2).enumerate().flat_map(of_layer).collect()
    }

    fn len(&self) -> usize {
        self.shape.iter().product()
    }

    fn name(&self, learner: &str, suffix: &str) -> String {
        let Self { network, matrix, .. } = self;
        let dot = if matrix.is_empty() { "" } else { "." };
        format!("{learner}.{network}{suffix}{dot}{matrix}")
    }
}

/// The networks that a learner has on one buffer, by the names that they have in a checkpoint.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Networks {
    /// "actor_critic"
    pub learner: &'static str,
    /// All that stands in the buffer, in order.
    pub parts: Vec<Part>,
    /// Whether there is a θ'.
    pub has_target: bool,
}

impl Networks {
    /// Puts their weights into a checkpoint.
    pub fn save(&self, weights: &Weights, arrays: &mut Arrays) {
        let Self { learner, parts, has_target } = self;
        let mut put = |numbers: &[f32], suffix: &str| {
            let mut from = 0;
            for part in parts {
                let numbers = &numbers[from..from + part.len()];
                arrays.put(&part.name(learner, suffix), &part.shape, numbers.iter().copied());
                from += part.len();
            }
        };
        put(&weights.flat, "");
        if *has_target {
            put(&weights.target, TARGET);
        }
        arrays.put(&format!("{learner}.adam.exp_avg"), &[weights.m.len()], weights.m.iter().copied());
        arrays.put(&format!("{learner}.adam.exp_avg_sq"), &[weights.v.len()], weights.v.iter().copied());
        arrays.put(&format!("{learner}.adam.step"), &[1], [i64::from(weights.updates)]);
    }

    /// The weights that were saved of them.
    ///
    /// # Errors
    /// [`crate::Error::Checkpoint`] if something is missing, has another shape or is not finite.
    pub fn load(&self, arrays: &mut Arrays) -> Result<Weights> {
        let Self { learner, parts, has_target } = self;
        let mut take = |suffix: &str| -> Result<Vec<f32>> {
            let mut flat = Vec::new();
            for part in parts {
                let range = -LARGEST_WEIGHT..=LARGEST_WEIGHT;
                flat.extend(arrays.take_within(&part.name(learner, suffix), &part.shape, range)?);
            }
            Ok(flat)
        };
        let flat = take("")?;
        let target = if *has_target { take(TARGET)? } else { Vec::new() };
        let average = format!("{learner}.adam.exp_avg");
        let m = arrays.take_within(&average, &[flat.len()], -LARGEST_GRADIENT..=LARGEST_GRADIENT)?;
        let squares = 0.0..=LARGEST_GRADIENT * LARGEST_GRADIENT;
        let v = arrays.take_within(&format!("{learner}.adam.exp_avg_sq"), &[flat.len()], squares)?;
        require_possible_average(&average, &m, &v)?;
        let updates: Vec<i64> =
            arrays.take_within(&format!("{learner}.adam.step"), &[1], 0..=i64::from(u32::MAX))?;
        Ok(Weights { flat, m, v, updates: updates[0] as u32, target })
    }
}

/// What stands behind a network's name for its θ'.
const TARGET: &str = "_target";

/// No parameter gets beyond this: ten million updates of the largest step size do not carry it there.
pub const LARGEST_WEIGHT: f32 = 1e7;
/// No average gradient that a run could go on from is beyond this.
const LARGEST_GRADIENT: f32 = 1e9;

/// Checks that m could be the average of gradients whose squares have the average v. For Adam's two rates |m| ≤ 7.3 √v
/// holds whatever the gradients were; otherwise the next step could go anywhere.
fn require_possible_average(name: &str, m: &[f32], v: &[f32]) -> Result<()> {
    match m.iter().zip(v).find(|(m, v)| m.abs() > 10.0 * v.sqrt() + 1e-12) {
        None => Ok(()),
        Some((m, v)) => {
            let allowed = format!("gradients whose squares average {v:e} have no such average");
            Err(refused(name, format!("{m:e}"), allowed))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Activation;

    fn networks(learner: &'static str) -> Networks {
        let critics = Mlp::new(0, 2, &[3, 4, 1], Activation::Relu);
        let actor = Mlp::new(critics.end(), 1, &[3, 2], Activation::Relu);
        let parts = [Part::of("critics", &critics), Part::of("actor", &actor), vec![Part::row("log_std", 2)]];
        Networks { learner, parts: parts.concat(), has_target: true }
    }

    fn weights() -> Weights {
        let count: usize = networks("td3").parts.iter().map(Part::len).sum();
        let numbers = |from: usize| (from..from + count).map(|n| n as f32).collect::<Vec<_>>();
        let v = numbers(100).iter().map(|m| m * m).collect();
        Weights { flat: numbers(0), m: numbers(100), v, updates: 7, target: numbers(300) }
    }

    fn saved() -> Arrays {
        let mut arrays = Arrays::default();
        networks("td3").save(&weights(), &mut arrays);
        arrays
    }

    #[test]
    fn they_come_back_and_every_matrix_stands_under_its_name() {
        let mut arrays = saved();
        assert_eq!(networks("td3").load(&mut arrays).expect("what was saved"), weights());
        arrays.finish().expect("all taken");
        let mut arrays = saved();
        let first: Vec<f32> = arrays.take("td3.critics.0.kernel", &[2, 3, 4]).expect("of both members");
        assert_eq!(first, weights().flat[..24]);
        assert_eq!(arrays.take::<f32>("td3.critics.1.bias", &[2, 1]).expect("there"), [40.0, 41.0]);
        let target: Vec<f32> = arrays.take("td3.actor_target.0.kernel", &[3, 2]).expect("of one");
        assert_eq!(target, [342.0, 343.0, 344.0, 345.0, 346.0, 347.0]);
        assert_eq!(arrays.take::<f32>("td3.log_std", &[2]).expect("there"), [50.0, 51.0]);
    }

    #[test]
    fn what_does_not_fit_is_named() {
        let refusal = |change: &dyn Fn(&mut Arrays)| {
            let mut arrays = saved();
            change(&mut arrays);
            networks("td3").load(&mut arrays).expect_err("refused").to_string()
        };
        assert!(refusal(&|arrays| arrays.put("td3.actor.0.bias", &[3], [0.0_f32; 3])).contains("needs [2]"));
        assert!(
            refusal(&|arrays| arrays.put("td3.actor.0.bias", &[2], [f32::NAN; 2])).contains("bias = NaN")
        );
        assert!(
            refusal(&|arrays| arrays.put("td3.actor.0.bias", &[2], [1e30_f32; 2])).contains("from -10000000")
        );
        let count: usize = networks("td3").parts.iter().map(Part::len).sum();
        let negative = refusal(&|arrays| arrays.put("td3.adam.exp_avg_sq", &[count], vec![-1.0_f32; count]));
        assert!(negative.contains("exp_avg_sq = -1"), "{negative}");
        let none = refusal(&|arrays| arrays.put("td3.adam.exp_avg_sq", &[count], vec![0.0_f32; count]));
        assert!(none.contains("td3.adam.exp_avg = 1e2"), "{none}");
        assert!(refusal(&|arrays| arrays.put("td3.adam.step", &[1], [-1_i64])).contains("adam.step = -1"));
        let mut other = saved();
        let error = networks("dqn").load(&mut other).expect_err("refused").to_string();
        assert!(error.contains("dqn.critics.0.kernel = nothing"), "{error}");
    }
}
