use hl_signals::nansen::{MAX_NETFLOW_USD, Token};
use proptest::prelude::*;

fn token(ratio: f64, flow: f64, score: f64) -> Token {
    Token::new(ratio, flow, score).unwrap()
}

#[test]
fn the_documented_sample_has_the_stated_values() {
    let sample = token(0.72, 125_000.0, 85.0);
    assert!((sample.simple() - 0.44).abs() < 1e-12);
    // 0.4 x 0.44 + 0.3 x tanh(1.25) + 0.3 x 0.7.
    assert!((sample.composite() - 0.640_485_092_0).abs() < 1e-10, "{}", sample.composite());
    assert!((sample.legacy() - 0.685_485_092_0).abs() < 1e-10, "{}", sample.legacy());
    // The previous system's, as it was run.
    assert!((token(0.55, -30_000.0, 45.0).legacy() - 0.0876).abs() < 5e-5);
    assert!((token(0.0, -1e9, 0.0).legacy() + 0.7).abs() < 1e-12);
    assert!(
        (token(0.5, 0.0, 50.0).legacy() - 0.15).abs() < 1e-12,
        "a neutral token was no neutral"
    );
}

#[test]
fn a_neutral_token_is_zero_and_the_ends_are_one() {
    assert_eq!(token(0.5, 0.0, 50.0).composite(), 0.0);
    let best = token(1.0, MAX_NETFLOW_USD, 100.0).value().get();
    let worst = token(0.0, -MAX_NETFLOW_USD, 0.0).value().get();
    assert!((best - 1.0).abs() < 1e-12 && (worst + 1.0).abs() < 1e-12, "{best} {worst}");
}

#[test]
fn what_is_out_of_range_is_refused_by_name_and_not_clamped() {
    let bad = [
        ((1.000_001, 0.0, 50.0), "smart_buy_ratio"),
        ((-1e-9, 0.0, 50.0), "smart_buy_ratio"),
        ((f64::NAN, 0.0, 50.0), "smart_buy_ratio"),
        ((0.5, 1.01e12, 50.0), "smart_money_netflow_24h"),
        ((0.5, -1.01e12, 50.0), "smart_money_netflow_24h"),
        ((0.5, f64::INFINITY, 50.0), "smart_money_netflow_24h"),
        ((0.5, 0.0, 100.1), "whale_accumulation_score"),
        ((0.5, 0.0, -0.1), "whale_accumulation_score"),
    ];
    for ((ratio, flow, score), field) in bad {
        let why = Token::new(ratio, flow, score).unwrap_err().to_string();
        assert!(why.starts_with(field), "{why}");
    }
    for (ratio, score) in [(0.0, 0.0), (1.0, 100.0)] {
        assert!(Token::new(ratio, MAX_NETFLOW_USD, score).is_ok());
        assert!(Token::new(ratio, -MAX_NETFLOW_USD, score).is_ok());
    }
}

prop_compose! {
    fn tokens()(ratio in 0.0..=1.0_f64, flow in -1e7..1e7_f64, score in 0.0..=100.0_f64) -> Token {
        token(ratio, flow, score)
    }
}

proptest! {
    #[test]
    fn the_mirror_image_is_the_negative_and_all_is_in_range(t in tokens()) {
        let mirror = token(1.0 - t.smart_buy_ratio, -t.netflow_24h_usd, 100.0 - t.accumulation_score);
        prop_assert!((t.composite() + mirror.composite()).abs() < 1e-12);
        prop_assert!((t.simple() + mirror.simple()).abs() < 1e-12);
        prop_assert!((-1.0..=1.0).contains(&t.value().get()));
        prop_assert!((t.value().get() - t.composite()).abs() < 1e-12);
    }

    #[test]
    fn more_of_anything_is_never_less(t in tokens(), by in 0.0..1.0_f64) {
        let up = |x: f64, top: f64| x + (top - x) * by;
        let more = [
            Token { smart_buy_ratio: up(t.smart_buy_ratio, 1.0), ..t },
            Token { netflow_24h_usd: up(t.netflow_24h_usd, 1e7), ..t },
            Token { accumulation_score: up(t.accumulation_score, 100.0), ..t },
        ];
        for more in more {
            prop_assert!(more.composite() >= t.composite() - 1e-12);
        }
    }
}
