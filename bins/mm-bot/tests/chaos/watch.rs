//! The judge's eyes: while a scenario runs, the exchange's own account and the system's of the
//! process are read several times a second and held against what must never be.

use std::collections::BTreeSet;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::thread::{Builder, JoinHandle};
use std::time::Duration;

use serde_json::Value;

use crate::{probe, sim};

/// Between two looks.
const EVERY: Duration = Duration::from_millis(150);
/// What a bot may hold in memory. It has a window of markets and orders and keeps no history.
pub(crate) const RESIDENT_MAX_KIB: u64 = 64 * 1024;
/// Files and sockets: one stream, a log, and a connection for each question that waits for its answer;
/// the weight that may be spent at once allows a hundred of the lightest.
const FILES_MAX: usize = 160;
/// The first digits of every client order id of ours (`mmhl`).
const OURS: &str = "0x6d6d686c";

/// What the scenario allows.
#[derive(Clone, Debug)]
pub(crate) struct Bounds {
    /// Orders open at once on a side of one market.
    pub(crate) open_max: u64,
    /// `MAX_POSITION_USD`.
    pub(crate) position_usd: f64,
    /// Whether positions may be closed by taking.
    pub(crate) taking: bool,
    /// Whether orders may become illegal on their way.
    pub(crate) grid_moves: bool,
}

#[derive(Debug)]
struct Shared {
    venue: Mutex<Option<SocketAddr>>,
    user: String,
    bounds: Bounds,
    pids: Mutex<Vec<u32>>,
    breaches: Mutex<BTreeSet<String>>,
    looks: AtomicU64,
    resident: AtomicU64,
    stop: AtomicBool,
}

/// A running watch.
#[derive(Debug)]
pub(crate) struct Watch {
    shared: Arc<Shared>,
    thread: Option<JoinHandle<()>>,
}

impl Watch {
    pub(crate) fn start(venue: SocketAddr, user: &str, bounds: Bounds) -> Self {
        let shared = Arc::new(Shared {
            venue: Mutex::new(Some(venue)),
            user: user.to_owned(),
            bounds,
            pids: Mutex::default(),
            breaches: Mutex::default(),
            looks: AtomicU64::new(0),
            resident: AtomicU64::new(0),
            stop: AtomicBool::new(false),
        });
        let copy = Arc::clone(&shared);
        let thread = Builder::new().spawn(move || {
            while !copy.stop.load(Ordering::SeqCst) {
                copy.look();
                std::thread::sleep(EVERY);
            }
        });
        Self { shared, thread: thread.ok() }
    }

    /// The exchange has gone, or is somewhere else.
    pub(crate) fn venue(&self, address: Option<SocketAddr>) {
        *self.shared.venue.lock().unwrap() = address;
    }

    pub(crate) fn process(&self, pid: u32) {
        self.shared.pids.lock().unwrap().push(pid);
    }

    /// Ends it: breaches, looks taken, the most memory a bot held.
    pub(crate) fn finish(mut self) -> (Vec<String>, u64, u64) {
        self.shared.stop.store(true, Ordering::SeqCst);
        if let Some(thread) = self.thread.take() {
            thread.join().ok();
        }
        let breaches = self.shared.breaches.lock().unwrap().iter().cloned().collect();
        let (looks, resident) = (&self.shared.looks, &self.shared.resident);
        (breaches, looks.load(Ordering::SeqCst), resident.load(Ordering::SeqCst))
    }
}

impl Shared {
    fn look(&self) {
        let venue = *self.venue.lock().unwrap();
        let mut seen: Vec<String> = Vec::new();
        if let Some(venue) = venue {
            if let Ok(truth) = sim::truth(venue, &self.user) {
                seen.extend(broken(&truth, &self.bounds));
                self.looks.fetch_add(1, Ordering::SeqCst);
            }
            if let Ok(state) = sim::info(venue, "clearinghouseState", &self.user) {
                seen.extend(too_large(&state, self.bounds.position_usd));
            }
        }
        let pids = self.pids.lock().unwrap().clone();
        for pid in pids {
            if let Some(held) = probe::held(pid) {
                self.resident.fetch_max(held.resident_kib, Ordering::SeqCst);
                if held.resident_kib > RESIDENT_MAX_KIB {
                    seen.push(format!("more than {RESIDENT_MAX_KIB} KiB resident"));
                }
                if held.files > FILES_MAX {
                    seen.push(format!("more than {FILES_MAX} open files"));
                }
            }
            for address in probe::listeners(pid) {
                if !probe::is_loopback(&address) {
                    seen.push(format!("listens on {address}"));
                }
            }
        }
        self.breaches.lock().unwrap().extend(seen);
    }
}

fn count(document: &Value, name: &str) -> u64 {
    document[name].as_u64().unwrap_or(0)
}

/// What the exchange's account of us must not hold. Its orders are told deed by deed, so nothing is
/// missed between two looks.
pub(crate) fn broken(truth: &Value, bounds: &Bounds) -> Vec<String> {
    let mut seen = Vec::new();
    let mut never = |document: &Value, name: &str| {
        if count(document, name) > 0 {
            seen.push(format!("{name}: {}", count(document, name)));
        }
    };
    if !bounds.grid_moves {
        never(truth, "illegalPrices");
        never(truth, "illegalSizes");
    }
    never(&truth["orders"], "cloidsTwice");
    if !bounds.taking {
        never(truth, "takerFills");
        never(&truth["orders"], "notPostOnly");
    }
    for (side, most) in truth["orders"]["mostOpen"].as_object().into_iter().flatten() {
        let most = most.as_u64().unwrap_or(0);
        if most > bounds.open_max {
            seen.push(format!("{most} orders at once at {side}, {} allowed", bounds.open_max));
        }
    }
    seen
}

/// The cap counts at the fair price of the moment of sending; the mark may have moved since.
const DRIFT: f64 = 1.03;

/// Positions above the cap.
pub(crate) fn too_large(state: &Value, cap: f64) -> Vec<String> {
    let positions = state["assetPositions"].as_array().into_iter().flatten();
    positions
        .filter_map(|entry| {
            let position = &entry["position"];
            let value: f64 = position["positionValue"].as_str()?.parse().ok()?;
            let large = value.abs() > cap * DRIFT;
            large.then(|| format!("{} USD of {}, cap {cap}", value, position["coin"]))
        })
        .collect()
}

/// How many of the sides of `coins` have an order of ours, and how many coins have one at all.
pub(crate) fn quoted(orders: &Value, coins: &[&str]) -> (usize, usize) {
    let mut sides: BTreeSet<(&str, &str)> = BTreeSet::new();
    for order in ours(orders) {
        let text = |name: &str| order[name].as_str().unwrap_or_default();
        if coins.contains(&text("coin")) {
            sides.insert((text("coin"), text("side")));
        }
    }
    let markets: BTreeSet<&str> = sides.iter().map(|(coin, _)| *coin).collect();
    (sides.len(), markets.len())
}

/// The open orders of a truth that carry our mark.
pub(crate) fn ours(orders: &Value) -> impl Iterator<Item = &Value> {
    let marked = |order: &&Value| order["cloid"].as_str().is_some_and(|id| id.starts_with(OURS));
    orders["open"].as_array().into_iter().flatten().filter(marked)
}
