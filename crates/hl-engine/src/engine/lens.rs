//! How orders come about, for whoever looks.

use super::Engine;
use crate::{Judgement, Thought, lens::Lens};

impl Engine {
    /// From here on it is kept how orders come about, until the next input: [`Engine::thoughts`] and
    /// [`Engine::judgements`]. It changes no decision; it allocates.
    pub fn look_closely(&mut self) {
        for market in &mut self.markets {
            market.lens.get_or_insert_default();
        }
    }

    /// What each market that decided at the last input knew and wished for; nothing without
    /// [`Engine::look_closely`].
    pub fn thoughts(&self) -> impl Iterator<Item = &Thought> {
        self.markets.iter().filter_map(|market| market.lens.as_ref()?.thought.as_ref())
    }

    /// What the gate said to each order of the last input; nothing without
    /// [`Engine::look_closely`].
    pub fn judgements(&self) -> impl Iterator<Item = &Judgement> {
        let lenses = self.markets.iter().filter_map(|market| market.lens.as_ref());
        lenses.flat_map(|lens| &lens.judgements)
    }

    /// What was kept is of the last input.
    pub(super) fn clear_lenses(&mut self) {
        for lens in self.markets.iter_mut().filter_map(|market| market.lens.as_deref_mut()) {
            *lens = Lens::default();
        }
    }
}
