//! The account: what it is, who may sign for it, what it has and what it may still ask for.

use hl_client::clock;
use hl_engine::CloidTag;
use hl_quant::Millis;
use hl_wire::info::{
    ClearinghouseState, ExtraAgent, OrderDoc, Role, SpotClearinghouseState, UserRateLimit, UserRole,
};
use hl_wire::{Address, Amount};

use super::{Finding, Patient};

const DAY_MS: u64 = 86_400_000;
/// An agent that expires sooner deserves a word.
const EXPIRY_WARN_MS: u64 = 7 * DAY_MS;

/// Asks and judges.
pub(super) async fn examine(patient: &Patient<'_>) -> Vec<Finding> {
    let (info, account, settings) = (&patient.info, patient.account, patient.settings);
    let mut found = Vec::new();
    let mut take = |finding| found.push(finding);
    match info.user_role(account).await {
        Ok(answer) => take(role(account, &answer)),
        Err(error) => take(Finding::unanswered("account", error)),
    }
    if let Some(address) = patient.agent {
        match (info.user_role(address).await, info.extra_agents(account).await) {
            (Ok(role), Ok(named)) => take(agent(address, account, &role, &named, clock::now())),
            (Err(error), _) | (_, Err(error)) => take(Finding::unanswered("agent", error)),
        }
    }
    match info.clearinghouse_state(account, None).await {
        Ok(state) => {
            let spot = info.spot_clearinghouse_state(account).await.ok();
            take(balance(
                &state,
                spot.as_ref(),
                Amount::from_raw(settings.min_notional_usd.into()),
            ));
            found.extend(positions(&state, &settings.pairs));
        }
        Err(error) => take(Finding::unanswered("balance", error)),
    }
    match info.user_rate_limit(account).await {
        Ok(limit) => found.push(requests(&limit, settings.guard.cancel_reserve)),
        Err(error) => found.push(Finding::unanswered("requests", error)),
    }
    match info.frontend_open_orders(account, None).await {
        Ok(orders) => found.push(foreign(&orders)),
        Err(error) => found.push(Finding::unanswered("open orders", error)),
    }
    found
}

/// What the address of the account is. The commonest mistake is to give the agent's.
fn role(account: Address, role: &UserRole) -> Finding {
    let data = role.data.as_ref();
    match &role.role {
        Role::User | Role::SubAccount | Role::Vault => {
            Finding::ok("account", format!("{account} is a {}", word(&role.role)))
        }
        Role::Agent => {
            let of = data.and_then(|data| data.user);
            let fix = match of {
                Some(user) => format!("set venue.account = \"{user}\": that is whose agent it is"),
                None => "set venue.account to the address that approved the agent".to_owned(),
            };
            Finding::wrong("account", format!("{account} is an agent, not an account"), fix)
        }
        _ => {
            let saw = format!("{account} is {} at this venue", word(&role.role));
            let fix = "is this the right venue and address? An account begins with a deposit";
            Finding::wrong("account", saw, fix)
        }
    }
}

fn word(role: &Role) -> String {
    format!("{role:?}").to_lowercase()
}

/// Whether the key may sign for the account, and for how long.
fn agent(
    agent: Address,
    account: Address,
    role: &UserRole,
    named: &[ExtraAgent],
    now: Millis,
) -> Finding {
    if agent == account {
        let saw = "the key is the account's own: it could withdraw";
        return Finding::wrong(
            "agent",
            saw,
            "approve an agent (API wallet) and use its key instead",
        );
    }
    let of = role.data.as_ref().and_then(|data| data.user);
    if !matches!(role.role, Role::Agent) || of != Some(account) {
        let saw = match of {
            Some(user) => format!("{agent} is an agent of {user}, not of {account}"),
            None => format!("{agent} is not an approved agent of {account}"),
        };
        let fix = "approve it as an API wallet of the account, and give the account's own address";
        return Finding::wrong("agent", saw, fix);
    }
    let Some(entry) = named.iter().find(|entry| entry.address == agent) else {
        let saw = format!("{agent}, unnamed: it ends when another unnamed one is approved");
        return Finding::ok("agent", saw);
    };
    let (left, name) = (entry.valid_until.since(now), &entry.name);
    let saw = format!("{agent} ({name}), {} days left", left / DAY_MS);
    let fix = "approve a new agent and put its key into the file";
    match left {
        0 => Finding::wrong("agent", format!("{agent} ({name}) has expired"), fix),
        _ if left < EXPIRY_WARN_MS => Finding::warn("agent", saw, fix),
        _ => Finding::ok("agent", saw),
    }
}

/// Whether there is anything to trade with.
fn balance(
    state: &ClearinghouseState,
    spot: Option<&SpotClearinghouseState>,
    least: Amount,
) -> Finding {
    let value = state.margin_summary.account_value;
    let usdc = spot
        .and_then(|spot| spot.balances.iter().find(|balance| balance.coin == "USDC"))
        .map_or(Amount::ZERO, |balance| balance.total);
    if value >= least {
        return Finding::ok("balance", format!("{value} USD of margin, {usdc} USDC in spot"));
    }
    let saw = format!("{value} USD of margin, less than one order of {least}");
    if usdc >= least {
        // A unified account shows its money as spot and may use it as margin.
        let fix = "transfer from spot to perps, unless the account is unified";
        return Finding::warn("balance", format!("{saw}; {usdc} USDC in spot"), fix);
    }
    Finding::wrong("balance", saw, "deposit USDC, or is this another account's address?")
}

/// Positions in markets that are not to be quoted: nobody looks after them.
fn positions(state: &ClearinghouseState, pairs: &[String]) -> Vec<Finding> {
    let held = state.asset_positions.iter().map(|entry| &entry.position);
    held.filter(|position| !pairs.contains(&position.coin))
        .map(|position| {
            let saw = format!("{} of {} is held and not quoted", position.szi, position.coin);
            let fix = format!("close it, or add {} to quote.pairs", position.coin);
            Finding::warn("position", saw, fix)
        })
        .collect()
}

/// How many requests the address has left.
fn requests(limit: &UserRateLimit, reserve: u64) -> Finding {
    let all = limit.n_requests_cap.saturating_add(limit.n_requests_surplus);
    let left = all.saturating_sub(limit.n_requests_used);
    let saw = format!("{left} of {all} left");
    let fix = "each USDC traded brings one more; budget.cancel_reserve is kept for cancels";
    match left {
        _ if left <= reserve => Finding::wrong("requests", saw, fix),
        _ if left < all / 10 => Finding::warn("requests", saw, fix),
        _ => Finding::ok("requests", saw),
    }
}

/// Orders that are not ours take margin and may trade against our plans.
fn foreign(orders: &[OrderDoc]) -> Finding {
    let tag = CloidTag::default();
    let ours = orders.iter().filter(|o| o.cloid.is_some_and(|cloid| tag.owns(cloid))).count();
    let others = orders.len().saturating_sub(ours);
    let saw = format!("{ours} of ours, {others} of somebody else");
    match others {
        0 => Finding::ok("open orders", saw),
        _ => {
            let fix = "they count against the limits and are left alone; `mm-bot cancel-all \
                       --foreign` cancels them too";
            Finding::warn("open orders", saw, fix)
        }
    }
}

#[cfg(test)]
mod tests;
