//! A table of lives of an account: what each word about its money makes of the grade.

use hl_quant::{Millis, Notional};
use proptest::prelude::*;

use super::*;

const HOUR: u64 = 3_600_000;

fn usd(dollars: i64) -> Usd {
    Usd::from_e8(dollars.saturating_mul(100_000_000))
}

fn limits() -> LossLimits {
    LossLimits {
        daily: Notional::whole(100),
        drawdown: Notional::whole(200),
        ..LossLimits::default()
    }
}

fn worth(dollars: i64) -> Option<i128> {
    Some(usd(dollars).raw())
}

/// An account with one report of a thousand dollars at midnight of day 100.
struct Account {
    equity: Equity,
    now: Millis,
    worth: Option<i128>,
    transfers: Vec<Transfer>,
}

impl Account {
    fn new() -> Self {
        let now = Millis(100 * 24 * HOUR);
        let mut equity = Equity::default();
        let first = equity.report(now, now, usd(1_000), worth(0));
        assert_eq!(first.mark.map(|mark| (mark.day, mark.start)), Some((100, usd(1_000))));
        Self { equity, now, worth: worth(0), transfers: Vec::new() }
    }

    fn report(&mut self, dollars: i64) -> Outcome {
        self.equity.report(self.now, self.now, usd(dollars), self.worth)
    }

    fn ledger(&mut self) -> Outcome {
        self.equity.ledger(self.now, &self.transfers, &limits(), 1_000)
    }

    /// A report, and the ledger twice if it has to be.
    fn confirmed(&mut self, dollars: i64) -> Outcome {
        self.pass(1_000);
        assert_eq!(self.report(dollars).ask_in_ms, Some(0));
        let first = self.ledger();
        if first.ask_in_ms.is_some() { self.ledger() } else { first }
    }

    fn moved(&mut self, dollars: i64) {
        self.pass(1);
        self.transfers.push(Transfer { time: self.now, amount: usd(dollars) });
    }

    fn pass(&mut self, ms: u64) {
        self.now = self.now.plus(ms);
    }

    fn verdict(&mut self) -> Verdict {
        self.equity.verdict(self.now, self.worth, &limits())
    }

    fn grade(&mut self) -> (Grade, Cause) {
        let verdict = self.verdict();
        (verdict.grade, verdict.cause)
    }
}

#[test]
fn the_nearer_the_limit_the_less_freedom() {
    for (value, grade) in [
        (1_000, Grade::Normal),
        (951, Grade::Normal),
        (950, Grade::Widen(limits().widen_by)),
        (921, Grade::Widen(limits().widen_by)),
        (920, Grade::OneSided),
        (901, Grade::OneSided),
        (900, Grade::Halt),
        (-5_000, Grade::Halt),
    ] {
        let mut account = Account::new();
        account.confirmed(value);
        assert_eq!(account.verdict().grade, grade, "{value}");
    }
    let mut account = Account::new();
    account.confirmed(899);
    let verdict = account.verdict();
    assert_eq!((verdict.have, verdict.limit), (Figure::Usd(usd(101)), Figure::Usd(usd(100))));
}

#[test]
fn our_own_count_halts_between_two_reports() {
    let mut account = Account::new();
    account.worth = worth(-99);
    assert_eq!(account.verdict().grade, Grade::OneSided);
    account.worth = worth(-100);
    assert_eq!(account.grade(), (Grade::Halt, Cause::DailyLoss));
}

#[test]
fn a_deposit_hides_no_loss() {
    let mut account = Account::new();
    account.moved(500);
    account.confirmed(1_500);
    assert_eq!(account.verdict().grade, Grade::Normal);
    account.worth = worth(-99);
    assert_eq!(account.verdict().grade, Grade::OneSided, "of the first thousand");
    account.confirmed(1_400);
    assert_eq!(account.grade(), (Grade::Halt, Cause::DailyLoss));
}

