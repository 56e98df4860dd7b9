//! How long this thread has really computed, which other work on the machine does not lengthen as it does wall time.

/// Seconds that the calling thread has spent on a processor since it began; none where the system does not say. Linux
/// says it in nanoseconds, as the first number of `schedstat`.
pub fn thread_seconds() -> Option<f64> {
    let text = std::fs::read_to_string("/proc/thread-self/schedstat").ok()?;
    let nanoseconds: u64 = text.split_whitespace().next()?.parse().ok()?;
    Some(nanoseconds as f64 / 1e9)
}

/// Counts from now on.
pub struct CpuClock(Option<f64>);

impl CpuClock {
    /// Begins to count for the calling thread.
    pub fn start() -> Self {
        Self(thread_seconds())
    }

    /// Seconds of computing since the start, asked by the same thread; none where the system does not say.
    pub fn seconds(&self) -> Option<f64> {
        Some(thread_seconds()? - self.0?)
    }
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;
    use std::time::{Duration, Instant};

    #[test]
    fn computing_counts_and_waiting_does_not() {
        let clock = CpuClock::start();
        std::thread::sleep(Duration::from_millis(300));
        let waited = clock.seconds().expect("Linux says it");
        assert!(waited < 0.1, "{waited} s of computing while waiting");
        let began = Instant::now();
        while clock.seconds().expect("Linux says it") < waited + 0.05 {
            assert!(began.elapsed() < Duration::from_secs(30), "computing does not count");
        }
    }
}
