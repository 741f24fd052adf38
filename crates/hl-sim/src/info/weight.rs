//! What a question costs against the limit of its network address (docs: "Rate limits and user
//! limits").

/// The weight of a question of this kind with this answer.
pub(crate) fn weight(kind: &str, answer: &str) -> u64 {
    let base = match kind {
        "l2Book"
        | "allMids"
        | "clearinghouseState"
        | "orderStatus"
        | "spotClearinghouseState"
        | "exchangeStatus" => 2,
        "userRole" => 60,
        _ => 20,
    };
    // Some lists cost one more for each twenty entries. An entry is told by a key that each has.
    let key = match kind {
        "recentTrades" | "userFills" | "userFillsByTime" => r#""tid":"#,
        "historicalOrders" => r#""statusTimestamp":"#,
        "fundingHistory" | "userFunding" => r#""fundingRate":"#,
        "userNonFundingLedgerUpdates" => r#""delta":"#,
        _ => return base,
    };
    let entries = u64::try_from(answer.matches(key).count()).unwrap_or(u64::MAX);
    (entries / 20).saturating_add(base)
}

#[cfg(test)]
mod tests {
    use super::weight;

    #[test]
    fn weights_are_those_of_the_documentation() {
        for (kind, entries, expected) in [
            ("l2Book", 0, 2),
            ("allMids", 0, 2),
            ("clearinghouseState", 0, 2),
            ("orderStatus", 0, 2),
            ("userRole", 0, 60),
            ("meta", 0, 20),
            ("openOrders", 400, 20),
            ("userFills", 19, 20),
            ("userFills", 20, 21),
            ("userFillsByTime", 2_000, 120),
        ] {
            let answer = r#"{"tid":1}"#.repeat(entries);
            assert_eq!(weight(kind, &answer), expected, "{kind} with {entries}");
        }
    }
}
