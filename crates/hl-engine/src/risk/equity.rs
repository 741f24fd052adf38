//! What has been won or lost, by the venue's word about the account, the ledger's word about what was
//! paid in and out, and between two reports our own fills and the book.

use hl_quant::Millis;

use super::{AtLimit, Cause, Grade, LossLimits, verdict::Verdict};
use crate::{DayMark, Figure, Ppm, Transfer, Usd, carry::utc_day};

/// A report of the account's value.
#[derive(Clone, Copy, Debug)]
struct Report {
    /// The moment that it speaks of.
    time: Millis,
    /// What it says, less the transfers known then.
    value: i128,
    /// What our own count of cash and positions said when it came; `None` until a price was known.
    worth: Option<i128>,
}

/// A report of which the ledger has not said yet what in it was transferred.
#[derive(Clone, Copy, Debug)]
struct Pending {
    report: Report,
    /// When it came: only a question asked after this answers for it.
    heard: Millis,
    /// How often the ledger has been read without explaining a fall.
    reads: u8,
}

/// What the account has become since its marks.
///
/// A rise that the ledger has not explained is not counted. A fall is, at once, but as a doubt: it
/// stops quoting, and becomes a loss when the ledger does not explain it in time. So a deposit never
/// hides a loss, and a withdrawal never halts an engine whose ledger can be read.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Equity {
    mark: Option<DayMark>,
    confirmed: Option<Report>,
    pending: Option<Pending>,
    /// Since when a fall has been without an explanation.
    doubt: Option<Millis>,
    /// Whether the next report is the new mark: the operator has accepted what was lost.
    accept: bool,
    /// Some sum left its range: from then on nothing can be said.
    broken: bool,
}

/// What must be done after a word about money.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Outcome {
    /// Losses are measured from here now.
    pub(crate) mark: Option<DayMark>,
    /// The ledger must be read, this much later.
    pub(crate) ask_in_ms: Option<u64>,
}

impl Equity {
    /// Continues with the marks of an earlier run.
    pub(crate) fn restore(&mut self, mark: Option<DayMark>) {
        self.mark = mark;
    }

    /// The clock was set back.
    pub(crate) fn rebase(&mut self, now: Millis) {
        self.doubt = self.doubt.map(|at| at.min(now));
        if let Some(pending) = &mut self.pending {
            pending.heard = pending.heard.min(now);
        }
    }

    /// From when on transfers matter, while a report waits for the ledger's word.
    pub(crate) fn waits_since(&self) -> Option<Millis> {
        self.pending.and(self.mark).map(|mark| mark.at)
    }

    /// The position was corrected by the venue: what our own count says has changed by `shift`
    /// without a trade, which is neither profit nor loss; the report that comes with it has it.
    pub(crate) fn shift(&mut self, shift: Option<i128>) {
        let Some(shift) = shift else { return };
        for worth in [
            self.confirmed.as_mut().and_then(|report| report.worth.as_mut()),
            self.pending.as_mut().and_then(|pending| pending.report.worth.as_mut()),
        ]
        .into_iter()
        .flatten()
        {
            match worth.checked_add(shift) {
                Some(sum) => *worth = sum,
                None => self.broken = true,
            }
        }
    }

    /// Takes a report. The first one ever is the mark that everything is measured from.
    pub(crate) fn report(
        &mut self,
        now: Millis,
        time: Millis,
        value: Usd,
        worth: Option<i128>,
    ) -> Outcome {
        let newest = self.pending.map(|pending| pending.report).or(self.confirmed);
        if newest.is_some_and(|report| time < report.time) {
            return Outcome::default();
        }
        let known = self.mark.map_or(0, |mark| mark.transfers.raw());
        let Some(net) = value.raw().checked_sub(known) else {
            self.broken = true;
            return Outcome::default();
        };
        let report = Report { time, value: net, worth };
        if self.mark.is_none() || self.accept {
            // Nothing before this moment counts, so the ledger need not be asked about it.
            self.pending = None;
            self.doubt = None;
            self.confirmed = Some(Report { value: value.raw(), ..report });
            let mark = DayMark {
                day: utc_day(time),
                at: time,
                start: value,
                peak: value,
                transfers: Usd::ZERO,
            };
            self.mark = Some(mark);
            self.accept = false;
            return Outcome { mark: Some(mark), ask_in_ms: None };
        }
        self.pending = Some(Pending { report, heard: now, reads: 0 });
        Outcome { mark: None, ask_in_ms: Some(0) }
    }

