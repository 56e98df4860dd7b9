//! The door to JavaScript, knocked on in a browser.
#![cfg(target_family = "wasm")]

use js_sys::{Array, Function, Object, Reflect};
use mbppo::plots::ThemeText;
use mbppo::wasm::{Session, canvas, check, fresh_seed, read_hyperparameter, schema};
use serde::Serialize;
use serde_wasm_bindgen::Serializer;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;
use wasm_bindgen_test::{wasm_bindgen_test, wasm_bindgen_test_configure};
use web_sys::HtmlCanvasElement;

wasm_bindgen_test_configure!(run_in_browser);

/// A JavaScript value, written as JSON.
fn json(text: &str) -> JsValue {
    js_sys::JSON::parse(text).unwrap()
}

fn get(object: &JsValue, name: &str) -> JsValue {
    Reflect::get(object, &name.into()).unwrap()
}

fn text(object: &JsValue, name: &str) -> String {
    get(object, name).as_string().unwrap_or_else(|| panic!("{name} is not text in {object:?}"))
}

fn options(device: &str, config: &str) -> JsValue {
    json(&format!(
        r#"{{"task": "CartPole-v1", "preset": "mb-ppo", "seed": 7, "device": "{device}", "config": {config}}}"#
    ))
}

async fn refusal(options: JsValue) -> JsValue {
    match Session::create(options).await {
        Ok(_) => panic!("it should have been refused"),
        Err(error) => error,
    }
}

fn white_canvas() -> HtmlCanvasElement {
    let document = web_sys::window().unwrap().document().unwrap();
    let canvas: HtmlCanvasElement = document.create_element("canvas").unwrap().dyn_into().unwrap();
    canvas.set_width(600);
    canvas.set_height(360);
    canvas
}

fn theme() -> JsValue {
    ThemeText { scale: 2.0, ..ThemeText::light() }.serialize(&Serializer::json_compatible()).unwrap()
}

/// How many pixels of the canvas are about this colour.
fn pixels(canvas: &HtmlCanvasElement, colour: [u8; 3]) -> u32 {
    let count = Function::new_with_args(
        "canvas, red, green, blue",
        "const data = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height).data;
         let count = 0;
         for (let i = 0; i < data.length; i += 4) {
             const away = Math.abs(data[i] - red) + Math.abs(data[i + 1] - green) + Math.abs(data[i + 2] - blue);
             if (data[i + 3] === 255 && away < 12) count += 1;
         }
         return count;",
    );
    let [red, green, blue] = colour.map(JsValue::from);
    let arguments = Array::of4(canvas, &red, &green, &blue);
    count.apply(&JsValue::NULL, &arguments).unwrap().as_f64().unwrap() as u32
}

#[wasm_bindgen_test]
fn the_schema_is_plain_objects_with_everything_that_is_fixed() {
    let schema = schema().unwrap();
    assert_eq!(text(&schema, "version"), env!("CARGO_PKG_VERSION"));
    let first = |name: &str| Array::from(&get(&schema, name)).get(0);
    assert_eq!(text(&first("presets"), "name"), "mb-ppo");
    assert_eq!(text(&first("hyperparameters"), "name"), "algorithm");
    assert_eq!(text(&get(&first("hyperparameters"), "allowed"), "kind"), "choice");
    assert!(text(&first("metrics"), "meaning").ends_with('.'));
    assert_eq!(text(&first("tasks"), "id"), "CartPole-v1");
    assert_eq!(get(&first("tasks"), "solved_return").as_f64(), Some(475.0));
    assert!(Object::keys(&Object::from(schema)).length() == 9);
}

#[wasm_bindgen_test]
fn fresh_seeds_differ() {
    assert_ne!(fresh_seed().unwrap(), fresh_seed().unwrap());
}

