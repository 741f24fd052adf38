//! What a scenario is made of.

use core::fmt;
use std::time::Duration;

use crate::proxy::{Way, Which};
use crate::stage::{PATIENCE, Stage};

/// What was on its way when a process died has arrived after this long, also on a busy machine.
const IN_FLIGHT: Duration = Duration::from_secs(1);

/// One thing that is done or waited for.
#[derive(Clone, Copy)]
pub(crate) enum Step {
    /// Starts the bot.
    Start,
    /// Waits until it quotes, with something newer than the last time.
    Quotes,
    /// The same, for at most so many seconds.
    QuotesWithin(u64),
    /// Waits until the fate of every order is known.
    Settled,
    /// Waits until the exchange has no order of ours, at most this many seconds.
    NoOrders(u64),
    /// Lets time pass, in milliseconds.
    Hold(u64),
    /// Sends the bot a signal.
    Signal(&'static str),
    /// SIGKILL, and waits for the end.
    Kill,
    /// Waits for the end, with one of these codes.
    Exit(&'static [i32]),
    /// SIGTERM, and the end with code 0.
    Stop,
    /// What the line between bot and exchange does from now on.
    Line(Which, Way),
    /// Every open connection is cut, once.
    Cut,
    /// The exchange is killed.
    VenueDown,
    /// And started again, with nothing remembered.
    VenueUp,
    /// A signal to the exchange.
    VenueSignal(&'static str),
    /// Begins a fault of the served exchange, by its line of text.
    Fault(&'static str),
    /// Ends all of them.
    Heal,
    /// Waits until the log says so.
    Says(&'static str),
    /// Adds an argument to the next starts.
    Arg(&'static str),
    /// Another command of the program, to its end with this code.
    Run(&'static [&'static str], i32),
    /// A variable for the next starts and commands.
    Env(&'static str, &'static str),
    /// Something that no other step can say, with a name for the report.
    Do(&'static str, fn(&mut Stage) -> Result<(), String>),
}

impl Step {
    /// Does it.
    pub(crate) fn play(&self, stage: &mut Stage) -> Result<(), String> {
        match *self {
            Self::Start => stage.start(),
            Self::Quotes => stage.quotes(PATIENCE),
            Self::QuotesWithin(seconds) => stage.quotes(Duration::from_secs(seconds)),
            Self::Settled => stage.settled(),
            Self::NoOrders(seconds) => stage.no_orders(Duration::from_secs(seconds)),
            Self::Hold(ms) => {
                std::thread::sleep(Duration::from_millis(ms));
                stage.mark();
                Ok(())
            }
            Self::Signal(name) => stage.bot.signal(name),
            Self::Kill => {
                stage.bot.signal("KILL")?;
                stage.bot.wait(PATIENCE).map(drop)?;
                // What it had sent before is accepted blocks later, and is no quote of the next start.
                std::thread::sleep(IN_FLIGHT);
                stage.mark();
                Ok(())
            }
            Self::Exit(codes) => stage.exit(codes),
            Self::Stop => {
                stage.bot.signal("TERM")?;
                stage.exit(&[0])
            }
            Self::Line(which, way) => {
                stage.proxy.set(which, way);
                stage.mark();
                Ok(())
            }
            Self::Cut => {
                stage.proxy.cut();
                stage.mark();
                Ok(())
            }
            Self::VenueDown => {
                stage.venue_down();
                Ok(())
            }
            Self::VenueUp => stage.venue_up(),
            Self::VenueSignal(name) => stage.sim_signal(name),
            Self::Fault(text) => stage.control(&format!("fault {text}")),
            Self::Heal => stage.control("heal all"),
            Self::Says(text) => stage.says(text),
            Self::Arg(text) => {
                stage.bot.extra.push(text.to_owned());
                Ok(())
            }
            Self::Run(args, code) => stage.run(args, code),
            Self::Env(name, value) => {
                stage.bot.set(name, value);
                Ok(())
            }
            Self::Do(_, what) => what(stage),
        }
    }
}

impl fmt::Display for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Start => f.write_str("start"),
            Self::Quotes => f.write_str("quotes"),
            Self::QuotesWithin(seconds) => write!(f, "quotes in {seconds} s"),
            Self::Settled => f.write_str("settled"),
            Self::NoOrders(seconds) => write!(f, "none open in {seconds} s"),
            Self::Hold(ms) => write!(f, "{ms} ms"),
            Self::Signal(name) => write!(f, "SIG{name}"),
            Self::Kill => f.write_str("SIGKILL"),
            Self::Exit(codes) => write!(f, "exit {codes:?}"),
            Self::Stop => f.write_str("SIGTERM, exit [0]"),
            Self::Line(Which::All, way) => write!(f, "line {way:?}"),
            Self::Line(which, way) => write!(f, "line {which:?} {way:?}"),
            Self::Cut => f.write_str("cut"),
            Self::VenueDown => f.write_str("exchange down"),
            Self::VenueUp => f.write_str("exchange up"),
            Self::VenueSignal(name) => write!(f, "exchange SIG{name}"),
            Self::Fault(text) => f.write_str(text),
            Self::Heal => f.write_str("heal"),
            Self::Says(text) => write!(f, "says {text:?}"),
            Self::Arg(text) => f.write_str(text),
            Self::Run(args, code) => write!(f, "{} [{code}]", args.join(" ")),
            Self::Env(name, value) => write!(f, "{name}={value}"),
            Self::Do(name, _) => f.write_str(name),
        }
    }
}

/// Whether orders may be left when a scenario is over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Leaves {
    Nothing,
    /// The bot could not have known better, and its exit code said so.
    Orders,
}

/// A row of the table.
#[derive(Clone, Copy)]
pub(crate) struct Scenario {
    pub(crate) name: &'static str,
    pub(crate) steps: &'static [Step],
    pub(crate) leaves: Leaves,
    /// Whether it may close positions by taking (the flatten command).
    pub(crate) taking: bool,
    /// Whether the market's grid moves under orders on their way: the exchange then counts them as
    /// illegal, and the bot could not know.
    pub(crate) grid_moves: bool,
    /// How many bots quote at once.
    pub(crate) bots: u64,
    /// Whether it trades at all: one that does must have had an order accepted.
    pub(crate) trades: bool,
}

/// A scenario that trades, only makes, and leaves nothing.
pub(crate) const fn row(name: &'static str, steps: &'static [Step]) -> Scenario {
    Scenario {
        name,
        steps,
        leaves: Leaves::Nothing,
        taking: false,
        grid_moves: false,
        bots: 1,
        trades: true,
    }
}

/// A scenario in which no order is ever sent.
pub(crate) const fn idle(name: &'static str, steps: &'static [Step]) -> Scenario {
    Scenario { trades: false, ..row(name, steps) }
}

/// A scenario at whose end orders may remain, as the exit code has said.
pub(crate) const fn leaving(name: &'static str, steps: &'static [Step]) -> Scenario {
    Scenario { leaves: Leaves::Orders, ..row(name, steps) }
}
