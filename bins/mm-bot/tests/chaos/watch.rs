//! The judge's eyes: while a scenario runs, the exchange's own account and the system's of the
//! process are read several times a second and held against what must never be.

use std::collections::{BTreeMap, BTreeSet};
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
/// Files and sockets: a pool of connections, one stream, a log.
const FILES_MAX: usize = 64;
/// The first digits of every client order id of ours (`mmhl`).
pub(crate) const OURS: &str = "0x6d6d686c";

/// What the scenario allows.
#[derive(Clone, Debug)]
pub(crate) struct Bounds {
    /// Orders a side in one market.
    pub(crate) layers: usize,
    /// `MAX_POSITION_USD`.
    pub(crate) position_usd: f64,
    /// Whether positions may be closed by taking.
    pub(crate) taking: bool,
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
                seen.extend(broken(&truth, self.bounds.taking));
                self.looks.fetch_add(1, Ordering::SeqCst);
            }
            if let Ok(orders) = sim::info(venue, "frontendOpenOrders", &self.user) {
                seen.extend(doubled(&orders, self.bounds.layers));
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

/// What the exchange's account of us must not hold.
pub(crate) fn broken(truth: &Value, taking: bool) -> Vec<String> {
    let mut never = vec!["illegalPrices", "illegalSizes"];
    if !taking {
        never.push("takerFills");
    }
    let broken = never.into_iter().filter(|name| count(truth, name) > 0);
    broken.map(|name| format!("{name}: {}", count(truth, name))).collect()
}

/// More orders of ours on one side of a market than are configured, or one id twice.
fn doubled(orders: &Value, layers: usize) -> Vec<String> {
    let mut sides: BTreeMap<String, usize> = BTreeMap::new();
    let mut ids: BTreeSet<&str> = BTreeSet::new();
    let mut seen = Vec::new();
    for order in orders.as_array().into_iter().flatten() {
        let Some(cloid) = order["cloid"].as_str().filter(|id| id.starts_with(OURS)) else {
            continue;
        };
        if !ids.insert(cloid) {
            seen.push(format!("cloid {cloid} twice"));
        }
        let side = format!("{} {}", order["coin"], order["side"]);
        *sides.entry(side).or_default() += 1;
    }
    seen.extend(
        sides
            .into_iter()
            .filter(|(_, n)| *n > layers)
            .map(|(side, n)| format!("{n} orders at {side}, {layers} configured")),
    );
    seen
}

/// The cap counts at the fair price of the moment of sending; the mark may have moved since.
const DRIFT: f64 = 1.03;

fn too_large(state: &Value, cap: f64) -> Vec<String> {
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
    let mut sides: BTreeSet<(String, String)> = BTreeSet::new();
    for order in orders.as_array().into_iter().flatten() {
        let text = |name: &str| order[name].as_str().unwrap_or_default().to_owned();
        if text("cloid").starts_with(OURS) && coins.contains(&text("coin").as_str()) {
            sides.insert((text("coin"), text("side")));
        }
    }
    let markets: BTreeSet<&String> = sides.iter().map(|(coin, _)| coin).collect();
    (sides.len(), markets.len())
}
