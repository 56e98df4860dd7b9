//! Values and errors across the boundary. Every failure is a JavaScript `Error` with name "MbppoError".

use crate::error::Error;
use js_sys::Reflect;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_wasm_bindgen::Serializer;
use wasm_bindgen::prelude::*;

/// What a function gives to JavaScript, or throws at it.
pub(super) type Thrown<T = ()> = Result<T, JsValue>;

/// A value as plain objects, arrays, numbers and null.
pub(super) fn to_js<T: Serialize>(value: &T) -> Thrown<JsValue> {
    Ok(value.serialize(&Serializer::json_compatible())?)
}

/// Reads a plain value; the error names the argument `name` and says what does not fit.
pub(super) fn from_js<T: DeserializeOwned>(name: &str, value: JsValue) -> Thrown<T> {
    let kind = value.js_typeof().as_string().unwrap_or_default();
    let refused = |reason: serde_wasm_bindgen::Error| {
        let allowed = reason.to_string().trim_start_matches("Error: ").into();
        Error::Config { field: name.into(), value: kind, allowed }.into()
    };
    serde_wasm_bindgen::from_value(value).map_err(refused)
}

/// With the fields of the variant, and `kind`: config, checkpoint, receipt, policy, diverged, device, task or file.
impl From<Error> for JsValue {
    fn from(error: Error) -> Self {
        let (kind, fields): (_, Vec<(&str, &str)>) = match &error {
            Error::Config { field, value, allowed } => {
                ("config", vec![("field", field), ("value", value), ("allowed", allowed)])
            }
            Error::Checkpoint { field, value, allowed } => {
                ("checkpoint", vec![("field", field), ("value", value), ("allowed", allowed)])
            }
            Error::Diverged { phase, quantity, value } => {
                ("diverged", vec![("phase", phase), ("quantity", quantity), ("value", value)])
            }
            Error::Device { doing, reason } => ("device", vec![("doing", doing), ("reason", reason)]),
            Error::Receipt { field, value, allowed } => {
                ("receipt", vec![("field", field), ("value", value), ("allowed", allowed)])
            }
            Error::Policy { field, value, allowed } => {
                ("policy", vec![("field", field), ("value", value), ("allowed", allowed)])
            }
            Error::Task { doing, reason } => ("task", vec![("doing", doing), ("reason", reason)]),
            Error::File { path, reason } => ("file", vec![("path", path), ("reason", reason)]),
        };
        js_failure(kind, &error.to_string(), &fields)
    }
}

/// A failure that only exists at this boundary, of this `kind`.
pub(super) fn js_failure(kind: &str, message: &str, fields: &[(&str, &str)]) -> JsValue {
    let error = js_sys::Error::new(message);
    error.set_name("MbppoError");
    for (name, text) in [("kind", kind)].iter().chain(fields) {
        // Setting a property of a fresh object cannot fail.
        let _ = Reflect::set(&error, &(*name).into(), &(*text).into());
    }
    error.into()
}
