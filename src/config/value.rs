//! How a hyperparameter is read from text, checked, and written back.

pub use crate::kernels::Activation;
use crate::rewards::TaskReward;
use serde::Serialize;

/// The values that a hyperparameter may take.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "snake_case", tag = "kind")]
pub enum Allowed {
    /// A whole number in min..=max.
    Count {
        /// Smallest value.
        min: usize,
        /// Largest value.
        max: usize,
    },
    /// A number in min..=max.
    Number {
        /// Smallest value.
        min: f64,
        /// Largest value.
        max: f64,
    },
    /// `true` or `false`.
    Switch,
    /// One of these words.
    Choice {
        /// The words, the default not necessarily first.
        words: &'static [&'static str],
        /// Those of them that only a program with burn's tensors can compute.
        in_tensors: &'static [&'static str],
    },
}

impl Allowed {
    /// The words of a choice.
    pub const fn choice<C: Choice>() -> Self {
        Self::Choice { words: C::WORDS, in_tensors: C::IN_TENSORS }
    }

    /// What is allowed, as the end of a sentence.
    pub fn sentence(&self) -> String {
        match self {
            Self::Count { min, max } => format!("it must be a whole number from {min} to {max}"),
            Self::Number { min, max } => format!("it must be a number from {min} to {max}"),
            Self::Switch => "it must be true or false".into(),
            Self::Choice { words, .. } => format!("it must be one of {}", words.join(", ")),
        }
    }
}

/// A type that a hyperparameter can have.
pub trait Parameter {
    /// Reads and checks a value; the error says what is allowed, and nothing is changed then.
    fn read(&mut self, text: &str, allowed: &Allowed) -> Result<(), String>;
    /// The value as text that [`Parameter::read`] reads back.
    fn text(&self) -> String;
}

/// Reads a whole number: digits, in groups of 1_000 if one likes, or with an exponent, as in 1e6 or 2.5e3.
///
/// A point without an exponent is not read: 12.000 is twelve to some and twelve thousand to others.
///
/// ```
/// use mbppo::config::count;
/// assert_eq!([count("12000"), count("12_000"), count("1.2e4")], [Some(12_000); 3]);
/// assert_eq!([count("12.000"), count("12,000"), count("1e-1"), count("-1"), count("1e99")], [None; 5]);
/// ```
pub fn count(text: &str) -> Option<u64> {
    let text = text.trim();
    if !text.contains(['e', 'E']) {
        let is_grouped =
            text.split('_').all(|group| group.bytes().all(|b| b.is_ascii_digit()) && !group.is_empty());
        return if is_grouped { text.replace('_', "").parse().ok() } else { None };
    }
    // Up to here every whole number is an f64 of its own.
    const LARGEST: f64 = 9_007_199_254_740_992.0;
    let number: f64 = text.parse().ok()?;
    (number.fract() == 0.0 && (0.0..=LARGEST).contains(&number)).then_some(number as u64)
}

impl Parameter for usize {
    fn read(&mut self, text: &str, allowed: &Allowed) -> Result<(), String> {
        match (count(text).and_then(|count| Self::try_from(count).ok()), allowed) {
            (Some(value), Allowed::Count { min, max }) if (*min..=*max).contains(&value) => *self = value,
            _ => return Err(allowed.sentence() + &comma_hint(text)),
        }
        Ok(())
    }

    fn text(&self) -> String {
        self.to_string()
    }
}

/// What to say besides where a number is written with a comma.
fn comma_hint(text: &str) -> String {
    let is_number_with_comma =
        text.contains(',') && text.trim().chars().all(|c| c.is_ascii_digit() || ".,_+-eE".contains(c));
    if is_number_with_comma { "; the decimal mark is a point, as in 0.98".into() } else { String::new() }
}

impl Parameter for f64 {
    fn read(&mut self, text: &str, allowed: &Allowed) -> Result<(), String> {
        match (text.trim().parse(), allowed) {
            (Ok(value), Allowed::Number { min, max }) if (*min..=*max).contains(&value) => *self = value,
            _ => return Err(allowed.sentence() + &comma_hint(text)),
        }
        Ok(())
    }

    fn text(&self) -> String {
        self.to_string()
    }
}

impl Parameter for bool {
    fn read(&mut self, text: &str, allowed: &Allowed) -> Result<(), String> {
        *self = text.trim().parse().map_err(|_| allowed.sentence())?;
        Ok(())
    }

