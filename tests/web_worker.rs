//! A session in a worker, where there is no window.
#![cfg(target_family = "wasm")]

use js_sys::{JSON, Reflect};
use mbppo::wasm::Session;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;
use wasm_bindgen_test::{wasm_bindgen_test, wasm_bindgen_test_configure};

wasm_bindgen_test_configure!(run_in_dedicated_worker);

#[wasm_bindgen_test]
async fn a_session_learns_is_saved_and_resumed_in_a_worker() {
    assert!(web_sys::window().is_none(), "this is no worker");
    let options = r#"{"preset": "ppo", "seed": 1, "device": "cpu", "config": {"eval_every": "0"}}"#;
    let session = Session::create(JSON::parse(options).unwrap()).await.unwrap();
    let done = JsFuture::from(session.advance(1e9, 100_000, "iteration")).await.unwrap();
    assert_eq!(Reflect::get(&done, &"iteration_ended".into()).unwrap(), JsValue::TRUE);
    let bytes = JsFuture::from(session.save()).await.unwrap();
    let resumed = Session::resume(bytes, "cpu".into(), JsValue::UNDEFINED).await.unwrap();
    let shown = |session: &Session| JSON::stringify(&session.snapshot().unwrap()).unwrap();
    assert_eq!(shown(&resumed), shown(&session));
    let start = js_sys::Date::now();
    JsFuture::from(session.advance(50.0, u32::MAX, "")).await.unwrap();
    let spent = js_sys::Date::now() - start;
    assert!((40.0..60_000.0).contains(&spent), "a budget of 50 ms took {spent}");
}
