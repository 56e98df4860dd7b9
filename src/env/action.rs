//! Actions in their three forms.
//!
//! *Stored*, as records have them: the index of a choice, or the numbers as the policy drew them. *The policy's*, whose
//! log-probability is asked for: a one-hot row, or the same numbers. *The model's*, as the world model sees them: a
//! one-hot row, or each number clipped at the task's bound and divided by it.

use super::ActionSpace;
use crate::rng::Stream;

impl ActionSpace {
    /// Numbers of one action in the policy's or the model's form: a one-hot row, or one number a component.
    pub fn encoded_size(self) -> usize {
        match self {
            Self::Discrete(choices) => choices,
            Self::Box { size, .. } => size,
        }
    }

    /// Appends the model's form of a stored action: one-hot, or each component clipped and divided by its bound.
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

    /// Appends the policy's form of a stored action.
    pub fn to_policy(self, action: &[f32], of_policy: &mut Vec<f32>) {
        match self {
            Self::Discrete(_) => self.encode(action, of_policy),
            Self::Box { .. } => of_policy.extend_from_slice(action),
        }
    }

    /// Appends the stored form of an action in the policy's form.
    pub fn decode(self, of_policy: &[f32], action: &mut Vec<f32>) {
        match self {
            Self::Discrete(_) => {
                let marked = of_policy.iter().position(|&entry| entry > 0.5).unwrap_or(0);
                action.push(marked as f32);
            }
            Self::Box { .. } => action.extend_from_slice(of_policy),
        }
    }

    /// Any action, each as likely as another, in the stored form.
    pub fn random(self, stream: &mut Stream) -> Vec<f32> {
        match self {
            Self::Discrete(choices) => vec![stream.below(choices) as f32],
            Self::Box { size, bound } => {
                (0..size).map(|_| stream.uniform_in(f64::from(-bound), f64::from(bound)) as f32).collect()
            }
        }
    }

    /// What the task is given: numbers beyond the bound are cut off, as Gymnasium's `ClipAction` does.
    pub fn clip(self, action: &mut [f32]) {
        if let Self::Box { bound, .. } = self {
            action.iter_mut().for_each(|a| *a = a.clamp(-bound, bound));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decoding_undoes_the_policys_form_and_only_the_models_form_is_clipped() {
        for (space, action) in [
            (ActionSpace::Discrete(3), vec![2.0]),
            (ActionSpace::Box { size: 2, bound: 2.0 }, vec![-3.5, 0.5]),
        ] {
            let (mut encoded, mut decoded) = (Vec::new(), Vec::new());
            space.to_policy(&action, &mut encoded);
            assert_eq!(encoded.len(), space.encoded_size());
            space.decode(&encoded, &mut decoded);
            assert_eq!(decoded, action);
            assert_eq!(decoded.len(), space.stored_size());
            let mut of_model = Vec::new();
            space.encode(&action, &mut of_model);
            assert!(of_model.iter().all(|number| number.abs() <= 1.0), "{of_model:?}");
        }
    }
}
