//! `config check` and `config show`.

use std::io::Write;

use serde_json::json;

use crate::cli::ConfigCommand;
use crate::config::{self, Effective, Sources, keys::keys};
use crate::exit::{Exit, Failed};

/// Reads every source and reports.
pub(crate) fn run(
    command: &ConfigCommand,
    sources: &Sources,
    out: &mut impl Write,
) -> Result<Exit, Failed> {
    if let ConfigCommand::Show { example: true, .. } = command {
        write!(out, "{}", config::example())?;
        return Ok(Exit::Ok);
    }
    let (effective, _) = config::load(sources)?;
    match command {
        ConfigCommand::Check => {
            let set = effective.keys.values().filter(|e| e.at != config::Origin::Default).count();
            let (all, overrides) = (keys().count(), effective.overrides.len());
            let own = effective.markets.len();
            writeln!(
                out,
                "ok: {all} keys, {set} set, {own} for one market, {overrides} spec overrides"
            )?;
        }
        ConfigCommand::Show { json: true, .. } => writeln!(out, "{:#}", as_json(&effective))?,
        ConfigCommand::Show { .. } => table(&effective, out)?,
    }
    Ok(Exit::Ok)
}

fn rows(effective: &Effective) -> Vec<(String, String, String, String)> {
    let rows = keys().filter_map(|key| {
        let entry = effective.keys.get(key.path)?;
        let env = key.env.first().copied().unwrap_or("-").to_owned();
        let value = config::redacted(&entry.value);
        Some((key.path.to_owned(), env, value, entry.at.to_string()))
    });
    let overrides = effective.overrides.iter().map(|((coin, part), entry)| {
        let path = format!("override.{coin}.{}", part.name());
        let env = config::override_name(coin, *part);
        (path, env, config::redacted(&entry.value), entry.at.to_string())
    });
    let markets = effective.markets.iter().filter_map(|((coin, path), entry)| {
        let name = config::keys::Key::at(path)?.name();
        let value = config::redacted(&entry.value);
        Some((format!("market.{coin}.{name}"), "-".to_owned(), value, entry.at.to_string()))
    });
    rows.chain(markets).chain(overrides).collect()
}

fn table(effective: &Effective, out: &mut impl Write) -> std::io::Result<()> {
    let rows = rows(effective);
    let wide = |f: fn(&(String, String, String, String)) -> usize, head: usize| {
        rows.iter().map(f).max().unwrap_or(0).max(head)
    };
    let (path, env) = (wide(|r| r.0.len(), 3), wide(|r| r.1.len(), 11));
    let value = wide(|r| r.2.len(), 5);
    writeln!(out, "{:path$}  {:value$}  {:env$}  origin", "key", "value", "environment")?;
    for (key, name, shown, origin) in &rows {
        let shown = if shown.is_empty() { "-" } else { shown };
        writeln!(out, "{key:path$}  {shown:value$}  {name:env$}  {origin}")?;
    }
    Ok(())
}

fn as_json(effective: &Effective) -> serde_json::Value {
    rows(effective)
        .into_iter()
        .map(|(key, env, value, origin)| {
            (key, json!({ "value": value, "environment": env, "origin": origin }))
        })
        .collect::<serde_json::Map<_, _>>()
        .into()
}
