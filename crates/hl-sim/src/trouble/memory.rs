//! Answers from the past: what the state was some blocks ago.

use crate::core::Core;
use crate::fault::Kind;

/// States of some blocks ago, kept while a fault wants them.
///
/// Two copies leapfrog: an answer comes from the older one, whose age is between half of what was
/// asked for and all of it. A copy for each block would be exact, and forty times as dear.
#[derive(Debug, Default)]
pub(crate) struct Memory {
    older: Option<Box<Core>>,
    newer: Option<Box<Core>>,
}

impl Memory {
    /// Looks at the state after a block.
    pub(crate) fn look(&mut self, core: &Core) {
        if core.trouble.is_quiet() && self.older.is_none() {
            return;
        }
        let Some(lag) = core.trouble.find(lag_of) else {
            *self = Self::default();
            return;
        };
        let half = (lag / 2).max(1);
        let age = |copy: &Option<Box<Core>>| {
            copy.as_ref().map_or(u64::MAX, |copy| core.blocks.saturating_sub(copy.blocks))
        };
        if age(&self.newer) >= half {
            self.older = self.newer.take().or_else(|| Some(Box::new(core.clone())));
            self.newer = Some(Box::new(core.clone()));
        }
    }

    /// The state that a question is answered from; `inconsistent` says whether this question meets
    /// the node that is behind when only some do.
    pub(crate) fn recall<'a>(&'a self, core: &'a Core, inconsistent: bool) -> &'a Core {
        let always = core.trouble.has(|kind| matches!(kind, Kind::InfoStale { .. }));
        match &self.older {
            Some(older) if always || inconsistent => older,
            _ => core,
        }
    }
}

fn lag_of(kind: &Kind) -> Option<u64> {
    match kind {
        Kind::InfoStale { blocks } | Kind::InfoInconsistentNodes { blocks } => Some(*blocks),
        _ => None,
    }
}
