//! The scores as a picture: what each factor adds to each market's score, and the old system's rank.

use std::fmt::Write as _;

use hl_rotation::{Action, Explained, Factor, Selection};

use super::rotate::place;

/// How many markets are drawn.
const ROWS: usize = 20;
const ROW: f64 = 22.0;
const LEFT: f64 = 150.0;
const WIDTH: f64 = 900.0;
/// Where the bars begin to the right of the names: the zero of the score.
const ZERO: f64 = 430.0;
/// Pixels for one point of score.
const POINT: f64 = 95.0;

/// A colour for each factor, distinct on white and on black.
const fn colour(factor: Factor) -> &'static str {
    match factor {
        Factor::Vol => "#4c78a8",
        Factor::Spread => "#f58518",
        Factor::Depth => "#54a24b",
        Factor::Fees => "#b79a20",
        Factor::Signal => "#e45756",
        Factor::Flow => "#72b7b2",
        Factor::Toxicity => "#b279a2",
        Factor::Funding => "#9d755d",
        Factor::Profit => "#2ca02c",
        Factor::Correlation => "#8c8c8c",
    }
}

/// The picture as SVG text.
pub(super) fn draw(selection: &Selection, old: &[(String, f64)]) -> String {
    let shown: Vec<&Explained> = selection.explained.iter().take(ROWS).collect();
    let mut svg = String::new();
    let height = 70.0 + ROW * f64::from(u32::try_from(shown.len()).unwrap_or(0));
    // Writing to a string cannot fail.
    let _ = writeln!(
        svg,
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {WIDTH} {height}\" \
         font-family=\"sans-serif\" font-size=\"12\">\n\
         <title>Scores of rotation by factor, beside the old system's rank</title>\n\
         <rect width=\"{WIDTH}\" height=\"{height}\" fill=\"#ffffff\"/>"
    );
    legend(&mut svg);
    let zero_top = 40.0;
    let _ = writeln!(
        svg,
        "<line x1=\"{ZERO}\" y1=\"{zero_top}\" x2=\"{ZERO}\" y2=\"{height}\" stroke=\"#444444\"/>"
    );
    for (row, explained) in (0_u32..).zip(&shown) {
        let y = 50.0 + ROW * f64::from(row);
        market(&mut svg, y, explained, old);
    }
    svg.push_str("</svg>\n");
    svg
}

fn legend(svg: &mut String) {
    for (index, factor) in (0_u32..).zip(Factor::ALL) {
        let x = 20.0 + 85.0 * f64::from(index);
        let (key, fill) = (factor.key(), colour(factor));
        let _ = writeln!(
            svg,
            "<rect x=\"{x}\" y=\"12\" width=\"12\" height=\"12\" fill=\"{fill}\"/>\
             <text x=\"{:.0}\" y=\"22\">{key}</text>",
            x + 16.0
        );
    }
}

fn market(svg: &mut String, y: f64, explained: &Explained, old: &[(String, f64)]) {
    let chosen = explained.action == Action::Enter;
    let weight = if chosen { "bold" } else { "normal" };
    let name = escaped(&explained.name);
    let _ = writeln!(
        svg,
        "<text x=\"{LEFT}\" y=\"{:.0}\" text-anchor=\"end\" font-weight=\"{weight}\">{name}</text>",
        y + 12.0
    );
    let (mut left, mut right) = (ZERO, ZERO);
    for factor in Factor::ALL {
        let part = explained.parts.get(factor).contribution * POINT;
        let width = part.abs();
        if width < 0.5 {
            continue;
        }
        let x = if part < 0.0 { left - width } else { right };
        if part < 0.0 {
            left -= width;
        } else {
            right += width;
        }
        let fill = colour(factor);
        let _ = writeln!(
            svg,
            "<rect x=\"{x:.1}\" y=\"{y}\" width=\"{width:.1}\" height=\"16\" fill=\"{fill}\"/>"
        );
    }
    let rank = place(old, &explained.name).map_or_else(|| "-".to_owned(), |(at, _)| at.to_string());
    let verdict = if chosen { "chosen" } else { explained.reason.key() };
    let _ = writeln!(
        svg,
        "<text x=\"890\" y=\"{:.0}\" text-anchor=\"end\">{:.2} {verdict}, old rank {rank}</text>",
        y + 12.0,
        explained.score
    );
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}
