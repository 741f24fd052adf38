//! What happens to requests and to their answers.

use super::json::{self, Mutated};
use super::message::{Delivery, Message, Order, Passed};
use super::{FIRST_COPY, Line};
use crate::fault::dice::Dice;
use crate::fault::kind::Kind;
use crate::fault::param::{Disguise, Document, Reach, Which};
use crate::{Path, RequestId};

/// Requests whose answers are awaited; beyond so many the oldest ones are forgotten, which only a
/// venue that does not answer can bring about.
const ASKED_KEPT: usize = 10_000;
/// What a gateway says.
const GATEWAY: &str = "<html>\r\n<head><title>502 Bad Gateway</title></head>\r\n<body>\r\n\
    <center><h1>502 Bad Gateway</h1></center>\r\n</body>\r\n</html>\r\n";
const PAGE: &str = "<!DOCTYPE html><html><head><title>Just a moment...</title></head>\
    <body>Checking your browser before accessing this site.</body></html>";
/// A sentence that the venue's documentation does not have.
const SENTENCE: &str =
    r#"{"status":"err","response":"Internal state is being rebuilt, try later"}"#;

/// A request that the venue has.
#[derive(Clone, Debug)]
pub(super) struct Asked {
    path: Path,
    /// Whose answer this is: the request's own, or that of the request that it is a copy of.
    answers: RequestId,
    /// The orders that it carried, size and price, while answers lie about them.
    orders: Vec<(String, String)>,
}

/// A failure that the client sees instead of an answer.
enum Instead {
    Answer(u16, Vec<u8>),
    Reset,
    Nothing,
}

impl Line {
    pub(super) fn request(&mut self, id: RequestId, path: Path, body: Vec<u8>) -> Passed {
        if self.active.is_empty() {
            self.expect(id, path, id, Vec::new());
            return Passed::Untouched(Message::Request { id, path, body });
        }
        let mut dice = self.dice();
        if let Some((instead, reach)) = self.failure(&mut dice) {
            let client = match instead {
                Instead::Answer(status, body) => Some(Message::Answer { id, status, body }),
                Instead::Reset => Some(Message::Reset { id }),
                Instead::Nothing => None,
            };
            let mut deliveries: Vec<Delivery> = client.map(Delivery::plain).into_iter().collect();
            if reach == Reach::After {
                self.unheard.insert(id);
                deliveries.push(Delivery::plain(Message::Request { id, path, body }));
            }
            return Passed::Changed(deliveries);
        }
        self.forward(&mut dice, id, path, body)
    }

    /// Why a request fails before it is answered, if it does.
    fn failure(&self, dice: &mut Dice) -> Option<(Instead, Reach)> {
        let page = |status: u16| Instead::Answer(status, PAGE.into());
        self.active.iter().find_map(|kind| match *kind {
            Kind::NetBlackhole {} => Some((Instead::Nothing, Reach::Before)),
            Kind::ReqDrop { prob } if dice.happens(prob) => Some((Instead::Nothing, Reach::Before)),
            Kind::Http429 { prob } if dice.happens(prob) => {
                Some((Instead::Answer(429, b"null".to_vec()), Reach::Before))
            }
            Kind::Http5xx { prob, reach: Reach::Before } if dice.happens(prob) => {
                let status = dice.pick(502, &[500, 503, 504]);
                Some((Instead::Answer(status, GATEWAY.into()), Reach::Before))
            }
            Kind::HttpHtml { prob, reach: Reach::Before } if dice.happens(prob) => {
                Some((page(dice.pick(200, &[503])), Reach::Before))
            }
            Kind::HttpRedirect { prob } if dice.happens(prob) => {
                Some((Instead::Answer(307, Vec::new()), Reach::Before))
            }
            Kind::HttpRstAfterRequest { prob, reach } if dice.happens(prob) => {
                Some((Instead::Reset, reach))
            }
            _ => None,
        })
    }

    /// Sends a request on, late or twice if need be.
    fn forward(&mut self, dice: &mut Dice, id: RequestId, path: Path, body: Vec<u8>) -> Passed {
        let mut late = 0;
        let mut copy = None;
        let mut lies = false;
        for kind in &self.active {
            match *kind {
                Kind::ReqDelay { prob, ms } if dice.happens(prob) => {
                    late = dice.between(1, ms).saturating_add(late);
                }
                Kind::ReqReorder { ms } => late = dice.below(ms).saturating_add(late),
                Kind::ReqDup { prob, ms, answer } if dice.happens(prob) => {
                    copy = Some((ms, answer));
                }
                Kind::AckLieFilled { .. } => lies = true,
                _ => {}
            }
        }
        let orders = if lies && path == Path::Exchange { json::orders(&body) } else { Vec::new() };
        let free = |message, after_ms| Delivery {
            order: Order::Free,
            ..Delivery::late(message, after_ms)
        };
        let Some((gap, answer)) = copy else {
            self.expect(id, path, id, orders);
            let request = Message::Request { id, path, body };
            return if late == 0 {
                Passed::Untouched(request)
            } else {
                Passed::Changed(vec![free(request, late)])
            };
        };
        let twin = RequestId(FIRST_COPY.saturating_sub(self.copies));
        self.copies = self.copies.saturating_add(1);
        let (heard, unheard) = match answer {
            Which::First => (id, twin),
            Which::Second => (twin, id),
        };
        self.expect(heard, path, id, orders);
        self.unheard.insert(unheard);
        let again = Message::Request { id: twin, path, body: body.clone() };
        let first = Message::Request { id, path, body };
        Passed::Changed(vec![free(first, late), free(again, late.saturating_add(gap))])
    }

