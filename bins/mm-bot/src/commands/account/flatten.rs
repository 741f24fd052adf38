//! `flatten`: closes positions by taking, with reduce-only orders and a worst price.

use std::collections::BTreeMap;
use std::io::Write;
use std::time::Duration;

use hl_client::{Aggregation, clock};
use hl_engine::adapt::Adapter;
use hl_engine::{Batch, Command, ExitOrder, MarketId, Ppm, RequestId};
use hl_quant::{Price, SignedSize};
use hl_specs::Universe;
use hl_wire::info::MetaAndAssetCtxs;
use hl_wire::{Cloid, Outcome};
use serde_json::{Value, json};
use tokio::time::Instant;

use super::plan::{Closing, close};
use super::{Account, block_on};
use crate::cli::FlattenArgs;
use crate::config::Settings;
use crate::exit::{Exit, Failed};
use crate::runtime::random;
use crate::runtime::sweep::{Doubt, Sweep, Whose};
use crate::runtime::tasks::Link;
use crate::runtime::venue::unreachable;

/// Between two looks at the position: several blocks.
const PAUSE: Duration = Duration::from_secs(1);
/// An order that has not reached a block by then never does.
const LIFE_MS: u64 = 5_000;
/// The mark of these orders, `mmfx` in ASCII: not a bot's, which would take them for its own.
const TAG: u32 = 0x6d6d_6678;
/// How long our own orders may take to go away before positions are closed all the same.
const SWEEP: Duration = Duration::from_secs(10);

/// Where things stand.
#[derive(Default)]
struct Picture {
    closing: Vec<Closing>,
    /// Positions that cannot be closed now, and why.
    stuck: Vec<(String, SignedSize, String)>,
}

impl Picture {
    fn is_flat(&self) -> bool {
        self.closing.is_empty() && self.stuck.is_empty()
    }
}

/// Closes what there is, or shows what it would do.
///
/// # Errors
/// `--confirm` is missing; positions or orders remain; the venue does not answer.
pub(crate) fn run(
    args: &FlattenArgs,
    settings: &Settings,
    out: &mut impl Write,
) -> Result<Exit, Failed> {
    let account = Account::open(settings)?;
    let until = Instant::now() + args.within;
    if !args.confirm {
        let picture = block_on(async {
            let (link, universe) = account.link(until).await?;
            look(&link, &universe, args).await
        })?;
        print(args.venue.json, &account, &picture, None, out)?;
        if picture.is_flat() {
            return Ok(Exit::Ok);
        }
        let what = "nothing was done: closing positions takes, and costs what the book asks for";
        return Err(Failed::new(Exit::NotConfirmed, what).hint("mm-bot flatten --confirm"));
    }
    let holder = account.halt_holder("flatten")?;
    let done = block_on(async {
        let (link, universe) = account.link(until).await?;
        flatten(&link, &universe, args, until).await
    });
    drop(holder);
    let done = done?;
    print(args.venue.json, &account, &done.picture, Some(&done.sent), out)?;
    done.verdict()
}

/// How it ended.
struct Done {
    picture: Picture,
    /// What was sent, with the venue's word.
    sent: Vec<(Closing, String)>,
    /// Orders of ours that may be open.
    orders: Option<String>,
}

impl Done {
    fn verdict(self) -> Result<Exit, Failed> {
        let Picture { closing, stuck } = &self.picture;
        let open = closing.iter().map(|c| format!("{} {}", c.coin, c.position));
        let stuck = stuck.iter().map(|(coin, size, why)| format!("{coin} {size} ({why})"));
        let left: Vec<String> = open.chain(stuck).chain(self.orders).collect();
        if left.is_empty() {
            return Ok(Exit::Ok);
        }
        let mut what = format!("not closed: {}", left.join(", "));
        if let Some((_, word)) = self.sent.last() {
            what.push_str(&format!("; the venue's last word: {word}"));
        }
        Err(Failed::new(Exit::OrdersRemain, what)
            .hint("again, or with a longer --within or a larger --slippage-bps"))
    }
}

async fn flatten(
    link: &Link,
    universe: &Universe,
    args: &FlattenArgs,
    until: Instant,
) -> Result<Done, Failed> {
    let sweep = |until| Sweep {
        link,
        universe,
        whose: Whose::Ours,
        doubt: Doubt::InFlight,
        until,
        known: Vec::new(),
    };
    // Our own quotes first, or they trade against what closes the position, and after it.
    let swept = sweep(until.min(Instant::now() + SWEEP)).run().await;
    let mut done = Done {
        picture: Picture::default(),
        sent: Vec::new(),
        orders: swept.remaining.unconfirmed(),
    };
    let mut flat = 0;
    loop {
        // Two looks in a row: an answer may be from a node that lags behind.
        match look(link, universe, args).await {
            Ok(picture) if picture.is_flat() => flat += 1,
            Ok(picture) => {
                flat = 0;
                for closing in &picture.closing {
                    let word = send(link, closing).await;
                    done.sent.push((closing.clone(), word));
                }
                done.picture = picture;
            }
            Err(failed) if Instant::now() + PAUSE >= until => return Err(failed),
            Err(_) => flat = 0,
        }
        if flat > 1 {
            done.picture = Picture::default();
            break;
        }
        if Instant::now() + PAUSE >= until {
            break;
        }
        tokio::time::sleep(PAUSE).await;
    }
    // The last word on orders is as young as the last word on positions.
    done.orders = sweep(Instant::now() + SWEEP).run().await.remaining.unconfirmed();
    Ok(done)
}

