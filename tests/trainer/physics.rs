//! Physics that are changed while a run goes on.

use super::{run, tiny, trainer};
use mbppo::config::preset;
use mbppo::device::Device;
use mbppo::env::TASKS;
use mbppo::rng::Seed;
use mbppo::trainer::Trainer;

#[test]
fn changed_physics_reach_the_task_at_once_and_bad_values_change_nothing() {
    let mut trainer = trainer(tiny(), 0);
    run(&mut trainer, 20);
    let before = trainer.physics();
    let refused = trainer.set_physics("gravity", -1.0).expect_err("refused").to_string();
    assert!(refused.contains("physics.gravity = -1"), "{refused}");
    assert_eq!(trainer.physics(), before);
    trainer.set_physics("gravity", 20.0).expect("in range");
    assert_eq!(trainer.physics()[0].value, 20.0);
    run(&mut trainer, 200);
}

#[test]
fn a_run_with_the_changes_of_another_planned_is_the_same_run() {
    for task in TASKS {
        let config =
            preset(if *task == "DynaMaze-v0" { "dyna-q" } else { "mb-ppo" }, task).expect("a preset");
        let fresh = || Trainer::new(task, config.clone(), Seed(3), Device::cpu()).expect("a run");
        let mut lived = fresh();
        for (ticks, share) in [(0, 0.9), (37, 0.2), (60, 0.7), (0, 0.6)] {
            run(&mut lived, ticks);
            for parameter in lived.physics() {
                let value = parameter.min + share * (parameter.max - parameter.min);
                lived.set_physics(parameter.name, value).expect("in range");
            }
        }
        let mut planned = fresh();
        for lever in lived.levers().expect("levers") {
            assert_eq!(lever.changes.matches(';').count(), 2, "one value at a time: {}", lever.changes);
            planned.plan_physics(lever.now.name, &lever.changes).expect("what it says itself");
        }
        run(&mut lived, 203);
        run(&mut planned, 300);
        assert_eq!(planned.levers(), lived.levers(), "{task}");
        assert_eq!(planned.snapshot(), lived.snapshot(), "{task}");
        assert_eq!(planned.policy_parameters(), lived.policy_parameters(), "{task}");
    }
}

#[test]
fn a_plan_that_a_task_cannot_have_is_refused_by_name_and_nothing_is_planned() {
    let mut trainer = trainer(tiny(), 0);
    let before = trainer.levers();
    for (name, text, words) in [
        ("gravity", "20;99@5", "from 1 to 30"),
        ("gravity", "much", "such as 20@150"),
        ("gravity", "9,8", "such as 20@150"),
        ("colour", "1", "gravity, cart_mass"),
    ] {
        let refused = trainer.plan_physics(name, text).expect_err("refused").to_string();
        assert!(refused.starts_with(&format!("physics.{name} = ")) && refused.contains(words), "{refused}");
    }
    assert_eq!(trainer.levers(), before);
}
