//! What the account as a whole may hold, lose, doubt and try.

use super::kind::Fixed;
use super::reader::Reader;

/// Limits over all markets together. Money, percent and basis points are integers at 10^-8.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct RiskSettings {
    pub(crate) max_gross_usd: Fixed,
    pub(crate) max_daily_loss_usd: Fixed,
    pub(crate) max_drawdown_usd: Fixed,
    /// At a loss limit the positions are closed as well.
    pub(crate) flatten_at_limit: bool,
    pub(crate) loss_widen_pct: Fixed,
    pub(crate) loss_one_sided_pct: Fixed,
    pub(crate) margin_one_sided_pct: Fixed,
    pub(crate) margin_flatten_pct: Fixed,
    pub(crate) max_rejects_market: u64,
    pub(crate) max_rejects_account: u64,
    pub(crate) max_rejects_halt: u64,
    pub(crate) exit_slippage_bps: Fixed,
    pub(crate) watchdog_cap_pct: Fixed,
    pub(crate) max_stale_sec: u64,
    /// 0: no dead man's switch.
    pub(crate) dead_man_sec: u64,
}

impl RiskSettings {
    pub(super) fn read(read: &mut Reader<'_>) -> Self {
        let settings = Self {
            max_gross_usd: read.fixed("risk.max_gross_usd"),
            max_daily_loss_usd: read.fixed("risk.max_daily_loss_usd"),
            max_drawdown_usd: read.fixed("risk.max_drawdown_usd"),
            flatten_at_limit: read.text("risk.at_loss_limit") == "flatten",
            loss_widen_pct: read.fixed("risk.loss_widen_pct"),
            loss_one_sided_pct: read.fixed("risk.loss_one_sided_pct"),
            margin_one_sided_pct: read.fixed("risk.margin_one_sided_pct"),
            margin_flatten_pct: read.fixed("risk.margin_flatten_pct"),
            max_rejects_market: read.integer("risk.max_rejects_market"),
            max_rejects_account: read.integer("risk.max_rejects_account"),
            max_rejects_halt: read.integer("risk.max_rejects_halt"),
            exit_slippage_bps: read.positive("risk.exit_slippage_bps"),
            watchdog_cap_pct: read.fixed("risk.watchdog_cap_pct"),
            max_stale_sec: read.integer("risk.max_stale_sec"),
            dead_man_sec: read.integer("risk.dead_man_sec"),
        };
        settings.check_together(read);
        settings
    }

    fn check_together(&self, read: &mut Reader<'_>) {
        if (1..15).contains(&self.dead_man_sec) {
            read.refuse("risk.dead_man_sec", "must be 0 or at least 15", None);
        }
        read.ordered(
            ("risk.loss_widen_pct", self.loss_widen_pct),
            ("risk.loss_one_sided_pct", self.loss_one_sided_pct),
        );
        read.ordered(
            ("risk.max_rejects_market", self.max_rejects_market),
            ("risk.max_rejects_account", self.max_rejects_account),
        );
        read.ordered(
            ("risk.max_rejects_account", self.max_rejects_account),
            ("risk.max_rejects_halt", self.max_rejects_halt),
        );
    }
}

/// The retry guard, under the old system's names, and the budget of requests.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct GuardSettings {
    pub(crate) enabled: bool,
    pub(crate) max_retries: u64,
    pub(crate) spec_ttl_ms: u64,
    pub(crate) cancel_reserve: u64,
    pub(crate) runway_hours: u64,
}

impl GuardSettings {
    pub(super) fn read(read: &mut Reader<'_>) -> Self {
        Self {
            enabled: read.text("guard.enabled") == "true",
            max_retries: read.integer("guard.max_retries"),
            spec_ttl_ms: read.integer("guard.spec_ttl_ms"),
            cancel_reserve: read.integer("budget.cancel_reserve"),
            runway_hours: read.integer("budget.runway_hours"),
        }
    }
}
