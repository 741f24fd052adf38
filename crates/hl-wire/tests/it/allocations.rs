//! Frames of the hot channels are read without touching the heap.

use hl_wire::stream::{Message, Scratch};
use hl_wire::{ActionHasher, Address, AgentKey, CancelByCloid, Cloid, Fast, Nonce, TradingAction};

fn allocations(text: &str, scratch: &mut Scratch) -> u64 {
    let info = allocation_counter::measure(|| {
        assert!(Message::parse(text, scratch).is_ok());
    });
    info.count_total
}

fn levels(count: u32, from: u32) -> String {
    let level = |n: u32| format!(r#"{{"px":"{}.5","sz":"0.12345","n":{n}}}"#, from + n);
    (1..=count).map(level).collect::<Vec<_>>().join(",")
}

#[test]
fn hot_frames_need_no_allocation_once_the_buffers_are_warm() {
    let (bids, asks) = (levels(20, 100), levels(20, 200));
    let book = format!(
        r#"{{"channel":"l2Book","data":{{"coin":"BTC","time":1757130041083,"levels":[[{bids}],[{asks}]]}}}}"#
    );
    // The same with its keys in another order: what the general parser reads.
    let shuffled = format!(
        r#"{{"channel":"l2Book","data":{{"levels":[[{bids}],[{asks}]],"time":1757130041083,"coin":"BTC"}}}}"#
    );
    let bbo = r#"{"channel":"bbo","data":{"coin":"SOL","time":1,"bbo":[{"px":"128.5","sz":"36.93","n":2},null]}}"#;
    let spaced = bbo.replace("\"data\"", " \"data\"");
    let trade = r#"{"coin":"SOL","side":"A","px":"128.5","sz":"0.42","time":1,"hash":"0xab7ac612399342b1acf4041c880dcd011800ddf7d49661834f437164f8971c9c","tid":8,"users":["0x768484f7e2ebb675c57838366c02ae99ba2a9b08","0xbb05602d74778f4a42dcee87d14051572bb9ec78"]}"#;
    let trades = format!(r#"{{"channel":"trades","data":[{trade},{trade},{trade}]}}"#);

    let mut scratch = Scratch::default();
    assert!(allocations(&book, &mut scratch) > 0, "the counter counts");
    allocations(&trades, &mut scratch);
    for text in [&book, &shuffled, bbo, &spaced, &trades, r#"{"channel":"pong"}"#] {
        assert_eq!(allocations(text, &mut scratch), 0, "{text:.60}");
    }
}

#[test]
fn hashing_an_action_needs_no_allocation_in_a_warm_hasher() {
    let cancels = (0..40)
        .map(|n| CancelByCloid { asset: hl_wire::AssetId(n), cloid: Cloid(n.into()) })
        .collect();
    let action = TradingAction::cancel_by_cloid(cancels, Fast::Yes);
    let mut hasher = ActionHasher::new();
    let info = allocation_counter::measure(|| {
        hasher.hash(&action, Nonce(1), Some(Address::ZERO), None).unwrap();
    });
    assert_eq!(info.count_total, 0);
    let key = AgentKey::from_hex(&"07".repeat(32)).unwrap();
    let network = hl_wire::Network::Mainnet;
    let info = allocation_counter::measure(|| {
        key.sign_trading_with(&mut hasher, &action, Nonce(1), network, None, None).unwrap();
    });
    assert_eq!(info.count_total, 0);
}
