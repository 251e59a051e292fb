//! The application packets (APDU) of ZVT: class, instruction, length and body (specification
//! PA00P015, chapters 2 and 3).
//!
//! Invariant: any bytes decode to a packet or to [`Malformed`], never to a panic, and no packet can
//! hold a card number.

use zeroize::Zeroizing;
use zuil_wire::Cents;

pub mod fields;
pub mod tlv;
pub mod totals;

pub use fields::{Field, Fields};

/// What the pillar and the terminal say to each other.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Packet {
    /// 06 00, pillar: registration.
    Registration(Registration),
    /// 06 01, pillar: charge a card.
    Authorisation {
        /// How much.
        amount: Cents,
        /// ISO 4217 numeric; 978 is the euro.
        currency: u16,
    },
    /// 05 01, pillar: how are you?
    StatusEnquiry(PasswordDigits),
    /// 06 20, pillar: say the last payment's status information again.
    RepeatReceipt(PasswordDigits),
    /// 06 30, pillar: take back the payment with this receipt number.
    Reversal(PasswordDigits, u16),
    /// 06 10, pillar: send the totals of all turnover.
    TurnoverTotals(PasswordDigits),
    /// 06 50, pillar: end of day.
    EndOfDay(PasswordDigits),
    /// 06 70, pillar: try the connection to the bank.
    Diagnosis,
    /// 06 B0, pillar: stop the payment.
    AbortCommand,
    /// 06 C0, pillar: read a card, waiting so many seconds for it, with fields that say how.
    ReadCard(u8, Fields),
    /// 06 D1, terminal: print a line with these attributes and so many characters. The text may hold
    /// anything, so it is not kept.
    PrintLine(u8, u16),
    /// 06 D3, terminal: print a block of text. The texts are not kept.
    PrintTextBlock(Fields),
    /// 06 0F, terminal: done with the command.
    Completion(Fields),
    /// 06 1E, terminal: the command ended without success.
    Abort(u8),
    /// 04 0F, terminal: how the payment went.
    StatusInformation(Fields),
    /// 04 FF, terminal: what it wants or does.
    IntermediateStatus(Intermediate),
    /// 80 00: yes.
    Accepted,
    /// 84 xx: no, with a result code; 84 9C is "please wait".
    Rejected(u8),
    /// A packet that this pillar has no use for: class and instruction.
    Other(u8, u8),
}

/// What the terminal wants or does during a command (04 FF).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Intermediate {
    /// What it is (see [`super::codes::prompt`]).
    pub status: u8,
    /// How long the terminal may now be quiet, in minutes, 0 to 99; `None` when it does not say. The
    /// byte is binary-coded decimal in the crate `zvt` 0.1.0; that it counts minutes was not confirmed
    /// by a source at hand, so it only ever makes the pillar wait longer.
    pub minutes: Option<u8>,
    /// The one digit in the texts beside it, if there is just one.
    pub digit: Option<u8>,
}

impl Intermediate {
    /// A status alone.
    #[must_use]
    #[cfg(any(test, fuzzing, feature = "simulators"))]
    pub const fn new(status: u8) -> Self {
        Self { status, minutes: None, digit: None }
    }

    fn read(body: &[u8]) -> Option<Self> {
        let (&status, rest) = body.split_first()?;
        // The time-out may be left out, and 06 (the container's tag) may be its value.
        let (minutes, container) = match rest {
            [minutes, after @ ..] if container(after).is_some() => (Some(*minutes), container(after)),
            rest if container(rest).is_some() => (None, container(rest)),
            rest => (rest.first().copied(), None),
        };
        let minutes = minutes.and_then(|minutes| fields::digits(&[minutes])).map(|minutes| minutes as u8);
        Some(Self { status, minutes, digit: container.and_then(tlv::only_digit_shown) })
    }

    fn write(self) -> Vec<u8> {
        let mut body = vec![self.status];
        body.extend(self.minutes.iter().flat_map(|minutes| fields::bcd::<1>(u64::from(*minutes))));
        if let Some(digit) = self.digit {
            let line = tlv::object(tlv::TEXT_LINE, &[b'0' + digit % 10]);
            body.extend(tlv::object(0x06, &tlv::object(tlv::DISPLAY_TEXTS, &line)));
        }
        body
    }
}

