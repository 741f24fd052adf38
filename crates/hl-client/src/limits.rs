//! The venue's published limits, and ours inside them.
//!
//! Each constant names the page of the Hyperliquid documentation that it comes from. A limit that is
//! ours, chosen inside the venue's, says so. The address limits depend on what was traded and are
//! accounted for by the trading core, not by the transport.

use std::time::Duration;

/// IP weight that REST requests may spend in any minute ("Rate limits and user limits").
pub const IP_WEIGHT_PER_MINUTE: u32 = 1200;

/// No read is sent once so much of [`IP_WEIGHT_PER_MINUTE`] is spent, in percent (ours). What is
/// left over belongs to `/exchange`, so that a burst of reads can never hold up a cancel. It is the
/// share that the trading core keeps to with everything it sends, so that what it has made room for
/// is not refused here.
pub const READ_SHARE_PERCENT: u32 = 90;

/// Orders per unit of additional weight: an action weighs `1 + floor(batch / 40)` ("Rate limits and
/// user limits").
pub const BATCH_PER_EXTRA_WEIGHT: usize = 40;

/// Orders or cancels that one signed action may hold. The venue answers a larger one with `Signed
/// action over weight limit of 200.`
pub const MAX_BATCH: usize = 200;

/// WebSocket connections per IP ("Rate limits and user limits").
pub const WS_CONNECTIONS: usize = 10;

/// New WebSocket connections per minute and IP ("Rate limits and user limits").
pub const WS_NEW_CONNECTIONS_PER_MINUTE: u32 = 30;

/// WebSocket subscriptions per IP ("Rate limits and user limits").
pub const WS_SUBSCRIPTIONS: usize = 1000;

/// Distinct users in user-specific subscriptions per IP ("Rate limits and user limits").
pub const WS_USERS: usize = 10;

/// Messages sent to the venue per minute over all WebSocket connections of an IP ("Rate limits and
/// user limits").
pub const WS_MESSAGES_PER_MINUTE: u32 = 2000;

/// The share of [`WS_MESSAGES_PER_MINUTE`] that posted actions may use, in percent (ours).
pub const POST_SHARE_PERCENT: u32 = 90;

/// `post` requests in flight over all WebSocket connections of an IP ("Rate limits and user
/// limits").
pub const WS_INFLIGHT_POSTS: usize = 100;

/// The venue closes a connection on which it has sent nothing for this long ("Timeouts and
/// heartbeats").
pub const WS_SERVER_IDLE_CLOSE: Duration = Duration::from_secs(60);

/// Body bytes accepted from the venue, over HTTP and as one WebSocket message (ours). The largest
/// documents, `spotMetaAndAssetCtxs` and a full `metaAndAssetCtxs`, stay below 1 MiB.
pub const MAX_BODY_BYTES: usize = 4 << 20;

/// How far ahead of the block time a nonce may lie, and how far behind: `(T - 2 days, T + 1 day)`
/// ("Nonces and API wallets").
pub const NONCE_AHEAD_MS: u64 = 24 * 60 * 60 * 1000;

/// Slack kept at the far end of the nonce window (ours): the effective window was measured about two
/// minutes narrower than the published one, and the local clock is not the venue's.
pub const NONCE_AHEAD_SLACK_MS: u64 = 10 * 60 * 1000;
