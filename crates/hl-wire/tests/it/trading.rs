//! What a bot signs: the same bytes as the document, its own signature, and nothing else.

use hl_quant::{Intent, MarketSpec, Millis, Price, Side, Size, SzDecimals};
use hl_wire::{
    Action, ActionHasher, Address, AgentKey, AlwaysPlace, AssetId, BatchModify, BuilderFee,
    CancelByCloid, CancelByOid, Cloid, Fast, ForeignTrading, KeyError, Modify, ModifyOne, Network,
    Nonce, Oid, Order, OrderRef, PlaceOrders, ReceivedRequest, ReduceOnly, ReserveRequestWeight,
    ScheduleCancel, Tif, TradingAction, UpdateIsolatedMargin, UpdateLeverage,
};
use proptest::prelude::*;

fn order() -> impl Strategy<Value = Order> {
    let numbers = (0u8..=5, 100_000u64..10_000_000_000_000, 100_000_000u64..100_000_000_000_000);
    let tif = prop::sample::select(vec![Tif::Alo, Tif::Ioc, Tif::Gtc, Tif::FrontendMarket]);
    (numbers, any::<(u32, bool, bool)>(), any::<Option<u128>>(), tif).prop_map(
        |((decimals, px, sz), (asset, buys, reduces), cloid, tif)| {
            let spec = MarketSpec::perp(SzDecimals::new(decimals).unwrap());
            let side = if buys { Side::Bid } else { Side::Ask };
            let px = Price::from_raw(px).unwrap();
            let price = spec
                .prices()
                .snap(px, Intent::Aggressive.round(side))
                .unwrap_or_else(|_| spec.prices().snap(px, hl_quant::Round::Up).unwrap());
            let size = spec.sizes().snap(Size::from_raw(sz), hl_quant::Round::Up).unwrap();
            Order {
                asset: AssetId(asset),
                side,
                price,
                size,
                tif,
                reduce_only: if reduces { ReduceOnly::Yes } else { ReduceOnly::No },
                cloid: cloid.map(Cloid),
            }
        },
    )
}

fn order_ref() -> impl Strategy<Value = OrderRef> {
    prop_oneof![
        any::<u64>().prop_map(|oid| OrderRef::Oid(Oid(oid))),
        any::<u128>().prop_map(|cloid| OrderRef::Cloid(Cloid(cloid))),
    ]
}

fn fast() -> impl Strategy<Value = Fast> {
    prop_oneof![Just(Fast::No), Just(Fast::Yes)]
}

fn always() -> impl Strategy<Value = AlwaysPlace> {
    prop_oneof![Just(AlwaysPlace::No), Just(AlwaysPlace::Yes)]
}

fn address() -> impl Strategy<Value = Address> {
    any::<[u8; 20]>().prop_map(Address::new)
}

fn builder() -> impl Strategy<Value = Option<BuilderFee>> {
    prop::option::of((address(), any::<u64>()).prop_map(|(b, f)| BuilderFee { b, f }))
}

fn action() -> impl Strategy<Value = TradingAction> {
    let modify = (order_ref(), order()).prop_map(|(oid, order)| Modify { oid, order });
    let by_oid = any::<(u32, u64)>().prop_map(|(a, o)| CancelByOid { a: AssetId(a), o: Oid(o) });
    let by_cloid = any::<(u32, u128)>()
        .prop_map(|(asset, c)| CancelByCloid { asset: AssetId(asset), cloid: Cloid(c) });
    prop_oneof![
        // Seventeen orders: the first batch that MessagePack counts in two bytes is of sixteen.
        (prop::collection::vec(order(), 0..17), any::<Option<u64>>(), builder()).prop_map(
            |(orders, priority, builder)| TradingAction::Order(PlaceOrders {
                orders,
                priority,
                builder
            })
        ),
        (prop::collection::vec(by_oid, 0..5), fast())
            .prop_map(|(c, f)| TradingAction::cancel(c, f)),
        (prop::collection::vec(by_cloid, 0..5), fast())
            .prop_map(|(c, f)| TradingAction::cancel_by_cloid(c, f)),
        (order_ref(), order(), always()).prop_map(|(oid, order, always_place)| {
            TradingAction::Modify(ModifyOne { oid, order, always_place })
        }),
        (prop::collection::vec(modify, 0..4), always()).prop_map(|(modifies, always_place)| {
            TradingAction::BatchModify(BatchModify { modifies, always_place })
        }),
        any::<Option<u64>>()
            .prop_map(|time| TradingAction::ScheduleCancel(ScheduleCancel { time })),
        any::<(u32, bool, u32)>().prop_map(|(asset, is_cross, leverage)| {
            TradingAction::UpdateLeverage(UpdateLeverage {
                asset: AssetId(asset),
                is_cross,
                leverage,
            })
        }),
        any::<(u32, bool, i64)>().prop_map(|(asset, is_buy, ntli)| {
            TradingAction::UpdateIsolatedMargin(UpdateIsolatedMargin {
                asset: AssetId(asset),
                is_buy,
                ntli,
            })
        }),
        Just(TradingAction::Noop),
        (any::<u64>(), prop::option::of(address())).prop_map(|(weight, destination)| {
            TradingAction::ReserveRequestWeight(ReserveRequestWeight { weight, destination })
        }),
    ]
}

