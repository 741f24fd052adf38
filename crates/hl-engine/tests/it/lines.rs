//! The log grammar, letter by letter: operators' scripts depend on it.

use hl_engine::{
    Attempt, BelowMin, CancelLine, CancelStage, CloidTag, DeadManLine, Doubt, Event, EventKind,
    Figure, FillLine, GateStop, Liquidity, NoQuote, Operator, Pair, Ppm, ReconLine, Rule, Submit,
    SubmitEnd, Usd,
};
use hl_quant::{Millis, Notional, QuantFields, Reject, Side};
use hl_wire::{Cloid, Oid, ReduceOnly, RejectCode, Tif};

use crate::bench::{Bench, SOL, config, price, size};

const AT: Millis = Millis(1_762_252_867_123);

fn line(kind: EventKind) -> String {
    Event { at: AT, kind }.to_string()
}

fn pair() -> Pair {
    Pair::new("SOL")
}

fn cloid() -> Cloid {
    Cloid((u128::from(CloidTag::default().0) << 96) | 0x2a)
}

fn quant() -> QuantFields {
    QuantFields {
        px_dec: 2,
        step_dec: 2,
        price_int: 16_489,
        size_int: 60,
        ticks: 16_489,
        steps: 60,
    }
}

fn submit(end: SubmitEnd) -> String {
    line(EventKind::Submit(Submit {
        seq: 7,
        cloid: cloid(),
        pair: pair(),
        side: Side::Ask,
        tif: Tif::Alo,
        reduce_only: ReduceOnly::No,
        quant: quant(),
        end,
    }))
}

#[test]
fn attempts_and_their_ends_have_the_seeds_keys_in_the_seeds_order() {
    let attempt = line(EventKind::Attempt(Attempt {
        intent: hl_engine::IntentId(9),
        seq: 7,
        pair: pair(),
        side: Side::Bid,
        tif: Tif::Alo,
        reduce_only: ReduceOnly::Yes,
        cloid: cloid(),
        price: price("164.89"),
        size: size("0.6"),
        quant: quant(),
        tries: 1,
    }));
    assert_eq!(
        attempt,
        "quant_evt=attempt ts=2025-11-04T10:41:07.123Z tms=1762252867123 seq=7 pair=SOL side=buy \
         tif=Alo ro=1 cloid=0x6d6d686c00000000000000000000002a pxDec=2 stepDec=2 priceInt=16489 \
         sizeInt=60 ticks=16489 steps=60 try=1"
    );
    let head = "quant_evt=submit ts=2025-11-04T10:41:07.123Z tms=1762252867123 seq=7 \
                cloid=0x6d6d686c00000000000000000000002a pair=SOL side=sell tif=Alo ro=0 \
                ticks=16489 stepInt=60 szInt=60 ";
    for (end, tail) in [
        (SubmitEnd::Accepted, "ok=1 err=none err_code=none"),
        (SubmitEnd::Rejected(RejectCode::Tick), "ok=0 err=tick_size err_code=E_TICK"),
        (SubmitEnd::Rejected(RejectCode::Size), "ok=0 err=invalid_size err_code=E_SIZE"),
        (SubmitEnd::Rejected(RejectCode::Alo), "ok=0 err=alo_reject err_code=E_ALO"),
        (SubmitEnd::Rejected(RejectCode::Margin), "ok=0 err=margin err_code=E_MARGIN"),
        (SubmitEnd::Rejected(RejectCode::Twap), "ok=0 err=rejected err_code=E_TWAP"),
        (SubmitEnd::NeverSent, "ok=0 err=never_sent err_code=E_NET"),
        (SubmitEnd::NotFound, "ok=0 err=not_found err_code=E_NOT_PLACED"),
        (SubmitEnd::Unresolved, "ok=0 err=unresolved err_code=E_UNKNOWN"),
    ] {
        assert_eq!(submit(end), format!("{head}{tail}"));
    }
}

