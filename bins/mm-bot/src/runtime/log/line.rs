//! One line as text: its time, its run, its number, and nothing that could break it in two.

use core::fmt::Write as _;

use hl_engine::Timestamp;
use hl_quant::Millis;

/// Appends a line of the shell: with its time behind the name, or at the end where the name is made
/// of several words.
pub(super) fn text(into: &mut String, at: Millis, text: &str) {
    let clean = redacted(text);
    let stamp = format_args!("ts={} tms={at}", Timestamp(at)).to_string();
    let (name, rest) = clean.split_once(' ').unwrap_or((&clean, ""));
    let written = match (name.contains("_evt="), rest) {
        (true, "") => write!(into, "{name} {stamp}"),
        (true, rest) => write!(into, "{name} {stamp} {rest}"),
        (false, _) => write!(into, "{clean} {stamp}"),
    };
    // Writing into a string cannot fail.
    let _ = written;
}

/// The least length of a run of hexadecimal digits that is taken for a key: a private key has 64.
/// An address has 40 and a client order id 32.
const SECRET: usize = 64;

/// `text` on one line, and without anything of the shape of a private key. Keys have a type that
/// does not print them; this is for words that come from elsewhere, such as the text of an error.
fn redacted(text: &str) -> String {
    let mut clean = String::with_capacity(text.len());
    let mut digits = String::new();
    for c in text.chars().chain(['\0']) {
        if c.is_ascii_hexdigit() {
            digits.push(c);
            continue;
        }
        let shown = if digits.len() >= SECRET { "[redacted]" } else { digits.as_str() };
        clean.push_str(shown);
        digits.clear();
        clean.push(if c.is_control() { ' ' } else { c });
    }
    // The mark that ended the last run of digits.
    clean.pop();
    clean
}
