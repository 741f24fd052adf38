//! The actions that place, replace and cancel orders.

use serde::de::{Error as _, MapAccess, Visitor};
use serde::ser::SerializeMap as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::decimal::WireDecimal;
use crate::ids::{Address, AssetId, Cloid, Oid, OrderRef, Tif};

/// `{type:"order",orders,grouping,builder?}`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OrderAction {
    /// The batch; the exchange answers one status per entry.
    pub orders: Vec<OrderWire>,
    /// How the orders hang together.
    pub grouping: Grouping,
    /// Fee for the front end that sent the order.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub builder: Option<BuilderFee>,
}

/// One order as it is written: `{a,b,p,s,r,t,c?}`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OrderWire {
    /// Asset id.
    pub a: AssetId,
    /// Whether it buys.
    pub b: bool,
    /// Limit price.
    pub p: WireDecimal,
    /// Size in base units.
    pub s: WireDecimal,
    /// Whether it may only reduce a position.
    pub r: bool,
    /// Limit or trigger.
    pub t: OrderType,
    /// Client order id.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub c: Option<Cloid>,
}

impl OrderWire {
    pub(super) fn canonicalize(&mut self) {
        self.p.canonicalize();
        self.s.canonicalize();
        if let OrderType::Trigger { trigger_px, .. } = &mut self.t {
            trigger_px.canonicalize();
        }
    }
}

/// What kind of order it is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum OrderType {
    /// A limit order.
    Limit {
        /// How long it may live.
        tif: Tif,
    },
    /// A stop or take-profit order.
    #[serde(rename_all = "camelCase")]
    Trigger {
        /// Whether it becomes a market order.
        is_market: bool,
        /// The mark price at which it fires.
        trigger_px: WireDecimal,
        /// Which of the two.
        tpsl: TpSl,
    },
}

/// Take profit or stop loss.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum TpSl {
    /// Take profit.
    Tp,
    /// Stop loss.
    Sl,
}

/// How the orders of one action hang together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Grouping {
    /// Not at all.
    Na,
    /// The first is the parent; the rest are its take-profit and stop-loss children.
    NormalTpsl,
    /// Attached to the position.
    PositionTpsl,
    /// Independent, and paying for priority: `{p:n}`, n x 10^-8 of the notional.
    Priority(u64),
}

impl Serialize for Grouping {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Na => serializer.serialize_str("na"),
            Self::NormalTpsl => serializer.serialize_str("normalTpsl"),
            Self::PositionTpsl => serializer.serialize_str("positionTpsl"),
            Self::Priority(rate) => {
                let mut map = serializer.serialize_map(Some(1))?;
                map.serialize_entry("p", rate)?;
                map.end()
            }
        }
    }
}

impl<'de> Deserialize<'de> for Grouping {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Either;
        impl<'de> Visitor<'de> for Either {
            type Value = Grouping;

            fn expecting(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
                f.write_str("na, normalTpsl, positionTpsl or {\"p\": rate}")
            }

            fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<Grouping, E> {
                match text {
                    "na" => Ok(Grouping::Na),
                    "normalTpsl" => Ok(Grouping::NormalTpsl),
                    "positionTpsl" => Ok(Grouping::PositionTpsl),
                    other => Err(E::invalid_value(serde::de::Unexpected::Str(other), &self)),
                }
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Grouping, A::Error> {
                match (map.next_entry::<String, u64>()?, map.next_key::<String>()?) {
                    (Some((key, rate)), None) if key == "p" => Ok(Grouping::Priority(rate)),
                    _ => Err(A::Error::custom("grouping object is not {\"p\": rate}")),
                }
            }
        }
        deserializer.deserialize_any(Either)
    }
}

/// The fee of the front end that sent an order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct BuilderFee {
    /// Who gets it.
    pub b: Address,
    /// Tenths of a basis point.
    pub f: u64,
}

