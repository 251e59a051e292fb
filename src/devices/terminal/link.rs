//! One frame at a time over the line: acknowledges what comes, repeats what was not acknowledged, and
//! knows a repeated frame from a new one. Both ends use it.
//!
//! Invariant: a frame sent with [`Repeat::OnNakOnly`] is never sent again unless the other side said
//! that it did not get it and then kept quiet; [`Heard::Delivered`] is told only of a frame whose
//! acknowledgement cannot be noise or that of another frame.
//!
//! T1 and T2 are those of the serial transport (PA00P016, chapter 3.2). The document itself was not at
//! hand: the open-source driver `ecrterm` has 200 ms for T1; for T2 it has 15 s in its constant and 5 s
//! in its comment, and the second is taken here. Of T3 and T4 see `driver.rs`.

use std::collections::VecDeque;
use std::time::Duration;

use zeroize::Zeroizing;

use super::codec::{Apdu, Packet};
use super::frame::{self, Decoder, Token};

/// The longest pause between two bytes of a frame.
pub const T1: Duration = Duration::from_millis(200);
/// How long the other side may take to acknowledge a frame.
pub const T2: Duration = Duration::from_secs(5);
/// How long the other side must keep quiet after a NAK before the frame is said again (ours). A NAK
/// that was noise is followed by the real acknowledgement; a real NAK is followed by nothing.
pub const NAK_PAUSE: Duration = Duration::from_millis(150);
/// How often a frame is sent before the link gives up.
pub const MOST_TRIES: u8 = 3;

/// Names a frame that was handed to the link.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ticket(u32);

/// When a frame may be said again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Repeat {
    /// After a NAK, and when nothing at all was heard.
    OnSilence,
    /// After a NAK.
    OnNakOnly,
}

/// What the link has to tell.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Heard {
    /// A packet came. It has been acknowledged.
    Apdu(Apdu),
    /// The other side has acknowledged the frame.
    Delivered(Ticket),
    /// The other side went on as if it had the frame, or something like an acknowledgement came, amid
    /// noise or where one for an earlier frame may still have been on its way. The link goes on, but
    /// nothing may be built on it.
    Presumed(Ticket),
    /// The other side did not acknowledge. It may have got it all the same.
    Undelivered(Ticket),
}

/// One end of the line. Times are since an arbitrary start and never go back.
#[derive(Default)]
pub struct Link {
    decoder: Decoder,
    last_byte: Duration,
    unacknowledged: Option<Unacknowledged>,
    waiting: VecDeque<(Ticket, Repeat, Zeroizing<Vec<u8>>)>,
    tickets: u32,
    /// The frame that was said again last.
    repeated: Option<Ticket>,
    /// What came last, as long as nothing shows that the other side knows it was acknowledged.
    latest: Option<Apdu>,
    late: Option<Late>,
}

/// An acknowledgement that may still come for an earlier frame than the one that waits for its own.
struct Late {
    /// From then on it will not come any more.
    until: Duration,
    /// The frame that was presumed to be acknowledged when one came: with a second one it is.
    presumed: Option<Ticket>,
}

struct Unacknowledged {
    ticket: Ticket,
    repeat: Repeat,
    frame: Zeroizing<Vec<u8>>,
    tries: u8,
    /// Something came since it was sent, even if it made no sense.
    disturbed: bool,
    wait: Wait,
}

enum Wait {
    ForAck(Duration),
    AfterNak(Duration),
}

impl Link {
    /// Sends a packet, now or after those that wait for their acknowledgement.
    pub fn send(&mut self, packet: &Packet, repeat: Repeat, now: Duration, wire: &mut Vec<u8>) -> Ticket {
        self.send_apdu(&packet.encode(), repeat, now, wire)
    }

    /// Sends a packet that is already encoded.
    pub fn send_apdu(&mut self, apdu: &Apdu, repeat: Repeat, now: Duration, wire: &mut Vec<u8>) -> Ticket {
        self.tickets = self.tickets.wrapping_add(1);
        let ticket = Ticket(self.tickets);
        self.waiting.push_back((ticket, repeat, frame::encode(apdu)));
        self.send_next(now, wire);
        ticket
    }

    /// Takes bytes from the line; `wire` gets what has to go back.
    pub fn receive(&mut self, bytes: &[u8], now: Duration, wire: &mut Vec<u8>) -> Vec<Heard> {
        if now >= self.last_byte + T1 {
            self.decoder.forgive();
        }
        self.last_byte = now;
        let mut heard = Vec::new();
        for &byte in bytes {
            let token = self.decoder.push(byte);
            let clean = self.unacknowledged.as_ref().is_none_or(|waiting| !waiting.disturbed);
            if let Some(waiting) = &mut self.unacknowledged {
                waiting.disturbed = true;
            }
            match token {
                None => {}
                Some(Token::Ack) => heard.extend(self.heard_ack(clean, now, wire)),
                Some(Token::Nak) => self.heard_nak(now),
                Some(Token::Broken) => wire.push(frame::NAK),
                Some(Token::Apdu(apdu)) => {
                    wire.push(frame::ACK);
                    if self.latest.as_ref() == Some(&apdu) {
                        self.heard_again(now, wire);
                    } else {
                        heard.extend(self.answered(now, wire));
                        self.latest = Some(apdu.clone());
                        heard.push(Heard::Apdu(apdu));
                    }
                }
            }
        }
        heard
    }

