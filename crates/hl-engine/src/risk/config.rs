//! What the operator allows to be lost, doubted and tried. Every default errs on the small side.

use hl_quant::Notional;

use crate::Ppm;

/// Limits whose breach is answered by a [`Grade`](crate::Grade).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RiskConfig {
    /// How much may be lost.
    pub loss: LossLimits,
    /// How much margin must be left.
    pub margin: MarginLimits,
    /// How often the venue may refuse.
    pub rejects: RejectLimits,
    /// A distance between the venue's clock and ours that is worth a warning. At
    /// [`Timing::max_skew_ms`](crate::Timing) quoting stops. Milliseconds.
    pub skew_warn_ms: u64,
    /// A grade is left for a milder one only after its condition has been gone for this long, so
    /// that a number that hovers around its limit does not flap. Milliseconds.
    pub hold_ms: u64,
    /// How positions are closed while flattening.
    pub exit: ExitConfig,
    /// What becomes tighter while the venue refuses the dead man's switch.
    pub watchdog: Watchdog,
}

impl Default for RiskConfig {
    fn default() -> Self {
        Self {
            loss: LossLimits::default(),
            margin: MarginLimits::default(),
            rejects: RejectLimits::default(),
            skew_warn_ms: 500,
            hold_ms: 10_000,
            exit: ExitConfig::default(),
            watchdog: Watchdog::default(),
        }
    }
}

/// How much may be lost. Losses are measured on what the venue says the account is worth, less what
/// the ledger says was paid in, and between two reports on our own fills and the book.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LossLimits {
    /// From the first report of the UTC day (`MAX_DAILY_LOSS_USD`).
    pub daily: Notional,
    /// From the highest value so far, across days.
    pub drawdown: Notional,
    /// From this part of either limit on, quotes are [`LossLimits::widen_by`] further out.
    pub widen_at: Ppm,
    /// How much further out.
    pub widen_by: Ppm,
    /// From this part of either limit on, only the side that reduces a position quotes.
    pub one_sided_at: Ppm,
    /// What happens at the limit.
    pub at_limit: AtLimit,
    /// A fall of the account that neither our fills nor the ledger explain yet stops quoting at
    /// once, and counts as a loss after this long without an explanation. Milliseconds.
    pub confirm_ms: u64,
}

impl Default for LossLimits {
    fn default() -> Self {
        Self {
            daily: Notional::whole(500),
            drawdown: Notional::whole(1_000),
            widen_at: Ppm(500_000),
            widen_by: Ppm::from_bps(10),
            one_sided_at: Ppm(800_000),
            at_limit: AtLimit::Halt,
            confirm_ms: 10_000,
        }
    }
}

/// What happens at a loss limit.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum AtLimit {
    /// Cancel everything, keep the positions, wait for the operator.
    #[default]
    Halt,
    /// Cancel everything, close the positions, then wait for the operator.
    Flatten,
}

/// How much margin must be left.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MarginLimits {
    /// With less free margin than this part of the account's value, only the side that reduces a
    /// position quotes.
    pub one_sided_below: Ppm,
    /// When the maintenance margin is more than this part of the account's value, positions are
    /// closed: the venue liquidates at the whole of it.
    pub flatten_above: Ppm,
}

impl Default for MarginLimits {
    fn default() -> Self {
        Self { one_sided_below: Ppm(100_000), flatten_above: Ppm(800_000) }
    }
}

/// How often the venue may refuse an order for a reason that is not a race: a wrong price or size,
/// missing margin, a wrong signature. Each of them is a fault of ours.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RejectLimits {
    /// The window in which refusals are counted. Milliseconds.
    pub window_ms: u64,
    /// So many in one market stop its quotes until the window has passed.
    pub market: u32,
    /// So many in all markets stop all quotes.
    pub account: u32,
    /// So many in all markets halt the engine.
    pub halt: u32,
}

impl Default for RejectLimits {
    fn default() -> Self {
        Self { window_ms: 60_000, market: 8, account: 20, halt: 60 }
    }
}

/// How positions are closed while flattening.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ExitConfig {
    /// How much worse than the worst of oracle, slow mid and touch a closing trade may be.
    pub slippage: Ppm,
    /// How often one market's position is tried before it is left to the operator.
    pub tries: u8,
    /// Between two tries. Milliseconds.
    pub wait_ms: u64,
}

impl Default for ExitConfig {
    fn default() -> Self {
        Self { slippage: Ppm::from_bps(100), tries: 8, wait_ms: 1_000 }
    }
}

/// What replaces the dead man's switch where the venue does not offer it: data must be younger, the
/// venue's truth is read more often, and less may be held. Each of these only tightens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Watchdog {
    /// Instead of [`Timing::book_max_age_ms`](crate::Timing).
    pub book_max_age_ms: u64,
    /// Instead of [`Timing::reconcile_ms`](crate::Timing).
    pub reconcile_ms: u64,
    /// Instead of [`Timing::reconcile_max_age_ms`](crate::Timing).
    pub reconcile_max_age_ms: u64,
    /// The part of every position limit, and of the gross limit, that is left.
    pub cap: Ppm,
    /// The switch is asked for again after this long, or as soon as the traded volume may suffice.
    /// Milliseconds.
    pub retry_ms: u64,
}

impl Default for Watchdog {
    fn default() -> Self {
        Self {
            book_max_age_ms: 2_000,
            reconcile_ms: 15_000,
            reconcile_max_age_ms: 30_000,
            cap: Ppm(500_000),
            retry_ms: 3_600_000,
        }
    }
}

/// How far an order may be from what the market is worth by two sources of which neither is the
/// book of this moment: the venue's oracle, and the engine's own slow average of the mid.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Collar {
    /// The farthest from the oracle price.
    pub oracle: Ppm,
    /// The farthest from the slow average.
    pub slow: Ppm,
    /// The farthest that the two may be from each other.
    pub disagree: Ppm,
    /// The time in which the slow average forgets: after a step it has covered half of it after this
    /// long. Milliseconds.
    pub slow_ms: u64,
    /// An oracle price older than this is none. Milliseconds.
    pub max_age_ms: u64,
    /// A step of the oracle, or of the mid away from the slow average, that pauses the market.
    pub jump: Ppm,
    /// For how long. Milliseconds.
    pub pause_ms: u64,
}

impl Default for Collar {
    fn default() -> Self {
        Self {
            oracle: Ppm::from_bps(500),
            slow: Ppm::from_bps(500),
            disagree: Ppm::from_bps(300),
            slow_ms: 60_000,
            max_age_ms: super::Channel::Context.max_age_ms(),
            jump: Ppm::from_bps(300),
            pause_ms: 30_000,
        }
    }
}

/// What quotes may cost after they have traded. The markout of a fill is how far the mid has moved
/// in our favour since, as a part of the fill's price; a negative average means that those who trade
/// with us know better.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MarkoutLimits {
    /// Fills older than this no longer count. Milliseconds.
    pub window_ms: u64,
    /// Fewer fills than this say nothing.
    pub min_fills: u32,
    /// An average below minus this widens the quotes.
    pub widen_below: Ppm,
    /// By this much.
    pub widen_by: Ppm,
    /// An average below minus this stops the market until the fills have left the window.
    pub stop_below: Ppm,
}

impl Default for MarkoutLimits {
    fn default() -> Self {
        Self {
            window_ms: 600_000,
            min_fills: 10,
            widen_below: Ppm::from_bps(5),
            widen_by: Ppm::from_bps(5),
            stop_below: Ppm::from_bps(20),
        }
    }
}
