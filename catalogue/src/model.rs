//! What a catalogue is made of, after it was checked.

use std::collections::BTreeMap;

use zuil_wire::Cents;

/// A language that residents read. Dutch comes first and is what everything falls back to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Language {
    /// Dutch.
    #[default]
    Nl,
    /// English.
    En,
    /// German.
    De,
    /// French.
    Fr,
    /// Polish.
    Pl,
    /// Turkish.
    Tr,
    /// Arabic.
    Ar,
    /// Ukrainian.
    Uk,
}

/// The way in which a language is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    /// From left to right.
    LeftToRight,
    /// From right to left.
    RightToLeft,
}

impl Language {
    /// All languages: screens, voice and receipts speak each of them.
    pub const ALL: [Self; 8] =
        [Self::Nl, Self::En, Self::De, Self::Fr, Self::Pl, Self::Tr, Self::Ar, Self::Uk];

    /// The two-letter ISO 639-1 code.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Nl => "nl",
            Self::En => "en",
            Self::De => "de",
            Self::Fr => "fr",
            Self::Pl => "pl",
            Self::Tr => "tr",
            Self::Ar => "ar",
            Self::Uk => "uk",
        }
    }

    /// The language's name in itself.
    #[must_use]
    pub const fn own_name(self) -> &'static str {
        match self {
            Self::Nl => "Nederlands",
            Self::En => "English",
            Self::De => "Deutsch",
            Self::Fr => "Français",
            Self::Pl => "Polski",
            Self::Tr => "Türkçe",
            Self::Ar => "العربية",
            Self::Uk => "Українська",
        }
    }

    /// The way in which it is read.
    #[must_use]
    pub const fn direction(self) -> Direction {
        match self {
            Self::Ar => Direction::RightToLeft,
            _ => Direction::LeftToRight,
        }
    }

    /// The language for a code from [`Language::code`].
    #[must_use]
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|language| language.code() == code)
    }
}

/// A text in Dutch and, where it was translated, in other languages.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Text(pub BTreeMap<Language, String>);

impl Text {
    /// The text in a language, or in Dutch where it was not translated.
    #[must_use]
    pub fn get(&self, language: Language) -> &str {
        self.0.get(&language).or_else(|| self.0.get(&Language::Nl)).map_or("", String::as_str)
    }
}

/// All that a pillar offers and says on behalf of one municipality.
#[derive(Clone, Debug, PartialEq)]
pub struct Catalogue {
    /// What the editor calls this version, such as `2026-11-22.1`.
    pub version: String,
    /// Whose pillar it is.
    pub municipality: Municipality,
    /// The tasks in the order in which they are offered.
    pub tasks: Vec<Task>,
    /// The addresses that a postcode and number can name.
    pub addresses: Addresses,
}

impl Catalogue {
    /// The task with an id.
    #[must_use]
    pub fn task(&self, id: &str) -> Option<&Task> {
        self.tasks.iter().find(|task| task.id == id)
    }
}

/// The municipality, as residents see it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Municipality {
    /// Its name without "gemeente", such as `Voorbeeldhuizen`.
    pub name: String,
    /// The number that residents can call, as it is written, such as `14 0172`.
    pub phone: String,
    /// When that number is answered.
    pub phone_hours: Text,
    /// The website as it is written, without `https://`.
    pub website: String,
    /// The question on the first screen.
    pub welcome: Text,
    /// One line on privacy for the first screen.
    pub privacy: Text,
    /// An announcement for the first screen, when there is one.
    pub announcement: Option<Text>,
    /// The languages that residents can choose, in this order; Dutch is always among them.
    pub languages: Vec<Language>,
}

/// Something a resident can get done here.
#[derive(Clone, Debug, PartialEq)]
pub struct Task {
    /// Its id: small letters, digits and dashes.
    pub id: String,
    /// Its name in the national list of municipal products (UPL).
    pub upl: String,
    /// Which icon stands for it.
    pub icon: Icon,
    /// Its name, in a few words.
    pub title: Text,
    /// What the resident gets, in one or two sentences.
    pub summary: Text,
    /// What the resident needs at hand; empty when nothing.
    pub needs: Vec<Text>,
    /// How many minutes it takes, 1 to 30.
    pub minutes: u8,
    /// What it costs; `None` when it is free.
    pub fee: Option<Fee>,
    /// What is asked, in this order.
    pub questions: Vec<Question>,
    /// What happens after it was sent, and by when.
    pub next_steps: Text,
}

