//! Which of many markets are quoted.

use hl_rotation::Factors;

use super::kind::{self, Fixed};
use super::reader::Reader;

/// How markets are chosen. Weights are signed integers at 10^-8, money and basis points unsigned.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct RotateSettings {
    pub(crate) enabled: bool,
    pub(crate) every_min: u64,
    pub(crate) jitter_min: u64,
    pub(crate) top_n: u64,
    pub(crate) require_signal: bool,
    pub(crate) weights: Weights,
    pub(crate) min_depth_usd: Fixed,
    pub(crate) max_spread_bps: Fixed,
    pub(crate) allow: Vec<String>,
    pub(crate) deny: Vec<String>,
    pub(crate) pinned: Vec<String>,
    pub(crate) never: Vec<String>,
    pub(crate) min_hold_min: u64,
    pub(crate) margin: Fixed,
    pub(crate) max_changes_day: u64,
    pub(crate) score_usd_hour: Fixed,
    pub(crate) window_ms: u64,
    pub(crate) passive_ms: u64,
    pub(crate) isolated: bool,
}

/// One weight per factor, at 10^-8.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Weights(pub(crate) Factors<i64>);

/// Integers are equal or not.
impl Eq for Weights {}

impl RotateSettings {
    pub(super) fn read(read: &mut Reader<'_>) -> Self {
        let settings = Self {
            enabled: read.text("rotate.enabled") == "true",
            every_min: read.integer("rotate.every_min"),
            jitter_min: read.integer("rotate.jitter_min"),
            top_n: read.integer("rotate.top_n"),
            require_signal: read.text("rotate.require_nansen") == "true",
            weights: weights(read),
            min_depth_usd: read.fixed("rotate.min_depth_usd"),
            max_spread_bps: read.fixed("rotate.max_spread_bps"),
            allow: read.value("rotate.allow", kind::coins_or_none),
            deny: read.value("rotate.deny", kind::coins_or_none),
            pinned: read.value("rotate.pinned", kind::coins_or_none),
            never: read.value("rotate.never", kind::coins_or_none),
            min_hold_min: read.integer("rotate.min_hold_min"),
            margin: read.fixed("rotate.margin"),
            max_changes_day: read.integer("rotate.max_changes_day"),
            score_usd_hour: read.fixed("rotate.score_usd_hour"),
            window_ms: read.seconds("rotate.window_sec"),
            passive_ms: read.seconds("rotate.passive_sec"),
            isolated: read.text("rotate.margin_mode") == "isolated",
        };
        settings.check_together(read);
        settings
    }

    fn check_together(&self, read: &mut Reader<'_>) {
        if u64::try_from(self.pinned.len()).is_ok_and(|pinned| pinned > self.top_n) {
            read.refuse("rotate.pinned", format!("more than top_n, which is {}", self.top_n), None);
        }
        for pinned in &self.pinned {
            if self.deny.contains(pinned) || self.never.contains(pinned) {
                read.refuse("rotate.pinned", format!("{pinned} is pinned and excluded"), None);
            }
        }
    }
}

fn weights(read: &mut Reader<'_>) -> Weights {
    let mut of = |path: &str| read.value(path, |text| kind::signed_within(text, 100));
    Weights(Factors {
        vol: of("rotate.w_vol"),
        spread: of("rotate.w_spread"),
        depth: of("rotate.w_depth"),
        fees: of("rotate.w_fees"),
        signal: of("rotate.w_nansen"),
        flow: of("rotate.w_flow"),
        toxicity: of("rotate.w_toxicity"),
        funding: of("rotate.w_funding"),
        profit: of("rotate.w_profit"),
        correlation: of("rotate.w_correlation"),
    })
}
