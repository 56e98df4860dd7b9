//! The named random streams that training draws from.

use crate::arrays::{LARGEST_COUNT, refused};
use crate::error::Result;
use crate::rng::{Seed, Stream};
use std::collections::BTreeMap;

macro_rules! streams {
    ($($name:ident,)+) => {
        /// One stream a purpose, so that drawing more for one never changes another.
        pub(super) struct Streams { $(pub(super) $name: Stream,)+ }

        impl Streams {
            /// All at their beginning.
            pub(super) fn new(seed: Seed) -> Self {
                Self { $($name: seed.stream(stringify!($name)),)+ }
            }

            /// How far each has come, by its name.
            pub(super) fn positions(&self) -> BTreeMap<String, u64> {
                BTreeMap::from([$((stringify!($name).into(), self.$name.position()),)+])
            }

            /// Lets each go on from where it had come.
            ///
            /// # Errors
            /// [`crate::Error::Checkpoint`] with the stream that is missing, or that nobody draws from.
            pub(super) fn go_to(&mut self, mut positions: BTreeMap<String, u64>) -> Result<()> {
                $(self.$name.go_to(taken(&mut positions, stringify!($name))?);)+
                match positions.into_iter().next() {
                    None => Ok(()),
                    Some((name, position)) => Err(wrong(&name, position, "there is no stream of this name")),
                }
            }
        }
    };
}

streams! { actions, model_batches, starts, imagination, forecast, diagnostics, minibatches, }

fn taken(positions: &mut BTreeMap<String, u64>, name: &str) -> Result<u64> {
    let position = positions.remove(name).ok_or_else(|| wrong(name, "nothing", "this run draws from it"))?;
    if position > LARGEST_COUNT {
        return Err(wrong(name, position, "nobody has drawn so much"));
    }
    Ok(position)
}

fn wrong(name: &str, position: impl ToString, allowed: &str) -> crate::Error {
    refused(&format!("streams.{name}"), position.to_string(), allowed.into())
}
