//! Colours and sizes of the pictures. The page's stylesheet is the only place that decides them; they come in as text.

use crate::error::{Error, Result};
use plotters::style::RGBColor;
use serde::{Deserialize, Serialize};

/// Smallest text that is drawn, in CSS pixels.
const SMALLEST_TEXT: f64 = 13.0;
/// Contrast that text must have against the paper (WCAG AA).
const TEXT_CONTRAST: f64 = 4.5;

/// A theme as a page or a file gives it: colours as `#rrggbb`, checked by [`Theme::parse`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ThemeText {
    /// What really happened, and text.
    pub ink: String,
    /// The background.
    pub paper: String,
    /// Axes, hairlines and quiet text.
    pub muted: String,
    /// What was imagined.
    pub imagined: String,
    /// Success: greedy evaluations.
    pub reward: String,
    /// Error and surprise.
    pub error: String,
    /// Novelty.
    pub novelty: String,
    /// Device pixels in one CSS pixel.
    pub scale: f64,
    /// Size of all text in CSS pixels, 13 or more.
    pub font_size: f64,
}

impl ThemeText {
    /// The light theme: ink on warm paper, one device pixel per CSS pixel.
    pub fn light() -> Self {
        Self::of(["#1b1b1f", "#fbfaf7", "#6b6a66", "#0072b2", "#009e73", "#d55e00", "#cc79a7"])
    }

    /// The dark theme: pale ink on near-black.
    pub fn dark() -> Self {
        Self::of(["#e9e7e1", "#15161a", "#95938c", "#56b4e9", "#009e73", "#d55e00", "#cc79a7"])
    }

    fn of(colours: [&str; 7]) -> Self {
        let [ink, paper, muted, imagined, reward, error, novelty] = colours.map(String::from);
        Self { ink, paper, muted, imagined, reward, error, novelty, scale: 1.0, font_size: SMALLEST_TEXT }
    }
}

/// A checked theme. Fields as in [`ThemeText`].
#[derive(Debug, Clone, PartialEq)]
pub struct Theme {
    pub(super) ink: RGBColor,
    pub(super) paper: RGBColor,
    pub(super) muted: RGBColor,
    pub(super) imagined: RGBColor,
    pub(super) reward: RGBColor,
    pub(super) error: RGBColor,
    pub(super) novelty: RGBColor,
    scale: f64,
    font_size: f64,
}

impl Theme {
    /// Reads a theme.
    ///
    /// # Errors
    /// [`Error::Config`] with the first field, as `theme.<name>`, that is not a colour or not a possible size.
    pub fn parse(text: &ThemeText) -> Result<Self> {
        Ok(Self {
            ink: colour("ink", &text.ink)?,
            paper: colour("paper", &text.paper)?,
            muted: colour("muted", &text.muted)?,
            imagined: colour("imagined", &text.imagined)?,
            reward: colour("reward", &text.reward)?,
            error: colour("error", &text.error)?,
            novelty: colour("novelty", &text.novelty)?,
            scale: size("scale", text.scale, 0.25, 8.0)?,
            font_size: size("font_size", text.font_size, SMALLEST_TEXT, 64.0)?,
        })
    }

    /// Device pixels of a length in CSS pixels, at least one.
    pub(super) fn px(&self, css: f64) -> i32 {
        ((css * self.scale).round() as i32).max(1)
    }

    /// Height of text in device pixels.
    pub(super) fn text_px(&self) -> i32 {
        self.px(self.font_size)
    }

    /// Device pixels that a text takes, a little too many rather than too few.
    ///
    /// A guess by the widths of a wide font, DejaVu Sans, because plotters would measure every text in the page by
    /// adding it to the document.
    pub(super) fn text_width(&self, text: &str) -> i32 {
        let em = text.chars().map(|letter| match letter {
            ' ' | '.' | ',' | ':' | 'i' | 'l' | 'j' | 't' | 'f' | 'r' => 0.38,
            'm' | 'w' | 'M' | '%' => 0.95,
            _ => 0.64,
        });
        (em.sum::<f64>() * f64::from(self.text_px())).ceil() as i32
    }

