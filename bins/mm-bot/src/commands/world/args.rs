//! The command line of `world`.

use std::ops::Range;
use std::path::PathBuf;

use clap::Args;
use hl_quant::Decimal;

/// Try to break the bot: whole simulated worlds, with faults, judged by ground truth.
///
/// Each seed is a world of its own: an exchange, a network, a disk, a clock and a bot in one thread,
/// and a plan of faults. What the bot does is judged by forty-two invariants against what the
/// exchange knows and the bot does not. Equal seeds give equal runs, so a breach is printed with the
/// one command that repeats it, after its list of faults has been made as short as it gets.
///
/// Progress goes to standard error, the report to standard output. Exit code 4: something broke, or
/// a checker had nothing to judge in a large run.
#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  mm-bot world --seeds 0..1000 --hours 1       a thousand worlds of one hour
  mm-bot world --seed 7 --trace                one world, a line for each thing that happens
  mm-bot world --seeds 0..99999 --until-breach look for trouble
  mm-bot world --seed 7 --intensity 0          the same world when nothing fails
  mm-bot world --seed 7 --faults less.txt      with the faults of a file, one a line:
                                               ack.drop prob=0.5 @12000+5000
  mm-bot world --invariants                    what is judged, by whom, and how often")]
pub(crate) struct WorldArgs {
    /// Run these seeds, the last one left out
    #[arg(long, value_name = "A..B", value_parser = range, default_value = "0..20")]
    pub(crate) seeds: Range<u64>,
    /// Run this seed
    #[arg(long, value_name = "N", conflicts_with = "seeds")]
    pub(crate) seed: Option<u64>,
    /// How long faults happen in each world, in hours; a minute without follows
    #[arg(long, value_name = "H", default_value = "1", value_parser = milliseconds)]
    pub(crate) hours: u64,
    /// How many faults begin in an hour
    #[arg(long, value_name = "N", default_value_t = 90)]
    pub(crate) intensity: u32,
    /// Take the faults from a file instead of drawing them
    #[arg(long, value_name = "FILE", requires = "seed")]
    pub(crate) faults: Option<PathBuf>,
    /// Write a line for each thing that happens to standard output
    #[arg(long, requires = "seed", conflicts_with = "json")]
    pub(crate) trace: bool,
    /// Go on to the end of a seed, and to the next one, after a breach
    #[arg(long, conflicts_with = "until_breach")]
    pub(crate) go_on: bool,
    /// Begin again with new seeds after the last one, until something breaks
    #[arg(long, conflicts_with = "seed")]
    pub(crate) until_breach: bool,
    /// Runs that shrinking a breach may take; 0 leaves it as it is
    #[arg(long, value_name = "N", default_value_t = 200)]
    pub(crate) shrink: u32,
    /// Write the faults that are left after shrinking to this file
    #[arg(long, value_name = "FILE")]
    pub(crate) save: Option<PathBuf>,
    /// Threads
    #[arg(long, value_name = "N", default_value_t = 2, value_parser = clap::value_parser!(u8).range(1..=64))]
    pub(crate) jobs: u8,
    /// Print the table of invariants with the counts of the run
    #[arg(long)]
    pub(crate) invariants: bool,
    /// Print every kind of fault with how often it met orders in each stage
    #[arg(long)]
    pub(crate) coverage: bool,
    /// Print the report as JSON
    #[arg(long)]
    pub(crate) json: bool,
}

/// Two numbers, the last one left out.
pub(crate) fn range(text: &str) -> Result<Range<u64>, String> {
    let bad = || "write two numbers, the smaller first: 0..1000".to_owned();
    let (from, to) = text.split_once("..").ok_or_else(bad)?;
    let number = |text: &str| text.parse::<u64>().map_err(|_| bad());
    let range = number(from)?..number(to)?;
    if range.is_empty() { Err(bad()) } else { Ok(range) }
}

/// Hours with at most four decimals, from a second to a week, as milliseconds.
pub(super) fn milliseconds(text: &str) -> Result<u64, String> {
    let bad = || "write hours from 0.001 to 168, such as 1 or 0.5".to_owned();
    let hours = Decimal::parse(text).map_err(|_| bad())?;
    let raw = hours.exact().ok_or_else(bad)?;
    // An hour is 3,600,000 milliseconds and 10^8 units of a decimal.
    let ms = raw.checked_mul(36).ok_or_else(bad)? / 1_000;
    if (3_600..=604_800_000).contains(&ms) { Ok(ms) } else { Err(bad()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hours_are_read_exactly() {
        assert_eq!(milliseconds("1"), Ok(3_600_000));
        assert_eq!(milliseconds("0.58"), Ok(2_088_000));
        for bad in ["0", "-1", "169", "1h", "", "nan"] {
            assert!(milliseconds(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn a_range_of_seeds_goes_up() {
        assert_eq!(range("0..1000"), Ok(0..1_000));
        for bad in ["5..5", "7..3", "1", "a..b", "..3"] {
            assert!(range(bad).is_err(), "{bad}");
        }
    }
}