fn scope() -> impl Strategy<Value = (Nonce, Network, Option<Address>, Option<Millis>)> {
    (any::<u64>(), any::<bool>(), prop::option::of(address()), any::<Option<u64>>()).prop_map(
        |(nonce, main, vault, expires)| {
            let network = if main { Network::Mainnet } else { Network::Testnet };
            (Nonce(nonce), network, vault, expires.map(Millis))
        },
    )
}

fn preimage(action: &impl serde::Serialize) -> Vec<u8> {
    let mut hasher = ActionHasher::new();
    hasher.hash(action, Nonce(0), None, None).unwrap();
    hasher.preimage().to_vec()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    fn a_trading_action_is_written_like_its_document(action in action()) {
        let document = Action::from(&action);
        let text = serde_json::to_string(&action).unwrap();
        prop_assert_eq!(&text, &serde_json::to_string(&document).unwrap());
        prop_assert_eq!(preimage(&action), preimage(&document));
        prop_assert_eq!(action.batch_len(), document.batch_len());

        // What is written is canonical: reading and canonicalising it changes nothing.
        let mut read = Action::from_json(&text).unwrap();
        prop_assert_eq!(&read, &document);
        read.canonicalize();
        prop_assert_eq!(&read, &document);
        // The path that knows no types writes the same bytes.
        let value: hl_wire::Value = serde_json::from_str(&text).unwrap();
        prop_assert_eq!(preimage(&value), preimage(&action));
    }

    #[test]
    fn the_exchange_recovers_the_signer_of_any_trading_action(
        secret in prop::array::uniform32(1u8..),
        action in action(),
        (nonce, network, vault, expires) in scope(),
    ) {
        let hex: String = secret.iter().map(|byte| format!("{byte:02x}")).collect();
        // A key above the order of the curve is refused; the rest is every other key.
        let Ok(key) = AgentKey::from_hex(&hex) else { return Ok(()) };
        let request = key.sign_trading(&action, nonce, network, vault, expires).unwrap();
        prop_assert_eq!(request.recover(network).unwrap(), key.address());

        let body = request.to_json().unwrap();
        let received = ReceivedRequest::from_json(&body).unwrap();
        prop_assert_eq!(received.nonce, nonce);
        prop_assert_eq!(received.vault_address, vault);
        prop_assert_eq!(received.expires_after, expires);
        let document = received.l1_action().unwrap();
        prop_assert_eq!(received.recover(&document, network).unwrap(), key.address());

        // Signing is deterministic, and bound to the network and the nonce.
        let again = key.sign_trading(&action, nonce, network, vault, expires).unwrap();
        prop_assert_eq!(again.signature(), request.signature());
        let other = match network {
            Network::Mainnet => Network::Testnet,
            Network::Testnet => Network::Mainnet,
        };
        prop_assert_ne!(request.recover(other).ok(), Some(key.address()));
        let foreign = ForeignTrading::try_from(Action::from(&action)).unwrap();
        let literal = key.sign_foreign(&foreign, nonce, network, vault, expires).unwrap();
        prop_assert_eq!(literal.signature(), request.signature());
    }
}

