//! The facts about a task that a visitor has written, read field by field, so that whatever is wrong is named.

use super::options::shown;
use crate::env::{ActionSpace, EnvSpec, MapAxis, ObsDimension, USUAL_STEPS, Variants};
use crate::error::{Error, Result};
use js_sys::{Array, Object, Reflect};
use wasm_bindgen::prelude::*;

/// Longest time limit: an episode is saved as its actions.
const LONGEST: f64 = 10_000.0;
/// Largest bound of an action.
const LARGEST_BOUND: f64 = 1000.0;

/// A value, and the words by which its author finds it: "observationSpace.low".
pub(super) struct Field {
    name: String,
    value: JsValue,
}

impl Field {
    pub(super) fn of(name: &str, value: JsValue) -> Self {
        Self { name: name.into(), value }
    }

    pub(super) fn value(&self) -> &JsValue {
        &self.value
    }

    /// One of its properties; undefined where it has none.
    pub(super) fn get(&self, name: &str) -> Self {
        let value = Reflect::get(&self.value, &name.into()).unwrap_or(JsValue::UNDEFINED);
        let dot = if self.name.is_empty() { "" } else { "." };
        Self { name: format!("{}{dot}{name}", self.name), value }
    }

    pub(super) fn wrong(&self, allowed: &str) -> Error {
        Error::Config { field: self.name.clone(), value: shown(&self.value), allowed: allowed.into() }
    }

    pub(super) fn number(&self) -> Result<f64> {
        let number = self.value.as_f64().filter(|number| number.is_finite());
        number.ok_or_else(|| self.wrong("it must be a finite number"))
    }

    /// A whole number from `min` to `max`.
    fn count(&self, min: f64, max: f64) -> Result<usize> {
        let count = self.value.as_f64().filter(|n| n.fract() == 0.0 && (min..=max).contains(n));
        let count =
            count.ok_or_else(|| self.wrong(&format!("it must be a whole number from {min} to {max}")))?;
        Ok(count as usize)
    }

    fn is_given(&self) -> bool {
        !self.value.is_undefined() && !self.value.is_null()
    }

    fn text(&self) -> Result<String> {
        let text = self.value.as_string().filter(|text| !text.trim().is_empty());
        text.ok_or_else(|| self.wrong("it must be a text"))
    }
}

/// The finite numbers of an array, or of a typed array.
pub(super) fn array(field: &Field) -> Result<Vec<f64>> {
    let is_list = Array::is_array(&field.value) || js_sys::ArrayBuffer::is_view(&field.value);
    if !is_list {
        return Err(field.wrong("it must be an array of numbers"));
    }
    let items = Array::from(&field.value);
    let item = |(index, value)| Field { name: format!("{}[{index}]", field.name), value }.number();
    items.iter().enumerate().map(item).collect()
}

/// What a task's object says about itself.
pub(super) fn facts(object: &Object) -> Result<EnvSpec> {
    let task = Field::of("", object.clone().into());
    let obs = dimensions(&task.get("observationSpace"))?;
    let time_limit = task.get("timeLimit").count(1.0, LONGEST)?;
    let range = task.get("returnRange");
    let (worst, best) = match range.is_given().then(|| array(&range)).transpose()?.as_deref() {
        None => (-(time_limit as f64), time_limit as f64),
        Some(&[worst, best]) => (worst, best),
        Some(_) => return Err(range.wrong("it must be [worst, best]")),
    };
    let (solved, goal) = (task.get("solvedReturn"), task.get("goal"));
    let second = if obs.len() > 1 { MapAxis::Dimension { index: 1 } } else { MapAxis::Hidden };
    Ok(EnvSpec {
        id: task.get("name").text()?,
        goal: if goal.is_given() { goal.text()? } else { "Collect as much reward as you can.".into() },
        action: action(&task.get("actionSpace"))?,
        time_limit,
        usual_steps: USUAL_STEPS,
        solved_return: if solved.is_given() { solved.number()? } else { best } as f32,
        return_range: (worst as f32, best as f32),
        map: [MapAxis::Dimension { index: 0 }, second],
        variants: Variants::default(),
        hidden: Vec::new(),
        obs,
    })
}

fn dimensions(space: &Field) -> Result<Vec<ObsDimension>> {
    if !space.value.is_object() {
        return Err(space.wrong("it must be { low: [numbers], high: [numbers] }"));
    }
    let (low, high) = (array(&space.get("low"))?, array(&space.get("high"))?);
    if low.is_empty() || low.len() != high.len() {
        return Err(space
            .get("high")
            .wrong(&format!("it must be an array of as many numbers as low: {}", low.len())));
    }
    let word = |list: &str, index: usize, otherwise: String| {
        let words = space.get(list);
        if !words.is_given() { Ok(otherwise) } else { words.get(&index.to_string()).text() }
    };
    let dimension = |(index, (low, high)): (usize, (&f64, &f64))| {
        let name = word("names", index, format!("observation {}", index + 1))?;
        Ok(ObsDimension::new(name, word("units", index, String::new())?, *low as f32, *high as f32))
    };
    low.iter().zip(&high).enumerate().map(dimension).collect()
}

fn action(space: &Field) -> Result<ActionSpace> {
    let (n, size, bound) = (space.get("n"), space.get("size"), space.get("bound"));
    if n.is_given() {
        return Ok(ActionSpace::Discrete(n.count(2.0, 1000.0)?));
    }
    if !size.is_given() && !bound.is_given() {
        return Err(
            space.wrong("it must be { n: choices } or { size: numbers, bound: their largest magnitude }")
        );
    }
    let most = bound.number()?;
    if !(most > 0.0 && most <= LARGEST_BOUND) {
        return Err(bound.wrong(&format!("it must be above 0 and at most {LARGEST_BOUND}")));
    }
    Ok(ActionSpace::Box { size: size.count(1.0, 100.0)?, bound: most as f32 })
}
