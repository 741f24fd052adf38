//! The sentences of the exchange, to write and to recognise.

use core::fmt;

use hl_quant::Price;

use super::RejectCode;
use crate::ids::{Address, AssetId};

/// A sentence that the exchange is known to answer with (the docs' "Error responses" page and
/// recorded answers).
///
/// One table for both directions: a client recognises a text with [`ErrorText::parse`], a simulator
/// writes it with `Display` or [`ErrorText::with_asset`], and what is written is recognised.
///
/// ```
/// use hl_wire::{AssetId, ErrorText, RejectCode};
///
/// let text = ErrorText::Tick.with_asset(AssetId(4)).to_string();
/// assert_eq!(text, "Price must be divisible by tick size. asset=4");
/// let (known, asset) = ErrorText::parse(&text).unwrap();
/// assert_eq!((known.code(), asset), (RejectCode::Tick, Some(AssetId(4))));
/// assert_eq!(ErrorText::parse("Something new happened."), None);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum ErrorText<'a> {
    /// The price is off the grid.
    Tick,
    /// A perpetual order under 10 dollars.
    MinValue,
    /// A spot order under 10 units of its quote token.
    MinValueSpot {
        /// The quote token's name.
        token: &'a str,
    },
    /// Not enough margin.
    Margin,
    /// A reduce-only order that would not reduce.
    ReduceOnly,
    /// A post-only order that would have matched.
    PostOnly {
        /// Best bid and ask at that moment; absent if the text held no two prices.
        bbo: Option<(Price, Price)>,
    },
    /// An immediate-or-cancel order that matched nothing.
    IocNoMatch,
    /// A trigger order that would fire at once.
    TriggerPrice,
    /// A market order into an empty book.
    NoLiquidity,
    /// Open interest is at its cap.
    OpenInterestCap,
    /// Too aggressive a price while open interest is at its cap.
    TooAggressiveAtCap,
    /// Open interest grows too fast.
    OpenInterestTooFast,
    /// Not enough of a spot token for an order.
    SpotBalance,
    /// Too far from the oracle.
    TooFarFromOracle,
    /// Too large a position for the tier of this leverage.
    MarginTier,
    /// The order to cancel is not open.
    MissingOrder,
    /// A batch without orders.
    NoOrders,
    /// A size of zero.
    ZeroSize,
    /// A size off the grid, found before validation.
    InvalidSize,
    /// A price off the grid, found before validation.
    InvalidPrice,
    /// Too far from the reference price.
    PriceBand {
        /// The width of the band; 80 and 95 have been seen.
        percent: u32,
    },
    /// Above the maximum order value.
    TooLarge {
        /// The maximum in whole dollars.
        max: u64,
    },
    /// A trigger order on a spot market.
    SpotTrigger,
    /// Children of a grouped order that do not fit.
    TriggerCount,
    /// A reduce-only order on a spot market.
    SpotReduceOnly,
    /// The market is halted.
    Halted,
    /// The builder's fee is not approved.
    BuilderFee,
    /// Only post-only orders are taken at this moment.
    PostOnlyWindow,
    /// The order to modify is not open.
    CannotModify,
    /// The old order is cancelled and the new one was refused.
    ModifyPlacement {
        /// The sentence about the new order.
        reason: &'a str,
    },
    /// The new order of a modify is not one that a modify may place.
    ModifyInvalid,
    /// The dead man's switch is less than five seconds ahead.
    ScheduleTooEarly,
    /// The dead man's switch needs more volume.
    ScheduleVolume {
        /// Required, in dollars, as written.
        required: &'a str,
        /// Traded, in dollars, as written.
        traded: &'a str,
    },
    /// Sub-accounts need more volume.
    SubAccountVolume {
        /// What follows the dollar sign, as written.
        required: &'a str,
    },
    /// Cross and isolated cannot be switched with a position open.
    LeverageSwitch,
    /// The position has no isolated margin to change.
    NotIsolated,
    /// A TWAP order of an impossible duration.
    TwapDuration {
        /// The duration in minutes.
        minutes: u64,
    },
    /// The TWAP order to cancel is not running.
    TwapMissing,
    /// This agent address was used before.
    AgentUsed,
    /// The agent's expiry has passed.
    AgentExpired,
    /// Too many agents.
    AgentCount {
        /// The limit.
        limit: u32,
    },
    /// An agent is being removed.
    AgentRemoval,
    /// The nonce was used before.
    NonceDuplicate {
        /// The nonce.
        nonce: u64,
    },
    /// The nonce is below the window or the hundredth-largest one.
    NonceTooLow {
        /// The nonce.
        nonce: u64,
        /// The least that would do.
        floor: u64,
    },
    /// The nonce is too far in the future.
    NonceTooHigh {
        /// The nonce.
        nonce: u64,
        /// The most that would do.
        ceiling: u64,
    },
    /// `expiresAfter` had passed.
    Expired,
    /// The recovered signer is neither a user nor an agent.
    UnknownSigner {
        /// The address that was recovered, usually the wrong one.
        address: Address,
    },
    /// The recovered signer of a user-signed action has no account.
    MustDeposit {
        /// The address that was recovered.
        address: Address,
    },
    /// No public key belongs to the signature.
    NoSigner,
    /// The vault or sub-account is not known.
    VaultUnknown {
        /// Its address.
        address: Address,
    },
    /// The address limit is exhausted.
    TooManyRequests {
        /// Requests sent.
        used: u64,
        /// Requests allowed.
        cap: u64,
        /// Volume traded in dollars, as written.
        volume: &'a str,
    },
    /// Too many entries in one action.
    OverWeight {
        /// The limit.
        limit: u64,
    },
    /// Not possible in the account's mode.
    UnifiedAccount,
    /// A transfer that makes no sense.
    InvalidSend,
    /// A token that does not exist.
    UnknownToken {
        /// As written.
        token: &'a str,
    },
    /// A dex that does not exist.
    InvalidDex,
    /// A decimal that is not one.
    InvalidDecimal,
    /// A transfer of nothing.
    ZeroAmount,
    /// Not enough to transfer.
    TransferBalance,
    /// Not enough to withdraw.
    WithdrawalBalance,
    /// An agent may move assets within one user only.
    AgentSend,
    /// A transfer between accounts that do not belong together.
    SubAccountTransfer {
        /// From, as written.
        from: &'a str,
        /// To, as written.
        to: &'a str,
    },
    /// A referral code that does not exist.
    ReferralUnknown,
    /// HTTP 400.
    NotJson,
    /// HTTP 422.
    NotTheSchema,
    /// HTTP 415.
    NotTheContentType,
}

