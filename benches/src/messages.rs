//! Stream messages as the venue sends them.

/// An `l2Book` message with twenty levels a side, as the venue writes it.
#[must_use]
pub fn l2_book() -> String {
    let level = |price: u64, size: u64, n: u64| {
        let (int, tenth) = (price / 10, price % 10);
        format!(
            r#"{{"px":"{int}.{tenth}","sz":"{}.{:05}","n":{n}}}"#,
            size / 100_000,
            size % 100_000
        )
    };
    let side = |from: u64, step: i64| {
        (0..20_i64)
            .map(|i| {
                let price = from.saturating_add_signed(i * step);
                let n = i.unsigned_abs();
                level(price, 12_345 + 98_765 * n, 1 + n % 17)
            })
            .collect::<Vec<_>>()
            .join(",")
    };
    format!(
        r#"{{"channel":"l2Book","data":{{"coin":"BTC","time":1757015216253,"levels":[[{}],[{}]]}}}}"#,
        side(1_097_550, -10),
        side(1_097_560, 10),
    )
}
