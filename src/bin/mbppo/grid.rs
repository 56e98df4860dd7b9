//! Many runs on all cores; what is done is in the file, so an interrupted grid goes on where it was.

use crate::arguments::Many;
use crate::case::Case;
use crate::lines::{Appender, read, read_if_there};
use crate::run::{Line, run as run_once};
use crate::{pictures, summary};
use indicatif::{ProgressBar, ProgressStyle};
use mbppo::error::{Error, Result};
use std::io::IsTerminal;
use std::sync::Mutex;

/// One run to do.
type Job<'a> = (&'a Case, u64);

/// `mbppo grid`
pub fn run(many: &Many) -> Result<()> {
    let cases = many.cases()?;
    for case in &cases {
        // What no run could do is said before the first one, not hours later.
        case.trainer(many.seeds.start)?;
        for remark in case.remarks()? {
            eprintln!("{}, {}: {remark}.", case.task, summary::learner(&Line::begun(case, many.seeds.start)));
        }
    }
    let there = read_if_there(&many.out)?;
    if there.torn > 0 {
        eprintln!("{}: {} torn, done again if it is part of this grid", many.out.display(), there.torn);
    }
    let all = many.seeds.clone().flat_map(|seed| cases.iter().map(move |case| (case, seed)));
    let jobs: Vec<Job> = all.filter(|job| !there.runs.iter().any(|line| answers(line, *job))).collect();
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let threads = many.jobs.map_or(cores, |jobs| jobs as usize).min(jobs.len());
    do_all(jobs, threads, &Appender::open(&many.out)?)?;
    let lines = read(&many.out)?.runs;
    let is_of_grid =
        |line: &Line| many.seeds.contains(&line.seed) && cases.iter().any(|case| is_row(line, case));
    let of_grid = summary::once_each(lines.into_iter().filter(is_of_grid).collect());
    let groups = summary::groups(&of_grid);
    print!("{}", summary::text(&groups));
    many.pictures.as_ref().map_or(Ok(()), |folder| pictures::draw(&groups, folder))
}

/// Whether a line is of this row of the grid. The order of changes makes no difference.
fn is_row(line: &Line, case: &Case) -> bool {
    let sorted = |changes: &[String]| {
        let mut changes = changes.to_vec();
        changes.sort();
        changes
    };
    let is_same = line.task == case.task && line.mode == case.mode && line.device == case.device.name();
    is_same && sorted(&line.changes) == sorted(&case.changes)
}

/// Whether a line says how this run ends. One that was given up earlier than now asked for does not.
fn answers(line: &Line, (case, seed): Job) -> bool {
    let is_over = line.three_in_a_row.is_some() || line.error.is_some() || line.real_steps >= case.max_steps;
    line.seed == seed && is_over && is_row(line, case)
}

/// Does all runs, some side by side. A run that fails is a line like any other; a file that fails ends the grid.
fn do_all(jobs: Vec<Job>, threads: usize, out: &Appender) -> Result<()> {
    let progress = Progress::new(jobs.len());
    let queue = Mutex::new(jobs.into_iter());
    let next = || queue.lock().ok().and_then(|mut queue| queue.next());
    let work = || -> Result<()> {
        while let Some((case, seed)) = next() {
            let line = run_once(case, seed, |_| {});
            if let Err(error) = out.append(&line) {
                // Nobody begins what cannot be written down.
                while next().is_some() {}
                return Err(error);
            }
            progress.done(&line);
        }
        Ok(())
    };
    let results: Vec<Result<()>> = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..threads).map(|_| scope.spawn(work)).collect();
        threads.into_iter().map(|thread| thread.join().unwrap_or_else(|_| Err(stopped()))).collect()
    });
    progress.bar.finish_and_clear();
    results.into_iter().collect()
}

fn stopped() -> Error {
    Error::Device { doing: "running a grid".into(), reason: "a thread stopped".into() }
}

/// A bar in a terminal; in a log file a line a run.
struct Progress {
    bar: ProgressBar,
    in_terminal: bool,
}

impl Progress {
    fn new(runs: usize) -> Self {
        let style = ProgressStyle::with_template(
            "[{bar:30}] {pos}/{len} runs, {elapsed} so far, {eta} to go; latest {wide_msg}",
        );
        let style = style.unwrap_or_else(|_| ProgressStyle::default_bar());
        let bar = ProgressBar::new(runs as u64).with_style(style).with_message("–");
        bar.enable_steady_tick(std::time::Duration::from_secs(1));
        Self { bar, in_terminal: std::io::stderr().is_terminal() }
    }

    fn done(&self, line: &Line) {
        self.bar.inc(1);
        let how = match (&line.error, line.three_in_a_row, line.real_steps_to_solve) {
            (Some(error), ..) => error.clone(),
            (None, Some(steps), _) => format!("three in a row at {steps}"),
            (None, None, Some(steps)) => format!("first at {steps}, never three in a row"),
            (None, None, None) => "never at the bar".into(),
        };
        let name = format!("{} {} seed {}", line.task, summary::learner(line), line.seed);
        if !self.in_terminal {
            let (done, all) = (self.bar.position(), self.bar.length().unwrap_or(0));
            eprintln!("{done}/{all} {name}: {how}, {:.1} s", line.wall_s);
        } else if line.error.is_some() {
            self.bar.println(format!("{name}: {how}"));
        }
        self.bar.set_message(format!("{name}: {how}"));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    #[cfg(tensors)]
    use mbppo::device::DeviceKind;

    fn case(changes: &[&str], max_steps: u64) -> Case {
        let changes: Vec<String> = changes.iter().map(ToString::to_string).collect();
        Case::new("CartPole-v1", "ppo", None, &changes, Some(max_steps)).expect("a case")
    }

    fn given_up_at(case: &Case, real_steps: u64) -> Line {
        Line { real_steps, ..Line::begun(case, 4) }
    }

    #[test]
    fn a_run_is_done_if_its_line_is_there_whatever_the_order_of_its_changes() {
        let line = given_up_at(&case(&["gamma=0.9", "n_epochs=2"], 100), 128);
        let same = case(&["n_epochs=2", "gamma=0.9"], 100);
        assert!(answers(&line, (&same, 4)) && !answers(&line, (&same, 5)));
        assert!(!answers(&line, (&case(&["n_epochs=2"], 100), 4)));
        #[cfg(tensors)]
        assert!(!answers(&line, (&Case { device: DeviceKind::CpuPlain, ..same.clone() }, 4)));
        assert!(!answers(&line, (&Case { mode: "textbook".into(), ..same }, 4)));
    }

    #[test]
    fn a_run_that_was_given_up_earlier_than_now_asked_for_is_done_again() {
        let case = case(&[], 1000);
        let short = given_up_at(&case, 512);
        assert!(!answers(&short, (&case, 4)));
        assert!(answers(&Line { three_in_a_row: Some(512), ..short.clone() }, (&case, 4)));
        assert!(answers(&Line { error: Some("it diverged".into()), ..short }, (&case, 4)));
    }
}
