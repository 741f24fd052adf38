//! Reduce-only orders follow the position that they reduce.
//!
//! Measured on the testnet: a reduce-only order larger than the position is accepted and shrunk,
//! resting ones shrink with the position and are cancelled when it closes, and when two together
//! exceed it the older one goes. A reduce-only order never turns a position over.

use hl_quant::{Side, Size};
use hl_wire::AssetId;

use super::Core;
use super::account::AccountId;
use super::order::{Cancellation, Incoming};

impl Core {
    /// How much of its account's position an order of this side can close.
    pub(crate) fn reducible(&self, spec: &Incoming) -> Size {
        self.account(spec.account)
            .map_or(Size::ZERO, |account| closable(spec.side, account.position(spec.asset).szi))
    }

    /// Makes an account's resting reduce-only orders in one market fit its position.
    pub(crate) fn fit_reduce_only(&mut self, id: AccountId, asset: AssetId) {
        let Some(account) = self.account(id) else { return };
        if account.reduce_only_open == 0 {
            return;
        }
        let szi = account.position(asset).szi;
        let orders = self.open_in(id, asset);
        for side in Side::BOTH {
            let mut left = closable(side, szi);
            let mut newest = true;
            let mine = orders.iter().filter(|o| o.spec.reduce_only && o.spec.side == side);
            for order in mine.rev() {
                let fits = order.sz <= left;
                if left.is_zero() || (!newest && !fits) {
                    self.cancel_resting(order.oid, Cancellation::ReduceOnly);
                    continue;
                }
                if !fits {
                    self.shrink(order.oid, order.sz.saturating_sub(left));
                }
                left = left.saturating_sub(order.sz);
                newest = false;
            }
        }
    }
}

fn closable(side: Side, szi: hl_quant::SignedSize) -> Size {
    if szi.side() == Some(side.opposite()) { szi.magnitude() } else { Size::ZERO }
}