    /// Takes what the ledger says, asked for at `asked`: every transfer since the mark.
    pub(crate) fn ledger(
        &mut self,
        asked: Millis,
        transfers: &[Transfer],
        limits: &LossLimits,
        retry_ms: u64,
    ) -> Outcome {
        let (Some(mut pending), Some(mark)) = (self.pending, self.mark) else {
            return Outcome::default();
        };
        if asked < pending.heard {
            return Outcome { mark: None, ask_in_ms: Some(0) };
        }
        let time = pending.report.time;
        let moved = transfers
            .iter()
            .filter(|transfer| transfer.time > mark.at && transfer.time <= time)
            .try_fold(0_i128, |sum, transfer| sum.checked_add(transfer.amount.raw()));
        let net = moved.and_then(|moved| {
            pending.report.value.checked_add(mark.transfers.raw())?.checked_sub(moved)
        });
        let (Some(moved), Some(net)) = (moved, net) else {
            self.broken = true;
            return Outcome::default();
        };
        pending.report.value = net;
        // One node of the venue may lag behind another: a fall is believed after two readings.
        if pending.reads == 0 && self.breaks(net, &mark, limits) && !self.confirmed_breaks(limits) {
            pending.reads = 1;
            pending.report.value = net.saturating_add(moved).saturating_sub(mark.transfers.raw());
            self.pending = Some(pending);
            return Outcome { mark: None, ask_in_ms: Some(retry_ms) };
        }
        self.pending = None;
        self.doubt = None;
        self.confirm(pending.report, Usd::from_raw(moved), mark)
    }

    /// The ledger has explained a report: it counts, and may move the marks.
    fn confirm(&mut self, mut report: Report, moved: Usd, mark: DayMark) -> Outcome {
        let mut next = DayMark { transfers: moved, ..mark };
        next.peak = next.peak.max(Usd::from_raw(report.value));
        let day = utc_day(report.time);
        if day > mark.day {
            // A new day: the account's value as it is, from now on without what was paid in before.
            let value = Usd::from_raw(report.value.saturating_add(moved.raw()));
            let peak = next.peak.plus(moved);
            next = DayMark { day, at: report.time, start: value, peak, transfers: Usd::ZERO };
            report.value = value.raw();
        }
        self.confirmed = Some(report);
        self.mark = Some(next);
        Outcome { mark: (next != mark).then_some(next), ask_in_ms: None }
    }

    /// The operator resumes after a loss: it is accepted, and the next report, without which nothing
    /// is quoted, is where losses are measured from.
    pub(crate) fn accept(&mut self) {
        self.accept = true;
        self.broken = false;
        self.doubt = None;
    }

    fn breaks(&self, net: i128, mark: &DayMark, limits: &LossLimits) -> bool {
        let lost = |from: Usd| from.raw().checked_sub(net);
        let under = |lost: Option<i128>, limit| lost.is_some_and(|lost| lost < limit);
        !(under(lost(mark.start), raw(limits.daily))
            && under(lost(mark.peak), raw(limits.drawdown)))
    }

    fn confirmed_breaks(&self, limits: &LossLimits) -> bool {
        self.confirmed
            .zip(self.mark)
            .is_some_and(|(report, mark)| self.breaks(report.value, &mark, limits))
    }

