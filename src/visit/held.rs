//! A question that is answered by holding something against a reader, or by typing what is on it.
//!
//! Invariant: what was read counts as read only while nobody has typed into it; without a reader
//! everything can be typed.

use jiff::civil::Date;
use zeroize::Zeroizing;

use zuil_catalogue::Kind;

use super::answer::Answer;
use super::buffer::{Buffer, Takes};
use super::validate;
use super::{
    Control, DocumentKind, Expected, Field, FieldLabel, HoldStage, Intent, Keyboard, ReaderKind, Reading,
};

/// Room for the longest document number that a machine-readable zone can hold.
const NUMBER_MAX: usize = 24;
/// The digits of a day: two, two and four.
const DAY_MAX: usize = 8;
/// The digits of the longest number that a pass can have.
const UID_MAX: usize = 20;

/// What was held or typed.
#[derive(Clone, Debug)]
pub(super) struct Held {
    kind: ReaderKind,
    /// The number, and of a document the day of expiry as digits.
    fields: Vec<Buffer>,
    cursor: usize,
    source: Source,
    /// The resident rather types.
    typing: bool,
    /// The last thing held could not be read.
    unreadable: bool,
}

/// Where the fields come from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Source {
    /// The resident typed.
    Typed,
    /// A reader; of a document also what it is.
    Read(Option<DocumentKind>),
}

/// Which reader can answer a question.
pub(super) const fn reader_of(kind: &Kind) -> Option<ReaderKind> {
    match kind {
        Kind::Document => Some(ReaderKind::Document),
        Kind::WastePass { .. } => Some(ReaderKind::Pass),
        _ => None,
    }
}

impl Held {
    /// Nothing yet, of a document.
    pub(super) fn document() -> Self {
        let fields = vec![Buffer::new(NUMBER_MAX, Takes::Postcode), Buffer::new(DAY_MAX, Takes::Digits)];
        Self::empty(ReaderKind::Document, fields)
    }

    /// Nothing yet, of a waste pass whose printed number has at most `max` characters.
    pub(super) fn waste_pass(max: usize) -> Self {
        Self::empty(ReaderKind::Pass, vec![Buffer::new(max.max(UID_MAX), Takes::Postcode)])
    }

    const fn empty(kind: ReaderKind, fields: Vec<Buffer>) -> Self {
        Self { kind, fields, cursor: 0, source: Source::Typed, typing: false, unreadable: false }
    }

    /// Gets ready to be shown again.
    pub(super) const fn open(&mut self) {
        (self.cursor, self.typing, self.unreadable) = (0, false, false);
    }

    /// Does what the resident did.
    pub(super) fn edit(&mut self, intent: &Intent) {
        match intent {
            Intent::TypeInstead => self.typing = true,
            Intent::SelectField(index) if *index < self.fields.len() => {
                (self.cursor, self.typing) = (*index, true);
            }
            Intent::Type(c) => self.typed(|field| field.push(*c)),
            Intent::Erase => self.typed(Buffer::erase),
            _ => {}
        }
    }

    fn typed(&mut self, change: impl Fn(&mut Buffer)) {
        if let Some(field) = self.fields.get_mut(self.cursor) {
            change(field);
            self.source = Source::Typed;
            self.unreadable = false;
        }
    }

    /// Takes what was read; whether it is what the question is about.
    pub(super) fn hold(&mut self, reading: &Reading) -> bool {
        match (reading, self.fields.as_mut_slice()) {
            (Reading::Document { kind, number, expires }, [number_field, day_field]) => {
                number_field.set(number);
                day_field.set(&Zeroizing::new(digits(*expires)));
                self.source = Source::Read(Some(*kind));
            }
            (Reading::WastePass(number), [field]) => {
                field.set(number);
                self.source = Source::Read(None);
            }
            _ => return false,
        }
        self.open();
        true
    }

    /// Something was held and could not be read. What there is stays.
    pub(super) const fn could_not_read(&mut self) {
        self.unreadable = true;
    }

    /// The field with the cursor.
    pub(super) fn field(&self) -> Option<&Buffer> {
        self.fields.get(self.cursor)
    }

    /// Whether nothing was read or typed.
    pub(super) fn is_blank(&self) -> bool {
        self.fields.iter().all(Buffer::is_blank)
    }

