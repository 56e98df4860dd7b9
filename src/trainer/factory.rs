//! Which learner a run has: the one place where the kinds of learners are told apart.

use super::context::Context;
use super::learner::Learner;
use super::mbpo::Mbpo;
use super::off_policy::FromReplay;
use super::on_policy::OnPolicy;
use super::pets::Pets;
use super::policy_search::PolicySearch;
use super::random_search::RandomSearch;
use super::tabular::Tabular;
use crate::config::Kind;
use crate::error::Result;

/// The learner that the configuration asks for. It knows nothing yet.
///
/// # Errors
/// [`crate::Error::Config`] if a setting is not one that the learner takes.
pub(super) fn learner(context: &Context) -> Result<Box<dyn Learner>> {
    Ok(match context.config.algorithm.kind {
        Kind::OnPolicy => Box::new(OnPolicy::new(context)?),
        Kind::OffPolicy => Box::new(FromReplay::new(context)?),
        Kind::ModelReplay => Box::new(Mbpo::new(context)?),
        Kind::Tabular => Box::new(Tabular::new(context)?),
        Kind::ModelSearch => Box::new(PolicySearch::new(context)?),
        Kind::Planning => Box::new(Pets::new(context)?),
        Kind::Search => Box::new(RandomSearch::new(context)),
    })
}
