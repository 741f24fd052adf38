//! The models in an engine: fed by its books and trades, quoting beside each other.

use hl_engine::{
    AvellanedaStoikovConfig, EventKind, GlftConfig, Input, Layer, ModelConfig, NoQuote, Ppm,
};
use hl_quant::{Notional, Side};

use crate::bench::{BTC, Bench, SOL, config, price, size};

/// SOL by Avellaneda-Stoikov, BTC by GLFT, both soon warm.
fn modelled() -> hl_engine::EngineConfig {
    let mut config = config();
    for market in &mut config.markets {
        market.estimate.volatility.warm_ms = 5_000;
        market.estimate.arrivals.warm_ms = 5_000;
        market.estimate.arrivals.warm_orders = 5;
        market.requote.tolerance = Ppm(0);
        market.spread.spread = Ppm::from_bps(1);
        market.spread.base_order = Notional::whole(200);
        let layer = |bps| Layer { offset: Ppm::from_bps(bps), capital: Ppm(500_000) };
        market.spread.layers = vec![layer(0), layer(10)];
    }
    config.markets[0].model = ModelConfig::AvellanedaStoikov(AvellanedaStoikovConfig::default());
    config.markets[1].model = ModelConfig::Glft(GlftConfig::default());
    config
}

/// Seconds of moving books, with or without orders that take up to 5 bps beyond the touch.
fn live(bench: &mut Bench, seconds: u64, trades: bool) {
    for second in 0..seconds {
        bench.pass(500);
        let up = second % 2 == 0;
        let sol = if up { ("164.89", "164.91") } else { ("164.87", "164.90") };
        let btc = if up { ("103455", "103456") } else { ("103440", "103447") };
        bench.touch(SOL, sol.0, sol.1);
        bench.touch(BTC, btc.0, btc.1);
        bench.pass(500);
        if !trades {
            continue;
        }
        let far = ["164.91", "164.99"];
        for paid in &far[..usize::from(second % 3 == 0) + 1] {
            let (time, price, size) = (bench.now, price(paid), size("1"));
            let aggressor = Side::Bid;
            bench.input(Input::Trade { market: SOL, time, aggressor, price, size });
        }
        let paid = if second % 3 == 0 { "103410" } else { "103455" };
        let (time, price, size) = (bench.now, price(paid), size("0.1"));
        bench.input(Input::Trade { market: BTC, time, aggressor: Side::Ask, price, size });
    }
}

fn why_not(bench: &Bench) -> [Option<NoQuote>; 2] {
    [SOL, BTC].map(|market| bench.engine.market(market).unwrap().why_not)
}

#[test]
fn a_market_quotes_once_its_estimates_are_warm_and_says_until_then_which_is_not() {
    let mut bench = Bench::started(modelled());
    assert_eq!(why_not(&bench), [Some(NoQuote::Model("volatility_warming")); 2]);
    live(&mut bench, 10, false);
    assert_eq!(why_not(&bench), [Some(NoQuote::Model("arrivals_warming")); 2]);
    assert!(bench.ends().is_empty(), "nothing was sent: {:?}", bench.ends());
    live(&mut bench, 20, true);
    assert_eq!(why_not(&bench), [None; 2]);
    for market in [SOL, BTC] {
        let quotes = bench.live(market);
        for side in Side::BOTH {
            let of_side = quotes.iter().filter(|order| order.side == side).count();
            assert_eq!(of_side, 2, "{:?}", bench.quotes(market));
        }
        let view = bench.engine.market(market).unwrap();
        assert!(view.volatility.is_ok() && view.arrivals.is_ok(), "{view:?}");
    }
    // The reasons are on the record.
    let said = |why| {
        bench.has(|kind| {
        matches!(kind, EventKind::QuoteStop { reason, .. } if *reason == NoQuote::Model(why))
    })
    };
    assert!(said("volatility_warming") && said("arrivals_warming"));
}

#[test]
fn trades_of_one_market_say_nothing_about_another() {
    let mut bench = Bench::started(modelled());
    for second in 0..30 {
        live(&mut bench, 1, false);
        let paid = if second % 3 == 0 { "164.99" } else { "164.91" };
        let (time, price, size) = (bench.now, price(paid), size("1"));
        bench.input(Input::Trade { market: SOL, time, aggressor: Side::Bid, price, size });
    }
    assert_eq!(why_not(&bench), [None, Some(NoQuote::Model("arrivals_warming"))]);
}

#[test]
fn a_position_shifts_the_quotes_of_both_models_against_it() {
    let quotes = |held: &str| {
        let mut bench = Bench::started(modelled());
        live(&mut bench, 30, true);
        if held != "0" {
            let order = bench.live(SOL).into_iter().find(|order| order.side == Side::Bid).unwrap();
            bench.trade(&order, held);
            let order = bench.live(BTC).into_iter().find(|order| order.side == Side::Bid).unwrap();
            bench.trade(&order, "0.0004");
        }
        live(&mut bench, 4, true);
        [SOL, BTC].map(|market| {
            let best = |side| {
                let of_side = bench.live(market).into_iter().filter(move |o| o.side == side);
                of_side.map(|order| order.price)
            };
            (best(Side::Bid).max().unwrap(), best(Side::Ask).min().unwrap())
        })
    };
    let (flat, long) = (quotes("0"), quotes("0.5"));
    for (market, (flat, long)) in flat.iter().zip(&long).enumerate() {
        assert!(long.0 < flat.0, "market {market}: {flat:?} {long:?}");
        assert!(long.1 <= flat.1, "market {market}: {flat:?} {long:?}");
    }
}