#[test]
fn the_lot_count_and_the_size_integer_are_two_things() {
    // A lot of 0.25: five lots are 125 hundredths. The old system wrote the same number twice.
    let coarse = crate::bench::spec(SOL).with_lot(size("0.25")).unwrap();
    let legal = coarse
        .quantize(Side::Bid, price("164.89"), size("1.3"), hl_quant::Intent::Passive)
        .unwrap();
    let quant = coarse.log_fields(legal.price, legal.size);
    let text = line(EventKind::Submit(Submit {
        seq: 1,
        cloid: cloid(),
        pair: pair(),
        side: Side::Bid,
        tif: Tif::Alo,
        reduce_only: ReduceOnly::No,
        quant,
        end: SubmitEnd::Accepted,
    }));
    assert!(text.contains(" ticks=16489 stepInt=5 szInt=125 "), "{text}");
}

#[test]
fn quotes_too_small_say_how_much_and_how_much_it_must_be() {
    let notional = price("164.89") * size("0.05");
    let text = line(EventKind::BelowMin(BelowMin {
        pair: pair(),
        side: Side::Bid,
        quant: quant(),
        notional,
        min: Notional::whole(10),
        reject: Reject::BelowMinNotional { notional, min: Notional::whole(10) },
    }));
    assert_eq!(
        text,
        "quant_evt=below_min ts=2025-11-04T10:41:07.123Z tms=1762252867123 pair=SOL side=buy \
         ticks=16489 stepInt=60 szInt=60 notional=8.24 min=10 err_code=below_min_notional"
    );
}

#[test]
fn fills_cancels_and_doubts() {
    let fill = FillLine {
        pair: pair(),
        side: Side::Ask,
        price: price("165.23"),
        size: size("0.6"),
        liquidity: Liquidity::Maker,
        fee: Usd::from_e8(-148_707),
        tid: 118_906_512_037_719,
        oid: Oid(90_542_681),
        cloid: Some(cloid()),
        position: "-0.6".parse().unwrap(),
    };
    let head = "ts=2025-11-04T10:41:07.123Z tms=1762252867123";
    let name = "cloid=0x6d6d686c00000000000000000000002a";
    assert_eq!(
        line(EventKind::Fill(fill.clone())),
        format!(
            "fill_evt=maker {head} pair=SOL side=sell px=165.23 sz=0.6 fee=-0.00148707 \
             tid=118906512037719 oid=90542681 {name} pos=-0.6"
        )
    );
    let manual = FillLine { liquidity: Liquidity::Taker, cloid: None, ..fill };
    let text = line(EventKind::Fill(manual));
    assert!(text.starts_with("fill_evt=taker ") && text.contains(" cloid=none "), "{text}");
    for (stage, word) in [
        (CancelStage::Sent, "sent"),
        (CancelStage::Done, "ok"),
        (CancelStage::Unknown, "unknown"),
        (CancelStage::ByVenue, "venue"),
    ] {
        let text = line(EventKind::Cancel(CancelLine { pair: pair(), cloid: cloid(), stage }));
        assert_eq!(text, format!("cancel_evt={word} {head} {name} pair=SOL"));
    }
    let stage = CancelStage::Rejected(RejectCode::NotFound);
    let text = line(EventKind::Cancel(CancelLine { pair: pair(), cloid: cloid(), stage }));
    let tail = "err=not_found err_code=E_NOT_FOUND";
    assert_eq!(text, format!("cancel_evt=reject {head} {name} pair=SOL {tail}"));
    for (why, word) in [
        (Doubt::Reply, "reply"),
        (Doubt::Timeout, "timeout"),
        (Doubt::CancelMissed, "cancel_missed"),
        (Doubt::NotListed, "not_listed"),
    ] {
        let text = line(EventKind::Unknown { pair: pair(), cloid: cloid(), why });
        assert_eq!(text, format!("order_evt=unknown {head} {name} pair=SOL why={word}"));
    }
}

