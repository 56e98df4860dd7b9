//! Named arrays in one file: what a checkpoint is made of.
//!
//! **What.** A safetensors file: a header in JSON that says where each array stands, then the numbers. Whoever has
//! state puts its arrays in under names of its own, and takes them out again; what is no array (words and counts) is
//! one text of JSON beside them. [`crate::trainer`] puts it all together.
//! **Shapes.** Arrays are row-major and little-endian: f32, f64, i64 or bool.
//! **Choices.** (1) Numbers with a fraction are arrays and never JSON: they come back to the last bit, NaN too. (2) An
//! array that is taken is gone, so that [`Arrays::finish`] can name what nobody knew. (3) The same arrays give the same
//! bytes.

mod number;
#[cfg(test)]
mod tests;

pub use number::Number;

use crate::error::{Error, Result};
use crate::hash::Hash;
use safetensors::tensor::{Dtype, SafeTensors, TensorView, serialize};
use std::collections::{BTreeMap, HashMap};
use std::fmt::Display;
use std::ops::RangeInclusive;

/// The entry of the file's `__metadata__` that holds the JSON.
const TEXT: &str = "mbppo";

/// An array as the file holds it.
#[derive(Debug, Clone, PartialEq)]
struct Array {
    dtype: Dtype,
    shape: Vec<usize>,
    bytes: Vec<u8>,
}

/// Arrays by name.
///
/// ```
/// use mbppo::arrays::Arrays;
/// let mut arrays = Arrays::default();
/// arrays.put("replay.rewards", &[3], [1.0_f32, 0.5, f32::NAN]);
/// let (mut read, text) = Arrays::from_bytes(&arrays.to_bytes("{}")?)?;
/// assert_eq!(read.take::<f32>("replay.rewards", &[3])?[..2], [1.0, 0.5]);
/// assert!(read.take::<f32>("replay.obs", &[3]).is_err() && read.finish().is_ok() && text == "{}");
/// # Ok::<(), mbppo::Error>(())
/// ```
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Arrays {
    arrays: BTreeMap<String, Array>,
}

impl Arrays {
    /// Puts an array in. `numbers` are as many as `shape` says.
    pub fn put<T: Number>(&mut self, name: &str, shape: &[usize], numbers: impl IntoIterator<Item = T>) {
        let mut bytes = Vec::with_capacity(shape.iter().product::<usize>() * T::SIZE);
        numbers.into_iter().for_each(|number| number.append(&mut bytes));
        debug_assert_eq!(bytes.len(), shape.iter().product::<usize>() * T::SIZE, "{name}");
        self.arrays.insert(name.into(), Array { dtype: T::DTYPE, shape: shape.to_vec(), bytes });
    }

    /// Whether there is an array of this name.
    pub fn has(&self, name: &str) -> bool {
        self.arrays.contains_key(name)
    }

    /// Whether there is an array of this name with numbers of this kind.
    pub fn holds<T: Number>(&self, name: &str) -> bool {
        self.arrays.get(name).is_some_and(|array| array.dtype == T::DTYPE)
    }

    /// The names that begin with `prefix`.
    pub fn names<'a>(&'a self, prefix: &'a str) -> impl Iterator<Item = &'a str> {
        self.arrays.keys().map(String::as_str).filter(move |name| name.starts_with(prefix))
    }

    /// Takes an array of this shape out.
    ///
    /// # Errors
    /// [`Error::Checkpoint`] if there is none of this name, or it has another shape or other numbers.
    pub fn take<T: Number>(&mut self, name: &str, shape: &[usize]) -> Result<Vec<T>> {
        let array = self.remove(name)?;
        if array.shape != shape {
            return Err(refused(name, format!("{:?}", array.shape), format!("this run needs {shape:?}")));
        }
        array.numbers(name)
    }

    /// Takes an array of this shape out, each of whose numbers must lie within `range`.
    ///
    /// # Errors
    /// As from [`Arrays::take`], or with the first number that does not.
    pub fn take_within<T>(&mut self, name: &str, shape: &[usize], range: RangeInclusive<T>) -> Result<Vec<T>>
    where
        T: Number + PartialOrd + Display,
    {
        within(name, self.take(name, shape)?, &range)
    }

    /// Takes an array of any number of rows of this shape out, each of whose numbers must lie within `range`.
    ///
    /// # Errors
    /// As from [`Arrays::take_rows`], or with the first number that does not.
    pub fn take_rows_within<T>(
        &mut self,
        name: &str,
        row: &[usize],
        range: RangeInclusive<T>,
    ) -> Result<Vec<T>>
    where
        T: Number + PartialOrd + Display,
    {
        within(name, self.take_rows(name, row)?, &range)
    }

    /// Takes an array of any number of rows of this shape out.
    ///
    /// # Errors
    /// [`Error::Checkpoint`] if there is none of this name, or it has other rows or other numbers.
    pub fn take_rows<T: Number>(&mut self, name: &str, row: &[usize]) -> Result<Vec<T>> {
        let array = self.remove(name)?;
        if array.shape.get(1..) != Some(row) {
            return Err(refused(name, format!("{:?}", array.shape), format!("its rows must be {row:?}")));
        }
        array.numbers(name)
    }

    /// Takes an array of a single number out.
    ///
    /// # Errors
    /// As from [`Arrays::take`].
    pub fn take_one<T: Number>(&mut self, name: &str) -> Result<T> {
        let one = self.take(name, &[1])?.first().copied();
        one.ok_or_else(|| refused(name, "nothing".into(), "one number is needed".into()))
    }

    /// Drops all arrays but those of these names.
    pub fn keep(&mut self, is_kept: impl Fn(&str) -> bool) {
        self.arrays.retain(|name, _| is_kept(name));
    }

