//! Many runs on all cores; what is done is in the file, so an interrupted grid goes on where it was.

use super::arguments::Many;
use super::case::Case;
use super::end::{End, Ending};
use super::line::Line;
use super::lines::{Appender, read, read_if_there};
use super::output::{one_line, print, tell};
use super::progress::Progress;
use super::rows::{Name, Settings, learner, rows};
use super::run::{Outcome, Watch, run as run_once};
use super::{pictures, report, signals, summary};
use mbppo::config::{self, MOST_BYTES};
use mbppo::error::Error;
use std::cmp::Reverse;
use std::collections::HashMap;
use std::sync::Mutex;

/// One run to do.
type Job<'a> = (&'a Case, u64);

/// `mbppo grid`
pub fn run(many: &Many) -> Ending {
    let cases = many.cases()?;
    for case in &cases {
        // What no run could do is said before the first one, not hours later.
        case.trainer(many.seeds.start)?;
        for remark in case.remarks()? {
            tell(&format!("{}, {}: {remark}.", case.task, learner(&Line::begun(case, many.seeds.start))));
        }
    }
    if let Some(folder) = &many.pictures {
        pictures::places(cases.iter().map(|case| case.task.as_str()), folder)?;
    }
    let there = read_if_there(&many.out)?;
    if there.torn > 0 {
        tell(&format!("{}: {} torn, done again if it is part of this grid", many.out.display(), there.torn));
    }
    let rows_of_grid = Rows::new(&cases);
    let done = Done::new(there.runs, &rows_of_grid);
    let all = many.seeds.clone().flat_map(|seed| cases.iter().map(move |case| (case, seed)));
    let jobs: Vec<Job> = all.filter(|job| !done.answers(*job)).collect();
    done.tell(many, &rows_of_grid);
    let out = Appender::open(&many.out)?;
    signals::catch("the grid ends; runs that are not finished are done by the same command another time.");
    do_all(jobs, many, &out)?;
    conclude(many, &rows_of_grid)
}

/// Prints the table of this grid, draws its pictures, and says which runs have failed.
fn conclude(many: &Many, rows_of_grid: &Rows) -> Ending {
    let is_of_grid = |line: &Line| many.seeds.contains(&line.seed) && rows_of_grid.has(line);
    let rows = rows(read(&many.out)?.runs.into_iter().filter(is_of_grid).collect());
    let groups = summary::groups(&rows);
    let drawn = many.pictures.as_ref().map_or(Ok(Vec::new()), |folder| pictures::draw(&groups, folder))?;
    print(&(summary::text(&groups) + &report::paths(&drawn)))?;
    let lines = || rows.iter().flat_map(|row| &row.lines);
    match lines().filter(|line| line.error.is_some()).count() {
        0 => Ok(()),
        failed => Err(End::Failed(format!(
            "{failed} of {} runs stopped with an error, which is named below the table; the others are whole.",
            lines().count()
        ))),
    }
}

/// The rows that a grid asks for, with the settings of each.
struct Rows(HashMap<Name, Settings>);

impl Rows {
    fn new(cases: &[Case]) -> Self {
        Self(cases.iter().map(|case| (name(case), Some(case.config.texts()))).collect())
    }

    /// Whether a line is of one of these rows. A line that does not say its settings is taken at its name.
    fn has(&self, line: &Line) -> bool {
        self.0.get(&Name::of(line)).is_some_and(|asked| line.config.is_none() || line.config == *asked)
    }
}

fn name(case: &Case) -> Name {
    Name::new(&case.task, &case.mode, case.device.name(), &case.changes)
}

/// The runs that are in the file already.
struct Done {
    lines: HashMap<(Name, u64), Vec<Line>>,
    /// Lines that have the name of a row of this grid and other settings.
    with_other_settings: Vec<Line>,
}

