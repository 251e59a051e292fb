//! What a catalogue is made of, after it was checked.

use std::collections::BTreeMap;
use std::sync::Arc;

mod cost;
mod site;
mod task;

pub use site::*;
pub use task::*;

use crate::announcements::Announcement;
use crate::answers::Product;
use crate::branding::Branding;
use crate::synonyms::Synonyms;

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
    /// The tasks that are written and wait for something that the pillar cannot do yet.
    pub later: Vec<Task>,
    /// The knowledge base: what people ask, by product.
    pub products: Vec<Product>,
    /// Words that mean the same, for searching.
    pub synonyms: Synonyms,
    /// What is told for a time.
    pub announcements: Vec<Announcement>,
    /// How the municipality looks; shared with every view of a visit.
    pub branding: Arc<Branding>,
    /// The addresses that a postcode and number can name.
    pub addresses: Addresses,
    /// Where the pillars stand, and when one can get there.
    pub sites: Sites,
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
