//! Actions as networks see them.

use super::ActionSpace;

impl ActionSpace {
    /// Numbers of one encoded action: a one-hot row for a choice, one number a component otherwise.
    pub fn encoded_size(self) -> usize {
        match self {
            Self::Discrete(choices) => choices,
            Self::Box { size, .. } => size,
        }
    }

    /// Appends the encoded action: one-hot, or each component clipped and divided by its bound.
    pub fn encode(self, action: &[f32], encoded: &mut Vec<f32>) {
        match self {
            Self::Discrete(choices) => {
                encoded.extend((0..choices).map(|choice| if action[0] == choice as f32 { 1.0 } else { 0.0 }));
            }
            Self::Box { bound, .. } => encoded.extend(action.iter().map(|a| a.clamp(-bound, bound) / bound)),
        }
    }

    /// Numbers of one stored action: the index of a choice, or the components.
    pub fn stored_size(self) -> usize {
        match self {
            Self::Discrete(_) => 1,
            Self::Box { size, .. } => size,
        }
    }

    /// Appends the stored form of an encoded action.
    pub fn decode(self, encoded: &[f32], action: &mut Vec<f32>) {
        match self {
            Self::Discrete(_) => {
                let marked = encoded.iter().position(|&entry| entry > 0.5).unwrap_or(0);
                action.push(marked as f32);
            }
            Self::Box { bound, .. } => action.extend(encoded.iter().map(|a| a * bound)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decoding_undoes_encoding() {
        for (space, action) in [
            (ActionSpace::Discrete(3), vec![2.0]),
            (ActionSpace::Box { size: 2, bound: 2.0 }, vec![-1.5, 0.5]),
        ] {
            let (mut encoded, mut decoded) = (Vec::new(), Vec::new());
            space.encode(&action, &mut encoded);
            assert_eq!(encoded.len(), space.encoded_size());
            space.decode(&encoded, &mut decoded);
            assert_eq!(decoded, action);
            assert_eq!(decoded.len(), space.stored_size());
        }
    }
}
