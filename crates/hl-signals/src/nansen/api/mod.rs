//! The public Nansen API's smart-money endpoints, as its documentation describes them.
//!
//! Nothing here sends anything: these are the requests' bodies and the readers of the answers. The
//! documentation (docs.nansen.ai, read in November 2026) gives the base `https://api.nansen.ai`, the
//! key in the header `apiKey`, `POST` for everything, rows under `data`, and a limit of at least 300
//! requests a minute. It promises no stable set of columns, so unknown ones are passed over; those
//! that are read must be there and must be what they are documented to be.

mod gather;
mod rows;

pub use gather::Gathered;

use crate::document::BadDocument;

/// The longest answer that is read, in bytes.
pub const MAX_ANSWER_BYTES: usize = 2 * 1024 * 1024;

/// The labels that make a wallet smart money here, by Nansen's names.
pub const SMART_LABELS: &[&str] = &["Fund", "Smart Trader"];

/// Rows in one page.
const PER_PAGE: u32 = 200;

/// Why an answer is of no use. Asking again later may help.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadAnswer {
    /// Longer than [`MAX_ANSWER_BYTES`].
    #[error("{bytes} bytes, more than {MAX_ANSWER_BYTES}")]
    TooLong {
        /// How long it is.
        bytes: usize,
    },
    /// Not what the documentation promises.
    #[error(transparent)]
    Shape(BadDocument),
}

/// One thing to ask.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Endpoint {
    /// The path after the base address.
    pub path: &'static str,
    /// What its rows are about.
    kind: Kind,
    /// By which column the first page is chosen, and which end of it.
    order: (&'static str, &'static str),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Netflow,
    PerpTrades,
    Holdings,
}

/// What smart money bought less what it sold in a day: both ends of the list, since the sold are as
/// telling as the bought.
pub const NETFLOW: [Endpoint; 2] = [netflow("DESC"), netflow("ASC")];

/// The latest trades of smart money on Hyperliquid itself.
pub const PERP_TRADES: Endpoint = Endpoint {
    path: "/api/v1/smart-money/perp-trades",
    kind: Kind::PerpTrades,
    order: ("block_timestamp", "DESC"),
};

/// What smart money holds, and how that changed in a day.
pub const HOLDINGS: Endpoint = Endpoint {
    path: "/api/v1/smart-money/holdings",
    kind: Kind::Holdings,
    order: ("value_usd", "DESC"),
};

const fn netflow(direction: &'static str) -> Endpoint {
    Endpoint {
        path: "/api/v1/smart-money/netflow",
        kind: Kind::Netflow,
        order: ("net_flow_24h_usd", direction),
    }
}

impl Endpoint {
    /// All that are asked in one round, in this order.
    pub fn all() -> impl Iterator<Item = Self> {
        NETFLOW.into_iter().chain([PERP_TRADES, HOLDINGS])
    }

    /// The body of the request. `chains` are Nansen's names of block chains; trades on Hyperliquid
    /// have none.
    #[must_use]
    pub fn body(&self, chains: &[String]) -> String {
        let (field, direction) = self.order;
        let mut body = serde_json::json!({
            "filters": { "include_smart_money_labels": SMART_LABELS },
            "order_by": [{ "field": field, "direction": direction }],
            "pagination": { "page": 1, "per_page": PER_PAGE },
        });
        if self.kind != Kind::PerpTrades {
            let filters = serde_json::json!({
                "include_smart_money_labels": SMART_LABELS,
                "include_native_tokens": true,
                "include_stablecoins": false,
            });
            if let Some(object) = body.as_object_mut() {
                object.insert("chains".to_owned(), chains.into());
                object.insert("filters".to_owned(), filters);
            }
        }
        body.to_string()
    }
}
