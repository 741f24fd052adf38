//! Every order of every client, deed by deed: what a judge wants to know and a client cannot see.

use std::collections::{BTreeMap, BTreeSet};

use hl_quant::{Millis, Side};
use hl_sim::{Deed, DeedState, OrderDeed, Witnessed};
use hl_wire::{Address, Cloid, Oid, Tif};
use serde_json::{Value, json};

/// Names that are remembered for each account: more than a day of a bot that places ten orders a
/// second. Beyond that some are forgotten.
const NAMES_KEPT: usize = 1_000_000;

/// What became of the orders of each account since the exchange began.
#[derive(Debug, Default)]
pub(crate) struct Ledger {
    accounts: BTreeMap<Address, Account>,
}

#[derive(Debug, Default)]
struct Account {
    open: BTreeMap<Oid, OrderDeed>,
    /// The most orders that were open at the end of a block, by market and side. Only those with an
    /// id of their client's: an order without one was placed by hand, beside a program.
    peaks: BTreeMap<(String, &'static str), usize>,
    /// Ids of orders that were accepted, each with the order that it named.
    cloids: BTreeMap<Cloid, Oid>,
    /// Orders accepted under an id that named another one before.
    cloids_twice: u64,
    /// Orders that could have taken, whatever became of them.
    not_post_only: u64,
    /// Orders counted in the line above.
    seen: BTreeSet<Oid>,
}

impl Ledger {
    /// Takes what the exchange did. Deeds of one block come in no order, so that what is open is
    /// counted between blocks.
    pub(crate) fn take(&mut self, deeds: Vec<Witnessed>) {
        let mut block: Option<Millis> = None;
        for Witnessed { at, deed } in deeds {
            if block.is_some_and(|block| block != at) {
                self.count();
            }
            block = Some(at);
            if let Deed::Order(order) = deed {
                self.accounts.entry(order.account).or_default().order(order);
            }
        }
        if block.is_some() {
            self.count();
        }
    }

    fn count(&mut self) {
        self.accounts.values_mut().for_each(Account::count);
    }

    /// An account's orders as JSON.
    pub(crate) fn json(&self, account: Address) -> Value {
        let Some(account) = self.accounts.get(&account) else { return json!({}) };
        let open: Vec<Value> = account.open.values().map(document).collect();
        let peaks: serde_json::Map<String, Value> = account
            .peaks
            .iter()
            .map(|((coin, side), most)| (format!("{coin} {side}"), (*most).into()))
            .collect();
        json!({
            "open": open,
            "mostOpen": peaks,
            "cloidsTwice": account.cloids_twice,
            "notPostOnly": account.not_post_only,
        })
    }
}

impl Account {
    fn order(&mut self, order: OrderDeed) {
        if order.tif != Tif::Alo && self.seen.insert(order.oid) {
            self.not_post_only = self.not_post_only.saturating_add(1);
            if self.seen.len() > NAMES_KEPT {
                self.seen.pop_first();
            }
        }
        if order.state != DeedState::Open {
            self.open.remove(&order.oid);
            return;
        }
        if let Some(cloid) = order.cloid {
            match self.cloids.insert(cloid, order.oid) {
                Some(earlier) if earlier != order.oid => {
                    self.cloids_twice = self.cloids_twice.saturating_add(1);
                }
                _ => {}
            }
            if self.cloids.len() > NAMES_KEPT {
                self.cloids.pop_first();
            }
        }
        self.open.insert(order.oid, order);
    }

    fn count(&mut self) {
        let mut sides: BTreeMap<(&str, &'static str), usize> = BTreeMap::new();
        for order in self.open.values().filter(|order| order.cloid.is_some()) {
            let open = sides.entry((&order.coin, letter(order.side))).or_default();
            *open = open.saturating_add(1);
        }
        for ((coin, side), open) in sides {
            let most = self.peaks.entry((coin.to_owned(), side)).or_default();
            *most = open.max(*most);
        }
    }
}

/// As the venue writes it.
const fn letter(side: Side) -> &'static str {
    match side {
        Side::Bid => "B",
        Side::Ask => "A",
    }
}

fn document(order: &OrderDeed) -> Value {
    json!({
        "coin": order.coin,
        "side": letter(order.side),
        "oid": order.oid.0,
        "cloid": order.cloid.map(|cloid| cloid.to_string()),
        "px": order.price.to_string(),
        "sz": order.remaining.to_string(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use hl_wire::AssetId;

    fn deed(at: u64, oid: u64, cloid: u128, state: DeedState, tif: Tif) -> Witnessed {
        let size = "1".parse().unwrap();
        Witnessed {
            at: Millis(at),
            deed: Deed::Order(OrderDeed {
                account: Address::new([1; 20]),
                asset: AssetId(0),
                coin: "SOL".to_owned(),
                oid: Oid(oid),
                cloid: Some(Cloid(cloid)),
                side: Side::Bid,
                price: "164".parse().unwrap(),
                original: size,
                remaining: size,
                tif,
                reduce_only: false,
                state,
                status: "",
            }),
        }
    }

    #[test]
    fn a_replacement_within_a_block_is_not_two_orders_and_two_blocks_are() {
        let open = |at, oid| deed(at, oid, oid.into(), DeedState::Open, Tif::Alo);
        let mut ledger = Ledger::default();
        ledger.take(vec![open(1, 1), open(2, 2), deed(2, 1, 1, DeedState::Canceled, Tif::Alo)]);
        let json = ledger.json(Address::new([1; 20]));
        assert_eq!(json["mostOpen"], json!({ "SOL B": 1 }), "{json}");
        assert_eq!(json["open"][0]["oid"], 2, "{json}");
        let mut by_hand = open(3, 4);
        if let Deed::Order(order) = &mut by_hand.deed {
            order.cloid = None;
        }
        ledger.take(vec![by_hand]);
        assert_eq!(ledger.json(Address::new([1; 20]))["mostOpen"]["SOL B"], 1, "by hand");
        ledger.take(vec![open(3, 3)]);
        assert_eq!(ledger.json(Address::new([1; 20]))["mostOpen"]["SOL B"], 2);
    }

    #[test]
    fn an_id_of_two_orders_and_an_order_that_may_take_are_counted_once_each() {
        let mut ledger = Ledger::default();
        ledger.take(vec![
            deed(1, 1, 7, DeedState::Open, Tif::Alo),
            deed(2, 1, 7, DeedState::Open, Tif::Alo),
            deed(3, 2, 7, DeedState::Open, Tif::Alo),
            deed(4, 3, 8, DeedState::Open, Tif::Ioc),
            deed(4, 3, 8, DeedState::Filled, Tif::Ioc),
        ]);
        let json = ledger.json(Address::new([1; 20]));
        assert_eq!((&json["cloidsTwice"], &json["notPostOnly"]), (&json!(1), &json!(1)), "{json}");
        assert_eq!(ledger.json(Address::new([2; 20])), json!({}));
    }
}
