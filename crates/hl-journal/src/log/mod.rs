//! The event log as an interface: its schema, and the reader of its lines.
//!
//! A line is one event: a name that is its first pair (`quant_evt=attempt`), then `key=value` pairs
//! in an order that never changes. The old system's log has the same events between lines for
//! people, without a time in its older parts, and with an emoji before some names; the same reader
//! takes both.
//!
//! ```
//! use hl_journal::log::{Seen, read_line, schema};
//!
//! let line = b"quant_evt=submit ts=2025-11-04T10:41:07.123Z tms=1762252867123 seq=7 \
//!     cloid=0x6d6d686c00000000000000000000002a pair=SOL side=buy tif=Alo ro=0 ticks=16489 \
//!     stepInt=60 szInt=60 ok=0 err=tick_size err_code=E_TICK run=5f3a9c21 ln=812";
//! let Seen::Event(event) = read_line(line) else { panic!() };
//! assert_eq!((event.family, event.word), ("quant_evt", "submit"));
//! assert_eq!(event.get("err_code").as_deref(), Some("E_TICK"));
//! assert_eq!(event.time().map(|at| at.0), Some(1_762_252_867_123));
//! assert!(schema::check(&event).is_ok());
//!
//! // A line for people is none, whatever it talks about.
//! assert!(matches!(read_line(b"reason=\"quant_evt=attempt\" was not found"), Seen::Prose));
//! ```
//!
//! Reading allocates nothing, except where a quoted value has an escape in it.

mod line;
mod pairs;
pub mod schema;
mod time;

pub use line::{BadLine, LogEvent, Seen, TEXT_MAX, read_line};
pub use pairs::{Pair, Pairs, Quoted};
pub use time::parse_iso;
