//! The hidden layers of a network: the one place that says which sizes follow from them.
//!
//! **Shapes.** inputs – width … width – outputs, with 1 to [`MOST_HIDDEN_LAYERS`] hidden layers of the same width.
//! **Where.** Policy, value, Q and the world model; curiosity's networks have sizes of their own.

/// Most hidden layers of a network.
pub const MOST_HIDDEN_LAYERS: usize = 3;

/// How many hidden layers a network has, and how wide they are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Hidden {
    /// How many: 1 to [`MOST_HIDDEN_LAYERS`].
    pub layers: usize,
    /// Units of each.
    pub width: usize,
}

impl Hidden {
    /// Layer sizes of a network: input, hidden …, output.
    pub fn sizes(self, inputs: usize, outputs: usize) -> Vec<usize> {
        let hidden = std::iter::repeat_n(self.width, self.layers);
        std::iter::once(inputs).chain(hidden).chain([outputs]).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hidden_layers_stand_between_input_and_output() {
        let sizes = |layers| Hidden { layers, width: 8 }.sizes(3, 2);
        assert_eq!([1, 2, 3].map(sizes), [vec![3, 8, 2], vec![3, 8, 8, 2], vec![3, 8, 8, 8, 2]]);
    }
}
