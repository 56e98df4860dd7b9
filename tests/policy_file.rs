//! A policy alone: it plays as the run did, goes on learning where that makes sense, and fits into an address.
#![cfg(not(target_family = "wasm"))]

use mbppo::arrays::Arrays;
use mbppo::config::{Config, preset};
use mbppo::device::Device;
use mbppo::env::Task;
use mbppo::policy_file::PolicyFile;
use mbppo::receipt::Receipt;
use mbppo::rng::Seed;
use mbppo::trainer::Trainer;
use pollster::block_on;

const SEED: Seed = Seed(3);

/// Learners with what they learn here, and whether that can be gone on with.
const LEARNERS: &[(&str, &str, bool)] = &[
    ("mb-ppo", "CartPole-v1", true),
    ("ppo", "Pendulum-v1", true),
    ("a2c", "CartPole-v1", true),
    ("dqn", "CartPole-v1", true),
    ("td3", "Pendulum-v1", false),
    ("ddpg", "Pendulum-v1", false),
    ("sac", "Pendulum-v1", false),
    ("mbpo", "Pendulum-v1", false),
    ("random-search", "CartPole-v1", true),
    ("policy-search", "CartPole-v1", true),
    ("dyna-q", "DynaMaze-v0", true),
];

fn config(name: &str, task: &str) -> Config {
    let learns_soon = Config { learning_starts: 20, hidden_size: 8, ..preset(name, task).expect("a preset") };
    Config { eval_every: 0, model_hidden_size: 8, model_updates: 4, ..learns_soon }
}

/// After some iterations, between two.
fn trained(name: &str, task: &str, steps: u64) -> Trainer {
    let mut trainer = Trainer::new(task, config(name, task), SEED, Device::cpu()).expect("a run");
    while trainer.steps().0 < steps || !trainer.is_between_iterations() {
        block_on(trainer.tick()).expect("a tick");
    }
    trainer
}

fn policy_of(trainer: &Trainer) -> PolicyFile {
    block_on(PolicyFile::of(trainer)).expect("a policy")
}

fn played(policy: &PolicyFile) -> Trainer {
    block_on(policy.run(None, Seed(9), true)).expect("it plays")
}

/// The greedy returns of what a run has learned, from the states of seed 9.
fn returns(policy: &PolicyFile) -> Vec<f32> {
    block_on(played(policy).greedy_returns(4)).expect("episodes")
}

#[test]
fn every_learner_s_policy_comes_back_from_its_file_and_is_the_run_s() {
    for (name, task, _) in LEARNERS {
        let trainer = trained(name, task, 300);
        let run = block_on(trainer.checkpoint()).expect("saved");
        let policy = policy_of(&trainer);
        let bytes = policy.to_bytes().expect("a file");
        assert!(bytes.len() < run.len(), "{name}: {} of {}", bytes.len(), run.len());
        assert_eq!(PolicyFile::read(&bytes).expect("read"), policy, "{name}");
        assert_eq!(block_on(PolicyFile::open(&run, None)).expect("of the run"), policy, "{name}");
        let again = policy_of(&played(&policy)).to_bytes().expect("a file");
        assert_eq!(arrays(&again).hash(), arrays(&bytes).hash(), "{name}");
        let (mut mine, mut run_s) = (arrays(&bytes), arrays(&run));
        let names: Vec<String> = mine.names("").map(String::from).collect();
        run_s.keep(|name| names.iter().any(|kept| kept == name));
        assert_eq!(mine.hash(), run_s.hash(), "{name}");
        mine.discard(&names[0]);
        assert_ne!(mine.hash(), run_s.hash());
    }
}

fn arrays(bytes: &[u8]) -> Arrays {
    Arrays::from_bytes(bytes).expect("arrays").0
}

#[test]
fn who_plans_has_no_policy_to_save_and_says_so() {
    let trainer =
        Trainer::new("CartPole-v1", config("pets", "CartPole-v1"), SEED, Device::cpu()).expect("a run");
    let said = block_on(PolicyFile::of(&trainer)).expect_err("no policy").to_string();
    assert!(said.contains("algorithm = pets") && said.contains("save the run"), "{said}");
}

