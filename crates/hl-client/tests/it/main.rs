//! What the crate promises, against small servers on loopback that misbehave on purpose.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    missing_docs
)]

mod client;
mod endpoint;
mod nonce;
mod once;
mod orders;
mod posts;
mod reads;
mod server;
mod socket;
mod venue;

use std::sync::Arc;
use std::time::Duration;

use hl_client::{Endpoint, ExchangeClient, NonceAllocator, RetryPolicy, Timeouts, Transport};
use hl_quant::{Decimal, Intent, MarketSpec, Side, SzDecimals};
use hl_wire::{AgentKey, AssetId, Cloid, Network, Order, ReduceOnly, Tif, TradingAction};

/// The secret of every key here; no output may contain it.
const SECRET: &str = "59bd4f1e6a27c3f8d0e1b2a394857665748392a1b0cfdecdab89674523013efd";

/// Waiting times that keep the tests short, and long enough for a machine that is busy.
fn hasty() -> Timeouts {
    Timeouts {
        connect: Duration::from_secs(2),
        read: Duration::from_secs(2),
        info: Duration::from_secs(3),
        exchange: Duration::from_secs(3),
    }
}

fn exchange(base: &str) -> ExchangeClient {
    let endpoint = Endpoint::new(base, Network::Testnet).unwrap();
    // Retries are allowed as often as can be, and must not apply to actions.
    let retry = RetryPolicy {
        attempts: 100,
        first: Duration::from_millis(1),
        longest: Duration::from_millis(1),
    };
    let transport = Transport::with(endpoint, hasty(), retry).unwrap();
    let key = AgentKey::from_hex(SECRET).unwrap();
    ExchangeClient::new(transport, key, Arc::new(NonceAllocator::in_memory()), None)
}

/// A batch of `n` post-only bids.
fn bids(n: u128) -> TradingAction {
    let spec = MarketSpec::perp(SzDecimals::new(2).unwrap());
    let decimal = |text| Decimal::parse(text).unwrap();
    let legal =
        spec.quantize(Side::Bid, decimal("164.8951"), decimal("0.137"), Intent::Passive).unwrap();
    let order = |n| Order {
        asset: AssetId(5),
        side: Side::Bid,
        price: legal.price,
        size: legal.size,
        tif: Tif::Alo,
        reduce_only: ReduceOnly::No,
        cloid: Some(Cloid(n)),
    };
    TradingAction::place((0..n).map(order).collect())
}