    /// This colour, moved towards the ink until text in it can be read on the paper.
    ///
    /// The green and the vermilion make good lines and pale words.
    pub(super) fn readable(&self, colour: RGBColor) -> RGBColor {
        let steps = (0..=20).map(|step| mix(colour, self.ink, f64::from(step) / 20.0));
        steps.into_iter().find(|mixed| contrast(*mixed, self.paper) >= TEXT_CONTRAST).unwrap_or(self.ink)
    }
}

fn colour(name: &str, text: &str) -> Result<RGBColor> {
    let channel = |at: usize| text.get(at..at + 2).and_then(|two| u8::from_str_radix(two, 16).ok());
    let hexadecimal =
        text.len() == 7 && text.starts_with('#') && text.bytes().skip(1).all(|byte| byte.is_ascii_hexdigit());
    match (hexadecimal, channel(1), channel(3), channel(5)) {
        (true, Some(red), Some(green), Some(blue)) => Ok(RGBColor(red, green, blue)),
        _ => Err(Error::Config {
            field: format!("theme.{name}"),
            value: text.into(),
            allowed: "a colour is written as #rrggbb".into(),
        }),
    }
}

fn size(name: &str, value: f64, min: f64, max: f64) -> Result<f64> {
    if (min..=max).contains(&value) {
        return Ok(value);
    }
    Err(Error::Config {
        field: format!("theme.{name}"),
        value: value.to_string(),
        allowed: format!("it must be a number from {min} to {max}"),
    })
}

fn mix(from: RGBColor, to: RGBColor, share: f64) -> RGBColor {
    let channel = |a: u8, b: u8| (f64::from(a) + (f64::from(b) - f64::from(a)) * share).round() as u8;
    RGBColor(channel(from.0, to.0), channel(from.1, to.1), channel(from.2, to.2))
}

/// WCAG 2's contrast ratio, from 1 to 21.
fn contrast(a: RGBColor, b: RGBColor) -> f64 {
    let (a, b) = (luminance(a), luminance(b));
    (a.max(b) + 0.05) / (a.min(b) + 0.05)
}

/// WCAG 2's relative luminance, in [0, 1].
fn luminance(colour: RGBColor) -> f64 {
    let linear = |channel: u8| {
        let share = f64::from(channel) / 255.0;
        if share <= 0.03928 { share / 12.92 } else { ((share + 0.055) / 1.055).powf(2.4) }
    };
    0.2126 * linear(colour.0) + 0.7152 * linear(colour.1) + 0.0722 * linear(colour.2)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wrong_colour_or_size_is_named() {
        let text = ThemeText { imagined: "blue".into(), ..ThemeText::light() };
        let error = Theme::parse(&text).unwrap_err().to_string();
        assert_eq!(error, "theme.imagined = blue is not valid: a colour is written as #rrggbb.");
        for wrong in ["#12345", "#+12345", "1234567", "#é1234", ""] {
            assert!(Theme::parse(&ThemeText { ink: wrong.into(), ..ThemeText::light() }).is_err(), "{wrong}");
        }
        let text = ThemeText { font_size: 9.0, ..ThemeText::light() };
        assert!(Theme::parse(&text).unwrap_err().to_string().contains("theme.font_size = 9"));
        assert!(Theme::parse(&ThemeText { scale: f64::NAN, ..ThemeText::light() }).is_err());
    }

    #[test]
    fn words_can_be_read_in_every_colour_of_both_themes() {
        for text in [ThemeText::light(), ThemeText::dark()] {
            let theme = Theme::parse(&text).unwrap();
            for colour in [theme.ink, theme.muted, theme.imagined, theme.reward, theme.error, theme.novelty] {
                let ratio = contrast(theme.readable(colour), theme.paper);
                assert!(ratio >= TEXT_CONTRAST, "{colour:?} has {ratio}");
            }
            assert_eq!(theme.readable(theme.imagined), theme.imagined, "the imagined blue is never altered");
        }
    }
}
