//! What happens when the engine does not end as it should.

use clap::Parser as _;
use hl_engine::{Engine, EngineConfig, Known, MarketId, NoQuote, QuoteModel, Wants};
use tokio::task::LocalSet;

use super::session::Session;
use super::summary::Summary;
use super::sweep::Remaining;
use super::venue::Venue;
use crate::cli::{Cli, Command};
use crate::config::{Sources, load};
use crate::exit::Exit;

/// A model that lets the other market quote for a while, and then panics.
#[derive(Debug)]
struct Grenade {
    fuse: u32,
}

impl QuoteModel for Grenade {
    fn quote(&mut self, _: &Known<'_>, _: &mut Wants) -> Result<(), NoQuote> {
        self.fuse = self.fuse.checked_sub(1).expect("the planted panic");
        Err(NoQuote::Model("fuse"))
    }
}

fn run_with(fuse: Option<u32>) -> Summary {
    let line = "mm-bot run --seed 3 --markets SOL,ETH --for 20s --log-file /dev/null";
    let cli = Cli::parse_from(line.split(' '));
    let Command::Run(args) = cli.command else { panic!("run") };
    let flags = vec![("quote.pairs".to_owned(), "SOL,ETH".to_owned(), "--markets".to_owned())];
    let (_, settings) = load(&Sources { flags, ..Sources::default() }).unwrap();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    LocalSet::new().block_on(&runtime, async {
        let venue = Venue::open(&args, &settings).await.unwrap();
        let mut session = Session::prepare(&args, &settings, &venue).await.unwrap();
        if let Some(fuse) = fuse {
            let core = &mut session.driver.core;
            let engine =
                std::mem::replace(&mut core.engine, Engine::new(EngineConfig::default(), 0));
            core.engine = engine.with_model(MarketId(1), Box::new(Grenade { fuse }));
        }
        Box::pin(session.run()).await
    })
}

#[test]
fn after_a_panic_our_orders_are_cancelled_by_the_venues_own_list() {
    let summary = run_with(Some(30));
    let truth = summary.truth.as_ref().unwrap();
    assert!(truth.accepted > 0, "the other market had quoted: {truth:?}");
    assert_eq!(truth.open_orders, 0);
    assert_eq!(summary.remaining, Remaining::Confirmed(Vec::new()));
    assert_eq!(summary.exit(), Exit::Failure);
    let mut text = Vec::new();
    summary.print(&mut text).unwrap();
    let text = String::from_utf8(text).unwrap();
    assert!(text.contains("result: not ok: the engine task ended"), "{text}");
}
