//! Every hyperparameter: its range, default, unit and explanation, defined once.
//!
//! From the table in `hyperparameters.rs` come the struct [`Config`], its checks, and [`schema`], from which the page
//! builds its controls, tooltips and URL parameters and the command line its options. Anything set by name from text
//! goes through [`Config::set`].

mod effect;
mod hyperparameters;
mod learner;
mod learners;
mod memory;
mod preset;
mod recurrence;
mod rules;
mod shown;
mod text;
mod value;

pub use effect::{Remark, TaskHas};
pub use hyperparameters::Config;
pub use learner::{Algorithm, Inputs, Kind, LEARNERS, Learner, Needs, Network, Outputs};
pub use memory::{MOST_BYTES, Need, Sizes, side_by_side};
pub use preset::{ForTask, PRESETS, Preset, TUNED, preset};
pub use recurrence::{RECURRENT_STEPS, RECURRENT_UNITS, Recurrence};
pub use shown::Shown;
pub use value::{
    Activation, Allowed, Choice, ConfidenceRule, CuriosityKind, ImaginedReward, ModelHeads, ModelKind,
    ModelTarget, SegmentRule, Termination, count,
};

use crate::error::{Error, Result};
use crate::nearest::the_nearest;
use hyperparameters::{ROWS, Row};
use serde::Serialize;
use value::Parameter;

/// One row of [`schema`].
#[derive(Debug, Clone, Serialize)]
pub struct Hyperparameter {
    /// Name in Rust, JSON, URL and on the command line.
    pub name: &'static str,
    /// Which part of the program it belongs to.
    pub group: &'static str,
    /// Unit, or the letter that stands for it in the formulas.
    pub unit: &'static str,
    /// What it is, and what one sees when it is raised.
    pub explanation: &'static str,
    /// Default value as text.
    pub default: String,
    /// What values it may take.
    pub allowed: Allowed,
}

impl Config {
    /// Sets one field by name from text, as a URL or a command line gives it.
    ///
    /// # Errors
    /// [`Error::Config`] that names the field, the value and what is allowed; nothing is changed then.
    pub fn set(&mut self, name: &str, text: &str) -> Result<()> {
        let refused = |allowed| Error::Config { field: name.into(), value: text.into(), allowed };
        let row = ROWS.iter().find(|row| row.name == name);
        let (Some(row), Some(field)) = (row, self.field_mut(name)) else {
            let nearest = the_nearest(name, ROWS.iter().map(|row| row.name));
            return Err(refused(format!("there is no hyperparameter of this name{nearest}")));
        };
        field.read(text, &row.allowed).map_err(refused)
    }

    /// The value of one field as text, `None` if there is no such field.
    pub fn get(&self, name: &str) -> Option<String> {
        self.field(name).map(Parameter::text)
    }
}

/// All hyperparameters, in the order of the table.
pub fn schema() -> Vec<Hyperparameter> {
    let default = Config::default();
    let described = |row: &Row| Hyperparameter {
        name: row.name,
        group: row.group,
        unit: row.unit,
        explanation: row.explanation,
        default: default.get(row.name).unwrap_or_default(),
        allowed: row.allowed.clone(),
    };
    ROWS.iter().map(described).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_default_is_allowed_and_every_field_can_be_set_to_its_own_text() {
        let mut config = Config::default();
        for row in schema() {
            config.set(row.name, &row.default).unwrap();
            assert_eq!(config.get(row.name).unwrap(), row.default);
            assert!(row.explanation.len() > 20, "{} has no explanation", row.name);
        }
        assert_eq!(config, Config::default());
        config.validate().unwrap();
    }

    #[test]
    fn a_wrong_value_is_named_with_what_is_allowed_and_changes_nothing() {
        let mut config = Config::default();
        let error = config.set("gamma", "1.5").unwrap_err().to_string();
        assert_eq!(error, "gamma = 1.5 is not valid: it must be a number from 0 to 1.");
        let error = config.set("gamma", "NaN").unwrap_err().to_string();
        assert!(error.contains("from 0 to 1"), "{error}");
        let error = config.set("model_target", "picture").unwrap_err().to_string();
        assert_eq!(error, "model_target = picture is not valid: it must be one of difference, raw.");
        assert!(config.set("gama", "1").unwrap_err().to_string().contains("no hyperparameter"));
        let error = config.set("gamma", "0,98").unwrap_err().to_string();
        assert!(error.ends_with("from 0 to 1; the decimal mark is a point, as in 0.98."), "{error}");
        let error = config.set("horizon", "1,000").unwrap_err().to_string();
        assert!(error.contains("the decimal mark is a point"), "{error}");
        assert_eq!(config, Config::default());
    }

    #[test]
    fn a_count_is_read_as_people_write_it() {
        let mut config = Config::default();
        for (text, value) in
            [("1e6", 1_000_000), ("1_000_000", 1_000_000), ("2.5e5", 250_000), (" 300 ", 300)]
        {
            config.set("replay_capacity", text).unwrap();
            assert_eq!(config.replay_capacity, value, "{text}");
        }
        for text in
            ["1.000", "2.5", "_300", "300_", "3__00", "1e99", "1.5e0", "-1e3", "e", "1e", "NaN", "inf", ""]
        {
            config.set("replay_capacity", text).unwrap_err();
        }
        assert_eq!(config.replay_capacity, 300);
    }
}
