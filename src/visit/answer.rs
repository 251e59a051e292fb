//! An answer that was understood, and how machines, staff and the resident read it.

use jiff::civil::Date;
use zeroize::Zeroizing;
use zuil_wire::AnswerLine;

use zuil_catalogue::{Choice, Kind, Language, Question, Test, Text};

use super::validate::{self, Phone, spaced_postcode};
use super::{DocumentKind, ReviewAnswer, words};

/// An answer that was understood. Typed text in it is wiped when it is dropped.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Answer {
    /// The question may be skipped and was.
    Skipped,
    /// Text, trimmed.
    Text(Zeroizing<String>),
    /// The options with these indices.
    Options(Vec<usize>),
    /// Yes or no.
    YesNo(bool),
    /// A day.
    Day(Date),
    /// A whole number.
    Number(u32),
    /// An amount in whole euros.
    Amount(u32),
    /// The number of a bank account, in capitals without spaces.
    Iban(Zeroizing<String>),
    /// A licence plate, in capitals, with dashes where it is Dutch.
    LicencePlate(Zeroizing<String>),
    /// A telephone number.
    Phone(Phone),
    /// An e-mail address.
    Email(Zeroizing<String>),
    /// An address of the municipality.
    Address {
        /// `2411AB`.
        postcode: Zeroizing<String>,
        /// The house number.
        number: u32,
        /// What comes after it; may be empty.
        addition: Zeroizing<String>,
        /// The street.
        street: Zeroizing<String>,
        /// The town.
        town: String,
    },
    /// An identity document.
    Document {
        /// What it is, when it was read.
        kind: Option<DocumentKind>,
        /// Its number.
        number: Zeroizing<String>,
        /// The day on which it expires, when it is known.
        expires: Option<Date>,
    },
    /// A waste pass.
    WastePass {
        /// The number in the pass when it was read, else the one printed on it.
        number: Zeroizing<String>,
        /// It was read.
        read: bool,
    },
}

impl Answer {
    /// What a condition can name: the ids of the options, or `yes`/`no`.
    pub(super) fn names<'a>(&'a self, kind: &'a Kind) -> Vec<&'a str> {
        match self {
            Self::Options(chosen) => {
                chosen.iter().filter_map(|index| Some(options(kind).get(*index)?.id.as_str())).collect()
            }
            Self::YesNo(true) => vec!["yes"],
            Self::YesNo(false) => vec!["no"],
            _ => Vec::new(),
        }
    }

    /// What a condition or a fee can count: the number, or how many options.
    pub(super) fn count(&self) -> Option<u32> {
        match self {
            Self::Number(number) | Self::Amount(number) => Some(*number),
            Self::Options(chosen) => u32::try_from(chosen.len()).ok(),
            _ => None,
        }
    }

    /// Whether it is as a condition asks.
    pub(super) fn fulfils(&self, test: &Test, kind: &Kind) -> bool {
        let is_one_of = |named: &[String]| {
            let names = self.names(kind);
            named.iter().any(|name| names.contains(&name.as_str()))
        };
        match test {
            Test::Is(named) => is_one_of(named),
            Test::Not(named) => *self != Self::Skipped && !is_one_of(named),
            Test::AtLeast(least) => self.count().is_some_and(|count| count >= *least),
            Test::AtMost(most) => self.count().is_some_and(|count| count <= *most),
            Test::Answered(answered) => (*self != Self::Skipped) == *answered,
        }
    }

    /// The line for staff; `None` when the question was skipped.
    pub(super) fn line(&self, question: &Question) -> Option<AnswerLine> {
        Some(AnswerLine {
            question: question.id.clone(),
            label: question.label.get(Language::Nl).to_owned(),
            value: self.value(&question.kind)?,
            display: self.shown(&question.kind, Language::Nl)?,
        })
    }

    /// The machine-readable value; `None` when the question was skipped.
    fn value(&self, kind: &Kind) -> Option<String> {
        Some(match self {
            Self::Skipped => return None,
            Self::Text(text) | Self::Email(text) => text.to_string(),
            Self::Options(_) => self.names(kind).join(","),
            Self::YesNo(yes) => if *yes { "yes" } else { "no" }.to_owned(),
            Self::Day(date) => date.to_string(),
            Self::Number(number) | Self::Amount(number) => number.to_string(),
            Self::Iban(number) | Self::LicencePlate(number) => number.to_string(),
            Self::Phone(phone) => phone.value.to_string(),
            Self::Address { postcode, number, addition, .. } => {
                join([postcode.as_str(), &number.to_string(), addition.as_str()])
            }
            Self::Document { kind, number, expires } => {
                let kind = kind.map_or("", words::document_code);
                join([kind, number, &expires.map(|day| day.to_string()).unwrap_or_default()])
            }
            Self::WastePass { number, read } => join([if *read { "uid" } else { "" }, number, ""]),
        })
    }

    /// As a person reads it; `None` when the question was skipped.
    pub(super) fn shown(&self, kind: &Kind, language: Language) -> Option<String> {
        Some(match self {
            Self::Skipped => return None,
            Self::Text(text) | Self::Email(text) => text.to_string(),
            Self::Options(chosen) => {
                let texts: Vec<&str> = chosen
                    .iter()
                    .filter_map(|index| Some(options(kind).get(*index)?.text.get(language)))
                    .collect();
                texts.join(", ")
            }
            Self::YesNo(yes) => words::yes_no(language, *yes).to_owned(),
            Self::Day(date) => words::day(language, *date),
            Self::Number(number) => words::number(*number, unit(kind), language),
            Self::Amount(euros) => words::euros(language, *euros),
            Self::Iban(number) => validate::spaced_iban(number),
            Self::LicencePlate(plate) => plate.to_string(),
            Self::Phone(phone) => phone.shown.to_string(),
            Self::Address { postcode, number, addition, street, town } => {
                let home = Zeroizing::new(join([street.as_str(), &number.to_string(), addition.as_str()]));
                format!("{}, {} {town}", home.as_str(), spaced_postcode(postcode))
            }
            Self::Document { kind, number, expires } => words::document(language, *kind, number, *expires),
            Self::WastePass { number, read } => words::waste_pass(language, number, *read),
        })
    }

    /// As the review shows it.
    pub(super) fn review(&self, kind: &Kind, language: Language) -> ReviewAnswer {
        match self {
            Self::YesNo(true) => ReviewAnswer::Yes,
            Self::YesNo(false) => ReviewAnswer::No,
            Self::Day(date) => ReviewAnswer::Day(*date),
            other => other.shown(kind, language).map_or(ReviewAnswer::Skipped, ReviewAnswer::Text),
        }
    }
}

fn options(kind: &Kind) -> &[Choice] {
    match kind {
        Kind::Choice { options } | Kind::Choices { options, .. } => options,
        _ => &[],
    }
}

fn unit(kind: &Kind) -> Option<&Text> {
    match kind {
        Kind::Number { unit, .. } => unit.as_ref(),
        _ => None,
    }
}

/// Joins the parts that are not empty.
fn join(parts: [&str; 3]) -> String {
    parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" ")
}
