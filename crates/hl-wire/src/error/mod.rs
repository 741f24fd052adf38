//! What the exchange refuses, as a closed set of codes and the exact sentences behind them.

mod parse;
mod text;

pub use text::{ErrorText, WithAsset};

use core::fmt;

/// Declares the codes once: variant, wire code, documentation.
macro_rules! reject_codes {
    ($($(#[$doc:meta])* $name:ident => $code:literal,)*) => {
        /// Why the exchange refused, as a closed set. The texts are operators' vocabulary: they
        /// appear in logs as `err_code=` and in reports.
        ///
        /// A code is only ever derived from a sentence that is known ([`ErrorText`]); anything else
        /// is an unknown outcome, not a rejection.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum RejectCode {
            $($(#[$doc])* $name,)*
        }

        impl RejectCode {
            /// Every code, in order of declaration.
            pub const ALL: &'static [Self] = &[$(Self::$name,)*];

            /// The stable text of the code.
            #[must_use]
            pub const fn code(self) -> &'static str {
                match self { $(Self::$name => $code,)* }
            }
        }
    };
}

reject_codes! {
    /// The price is not on the market's grid. The spec may be stale: refresh, requantize, retry once.
    Tick => "E_TICK",
    /// The price is refused before validation; some off-grid prices end here. As [`RejectCode::Tick`].
    InvalidPrice => "E_PX",
    /// The size is zero or not a multiple of the lot. As [`RejectCode::Tick`].
    Size => "E_SIZE",
    /// A post-only order would have matched at once. Requote behind the touch.
    Alo => "E_ALO",
    /// Worth less than the minimum order value. Do not retry at this size.
    MinNotional => "E_MIN_NTL",
    /// Worth more than the maximum order value. Do not retry at this size.
    MaxNotional => "E_MAX_NTL",
    /// Not enough margin. Retry after the account has changed.
    Margin => "E_MARGIN",
    /// The position would exceed the tier of the current leverage. Do not retry at this leverage.
    MarginTier => "E_TIER",
    /// Not enough of a spot token, for an order, a transfer or a withdrawal.
    Balance => "E_BALANCE",
    /// A reduce-only order would not reduce. Refresh the position first.
    ReduceOnly => "E_REDUCE_ONLY",
    /// An immediate-or-cancel order found nothing to match.
    IocNoMatch => "E_IOC",
    /// A market order found an empty book.
    NoLiquidity => "E_NO_LIQ",
    /// A trigger order that is not possible: price, grouping or market.
    Trigger => "E_TRIGGER",
    /// The price is too far from the reference price. Do not retry at this price.
    PriceBand => "E_BAND",
    /// The price is too far from the oracle. Do not retry at this price.
    Oracle => "E_ORACLE",
    /// The market's open interest is at its cap or growing too fast. Retry later, or only reduce.
    OpenInterestCap => "E_OI_CAP",
    /// Only post-only orders are taken just after a network upgrade. Retry as post-only.
    PostOnlyWindow => "E_POST_ONLY_WINDOW",
    /// Trading is halted. Retry later.
    Halted => "E_HALTED",
    /// The order to cancel or modify is not open: cancelled, filled, or never placed.
    NotFound => "E_NOT_FOUND",
    /// The new order of a modify is refused. The old order may be cancelled already: reconcile.
    Modify => "E_MODIFY",
    /// A batch without orders.
    Empty => "E_EMPTY",
    /// More than 200 orders or cancels in one action. Split it; this one cost nothing.
    BatchWeight => "E_BATCH",
    /// The builder's fee has not been approved by the account.
    Builder => "E_BUILDER",
    /// The address has used up its requests. Retry when it has traded, or after ten seconds.
    Rate => "E_RATE",
    /// The weight of the network address is used up, or too many posts wait for an answer; the
    /// request was not looked at. Retry after a pause that grows.
    IpRate => "E_IP_RATE",
    /// The nonce was used, or lies outside the window. This request did nothing; what the first
    /// request with the same nonce did is another question.
    Nonce => "E_NONCE",
    /// The signer is not known, has no deposit, or may not act for the account. Do not retry.
    Auth => "E_AUTH",
    /// `expiresAfter` had passed. Costs five times the weight.
    Expired => "E_EXPIRED",
    /// Leverage or margin mode cannot be changed like this.
    Leverage => "E_LEVERAGE",
    /// The dead man's switch cannot be set like this.
    Schedule => "E_SCHEDULE",
    /// A TWAP order with impossible parameters.
    Twap => "E_TWAP",
    /// A transfer, token, dex or account-mode problem outside trading.
    Account => "E_ACCOUNT",
    /// The request was not understood (HTTP 400, 415, 422): a defect on our side. Do not retry.
    Request => "E_REQUEST",
    /// Nothing known. Never inside a rejection; the class under which an unknown outcome is counted.
    Unknown => "E_OTHER",
}

impl RejectCode {
    /// Whether a refreshed spec and a requantized order may succeed where this one failed.
    #[must_use]
    pub const fn is_grid(self) -> bool {
        matches!(self, Self::Tick | Self::InvalidPrice | Self::Size)
    }
}

impl fmt::Display for RejectCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}
