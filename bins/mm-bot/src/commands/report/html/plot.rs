//! Plots as SVG whose labels are text beside it, so that they stay readable at any width.

use std::fmt::Write as _;

use hl_engine::Timestamp;
use hl_quant::Millis;

/// The drawing's own width and height; the page stretches it.
const WIDE: i128 = 10_000;
const HIGH: i128 = 2_000;
/// A line is interrupted where nothing was known for so long, as a share of the whole: one in so many.
const HOLE: u64 = 40;

/// How a line is drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Style {
    /// From point to point.
    Line,
    /// From point to point, and nothing where nothing was known for long.
    Broken,
    /// It stays until it changes.
    Steps,
    /// Points alone.
    Dots,
}

/// One of the lines of a plot.
pub(super) struct Line {
    pub(super) name: &'static str,
    /// `a` to `d`.
    pub(super) color: char,
    pub(super) style: Style,
    pub(super) points: Vec<(Millis, i64)>,
}

/// A plot over time.
pub(super) struct Plot<'a> {
    pub(super) title: &'a str,
    pub(super) lines: Vec<Line>,
    /// Says a value with its unit.
    pub(super) say: &'a dyn Fn(i64) -> String,
    /// Whether zero is always to be seen.
    pub(super) zero: bool,
}

impl Plot<'_> {
    /// The plot as HTML; `None` without two points in time.
    pub(super) fn html(&self) -> Option<String> {
        let points = || self.lines.iter().flat_map(|line| &line.points);
        let (from, to) = (points().map(|p| p.0).min()?, points().map(|p| p.0).max()?);
        let (mut low, mut high) = (points().map(|p| p.1).min()?, points().map(|p| p.1).max()?);
        if from == to {
            return None;
        }
        if self.zero {
            (low, high) = (low.min(0), high.max(0));
        }
        if low == high {
            (low, high) = (low.saturating_sub(1), high.saturating_add(1));
        }
        let scale = Scale { from, to, low, high };
        let mut svg = String::new();
        for y in [0, HIGH / 2, HIGH] {
            let _ = write!(svg, "<path class=\"grid\" d=\"M0 {y}H{WIDE}\"/>");
        }
        if low < 0 && high > 0 {
            let _ = write!(svg, "<path class=\"zero\" d=\"M0 {}H{WIDE}\"/>", scale.y(0));
        }
        for line in &self.lines {
            let kind = if line.style == Style::Dots { "dot" } else { "l" };
            let path = path(line, &scale);
            let _ = write!(svg, "<path class=\"{kind} {}\" d=\"{path}\"/>", line.color);
        }
        let mut legend = String::new();
        for line in self.lines.iter().filter(|line| !line.points.is_empty()) {
            let _ = write!(legend, "<i class=\"{}\"></i>{}", line.color, escaped(line.name));
        }
        let middle = low.saturating_add(high.saturating_sub(low) / 2);
        let y = [high, middle, low].map(|value| (self.say)(value));
        Some(figure(self.title, &legend, &y, &svg, &[moment(from), moment(to)]))
    }
}

/// Curves over the horizons, which stand at equal distances. Values are parts per million.
pub(super) fn markouts(curves: &[(&str, char, Vec<Option<i64>>)], horizons: &[String]) -> String {
    let values = || curves.iter().flat_map(|(.., curve)| curve.iter().flatten().copied());
    let (low, high) = (values().min().unwrap_or(0).min(0), values().max().unwrap_or(0).max(0));
    let high = if low == high { high.saturating_add(1) } else { high };
    let last = u64::try_from(horizons.len()).unwrap_or(1).saturating_sub(1).max(1);
    let scale = Scale { from: Millis(0), to: Millis(last), low, high };
    let mut svg = format!("<path class=\"grid\" d=\"M0 0H{WIDE}M0 {HIGH}H{WIDE}\"/>");
    let _ = write!(svg, "<path class=\"zero\" d=\"M0 {}H{WIDE}\"/>", scale.y(0));
    let mut legend = String::new();
    for (name, color, curve) in curves {
        let known = (0_u64..).zip(curve).filter_map(|(place, it)| Some((Millis(place), (*it)?)));
        let line = Line { name: "", color: *color, style: Style::Line, points: known.collect() };
        let _ = write!(svg, "<path class=\"l {color}\" d=\"{}\"/>", path(&line, &scale));
        let dots = Line { style: Style::Dots, ..line };
        let _ = write!(svg, "<path class=\"dot {color}\" d=\"{}\"/>", path(&dots, &scale));
        let _ = write!(legend, "<i class=\"{color}\"></i>{}", escaped(name));
    }
    let middle = low.saturating_add(high.saturating_sub(low) / 2);
    figure("Markout", &legend, &[high, middle, low].map(super::bps), &svg, horizons)
}

/// A drawing with its labels as text around it.
fn figure(title: &str, legend: &str, y: &[String], svg: &str, x: &[String]) -> String {
    let spans = |labels: &[String]| -> String {
        labels.iter().map(|label| format!("<span>{}</span>", escaped(label))).collect()
    };
    let (title, y, x) = (escaped(title), spans(y), spans(x));
    format!(
        "<figure><figcaption><b>{title}</b><span class=\"legend\">{legend}</span></figcaption>\
         <div class=\"frame\"><div class=\"y\">{y}</div><svg role=\"img\" aria-label=\"{title}\" \
         viewBox=\"0 0 {WIDE} {HIGH}\" preserveAspectRatio=\"none\">{svg}</svg></div>\
         <div class=\"x\">{x}</div></figure>\n"
    )
}

struct Scale {
    from: Millis,
    to: Millis,
    low: i64,
    high: i64,
}

impl Scale {
    fn x(&self, at: Millis) -> i128 {
        let length = i128::from(self.to.since(self.from).max(1));
        i128::from(at.since(self.from)) * WIDE / length
    }

    fn y(&self, value: i64) -> i128 {
        let (low, high) = (i128::from(self.low), i128::from(self.high));
        (high - i128::from(value)) * HIGH / (high - low).max(1)
    }
}

fn path(line: &Line, scale: &Scale) -> String {
    let mut path = String::new();
    let hole = scale.to.since(scale.from) / HOLE;
    let mut last: Option<(Millis, i128, i128)> = None;
    for (at, value) in &line.points {
        let (x, y) = (scale.x(*at), scale.y(*value));
        if last.is_some_and(|(_, old_x, old_y)| (old_x, old_y) == (x, y)) {
            continue;
        }
        let joined = last.filter(|(before, ..)| {
            line.style != Style::Broken || at.since(*before) <= hole.max(60_000)
        });
        // Writing into a string cannot fail.
        let _ = match (line.style, joined) {
            (Style::Dots, _) => write!(path, "M{x} {y}h0"),
            (_, None) => write!(path, "M{x} {y}"),
            (Style::Steps, Some(_)) => write!(path, "H{x}V{y}"),
            (Style::Line | Style::Broken, Some(_)) => write!(path, "L{x} {y}"),
        };
        last = Some((*at, x, y));
    }
    path
}

/// A moment to the second, as people read it: `11-04 10:41:07`.
fn moment(at: Millis) -> String {
    let text = Timestamp(at).to_string();
    text.get(5..19).map_or_else(|| text.clone(), |short| short.replace('T', " "))
}

/// Text that cannot become anything else in HTML, in an attribute neither.
pub(super) fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            c if c.is_control() && c != '\n' => out.push('\u{fffd}'),
            c => out.push(c),
        }
    }
    out
}
