//! Separable CMA-ES: a search distribution that moves to where its better samples lie, and learns how far to step.
//!
//! **What.** Samples are drawn around a mean; the better half pulls the mean towards itself, and the spread of every
//! component, and of all together, grows in directions that keep on helping and shrinks where they do not. No gradient
//! is needed, so what is maximised may be anything.
//! ```text
//! xᵢ = m + σ √c ⊙ zᵢ,  zᵢ ~ N(0, 1)            i = 1 … λ, ranked best first,  w₁ ≥ … ≥ w_μ > 0,  Σ w = 1
//! z̄ = Σ wᵢ zᵢ                                   m ← m + σ √c ⊙ z̄
//! p_σ ← (1 − c_σ) p_σ + √(c_σ (2 − c_σ) μ_eff) z̄           σ ← σ exp(c_σ / d_σ · (|p_σ| / E|N(0, 1)| − 1))
//! p_c ← (1 − c_c) p_c + h √(c_c (2 − c_c) μ_eff) √c ⊙ z̄
//! c ← (1 − c₁ − c_μ) c + c₁ p_c² + c_μ Σ wᵢ c ⊙ zᵢ²
//! ```
//! **Shapes.** n components; a generation is λ rows, [λ, n].
//! **Where.** Asked and told by policy search ([`crate::trainer`]), which knows what a row is worth.
//! **Choices.** (1) Only the diagonal of the covariance is learned: n numbers a generation instead of n², and faster
//! rates, which suits networks of a few hundred weights. (2) Constants are the authors' defaults; h is always 1. (3)
//! Equal values keep their order, so that the same numbers give the same ranking everywhere.
//! **Paper.** Ros and Hansen 2008, "A Simple Modification in CMA-ES Achieving Linear Time and Space Complexity";
//! constants: Hansen 2016, "The CMA Evolution Strategy: A Tutorial" (1604.00772).

use crate::budget;
use crate::rng::Stream;

/// What it costs to draw a number of a generation and to learn from it, in multiply-adds.
const PER_NUMBER: usize = 32;

/// A search distribution over n numbers.
#[derive(Debug, Clone, PartialEq)]
pub struct CmaEs {
    /// m, `[n]`
    pub mean: Vec<f64>,
    /// σ
    pub step_size: f64,
    /// c, `[n]`
    pub variances: Vec<f64>,
    /// p_σ, `[n]`
    pub step_path: Vec<f64>,
    /// p_c, `[n]`
    pub path: Vec<f64>,
    /// z of the generation that was asked for, [λ, n].
    samples: Vec<f64>,
}

impl CmaEs {
    /// Around `mean`, with `step_size` in every component.
    pub fn new(mean: Vec<f64>, step_size: f64) -> Self {
        let n = mean.len();
        Self {
            mean,
            step_size,
            variances: vec![1.0; n],
            step_path: vec![0.0; n],
            path: vec![0.0; n],
            samples: Vec::new(),
        }
    }

    /// The next generation, [λ, n].
    pub fn ask(&mut self, count: usize, stream: &mut Stream) -> Vec<f32> {
        let n = self.mean.len();
        budget::add(count * n * PER_NUMBER);
        self.samples = (0..count * n).map(|_| f64::from(stream.normal())).collect();
        let moved = |(index, z): (usize, &f64)| {
            let component = index % n;
            (self.mean[component] + self.step_size * self.variances[component].sqrt() * z) as f32
        };
        self.samples.iter().enumerate().map(moved).collect()
    }

    /// Moves to the better half; `values` are what the rows of the last [`CmaEs::ask`] are worth, more is better.
    pub fn tell(&mut self, values: &[f32]) {
        let n = self.mean.len();
        let rates = Rates::of(n, values.len());
        let mut order: Vec<usize> = (0..values.len()).collect();
        order.sort_by(|&a, &b| values[b].total_cmp(&values[a]));
        let drawn = |rank: usize, component: usize| self.samples[order[rank] * n + component];
        let mut length = 0.0;
        for component in 0..n {
            let spread = self.variances[component].sqrt();
            let weighted = |of: &dyn Fn(f64) -> f64| -> f64 {
                rates.weights.iter().enumerate().map(|(rank, w)| w * of(drawn(rank, component))).sum()
            };
            let (towards, squares) = (weighted(&|z| z), weighted(&|z| z * z));
            self.mean[component] += self.step_size * spread * towards;
            let Rates { of_step, of_path, of_one, of_all, mass, .. } = rates;
            let step = &mut self.step_path[component];
            *step = (1.0 - of_step) * *step + (of_step * (2.0 - of_step) * mass).sqrt() * towards;
            length += *step * *step;
            let path = &mut self.path[component];
            *path = (1.0 - of_path) * *path + (of_path * (2.0 - of_path) * mass).sqrt() * spread * towards;
            let variance = &mut self.variances[component];
            *variance =
                (1.0 - of_one - of_all) * *variance + of_one * *path * *path + of_all * *variance * squares;
        }
        let usual = (n as f64).sqrt() * (1.0 - 1.0 / (4.0 * n as f64) + 1.0 / (21.0 * (n * n) as f64));
        self.step_size *= (rates.of_step / rates.damping * (length.sqrt() / usual - 1.0)).exp();
    }
}

