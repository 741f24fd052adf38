//! What a bot may sign: orders that are legal by construction, and the actions around them.

use serde::ser::SerializeStruct as _;
use serde::{Serialize, Serializer};

use hl_quant::{OrderPrice, OrderSize, Side};

use crate::action::{
    Action, AlwaysPlace, BatchModifyAction, BuilderFee, CancelAction, CancelByCloid,
    CancelByCloidAction, CancelByOid, Fast, Grouping, ModifyAction, ModifyWire, OrderAction,
    OrderType, OrderWire, ReserveRequestWeight, ScheduleCancel, UpdateIsolatedMargin,
    UpdateLeverage,
};
use crate::ids::{AssetId, Cloid, OrderRef, Tif};

/// Whether an order may only shrink a position.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ReduceOnly {
    /// It may open or grow one.
    #[default]
    No,
    /// It may only shrink one; the exchange cuts it down or refuses it.
    Yes,
}

/// A limit order whose price and size are legal by construction: only a market's grid makes an
/// [`OrderPrice`] and an [`OrderSize`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Order {
    /// Market. The grid that made price and size must be this market's.
    pub asset: AssetId,
    /// Buy or sell.
    pub side: Side,
    /// Limit price.
    pub price: OrderPrice,
    /// Size in base units.
    pub size: OrderSize,
    /// How long it may live and whether it may take.
    pub tif: Tif,
    /// Whether it may only shrink a position.
    pub reduce_only: ReduceOnly,
    /// Our id. Without one an order whose acknowledgement is lost cannot be found again.
    pub cloid: Option<Cloid>,
}

impl Serialize for Order {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let fields = if self.cloid.is_some() { 7 } else { 6 };
        let mut order = serializer.serialize_struct("Order", fields)?;
        order.serialize_field("a", &self.asset)?;
        order.serialize_field("b", &(self.side == Side::Bid))?;
        order.serialize_field("p", self.price.to_text().as_str())?;
        order.serialize_field("s", self.size.to_text().as_str())?;
        order.serialize_field("r", &(self.reduce_only == ReduceOnly::Yes))?;
        order.serialize_field("t", &OrderType::Limit { tif: self.tif })?;
        match &self.cloid {
            Some(cloid) => order.serialize_field("c", cloid)?,
            None => order.skip_field("c")?,
        }
        order.end()
    }
}

impl From<&Order> for OrderWire {
    fn from(order: &Order) -> Self {
        Self {
            a: order.asset,
            b: order.side == Side::Bid,
            p: order.price.to_text().into(),
            s: order.size.to_text().into(),
            r: order.reduce_only == ReduceOnly::Yes,
            t: OrderType::Limit { tif: order.tif },
            c: order.cloid,
        }
    }
}

/// A batch of independent orders.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PlaceOrders {
    /// The orders. Up to 39 cost one unit of the network-address limit; more than 200 are refused.
    /// One order that may take demotes the whole batch behind post-only batches and cancels.
    pub orders: Vec<Order>,
    /// Priority fee, n x 10^-8 of the notional; only if all are IOC or all are post-only.
    #[serde(rename = "grouping", serialize_with = "as_grouping")]
    pub priority: Option<u64>,
    /// Fee for the front end.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub builder: Option<BuilderFee>,
}

fn grouping(priority: Option<u64>) -> Grouping {
    priority.map_or(Grouping::Na, Grouping::Priority)
}

#[expect(clippy::ref_option, reason = "serde passes a reference to the field")]
fn as_grouping<S: Serializer>(priority: &Option<u64>, serializer: S) -> Result<S::Ok, S::Error> {
    grouping(*priority).serialize(serializer)
}

/// The replacement of one order: the old one is cancelled, the new one has a new order id.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Modify {
    /// The order to replace.
    pub oid: OrderRef,
    /// What replaces it.
    pub order: Order,
}

/// A batch of replacements.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct BatchModify {
    /// The replacements.
    pub modifies: Vec<Modify>,
    /// Whether to place the new orders even if the old ones were gone.
    #[serde(rename = "a", skip_serializing_if = "AlwaysPlace::is_absent")]
    pub always_place: AlwaysPlace,
}

/// The replacement of one order as its own action. Its success does not tell the new order id.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct ModifyOne {
    /// The order to replace.
    pub oid: OrderRef,
    /// What replaces it.
    pub order: Order,
    /// Whether to place the new order even if the old one was gone.
    #[serde(rename = "a", skip_serializing_if = "AlwaysPlace::is_absent")]
    pub always_place: AlwaysPlace,
}