/// The sentences without a parameter. Where documentation and live answers differ, the live one
/// comes first: it is what gets written; both are recognised.
pub(super) const PLAIN: &[(ErrorText<'static>, &str)] = &[
    (ErrorText::Tick, "Price must be divisible by tick size."),
    (ErrorText::MinValue, "Order must have minimum value of $10."),
    (ErrorText::Margin, "Insufficient margin to place order."),
    (ErrorText::ReduceOnly, "Reduce only order would increase position."),
    (ErrorText::PostOnly { bbo: None }, "Post only order would have immediately matched."),
    (ErrorText::IocNoMatch, "Order could not immediately match against any resting orders."),
    (ErrorText::TriggerPrice, "Invalid TP/SL price."),
    (ErrorText::NoLiquidity, "No liquidity available for market order."),
    (
        ErrorText::OpenInterestCap,
        "Order would increase open interest while open interest is capped",
    ),
    (
        ErrorText::TooAggressiveAtCap,
        "Order rejected due to price more aggressive than oracle while at open interest cap",
    ),
    (ErrorText::OpenInterestTooFast, "Order would increase open interest too quickly"),
    (ErrorText::SpotBalance, "Insufficient spot balance"),
    (ErrorText::SpotBalance, "Order has insufficient spot balance to trade"),
    (ErrorText::TooFarFromOracle, "Price too far from oracle"),
    (ErrorText::TooFarFromOracle, "Order price too far from oracle"),
    (
        ErrorText::MarginTier,
        "Order would cause position to exceed margin tier limit at current leverage",
    ),
    (ErrorText::MissingOrder, "Order was never placed, already canceled, or filled."),
    (ErrorText::NoOrders, "Orders are empty."),
    (ErrorText::ZeroSize, "Order has zero size."),
    (ErrorText::InvalidSize, "Order has invalid size."),
    (ErrorText::InvalidPrice, "Order has invalid price."),
    (ErrorText::SpotTrigger, "Placing trigger orders is not enabled on spot trading yet."),
    (ErrorText::TriggerCount, "Unexpected number of trigger orders"),
    (ErrorText::SpotReduceOnly, "Reduce-only is invalid for spot trading."),
    (ErrorText::Halted, "Trading is halted."),
    (ErrorText::BuilderFee, "Builder fee has not been approved."),
    (ErrorText::PostOnlyWindow, "Only post-only orders allowed immediately after network upgrade"),
    (ErrorText::CannotModify, "Cannot modify canceled or filled order"),
    (ErrorText::ModifyInvalid, "Attempted to modify to invalid new order"),
    (
        ErrorText::ScheduleTooEarly,
        "Scheduled cancel time too early, must be at least 5 seconds from now.",
    ),
    (ErrorText::LeverageSwitch, "Cannot switch leverage type with open position."),
    (ErrorText::NotIsolated, "Position does not use isolated margin."),
    (ErrorText::TwapMissing, "TWAP was never placed, already canceled, or filled."),
    (ErrorText::AgentUsed, "Extra agent already used."),
    (ErrorText::AgentExpired, "Agent valid_until already expired."),
    (ErrorText::AgentRemoval, "User has pending agent removal"),
    (ErrorText::Expired, "Action already expired"),
    (ErrorText::NoSigner, "Unable to recover signer."),
    (ErrorText::UnifiedAccount, "Action disabled when unified account is active"),
    (ErrorText::InvalidSend, "Invalid send"),
    (ErrorText::InvalidDex, "Invalid perp DEX"),
    (ErrorText::InvalidDecimal, "Invalid decimal number"),
    (ErrorText::ZeroAmount, "Send amount cannot be zero"),
    (ErrorText::TransferBalance, "Insufficient balance for token transfer"),
    (ErrorText::WithdrawalBalance, "Insufficient balance for withdrawal"),
    (ErrorText::AgentSend, "Agent can only send asset to same user or their sub-accounts."),
    (ErrorText::ReferralUnknown, "Referral code not registered"),
    (ErrorText::NotJson, "Failed to parse the request body as JSON"),
    (ErrorText::NotTheSchema, "Failed to deserialize the JSON body into the target type"),
    (ErrorText::NotTheContentType, "Expected request with `Content-Type: application/json`"),
];

impl<'a> ErrorText<'a> {
    /// The sentence about the new order, if this one is about a modify that failed to place it and
    /// that sentence is known; otherwise this one.
    #[must_use]
    pub fn about_new_order(self) -> Self {
        match self {
            Self::ModifyPlacement { reason } => {
                ErrorText::parse(reason).map_or(self, |(inner, _)| inner)
            }
            other => other,
        }
    }

    /// The code of this sentence.
    #[must_use]
    pub const fn code(&self) -> RejectCode {
        use RejectCode as Code;
        match self {
            Self::Tick => Code::Tick,
            Self::InvalidPrice => Code::InvalidPrice,
            Self::ZeroSize | Self::InvalidSize => Code::Size,
            Self::PostOnly { .. } => Code::Alo,
            Self::MinValue | Self::MinValueSpot { .. } => Code::MinNotional,
            Self::TooLarge { .. } => Code::MaxNotional,
            Self::Margin => Code::Margin,
            Self::MarginTier => Code::MarginTier,
            Self::SpotBalance | Self::TransferBalance | Self::WithdrawalBalance => Code::Balance,
            Self::ReduceOnly | Self::SpotReduceOnly => Code::ReduceOnly,
            Self::IocNoMatch => Code::IocNoMatch,
            Self::NoLiquidity => Code::NoLiquidity,
            Self::TriggerPrice | Self::SpotTrigger | Self::TriggerCount => Code::Trigger,
            Self::PriceBand { .. } => Code::PriceBand,
            Self::TooFarFromOracle => Code::Oracle,
            Self::OpenInterestCap | Self::TooAggressiveAtCap | Self::OpenInterestTooFast => {
                Code::OpenInterestCap
            }
            Self::PostOnlyWindow => Code::PostOnlyWindow,
            Self::Halted => Code::Halted,
            Self::MissingOrder | Self::CannotModify | Self::TwapMissing => Code::NotFound,
            Self::ModifyPlacement { .. } | Self::ModifyInvalid => Code::Modify,
            Self::NoOrders => Code::Empty,
            Self::OverWeight { .. } => Code::BatchWeight,
            Self::BuilderFee => Code::Builder,
            Self::TooManyRequests { .. } => Code::Rate,
            Self::NonceDuplicate { .. } | Self::NonceTooLow { .. } | Self::NonceTooHigh { .. } => {
                Code::Nonce
            }
            Self::UnknownSigner { .. }
            | Self::MustDeposit { .. }
            | Self::NoSigner
            | Self::VaultUnknown { .. }
            | Self::AgentUsed
            | Self::AgentExpired
            | Self::AgentCount { .. }
            | Self::AgentRemoval => Code::Auth,
            Self::Expired => Code::Expired,
            Self::LeverageSwitch | Self::NotIsolated => Code::Leverage,
            Self::ScheduleTooEarly | Self::ScheduleVolume { .. } => Code::Schedule,
            Self::TwapDuration { .. } => Code::Twap,
            Self::SubAccountVolume { .. }
            | Self::UnifiedAccount
            | Self::InvalidSend
            | Self::UnknownToken { .. }
            | Self::InvalidDex
            | Self::InvalidDecimal
            | Self::ZeroAmount
            | Self::AgentSend
            | Self::SubAccountTransfer { .. }
            | Self::ReferralUnknown => Code::Account,
            Self::NotJson | Self::NotTheSchema | Self::NotTheContentType => Code::Request,
        }
    }

    /// Whether the sentence is a judgement of the whole payload, made before any order of it is
    /// looked at: one such answer for a batch speaks for each of its orders (the docs' "Error
    /// responses" page). An answer about one order never does.
    #[must_use]
    pub const fn speaks_for_batch(&self) -> bool {
        matches!(
            self,
            Self::Tick
                | Self::NoOrders
                | Self::ZeroSize
                | Self::InvalidSize
                | Self::InvalidPrice
                | Self::PriceBand { .. }
                | Self::TooLarge { .. }
                | Self::SpotTrigger
                | Self::TriggerCount
                | Self::SpotReduceOnly
                | Self::Halted
                | Self::BuilderFee
                | Self::PostOnlyWindow
        )
    }

    /// The sentence followed by ` asset=N`, as live answers about one order have it.
    #[must_use]
    pub const fn with_asset(self, asset: AssetId) -> WithAsset<Self> {
        WithAsset(self, asset)
    }
}

/// A sentence followed by ` asset=N`; see [`ErrorText::with_asset`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct WithAsset<T>(T, AssetId);

impl<T: fmt::Display> fmt::Display for WithAsset<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} asset={}", self.0, self.1)
    }
}