    /// What the limits say, given what our own count of cash and positions says now; `None` if it
    /// cannot be said.
    pub(crate) fn verdict(
        &mut self,
        now: Millis,
        worth: Option<i128>,
        limits: &LossLimits,
    ) -> Verdict {
        let halt = at_limit(limits);
        let unknown = |grade| Verdict::new(grade, Cause::NotComputable, Figure::None, Figure::None);
        if self.broken {
            return unknown(Grade::Halt);
        }
        let Some(mark) = self.mark.filter(|_| !self.accept) else { return Verdict::CLEAR };
        let sure = match Self::estimate(&mut self.confirmed, worth) {
            Estimate::Is(value) => Some(value),
            Estimate::NotYet => None,
            Estimate::Never => return unknown(Grade::CancelOnly),
            Estimate::Overflow => return unknown(Grade::Halt),
        };
        let mut waiting = self.pending.map(|pending| pending.report);
        let maybe = match Self::estimate(&mut waiting, worth) {
            Estimate::Is(value) => Some(value),
            Estimate::NotYet => None,
            Estimate::Never => return unknown(Grade::CancelOnly),
            Estimate::Overflow => return unknown(Grade::Halt),
        };
        if let (Some(pending), Some(report)) = (&mut self.pending, waiting) {
            pending.report.worth = report.worth;
        }
        let certain = sure.map_or(Verdict::CLEAR, |value| judge(value, &mark, limits, halt));
        let doubtful = maybe.map_or(Verdict::CLEAR, |value| judge(value, &mark, limits, halt));
        let is_settled = doubtful.grade < Grade::CancelOnly
            || doubtful.cause == Cause::NotComputable
            || certain.grade >= Grade::CancelOnly;
        if is_settled {
            self.doubt = None;
            return certain.worst(doubtful);
        }
        let since = *self.doubt.get_or_insert(now);
        if now.since(since) >= limits.confirm_ms {
            return doubtful;
        }
        Verdict { grade: Grade::CancelOnly, cause: Cause::Unexplained, ..doubtful }
    }

    /// What a report amounts to now, with what our own count has changed by since it came.
    fn estimate(report: &mut Option<Report>, worth: Option<i128>) -> Estimate {
        let Some(report) = report else { return Estimate::NotYet };
        let Some(now) = worth else { return Estimate::Never };
        let then = *report.worth.get_or_insert(now);
        let sum = now.checked_sub(then).and_then(|change| report.value.checked_add(change));
        sum.map_or(Estimate::Overflow, Estimate::Is)
    }
}

/// What a report amounts to now.
enum Estimate {
    Is(i128),
    /// There is no report.
    NotYet,
    /// A position has no price.
    Never,
    Overflow,
}

fn at_limit(limits: &LossLimits) -> Grade {
    match limits.at_limit {
        AtLimit::Halt => Grade::Halt,
        AtLimit::Flatten => Grade::Flatten,
    }
}

fn raw(limit: hl_quant::Notional) -> i128 {
    i128::try_from(limit.raw()).unwrap_or(i128::MAX)
}

/// Both limits on one value. Written so that what cannot be computed passes no limit.
fn judge(value: i128, mark: &DayMark, limits: &LossLimits, halt: Grade) -> Verdict {
    let daily = one(value, mark.start, limits.daily, Cause::DailyLoss, limits, halt);
    daily.worst(one(value, mark.peak, limits.drawdown, Cause::Drawdown, limits, halt))
}

fn one(
    value: i128,
    from: Usd,
    limit: hl_quant::Notional,
    cause: Cause,
    limits: &LossLimits,
    halt: Grade,
) -> Verdict {
    let max = raw(limit);
    let Some(lost) = from.raw().checked_sub(value) else {
        return Verdict::new(Grade::Halt, Cause::NotComputable, Figure::None, Figure::None);
    };
    let part = |ppm: Ppm| max.checked_div(1_000_000).and_then(|x| x.checked_mul(i128::from(ppm.0)));
    let below = |limit: Option<i128>| limit.is_some_and(|limit| lost < limit);
    let (grade, limit) = if !below(Some(max)) {
        (halt, max)
    } else if !below(part(limits.one_sided_at)) {
        (Grade::OneSided, part(limits.one_sided_at).unwrap_or(max))
    } else if !below(part(limits.widen_at)) {
        (Grade::Widen(limits.widen_by), part(limits.widen_at).unwrap_or(max))
    } else {
        return Verdict::CLEAR;
    };
    let (have, limit) = (Figure::Usd(Usd::from_raw(lost)), Figure::Usd(Usd::from_raw(limit)));
    Verdict::new(grade, cause, have, limit)
}

#[cfg(test)]
#[path = "equity_tests.rs"]
mod tests;
