//! Counting over the last minute.

use std::collections::VecDeque;

use hl_quant::Millis;

const MINUTE_MS: u64 = 60_000;

/// What was used within the last 60 seconds.
#[derive(Clone, Debug, Default)]
pub(crate) struct Window {
    uses: VecDeque<(Millis, u64)>,
    sum: u64,
    /// The largest sum that there ever was.
    pub(crate) most: u64,
}

impl Window {
    fn forget(&mut self, now: Millis) {
        while let Some((at, amount)) = self.uses.front().copied() {
            if now.since(at) < MINUTE_MS {
                return;
            }
            self.sum = self.sum.saturating_sub(amount);
            self.uses.pop_front();
        }
    }

    /// Whether so much more fits under a limit.
    pub(crate) fn admits(&mut self, now: Millis, amount: u64, limit: u64) -> bool {
        self.forget(now);
        self.sum.saturating_add(amount) <= limit
    }

    /// Counts a use.
    pub(crate) fn add(&mut self, now: Millis, amount: u64) {
        self.forget(now);
        self.sum = self.sum.saturating_add(amount);
        self.most = self.most.max(self.sum);
        match self.uses.back_mut() {
            Some((at, last)) if *at == now => *last = last.saturating_add(amount),
            _ => self.uses.push_back((now, amount)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Window;
    use hl_quant::Millis;

    #[test]
    fn a_use_counts_for_sixty_seconds() {
        let mut window = Window::default();
        assert!(window.admits(Millis(0), 10, 10));
        window.add(Millis(0), 4);
        window.add(Millis(30_000), 6);
        assert!(!window.admits(Millis(59_999), 1, 10));
        assert!(window.admits(Millis(60_000), 4, 10));
        assert!(!window.admits(Millis(60_000), 5, 10));
        assert_eq!(window.most, 10);
    }
}
