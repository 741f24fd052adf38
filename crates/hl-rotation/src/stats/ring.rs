//! The window as a ring of steps.

use hl_quant::Millis;

use super::{Quote, ms};

/// What happened in one step of the window.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Step {
    covered_ms: u64,
    spread_ms: f64,
    depth_ms: f64,
    /// The mid that held when the step ended.
    close: Option<f64>,
    pub(super) trades: u32,
    /// Trades whose markout is known, and the sum of those.
    pub(super) judged: u32,
    pub(super) lost_bps: f64,
}

/// All steps together.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Sum {
    pub(super) covered_ms: u64,
    pub(super) spread_ms: f64,
    pub(super) depth_ms: f64,
    pub(super) trades: u32,
    pub(super) judged: u32,
    pub(super) lost_bps: f64,
    pub(super) squares: f64,
    pub(super) returns: u32,
}

/// Steps of equal length, the oldest overwritten by the newest.
#[derive(Clone, Debug)]
pub(super) struct Ring {
    steps: Vec<Step>,
    step_ms: u64,
    /// Number of the step of the moment, counted from the epoch.
    number: u64,
    /// Where a step is written if the vector is empty, which it never is.
    spare: Step,
}

impl Ring {
    pub(super) fn new(window_ms: u64, steps: u16) -> Self {
        let steps = steps.max(2);
        let step_ms = (window_ms / u64::from(steps)).max(1);
        let steps = vec![Step::default(); usize::from(steps)];
        Self { steps, step_ms, number: 0, spare: Step::default() }
    }

    pub(super) const fn step_ms(&self) -> u64 {
        self.step_ms
    }

    fn place(&self, number: u64) -> usize {
        let len = u64::try_from(self.steps.len()).unwrap_or(1).max(1);
        usize::try_from(number % len).unwrap_or(0)
    }

    pub(super) fn current(&mut self) -> &mut Step {
        let place = self.place(self.number);
        self.steps.get_mut(place).unwrap_or(&mut self.spare)
    }

    /// Counts what held from `from` to `to`: `held` until it ends, and nothing after that. At most
    /// as many steps as there are begin, however long it was.
    pub(super) fn advance(&mut self, from: Millis, to: Millis, held: Option<(Quote, Millis)>) {
        let last = to.0 / self.step_ms;
        let len = u64::try_from(self.steps.len()).unwrap_or(1);
        let mut at = from;
        if last.saturating_sub(self.number) > len {
            // Everything that is remembered is older than the window. What held since is counted for
            // the part of it that is within.
            self.steps.fill(Step::default());
            self.number = last.saturating_sub(len.saturating_sub(1));
            at = Millis(self.number.saturating_mul(self.step_ms)).max(from);
        }
        while self.number < last {
            let end = Millis(self.number.saturating_add(1).saturating_mul(self.step_ms));
            self.hold(at, end, held);
            let close = held.filter(|(_, until)| *until >= end).map(|(quote, _)| quote.mid());
            self.current().close = close;
            at = at.max(end);
            self.number = self.number.saturating_add(1);
            *self.current() = Step::default();
        }
        self.hold(at, to, held);
    }

    fn hold(&mut self, from: Millis, to: Millis, held: Option<(Quote, Millis)>) {
        let Some((quote, until)) = held else { return };
        let span = to.min(until).since(from);
        let step = self.current();
        step.covered_ms = step.covered_ms.saturating_add(span);
        step.spread_ms += quote.spread_bps() * ms(span);
        step.depth_ms += quote.depth_usd * ms(span);
    }

    /// The mid at the end of the step of that number, one of [`Ring::numbers`] or the one before
    /// them. That one shares its place with the step of the moment, which has not ended.
    fn closed(&self, number: u64) -> Option<f64> {
        self.steps.get(self.place(number))?.close
    }

    /// The log return of the step of that number, from the close of the one before.
    fn log_return(&self, number: u64) -> Option<f64> {
        let (from, to) = (self.closed(number.checked_sub(1)?)?, self.closed(number)?);
        Some(libm::log(to / from))
    }

    /// The steps that are over and remembered, the oldest first.
    fn numbers(&self) -> impl Iterator<Item = u64> + use<> {
        let others = u64::try_from(self.steps.len()).unwrap_or(1).saturating_sub(1);
        self.number.saturating_sub(others)..self.number
    }

    pub(super) fn sum(&self) -> Sum {
        let mut sum = self.steps.iter().fold(Sum::default(), |mut sum, step| {
            sum.covered_ms = sum.covered_ms.saturating_add(step.covered_ms);
            sum.spread_ms += step.spread_ms;
            sum.depth_ms += step.depth_ms;
            sum.trades = sum.trades.saturating_add(step.trades);
            sum.judged = sum.judged.saturating_add(step.judged);
            sum.lost_bps += step.lost_bps;
            sum
        });
        for change in self.numbers().filter_map(|number| self.log_return(number)) {
            sum.squares += change * change;
            sum.returns = sum.returns.saturating_add(1);
        }
        sum
    }

    pub(super) fn correlation(&self, other: &Self) -> Option<f64> {
        const LEAST: f64 = 8.0;
        let (mut n, mut x, mut y, mut xx, mut yy, mut xy) = (0.0, 0.0, 0.0, 0.0, 0.0, 0.0);
        for number in self.numbers() {
            let both = self.log_return(number).zip(other.log_return(number));
            let Some((a, b)) = both.filter(|_| self.step_ms == other.step_ms) else { continue };
            n += 1.0;
            x += a;
            y += b;
            xx += a * a;
            yy += b * b;
            xy += a * b;
        }
        if n < LEAST {
            return None;
        }
        let (vx, vy) = (xx - x * x / n, yy - y * y / n);
        // What does not move has no variance, and nothing divided by nothing is not a number.
        let value = (xy - x * y / n) / libm::sqrt(vx * vy);
        value.is_finite().then(|| value.clamp(-1.0, 1.0))
    }
}
