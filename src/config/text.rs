//! A whole configuration as texts by name, as files and receipts hold it.

use super::{Config, Hyperparameter, schema};
use crate::error::{Error, Result};
use std::collections::BTreeMap;

impl Config {
    /// Every hyperparameter by name, as text that [`Config::set`] reads.
    pub fn texts(&self) -> BTreeMap<String, String> {
        let text = |row: &Hyperparameter| (row.name.to_string(), self.get(row.name).unwrap_or_default());
        schema().iter().map(text).collect()
    }

    /// The configuration of these texts. Those that `may_lack` allows to be missing have their defaults.
    ///
    /// # Errors
    /// [`Error::Config`] as from [`Config::set`], or for a hyperparameter that is missing.
    pub fn of_texts(
        texts: &BTreeMap<String, String>,
        may_lack: impl Fn(&Hyperparameter) -> bool,
    ) -> Result<Self> {
        let mut config = Self::default();
        texts.iter().try_for_each(|(name, text)| config.set(name, text))?;
        match schema().iter().find(|row| !texts.contains_key(row.name) && !may_lack(row)) {
            None => Ok(config),
            Some(row) => Err(Error::Config {
                field: row.name.into(),
                value: "nothing".into(),
                allowed: "every hyperparameter must be there".into(),
            }),
        }
    }
}
