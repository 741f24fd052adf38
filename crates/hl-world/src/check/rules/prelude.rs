//! What every rule needs.

pub(super) use hl_engine::{Event, EventKind, OrderState};
pub(super) use hl_quant::{Millis, Price, Side};
pub(super) use hl_sim::Deed;
pub(super) use hl_wire::Cloid;

pub(super) use crate::Phase;
pub(super) use crate::check::court::Court;
pub(super) use crate::check::invariants::Id;
pub(super) use crate::check::record::{BotRecord, Fate};
pub(super) use crate::check::seen::{Seen, View};
pub(super) use crate::check::text::Digits;
pub(super) use crate::check::wire::{Name, Verb, Wire, WireOrder};

/// Judges one invariant.
pub(crate) trait Rule: std::fmt::Debug {
    /// Looks at one thing that happened.
    fn see(&mut self, view: &View<'_>, seen: &Seen<'_>, court: &mut Court);

    /// The run is over.
    fn end(&mut self, view: &View<'_>, court: &mut Court) {
        let _ = (view, court);
    }
}

/// The market that an order on the wire is meant for: what its attempt's line said, or else what
/// its number means to the exchange.
pub(super) fn market_of(view: &View<'_>, order: &WireOrder<'_>) -> Option<usize> {
    let record = order.cloid.and_then(|cloid| view.record.orders.get(&cloid));
    let by_asset = || {
        view.record.markets.iter().position(|market| {
            market.rules.last().is_some_and(|(_, rules)| rules.asset == order.asset)
        })
    };
    record.map(|order| order.market).or_else(by_asset)
}

/// Its price, if its text is one.
pub(super) fn price_of(order: &WireOrder<'_>) -> Option<Price> {
    Digits::canonical(order.price)?.times_e8().and_then(Price::from_raw)
}

/// Its side.
pub(super) const fn side_of(order: &WireOrder<'_>) -> Side {
    if order.buys { Side::Bid } else { Side::Ask }
}

/// The orders that a process sends to quote with, and that process; nothing for other observations
/// and for orders that leave a position.
pub(super) fn quotes<'a>(
    view: &'a View<'_>,
    seen: &'a Seen<'_>,
) -> Option<(&'a BotRecord, &'a [WireOrder<'a>])> {
    let Seen::Sent { bot, request, wire, .. } = seen else { return None };
    let bot = view.record.bot(*bot)?;
    (!bot.exits.contains(request)).then_some((bot, &wire.orders))
}
