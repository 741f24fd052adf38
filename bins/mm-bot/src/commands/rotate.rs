//! `rotate --explain`: who would be chosen and why, beside the old system's order.

use std::io::{Read as _, Write};

use hl_engine::{RotationConfig, from_e8};
use hl_quant::Millis;
use hl_rotation::legacy::{FILTERED, Inputs, Legacy};
use hl_rotation::{
    Candidate, Explained, Factor, Previous, Selection, Verdict, expected_fills, select,
};
use serde::Deserialize;
use serde_json::{Value, json};

use super::rotate_args::RotateArgs;
use super::{rotate_proof, rotate_report, rotate_svg};
use crate::config::Settings;
use crate::exit::{Exit, Failed};
use crate::runtime::{setup, survey};

/// The numbers of one market, as a file gives them.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Given {
    pair: String,
    vol: f64,
    spread_bps: f64,
    depth_usd: f64,
    fees_bps: Option<f64>,
    nansen: Option<f64>,
    flow: Option<f64>,
    toxicity_bps: Option<f64>,
    funding_bps: Option<f64>,
    profit_bps: Option<f64>,
    correlation: Option<f64>,
}

/// Measures or reads, chooses, and prints.
pub(crate) fn run(
    args: &RotateArgs,
    settings: &Settings,
    out: &mut impl Write,
) -> Result<Exit, Failed> {
    let config = setup::rotation_config(&settings.rotate);
    if !args.report.is_empty() {
        return rotate_report::run(&args.report, args.json, out);
    }
    if args.proof {
        return rotate_proof::run(args, config.weights, out);
    }
    let candidates = match &args.from {
        Some(path) => given(path, &config)?,
        None => watched(args, settings, &config)?,
    };
    let previous = Previous::default();
    let selection = select(&candidates, &config.weights, &config.filters, &previous, Millis(0));
    let old = old_order(&candidates, &config);
    if let Some(path) = &args.svg {
        let drawn = rotate_svg::draw(&selection, &old);
        std::fs::write(path, drawn)
            .map_err(|e| Failed::new(Exit::Failure, format!("{}: {e}", path.display())))?;
    }
    if args.json {
        writeln!(out, "{:#}", document(&selection, &old))?;
    } else {
        table(&selection, &old, out)?;
        if args.explain {
            explain(&selection, out)?;
        }
    }
    Ok(Exit::Ok)
}

fn maker_bps(config: &RotationConfig) -> f64 {
    from_e8(config.maker_fee.0.unsigned_abs().saturating_mul(1_000_000))
}

fn given(path: &std::path::Path, config: &RotationConfig) -> Result<Vec<Candidate>, Failed> {
    let mut text = String::new();
    let read = match path.to_str() {
        Some("-") => std::io::stdin().take(1 << 20).read_to_string(&mut text),
        _ => std::fs::File::open(path).and_then(|f| f.take(1 << 20).read_to_string(&mut text)),
    };
    let name = path.display();
    read.map_err(|e| Failed::new(Exit::Failure, format!("{name}: {e}")))?;
    let all: Vec<Given> = serde_json::from_str(&text).map_err(|e| {
        Failed::new(Exit::Failure, format!("{name}: {e}"))
            .hint("an array of {pair, vol, spread_bps, depth_usd}; see mm-bot rotate --help")
    })?;
    Ok(all.into_iter().map(|given| candidate(given, maker_bps(config))).collect())
}

fn candidate(given: Given, maker_bps: f64) -> Candidate {
    let mut candidate = Candidate::new(&given.pair);
    let raw = &mut candidate.raw;
    raw.vol = Some(given.vol);
    raw.spread = Some(given.spread_bps);
    raw.depth = Some(given.depth_usd);
    raw.fees = Some(given.fees_bps.unwrap_or(maker_bps));
    raw.signal = given.nansen;
    raw.flow = given.flow;
    raw.toxicity = given.toxicity_bps;
    raw.funding = given.funding_bps;
    raw.profit = given.profit_bps;
    raw.correlation = given.correlation;
    candidate
}

fn watched(
    args: &RotateArgs,
    settings: &Settings,
    config: &RotationConfig,
) -> Result<Vec<Candidate>, Failed> {
    let survey = survey::survey(args, settings)?;
    let fees = survey.maker_bps.unwrap_or_else(|| maker_bps(config));
    let never = &settings.rotate.never;
    let ours = survey.markets.into_iter().filter(|(coin, _)| !never.contains(coin));
    let made = ours.map(|(coin, reading)| {
        let order = from_e8(settings.market(&coin).base_order_usd);
        let mut candidate = Candidate::new(&coin);
        let raw = &mut candidate.raw;
        (raw.vol, raw.spread, raw.depth) = (reading.vol, reading.spread_bps, reading.depth_usd);
        raw.fees = Some(fees);
        raw.toxicity = reading.toxicity_bps;
        let flow = reading.trades_per_min.zip(reading.depth_usd);
        raw.flow = flow.map(|(trades, depth)| expected_fills(trades, order, depth));
        candidate
    });
    Ok(made.collect())
}

