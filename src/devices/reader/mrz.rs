//! The machine-readable zone of identity documents (ICAO 9303 parts 3, 4 and 5), as OCR readers send
//! it over a serial line: TD1 (three lines of 30) and TD3 (two lines of 44).
//!
//! Invariant: all that is about the holder (BSN, name, birth) is overwritten in the buffer in which it
//! came before anything else looks at it; a zone whose check digits do not hold is no reading.

use std::ops::Range;

use jiff::civil::Date;
use mrz::{MrzData, ParseOptions};
use zeroize::Zeroize;

use super::core::{Format, Progress, read_all};
use super::framing::{Cursor, LineEnd, Stop};
use super::{Document, DocumentKind, Reading};

/// The filler of the zone.
const FILLER: u8 = b'<';
/// Documents are valid for at most so many years from today; a later year is one of the last century.
const YEARS_AHEAD: i16 = 30;

/// How an OCR reader sends a zone: prefix, lines with an end after each but the last, possibly a
/// last line end, suffix.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct MrzFormat {
    /// What comes before the first line; empty when nothing does.
    pub prefix: Vec<u8>,
    /// What comes after the last line; empty when nothing does.
    pub suffix: Vec<u8>,
    /// What ends a line.
    pub line_end: LineEnd,
}

/// All documents in a stream of bytes, however it is cut, broken or noisy. `today` decides the
/// century of a year.
#[must_use]
pub fn read(bytes: &[u8], format: &MrzFormat, today: Date) -> Vec<Document> {
    let documents = read_all(format.clone(), bytes, today).into_iter().filter_map(|reading| match &reading {
        Reading::Document(document) => Some(document.clone()),
        Reading::WastePass(_) => None,
    });
    documents.collect()
}

impl Format for MrzFormat {
    fn progress(&self, received: &mut [u8], today: Date) -> Progress {
        match self.zone(received) {
            Err(Stop::Noise) => Progress::Noise,
            Err(Stop::Short) => Progress::More,
            Err(Stop::Differs) => Progress::Never,
            Ok(zone) => zone
                .document(received, today)
                .map_or(Progress::Never, |document| Progress::Done(Reading::Document(document))),
        }
    }
}

impl MrzFormat {
    /// Where the lines are in what was received. The first letter tells how many and how long.
    fn zone(&self, received: &[u8]) -> Result<Zone, Stop> {
        let mut cursor = Cursor::behind(&self.prefix, received)?;
        let kind = match cursor.peek()? {
            b'P' => DocumentKind::Passport,
            b'A' | b'C' | b'I' => DocumentKind::IdentityCard,
            _ => return Err(Stop::Differs),
        };
        let (count, width) = match kind {
            DocumentKind::Passport => (2, 44),
            DocumentKind::IdentityCard => (3, 30),
        };
        let mut starts = [0; 3];
        for (line, start) in starts.iter_mut().enumerate().take(count) {
            if line > 0 {
                cursor.literal(self.line_end.bytes())?;
            }
            *start = cursor.at();
            cursor.run(width, |byte| byte.is_ascii_uppercase() || byte.is_ascii_digit() || byte == FILLER);
            if cursor.at() - *start < width {
                cursor.peek()?;
                return Err(Stop::Differs);
            }
        }
        self.end(&mut cursor)?;
        Ok(Zone { kind, starts })
    }

    /// The last line may have an end too, also where the suffix begins like one.
    fn end(&self, cursor: &mut Cursor<'_>) -> Result<(), Stop> {
        let mut after_end = *cursor;
        match cursor.literal(&self.suffix) {
            Err(Stop::Differs) => {
                after_end.literal(self.line_end.bytes())?;
                after_end.literal(&self.suffix)
            }
            outcome => outcome,
        }
    }
}

/// A whole zone in what was received.
struct Zone {
    kind: DocumentKind,
    /// Where each line starts.
    starts: [usize; 3],
}

impl Zone {
    /// The document, when every check digit holds. Leaves nothing of the holder in `received`.
    fn document(&self, received: &mut [u8], today: Date) -> Option<Document> {
        let whole = self.is_whole(received);
        self.blank(received);
        let mut data = whole.then(|| self.parse(received))??;
        let number: String = data.full_document_number().chars().filter(|c| *c != '<').collect();
        let document = Document { kind: self.kind, number, expires: day(&data, today)? };
        let right = data.checks.all_valid() && !document.number.is_empty();
        for text in [&mut data.mrz_lines, &mut data.document_number] {
            text.zeroize();
        }
        data.document_number_full.zeroize();
        right.then_some(document)
    }