#[test]
fn a_rise_that_nobody_explained_hides_no_loss_either() {
    let mut account = Account::new();
    account.pass(1_000);
    account.report(5_000);
    account.worth = worth(-100);
    assert_eq!(account.grade(), (Grade::Halt, Cause::DailyLoss));
}

#[test]
fn a_withdrawal_is_a_doubt_until_the_ledger_explains_it() {
    let mut account = Account::new();
    account.moved(-600);
    account.pass(1_000);
    account.report(400);
    assert_eq!(account.grade(), (Grade::CancelOnly, Cause::Unexplained));
    account.pass(9_999);
    assert_eq!(account.grade(), (Grade::CancelOnly, Cause::Unexplained));
    account.ledger();
    assert_eq!(account.grade(), (Grade::Normal, Cause::Clear));
    account.worth = worth(-100);
    assert_eq!(account.grade(), (Grade::Halt, Cause::DailyLoss), "the limit is as near as before");
}

#[test]
fn a_fall_that_nobody_explains_in_time_is_a_loss() {
    let mut account = Account::new();
    account.pass(1_000);
    account.report(400);
    assert_eq!(account.grade(), (Grade::CancelOnly, Cause::Unexplained));
    account.pass(10_000);
    assert_eq!(account.grade(), (Grade::Halt, Cause::DailyLoss));
}

#[test]
fn a_fall_that_the_ledger_does_not_explain_is_a_loss_after_two_readings() {
    let mut account = Account::new();
    account.pass(1_000);
    account.report(400);
    assert_eq!(account.ledger().ask_in_ms, Some(1_000), "a node may lag behind");
    assert_eq!(account.grade(), (Grade::CancelOnly, Cause::Unexplained));
    assert_eq!(account.ledger().ask_in_ms, None);
    assert_eq!(account.grade(), (Grade::Halt, Cause::DailyLoss));
}

#[test]
fn an_answer_to_a_question_from_before_the_report_explains_nothing() {
    let mut account = Account::new();
    let before = account.now;
    account.pass(1_000);
    account.report(400);
    let early = account.equity.ledger(before, &[], &limits(), 1_000);
    assert_eq!(early.ask_in_ms, Some(0));
    assert_eq!(account.grade(), (Grade::CancelOnly, Cause::Unexplained));
}

#[test]
fn a_transfer_after_the_report_belongs_to_the_next_one() {
    let mut account = Account::new();
    account.pass(1_000);
    account.report(1_000);
    account.moved(-600);
    account.ledger();
    assert_eq!(account.grade(), (Grade::Normal, Cause::Clear));
    account.confirmed(400);
    assert_eq!(account.grade(), (Grade::Normal, Cause::Clear));
}

#[test]
fn the_best_moment_counts_across_days_and_transfers() {
    let mut account = Account::new();
    account.confirmed(1_150);
    account.moved(-50);
    account.pass(24 * HOUR);
    let mark = account.confirmed(1_050).mark.unwrap();
    // A new day begins with what is there; the best moment is 1,150 less the 50 that left.
    assert_eq!((mark.day, mark.start, mark.peak), (101, usd(1_050), usd(1_100)));
    assert_eq!(mark.transfers, Usd::ZERO);
    account.confirmed(960);
    account.pass(24 * HOUR);
    account.confirmed(960);
    assert_eq!(
        account.verdict().grade,
        Grade::Widen(limits().widen_by),
        "140 of 200 below the best"
    );
    account.confirmed(900);
    assert_eq!(account.grade(), (Grade::Halt, Cause::Drawdown), "although the day lost 60 only");
}

#[test]
fn the_day_changes_at_midnight_utc() {
    let mut account = Account::new();
    account.confirmed(950);
    account.now = Millis(101 * 24 * HOUR - 2_000);
    let mark = account.confirmed(950).mark;
    assert_eq!(mark, None, "a second before midnight");
    let mark = account.confirmed(950).mark.unwrap();
    assert_eq!((mark.day, mark.at, mark.start), (101, account.now, usd(950)));
    assert_eq!(account.verdict().grade, Grade::Normal);
}

