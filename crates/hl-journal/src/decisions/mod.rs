//! Every input of the engine and every decision of it, so that a run can be had again.
//!
//! The engine is a function of its configuration, of what earlier runs left, and of its inputs with
//! their times. All of that is in here, and beside each input what the engine said to it. So a
//! journal answers two questions: *did this program decide that?* ([`replay`] compares every output
//! byte for byte), and *what did the engine know at that moment?* (a [`Replay`] that has been driven
//! to it is the engine as it was).
//!
//! ```
//! use hl_engine::{Connection, EngineConfig, Input, MarketConfig, Output};
//! use hl_journal::decisions::{Close, Encoder, End, Head, Packer, Reader, replay};
//! use hl_quant::Millis;
//!
//! let head = Head {
//!     run: 7,
//!     seed: 42,
//!     version: "0.1.0".to_owned(),
//!     fingerprint: "d41d8cd9".to_owned(),
//!     account: "sim 0x1479…9325".to_owned(),
//!     started: Millis(1_762_252_867_000),
//!     assets: vec![5],
//!     config: EngineConfig { markets: vec![MarketConfig::new("SOL")], ..Default::default() },
//!     carry: Default::default(),
//!     samples: Vec::new(),
//! };
//!
//! // The shell: what goes in, what comes out.
//! let (mut engine, mut encoder) = (head.engine(), Encoder::new(&head));
//! let (now, input) = (head.started, Input::Connection(Connection::Up));
//! encoder.input(now, &input);
//! engine.handle(now, input);
//! let wake = loop {
//!     match engine.poll() {
//!         Output::Event(event) => encoder.event(&event),
//!         Output::Command(command) => encoder.command(&command),
//!         Output::WaitUntil(at) => break at,
//!     }
//! };
//! encoder.end(wake);
//!
//! // Another thread: blocks to a file.
//! let (mut packer, mut file) = (Packer::new(head), Vec::new());
//! packer.begin(&mut file);
//! packer.entries(&encoder.take(Vec::new()), &mut file);
//! packer.end(Close::Ended, &mut file);
//!
//! // Later, elsewhere.
//! let mut reader = Reader::open(&file[..])?;
//! let replayed = replay(&mut reader, |replay, entry| {
//!     assert_eq!(replay.commands().len(), entry.commands().unwrap().len());
//! });
//! assert!(replayed.is_identical());
//! assert_eq!((replayed.tally.entries, replayed.end), (1, Some(End::Closed)));
//! # Ok::<(), End>(())
//! ```
//!
//! # The format
//!
//! A file is a sequence of blocks; the files of a run, one behind the other, are one journal. A block
//! has 48 bytes that say what it holds: magic `HLJ1`, kind, packing, run, number of the block, number
//! of its first input, how many inputs, length before and after compression, CRC-32 of all that and of
//! the contents. All numbers are little-endian. The kinds: a *head* ([`Head`]) begins each file,
//! *entries* follow, a *gap* stands where inputs were lost, an *end* closes a file, and says whether the
//! run has ended. Contents of 64 bytes and more are compressed with LZ4, if that makes them shorter.
//!
//! An entry is an input with its time, the moment at which the engine wanted to be woken, and what the
//! engine said, as one run of bytes that can be stepped over or compared without being understood.
//! Numbers take as many bytes as they need; prices are differences to their neighbours, freed of
//! trailing zeros; floats are their bits. Fields of the engine's types are listed by name, and a new one
//! does not compile until it is listed. [`FORMAT`] is raised with each change: a reader takes its own
//! format only.
//!
//! # What holds
//!
//! Every prefix of a journal yields a prefix of its entries, and [`Reader::end`] says where it ends and
//! why: closed, open, torn, damaged, missing, foreign. One flipped bit anywhere is found. A block that
//! is missing, repeated or moved is found. No bytes make a reader panic, or keep more memory than one
//! block takes.
//!
//! # What it does not do
//!
//! It opens no file, reads no clock and starts no thread. It does not read what another format wrote.
//! It holds no key: what was signed can be shown again from the commands and the nonces, the signature
//! cannot. A gap ends what can be verified; what comes after it can still be read.

mod block;
mod bytes;
mod code;
mod encoder;
mod entry;
mod head;
mod reader;
mod replay;

pub use block::{BLOCK_HEAD, Close, Packer};
pub use bytes::Malformed;
pub use code::{Asked, AskedModify, AskedOrder};
pub use encoder::{Encoder, Raw};
pub use entry::{Entry, Gap, Item, Note};
pub use head::{FORMAT, Head};
pub use reader::{End, Reader};
pub use replay::{Difference, Replay, Replayed, Stop, Tally, replay};
