//! What a market is worth by sources that a single book cannot move.
//!
//! Two of them: the venue's oracle price, which comes from other venues, and a slow average of the
//! mid that the engine keeps itself. The average begins with the venue's mark price, itself an average
//! over minutes of three sources, so that a first book alone is never its own witness.

use hl_quant::{Millis, Price};

use crate::{Collar, NoQuote, Ppm};

/// Binary digits that the average keeps beyond the 10^-8 of a price, so that steps of a few
/// milliseconds are not lost to rounding.
const FRACTION: u32 = 24;

/// A mid older than this times the averaging time no longer says where the average should be.
const FORGET: u64 = 5;

/// Both references of one market.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct References {
    /// The oracle price and when it arrived.
    oracle: Option<(Price, Millis)>,
    /// The last mark price that the venue told.
    mark: Option<Price>,
    /// The slow average with [`FRACTION`] binary digits more, and when it was last fed.
    slow: Option<(u128, Millis)>,
    /// The last mid of others, and when it was seen.
    mid: Option<(Price, Millis)>,
    /// Until when the market rests after a jump.
    paused_until: Option<Millis>,
}

impl References {
    /// Takes the venue's own prices. A missing price is no news about it: the last one ages.
    pub(crate) fn hear(
        &mut self,
        now: Millis,
        mark: Option<Price>,
        oracle: Option<Price>,
        collar: &Collar,
    ) {
        self.mark = mark.or(self.mark);
        if let Some(oracle) = oracle {
            let jumped = self.oracle.is_some_and(|(last, _)| far(oracle, last, collar.jump));
            self.oracle = Some((oracle, now));
            self.pause_if(jumped, now, collar);
        }
    }

    /// Takes the mid of others' orders.
    pub(crate) fn see(&mut self, now: Millis, mid: Price, collar: &Collar) {
        self.mid = Some((mid, now));
        let forgotten = collar.slow_ms.saturating_mul(FORGET);
        let fresh = self.slow.filter(|(_, at)| now.since(*at) <= forgotten);
        self.slow = match fresh {
            Some((slow, at)) => Some((closer(slow, mid, now.since(at), collar.slow_ms), now)),
            None => self.mark.map(|mark| (u128::from(mark.raw()) << FRACTION, now)),
        };
        let jumped = self.slow().is_some_and(|slow| far(mid, slow, collar.jump));
        self.pause_if(jumped, now, collar);
    }

    fn pause_if(&mut self, jumped: bool, now: Millis, collar: &Collar) {
        if jumped {
            self.paused_until = Some(now.plus(collar.pause_ms));
        }
    }

    /// An oracle price that was heard on another connection is history. The average survives until
    /// it is too old, and the last prices until there are newer ones: a position is always worth
    /// something.
    pub(crate) fn disconnected(&mut self) {
        self.oracle = None;
    }

    /// The clock was set back. Everything begins anew then, so the oracle price is gone already.
    pub(crate) fn rebase(&mut self, now: Millis, collar: &Collar) {
        self.slow = self.slow.map(|(slow, at)| (slow, at.min(now)));
        let latest = now.plus(collar.pause_ms);
        self.paused_until = self.paused_until.map(|until| until.min(latest));
    }

    /// The slow average; `None` before the first mark and mid.
    pub(crate) fn slow(&self) -> Option<Price> {
        let (slow, _) = self.slow?;
        Price::from_raw(u64::try_from(slow >> FRACTION).ok()?)
    }

    /// The oracle price, if it is young enough.
    pub(crate) fn oracle(&self, now: Millis, collar: &Collar) -> Option<Price> {
        let (oracle, at) = self.oracle?;
        (now.since(at) <= collar.max_age_ms).then_some(oracle)
    }

    /// The last mid of others, however old; without one, the mark.
    pub(crate) fn mid(&self) -> Option<Price> {
        self.mid.map(|(mid, _)| mid).or(self.mark)
    }

    /// Both references, where each exists and they agree.
    pub(crate) fn both(&self, now: Millis, collar: &Collar) -> Result<(Price, Price), NoQuote> {
        let oracle = self.oracle(now, collar).ok_or(NoQuote::NoReference)?;
        let slow = self.slow().ok_or(NoQuote::NoReference)?;
        if far(oracle, slow, collar.disagree) || far(slow, oracle, collar.disagree) {
            return Err(NoQuote::ReferencesDisagree);
        }
        Ok((oracle, slow))
    }

    /// Whether the market may be quoted on, as far as the references are concerned.
    pub(crate) fn ready(&self, now: Millis, collar: &Collar) -> Result<(), NoQuote> {
        self.both(now, collar)?;
        match self.paused_until {
            Some(until) if now < until => Err(NoQuote::Jumped),
            _ => Ok(()),
        }
    }