    /// What it means, or what is expected instead. It is not blank.
    pub(super) fn answer(&self, kind: &Kind) -> Result<Answer, Expected> {
        match (self.fields.as_slice(), kind) {
            ([number, day], _) => {
                let (document, number) = match self.source {
                    Source::Read(document) => (document, Some(validate::read_number(number.text()))),
                    Source::Typed => (None, validate::document_number(number.text())),
                };
                let number = number.ok_or(Expected::ADocumentNumber)?;
                let expires = (!day.is_blank())
                    .then(|| validate::day(day.text()).ok_or(Expected::ADateOfExpiry))
                    .transpose()?;
                Ok(Answer::Document { kind: document, number, expires })
            }
            ([number], Kind::WastePass { min, max }) => {
                let read = self.source != Source::Typed;
                let number = if read {
                    Some(validate::read_number(number.text()))
                } else {
                    validate::pass_number(number.text(), *min, *max)
                };
                let (least, most) = (*min, *max);
                number
                    .map(|number| Answer::WastePass { number, read })
                    .ok_or(Expected::APassNumber { least, most })
            }
            _ => Err(Expected::AnAnswer),
        }
    }

    /// Puts the cursor into the field of which something is expected.
    pub(super) const fn turn_to(&mut self, expected: Expected) {
        (self.cursor, self.typing) = (matches!(expected, Expected::ADateOfExpiry) as usize, true);
    }

    /// Writes what was understood into the field.
    pub(super) fn tidy(&mut self, understood: &str) {
        if let Some(field) = self.fields.first_mut() {
            field.set(understood);
        }
    }

    /// Forgets everything.
    pub(super) fn wipe(&mut self) {
        self.fields.iter_mut().for_each(|field| field.set(""));
        self.source = Source::Typed;
        self.open();
    }

    /// What the screen shows, with or without a reader.
    pub(super) fn control(&self, reader_there: bool) -> Control {
        let stage = self.stage(reader_there);
        let labels = match self.kind {
            ReaderKind::Document => [FieldLabel::DocumentNumber, FieldLabel::Expiry].as_slice(),
            ReaderKind::Pass if self.source == Source::Typed => &[FieldLabel::PassNumber],
            ReaderKind::Pass => &[FieldLabel::PassUid],
        };
        let keyboard = if labels.get(self.cursor) == Some(&FieldLabel::Expiry) {
            Keyboard::Digits
        } else {
            Keyboard::Postcode
        };
        let shown = |(buffer, label): (&Buffer, &FieldLabel)| Field {
            label: *label,
            value: if *label == FieldLabel::Expiry {
                spaced_day(buffer.text())
            } else {
                buffer.text().to_owned()
            },
            multiline: false,
            // A day has two dashes more.
            max: if *label == FieldLabel::Expiry { buffer.max() + 2 } else { buffer.max() },
        };
        Control::Hold {
            reader: self.kind,
            stage,
            can_hold: reader_there,
            unreadable: self.unreadable && reader_there,
            fields: self.fields.iter().zip(labels).map(shown).collect(),
            cursor: self.cursor,
            keyboard,
        }
    }

    fn stage(&self, reader_there: bool) -> HoldStage {
        match self.source {
            _ if !reader_there || self.typing => HoldStage::Typing,
            Source::Read(_) => HoldStage::Read,
            Source::Typed if self.is_blank() => HoldStage::Waiting,
            Source::Typed => HoldStage::Typing,
        }
    }
}

/// A day as the digits that are typed for it.
pub(super) fn digits(day: Date) -> String {
    format!("{:02}{:02}{:04}", day.day(), day.month(), day.year())
}

/// The digits of a day with dashes where they belong, as far as they go: `09-03-20`.
pub(super) fn spaced_day(digits: &str) -> String {
    let mut shown = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if matches!(place, 2 | 4) {
            shown.push('-');
        }
        shown.push(digit);
    }
    shown
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dashes_come_by_themselves() {
        assert_eq!(spaced_day("09"), "09");
        assert_eq!(spaced_day("09032"), "09-03-2");
        assert_eq!(spaced_day(&digits(jiff::civil::date(2031, 3, 9))), "09-03-2031");
    }
}
