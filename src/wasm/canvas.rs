//! The pictures of [`crate::plots`] on a canvas of the page, from plain values: no session is needed to draw.
//!
//! The canvas must have its size in device pixels; `theme.scale` says how many there are in a CSS pixel. All of these
//! throw an "MbppoError" if a value does not fit, a colour cannot be read or the canvas has no 2D context.

use super::convert::{Thrown, from_js, js_failure};
use crate::plots::{self, Drawn, Layer, Role, Theme, ThemeText};
use crate::snapshot::{Calibration, Comparison, ErrorByHorizon, Point, StateMap};
use plotters_canvas::CanvasBackend;
use wasm_bindgen::prelude::*;
use web_sys::{CanvasRenderingContext2d, HtmlCanvasElement};

/// *Is it getting better?* `data`: `{ episode_returns, evaluations, solved_return }`, the first two as in `curves()`.
#[wasm_bindgen]
pub fn draw_returns(canvas: HtmlCanvasElement, data: JsValue, theme: JsValue) -> Thrown {
    let (data, theme) = (from_js("data", data)?, read_theme(theme)?);
    done(plots::returns(backend(canvas)?, &data, &theme))
}

/// One dimension of a recording's `comparison`, with the axis title `label`, `unit`.
#[wasm_bindgen]
pub fn draw_real_vs_imagined(
    canvas: HtmlCanvasElement,
    comparison: JsValue,
    dimension: usize,
    label: &str,
    unit: &str,
    theme: JsValue,
) -> Thrown {
    let (comparison, theme): (Comparison, Theme) = (from_js("comparison", comparison)?, read_theme(theme)?);
    done(plots::real_vs_imagined(backend(canvas)?, &comparison, dimension, label, unit, &theme))
}

/// *Can it trust its imagination?* `error`: a recording's `error_by_horizon`; `horizon`: the steps in use, 0 for none.
#[wasm_bindgen]
pub fn draw_error_by_horizon(
    canvas: HtmlCanvasElement,
    error: JsValue,
    horizon: usize,
    theme: JsValue,
) -> Thrown {
    let (error, theme): (ErrorByHorizon, Theme) = (from_js("error", error)?, read_theme(theme)?);
    done(plots::error_by_horizon(backend(canvas)?, &error, horizon, &theme))
}

/// *Where is it looking?* `map`: a recording's `state_map`; `layer` is visits, novelty or value.
#[wasm_bindgen]
pub fn draw_state_map(canvas: HtmlCanvasElement, map: JsValue, layer: &str, theme: JsValue) -> Thrown {
    let (map, theme): (StateMap, Theme) = (from_js("map", map)?, read_theme(theme)?);
    let layer = Layer::parse(layer)?;
    done(plots::state_map(backend(canvas)?, &map, layer, &theme))
}

/// *Does it know what it does not know?* A recording's `calibration`.
#[wasm_bindgen]
pub fn draw_calibration(canvas: HtmlCanvasElement, calibration: JsValue, theme: JsValue) -> Thrown {
    let (calibration, theme): (Calibration, Theme) =
        (from_js("calibration", calibration)?, read_theme(theme)?);
    done(plots::calibration(backend(canvas)?, &calibration, &theme))
}

/// Any metric of `curves()`, with the axis title `label`, `unit`; `role` is real, imagined, reward, error or novelty.
#[wasm_bindgen]
pub fn draw_curve(
    canvas: HtmlCanvasElement,
    points: JsValue,
    label: &str,
    unit: &str,
    role: &str,
    theme: JsValue,
) -> Thrown {
    let (points, theme): (Vec<Point>, Theme) = (from_js("points", points)?, read_theme(theme)?);
    let role = Role::parse(role)?;
    done(plots::curve(backend(canvas)?, &points, label, unit, role, &theme))
}

fn read_theme(theme: JsValue) -> Thrown<Theme> {
    let text: ThemeText = from_js("theme", theme)?;
    Ok(Theme::parse(&text)?)
}

fn backend(canvas: HtmlCanvasElement) -> Thrown<CanvasBackend> {
    let context =
        canvas.get_context("2d")?.and_then(|context| context.dyn_into::<CanvasRenderingContext2d>().ok());
    // Corners of a line that turns sharply would otherwise be drawn as spikes.
    context.iter().for_each(|context| context.set_line_join("round"));
    let backend = context.and_then(|_| CanvasBackend::with_canvas_object(canvas));
    backend.ok_or_else(|| {
        js_failure(
            "canvas",
            "The canvas has no 2D context: it is already in use with another kind of context.",
            &[],
        )
    })
}

fn done(drawn: Drawn<CanvasBackend>) -> Thrown {
    drawn.map_err(|reason| js_failure("canvas", &format!("The picture could not be drawn: {reason}."), &[]))
}
