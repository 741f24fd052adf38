//! `docs/configuration.md`: every key as the table in the code has it. The page is written by this
//! test and held against it, so that it cannot say anything else than the program does.

use core::fmt::Write as _;
use std::path::Path;

use super::keys::{Key, Scope, keys};
use super::planned;

/// What comes before it is written by hand.
const MARK: &str = "tells how -->\n\n";

/// A cell of a table.
fn cell(text: &str) -> String {
    text.replace('|', "\\|").replace('<', "&lt;").replace('*', "\\*")
}

fn row(key: &Key) -> String {
    let names: Vec<String> = key.env.iter().map(|name| format!("`{name}`")).collect();
    let names = if names.is_empty() { "file only".to_owned() } else { names.join(", ") };
    let default = match key.default {
        "" => "empty".to_owned(),
        value => format!("`{value}`"),
    };
    let market = match key.scope {
        Scope::Once => "",
        Scope::EachMarket => "yes",
    };
    let range = key.kind.range();
    let (range, doc) = (cell(&range), cell(key.doc));
    format!("| `{}` | {names} | {default} | {range} | {market} | {doc} |\n", key.path)
}

/// Every table of the file, then the names that are known and not honoured.
fn markdown() -> String {
    let mut text = String::new();
    let mut table = "";
    for key in keys() {
        let prefix = key.path.split_once('.').map_or("", |(prefix, _)| prefix);
        if prefix != table {
            let gap = if table.is_empty() { "" } else { "\n" };
            let head = "| key | environment | default | may be | per market | does |";
            let _ = write!(text, "{gap}### [{prefix}]\n\n{head}\n|---|---|---|---|---|---|\n");
            table = prefix;
        }
        text.push_str(&row(key));
    }
    text.push_str("\n### Names that are known and refused\n\n| name | why |\n|---|---|\n");
    for (name, why) in planned::refused() {
        let _ = writeln!(text, "| `{name}` | {} |", cell(why));
    }
    for (name, feature) in planned::features() {
        let feature = cell(feature);
        let _ = writeln!(text, "| `{name}` | only `false` is accepted: there is no {feature} |");
    }
    text
}

/// With `UPDATE_DOCS=1` in the environment the tables are written anew.
#[test]
fn configuration_page_has_every_key_as_the_table_in_the_code() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/configuration.md");
    let page = std::fs::read_to_string(&path).unwrap();
    let (before, tables) = page.split_once(MARK).unwrap();
    let made = markdown();
    if std::env::var_os("UPDATE_DOCS").is_some() {
        std::fs::write(&path, format!("{before}{MARK}{made}")).unwrap();
        return;
    }
    let stale = "docs/configuration.md is out of date: run this test with UPDATE_DOCS=1";
    assert!(tables == made, "{stale}");
}
