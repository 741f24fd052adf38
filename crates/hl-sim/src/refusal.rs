//! Why the exchange refuses something.
//!
//! The sentences themselves are `hl-wire`'s ([`ErrorText`]), one table for those who write them and
//! those who read them; here is which of them applies when, and what record it leaves.

use hl_quant::Price;
use hl_wire::{Address, AssetId, ErrorText, RejectCode};

use crate::Usd;
use crate::config::ErrorSuffix;

/// A refusal of one order, found while it was executed: it leaves a record with its own status.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Refusal {
    Tick,
    MinNotional,
    Margin,
    ReduceOnly,
    BadAlo { bbo: Option<(Price, Price)> },
    IocNoMatch,
    NoLiquidity,
    MaxPosition,
    TooManyOrders,
    DuplicateCloid,
}

impl Refusal {
    /// The order's status in `orderStatus` and `orderUpdates`.
    pub(crate) const fn status(self) -> &'static str {
        match self {
            Self::Tick => "tickRejected",
            Self::MinNotional => "minTradeNtlRejected",
            Self::Margin => "perpMarginRejected",
            Self::ReduceOnly => "reduceOnlyRejected",
            Self::BadAlo { .. } => "badAloPxRejected",
            Self::IocNoMatch => "iocCancelRejected",
            Self::NoLiquidity => "marketOrderNoLiquidityRejected",
            Self::MaxPosition => "perpMaxPositionRejected",
            Self::TooManyOrders => "tooManyOpenOrdersRejected",
            Self::DuplicateCloid => "rejected",
        }
    }

    /// The known sentence; two refusals have none that public evidence shows.
    const fn sentence(self) -> Option<ErrorText<'static>> {
        Some(match self {
            Self::Tick => ErrorText::Tick,
            Self::MinNotional => ErrorText::MinValue,
            Self::Margin => ErrorText::Margin,
            Self::ReduceOnly => ErrorText::ReduceOnly,
            Self::BadAlo { bbo } => ErrorText::PostOnly { bbo },
            Self::IocNoMatch => ErrorText::IocNoMatch,
            Self::NoLiquidity => ErrorText::NoLiquidity,
            Self::MaxPosition => ErrorText::MarginTier,
            Self::TooManyOrders | Self::DuplicateCloid => return None,
        })
    }

    /// The text in the order's reply.
    pub(crate) fn text(self, asset: AssetId, suffix: ErrorSuffix) -> String {
        let text = match (self.sentence(), self) {
            (Some(sentence), _) => sentence.to_string(),
            (None, Self::TooManyOrders) => "Too many open orders.".to_owned(),
            (None, _) => "Order has a duplicate cloid.".to_owned(),
        };
        with_suffix(text, asset, suffix)
    }

    /// What a client's table makes of the text.
    pub(crate) fn code(self) -> RejectCode {
        self.sentence().map_or(RejectCode::Unknown, |sentence| sentence.code())
    }
}

/// A cancel of an order that is not open.
pub(crate) fn missing_order(asset: AssetId, suffix: ErrorSuffix) -> String {
    with_suffix(ErrorText::MissingOrder.to_string(), asset, suffix)
}

fn with_suffix(text: String, asset: AssetId, suffix: ErrorSuffix) -> String {
    match suffix {
        ErrorSuffix::Asset => format!("{text} asset={asset}"),
        ErrorSuffix::Bare => text,
    }
}

/// Dollars as an error text shows them: whole where they are whole.
pub(crate) fn dollars(amount: Usd) -> String {
    crate::text::bare(amount.get(), 6)
}

/// A refusal found before anything is executed: one error status stands for the whole batch and no
/// order leaves a record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum StaticRefusal {
    Empty,
    ZeroSize,
    InvalidSize,
    InvalidPrice,
    Halted,
    PostOnlyWindow,
    PriceBand(u32),
    ValueTooLarge(u64),
    Builder,
    TriggerCount,
}

impl StaticRefusal {
    const fn sentence(self) -> ErrorText<'static> {
        match self {
            Self::Empty => ErrorText::NoOrders,
            Self::ZeroSize => ErrorText::ZeroSize,
            Self::InvalidSize => ErrorText::InvalidSize,
            Self::InvalidPrice => ErrorText::InvalidPrice,
            Self::Halted => ErrorText::Halted,
            Self::PostOnlyWindow => ErrorText::PostOnlyWindow,
            Self::PriceBand(percent) => ErrorText::PriceBand { percent },
            Self::ValueTooLarge(max) => ErrorText::TooLarge { max },
            Self::Builder => ErrorText::BuilderFee,
            Self::TriggerCount => ErrorText::TriggerCount,
        }
    }

    pub(crate) fn text(self) -> String {
        self.sentence().to_string()
    }

    pub(crate) const fn code(self) -> RejectCode {
        self.sentence().code()
    }
}

/// A refusal of a whole action: `{"status":"err","response":text}`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum ActionError {
    /// One of the known sentences without text of its own.
    Known(ErrorText<'static>),
    /// The address limit is exhausted.
    TooManyRequests { used: u64, cap: u64, volume: Usd },
    /// The dead man's switch needs more volume.
    ScheduleVolume { required: Usd, traded: Usd },
    /// A sentence that public evidence does not show.
    Unlisted(&'static str),
    /// No market has this number; the live venue's sentence is not known.
    UnknownAsset(AssetId),
}

impl ActionError {
    pub(crate) const fn unknown_user(address: Address) -> Self {
        Self::Known(ErrorText::UnknownSigner { address })
    }

    /// The text of the reply.
    pub(crate) fn text(&self) -> String {
        match self {
            Self::Known(sentence) => sentence.to_string(),
            Self::TooManyRequests { used, cap, volume } => {
                let volume = dollars(*volume);
                ErrorText::TooManyRequests { used: *used, cap: *cap, volume: &volume }.to_string()
            }
            Self::ScheduleVolume { required, traded } => {
                let (required, traded) = (dollars(*required), dollars(*traded));
                ErrorText::ScheduleVolume { required: &required, traded: &traded }.to_string()
            }
            Self::Unlisted(text) => (*text).to_owned(),
            Self::UnknownAsset(asset) => format!("Invalid asset: {asset}"),
        }
    }

    /// The code under which orders that the action carried count as refused.
    pub(crate) fn code(&self) -> RejectCode {
        match self {
            Self::Known(sentence) => sentence.code(),
            Self::TooManyRequests { .. } => RejectCode::Rate,
            Self::ScheduleVolume { .. } => RejectCode::Schedule,
            Self::Unlisted(_) | Self::UnknownAsset(_) => RejectCode::Unknown,
        }
    }
}
