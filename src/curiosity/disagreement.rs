//! Novelty as disagreement: where the members of the world model are apart, they have not been.
//!
//! **What.** What is asked has been computed with the step itself; nothing is learned beside the model.
//! **Paper.** Pathak et al. 2019 (1906.04161).

use super::{Novelty, Visit};
use crate::arrays::Arrays;
use crate::error::Result;
use crate::part::{Part, Pending, done};

/// The disagreement of the world model's members.
#[derive(Debug, Clone, Copy)]
pub struct Disagreement;

impl Part for Disagreement {
    fn save<'a>(&'a self, _arrays: &'a mut Arrays) -> Pending<'a, ()> {
        done(())
    }

    fn restore(&mut self, _arrays: &mut Arrays) -> Result<()> {
        Ok(())
    }
}

impl Novelty for Disagreement {
    fn learns(&self) -> bool {
        false
    }

    fn errors<'a>(&'a mut self, visit: &'a Visit<'a>) -> Pending<'a, Vec<f32>> {
        done(visit.disagreement.to_vec())
    }

    fn boxed(&self) -> Box<dyn Novelty> {
        Box::new(*self)
    }
}
