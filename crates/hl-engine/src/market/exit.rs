//! Closing the position of one market with reduce-only orders that take.

use hl_quant::{Millis, OrderPrice, Price, Round, Side, Size};
use hl_wire::{ReduceOnly, Tif};

use super::{Market, Spec};
use crate::{
    Attempt, EventKind, ExitConfig, ExitLine, ExitOrder, GateStop, IntentId, MarketStatus, Ppm,
    gate::{self, ExitFacts},
    ids::CloidMaker,
    order::{Nonce, Oids, Order, Origin, Phase},
    outbox::Outbox,
    stats::bump,
};

/// What a market needs from the engine to close its position.
#[derive(Debug)]
pub(crate) struct ExitDesk<'a> {
    pub(crate) now: Millis,
    pub(crate) config: ExitConfig,
    pub(crate) spec_max_age_ms: u64,
    pub(crate) cloids: CloidMaker,
    pub(crate) seq: &'a mut u64,
    pub(crate) out: &'a mut Outbox,
}

/// How far the closing got.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Exit {
    since: Millis,
    tries: u8,
    /// When to try next.
    next: Millis,
}

impl Market {
    pub(crate) fn begin_exit(&mut self, now: Millis) {
        self.exit = Some(Exit { since: now, tries: 0, next: now });
    }

    pub(crate) fn end_exit(&mut self) {
        self.exit = None;
    }

    /// The clock was set back.
    pub(crate) fn rebase_exit(&mut self, now: Millis) {
        self.exit = self.exit.map(|exit| Exit {
            since: exit.since.min(now),
            next: exit.next.min(now),
            ..exit
        });
    }

    pub(crate) const fn is_exiting(&self) -> bool {
        self.exit.is_some()
    }

    /// One step: waits for what is under way, sends one order, or reports the end.
    pub(crate) fn run_exit(&mut self, desk: &mut ExitDesk<'_>) {
        let Some(exit) = self.exit else { return };
        // An order whose fills are not all known could be sent a second time.
        let open = |order: &Order| {
            order.origin == Origin::Exit && (order.may_rest() || !order.reserve().is_zero())
        };
        if self.orders.iter().any(open) {
            return;
        }
        let position = self.ledger.position();
        let Some(held) = position.side() else {
            // Between two fills of many it may look flat: what has traded and is not told yet counts.
            let owes = |order: &Order| {
                matches!(order.phase, Phase::Unknown | Phase::Closed) && !order.reserve().is_zero()
            };
            if !self.orders.iter().any(owes) {
                self.report_exit(exit, desk);
            }
            return;
        };
        if desk.now < exit.next {
            return;
        }
        // Our own quotes go first, for a while: the venue would cancel them, one by one, as we take.
        let patience = desk.config.wait_ms.saturating_mul(2);
        if self.orders.count() > 0 && desk.now.since(exit.since) < patience {
            return;
        }
        if exit.tries >= desk.config.tries {
            return self.report_exit(exit, desk);
        }
        if !desk.out.budgets.may_exit(desk.now) {
            return;
        }
        self.exit = Some(Exit { next: desk.now.plus(desk.config.wait_ms), ..exit });
        if self.send_exit(held.opposite(), position.magnitude(), desk) {
            let tries = exit.tries.saturating_add(1);
            self.exit = self.exit.map(|exit| Exit { tries, ..exit });
        }
    }

    fn report_exit(&mut self, exit: Exit, desk: &mut ExitDesk<'_>) {
        self.exit = None;
        let (pair, left) = (self.pair(), self.ledger.position());
        let line = ExitLine { pair, left, tries: exit.tries };
        desk.out.event(desk.now, EventKind::Exit(line));
    }