    fn text(&self) -> String {
        self.to_string()
    }
}

/// A hyperparameter that is one of a few words.
pub trait Choice: Copy + PartialEq + 'static {
    /// All words.
    const WORDS: &'static [&'static str];
    /// All values, in the order of the words.
    const VALUES: &'static [Self];
    /// The words whose values are written in burn's tensors only: a program without them refuses these.
    const IN_TENSORS: &'static [&'static str] = &[];

    /// The word of this value.
    fn word(&self) -> &'static str {
        Self::VALUES.iter().position(|value| value == self).map_or("", |index| Self::WORDS[index])
    }
}

impl<C: Choice> Parameter for C {
    fn read(&mut self, text: &str, allowed: &Allowed) -> Result<(), String> {
        let index = C::WORDS.iter().position(|word| *word == text.trim());
        *self = index.map(|index| C::VALUES[index]).ok_or_else(|| allowed.sentence())?;
        Ok(())
    }

    fn text(&self) -> String {
        self.word().into()
    }
}

/// A word that is marked so: `= "gru" in tensors`.
macro_rules! written_in {
    (tensors, $word:literal) => {
        $word
    };
}

macro_rules! choices {
    ($(
        $(#[doc = $doc:literal])+
        $name:ident {
            $( $(#[doc = $variant_doc:literal])+ $variant:ident = $word:literal $(in $tensors:ident)?, )+
        }
    )+) => { $(
        $(#[doc = $doc])+
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum $name { $( $(#[doc = $variant_doc])+ $variant, )+ }

        impl Choice for $name {
            const WORDS: &'static [&'static str] = &[$($word),+];
            const VALUES: &'static [Self] = &[$(Self::$variant),+];
            const IN_TENSORS: &'static [&'static str] = &[$( $( written_in!($tensors, $word), )? )+];
        }
    )+ };
}

impl Choice for Activation {
    const WORDS: &'static [&'static str] = &["tanh", "silu", "relu"];
    const VALUES: &'static [Self] = &[Self::Tanh, Self::Silu, Self::Relu];
}

impl Choice for TaskReward {
    const WORDS: &'static [&'static str] = Self::WORDS;
    const VALUES: &'static [Self] = Self::VALUES;
}

choices! {
    /// What kind of networks the world model is made of.
    ModelKind {
        /// Each step from that step alone.
        Perceptrons = "perceptrons",
        /// Each step from what a gated recurrent unit remembers of those before, too.
        Gru = "gru" in tensors,
    }
    /// What the world model predicts.
    ModelTarget {
        /// The difference to the next state, normalised over replay.
        Difference = "difference",
        /// The next state as it is: the textbook's recipe, which fails on small data.
        Raw = "raw",
    }
    /// What a member of the world model says about the next state.
    ModelHeads {
        /// One prediction.
        Deterministic = "deterministic",
        /// A prediction and how sure it is of it, learned by likelihood; imagination draws from it.
        Gaussian = "gaussian",
    }
    /// How imagination knows that an episode would have ended.
    Termination {
        /// The world model predicts it.
        Learned = "learned",
        /// The task's own rule is given.
        Known = "known",
        /// It does not: the textbook's recipe, in which nobody ever falls.
        Ignored = "ignored",
    }
    /// Where imagination has the rewards from.
    ImaginedReward {
        /// The world model predicts them.
        Learned = "learned",
        /// The task's own rule is given.
        Known = "known",
    }
    /// What counts as novel.
    CuriosityKind {
        /// Nothing.
        None = "none",
        /// Where a random network's answer cannot be predicted yet.
        Rnd = "rnd",
        /// Where the next step cannot be predicted, seen through features that matter for control.
        Icm = "icm",
        /// Where the members of the world model disagree.
        Disagreement = "disagreement",
    }
    /// How held-out error becomes confidence.
    ConfidenceRule {
        /// From the open-loop error at the horizon in use.
        MultiStep = "multi_step",
        /// From the one-step loss: the textbook's formula, which is 1.00 whatever the model is worth.
        OneStep = "one_step",
    }
    /// Where the advantage recursion stops in imagination.
    SegmentRule {
        /// At the end of every branch, with a bootstrap.
        PerBranch = "per_branch",
        /// Nowhere: one recursion over all branches, as the textbook's recipe has it. A mistake, kept to be seen.
        Across = "across",
    }
}
