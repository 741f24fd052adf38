//! The requests of the address: what is left, what fills add, how long it lasts.

use hl_quant::{Millis, Notional};

use super::{
    bucket::Bucket,
    limits::{EXTRA_CANCELS, SHARE_PERCENT, THROTTLED_EVERY_MS},
};

/// One dollar at the scale of [`Notional`].
const DOLLAR: u128 = 10_000_000_000_000_000;

/// How far back our own requests may be missing from the venue's count, in seconds: as long as an
/// answer may take.
const RECENT_S: usize = 6;

/// The pace is measured over an hour, in slots of five minutes.
const SLOTS: usize = 12;
const SLOT_MS: u64 = 300_000;
const HOUR_MS: u64 = 3_600_000;

/// A pace is not extrapolated from less than this.
const PACE_MIN_MS: u64 = 60_000;

/// What the address has used and may use. Before the venue has told, only the differences count.
#[derive(Clone, Debug)]
pub(crate) struct AddressBudget {
    used: u64,
    cap: u64,
    /// When the venue last told.
    told: Option<Millis>,
    /// Traded value that has not made a whole dollar yet.
    odd: u128,
    /// Our requests per second: the second, and how many.
    recent: [(u64, u64); RECENT_S],
    /// Requests less credits per slot: the slot's number, and how many.
    pace: [(u64, i64); SLOTS],
    /// When counting began.
    since: Option<Millis>,
    /// The venue has said that nothing is left.
    refused: bool,
    /// What may be sent while nothing is left.
    drip: Bucket,
}

impl AddressBudget {
    pub(crate) fn new() -> Self {
        Self {
            used: 0,
            cap: 0,
            told: None,
            odd: 0,
            recent: [(0, 0); RECENT_S],
            pace: [(0, 0); SLOTS],
            since: None,
            refused: false,
            drip: Bucket::new(1, 1, THROTTLED_EVERY_MS),
        }
    }

    /// The venue's count. What was sent just before may be missing from it, so it is added; should it
    /// be in there, the next count puts that right.
    pub(crate) fn told(&mut self, now: Millis, used: u64, cap: u64) {
        let second = now.0 / 1_000;
        let window = u64::try_from(RECENT_S).unwrap_or(0);
        let recent = self.recent.iter().filter(|(at, _)| second.saturating_sub(*at) < window);
        let sent = recent.fold(0_u64, |sum, (_, n)| sum.saturating_add(*n));
        self.used = used.saturating_add(sent);
        self.cap = cap;
        self.told = Some(now);
        self.odd = 0;
        self.refused = self.refused && self.used >= self.cap;
        self.since = self.since.or(Some(now));
    }

    /// `n` requests leave.
    pub(crate) fn spend(&mut self, now: Millis, n: u64) {
        if self.is_throttled() {
            self.drip.take(now, n);
        }
        self.used = self.used.saturating_add(n);
        self.since = self.since.or(Some(now));
        let second = now.0 / 1_000;
        let window = u64::try_from(RECENT_S).unwrap_or(1);
        let at = usize::try_from(second.checked_rem(window).unwrap_or(0)).unwrap_or(0);
        if let Some((when, count)) = self.recent.get_mut(at) {
            *count = if *when == second { count.saturating_add(n) } else { n };
            *when = second;
        }
        self.note(now, i64::try_from(n).unwrap_or(i64::MAX));
    }

    /// A trade of ours at `time`, worth `value`: one request more per dollar. One that the venue's
    /// count may contain already adds nothing.
    pub(crate) fn credit(&mut self, now: Millis, time: Millis, value: Notional) {
        let sum = self.odd.saturating_add(value.raw());
        self.odd = sum % DOLLAR;
        let whole = u64::try_from(sum / DOLLAR).unwrap_or(u64::MAX);
        if self.told.is_none_or(|told| time > told) {
            self.cap = self.cap.saturating_add(whole);
        }
        self.note(now, i64::try_from(whole).unwrap_or(i64::MAX).saturating_neg());
    }

    /// The venue refused a request because none is left. From then on its own count says when that is
    /// over, and not ours, which has just been wrong: it is read with the markets' rules, every half
    /// minute. Such an address may send one request in ten seconds anyway, so that what it waits for
    /// the count costs it three requests at most.
    pub(crate) fn refused(&mut self) {
        self.refused = true;
    }

    fn note(&mut self, now: Millis, net: i64) {
        let slot = now.0 / SLOT_MS;
        let slots = u64::try_from(SLOTS).unwrap_or(1);
        let at = usize::try_from(slot.checked_rem(slots).unwrap_or(0)).unwrap_or(0);
        if let Some((when, sum)) = self.pace.get_mut(at) {
            *sum = if *when == slot { sum.saturating_add(net) } else { net };
            *when = slot;
        }
    }

    /// Takes a step back of the clock: the pace is measured anew.
    pub(crate) fn rebase(&mut self, now: Millis) {
        self.drip.rebase(now);
        self.told = self.told.map(|at| at.min(now));
        self.since = Some(now);
        self.pace = [(0, 0); SLOTS];
        let second = now.0 / 1_000;
        for (at, _) in &mut self.recent {
            *at = (*at).min(second);
        }
    }

    /// Whether the venue lets only a drip through.
    pub(crate) fn is_throttled(&self) -> bool {
        self.refused || (self.told.is_some() && self.used >= self.cap)
    }

    /// Whether a request may be sent although nothing is left.
    pub(crate) fn drips(&self, now: Millis) -> bool {
        self.drip.holds(now, 1, 0)
    }

