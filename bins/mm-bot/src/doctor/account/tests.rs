use super::super::Verdict;
use super::*;
use hl_wire::info::RoleData;

const ACCOUNT: Address = Address::new([1; 20]);
const AGENT: Address = Address::new([2; 20]);
const OTHER: Address = Address::new([3; 20]);
const NOW: Millis = Millis(1_780_000_000_000);

fn is(role: Role, user: Option<Address>) -> UserRole {
    UserRole { role, data: user.map(|user| RoleData { user: Some(user), master: None }) }
}

fn named(valid_until: u64) -> Vec<ExtraAgent> {
    vec![ExtraAgent {
        name: "bot".to_owned(),
        address: AGENT,
        valid_until: Millis(NOW.0 + valid_until),
    }]
}

#[test]
fn the_agents_address_in_the_accounts_place_is_answered_with_the_accounts() {
    let found = role(AGENT, &is(Role::Agent, Some(ACCOUNT)));
    assert_eq!(found.verdict, Verdict::Wrong);
    assert!(found.fix.unwrap().contains(&ACCOUNT.to_string()));
    assert_eq!(role(ACCOUNT, &is(Role::Missing, None)).verdict, Verdict::Wrong);
    assert_eq!(role(ACCOUNT, &is(Role::User, None)).verdict, Verdict::Ok);
}

#[test]
fn a_key_that_may_not_sign_or_could_withdraw_is_wrong() {
    let good = is(Role::Agent, Some(ACCOUNT));
    let verdict =
        |role: &UserRole, named: &[ExtraAgent]| agent(AGENT, ACCOUNT, role, named, NOW).verdict;
    assert_eq!(verdict(&good, &[]), Verdict::Ok, "unnamed");
    assert_eq!(verdict(&good, &named(90 * DAY_MS)), Verdict::Ok);
    assert_eq!(verdict(&good, &named(6 * DAY_MS)), Verdict::Warn);
    assert_eq!(verdict(&good, &named(0)), Verdict::Wrong);
    assert_eq!(verdict(&is(Role::Agent, Some(OTHER)), &[]), Verdict::Wrong);
    assert_eq!(verdict(&is(Role::Missing, None), &[]), Verdict::Wrong);
    let masters = agent(ACCOUNT, ACCOUNT, &is(Role::User, None), &[], NOW);
    assert_eq!(masters.verdict, Verdict::Wrong);
    assert!(masters.saw.contains("withdraw"), "{masters}");
}

fn state(value: &str) -> ClearinghouseState {
    let summary = format!(
        r#"{{"accountValue":"{value}","totalNtlPos":"0","totalRawUsd":"0","totalMarginUsed":"0"}}"#
    );
    let text = format!(
        r#"{{"assetPositions":[],"marginSummary":{summary},"crossMarginSummary":{summary}}}"#
    );
    serde_json::from_str(&text).unwrap()
}

#[test]
fn an_account_without_money_for_one_order_is_wrong_unless_it_lies_in_spot() {
    let spot = |usdc: &str| {
        let text = format!(
            r#"{{"balances":[{{"coin":"USDC","token":0,"hold":"0","total":"{usdc}","entryNtl":"0"}}]}}"#
        );
        serde_json::from_str::<SpotClearinghouseState>(&text).unwrap()
    };
    let least: Amount = "10".parse().unwrap();
    let verdict = |value, usdc: &str| balance(&state(value), Some(&spot(usdc)), least).verdict;
    assert_eq!(verdict("10", "0"), Verdict::Ok);
    assert_eq!(verdict("9.99", "500"), Verdict::Warn);
    assert_eq!(verdict("9.99", "9.99"), Verdict::Wrong);
    assert_eq!(balance(&state("-5"), None, least).verdict, Verdict::Wrong);
}

#[test]
fn requests_that_only_cancels_may_spend_are_none_to_quote_with() {
    let limit = |used| UserRateLimit {
        cum_vlm: Amount::ZERO,
        n_requests_used: used,
        n_requests_cap: 10_000,
        n_requests_surplus: 0,
    };
    for (used, verdict) in [
        (0, Verdict::Ok),
        (9_000, Verdict::Ok),
        (9_001, Verdict::Warn),
        (9_500, Verdict::Wrong),
        (20_000, Verdict::Wrong),
    ] {
        assert_eq!(requests(&limit(used), 500).verdict, verdict, "{used}");
    }
}
