//! What the exchange knows about a user: fills, limits, fees, role, agents.

use serde::{Deserialize, Serialize};

use hl_quant::{Millis, Price, Side, Size};

use crate::decimal::Amount;
use crate::ids::{Address, Cloid, Oid, lenient_cloid, side};
use crate::num;
use crate::open_enum::open_enum;

open_enum! {
    /// What a fill did to the position.
    FillDir {
        /// Opened or grew a long.
        OpenLong = "Open Long",
        /// Shrank or closed a long.
        CloseLong = "Close Long",
        /// Opened or grew a short.
        OpenShort = "Open Short",
        /// Shrank or closed a short.
        CloseShort = "Close Short",
        /// Turned a long into a short.
        LongToShort = "Long > Short",
        /// Turned a short into a long.
        ShortToLong = "Short > Long",
        /// Bought spot.
        Buy = "Buy",
        /// Sold spot.
        Sell = "Sell",
        /// Settled.
        Settlement = "Settlement",
        /// Closed against a winner.
        AutoDeleveraging = "Auto-Deleveraging",
        /// Spot dust was converted.
        SpotDustConversion = "Spot Dust Conversion",
    }
}

/// One fill: `userFills`, `userFillsByTime` and the fill streams.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Fill {
    /// Which market.
    pub coin: String,
    /// Price.
    #[serde(with = "num::exact")]
    pub px: Price,
    /// Size, cut beyond the eighth decimal (dust conversions have ten).
    #[serde(with = "num::cut")]
    pub sz: Size,
    /// Our side.
    #[serde(with = "side")]
    pub side: Side,
    /// Block time.
    #[serde(with = "num::millis")]
    pub time: Millis,
    /// Position before the fill.
    pub start_position: Amount,
    /// What it did to the position.
    pub dir: FillDir,
    /// Realised profit before fees.
    pub closed_pnl: Amount,
    /// Transaction hash; all zeros for TWAP fills.
    pub hash: String,
    /// The exchange's order id.
    pub oid: Oid,
    /// Whether we took: the truth about maker or taker.
    pub crossed: bool,
    /// Fee including the builder's; negative is a rebate. Absent in the oldest fills.
    #[serde(default)]
    pub fee: Amount,
    /// Trade id, unique with time and coin only. Absent in the oldest fills.
    #[serde(default)]
    pub tid: u64,
    /// Token of the fee.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fee_token: Option<String>,
    /// The builder's part of the fee.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub builder_fee: Option<Amount>,
    /// Our id; one that is not of our shape reads as none.
    #[serde(deserialize_with = "lenient_cloid", default, skip_serializing_if = "Option::is_none")]
    pub cloid: Option<Cloid>,
    /// The TWAP it belongs to.
    #[serde(default)]
    pub twap_id: Option<u64>,
    /// The liquidation it belongs to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub liquidation: Option<FillLiquidation>,
}

/// The liquidation that a fill belongs to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct FillLiquidation {
    /// Whose.
    #[serde(default)]
    pub liquidated_user: Option<Address>,
    /// Mark price then.
    #[serde(with = "num::informative", default)]
    pub mark_px: Option<Price>,
    /// `market` or `backstop`.
    pub method: String,
}

/// `userRateLimit`: the address-based limit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct UserRateLimit {
    /// Dollars traded ever.
    pub cum_vlm: Amount,
    /// Requests sent ever.
    pub n_requests_used: u64,
    /// Requests allowed: 10,000 and one per dollar traded.
    pub n_requests_cap: u64,
    /// Requests bought and left.
    #[serde(default)]
    pub n_requests_surplus: u64,
}

/// `userFees`. Rates already include the staking discount.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct UserFees {
    /// Volume by day.
    #[serde(default)]
    pub daily_user_vlm: Vec<DailyVolume>,
    /// The schedule.
    pub fee_schedule: FeeSchedule,
    /// Taker rate on perpetuals.
    pub user_cross_rate: Amount,
    /// Maker rate on perpetuals; negative is a rebate.
    pub user_add_rate: Amount,
    /// Taker rate on spot.
    #[serde(default)]
    pub user_spot_cross_rate: Option<Amount>,
    /// Maker rate on spot.
    #[serde(default)]
    pub user_spot_add_rate: Option<Amount>,
    /// Referral discount in force; applies to positive rates only.
    #[serde(default)]
    pub active_referral_discount: Amount,
}

/// Volume of one day, in dollars.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct DailyVolume {
    /// Day.
    pub date: String,
    /// Taken.
    pub user_cross: Amount,
    /// Made.
    pub user_add: Amount,
    /// Of everybody.
    pub exchange: Amount,
}

/// The exchange's fee schedule.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct FeeSchedule {
    /// Taker base rate on perpetuals.
    pub cross: Amount,
    /// Maker base rate on perpetuals.
    pub add: Amount,
    /// Taker base rate on spot.
    #[serde(default)]
    pub spot_cross: Amount,
    /// Maker base rate on spot.
    #[serde(default)]
    pub spot_add: Amount,
    /// Tiers above the base.
    pub tiers: FeeTiers,
    /// Discount for a referral.
    #[serde(default)]
    pub referral_discount: Amount,
}

/// Fee tiers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FeeTiers {
    /// By 14-day volume.
    pub vip: Vec<VipTier>,
    /// By share of 14-day maker volume.
    pub mm: Vec<MmTier>,
}

/// One tier by volume.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct VipTier {
    /// Dollars of 14-day volume from which it holds.
    pub ntl_cutoff: Amount,
    /// Taker rate.
    pub cross: Amount,
    /// Maker rate.
    pub add: Amount,
    /// Taker rate on spot.
    #[serde(default)]
    pub spot_cross: Amount,
    /// Maker rate on spot.
    #[serde(default)]
    pub spot_add: Amount,
}

/// One tier by maker share.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct MmTier {
    /// Share of the maker volume from which it holds.
    pub maker_fraction_cutoff: Amount,
    /// Maker rate.
    pub add: Amount,
}

open_enum! {
    /// What an address is to the exchange.
    Role {
        /// Nothing.
        Missing = "missing",
        /// A user.
        User = "user",
        /// An agent of a user.
        Agent = "agent",
        /// A vault.
        Vault = "vault",
        /// A sub-account of a user.
        SubAccount = "subAccount",
    }
}

/// `userRole`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct UserRole {
    /// What the address is.
    pub role: Role,
    /// Whom it belongs to, for an agent or a sub-account.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub data: Option<RoleData>,
}

/// Whom an address belongs to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RoleData {
    /// The user an agent acts for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub user: Option<Address>,
    /// The master of a sub-account.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub master: Option<Address>,
}

/// One entry of `extraAgents`: a named agent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ExtraAgent {
    /// Its name.
    pub name: String,
    /// Its address.
    pub address: Address,
    /// Until when it may sign.
    #[serde(with = "num::millis")]
    pub valid_until: Millis,
}
