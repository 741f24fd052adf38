//! The venue's limits as the trading core counts them, each with its source, and our shares of them.

/// IP weight that REST requests may spend in any minute (Hyperliquid docs, "Rate limits and user
/// limits").
pub const IP_WEIGHT_PER_MINUTE: u64 = 1_200;

/// Messages that may be sent to the venue per minute over all WebSocket connections of an IP (the
/// same page).
pub const WS_MESSAGES_PER_MINUTE: u64 = 2_000;

/// The share of any limit that is used at most, in percent (ours): the venue's clock and count are
/// not ours, and a refused request costs more than one that was not made.
pub const SHARE_PERCENT: u64 = 90;

/// Orders, modifies or cancels per unit of extra weight: an action weighs `1 + floor(n / 40)` ("Rate
/// limits and user limits").
pub const BATCH_PER_EXTRA_WEIGHT: u64 = 40;

/// The weight of `clearinghouseState` and `orderStatus` ("Rate limits and user limits").
pub const LIGHT_QUESTION: u64 = 2;

/// The weight of `frontendOpenOrders`, `userFillsByTime`, `meta`, `userRateLimit` and every other
/// question that is not listed as lighter or heavier ("Rate limits and user limits").
pub const QUESTION: u64 = 20;

/// Items of an answer per unit of extra weight, for fills and other lists by time ("Rate limits and
/// user limits").
pub const ITEMS_PER_EXTRA_WEIGHT: u64 = 20;

/// Requests that an address may make before it has traded anything; one more per USDC traded ("Rate
/// limits and user limits", address-based limits). A batch of `n` costs `n`.
pub const INITIAL_REQUESTS: u64 = 10_000;

/// Cancels may go beyond the limit of an address by this many, but not beyond twice the limit:
/// `min(limit + 100000, 2 * limit)` ("Rate limits and user limits").
pub const EXTRA_CANCELS: u64 = 100_000;

/// What an action costs that reaches a block after its `expiresAfter` ("Exchange endpoint").
pub const EXPIRED_COST: u64 = 5;

/// An address without requests left may make one per this many milliseconds. The docs say ten
/// seconds; eleven were measured.
pub const THROTTLED_EVERY_MS: u64 = 11_000;

/// What the venue sells a request for: `reserveRequestWeight` takes 0.0005 USDC each ("Exchange
/// endpoint"). In units of 10^-16, the scale of [`Usd`](crate::Usd).
pub const REQUEST_PRICE: i128 = 5_000_000_000_000;

/// How much weight may be spent at once. Together with what comes back within a minute and
/// [`WEIGHT_SLACK`] it stays under [`SHARE_PERCENT`] of the limit in *every* window of a minute: a
/// bucket that held a whole minute's weight would let nearly twice the limit through.
pub const WEIGHT_AT_ONCE: u64 = 200;

/// How much weight there is at the start: enough to read everything and to quote. The process before
/// may have spent its share a moment ago, and even then the venue's own limit is not exceeded.
pub const WEIGHT_AT_START: u64 = 140;

/// How much weight comes back per minute.
pub const WEIGHT_REFILL_PER_MINUTE: u64 = 820;

/// How much weight per minute the shell spends without being told to: it asks how many requests are
/// left (`userRateLimit`), twice a minute at most.
pub const WEIGHT_OF_SHELL: u64 = 2 * QUESTION;

/// Requests of one decision are counted when they leave, so that a decision may overdraw by this
/// much.
pub const WEIGHT_SLACK: u64 = 20;

/// The same three for WebSocket messages, of which pings and subscriptions need some.
pub const MESSAGES_AT_ONCE: u64 = 400;

/// How many messages come back per minute.
pub const MESSAGES_REFILL_PER_MINUTE: u64 = 1_380;

const _: () = {
    let weight = WEIGHT_AT_ONCE + WEIGHT_REFILL_PER_MINUTE + WEIGHT_SLACK + WEIGHT_OF_SHELL;
    assert!(weight * 100 <= IP_WEIGHT_PER_MINUTE * SHARE_PERCENT, "more weight than our share");
    let restart = WEIGHT_AT_ONCE + WEIGHT_REFILL_PER_MINUTE + WEIGHT_AT_START + WEIGHT_OF_SHELL;
    assert!(restart <= IP_WEIGHT_PER_MINUTE, "more than the limit after a restart");
    let messages = MESSAGES_AT_ONCE + MESSAGES_REFILL_PER_MINUTE + WEIGHT_SLACK;
    assert!(messages * 100 <= WS_MESSAGES_PER_MINUTE * SHARE_PERCENT, "more messages than that");
};

/// The weight of an action with `n` orders in it.
#[must_use]
pub const fn action_weight(n: u64) -> u64 {
    1 + n / BATCH_PER_EXTRA_WEIGHT
}
