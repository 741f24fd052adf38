//! The log grammar: one line per event. Keys and their order are an API for the operators' scripts.

use std::fmt::{self, Formatter};

use hl_quant::{Notional, QuantFields, Side};
use hl_wire::{Cloid, ReduceOnly, RejectCode, Tif};

use super::{
    Attempt, BelowMin, CancelLine, CancelStage, Doubt, Event, EventKind, Figure, FillLine,
    GateStop, ReconLine, Submit, SubmitEnd, Timestamp, risk, rotation, signal, upkeep,
};
use crate::{Liquidity, Operator, Pair};

pub(super) fn write(event: &Event, f: &mut Formatter<'_>) -> fmt::Result {
    let at = Stamp(event);
    match &event.kind {
        EventKind::Attempt(attempt) => write_attempt(attempt, &at, f),
        EventKind::Submit(submit) => write_submit(submit, &at, f),
        EventKind::BelowMin(below) => write_below_min(below, &at, f),
        EventKind::Fill(fill) => write_fill(fill, &at, f),
        EventKind::Cancel(cancel) => write_cancel(cancel, &at, f),
        EventKind::Unknown { pair, cloid, why } => {
            let (why, code) = match why {
                Doubt::Reply => ("reply", None),
                Doubt::Timeout => ("timeout", None),
                Doubt::CancelMissed => ("cancel_missed", None),
                Doubt::NotListed => ("not_listed", None),
                Doubt::TurnedAway(code) => ("turned_away", Some(code)),
            };
            write!(f, "order_evt=unknown {at} cloid={cloid} pair={pair} why={why}")?;
            code.map_or(Ok(()), |code| write!(f, " err_code={}", code.code()))
        }
        EventKind::Gone { pair, cloid } => {
            write!(f, "order_evt=gone {at} cloid={cloid} pair={pair}")
        }
        EventKind::Burn { of, stage } => upkeep::burn(*of, *stage, &at, f),
        EventKind::Guard(guard) => upkeep::guard(guard, &at, f),
        EventKind::Race(race) => upkeep::race(race, &at, f),
        EventKind::Budget { news, figures } => upkeep::budget(*news, figures, &at, f),
        EventKind::Clock { news, by_ms } => upkeep::clock(*news, *by_ms, &at, f),
        EventKind::Gate(stop) => write_gate(stop, &at, f),
        EventKind::QuoteStart { pair, fair, spread } => {
            write!(f, "quote_evt=start {at} pair={pair} fair={fair} spread_bps={spread}")
        }
        EventKind::QuoteStop { pair, reason } => {
            write!(f, "quote_evt=stop {at} pair={pair} reason={}", reason.code())
        }
        EventKind::Recon(recon) => write_recon(recon, &at, f),
        EventKind::SpecChange { pair, lot_from, lot_to } => {
            write!(f, "spec_evt=change {at} pair={pair} lot={lot_from}→{lot_to}")
        }
        EventKind::DeadMan(line) => risk::write_dead_man(line, &at, f),
        EventKind::Grade(grade) => risk::write_grade(grade, &at, f),
        EventKind::Warning(warning) => risk::write_warning(warning, &at, f),
        EventKind::Exit(exit) => risk::write_exit(exit, &at, f),
        EventKind::Flatten(line) => risk::write_flatten(*line, &at, f),
        EventKind::DayMark(mark) => risk::write_day(mark, &at, f),
        EventKind::Halt(halt) => risk::write_halt(halt, &at, f),
        EventKind::Operator(word) => {
            let word = match word {
                Operator::Halt => "halt",
                Operator::Resume => "resume",
                Operator::Flatten => "flatten",
                Operator::Stop => "stop",
            };
            write!(f, "halt_evt={word} {at}")
        }
        EventKind::Stopped { remaining } => {
            write!(f, "halt_evt=stopped {at} remaining={remaining}")
        }
        EventKind::Signal(line) => signal::write(line, &at, f),
        EventKind::Rotation(line) => rotation::write(line, event.at, f),
        EventKind::Audit { pair: Some(pair), what } => {
            write!(f, "audit_evt={what} {at} pair={pair}")
        }
        EventKind::Audit { pair: None, what } => write!(f, "audit_evt={what} {at}"),
    }
}

