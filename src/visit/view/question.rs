//! What one question wants shown: its words, and what to touch, type or hold against a reader.

use jiff::civil::Date;

use crate::visit::event::ReaderKind;

/// One question and its controls.
#[derive(Clone, Debug, PartialEq)]
pub struct QuestionView {
    /// The question.
    pub title: String,
    /// One line of help; empty when there is none.
    pub help: String,
    /// It may be skipped.
    pub optional: bool,
    /// What to touch or type.
    pub control: Control,
    /// What is expected, when the resident went on with something else.
    pub expected: Option<Expected>,
}

/// What to touch or type.
#[derive(Clone, Debug, PartialEq)]
pub enum Control {
    /// One or more fields to type in, and the keyboard for the one with the cursor.
    Fields {
        /// The fields, one to three.
        fields: Vec<Field>,
        /// Which has the cursor (0 = the first).
        cursor: usize,
        /// Which keys are needed.
        keyboard: Keyboard,
        /// What the fields name so far, such as the street for a postcode; empty when nothing.
        found: String,
    },
    /// Options to touch.
    Options {
        /// The options.
        options: Vec<OptionView>,
        /// More than one may be chosen.
        several: bool,
    },
    /// A way of contact (telephone or e-mail) and a field for it.
    Contact {
        /// Telephone (0) or e-mail (1); `None` when not chosen yet.
        way: Option<usize>,
        /// The field, empty until a way was chosen.
        field: Field,
        /// Which keys are needed; `None` until a way was chosen.
        keyboard: Option<Keyboard>,
    },
    /// Something to hold against a reader, or fields to type what is on it.
    Hold {
        /// Against which.
        reader: ReaderKind,
        /// How far it is.
        stage: HoldStage,
        /// The reader is there, so that it can be held against it while typing too.
        can_hold: bool,
        /// What was held last could not be read.
        unreadable: bool,
        /// The number, and of a document the day of expiry as `09-03-2031`.
        fields: Vec<Field>,
        /// Which has the cursor (0 = the first).
        cursor: usize,
        /// Which keys are needed while typing.
        keyboard: Keyboard,
    },
    /// A month to choose a day from.
    Calendar {
        /// The first day of the month that is shown.
        month: Date,
        /// Its days, from Monday of the first week; `None` outside the month.
        days: Vec<Option<Day>>,
        /// There is something to choose in an earlier month.
        earlier: bool,
        /// There is something to choose in a later month.
        later: bool,
    },
}

/// How far holding something against a reader is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HoldStage {
    /// Nothing was read or typed: says what to hold where.
    Waiting,
    /// It was read: shows what, to be confirmed by going on.
    Read,
    /// The resident types.
    Typing,
}

/// A field to type in.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Field {
    /// What it is for.
    pub label: FieldLabel,
    /// What was typed.
    pub value: String,
    /// It has room for several lines.
    pub multiline: bool,
    /// The most characters.
    pub max: usize,
}

/// What a field is for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum FieldLabel {
    /// The question says it.
    #[default]
    Answer,
    /// Postcode.
    Postcode,
    /// House number.
    HouseNumber,
    /// What comes after the house number; may stay empty.
    Addition,
    /// Telephone number.
    Phone,
    /// E-mail address.
    Email,
    /// The number of an identity document.
    DocumentNumber,
    /// The day on which it expires; may stay empty.
    Expiry,
    /// The number that is printed on a waste pass.
    PassNumber,
    /// The number that was read from a waste pass; it is not the one printed on it.
    PassUid,
}

/// Which keys are shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Keyboard {
    /// Letters, digits, punctuation.
    Letters,
    /// Digits only.
    Digits,
    /// Digits, plus, space.
    Phone,
    /// Letters, digits, `@`, `.`, common endings.
    Email,
    /// Digits and capitals, for a postcode.
    Postcode,
}

/// An option to touch.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OptionView {
    /// What it says. Empty for yes and no, whose words the screen has: 0 is yes, 1 is no.
    pub label: OptionLabel,
    /// It is chosen.
    pub chosen: bool,
}

/// What an option says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum OptionLabel {
    /// A text from the catalogue.
    Text(String),
    /// Yes.
    Yes,
    /// No.
    No,
}

/// A day of the calendar.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Day {
    /// Which day.
    pub date: Date,
    /// It may be chosen.
    pub available: bool,
    /// It is chosen.
    pub chosen: bool,
}

/// What is expected of an answer. The screen says it as an instruction, never as a reproach.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Expected {
    /// An answer; this question cannot be skipped.
    AnAnswer,
    /// One of the options.
    OneOption,
    /// At least one of the options.
    AtLeastOneOption,
    /// At most so many options.
    AtMostOptions(usize),
    /// A day from the calendar.
    ADay,
    /// A Dutch or international telephone number, for example 06 1234 5678.
    APhoneNumber,
    /// An e-mail address, for example naam@voorbeeld.nl.
    AnEmailAddress,
    /// Four digits and two letters, for example 2411 AB.
    APostcode,
    /// A house number.
    AHouseNumber,
    /// An address of this municipality; the postcode and number together name none.
    AKnownAddress,
    /// A telephone number or an e-mail address: choose one first.
    AWayOfContact,
    /// At least so many characters.
    AtLeastCharacters(usize),
    /// A whole number within limits.
    ANumber {
        /// The least.
        least: u32,
        /// The most.
        most: u32,
    },
    /// An amount in whole euros within limits.
    AnAmount {
        /// The least, in euros.
        least: u32,
        /// The most, in euros.
        most: u32,
    },
    /// The number of a bank account (IBAN), for example NL91 ABNA 0417 1643 00.
    AnIban,
    /// A licence plate, for example GB-001-B.
    ALicencePlate,
    /// The day on which someone was born, for example 09-03-1950.
    ABirthDate,
    /// The number of a Dutch identity document, for example SPECI2014.
    ADocumentNumber,
    /// A day, for example 09-03-2031.
    ADateOfExpiry,
    /// The number that is printed on a waste pass.
    APassNumber {
        /// The fewest characters.
        least: usize,
        /// The most characters.
        most: usize,
    },
}
