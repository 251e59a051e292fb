//! Bitmaps (BMP): the tagged fields of a ZVT packet (specification PA00P015, chapter 8).
//!
//! Invariant: card data (numbers, tracks, expiry, texts) is stepped over: of such a field its tag and
//! its length are kept and nothing else, so nothing that was parsed can hold a card number; no input
//! makes it panic.

use zuil_wire::Cents;

use super::tlv::{self, Object};
use super::totals::Totals;
use crate::devices::terminal::codes::APPROVED;

/// The largest amount that fits in six bytes of BCD, in cents.
const MOST_CENTS: u64 = 999_999_999_999;
/// A card scheme's name has no more digits than this; a text with more may be a card number.
const MOST_DIGITS_IN_A_NAME: usize = 4;
/// A card scheme's name is cut off after so many characters.
const LONGEST_NAME: usize = 24;

const AMOUNT: u8 = 0x04;
const CONTAINER: u8 = 0x06;
const TRACE: u8 = 0x0B;
const TIME: u8 = 0x0C;
const DATE: u8 = 0x0D;
const TERMINAL_STATUS: u8 = 0x19;
const RESULT: u8 = 0x27;
const ORIGINAL_TRACE: u8 = 0x37;
const TERMINAL_ID: u8 = 0x29;
const CURRENCY: u8 = 0x49;
const TOTALS: u8 = 0x60;
const RECEIPT: u8 = 0x87;
const CARD_TYPE: u8 = 0x8A;
const CARD_NAME: u8 = 0x8B;

/// A field that the pillar understands and may keep.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Field {
    /// BMP 04: an amount, at most EUR 9,999,999,999.99.
    Amount(Cents),
    /// BMP 06: the objects of the TLV container, without their contents.
    Container(Vec<Object>),
    /// BMP 0B: the trace number, six digits.
    Trace(u32),
    /// BMP 0C: the time as HHMMSS.
    Time(u32),
    /// BMP 0D: the date as MMDD.
    Date(u16),
    /// BMP 19: the terminal's status in a completion.
    TerminalStatus(u8),
    /// BMP 27: the result code (see [`super::super::codes`]).
    Result(u8),
    /// BMP 29: the terminal's id, eight digits.
    TerminalId(u32),
    /// BMP 37: the trace number of the payment that was taken back; only in a reversal.
    OriginalTrace(u32),
    /// BMP 49: the currency, ISO 4217 numeric.
    Currency(u16),
    /// BMP 60: the totals of all payments since the last end of day.
    Totals(Totals),
    /// BMP 87: the receipt number, four digits.
    Receipt(u16),
    /// BMP 8A: the card type.
    CardType(u8),
    /// BMP 8B: the card's name in ASCII, ended by a zero byte on the wire.
    CardName(String),
    /// A field that the pillar has no use for, or must not keep: its tag and the length of its value.
    Other(u8, u16),
}

/// Fields in the order in which they were sent.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Fields(pub Vec<Field>);

impl Fields {
    /// Reads as many fields as can be read. An unknown tag has an unknown length, so everything
    /// after it is left; what was read before it counts.
    #[must_use]
    pub fn decode(mut body: &[u8]) -> Self {
        let mut fields = Vec::new();
        while let Some((&tag, rest)) = body.split_first() {
            let Some((value, rest)) = Shape::of(tag).and_then(|shape| shape.split(rest)) else { break };
            fields.extend(if is_understood(tag) {
                Field::read(tag, value)
            } else {
                Some(Field::Other(tag, value.len() as u16))
            });
            body = rest;
        }
        Self(fields)
    }

    /// The fields as bytes.
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        let mut bytes = Vec::new();
        self.0.iter().for_each(|field| field.write(&mut bytes));
        bytes
    }

    /// The amount.
    #[must_use]
    pub fn amount(&self) -> Option<Cents> {
        self.0.iter().find_map(|field| if let Field::Amount(amount) = field { Some(*amount) } else { None })
    }

    /// The result code; 0 is success.
    #[must_use]
    pub fn result(&self) -> Option<u8> {
        self.0.iter().find_map(|field| if let Field::Result(code) = field { Some(*code) } else { None })
    }

    /// The terminal's id, eight digits.
    #[must_use]
    pub fn terminal_id(&self) -> Option<String> {
        self.0
            .iter()
            .find_map(|f| if let Field::TerminalId(id) = f { Some(format!("{id:08}")) } else { None })
    }

    /// The receipt number, when it is one (1 to 9999).
    #[must_use]
    pub fn receipt(&self) -> Option<u16> {
        self.0.iter().find_map(|field| match field {
            Field::Receipt(number) if *number > 0 => Some(*number),
            _ => None,
        })
    }

    /// The trace number.
    #[must_use]
    pub fn trace(&self) -> Option<u32> {
        self.0.iter().find_map(|field| if let Field::Trace(trace) = field { Some(*trace) } else { None })
    }

    /// The trace number of the payment that was taken back.
    #[must_use]
    pub fn original_trace(&self) -> Option<u32> {
        self.0.iter().find_map(|field| match field {
            Field::OriginalTrace(trace) if *trace > 0 => Some(*trace),
            _ => None,
        })
    }

    /// The totals, when they agree with the amount beside them, if there is one.
    #[must_use]
    pub fn totals(&self) -> Option<Totals> {
        let totals =
            self.0.iter().find_map(|f| if let Field::Totals(totals) = f { Some(*totals) } else { None })?;
        self.amount().is_none_or(|amount| amount == totals.total()).then_some(totals)
    }

    /// Whether it tells of a payment that was taken back (BMP 37), not of one that was made. Its
    /// result is success all the same: the taking back succeeded.
    #[must_use]
    pub fn is_reversal(&self) -> bool {
        self.original_trace().is_some()
    }

    /// Whether it tells of a payment that was made.
    #[must_use]
    pub fn is_payment(&self) -> bool {
        self.result() == Some(APPROVED) && !self.is_reversal()
    }

    /// The card's name.
    #[must_use]
    pub fn card_name(&self) -> Option<&str> {
        self.0
            .iter()
            .find_map(|field| if let Field::CardName(name) = field { Some(name.as_str()) } else { None })
    }
}

