//! `cancel-all`: by the venue's own list, until it is empty.

use std::io::Write;

use serde_json::json;
use tokio::time::Instant;

use super::{Account, block_on};
use crate::cli::CancelAllArgs;
use crate::config::Settings;
use crate::exit::{Exit, Failed};
use crate::runtime::sweep::{Doubt, Remaining, Sweep, Swept, Whose};

/// Cancels and confirms.
///
/// # Errors
/// What is left, or that nobody knows.
pub(crate) fn run(
    args: &CancelAllArgs,
    settings: &Settings,
    out: &mut impl Write,
) -> Result<Exit, Failed> {
    let account = Account::open(settings)?;
    let until = Instant::now() + args.within;
    let holder = account.halt_holder("cancel-all")?;
    let swept = block_on(async {
        let (link, universe) = account.link(until).await?;
        let whose = if args.foreign { Whose::All } else { Whose::Ours };
        // Whoever trades for the account may have sent an order a moment ago.
        let doubt = Doubt::InFlight;
        let sweep =
            Sweep { link: &link, universe: &universe, whose, doubt, until, known: Vec::new() };
        Ok(sweep.run().await)
    })?;
    if args.venue.json {
        let open = match &swept.remaining {
            Remaining::Confirmed(left) => Some(left.iter().map(ToString::to_string).collect()),
            Remaining::Unknown { .. } => None::<Vec<String>>,
        };
        let document = json!({
            "venue": account.access.name,
            "account": account.access.account.to_string(),
            "found": swept.found.len(),
            "cancelled": swept.cancelled.len(),
            "left": swept.remaining.count(),
            "open": open,
            "foreign": swept.foreign,
            "halted_process": holder.process(),
        });
        writeln!(out, "{document:#}")?;
    } else {
        writeln!(out, "{}: {}", account.title(), text(&swept))?;
    }
    match failure(&swept) {
        Some(failed) => Err(failed),
        None => Ok(Exit::Ok),
    }
}

fn text(swept: &Swept) -> String {
    let (found, cancelled) = (swept.found.len(), swept.cancelled.len());
    let left = swept.remaining.count().map_or_else(|| "?".to_owned(), |n| n.to_string());
    let foreign = match swept.foreign {
        0 => String::new(),
        n => format!(", {n} foreign left alone (--foreign cancels them too)"),
    };
    format!("{found} orders found, {cancelled} cancelled, {left} left{foreign}")
}

fn failure(swept: &Swept) -> Option<Failed> {
    let what = swept.remaining.unconfirmed()?;
    let never_heard = swept.found.is_empty() && swept.remaining.count().is_none();
    let exit = if never_heard { Exit::Unreachable } else { Exit::OrdersRemain };
    let what = match &swept.refused {
        Some(text) => format!("{what}; the venue refused a cancel: {text}"),
        None => what,
    };
    Some(Failed::new(exit, what).hint("again, or with a longer --within, or by hand at the venue"))
}
