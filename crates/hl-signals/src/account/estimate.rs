//! Estimates with an interval that does not pretend to more data than there is.

/// An interval is given from so many blocks of time on.
pub const MIN_BLOCKS: usize = 8;
/// Blocks are joined into at most so many groups.
const MAX_GROUPS: usize = 24;

/// One pair of numbers and the block of time that it belongs to.
pub type Point = (u64, f64, f64);

/// How wide an interval is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Confident {
    /// Nineteen in twenty: for reading.
    P95,
    /// 999 in a thousand: for acting, again and again, on the same growing data.
    P999,
}

impl Confident {
    /// The quantile of the normal distribution, two-sided.
    const fn normal(self) -> f64 {
        match self {
            Self::P95 => 1.959_963_985,
            Self::P999 => 3.290_526_731,
        }
    }

    /// The quantile of Student's distribution, by the expansion of Cornish and Fisher; to three
    /// digits from seven degrees of freedom on.
    fn student(self, freedom: f64) -> f64 {
        let z = self.normal();
        let (z2, d) = (z * z, freedom);
        let first = z * (z2 + 1.0) / 4.0;
        let second = z * ((5.0 * z2 + 16.0) * z2 + 3.0) / 96.0;
        let third = z * (((3.0 * z2 + 19.0) * z2 + 17.0) * z2 - 15.0) / 384.0;
        z + first / d + second / (d * d) + third / (d * d * d)
    }
}

/// A number and the interval that it is in.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Estimate {
    /// The number.
    pub value: f64,
    /// The lower end.
    pub low: f64,
    /// The upper end.
    pub high: f64,
    /// From how many samples.
    pub samples: usize,
    /// From how many groups of time; the interval is by what changes when one is left out.
    pub groups: usize,
}

/// Sums of a group, or of all.
#[derive(Clone, Copy, Debug, Default)]
struct Sums {
    n: f64,
    x: f64,
    y: f64,
    xx: f64,
    yy: f64,
    xy: f64,
}

impl Sums {
    fn add(&mut self, x: f64, y: f64) {
        *self = Self {
            n: self.n + 1.0,
            x: self.x + x,
            y: self.y + y,
            xx: self.xx + x * x,
            yy: self.yy + y * y,
            xy: self.xy + x * y,
        };
    }

    fn plus(&self, other: &Self) -> Self {
        Self {
            n: self.n + other.n,
            x: self.x + other.x,
            y: self.y + other.y,
            xx: self.xx + other.xx,
            yy: self.yy + other.yy,
            xy: self.xy + other.xy,
        }
    }

    fn less(&self, other: &Self) -> Self {
        Self {
            n: self.n - other.n,
            x: self.x - other.x,
            y: self.y - other.y,
            xx: self.xx - other.xx,
            yy: self.yy - other.yy,
            xy: self.xy - other.xy,
        }
    }

    /// The correlation of the two, through the arctanh that makes its errors even; 0 where one of
    /// them does not vary.
    fn fisher(&self) -> f64 {
        let cov = self.n * self.xy - self.x * self.y;
        let var = (self.n * self.xx - self.x * self.x) * (self.n * self.yy - self.y * self.y);
        if self.n < 2.0 || var <= 1e-9 {
            return 0.0;
        }
        // A perfect correlation would be infinitely sure.
        libm::atanh((cov / libm::sqrt(var)).clamp(-0.999_999, 0.999_999))
    }

    fn mean(&self) -> f64 {
        if self.n > 0.0 { self.x / self.n } else { 0.0 }
    }
}

