//! The vocabulary: every kind of fault with its parameters and how they are drawn.

use std::fmt;

use super::dice::Dice;
use super::family::Family;
use super::param::{
    BookSide, Chance, Channel, Disguise, Document, LiqMethod, Moment, Reach, Volume, Which,
};
use super::text::{Params, UnreadableFault};

/// The first four markets that faults are about.
fn market(dice: &mut Dice) -> u16 {
    u16::try_from(dice.below(4)).unwrap_or(0)
}

fn document(dice: &mut Dice) -> Document {
    dice.pick(Document::Ack, &[Document::Info, Document::Frame])
}

fn channel(dice: &mut Dice) -> Channel {
    dice.pick(Channel::Data, Channel::ALL)
}

vocabulary! {
    Req {
        /// Requests are lost on their way: the venue never sees them.
        ReqDrop "req.drop" { prob: Chance = Dice::chance }
        /// Requests arrive up to so much later, each by its own amount.
        ReqDelay "req.delay" { prob: Chance = Dice::chance, ms: u64 = |d| d.spread(50, 30_000) }
        /// The same bytes arrive twice, the copy `ms` later; the client gets one of the answers.
        ReqDup "req.dup" {
            prob: Chance = Dice::chance,
            ms: u64 = |d| d.spread(1, 2_000),
            answer: Which = |d| d.pick(Which::First, &[Which::Second])
        }
        /// Requests overtake each other within so much time.
        ReqReorder "req.reorder" { ms: u64 = |d| d.spread(20, 1_000) }
    }
    Ack {
        /// Answers to actions are lost after the venue has executed them.
        AckDrop "ack.drop" { prob: Chance = Dice::chance }
        /// Answers to actions arrive up to so much later, each by its own amount.
        AckDelay "ack.delay" { prob: Chance = Dice::chance, ms: u64 = |d| d.spread(50, 30_000) }
        /// The venue executes, and the client reads an error (2025-07-29, 37 minutes).
        AckErrAfterAccept "ack.err_after_accept" {
            prob: Chance = Dice::chance,
            how: Disguise = |d| d.pick(Disguise::Gateway, &[Disguise::Sentence])
        }
        /// A resting order is answered as filled.
        AckLieFilled "ack.lie_filled" { prob: Chance = Dice::chance }
        /// A status of a kind that no client knows.
        AckVariant "ack.variant" { prob: Chance = Dice::chance }
    }
    Http {
        /// Status 429, body `null`; the request does not get to the venue.
        Http429 "http.429" { prob: Chance = Dice::chance }
        /// Status 500, 502, 503 or 504.
        Http5xx "http.5xx" {
            prob: Chance = Dice::chance,
            reach: Reach = |d| d.pick(Reach::Before, &[Reach::After])
        }
        /// An HTML page with status 200 or 503.
        HttpHtml "http.html" {
            prob: Chance = Dice::chance,
            reach: Reach = |d| d.pick(Reach::Before, &[Reach::After])
        }
        /// A redirect (307) to somewhere else.
        HttpRedirect "http.redirect" { prob: Chance = Dice::chance }
        /// Answers arrive so slowly: milliseconds for each byte.
        HttpSlowloris "http.slowloris" {
            prob: Chance = Dice::chance,
            ms_per_byte: u64 = |d| d.spread(1, 500)
        }
        /// The connection is reset after the request was sent.
        HttpRstAfterRequest "http.rst_after_request" {
            prob: Chance = Dice::chance,
            reach: Reach = |d| d.pick(Reach::After, &[Reach::Before])
        }
    }
    Json {
        /// The document ends somewhere in its middle.
        JsonTrunc "json.trunc" { prob: Chance = Dice::chance, on: Document = document }
        /// Fields that nobody asked for.
        JsonExtra "json.extra" { prob: Chance = Dice::chance, on: Document = document }
        /// A word of a closed list becomes another one.
        JsonNewEnum "json.newenum" { prob: Chance = Dice::chance, on: Document = document }
        /// A key occurs twice with different values.
        JsonDupKey "json.dupkey" { prob: Chance = Dice::chance, on: Document = document }
        /// The document grows by so many bytes.
        JsonHuge "json.huge" {
            prob: Chance = Dice::chance,
            on: Document = document,
            bytes: u64 = |d| d.spread(100_000, 8_000_000)
        }
        /// Arrays so many levels deep.
        JsonDeep "json.deep" {
            prob: Chance = Dice::chance,
            on: Document = document,
            levels: u64 = |d| d.spread(200, 20_000)
        }
        /// A number becomes `NaN` or `Infinity`.
        JsonNan "json.nan" { prob: Chance = Dice::chance, on: Document = document }
        /// A number is written with an exponent.
        JsonExp "json.exp" { prob: Chance = Dice::chance, on: Document = document }
        /// A field is missing.
        JsonMissing "json.missing" { prob: Chance = Dice::chance, on: Document = document }
        /// A field is `null`.
        JsonNull "json.null" { prob: Chance = Dice::chance, on: Document = document }
    }
    Ws {
        /// Every open connection is closed with this code; 1006 is no close frame at all.
        WsClose "ws.close" { code: u16 = |d| d.pick(1006, &[1000, 1001, 1008, 1011, 1012, 1013]) }
        /// A channel goes silent while the connection lives.
        WsStall "ws.stall" { chan: Channel = channel }
        /// The open connections carry nothing more, either way, and are not closed.
        WsHalfOpen "ws.half_open" {}
        /// Frames arrive so much later than they were sent.
        WsSlow "ws.slow" { ms: u64 = |d| d.spread(100, 20_000) }
        /// Frames arrive twice.
        WsDup "ws.dup" { prob: Chance = Dice::chance }
        /// Frames overtake each other within so much time.
        WsReorder "ws.reorder" { ms: u64 = |d| d.spread(20, 2_000) }
        /// Frames are lost, one here and one there.
        WsGap "ws.gap" { prob: Chance = Dice::chance, chan: Channel = channel }
        /// No snapshot follows a subscription.
        WsNoSnapshot "ws.nosnapshot" {}
        /// Snapshots lack their newest entries.
        WsStaleSnapshot "ws.stale_snapshot" { miss: u64 = |d| d.between(1, 20) }
        /// Each market frame comes so many times.
        WsBurst "ws.burst" { times: u64 = |d| d.spread(10, 500) }
        /// A refused subscription closes the whole connection with 1006 and no word.
        WsClose1006OnBadSub "ws.close1006_on_bad_sub" {}
        /// Connections are closed when they are so old (three hours at the real venue).
        WsExpire3h "ws.expire3h" { age: u64 = |d| d.pick(10_800_000, &[60_000, 600_000]) }
        /// Books are pushed no more often than this.
        WsCadence "ws.cadence" { every: u64 = |d| d.pick(5_000, &[2_000, 1_000]) }
    }
    Net {
        /// Nothing gets through at all: requests, answers, frames, connections.
        NetBlackhole "net.blackhole" {}
    }
    Info {
        /// Answers are those of so many blocks ago.
        InfoStale "info.stale" { blocks: u64 = |d| d.spread(2, 200) }
        /// Questions about accounts are answered as if there were none.
        InfoEmpty "info.empty" { prob: Chance = Dice::chance }
        /// Lists in answers about accounts lack every other entry.
        InfoPartial "info.partial" { prob: Chance = Dice::chance }
        /// Some answers come from a node that is so many blocks behind.
        InfoInconsistentNodes "info.inconsistent_nodes" { blocks: u64 = |d| d.spread(2, 200) }
    }
    Meta {
        /// `szDecimals` changes by one; healing changes it back.
        MetaChange "meta.change" {
            market: u16 = market,
            by: i64 = |d| d.pick(-1, &[1]),
            when: Moment = |d| d.pick(Moment::Now, &[Moment::Send])
        }
        /// Trading halts: open orders are cancelled, new ones refused; `meta` does not say so.
        MetaHalt "meta.halt" { market: u16 = market }
        /// The market is delisted, and `meta` says so.
        MetaDelist "meta.delist" { market: u16 = market }
        /// The numbers of a market and its neighbour are swapped in `meta`, orders and all.
        MetaReindex "meta.reindex" { market: u16 = market }
        /// Lists of the universe have holes: entries of no use, indices unlike positions.
        MetaSparse "meta.sparse" {}
        /// Specifications are answered so much later.
        MetaSlow "meta.slow" { ms: u64 = |d| d.spread(500, 60_000) }
        /// Specifications are answered with status 500.
        MetaUnavailable "meta.unavailable" {}
    }
    Book {
        /// Everybody else leaves the book and stays away.
        BookEmpty "book.empty" { market: u16 = market }
        /// Everybody else leaves one side and stays away from it.
        BookOneSided "book.one_sided" {
            market: u16 = market,
            gone: BookSide = |d| d.pick(BookSide::Bid, &[BookSide::Ask])
        }
        /// Books are shown with their sides crossed.
        BookCrossed "book.crossed" { market: u16 = market }
        /// Books are shown with a price of zero at the top.
        BookZero "book.zero" { market: u16 = market }
        /// Somebody takes everything within so many parts per million; negative is downwards.
        BookJump "book.jump" { market: u16 = market, ppm: i64 = |d| d.either_way(500, 100_000) }
        /// A large order appears behind the touch, and is pulled again; dollars.
        BookWall "book.wall" {
            market: u16 = market,
            side: BookSide = |d| d.pick(BookSide::Bid, &[BookSide::Ask]),
            usd: u64 = |d| d.spread(100_000, 20_000_000)
        }
    }
    Oracle {
        /// The oracle price is off by so many parts per million.
        OracleJump "oracle.jump" {
            market: u16 = market,
            ppm: i64 = |d| d.either_way(5_000, 450_000)
        }
    }
    Fill {
        /// Resting orders of clients are taken but for a remainder worth less than this, dollars.
        FillPartial "fill.partial" {
            every: u64 = |d| d.spread(500, 10_000),
            leave_usd: u64 = |d| d.spread(1, 64)
        }
        /// Everything that clients have resting is taken in one block.
        FillBurst "fill.burst" { every: u64 = |d| d.spread(1_000, 20_000) }
        /// Answers to actions come so much later than the streams tell of their effects.
        FillBeforeAck "fill.before_ack" { ms: u64 = |d| d.spread(50, 2_000) }
        /// Orders are half filled just before they are cancelled, and the fill is told later.
        FillAfterCancel "fill.after_cancel" {
            prob: Chance = Dice::chance,
            ms: u64 = |d| d.spread(100, 40_000)
        }
        /// Fills are told so much later, by streams and by questions.
        FillLate "fill.late" { ms: u64 = |d| d.spread(100, 45_000) }
        /// Orders are filled in several pieces in one block, told in any order.
        FillSameMs "fill.same_ms" {
            every: u64 = |d| d.spread(500, 10_000),
            pieces: u64 = |d| d.between(2, 6)
        }
    }
    Cancel {
        /// Orders are filled just before they are cancelled.
        CancelRace "cancel.race" { prob: Chance = Dice::chance }
    }
    Account {
        /// So much of each client's position is closed against the other side of a bankruptcy.
        Adl "adl" { share: Chance = |d| d.pick(Chance::ALWAYS, &[Chance::percent(50)]) }
        /// Each client's orders are cancelled and positions liquidated.
        Liq "liq" { method: LiqMethod = |d| d.pick(LiqMethod::Market, &[LiqMethod::Backstop]) }
        /// All positions in a market are settled at a price so far from the mark price.
        Settle "settle" { market: u16 = market, ppm: i64 = |d| d.either_way(100, 50_000) }
        /// Funding is paid at this hourly rate.
        Funding "funding" { market: u16 = market, ppm: i64 = |d| d.either_way(1, 40_000) }
        /// The owner pays in, or takes out, so many dollars.
        AcctTransfer "acct.transfer" { usd: i64 = |d| d.either_way(10, 500) }
    }
    Reject {
        /// Orders are refused for want of margin.
        RejectMargin "reject.margin" { prob: Chance = Dice::chance }
        /// Orders are refused for their tick, whatever it is.
        RejectTick "reject.tick" { prob: Chance = Dice::chance }
        /// Batches are refused with one error for all of their orders.
        RejectBatch "reject.batch" { prob: Chance = Dice::chance }
    }
    Upgrade {
        /// Only post-only orders are accepted.
        UpgradeWindow "upgrade_window" {}
    }
    Limits {
        /// So much weight for each minute and network address (1,200 at the real venue).
        LimitsIp "limits.ip" { weight: u64 = |d| d.spread(60, 1_200) }
        /// So many requests are left to each client.
        LimitsAddr "limits.addr" { left: u64 = |d| d.spread(1, 200) }
        /// So many frames may be sent in each minute (2,000 at the real venue).
        LimitsWs "limits.ws" { messages: u64 = |d| d.spread(10, 2_000) }
    }
    Deadman {
        /// `scheduleCancel` is refused for want of volume.
        DeadmanRefuse "deadman.refuse" {}
        /// `scheduleCancel` is refused because it has fired ten times today.
        DeadmanExhaust "deadman.exhaust" {}
        /// An armed switch fires at once.
        DeadmanFire "deadman.fire" {}
    }
    Agent {
        /// The agent's approval is taken back, until healed.
        AgentRevoke "agent.revoke" {}
        /// The agent's approval has expired, until healed.
        AgentExpire "agent.expire" {}
    }
    Time {
        /// The client's clock is off by so much.
        TimeSkew "time.skew" { ms: i64 = |d| d.either_way(50, 5_000) }
        /// The client's clock jumps, once.
        TimeJump "time.jump" { ms: i64 = |d| d.either_way(500, 3_600_000) }
        /// The client's machine sleeps: its monotonic clock stands still.
        TimeFreeze "time.freeze" { ms: u64 = |d| d.spread(1_000, 7_200_000) }
        /// The client's clock shows one second twice.
        TimeLeap "time.leap" {}
    }
    Proc {
        /// The process dies at a crash point, modulo their number, and is started again later.
        ProcKill9 "proc.kill9" {
            point: u16 = |d| u16::try_from(d.below(1_000)).unwrap_or(0),
            down: u64 = |d| d.spread(10, 20_000)
        }
        /// The process stands still (`SIGSTOP`), and what arrives waits for it.
        ProcStop "proc.stop" { ms: u64 = |d| d.spread(100, 60_000) }
        /// A second process is started for the same account.
        ProcTwo "proc.two" {}
        /// The process dies soon after each start, so many times.
        ProcCrashloop "proc.crashloop" { times: u64 = |d| d.between(2, 20) }
    }
    Disk {
        /// No space is left.
        DiskFull "disk.full" { on: Volume = |d| d.pick(Volume::State, &[Volume::Log]) }
        /// The file system is read-only.
        DiskRo "disk.ro" { on: Volume = |d| d.pick(Volume::State, &[Volume::Log]) }
        /// Writes fail with an I/O error.
        DiskEio "disk.eio" {
            on: Volume = |d| d.pick(Volume::State, &[Volume::Log]),
            prob: Chance = Dice::chance
        }
        /// Of the last write before the next crash only so many bytes remain.
        DiskTorn "disk.torn" { keep: u64 = |d| d.below(200) }
        /// Writes take so long.
        DiskSlow "disk.slow" {
            on: Volume = |d| d.pick(Volume::State, &[Volume::Log]),
            ms: u64 = |d| d.spread(5, 5_000)
        }
    }
}
