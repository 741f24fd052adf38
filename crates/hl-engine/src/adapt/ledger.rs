//! Transfers: what an entry of the venue's ledger did to the perpetual account's value.

use hl_wire::{
    Address, Amount,
    info::{LedgerDelta, LedgerUpdate},
};

use super::{Adapter, documents::usd};
use crate::{Input, RequestId, Transfer, Usd};

/// The most entries in one answer (Hyperliquid docs, "Info endpoint": time-range queries return 500
/// elements). A full page may have been cut, so it does not answer the question.
const PAGE: usize = 500;

/// The collateral of the first perpetual dex.
const USDC: &str = "USDC";

impl Adapter {
    /// The answer to [`Query::Ledger`](crate::Query::Ledger) for the account `user`. An entry of an
    /// unknown kind, or a page that may have been cut, leaves the question unanswered: what moved is
    /// never guessed.
    pub fn ledger(
        &self,
        request: RequestId,
        user: Address,
        updates: &[LedgerUpdate],
        sink: &mut dyn FnMut(Input<'_>),
    ) {
        let read = || -> Result<Vec<Transfer>, &'static str> {
            if updates.len() >= PAGE {
                return Err("ledger_page_full");
            }
            let mut transfers = Vec::with_capacity(updates.len());
            for update in updates {
                let amount = moved(&update.delta, user)?;
                if amount != Usd::ZERO {
                    transfers.push(Transfer { time: update.time, amount });
                }
            }
            Ok(transfers)
        };
        match read() {
            Ok(transfers) => sink(Input::Ledger { request, transfers: &transfers }),
            Err(what) => {
                sink(Input::Unreadable { what });
                sink(Input::QueryFailed { request });
            }
        }
    }
}

/// What an entry added to the value of the perpetual account of `user`.
fn moved(delta: &LedgerDelta, user: Address) -> Result<Usd, &'static str> {
    let plus = |amount: Amount| usd(amount).ok_or("ledger_amount_out_of_range");
    let minus = |amount: Amount| plus(amount).map(|amount| Usd::ZERO.minus(amount));
    match delta {
        LedgerDelta::Deposit { usdc }
        | LedgerDelta::VaultDistribution { usdc }
        | LedgerDelta::VaultLeaderCommission { usdc } => plus(*usdc),
        LedgerDelta::VaultWithdraw { net_withdrawn_usd } => plus(*net_withdrawn_usd),
        LedgerDelta::Withdraw { usdc, fee } | LedgerDelta::VaultCreate { usdc, fee } => {
            Ok(minus(*usdc)?.minus(plus(*fee)?))
        }
        LedgerDelta::VaultDeposit { usdc } => minus(*usdc),
        LedgerDelta::AccountClassTransfer { usdc, to_perp: true } => plus(*usdc),
        LedgerDelta::AccountClassTransfer { usdc, to_perp: false } => minus(*usdc),
        LedgerDelta::InternalTransfer { usdc, user: from, destination, fee } => {
            between(*from == user, *destination == user, plus(*usdc)?, plus(*fee)?)
        }
        LedgerDelta::SubAccountTransfer { usdc, user: from, destination } => {
            between(*from == user, *destination == user, plus(*usdc)?, Usd::ZERO)
        }
        LedgerDelta::Send {
            user: from,
            destination,
            source_dex,
            destination_dex,
            token,
            amount,
            fee,
            fee_token,
        } => {
            let leaves = *from == user && source_dex.is_empty();
            let comes = *destination == user && destination_dex.is_empty();
            match (leaves, comes, token.as_str()) {
                (false, false, _) => Ok(Usd::ZERO),
                (.., USDC) => {
                    let paid = [USDC, ""].contains(&fee_token.as_str());
                    let fee = if paid { plus(*fee)? } else { Usd::ZERO };
                    between(leaves, comes, plus(*amount)?, fee)
                }
                _ => Err("ledger_token_unknown"),
            }
        }
        // Not of the perpetual account; or a loss, and not a transfer.
        LedgerDelta::SpotTransfer { .. }
        | LedgerDelta::SpotGenesis {}
        | LedgerDelta::CStakingTransfer {}
        | LedgerDelta::Liquidation { .. } => Ok(Usd::ZERO),
        _ => Err("ledger_kind_unknown"),
    }
}

/// What a transfer between two parties did to us; the sender pays the fee.
fn between(leaves: bool, comes: bool, amount: Usd, fee: Usd) -> Result<Usd, &'static str> {
    match (leaves, comes) {
        (true, true) => Ok(Usd::ZERO.minus(fee)),
        (true, false) => Ok(Usd::ZERO.minus(amount).minus(fee)),
        (false, true) => Ok(amount),
        // The venue has told us of something that does not concern us, or we do not know our name.
        (false, false) => Err("ledger_party_unknown"),
    }
}
