//! What several test modules use.

use std::io::Write as _;
use std::path::PathBuf;

use hl_quant::SzDecimals;
use hl_sim::tape::Coins;
use hl_sim::universe::PERPS;
use hl_wire::AssetId;

/// The listed universe as tapes see it.
pub(crate) fn coins() -> Coins {
    Coins::new((0_u32..).zip(PERPS).map(|(index, listing)| {
        (listing.coin, AssetId(index), SzDecimals::new(listing.sz_decimals).unwrap())
    }))
}

/// The recordings, which are not part of the repository: `HL_SHARED`, or beside it.
#[expect(clippy::disallowed_methods, reason = "where the recordings are is the machine's business")]
pub(crate) fn recordings(folder: &str) -> Vec<PathBuf> {
    let root = std::env::var("HL_SHARED").map_or_else(
        |_| PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared")),
        PathBuf::from,
    );
    let folder = root.join("data").join(folder);
    let Ok(entries) = std::fs::read_dir(&folder) else {
        // Not through `println!`, which the test harness swallows when a test passes.
        let _ = writeln!(std::io::stderr(), "skipped: no recordings at {}", folder.display());
        return Vec::new();
    };
    let mut files: Vec<_> = entries.map(|entry| entry.unwrap().path()).collect();
    files.retain(|file| file.to_string_lossy().contains(".jsonl"));
    files.sort();
    files
}
