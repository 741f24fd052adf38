//! I21 (S1): an empty or missing report is never taken for a flat account or an empty book of
//! orders.
//!
//! Judged: each position that the bot takes over from the venue must have been the true one at some
//! time in the last minutes. Foreign orders count in exposure: that is I8's.

use hl_engine::ReconLine;

use super::prelude::*;

/// An answer may be this old: stale nodes, slow answers, a reconciliation.
const RECENT_MS: u64 = 120_000;

#[derive(Debug, Default)]
pub(crate) struct Missing;

impl Rule for Missing {
    fn see(&mut self, view: &View<'_>, seen: &Seen<'_>, court: &mut Court) {
        let Seen::Event { event, .. } = seen else { return };
        let EventKind::Recon(ReconLine::Position { pair, venue, .. }) = &event.kind else { return };
        let market = view.record.market_of(pair.as_str());
        let Some(market) = market.and_then(|place| view.record.markets.get(place)) else { return };
        let since = Millis(view.now.0.saturating_sub(RECENT_MS));
        let ends = market.positions.iter().skip(1).map(|(from, _)| *from).chain([view.now]);
        let mut recent = market.positions.iter().zip(ends).filter(|(_, end)| *end >= since);
        let held = recent.any(|((_, position), _)| position == venue);
        court.judge(Id::of(21), held, || {
            format!("{pair}: took over {venue}, the position is {}", market.position)
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::testing::{Case, order};

    #[test]
    fn taking_over_a_position_that_never_was_is_a_breach() {
        let mut case = Case::new(Missing);
        case.send(&[order(1, true, "149.5", "1")]);
        case.live(1);
        case.pass(200_000);
        case.fill(1, 7, "0.5", false);
        case.take_over("0.5");
        assert_eq!((case.breaches(), case.judged(21)), (0, 1));
        case.take_over("0");
        assert_eq!(case.breaches(), 0, "it was so a moment ago");
        case.pass(200_000);
        case.take_over("0");
        assert_eq!(case.breaches(), 1, "an empty document was read as flat");
    }
}