/// Reads positions and prices.
async fn look(link: &Link, universe: &Universe, args: &FlattenArgs) -> Result<Picture, Failed> {
    let state = link.info.clearinghouse_state(link.account, None).await.map_err(unreachable)?;
    let held: Vec<(String, SignedSize)> = state
        .asset_positions
        .into_iter()
        .map(|entry| (entry.position.coin, entry.position.szi))
        .filter(|(coin, size)| size.side().is_some() && args.wants(coin))
        .collect();
    let mut picture = Picture::default();
    if held.is_empty() {
        return Ok(picture);
    }
    let oracles = oracles(link).await?;
    for (coin, size) in held {
        let found = match universe.get(&coin) {
            None => Err("it is not among the venue's markets".to_owned()),
            Some(market) => match link.info.l2_book(&coin, Aggregation::None).await {
                Err(error) => Err(error.to_string()),
                Ok(book) => {
                    let slippage = Ppm::from_bps(i64::from(args.slippage_bps));
                    close(market, size, &book, oracles.get(&coin).copied(), slippage)
                }
            },
        };
        match found {
            Ok(closing) => picture.closing.push(closing),
            Err(why) => picture.stuck.push((coin, size, why)),
        }
    }
    Ok(picture)
}

async fn oracles(link: &Link) -> Result<BTreeMap<String, Price>, Failed> {
    let MetaAndAssetCtxs(meta, contexts) =
        link.info.meta_and_asset_ctxs(None).await.map_err(unreachable)?;
    let named = meta.universe.into_iter().zip(contexts);
    Ok(named.filter_map(|(market, context)| Some((market.name, context.oracle_px?))).collect())
}

/// Sends one closing order through the one path that can take; the venue's word about it.
async fn send(link: &Link, closing: &Closing) -> String {
    let market = MarketId(0);
    let adapter = Adapter::new([(closing.coin.as_str(), closing.asset)]);
    let tag = u128::from(TAG) << 96;
    let cloid = Cloid(tag | (u128::from(random()) << 32) | u128::from(random() >> 32));
    let mut orders = Batch::new();
    let Closing { side, cap, size, .. } = *closing;
    let order = ExitOrder { market, side, price: cap, size, cloid };
    if orders.try_push(order).is_err() {
        return "no room in an empty batch".to_owned();
    }
    let expires = clock::now().plus(LIFE_MS);
    let command = Command::Exit { request: RequestId(1), orders, expires };
    let Some(action) = adapter.action(&command) else { return "no such market".to_owned() };
    match link.exchange.send(&action, Some(expires)).await {
        Err(error) => format!("not sent: {error}"),
        Ok(receipt) => match receipt.outcome.outcomes.first() {
            Some(Outcome::Accepted { .. }) => "accepted".to_owned(),
            Some(Outcome::Rejected { code, text, .. }) => format!("{code} {text:?}"),
            Some(Outcome::Unknown { .. }) | None => "no clear answer".to_owned(),
        },
    }
}

fn print(
    as_json: bool,
    account: &Account,
    picture: &Picture,
    sent: Option<&[(Closing, String)]>,
    out: &mut impl Write,
) -> Result<(), Failed> {
    let Picture { closing, stuck } = picture;
    if as_json {
        let orders = |word: Option<&str>, closing: &Closing| {
            let Closing { coin, position, side, size, cap, mid, oracle, .. } = closing;
            json!({
                "coin": coin, "position": position.to_string(), "side": side.to_string(),
                "size": size.to_string(), "worst_price": cap.to_string(), "mid": mid.to_string(),
                "oracle": oracle.to_string(), "venue": word,
            })
        };
        let sent: Option<Vec<Value>> = sent
            .map(|sent| sent.iter().map(|(closing, word)| orders(Some(word), closing)).collect());
        let open: Vec<Value> = closing.iter().map(|closing| orders(None, closing)).collect();
        let stuck: Vec<Value> = stuck
            .iter()
            .map(|(coin, size, why)| json!({ "coin": coin, "position": size.to_string(), "why": why }))
            .collect();
        let document = json!({
            "venue": account.access.name,
            "account": account.access.account.to_string(),
            "done": sent.is_some(),
            "sent": sent,
            "open": open,
            "stuck": stuck,
        });
        writeln!(out, "{document:#}")?;
        return Ok(());
    }
    writeln!(out, "{}", account.title())?;
    for (closing, word) in sent.unwrap_or_default() {
        writeln!(out, "sent      {closing}: {word}")?;
    }
    let word = if sent.is_some() { "open     " } else { "would    " };
    closing.iter().try_for_each(|closing| writeln!(out, "{word} {closing}"))?;
    stuck
        .iter()
        .try_for_each(|(coin, size, why)| writeln!(out, "stuck     {coin} {size}: {why}"))?;
    if picture.is_flat() {
        writeln!(out, "flat")?;
    }
    Ok(())
}
