//! What is copied out of the engine, on the loop's own thread: numbers as they are, no text.
//!
//! A [`Glance`] is what charts and estimates are made of and is taken four times a second; a
//! [`Frame`] is everything, and is taken only while somebody looks.

use hl_engine::{
    AccountMoney, Arrivals, BookLevel, BudgetView, Cause, Cold, DeadManView, Engine, Freshness,
    Grade, Halt, MarketId, MarketView, NoQuote, OrderState, OrderView, Pair, Ppm, RotationPhase,
    SourceView, Stats, Usd, Volatility,
};
use hl_journal::profit::Statement;
use hl_quant::{Millis, Notional, Price, Side, SignedSize, Size};
use hl_rotation::Selection;
use hl_signals::Reading;
use hl_wire::Cloid;

/// One moment of every market that is watched.
#[derive(Clone, Debug)]
pub(crate) struct Glance {
    pub(crate) at: Millis,
    /// What the account was worth at its last report.
    pub(crate) equity: Option<Usd>,
    /// Over all markets; none while one market's is not known.
    pub(crate) profit: Option<Usd>,
    pub(crate) markets: Vec<Point>,
}

/// One moment of one market.
#[derive(Clone, Debug)]
pub(crate) struct Point {
    pub(crate) pair: Pair,
    pub(crate) mid: Option<Price>,
    pub(crate) bid: Option<Price>,
    pub(crate) ask: Option<Price>,
    pub(crate) position: SignedSize,
    pub(crate) profit: Option<Usd>,
    /// Each resting order, with what of others rests at its price; none where the book that is heard
    /// does not reach so far.
    pub(crate) resting: Vec<(Cloid, Option<Size>)>,
}

/// Everything about the engine.
#[derive(Clone, Debug)]
pub(crate) struct Frame {
    pub(crate) at: Millis,
    pub(crate) stats: Stats,
    pub(crate) grade: (Grade, Cause),
    pub(crate) halted: Option<Halt>,
    pub(crate) flattening: bool,
    pub(crate) freshness: Freshness,
    pub(crate) budget: BudgetView,
    pub(crate) dead_man: DeadManView,
    pub(crate) watchdog_is_tight: bool,
    pub(crate) money: Option<AccountMoney>,
    pub(crate) profit: Option<Usd>,
    /// The sum of the worst cases; none while a market has something and no price.
    pub(crate) worst: Option<Notional>,
    pub(crate) max_gross: Notional,
    pub(crate) markets: Vec<MarketFrame>,
    pub(crate) rotation: Option<Rotating>,
    /// With their records, when those were asked for.
    pub(crate) sources: Option<Vec<SourceView>>,
    /// Where the money went, when records were asked for.
    pub(crate) statement: Option<Box<Statement>>,
}

/// Rotation as it stands.
#[derive(Clone, Debug)]
pub(crate) struct Rotating {
    pub(crate) due: Option<Millis>,
    pub(crate) selection: Option<Selection>,
    /// Of every market, in the order of the configuration.
    pub(crate) phases: Vec<(Pair, RotationPhase)>,
}

/// One market.
#[derive(Clone, Debug)]
pub(crate) struct MarketFrame {
    pub(crate) pair: Pair,
    pub(crate) why_not: Option<NoQuote>,
    pub(crate) touch: Option<(Price, Price)>,
    pub(crate) mid: Option<Price>,
    pub(crate) spread: Option<Ppm>,
    pub(crate) fair: Option<Price>,
    pub(crate) book_age_ms: Option<u64>,
    pub(crate) position: SignedSize,
    pub(crate) worst: Option<Notional>,
    pub(crate) limit: Notional,
    pub(crate) profit: Option<Usd>,
    pub(crate) volatility: Result<Volatility, Cold>,
    pub(crate) arrivals: Result<Arrivals, Cold>,
    pub(crate) stats: Stats,
    pub(crate) grade: (Grade, Cause),
    pub(crate) phase: Option<RotationPhase>,
    pub(crate) signal: Reading,
    pub(crate) orders: Vec<OrderView>,
    pub(crate) book: Vec<BookLevel>,
}

/// Whether to compute the records of the sources of signals and the statement of profit, which takes
/// longer than the rest.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Records {
    With,
    Without,
}