#[test]
fn it_only_plays_and_its_run_is_saved_and_resumed_so() {
    for (name, task, goes_on) in LEARNERS {
        let policy = policy_of(&trained(name, task, 100));
        let mut trainer = played(&policy);
        let all = |trainer: &Trainer| block_on(PolicyFile::of(trainer)).expect("a policy").to_bytes();
        while trainer.snapshot().iteration < 2 {
            assert_eq!(trainer.snapshot().phase, "collect", "{name}");
            block_on(trainer.tick()).expect("a tick");
            assert!(trainer.steps().0 > 0 && trainer.only_plays());
        }
        while !trainer.is_between_iterations() {
            block_on(trainer.tick()).expect("a map");
        }
        let mut resumed = Trainer::resume(&block_on(trainer.checkpoint()).expect("saved"), Device::cpu())
            .expect("it is resumed");
        assert!(resumed.only_plays(), "{name}");
        let (before, now) = (policy.to_bytes().expect("a file"), all(&resumed).expect("a file"));
        assert_eq!(arrays(&before).hash(), arrays(&now).hash(), "{name} has learned nothing");
        assert_eq!(resumed.set_only_plays(false).is_ok(), *goes_on, "{name}");
        let receipt = block_on(Receipt::of(&resumed)).expect("a receipt");
        assert!(receipt.undecidable().is_some(), "{name}: the seed alone does not make it");
    }
}

#[test]
fn learning_goes_on_from_it_where_that_makes_sense() {
    for (name, task, goes_on) in LEARNERS {
        let policy = policy_of(&trained(name, task, 100));
        match block_on(policy.run(None, SEED, false)) {
            Ok(mut trainer) => {
                assert!(goes_on, "{name}");
                assert_eq!(arrays(&policy_of(&trainer).to_bytes().expect("a file")).hash(), {
                    arrays(&policy.to_bytes().expect("a file")).hash()
                });
                while trainer.snapshot().iteration < 3 {
                    block_on(trainer.tick()).expect("it learns");
                }
            }
            Err(error) => {
                assert!(!goes_on, "{name}: {error}");
                assert!(error.to_string().contains("critics"), "{error}");
            }
        }
    }
}

#[test]
fn what_is_wrong_with_a_file_is_named() {
    let policy = policy_of(&trained("ppo", "CartPole-v1", 100));
    let bytes = policy.to_bytes().expect("a file");
    let (_, facts) = Arrays::from_bytes(&bytes).expect("a file");
    let refusal = |change: &dyn Fn(&mut Arrays), facts: &str| {
        let mut arrays = arrays(&bytes);
        change(&mut arrays);
        let read = PolicyFile::read(&arrays.to_bytes(facts).expect("a file"));
        let opened = read.and_then(|policy| block_on(policy.run(None, SEED, true)));
        opened.err().expect("refused").to_string()
    };
    let nothing = |_: &mut Arrays| {};
    let bias = "actor_critic.policy.1.bias";
    for (change, facts, named) in [
        (&nothing as &dyn Fn(&mut Arrays), facts.replace("\"policy\":1", "\"policy\":7"), "policy = 7"),
        (&nothing, facts.replace("CartPole-v1", "CartPole-v7"), "task = CartPole-v7"),
        (&nothing, facts.replace("\"network\":[4", "\"network\":[5"), "network = [5"),
        (&nothing, facts.replace("\"hidden_size\":\"8\"", "\"hidden_size\":\"16\""), "this network needs"),
        (&nothing, facts.replace("\"seed\":3", "\"seed\":-3"), "__metadata__.mbppo"),
        (&|arrays| arrays.discard(bias), facts.clone(), bias),
        (&|arrays| arrays.put(bias, &[8], [f32::NAN; 8]), facts.clone(), "bias = NaN"),
        (&|arrays| arrays.put(bias, &[9], [0.0_f32; 9]), facts.clone(), bias),
        (&|arrays| arrays.put("more", &[1], [0.0_f32]), facts.clone(), "more = [1]"),
        (&|arrays| arrays.put("obs_scaling.centre", &[4], [9.0_f32; 4]), facts.clone(), "obs_scaling.centre"),
    ] {
        let said = refusal(change, &facts);
        assert!(said.starts_with("The policy's ") && said.contains(named), "{named}: {said}");
    }
    for length in [0, 7, 100, bytes.len() - 1] {
        let said = PolicyFile::read(&bytes[..length]).expect_err("cut").to_string();
        assert!(said.starts_with("The policy's file"), "{said}");
    }
    let said = Trainer::resume(&bytes, Device::cpu()).err().expect("no run").to_string();
    assert!(said.contains("a policy"), "{said}");
}

