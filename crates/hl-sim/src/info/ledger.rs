//! What moved money other than trades: funding, deposits, withdrawals, transfers, liquidations.

use hl_wire::Address;
use serde::Serialize;

use super::view::hash;
use crate::core::Core;
use crate::core::account::{Funding, LedgerEntry, Movement};
use crate::text;

/// Entries per answer (docs: "Info endpoint", time ranges).
const PAGE: usize = 500;

/// An entry of `userFunding` or `userNonFundingLedgerUpdates`.
#[derive(Debug, Serialize)]
pub(crate) struct EntryDoc {
    time: u64,
    hash: String,
    delta: DeltaDoc,
}

#[derive(Debug, Serialize)]
#[serde(tag = "type", rename_all = "camelCase", rename_all_fields = "camelCase")]
enum DeltaDoc {
    Funding {
        coin: String,
        usdc: String,
        szi: String,
        funding_rate: String,
        n_samples: Option<u64>,
    },
    Deposit {
        usdc: String,
    },
    Withdraw {
        usdc: String,
        nonce: u64,
        fee: &'static str,
    },
    AccountClassTransfer {
        usdc: String,
        to_perp: bool,
    },
    Liquidation {
        liquidated_ntl_pos: String,
        account_value: String,
        leverage_type: &'static str,
        liquidated_positions: Vec<HeldDoc>,
    },
}

#[derive(Debug, Serialize)]
struct HeldDoc {
    coin: String,
    szi: String,
}

/// A payment as `userFundings` and `userEvents` stream it.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct FundingDoc {
    time: u64,
    coin: String,
    usdc: String,
    szi: String,
    funding_rate: String,
    n_samples: Option<u64>,
}

impl FundingDoc {
    pub(crate) fn new(core: &Core, funding: &Funding) -> Self {
        Self {
            time: funding.time.0,
            coin: core.coin(funding.asset),
            usdc: funding.usd.to_string(),
            szi: text::szi(funding.szi),
            funding_rate: text::scaled(i128::from(funding.rate_ppm), 6),
            n_samples: None,
        }
    }
}

impl EntryDoc {
    fn of_funding(core: &Core, funding: &Funding) -> Self {
        let FundingDoc { time, coin, usdc, szi, funding_rate, n_samples } =
            FundingDoc::new(core, funding);
        let delta = DeltaDoc::Funding { coin, usdc, szi, funding_rate, n_samples };
        Self { time, hash: hash(&[0; 32]), delta }
    }

    pub(crate) fn new(core: &Core, entry: &LedgerEntry) -> Self {
        let usdc = entry.usd.abs().to_string();
        let delta = match &entry.movement {
            Movement::Deposit => DeltaDoc::Deposit { usdc },
            Movement::Withdrawal => DeltaDoc::Withdraw { usdc, nonce: entry.time.0, fee: "0.0" },
            Movement::ClassTransfer => {
                DeltaDoc::AccountClassTransfer { usdc, to_perp: entry.usd.get() > 0 }
            }
            Movement::Liquidation { notional, value, positions } => {
                let held = |(asset, szi): &(_, _)| HeldDoc {
                    coin: core.coin(*asset),
                    szi: text::szi(*szi),
                };
                DeltaDoc::Liquidation {
                    liquidated_ntl_pos: notional.to_string(),
                    account_value: value.to_string(),
                    leverage_type: "Cross",
                    liquidated_positions: positions.iter().map(held).collect(),
                }
            }
        };
        Self { time: entry.time.0, hash: hash(&entry.hash), delta }
    }
}

/// The payments of a stretch of time, both ends included, oldest first.
pub(super) fn fundings(core: &Core, user: Address, start: u64, end: Option<u64>) -> Vec<EntryDoc> {
    let account = core.account_at(user).into_iter();
    let all = account.flat_map(|account| &account.fundings);
    let within = all.filter(|funding| (start..=end.unwrap_or(u64::MAX)).contains(&funding.time.0));
    within.take(PAGE).map(|funding| EntryDoc::of_funding(core, funding)).collect()
}

/// The ledger of a stretch of time, both ends included, oldest first.
pub(super) fn entries(core: &Core, user: Address, start: u64, end: Option<u64>) -> Vec<EntryDoc> {
    let account = core.account_at(user).into_iter();
    let all = account.flat_map(|account| &account.ledger);
    let within = all.filter(|entry| (start..=end.unwrap_or(u64::MAX)).contains(&entry.time.0));
    within.take(PAGE).map(|entry| EntryDoc::new(core, entry)).collect()
}

/// The latest payments, newest first, as a subscription begins.
pub(crate) fn newest_fundings(core: &Core, user: Address) -> Vec<FundingDoc> {
    let account = core.account_at(user).into_iter();
    let all = account.flat_map(|account| account.fundings.iter().rev());
    all.take(PAGE).map(|funding| FundingDoc::new(core, funding)).collect()
}

/// The latest entries, newest first, as a subscription begins.
pub(crate) fn newest_entries(core: &Core, user: Address) -> Vec<EntryDoc> {
    let account = core.account_at(user).into_iter();
    let all = account.flat_map(|account| account.ledger.iter().rev());
    all.take(PAGE).map(|entry| EntryDoc::new(core, entry)).collect()
}
