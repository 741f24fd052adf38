//! A signed action as its bytes say it, read with nothing but a JSON parser: no type of ours stands
//! between what left the bot and what is judged.

use hl_wire::{Cloid, Oid};
use serde::Deserialize;
use serde_json::Value;

/// What an action asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Verb {
    /// New orders.
    Place,
    /// Replacements.
    Modify,
    /// Cancels by client order id.
    Cancel,
    /// A nonce used up.
    Noop,
    /// The dead man's switch.
    Schedule,
    /// Anything else: a trading bot has no use for it.
    Other,
}

/// One action.
#[derive(Clone, Debug)]
pub(crate) struct Wire<'a> {
    pub(crate) verb: Verb,
    pub(crate) nonce: u64,
    pub(crate) expires: Option<u64>,
    pub(crate) orders: Vec<WireOrder<'a>>,
    pub(crate) cancels: Vec<Cloid>,
    /// When the dead man's switch is to fire.
    pub(crate) schedule: Option<u64>,
}

/// One order, numbers as text.
#[derive(Clone, Debug)]
pub(crate) struct WireOrder<'a> {
    pub(crate) asset: u32,
    pub(crate) buys: bool,
    pub(crate) price: &'a str,
    pub(crate) size: &'a str,
    pub(crate) tif: &'a str,
    pub(crate) reduce_only: bool,
    pub(crate) cloid: Option<Cloid>,
    /// Which order it replaces.
    pub(crate) replaces: Option<Name>,
}

/// One of an order's two names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Name {
    Oid(Oid),
    Cloid(Cloid),
}

impl<'a> Wire<'a> {
    /// Reads a body; nothing when it is not an action.
    pub(crate) fn read(body: &'a [u8]) -> Option<Self> {
        let Body { action, nonce, expires } = serde_json::from_slice(body).ok()?;
        let verb = match action.kind {
            "order" => Verb::Place,
            "batchModify" => Verb::Modify,
            "cancelByCloid" => Verb::Cancel,
            "noop" => Verb::Noop,
            "scheduleCancel" => Verb::Schedule,
            _ => Verb::Other,
        };
        let placed = action.orders.into_iter().map(|order| order.read(None));
        let replaced = action.modifies.into_iter().map(|modify| modify.order.read(modify.oid));
        let orders = placed.chain(replaced).collect::<Option<Vec<_>>>()?;
        let cancels = action.cancels.into_iter().map(|cancel| cloid(cancel.cloid));
        let cancels = cancels.collect::<Option<Vec<_>>>()?;
        let schedule = action.time;
        Some(Self { verb, nonce, expires, orders, cancels, schedule })
    }
}

#[derive(Deserialize)]
struct Body<'a> {
    #[serde(borrow)]
    action: ActionDoc<'a>,
    nonce: u64,
    #[serde(rename = "expiresAfter", default)]
    expires: Option<u64>,
}

#[derive(Deserialize)]
struct ActionDoc<'a> {
    #[serde(rename = "type")]
    kind: &'a str,
    #[serde(borrow, default)]
    orders: Vec<OrderDoc<'a>>,
    #[serde(borrow, default)]
    modifies: Vec<ModifyDoc<'a>>,
    #[serde(borrow, default)]
    cancels: Vec<CancelDoc<'a>>,
    #[serde(default)]
    time: Option<u64>,
}

#[derive(Deserialize)]
struct OrderDoc<'a> {
    a: u32,
    b: bool,
    p: &'a str,
    s: &'a str,
    r: bool,
    #[serde(borrow)]
    t: TypeDoc<'a>,
    #[serde(default)]
    c: Option<&'a str>,
}

#[derive(Deserialize)]
struct TypeDoc<'a> {
    #[serde(borrow)]
    limit: LimitDoc<'a>,
}

#[derive(Deserialize)]
struct LimitDoc<'a> {
    tif: &'a str,
}

#[derive(Deserialize)]
struct ModifyDoc<'a> {
    oid: Value,
    #[serde(borrow)]
    order: OrderDoc<'a>,
}

#[derive(Deserialize)]
struct CancelDoc<'a> {
    cloid: &'a str,
}

impl<'a> OrderDoc<'a> {
    fn read(self, replaces: impl Into<Option<Value>>) -> Option<WireOrder<'a>> {
        let replaces = match replaces.into() {
            None => None,
            Some(Value::String(text)) => Some(Name::Cloid(cloid(&text)?)),
            Some(number) => Some(Name::Oid(Oid(number.as_u64()?))),
        };
        let cloid = match self.c {
            Some(text) => Some(cloid(text)?),
            None => None,
        };
        Some(WireOrder {
            asset: self.a,
            buys: self.b,
            price: self.p,
            size: self.s,
            tif: self.t.limit.tif,
            reduce_only: self.r,
            cloid,
            replaces,
        })
    }
}

fn cloid(text: &str) -> Option<Cloid> {
    let digits = text.strip_prefix("0x").filter(|digits| digits.len() == 32)?;
    u128::from_str_radix(digits, 16).ok().map(Cloid)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn orders_replacements_and_cancels_are_read_as_they_are_written() {
        let body = br#"{"action":{"type":"batchModify","modifies":[{"oid":9,"order":{"a":5,"b":true,"p":"164.89","s":"0.13","r":false,"t":{"limit":{"tif":"Alo"}},"c":"0x0000000000000000000000000000000a"}}]},"nonce":7,"signature":{},"vaultAddress":null,"expiresAfter":8}"#;
        let wire = Wire::read(body).unwrap();
        assert_eq!((wire.verb, wire.nonce, wire.expires), (Verb::Modify, 7, Some(8)));
        let order = &wire.orders[0];
        assert_eq!((order.price, order.size, order.tif), ("164.89", "0.13", "Alo"));
        assert_eq!((order.cloid, order.replaces), (Some(Cloid(10)), Some(Name::Oid(Oid(9)))));
    }

    #[test]
    fn what_is_no_action_is_not_guessed_at() {
        assert!(Wire::read(b"{}").is_none());
        assert!(
            Wire::read(br#"{"action":{"type":"order","orders":[{"a":1}]},"nonce":1}"#).is_none()
        );
        let other = br#"{"action":{"type":"withdraw3"},"nonce":1}"#;
        assert_eq!(Wire::read(other).unwrap().verb, Verb::Other);
    }
}
