//! First weights: random rotations, so that signals neither grow nor fade on their way through the layers.
//!
//! ```text
//! W = gain · Q,   QᵀQ = I   (or QQᵀ = I where W is wide),   b = 0
//! ```
//! **Choices.** (1) Made on the host from the run's seed, so every device starts from the same numbers.
//! (2) Gram–Schmidt in f64 on normal draws: sizes here are small.
//! **Paper.** Saxe, McClelland, Ganguli 2014 (1312.6120).

use crate::rng::Stream;

/// First values of `members` perceptrons side by side, W₁, b₁, W₂, b₂, …: orthogonal with gain √2, the last layer with
/// `output_gain`; biases 0.
pub fn initial(members: usize, sizes: &[usize], output_gain: f32, stream: &mut Stream) -> Vec<f32> {
    let mut flat = Vec::new();
    for (layer, pair) in sizes.windows(2).enumerate() {
        let is_last = layer + 2 == sizes.len();
        let gain = if is_last { output_gain } else { std::f32::consts::SQRT_2 };
        for _ in 0..members {
            flat.extend(orthogonal(pair[0], pair[1], gain, stream));
        }
        flat.extend(std::iter::repeat_n(0.0, members * pair[1]));
    }
    flat
}

/// An orthogonal matrix [rows, columns], row-major, times `gain`.
pub fn orthogonal(rows: usize, columns: usize, gain: f32, stream: &mut Stream) -> Vec<f32> {
    let (vectors, length) = (rows.min(columns), rows.max(columns));
    let mut basis: Vec<Vec<f64>> = Vec::with_capacity(vectors);
    while basis.len() < vectors {
        let mut candidate: Vec<f64> = (0..length).map(|_| f64::from(stream.normal())).collect();
        for known in &basis {
            let overlap: f64 = known.iter().zip(&candidate).map(|(a, b)| a * b).sum();
            candidate.iter_mut().zip(known).for_each(|(c, k)| *c -= overlap * k);
        }
        let norm = candidate.iter().map(|c| c * c).sum::<f64>().sqrt();
        // A draw that lies almost in the span of the others has no direction left; draw again.
        if norm > 1e-6 {
            candidate.iter_mut().for_each(|c| *c /= norm);
            basis.push(candidate);
        }
    }
    let entry = |row: usize, column: usize| {
        if rows <= columns { basis[row][column] } else { basis[column][row] }
    };
    let matrix = (0..rows).flat_map(|row| (0..columns).map(move |column| (row, column)));
    matrix.map(|(row, column)| gain * entry(row, column) as f32).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rng::Seed;

    #[test]
    fn the_short_side_is_orthonormal_times_the_gain() {
        for (rows, columns) in [(4, 7), (7, 4), (5, 5)] {
            let matrix = orthogonal(rows, columns, 2.0, &mut Seed(1).stream("init"));
            let at = |row: usize, column: usize| matrix[row * columns + column];
            let short = rows.min(columns);
            for a in 0..short {
                for b in 0..short {
                    let dot: f32 = if rows <= columns {
                        (0..columns).map(|k| at(a, k) * at(b, k)).sum()
                    } else {
                        (0..rows).map(|k| at(k, a) * at(k, b)).sum()
                    };
                    let expected = if a == b { 4.0 } else { 0.0 };
                    assert!((dot - expected).abs() < 1e-5, "{rows}×{columns}: {a}·{b} = {dot}");
                }
            }
        }
    }
}
