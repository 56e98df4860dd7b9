//! Golden data: reference values that independent implementations computed.
//!
//! They are read from the folder that the environment variable `MBPPO_GOLDEN` names, or from `tests/fixtures/golden`;
//! the README there says how they were made. A test that cannot read its data fails: it never passes by skipping.

// Every test file compiles this module anew and uses its own part of it.
#![allow(dead_code)]

use serde::Deserialize;
use serde::de::DeserializeOwned;
use std::io::Read;
use std::path::{Path, PathBuf};
use tinyjson::JsonValue;

/// The folder of the golden data.
pub fn golden_folder() -> PathBuf {
    match std::env::var_os("MBPPO_GOLDEN") {
        Some(folder) => PathBuf::from(folder),
        None => own_folder(),
    }
}

/// The repository's golden data.
fn own_folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/golden")
}

/// The file at `path`, relative to the golden folder; a name ending in `.gz` is unpacked.
///
/// # Panics
/// If it cannot be read, or does not have the shape of `T`.
pub fn golden<T: DeserializeOwned>(path: &str) -> T {
    golden_in(&golden_folder(), path)
}

fn golden_in<T: DeserializeOwned>(folder: &Path, path: &str) -> T {
    let file = folder.join(path);
    let bytes = std::fs::read(&file).unwrap_or_else(|error| panic!("{}: {error}", file.display()));
    let mut text = String::new();
    let read = if path.ends_with(".gz") {
        flate2::read::GzDecoder::new(bytes.as_slice()).read_to_string(&mut text)
    } else {
        bytes.as_slice().read_to_string(&mut text)
    };
    read.unwrap_or_else(|error| panic!("{}: {error}", file.display()));
    let parsed: JsonValue = text.parse().unwrap_or_else(|error| panic!("{}: {error}", file.display()));
    serde_json::from_value(exact(parsed)).unwrap_or_else(|error| panic!("{}: {error}", file.display()))
}

/// The same value for serde. serde_json's own parser may round an f64 wrongly in its last bit, and some golden cases
/// sit one such bit past a threshold.
fn exact(value: JsonValue) -> serde_json::Value {
    match value {
        JsonValue::Number(number) if number.fract() == 0.0 && number.abs() < 9e15 => (number as i64).into(),
        JsonValue::Number(number) => number.into(),
        JsonValue::Boolean(flag) => flag.into(),
        JsonValue::String(text) => text.into(),
        JsonValue::Null => serde_json::Value::Null,
        JsonValue::Array(items) => items.into_iter().map(exact).collect(),
        JsonValue::Object(fields) => fields.into_iter().map(|(name, field)| (name, exact(field))).collect(),
    }
}

/// A file of `numerics/`: the formula in words, and cases.
#[derive(Deserialize)]
pub struct Numerics<T> {
    /// The exact formula.
    pub spec: String,
    /// One or more computed examples.
    pub cases: Vec<T>,
}

/// The cases of `numerics/{name}.json`, as `T` or, for cases of many shapes, as [`serde_json::Value`].
pub fn numerics<T: DeserializeOwned>(name: &str) -> Vec<T> {
    golden::<Numerics<T>>(&format!("numerics/{name}.json")).cases
}

/// The same with the weighted cases, `{name}_weighted.json`.
pub fn numerics_with_weights<T: DeserializeOwned>(name: &str) -> Vec<T> {
    let mut cases = numerics(name);
    cases.extend(completed_numerics::<T>(&format!("{name}_weighted")));
    cases
}

/// The cases of `numerics/{name}.json`: those of the repository where the golden folder has none.
pub fn completed_numerics<T: DeserializeOwned>(name: &str) -> Vec<T> {
    let path = format!("numerics/{name}.json");
    let has_its_own = golden_folder().join(&path).exists();
    let folder = if has_its_own { golden_folder() } else { own_folder() };
    golden_in::<Numerics<T>>(&folder, &path).cases
}

/// The largest difference between two lists of numbers; infinite if one of them is not a number.
///
/// # Panics
/// If the lists have different lengths.
pub fn max_difference<A, B>(actual: &[A], expected: &[B]) -> f64
where
    A: Copy + Into<f64>,
    B: Copy + Into<f64>,
{
    assert_eq!(actual.len(), expected.len(), "lengths differ");
    let difference = |(&a, &b): (&A, &B)| {
        let (a, b): (f64, f64) = (a.into(), b.into());
        if a == b { 0.0 } else { (a - b).abs() }
    };
    let largest = |max: f64, next: f64| if next.is_nan() { f64::INFINITY } else { max.max(next) };
    actual.iter().zip(expected).map(difference).fold(0.0, largest)
}

/// Fails unless every number is within `tolerance` · max(1, |expected|) of what is expected.
pub fn assert_close<A, B>(what: &str, actual: &[A], expected: &[B], tolerance: f64)
where
    A: Copy + Into<f64>,
    B: Copy + Into<f64>,
{
    assert_eq!(actual.len(), expected.len(), "{what}: lengths differ");
    for (index, (&a, &b)) in actual.iter().zip(expected).enumerate() {
        let (a, b): (f64, f64) = (a.into(), b.into());
        let allowed = tolerance * b.abs().max(1.0);
        assert!((a - b).abs() <= allowed, "{what}[{index}]: {a} instead of {b} (± {allowed:e})");
    }
}

/// 0 and 1, as the golden files write flags, to booleans.
pub fn flags(numbers: &[u8]) -> Vec<bool> {
    numbers.iter().map(|&number| number != 0).collect()
}
