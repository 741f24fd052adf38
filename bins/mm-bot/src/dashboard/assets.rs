//! The page itself, as it was when the bot was built. Nothing of it is made by a tool.

use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};

const HTML: &str = "text/html; charset=utf-8";
const CSS: &str = "text/css; charset=utf-8";
const JS: &str = "text/javascript; charset=utf-8";
const SVG: &str = "image/svg+xml";

/// Path, type, content.
const FILES: &[(&str, &str, &str)] = &[
    ("/", HTML, include_str!("web/index.html")),
    ("/style.css", CSS, include_str!("web/style.css")),
    ("/icon.svg", SVG, include_str!("web/icon.svg")),
    ("/app.js", JS, include_str!("web/app.js")),
    ("/chart.js", JS, include_str!("web/chart.js")),
    ("/choice.js", JS, include_str!("web/choice.js")),
    ("/control.js", JS, include_str!("web/control.js")),
    ("/dom.js", JS, include_str!("web/dom.js")),
    ("/fills.js", JS, include_str!("web/fills.js")),
    ("/format.js", JS, include_str!("web/format.js")),
    ("/lists.js", JS, include_str!("web/lists.js")),
    ("/market.js", JS, include_str!("web/market.js")),
    ("/overview.js", JS, include_str!("web/overview.js")),
    ("/parts.js", JS, include_str!("web/parts.js")),
    ("/store.js", JS, include_str!("web/store.js")),
    ("/time.js", JS, include_str!("web/time.js")),
];

/// The file at a path.
pub(super) fn file(path: &str) -> Response {
    match FILES.iter().find(|(of, ..)| *of == path) {
        Some((_, kind, text)) => ([(header::CONTENT_TYPE, *kind)], *text).into_response(),
        None => (StatusCode::NOT_FOUND, "no such page\n").into_response(),
    }
}
