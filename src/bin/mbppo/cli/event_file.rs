//! `mbppo train --tensorboard`: every metric as an event file of TensorBoard, while the run goes on.
//!
//! A file is a row of TFRecords, as `www/js/event_file.js` writes them for the page: length [8 bytes], masked CRC-32C
//! of those [4], data, masked CRC-32C of the data [4], all little-endian. The data are an Event of protocol buffers:
//!
//! ```text
//! Event { 1: double wall_time, 2: int64 step, 3: string file_version, 5: Summary }
//! Summary { repeated 1: Value { 1: string tag, 2: float simple_value } }
//! ```
//!
//! Tags are the names of metrics, which are those of Stable-Baselines3; steps are real steps.

use super::files::file_error;
use mbppo::error::Result;
use mbppo::trainer::Trainer;
use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};
use std::time::{SystemTime, UNIX_EPOCH};

const VERSION: &str = "brain.Event:2";
/// Of Castagnoli, bits reversed.
const POLYNOMIAL: u32 = 0x82f6_3b78;
const MASK: u32 = 0xa282_ead8;

/// A file that grows.
pub struct EventFile {
    path: PathBuf,
    file: BufWriter<File>,
}

impl EventFile {
    /// Makes the folder if it is not there, and a file of its own in it: TensorBoard takes the files of a folder as
    /// one run.
    ///
    /// # Errors
    /// [`mbppo::error::Error::File`] if it cannot be written.
    pub fn create(folder: &Path) -> Result<Self> {
        std::fs::create_dir_all(folder).map_err(|error| file_error(folder, error))?;
        let now = seconds_now();
        let name = format!("events.out.tfevents.{}.{}.mbppo", now as u64, std::process::id());
        let path = folder.join(name);
        let file = File::create_new(&path).map_err(|error| file_error(&path, error))?;
        let mut events = Self { path, file: BufWriter::new(file) };
        events.write(&[double(1, now), nested(3, VERSION.as_bytes())].concat())?;
        Ok(events)
    }

    /// Writes the latest value of every metric.
    ///
    /// # Errors
    /// [`mbppo::error::Error::File`] if there is no room any more, for example.
    pub fn iteration(&mut self, trainer: &Trainer) -> Result<()> {
        let (now, wall_time) = (trainer.snapshot(), seconds_now());
        for (tag, value) in &now.metrics {
            self.write(&scalar(wall_time, now.real_steps, tag, *value))?;
        }
        self.file.flush().map_err(|error| file_error(&self.path, error))
    }

    fn write(&mut self, event: &[u8]) -> Result<()> {
        self.file.write_all(&record(event)).map_err(|error| file_error(&self.path, error))
    }
}

fn seconds_now() -> f64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0.0, |since| since.as_secs_f64())
}

fn scalar(wall_time: f64, step: u64, tag: &str, value: f32) -> Vec<u8> {
    let value = [nested(1, tag.as_bytes()), key(2, 5), value.to_le_bytes().to_vec()].concat();
    [double(1, wall_time), key(2, 0), varint(step), nested(5, &nested(1, &value))].concat()
}

fn record(event: &[u8]) -> Vec<u8> {
    let length = (event.len() as u64).to_le_bytes();
    [&length, &masked(&length)[..], event, &masked(event)].concat()
}

/// CRC-32C of these, as TFRecords hold it: a sum beside sums of its own kind is rotated and moved.
fn masked(bytes: &[u8]) -> [u8; 4] {
    crc32c(bytes).rotate_right(15).wrapping_add(MASK).to_le_bytes()
}

fn crc32c(bytes: &[u8]) -> u32 {
    let bit = |sum: u32| if sum & 1 == 1 { sum >> 1 ^ POLYNOMIAL } else { sum >> 1 };
    !bytes.iter().fold(u32::MAX, |sum, &byte| (0..8).fold(sum ^ u32::from(byte), |sum, _| bit(sum)))
}

fn key(field: u64, kind: u64) -> Vec<u8> {
    varint(field << 3 | kind)
}

fn double(field: u64, value: f64) -> Vec<u8> {
    [key(field, 1), value.to_le_bytes().to_vec()].concat()
}

fn nested(field: u64, bytes: &[u8]) -> Vec<u8> {
    [key(field, 2), varint(bytes.len() as u64), bytes.to_vec()].concat()
}

/// Seven bits a byte, the lowest first.
fn varint(mut value: u64) -> Vec<u8> {
    let mut bytes = Vec::new();
    while value >= 0x80 {
        bytes.push((value & 0x7f) as u8 | 0x80);
        value >>= 7;
    }
    bytes.push(value as u8);
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_sum_is_that_of_its_check_value() {
        assert_eq!(crc32c(b"123456789"), 0xe306_9283);
    }

    /// The bytes that `www/js/event_file.js` writes for {"a": [{real_steps: 300, value: 0.5}]} at second 2.
    #[test]
    fn an_event_has_the_bytes_that_the_page_writes() {
        let hex = |bytes: &[u8]| bytes.iter().map(|byte| format!("{byte:02x}")).collect::<String>();
        let first = [double(1, 2.0), nested(3, VERSION.as_bytes())].concat();
        assert_eq!(
            hex(&record(&first)),
            "1800000000000000a37f4b220900000000000000401a0d627261696e2e4576656e743a32ff2ee0e7"
        );
        assert_eq!(
            hex(&record(&scalar(2.0, 300, "a", 0.5))),
            "1800000000000000a37f4b2209000000000000004010ac022a0a0a080a0161150000003fd150deb2"
        );
    }
}