impl fmt::Display for ErrorText<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::MinValueSpot { token } => {
                write!(f, "Order must have minimum value of 10 {token}.")
            }
            Self::PostOnly { bbo: Some((bid, ask)) } => {
                write!(f, "Post only order would have immediately matched, bbo was {bid}@{ask}.")
            }
            Self::PriceBand { percent } => write!(
                f,
                "Order price cannot be more than {percent}% away from the reference price"
            ),
            Self::TooLarge { max } => write!(f, "Order value too large. Max is ${max}."),
            Self::ModifyPlacement { reason } => {
                write!(f, "Error placing new order during modify: {reason}")
            }
            Self::ScheduleVolume { required, traded } => write!(
                f,
                "Cannot set scheduled cancel time until enough volume traded. \
                 Required: ${required}. Traded: ${traded}."
            ),
            Self::SubAccountVolume { required } => write!(
                f,
                "Cannot create sub-accounts until enough volume traded. Required: ${required}"
            ),
            Self::TwapDuration { minutes } => {
                write!(f, "Invalid TWAP duration: {minutes} min(s)")
            }
            Self::AgentCount { limit } => write!(
                f,
                "Too many extra agents for cumulative volume traded. Current limit is {limit}"
            ),
            Self::NonceDuplicate { nonce } => write!(f, "Invalid nonce: duplicate nonce {nonce}"),
            Self::NonceTooLow { nonce, floor } => {
                write!(f, "Invalid nonce: nonce too low {nonce} < {floor}")
            }
            Self::NonceTooHigh { nonce, ceiling } => {
                write!(f, "Invalid nonce: nonce too high {nonce} > {ceiling}")
            }
            Self::UnknownSigner { address } => {
                write!(f, "User or API Wallet {address} does not exist.")
            }
            Self::MustDeposit { address } => {
                write!(f, "Must deposit before performing actions. User: {address}")
            }
            Self::VaultUnknown { address } => write!(f, "Vault not registered: {address}"),
            Self::TooManyRequests { used, cap, volume } => write!(
                f,
                "Too many cumulative requests sent ({used} > {cap}) for cumulative volume traded \
                 ${volume}. Place taker orders to free up 1 request per USDC traded."
            ),
            Self::OverWeight { limit } => {
                write!(f, "Signed action over weight limit of {limit}.")
            }
            Self::UnknownToken { token } => write!(f, "Unknown token {token}"),
            Self::SubAccountTransfer { from, to } => {
                write!(f, "Invalid sub-account transfer from {from} to {to}")
            }
            plain => {
                let entry = PLAIN.iter().find(|(text, _)| text == plain);
                f.write_str(entry.map_or("", |(_, sentence)| sentence))
            }
        }
    }
}
