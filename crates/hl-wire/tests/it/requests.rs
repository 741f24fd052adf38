//! Bodies of `/info` requests.

use hl_wire::info::{CandleRequest, InfoRequest};
use hl_wire::{Address, Cloid, Oid, OrderRef};

const USER: &str = "0x70997970c51812dc3a010c7d01b50e0d17dc79c8";

#[test]
fn requests_are_written_as_documented_and_read_back() {
    let user: Address = USER.parse().unwrap();
    let by_user = |kind: &str| format!(r#"{{"type":"{kind}","user":"{USER}"}}"#);
    let cases = [
        (InfoRequest::Meta { dex: None }, r#"{"type":"meta"}"#.to_owned(), 20),
        (
            InfoRequest::MetaAndAssetCtxs { dex: Some("xyz".into()) },
            r#"{"type":"metaAndAssetCtxs","dex":"xyz"}"#.to_owned(),
            20,
        ),
        (InfoRequest::SpotMeta, r#"{"type":"spotMeta"}"#.to_owned(), 20),
        (InfoRequest::PerpDexs, r#"{"type":"perpDexs"}"#.to_owned(), 20),
        (InfoRequest::AllMids { dex: None }, r#"{"type":"allMids"}"#.to_owned(), 2),
        (
            InfoRequest::L2Book { coin: "BTC".into(), n_sig_figs: Some(5), mantissa: Some(2) },
            r#"{"type":"l2Book","coin":"BTC","nSigFigs":5,"mantissa":2}"#.to_owned(),
            2,
        ),
        (
            InfoRequest::OrderStatus { user, oid: OrderRef::Oid(Oid(7)) },
            format!(r#"{{"type":"orderStatus","user":"{USER}","oid":7}}"#),
            2,
        ),
        (
            InfoRequest::OrderStatus { user, oid: OrderRef::Cloid(Cloid(7)) },
            format!(
                r#"{{"type":"orderStatus","user":"{USER}","oid":"0x00000000000000000000000000000007"}}"#
            ),
            2,
        ),
        (
            InfoRequest::UserFillsByTime {
                user,
                start_time: 1,
                end_time: Some(2),
                aggregate_by_time: None,
            },
            format!(r#"{{"type":"userFillsByTime","user":"{USER}","startTime":1,"endTime":2}}"#),
            20,
        ),
        (
            InfoRequest::CandleSnapshot {
                req: CandleRequest {
                    coin: "BTC".into(),
                    interval: "1h".into(),
                    start_time: 1,
                    end_time: 2,
                },
            },
            r#"{"type":"candleSnapshot","req":{"coin":"BTC","interval":"1h","startTime":1,"endTime":2}}"#
                .to_owned(),
            20,
        ),
        (
            InfoRequest::ClearinghouseState { user, dex: None },
            by_user("clearinghouseState"),
            2,
        ),
        (InfoRequest::UserRole { user }, by_user("userRole"), 60),
        (InfoRequest::UserRateLimit { user }, by_user("userRateLimit"), 20),
        (InfoRequest::FrontendOpenOrders { user, dex: None }, by_user("frontendOpenOrders"), 20),
    ];
    for (request, text, weight) in cases {
        assert_eq!(serde_json::to_string(&request).unwrap(), text);
        assert_eq!(serde_json::from_str::<InfoRequest>(&text).unwrap(), request);
        assert_eq!(request.weight(), weight, "{text}");
    }
}

#[test]
fn requests_are_read_as_loosely_as_the_exchange_reads_them() {
    // The SDKs send the dex of the first exchange as an empty string, and keys nobody knows.
    let sloppy = r#"{"type":"meta","dex":"","later":1}"#;
    let read: InfoRequest = serde_json::from_str(sloppy).unwrap();
    assert_eq!(read, InfoRequest::Meta { dex: Some(String::new()) });
    assert!(serde_json::from_str::<InfoRequest>(r#"{"type":"unheardOf"}"#).is_err());
}
