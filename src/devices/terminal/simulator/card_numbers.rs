//! Looks for card numbers in any bytes: logs, databases, files, what goes over a line.
//!
//! Invariant: a number of 13 to 19 digits that an issuer could have given out, with the right check digit,
//! is found when it stands in the bytes as text (with single spaces or dashes among its digits), as packed
//! digits (at either nibble), or as packed digits written out in hexadecimal. What is masked is not.
//!
//! How rarely it cries wolf is measured in the tests: the issuers' ranges and lengths are kept tight.

/// Where a card number stands, and how.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Found {
    /// The byte at which it begins.
    pub at: usize,
    /// How it is written.
    pub form: Form,
    /// How many digits it has. The number itself is not told: this may end in a log.
    pub digits: usize,
}

/// How a card number is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// In ASCII digits, perhaps in groups.
    Text,
    /// Two digits in a byte.
    Packed,
}

const SHORTEST: usize = 13;
const LONGEST: usize = 19;

/// All card numbers in some bytes. Those that overlap are told once.
#[must_use]
pub fn find(bytes: &[u8]) -> Vec<Found> {
    let mut found = in_text(bytes);
    found.extend(in_packed(bytes));
    found.sort_by_key(|found| found.at);
    found
}

/// Whether these digits are a number that an issuer could have given out.
#[must_use]
pub fn is_card_number(digits: &[u8]) -> bool {
    is_of_an_issuer(digits) && has_right_check_digit(digits)
}

/// Runs of ASCII digits, with at most one space or dash between two of them.
fn in_text(bytes: &[u8]) -> Vec<Found> {
    let mut found = Vec::new();
    let mut at = 0;
    while at < bytes.len() {
        if !bytes[at].is_ascii_digit() {
            at += 1;
            continue;
        }
        let run = Run::text(&bytes[at..]);
        // A number within a word is part of something else: a UUID, a hash, a reference. Written out in
        // hexadecimal it is looked for there all the same, when letters other than those stand around.
        let before = at.checked_sub(1).map(|before| bytes[before]);
        let after = bytes.get(at + run.length).copied();
        let digits: Vec<u8> = run.digits.iter().map(|(_, digit)| *digit).collect();
        if !touches_a_word(before, after)
            && let Some((start, length)) = in_run(&digits, run.is_grouped, |_, _| true)
        {
            found.push(Found { at: at + run.digits[start].0, form: Form::Text, digits: length });
        }
        at += run.length;
    }
    found
}

/// Digits with where they stand.
struct Run {
    digits: Vec<(usize, u8)>,
    length: usize,
    /// There are spaces or dashes in it.
    is_grouped: bool,
}

impl Run {
    fn text(bytes: &[u8]) -> Self {
        let mut run = Self { digits: Vec::new(), length: 0, is_grouped: false };
        let mut at = 0;
        while let Some(&byte) = bytes.get(at) {
            if byte.is_ascii_digit() {
                run.digits.push((at, byte - b'0'));
                run.length = at + 1;
            } else if matches!(byte, b' ' | b'-') && bytes.get(at + 1).is_some_and(u8::is_ascii_digit) {
                run.is_grouped = true;
            } else {
                break;
            }
            at += 1;
        }
        run
    }
}

const fn touches_a_word(before: Option<u8>, after: Option<u8>) -> bool {
    const fn is_part(byte: Option<u8>) -> bool {
        matches!(byte, Some(byte) if byte.is_ascii_alphabetic() || byte == b'_' || byte == b'.')
    }
    // A full stop after a number ends a sentence; one before it makes it a fraction.
    is_part(before) || matches!(after, Some(byte) if byte.is_ascii_alphabetic() || byte == b'_')
}

/// Two digits in a byte, at either nibble; filled up or ended by F, or D before the rest of a track.
fn in_packed(bytes: &[u8]) -> Vec<Found> {
    let nibble = |at: usize| if at.is_multiple_of(2) { bytes[at / 2] >> 4 } else { bytes[at / 2] & 0x0F };
    let mut found = Vec::new();
    let mut at = 0;
    while at < bytes.len() * 2 {
        let mut end = at;
        while end < bytes.len() * 2 && nibble(end) <= 9 {
            end += 1;
        }
        let digits: Vec<u8> = (at..end).map(nibble).collect();
        let is_no_text = |start: usize, length: usize| {
            is_not_text(&bytes[(at + start) / 2..(at + start + length).div_ceil(2)])
        };
        if let Some((start, length)) = in_run(&digits, false, is_no_text) {
            found.push(Found { at: (at + start) / 2, form: Form::Packed, digits: length });
        }
        at = end + 1;
    }
    found
}

/// A text's own bytes are digits too when taken nibble by nibble ("1234" is 31 32 33 34), so a packed number
/// whose bytes could all be letters is left: one in sixty of 16 digits.
fn is_not_text(bytes: &[u8]) -> bool {
    !bytes.iter().all(|byte| (0x20..0x7F).contains(byte))
}

/// The first card number in a run of digits. A run that is hardly longer than a card number is looked
/// through from every digit; a longer one is something else.
fn in_run(digits: &[u8], is_grouped: bool, fits: impl Fn(usize, usize) -> bool) -> Option<(usize, usize)> {
    let slack = if is_grouped { 0 } else { 6 };
    if digits.len() < SHORTEST || digits.len() > LONGEST + slack {
        return None;
    }
    (0..=digits.len() - SHORTEST).find_map(|start| {
        let longest = LONGEST.min(digits.len() - start);
        (SHORTEST..=longest)
            .rev()
            .find(|&length| is_card_number(&digits[start..start + length]) && fits(start, length))
            .map(|length| (start, length))
    })
}

/// The ranges of the issuers whose cards are met here, with the lengths that each gives out.
fn is_of_an_issuer(digits: &[u8]) -> bool {
    let Some(six) = digits.get(..6) else { return false };
    let six = six.iter().fold(0_u32, |number, digit| number * 10 + u32::from(*digit));
    match digits.len() {
        13 => six / 100_000 == 4,
        14 => matches!(six / 1000, 300..=305 | 309) || matches!(six / 10_000, 36 | 38 | 39),
        15 => matches!(six / 10_000, 34 | 37),
        16 => {
            six / 100_000 == 4
                || matches!(six / 10_000, 51..=55 | 62)
                || matches!(six, 222_100..=272_099 | 352_800..=358_999)
                || is_maestro(six)
        }
        19 => is_girocard(six) || is_maestro(six) || matches!(six / 10_000, 62) || six / 100_000 == 4,
        17 | 18 => is_maestro(six) || matches!(six / 10_000, 62),
        _ => false,
    }
}

/// Maestro, and V Pay, which is in Visa's range.
const fn is_maestro(six: u32) -> bool {
    matches!(six / 100, 5018 | 5020 | 5038 | 5893 | 6304 | 6759 | 6761 | 6762 | 6763 | 6771 | 6772 | 6799)
}

/// girocard: the numbers of German banks.
const fn is_girocard(six: u32) -> bool {
    six / 10 == 67_250 || six / 10 == 67_249 || six / 10 == 67_280
}

/// Luhn.
fn has_right_check_digit(digits: &[u8]) -> bool {
    let sum: u32 = digits
        .iter()
        .rev()
        .enumerate()
        .map(|(place, &digit)| {
            let digit = u32::from(digit);
            match place % 2 {
                0 => digit,
                _ if digit > 4 => digit * 2 - 9,
                _ => digit * 2,
            }
        })
        .sum();
    sum.is_multiple_of(10)
}