#[wasm_bindgen_test]
async fn a_wrong_option_is_refused_by_name() {
    let error = refusal(options("cpu", r#"{"gamma": "1.5"}"#)).await;
    assert_eq!((text(&error, "name").as_str(), text(&error, "kind").as_str()), ("MbppoError", "config"));
    assert_eq!((text(&error, "field").as_str(), text(&error, "value").as_str()), ("gamma", "1.5"));
    assert_eq!(text(&error, "allowed"), "it must be a number from 0 to 1");
    assert_eq!(text(&error, "message"), "gamma = 1.5 is not valid: it must be a number from 0 to 1.");
    assert!(error.is_instance_of::<js_sys::Error>());
    assert_eq!(text(&refusal(options("cpu", r#"{"gama": "1"}"#)).await, "field"), "gama");
    assert_eq!(text(&refusal(options("tpu", "{}")).await, "field"), "device");
    assert_eq!(text(&refusal(options("cpu", r#"{"branches_min": "200"}"#)).await, "field"), "branches_min");
    let negative = json(r#"{"preset": "mb-ppo", "seed": -1, "device": "cpu"}"#);
    assert_eq!(text(&refusal(negative).await, "field"), "seed");
    let unknown = json(r#"{"task": "Chess-v0", "preset": "mb-ppo", "seed": 1, "device": "cpu"}"#);
    assert_eq!(text(&refusal(unknown).await, "field"), "task");
    let error = refusal(json(r#"{"preset": "mb-ppo"}"#)).await;
    assert_eq!((text(&error, "field").as_str(), text(&error, "value").as_str()), ("seed", "nothing"));
}

#[wasm_bindgen_test]
async fn unknown_names_and_wrong_kinds_of_values_are_refused_by_name_and_numbers_are_taken() {
    let rest = r#""preset": "mb-ppo", "seed": 1, "device": "cpu""#;
    for (options, field, value) in [
        (format!(r#"{{{rest}, "tsak": "Pendulum-v1"}}"#), "tsak", "Pendulum-v1"),
        (format!(r#"{{{rest}, "config": {{"gama": 0.9}}}}"#), "gama", "0.9"),
        (format!(r#"{{{rest}, "config": {{"gamma": null}}}}"#), "gamma", "null"),
        (format!(r#"{{{rest}, "config": {{"gamma": [0.9]}}}}"#), "gamma", "array"),
        (format!(r#"{{{rest}, "config": {{"horizon": 2.5}}}}"#), "horizon", "2.5"),
        (format!(r#"{{{rest}, "config": "gamma"}}"#), "config", "gamma"),
        (format!(r#"{{{rest}, "physics": {{"colour": "1"}}}}"#), "physics.colour", "1"),
        (format!(r#"{{{rest}, "task": {{}}}}"#), "task", "object"),
        (r#"["mb-ppo"]"#.into(), "options", "array"),
        (r#""mb-ppo""#.into(), "options", "mb-ppo"),
        (r#"{"preset": "mb-ppo", "seed": 1.5, "device": "cpu"}"#.into(), "seed", "1.5"),
        (r#"{"preset": "td3", "seed": 1, "device": "cpu"}"#.into(), "algorithm", "td3"),
    ] {
        let refused = check(&json(&options)).unwrap_err();
        assert_eq!(
            (text(&refused, "field").as_str(), text(&refused, "value").as_str()),
            (field, value),
            "{options}"
        );
        assert_eq!(text(&refusal(json(&options)).await, "message"), text(&refused, "message"));
    }
    let numbers = format!(
        r#"{{{rest}, "config": {{"gamma": 0.9, "horizon": 7, "adaptive_depth": true, "model_target": "raw"}}}}"#
    );
    check(&json(&numbers)).unwrap();
    let session = Session::create(json(&numbers)).await.unwrap();
    assert_eq!(get(&session.snapshot().unwrap(), "horizon").as_f64(), Some(7.0));
    assert_eq!(read_hyperparameter("gamma", " .50 ").unwrap(), "0.5");
    assert_eq!(text(&read_hyperparameter("gamma", "2").unwrap_err(), "field"), "gamma");
}

#[wasm_bindgen_test]
async fn a_session_is_created_advanced_read_and_freed() {
    let session = Session::create(options("cpu", r#"{"num_envs": "2"}"#)).await.unwrap();
    assert_eq!(get(&session.snapshot().unwrap(), "ticks").as_f64(), Some(0.0));
    assert_eq!(text(&session.device().unwrap(), "kind"), "cpu");
    let advanced = JsFuture::from(session.advance(1e9, 3, "")).await.unwrap();
    assert_eq!(get(&advanced, "ticks").as_f64(), Some(3.0));
    assert_eq!(get(&session.snapshot().unwrap(), "ticks").as_f64(), Some(3.0));
    let advanced = JsFuture::from(session.advance(0.0, 1000, "")).await.unwrap();
    assert_eq!(get(&advanced, "ticks").as_f64(), Some(1.0), "without a budget there is still one tick");
    let advanced = JsFuture::from(session.advance(1e9, 100_000, "phase")).await.unwrap();
    assert_eq!(get(&advanced, "phase_changed").as_bool(), Some(true));
    assert!(Array::is_array(&get(&session.curves().unwrap(), "episode_returns")));
    let recording = session.take_recording().unwrap();
    assert!(Array::from(&get(&recording, "frames")).length() > 0);
    let drained = session.take_recording().unwrap();
    assert_eq!(Array::from(&get(&drained, "frames")).length(), 0);
    drop(session);
}

/// To the end of the `count`-th iteration from here on.
async fn iterations(session: &Session, count: u32) {
    for _ in 0..count {
        let advanced = JsFuture::from(session.advance(1e9, 100_000, "iteration")).await.unwrap();
        assert_eq!(get(&advanced, "iteration_ended").as_bool(), Some(true));
    }
}

/// What a session shows, as text.
fn shown(session: &Session) -> String {
    let both = Array::of2(&session.snapshot().unwrap(), &session.curves().unwrap());
    js_sys::JSON::stringify(&both).unwrap().into()
}

#[wasm_bindgen_test]
async fn a_saved_run_is_resumed_and_shows_the_same_numbers_from_there_on() {
    let small = r#"{"num_envs": "2", "model_updates": "25", "imagination_rounds": "1", "n_epochs": "1",
        "eval_every": "50", "eval_episodes": "2"}"#;
    let session = Session::create(options("cpu", small)).await.unwrap();
    iterations(&session, 3).await;
    let bytes = JsFuture::from(session.save()).await.unwrap();
    assert!(bytes.is_instance_of::<js_sys::Uint8Array>());
    let resumed = Session::resume(bytes, "cpu".into(), JsValue::UNDEFINED).await.unwrap();
    assert_eq!(shown(&resumed), shown(&session));
    iterations(&session, 3).await;
    iterations(&resumed, 3).await;
    assert_eq!(get(&resumed.snapshot().unwrap(), "iteration").as_f64(), Some(6.0));
    assert_eq!(shown(&resumed), shown(&session));
}

#[wasm_bindgen_test]
async fn what_cannot_be_saved_or_resumed_is_refused_by_name() {
    let session = Session::create(options("cpu", "{}")).await.unwrap();
    let advancing = session.advance(1e9, 3, "");
    assert_eq!(text(&JsFuture::from(session.save()).await.unwrap_err(), "kind"), "busy");
    JsFuture::from(advancing).await.unwrap();
    let error = JsFuture::from(session.save()).await.unwrap_err();
    assert_eq!((text(&error, "kind").as_str(), text(&error, "field").as_str()), ("checkpoint", "phase"));
    JsFuture::from(session.advance(1e9, 1, "")).await.expect("it goes on");

    let refused = |error: JsValue| (text(&error, "kind"), text(&error, "field"));
    let words = js_sys::Uint8Array::from(&b"once upon a time"[..]);
    let error =
        Session::resume(words.into(), "cpu".into(), JsValue::UNDEFINED).await.err().expect("no checkpoint");
    assert_eq!(refused(error), ("checkpoint".into(), "file".into()));
    let error =
        Session::resume("text".into(), "cpu".into(), JsValue::UNDEFINED).await.err().expect("no bytes");
    assert_eq!(refused(error), ("config".into(), "bytes".into()));
    let error = JsFuture::from(session.advance(1e9, 1, "tea")).await.unwrap_err();
    assert_eq!(refused(error), ("config".into(), "stop_at".into()));
}

#[wasm_bindgen_test]
async fn a_second_advance_is_refused_and_the_first_goes_on() {
    let session = Session::create(options("cpu", "{}")).await.unwrap();
    let first = session.advance(1e9, 2, "");
    let error = JsFuture::from(session.advance(1e9, 2, "")).await.unwrap_err();
    assert_eq!((text(&error, "name").as_str(), text(&error, "kind").as_str()), ("MbppoError", "busy"));
    assert_eq!(get(&JsFuture::from(first).await.unwrap(), "ticks").as_f64(), Some(2.0));

    let first = session.advance(1e9, 2, "");
    assert_eq!(get(&session.snapshot().unwrap(), "ticks").as_f64(), Some(2.0), "the latest that is known");
    assert_eq!(text(&session.curves().unwrap_err(), "kind"), "busy");
    assert_eq!(text(&session.take_recording().unwrap_err(), "kind"), "busy");
    drop(session);
    assert_eq!(
        get(&JsFuture::from(first).await.unwrap(), "ticks").as_f64(),
        Some(2.0),
        "freeing waits for it"
    );
}

#[wasm_bindgen_test]
fn a_canvas_shows_the_real_in_ink_and_the_imagined_in_translucent_blue() {
    let comparison = json(
        r#"{"from_step": 9,
            "real": [[0.0], [0.5], [0.9], [0.4]], "imagined_mean": [[0.0], [0.1], [0.0], [-0.2]],
            "imagined_low": [[0.0], [-0.1], [-0.3], [-0.6]], "imagined_high": [[0.0], [0.3], [0.3], [0.2]]}"#,
    );
    let canvas = white_canvas();
    canvas::draw_real_vs_imagined(canvas.clone(), comparison, 0, "pole angle", "rad", theme()).unwrap();
    let (paper, ink) = (pixels(&canvas, [0xfb, 0xfa, 0xf7]), pixels(&canvas, [0x1b, 0x1b, 0x1f]));
    // The blue #0072b2 on paper at one fifth: the band.
    let imagined = pixels(&canvas, [0xc9, 0xdf, 0xe9]);
    assert!(
        paper > 100_000 && ink > 1_000 && imagined > 5_000,
        "{paper} paper, {ink} ink, {imagined} imagined"
    );
}

#[wasm_bindgen_test]
fn every_picture_can_be_drawn_from_plain_objects() {
    let green = [0x00, 0x9e, 0x73];
    let data = json(
        r#"{"episode_returns": [{"real_steps": 20, "value": 20}, {"real_steps": 50, "value": 30}],
            "evaluations": [{"real_steps": 20, "value": 60}, {"real_steps": 50, "value": 300}],
            "metrics": {}, "solved_return": 475}"#,
    );
    let canvas = white_canvas();
    canvas::draw_returns(canvas.clone(), data, theme()).unwrap();
    assert!(pixels(&canvas, green) > 500);

    let error = json(r#"{"model": [0.1, 0.3, 2.0], "stretches": [5, 4, 3]}"#);
    canvas::draw_error_by_horizon(canvas.clone(), error, 2, theme()).unwrap();
    assert_eq!(pixels(&canvas, green), 0, "every drawing begins with paper");
    assert!(pixels(&canvas, [0xd5, 0x5e, 0x00]) > 300);

    let map = json(
        r#"{"axes": [{"name": "x", "unit": "m", "low": 0, "high": 2}, {"name": "y", "unit": "", "low": 1, "high": 0}],
            "cells": [2, 1], "visits": [3, 0], "novelty": [], "value": [0.5, 1.0]}"#,
    );
    canvas::draw_state_map(canvas.clone(), map.clone(), "value", theme()).unwrap();
    let refused = canvas::draw_state_map(canvas.clone(), map, "light", theme()).unwrap_err();
    assert_eq!(text(&refused, "field"), "layer");
    let doubt =
        json(r#"{"disagreement": [0.1, 0.2], "error": [0.1, 0.4], "rank_correlation": 1, "pairs": 20}"#);
    canvas::draw_calibration(canvas.clone(), doubt, theme()).unwrap();
    assert!(pixels(&canvas, [0xd5, 0x5e, 0x00]) > 100);

    let points = json(r#"[{"real_steps": 0, "value": 0.1}, {"real_steps": 64, "value": 0.7}]"#);
    canvas::draw_curve(canvas.clone(), points.clone(), "confidence", "", "imagined", theme()).unwrap();
    assert!(pixels(&canvas, [0x00, 0x72, 0xb2]) > 300);

    let error = canvas::draw_curve(canvas.clone(), points.clone(), "", "", "blue", theme()).unwrap_err();
    assert_eq!(text(&error, "field"), "role");
    let wrong = theme();
    Reflect::set(&wrong, &"ink".into(), &"black".into()).unwrap();
    let error = canvas::draw_curve(canvas, points, "", "", "real", wrong).unwrap_err();
    assert_eq!((text(&error, "field").as_str(), text(&error, "value").as_str()), ("theme.ink", "black"));
}

#[wasm_bindgen_test]
fn numbers_that_are_not_finite_cross_the_boundary() {
    let points = Array::new();
    for value in [1.0, f64::NAN, 2.0, f64::INFINITY] {
        let point = Object::new();
        Reflect::set(&point, &"real_steps".into(), &f64::from(points.length()).into()).unwrap();
        Reflect::set(&point, &"value".into(), &value.into()).unwrap();
        points.push(&point);
    }
    canvas::draw_curve(white_canvas(), points.into(), "loss", "", "real", theme()).unwrap();
}
