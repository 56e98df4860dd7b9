//! What a grid says: a row a seed, then medians. Runs that never reached the bar count as infinitely long.

use crate::What;
use crate::run::Line;

/// Prints every seed and the medians.
pub fn print(what: &What, lines: &[&Line]) {
    println!("{} · {} {}", what.task, what.mode, what.changes.join(" "));
    println!(
        "{:>6} {:>12} {:>12} {:>14} {:>9} {:>9}",
        "seed", "first", "3 in a row", "imagined steps", "best", "seconds"
    );
    let mut sorted: Vec<&Line> = lines.to_vec();
    sorted.sort_by_key(|line| line.seed);
    let steps = |steps: Option<u64>| steps.map_or_else(|| "–".into(), |steps| steps.to_string());
    for line in &sorted {
        println!(
            "{:>6} {:>12} {:>12} {:>14} {:>9.1} {:>9.1} {}",
            line.seed,
            steps(line.real_steps_to_solve),
            steps(line.three_in_a_row),
            line.imagined_steps,
            line.best_evaluation.unwrap_or(f32::NAN),
            line.wall_s,
            line.error.as_deref().unwrap_or("")
        );
    }
    let column = |value: fn(&Line) -> Option<f64>| quantiles(sorted.iter().map(|line| value(line)).collect());
    println!("median [quartiles] of {} runs", sorted.len());
    println!(
        "  real steps to the bar   {}",
        column(|line| line.real_steps_to_solve.map(|steps| steps as f64))
    );
    println!("  three in a row          {}", column(|line| line.three_in_a_row.map(|steps| steps as f64)));
    println!("  seconds to the bar      {}", column(|line| line.wall_s_to_solve));
}

/// "median [lower quartile, upper quartile], reached by k of n"
fn quantiles(values: Vec<Option<f64>>) -> String {
    let count = values.len();
    let reached = values.iter().flatten().count();
    let mut sorted: Vec<f64> = values.into_iter().map(|value| value.unwrap_or(f64::INFINITY)).collect();
    sorted.sort_by(f64::total_cmp);
    let at = |share: f64| {
        let position = share * (sorted.len().max(1) - 1) as f64;
        let (below, above) = (position.floor() as usize, position.ceil() as usize);
        match (sorted.get(below), sorted.get(above)) {
            (Some(low), Some(high)) if high.is_finite() => {
                format!("{:.1}", low + (high - low) * (position - below as f64))
            }
            _ => "never".into(),
        }
    };
    format!("{} [{}, {}], reached by {reached} of {count}", at(0.5), at(0.25), at(0.75))
}
