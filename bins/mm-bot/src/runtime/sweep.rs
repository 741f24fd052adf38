//! The last resort, and the last check: the venue's own list of our orders.

use std::time::Duration;

use hl_engine::CloidTag;
use hl_specs::Universe;
use hl_wire::info::OrderDoc;
use hl_wire::{CancelByOid, Fast, TradingAction};

use super::tasks::Link;

/// How many times to cancel and look again.
const ROUNDS: usize = 5;
/// Between two rounds: several blocks, so that what was in flight has landed.
const PAUSE: Duration = Duration::from_millis(500);

/// What the venue says at the end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Remaining {
    /// It was asked, and this many orders of ours are open.
    Confirmed(usize),
    /// It could not be asked.
    Unknown(String),
}

/// Asks the venue for our open orders; cancels what there is, by the venue's ids, until none is
/// left or the rounds are used up. Two empty answers in a row are wanted when `doubt` says that
/// requests may have been in flight.
pub(super) async fn sweep(link: &Link, universe: &Universe, doubt: Doubt) -> Remaining {
    let mut last = Remaining::Unknown("not asked".to_owned());
    let mut empty = 0;
    for round in 0..ROUNDS {
        if round > 0 {
            tokio::time::sleep(PAUSE).await;
        }
        let orders = match link.info.frontend_open_orders(link.account, None).await {
            Ok(orders) => ours(orders),
            Err(error) => {
                last = Remaining::Unknown(error.to_string());
                continue;
            }
        };
        last = Remaining::Confirmed(orders.len());
        if orders.is_empty() {
            empty += 1;
            if empty > usize::from(doubt == Doubt::InFlight) {
                return last;
            }
            continue;
        }
        empty = 0;
        cancel(link, universe, &orders).await;
    }
    last
}

/// Whether an empty list can be believed at once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Doubt {
    /// The engine has stopped in order: nothing is on its way.
    None,
    /// Requests may have been cut off half way: look twice.
    InFlight,
}

/// Orders that carry our mark. Those of a human, or of another bot, are not ours to cancel.
fn ours(orders: Vec<OrderDoc>) -> Vec<OrderDoc> {
    let tag = CloidTag::default();
    orders.into_iter().filter(|order| order.cloid.is_some_and(|cloid| tag.owns(cloid))).collect()
}

async fn cancel(link: &Link, universe: &Universe, orders: &[OrderDoc]) {
    let cancels: Vec<CancelByOid> = orders
        .iter()
        .filter_map(|order| {
            let market = universe.get(&order.coin)?;
            Some(CancelByOid { a: market.asset, o: order.oid })
        })
        .collect();
    for chunk in cancels.chunks(100) {
        // The outcome does not matter: the next round asks what is left.
        let action = TradingAction::cancel(chunk.to_vec(), Fast::Yes);
        drop(link.exchange.send(&action, None).await);
    }
}
