//! The tables of the page. Every number is taken out of the report's JSON as it is there.

use std::fmt::Write as _;

use serde_json::Value;

use super::plot::escaped;

/// The columns of money: what they are called, and their key.
const MONEY: [(&str, &str); 8] = [
    ("profit", "profit"),
    ("spread", "spread"),
    ("inventory", "inventory"),
    ("fees", "fees"),
    ("rebates", "rebates"),
    ("funding", "funding"),
    ("fills", "fills"),
    ("volume", "volume"),
];
/// The columns of orders.
const ORDERS: [(&str, &str); 8] = [
    ("attempts", "attempts"),
    ("accepted", "accepted"),
    ("never sent", "never_sent"),
    ("not placed", "not_placed"),
    ("unknown", "unknown"),
    ("below min", "below_min"),
    ("maker fills", "maker_fills"),
    ("taker fills", "taker_fills"),
];

/// What is at a path; null where there is nothing.
pub(super) fn get<'a>(value: &'a Value, path: &[&str]) -> &'a Value {
    path.iter().fold(value, |value, key| value.get(key).unwrap_or(&Value::Null))
}

/// A value as text, without quotes.
pub(super) fn text(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Null => "-".to_owned(),
        other => other.to_string(),
    }
}

/// Whether the report is evidence, and why not.
pub(super) fn verdict(json: &Value) -> String {
    let all = ["doubts", "broken"].map(|key| get(json, &[key]).as_array());
    let profit = get(json, &["profit", "doubts"]).as_array();
    let doubts: Vec<&Value> = all.into_iter().chain([profit]).flatten().flatten().collect();
    if doubts.is_empty() {
        let money = if get(json, &["profit"]).is_object() {
            ", and every unit of the account is accounted for"
        } else {
            ""
        };
        return format!("<p class=\"verdict\">Good evidence: the window is covered{money}.</p>\n");
    }
    let mut html = String::from("<div class=\"verdict bad\">No evidence:<ul>");
    for doubt in doubts {
        let _ = write!(html, "<li>{}</li>", escaped(&text(doubt)));
    }
    html + "</ul></div>\n"
}

/// The numbers that come first.
pub(super) fn tiles(json: &Value) -> String {
    let total = get(json, &["total"]);
    let mut tiles = Vec::new();
    if get(json, &["profit"]).is_object() {
        let profit = get(json, &["profit"]);
        tiles.push(("profit in dollars", text(get(profit, &["total", "profit"]))));
        tiles.push(("not accounted for", text(get(profit, &["difference"]))));
    }
    let ticks = get(total, &["rejected", "E_TICK"]);
    let ticks = if ticks.is_null() { "0".to_owned() } else { text(ticks) };
    let ppm = get(json, &["coverage_ppm"]).as_u64().unwrap_or(0);
    tiles.extend([
        ("attempts", text(get(total, &["attempts"]))),
        ("accepted", text(get(total, &["accepted"]))),
        ("refused for the tick", ticks),
        ("trades as maker", text(get(total, &["maker_fills"]))),
        ("trades as taker", text(get(total, &["taker_fills"]))),
        ("covered", format!("{}.{:02}%", ppm / 10_000, ppm % 10_000 / 100)),
    ]);
    let mut html = String::from("<div class=\"tiles\">");
    for (name, value) in tiles {
        let _ = write!(
            html,
            "<div class=\"tile\"><b>{}</b><span>{}</span></div>",
            escaped(&value),
            escaped(name)
        );
    }
    html + "</div>\n"
}

