//! What must be right before real orders: each matter looked at, in words, with the fix.
//!
//! `mm-bot doctor` prints every finding. A run on testnet or mainnet looks at the same before its
//! first order and does not start on one that is wrong. Looking and judging are apart: the judges are
//! plain functions of what was seen, so that every wrong state can be shown to them in a test.

mod account;
mod feed;
mod finding;
mod local;
mod markets;

use std::collections::BTreeMap;
use std::time::Duration;

use hl_client::{Endpoint, InfoClient, clock};
use hl_quant::{Price, Round};
use hl_wire::Address;

pub(crate) use self::finding::{Finding, Verdict};
use crate::config::Settings;
use crate::markets::Markets;
use crate::runtime::venue::unreachable;

/// Whom to look at.
pub(crate) struct Patient<'a> {
    pub(crate) settings: &'a Settings,
    pub(crate) info: InfoClient,
    pub(crate) endpoint: Endpoint,
    pub(crate) account: Address,
    /// The address of the key that signs; `None` if it could not be read.
    pub(crate) agent: Option<Address>,
}

/// Looks at this machine: what needs no venue.
pub(crate) fn examine_machine(settings: &Settings) -> Vec<Finding> {
    let mut found = vec![local::clock(clock::now()), local::state(settings)];
    found.extend(local::secrets(&settings.signals));
    found
}

/// Looks at everything that the venue can be asked for, and listens to its streams for `listen`.
pub(crate) async fn examine(patient: &Patient<'_>, listen: Duration) -> Vec<Finding> {
    let settings = patient.settings;
    let asked = clock::now();
    let meta = match patient.info.meta(None).await {
        Ok(meta) => meta,
        Err(error) => {
            let what = unreachable(error);
            let fix = what.hint.unwrap_or_else(|| "try again; look at its status page".to_owned());
            return vec![Finding::wrong("venue", what.what, fix)];
        }
    };
    let took = clock::now().since(asked);
    let authority = patient.endpoint.info().authority().to_string();
    let mut found = vec![Finding::ok("venue", format!("{authority} answers in {took} ms"))];
    found.extend(account::examine(patient).await);
    let listed = match Markets::new(&meta, BTreeMap::new(), settings) {
        Ok(listed) => listed,
        Err(failed) => {
            let fix =
                "correct the overrides of ticks and lots; `mm-bot specs` shows the venue's own";
            found.push(Finding::wrong("markets", failed.what, fix));
            return found;
        }
    };
    let prices = prices(patient, &mut found).await;
    found.extend(markets::examine(settings, &listed.universe, &prices));
    if !listen.is_zero() {
        found.extend(feed::examine(patient, &settings.pairs, listen).await);
    }
    found
}

/// A recent price of each pair; and, on the way, how far the venue's clock is from ours.
async fn prices(patient: &Patient<'_>, found: &mut Vec<Finding>) -> BTreeMap<String, Price> {
    let mut prices = BTreeMap::new();
    let mut least: Option<i64> = None;
    for coin in &patient.settings.pairs {
        let asked = clock::now();
        let Ok(book) = patient.info.l2_book(coin, hl_client::Aggregation::default()).await else {
            continue;
        };
        let delay = local::delay_ms(asked, clock::now(), book.time);
        least = Some(least.map_or(delay, |least| least.min(delay)));
        if let (Some(bid), Some(ask)) = (book.levels.0.first(), book.levels.1.first()) {
            prices.insert(coin.clone(), bid.px.midpoint(ask.px, Round::Down));
        }
    }
    found.push(local::skew(least));
    prices
}
