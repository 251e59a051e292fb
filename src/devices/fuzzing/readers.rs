//! Anything as what readers of documents and passes send.

use std::ops::Range;

use jiff::civil::{Date, date};

use crate::devices::reader::mrz::{self, MrzFormat};
use crate::devices::reader::rfid::{self, RfidFormat};
use crate::devices::reader::{Checksum, Document, LineEnd};

const TODAY: Date = date(2026, 11, 22);
const LINE_ENDS: [LineEnd; 4] = [LineEnd::Cr, LineEnd::Lf, LineEnd::Crlf, LineEnd::None];
const ALPHABET: &[u8; 37] = b"<0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ";

/// Any bytes as the machine-readable zone of a document, in a framing that the first byte chooses: as they
/// are, or as a zone whose check digits hold.
pub fn mrz(bytes: &[u8]) {
    let Some((&first, rest)) = bytes.split_first() else { return };
    let format = mrz_format(first);
    match first >> 6 {
        0 | 1 => {
            let documents = mrz::read(rest, &format, TODAY);
            assert!(documents.len() <= rest.len() / 88, "a document has 88 characters");
            documents.iter().for_each(assert_is_sound);
        }
        2 => zone(&PASSPORT, rest, &format),
        _ => zone(&CARD, rest, &format),
    }
}

fn mrz_format(choice: u8) -> MrzFormat {
    let (prefix, suffix): (&[u8], &[u8]) = match choice >> 2 & 3 {
        0 => (b"", b""),
        1 => (b"\x02", b"\x03"),
        2 => (b"MRZ:", b"\r\n\x03"),
        _ => (b"", b"\n\n"),
    };
    MrzFormat {
        prefix: prefix.to_vec(),
        suffix: suffix.to_vec(),
        line_end: LINE_ENDS[usize::from(choice & 3)],
    }
}

fn assert_is_sound(document: &Document) {
    assert!((1..=26).contains(&document.number.len()), "a number with its rest in the optional data");
    assert!(document.number.bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit()));
    assert!(document.expires.year() <= TODAY.year() + 30 && document.expires.year() > TODAY.year() - 70);
}

/// Where things stand in a zone, as if its lines followed each other (ICAO 9303 parts 4 and 5).
struct Layout {
    width: usize,
    lines: usize,
    letter: u8,
    number: Range<usize>,
    /// Fields with a digit behind them, to be worked out in this order.
    checked: &'static [Range<usize>],
    composite: &'static [Range<usize>],
    composite_digit: usize,
    /// What is about the holder, but the optional data.
    holder: &'static [Range<usize>],
    optional: Range<usize>,
}

const PASSPORT: Layout = Layout {
    width: 44,
    lines: 2,
    letter: b'P',
    number: 44..53,
    checked: &[44..53, 57..63, 65..71, 72..86],
    composite: &[44..54, 57..64, 65..87],
    composite_digit: 87,
    holder: &[5..44, 54..57, 57..63, 64..65],
    optional: 72..86,
};
const CARD: Layout = Layout {
    width: 30,
    lines: 3,
    letter: b'I',
    number: 5..14,
    checked: &[5..14, 30..36, 38..44],
    composite: &[5..30, 30..37, 38..45, 48..59],
    composite_digit: 59,
    holder: &[30..36, 37..38, 45..48, 48..59, 60..90],
    optional: 15..30,
};

/// The same document of two holders gives the same reading: nothing of the holder is in it.
fn zone(layout: &Layout, bytes: &[u8], format: &MrzFormat) {
    let zone: Vec<u8> = (0..layout.width * layout.lines)
        .map(|at| ALPHABET[usize::from(bytes.get(at).copied().unwrap_or_default()) % ALPHABET.len()])
        .collect();
    let mut one = zone;
    one[0] = layout.letter;
    let other_holder = |at: usize| ALPHABET[usize::from(bytes.get(90 + at).copied().unwrap_or(1)) % 37];
    let mut other = one.clone();
    for part in layout.holder {
        part.clone().for_each(|at| other[at] = other_holder(at));
    }
    let long = bytes.len().is_multiple_of(3);
    for zone in [&mut one, &mut other] {
        // Holders are born on some day; a document without a day of expiry is not read at all.
        let birth = layout.checked[1].clone();
        if bytes.len().is_multiple_of(2) {
            zone[birth].copy_from_slice(b"650310");
        }
        correct(layout, zone, long);
    }
    // The rest of a long number of another country, which stands in the optional data, belongs to the number.
    let number_digit = layout.number.end;
    let has_rest = one[number_digit] == b'<' && one[2..5] != *b"NLD";
    let optional = layout.optional.clone();
    let rest = one[optional.clone()].iter().position(|byte| *byte == b'<').unwrap_or(optional.len());
    let first = optional.start + if has_rest { rest + 1 } else { 0 };
    (first..optional.end).for_each(|at| other[at] = other_holder(at));
    correct(layout, &mut other, long);
    let (one, other) = (read(layout, &one, format), read(layout, &other, format));
    one.iter().chain(&other).for_each(assert_is_sound);
    assert!(one.len() <= 1, "one zone is one document at most");
    assert!(one == other, "something of the holder is in the reading");
}

/// Works out all check digits; the number's one is left a filler in a long number.
fn correct(layout: &Layout, zone: &mut [u8], long: bool) {
    for part in layout.checked {
        zone[part.end] = check_digit(zone, std::slice::from_ref(part));
    }
    if long {
        zone[layout.number.end] = b'<';
    }
    zone[layout.composite_digit] = check_digit(zone, layout.composite);
}

/// ICAO 9303 part 3 § 4.9.
fn check_digit(zone: &[u8], parts: &[Range<usize>]) -> u8 {
    let value = |byte: u8| ALPHABET.iter().position(|letter| *letter == byte).unwrap_or(0).saturating_sub(1);
    let bytes = parts.iter().flat_map(|part| &zone[part.clone()]);
    let sum: usize = bytes.zip([7, 3, 1].iter().cycle()).map(|(byte, weight)| value(*byte) * weight).sum();
    b'0' + (sum % 10) as u8
}

fn read(layout: &Layout, zone: &[u8], format: &MrzFormat) -> Vec<Document> {
    let lines: Vec<&[u8]> = zone.chunks(layout.width).collect();
    let sent = [&format.prefix[..], &lines.join(format.line_end.bytes()), &format.suffix].concat();
    mrz::read(&sent, format, TODAY)
}

/// Any bytes as the number of a pass, in a framing that the first byte chooses.
pub fn rfid(bytes: &[u8]) {
    let Some((&first, rest)) = bytes.split_first() else { return };
    let checksum = if first & 1 == 0 { Checksum::None } else { Checksum::Bcc };
    let (prefix, suffix): (&[u8], &[u8]) = match first >> 1 & 3 {
        0 => (b"\x02", b"\x03"),
        1 => (b"", b"\r\n"),
        2 => (b"UID=", b";"),
        _ => (b"", b"\r"),
    };
    let format = RfidFormat { prefix: prefix.to_vec(), suffix: suffix.to_vec(), checksum };
    let numbers = rfid::read(rest, &format);
    assert!(numbers.len() <= rest.len() / 14);
    for number in numbers {
        assert!(matches!(number.len(), 14 | 20), "7 or 10 bytes");
        assert!(number.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'A'..=b'F')));
        let stands = rest.windows(number.len()).any(|part| part.eq_ignore_ascii_case(number.as_bytes()));
        assert!(stands, "a number that never came");
    }
}
