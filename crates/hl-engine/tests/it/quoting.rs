use hl_engine::{Command, EventKind, Input, MarketId, NoQuote};

use crate::bench::{BTC, Bench, SOL, config, price};

#[test]
fn it_quotes_both_sides_of_every_market_after_reading_everything_first() {
    let mut bench = Bench::new(config());
    bench.books();
    assert!(bench.commands.is_empty(), "nothing is known of the account");
    bench.start();
    let first_order = bench.commands.iter().position(|c| matches!(c, Command::Place { .. }));
    let questions = bench.commands.iter().filter(|c| matches!(c, Command::Reconcile { .. }));
    assert_eq!(questions.count(), 3);
    assert!(first_order.unwrap() >= 4, "specs, orders, account, fills come first");
    assert_eq!(bench.quotes(SOL), ["buy 164.57 x 0.6", "sell 165.23 x 0.6"]);
    assert_eq!(bench.quotes(BTC), ["buy 103248 x 0.00096", "sell 103663 x 0.00096"]);
    assert_eq!(bench.engine.market(SOL).unwrap().why_not, None);
}
