//! Fills: into the position, into the money, into the order, each once.

use hl_quant::Size;
use hl_wire::Cloid;

use super::{Market, answers::Clerk};
use crate::{
    EventKind, Fill, FillLine, Liquidity, ReconLine, Usd, ledger::Applied, order::Origin,
    stats::bump,
};

/// What a fill says about our count of the position.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Counted {
    /// Nothing is missing.
    #[default]
    Clear,
    /// The venue's position before it differs from ours: another fill is missing or late.
    Gap,
    /// It could not be counted. Only the venue's word about the position helps.
    InDoubt,
}

impl Market {
    /// Counts a fill, unless it has been counted.
    pub(crate) fn fill(&mut self, fill: &Fill, clerk: &mut Clerk<'_>) -> Counted {
        let before = self.ledger.position().raw();
        let applied = self.ledger.fill(fill);
        if let Applied::New { .. } = applied {
            let delta = self.ledger.position().raw().saturating_sub(before);
            self.risk.fill(clerk.now, fill, delta);
        }
        match applied {
            Applied::Repeated => Counted::Clear,
            Applied::TooOld => {
                self.audit("fill_too_old", clerk.now, clerk.out);
                Counted::InDoubt
            }
            Applied::Absurd => {
                self.audit("fill_out_of_range", clerk.now, clerk.out);
                Counted::InDoubt
            }
            Applied::New { ours, gap } => {
                let filed = self.file(fill, clerk);
                if ours {
                    self.account(fill, filed, clerk);
                }
                self.orders.sweep();
                self.dirty = true;
                if gap { Counted::Gap } else { Counted::Clear }
            }
        }
    }

    /// Files a new fill with its order, here or among those that are gone.
    fn file(&mut self, fill: &Fill, clerk: &mut Clerk<'_>) -> Option<(Cloid, Origin)> {
        let open = self.orders.find_mut(fill.cloid, fill.oid);
        if let Some((cloid, origin)) = open.map(|order| (order.cloid, order.origin)) {
            self.learn_oid(cloid, fill.oid, clerk);
            self.count_fill(cloid, fill.size, clerk);
            return Some((cloid, origin));
        }
        if let Some(gone) = self.orders.find_gone(fill.cloid, fill.oid) {
            gone.filled = gone.filled.saturating_add(fill.size);
            let (cloid, original, filled) = (gone.cloid, gone.size, gone.filled);
            let origin = gone.origin;
            if filled > original {
                self.overfill(cloid, original, filled, clerk);
            }
            return Some((cloid, origin));
        }
        if fill.cloid.is_none() && !self.orders.keep_unmatched(fill.oid, fill.size) {
            self.audit("fill_unmatched", clerk.now, clerk.out);
        }
        None
    }

    /// Adds to what an order has traded. A fill proves that the order exists.
    pub(super) fn count_fill(&mut self, cloid: Cloid, size: Size, clerk: &mut Clerk<'_>) {
        self.exists(cloid, clerk);
        let (now, retry_ms) = (clerk.now, clerk.timing.retry_ms);
        let over = self.orders.edit(cloid, |order| order.fill(now, size, retry_ms));
        if let Some((original, filled)) = over.flatten() {
            self.overfill(cloid, original, filled, clerk);
        }
    }

    fn overfill(&mut self, cloid: Cloid, original: Size, filled: Size, clerk: &mut Clerk<'_>) {
        let pair = self.pair();
        let line = ReconLine::Overfill { pair, cloid, original, filled };
        clerk.out.event(clerk.now, EventKind::Recon(line));
    }

    /// Counts the money of a fill of this run.
    fn account(&mut self, fill: &Fill, filed: Option<(Cloid, Origin)>, clerk: &mut Clerk<'_>) {
        let notional = fill.price * fill.size;
        let stats = &mut self.stats;
        // On purpose: an order that closes a position, or somebody else's. One without a name that
        // fits no order of ours may still be ours.
        let meant = match filed {
            Some((_, origin)) => origin == Origin::Exit,
            None => fill.cloid.is_some_and(|cloid| !clerk.tag.owns(cloid)),
        };
        match fill.liquidity {
            Liquidity::Maker => bump(&mut stats.maker_fills),
            Liquidity::Taker => {
                bump(&mut stats.taker_fills);
                if meant {
                    bump(&mut stats.meant_takes);
                }
            }
        }
        let cloid = filed.map(|(cloid, _)| cloid);
        clerk.out.budgets.address.credit(clerk.now, fill.time, notional);
        stats.volume = stats.volume.saturating_add(notional);
        stats.fees = stats.fees.plus(fill.fee);
        stats.cash = stats.cash.plus(Usd::flow(fill.side, notional)).minus(fill.fee);
        let line = FillLine {
            pair: self.pair(),
            side: fill.side,
            price: fill.price,
            size: fill.size,
            liquidity: fill.liquidity,
            fee: fill.fee,
            tid: fill.tid,
            oid: fill.oid,
            cloid,
            position: self.ledger.position(),
        };
        clerk.out.event(clerk.now, EventKind::Fill(line));
    }
}
