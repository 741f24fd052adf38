mod damage;
mod replaying;
mod session;
mod values;

use hl_journal::decisions::{End, Item, Note, Reader};

/// All that a reader yields, as text, and why it ended.
fn read(bytes: &[u8]) -> (Vec<String>, Vec<Note>, End) {
    let mut reader = match Reader::open(bytes) {
        Ok(reader) => reader,
        Err(end) => return (Vec::new(), Vec::new(), end),
    };
    let (mut told, mut notes) = (Vec::new(), Vec::new());
    while let Some(item) = reader.next() {
        match item {
            Item::Entry(entry) => {
                let mut line = format!("{} {:?}", entry.now.0, entry.input);
                entry.events.iter().for_each(|event| line.push_str(&format!(" | {event:?}")));
                told.push(format!("{line} | {}", entry.wake.0));
            }
            Item::Note(note) => notes.push(note),
            Item::Gap(gap) => told.push(format!("{gap:?}")),
        }
    }
    (told, notes, reader.end().unwrap().clone())
}