impl Field {
    fn read(tag: u8, value: &[u8]) -> Option<Self> {
        Some(match tag {
            AMOUNT => Self::Amount(Cents(digits(value)?)),
            TRACE => Self::Trace(digits(value)?.try_into().ok()?),
            TIME => Self::Time(digits(value)?.try_into().ok()?),
            DATE => Self::Date(digits(value)?.try_into().ok()?),
            TERMINAL_STATUS => Self::TerminalStatus(*value.first()?),
            RESULT => Self::Result(*value.first()?),
            TERMINAL_ID => Self::TerminalId(digits(value)?.try_into().ok()?),
            ORIGINAL_TRACE => Self::OriginalTrace(digits(value)?.try_into().ok()?),
            CURRENCY => Self::Currency(digits(value)?.try_into().ok()?),
            RECEIPT => Self::Receipt(digits(value)?.try_into().ok()?),
            CARD_TYPE => Self::CardType(*value.first()?),
            CARD_NAME => Self::CardName(card_name(value)?),
            CONTAINER => Self::Container(tlv::decode(value)?),
            TOTALS => Self::Totals(Totals::read(value)?),
            _ => return None,
        })
    }

    fn write(&self, bytes: &mut Vec<u8>) {
        match self {
            Self::Amount(amount) => tagged(bytes, AMOUNT, &bcd::<6>(amount.0.min(MOST_CENTS))),
            Self::Trace(number) => tagged(bytes, TRACE, &bcd::<3>(u64::from(*number))),
            Self::Time(time) => tagged(bytes, TIME, &bcd::<3>(u64::from(*time))),
            Self::Date(date) => tagged(bytes, DATE, &bcd::<2>(u64::from(*date))),
            Self::TerminalStatus(status) => tagged(bytes, TERMINAL_STATUS, &[*status]),
            Self::Result(code) => tagged(bytes, RESULT, &[*code]),
            Self::TerminalId(id) => tagged(bytes, TERMINAL_ID, &bcd::<4>(u64::from(*id))),
            Self::OriginalTrace(number) => tagged(bytes, ORIGINAL_TRACE, &bcd::<3>(u64::from(*number))),
            Self::Currency(code) => tagged(bytes, CURRENCY, &bcd::<2>(u64::from(*code))),
            Self::Receipt(number) => tagged(bytes, RECEIPT, &bcd::<2>(u64::from(*number))),
            Self::CardType(kind) => tagged(bytes, CARD_TYPE, &[*kind]),
            Self::CardName(name) => {
                let mut text: Vec<u8> = name.bytes().take(98).collect();
                text.push(0);
                tagged(bytes, CARD_NAME, &ll_var(&text));
            }
            Self::Container(objects) => {
                let objects = tlv::encode(objects);
                tagged(bytes, CONTAINER, &[tlv::length(objects.len()), objects].concat());
            }
            Self::Totals(totals) => tagged(bytes, TOTALS, &lll_var(&totals.write())),
            Self::Other(tag, length) => {
                let filling = vec![0; usize::from(*length)];
                match Shape::of(*tag) {
                    Some(Shape::LlVar) => tagged(bytes, *tag, &ll_var(&filling)),
                    Some(Shape::LllVar) => tagged(bytes, *tag, &lll_var(&filling)),
                    Some(Shape::Fixed(_)) => tagged(bytes, *tag, &filling),
                    Some(Shape::Tlv) | None => {}
                }
            }
        }
    }
}

/// Whether an amount can be sent at all.
#[must_use]
pub const fn fits(amount: Cents) -> bool {
    amount.0 > 0 && amount.0 <= MOST_CENTS
}

/// A number as `N` bytes of binary-coded decimal; digits that do not fit are cut off in front.
#[must_use]
pub fn bcd<const N: usize>(mut number: u64) -> [u8; N] {
    let mut bytes = [0; N];
    for byte in bytes.iter_mut().rev() {
        let two_digits = (number % 100) as u8;
        *byte = ((two_digits / 10) << 4) | (two_digits % 10);
        number /= 100;
    }
    bytes
}

