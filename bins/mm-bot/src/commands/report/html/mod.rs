//! The report as one page: no request leaves it, and it reads on a phone.

mod plot;
mod tables;
#[cfg(test)]
mod tests;

use std::fmt::Write as _;

use hl_engine::Usd;
use hl_journal::chart::{Charts, Curve, MarketChart};
use hl_journal::profit::{HORIZONS_MS, Markout, Profit, Statement};
use serde_json::Value;

use self::plot::{Line, Plot, Style, escaped};

/// What a page is made of. Numbers in tables come out of `json`, so that both say the same.
pub(super) struct Page<'a> {
    pub(super) label: &'a str,
    pub(super) json: &'a Value,
    /// Only from a journal.
    pub(super) recorded: Option<(&'a Profit, &'a Statement, &'a Charts)>,
}

/// The bounds of answers' times in the picture. Milliseconds.
const ANSWERS_MS: [u64; 12] = [5, 10, 20, 50, 100, 200, 500, 1_000, 2_000, 5_000, 10_000, 60_000];
/// Colours of curves that share a plot.
const COLORS: [char; 4] = ['a', 'b', 'c', 'd'];

impl Page<'_> {
    pub(super) fn html(&self) -> String {
        let title = format!("mm-bot report {}", self.label);
        let mut body = String::new();
        let _ = write!(body, "<h1>{}</h1>\n<p class=\"soft\">{}</p>\n", escaped(&title), {
            let of = |key| tables::text(tables::get(self.json, &["window", key]));
            format!("{} to {}", of("from"), of("to"))
        });
        body += &tables::verdict(self.json);
        body += &tables::tiles(self.json);
        if let Some((profit, statement, charts)) = self.recorded {
            body += &money(profit, statement, self.json);
            body += &markets(charts);
            body += &answers(charts);
        }
        body += &tables::orders(self.json);
        body += "<footer>Made by <code>mm-bot report --html</code>. The same numbers as \
                 <code>--json</code>, which is in this page as <code>#report</code>.</footer>\n";
        let style = include_str!("style.css");
        // `<` as an escape: a name in it cannot end the element.
        let data = self.json.to_string().replace('<', "\\u003c");
        let title = escaped(&title);
        format!(
            "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
             <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
             <meta name=\"color-scheme\" content=\"light dark\">\n\
             <title>{title}</title>\n<style>\n{style}</style>\n</head>\n<body>\n<main>\n{body}</main>\n\
             <script type=\"application/json\" id=\"report\">{data}</script>\n</body>\n</html>\n"
        )
    }
}

/// Equity, profit by market and hour, markouts.
fn money(profit: &Profit, statement: &Statement, json: &Value) -> String {
    let mut html = String::from("<h2>Account</h2>\n");
    let mut equity = Curve::default();
    for (at, value) in profit.equity() {
        equity.push(at, e8(value));
    }
    let line = |name, points| Line { name, color: 'a', style: Style::Line, points };
    html += &Plot {
        title: "Account value",
        lines: vec![line("value in dollars", equity.points())],
        say: &|value| dollars(value),
        zero: false,
    }
    .html()
    .unwrap_or_default();
    html += &tables::profit(json);
    html += &markouts(statement);
    html
}

/// What trades were worth after a while, one line for each market. The horizons stand at equal
/// distances.
fn markouts(statement: &Statement) -> String {
    let mut traded: Vec<_> =
        statement.markets.iter().filter(|(_, market)| market.total.fills() > 0).collect();
    traded.sort_by_key(|(_, market)| std::cmp::Reverse(market.total.volume));
    if traded.is_empty() {
        return String::new();
    }
    let after = HORIZONS_MS.map(|ms| format!("{} s", ms / 1_000));
    let mut html = format!(
        "<h2>Markouts</h2>\n<p class=\"soft\">What a trade was better than the mid, at once and after \
         {}: above zero it went our way.</p>\n",
        after.join(", ")
    );
    let horizons: Vec<String> = std::iter::once("at once".to_owned()).chain(after).collect();
    for group in traded.chunks(COLORS.len()) {
        let mut curves = Vec::new();
        for ((name, market), color) in group.iter().zip(COLORS) {
            let later = market.total.markouts.iter().map(Markout::ppm);
            let points = std::iter::once(market.total.spread_ppm()).chain(later).collect();
            curves.push((name.as_str(), color, points));
        }
        html += &plot::markouts(&curves, &horizons);
    }
    html
}

fn markets(charts: &Charts) -> String {
    let mut html = String::from("<h2>Markets</h2>\n");
    for (name, chart) in &charts.markets {
        let _ = writeln!(html, "<h3>{}</h3>", escaped(name));
        html += &market(chart);
    }
    html
}

fn market(chart: &MarketChart) -> String {
    let line =
        |name, color, style, curve: &Curve| Line { name, color, style, points: curve.points() };
    let plots = [
        Plot {
            title: "Quotes and trades around the mid",
            lines: vec![
                line("our bid", 'a', Style::Broken, &chart.bid),
                line("our ask", 'b', Style::Broken, &chart.ask),
                line("bought", 'c', Style::Dots, &chart.buys),
                line("sold", 'd', Style::Dots, &chart.sells),
            ],
            say: &|ppm| bps(ppm),
            zero: true,
        },
        Plot {
            title: "Mid price",
            lines: vec![line("mid", 'a', Style::Broken, &chart.mid)],
            say: &|value| Usd::from_e8(value).to_string(),
            zero: false,
        },
        Plot {
            title: "Inventory",
            lines: vec![line("position in coins", 'b', Style::Steps, &chart.position)],
            say: &|value| Usd::from_e8(value).to_string(),
            zero: true,
        },
    ];
    plots.iter().filter_map(Plot::html).collect()
}

/// How long the venue took to answer an order.
fn answers(charts: &Charts) -> String {
    if charts.answers_ms.is_empty() {
        return String::new();
    }
    let mut rows = Vec::new();
    let mut from = 0;
    for bound in ANSWERS_MS {
        let count: u64 = charts.answers_ms.range(from..=bound).map(|(_, count)| count).sum();
        rows.push((format!("to {bound} ms"), count));
        from = bound + 1;
    }
    let said = |permille| charts.answer_ms(permille).map_or(String::new(), |ms| format!("{ms} ms"));
    format!(
        "<h2>Latency</h2>\n<p class=\"soft\">From an order's attempt to the venue's answer: median {}, \
         nine of ten within {}, all but one in a hundred within {}.</p>\n{}",
        said(500),
        said(900),
        said(990),
        tables::bars(&rows)
    )
}

fn e8(value: Usd) -> i64 {
    i64::try_from(value.raw() / 100_000_000).unwrap_or(i64::MAX)
}

fn dollars(value: i64) -> String {
    format!("{:.2}", Usd::from_e8(value))
}

/// Parts per million as basis points.
fn bps(ppm: i64) -> String {
    let sign = if ppm < 0 { "-" } else { "" };
    let n = ppm.unsigned_abs();
    format!("{sign}{}.{:02} bps", n / 100, n % 100)
}