/// Profit by market, by hour, by both, and by rate.
pub(super) fn profit(json: &Value) -> String {
    let profit = get(json, &["profit"]);
    let mut html = String::from("<h2>Profit by market</h2>\n");
    let sum = ("all".to_owned(), get(profit, &["total"]), "sum");
    let rows = entries(get(profit, &["markets"]))
        .map(|(name, market)| (name, get(market, &["total"]), ""));
    html += &table("market", &MONEY, rows.chain([sum]));
    let _ = write!(
        html,
        "<p class=\"soft\">The account changed by {}, {} of it transferred; {} is not accounted \
         for.</p>\n<h2>Profit by hour</h2>\n",
        escaped(&text(get(profit, &["change"]))),
        escaped(&text(get(profit, &["transfers"]))),
        escaped(&text(get(profit, &["difference"])))
    );
    html += &table(
        "hour",
        &MONEY,
        entries(get(profit, &["hours"])).map(|(name, row)| (hour(&name), row, "")),
    );
    html += "<details><summary>Each market by the hour</summary>\n";
    for (name, market) in entries(get(profit, &["markets"])) {
        let _ = writeln!(html, "<h3>{}</h3>", escaped(&name));
        let rows = entries(get(market, &["hours"])).map(|(name, row)| (hour(&name), row, ""));
        html += &table("hour", &MONEY, rows);
    }
    html += "</details>\n<h2>Fees by tier</h2>\n";
    let tiers = get(profit, &["tiers"]).as_array().into_iter().flatten();
    let rows = tiers.map(|tier| {
        let name =
            format!("{} at {} bps", text(get(tier, &["liquidity"])), text(get(tier, &["bps"])));
        (name, tier, "")
    });
    html + &table("tier", &[("fills", "fills"), ("volume", "volume"), ("fees", "fees")], rows)
}

/// What became of orders.
pub(super) fn orders(json: &Value) -> String {
    let mut html = String::from("<h2>Orders by market</h2>\n");
    let sum = ("all".to_owned(), get(json, &["total"]), "sum");
    let rows = entries(get(json, &["pairs"])).map(|(name, counts)| (name, counts, ""));
    html += &table("market", &ORDERS, rows.chain([sum]));
    html += "<h2>Refusals by class</h2>\n";
    let refused = entries(get(json, &["total", "rejected"]));
    let rows: Vec<_> = refused.map(|(code, n)| (code, n.as_u64().unwrap_or(0))).collect();
    if rows.is_empty() {
        html += "<p class=\"soft\">None.</p>\n";
    } else {
        html += &bars(&rows);
    }
    let gaps = get(json, &["gaps"]).as_array().map_or(&[][..], Vec::as_slice);
    if !gaps.is_empty() {
        html += "<h2>Gaps</h2>\n";
        let columns = [("to", "to"), ("seconds", "sec")];
        html +=
            &table("from", &columns, gaps.iter().map(|gap| (text(get(gap, &["from"])), gap, "")));
    }
    html
}

/// Counts as bars.
pub(super) fn bars(rows: &[(String, u64)]) -> String {
    let most = rows.iter().map(|(_, n)| *n).max().unwrap_or(0).max(1);
    let mut html = String::from("<figure><div class=\"bars\">");
    for (name, n) in rows {
        let share = n.saturating_mul(100) / most;
        let _ = write!(
            html,
            "<span>{}</span><div style=\"width:{share}%\"></div><span>{n}</span>",
            escaped(name)
        );
    }
    html + "</div></figure>\n"
}

fn entries(value: &Value) -> impl Iterator<Item = (String, &Value)> {
    value.as_object().into_iter().flatten().map(|(key, value)| (key.clone(), value))
}

/// `2025-11-04T10:00:00.000Z` as `2025-11-04 10:00`.
fn hour(iso: &str) -> String {
    iso.get(..16).map_or_else(|| iso.to_owned(), |short| short.replace('T', " "))
}

fn table<'a>(
    first: &str,
    columns: &[(&str, &str)],
    rows: impl Iterator<Item = (String, &'a Value, &'static str)>,
) -> String {
    let mut html = format!("<table><thead><tr><th>{}</th>", escaped(first));
    for (name, _) in columns {
        let _ = write!(html, "<th>{}</th>", escaped(name));
    }
    html += "</tr></thead><tbody>\n";
    for (name, row, class) in rows {
        let _ = write!(html, "<tr class=\"{class}\"><td data-l=\"\">{}</td>", escaped(&name));
        for (label, key) in columns {
            let (label, value) = (escaped(label), escaped(&text(get(row, &[*key]))));
            let _ = write!(html, "<td data-l=\"{label}\">{value}</td>");
        }
        html += "</tr>\n";
    }
    html + "</tbody></table>\n"
}
