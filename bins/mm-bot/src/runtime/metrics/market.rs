//! What each market counts and how it stands.

use hl_engine::{MarketId, MarketView, OrderState, Stats};

use super::Seen;
use super::table::{Metric, Rows, count, counter, flag, gauge, number, seconds};

const PAIR: &[&str] = &["pair"];

/// One row for each market.
fn each(seen: &Seen<'_>, rows: &mut Rows, value: impl Fn(&MarketView<'_>) -> Option<f64>) {
    for view in seen.engine.markets() {
        rows.put([view.pair.as_str()], value(&view));
    }
}

/// One counter of each market.
fn stat(seen: &Seen<'_>, rows: &mut Rows, value: impl Fn(&Stats) -> u64) {
    each(seen, rows, |view| Some(count(value(view.stats))));
}

/// The life of orders, counted.
pub(super) const ORDERS: &[Metric] = &[
    counter(
        "mm_attempts_total",
        PAIR,
        |seen, rows| stat(seen, rows, |s| s.attempts),
        "Orders that passed the gate and were handed to the wire, the new order of a modify included.",
    ),
    counter(
        "mm_accepted_total",
        PAIR,
        |seen, rows| stat(seen, rows, |s| s.accepted),
        "Orders that the venue took.",
    ),
    counter(
        "mm_unknown_total",
        PAIR,
        |seen, rows| stat(seen, rows, |s| s.unknown),
        "How often the fate of an order became unknown. Not an end: each is settled by evidence.",
    ),
    counter(
        "mm_never_sent_total",
        PAIR,
        |seen, rows| stat(seen, rows, |s| s.never_sent),
        "Attempts that never left this machine.",
    ),
    counter(
        "mm_not_found_total",
        PAIR,
        |seen, rows| stat(seen, rows, |s| s.not_found),
        "Orders in doubt that were never placed, by the venue's repeated word.",
    ),
    counter(
        "mm_fills_total",
        &["pair", "liquidity"],
        |seen, rows| {
            for view in seen.engine.markets() {
                let pair = view.pair.as_str();
                rows.put([pair, "maker"], count(view.stats.maker_fills));
                rows.put([pair, "taker"], count(view.stats.taker_fills));
            }
        },
        "Our trades, by whether we made or took.",
    ),
    counter(
        "mm_unmeant_takes_total",
        PAIR,
        |seen, rows| stat(seen, rows, |s| s.taker_fills.saturating_sub(s.meant_takes)),
        "Trades in which a quote of ours took. Post-only orders cannot: any is a defect.",
    ),
    counter(
        "mm_volume_usd_total",
        PAIR,
        |seen, rows| each(seen, rows, |view| number(&view.stats.volume)),
        "The value of all our trades.",
    ),
    counter(
        "mm_cancels_total",
        &["pair", "by"],
        |seen, rows| {
            for view in seen.engine.markets() {
                let pair = view.pair.as_str();
                rows.put([pair, "us"], count(view.stats.canceled));
                rows.put([pair, "venue"], count(view.stats.canceled_by_venue));
            }
        },
        "Orders that left the book without trading, by whose will.",
    ),
    counter(
        "mm_gate_stops_total",
        PAIR,
        |seen, rows| stat(seen, rows, |s| s.gate_stops),
        "Orders that the gate stopped before the wire. The log names the rule.",
    ),
    counter(
        "mm_below_min_total",
        PAIR,
        |seen, rows| stat(seen, rows, |s| s.below_min),
        "How often a wanted quote began to be too small for the venue.",
    ),
];

/// How markets stand.
pub(super) const STATE: &[Metric] = &[
    gauge(
        "mm_quoting",
        PAIR,
        |seen, rows| each(seen, rows, |view| Some(flag(view.why_not.is_none()))),
        "1 while the market is quoted.",
    ),
    gauge(
        "mm_not_quoting",
        &["pair", "reason"],
        |seen, rows| {
            for view in seen.engine.markets() {
                if let Some(why) = view.why_not {
                    rows.put([view.pair.as_str(), why.code()], 1.0);
                }
            }
        },
        "1 for the reason why a market is not quoted; no row while it is.",
    ),
    gauge(
        "mm_orders",
        &["pair", "state"],
        orders,
        "Orders that may still trade or that owe fills.",
    ),
    gauge(
        "mm_book_age_seconds",
        PAIR,
        |seen, rows| each(seen, rows, |view| view.book_age_ms.map(seconds)),
        "Time since the book was last heard; no row before it has been.",
    ),
    gauge(
        "mm_mid_price",
        PAIR,
        |seen, rows| each(seen, rows, |view| view.mid.and_then(|mid| number(&mid))),
        "Halfway between the best prices.",
    ),
    gauge(
        "mm_spread_ratio",
        PAIR,
        |seen, rows| each(seen, rows, |view| view.spread.map(|spread| spread.0 as f64 / 1e6)),
        "The distance between the best prices as a part of the mid.",
    ),
    gauge(
        "mm_position",
        PAIR,
        |seen, rows| each(seen, rows, |view| number(&view.position)),
        "What we hold, in units of the coin; negative is short.",
    ),
    gauge(
        "mm_worst_case_usd",
        PAIR,
        |seen, rows| each(seen, rows, |view| number(&view.worst?)),
        "The largest value that the position can reach by any subset of fills.",
    ),
    gauge(
        "mm_position_limit_usd",
        PAIR,
        |seen, rows| {
            for market in &seen.engine.config().markets {
                rows.put([market.pair.as_str()], number(&market.max_position));
            }
        },
        "What mm_worst_case_usd must not pass; tighter while the dead man's switch is refused.",
    ),
    gauge(
        "mm_profit_usd",
        PAIR,
        |seen, rows| each(seen, rows, |view| number(&view.profit?)),
        "What this run has made: cash and the change of what is held.",
    ),
    gauge(
        "mm_fees_usd",
        PAIR,
        |seen, rows| each(seen, rows, |view| number(&view.stats.fees)),
        "What our trades cost; negative if rebates were larger.",
    ),
];

/// Each market has a row for each state, so that none begins by appearing.
fn orders(seen: &Seen<'_>, rows: &mut Rows) {
    const STATES: [(OrderState, &str); 5] = [
        (OrderState::Pending, "pending"),
        (OrderState::Live, "live"),
        (OrderState::PendingCancel, "pending_cancel"),
        (OrderState::Unknown, "unknown"),
        (OrderState::Closed, "closed"),
    ];
    for (id, view) in (0_u16..).map(MarketId).zip(seen.engine.markets()) {
        let mut counts = [0_u64; STATES.len()];
        for order in seen.engine.orders(id) {
            for (n, (state, _)) in counts.iter_mut().zip(STATES) {
                *n += u64::from(order.state == state);
            }
        }
        for (n, (_, word)) in counts.into_iter().zip(STATES) {
            rows.put([view.pair.as_str(), word], count(n));
        }
    }
}