    /// Sends one order that closes `size`; `false` if now is not the time.
    fn send_exit(&mut self, side: Side, size: Size, desk: &mut ExitDesk<'_>) -> bool {
        let Some(spec) = self.spec.as_ref().filter(|spec| spec.status == MarketStatus::Trading)
        else {
            return false;
        };
        if desk.now.since(spec.requested) > desk.spec_max_age_ms {
            return false;
        }
        let Ok((oracle, slow)) = self.refs.both(desk.now, &self.config.collar) else {
            return false;
        };
        let worst = worst_price(side, oracle, slow, desk.config.slippage);
        let Some(price) = worst.and_then(|worst| cap(spec, side, worst)) else { return false };
        let Ok(size) = spec.rules.sizes().snap(size, Round::Down) else { return false };
        let facts = ExitFacts {
            spec: Some(&spec.rules),
            position: self.ledger.position(),
            references: (oracle, slow),
            slippage: desk.config.slippage,
        };
        if let Err(stop) = gate::check_exit(side, price, size, &facts) {
            desk.out.event(
                desk.now,
                EventKind::Gate(GateStop {
                    pair: self.pair(),
                    side,
                    price: price.get(),
                    size: size.get(),
                    rule: stop.rule,
                    have: stop.have,
                    limit: stop.limit,
                }),
            );
            return false;
        }
        let quant = spec.rules.log_fields(price, size);
        bump(desk.seq);
        let cloid = desk.cloids.make(self.id, *desk.seq);
        let order = ExitOrder { market: self.id, side, price, size, cloid };
        let slot = desk.out.exit(order);
        bump(&mut self.stats.attempts);
        self.orders.push(Order {
            cloid,
            seq: *desk.seq,
            origin: Origin::Exit,
            side,
            price: price.get(),
            size: size.get(),
            size_is_whole: true,
            reduce_only: ReduceOnly::Yes,
            quant,
            intent: IntentId(*desk.seq),
            tries: 1,
            wish: None,
            oids: Oids::default(),
            phase: Phase::Pending,
            slot,
            sent: desk.now,
            nonce: Nonce::new(desk.out.expires()),
            filled: Size::ZERO,
            told: None,
            cancel: None,
            asking: None,
            closed_at: Millis(0),
            dated: None,
            refused: None,
            ended: false,
            on_record: true,
            listed: false,
        });
        let attempt = Attempt {
            seq: *desk.seq,
            intent: IntentId(*desk.seq),
            pair: self.pair(),
            side,
            tif: Tif::Ioc,
            reduce_only: ReduceOnly::Yes,
            cloid,
            price: price.get(),
            size: size.get(),
            quant,
            tries: 1,
        };
        desk.out.event(desk.now, EventKind::Attempt(attempt));
        true
    }
}

/// The worst price that may be paid or got: `slippage` beyond the worse of the two references, which
/// agree within the collar's limit or there is no exit.
fn worst_price(side: Side, oracle: Price, slow: Price, slippage: Ppm) -> Option<Price> {
    let (from, sign) = match side {
        Side::Bid => (oracle.max(slow), 1),
        Side::Ask => (oracle.min(slow), -1),
    };
    let raw = i128::from(from.raw()).saturating_add(slippage.of_price(from).saturating_mul(sign));
    Price::from_raw(u64::try_from(raw).ok()?)
}

/// The legal price that is no worse.
fn cap(spec: &Spec, side: Side, worst: Price) -> Option<OrderPrice> {
    let round = match side {
        Side::Bid => Round::Down,
        Side::Ask => Round::Up,
    };
    spec.rules.prices().snap(worst, round).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_worst_price_is_beyond_the_worse_reference() {
        let price = |text: &str| text.parse::<Price>().unwrap();
        let worst = |side, oracle: &str, slow: &str| {
            worst_price(side, price(oracle), price(slow), Ppm::from_bps(100)).unwrap().to_string()
        };
        assert_eq!(worst(Side::Bid, "100", "102"), "103.02");
        assert_eq!(worst(Side::Bid, "102", "100"), "103.02");
        assert_eq!(worst(Side::Ask, "100", "102"), "99");
        assert_eq!(worst(Side::Ask, "102", "100"), "99");
        assert_eq!(worst_price(Side::Ask, price("1"), price("1"), Ppm::ONE), None, "no price");
    }
}