    fn expect(
        &mut self,
        id: RequestId,
        path: Path,
        answers: RequestId,
        orders: Vec<(String, String)>,
    ) {
        self.asked.insert(id, Asked { path, answers, orders });
        if self.asked.len() > ASKED_KEPT {
            self.asked.pop_first();
        }
    }

    pub(super) fn answer(&mut self, id: RequestId, status: u16, body: Vec<u8>) -> Passed {
        let asked = self.asked.remove(&id);
        if self.unheard.remove(&id) {
            return Passed::Changed(Vec::new());
        }
        let Some(Asked { path, answers: id, orders }) = asked else {
            return Passed::Untouched(Message::Answer { id, status, body });
        };
        if self.active.is_empty() {
            return Passed::Untouched(Message::Answer { id, status, body });
        }
        let mut answer = Answer { id, path, status, body, orders, late: 0, ms_per_byte: 0 };
        let mut dice = self.dice();
        let mut touched = false;
        for kind in &self.active {
            match answer.suffer(kind, &mut dice) {
                Effect::None => {}
                Effect::Changed => touched = true,
                Effect::Lost => return Passed::Changed(Vec::new()),
            }
        }
        let Answer { id, status, body, late, ms_per_byte, .. } = answer;
        let message = Message::Answer { id, status, body };
        if !touched {
            return Passed::Untouched(message);
        }
        let order = Order::Free;
        Passed::Changed(vec![Delivery { after_ms: late, ms_per_byte, order, message }])
    }
}

/// An answer on its way.
struct Answer {
    id: RequestId,
    path: Path,
    status: u16,
    body: Vec<u8>,
    orders: Vec<(String, String)>,
    late: u64,
    ms_per_byte: u64,
}

enum Effect {
    None,
    Changed,
    Lost,
}

impl Answer {
    fn becomes(&mut self, status: u16, body: &str) -> Effect {
        self.status = status;
        self.body = body.into();
        Effect::Changed
    }

    fn suffer(&mut self, kind: &Kind, dice: &mut Dice) -> Effect {
        let action = self.path == Path::Exchange;
        match *kind {
            Kind::NetBlackhole {} => Effect::Lost,
            Kind::AckDrop { prob } if action && dice.happens(prob) => Effect::Lost,
            Kind::AckDelay { prob, ms } if action && dice.happens(prob) => {
                self.late = self.late.saturating_add(dice.between(1, ms));
                Effect::Changed
            }
            Kind::AckErrAfterAccept { prob, how } if action && dice.happens(prob) => match how {
                Disguise::Gateway => self.becomes(502, GATEWAY),
                Disguise::Sentence => self.becomes(200, SENTENCE),
            },
            Kind::AckLieFilled { prob } if action && dice.happens(prob) => {
                let lie = json::lie_filled(&self.body, &self.orders);
                self.rewritten(lie)
            }
            Kind::AckVariant { prob } if action && dice.happens(prob) => {
                let variant = json::variant(&self.body);
                self.rewritten(variant)
            }
            Kind::Http5xx { prob, reach: Reach::After } if dice.happens(prob) => {
                let status = dice.pick(502, &[500, 503, 504]);
                self.becomes(status, GATEWAY)
            }
            Kind::HttpHtml { prob, reach: Reach::After } if dice.happens(prob) => {
                let status = dice.pick(200, &[503]);
                self.becomes(status, PAGE)
            }
            Kind::HttpSlowloris { prob, ms_per_byte } if dice.happens(prob) => {
                self.ms_per_byte = ms_per_byte;
                Effect::Changed
            }
            ref other => {
                let on = if action { Document::Ack } else { Document::Info };
                let text = std::str::from_utf8(&self.body).ok();
                let mutated = text.and_then(|text| json::mutate(other, on, text, dice));
                self.rewritten(mutated)
            }
        }
    }

    fn rewritten(&mut self, text: Mutated) -> Effect {
        let Some(text) = text else { return Effect::None };
        self.body = text.into_bytes();
        Effect::Changed
    }
}