#[test]
fn it_fits_into_an_address_and_plays_almost_the_same_from_there() {
    let (name, task) = ("mb-ppo", "CartPole-v1");
    let policy = policy_of(&trained(name, task, 300));
    let of = |text: &str, config| {
        block_on(PolicyFile::of_text(text, Task::named(task).expect("a task"), config, SEED))
    };
    for bits in [8, 16] {
        let text = policy.to_text(bits).expect("a text");
        assert!(text.bytes().all(|letter| letter.is_ascii_alphanumeric() || b"-_".contains(&letter)));
        let back = of(&text, config(name, task)).expect("read");
        assert_eq!(back.to_text(bits).expect("a text"), text, "what is quantised once stays");
        let numbers = |policy: &PolicyFile| -> Vec<f32> {
            let mut all = arrays(&policy.to_bytes().expect("a file"));
            all.take("actor_critic.policy.1.kernel", &[8, 8]).expect("a matrix")
        };
        let (exact, near) = (numbers(&policy), numbers(&back));
        let largest = exact.iter().fold(0.0_f32, |most, w| most.max(w.abs()));
        let step = largest / (f32::from(if bits == 8 { i16::from(i8::MAX) } else { i16::MAX }));
        assert!(exact.iter().zip(&near).all(|(a, b)| (a - b).abs() <= 0.51 * step));
        assert_eq!(returns(&back).len(), 4);
        let other = Config { hidden_size: 9, ..config(name, task) };
        assert!(of(&text, other).expect_err("another network").to_string().contains("bytes of numbers"));
        for damaged in [&text[1..], &text[..text.len() - 3], &text.replace('A', "B"), "", "A", "ä", "A A"] {
            let said = of(damaged, config(name, task)).expect_err("damaged").to_string();
            assert!(said.starts_with("The policy's text"), "{said}");
        }
    }
    assert!(policy.to_text(12).expect_err("bits").to_string().contains("bits = 12"));
    let large = Config { hidden_size: 256, ..config(name, task) };
    let large = Trainer::new(task, large, SEED, Device::cpu()).expect("a run");
    assert!(policy_of(&large).to_text(8).expect_err("too long").to_string().contains("save it as a file"));
}

/// How far 8 and 16 bits bring a policy that has learned CartPole: figures for docs/checkpoints.md.
#[test]
#[ignore = "measures"]
fn returns_of_quantised_policies() {
    for (name, steps) in [("mb-ppo", 500), ("mb-ppo", 1500), ("ppo", 10_000)] {
        for seed in 0..8 {
            let usual = preset(name, "CartPole-v1").expect("a preset");
            let mut trainer =
                Trainer::new("CartPole-v1", usual.clone(), Seed(seed), Device::cpu()).expect("a run");
            trainer.set_watched(false);
            while trainer.steps().0 < steps || !trainer.is_between_iterations() {
                block_on(trainer.tick()).expect("a tick");
            }
            let policy = policy_of(&trainer);
            let mean = |policy: &PolicyFile| {
                let returns = block_on(played(policy).greedy_returns(100)).expect("episodes");
                returns.iter().sum::<f32>() / returns.len() as f32
            };
            let quantised = [8, 16].map(|bits| {
                let text = policy.to_text(bits).expect("a text");
                let task = Task::named("CartPole-v1").expect("a task");
                let back = block_on(PolicyFile::of_text(&text, task, usual.clone(), SEED)).expect("read");
                (text.len(), mean(&back))
            });
            println!("{name} {steps} seed {seed}: exact {} quantised {quantised:?}", mean(&policy));
        }
    }
}
