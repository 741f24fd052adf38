//! How the account stands with the venue and with its limits.

use hl_engine::{Cause, DeadManView, Grade, MarketId};

use super::Seen;
use super::table::{Metric, Rows, count, counter, flag, gauge, number, seconds};

/// The label of what concerns every market.
const ALL: &str = "*";

/// Limits, budgets and the switch.
pub(super) const ACCOUNT: &[Metric] = &[
    gauge(
        "mm_grade",
        &["pair", "grade", "reason"],
        grades,
        "How far the limits restrain us: 0 normal, 1 widen, 2 one_sided, 3 cancel_only, 4 flatten, \
         5 halt. Pair * is the account.",
    ),
    gauge(
        "mm_halted",
        &[],
        |seen, rows| rows.put([], flag(seen.engine.halted().is_some())),
        "1 while a halt holds. It survives a restart and ends by `mm-bot resume`.",
    ),
    gauge(
        "mm_gross_worst_case_usd",
        &[],
        |seen, rows| {
            let worst = seen.engine.markets().map(|view| number(&view.worst?)).sum::<Option<f64>>();
            rows.put([], worst);
        },
        "The sum of mm_worst_case_usd; no row while a market has something and no price.",
    ),
    gauge(
        "mm_gross_limit_usd",
        &[],
        |seen, rows| rows.put([], number(&seen.engine.config().limits.max_gross)),
        "What mm_gross_worst_case_usd must not pass.",
    ),
    gauge(
        "mm_reconciled_age_seconds",
        &[],
        |seen, rows| {
            let age = seen.engine.freshness().reconciled().map(|at| seconds(seen.now.since(at)));
            rows.put([], age);
        },
        "Age of the oldest of orders, positions and fills as read back from the venue; no row \
         before they have been read on this connection.",
    ),
    gauge(
        "mm_connected",
        &[],
        |seen, rows| rows.put([], flag(seen.engine.freshness().connected.is_some())),
        "1 while every stream is connected.",
    ),
    gauge(
        "mm_requests_left",
        &[],
        |seen, rows| rows.put([], seen.engine.budget().left.map(count)),
        "Requests of the address up to the venue's limit.",
    ),
    gauge(
        "mm_requests_limit",
        &[],
        |seen, rows| rows.put([], seen.engine.budget().cap.map(count)),
        "That limit: 10,000, and 1 for each USDC traded.",
    ),
    gauge(
        "mm_cancels_left",
        &[],
        |seen, rows| rows.put([], seen.engine.budget().cancels_left.map(count)),
        "Cancels up to the limit of their own.",
    ),
    gauge(
        "mm_runway_seconds",
        &[],
        |seen, rows| {
            let budget = seen.engine.budget();
            let endless = budget.left.map(|_| f64::INFINITY);
            rows.put([], budget.runway_ms.map(seconds).or(endless));
        },
        "How long the requests last at the present pace; infinite if they do not shrink.",
    ),
    gauge(
        "mm_weight_left",
        &[],
        |seen, rows| rows.put([], count(seen.engine.budget().weight_left)),
        "Weight of the address on the network that may be spent at once.",
    ),
    gauge("mm_dead_man", &["state"], dead_man, "1 for the state of the venue's dead man's switch."),
    gauge(
        "mm_watchdog_tight",
        &[],
        |seen, rows| rows.put([], flag(seen.engine.watchdog_is_tight())),
        "1 while our own limits are tighter because the switch is refused.",
    ),
    counter(
        "mm_clock_back_total",
        &[],
        |seen, rows| rows.put([], count(seen.engine.stats().clock_back)),
        "How often the clock went back.",
    ),
    counter(
        "mm_pauses_total",
        &[],
        |seen, rows| rows.put([], count(seen.engine.stats().pauses)),
        "How often the process was stopped for longer than a running one is.",
    ),
    counter(
        "mm_burns_total",
        &[],
        |seen, rows| rows.put([], count(seen.engine.stats().burns)),
        "Nonces that were burnt to settle an order in doubt.",
    ),
    counter(
        "mm_audits_total",
        &[],
        |seen, rows| rows.put([], count(seen.engine.stats().audits)),
        "Inputs that made no sense. The log says which.",
    ),
];

const fn rank(grade: Grade) -> u64 {
    match grade {
        Grade::Normal => 0,
        Grade::Widen(_) => 1,
        Grade::OneSided => 2,
        Grade::CancelOnly => 3,
        Grade::Flatten => 4,
        Grade::Halt => 5,
    }
}

fn grades(seen: &Seen<'_>, rows: &mut Rows) {
    let mut put = |pair: &str, (grade, cause): (Grade, Cause)| {
        rows.put([pair, grade.code(), cause.code()], count(rank(grade)));
    };
    put(ALL, seen.engine.grade());
    for (id, view) in (0_u16..).map(MarketId).zip(seen.engine.markets()) {
        if let Some(grade) = seen.engine.market_grade(id) {
            put(view.pair.as_str(), grade);
        }
    }
}

fn dead_man(seen: &Seen<'_>, rows: &mut Rows) {
    let now = seen.engine.dead_man();
    let armed = DeadManView::Armed(seen.now);
    let others = [
        DeadManView::Off,
        DeadManView::Waiting,
        DeadManView::Refused,
        DeadManView::Doubtful,
        DeadManView::Exhausted,
    ];
    for state in core::iter::once(armed).chain(others) {
        rows.put([state.code()], flag(state.code() == now.code()));
    }
}
