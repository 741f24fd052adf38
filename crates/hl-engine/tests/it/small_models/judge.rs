//! What must be true at every moment, and in the end.

use hl_engine::{Command, NoQuote, OrderState, PlaceOrder, SubmitEnd};
use hl_quant::Size;

use super::model::{CAP, HEAL_MS, Model};
use crate::bench::{SOL, price};

impl Model<'_> {
    /// The followed order while it is on its way and may still arrive.
    pub(super) fn flying(&self) -> Option<PlaceOrder> {
        let (run, command) = self.place.as_ref()?;
        let Command::Place { orders, expires, .. } = command else { return None };
        let late = self.now > *expires || self.venue.is_used((*run, command.request()));
        (!late).then(|| orders[0])
    }

    /// At every moment: one order at most may trade, and even if it does the position stays within
    /// its limit.
    pub(super) fn judge(&mut self) {
        let flying = self.flying();
        let open = self.venue.open();
        let chances: Vec<_> =
            open.map(|rested| rested.left()).chain(flying.map(|order| order.size.get())).collect();
        self.check(chances.len() <= 1, || format!("{} orders may trade", chances.len()));
        let worst = chances.iter().map(|left| left.raw()).sum::<u64>()
            + u64::try_from(self.venue.position().raw()).unwrap();
        let worth = price("164.9") * Size::from_raw(worst);
        self.check(worth <= CAP, || format!("the position could become {worth}"));
    }

    /// Nothing is lost any more, and nothing is told but what is asked for.
    pub(super) fn heal(&mut self) {
        self.note(|| "-- heal".into());
        self.healing = true;
        let begin = self.now;
        let mut agreed = None;
        while self.now.since(begin) < HEAL_MS {
            self.pass(500);
            if self.now.since(begin) >= 1_500 {
                // What was still on its way arrives late.
                self.happen(self.history.truth.len());
            }
            self.book();
            let agrees = self.disagreement().is_none()
                && self.done.len() == self.history.truth.len()
                && self.untold().is_none();
            agreed = if agrees { agreed.or(Some(self.now)) } else { None };
            if agreed.is_some_and(|at| self.now.since(at) >= 2_000) {
                break;
            }
        }
        let found = self.disagreement();
        self.check(found.is_none(), || found.unwrap_or_default());
        self.check_ends();
    }

    /// Where the engine's picture differs from the truth.
    pub(super) fn disagreement(&self) -> Option<String> {
        let view = self.engine.market(SOL).unwrap();
        if view.position != self.venue.position() {
            return Some(format!("holds {}, believes {}", self.venue.position(), view.position));
        }
        let mut believed: Vec<_> =
            self.engine.orders(SOL).map(|o| (o.cloid, o.remaining, o.state)).collect();
        let mut truth: Vec<_> =
            self.venue.open().map(|o| (o.order.cloid, o.left(), OrderState::Live)).collect();
        believed.sort_unstable();
        truth.sort_unstable();
        if believed != truth {
            return Some(format!("rests {truth:?}, believes {believed:?}"));
        }
        // The record knows every order that rests, and no other.
        if !self.open.keys().copied().eq(truth.iter().map(|(cloid, ..)| *cloid)) {
            return Some(format!("on record {:?}, in truth {truth:?}", self.open.keys()));
        }
        match view.why_not {
            None | Some(NoQuote::AtLimit | NoQuote::BelowMin) => None,
            Some(why) => Some(format!("does not quote: {why}")),
        }
    }

    /// Each attempt on record has one end, and it is the true one.
    pub(super) fn check_ends(&mut self) {
        for (cloid, ends) in self.ends.clone() {
            let rested = self.venue.find(cloid).is_some();
            let holds = match ends[..] {
                [end] => rested == (end == SubmitEnd::Accepted),
                _ => false,
            };
            self.check(holds, || format!("{cloid} ended {ends:?}, rested: {rested}"));
        }
        let untold = self.untold();
        self.check(untold.is_none(), || untold.unwrap_or_default());
    }

    /// Trades that are not known yet: a lost one is asked for with all others, once in a minute.
    fn untold(&self) -> Option<String> {
        let (told, traded) = (self.engine.stats().maker_fills, self.venue.fills.len() as u64);
        (self.run == 0 && told != traded).then(|| format!("{told} fills of {traded}"))
    }
}
