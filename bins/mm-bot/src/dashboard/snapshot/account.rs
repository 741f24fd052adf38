//! Is it earning, and is it safe.

use hl_engine::{Cause, DeadManView, Ppm, Usd};
use serde::Serialize;

use super::{Shell, text};
use crate::dashboard::frame::Frame;

/// What was made.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Earning {
    /// Of this run, over all markets: cash and the change of what is held.
    profit: Option<String>,
    /// The same for each hour of the run.
    per_hour: Option<String>,
    /// The value of all trades.
    volume: String,
    /// Profit as a part of that, in basis points.
    bps: Option<String>,
    fees: String,
    /// What the account was worth at its last report.
    equity: Option<String>,
}

/// How near the limits it is, and who acts if it falls silent.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Safety {
    grade: String,
    reason: &'static str,
    halted: Option<Halted>,
    flattening: bool,
    worst: Option<String>,
    limit: String,
    connected: Option<u64>,
    orders_read: Option<u64>,
    account_read: Option<u64>,
    fills_read: Option<u64>,
    dead_man: DeadMan,
    watchdog: &'static str,
    margin: Option<Margin>,
    budget: Budget,
    shell: Option<ShellState>,
}

#[derive(Clone, Debug, Serialize)]
struct Halted {
    since: u64,
    reason: &'static str,
}

#[derive(Clone, Debug, Serialize)]
struct DeadMan {
    state: &'static str,
    /// When it cancels everything, unless it is pushed back.
    fires: Option<u64>,
}

#[derive(Clone, Debug, Serialize)]
struct Margin {
    value: String,
    used: String,
    maintenance: String,
    withdrawable: Option<String>,
}

#[derive(Clone, Debug, Serialize)]
struct Budget {
    left: Option<u64>,
    cap: Option<u64>,
    cancels_left: Option<u64>,
    per_hour: i64,
    /// Null with `left` known: it does not shrink.
    runway_ms: Option<u64>,
    price: String,
    weight_left: u64,
}

#[derive(Clone, Debug, Serialize)]
struct ShellState {
    journal: &'static str,
    journal_failures: u64,
    log_broken: Option<String>,
    specs_read: u64,
    disconnects: u64,
    unreadable: u64,
    dropped: u64,
    failed_queries: u64,
    messages_lost: u64,
    decisions_lost: u64,
}

/// Shorter runs say nothing about an hour.
const MINUTE_MS: u64 = 60_000;
const HOUR_MS: i128 = 3_600_000;

impl Earning {
    pub(super) fn of(frame: &Frame, started: u64) -> Self {
        let lasted = frame.at.0.saturating_sub(started);
        let per_hour = frame.profit.filter(|_| lasted >= MINUTE_MS).and_then(|profit| {
            let sum = profit.raw().checked_mul(HOUR_MS)?;
            sum.checked_div(i128::from(lasted)).map(Usd::from_raw)
        });
        let volume = frame.stats.volume;
        let bps = frame
            .profit
            .and_then(|profit| Ppm::ratio(profit.raw(), i128::try_from(volume.raw()).ok()?));
        Self {
            profit: text(frame.profit),
            per_hour: text(per_hour),
            volume: volume.to_string(),
            bps: text(bps),
            fees: frame.stats.fees.to_string(),
            equity: text(frame.money.map(|money| money.value)),
        }
    }
}

impl Safety {
    pub(super) fn of(frame: &Frame, shell: Option<&Shell>) -> Self {
        let (grade, cause): (_, Cause) = frame.grade;
        let fires = match frame.dead_man {
            DeadManView::Armed(at) => Some(at.0),
            _ => None,
        };
        let freshness = &frame.freshness;
        let budget = &frame.budget;
        Self {
            grade: grade.to_string(),
            reason: cause.code(),
            halted: frame.halted.map(|halt| Halted { since: halt.at.0, reason: halt.cause.code() }),
            flattening: frame.flattening,
            worst: text(frame.worst),
            limit: frame.max_gross.to_string(),
            connected: freshness.connected.map(|at| at.0),
            orders_read: freshness.orders.map(|at| at.0),
            account_read: freshness.account.map(|at| at.0),
            fills_read: freshness.fills.map(|at| at.0),
            dead_man: DeadMan { state: frame.dead_man.code(), fires },
            watchdog: if frame.watchdog_is_tight { "tight" } else { "normal" },
            margin: frame.money.map(|money| Margin {
                value: money.value.to_string(),
                used: money.margin_used.to_string(),
                maintenance: money.maintenance.to_string(),
                withdrawable: text(money.withdrawable),
            }),
            budget: Budget {
                left: budget.left,
                cap: budget.cap,
                cancels_left: budget.cancels_left,
                per_hour: budget.per_hour,
                runway_ms: budget.runway_ms,
                price: budget.price.to_string(),
                weight_left: budget.weight_left,
            },
            shell: shell.map(ShellState::of),
        }
    }
}

impl ShellState {
    fn of(shell: &Shell) -> Self {
        Self {
            journal: if shell.journal_takes { "takes" } else { "refuses" },
            journal_failures: shell.journal_failures,
            log_broken: shell.log_broken.clone(),
            specs_read: shell.specs_at.0,
            disconnects: shell.disconnects,
            unreadable: shell.unreadable,
            dropped: shell.dropped,
            failed_queries: shell.failed_queries,
            messages_lost: shell.messages_lost,
            decisions_lost: shell.decisions_lost,
        }
    }
}
