//! How much margin is left.

use super::{Cause, Grade, MarginLimits, verdict::Verdict};
use crate::{AccountMoney, Figure, Ppm};

/// What the limits say to a report of the account.
pub(crate) fn verdict(money: &AccountMoney, limits: &MarginLimits) -> Verdict {
    let value = money.value.raw();
    if value <= 0 {
        let (have, limit) = (Figure::Usd(money.value), Figure::Usd(crate::Usd::ZERO));
        return Verdict::new(Grade::CancelOnly, Cause::Margin, have, limit);
    }
    let unused = value.checked_sub(money.margin_used.raw());
    let free = match (unused, money.withdrawable) {
        (Some(unused), Some(withdrawable)) => Some(unused.min(withdrawable.raw())),
        (unused, _) => unused,
    };
    let part = |amount: Option<i128>| {
        amount?.checked_mul(1_000_000)?.checked_div(value).and_then(|x| i64::try_from(x).ok())
    };
    let stop = |grade, have: Option<i64>, limit| {
        let have = have.map_or(Figure::None, |have| Figure::Ppm(Ppm(have)));
        Verdict::new(grade, Cause::Margin, have, Figure::Ppm(limit))
    };
    let needed = part(Some(money.maintenance.raw()));
    if needed.is_none_or(|part| part > limits.flatten_above.0) {
        return stop(Grade::Flatten, needed, limits.flatten_above);
    }
    let free = part(free);
    if free.is_none_or(|part| part < limits.one_sided_below.0) {
        return stop(Grade::OneSided, free, limits.one_sided_below);
    }
    Verdict::CLEAR
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Usd;

    fn usd(dollars: i64) -> Usd {
        Usd::from_e8(dollars.saturating_mul(100_000_000))
    }

    #[test]
    fn less_free_margin_means_less_freedom() {
        let limits = MarginLimits::default();
        for (value, used, maintenance, withdrawable, grade) in [
            (1_000, 0, 0, Some(1_000), Grade::Normal),
            (1_000, 900, 0, None, Grade::Normal),
            (1_000, 901, 0, None, Grade::OneSided),
            (1_000, 900, 0, Some(100), Grade::Normal),
            (1_000, 900, 0, Some(99), Grade::OneSided),
            (1_000, 990, 800, Some(0), Grade::OneSided),
            (1_000, 990, 801, Some(0), Grade::Flatten),
            (0, 0, 0, Some(0), Grade::CancelOnly),
            (-5, 0, 0, None, Grade::CancelOnly),
        ] {
            let money = AccountMoney {
                value: usd(value),
                margin_used: usd(used),
                maintenance: usd(maintenance),
                withdrawable: withdrawable.map(usd),
            };
            let verdict = verdict(&money, &limits);
            assert_eq!(verdict.grade, grade, "{money:?}");
            assert_eq!(verdict.cause == Cause::Margin, grade != Grade::Normal);
        }
    }

    #[test]
    fn numbers_out_of_range_close_positions_rather_than_pass() {
        let huge = Usd::from_raw(i128::MAX);
        let money = AccountMoney { maintenance: huge, ..AccountMoney::idle(usd(1)) };
        assert_eq!(verdict(&money, &MarginLimits::default()).grade, Grade::Flatten);
        let used = Usd::from_raw(i128::MIN);
        let money = AccountMoney { margin_used: used, ..AccountMoney::idle(usd(1)) };
        assert_eq!(verdict(&money, &MarginLimits::default()).grade, Grade::OneSided);
    }
}
