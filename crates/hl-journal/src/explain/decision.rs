//! The decision to send an order, made again while somebody looks.

use std::io::Read;

use hl_engine::{
    BudgetView, Cause, Command, Grade, Judgement, OrderView, SpreadConfig, Thought, Usd,
    adapt::Adapter,
};
use hl_wire::AssetId;

use super::Life;
use crate::decisions::{Item, Note, Reader, Replay, Stop};

/// What was known, wished and checked when an order was decided.
#[derive(Clone, Debug)]
pub struct Decision {
    /// The input that asked for it.
    pub input: String,
    /// What the market knew and wished for; none for an order that closes a position.
    pub thought: Option<Thought>,
    /// Distances, sizes and layers of the configuration, which every model has.
    pub spread: Option<SpreadConfig>,
    /// What the gate said; none for an order that closes a position.
    pub judgement: Option<Judgement>,
    /// Our other orders in the market, just before.
    pub orders: Vec<OrderView>,
    /// What this run had made there, just before.
    pub profit: Option<Usd>,
    /// What the limits of the account allowed, and why.
    pub account: (Grade, Cause),
    /// What those of the market allowed.
    pub market: Option<(Grade, Cause)>,
    /// What was left of the budgets.
    pub budget: BudgetView,
    /// The body of the request as it was signed, without signature.
    pub wire: Option<String>,
}

/// Why a decision cannot be made again.
#[derive(Clone, Debug)]
pub enum Undecided {
    /// The journal cannot be replayed that far.
    Stop(Box<Stop>),
    /// It ends before.
    Missing,
}

/// Drives the engine to just before the order was decided, and looks while it decides.
///
/// # Errors
/// The engine does not decide as the journal says, or inputs are missing before it.
pub fn decision<R: Read>(reader: &mut Reader<R>, life: &Life) -> Result<Decision, Undecided> {
    let stop = |stop| Err(Undecided::Stop(Box::new(stop)));
    if reader.seq() > 0 {
        return stop(Stop::Late(reader.seq()));
    }
    let mut assets = reader.head().assets.clone();
    let coins: Vec<String> = reader.head().pairs().map(ToString::to_string).collect();
    let mut replay = Replay::new(reader.head());
    while let Some(item) = reader.next() {
        let entry = match item {
            Item::Gap(gap) => return stop(Stop::Gap(gap)),
            Item::Note(Note::Renumbered { market, asset }) => {
                if let Some(place) = assets.get_mut(market.index()) {
                    *place = asset;
                }
                continue;
            }
            Item::Note(Note::Sent { .. }) => continue,
            Item::Entry(entry) => entry,
        };
        if entry.seq < life.seq {
            if let Err(difference) = replay.step(&entry) {
                return stop(Stop::Differs(difference));
            }
            continue;
        }
        let before = replay.engine();
        let mut made = Decision {
            input: format!("{:?}", entry.input),
            thought: None,
            spread: before
                .config()
                .markets
                .get(life.market.index())
                .map(|market| market.spread.clone()),
            judgement: None,
            orders: before.orders(life.market).collect(),
            profit: before.market(life.market).and_then(|view| view.profit),
            account: before.grade(),
            market: before.market_grade(life.market),
            budget: before.budget(),
            wire: None,
        };
        replay.engine_mut().look_closely();
        // To look changes nothing, and that is checked here as for every other entry.
        if let Err(difference) = replay.step(&entry) {
            return stop(Stop::Differs(difference));
        }
        let engine = replay.engine();
        let own = |thought: &&Thought| thought.market == life.market;
        made.thought = engine.thoughts().find(own).cloned();
        made.judgement = engine.judgements().find(|it| it.cloid == Some(life.cloid)).cloned();
        let numbered = coins.iter().map(String::as_str).zip(assets.iter().map(|n| AssetId(*n)));
        let adapter = Adapter::new(numbered);
        let carries = |command: &&Command| Some(command.request()) == life.request;
        made.wire = replay.commands().iter().find(carries).and_then(|it| wire(&adapter, it, life));
        return Ok(made);
    }
    Err(Undecided::Missing)
}

/// The body of the request: action, nonce and expiry are what is hashed and signed.
fn wire(adapter: &Adapter, command: &Command, life: &Life) -> Option<String> {
    let action = serde_json::to_string(&adapter.action(command)?).ok()?;
    let expires = match command {
        Command::Place { expires, .. }
        | Command::Modify { expires, .. }
        | Command::Exit { expires, .. } => Some(expires.0),
        _ => None,
    };
    let nonce = life.nonce.map_or_else(|| "null".to_owned(), |nonce| nonce.to_string());
    let expires = expires.map_or_else(|| "null".to_owned(), |at| at.to_string());
    Some(format!(r#"{{"action":{action},"nonce":{nonce},"expiresAfter":{expires}}}"#))
}
