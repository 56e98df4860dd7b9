//! A task that a visitor has written in JavaScript: it is checked, learned, saved and resumed like any other.
#![cfg(target_family = "wasm")]

use js_sys::{Function, JSON, Object, Reflect};
use mbppo::wasm::{Session, check, describe_task, without_effect};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;
use wasm_bindgen_test::{wasm_bindgen_test, wasm_bindgen_test_configure};

wasm_bindgen_test_configure!(run_in_browser);

/// A walk on a line, with chance in it, as the body of a class.
const WALK: &str = r#"
    name = "walk";
    goal = "Walk to the right.";
    observationSpace = { low: [-1, -1], high: [1, 1], names: ["place", "wind"] };
    actionSpace = { n: 2 };
    timeLimit = 30;
    returnRange = [-30, 30];
    solvedReturn = 20;
    reset(seed, random) {
        this.random = random;
        this.place = 0;
        return this.seen();
    }
    step(action) {
        this.place += (action === 1 ? 0.1 : -0.1) + 0.02 * (this.random() - 0.5);
        return { obs: this.seen(), reward: this.place, terminated: Math.abs(this.place) > 1 };
    }
    seen() { return [this.place, this.random() - 0.5]; }"#;

/// What makes a task of this body, with some of it replaced.
fn walk(from: &str, to: &str) -> JsValue {
    assert!(from.is_empty() || WALK.contains(from), "{from}");
    let body = if from.is_empty() { WALK.into() } else { WALK.replacen(from, to, 1) };
    Function::new_no_args(&format!("return class {{ {body} }}")).call0(&JsValue::NULL).unwrap()
}

fn options(task: &JsValue, preset: &str, config: &str) -> JsValue {
    let text = format!(r#"{{"preset": "{preset}", "seed": 3, "device": "cpu", "config": {config}}}"#);
    let options = JSON::parse(&text).unwrap();
    Reflect::set(&options, &"task".into(), task).unwrap();
    options
}

const SMALL: &str = r#"{"num_envs": "2", "num_steps": "40", "eval_every": "50", "eval_episodes": "2"}"#;
const SMALL_MODEL: &str = r#"{"num_envs": "2", "num_steps": "40", "eval_every": "0", "model_updates": "25",
    "imagination_rounds": "1", "n_epochs": "1"}"#;

async fn iterations(session: &Session, count: u32) {
    for _ in 0..count {
        JsFuture::from(session.advance(1e9, u32::MAX, "iteration")).await.unwrap();
    }
}

fn shown(session: &Session) -> String {
    JSON::stringify(&session.snapshot().unwrap()).unwrap().into()
}

fn message(error: &JsValue) -> String {
    Reflect::get(error, &"message".into()).unwrap().as_string().unwrap()
}

fn get(object: &JsValue, name: &str) -> JsValue {
    Reflect::get(object, &name.into()).unwrap()
}

#[wasm_bindgen_test]
async fn the_same_seed_gives_the_same_run_and_the_facts_are_told() {
    let task = walk("", "");
    let facts = describe_task(&task).unwrap();
    assert_eq!(get(&facts, "id").as_string().as_deref(), Some("walk"));
    let (first, again) = (options(&task, "ppo", SMALL), options(&walk("", ""), "ppo", SMALL));
    let first = Session::create(first).await.unwrap();
    let again = Session::create(again).await.unwrap();
    iterations(&first, 4).await;
    iterations(&again, 4).await;
    assert_eq!(shown(&first), shown(&again));
    assert_eq!(get(&first.task().unwrap(), "time_limit").as_f64(), Some(30.0));
    let idle = JSON::stringify(&without_effect(&task, "ppo", Object::new().into()).unwrap()).unwrap();
    assert!(String::from(idle).contains("task_hidden"), "it names no velocities");
}

#[wasm_bindgen_test]
async fn a_model_of_it_is_learned_and_a_saved_run_goes_on_as_if_nothing_had_happened() {
    let session = Session::create(options(&walk("", ""), "mb-ppo", SMALL_MODEL)).await.unwrap();
    iterations(&session, 5).await;
    assert!(get(&session.snapshot().unwrap(), "imagined_steps").as_f64() > Some(0.0));
    let bytes = JsFuture::from(session.save()).await.unwrap();
    let resumed = Session::resume(bytes.clone(), "cpu".into(), walk("", "")).await.unwrap();
    iterations(&session, 2).await;
    iterations(&resumed, 2).await;
    assert_eq!(shown(&resumed), shown(&session));
    let error = Session::resume(bytes, "cpu".into(), JsValue::UNDEFINED).await.err().expect("no such task");
    assert!(message(&error).contains("task = walk is not valid"), "{}", message(&error));
}

