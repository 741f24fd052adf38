//! A curve of bounded size that keeps its extremes.

use hl_quant::Millis;

/// The most stretches of time that a curve keeps apart: as many as a wide screen shows.
const MOST: usize = 300;
/// The shortest stretch. Milliseconds.
const FINEST_MS: u64 = 250;

/// What a value did in a stretch of time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Stretch {
    /// Which one, in stretches since 1970.
    place: u64,
    first: (Millis, i64),
    low: (Millis, i64),
    high: (Millis, i64),
    last: (Millis, i64),
}

impl Stretch {
    const fn new(place: u64, at: Millis, value: i64) -> Self {
        let point = (at, value);
        Self { place, first: point, low: point, high: point, last: point }
    }

    fn take(&mut self, point: (Millis, i64)) {
        if point.0 < self.first.0 {
            self.first = point;
        }
        if point.0 >= self.last.0 {
            self.last = point;
        }
        if point.1 < self.low.1 {
            self.low = point;
        }
        if point.1 > self.high.1 {
            self.high = point;
        }
    }
}

/// A value over time, of any length: of each stretch it keeps the first, the lowest, the highest and
/// the last value. When there are too many stretches, each two become one.
#[derive(Clone, Debug)]
pub struct Curve {
    step_ms: u64,
    stretches: Vec<Stretch>,
}

impl Default for Curve {
    fn default() -> Self {
        Self { step_ms: FINEST_MS, stretches: Vec::new() }
    }
}

impl Curve {
    /// The value is this from now on.
    pub fn push(&mut self, at: Millis, value: i64) {
        let place = at.0.checked_div(self.step_ms).unwrap_or(0);
        match self.stretches.last_mut() {
            Some(last) if last.place == place => return last.take((at, value)),
            Some(last) if last.place > place => {
                // The past is told late, or a clock was set back.
                let found = self.stretches.binary_search_by_key(&place, |it| it.place);
                match found.map(|index| self.stretches.get_mut(index)) {
                    Ok(Some(stretch)) => return stretch.take((at, value)),
                    Ok(None) => return,
                    Err(index) => self.stretches.insert(index, Stretch::new(place, at, value)),
                }
            }
            _ => self.stretches.push(Stretch::new(place, at, value)),
        }
        while self.stretches.len() > MOST {
            self.coarsen();
        }
    }

    fn coarsen(&mut self) {
        self.step_ms = self.step_ms.saturating_mul(2);
        let old = core::mem::take(&mut self.stretches);
        for mut stretch in old {
            stretch.place /= 2;
            match self.stretches.last_mut() {
                Some(last) if last.place == stretch.place => {
                    for point in [stretch.first, stretch.low, stretch.high, stretch.last] {
                        last.take(point);
                    }
                }
                _ => self.stretches.push(stretch),
            }
        }
    }

    /// The points to draw, in the order of time: at most four of each stretch.
    #[must_use]
    pub fn points(&self) -> Vec<(Millis, i64)> {
        let mut points = Vec::with_capacity(self.stretches.len().saturating_mul(4));
        for stretch in &self.stretches {
            let (low, high) = (stretch.low, stretch.high);
            let (one, other) = if low.0 <= high.0 { (low, high) } else { (high, low) };
            for point in [stretch.first, one, other, stretch.last] {
                if points.last() != Some(&point) {
                    points.push(point);
                }
            }
        }
        points
    }

    /// The lowest and the highest value; `None` of an empty curve.
    #[must_use]
    pub fn range(&self) -> Option<(i64, i64)> {
        let low = self.stretches.iter().map(|stretch| stretch.low.1).min()?;
        let high = self.stretches.iter().map(|stretch| stretch.high.1).max()?;
        Some((low, high))
    }

    /// Whether nothing was pushed.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.stretches.is_empty()
    }
}