/// A value with its length in two bytes `Fx Fy` in front (LLVAR), at most 99 bytes.
#[must_use]
pub fn ll_var(value: &[u8]) -> Vec<u8> {
    let value = &value[..value.len().min(99)];
    let length = value.len() as u8;
    let mut bytes = vec![0xF0 | (length / 10), 0xF0 | (length % 10)];
    bytes.extend_from_slice(value);
    bytes
}

/// A value with its length in three bytes `Fx Fy Fz` in front (LLLVAR), at most 999 bytes.
#[must_use]
pub fn lll_var(value: &[u8]) -> Vec<u8> {
    let value = &value[..value.len().min(999)];
    let digit = |place: usize| 0xF0 | (value.len() / place % 10) as u8;
    let mut bytes = vec![digit(100), digit(10), digit(1)];
    bytes.extend_from_slice(value);
    bytes
}

/// Binary-coded decimal as a number; `None` when a nibble is no digit.
#[must_use]
pub fn digits(bytes: &[u8]) -> Option<u64> {
    bytes.iter().flat_map(|byte| [byte >> 4, byte & 0x0F]).try_fold(0_u64, |number, digit| {
        if digit > 9 { None } else { number.checked_mul(10)?.checked_add(u64::from(digit)) }
    })
}

/// Whether a field is read, not stepped over.
const fn is_understood(tag: u8) -> bool {
    matches!(
        tag,
        AMOUNT
            | CONTAINER
            | TRACE
            | TIME
            | DATE
            | TERMINAL_STATUS
            | RESULT
            | TERMINAL_ID
            | ORIGINAL_TRACE
            | CURRENCY
            | TOTALS
            | RECEIPT
            | CARD_TYPE
            | CARD_NAME
    )
}

/// How the length of a field is found.
#[derive(Clone, Copy)]
enum Shape {
    Fixed(usize),
    /// Two length bytes with a digit in the low nibble of each.
    LlVar,
    /// Three of them.
    LllVar,
    /// A TLV container with a BER length.
    Tlv,
}

impl Shape {
    /// The tags of chapter 8, as the open-source driver `ecrterm` lists them.
    const fn of(tag: u8) -> Option<Self> {
        Some(match tag {
            0x01..=0x03 | 0x05 | 0x19 | 0x27 | 0x8A | 0x8C | 0xA0 | 0xD0 | 0xD2 | 0xD3 => Self::Fixed(1),
            0xE0 | 0xE9 | 0xEA | 0xF0 | 0xF9..=0xFD | 0x72..=0x75 => Self::Fixed(1),
            0x0D | 0x0E | 0x17 | 0x3A | 0x49 | 0x87 => Self::Fixed(2),
            0x0B | 0x0C | 0x37 | 0x3D | 0x88 | 0xAA => Self::Fixed(3),
            0x29 | 0x70 | 0x71 => Self::Fixed(4),
            0xBA => Self::Fixed(5),
            0x04 => Self::Fixed(6),
            0x3B | 0xEB => Self::Fixed(8),
            0x2A => Self::Fixed(15),
            0x22 | 0x23 | 0x2D | 0x8B | 0xA7 | 0xD1 => Self::LlVar,
            0xE1..=0xE8 | 0xF1..=0xF8 => Self::LlVar,
            0x24 | 0x2E | 0x3C | 0x60 | 0x92 | 0x9A | 0xAF => Self::LllVar,
            0x06 => Self::Tlv,
            _ => return None,
        })
    }

    /// Splits the value off from what follows it; `None` when the bytes do not hold it.
    fn split(self, bytes: &[u8]) -> Option<(&[u8], &[u8])> {
        let (length, head) = match self {
            Self::Fixed(length) => (length, 0),
            Self::LlVar => (length_digits(bytes.get(..2)?)?, 2),
            Self::LllVar => (length_digits(bytes.get(..3)?)?, 3),
            Self::Tlv => return tlv::split(bytes),
        };
        bytes.get(head..)?.split_at_checked(length)
    }
}

fn length_digits(bytes: &[u8]) -> Option<usize> {
    bytes.iter().try_fold(0, |length, byte| match byte {
        0xF0..=0xF9 => Some(length * 10 + usize::from(byte & 0x0F)),
        _ => None,
    })
}

/// Only what can be a name of a card scheme: a terminal that puts a card number there is not heard.
fn card_name(value: &[u8]) -> Option<String> {
    let end = value.iter().position(|&byte| byte == 0).unwrap_or(value.len());
    let text = &value[..end];
    if text.iter().filter(|byte| byte.is_ascii_digit()).count() > MOST_DIGITS_IN_A_NAME {
        return None;
    }
    let name: String =
        text.iter().map(|&byte| if (0x20..0x7F).contains(&byte) { char::from(byte) } else { '?' }).collect();
    let name: String = name.trim().chars().take(LONGEST_NAME).collect();
    Some(name.trim_end().to_owned())
}

fn tagged(bytes: &mut Vec<u8>, tag: u8, value: &[u8]) {
    bytes.push(tag);
    bytes.extend_from_slice(value);
}
