//! Whether the judge sees at all: each thing that must never be is shown to it once, before anything
//! else, and beside it what is allowed. A judge that has gone blind calls every scenario good.

use serde_json::{Value, json};

use crate::probe;
use crate::watch::{Bounds, broken, ours, quoted, too_large};

/// What it should have seen and did not, or saw where nothing was.
pub(crate) fn spots() -> Vec<String> {
    let mut all = documents();
    all.extend(positions());
    all.extend(orders());
    all.extend(processes());
    all.extend(secrets());
    all
}

const BOUNDS: Bounds =
    Bounds { open_max: 1, position_usd: 300.0, taking: false, grid_moves: false };

/// One count after another is raised; exactly its own breach must be reported.
fn documents() -> Vec<String> {
    let clean = json!({
        "illegalPrices": 0, "illegalSizes": 0, "takerFills": 0,
        "orders": { "cloidsTwice": 0, "notPostOnly": 0, "mostOpen": { "SOL B": 1, "SOL A": 1 } },
    });
    let mut found = Vec::new();
    let mut shown = |path: &str, value: Value, bounds: &Bounds, wanted: usize| {
        let mut document = clean.clone();
        if let Some(place) = document.pointer_mut(path) {
            *place = value;
        }
        let seen = broken(&document, bounds);
        if seen.len() != wanted {
            found.push(format!("{path}: {wanted} breaches expected, {seen:?} seen"));
        }
    };
    let taking = Bounds { taking: true, ..BOUNDS };
    shown("/illegalPrices", json!(0), &BOUNDS, 0);
    for (path, when_taking) in [
        ("/illegalPrices", 1),
        ("/illegalSizes", 1),
        ("/orders/cloidsTwice", 1),
        ("/takerFills", 0),
        ("/orders/notPostOnly", 0),
    ] {
        shown(path, json!(1), &BOUNDS, 1);
        shown(path, json!(1), &taking, when_taking);
    }
    shown("/orders/mostOpen/SOL A", json!(2), &BOUNDS, 1);
    let moving = Bounds { grid_moves: true, ..BOUNDS };
    shown("/illegalSizes", json!(1), &moving, 0);
    shown("/takerFills", json!(1), &moving, 1);
    let two = Bounds { open_max: 2, ..BOUNDS };
    shown("/orders/mostOpen/SOL A", json!(2), &two, 0);
    found
}

fn positions() -> Vec<String> {
    let held = |value: &str| {
        let position = json!({ "coin": "SOL", "positionValue": value });
        json!({ "assetPositions": [{ "position": position }] })
    };
    let cases = [("299.9", 0), ("-299.9", 0), ("320", 1), ("-320", 1)];
    let wrong =
        cases.iter().filter(|(value, n)| too_large(&held(value), BOUNDS.position_usd).len() != *n);
    wrong.map(|(value, n)| format!("position of {value}: {n} breaches expected")).collect()
}

fn orders() -> Vec<String> {
    let order = |coin: &str, side: &str, cloid: Value| json!({ "coin": coin, "side": side, "cloid": cloid });
    let mine = json!("0x6d6d686c000000000000000000000001");
    let foreign = json!("0x6d6d6678000000000000000000000001");
    let open = json!({ "open": [
        order("SOL", "B", mine.clone()), order("SOL", "A", mine.clone()), order("HYPE", "B", mine),
        order("HYPE", "A", foreign), order("HYPE", "A", Value::Null),
    ]});
    let seen = (ours(&open).count(), quoted(&open, &["SOL", "HYPE"]), quoted(&open, &["SOL"]));
    if seen == (3, (3, 2), (2, 1)) { Vec::new() } else { vec![format!("orders: {seen:?}")] }
}

fn processes() -> Vec<String> {
    let mut found = Vec::new();
    // As /proc/net/tcp writes them: 127.0.0.1, ::1, 0.0.0.0, ::, 192.168.1.1.
    for (address, is) in [
        ("0100007F:0BB9", true),
        ("00000000000000000000000001000000:0BB9", true),
        ("00000000:0BB9", false),
        ("00000000000000000000000000000000:0BB9", false),
        ("0101A8C0:0BB9", false),
    ] {
        if probe::is_loopback(address) != is {
            found.push(format!("{address}: loopback is {is}"));
        }
    }
    let held = probe::held(std::process::id());
    if held.is_none_or(|held| held.resident_kib < 512 || held.files < 3) {
        found.push(format!("this process holds {held:?}"));
    }
    found
}

fn secrets() -> Vec<String> {
    let secret = [0x7b, 0x2a, 0x4f, 0xd0];
    let cases: [(&[u8], bool); 5] = [
        (b"nothing 7b2a4f to see", false),
        (b"key=0x7b2a4fd0", true),
        (b"key=7B2A4FD0 in capitals", true),
        (&[1, 0x7b, 0x2a, 0x4f, 0xd0, 2], true),
        (b"", false),
    ];
    let wrong = cases.iter().filter(|(bytes, shows)| probe::shows(bytes, &secret) != *shows);
    let mut found: Vec<String> =
        wrong.map(|(bytes, shows)| format!("secret in {bytes:?}: {shows}")).collect();
    let dir = tempfile::TempDir::new().unwrap();
    std::fs::create_dir(dir.path().join("below")).unwrap();
    std::fs::write(dir.path().join("below/log"), "7b2a4fd0").unwrap();
    std::fs::write(dir.path().join("agent.key"), "7b2a4fd0").unwrap();
    let holding = probe::holding(dir.path(), &secret, "agent.key");
    if holding.len() != 1 || !holding[0].ends_with("below/log") {
        found.push(format!("files with the secret: {holding:?}"));
    }
    found
}