/// `ts= tms=`: the moment for people and for programs.
pub(super) struct Stamp<'a>(&'a Event);

impl fmt::Display for Stamp<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(f, "ts={} tms={}", Timestamp(self.0.at), self.0.at)
    }
}

/// `pair= side= tif= ro=`: the quoting path knows no time in force but `Alo`.
struct Kind<'a>(&'a Pair, Side, Tif, ReduceOnly);

impl fmt::Display for Kind<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let ro = match self.3 {
            ReduceOnly::No => 0,
            ReduceOnly::Yes => 1,
        };
        let tif = self.2.as_str();
        write!(f, "pair={} side={} tif={tif} ro={ro}", self.0, self.1)
    }
}

/// `err= err_code=`: the operators' word for a refusal and its code.
pub(super) struct Refusal(pub(super) RejectCode);

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(f, "err={} err_code={}", label(self.0), self.0.code())
    }
}

/// The `err=` word. The first three are the old system's; the rest are its codes in lower case.
pub(crate) const fn label(code: RejectCode) -> &'static str {
    match code {
        RejectCode::Tick => "tick_size",
        RejectCode::Size => "invalid_size",
        RejectCode::Alo => "alo_reject",
        RejectCode::InvalidPrice => "invalid_price",
        RejectCode::MinNotional => "min_notional",
        RejectCode::Margin => "margin",
        RejectCode::Rate | RejectCode::IpRate => "rate_limit",
        RejectCode::Nonce => "nonce",
        RejectCode::Auth => "auth",
        RejectCode::NotFound => "not_found",
        RejectCode::Modify => "modify",
        RejectCode::Oracle => "oracle",
        RejectCode::PriceBand => "price_band",
        RejectCode::Halted => "halted",
        RejectCode::Expired => "expired",
        _ => "rejected",
    }
}

/// The one-word `err=` and the `err_code=` of an attempt that no venue code explains.
fn submit_error(end: SubmitEnd) -> (&'static str, &'static str) {
    match end {
        SubmitEnd::Accepted => ("none", "none"),
        SubmitEnd::Rejected(code) => (label(code), code.code()),
        SubmitEnd::NeverSent => ("never_sent", "E_NET"),
        SubmitEnd::NotFound => ("not_found", "E_NOT_PLACED"),
        SubmitEnd::Unresolved => ("unresolved", "E_UNKNOWN"),
    }
}

fn write_attempt(a: &Attempt, at: &Stamp<'_>, f: &mut Formatter<'_>) -> fmt::Result {
    let QuantFields { px_dec, step_dec, price_int, size_int, ticks, steps } = a.quant;
    write!(
        f,
        "quant_evt=attempt {at} seq={} {} cloid={} pxDec={px_dec} stepDec={step_dec} \
         priceInt={price_int} sizeInt={size_int} ticks={ticks} steps={steps} try={}",
        a.seq,
        Kind(&a.pair, a.side, a.tif, a.reduce_only),
        a.cloid,
        a.tries,
    )
}

fn write_submit(s: &Submit, at: &Stamp<'_>, f: &mut Formatter<'_>) -> fmt::Result {
    write!(
        f,
        "quant_evt=submit {at} seq={} cloid={} {} ticks={} stepInt={} szInt={} ",
        s.seq,
        s.cloid,
        Kind(&s.pair, s.side, s.tif, s.reduce_only),
        s.quant.ticks,
        s.quant.steps,
        s.quant.size_int,
    )?;
    match submit_error(s.end) {
        ("none", code) => write!(f, "ok=1 err=none err_code={code}"),
        (err, code) => write!(f, "ok=0 err={err} err_code={code}"),
    }
}

fn write_below_min(b: &BelowMin, at: &Stamp<'_>, f: &mut Formatter<'_>) -> fmt::Result {
    write!(
        f,
        "quant_evt=below_min {at} pair={} side={} ticks={} stepInt={} szInt={} notional={} min={} \
         err_code={}",
        b.pair,
        b.side,
        b.quant.ticks,
        b.quant.steps,
        b.quant.size_int,
        Cents(b.notional),
        b.min,
        b.reject.code(),
    )
}