    /// Whether the digits over what will be blanked hold: those of the day of birth and of the personal
    /// number, where there is one, and the composite one.
    fn is_whole(&self, received: &[u8]) -> bool {
        let holds = |part: Range<usize>| {
            let (printed, digit) = (received[part.end], check_digit(received, &[part]));
            printed == digit || (printed == FILLER && digit == b'0')
        };
        let personal = self.kind != DocumentKind::Passport || holds(self.at(1, 28..42));
        personal
            && holds(self.birth())
            && received[self.composite_digit()] == check_digit(received, &self.composite())
    }

    /// Overwrites all but the kind, the state, the number and the day of expiry, and corrects the digits.
    /// The rest of a long number of another country stays; a Dutch number is never long.
    fn blank(&self, received: &mut [u8]) {
        let (holder, optional) = match self.kind {
            DocumentKind::Passport => {
                ([self.at(0, 5..44), self.at(1, 10..13), self.at(1, 20..21)], self.at(1, 28..42))
            }
            DocumentKind::IdentityCard => {
                ([self.at(2, 0..30), self.at(1, 7..8), self.at(1, 15..29)], self.at(0, 15..30))
            }
        };
        let dutch = received[self.at(0, 2..5)] == *b"NLD";
        let long = received[self.number_digit()] == FILLER && !dutch;
        let field = &mut received[optional];
        let rest = field.iter().position(|byte| *byte == FILLER).unwrap_or(field.len());
        field[if long { rest } else { 0 }..].fill(FILLER);
        for part in holder.into_iter().chain([self.birth()]) {
            received[part].fill(FILLER);
        }
        received[self.birth().end] = b'0';
        if self.kind == DocumentKind::Passport {
            received[self.personal_digit()] = check_digit(received, &[self.at(1, 28..42)]);
        }
        received[self.composite_digit()] = check_digit(received, &self.composite());
    }

    fn parse(&self, received: &[u8]) -> Option<MrzData> {
        let line = |line, width| std::str::from_utf8(&received[self.at(line, 0..width)]).ok();
        let options = ParseOptions::default();
        match self.kind {
            DocumentKind::Passport => mrz::parse_td3_with(line(0, 44)?, line(1, 44)?, &options).ok(),
            DocumentKind::IdentityCard => {
                mrz::parse_td1_with(line(0, 30)?, line(1, 30)?, line(2, 30)?, &options).ok()
            }
        }
    }

    /// Part of a line, as a part of all that was received.
    const fn at(&self, line: usize, part: Range<usize>) -> Range<usize> {
        self.starts[line] + part.start..self.starts[line] + part.end
    }

    const fn birth(&self) -> Range<usize> {
        match self.kind {
            DocumentKind::Passport => self.at(1, 13..19),
            DocumentKind::IdentityCard => self.at(1, 0..6),
        }
    }

    const fn number_digit(&self) -> usize {
        match self.kind {
            DocumentKind::Passport => self.starts[1] + 9,
            DocumentKind::IdentityCard => self.starts[0] + 14,
        }
    }

    const fn personal_digit(&self) -> usize {
        self.starts[1] + 42
    }

    const fn composite_digit(&self) -> usize {
        match self.kind {
            DocumentKind::Passport => self.starts[1] + 43,
            DocumentKind::IdentityCard => self.starts[1] + 29,
        }
    }

    /// What the composite digit covers (ICAO 9303 part 4 § 4.2.2.2, part 5 § 4.2.2.2).
    fn composite(&self) -> Vec<Range<usize>> {
        match self.kind {
            DocumentKind::Passport => vec![self.at(1, 0..10), self.at(1, 13..20), self.at(1, 21..43)],
            DocumentKind::IdentityCard => {
                vec![self.at(0, 5..30), self.at(1, 0..7), self.at(1, 8..15), self.at(1, 18..29)]
            }
        }
    }
}

/// The check digit over some parts (ICAO 9303 part 3 § 4.9), worked out where they stand, so that no
/// copy of them is made.
fn check_digit(received: &[u8], parts: &[Range<usize>]) -> u8 {
    let bytes = parts.iter().flat_map(|part| &received[part.clone()]);
    let sum: u32 = bytes
        .zip([7, 3, 1].into_iter().cycle())
        .map(|(byte, weight)| {
            weight
                * match byte {
                    b'0'..=b'9' => u32::from(byte - b'0'),
                    b'A'..=b'Z' => u32::from(byte - b'A') + 10,
                    _ => 0,
                }
        })
        .sum();
    b'0' + u8::try_from(sum % 10).unwrap_or_default()
}

/// The day on which it expires. A zone has two digits for the year: the latest such year that a document
/// of today can have is meant.
fn day(data: &MrzData, today: Date) -> Option<Date> {
    let read = data.date_of_expiry.calendar()?;
    let two_digits = i16::try_from(read.year.rem_euclid(100)).ok()?;
    let latest = today.year().saturating_add(YEARS_AHEAD);
    let year = latest - (latest - two_digits).rem_euclid(100);
    Date::new(year, i8::try_from(read.month).ok()?, i8::try_from(read.day).ok()?).ok()
}