impl Done {
    fn new(there: Vec<Line>, rows: &Rows) -> Self {
        let mut done = Self { lines: HashMap::new(), with_other_settings: Vec::new() };
        for line in there {
            if rows.has(&line) {
                done.lines.entry((Name::of(&line), line.seed)).or_default().push(line);
            } else if rows.0.contains_key(&Name::of(&line)) {
                done.with_other_settings.push(line);
            }
        }
        done
    }

    /// Whether a line says how this run ends. One that was given up earlier than now asked for does not.
    fn answers(&self, (case, seed): Job) -> bool {
        let is_over = |line: &Line| {
            line.three_in_a_row.is_some() || line.error.is_some() || line.real_steps >= case.max_steps
        };
        self.lines.get(&(name(case), seed)).is_some_and(|lines| lines.iter().any(is_over))
    }

    /// Says which lines stand for runs of this grid though another program made them, and which do not stand for them.
    fn tell(&self, many: &Many, rows: &Rows) {
        let file = many.out.display();
        let of_grid = |line: &&Line| many.seeds.contains(&line.seed);
        let mut foreign: HashMap<&str, usize> = HashMap::new();
        for line in self.lines.values().flatten().filter(of_grid) {
            let program = line.program.as_deref().unwrap_or("a version that does not say");
            if program != mbppo::PROGRAM {
                *foreign.entry(program).or_default() += 1;
            }
        }
        for (program, runs) in foreign {
            tell(&format!(
                "{file}: {runs} finished runs are of mbppo {program}, and this is {}; they are not repeated. To repeat \
                 them, give another --out.",
                mbppo::PROGRAM
            ));
        }
        let others: Vec<&Line> = self.with_other_settings.iter().filter(of_grid).collect();
        if let Some(first) = others.first() {
            tell(&format!(
                "{file}: {} runs were made with other settings of the same name ({}: {}); they are done again with the \
                 settings of now.",
                others.len(),
                learner(first),
                changed(first, rows)
            ));
        }
    }
}

/// What a preset was when a line was made, where that differs from now.
fn changed(line: &Line, rows: &Rows) -> String {
    let (Some(then), Some(Some(now))) = (&line.config, rows.0.get(&Name::of(line))) else {
        return String::new();
    };
    let nothing = String::from("nothing");
    let was = |name: &String| {
        let [then, now] = [then, now].map(|settings| settings.get(name).unwrap_or(&nothing));
        (then != now).then(|| format!("{name} was {then} and is {now}"))
    };
    let names: std::collections::BTreeSet<&String> = then.keys().chain(now.keys()).collect();
    one_line(&names.into_iter().filter_map(was).collect::<Vec<_>>().join(", "))
}

/// Stops a run where it is as soon as a signal asks for it.
struct UntilSignal;

impl Watch for UntilSignal {
    fn stops(&self, _is_between_iterations: bool) -> bool {
        signals::received().is_some()
    }
}

/// Does all runs, some side by side. A run that fails is a line like any other; a file that fails ends the grid.
fn do_all(jobs: Vec<Job>, many: &Many, out: &Appender) -> Ending {
    let all = jobs.len();
    let progress = Progress::new(all);
    let threads = side_by_side(&jobs, threads(many).min(all))?;
    let queue = Mutex::new(jobs.into_iter());
    let next = || queue.lock().ok().and_then(|mut queue| queue.next());
    let work = || -> Ending {
        while let Some((case, seed)) = next() {
            let (line, outcome) = run_once(case, seed, &mut UntilSignal);
            if matches!(outcome, Outcome::Stopped) {
                break;
            }
            if let Err(error) = out.append(&line) {
                // Nobody begins what cannot be written down.
                while next().is_some() {}
                return Err(not_written(error, &line));
            }
            progress.done(&line);
        }
        Ok(())
    };
    let results: Vec<Ending> = std::thread::scope(|scope| {
        // Where there is no room for so many threads, fewer do the work.
        let spawn = |_| std::thread::Builder::new().spawn_scoped(scope, work).ok();
        let spawned: Vec<_> = (0..threads).map_while(spawn).collect();
        let alone = if spawned.is_empty() { Some(work()) } else { None };
        let joined = spawned.into_iter().map(|thread| thread.join().unwrap_or_else(|_| Err(thread_failed())));
        joined.chain(alone).collect()
    });
    let done = progress.finish();
    results.into_iter().collect::<Ending>()?;
    match signals::received() {
        None => Ok(()),
        Some(signal) => Err(End::Signalled(
            signal,
            format!(
                "ended by {}. {done} of {all} runs that were to be done are in {}; the same command does the others.",
                signal.name,
                many.out.display()
            ),
        )),
    }
}

