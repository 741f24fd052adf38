//! I11 (S0): after a crash anywhere and a restart, before the first quote, every order of ours that
//! the exchange has or may still get is owned again: adopted, or its cancel confirmed.
//!
//! Judged at each quote of a process that is not the first: orders by their true fates against the
//! orders that the process shows.

use super::prelude::*;

#[derive(Debug, Default)]
pub(crate) struct Restart;

impl Rule for Restart {
    fn see(&mut self, view: &View<'_>, seen: &Seen<'_>, court: &mut Court) {
        let (Seen::Sent { bot, wire, .. }, Some(belief)) = (seen, view.belief) else { return };
        if wire.orders.is_empty() || view.record.bots.keys().next() == Some(bot) {
            return;
        }
        let mut left = view.record.open_orders().filter(|(_, order)| order.bot < *bot);
        let lost = left.find(|(cloid, _)| belief.order(*cloid).is_none());
        court.judge(Id::of(11), lost.is_none(), || {
            let lost = lost.map(|(cloid, order)| format!("{cloid} {:?}", order.fate));
            format!("{} of an earlier process is nobody's", lost.unwrap_or_default())
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::testing::{Case, order};

    #[test]
    fn a_quote_while_an_order_of_the_last_process_is_nobodys_is_a_breach() {
        let mut case = Case::new(Restart);
        case.send(&[order(1, true, "149.5", "1")]);
        case.live(1);
        case.restart();
        case.believe(1, OrderState::PendingCancel);
        case.send(&[order(2, true, "149.4", "1")]);
        assert_eq!((case.breaches(), case.judged(11)), (0, 1));
        case.forget(1);
        case.send(&[order(3, true, "149.3", "1")]);
        assert_eq!(case.breaches(), 1);
        case.gone(1);
        case.send(&[order(4, true, "149.2", "1")]);
        assert_eq!(case.breaches(), 1);
    }
}