/// The icons that a task can have. Each is an SVG file of our own in `ui/icons/`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Icon {
    /// A street lamp and a warning sign: something is broken outside.
    Report,
    /// A telephone.
    Phone,
    /// A sofa at the kerb.
    BulkyWaste,
    /// An identity document.
    Document,
}

/// What a task costs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fee {
    /// The amount, more than zero.
    pub amount: Cents,
    /// What it is for, such as "Grofvuil ophalen".
    pub label: Text,
}

/// One question; each has a screen of its own.
#[derive(Clone, Debug, PartialEq)]
pub struct Question {
    /// Its id within the task.
    pub id: String,
    /// A short label for the review and the receipt, such as "Adres".
    pub label: Text,
    /// The question itself, the title of its screen.
    pub title: Text,
    /// At most one line of help.
    pub help: Option<Text>,
    /// Whether it must be answered.
    pub required: bool,
    /// How it is answered.
    pub kind: Kind,
    /// When it is asked; always when `None`.
    pub when: Option<Condition>,
}

/// How a question is answered.
#[derive(Clone, Debug, PartialEq)]
pub enum Kind {
    /// One line of text, at most `max` characters.
    Text {
        /// The most characters.
        max: usize,
    },
    /// A few sentences, from `min` to `max` characters.
    LongText {
        /// The fewest characters; 0 when any will do.
        min: usize,
        /// The most characters.
        max: usize,
    },
    /// One of several options.
    Choice {
        /// The options, two or more.
        options: Vec<Choice>,
    },
    /// Some of several options.
    Choices {
        /// The options, two or more.
        options: Vec<Choice>,
        /// The most that may be chosen.
        max: usize,
    },
    /// Yes or no.
    YesNo,
    /// A day from a calendar.
    Date {
        /// The first day that may be chosen, in days from today (0 = today).
        first: u16,
        /// The last day that may be chosen, in days from today.
        last: u16,
        /// The weekdays that may be chosen.
        weekdays: Vec<jiff::civil::Weekday>,
    },
    /// A telephone number.
    Phone,
    /// An e-mail address.
    Email,
    /// A postcode and house number from the address file.
    Address,
    /// A telephone number or an e-mail address, as the resident prefers.
    Contact,
    /// An identity document: its number and the day on which it expires, read or typed.
    Document,
    /// A waste pass: read, or the number that is printed on it.
    WastePass {
        /// The fewest letters and digits of a printed number.
        min: usize,
        /// The most letters and digits of a printed number.
        max: usize,
    },
}

/// An option of a choice.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Choice {
    /// Its id within the question.
    pub id: String,
    /// What it says.
    pub text: Text,
}

/// A condition on an earlier answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Condition {
    /// The id of an earlier question of the same task.
    pub question: String,
    /// The question is asked when the earlier answer is one of these: option ids, or `yes`/`no`.
    /// Of several choices, one must be among them.
    pub is: Vec<String>,
}

/// The addresses of the municipality.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Addresses {
    /// Streets by postcode (`2411AB`), each with the house numbers it has there.
    pub by_postcode: BTreeMap<String, Vec<Street>>,
}

impl Addresses {
    /// The street that a postcode (`2411AB`) and a house number name, when they name one.
    #[must_use]
    pub fn street(&self, postcode: &str, number: u32) -> Option<&Street> {
        self.by_postcode.get(postcode)?.iter().find(|street| street.has(number))
    }
}

/// The part of a street that shares a postcode.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Street {
    /// Its name.
    pub street: String,
    /// The town.
    pub town: String,
    /// The lowest house number, included.
    pub first: u32,
    /// The highest house number, included.
    pub last: u32,
    /// Which of the numbers between them exist.
    pub parity: Parity,
}

impl Street {
    /// Whether this part of the street has a house number.
    #[must_use]
    pub fn has(&self, number: u32) -> bool {
        (self.first..=self.last).contains(&number)
            && match self.parity {
                Parity::Odd => !number.is_multiple_of(2),
                Parity::Even => number.is_multiple_of(2),
                Parity::All => true,
            }
    }
}

/// Which house numbers of a range exist.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Parity {
    /// The odd ones.
    Odd,
    /// The even ones.
    Even,
    /// All.
    All,
}

/// A mistake in the files of a catalogue: where it is and how to mend it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{file}:{line}:{column}: {what}\n  remedy: {remedy}")]
pub struct Mistake {
    /// The file, relative to the catalogue's folder.
    pub file: String,
    /// The line, from 1.
    pub line: usize,
    /// The column, from 1.
    pub column: usize,
    /// What is wrong.
    pub what: String,
    /// How to mend it.
    pub remedy: String,
}
