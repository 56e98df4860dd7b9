//! Every way in which the command line can end, tried on the real binary: `docs/ends.md` lists them, and says which
//! test of this folder tries which.
#![cfg(all(cli, unix))]

mod arguments;
mod comparable;
mod document;
mod input;
mod memory;
mod output;
mod places;
mod program;
mod receipts;
mod signals;
mod training;
