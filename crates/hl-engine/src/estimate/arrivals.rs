//! How often trades come, and how far they reach.
#![expect(clippy::float_arithmetic, reason = "an estimator; its answer becomes no order by itself")]

use hl_quant::{Millis, Price, Side};

use super::{ArrivalsConfig, Cold, Memory, seconds};
use crate::float::of_price;

/// How often a quote at a distance from the mid price is reached: `rate` x e^(-`decay` x distance)
/// times a second, on each side. The distance is a part of the price.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Arrivals {
    /// A: per second and side, at the mid itself.
    pub rate: f64,
    /// k: 1 over the mean reach. A reach of 2 basis points, 0.0002, is a decay of 5000.
    pub decay: f64,
}

/// Maximum likelihood of the intensity A e^(-k d) from public trades.
///
/// The model of Avellaneda and Stoikov (2008, section 2.5): orders that take come as a Poisson
/// process, and reach at least d from the mid at the rate A e^(-k d) on each side. So what an order
/// reaches *beyond the touch* is exponential with rate k wherever the touch happens to be, and
///
/// > k = orders / sum of (reach beyond the touch), A = (orders / 2) / time x e^(k h)
///
/// with h the mean distance of the touch from the mid over that time. Orders, reach and time all
/// halve with every half-life. Unlike a regression on bins it needs no width that would have to suit
/// BTC and a memecoin alike. Its relative standard error is 1 / sqrt(orders) for k. A is right to
/// first order in how much the touch moves around h.
///
/// - Trades of one moment and one side are one order; it reached as far as the farthest of them.
/// - A trade is measured against the last book *before* its moment, ours included in the touch and
///   left out of the mid. Without one that is younger than `max_gap_ms` it is not counted.
/// - Trades that come again, as after every subscription, or out of order are not counted.
/// - Silences longer than `max_gap_ms` count as neither time nor trades.
/// - If no order has reached beyond the touch, nothing can be said about k: [`Cold::Degenerate`].
///
/// ```
/// use hl_engine::{ArrivalsConfig, ArrivalsEstimator, Cold};
/// use hl_quant::{Millis, Side};
///
/// let price = |text: &str| text.parse().unwrap();
/// let config = ArrivalsConfig { warm_ms: 5_000, warm_orders: 2, ..ArrivalsConfig::default() };
/// let mut estimator = ArrivalsEstimator::new(config);
/// for second in 0..=10 {
///     // The touch is one basis point from the mid on each side.
///     let now = Millis(second * 1_000);
///     estimator.observe(now, price("100"), (price("99.99"), price("100.01")));
///     let (paid, at) = (["100.01", "100.03"], now.plus(500));
///     if second % 2 == 0 && second < 8 {
///         // A buyer takes the touch; every other one reaches two basis points beyond it.
///         let far = usize::from(second % 4 == 2);
///         for paid in &paid[..=far] {
///             estimator.trade(at, Side::Bid, price(paid));
///         }
///     }
///     if second < 5 {
///         assert_eq!(estimator.read(now), Err(Cold::Warming));
///     }
/// }
/// // Four orders, the last not yet known to be over; mean reach beyond the touch 2/3 basis point.
/// let seen = estimator.read(Millis(10_000)).unwrap();
/// assert!((seen.decay - 15_000.0).abs() < 50.0, "{seen:?}");
/// // Three in ten seconds on two sides, times e^(15000 x 0.0001) = 4.48.
/// assert!((seen.rate - 0.15 * 4.48).abs() < 0.01, "{seen:?}");
/// ```
#[derive(Clone, Debug)]
pub struct ArrivalsEstimator {
    config: ArrivalsConfig,
    memory: Memory,
    /// The last book and the one of the moment before it.
    books: [Option<Seen>; 2],
    /// Up to where time has been summed up.
    until: Millis,
    /// Seconds observed, faded.
    observed: f64,
    /// Their integral of the distance of the touch.
    touch: f64,
    /// Orders, faded.
    orders: f64,
    /// The sum of their reach beyond the touch, faded.
    reach: f64,
    /// The last order of each side, of which more trades may come.
    last: [Option<(Millis, f64)>; 2],
}

/// A book as trades are measured against it.
#[derive(Clone, Copy, Debug)]
struct Seen {
    time: Millis,
    mid: Price,
    bid: Price,
    ask: Price,
}