/// How many runs go on at the same time: `wanted`, or fewer and said so where there is no memory for so many.
fn side_by_side(jobs: &[Job], wanted: usize) -> Result<usize, Error> {
    let mut largest = jobs.iter().map(|(case, _)| case.bytes()).collect::<Result<Vec<u64>, Error>>()?;
    largest.sort_unstable_by_key(|&bytes| Reverse(bytes));
    largest.truncate(wanted);
    let together: u64 = largest.iter().sum();
    let fit = config::side_by_side(largest, MOST_BYTES);
    if fit < wanted {
        tell(&format!(
            "{wanted} runs at a time may need {together} bytes of memory, which is more than there is: {fit} at a time."
        ));
    }
    Ok(fit)
}

fn threads(many: &Many) -> usize {
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    many.jobs.map_or(cores, |jobs| jobs as usize)
}

/// The run is not lost: its line can be put into the file by hand.
fn not_written(error: Error, line: &Line) -> End {
    let line = serde_json::to_string(line).unwrap_or_default();
    End::from(error).and_kept(&format!("This line is of a finished run and could not be written:\n{line}"))
}

fn thread_failed() -> End {
    End::Failed(
        "internal error: a thread of the grid stopped. Runs whose lines are written are whole.".into(),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn case(changes: &[&str], max_steps: u64) -> Case {
        let changes: Vec<String> = changes.iter().map(ToString::to_string).collect();
        Case::new("CartPole-v1", "ppo", None, &changes, Some(max_steps)).expect("a case")
    }

    fn given_up_at(case: &Case, real_steps: u64) -> Line {
        Line { real_steps, ..Line::begun(case, 4) }
    }

    fn answers(line: &Line, (case, seed): Job) -> bool {
        let cases = [case.clone()];
        Done::new(vec![line.clone()], &Rows::new(&cases)).answers((case, seed))
    }

    #[test]
    fn a_run_is_done_if_its_line_is_there_whatever_the_order_of_its_changes() {
        let line = given_up_at(&case(&["gamma=0.9", "n_epochs=2"], 100), 128);
        let same = case(&["n_epochs=2", "gamma=0.9"], 100);
        assert!(answers(&line, (&same, 4)) && !answers(&line, (&same, 5)));
        assert!(!answers(&line, (&case(&["n_epochs=2"], 100), 4)));
        assert!(!answers(&Line { device: "elsewhere".into(), ..line.clone() }, (&same, 4)));
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

    #[test]
    fn a_run_of_another_program_stands_and_one_of_other_settings_does_not() {
        let case = case(&[], 100);
        let line = given_up_at(&case, 128);
        assert!(answers(&Line { program: Some("0.0.9".into()), ..line.clone() }, (&case, 4)));
        assert!(answers(&Line { program: None, config: None, ..line.clone() }, (&case, 4)));
        let mut then = line;
        then.config.as_mut().expect("settings").insert("n_epochs".into(), "7".into());
        assert!(!answers(&then, (&case, 4)));
        let rows = Rows::new(std::slice::from_ref(&case));
        assert_eq!(changed(&then, &rows), "n_epochs was 7 and is 50");
    }
}
