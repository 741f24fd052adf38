//! What is so in the account as a whole.

use hl_engine::Usd;
use hl_quant::Millis;
use hl_sim::{Deed, Purpose, Verdict};

/// How many payments are remembered; a run has a handful.
const PAYMENTS: usize = 256;
/// A micro-dollar of the exchange in the units of [`Usd`].
const PER_MICRO: i128 = 10_000_000_000;

/// The account.
#[derive(Clone, Debug, Default)]
pub(crate) struct AccountRecord {
    /// What it is worth by the exchange's word.
    pub(crate) value: Option<Usd>,
    /// What its owner paid in, or (negative) took out, and when.
    paid: Vec<(Millis, Usd)>,
    /// When the dead man's switch fires, as the exchange has it.
    pub(crate) switch: Option<Millis>,
    /// Whether the exchange refused the last request for the switch that came to it.
    pub(crate) switch_refused: bool,
}

/// An amount of the exchange.
pub(crate) const fn usd(amount: hl_sim::Usd) -> Usd {
    Usd::from_raw(amount.get().saturating_mul(PER_MICRO))
}

impl AccountRecord {
    /// What was paid in since a moment, less what was taken out.
    pub(crate) fn paid_since(&self, moment: Millis) -> i128 {
        let since = self.paid.iter().filter(|(at, _)| *at > moment);
        since.fold(0, |sum, (_, usd)| sum.saturating_add(usd.raw()))
    }

    pub(super) fn deed(&mut self, now: Millis, deed: &Deed) {
        match deed {
            Deed::Paid { usd: amount, purpose, .. } => {
                // Funding and liquidations are profit and loss.
                let owner = matches!(
                    purpose,
                    Purpose::Deposit | Purpose::Withdrawal | Purpose::ClassTransfer
                );
                if owner {
                    self.paid.push((now, usd(*amount)));
                    let surplus = self.paid.len().saturating_sub(PAYMENTS);
                    self.paid.drain(..surplus);
                }
            }
            Deed::Action { kind: "scheduleCancel", verdict, .. } => {
                self.switch_refused = *verdict != Verdict::Performed;
            }
            _ => {}
        }
    }
}