#[test]
fn the_gate_names_its_rule_and_its_numbers() {
    let stop = GateStop {
        pair: pair(),
        side: Side::Bid,
        price: price("164.89"),
        size: size("0.6"),
        rule: Rule::PositionCap,
        have: Figure::Notional(price("164.89") * size("7")),
        limit: Figure::Notional(Notional::whole(1_000)),
    };
    assert_eq!(
        line(EventKind::Gate(stop.clone())),
        "gate_evt=stop ts=2025-11-04T10:41:07.123Z tms=1762252867123 pair=SOL side=buy \
         rule=position_cap px=164.89 sz=0.6 have=1154.23 limit=1000.00"
    );
    for (figure, text) in [
        (Figure::None, "none"),
        (Figure::Price(price("164.9")), "164.9"),
        (Figure::Size(size("0.5")), "0.5"),
        (Figure::Signed("-0.5".parse().unwrap()), "-0.5"),
        (Figure::Count(3), "3"),
        (Figure::Ms(3_001), "3001ms"),
        (Figure::Ppm(Ppm(-150)), "-1.5bps"),
        (Figure::Usd(Usd::from_e8(-12_345_678_901)), "-123.45"),
        (Figure::Word("halted"), "halted"),
    ] {
        let text = format!(" have={text} ");
        let line = line(EventKind::Gate(GateStop { have: figure, ..stop.clone() }));
        assert!(line.contains(&text), "{line}");
    }
    let codes: Vec<_> = Rule::ALL.iter().map(|rule| rule.code()).collect();
    assert_eq!(
        codes.join(" "),
        "switch tradeable fresh_data legal_text min_notional touch own_cross collar \
         position_cap gross_cap order_count budget"
    );
}

#[test]
fn the_state_of_quoting_and_of_the_engine() {
    let at = "ts=2025-11-04T10:41:07.123Z tms=1762252867123";
    let quote = EventKind::QuoteStart { pair: pair(), fair: price("164.9"), spread: Ppm(121) };
    let cases = [
        (quote, format!("quote_evt=start {at} pair=SOL fair=164.9 spread_bps=1.21")),
        (
            EventKind::QuoteStop { pair: pair(), reason: NoQuote::BookStale },
            format!("quote_evt=stop {at} pair=SOL reason=book_stale"),
        ),
        (
            EventKind::QuoteStop { pair: pair(), reason: NoQuote::Model("no_volatility") },
            format!("quote_evt=stop {at} pair=SOL reason=no_volatility"),
        ),
        (
            EventKind::Recon(ReconLine::Ok { orphans: 1, foreign: 2 }),
            format!("recon_evt=ok {at} orphans=1 foreign=2"),
        ),
        (
            EventKind::Recon(ReconLine::Position {
                pair: pair(),
                local: "1".parse().unwrap(),
                venue: "-1.5".parse().unwrap(),
            }),
            format!("recon_evt=position {at} pair=SOL local=1 venue=-1.5"),
        ),
        (
            EventKind::SpecChange { pair: pair(), lot_from: size("0.01"), lot_to: size("0.1") },
            format!("spec_evt=change {at} pair=SOL lot=0.01→0.1"),
        ),
        (
            EventKind::DeadMan(DeadManLine::Armed(AT)),
            format!("dead_man_evt=armed {at} fires=1762252867123"),
        ),
        (
            EventKind::DeadMan(DeadManLine::Refused(RejectCode::Schedule)),
            format!("dead_man_evt=refused {at} err=rejected err_code=E_SCHEDULE"),
        ),
        (EventKind::Operator(Operator::Halt), format!("halt_evt=halt {at}")),
        (EventKind::Operator(Operator::Resume), format!("halt_evt=resume {at}")),
        (EventKind::Operator(Operator::Stop), format!("halt_evt=stop {at}")),
        (EventKind::Stopped { remaining: 3 }, format!("halt_evt=stopped {at} remaining=3")),
        (EventKind::Audit { pair: None, what: "bad" }, format!("audit_evt=bad {at}")),
    ];
    for (kind, expected) in cases {
        assert_eq!(line(kind), expected);
    }
}

#[test]
fn every_line_of_a_run_is_key_value_pairs() {
    let mut bench = Bench::started(config());
    bench.run(3_000);
    let bid = bench.one(SOL, Side::Bid);
    bench.trade(&bid, "0.6");
    bench.touch(SOL, "165.1", "165.12");
    bench.pass(4_000);
    bench.operator(Operator::Stop);
    bench.pass(1_000);
    assert!(bench.events.len() > 20);
    for event in &bench.events {
        let line = event.to_string();
        assert!(!line.contains('\n'));
        for (n, word) in line.split(' ').enumerate() {
            let (key, value) = word.split_once('=').expect("key=value");
            assert!(!key.is_empty() && !value.is_empty(), "{line}");
            assert_eq!(n == 0, key.ends_with("_evt"), "{line}");
        }
    }
}