/// The rank correlation of the two numbers of each point (Spearman's; ties share their middle rank):
/// an opinion's information coefficient, if the second number is what followed it.
///
/// The interval is by the jackknife over groups of time: points of one block are left out together,
/// so that markets that move together, and opinions that stand for long, do not count as many.
/// `None` below [`MIN_BLOCKS`] blocks.
#[must_use]
pub fn rank_correlation(points: &[Point], confident: Confident) -> Option<Estimate> {
    let xs = ranks(points.iter().map(|(_, x, _)| *x));
    let ys = ranks(points.iter().map(|(_, _, y)| *y));
    let ranked =
        points.iter().zip(xs.into_iter().zip(ys)).map(|((block, ..), (x, y))| (*block, x, y));
    let estimate = jackknife(ranked, points.len(), confident, Sums::fisher)?;
    let Estimate { value, low, high, .. } = estimate;
    let (value, low, high) = (libm::tanh(value), libm::tanh(low), libm::tanh(high));
    Some(Estimate { value, low, high, ..estimate })
}

/// The mean of the first number of each point, with an interval as in [`rank_correlation`].
#[must_use]
pub fn mean(points: &[Point], confident: Confident) -> Option<Estimate> {
    jackknife(points.iter().copied(), points.len(), confident, Sums::mean)
}

fn jackknife(
    points: impl Iterator<Item = Point>,
    samples: usize,
    confident: Confident,
    statistic: impl Fn(&Sums) -> f64,
) -> Option<Estimate> {
    let groups = grouped(points, samples)?;
    let all = groups.iter().fold(Sums::default(), |sum, group| sum.plus(group));
    let count = crate::float::from_count(groups.len());
    let parts: Vec<f64> = groups.iter().map(|group| statistic(&all.less(group))).collect();
    let middle = parts.iter().sum::<f64>() / count;
    let spread: f64 = parts.iter().map(|part| (part - middle) * (part - middle)).sum();
    let error = libm::sqrt(spread * (count - 1.0) / count);
    let reach = confident.student(count - 1.0) * error;
    let value = statistic(&all);
    Some(Estimate { value, low: value - reach, high: value + reach, samples, groups: groups.len() })
}

/// The points of blocks that follow each other, in groups of about the same size; `None` if there
/// are too few blocks.
fn grouped(points: impl Iterator<Item = Point>, samples: usize) -> Option<Vec<Sums>> {
    let mut points: Vec<Point> = points.collect();
    points.sort_by_key(|(block, ..)| *block);
    let blocks = points.chunk_by(|(a, ..), (b, ..)| a == b);
    let count = blocks.clone().count();
    if count < MIN_BLOCKS {
        return None;
    }
    let wanted = count.min(MAX_GROUPS);
    let mut groups: Vec<Sums> = vec![Sums::default()];
    let (mut taken, mut left) = (0_usize, count);
    for block in blocks {
        let full = taken.saturating_mul(wanted) >= samples.saturating_mul(groups.len());
        // As many blocks are left as groups are missing: each begins one.
        let must = left <= wanted.saturating_sub(groups.len());
        if taken > 0 && (full || must) && groups.len() < wanted {
            groups.push(Sums::default());
        }
        if let Some(group) = groups.last_mut() {
            block.iter().for_each(|(_, x, y)| group.add(*x, *y));
        }
        taken = taken.saturating_add(block.len());
        left = left.saturating_sub(1);
    }
    Some(groups)
}

/// The rank of each number, from below, less the middle rank; ties share theirs.
fn ranks(numbers: impl Iterator<Item = f64>) -> Vec<f64> {
    let mut sorted: Vec<(usize, f64)> = numbers.enumerate().collect();
    sorted.sort_by(|(_, a), (_, b)| a.total_cmp(b));
    let count = sorted.len();
    let middle = (crate::float::from_count(count) - 1.0) / 2.0;
    let mut ranks = vec![0.0; count];
    let mut below = 0_usize;
    for tie in sorted.chunk_by(|(_, a), (_, b)| a.total_cmp(b).is_eq()) {
        let half = (crate::float::from_count(tie.len()) - 1.0) / 2.0;
        let rank = crate::float::from_count(below) + half - middle;
        for (index, _) in tie {
            if let Some(slot) = ranks.get_mut(*index) {
                *slot = rank;
            }
        }
        below = below.saturating_add(tie.len());
    }
    ranks
}
