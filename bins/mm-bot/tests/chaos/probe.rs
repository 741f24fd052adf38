//! What the system says about a process, and what is written in its files.

use std::collections::BTreeSet;
use std::path::Path;

/// What a process holds.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Held {
    pub(crate) resident_kib: u64,
    pub(crate) files: usize,
}

/// `None` once it is gone.
pub(crate) fn held(pid: u32) -> Option<Held> {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status")).ok()?;
    let number = |name: &str| {
        let line = status.lines().find_map(|line| line.strip_prefix(name))?;
        line.trim_start_matches(':').split_whitespace().next()?.parse::<u64>().ok()
    };
    let files = std::fs::read_dir(format!("/proc/{pid}/fd")).map_or(0, Iterator::count);
    Some(Held { resident_kib: number("VmRSS")?, files })
}

/// The addresses a process listens on, as the system writes them (hexadecimal).
pub(crate) fn listeners(pid: u32) -> Vec<String> {
    let Ok(links) = std::fs::read_dir(format!("/proc/{pid}/fd")) else { return Vec::new() };
    let inodes: BTreeSet<String> = links
        .filter_map(|link| std::fs::read_link(link.ok()?.path()).ok())
        .filter_map(|target| {
            let text = target.to_string_lossy().into_owned();
            Some(text.strip_prefix("socket:[")?.strip_suffix(']')?.to_owned())
        })
        .collect();
    let mut all = Vec::new();
    for table in ["tcp", "tcp6"] {
        let text = std::fs::read_to_string(format!("/proc/{pid}/net/{table}")).unwrap_or_default();
        for line in text.lines().skip(1) {
            let fields: Vec<&str> = line.split_whitespace().collect();
            // 0A is LISTEN (include/net/tcp_states.h).
            if fields.len() > 9 && fields[3] == "0A" && inodes.contains(fields[9]) {
                all.push(fields[1].to_owned());
            }
        }
    }
    all
}

/// Whether an address of [`listeners`] can be reached from this machine only.
pub(crate) fn is_loopback(address: &str) -> bool {
    let host = address.split(':').next().unwrap_or_default();
    // 127.x.y.z in host order, ::1, and ::ffff:127.x.y.z.
    (host.len() == 8 && host.ends_with("7F"))
        || host == "00000000000000000000000001000000"
        || (host.starts_with("0000000000000000FFFF0000") && host.ends_with("7F"))
}

/// The files under `dir` that hold `secret`, as bytes or as hexadecimal digits of either case.
/// `except` is where it belongs.
pub(crate) fn holding(dir: &Path, secret: &[u8], except: &str) -> Vec<String> {
    let mut found = Vec::new();
    let Ok(entries) = std::fs::read_dir(dir) else { return found };
    for path in entries.filter_map(|entry| Some(entry.ok()?.path())) {
        if path.is_dir() {
            found.extend(holding(&path, secret, except));
        } else if path.file_name().is_none_or(|name| name != except)
            // A pipe would be read for ever.
            && path.is_file()
            && let Ok(bytes) = std::fs::read(&path)
            && shows(&bytes, secret)
        {
            found.push(path.display().to_string());
        }
    }
    found
}

/// Whether `bytes` give `secret` away.
pub(crate) fn shows(bytes: &[u8], secret: &[u8]) -> bool {
    let hex: String = secret.iter().map(|byte| format!("{byte:02x}")).collect();
    let lower = bytes.to_ascii_lowercase();
    lower.windows(hex.len()).any(|window| window == hex.as_bytes())
        || bytes.windows(secret.len()).any(|window| window == secret)
}
