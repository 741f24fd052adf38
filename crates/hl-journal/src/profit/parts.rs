//! What profit is made of.

use std::collections::BTreeMap;

use hl_engine::{Liquidity, Usd};
use hl_quant::{Millis, Notional};

/// How long after a trade the mid is looked at. Milliseconds.
pub const HORIZONS_MS: [u64; 4] = [1_000, 5_000, 30_000, 60_000];

/// What came of the trades of one market in one hour, or of any sum of these.
///
/// [`Parts::sum`] is what they added to the account's value.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Parts {
    /// Trades in which our order rested.
    pub maker_fills: u64,
    /// Trades in which we took.
    pub taker_fills: u64,
    /// The value of all trades.
    pub volume: Notional,
    /// What the trades were better than the mid at their time: `size x (mid - price)` for a purchase,
    /// the reverse for a sale.
    pub spread: Usd,
    /// What holding positions brought, from mid to mark and from mark to mark.
    pub inventory: Usd,
    /// What was paid for trades.
    pub fees: Usd,
    /// What was paid to us for trades.
    pub rebates: Usd,
    /// Funding received, less funding paid.
    pub funding: Usd,
    /// What the trades were worth later, at each of [`HORIZONS_MS`]. Beside the sum: it is another
    /// look at spread and inventory, and not a part of its own.
    pub markouts: [Markout; 4],
}

/// What trades were worth a fixed time later: `size x (mid then - price)`, positive if it went our
/// way.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Markout {
    /// All together.
    pub sum: Usd,
    /// The value of the trades that it is known of.
    pub volume: Notional,
    /// Their number.
    pub fills: u64,
}

impl Markout {
    /// In parts per million of the traded value; `None` without a trade.
    #[must_use]
    pub fn ppm(&self) -> Option<i64> {
        let volume = i128::try_from(self.volume.raw()).ok().filter(|volume| *volume > 0)?;
        let scaled = self.sum.raw().checked_mul(1_000_000)?.checked_div(volume)?;
        i64::try_from(scaled).ok()
    }

    fn add(&mut self, other: &Self) {
        self.sum = self.sum.plus(other.sum);
        self.volume = self.volume.saturating_add(other.volume);
        self.fills = self.fills.saturating_add(other.fills);
    }
}

impl Parts {
    /// What these parts added to the account's value.
    #[must_use]
    pub fn sum(&self) -> Usd {
        let earned = self.spread.plus(self.inventory).plus(self.rebates).plus(self.funding);
        earned.minus(self.fees)
    }

    /// The spread in parts per million of the traded value; `None` without a trade.
    #[must_use]
    pub fn spread_ppm(&self) -> Option<i64> {
        Markout { sum: self.spread, volume: self.volume, fills: self.fills() }.ppm()
    }

    /// All trades.
    #[must_use]
    pub fn fills(&self) -> u64 {
        self.maker_fills.saturating_add(self.taker_fills)
    }

    /// Adds others to these.
    pub fn add(&mut self, other: &Self) {
        self.maker_fills = self.maker_fills.saturating_add(other.maker_fills);
        self.taker_fills = self.taker_fills.saturating_add(other.taker_fills);
        self.volume = self.volume.saturating_add(other.volume);
        self.spread = self.spread.plus(other.spread);
        self.inventory = self.inventory.plus(other.inventory);
        self.fees = self.fees.plus(other.fees);
        self.rebates = self.rebates.plus(other.rebates);
        self.funding = self.funding.plus(other.funding);
        for (mine, theirs) in self.markouts.iter_mut().zip(&other.markouts) {
            mine.add(theirs);
        }
    }
}

/// An hour, counted from 1970. UTC.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Hour(pub u64);

/// Milliseconds of an hour.
const HOUR_MS: u64 = 3_600_000;

impl Hour {
    /// The one that a moment lies in. A moment on the edge is the first of the next.
    #[must_use]
    pub const fn of(at: Millis) -> Self {
        Self(at.0 / HOUR_MS)
    }

    /// Its first moment.
    #[must_use]
    pub const fn begin(self) -> Millis {
        Millis(self.0.saturating_mul(HOUR_MS))
    }
}

/// What trades cost at one rate: the account's tier as the venue applied it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tier {
    /// Trades.
    pub fills: u64,
    /// Their value.
    pub volume: Notional,
    /// What they cost; negative is a rebate.
    pub fees: Usd,
}

/// The rates that were charged, by our part in the trade and the rate in hundredths of a basis point.
pub type Tiers = BTreeMap<(Liquidity, i64), Tier>;

/// The rate of a fee in hundredths of a basis point, to the nearest. The venue cuts fees to whole
/// micro-dollars, so the smallest trade that it takes still shows its rate.
pub(super) fn rate(fee: Usd, volume: Notional) -> i64 {
    let Some(volume) = i128::try_from(volume.raw()).ok().filter(|volume| *volume > 0) else {
        return 0;
    };
    let twice = fee.raw().saturating_mul(2_000_000).div_euclid(volume);
    i64::try_from(twice.saturating_add(1).div_euclid(2)).unwrap_or(0)
}
