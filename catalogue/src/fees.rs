//! The fees of a year, by name, so that a new year changes one file.

use std::collections::BTreeMap;

use zuil_wire::Cents;

use crate::reader::{Placed, Section, Source, is_meant};

/// The file of the fees.
pub(super) const FILE: &str = "fees.toml";

/// What to do about a fee of zero.
pub(super) const ZERO: &str = "Remove this part of the fee, or the whole group [fee] when the task is free.";

/// The fees by name.
#[derive(Debug, Default)]
pub(super) struct Fees {
    /// `None` for an amount with a mistake.
    amounts: BTreeMap<String, Option<Cents>>,
    /// The file could not be read, so that nobody knows what it has.
    unread: bool,
}

/// No fees, for a file in which none can stand.
pub(super) static NONE: Fees = Fees { amounts: BTreeMap::new(), unread: false };

/// What the list says of a fee.
pub(super) enum Listed {
    /// The amount; zero when something that could cost is free.
    Is(Cents),
    /// It has a mistake, which was told.
    Unread,
    /// It is not there.
    Not,
}

impl Fees {
    /// The fees of a file that cannot be read.
    pub(super) fn unread() -> Self {
        Self { unread: true, ..Self::default() }
    }

    /// What the list says of a fee.
    pub(super) fn amount(&self, name: &str) -> Listed {
        match self.amounts.get(name) {
            Some(Some(amount)) => Listed::Is(*amount),
            Some(None) => Listed::Unread,
            None if self.unread => Listed::Unread,
            None => Listed::Not,
        }
    }

    /// The fees of an amount, by name; none for zero.
    pub(super) fn of(&self, amount: Cents) -> Vec<&str> {
        let are = self.amounts.iter().filter(|(_, known)| **known == Some(amount) && !amount.is_zero());
        are.map(|(name, _)| name.as_str()).collect()
    }

    /// All names, sorted.
    pub(super) fn names(&self) -> impl Iterator<Item = &str> {
        self.amounts.keys().map(String::as_str)
    }

    /// What is said of a fee that is not there, and how to mend it. `written` gives a name as it is written there.
    pub(super) fn unknown(&self, name: &str, written: impl Fn(&str) -> String) -> (String, String) {
        let what = format!("{FILE} has no fee \"{name}\"");
        if let Some(meant) = self.names().find(|known| is_meant(name, known)) {
            return (what, format!("Write {}, or add [{name}] to {FILE}.", written(meant)));
        }
        let near = self.names_like(name);
        let or = if near.is_empty() { String::new() } else { format!(", or use one of: {near}") };
        (what, format!("Add [{name}] to {FILE}{or}."))
    }

    /// The names that begin alike, or all.
    fn names_like(&self, name: &str) -> String {
        let start = name.split('-').next().unwrap_or_default();
        let mut near: Vec<&str> = self.names().filter(|known| known.starts_with(start)).collect();
        if near.is_empty() {
            near = self.names().collect();
        }
        near.join(", ")
    }
}

/// Reads the file of the fees.
pub(super) fn read(source: &Source<'_>) -> Option<Fees> {
    let table = source.parse()?;
    let file = Section::new(source, &table, "the list of fees", 0);
    let _year = file.number("year", 2026..=2100, None);
    let mut fees = BTreeMap::new();
    for (name, fee) in file.all_sections(&["year"]) {
        let amount = read_any_amount(&fee);
        let _source = fee.optional_word("source");
        fee.close();
        if super::task::is_id(&name.value) {
            fees.insert(name.value, fee.kept(amount).map(|amount| amount.value));
        } else {
            file.mistake(
                name.at,
                format!("\"{}\" cannot be the name of a fee", name.value),
                "Use small letters, digits and dashes only, as in [parking-first].",
            );
        }
    }
    Some(Fees { amounts: fees, unread: false })
}

/// Reads `amount = "17.35"`, which is more than zero.
pub(super) fn read_amount(section: &Section<'_>) -> Option<Cents> {
    let amount = read_any_amount(section)?;
    if amount.value.is_zero() {
        section.mistake(amount.at, "the fee is zero", ZERO);
        return None;
    }
    Some(amount.value)
}

fn read_any_amount(section: &Section<'_>) -> Option<Placed<Cents>> {
    let amount = section.word("amount")?;
    let cents = parse_amount(&amount.value);
    if cents.is_none() {
        section.mistake(
            amount.at,
            format!("\"{}\" is no amount", amount.value),
            "Write euros and two digits of cents between quotes, as in: amount = \"17.35\"",
        );
    }
    cents.map(|value| Placed { value, at: amount.at })
}

/// Reads `17.35` or `17,35`, at most 99999.99.
fn parse_amount(text: &str) -> Option<Cents> {
    let (euros, cents) = text.split_once(['.', ','])?;
    let digits = |part: &str| part.bytes().all(|b| b.is_ascii_digit());
    if !(1..=5).contains(&euros.len()) || cents.len() != 2 || !digits(euros) || !digits(cents) {
        return None;
    }
    format!("{euros}{cents}").parse().ok().map(Cents)
}