/// The old system's order of the same numbers; those that it could not compute are left out.
fn old_order(candidates: &[Candidate], config: &RotationConfig) -> Vec<(String, f64)> {
    let legacy = Legacy {
        vol: config.weights.get(Factor::Vol),
        spread: config.weights.get(Factor::Spread),
        depth: config.weights.get(Factor::Depth),
        fees: config.weights.get(Factor::Fees),
        nansen: config.weights.get(Factor::Signal),
        min_depth_usd: config.filters.min_depth_usd,
        max_spread_bps: config.filters.max_spread_bps,
    };
    let inputs = |candidate: &Candidate| {
        let raw = &candidate.raw;
        Some(Inputs {
            vol: raw.vol?,
            spread_bps: raw.spread?,
            depth_usd: raw.depth?,
            fees_bps: raw.fees.unwrap_or(0.0),
            nansen: raw.signal.unwrap_or(0.0),
        })
    };
    let markets: Vec<(&str, Inputs)> = candidates
        .iter()
        .filter_map(|candidate| Some((candidate.name.as_str(), inputs(candidate)?)))
        .collect();
    let order = legacy.order(&markets);
    order.into_iter().map(|(name, score)| (name.to_owned(), score)).collect()
}

pub(super) fn place(old: &[(String, f64)], name: &str) -> Option<(usize, f64)> {
    let at = old.iter().position(|(of, _)| of == name)?;
    old.get(at).map(|(_, score)| (at.saturating_add(1), *score))
}

fn document(selection: &Selection, old: &[(String, f64)]) -> Value {
    let markets: Vec<Value> = selection.explained.iter().map(|e| market(e, old)).collect();
    let n = selection.chosen.len();
    let top: Vec<&str> = old.iter().take(n).map(|(name, _)| name.as_str()).collect();
    json!({ "chosen": selection.chosen, "legacy_chosen": top, "markets": markets })
}

fn market(explained: &Explained, old: &[(String, f64)]) -> Value {
    let part = |factor: Factor| {
        let part = explained.parts.get(factor);
        let value = json!({
            "raw": part.raw,
            "normalised": part.normalised,
            "weight": part.weight,
            "contribution": part.contribution,
        });
        (factor.key().to_owned(), value)
    };
    let filters: Vec<Value> = explained
        .checks
        .iter()
        .map(|check| {
            json!({
                "filter": check.filter.key(),
                "passed": check.verdict == Verdict::Passed,
                "have": check.have,
                "limit": check.limit,
            })
        })
        .collect();
    let legacy = place(old, &explained.name);
    json!({
        "pair": explained.name,
        "score": explained.score,
        "chosen": explained.action == hl_rotation::Action::Enter,
        "reason": explained.reason.key(),
        "factors": Factor::ALL.into_iter().map(part).collect::<serde_json::Map<_, _>>(),
        "filters": filters,
        "legacy": legacy.map(|(rank, score)| json!({ "rank": rank, "score": score })),
    })
}

/// A number in few characters; `-` if there is none.
fn text(value: Option<f64>) -> String {
    value.map_or_else(
        || "-".to_owned(),
        |value| {
            if value.abs() >= 1_000.0 { format!("{value:.0}") } else { format!("{value:.4}") }
        },
    )
}

fn table(selection: &Selection, old: &[(String, f64)], out: &mut impl Write) -> Result<(), Failed> {
    writeln!(
        out,
        "{:>4} {:<12} {:>8} {:>6} {:>9} {:>9} {:>9} {:>9} {:>8} {:>8}  decision",
        "rank", "pair", "score", "old", "old score", "vol", "spread", "depth", "flow", "tox"
    )?;
    for (rank, explained) in (1_u32..).zip(&selection.explained) {
        let (old_rank, old_score) = match place(old, &explained.name) {
            Some((rank, score)) if score > FILTERED => (rank.to_string(), format!("{score:.4}")),
            Some((rank, _)) => (rank.to_string(), "filtered".to_owned()),
            None => ("-".to_owned(), "-".to_owned()),
        };
        let rank = match explained.failed() {
            None => rank.to_string(),
            Some(_) => "-".to_owned(),
        };
        let decision = match explained.action {
            hl_rotation::Action::Enter => "chosen",
            _ => explained.reason.key(),
        };
        let raw = |factor| text(explained.raw(factor));
        writeln!(
            out,
            "{rank:>4} {:<12} {:>8.4} {old_rank:>6} {old_score:>9} {:>9} {:>9} {:>9} {:>8} {:>8}  {decision}",
            explained.name,
            explained.score,
            raw(Factor::Vol),
            raw(Factor::Spread),
            raw(Factor::Depth),
            raw(Factor::Flow),
            raw(Factor::Toxicity),
        )?;
    }
    let chosen = selection.chosen.join(",");
    let top: Vec<&str> =
        old.iter().take(selection.chosen.len()).map(|(name, _)| name.as_str()).collect();
    writeln!(out, "\nchosen: {chosen}\nthe old formula would have chosen: {}", top.join(","))?;
    Ok(())
}

/// Every factor's part in the scores of the chosen and of the best that were not.
fn explain(selection: &Selection, out: &mut impl Write) -> Result<(), Failed> {
    const ALSO: usize = 3;
    let shown = selection.chosen.len().saturating_add(ALSO);
    for explained in selection.explained.iter().take(shown) {
        let Explained { name, score, reason, .. } = explained;
        writeln!(out, "\n{name}  score {score:.4}  {reason}")?;
        for factor in Factor::ALL {
            let part = explained.parts.get(factor);
            writeln!(
                out,
                "  {:<8} raw {:>10}  normalised {:>7.4}  weight {:>7.4}  contribution {:>7.4}",
                factor.key(),
                text(part.raw),
                part.normalised,
                part.weight,
                part.contribution
            )?;
        }
        for check in &explained.checks {
            let verdict = if check.verdict == Verdict::Passed { "passed" } else { "failed" };
            let (have, limit) = (text(Some(check.have)), text(Some(check.limit)));
            writeln!(out, "  {:<13} {verdict}  have {have}  limit {limit}", check.filter.key())?;
        }
    }
    Ok(())
}
