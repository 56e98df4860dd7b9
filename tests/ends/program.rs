//! The real binary: started, watched, and what is left when it has ended.

use std::fs;
use std::io::{BufRead, BufReader, Read};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStderr, ChildStdout, Command, ExitStatus, Stdio};
use std::time::Duration;

/// A learner that is quick and learns next to nothing.
pub const SMALL: [&str; 12] = [
    "--set",
    "num_steps=16",
    "--set",
    "n_epochs=1",
    "--set",
    "hidden_size=4",
    "--set",
    "eval_episodes=1",
    "--set",
    "eval_every=64",
    "--set",
    "batch_size=64",
];

/// What makes a policy that acts in numbers diverge: nothing but noise is rewarded, and the steps are large.
pub const WILD: &str = "learning_rate=0.1 ent_coef=1 vf_coef=0 n_epochs=50 max_grad_norm=100";

/// `train` on a task that such a learner does not solve, with more words.
pub fn unsolved<'a>(more: &[&'a str]) -> Vec<&'a str> {
    [&["train", "--task", "Pendulum-v1", "--mode", "ppo"], &SMALL[..], more].concat()
}

/// The same as a grid of two seeds, unless `more` says otherwise.
pub fn grid<'a>(more: &[&'a str]) -> Vec<&'a str> {
    let mut words = [&["grid", "--task", "Pendulum-v1", "--mode", "ppo"], &SMALL[..], more].concat();
    for usual in [["--seeds", "0..2"], ["--out", "runs.jsonl"]] {
        if !more.contains(&usual[0]) {
            words.extend(usual);
        }
    }
    words
}

/// An empty folder of its own for each test.
pub fn folder(name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("ends").join(name);
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(&folder).expect("a folder");
    folder
}

/// The names in a folder, in order.
pub fn names(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("an entry").file_name());
    let mut names: Vec<String> = entries.map(|name| name.to_string_lossy().into_owned()).collect();
    names.sort();
    names
}

/// The binary with these words, not started yet.
pub fn command(folder: &Path, words: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_mbppo"));
    command.current_dir(folder).args(words);
    hear_signals(&mut command);
    command
}

/// Tests that run in the background (`nohup scripts/test &`) ignore signals, and so would every program they start.
#[cfg(unix)]
fn hear_signals(command: &mut Command) {
    use std::os::unix::process::CommandExt;
    // SAFETY: `signal` may be called between fork and exec, and nothing else is called there.
    unsafe {
        command.pre_exec(|| {
            for signal in [libc::SIGINT, libc::SIGHUP, libc::SIGQUIT, libc::SIGTERM] {
                libc::signal(signal, libc::SIG_DFL);
            }
            Ok(())
        });
    }
}
#[cfg(not(unix))]
fn hear_signals(_: &mut Command) {}

/// A line for a shell in which "$0" is the binary.
pub fn in_shell(folder: &Path, line: &str, words: &[&str]) -> Ended {
    let mut command = Command::new("sh");
    command.current_dir(folder).args(["-c", line, env!("CARGO_BIN_EXE_mbppo")]).args(words);
    Ended::of(command.output().expect("a shell"), words)
}

/// Runs to the end.
pub fn mbppo(folder: &Path, words: &[&str]) -> Ended {
    Ended::of(command(folder, words).output().expect("the binary runs"), words)
}

/// What is left of a program.
pub struct Ended {
    pub status: ExitStatus,
    pub stdout: String,
    pub stderr: String,
    words: String,
}

impl Ended {
    pub fn of(output: std::process::Output, words: &[&str]) -> Self {
        let [stdout, stderr] =
            [&output.stdout, &output.stderr].map(|bytes| String::from_utf8_lossy(bytes).into());
        Self { status: output.status, stdout, stderr, words: words.join(" ") }
    }

    /// Checks the exit status, and that standard error says all of this; it never shows a panic.
    pub fn must_end(self, status: i32, said: &[&str]) -> Self {
        let all = format!("{}: {:?}\n{}\n{}", self.words, self.status, self.stdout, self.stderr);
        assert_eq!(self.status.code(), Some(status), "{all}");
        assert!(!self.stderr.contains("panicked at"), "{all}");
        for part in said {
            assert!(self.stderr.contains(part), "{part:?} is missing after {all}");
        }
        self
    }

    /// Checks that it ended well.
    pub fn well(self) -> Self {
        self.must_end(0, &[])
    }
}

/// A program that runs.
pub struct Running {
    child: Child,
    stdout: BufReader<ChildStdout>,
    stderr: BufReader<ChildStderr>,
    words: String,
}

impl Running {
    pub fn start(mut command: Command) -> Self {
        command.stdout(Stdio::piped()).stderr(Stdio::piped());
        let words = format!("{command:?}");
        let mut child = command.spawn().expect("the binary runs");
        let stdout = BufReader::new(child.stdout.take().expect("a pipe"));
        let stderr = BufReader::new(child.stderr.take().expect("a pipe"));
        Self { child, stdout, stderr, words }
    }

    /// Waits for as many lines of standard output.
    pub fn lines(&mut self, count: usize) -> String {
        let mut text = String::new();
        for _ in 0..count {
            assert!(self.stdout.read_line(&mut text).expect("a line") > 0, "{} ended: {text}", self.words);
        }
        text
    }

    /// Waits for a line of standard error.
    pub fn told(&mut self) -> String {
        let mut text = String::new();
        self.stderr.read_line(&mut text).expect("a line");
        text
    }

    /// Waits until the program has computed for so many seconds of a processor: what takes longer is under way then,
    /// however little of this machine the program gets. Where /proc does not tell, the clock has to do.
    pub fn works(&self, seconds: u64) {
        const TICKS: u64 = 100; // a second, on every Linux
        let file = format!("/proc/{}/stat", self.child.id());
        let worked = || {
            let text = fs::read_to_string(&file).ok()?;
            let fields: Vec<&str> = text.rsplit_once(')')?.1.split_whitespace().collect();
            assert_ne!(fields.first(), Some(&"Z"), "{} ended", self.words);
            fields.get(11)?.parse::<u64>().ok() // utime
        };
        if worked().is_none() {
            std::thread::sleep(Duration::from_secs(seconds));
        }
        while worked().is_some_and(|ticks| ticks < TICKS * seconds) {
            std::thread::sleep(Duration::from_millis(50));
        }
    }

    /// Sends a signal by its name.
    pub fn signal(&self, name: &str) {
        self.signals(&[name]);
    }

    /// Sends signals, one right after the other.
    pub fn signals(&self, names: &[&str]) {
        let id = self.child.id();
        let line = names.iter().map(|name| format!("kill -{name} {id}")).collect::<Vec<_>>().join(" && ");
        assert!(Command::new("sh").args(["-c", &line]).status().expect("a shell").success(), "{line}");
    }

    pub fn end(mut self) -> Ended {
        let (mut stdout, mut stderr) = (String::new(), String::new());
        self.stdout.read_to_string(&mut stdout).expect("text");
        self.stderr.read_to_string(&mut stderr).expect("text");
        let status = self.child.wait().expect("an end");
        Ended { status, stdout, stderr, words: self.words }
    }
}
