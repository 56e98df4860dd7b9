//! Where a file can be written: nowhere that something else would be lost.

use super::files::{self, Place, file_error};
use mbppo::error::Result;
use std::path::Path;

/// A place for a file of this `kind`, where nothing is yet, or one that `is_one` of them.
///
/// # Errors
/// [`mbppo::error::Error::File`] if something else is there, or it cannot be written.
pub fn place_for(path: &Path, kind: &str, is_one: impl Fn(&[u8]) -> bool) -> Result<Place> {
    let place = Place::check(path)?;
    let there = if path.exists() { files::read(path)? } else { Vec::new() };
    if !there.is_empty() && !is_one(&there) {
        let reason = format!("it is there already and is not {kind}; give another name");
        return Err(file_error(path, reason));
    }
    Ok(place)
}
