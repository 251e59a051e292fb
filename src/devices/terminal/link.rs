//! One frame at a time over the line: acknowledges what comes, repeats what was not acknowledged.
//! Both ends use it.
//!
//! Invariant: a frame sent with [`Repeat::OnNakOnly`] is never sent again unless the other side said
//! that it did not get it and then kept quiet.
//!
//! The specification of the serial transport (PA00P016) was not at hand: the times and counts here
//! are ours. They are longer than any frame of this pillar takes at 9600 baud (about 80 ms).

use std::collections::VecDeque;
use std::time::Duration;

use zeroize::Zeroizing;

use super::codec::{Apdu, Packet};
use super::frame::{self, Decoder, Token};

/// How long the other side may take to acknowledge a frame.
pub const ACK_PATIENCE: Duration = Duration::from_secs(2);
/// How long the other side must keep quiet after a NAK before the frame is said again. A NAK that
/// was noise is followed by the real acknowledgement; a real NAK is followed by nothing.
pub const NAK_PAUSE: Duration = Duration::from_millis(150);
/// The longest pause between two bytes of a frame.
pub const CHARACTER_GAP: Duration = Duration::from_millis(300);
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
    /// The other side has the frame: it acknowledged it, or went on as if it had.
    Delivered(Ticket),
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
        self.last_byte = now;
        let mut heard = Vec::new();
        for &byte in bytes {
            if let Some(unacknowledged) = &mut self.unacknowledged {
                unacknowledged.disturbed = true;
            }
            match self.decoder.push(byte) {
                None => {}
                Some(Token::Ack) => heard.extend(self.delivered(now, wire)),
                Some(Token::Nak) => self.heard_nak(now),
                Some(Token::Broken) => wire.push(frame::NAK),
                Some(Token::Apdu(apdu)) => {
                    wire.push(frame::ACK);
                    heard.extend(self.delivered(now, wire));
                    heard.push(Heard::Apdu(apdu));
                }
            }
        }
        heard
    }

    /// Lets time pass.
    pub fn tick(&mut self, now: Duration, wire: &mut Vec<u8>) -> Option<Heard> {
        if self.decoder.is_within() {
            if now < self.last_byte + CHARACTER_GAP {
                return None;
            }
            self.decoder.reset();
            wire.push(frame::NAK);
        }
        let waiting = self.unacknowledged.as_mut()?;
        let may_repeat = match waiting.wait {
            Wait::ForAck(until) | Wait::AfterNak(until) if now < until => return None,
            Wait::ForAck(_) => waiting.repeat == Repeat::OnSilence && !waiting.disturbed,
            Wait::AfterNak(_) => true,
        };
        if may_repeat && waiting.tries < MOST_TRIES {
            waiting.tries += 1;
            self.repeated = Some(waiting.ticket);
            waiting.disturbed = false;
            waiting.wait = Wait::ForAck(now + ACK_PATIENCE);
            wire.extend_from_slice(&waiting.frame);
            return None;
        }
        let ticket = waiting.ticket;
        self.unacknowledged = None;
        self.send_next(now, wire);
        Some(Heard::Undelivered(ticket))
    }

    /// When [`Link::tick`] has something to do.
    #[must_use]
    pub fn deadline(&self) -> Option<Duration> {
        if self.decoder.is_within() {
            return Some(self.last_byte + CHARACTER_GAP);
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

    fn delivered(&mut self, now: Duration, wire: &mut Vec<u8>) -> Option<Heard> {
        let ticket = self.unacknowledged.take()?.ticket;
        self.send_next(now, wire);
        Some(Heard::Delivered(ticket))
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
        let wait = Wait::ForAck(now + ACK_PATIENCE);
        self.unacknowledged =
            Some(Unacknowledged { ticket, repeat, frame, tries: 1, disturbed: false, wait });
    }
}

#[cfg(test)]
#[cfg(feature = "simulators")]
mod tests;