    /// Lets time pass.
    pub fn tick(&mut self, now: Duration, wire: &mut Vec<u8>) -> Option<Heard> {
        if self.decoder.is_within() {
            if now < self.last_byte + T1 {
                return None;
            }
            if self.decoder.quiet() {
                wire.push(frame::NAK);
            }
        }
        let waiting = self.unacknowledged.as_mut()?;
        let may_repeat = match waiting.wait {
            Wait::ForAck(until) | Wait::AfterNak(until) if now < until => return None,
            Wait::ForAck(_) => waiting.repeat == Repeat::OnSilence && !waiting.disturbed,
            Wait::AfterNak(_) => true,
        };
        if may_repeat && waiting.tries < MOST_TRIES {
            self.say_again(now, wire);
            return None;
        }
        let ticket = waiting.ticket;
        self.unacknowledged = None;
        self.expect_a_late_one(now);
        self.send_next(now, wire);
        Some(Heard::Undelivered(ticket))
    }

    /// When [`Link::tick`] has something to do.
    #[must_use]
    pub fn deadline(&self) -> Option<Duration> {
        if self.decoder.is_within() {
            return Some(self.last_byte + T1);
        }
        self.unacknowledged.as_ref().map(|waiting| match waiting.wait {
            Wait::ForAck(until) | Wait::AfterNak(until) => until,
        })
    }

    /// Whether everything that was sent has been acknowledged or given up.
    #[must_use]
    pub fn is_idle(&self) -> bool {
        self.unacknowledged.is_none() && self.waiting.is_empty()
    }

    /// Whether a frame went out more than once. Known of the last one that did.
    #[must_use]
    pub fn was_repeated(&self, ticket: Ticket) -> bool {
        self.repeated == Some(ticket)
    }

    /// How many bytes of an unfinished frame it keeps.
    #[cfg(any(fuzzing, all(test, feature = "simulators")))]
    pub fn kept_of_a_frame(&self) -> usize {
        self.decoder.kept()
    }

    /// How many bytes it keeps: of what came, and of what is to be sent or repeated.
    #[cfg(any(fuzzing, all(test, feature = "simulators")))]
    pub fn kept(&self) -> usize {
        let waiting: usize = self.waiting.iter().map(|(_, _, frame)| frame.len()).sum();
        let unacknowledged = self.unacknowledged.as_ref().map_or(0, |waiting| waiting.frame.len());
        let latest = self.latest.as_ref().map_or(0, |apdu| apdu.bytes().len());
        self.kept_of_a_frame() + waiting + unacknowledged + latest
    }

    fn heard_ack(&mut self, clean: bool, now: Duration, wire: &mut Vec<u8>) -> Option<Heard> {
        let late = self.late.take().filter(|late| now < late.until);
        let Some(waiting) = self.unacknowledged.take() else {
            // The second of two: both frames have arrived.
            return late?.presumed.map(Heard::Delivered);
        };
        let ticket = waiting.ticket;
        self.latest = None;
        let heard = match late {
            Some(late) if clean => {
                self.late = Some(Late { presumed: Some(ticket), ..late });
                Heard::Presumed(ticket)
            }
            _ if !clean => Heard::Presumed(ticket),
            _ => Heard::Delivered(ticket),
        };
        if waiting.tries > 1 && self.late.is_none() {
            self.expect_a_late_one(now);
        }
        self.send_next(now, wire);
        Some(heard)
    }

    /// The other side went on without an acknowledgement that was heard; one may still come.
    fn answered(&mut self, now: Duration, wire: &mut Vec<u8>) -> Option<Heard> {
        let ticket = self.unacknowledged.take()?.ticket;
        self.expect_a_late_one(now);
        self.send_next(now, wire);
        Some(Heard::Presumed(ticket))
    }

    fn expect_a_late_one(&mut self, now: Duration) {
        self.late = Some(Late { until: now + T2, presumed: None });
    }

    /// The other side repeats itself: it has heard neither the acknowledgement nor what followed it.
    fn heard_again(&mut self, now: Duration, wire: &mut Vec<u8>) {
        if let Some(waiting) = &self.unacknowledged
            && waiting.repeat == Repeat::OnSilence
            && waiting.tries < MOST_TRIES
        {
            self.say_again(now, wire);
        }
    }

    fn say_again(&mut self, now: Duration, wire: &mut Vec<u8>) {
        let Some(waiting) = &mut self.unacknowledged else { return };
        waiting.tries += 1;
        waiting.disturbed = false;
        waiting.wait = Wait::ForAck(now + T2);
        wire.extend_from_slice(&waiting.frame);
        self.repeated = Some(waiting.ticket);
    }

    fn heard_nak(&mut self, now: Duration) {
        if let Some(Unacknowledged { wait: wait @ Wait::ForAck(_), .. }) = &mut self.unacknowledged {
            *wait = Wait::AfterNak(now + NAK_PAUSE);
        }
    }

    fn send_next(&mut self, now: Duration, wire: &mut Vec<u8>) {
        if self.unacknowledged.is_some() {
            return;
        }
        let Some((ticket, repeat, frame)) = self.waiting.pop_front() else { return };
        wire.extend_from_slice(&frame);
        let wait = Wait::ForAck(now + T2);
        self.unacknowledged =
            Some(Unacknowledged { ticket, repeat, frame, tries: 1, disturbed: false, wait });
    }
}

#[cfg(test)]
#[cfg(feature = "simulators")]
mod tests;
