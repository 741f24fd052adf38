//! `quantize COIN SIDE PRICE SIZE`: what becomes of a number on a market's grid, and why.

use std::io::Write;

use hl_quant::{
    Decimal, Intent, MarketKind, MarketSpec, OrderPrice, OrderSize, Price, Reject, Round, Side,
};
use serde_json::{Value, json};

use super::quantize_jsonl as jsonl;
use crate::cli::QuantizeArgs;
use crate::config::kind::UNIT;
use crate::exit::{Exit, Failed};

/// One case, worked out.
struct Lesson<'a> {
    coin: &'a str,
    spec: MarketSpec,
    side: Side,
    intent: Intent,
    asked: (&'a str, &'a str),
    price: Result<OrderPrice, Reject>,
    size: Result<OrderSize, Reject>,
    below: Option<OrderPrice>,
    above: Option<OrderPrice>,
    on_grid: bool,
}

/// Answers each JSON line of standard input.
pub(crate) fn stream(out: &mut impl Write) -> Result<Exit, Failed> {
    jsonl::run(std::io::stdin().lock(), out)?;
    Ok(Exit::Ok)
}

/// Explains one case on the grid of `spec`.
pub(crate) fn explain(
    args: &QuantizeArgs,
    spec: MarketSpec,
    out: &mut impl Write,
) -> Result<Exit, Failed> {
    let (Some(coin), Some(side), Some(px), Some(sz)) =
        (&args.coin, args.side, &args.price, &args.size)
    else {
        return Err(Failed::new(Exit::Failure, "coin, side, price and size are needed"));
    };
    let (side, intent) = (jsonl::side(side), jsonl::intent(args.intent));
    let read = |what: &str, text: &str| {
        Decimal::parse(text).map_err(|e| Failed::new(Exit::Failure, format!("{what}: {e}")))
    };
    let (price, size) = (read("price", px)?, read("size", sz)?);
    let grid = spec.prices();
    let (below, above) = (grid.snap(price, Round::Down).ok(), grid.snap(price, Round::Up).ok());
    let lesson = Lesson {
        coin,
        side,
        intent,
        asked: (px, sz),
        price: grid.snap(price, intent.round(side)),
        size: spec.sizes().snap(size, Round::Down),
        below,
        above,
        on_grid: below.is_some() && below == above,
        spec,
    };
    if args.json {
        writeln!(out, "{:#}", lesson.json())?;
    } else {
        lesson.print(out)?;
    }
    Ok(if lesson.order().is_ok() { Exit::Ok } else { Exit::Failure })
}