impl Seen {
    /// How far from the mid a price is, away from it on the side that `aggressor` takes from.
    fn distance(&self, aggressor: Side, price: Price) -> f64 {
        let mid = of_price(self.mid);
        let far = (of_price(price) - mid) / mid;
        match aggressor {
            Side::Bid => far,
            Side::Ask => -far,
        }
    }

    /// How far the touch is from the mid, on the side that `aggressor` takes from.
    fn touch(&self, aggressor: Side) -> f64 {
        let price = match aggressor {
            Side::Bid => self.ask,
            Side::Ask => self.bid,
        };
        self.distance(aggressor, price).max(0.0)
    }
}

impl ArrivalsEstimator {
    /// An estimator that has seen nothing.
    #[must_use]
    pub fn new(config: ArrivalsConfig) -> Self {
        Self {
            config,
            memory: Memory::new(config.half_life_ms),
            books: [None; 2],
            until: Millis(0),
            observed: 0.0,
            touch: 0.0,
            orders: 0.0,
            reach: 0.0,
            last: [None; 2],
        }
    }

    /// Takes the mid price and the best bid and ask at a moment of the venue's time.
    pub fn observe(&mut self, time: Millis, mid: Price, (bid, ask): (Price, Price)) {
        let seen = Seen { time, mid, bid, ask };
        let [last, before] = self.books;
        let Some(last) = last else {
            self.books = [Some(seen), None];
            self.until = time;
            return;
        };
        if time < last.time {
            return;
        }
        if time > last.time {
            self.pass(last, time);
        }
        self.books = [Some(seen), if time > last.time { Some(last) } else { before }];
    }

    /// Sums up the time until `time`, during which the book was `last`.
    fn pass(&mut self, last: Seen, time: Millis) {
        let is_gap = time.since(last.time) > self.config.max_gap_ms;
        let interval = time.since(self.until);
        if !is_gap && interval < self.config.grid_ms {
            return;
        }
        let fade = self.memory.fade(interval);
        for sum in [&mut self.observed, &mut self.touch, &mut self.orders, &mut self.reach] {
            *sum *= fade.keep;
        }
        if !is_gap {
            let both = last.touch(Side::Bid) + last.touch(Side::Ask);
            self.observed += fade.weight;
            self.touch += fade.weight * both / 2.0;
        }
        self.until = time;
    }

    /// Takes a public trade.
    pub fn trade(&mut self, time: Millis, aggressor: Side, price: Price) {
        let before = |seen: &&Seen| seen.time < time;
        let Some(book) = self.books.iter().flatten().find(before) else { return };
        if time.since(book.time) > self.config.max_gap_ms {
            return;
        }
        let reach = (book.distance(aggressor, price) - book.touch(aggressor)).max(0.0);
        let [buys, sells] = &mut self.last;
        let last = match aggressor {
            Side::Bid => buys,
            Side::Ask => sells,
        };
        match last {
            Some((moment, _)) if time < *moment => {}
            Some((moment, farthest)) if time == *moment => *farthest = farthest.max(reach),
            _ => {
                if let Some((_, farthest)) = last.replace((time, reach)) {
                    self.orders += 1.0;
                    self.reach += farthest;
                }
            }
        }
    }

    /// The intensity as of `now`.
    ///
    /// # Errors
    /// [`Cold`] says why there is none yet, or none any more.
    pub fn read(&self, now: Millis) -> Result<Arrivals, Cold> {
        if let Some(fixed) = self.config.fixed {
            return Ok(fixed);
        }
        let [Some(last), _] = self.books else { return Err(Cold::Warming) };
        if now.since(last.time) > self.config.max_gap_ms {
            return Err(Cold::Stale);
        }
        let too_short = self.observed < seconds(self.config.warm_ms).max(f64::MIN_POSITIVE);
        if too_short || self.orders < f64::from(self.config.warm_orders.max(1)) {
            return Err(Cold::Warming);
        }
        let decay = self.orders / self.reach;
        let at_touch = self.orders / 2.0 / self.observed;
        let rate = at_touch * libm::exp(decay * (self.touch / self.observed));
        let is_known = self.reach > 0.0 && decay.is_finite() && rate.is_finite();
        if is_known { Ok(Arrivals { rate, decay }) } else { Err(Cold::Degenerate) }
    }
}
