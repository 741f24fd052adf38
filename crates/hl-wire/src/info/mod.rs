//! Documents of the `/info` endpoint, and what asks for them.
//!
//! Unknown fields are ignored and unknown texts of enumerations are kept, because the exchange adds
//! both without notice. Numbers are strict: a decimal string becomes an integer or an error that
//! names it, and a key that comes twice is refused.

mod account;
mod ledger;
mod market;
mod meta;
mod order;
mod read;
mod request;
mod user;

pub use account::{
    AssetPosition, Balance, ClearinghouseState, CumFunding, Leverage, LeverageKind, MarginSummary,
    Position, SpotClearinghouseState,
};
pub use ledger::{LedgerDelta, LedgerUpdate};
pub use market::{
    AllMids, AssetCtx, Candle, FundingRate, L2BookDoc, Level, RecentTrade, SpotAssetCtx,
};
pub use meta::{
    MarginTable, MarginTier, Meta, MetaAndAssetCtxs, PerpAsset, PerpDex, SpotMeta,
    SpotMetaAndAssetCtxs, SpotPair, SpotToken,
};
pub use order::{HistoricalOrder, OrderDoc, OrderKind, OrderState, OrderStatus, OrderTif};
pub use read::{DocumentError, read};
pub use request::{CandleRequest, InfoRequest};
pub use user::{
    DailyVolume, ExtraAgent, FeeSchedule, FeeTiers, Fill, FillDir, FillLiquidation, MmTier, Role,
    RoleData, UserFees, UserRateLimit, UserRole, VipTier,
};
