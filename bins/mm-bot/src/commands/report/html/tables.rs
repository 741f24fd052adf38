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
    let all = ["doubts", "broken"].map(|key| json[key].as_array());
    let profit = json["profit"]["doubts"].as_array();
    let doubts: Vec<&Value> = all.into_iter().chain([profit]).flatten().flatten().collect();
    if doubts.is_empty() {
        let money = if json["profit"].is_object() {
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
    let total = &json["total"];
    let mut tiles = Vec::new();
    if json["profit"].is_object() {
        let profit = &json["profit"];
        tiles.push(("profit in dollars", text(&profit["total"]["profit"])));
        tiles.push(("not accounted for", text(&profit["difference"])));
    }
    let ticks = &total["rejected"]["E_TICK"];
    let ticks = if ticks.is_null() { "0".to_owned() } else { text(ticks) };
    let ppm = json["coverage_ppm"].as_u64().unwrap_or(0);
    tiles.extend([
        ("attempts", text(&total["attempts"])),
        ("accepted", text(&total["accepted"])),
        ("refused for the tick", ticks),
        ("trades as maker", text(&total["maker_fills"])),
        ("trades as taker", text(&total["taker_fills"])),
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
    let profit = &json["profit"];
    let mut html = String::from("<h2>Profit by market</h2>\n");
    let sum = ("all".to_owned(), &profit["total"], "sum");
    let rows = entries(&profit["markets"]).map(|(name, market)| (name, &market["total"], ""));
    html += &table("market", &MONEY, rows.chain([sum]));
    let _ = write!(
        html,
        "<p class=\"soft\">The account changed by {}, {} of it transferred; {} is not accounted \
         for.</p>\n<h2>Profit by hour</h2>\n",
        escaped(&text(&profit["change"])),
        escaped(&text(&profit["transfers"])),
        escaped(&text(&profit["difference"]))
    );
    html += &table("hour", &MONEY, entries(&profit["hours"]).map(|(name, row)| (hour(&name), row, "")));
    html += "<details><summary>Each market by the hour</summary>\n";
    for (name, market) in entries(&profit["markets"]) {
        let _ = writeln!(html, "<h3>{}</h3>", escaped(&name));
        let rows = entries(&market["hours"]).map(|(name, row)| (hour(&name), row, ""));
        html += &table("hour", &MONEY, rows);
    }
    html += "</details>\n<h2>Fees by tier</h2>\n";
    let tiers = profit["tiers"].as_array().into_iter().flatten();
    let rows = tiers.map(|tier| {
        let name = format!("{} at {} bps", text(&tier["liquidity"]), text(&tier["bps"]));
        (name, tier, "")
    });
    html + &table("tier", &[("fills", "fills"), ("volume", "volume"), ("fees", "fees")], rows)
}

/// What became of orders.
pub(super) fn orders(json: &Value) -> String {
    let mut html = String::from("<h2>Orders by market</h2>\n");
    let sum = ("all".to_owned(), &json["total"], "sum");
    let rows = entries(&json["pairs"]).map(|(name, counts)| (name, counts, ""));
    html += &table("market", &ORDERS, rows.chain([sum]));
    html += "<h2>Refusals by class</h2>\n";
    let refused = entries(&json["total"]["rejected"]);
    let rows: Vec<_> = refused.map(|(code, n)| (code, n.as_u64().unwrap_or(0))).collect();
    if rows.is_empty() {
        html += "<p class=\"soft\">None.</p>\n";
    } else {
        html += &bars(&rows);
    }
    let gaps = json["gaps"].as_array().map_or(&[][..], Vec::as_slice);
    if !gaps.is_empty() {
        html += "<h2>Gaps</h2>\n";
        let columns = [("to", "to"), ("seconds", "sec")];
        html += &table("from", &columns, gaps.iter().map(|gap| (text(&gap["from"]), gap, "")));
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
            let (label, value) = (escaped(label), escaped(&text(&row[*key])));
            let _ = write!(html, "<td data-l=\"{label}\">{value}</td>");
        }
        html += "</tr>\n";
    }
    html + "</tbody></table>\n"
}