#[wasm_bindgen_test]
fn what_is_wrong_with_it_is_named_before_a_run_begins() {
    let refused = |from: &str, to: &str| message(&check(&options(&walk(from, to), "ppo", "{}")).unwrap_err());
    let cases = [
        (", reward: this.place", "", "step(…).reward = undefined is not valid: it must be a finite number."),
        (
            "reward: this.place",
            "reward: NaN",
            "step(…).reward = NaN is not valid: it must be a finite number.",
        ),
        (
            "terminated: Math",
            "ended: Math",
            "step(…).terminated = undefined is not valid: it must be true or false.",
        ),
        ("obs: this.seen(), ", "", "step(…).obs = undefined is not valid: it must be an array of numbers."),
        (
            "return [this.place,",
            "return [this.place, 0,",
            "reset(…) = 3 numbers is not valid: observationSpace has 2.",
        ),
        ("name = \"walk\"", "name = 3", "name = 3 is not valid: it must be a text."),
        (
            "actionSpace = { n: 2 }",
            "actionSpace = { n: 1 }",
            "actionSpace.n = 1 is not valid: it must be a whole number from 2 to 1000.",
        ),
        (
            "timeLimit = 30",
            "limit = 30",
            "timeLimit = undefined is not valid: it must be a whole number from 1 to 10000.",
        ),
        (
            "low: [-1, -1]",
            "low: [-1, 2]",
            "obs[1].low = 2 is not valid: it must be a number below 1, its high.",
        ),
        (
            "low: [-1, -1]",
            "low: [-1]",
            "observationSpace.high = array is not valid: it must be an array of as many",
        ),
        ("reset(seed", "begin(seed", "reset = undefined is not valid: it must be a function."),
        (
            "this.place = 0;",
            "this.place = 7;",
            "reset().obs[0] = 7 is not valid: it must be a number from -1 to 1.",
        ),
        (
            "this.random = random;",
            "this.random = Math.random;",
            "step(…) = another episode is not valid: the same seed and actions must give the same episode.",
        ),
        ("this.place = 0;", "throw new Error('no line');", "The task failed in reset(…): Error: no line."),
    ];
    for (from, to, expected) in cases {
        let message = refused(from, to);
        assert!(message.starts_with(expected), "{from} → {to}: {message}");
    }
    let refused = |task: &JsValue, config: &str| {
        let preset = if config == "{}" { "dqn" } else { "mb-ppo" };
        message(&check(&options(task, preset, config)).unwrap_err())
    };
    let numbers = walk("{ n: 2 }", "{ size: 1, bound: 1 }");
    assert!(refused(&numbers, "{}").contains("DQN needs discrete actions, and those of walk are continuous"));
    assert!(refused(&walk("", ""), r#"{"termination": "known"}"#).contains("walk has no rule of its own"));
    let object = options(&Object::new().into(), "ppo", "{}");
    assert!(message(&check(&object).unwrap_err()).contains("a class or function that makes one"));
}

#[wasm_bindgen_test]
async fn what_its_code_throws_ends_in_a_sentence_and_the_run_can_still_be_saved() {
    // The check plays some episodes; this happens later.
    let late = walk(
        "step(action) {",
        "step(action) {
             globalThis.steps = (globalThis.steps ?? 0) + 1;
             if (globalThis.steps > 3000) throw new RangeError('worn out.');",
    );
    let session = Session::create(options(&late, "ppo", SMALL)).await.unwrap();
    iterations(&session, 1).await;
    let error = loop {
        if let Err(error) = JsFuture::from(session.advance(1e9, u32::MAX, "iteration")).await {
            break error;
        }
    };
    assert_eq!(message(&error), "The task failed in step(…): RangeError: worn out.");
    assert_eq!(get(&error, "kind").as_string().as_deref(), Some("task"));
    let bytes = JsFuture::from(session.save()).await.expect("what had been learned");
    let resumed = Session::resume(bytes, "cpu".into(), walk("", "")).await.expect("the task, mended");
    iterations(&resumed, 1).await;
    assert!(get(&resumed.snapshot().unwrap(), "iteration").as_f64() > Some(1.0));
}
