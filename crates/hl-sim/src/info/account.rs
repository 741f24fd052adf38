//! Questions about an account other than its positions.

use std::collections::BTreeMap;

use hl_wire::Address;
use serde::Serialize;

use crate::Usd;
use crate::core::Core;
use crate::text;

/// The answer to `spotClearinghouseState`.
#[derive(Debug, Serialize)]
pub(super) struct SpotDoc {
    balances: Vec<BalanceDoc>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct BalanceDoc {
    coin: &'static str,
    token: u32,
    total: String,
    hold: &'static str,
    entry_ntl: &'static str,
}

pub(super) fn spot(core: &Core, user: Address) -> SpotDoc {
    let held = core.account_at(user).map(|account| account.spot).filter(|usd| *usd > Usd::ZERO);
    let balance = |total: Usd| BalanceDoc {
        coin: "USDC",
        token: 0,
        total: total.to_string(),
        hold: "0.0",
        entry_ntl: "0.0",
    };
    SpotDoc { balances: held.into_iter().map(balance).collect() }
}

/// The answer to `userRateLimit`.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct RateLimitDoc {
    cum_vlm: String,
    n_requests_used: u64,
    n_requests_cap: u64,
    n_requests_surplus: u64,
}

pub(super) fn rate_limit(core: &Core, user: Address) -> RateLimitDoc {
    let account = core.account_at(user);
    let volume = account.map_or(Usd::ZERO, |account| account.volume());
    RateLimitDoc {
        cum_vlm: volume.to_string(),
        n_requests_used: account
            .map_or(0, |account| account.requests.used.saturating_add(account.requests.burnt)),
        n_requests_cap: core.request_cap(account),
        n_requests_surplus: 0,
    }
}

/// The answer to `userFees`.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct FeesDoc {
    daily_user_vlm: [(); 0],
    fee_schedule: ScheduleDoc,
    user_cross_rate: String,
    user_add_rate: String,
    user_spot_cross_rate: &'static str,
    user_spot_add_rate: &'static str,
    active_referral_discount: &'static str,
    trial: Option<()>,
    fee_trial_reward: &'static str,
    next_trial_available_timestamp: Option<()>,
    staking_link: Option<()>,
    active_staking_discount: StakingDoc,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct ScheduleDoc {
    cross: String,
    add: String,
    spot_cross: &'static str,
    spot_add: &'static str,
    tiers: BTreeMap<&'static str, [(); 0]>,
    referral_discount: &'static str,
    staking_discount_tiers: [StakingDoc; 1],
}

#[derive(Clone, Copy, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct StakingDoc {
    bps_of_max_supply: &'static str,
    discount: &'static str,
}

/// Everybody is in the one tier of the configuration.
pub(super) fn fees(core: &Core, _user: Address) -> FeesDoc {
    let rate = |rate: i32| text::scaled(i128::from(rate), 8);
    let (cross, add) = (rate(core.config.fees.taker), rate(core.config.fees.maker));
    let staking = StakingDoc { bps_of_max_supply: "0.0", discount: "0.0" };
    FeesDoc {
        daily_user_vlm: [],
        fee_schedule: ScheduleDoc {
            cross: cross.clone(),
            add: add.clone(),
            spot_cross: "0.0007",
            spot_add: "0.0004",
            tiers: BTreeMap::from([("mm", []), ("vip", [])]),
            referral_discount: "0.04",
            staking_discount_tiers: [staking],
        },
        user_cross_rate: cross,
        user_add_rate: add,
        user_spot_cross_rate: "0.0007",
        user_spot_add_rate: "0.0004",
        active_referral_discount: "0.0",
        trial: None,
        fee_trial_reward: "0.0",
        next_trial_available_timestamp: None,
        staking_link: None,
        active_staking_discount: staking,
    }
}

/// The answer to `userRole`.
#[derive(Debug, Serialize)]
#[serde(tag = "role", rename_all = "camelCase")]
pub(super) enum RoleDoc {
    Missing,
    User,
    Agent { data: AgentOf },
}

#[derive(Debug, Serialize)]
pub(super) struct AgentOf {
    user: Address,
}

pub(super) fn role(core: &Core, user: Address) -> RoleDoc {
    if core.by_address.contains_key(&user) {
        return RoleDoc::User;
    }
    let agent = core.agents.get(&user).filter(|_| !core.trouble.agents_are_out());
    let master = agent.and_then(|agent| core.account(agent.master));
    master.map_or(RoleDoc::Missing, |master| RoleDoc::Agent {
        data: AgentOf { user: master.address },
    })
}

/// An entry of `extraAgents`: the named agents.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct AgentDoc {
    name: String,
    address: Address,
    valid_until: u64,
}

pub(super) fn extra_agents(core: &Core, user: Address) -> Vec<AgentDoc> {
    let master = core.by_address.get(&user);
    let mine = core
        .agents
        .iter()
        .filter(|(_, agent)| Some(&agent.master) == master && !core.trouble.agents_are_out());
    mine.filter_map(|(address, agent)| {
        let name = agent.name.clone()?;
        Some(AgentDoc { name, address: *address, valid_until: agent.valid_until.0 })
    })
    .collect()
}
