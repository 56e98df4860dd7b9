//! Where the numbers come from: the generator of the other programs, and the first parameters they make with it.

use std::f64::consts::TAU;

/// The generator of the other programs.
pub struct Mulberry32(u32);

impl Mulberry32 {
    pub fn new(seed: u32) -> Self {
        Self(seed)
    }

    /// Uniform in [0, 1).
    pub fn uniform(&mut self) -> f64 {
        self.0 = self.0.wrapping_add(0x6d2b_79f5);
        let a = self.0;
        let t = (a ^ (a >> 15)).wrapping_mul(1 | a);
        let t = t.wrapping_add((t ^ (t >> 7)).wrapping_mul(61 | t)) ^ t;
        f64::from(t ^ (t >> 14)) / 4_294_967_296.0
    }

    /// Standard normal.
    pub fn normal(&mut self) -> f64 {
        let mut u = 0.0;
        while u == 0.0 {
            u = self.uniform();
        }
        (-2.0 * u.ln()).sqrt() * (TAU * self.uniform()).cos()
    }
}

/// An orthogonal matrix [inputs, outputs] times `gain`, as the other programs make it.
fn orthogonal([inputs, outputs]: [usize; 2], gain: f64, random: &mut Mulberry32) -> Vec<f32> {
    let (length, count) = (inputs.max(outputs), inputs.min(outputs));
    let mut basis: Vec<Vec<f64>> = Vec::new();
    for _ in 0..count {
        let mut vector: Vec<f64> = (0..length).map(|_| random.normal()).collect();
        for known in basis.iter().chain(&basis) {
            let overlap: f64 = known.iter().zip(&vector).map(|(a, b)| a * b).sum();
            vector.iter_mut().zip(known).for_each(|(v, k)| *v -= overlap * k);
        }
        let norm = vector.iter().map(|v| v * v).sum::<f64>().sqrt();
        vector.iter_mut().for_each(|v| *v /= norm);
        basis.push(vector);
    }
    let entry = |i: usize, o: usize| if inputs >= outputs { basis[o][i] } else { basis[i][o] };
    (0..inputs * outputs).map(|at| (gain * entry(at / outputs, at % outputs)) as f32).collect()
}

/// First parameters of a perceptron, W₁, b₁, W₂, b₂, …
pub fn initial(sizes: &[usize], gains: [f64; 3], random: &mut Mulberry32) -> Vec<f32> {
    let mut flat = Vec::new();
    for (pair, gain) in sizes.windows(2).zip(gains) {
        flat.extend(orthogonal([pair[0], pair[1]], gain, random));
        flat.extend(vec![0.0; pair[1]]);
    }
    flat
}
