//! What really happened, for summaries and tests: nothing here is visible to a client.

use std::collections::BTreeMap;

use hl_quant::{Millis, Price, SignedSize, SzDecimals};
use hl_wire::{Address, AssetId, RejectCode};

use crate::Usd;
use crate::universe::ListingState;

/// The exchange's own account of everything, as of the last block.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Truth {
    /// Time of the last block.
    pub time: Millis,
    /// Blocks so far.
    pub blocks: u64,
    /// Every account that a client can sign for (the background's internal ones are left out).
    pub accounts: BTreeMap<Address, AccountTruth>,
    /// Every market by coin.
    pub markets: BTreeMap<String, MarketTruth>,
    /// What was ever paid into accounts, internal ones included.
    pub deposited: Usd,
    /// Fees collected, less rebates paid.
    pub fees: Usd,
    /// Largest weight of REST requests within any 60 seconds.
    pub max_ip_weight: u64,
    /// Most WebSocket frames from clients within any 60 seconds.
    pub max_ws_frames: u64,
    /// Cash and isolated margin of all accounts, internal ones included. Positions net to zero, so
    /// `deposited == cash + fees` to the unit at every block.
    pub cash: Usd,
}

/// One account's totals since it was opened.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AccountTruth {
    /// Orders submitted, each order of a batch and each new order of a modify.
    pub attempts: u64,
    /// Orders that rested or filled.
    pub accepted: u64,
    /// Refused orders by code. `attempts` is `accepted` plus all of these.
    pub rejected: BTreeMap<RejectCode, u64>,
    /// Orders whose price text breaks the grid rule, whatever they were refused for.
    pub illegal_prices: u64,
    /// Orders whose size text is not a positive number of lots.
    pub illegal_sizes: u64,
    /// Fills of resting orders.
    pub maker_fills: u64,
    /// Fills of incoming orders.
    pub taker_fills: u64,
    /// Value of the maker fills.
    pub maker_volume: Usd,
    /// Value of the taker fills.
    pub taker_volume: Usd,
    /// Fees paid, less rebates.
    pub fees: Usd,
    /// Realised profit, before fees.
    pub closed_pnl: Usd,
    /// Orders taken from the book by a cancel, a modify, or one of the exchange's own reasons.
    pub canceled: u64,
    /// Orders in the book now.
    pub open_orders: u64,
    /// Cash plus positions at the mark price.
    pub account_value: Usd,
    /// Positions that are not flat, by coin.
    pub positions: BTreeMap<String, SignedSize>,
    /// Signed actions that were executed, with their weight (a batch of n counts n).
    pub requests: u64,
    /// Most orders that were in the book at one time.
    pub max_open_orders: u64,
    /// Fills without an order of the account: liquidation, deleveraging, settlement.
    pub forced_fills: u64,
    /// Funding received, less funding paid.
    pub funding: Usd,
    /// Deposits and transfers in, less withdrawals and transfers out; what was there at the start
    /// counts as a deposit.
    pub transfers: Usd,
    /// Per market, by coin.
    pub markets: BTreeMap<String, AccountMarketTruth>,
}

/// One account's totals in one market.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct AccountMarketTruth {
    /// Orders submitted.
    pub attempts: u64,
    /// Orders that rested or filled.
    pub accepted: u64,
    /// Fills of resting orders.
    pub maker_fills: u64,
    /// Fills of incoming orders.
    pub taker_fills: u64,
    /// Value of all fills.
    pub volume: Usd,
    /// Realised profit, before fees.
    pub closed_pnl: Usd,
    /// Fees paid, less rebates.
    pub fees: Usd,
    /// Orders in the book now.
    pub open_orders: u64,
}

/// One market's totals.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct MarketTruth {
    /// Trades, each counted once.
    pub trades: u64,
    /// Value of the trades.
    pub volume: Usd,
    /// Sum of all long positions; equal to the sum of all short ones.
    pub open_interest: SignedSize,
    /// Orders in the book now.
    pub open_orders: u64,
}

/// What a market is at this moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Listed {
    /// Its number.
    pub asset: AssetId,
    /// Decimals of a size.
    pub sz_decimals: SzDecimals,
    /// Whether it takes orders.
    pub listing: ListingState,
    /// The price at which positions are valued.
    pub mark: Price,
    /// The oracle's price.
    pub oracle: Price,
}