/// Every action that [`crate::AgentKey`] signs. There is no variant that moves money out of the
/// account, approves an agent or changes who controls it, so a bot cannot be made to sign one.
///
/// Serialises to exactly the bytes of the corresponding [`Action`], without building it.
///
/// ```
/// use hl_quant::{Intent, MarketSpec, Side, SzDecimals};
/// use hl_wire::{AssetId, Cloid, Order, ReduceOnly, Tif, TradingAction};
///
/// let spec = MarketSpec::perp(SzDecimals::new(2).unwrap());
/// let legal = spec.quantize(
///     Side::Bid, "164.8951".parse::<hl_quant::Price>()?, "0.137".parse::<hl_quant::Size>()?,
///     Intent::Passive,
/// ).unwrap();
/// let action = TradingAction::place(vec![Order {
///     asset: AssetId(5),
///     side: Side::Bid,
///     price: legal.price,
///     size: legal.size,
///     tif: Tif::Alo,
///     reduce_only: ReduceOnly::No,
///     cloid: Some(Cloid(7)),
/// }]);
/// assert_eq!(
///     serde_json::to_string(&action).unwrap(),
///     r#"{"type":"order","orders":[{"a":5,"b":true,"p":"164.89","s":"0.13","r":false,"t":{"limit":{"tif":"Alo"}},"c":"0x00000000000000000000000000000007"}],"grouping":"na"}"#,
/// );
/// # Ok::<(), hl_quant::ParseError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "type", rename_all = "camelCase")]
pub enum TradingAction {
    /// Place orders.
    Order(PlaceOrders),
    /// Cancel by the exchange's ids.
    Cancel(CancelAction),
    /// Cancel by our ids.
    CancelByCloid(CancelByCloidAction),
    /// Replace one order.
    Modify(ModifyOne),
    /// Replace several orders.
    BatchModify(BatchModify),
    /// Set or clear the dead man's switch.
    ScheduleCancel(ScheduleCancel),
    /// Set leverage and margin mode.
    UpdateLeverage(UpdateLeverage),
    /// Add or remove isolated margin.
    UpdateIsolatedMargin(UpdateIsolatedMargin),
    /// Use up a nonce, to invalidate an action in flight.
    Noop,
    /// Buy request weight.
    ReserveRequestWeight(ReserveRequestWeight),
}

impl TradingAction {
    /// Orders without priority fee and without builder.
    #[must_use]
    pub const fn place(orders: Vec<Order>) -> Self {
        Self::Order(PlaceOrders { orders, priority: None, builder: None })
    }

    /// Cancels by the exchange's ids.
    #[must_use]
    pub const fn cancel(cancels: Vec<CancelByOid>, fast: Fast) -> Self {
        Self::Cancel(CancelAction { cancels, f: fast })
    }

    /// Cancels by our ids.
    #[must_use]
    pub const fn cancel_by_cloid(cancels: Vec<CancelByCloid>, fast: Fast) -> Self {
        Self::CancelByCloid(CancelByCloidAction { cancels, f: fast })
    }

    /// Replacements that are placed only if the old orders could be cancelled.
    #[must_use]
    pub const fn modify(modifies: Vec<Modify>) -> Self {
        Self::BatchModify(BatchModify { modifies, always_place: AlwaysPlace::No })
    }

    /// How many answers to expect, and how many units of the address limit it costs.
    #[must_use]
    pub const fn batch_len(&self) -> usize {
        match self {
            Self::Order(action) => action.orders.len(),
            Self::Cancel(action) => action.cancels.len(),
            Self::CancelByCloid(action) => action.cancels.len(),
            Self::BatchModify(action) => action.modifies.len(),
            _ => 1,
        }
    }
}

impl From<&TradingAction> for Action {
    fn from(action: &TradingAction) -> Self {
        match action {
            TradingAction::Order(place) => Self::Order(OrderAction {
                orders: place.orders.iter().map(Into::into).collect(),
                grouping: grouping(place.priority),
                builder: place.builder,
            }),
            TradingAction::Cancel(cancel) => Self::Cancel(cancel.clone()),
            TradingAction::CancelByCloid(cancel) => Self::CancelByCloid(cancel.clone()),
            TradingAction::Modify(modify) => Self::Modify(ModifyAction {
                oid: modify.oid,
                order: (&modify.order).into(),
                a: modify.always_place,
            }),
            TradingAction::BatchModify(batch) => Self::BatchModify(BatchModifyAction {
                modifies: batch
                    .modifies
                    .iter()
                    .map(|modify| ModifyWire { oid: modify.oid, order: (&modify.order).into() })
                    .collect(),
                a: batch.always_place,
            }),
            TradingAction::ScheduleCancel(action) => Self::ScheduleCancel(*action),
            TradingAction::UpdateLeverage(action) => Self::UpdateLeverage(*action),
            TradingAction::UpdateIsolatedMargin(action) => Self::UpdateIsolatedMargin(*action),
            TradingAction::Noop => Self::Noop,
            TradingAction::ReserveRequestWeight(action) => Self::ReserveRequestWeight(*action),
        }
    }
}