#[test]
fn marks_survive_a_restart() {
    let mut account = Account::new();
    let mark = account.confirmed(1_150).mark;
    let mut later = Account::new();
    later.equity = Equity::default();
    later.equity.restore(mark);
    later.pass(HOUR);
    later.moved(-100);
    later.pass(1);
    assert_eq!(later.report(900).ask_in_ms, Some(0), "the ledger first");
    assert_eq!(later.equity.waits_since(), mark.map(|mark| mark.at));
    assert_eq!(later.grade(), (Grade::CancelOnly, Cause::Unexplained));
    later.ledger();
    assert_eq!(later.verdict().grade, Grade::Widen(limits().widen_by), "1,000 against 1,150");
}

#[test]
fn what_the_operator_accepts_is_where_losses_begin_again() {
    let mut account = Account::new();
    account.confirmed(800);
    assert_eq!(account.verdict().grade, Grade::Halt);
    account.equity.accept();
    account.pass(1_000);
    let mark = account.report(790).mark.unwrap();
    assert_eq!((mark.start, mark.peak), (usd(790), usd(790)));
    assert_eq!(account.verdict().grade, Grade::Normal);
    account.worth = worth(-100);
    assert_eq!(account.verdict().grade, Grade::Halt);
}

#[test]
fn what_cannot_be_computed_halts() {
    let mut account = Account::new();
    account.worth = Some(i128::MIN);
    account.equity.confirmed.as_mut().unwrap().worth = Some(i128::MAX);
    assert_eq!(account.grade(), (Grade::Halt, Cause::NotComputable));
    let mut account = Account::new();
    account.pass(1_000);
    account.equity.report(account.now, account.now, Usd::from_raw(i128::MIN), worth(0));
    assert_eq!(account.verdict().grade, Grade::Halt);
    let mut account = Account::new();
    account.pass(1_000);
    account.report(1_000);
    account.transfers = [1, 2]
        .map(|i| Transfer { time: Millis(account.now.0 - i), amount: Usd::from_raw(i128::MAX) })
        .to_vec();
    account.ledger();
    assert_eq!(account.grade(), (Grade::Halt, Cause::NotComputable));
    let mut account = Account::new();
    account.worth = None;
    assert_eq!(account.grade(), (Grade::CancelOnly, Cause::NotComputable), "no price yet");
}

#[test]
fn a_position_that_the_venue_corrects_is_neither_profit_nor_loss() {
    let mut account = Account::new();
    account.worth = worth(0);
    assert_eq!(account.verdict().grade, Grade::Normal);
    // A missed purchase for 900: the position is worth more, and the money is not gone yet for us.
    account.equity.shift(worth(900));
    account.worth = worth(900);
    assert_eq!(account.verdict().grade, Grade::Normal);
    account.worth = worth(800);
    assert_eq!(account.verdict().grade, Grade::Halt, "but what happens then counts");
}

#[test]
fn an_older_report_changes_nothing() {
    let mut account = Account::new();
    account.confirmed(1_000);
    let old = Millis(account.now.0 - 500);
    assert_eq!(account.equity.report(account.now, old, usd(1), worth(0)), Outcome::default());
    assert_eq!(account.verdict().grade, Grade::Normal);
}

proptest! {
    /// Whatever is paid in and out, a confirmed account halts exactly when what it lost reaches a
    /// limit: an independent sum, in whole dollars.
    #[test]
    fn a_confirmed_account_halts_exactly_at_a_limit(
        steps in proptest::collection::vec((-80_i64..80, -300_i64..300), 1..20)
    ) {
        let mut account = Account::new();
        let (mut profit, mut best, mut paid) = (0, 0, 0);
        for (won, moved) in steps {
            if moved != 0 {
                account.moved(moved);
            }
            profit += won;
            paid += moved;
            account.confirmed(1_000 + profit + paid);
            best = best.max(profit);
            let lost = -profit >= 100 || best - profit >= 200;
            prop_assert_eq!(account.verdict().grade == Grade::Halt, lost, "{} {}", profit, best);
        }
    }
}