/// The constants, which follow from n and λ.
struct Rates {
    /// w of the better half, best first.
    weights: Vec<f64>,
    /// μ_eff
    mass: f64,
    /// c_σ
    of_step: f64,
    /// d_σ
    damping: f64,
    /// c_c
    of_path: f64,
    /// c₁
    of_one: f64,
    /// c_μ
    of_all: f64,
}

impl Rates {
    fn of(components: usize, samples: usize) -> Self {
        let (n, better) = (components as f64, (samples / 2).max(1));
        let raw: Vec<f64> =
            (1..=better).map(|rank| (better as f64 + 0.5).ln() - (rank as f64).ln()).collect();
        let sum: f64 = raw.iter().sum();
        let weights: Vec<f64> = raw.iter().map(|weight| weight / sum).collect();
        let mass = 1.0 / weights.iter().map(|weight| weight * weight).sum::<f64>();
        let of_step = (mass + 2.0) / (n + mass + 5.0);
        let damping = 1.0 + 2.0 * (((mass - 1.0) / (n + 1.0)).sqrt() - 1.0).max(0.0) + of_step;
        let of_path = (4.0 + mass / n) / (n + 4.0 + 2.0 * mass / n);
        let faster = (n + 2.0) / 3.0;
        let of_one = (faster * 2.0 / ((n + 1.3).powi(2) + mass)).min(0.5);
        let of_all =
            (faster * 2.0 * (mass - 2.0 + 1.0 / mass) / ((n + 2.0).powi(2) + mass)).min(1.0 - of_one);
        Self { weights, mass, of_step, damping, of_path, of_one, of_all }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rng::Seed;

    #[derive(serde::Deserialize)]
    struct Golden {
        cases: Vec<Case>,
    }

    #[derive(serde::Deserialize)]
    struct Case {
        mean: Vec<f64>,
        step_size: f64,
        generations: Vec<Generation>,
    }

    #[derive(serde::Deserialize)]
    struct Generation {
        z: Vec<f64>,
        values: Vec<f32>,
        mean: Vec<f64>,
        step_size: f64,
        variances: Vec<f64>,
    }

    #[test]
    fn generations_go_as_an_independent_implementation_has_them() {
        let text = include_str!("../tests/fixtures/golden/numerics/cma_es.json");
        let golden: Golden = serde_json::from_str(text).expect("the fixture");
        assert_eq!(golden.cases.len(), 4);
        for case in golden.cases {
            let mut search = CmaEs::new(case.mean, case.step_size);
            for expected in case.generations {
                search.samples = expected.z;
                search.tell(&expected.values);
                let pairs = search.mean.iter().zip(&expected.mean);
                let spreads = search.variances.iter().zip(&expected.variances);
                let sizes = [(&search.step_size, &expected.step_size)];
                for (actual, expected) in pairs.chain(spreads).chain(sizes) {
                    assert!(
                        (actual - expected).abs() <= 1e-9 * expected.abs().max(1.0),
                        "{actual} {expected}"
                    );
                }
            }
        }
    }

    /// −Σ sᵢ (xᵢ − 1)², whose components count up to a hundred times as much as others.
    fn bowl(row: &[f32]) -> f32 {
        let scale = |index: usize| 100f32.powf(index as f32 / (row.len() - 1) as f32);
        -row.iter().enumerate().map(|(index, x)| scale(index) * (x - 1.0).powi(2)).sum::<f32>()
    }

    #[test]
    fn it_finds_the_bottom_of_a_long_bowl_and_learns_its_shape() {
        for seed in 0..3 {
            let (mut search, mut stream) = (CmaEs::new(vec![-1.0; 8], 0.5), Seed(seed).stream("search"));
            for _ in 0..80 {
                let rows = search.ask(16, &mut stream);
                let values: Vec<f32> = rows.chunks_exact(8).map(bowl).collect();
                search.tell(&values);
            }
            assert!(search.mean.iter().all(|x| (x - 1.0).abs() < 5e-3), "{:?}", search.mean);
            assert!(search.variances[0] > 10.0 * search.variances[7], "{:?}", search.variances);
        }
    }

    #[test]
    fn adding_a_constant_to_all_values_changes_nothing() {
        let run = |shift: f32| {
            let (mut search, mut stream) = (CmaEs::new(vec![0.0; 4], 1.0), Seed(5).stream("search"));
            for _ in 0..20 {
                let rows = search.ask(8, &mut stream);
                let values: Vec<f32> = rows.chunks_exact(4).map(|row| bowl(row).round() + shift).collect();
                search.tell(&values);
            }
            search
        };
        assert_eq!(run(0.0), run(64.0));
    }
}
