//! One sentence for a newcomer: what is going on right now.

use super::Trainer;
use super::phase::Phase;

impl Trainer {
    pub(super) fn narration(&self) -> String {
        let seen = format!("It has seen {} real steps.", grouped(self.record.real_steps));
        let now = match self.phase() {
            Phase::Collect => "It acts in the real task.".into(),
            Phase::Fit => "It fits its model of the task.".into(),
            Phase::Imagine if self.work.round() == 0 => "It imagines what could come next.".into(),
            Phase::Imagine => {
                format!("It imagines {} futures from where it has just been.", self.trust.branches)
            }
            Phase::Advantages | Phase::Improve if self.trust.overflowed > 0 && self.work.round() > 0 => {
                format!(
                    "In {} of {} futures the model's numbers grew out of all bounds; they are cut off there.",
                    self.trust.overflowed, self.trust.branches
                )
            }
            Phase::Advantages => "It works out which actions were better than expected.".into(),
            Phase::Improve if self.work.round() > 0 => "It improves from what it imagined.".into(),
            Phase::Improve => "It improves from what really happened.".into(),
            Phase::Curiosity => "It learns where it has been.".into(),
            Phase::Adapt => "It decides how curious to be.".into(),
            Phase::Evaluate => "It is tested on fresh episodes, acting greedily and without learning.".into(),
        };
        format!("{seen} {now}")
    }
}

/// 12,300
fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::grouped;

    #[test]
    fn thousands_are_grouped() {
        assert_eq!([0, 12, 999, 1000, 1234567].map(grouped), ["0", "12", "999", "1,000", "1,234,567"]);
    }
}