/// Six digits as three bytes of BCD. They are a secret of small worth, but have no place in a log.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct PasswordDigits(pub [u8; 3]);

impl std::fmt::Debug for PasswordDigits {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("PasswordDigits(******)")
    }
}

/// The content of a registration.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Registration {
    /// The terminal's password.
    pub password: PasswordDigits,
    /// Who prints and who controls what (chapter 2.1, config byte).
    pub config: u8,
    /// ISO 4217 numeric; 978 is the euro.
    pub currency: u16,
}

/// An encoded packet. It may hold card data, so it is wiped when dropped and shows nothing.
#[derive(Clone, PartialEq, Eq)]
pub struct Apdu(Zeroizing<Vec<u8>>);

impl Apdu {
    /// Puts class, instruction and length in front of a body. Lengths from 255 take two more bytes.
    ///
    /// Bodies are short by construction; one over 65,535 bytes is cut off.
    #[must_use]
    pub fn new(class: u8, instruction: u8, body: &[u8]) -> Self {
        let body = &body[..body.len().min(usize::from(u16::MAX))];
        let mut bytes = Zeroizing::new(Vec::with_capacity(body.len() + 5));
        bytes.extend_from_slice(&[class, instruction]);
        match u8::try_from(body.len()) {
            Ok(short) if short < 0xFF => bytes.push(short),
            _ => {
                bytes.push(0xFF);
                bytes.extend_from_slice(&(body.len() as u16).to_le_bytes());
            }
        }
        bytes.extend_from_slice(body);
        Self(bytes)
    }

    /// Bytes that came over the wire, not yet looked at.
    #[must_use]
    pub const fn received(bytes: Zeroizing<Vec<u8>>) -> Self {
        Self(bytes)
    }

    /// The bytes, to be sent.
    #[must_use]
    pub fn bytes(&self) -> &[u8] {
        &self.0
    }
}

impl std::fmt::Debug for Apdu {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Apdu({} bytes)", self.0.len())
    }
}

/// Why bytes are no packet.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a ZVT packet whose length or content does not fit; check that the port is a ZVT terminal")]
pub struct Malformed;

impl Packet {
    /// Reads a packet.
    ///
    /// # Errors
    /// [`Malformed`] when the length is wrong or a part that must be there is missing.
    pub fn decode(apdu: &[u8]) -> Result<Self, Malformed> {
        let (class, instruction, body) = split(apdu).ok_or(Malformed)?;
        Self::read(class, instruction, body).ok_or(Malformed)
    }

    /// The packet as bytes.
    #[must_use]
    pub fn encode(&self) -> Apdu {
        match self {
            Self::Registration(Registration { password, config, currency }) => {
                let mut body = password.0.to_vec();
                body.push(*config);
                body.extend(fields::bcd::<2>(u64::from(*currency)));
                Apdu::new(0x06, 0x00, &body)
            }
            Self::Authorisation { amount, currency } => {
                let fields = Fields(vec![Field::Amount(*amount), Field::Currency(*currency)]);
                Apdu::new(0x06, 0x01, &fields.encode())
            }
            Self::StatusEnquiry(password) => Apdu::new(0x05, 0x01, &password.0),
            Self::RepeatReceipt(password) => Apdu::new(0x06, 0x20, &password.0),
            Self::Reversal(password, receipt) => {
                let mut body = password.0.to_vec();
                body.extend(Fields(vec![Field::Receipt(*receipt)]).encode());
                Apdu::new(0x06, 0x30, &body)
            }
            Self::TurnoverTotals(password) => Apdu::new(0x06, 0x10, &password.0),
            Self::EndOfDay(password) => Apdu::new(0x06, 0x50, &password.0),
            Self::Diagnosis => Apdu::new(0x06, 0x70, &[]),
            Self::AbortCommand => Apdu::new(0x06, 0xB0, &[]),
            Self::ReadCard(seconds, fields) => {
                Apdu::new(0x06, 0xC0, &[vec![*seconds], fields.encode()].concat())
            }
            Self::PrintLine(attributes, length) => {
                let mut body = vec![*attributes];
                body.resize(1 + usize::from(*length), b' ');
                Apdu::new(0x06, 0xD1, &body)
            }
            Self::PrintTextBlock(fields) => Apdu::new(0x06, 0xD3, &fields.encode()),
            Self::Completion(fields) => Apdu::new(0x06, 0x0F, &fields.encode()),
            Self::Abort(code) => Apdu::new(0x06, 0x1E, &[*code]),
            Self::StatusInformation(fields) => Apdu::new(0x04, 0x0F, &fields.encode()),
            Self::IntermediateStatus(status) => Apdu::new(0x04, 0xFF, &status.write()),
            Self::Accepted => Apdu::new(0x80, 0x00, &[]),
            Self::Rejected(code) => Apdu::new(0x84, *code, &[]),
            Self::Other(class, instruction) => Apdu::new(*class, *instruction, &[]),
        }
    }

