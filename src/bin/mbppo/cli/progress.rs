//! How far a grid is: a bar in a terminal, in a log file a line a run.

use super::line::Line;
use super::output::{one_line, tell};
use super::rows::learner;
use indicatif::{ProgressBar, ProgressStyle};
use std::io::IsTerminal;

/// What is shown while a grid runs.
pub struct Progress {
    bar: ProgressBar,
    in_terminal: bool,
}

impl Progress {
    /// Nothing of so many runs is done.
    pub fn new(runs: usize) -> Self {
        let style = ProgressStyle::with_template(
            "[{bar:30}] {pos}/{len} runs, {elapsed} so far, {eta} to go; latest {wide_msg}",
        );
        let style = style.unwrap_or_else(|_| ProgressStyle::default_bar());
        let bar = ProgressBar::new(runs as u64).with_style(style).with_message("–");
        bar.enable_steady_tick(std::time::Duration::from_secs(1));
        Self { bar, in_terminal: std::io::stderr().is_terminal() }
    }

    /// One more run is done.
    pub fn done(&self, line: &Line) {
        self.bar.inc(1);
        let how = match (&line.error, line.three_in_a_row, line.real_steps_to_solve) {
            (Some(error), ..) => one_line(error),
            (None, Some(steps), _) => format!("three in a row at {steps}"),
            (None, None, Some(steps)) => format!("first at {steps}, never three in a row"),
            (None, None, None) => "never at the bar".into(),
        };
        let name = format!("{} {} seed {}", line.task, learner(line), line.seed);
        if !self.in_terminal {
            let (done, all) = (self.bar.position(), self.bar.length().unwrap_or(0));
            tell(&format!("{done}/{all} {name}: {how}, {:.1} s", line.wall_s));
        } else if line.error.is_some() {
            self.bar.println(format!("{name}: {how}"));
        }
        self.bar.set_message(format!("{name}: {how}"));
    }

    /// Takes the bar away and says how many runs are done.
    pub fn finish(&self) -> u64 {
        let done = self.bar.position(); // a bar that has ended stands at its end
        self.bar.finish_and_clear();
        done
    }
}
