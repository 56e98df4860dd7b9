//! Signals that ask the program to end: a terminal's Ctrl-C, a scheduler that takes the machine back, a closed window.
//!
//! The first one is a request: the run is saved at the end of its iteration. Another one ends the program at once.

use super::output::tell;
use std::sync::OnceLock;

/// A signal that was caught.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Signal {
    /// Its name, without SIG.
    pub name: &'static str,
    /// Its number.
    pub number: u8,
}

/// The first signal that came.
static FIRST: OnceLock<Signal> = OnceLock::new();

/// The signal that asks for the end, once one has come.
pub fn received() -> Option<Signal> {
    FIRST.get().copied()
}

/// Catches signals from now on; on the first one `what_happens` is told.
pub fn catch(what_happens: &'static str) {
    if let Err(error) = system::catch(what_happens) {
        tell(&format!("signals cannot be caught ({error}): one ends the run where it is"));
    }
}

/// Takes a signal in.
fn arrived(signal: Signal, what_happens: &str) {
    if FIRST.set(signal).is_ok() {
        tell(&format!("{}: {what_happens} Once more ends it at once.", signal.name));
    }
}

#[cfg(unix)]
mod system {
    use super::{Signal, arrived, received};
    use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM, SIGUSR1, SIGUSR2, SIGXCPU, SIGXFSZ};
    use signal_hook::iterator::Signals;
    use std::io::Error;
    use std::time::{Duration, Instant};

    /// USR1, USR2 and XCPU are what batch systems send some time before they kill.
    const CAUGHT: [(i32, &str); 6] = [
        (SIGTERM, "TERM"),
        (SIGINT, "INT"),
        (SIGHUP, "HUP"),
        (SIGUSR1, "USR1"),
        (SIGUSR2, "USR2"),
        (SIGXCPU, "XCPU"),
    ];
    /// Within this time a signal is the first one once more: `timeout` sends each of its signals twice.
    const SAME: Duration = Duration::from_millis(500);

    pub fn catch(what_happens: &'static str) -> Result<(), Error> {
        // A file that may not grow is then an error of the write and not the end of the program.
        signal_hook::flag::register(SIGXFSZ, std::sync::Arc::default())?;
        let numbers = CAUGHT.iter().map(|(number, _)| *number).filter(|number| !is_ignored(*number));
        let mut signals = Signals::new(numbers)?;
        std::thread::Builder::new().name("signals".into()).spawn(move || {
            let mut since: Option<Instant> = None;
            for number in signals.forever() {
                let first = *since.get_or_insert_with(Instant::now);
                let Some(signal) = named(number) else { continue };
                // XCPU comes every second once the time is over.
                if received().is_some() && number != SIGXCPU && first.elapsed() > SAME {
                    std::process::exit(128 + number);
                }
                arrived(signal, what_happens);
            }
        })?;
        Ok(())
    }

    fn named(number: i32) -> Option<Signal> {
        let (number, name) = CAUGHT.into_iter().find(|(caught, _)| *caught == number)?;
        Some(Signal { name, number: u8::try_from(number).ok()? })
    }

    /// Whether whoever started the program wants this signal to be ignored, as `nohup` does.
    fn is_ignored(number: i32) -> bool {
        // SAFETY: with no new action `sigaction` only writes the present one, for which there is room; all zeros are a
        // value of that struct.
        unsafe {
            let mut now: libc::sigaction = std::mem::zeroed();
            libc::sigaction(number, std::ptr::null(), &raw mut now) == 0 && now.sa_sigaction == libc::SIG_IGN
        }
    }
}

#[cfg(not(unix))]
mod system {
    use super::{Signal, arrived};
    use signal_hook::consts::{SIGINT, SIGTERM};
    use std::io::Error;
    use std::sync::Arc;
    use std::sync::atomic::{AtomicBool, Ordering};
    use std::time::Duration;

    const CAUGHT: [(i32, Signal); 2] =
        [(SIGTERM, Signal { name: "TERM", number: 15 }), (SIGINT, Signal { name: "INT", number: 2 })];

    pub fn catch(what_happens: &'static str) -> Result<(), Error> {
        let mut flags = Vec::new();
        for (number, signal) in CAUGHT {
            let flag = Arc::new(AtomicBool::new(false));
            // In this order: the first signal finds the flag down and raises it, the second ends the program.
            signal_hook::flag::register_conditional_shutdown(number, 128 + number, Arc::clone(&flag))?;
            signal_hook::flag::register(number, Arc::clone(&flag))?;
            flags.push((flag, signal));
        }
        std::thread::Builder::new().name("signals".into()).spawn(move || {
            loop {
                for (_, signal) in flags.iter().filter(|(flag, _)| flag.load(Ordering::Relaxed)) {
                    arrived(*signal, what_happens);
                }
                std::thread::sleep(Duration::from_millis(50));
            }
        })?;
        Ok(())
    }
}