/// A flag that is written as `true` or not at all: an action hashed with `false` is refused.
macro_rules! presence_flag {
    ($(#[$doc:meta])* $name:ident { $(#[$no:meta])* No, $(#[$yes:meta])* Yes }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
        pub enum $name {
            $(#[$no])*
            #[default]
            No,
            $(#[$yes])*
            Yes,
        }

        impl $name {
            /// Whether the key is left out.
            #[must_use]
            #[allow(clippy::trivially_copy_pass_by_ref, reason = "serde passes references")]
            pub(crate) const fn is_absent(&self) -> bool {
                matches!(self, Self::No)
            }
        }

        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_bool(!self.is_absent())
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                Ok(if bool::deserialize(deserializer)? { Self::Yes } else { Self::No })
            }
        }
    };
}

presence_flag! {
    /// Key `f` of a cancel: whether it takes the fast lane past the mempool. Refused by the exchange
    /// if the cancel names a trigger order.
    Fast {
        /// The ordinary lane; the key is absent.
        No,
        /// The fast lane.
        Yes
    }
}

presence_flag! {
    /// Key `a` of a modify: whether the new order is placed even if the old one was already gone.
    AlwaysPlace {
        /// Only if the old order could be cancelled; the key is absent.
        No,
        /// In any case. A quote that has just been filled is then quoted again.
        Yes
    }
}

/// `{type:"cancel",cancels,f?}`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CancelAction {
    /// The batch.
    pub cancels: Vec<CancelByOid>,
    /// Fast lane.
    #[serde(default, skip_serializing_if = "Fast::is_absent")]
    pub f: Fast,
}

/// One cancel: `{a,o}`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct CancelByOid {
    /// Asset id.
    pub a: AssetId,
    /// Order id.
    pub o: Oid,
}

/// `{type:"cancelByCloid",cancels,f?}`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CancelByCloidAction {
    /// The batch.
    pub cancels: Vec<CancelByCloid>,
    /// Fast lane.
    #[serde(default, skip_serializing_if = "Fast::is_absent")]
    pub f: Fast,
}

/// One cancel: `{asset,cloid}`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct CancelByCloid {
    /// Asset id.
    pub asset: AssetId,
    /// Client order id.
    pub cloid: Cloid,
}

/// `{type:"modify",oid,order,a?}`. Its success is `{"type":"default"}` without the new order id:
/// prefer [`BatchModifyAction`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ModifyAction {
    /// The order to replace.
    pub oid: OrderRef,
    /// What replaces it.
    pub order: OrderWire,
    /// Whether to place it in any case.
    #[serde(default, skip_serializing_if = "AlwaysPlace::is_absent")]
    pub a: AlwaysPlace,
}

/// `{type:"batchModify",modifies,a?}`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BatchModifyAction {
    /// The batch.
    pub modifies: Vec<ModifyWire>,
    /// Whether to place the new orders in any case.
    #[serde(default, skip_serializing_if = "AlwaysPlace::is_absent")]
    pub a: AlwaysPlace,
}

/// One replacement: `{oid,order}`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ModifyWire {
    /// The order to replace.
    pub oid: OrderRef,
    /// What replaces it.
    pub order: OrderWire,
}

/// `{type:"twapOrder",twap,details?}`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TwapOrderAction {
    /// The order.
    pub twap: TwapWire,
    /// Start and stop conditions.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub details: Option<TwapDetails>,
}

impl TwapOrderAction {
    pub(super) fn canonicalize(&mut self) {
        self.twap.s.canonicalize();
        if let Some(details) = &mut self.details {
            if let Some(trigger) = &mut details.t {
                trigger.p.canonicalize();
            }
            if let Some(stop) = &mut details.s {
                stop.canonicalize();
            }
        }
    }
}

/// A TWAP order: `{a,b,s,r,m,t}`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TwapWire {
    /// Asset id.
    pub a: AssetId,
    /// Whether it buys.
    pub b: bool,
    /// Size in base units.
    pub s: WireDecimal,
    /// Whether it may only reduce a position.
    pub r: bool,
    /// Duration in minutes.
    pub m: u64,
    /// Whether the slices are randomised.
    pub t: bool,
}

/// Conditions of a TWAP order. Unlike everywhere else, both keys are always written, null if unset.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TwapDetails {
    /// Starts when the price gets there.
    pub t: Option<TwapTrigger>,
    /// Stops when the price gets there.
    pub s: Option<WireDecimal>,
}

/// Start condition of a TWAP order: `{p,a}`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TwapTrigger {
    /// Trigger price.
    pub p: WireDecimal,
    /// Whether it fires above the price.
    pub a: bool,
}

/// `{type:"twapCancel",a,t}`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct TwapCancelAction {
    /// Asset id.
    pub a: AssetId,
    /// TWAP id.
    pub t: u64,
}
