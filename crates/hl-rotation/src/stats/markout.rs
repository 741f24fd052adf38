//! What a trade did to the maker, seen a little later.

use std::collections::VecDeque;

use hl_quant::{Millis, Side};

/// How finely the waiting time is divided.
const SLOTS: u64 = 8;

/// Trades of one moment that wait for their price. The markout of a trade at `p` by a taker with sign
/// `s` is `s * (mid / p - 1)`, so the sums of `s` and of `s / p` are all that has to be kept.
#[derive(Clone, Copy, Debug)]
struct Slot {
    number: u64,
    trades: u32,
    signs: f64,
    inverse: f64,
}

/// Trades that wait for the price after them.
#[derive(Clone, Debug)]
pub(super) struct Markouts {
    waiting: VecDeque<Slot>,
    after_ms: u64,
    slot_ms: u64,
}

impl Markouts {
    pub(super) fn new(after_ms: u64) -> Self {
        let slot_ms = (after_ms / SLOTS).max(1);
        // One more than fit into the waiting time, and one that has just begun.
        let capacity = usize::try_from(SLOTS.saturating_add(3)).unwrap_or(16);
        Self { waiting: VecDeque::with_capacity(capacity), after_ms, slot_ms }
    }

    pub(super) fn clear(&mut self) {
        self.waiting.clear();
    }

    pub(super) fn trade(&mut self, now: Millis, aggressor: Side, price: f64) {
        let sign = match aggressor {
            Side::Bid => 1.0,
            Side::Ask => -1.0,
        };
        let number = now.0 / self.slot_ms;
        if let Some(slot) = self.waiting.back_mut().filter(|slot| slot.number == number) {
            slot.trades = slot.trades.saturating_add(1);
            slot.signs += sign;
            slot.inverse += sign / price;
            return;
        }
        if self.waiting.len() == self.waiting.capacity() {
            // Nobody has said a price for longer than the waiting time: the oldest stay unjudged.
            self.waiting.pop_front();
        }
        self.waiting.push_back(Slot { number, trades: 1, signs: sign, inverse: sign / price });
    }

    /// Judges the trades that have waited long enough by the price that held until `now`: how many,
    /// and what makers lost to them, in basis points.
    pub(super) fn resolve(&mut self, now: Millis, mid: f64) -> Option<(u32, f64)> {
        let mut done: Option<(u32, f64)> = None;
        while let Some(slot) = self.waiting.front() {
            let begun = Millis(slot.number.saturating_mul(self.slot_ms));
            if now.since(begun) < self.after_ms.saturating_add(self.slot_ms) {
                break;
            }
            let lost = (mid * slot.inverse - slot.signs) * 10_000.0;
            let (trades, before) = done.unwrap_or((0, 0.0));
            done = Some((trades.saturating_add(slot.trades), before + lost));
            self.waiting.pop_front();
        }
        done
    }
}
