//! What happened, with its denominators, beside the exchange's own count.

mod json;
mod text;

use std::collections::BTreeMap;
use std::time::Duration;

use hl_engine::{Engine, Halt, MarketId, Stats, Usd};
use hl_quant::SignedSize;
use hl_sim::AccountTruth;

use super::driver::Ending;
use super::standing::Standing;
use super::sweep::{HINT, Remaining};
use crate::exit::{Exit, Failed};

/// The account of one run.
#[derive(Debug)]
pub(super) struct Summary {
    pub(super) venue: &'static str,
    pub(super) elapsed: Duration,
    pub(super) seed: Option<u64>,
    pub(super) ending: Ending,
    /// The engine's counts; lost with it when it ended in a panic.
    pub(super) total: Option<Stats>,
    pub(super) markets: Vec<MarketSummary>,
    /// How it stood with the venue at the end.
    pub(super) standing: Option<Standing>,
    pub(super) remaining: Remaining,
    /// The exchange's own count, where the exchange is ours to ask.
    pub(super) truth: Option<AccountTruth>,
    /// The halt that still holds, and will in the next run.
    pub(super) halted: Option<Halt>,
    /// How often the journal could not be written.
    pub(super) journal_failures: u64,
    /// Why event lines are missing, if some are.
    pub(super) log_broken: Option<String>,
    /// Inputs that are missing in the record of inputs and decisions.
    pub(super) decisions_lost: u64,
}

/// The account of one market.
#[derive(Debug)]
pub(super) struct MarketSummary {
    coin: String,
    stats: Stats,
    /// What is still held: stopping cancels orders, it does not close positions.
    position: SignedSize,
    /// Of this run: a position from before it counts only with what it gained or lost since.
    profit: Option<Usd>,
}

/// The account of each market, copied out of the engine.
pub(super) fn markets(engine: &Engine, coins: &[String]) -> Vec<MarketSummary> {
    (0_u16..)
        .zip(coins)
        .filter_map(|(index, coin)| {
            let view = engine.market(MarketId(index))?;
            // Of hundreds of candidates only those that rotation has entered have anything to say.
            let idle = view.stats.attempts == 0 && view.position.raw() == 0;
            if idle && engine.rotation_phase(MarketId(index)).is_some() {
                return None;
            }
            let (stats, position) = (view.stats.clone(), view.position);
            Some(MarketSummary { coin: coin.clone(), stats, position, profit: view.profit })
        })
        .collect()
}

impl Summary {
    /// What went wrong, in words; empty when nothing did.
    pub(super) fn problems(&self) -> Vec<String> {
        let mut problems = Vec::new();
        match &self.ending {
            Ending::Asked(_) => {}
            Ending::Offline(seconds) => problems.push(format!("no connection for {seconds} s")),
            Ending::Broken(why) => problems.push(why.clone()),
        }
        if let Some(halt) = self.halted {
            problems.push(format!(
                "halted ({}), also in the next run, until `mm-bot resume` or SIGUSR2",
                halt.cause
            ));
        }
        if self.journal_failures > 0 {
            let n = self.journal_failures;
            problems.push(format!("the journal could not be written {n} times"));
        }
        problems.extend(self.remaining.unconfirmed());
        if let Some(total) = &self.total {
            problems.extend(broken_promises(total));
        }
        if let Some(truth) = &self.truth {
            problems.extend(illegal(truth));
            problems.extend(self.differences(truth));
        }
        if let Some(why) = &self.log_broken {
            problems.push(format!("event lines are missing: {why}"));
        }
        if self.decisions_lost > 0 {
            let n = self.decisions_lost;
            problems.push(format!("{n} inputs are missing in the journal of decisions"));
        }
        problems
    }

