//! One sentence for a newcomer: what is going on right now.

use super::{Stage, Trainer};

impl Trainer {
    pub(super) fn narration(&self) -> String {
        let now = match self.stage {
            Stage::Learn => self.learner.narration(),
            _ => self.phase().sentence().into(),
        };
        format!("It has seen {} real steps. {now}", grouped(self.context.record.real_steps))
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
