//! The retry guard, the request budget, the status and the metrics.

use super::{Key, Scope};
use crate::config::kind::Kind;

pub(super) const KEYS: &[Key] = &[
    Key {
        path: "guard.enabled",
        env: &["RETRY_GUARD_ENABLED"],
        scope: Scope::Once,
        kind: Kind::Flag,
        default: "true",
        doc: "Whether an order that the venue refused for its tick or lot is made again on a \
              fresh spec and sent once more.",
    },
    Key {
        path: "guard.max_retries",
        env: &["RETRY_GUARD_MAX_RETRIES"],
        scope: Scope::Once,
        kind: Kind::Integer { min: 0, max: 1 },
        default: "1",
        doc: "How often, for one order.",
    },
    Key {
        path: "guard.spec_ttl_ms",
        env: &["RETRY_GUARD_SPEC_TTL_MS"],
        scope: Scope::Once,
        kind: Kind::Integer { min: 10_000, max: 3_600_000 },
        default: "60000",
        doc: "The oldest spec that an order is made with, in milliseconds. It is read again at \
              half of this age.",
    },
    Key {
        path: "budget.cancel_reserve",
        env: &["MM_CANCEL_RESERVE"],
        scope: Scope::Once,
        kind: Kind::Integer { min: 0, max: 1_000_000 },
        default: "500",
        doc: "Requests of the address budget that only cancels may spend.",
    },
    Key {
        path: "budget.runway_hours",
        env: &["MM_RUNWAY_HOURS"],
        scope: Scope::Once,
        kind: Kind::Integer { min: 1, max: 8_760 },
        default: "24",
        doc: "With less than so many hours of requests left at the present rate, a request \
              gets dearer and quotes move less often.",
    },
    Key {
        path: "status.interval_sec",
        env: &["MM_INTERVAL_SEC", "INTERVAL_SEC"],
        scope: Scope::Once,
        kind: Kind::Integer { min: 1, max: 3_600 },
        default: "5",
        doc: "Seconds between two status blocks where standard error is not a terminal. Quotes \
              do not wait for it: they follow every book.",
    },
    Key {
        path: "metrics.listen",
        env: &["MM_METRICS_LISTEN"],
        scope: Scope::Once,
        kind: Kind::Listen,
        default: "",
        doc: "Where Prometheus may ask for metrics (GET /metrics), such as 127.0.0.1:9464; port 0 \
              lets the system choose. Empty means nowhere. They tell positions and profit to \
              whoever reaches the address: keep it on loopback or behind something that asks who.",
    },
];