impl Lesson<'_> {
    fn order(&self) -> Result<hl_quant::Quantized, Reject> {
        self.spec.order(self.price?, self.size?)
    }

    /// The smallest size that the exchange would take at the legal price.
    fn enough(&self) -> Option<OrderSize> {
        self.spec.min_size_at(self.price.ok()?).ok()
    }

    fn print(&self, out: &mut impl Write) -> std::io::Result<()> {
        let side = if self.side == Side::Bid { "buy" } else { "sell" };
        let kind = kind_name(self.spec.kind());
        let decimals = self.spec.sz_decimals().get();
        writeln!(out, "{} {kind}, szDecimals {decimals}", self.coin)?;
        writeln!(out, "asked     {side} {} at {}\n", self.asked.1, self.asked.0)?;
        self.print_price(out)?;
        self.print_size(out)?;
        self.print_verdict(out)
    }

    fn print_price(&self, out: &mut impl Write) -> std::io::Result<()> {
        let why = match (self.on_grid, self.intent, self.intent.round(self.side)) {
            (true, ..) => "already legal: unchanged",
            (_, Intent::Passive, Round::Down) => "rounded down, away from the market",
            (_, Intent::Passive, _) => "rounded up, away from the market",
            (_, Intent::Aggressive, Round::Down) => "rounded down, towards the market",
            (_, Intent::Aggressive, _) => "rounded up, towards the market",
        };
        match self.price {
            Ok(price) => {
                writeln!(out, "price     {price}   ({why})")?;
                self.print_neighbours(price, out)?;
                let tick = self.spec.prices().tick_size(price.get());
                writeln!(out, "tick      {tick}   {}", tick_reason(&self.spec, price.get()))?;
            }
            Err(reject) => writeln!(out, "price     none   ({reject})")?,
        }
        Ok(())
    }

    fn print_neighbours(&self, price: OrderPrice, out: &mut impl Write) -> std::io::Result<()> {
        let grid = self.spec.prices();
        let text = |price: Option<OrderPrice>| {
            price.map_or_else(|| "none".to_owned(), |price| price.to_string())
        };
        if self.on_grid {
            let (down, up) = (text(grid.down(price, 1)), text(grid.up(price, 1)));
            writeln!(out, "legal     {down} < [{price}] < {up}")
        } else {
            let (below, above) = (text(self.below), text(self.above));
            writeln!(out, "legal     {below} < {} < {above}", self.asked.0)
        }
    }

    fn print_size(&self, out: &mut impl Write) -> std::io::Result<()> {
        let lot = self.spec.sizes().lot();
        match self.size {
            Ok(size) => writeln!(out, "size      {size}   (whole steps of {lot}, never more)")?,
            Err(reject) => writeln!(out, "size      none   ({reject})")?,
        }
        let venue = MarketSpec::of(self.spec.kind(), self.spec.sz_decimals()).sizes().lot();
        let why = if lot == venue { "10^-szDecimals" } else { "by override" };
        writeln!(out, "step      {lot}   ({why})")
    }

    fn print_verdict(&self, out: &mut impl Write) -> std::io::Result<()> {
        let min = self.spec.min_notional();
        if let (Ok(price), Ok(size)) = (self.price, self.size) {
            let notional = price.get() * size.get();
            let verdict = if notional < min { "below" } else { "at or above" };
            writeln!(out, "notional  {notional}   ({verdict} the minimum of {min})")?;
            let f = self.spec.log_fields(price, size);
            writeln!(out, "wire      p=\"{price}\" s=\"{size}\"")?;
            writeln!(
                out,
                "log       pxDec={} stepDec={} priceInt={} sizeInt={} ticks={} steps={}",
                f.px_dec, f.step_dec, f.price_int, f.size_int, f.ticks, f.steps
            )?;
        }
        match (self.order(), self.enough()) {
            (Ok(_), _) => Ok(()),
            (Err(reject), Some(size)) if self.price.is_ok() => {
                writeln!(out, "\nreject    {}: the least size here is {size}", reject.code())
            }
            (Err(reject), _) => writeln!(out, "\nreject    {}", reject.code()),
        }
    }

    fn json(&self) -> Value {
        let text = |price: Option<OrderPrice>| price.map(|price| price.to_string());
        let price = self.price.ok();
        let size = self.size.ok();
        let grid = self.spec.prices();
        let neighbours = match (self.on_grid, price) {
            (true, Some(price)) => (grid.down(price, 1), grid.up(price, 1)),
            _ => (self.below, self.above),
        };
        let fields = price.zip(size).map(|(price, size)| self.spec.log_fields(price, size));
        json!({
            "coin": self.coin,
            "kind": kind_name(self.spec.kind()),
            "sz_decimals": self.spec.sz_decimals().get(),
            "asked": { "px": self.asked.0, "sz": self.asked.1 },
            "px": text(price),
            "sz": size.map(|size| size.to_string()),
            "below": text(neighbours.0),
            "above": text(neighbours.1),
            "tick": price.map(|price| grid.tick_size(price.get()).to_string()),
            "tick_reason": price.map(|price| tick_reason(&self.spec, price.get())),
            "step": self.spec.sizes().lot().to_string(),
            "notional": price.zip(size).map(|(p, s)| (p.get() * s.get()).to_string()),
            "min_notional": self.spec.min_notional().to_string(),
            "min_size": self.enough().map(|size| size.to_string()),
            "pxDec": fields.map(|f| f.px_dec),
            "stepDec": fields.map(|f| f.step_dec),
            "priceInt": fields.map(|f| f.price_int),
            "sizeInt": fields.map(|f| f.size_int),
            "ticks": fields.map(|f| f.ticks),
            "steps": fields.map(|f| f.steps),
            "reject": self.order().err().map(|reject| reject.code()),
        })
    }
}

const fn kind_name(kind: MarketKind) -> &'static str {
    match kind {
        MarketKind::Perp => "perp",
        MarketKind::Spot => "spot",
    }
}

/// Which rule makes the tick at `price`
/// (Hyperliquid docs, "Tick and lot size": five significant figures, or a whole number).
fn tick_reason(spec: &MarketSpec, price: Price) -> String {
    let venue = MarketSpec::of(spec.kind(), spec.sz_decimals());
    let step = venue.prices().tick_size(price);
    if spec.prices().tick_size(price) != step {
        return format!("(by override; the exchange's own tick here is {step})");
    }
    let cap = spec.kind().max_price_decimals(spec.sz_decimals());
    let base = match spec.kind() {
        MarketKind::Perp => 6,
        MarketKind::Spot => 8,
    };
    // The fifth significant figure of a price from 10^e on is its decimal 4 - e.
    let figures_end = 12_u32.saturating_sub(price.raw().ilog10());
    if step.raw() >= UNIT {
        "(whole numbers are always legal, whatever their length)".to_owned()
    } else if figures_end <= cap {
        format!(
            "(5 significant figures end at decimal {figures_end}; \
             the cap of {base} - szDecimals = {cap} is further)"
        )
    } else {
        format!(
            "(decimals are capped at {base} - szDecimals = {cap}; \
             5 significant figures would end at decimal {figures_end})"
        )
    }
}
