//! The local exchange of `run`: on loopback, with a market in the background, one funded account
//! and an agent that it approved.

use core::hash::{BuildHasher as _, Hasher as _};
use std::hash::RandomState;
use std::net::{Ipv4Addr, SocketAddr};

use hl_sim::background::Synthetic;
use hl_sim::tape::{AtEnd, Coins, TapePlayer};
use hl_sim::{Exchange, ExchangeConfig, MarketConfig, Truth, Usd, universe};
use hl_sim_http::{FrontConfig, Handle, SpawnError};
use hl_wire::{Address, AgentKey};

use crate::cli::RunArgs;
use crate::exit::{Exit, Failed};

/// What the account starts with.
const DEPOSIT_USD: i64 = 100_000;

/// The account. Nobody has its key: it is an entry in the local exchange and acts through its agent
/// only, as a careful operator's account does.
const ACCOUNT: Address = Address::new([0x5a; 20]);

/// A running local exchange.
#[derive(Debug)]
pub(super) struct Embedded {
    handle: Handle,
    /// The seed that reproduces the synthetic market.
    pub(super) seed: u64,
    /// The coins that a tape plays; empty for the synthetic market, which plays them all.
    pub(super) taped: Vec<String>,
}

impl Embedded {
    /// Starts it and makes an agent key for this run.
    ///
    /// # Errors
    /// A tape that cannot be played, a port that cannot be had.
    pub(super) async fn start(args: &RunArgs) -> Result<(Self, AgentKey), Failed> {
        let seed = args.seed.unwrap_or_else(random);
        let markets =
            args.market_count.map_or_else(universe::markets, |n| universe::many(n.into()));
        let mut config = ExchangeConfig::new(markets);
        let (mut exchange, taped) = if args.tape.is_empty() {
            let background = Synthetic::new(seed);
            (Exchange::new(config, seed).with_background(Box::new(background)), Vec::new())
        } else {
            let player = tape(args, &config.markets)?;
            player.set_opening_prices(&mut config.markets);
            let taped = taped_coins(&player, &config.markets);
            (Exchange::new(config, seed).with_background(Box::new(player)), taped)
        };
        let key = random_key()?;
        exchange.fund(ACCOUNT, Usd::dollars(DEPOSIT_USD));
        exchange.approve_agent(ACCOUNT, key.address());
        let listen = SocketAddr::from((Ipv4Addr::LOCALHOST, args.port));
        let front = FrontConfig { listen, ..FrontConfig::default() };
        let handle = hl_sim_http::spawn(exchange, front).await.map_err(|error| {
            let failed = Failed::new(Exit::Preflight, error.to_string());
            match error {
                SpawnError::InUse(_) => failed.hint("--port 0 takes a free one"),
                _ => failed,
            }
        })?;
        Ok((Self { handle, seed, taped }, key))
    }

    pub(super) fn base_url(&self) -> String {
        self.handle.base_url()
    }

    pub(super) const fn account(&self) -> Address {
        ACCOUNT
    }

    /// What really happened; `None` when the exchange has died.
    pub(super) async fn truth(&self) -> Option<Truth> {
        self.handle.with_exchange(|exchange| exchange.truth()).await.ok()
    }

    /// What the background reports since the last call, such as gaps of a tape.
    pub(super) async fn notices(&self) -> Vec<String> {
        self.handle.with_exchange(Exchange::take_notices).await.unwrap_or_default()
    }

    pub(super) async fn shutdown(self) {
        self.handle.shutdown().await;
    }
}

fn tape(args: &RunArgs, markets: &[MarketConfig]) -> Result<TapePlayer, Failed> {
    TapePlayer::open(args.tape.clone(), Coins::listed(markets), AtEnd::Hold)
        .map_err(|e| Failed::new(Exit::Preflight, e.to_string()))
}

fn taped_coins(player: &TapePlayer, markets: &[MarketConfig]) -> Vec<String> {
    let coin = |asset: hl_wire::AssetId| {
        let index = usize::try_from(asset.0).ok()?;
        Some(markets.get(index)?.coin.clone())
    };
    player.opening_mids().into_keys().filter_map(coin).collect()
}

/// 64 bits that differ from run to run, from the source that the standard library seeds its maps
/// with. Good enough for a seed and for a key that guards play money; nothing else uses it.
pub(crate) fn random() -> u64 {
    RandomState::new().build_hasher().finish()
}

fn random_key() -> Result<AgentKey, Failed> {
    let digits: String = (0..4).map(|_| format!("{:016x}", random())).collect();
    AgentKey::from_hex(&digits).map_err(|e| Failed::new(Exit::Failure, e.to_string()))
}