    /// The counts that are not the exchange's.
    fn differences(&self, truth: &AccountTruth) -> Vec<String> {
        let Some(ours) = &self.total else { return Vec::new() };
        let mut pairs = vec![
            ("attempts".to_owned(), ours.attempts.saturating_sub(ours.never_sent), truth.attempts),
            ("accepted".to_owned(), ours.accepted, truth.accepted),
            ("maker fills".to_owned(), ours.maker_fills, truth.maker_fills),
            ("taker fills".to_owned(), ours.taker_fills, truth.taker_fills),
        ];
        let mut codes: BTreeMap<_, (u64, u64)> = BTreeMap::new();
        for (code, count) in ours.rejected() {
            codes.entry(*code).or_default().0 = *count;
        }
        for (code, count) in &truth.rejected {
            codes.entry(*code).or_default().1 = *count;
        }
        pairs.extend(codes.into_iter().map(|(code, (a, b))| (format!("rejected {code}"), a, b)));
        for MarketSummary { coin, stats, .. } in &self.markets {
            let there = truth.markets.get(coin).copied().unwrap_or_default();
            let sent = stats.attempts.saturating_sub(stats.never_sent);
            pairs.push((format!("{coin} attempts"), sent, there.attempts));
            pairs.push((format!("{coin} accepted"), stats.accepted, there.accepted));
            pairs.push((format!("{coin} maker fills"), stats.maker_fills, there.maker_fills));
        }
        pairs
            .into_iter()
            .filter(|(_, ours, theirs)| ours != theirs)
            .map(|(what, ours, theirs)| format!("{what}: {ours} here, {theirs} at the exchange"))
            .collect()
    }

    /// How the process ends.
    pub(super) fn exit(&self) -> Exit {
        let halted_only = self.halted.is_some() && self.problems().len() == self.of_a_halt();
        let promised = self.remaining.is_nothing()
            && self.total.as_ref().is_none_or(|total| total.taker_fills <= total.meant_takes)
            && self.truth.as_ref().is_none_or(|truth| {
                illegal(truth).is_empty() && self.differences(truth).is_empty()
            });
        match &self.ending {
            _ if !promised => Exit::OrdersRemain,
            Ending::Offline(_) => Exit::Unreachable,
            _ if halted_only => Exit::Halted,
            _ if self.problems().is_empty() => Exit::Ok,
            _ => Exit::Failure,
        }
    }

    /// For standard error, where orders may be left: which, and what to do about it.
    pub(super) fn warning(&self) -> Option<Failed> {
        let what = self.remaining.unconfirmed()?;
        Some(Failed::new(Exit::OrdersRemain, what).hint(HINT))
    }

    /// How many problems a halt brings with it: itself, and if it held from the start, that nothing
    /// was attempted.
    fn of_a_halt(&self) -> usize {
        1 + usize::from(self.total.as_ref().is_some_and(|total| total.attempts == 0))
    }

    /// Over all markets; none if one market's is not known.
    fn profit(&self) -> Option<Usd> {
        self.markets.iter().try_fold(Usd::ZERO, |sum, market| Some(sum.plus(market.profit?)))
    }
}

fn broken_promises(total: &Stats) -> Vec<String> {
    let mut problems = Vec::new();
    if total.attempts == 0 {
        problems.push("no order was attempted".to_owned());
    }
    if total.taker_fills > total.meant_takes {
        problems.push(format!("{} fills as taker", total.taker_fills - total.meant_takes));
    }
    if total.unresolved > 0 {
        problems.push(format!("{} orders of unknown fate", total.unresolved));
    }
    problems
}

fn illegal(truth: &AccountTruth) -> Vec<String> {
    let counts = [
        ("illegal prices", truth.illegal_prices),
        ("illegal sizes", truth.illegal_sizes),
        ("open orders", truth.open_orders),
        ("taker fills", truth.taker_fills),
    ];
    counts
        .iter()
        .filter(|(_, n)| *n > 0)
        .map(|(what, n)| format!("{n} {what} by the exchange's own check"))
        .collect()
}
