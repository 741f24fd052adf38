//! What an operator sees while it runs: redrawn on a terminal, lines of `key=value` elsewhere.

use std::io::{IsTerminal as _, Write as _};
use std::time::Duration;

use hl_engine::{Engine, MarketId, MarketView, OrderState, Ppm, Stats};
use hl_quant::{Price, Side};
use tokio::time::Instant;

use super::log::Log;
use super::standing::{self, Standing};

/// Redraws of a terminal. Slower is jumpy, faster is unreadable.
const REDRAW: Duration = Duration::from_millis(500);

/// Where the status goes and how.
#[derive(Debug)]
pub(super) struct Screen {
    terminal: bool,
    every: Duration,
    title: String,
    started: Instant,
    /// Lines of the last drawing, to go back over.
    drawn: usize,
}

impl Screen {
    /// `interval` is for what is not a terminal.
    pub(super) fn new(title: String, interval: Duration) -> Self {
        let terminal = std::io::stderr().is_terminal();
        let every = if terminal { REDRAW } else { interval };
        Self { terminal, every, title, started: Instant::now(), drawn: 0 }
    }

    /// Whether standard error is a terminal.
    pub(super) const fn is_terminal(&self) -> bool {
        self.terminal
    }

    pub(super) const fn every(&self) -> Duration {
        self.every
    }

    /// How long the run has lasted.
    pub(super) fn elapsed(&self) -> Duration {
        self.started.elapsed()
    }

    /// Draws the state of every market.
    pub(super) fn draw(&mut self, engine: &Engine, coins: &[String], log: &mut Log) {
        if !self.terminal {
            for line in lines(engine, coins) {
                log.line(&line);
            }
            return;
        }
        let stats = engine.stats();
        let mut rows = vec![self.head(&stats), clip(&standing::guard_text(&stats))];
        rows.push(clip(&Standing::of(engine).text()));
        rows.push(HEAD.to_owned());
        rows.extend(views(engine, coins).map(|(id, view)| row(engine, id, &view)));
        rows.extend(log.recent().map(clip));
        // Without wrapping: a line of a narrow terminal must stay one, or going back misses its mark.
        let mut text = String::from("\x1b[?7l");
        if self.drawn > 0 {
            // Back to the first line of the last drawing; each line then clears what it replaces.
            text.push_str(&format!("\x1b[{}A", self.drawn));
        }
        for row in &rows {
            text.push_str(&format!("\x1b[2K{row}\n"));
        }
        text.push_str("\x1b[0J\x1b[?7h");
        self.drawn = rows.len();
        // A terminal that has gone away is no reason to stop trading in order.
        let _ = std::io::stderr().write_all(text.as_bytes());
    }

    fn head(&self, stats: &Stats) -> String {
        let seconds = self.elapsed().as_secs();
        let (hours, minutes) = (seconds / 3_600, seconds / 60 % 60);
        clip(&format!(
            "{}  {hours:02}:{minutes:02}:{:02}  attempts {}  accepted {}  rejected {} [{}]  unknown {}  \
             fills {} maker {} taker",
            self.title,
            seconds % 60,
            stats.attempts,
            stats.accepted,
            stats.rejected_total(),
            classes(stats),
            stats.unknown,
            stats.maker_fills,
            stats.taker_fills,
        ))
    }
}

const HEAD: &str = "market            mid  spread      our bid      our ask    inventory  fills   \
                    profit  state";

/// A terminal line that wraps would break the redrawing.
fn clip(line: &str) -> String {
    line.chars().take(118).collect()
}

/// `E_ALO 3, E_TICK 1`, or nothing.
pub(super) fn classes(stats: &Stats) -> String {
    let list: Vec<String> =
        stats.rejected().iter().map(|(code, count)| format!("{code} {count}")).collect();
    list.join(", ")
}

fn views<'e>(
    engine: &'e Engine,
    coins: &[String],
) -> impl Iterator<Item = (MarketId, MarketView<'e>)> {
    // With rotation, only the markets that it has entered.
    let shown = |market| engine.rotation_phase(market).is_none_or(|phase| phase.is_watched());
    (0_u16..)
        .zip(coins)
        .map(|(index, _)| MarketId(index))
        .filter(move |market| shown(*market))
        .filter_map(|market| Some((market, engine.market(market)?)))
}

/// Our best quote on each side, counting those that are about to move.
fn quotes(engine: &Engine, market: MarketId) -> (Option<Price>, Option<Price>) {
    let resting = |state| matches!(state, OrderState::Live | OrderState::PendingCancel);
    let live = || engine.orders(market).filter(|order| resting(order.state));
    let bid = live().filter(|o| o.side == Side::Bid).map(|o| o.price).max();
    let ask = live().filter(|o| o.side == Side::Ask).map(|o| o.price).min();
    (bid, ask)
}

fn text<T: ToString>(value: Option<T>) -> String {
    value.map_or_else(|| "-".to_owned(), |value| value.to_string())
}

fn row(engine: &Engine, id: MarketId, view: &MarketView<'_>) -> String {
    let (bid, ask) = quotes(engine, id);
    clip(&format!(
        "{:<9} {:>11} {:>7} {:>12} {:>12} {:>12} {:>6} {:>8}  {}",
        view.pair.as_str(),
        text(view.mid),
        text(view.spread.map(short)),
        text(bid),
        text(ask),
        view.position.to_string(),
        view.stats.maker_fills.saturating_add(view.stats.taker_fills),
        view.profit.map_or_else(|| "-".to_owned(), |usd| format!("{usd:.2}")),
        view.why_not.map_or("quoting", |why| why.code()),
    ))
}

fn short(spread: Ppm) -> String {
    format!("{spread}bp")
}

/// One line per market and three for all, in the grammar of the event log.
fn lines(engine: &Engine, coins: &[String]) -> Vec<String> {
    let market = |(id, view): (MarketId, MarketView<'_>)| {
        let (bid, ask) = quotes(engine, id);
        format!(
            "status_evt=market pair={} mid={} spread_bps={} bid={} ask={} pos={} fills={} \
             profit={} state={}",
            view.pair,
            text(view.mid),
            text(view.spread),
            text(bid),
            text(ask),
            view.position,
            view.stats.maker_fills.saturating_add(view.stats.taker_fills),
            view.profit.map_or_else(|| "-".to_owned(), |usd| format!("{usd:.4}")),
            view.why_not.map_or("quoting", |why| why.code()),
        )
    };
    let stats = engine.stats();
    let mut lines: Vec<String> = views(engine, coins).map(market).collect();
    lines.push(format!(
        "status_evt=total attempts={} accepted={} rejected={} unknown={} in_flight={} maker={} \
         taker={} gate_stops={}",
        stats.attempts,
        stats.accepted,
        stats.rejected_total(),
        stats.unknown,
        stats.in_flight(),
        stats.maker_fills,
        stats.taker_fills,
        stats.gate_stops,
    ));
    lines.push(standing::guard_line(&stats));
    lines.push(Standing::of(engine).line());
    lines
}
