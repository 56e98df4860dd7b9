//! Which name was meant: the nearest of the names that there are.

/// Words longer than this are not looked at: no name is, and comparing takes time.
const LONGEST: usize = 64;

/// The name that `word` most likely was meant to be, in whatever case; none if no name is near.
///
/// ```
/// use mbppo::nearest::nearest;
/// assert_eq!(nearest("gama", ["gamma", "beta"]), Some("gamma"));
/// assert_eq!(nearest("cartpole", ["CartPole-v1", "Pendulum-v1"]), Some("CartPole-v1"));
/// assert_eq!(nearest("chess", ["CartPole-v1", "Pendulum-v1"]), None);
/// ```
pub fn nearest<'a>(word: &str, names: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let word = plain(word);
    if word.is_empty() || word.len() > LONGEST {
        return None;
    }
    let distance_to = |name: &str| {
        let name = plain(name);
        let is_beginning = word.len() >= 3 && name.starts_with(&word);
        let longer = word.len().max(name.len());
        let edits = if is_beginning { 1 } else { edits(&word, &name) };
        (3 * edits <= longer || is_beginning).then_some(edits)
    };
    let near = names.into_iter().filter_map(|name| distance_to(name).map(|distance| (distance, name)));
    near.min_by_key(|(distance, _)| *distance).map(|(_, name)| name)
}

/// The end of a sentence that says what there is: "; the nearest is gamma", or nothing if no name is near.
pub fn the_nearest<'a>(word: &str, names: impl IntoIterator<Item = &'a str>) -> String {
    nearest(word, names).map_or_else(String::new, |name| format!("; the nearest is {name}"))
}

fn plain(word: &str) -> Vec<char> {
    word.trim().to_lowercase().chars().map(|letter| if letter == '-' { '_' } else { letter }).collect()
}

/// Letters to insert, delete, replace or swap with their neighbour to make one word of the other.
fn edits(a: &[char], b: &[char]) -> usize {
    let mut before: Vec<usize> = Vec::new();
    let mut above: Vec<usize> = (0..=b.len()).collect();
    for i in 0..a.len() {
        let mut row = vec![i + 1];
        for j in 0..b.len() {
            let replaced = above[j] + usize::from(a[i] != b[j]);
            let mut least = replaced.min(above[j + 1] + 1).min(row[j] + 1);
            if i > 0 && j > 0 && a[i] == b[j - 1] && a[i - 1] == b[j] {
                least = least.min(before[j - 1] + 1);
            }
            row.push(least);
        }
        before = std::mem::replace(&mut above, row);
    }
    above[b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slips_of_the_hand_are_found_and_other_words_are_not() {
        let presets = ["mb-ppo", "ppo", "textbook", "a2c", "dqn", "dyna-q", "td3"];
        for (word, meant) in [
            ("mbppo", "mb-ppo"),
            ("PPO", "ppo"),
            ("text book", "textbook"),
            (" a2c ", "a2c"),
            ("dnq", "dqn"),
            ("dyna", "dyna-q"),
            ("dyna_q", "dyna-q"),
            ("td", "td3"),
        ] {
            assert_eq!(nearest(word, presets), Some(meant), "{word}");
        }
        for other in ["", "sac", "trpo-lagrangian", "🦀", &"p".repeat(1_000_000)] {
            assert_eq!(nearest(other, presets), None, "{} letters", other.len());
        }
    }
}
