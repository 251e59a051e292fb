//! Looks for card numbers in any bytes: logs, databases, files, what goes over a line.
//!
//! Invariant: [`find`] finds a number of 13 to 19 digits that an issuer could have given out, with the
//! right check digit, when it stands there as text (alone or in groups as on a card), as packed digits
//! behind their length (as every protocol here sends them), or in a listing of bytes; and it is quiet
//! enough to be run over whole databases of random bytes. [`find_packed`] needs no length, and cries wolf
//! about once in 14 kB of random bytes. [`find_known`] finds one certain number in every form, and nothing
//! else.

use std::ops::Range;

mod issuers;
mod listings;

pub use issuers::is_card_number;

/// Where a card number stands, and how. The number itself is not told: this may end in a log.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Found {
    /// The byte at which it, or the listing with it, begins.
    pub at: usize,
    /// How it is written.
    pub form: Form,
    /// How many digits it has.
    pub digits: usize,
}

/// How a card number is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// In ASCII digits, perhaps in groups.
    Text,
    /// Two digits in a byte.
    Packed,
    /// Two digits in a byte, and the bytes as text: in hexadecimal, or as a list of numbers.
    Listed,
}

const SHORTEST: usize = 13;
const LONGEST: usize = 19;

/// All card numbers in some bytes, in order.
#[must_use]
pub fn find(bytes: &[u8]) -> Vec<Found> {
    let mut found = in_text(bytes);
    found.extend(packed_behind_length(bytes));
    for listing in listings::of(bytes) {
        // A hash, a key or an id is random, a dump of bytes is not.
        let inside =
            if listing.is_dump { find_packed(&listing.bytes) } else { packed_behind_length(&listing.bytes) };
        found.extend(inside.first().map(|first| Found {
            at: listing.at,
            form: Form::Listed,
            digits: first.digits,
        }));
    }
    found.sort_by_key(|found| found.at);
    found
}

/// Packed digits anywhere, at either nibble, that could be a card number. For bytes of which little is
/// random, such as a recording of a line.
#[must_use]
pub fn find_packed(bytes: &[u8]) -> Vec<Found> {
    let mut found = Vec::new();
    let mut at = 0;
    while at < bytes.len() * 2 {
        let digits = digits_at(bytes, at);
        match longest_number(&digits, |length| !is_text(bytes, at..at + length)) {
            Some(length) => {
                found.push(Found { at: at / 2, form: Form::Packed, digits: length });
                at += length;
            }
            None => at += 1,
        }
    }
    found
}

/// Where this very number stands: as text with any single marks between its digits, packed at either
/// nibble, or in a listing of bytes.
#[must_use]
pub fn find_known(bytes: &[u8], number: &str) -> Vec<Found> {
    let wanted: Vec<u8> = number.bytes().filter(u8::is_ascii_digit).map(|digit| digit - b'0').collect();
    if wanted.is_empty() {
        return vec![];
    }
    let found = |at, form| Found { at, form, digits: wanted.len() };
    let mut all: Vec<Found> =
        (0..bytes.len()).filter(|&at| reads(&bytes[at..], &wanted)).map(|at| found(at, Form::Text)).collect();
    all.extend(packed_known(bytes, &wanted).into_iter().map(|at| found(at, Form::Packed)));
    for listing in listings::of(bytes) {
        let inside = packed_known(&listing.bytes, &wanted);
        all.extend(inside.first().map(|_| found(listing.at, Form::Listed)));
    }
    all.sort_by_key(|found| found.at);
    all
}

/// Whether a text begins with these digits, with at most one mark before each but the first.
fn reads(text: &[u8], wanted: &[u8]) -> bool {
    let mut at = 0;
    wanted.iter().enumerate().all(|(place, digit)| {
        let mark = place > 0 && text.get(at).is_some_and(|byte| matches!(byte, b' ' | b'-' | b'.' | b'/'));
        at += usize::from(mark) + 1;
        text.get(at - 1) == Some(&(b'0' + digit))
    })
}

fn packed_known(bytes: &[u8], wanted: &[u8]) -> Vec<usize> {
    let nibbles = bytes.len() * 2;
    (0..nibbles)
        .filter(|at| {
            at + wanted.len() <= nibbles && (0..wanted.len()).all(|i| nibble(bytes, at + i) == wanted[i])
        })
        .map(|at| at / 2)
        .collect()
}

/// Runs of digits that stand alone, and groups of digits as they are printed on cards.
fn in_text(bytes: &[u8]) -> Vec<Found> {
    let mut found = Vec::new();
    let mut at = 0;
    while at < bytes.len() {
        let groups = groups_at(bytes, at);
        let Some(last) = groups.last() else {
            at += 1;
            continue;
        };
        found.extend(in_groups(bytes, &groups));
        at = last.end;
    }
    found
}

/// The groups of digits that begin here, with one and the same space or dash between each two.
fn groups_at(bytes: &[u8], at: usize) -> Vec<Range<usize>> {
    let run = |from: usize| bytes[from..].iter().take_while(|byte| byte.is_ascii_digit()).count();
    let mut groups = Vec::new();
    let mut from = at;
    let mut mark = None;
    while from < bytes.len() {
        let length = run(from);
        if length == 0 {
            break;
        }
        groups.push(from..from + length);
        match bytes.get(from + length) {
            Some(byte @ (b' ' | b'-')) if mark.is_none_or(|mark| mark == *byte) => mark = Some(*byte),
            _ => break,
        }
        from += length + 1;
    }
    groups
}

