//! The bot's clock beside the venue's, which is the true one.

use hl_quant::Millis;

/// How the bot's clock differs from the true time.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Clock {
    /// A difference that holds while a fault lasts.
    pub(crate) skew_ms: i64,
    /// Jumps so far, less those that were put right.
    pub(crate) jumped_ms: i64,
}

impl Clock {
    const fn offset(self) -> i64 {
        self.skew_ms.saturating_add(self.jumped_ms)
    }

    /// What the bot's clock shows at a true time.
    pub(crate) const fn shows(self, at: Millis) -> Millis {
        Millis(at.0.saturating_add_signed(self.offset()))
    }

    /// When the bot's clock will show this, if nothing happens to it.
    pub(crate) const fn when(self, shown: Millis) -> Millis {
        Millis(shown.0.saturating_add_signed(self.offset().saturating_neg()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_moment_and_what_the_clock_shows_then_belong_together() {
        let clock = Clock { skew_ms: -700, jumped_ms: 3_600_000 };
        let shown = clock.shows(Millis(10_000_000));
        assert_eq!(shown, Millis(13_599_300));
        assert_eq!(clock.when(shown), Millis(10_000_000));
    }
}