    /// The sizes of an array, if it is there.
    pub fn shape(&self, name: &str) -> Option<&[usize]> {
        self.arrays.get(name).map(|array| array.shape.as_slice())
    }

    /// Puts this array of `other` in place of the one of the name `instead`, which must be like it.
    ///
    /// # Errors
    /// [`Error::Checkpoint`] if there is none, or it has another shape or other numbers.
    pub fn replace(&mut self, instead: &str, other: &Self, name: &str) -> Result<()> {
        let Some(array) = other.arrays.get(name) else {
            return Err(refused(name, "nothing".into(), "an array of this name is needed".into()));
        };
        let told = |array: &Array| format!("{} {:?}", array.dtype, array.shape);
        match self.arrays.get_mut(instead) {
            None => Err(refused(name, told(array), "there is no such array in this network".into())),
            Some(there) if (there.dtype, &there.shape) != (array.dtype, &array.shape) => {
                Err(refused(name, told(array), format!("this network needs {}", told(there))))
            }
            Some(there) => {
                there.bytes.clone_from(&array.bytes);
                Ok(())
            }
        }
    }

    /// Drops this array, if it is there: one that earlier versions wrote and nobody reads any more.
    pub fn discard(&mut self, name: &str) {
        self.arrays.remove(name);
    }

    /// Whether everything has been taken.
    ///
    /// # Errors
    /// [`Error::Checkpoint`] with the first array that nobody has taken.
    pub fn finish(self) -> Result<()> {
        match self.arrays.into_iter().next() {
            None => Ok(()),
            Some((name, array)) => {
                Err(refused(&name, format!("{:?}", array.shape), "this run has no such array".into()))
            }
        }
    }

    /// The file with these arrays and the JSON `text`.
    ///
    /// # Errors
    /// [`Error::Checkpoint`] if there are so many that a header would exceed the format's 100 MB.
    pub fn to_bytes(&self, text: &str) -> Result<Vec<u8>> {
        let mut views = Vec::with_capacity(self.arrays.len());
        for (name, array) in &self.arrays {
            let view = TensorView::new(array.dtype, array.shape.clone(), &array.bytes);
            views.push((name, view.map_err(|error| refused(name, error.to_string(), NOT_A_FILE.into()))?));
        }
        let metadata = HashMap::from([(TEXT.into(), text.into())]);
        serialize(views, Some(metadata))
            .map_err(|error| refused("header", error.to_string(), NOT_A_FILE.into()))
    }

    /// The arrays and the JSON of such a file.
    ///
    /// # Errors
    /// [`Error::Checkpoint`] if it is no safetensors file, has no such JSON, or an array of another kind of number.
    pub fn from_bytes(bytes: &[u8]) -> Result<(Self, String)> {
        let not_a_file = |error| refused("file", format!("{error}"), NOT_A_FILE.into());
        let (_, header) = SafeTensors::read_metadata(bytes).map_err(not_a_file)?;
        let text = header.metadata().as_ref().and_then(|metadata| metadata.get(TEXT));
        let text = text.cloned().ok_or_else(|| {
            refused(&format!("__metadata__.{TEXT}"), "nothing".into(), "a checkpoint of mbppo has it".into())
        })?;
        let file = SafeTensors::deserialize(bytes).map_err(not_a_file)?;
        let mut arrays = BTreeMap::new();
        for (name, view) in file.iter() {
            let (dtype, shape) = (view.dtype(), view.shape().to_vec());
            arrays.insert(name.into(), Array { dtype, shape, bytes: view.data().to_vec() });
        }
        Ok((Self { arrays }, text))
    }

    /// A hash of all names, shapes and numbers.
    pub fn hash(&self) -> Hash {
        let mut hash = Hash::default();
        for (name, array) in &self.arrays {
            hash.add(name.as_bytes());
            array.shape.iter().for_each(|size| hash.add(&(*size as u64).to_le_bytes()));
            hash.add(&array.bytes);
        }
        hash
    }

    fn remove(&mut self, name: &str) -> Result<Array> {
        let array = self.arrays.remove(name);
        array.ok_or_else(|| refused(name, "nothing".into(), "this run needs an array of this name".into()))
    }
}

const NOT_A_FILE: &str = "it must be a safetensors file that mbppo has written";

impl Array {
    fn numbers<T: Number>(&self, name: &str) -> Result<Vec<T>> {
        if self.dtype != T::DTYPE {
            let allowed = format!("its numbers must be {}", T::DTYPE);
            return Err(refused(name, self.dtype.to_string(), allowed));
        }
        Ok(self.bytes.chunks_exact(T::SIZE).filter_map(T::read).collect())
    }
}

/// The largest magnitude of what a run measures (rewards, returns, states, statistics): more is no measurement. Its
/// square is far from the largest f32.
pub const LARGEST: f64 = 1e9;
/// The largest count: beyond it a number in JSON is not exact.
pub const LARGEST_COUNT: u64 = 1 << 53;

fn within<T: PartialOrd + Display>(name: &str, numbers: Vec<T>, range: &RangeInclusive<T>) -> Result<Vec<T>> {
    match numbers.iter().find(|number| !range.contains(number)) {
        None => Ok(numbers),
        Some(number) => {
            let allowed = format!("its numbers must be from {} to {}", range.start(), range.end());
            Err(refused(name, number.to_string(), allowed))
        }
    }
}

/// The error for `value` of this field of a checkpoint.
pub fn refused(field: &str, value: String, allowed: String) -> Error {
    Error::Checkpoint { field: field.into(), value, allowed }
}
