//! A policy as a text that fits into an address.
//!
//! **What.** Each array w of what acts becomes whole numbers q = round(w / s) of 8 or 16 bits with one scale
//! s = max |w| / (2^(bits − 1) − 1), in base64url.
//! ```text
//! version [1] · bits [1] · per array, by name: s [f32], q [n · bits / 8] · hash of all before [4]
//! ```
//! **Where.** The rest of the address says task, learner and hyperparameters, so that shapes need not be told.
//! **Choices.** (1) Scales of observations are the task's and are left out. (2) All is little-endian. (3) The hash
//! finds what a mail program or a slip of the hand has damaged; it is no signature. (4) 8 bits are enough for CartPole
//! (docs/checkpoints.md has the figures).

use super::{PolicyFile, acts, wrong};
use crate::arrays::Arrays;
use crate::config::Config;
use crate::device::Device;
use crate::env::Task;
use crate::error::Result;
use crate::hash::Hash;
use crate::rng::Seed;
use crate::trainer::Trainer;

/// The version of the text.
const VERSION: u8 = 1;
/// Longest text: browsers take more, and what people send one another less.
pub const MOST_LETTERS: usize = 30_000;
/// Bytes of the hash.
const CHECKED: usize = 4;
const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

impl PolicyFile {
    /// It as a text, with numbers of so many bits, 8 or 16.
    ///
    /// # Errors
    /// [`Error::Policy`](crate::Error::Policy) if the text would be longer than [`MOST_LETTERS`], or bits are others.
    pub fn to_text(&self, bits: u8) -> Result<String> {
        let most = largest(bits)?;
        let mut bytes = vec![VERSION, bits];
        for (name, shape) in quantised(&self.arrays) {
            let numbers: Vec<f32> = self.arrays.clone().take(&name, &shape)?;
            let scale = numbers.iter().fold(0.0_f32, |most, w| most.max(w.abs())) / most;
            bytes.extend(scale.to_le_bytes());
            for w in numbers {
                let q = if scale > 0.0 { (w / scale).round() } else { 0.0 };
                bytes.extend(&(q as i16).to_le_bytes()[..usize::from(bits / 8)]);
            }
        }
        bytes.extend(check(&bytes));
        let text = encoded(&bytes);
        if text.len() > MOST_LETTERS {
            let allowed = format!("an address holds at most {MOST_LETTERS}: save it as a file");
            return Err(wrong("text", format!("{} letters", text.len()), allowed));
        }
        Ok(text)
    }

    /// The policy in a text, for this task and learner; `seed` is that of the run that made it.
    ///
    /// # Errors
    /// [`Error::Policy`](crate::Error::Policy) if the text is damaged or does not fit them.
    pub async fn of_text(text: &str, task: Task, config: Config, seed: Seed) -> Result<Self> {
        let bytes = decoded(text)?;
        let fresh = Trainer::of_task(task, config, seed, Device::cpu())?;
        let mut policy = Self::of(&fresh).await?;
        let Some((body, hash)) = bytes.split_last_chunk::<CHECKED>() else { return Err(damaged(text)) };
        if check(body) != *hash {
            return Err(damaged(text));
        }
        let [version, bits, rest @ ..] = body else { return Err(damaged(text)) };
        if *version != VERSION {
            let allowed = format!("this program reads version {VERSION}");
            return Err(wrong("version", version.to_string(), allowed));
        }
        policy.fill(rest, *bits)?;
        Ok(policy)
    }

    /// Takes over the numbers of a text.
    fn fill(&mut self, mut rest: &[u8], bits: u8) -> Result<()> {
        let most = largest(bits)?;
        let size = usize::from(bits / 8);
        let arrays = quantised(&self.arrays);
        let count = |shape: &[usize]| shape.iter().product::<usize>();
        let needed: usize = arrays.iter().map(|(_, shape)| 4 + size * count(shape)).sum();
        if rest.len() != needed {
            let allowed = format!("the policy of this task and learner has {needed}");
            return Err(wrong("text", format!("{} bytes of numbers", rest.len()), allowed));
        }
        for (name, shape) in arrays {
            let (head, numbers) = rest.split_at(4);
            let (numbers, after) = numbers.split_at(size * count(&shape));
            rest = after;
            let scale = f32::from_le_bytes([head[0], head[1], head[2], head[3]]);
            if !(0.0..=1e7 / most).contains(&scale) {
                let allowed = "it must be from 0 to the largest weight".into();
                return Err(wrong(&format!("scale of {name}"), scale.to_string(), allowed));
            }
            let number = |q: &[u8]| match *q {
                [low, high] => f32::from(i16::from_le_bytes([low, high])),
                _ => f32::from(q[0] as i8),
            };
            self.arrays.put(&name, &shape, numbers.chunks_exact(size).map(|q| scale * number(q)));
        }
        Ok(())
    }
}

/// Names and shapes of what is told, in order.
fn quantised(arrays: &Arrays) -> Vec<(String, Vec<usize>)> {
    let names = arrays.names("").filter(|name| acts(name) && !name.starts_with("obs_scaling."));
    names.map(|name| (name.into(), arrays.shape(name).unwrap_or_default().to_vec())).collect()
}

/// The largest whole number of so many bits.
fn largest(bits: u8) -> Result<f32> {
    match bits {
        8 => Ok(f32::from(i8::MAX)),
        16 => Ok(f32::from(i16::MAX)),
        _ => Err(wrong("bits", bits.to_string(), "it must be 8 or 16".into())),
    }
}

fn check(bytes: &[u8]) -> [u8; CHECKED] {
    (Hash::of(bytes).value() as u32).to_le_bytes()
}

fn damaged(text: &str) -> crate::Error {
    let shown: String = text.chars().take(12).collect();
    let allowed = "a letter is missing or another one: copy the whole address".into();
    wrong("text", format!("{shown}… of {} letters", text.chars().count()), allowed)
}

/// base64url without padding (RFC 4648).
fn encoded(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len().div_ceil(3) * 4);
    for chunk in bytes.chunks(3) {
        let word =
            chunk.iter().fold(0_u32, |word, &byte| word << 8 | u32::from(byte)) << (8 * (3 - chunk.len()));
        for place in 0..=chunk.len() {
            text.push(char::from(LETTERS[(word >> (18 - 6 * place) & 63) as usize]));
        }
    }
    text
}

/// The bytes of such a text.
fn decoded(text: &str) -> Result<Vec<u8>> {
    if text.len() > MOST_LETTERS {
        let allowed = format!("it must be at most {MOST_LETTERS}");
        return Err(wrong("text", format!("{} letters", text.len()), allowed));
    }
    let mut bytes = Vec::with_capacity(text.len() * 3 / 4);
    for chunk in text.as_bytes().chunks(4) {
        let mut word = 0_u32;
        for letter in chunk {
            let value = LETTERS.iter().position(|known| known == letter).ok_or_else(|| damaged(text))?;
            word = word << 6 | value as u32;
        }
        word <<= 6 * (4 - chunk.len());
        if chunk.len() == 1 {
            return Err(damaged(text));
        }
        bytes.extend(&word.to_be_bytes()[1..chunk.len()]);
    }
    Ok(bytes)
}