    /// When [`References::ready`] changes if nothing more is heard.
    pub(crate) fn due(&self, now: Millis, collar: &Collar) -> Option<Millis> {
        let stale = self.oracle.map(|(_, at)| at.plus(collar.max_age_ms).plus(1));
        [stale, self.paused_until].into_iter().flatten().filter(|at| *at > now).min()
    }
}

/// Whether `price` is farther than `limit` from `from`. A negative limit is passed by nothing.
pub(crate) fn far(price: Price, from: Price, limit: Ppm) -> bool {
    let distance = i128::from(price.raw().abs_diff(from.raw()));
    distance > limit.of_price(from)
}

/// The average `slow` moved towards `mid` by the part that `dt` is of `dt` and `half` together: half
/// of the way in one averaging time, and never beyond the mid.
fn closer(slow: u128, mid: Price, dt: u64, half: u64) -> u128 {
    let target = u128::from(mid.raw()) << FRACTION;
    let whole = u128::from(dt).saturating_add(u128::from(half));
    let part = |distance: u128| {
        distance.saturating_mul(u128::from(dt)).checked_div(whole).unwrap_or(distance)
    };
    if target >= slow {
        slow.saturating_add(part(target.saturating_sub(slow)))
    } else {
        slow.saturating_sub(part(slow.saturating_sub(target)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn price(text: &str) -> Price {
        text.parse().unwrap()
    }

    fn collar() -> Collar {
        Collar { slow_ms: 60_000, max_age_ms: 8_000, ..Collar::default() }
    }

    fn told(oracle: &str, mark: &str, mid: &str) -> References {
        let mut refs = References::default();
        refs.hear(Millis(0), Some(price(mark)), Some(price(oracle)), &collar());
        refs.see(Millis(0), price(mid), &collar());
        refs
    }

    #[test]
    fn the_average_begins_with_the_mark_and_not_with_the_first_book() {
        let refs = told("100", "100.1", "140");
        assert_eq!(refs.slow(), Some(price("100.1")));
        assert_eq!(refs.ready(Millis(0), &collar()), Err(NoQuote::Jumped), "the book is far off");
        let mut refs = References::default();
        refs.see(Millis(0), price("100"), &collar());
        assert_eq!(refs.slow(), None, "no witness, no average");
    }

    #[test]
    fn half_of_a_step_is_forgotten_in_one_averaging_time() {
        let mut refs = told("100", "100", "100");
        refs.see(Millis(60_000), price("102"), &collar());
        assert_eq!(refs.slow(), Some(price("101")));
        // In many small steps it comes closer: the rate is the same, compounded.
        let mut refs = told("100", "100", "100");
        for ms in 1..=60_000 {
            refs.see(Millis(ms), price("102"), &collar());
        }
        let slow = refs.slow().unwrap();
        assert!(slow > price("101.26") && slow < price("101.27"), "1 - 1/e of it: {slow}");
    }

    #[test]
    fn a_reference_that_is_missing_old_or_contradicted_is_none() {
        let at = |ms| Millis(ms);
        let refs = told("100", "100", "100");
        assert_eq!(refs.ready(at(8_000), &collar()), Ok(()));
        assert_eq!(refs.ready(at(8_001), &collar()), Err(NoQuote::NoReference), "too old");
        assert_eq!(refs.due(at(0), &collar()), Some(at(8_001)));
        assert_eq!(told("103", "100", "100").ready(at(0), &collar()), Ok(()));
        let apart = told("103.01", "100", "100");
        assert_eq!(apart.ready(at(0), &collar()), Err(NoQuote::ReferencesDisagree));
        let mut refs = told("100", "100", "100");
        refs.disconnected();
        assert_eq!(refs.ready(at(0), &collar()), Err(NoQuote::NoReference));
    }

    #[test]
    fn a_jump_pauses_the_market_also_after_it_is_over() {
        let mut refs = told("100", "100", "100");
        refs.hear(Millis(1_000), None, Some(price("55")), &collar());
        refs.hear(Millis(2_000), None, Some(price("100")), &collar());
        assert_eq!(refs.ready(Millis(2_000), &collar()), Err(NoQuote::Jumped));
        refs.hear(Millis(32_000), None, Some(price("100")), &collar());
        assert_eq!(refs.ready(Millis(31_999), &collar()), Err(NoQuote::Jumped));
        assert_eq!(refs.ready(Millis(32_000), &collar()), Ok(()));
        let mut refs = told("100", "100", "100");
        refs.see(Millis(1_000), price("103.2"), &collar());
        assert_eq!(refs.ready(Millis(1_000), &collar()), Err(NoQuote::Jumped), "the mid jumped");
    }
}
