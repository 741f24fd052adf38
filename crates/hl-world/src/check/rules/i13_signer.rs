//! I13 (S0): the signer that is recovered from the bytes is the configured agent.
//!
//! Judged: the signer that the exchange recovers from what it received, for every action.

use std::collections::BTreeSet;

use hl_wire::Address;

use super::prelude::*;

#[derive(Debug, Default)]
pub(crate) struct Signer {
    agents: BTreeSet<Address>,
}

impl Rule for Signer {
    fn see(&mut self, _: &View<'_>, seen: &Seen<'_>, court: &mut Court) {
        match seen {
            Seen::Started { agent, .. } => {
                self.agents.insert(*agent);
            }
            Seen::Deed(Deed::Action { signer, nonce, .. }) => {
                let ours = signer.is_some_and(|signer| self.agents.contains(&signer));
                court.judge(Id::of(13), ours, || format!("nonce {nonce} signed by {signer:?}"));
            }
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::testing::{AGENT, Case};

    #[test]
    fn an_action_that_somebody_else_signed_is_a_breach() {
        let mut case = Case::new(Signer::default());
        case.executed(Some(AGENT));
        assert_eq!((case.breaches(), case.judged(13)), (0, 1));
        case.executed(None);
        case.executed(Some(Address::new([7; 20])));
        assert_eq!(case.breaches(), 2);
    }
}