    /// Requests left up to the limit; `None` until the venue has told.
    pub(crate) fn left(&self) -> Option<u64> {
        self.told.map(|_| self.cap.saturating_sub(self.used))
    }

    pub(crate) fn cap(&self) -> Option<u64> {
        self.told.map(|_| self.cap)
    }

    /// Requests left up to our share of the limit.
    pub(crate) fn ours(&self) -> Option<u64> {
        self.told.map(|_| share(self.cap).saturating_sub(self.used))
    }

    /// Cancels left up to our share of their own limit.
    pub(crate) fn cancels(&self) -> Option<u64> {
        let limit = self.cap.saturating_add(EXTRA_CANCELS).min(self.cap.saturating_mul(2));
        self.told.map(|_| share(limit).saturating_sub(self.used))
    }

    /// Requests spent beyond what fills gave back, per hour, at the pace of the last hour.
    pub(crate) fn per_hour(&self, now: Millis) -> i64 {
        let Some(since) = self.since else { return 0 };
        let slot = now.0 / SLOT_MS;
        let slots = u64::try_from(SLOTS).unwrap_or(1);
        let recent = self.pace.iter().filter(|(at, _)| slot.saturating_sub(*at) < slots);
        let net = recent.fold(0_i64, |sum, (_, n)| sum.saturating_add(*n));
        // The oldest slot that counts began at most this long ago.
        let window = HOUR_MS - SLOT_MS + now.0 % SLOT_MS;
        let elapsed = now.since(since).min(window);
        if elapsed < PACE_MIN_MS {
            return 0;
        }
        let hour = i128::from(net).saturating_mul(i128::from(HOUR_MS));
        let pace = hour.checked_div(i128::from(elapsed)).unwrap_or(0);
        i64::try_from(pace).unwrap_or(i64::MAX)
    }

    /// How long our share lasts at the present pace; `None` if it does not shrink.
    pub(crate) fn runway_ms(&self, now: Millis) -> Option<u64> {
        let left = self.ours()?;
        let pace = u64::try_from(self.per_hour(now)).ok().filter(|pace| *pace > 0)?;
        left.saturating_mul(HOUR_MS).checked_div(pace)
    }
}

/// Our share of a limit.
fn share(limit: u64) -> u64 {
    let part = u128::from(limit).saturating_mul(u128::from(SHARE_PERCENT)) / 100;
    u64::try_from(part).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    const T: u64 = 1_762_252_867_000;

    fn at(ms: u64) -> Millis {
        Millis(T + ms)
    }

    #[test]
    fn what_was_sent_just_before_the_count_is_taken_off_it() {
        let mut address = AddressBudget::new();
        assert_eq!(address.left(), None);
        address.spend(at(0), 7);
        address.spend(at(9_000), 5);
        address.told(at(10_000), 100, 10_000);
        assert_eq!(address.left(), Some(9_895), "the five may be missing, the seven cannot");
        address.spend(at(11_000), 3);
        assert_eq!((address.left(), address.ours()), (Some(9_892), Some(8_892)));
    }

    #[test]
    fn a_dollar_traded_is_a_request_and_cents_add_up() {
        let mut address = AddressBudget::new();
        address.told(at(0), 0, 10_000);
        let cents = Notional::from_raw(DOLLAR / 100 * 60);
        address.credit(at(10), at(10), cents);
        assert_eq!(address.left(), Some(10_000));
        address.credit(at(20), at(20), cents);
        assert_eq!(address.left(), Some(10_001));
        address.credit(at(20), at(0), Notional::whole(50));
        assert_eq!(address.left(), Some(10_001), "older than the count, which contains it");
    }

    #[test]
    fn cancels_have_a_limit_of_their_own() {
        let mut address = AddressBudget::new();
        address.told(at(0), 9_000, 10_000);
        assert_eq!(address.ours(), Some(0), "90 % of ten thousand are used");
        assert_eq!(address.cancels(), Some(9_000), "of twice as many");
        address.told(at(0), 0, 1_000_000);
        assert_eq!(address.cancels(), Some(990_000), "90 % of 1.1 million");
    }

    #[test]
    fn an_address_without_requests_drips() {
        let mut address = AddressBudget::new();
        address.told(at(0), 10_000, 10_000);
        assert!(address.is_throttled() && address.drips(at(0)));
        address.spend(at(0), 1);
        assert!(!address.drips(at(10_999)));
        assert!(address.drips(at(11_000)));
        address.told(at(12_000), 10_000, 10_500);
        assert!(!address.is_throttled());
        address.refused();
        assert!(address.is_throttled(), "the venue's word against its own count");
        address.told(at(40_000), 10_001, 10_600);
        assert!(!address.is_throttled());
    }

    #[test]
    fn the_runway_is_what_is_left_at_the_pace_of_the_last_hour() {
        let mut address = AddressBudget::new();
        address.told(at(0), 0, 10_000);
        assert_eq!(address.runway_ms(at(0)), None);
        for minute in 1..=30 {
            address.spend(at(minute * 60_000), 10);
        }
        let now = at(30 * 60_000);
        assert_eq!(address.per_hour(now), 600);
        // 9,000 - 300 left at 600 an hour.
        assert_eq!(address.runway_ms(now), Some(14 * HOUR_MS + HOUR_MS / 2));
        address.credit(now, now, Notional::whole(300));
        assert_eq!(
            (address.per_hour(now), address.runway_ms(now)),
            (0, None),
            "it pays for itself"
        );
        // Two hours later nothing of that counts.
        assert_eq!(address.per_hour(at(3 * HOUR_MS)), 0);
    }
}
