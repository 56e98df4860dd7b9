//! What memory is allowed, and that every field which needs more of it raises the bound.

use super::*;

const PENDULUM: Sizes = Sizes { obs: 3, action: 1, stored_action: 1 };

#[test]
fn what_needs_too_much_is_refused_with_the_fields_and_the_bytes() {
    let config = Config { branches_min: 100_000, branches_max: 100_000, horizon: 100, ..Config::default() };
    let error = config.require_memory(PENDULUM, 1 << 30).unwrap_err().to_string();
    assert!(error.starts_with("branches_max = 100000 "), "{error}");
    assert!(error.contains("lower branches_max or horizon") && error.contains("1073741824"), "{error}");
    assert!(error.contains("bytes of memory"), "{error}");
    let wide = Config { model_hidden_size: 512, ensemble_size: 10, ..Config::default() };
    let error = wide.require_memory(PENDULUM, 100 << 20).unwrap_err().to_string();
    assert!(error.contains("model_hidden_size = 512") && error.contains("ensemble_size"), "{error}");
}

#[test]
fn every_preset_stays_far_within_the_limit_of_a_page() {
    for preset in super::super::PRESETS {
        let config = super::super::preset(preset.name, "Acrobot-v1").unwrap();
        let task = Sizes { obs: 6, action: 3, stored_action: 1 };
        config.require_memory(task, 256 << 20).unwrap();
    }
}

#[test]
fn so_many_runs_go_on_side_by_side_as_fit_whichever_they_are() {
    assert_eq!(side_by_side(vec![10, 20, 30, 40], 100), 4);
    assert_eq!(side_by_side(vec![10, 20, 30, 40], 99), 3);
    assert_eq!(side_by_side(vec![10, 20, 30, 40], 70), 2);
    assert_eq!(side_by_side(vec![10, 20, 30, 40], 69), 1);
    assert_eq!([side_by_side(vec![], 9), side_by_side(vec![10], 9)], [1, 1]);
}

#[test]
fn every_field_that_the_bound_depends_on_raises_it() {
    let all = |config: &Config| config.bytes(PENDULUM);
    // Small in what is saved: of a round and a saved run only the larger counts.
    let small = [("replay_capacity", "256"), ("hidden_size", "8"), ("model_hidden_size", "8")];
    let mut base = Config::default();
    small.into_iter().for_each(|(name, value)| base.set(name, value).unwrap());
    let named = base.memory(PENDULUM);
    for field in named.iter().flat_map(|need| need.fields) {
        let mut config = base.clone();
        let more = 4 * config.get(field).unwrap().parse::<usize>().unwrap();
        config.set(field, &more.min(if *field == "ensemble_size" { 10 } else { more }).to_string()).unwrap();
        assert!(all(&config) > all(&base), "{field}");
    }
}
