//! The minibatch of an update: transitions of replay, taken as rows when they are asked for.

use crate::budget::{self, PER_ROW};
use crate::buffer::Replay;
use crate::transitions::{Form, Transitions};

/// B transitions of replay, and a place for some of them.
pub struct Minibatch<'a> {
    /// Where they are.
    pub replay: &'a Replay,
    /// Which they are.
    pub ids: &'a [usize],
    /// How they become rows.
    pub form: Form<'a>,
    /// The rows of the moment.
    pub rows: &'a mut Transitions,
}

impl Minibatch<'_> {
    /// B
    pub fn len(&self) -> usize {
        self.ids.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.ids.is_empty()
    }

    /// `count` of them, from row `from` on.
    pub fn take(&mut self, from: usize, count: usize) -> &Transitions {
        budget::add(count * PER_ROW);
        self.form.refill(self.rows, self.replay, &self.ids[from..from + count]);
        self.rows
    }

    /// All of them.
    pub fn all(&mut self) -> &Transitions {
        self.take(0, self.ids.len())
    }
}