/// The markets to show: all of them, or with rotation those that it has entered.
fn shown(engine: &Engine) -> impl Iterator<Item = (MarketId, MarketView<'_>)> {
    let watched = |market| engine.rotation_phase(market).is_none_or(RotationPhase::is_watched);
    (0_u16..).map(MarketId).zip(engine.markets()).filter(move |(market, view)| {
        watched(*market) || view.position.raw() != 0 || view.stats.attempts > 0
    })
}

impl Glance {
    /// Copies it.
    pub(crate) fn of(engine: &Engine, at: Millis) -> Self {
        Self {
            at,
            equity: engine.account_money().map(|money| money.value),
            profit: profit(engine),
            markets: shown(engine).map(|(id, view)| Point::of(engine, id, &view)).collect(),
        }
    }
}

impl Point {
    fn of(engine: &Engine, id: MarketId, view: &MarketView<'_>) -> Self {
        let resting =
            |order: &OrderView| matches!(order.state, OrderState::Live | OrderState::PendingCancel);
        let mut point = Self {
            pair: view.pair.clone(),
            mid: view.mid,
            bid: None,
            ask: None,
            position: view.position,
            profit: view.profit,
            resting: Vec::new(),
        };
        for order in engine.orders(id).filter(resting) {
            match order.side {
                Side::Bid => {
                    point.bid = Some(point.bid.map_or(order.price, |p| p.max(order.price)))
                }
                Side::Ask => {
                    point.ask = Some(point.ask.map_or(order.price, |p| p.min(order.price)))
                }
            }
            let mut book = engine.book(id);
            let level = book.find(|level| (level.side, level.price) == (order.side, order.price));
            point.resting.push((order.cloid, level.map(|level| level.others)));
        }
        point
    }
}

impl Frame {
    /// Copies everything.
    pub(crate) fn of(engine: &Engine, at: Millis, records: Records) -> Self {
        Self {
            at,
            stats: engine.stats(),
            grade: engine.grade(),
            halted: engine.halted(),
            flattening: engine.is_flattening(),
            freshness: engine.freshness(),
            budget: engine.budget(),
            dead_man: engine.dead_man(),
            watchdog_is_tight: engine.watchdog_is_tight(),
            money: engine.account_money(),
            profit: profit(engine),
            worst: engine
                .markets()
                .try_fold(Notional::ZERO, |sum, view| Some(sum.saturating_add(view.worst?))),
            max_gross: engine.config().limits.max_gross,
            markets: shown(engine).map(|(id, view)| MarketFrame::of(engine, id, &view)).collect(),
            rotation: rotating(engine),
            sources: (records == Records::With).then(|| engine.signal_sources().collect()),
            statement: None,
        }
    }
}

impl MarketFrame {
    fn of(engine: &Engine, id: MarketId, view: &MarketView<'_>) -> Self {
        let config = engine.config().markets.get(id.index());
        Self {
            pair: view.pair.clone(),
            why_not: view.why_not,
            touch: view.touch,
            mid: view.mid,
            spread: view.spread,
            fair: view.fair,
            book_age_ms: view.book_age_ms,
            position: view.position,
            worst: view.worst,
            limit: config.map_or(Notional::ZERO, |config| config.max_position),
            profit: view.profit,
            volatility: view.volatility,
            arrivals: view.arrivals,
            stats: view.stats.clone(),
            grade: engine.market_grade(id).unwrap_or((Grade::Normal, Cause::Clear)),
            phase: engine.rotation_phase(id),
            signal: engine.signal(id),
            orders: engine.orders(id).collect(),
            book: engine.book(id).collect(),
        }
    }
}

fn profit(engine: &Engine) -> Option<Usd> {
    engine.markets().try_fold(Usd::ZERO, |sum, view| Some(sum.plus(view.profit?)))
}

fn rotating(engine: &Engine) -> Option<Rotating> {
    engine.config().rotation.as_ref()?;
    let phases = (0_u16..)
        .map(MarketId)
        .zip(engine.markets())
        .filter_map(|(id, view)| Some((view.pair.clone(), engine.rotation_phase(id)?)));
    Some(Rotating {
        due: engine.rotation_due(),
        selection: engine.selection().cloned(),
        phases: phases.collect(),
    })
}