#[test]
fn flags_that_are_not_set_are_not_written() {
    let cancel = TradingAction::cancel(vec![], Fast::No);
    assert_eq!(serde_json::to_string(&cancel).unwrap(), r#"{"type":"cancel","cancels":[]}"#);
    let cancel = TradingAction::cancel(vec![], Fast::Yes);
    let text = r#"{"type":"cancel","cancels":[],"f":true}"#;
    assert_eq!(serde_json::to_string(&cancel).unwrap(), text);
    // Written by somebody else as false, it is dropped, as the exchange does before hashing.
    let read = Action::from_json(r#"{"type":"cancel","cancels":[],"f":false}"#).unwrap();
    assert_eq!(serde_json::to_string(&read).unwrap(), r#"{"type":"cancel","cancels":[]}"#);
}

#[test]
fn nothing_but_trading_is_signed_even_as_a_foreign_document() {
    let user = "0x70997970c51812dc3a010c7d01b50e0d17dc79c8";
    for text in [
        format!(r#"{{"type":"vaultTransfer","vaultAddress":"{user}","isDeposit":true,"usd":1}}"#),
        format!(
            r#"{{"type":"subAccountTransfer","subAccountUser":"{user}","isDeposit":true,"usd":1}}"#
        ),
        format!(r#"{{"type":"usdSend","destination":"{user}","amount":"1","time":1}}"#),
        format!(r#"{{"type":"withdraw3","destination":"{user}","amount":"1","time":1}}"#),
        format!(r#"{{"type":"approveAgent","agentAddress":"{user}","nonce":1}}"#),
        r#"{"type":"agentSetAbstraction","abstraction":"u"}"#.to_owned(),
        r#"{"type":"dummy"}"#.to_owned(),
        r#"{"type":"claimRewards"}"#.to_owned(),
    ] {
        let refused = ForeignTrading::try_from(Action::from_json(&text).unwrap()).unwrap_err();
        assert!(text.contains(refused.kind.as_ref()), "{text}");
    }
}

#[test]
fn a_bad_key_is_named_without_repeating_it() {
    let good = "0123456789abcdef".repeat(4);
    let mut cases = vec![
        (String::new(), KeyError::Length { digits: 0 }),
        (good[1..].to_owned(), KeyError::Length { digits: 63 }),
        (format!("{good}00"), KeyError::Length { digits: 66 }),
        (good.replacen('9', "z", 1), KeyError::NotHex { position: 10 }),
        ("0".repeat(64), KeyError::Range),
        ("f".repeat(64), KeyError::Range),
        ("\u{e9}".repeat(64), KeyError::NotHex { position: 1 }),
    ];
    for (text, expected) in cases.drain(..) {
        let error = AgentKey::from_hex(&text).unwrap_err();
        assert_eq!(error, expected);
        for shown in [error.to_string(), format!("{error:?}")] {
            assert!(!shown.contains("abcdef"), "{shown}");
        }
    }
    for text in [good.clone(), format!("0x{good}\n"), format!("  {}  ", good.to_uppercase())] {
        let key = AgentKey::from_hex(&text).unwrap();
        assert_eq!(key.address().to_string(), "0xfcad0b19bb29d4674531d6f115237e16afce377c");
        let shown = format!("{key:?}");
        assert!(shown.contains("redacted") && !shown.contains("abcdef"), "{shown}");
    }
}

#[test]
fn asset_ids_follow_their_number_space() {
    use hl_wire::AssetKind;
    assert_eq!(AssetId::perp(5), Some(AssetId(5)));
    assert_eq!(AssetId::perp(10_000), None);
    assert_eq!(AssetId::spot(107), Some(AssetId(10_107)));
    assert_eq!(AssetId::spot(90_000), None);
    assert_eq!(AssetId::builder_perp(1, 0), Some(AssetId(110_000)));
    assert_eq!(AssetId::builder_perp(0, 0), None);
    assert_eq!(AssetId::builder_perp(1, 10_000), None);
    assert_eq!(AssetId::builder_perp(u32::MAX, 0), None);
    for (id, kind) in [
        (0, AssetKind::Perp(0)),
        (10_000, AssetKind::Spot(0)),
        (99_999, AssetKind::Spot(89_999)),
        (110_003, AssetKind::BuilderPerp { dex: 1, index: 3 }),
        (100_000_010, AssetKind::Outcome(10)),
    ] {
        assert_eq!(AssetId(id).kind(), kind);
    }
}