fn write_fill(x: &FillLine, at: &Stamp<'_>, f: &mut Formatter<'_>) -> fmt::Result {
    let word = match x.liquidity {
        Liquidity::Maker => "maker",
        Liquidity::Taker => "taker",
    };
    write!(
        f,
        "fill_evt={word} {at} pair={} side={} px={} sz={} fee={} tid={} oid={} cloid={} pos={}",
        x.pair,
        x.side,
        x.price,
        x.size,
        x.fee,
        x.tid,
        x.oid,
        Name(x.cloid),
        x.position,
    )
}

fn write_cancel(c: &CancelLine, at: &Stamp<'_>, f: &mut Formatter<'_>) -> fmt::Result {
    let word = match c.stage {
        CancelStage::Sent => "sent",
        CancelStage::Done => "ok",
        CancelStage::Rejected(_) => "reject",
        CancelStage::Unknown => "unknown",
        CancelStage::ByVenue => "venue",
    };
    write!(f, "cancel_evt={word} {at} cloid={} pair={}", c.cloid, c.pair)?;
    if let CancelStage::Rejected(code) = c.stage {
        write!(f, " {}", Refusal(code))?;
    }
    Ok(())
}

fn write_gate(g: &GateStop, at: &Stamp<'_>, f: &mut Formatter<'_>) -> fmt::Result {
    write!(
        f,
        "gate_evt=stop {at} pair={} side={} rule={} px={} sz={} have={} limit={}",
        g.pair,
        g.side,
        g.rule.code(),
        g.price,
        g.size,
        g.have,
        g.limit,
    )
}

fn write_recon(r: &ReconLine, at: &Stamp<'_>, f: &mut Formatter<'_>) -> fmt::Result {
    match r {
        ReconLine::Ok { orphans, foreign } => {
            write!(f, "recon_evt=ok {at} orphans={orphans} foreign={foreign}")
        }
        ReconLine::Orphan { pair, cloid } => {
            write!(f, "recon_evt=orphan {at} cloid={cloid} pair={pair}")
        }
        ReconLine::Foreign { pair, orders, bids, asks } => {
            write!(f, "recon_evt=foreign {at} pair={pair} orders={orders} bids={bids} asks={asks}")
        }
        ReconLine::Carried { pair, cloid } => {
            write!(f, "recon_evt=carried {at} cloid={cloid} pair={pair}")
        }
        ReconLine::Fills { through } => write!(f, "recon_evt=fills {at} through={through}"),
        ReconLine::Position { pair, local, venue } => {
            write!(f, "recon_evt=position {at} pair={pair} local={local} venue={venue}")
        }
        ReconLine::Overfill { pair, cloid, original, filled } => {
            write!(
                f,
                "recon_evt=overfill {at} cloid={cloid} pair={pair} orig={original} filled={filled}"
            )
        }
    }
}

/// A client order id, or `none`.
struct Name(Option<Cloid>);

impl fmt::Display for Name {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self.0 {
            Some(cloid) => fmt::Display::fmt(&cloid, f),
            None => f.write_str("none"),
        }
    }
}

/// A notional with two decimals, cut: `notional=16.49`.
struct Cents(Notional);

impl fmt::Display for Cents {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let cents = self.0.raw() / 100_000_000_000_000;
        write!(f, "{}.{:02}", cents / 100, cents % 100)
    }
}

impl fmt::Display for Figure {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::None => f.write_str("none"),
            Self::Price(x) => fmt::Display::fmt(x, f),
            Self::Size(x) => fmt::Display::fmt(x, f),
            Self::Signed(x) => fmt::Display::fmt(x, f),
            Self::Notional(x) => fmt::Display::fmt(&Cents(*x), f),
            Self::Count(x) => fmt::Display::fmt(x, f),
            Self::Ms(x) => write!(f, "{x}ms"),
            Self::Ppm(x) => write!(f, "{x}bps"),
            Self::Usd(x) => write!(f, "{x:.2}"),
            Self::Word(x) => f.write_str(x),
        }
    }
}
