use hl_signals::Micro;
use proptest::prelude::*;

#[test]
fn a_millionth_is_written_and_read_as_it_is() {
    for (value, text) in [
        (0.0, "0.000000"),
        (-0.0, "0.000000"),
        (0.000_000_5, "0.000001"),
        (-0.000_000_4, "0.000000"),
        (-1.0, "-1.000000"),
        (123_456.789_012_4, "123456.789012"),
        (f64::NAN, "0.000000"),
        (f64::INFINITY, "9000000000000.000000"),
        (f64::NEG_INFINITY, "-9000000000000.000000"),
    ] {
        assert_eq!(Micro::of(value).to_string(), text, "{value}");
    }
    assert_eq!("7".parse(), Ok(Micro::of(7.0)));
    assert_eq!("-7.5".parse(), Ok(Micro::of(-7.5)));
    for bad in
        ["", "-", ".5", "5.", "1e5", "+1", "--1", "1.0000001", "99999999999999999999", "1.2.3"]
    {
        assert!(bad.parse::<Micro>().is_err(), "{bad}");
    }
}

proptest! {
    #[test]
    fn what_is_written_is_read_back(value in -1e9..1e9_f64) {
        let micro = Micro::of(value);
        prop_assert_eq!(micro.to_string().parse::<Micro>(), Ok(micro));
        prop_assert!((micro.get() - value).abs() <= 0.5e-6 + value.abs() * 1e-15);
        prop_assert_eq!(Micro::of(micro.get()), micro);
    }
}
