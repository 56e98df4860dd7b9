//! The one error type: every variant says what was wrong, with which value, and what is allowed.

/// Everything that can go wrong in mbppo. None of these panics, and none of them ends a run by itself.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// A hyperparameter, preset, task, seed or device that does not exist or is out of range.
    #[error("{field} = {value} is not valid: {allowed}.")]
    Config {
        /// Name of the field as it is written in Rust, JSON and the URL.
        field: String,
        /// The value that was given, as text.
        value: String,
        /// What would have been allowed, as the end of a sentence.
        allowed: String,
    },
    /// A number stopped being finite; learning cannot go on from here.
    #[error("{quantity} became {value} in phase {phase}: the run has diverged. Try a lower learning rate.")]
    Diverged {
        /// Phase of the iteration, by its name on the page.
        phase: String,
        /// The quantity that is not finite, by its metric name.
        quantity: String,
        /// `NaN` or `inf`.
        value: String,
    },
    /// The compute device refused or disappeared.
    #[error("The device failed while {doing}: {reason}.")]
    Device {
        /// What the program was doing, as a gerund ("reading the policy").
        doing: String,
        /// The device's own words.
        reason: String,
    },
    /// A checkpoint cannot be read or written: not a checkpoint, of another version, or with something wrong in it.
    #[error("The checkpoint's {field} = {value} is not valid: {allowed}.")]
    Checkpoint {
        /// Name of the field or array in the file.
        field: String,
        /// What it is, as text; its shape for an array.
        value: String,
        /// What would have been allowed, as the end of a sentence.
        allowed: String,
    },
    /// A receipt cannot be read, or claims a run that cannot be.
    #[error("The receipt's {field} = {value} is not valid: {allowed}.")]
    Receipt {
        /// Name of the field.
        field: String,
        /// What it is, as text.
        value: String,
        /// What would have been allowed, as the end of a sentence.
        allowed: String,
    },
    /// A policy alone cannot be read, or does not go with what it is to be used for.
    #[error("The policy's {field} = {value} is not valid: {allowed}.")]
    Policy {
        /// Name of the field or array.
        field: String,
        /// What it is, as text; its shape for an array.
        value: String,
        /// What would have been allowed, as the end of a sentence.
        allowed: String,
    },
    /// A task that somebody else has written failed by itself.
    #[error("The task failed in {doing}: {reason}.")]
    Task {
        /// Its function: "step(…)".
        doing: String,
        /// The failure's own words.
        reason: String,
    },
    /// A file could not be read or written (command line only).
    #[error("{path}: {reason}.")]
    File {
        /// The path as given.
        path: String,
        /// The operating system's words.
        reason: String,
    },
}

impl Error {
    /// Checks that all of these are finite.
    ///
    /// # Errors
    /// [`Error::Diverged`] with the phase, the quantity and its value otherwise.
    pub fn unless_finite<'a>(
        phase: &str,
        quantity: &str,
        numbers: impl IntoIterator<Item = &'a f32>,
    ) -> Result<()> {
        match numbers.into_iter().find(|number| !number.is_finite()) {
            None => Ok(()),
            Some(number) => Err(Self::Diverged {
                phase: phase.into(),
                quantity: quantity.into(),
                value: number.to_string(),
            }),
        }
    }
}

/// Result with this crate's [`Error`].
pub type Result<T> = std::result::Result<T, Error>;