fn in_groups(bytes: &[u8], groups: &[Range<usize>]) -> Option<Found> {
    (0..groups.len()).find_map(|first| {
        (first + 1..=groups.len()).rev().find_map(|end| {
            let some = &groups[first..end];
            let alone = match some {
                [one] => !is_in_hexadecimal(bytes, one),
                _ => is_as_on_cards(some) && stands_alone(bytes, some[0].start, some[some.len() - 1].end),
            };
            let digits: Vec<u8> =
                some.iter().flat_map(|group| &bytes[group.clone()]).map(|d| d - b'0').collect();
            let zeros = digits.iter().take_while(|digit| **digit == 0).count();
            let number = &digits[zeros..];
            let found = Found { at: some[0].start + zeros, form: Form::Text, digits: number.len() };
            (alone && is_card_number(number)).then_some(found)
        })
    })
}

/// Fours, the last one shorter; or four, six and the rest.
fn is_as_on_cards(groups: &[Range<usize>]) -> bool {
    let lengths: Vec<usize> = groups.iter().map(ExactSizeIterator::len).collect();
    let fours =
        lengths.split_last().is_some_and(|(last, others)| *last <= 4 && others.iter().all(|l| *l == 4));
    fours || matches!(lengths[..], [4, 6, 4 | 5])
}

/// Whether neither letter nor digit touches what stands there.
fn stands_alone(bytes: &[u8], start: usize, end: usize) -> bool {
    let touches = |byte: Option<&u8>| byte.is_some_and(u8::is_ascii_alphanumeric);
    !touches(start.checked_sub(1).and_then(|before| bytes.get(before))) && !touches(bytes.get(end))
}

/// Whether digits are part of something in hexadecimal, or behind a decimal point.
fn is_in_hexadecimal(bytes: &[u8], digits: &Range<usize>) -> bool {
    let before: Vec<u8> = bytes[..digits.start]
        .iter()
        .rev()
        .take_while(|byte| byte.is_ascii_alphanumeric())
        .take(32)
        .copied()
        .collect();
    let after: Vec<u8> = bytes[digits.end..]
        .iter()
        .take_while(|byte| byte.is_ascii_alphanumeric())
        .take(32)
        .copied()
        .collect();
    let around = [before, after].concat();
    let behind_point = matches!(bytes[..digits.start], [.., digit, b'.'] if digit.is_ascii_digit());
    behind_point || (!around.is_empty() && around.iter().all(u8::is_ascii_hexdigit))
}

/// Packed digits with their length in bytes in front: LLVAR (`F0 F8`), LLLVAR, or one byte of BER.
fn packed_behind_length(bytes: &[u8]) -> Vec<Found> {
    let mut found = Vec::new();
    for at in 1..bytes.len() {
        let length = match (at.checked_sub(2).map(|before| bytes[before]), bytes[at - 1]) {
            (Some(tens @ 0xF0..=0xF4), ones @ 0xF0..=0xF9) => usize::from((tens & 0x0F) * 10 + (ones & 0x0F)),
            (Some(_), short @ 7..=10) => usize::from(short),
            _ => continue,
        };
        let Some(value) = bytes.get(at..at + length) else { continue };
        let digits = digits_at(value, 0);
        // The number takes all of the value but a filling nibble, or all up to the mark of a track.
        let number = &digits[..digits.len().min(value.len() * 2)];
        let ends = number.len() + 1 >= value.len() * 2 || nibble(value, number.len()) == 0xD;
        if ends && is_card_number(number) {
            found.push(Found { at, form: Form::Packed, digits: number.len() });
        }
    }
    found
}

/// The packed digits from a nibble on, up to the longest that a card number can have and one more.
fn digits_at(bytes: &[u8], at: usize) -> Vec<u8> {
    (at..bytes.len() * 2)
        .map(|at| nibble(bytes, at))
        .take_while(|digit| *digit <= 9)
        .take(LONGEST + 1)
        .collect()
}

fn longest_number(digits: &[u8], fits: impl Fn(usize) -> bool) -> Option<usize> {
    (SHORTEST..=LONGEST.min(digits.len()))
        .rev()
        .find(|&length| is_card_number(&digits[..length]) && fits(length))
}

/// A text's own bytes are packed digits too ("1234" is 31 32 33 34), so a packed number whose bytes could
/// all be letters is left: one in sixty of 16 digits.
fn is_text(bytes: &[u8], nibbles: Range<usize>) -> bool {
    bytes[nibbles.start.div_ceil(2)..nibbles.end / 2].iter().all(|byte| (0x20..0x7F).contains(byte))
}

const fn nibble(bytes: &[u8], at: usize) -> u8 {
    if at.is_multiple_of(2) { bytes[at / 2] >> 4 } else { bytes[at / 2] & 0x0F }
}

#[cfg(test)]
mod tests;
