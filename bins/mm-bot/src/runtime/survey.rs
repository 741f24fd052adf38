//! A look at a whole venue: best prices and trades of every market, for a while. Nothing is traded.

use std::collections::BTreeMap;

use hl_client::{Endpoint, InfoClient, WsEvent, clock};
use hl_engine::from_e8;
use hl_quant::Millis;
use hl_rotation::{MarketStats, Quote, Reading, StatsConfig};
use hl_specs::Universe;
use hl_wire::Network;
use hl_wire::info::Level;
use hl_wire::session::SessionConfig;
use hl_wire::stream::{Message, Scratch};
use tokio::time::Instant;

use super::embedded::Embedded;
use super::venue::{endpoint, transport, unreachable};
use super::watch;
use crate::cli::RunArgs;
use crate::commands::rotate_args::RotateArgs;
use crate::config::{Settings, Venue};
use crate::exit::{Exit, Failed};

/// The most markets that are watched; two subscriptions each.
const MARKETS_MAX: usize = 400;

/// What was seen of each market.
pub(crate) struct Survey {
    /// By coin.
    pub(crate) markets: BTreeMap<String, Reading>,
    /// What a maker pays, in basis points, where an account is configured to ask for.
    pub(crate) maker_bps: Option<f64>,
}

/// Watches a venue, or the local exchange.
///
/// # Errors
/// The venue cannot be reached, or has no such market.
pub(crate) fn survey(args: &RotateArgs, settings: &Settings) -> Result<Survey, Failed> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let survey = runtime.block_on(async {
        match (settings.venue, &settings.url) {
            (Venue::Sim, None) => {
                let (embedded, _) = Embedded::start(&exchange(args)).await?;
                let seen = match endpoint(&embedded.base_url(), Network::Testnet) {
                    Ok(endpoint) => look(endpoint, args, settings).await,
                    Err(failed) => Err(failed),
                };
                embedded.shutdown().await;
                seen
            }
            (venue, url) => {
                let network = match venue {
                    Venue::Mainnet => Network::Mainnet,
                    Venue::Sim | Venue::Testnet => Network::Testnet,
                };
                let endpoint = match url {
                    Some(url) => endpoint(url, network)?,
                    None => Endpoint::public(network)
                        .map_err(|e| Failed::new(Exit::Failure, e.to_string()))?,
                };
                look(endpoint, args, settings).await
            }
        }
    });
    runtime.shutdown_background();
    survey
}

/// The local exchange as `run` would start it.
fn exchange(args: &RotateArgs) -> RunArgs {
    RunArgs {
        venue: None,
        url: None,
        duration: None,
        markets: None,
        tape: Vec::new(),
        seed: args.seed,
        market_count: args.market_count,
        port: 0,
        log_file: None,
        json: false,
    }
}

async fn look(
    endpoint: Endpoint,
    args: &RotateArgs,
    settings: &Settings,
) -> Result<Survey, Failed> {
    let info = InfoClient::new(transport(endpoint.clone())?);
    let meta = info.meta(None).await.map_err(unreachable)?;
    let universe = Universe::builder().perps(&meta).build();
    let universe = universe.map_err(|e| Failed::new(Exit::Preflight, e.to_string()))?;
    let coins = coins(&universe, settings)?;
    let maker_bps = match settings.account.as_ref().and_then(|account| account.parse().ok()) {
        Some(account) => {
            let fees = info.user_fees(account).await.map_err(unreachable)?;
            // A rate at 10^-8; negative is a rebate.
            let rate = i64::try_from(fees.user_add_rate.raw()).unwrap_or(0);
            let size = from_e8(rate.unsigned_abs()) * 10_000.0;
            Some(if rate < 0 { -size } else { size })
        }
        None => None,
    };
    let markets = listen(&endpoint, &coins, args).await?;
    Ok(Survey { markets, maker_bps })
}

fn coins(universe: &Universe, settings: &Settings) -> Result<Vec<String>, Failed> {
    if settings.pairs_chosen {
        for coin in &settings.pairs {
            let known = universe.find(coin).map(drop);
            known.map_err(|e| Failed::new(Exit::Preflight, e.to_string()))?;
        }
        return Ok(settings.pairs.clone());
    }
    let trading = |market: &&hl_specs::Market| market.listing == hl_specs::Listing::Trading;
    let trading = universe.markets().iter().filter(trading);
    Ok(trading.map(|market| market.coin.to_string()).take(MARKETS_MAX).collect())
}

async fn listen(
    endpoint: &Endpoint,
    coins: &[String],
    args: &RotateArgs,
) -> Result<BTreeMap<String, Reading>, Failed> {
    let window_ms = u64::try_from(args.duration.as_millis()).unwrap_or(u64::MAX);
    let stats = StatsConfig { window_ms, steps: 30, ..StatsConfig::default() };
    let mut seen: BTreeMap<String, MarketStats> =
        coins.iter().map(|coin| (coin.clone(), MarketStats::new(stats))).collect();
    let (handle, mut events, socket) = hl_client::connect(endpoint, SessionConfig::default())
        .map_err(|e| Failed::new(Exit::Failure, e.to_string()))?;
    for coin in coins {
        for subscription in watch::from_afar(coin) {
            let subscribed = handle.subscribe(subscription);
            subscribed.map_err(|e| Failed::new(Exit::Preflight, e.to_string()))?;
        }
    }
    tokio::spawn(socket.run());
    let until = Instant::now() + args.duration;
    let mut scratch = Scratch::default();
    while let Ok(Some(event)) = tokio::time::timeout_at(until, events.next()).await {
        match event {
            WsEvent::Frame(frame) => {
                if let Ok(message) = frame.parse(&mut scratch) {
                    note(&mut seen, clock::now(), &message);
                }
            }
            WsEvent::Down(_) => seen.values_mut().for_each(|stats| stats.gap(clock::now())),
            _ => {}
        }
    }
    handle.stop();
    let now = clock::now();
    Ok(seen.into_iter().map(|(coin, mut stats)| (coin, stats.read(now))).collect())
}

fn note(seen: &mut BTreeMap<String, MarketStats>, now: Millis, message: &Message<'_>) {
    match message {
        Message::Bbo(bbo) => {
            let Some(stats) = seen.get_mut(bbo.coin.as_ref()) else { return };
            match bbo.bbo {
                (Some(bid), Some(ask)) => stats.quote(now, quote(&bid, &ask)),
                _ => stats.gap(now),
            }
        }
        Message::Trades(trades) => {
            let Some(stats) = seen.get_mut(trades.coin.as_ref()) else { return };
            for trade in trades.trades {
                stats.trade(now, trade.side, from_e8(trade.px.raw()));
            }
        }
        _ => {}
    }
}

fn quote(bid: &Level, ask: &Level) -> Quote {
    let value = |level: &Level| from_e8(level.px.raw()) * from_e8(level.sz.raw());
    Quote {
        bid: from_e8(bid.px.raw()),
        ask: from_e8(ask.px.raw()),
        depth_usd: value(bid).min(value(ask)),
    }
}
