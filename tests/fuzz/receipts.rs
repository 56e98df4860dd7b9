//! Receipts that something has damaged: every truncation, flipped bits. Each is refused by the name of a field, makes a
//! run, or claims one that cannot be; none panics.

use crate::trials;
use mbppo::config::preset;
use mbppo::device::Device;
use mbppo::error::Error;
use mbppo::receipt::Receipt;
use mbppo::rng::Seed;
use mbppo::trainer::Trainer;
use pollster::block_on;

/// The receipt of a short run whose physics somebody has changed.
fn receipt() -> String {
    let mut config = preset("ppo", "CartPole-v1").expect("a preset");
    for (name, value) in [("hidden_size", "4"), ("num_steps", "16"), ("n_epochs", "1"), ("eval_every", "16")]
    {
        config.set(name, value).expect("a valid value");
    }
    let mut trainer = Trainer::new("CartPole-v1", config, Seed(3), Device::cpu()).expect("a run");
    trainer.plan_physics("gravity", "9;9.8@40").expect("a plan");
    while trainer.steps().0 < 60 || !trainer.is_between_iterations() {
        block_on(trainer.tick()).expect("a tick");
    }
    block_on(Receipt::of(&trainer)).expect("between iterations").to_json().expect("JSON")
}

/// Whether it could be read; what it is refused with names a field.
fn look_at(text: &str, said: &str) -> bool {
    match Receipt::read(text).and_then(|receipt| receipt.trainer(None)) {
        Ok(_) => true,
        Err(Error::Receipt { field, allowed, .. }) => {
            assert!(!field.is_empty() && allowed.len() > 5, "{said}: {field}: {allowed}");
            false
        }
        Err(other) => panic!("{said}: {other}"),
    }
}

#[test]
fn every_truncation_of_a_receipt_is_refused_by_name() {
    let whole = receipt();
    assert!(look_at(&whole, "the whole one"));
    for length in 0..whole.trim_end().len() {
        assert!(!look_at(&whole[..length], &format!("{length} bytes")), "{length} bytes are no receipt");
    }
}

#[test]
fn receipts_with_flipped_bits_make_a_run_or_are_refused_by_name() {
    let (whole, mut chance) = (receipt().into_bytes(), Seed(11).stream("flips"));
    let (mut read, mut refused) = (0, 0);
    for trial in 0..trials(1000) {
        let mut bytes = whole.clone();
        for _ in 0..=chance.below(3) {
            let at = chance.below(bytes.len());
            bytes[at] ^= 1 << chance.below(7); // still text
        }
        let Ok(text) = String::from_utf8(bytes) else { continue };
        *if look_at(&text, &format!("trial {trial}")) { &mut read } else { &mut refused } += 1;
    }
    println!("{read} made a run, {refused} were refused");
    assert!(read > 0 && refused > 0, "{read} made a run, {refused} were refused");
}