    fn read(class: u8, instruction: u8, body: &[u8]) -> Option<Self> {
        Some(match (class, instruction) {
            (0x06, 0x00) => Self::Registration(Registration {
                password: password(body)?,
                config: *body.get(3)?,
                currency: fields::digits(body.get(4..6)?)?.try_into().ok()?,
            }),
            (0x06, 0x01) => {
                let fields = Fields::decode(body);
                let currency =
                    fields.0.iter().find_map(|f| if let Field::Currency(c) = f { Some(*c) } else { None });
                Self::Authorisation { amount: fields.amount()?, currency: currency? }
            }
            (0x05, 0x01) => Self::StatusEnquiry(password(body)?),
            (0x06, 0x20) => Self::RepeatReceipt(password(body)?),
            (0x06, 0x30) => Self::Reversal(password(body)?, Fields::decode(body.get(3..)?).receipt()?),
            (0x06, 0x10) => Self::TurnoverTotals(password(body)?),
            (0x06, 0x50) => Self::EndOfDay(password(body)?),
            (0x06, 0x70) => Self::Diagnosis,
            (0x06, 0xB0) => Self::AbortCommand,
            (0x06, 0xC0) => Self::ReadCard(*body.first()?, Fields::decode(&body[1..])),
            (0x06, 0xD1) => Self::PrintLine(*body.first()?, (body.len() - 1) as u16),
            (0x06, 0xD3) => Self::PrintTextBlock(Fields::decode(body)),
            (0x06, 0x0F) => Self::Completion(Fields::decode(body)),
            (0x06, 0x1E) => Self::Abort(*body.first()?),
            (0x04, 0x0F) => Self::StatusInformation(Fields::decode(body)),
            (0x04, 0xFF) => Self::IntermediateStatus(Intermediate::read(body)?),
            (0x80, 0x00) => Self::Accepted,
            (0x84, code) => Self::Rejected(code),
            _ => Self::Other(class, instruction),
        })
    }
}

/// What is in a container (BMP 06) that takes all of the bytes.
fn container(bytes: &[u8]) -> Option<&[u8]> {
    let (content, after) = tlv::split(bytes.strip_prefix(&[0x06])?)?;
    (after.is_empty() && tlv::decode(content).is_some()).then_some(content)
}

fn password(body: &[u8]) -> Option<PasswordDigits> {
    Some(PasswordDigits(body.get(..3)?.try_into().ok()?))
}

/// Class, instruction and body; `None` unless the length says exactly what is there.
fn split(apdu: &[u8]) -> Option<(u8, u8, &[u8])> {
    let (&[class, instruction, length], rest) = apdu.split_first_chunk::<3>()?;
    let (length, body) = if length == 0xFF {
        let (low_high, body) = rest.split_first_chunk::<2>()?;
        (usize::from(u16::from_le_bytes(*low_high)), body)
    } else {
        (usize::from(length), rest)
    };
    (body.len() == length).then_some((class, instruction, body))
}

#[cfg(test)]
#[cfg(feature = "simulators")]
mod tests;
