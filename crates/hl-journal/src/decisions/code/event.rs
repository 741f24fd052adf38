//! What the engine said happened.

use hl_engine::{
    Attempt, BelowMin, BudgetNews, BudgetView, BurnStage, CancelLine, CancelStage, ClockNews,
    DeadManLine, Doubt, Event, EventKind, ExitLine, Figure, FillLine, FlattenLine, FollowedLine,
    GateStop, Grade, GradeLine, GuardEnd, GuardLine, GuardStage, IntentId, MarkLine, Move, NoQuote,
    RaceLine, RacePace, Real, ReconLine, RotationLine, Rule, ScoreLine, SignalLine, Submit,
    SubmitEnd, Switch, Wait, Warning,
};
use hl_quant::{QuantFields, Reject};
use hl_signals::{Micro, Refused};
use hl_wire::{ReduceOnly, Tif};

use super::super::bytes::{Malformed, Sink, Source};
use super::carry::listed;
use super::{Code, choice, record, wrapper};

wrapper!(IntentId);
listed!(Rule);

record! {
    Event { at, kind }
    Attempt {
        seq, intent, pair, side, tif, reduce_only, cloid, price, size, quant, tries,
    }
    Submit { seq, cloid, pair, side, tif, reduce_only, quant, end }
    BelowMin { pair, side, quant, notional, min, reject }
    FillLine { pair, side, price, size, liquidity, fee, tid, oid, cloid, position }
    CancelLine { pair, cloid, stage }
    GateStop { pair, side, price, size, rule, have, limit }
    GradeLine { pair, grade, cause, have, limit }
    Warning { pair, cause, have, limit }
    ExitLine { pair, left, tries }
    GuardLine { pair, intent, cloid, stage }
    RaceLine { pair, cloid, side, price, told, pace }
    ScoreLine { pair, score, raw, failed }
    FollowedLine { pair, was_held, since, trades, edge, made, traded }
    MarkLine { pair, source, taken, value, with, without, horizon_ms, moved_bps }
    QuantFields { px_dec, step_dec, price_int, size_int, ticks, steps }
    BudgetView { left, cap, cancels_left, per_hour, runway_ms, price, weight_left }
}

choice! {
    EventKind {
        0 => Attempt(it), 1 => Submit(it), 2 => BelowMin(it), 3 => Fill(it), 4 => Cancel(it),
        5 => Unknown { pair, cloid, why }, 6 => Burn { of, stage }, 7 => Guard(it), 8 => Race(it),
        9 => Budget { news, figures }, 10 => Clock { news, by_ms }, 11 => Gate(it),
        12 => QuoteStart { pair, fair, spread }, 13 => QuoteStop { pair, reason },
        14 => Recon(it), 15 => SpecChange { pair, lot_from, lot_to }, 16 => DeadMan(it),
        17 => Grade(it), 18 => Warning(it), 19 => Exit(it), 20 => Flatten(it), 21 => DayMark(it),
        22 => Operator(it), 23 => Halt(it), 24 => Stopped { remaining }, 25 => Rotation(it),
        26 => Signal(it), 27 => Audit { pair, what },
        28 => Gone { pair, cloid },
    }
    SubmitEnd {
        0 => Accepted, 1 => Rejected(code), 2 => NeverSent, 3 => NotFound, 4 => Unresolved,
    }
    CancelStage { 0 => Sent, 1 => Done, 2 => Rejected(code), 3 => Unknown, 4 => ByVenue }
    Doubt {
        0 => Reply, 1 => Timeout, 2 => CancelMissed, 3 => NotListed, 4 => TurnedAway(code),
    }
    Figure {
        0 => None, 1 => Price(it), 2 => Size(it), 3 => Signed(it), 4 => Notional(it),
        5 => Count(it), 6 => Ms(it), 7 => Ppm(it), 8 => Usd(it), 9 => Word(it),
    }
    ReconLine {
        0 => Ok { orphans, foreign }, 1 => Orphan { pair, cloid },
        2 => Foreign { pair, orders, bids, asks }, 3 => Carried { pair, cloid },
        4 => Fills { through }, 5 => Position { pair, local, venue },
        6 => Overfill { pair, cloid, original, filled },
    }
    Grade {
        0 => Normal, 1 => Widen(by), 2 => OneSided, 3 => CancelOnly, 4 => Flatten, 5 => Halt,
    }
    FlattenLine { 0 => Begun(at), 1 => Ended }
    DeadManLine {
        0 => Armed(at), 1 => Refused(code), 2 => Doubtful, 3 => Fired(it), 4 => Exhausted(it),
        5 => Cleared,
    }
    BurnStage { 0 => Sent, 1 => Done, 2 => Used, 3 => Again }
    GuardStage { 0 => Retry(code), 1 => Success, 2 => Exhausted(end) }
    GuardEnd {
        0 => Rejected(code), 1 => Lost, 2 => SpecUnchanged, 3 => NoSpec, 4 => NotLegal,
        5 => Gate(rule), 6 => NotQuoting, 7 => OldInDoubt, 8 => Spent,
    }
    RacePace { 0 => Free, 1 => Until(at) }
    BudgetNews { 0 => Runway, 1 => Throttled, 2 => Free }
    ClockNews { 0 => Pause, 1 => Back }
    RotationLine {
        0 => Rebalance(it), 1 => Score(it), 2 => Moved { pair, to, reason }, 3 => Mark(it),
        4 => Wait { why, due }, 5 => Followed(it),
    }
    Wait { 0 => Measuring, 1 => Crowd, 2 => Held, 3 => Nobody }
    Move { 0 => Enter, 1 => Active, 2 => Keep, 3 => Drain, 4 => Exit, 5 => Gone }
    SignalLine {
        0 => Heard { pair, source, value, confidence, age_ms }, 1 => Refused { pair, source, why },
        2 => Marked(it), 3 => Coverage { source, looks, fresh, age_ms, lost },
        4 => Switched { source, how, coefficient, samples },
    }
    Refused { 0 => Source, 1 => Market, 2 => Ahead { ms }, 3 => Older { ms } }
    Switch { 0 => Off, 1 => On, 2 => Pinned }
    ReduceOnly { 0 => No, 1 => Yes }
    Tif { 0 => Alo, 1 => Ioc, 2 => Gtc, 3 => FrontendMarket }
    Reject {
        0 => NoLegalPrice, 1 => BelowMinSize { lot }, 2 => BelowMinNotional { notional, min },
        3 => TooLarge,
    }
    NoQuote {
        0 => Stopped, 1 => Halted, 2 => Disconnected, 3 => NotReconciled, 4 => Orphans,
        5 => NoSpec, 6 => SpecStale, 7 => NotTrading, 8 => Parked, 9 => NoBook, 10 => BookStale,
        11 => ClockSkew, 12 => EmptyBook, 13 => OneSided, 14 => Crossed, 15 => NoReference,
        16 => ReferencesDisagree, 17 => Jumped, 18 => Risk(cause), 19 => Budget, 20 => AtLimit,
        21 => BelowMin, 22 => NoLegalPrice, 23 => Rotation, 24 => Model(why),
    }
}

impl Code for Real {
    fn put(&self, sink: &mut Sink) {
        self.get().put(sink);
    }

    fn take(from: &mut Source<'_, '_>) -> Result<Self, Malformed> {
        f64::take(from).map(Self::new)
    }
}

impl Code for Micro {
    fn put(&self, sink: &mut Sink) {
        self.raw().put(sink);
    }

    fn take(from: &mut Source<'_, '_>) -> Result<Self, Malformed> {
        i64::take(from).map(Self::from_raw)
    }
}
