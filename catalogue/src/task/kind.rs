//! Reads how a question is answered.

use jiff::civil::Weekday;

use crate::limits::{OPTION, UNIT};
use crate::reader::{Placed, Section};
use crate::{Choice, Kind};

const KINDS: &str = "text, long-text, choice, choices, yes-no, date, birth-date, number, amount, phone, email, contact, \
                     address, place, iban, licence-plate, document, waste-pass, appointment, group";

const WEEKDAYS: [(&str, Weekday); 7] = [
    ("monday", Weekday::Monday),
    ("tuesday", Weekday::Tuesday),
    ("wednesday", Weekday::Wednesday),
    ("thursday", Weekday::Thursday),
    ("friday", Weekday::Friday),
    ("saturday", Weekday::Saturday),
    ("sunday", Weekday::Sunday),
];

/// The weekdays that are named, when they all exist.
pub(super) fn read_weekdays(section: &Section<'_>, names: &[Placed<String>]) -> Option<Vec<Weekday>> {
    let days: Vec<_> = names.iter().map(|name| section.one_of(name, &WEEKDAYS, "weekday")).collect();
    days.into_iter().collect()
}

/// Reads `kind = "…"` and what belongs to it.
pub(super) fn read(section: &Section<'_>) -> Option<Kind> {
    let Some(kind) = section.word("kind") else {
        section.let_pass();
        return None;
    };
    Some(match kind.value.as_str() {
        "text" => Kind::Text { max: read_max(section, 200, 60)? },
        "long-text" => read_long_text(section)?,
        "choice" => Kind::Choice { options: read_options(section)? },
        "choices" => read_choices(section)?,
        "yes-no" => Kind::YesNo,
        "date" => read_date(section)?,
        "phone" => Kind::Phone,
        "email" => Kind::Email,
        "address" => Kind::Address,
        "contact" => Kind::Contact,
        "document" => Kind::Document,
        "waste-pass" => read_waste_pass(section)?,
        "number" => read_number(section)?,
        "amount" => read_amounts(section)?,
        "iban" => Kind::Iban,
        "licence-plate" => Kind::LicencePlate,
        "birth-date" => Kind::BirthDate,
        "appointment" => Kind::Appointment { product: section.word("product")?.value },
        "bsn" => {
            section.let_pass();
            section.mistake(
                kind.at,
                "a BSN is never asked at a pillar",
                "Write identity = \"digid\" at the top of the file and remove this question: the hub knows the BSN.",
            );
            return None;
        }
        "attachment" | "file" | "photo" => {
            section.let_pass();
            section.mistake(
                kind.at,
                "nothing can be attached at a pillar",
                "Remove this question, and say below [[instead]] where people can send it.",
            );
            return None;
        }
        inner @ ("group" | "place") => {
            section.let_pass();
            section.mistake(
                kind.at,
                format!("a {inner} cannot stand in a group"),
                "Make it a question of the task: write [[questions]] before it, not [[questions.questions]].",
            );
            return None;
        }
        other => {
            section.let_pass();
            section.mistake(
                kind.at,
                format!("there is no kind of question \"{other}\""),
                format!("Use one of: {KINDS}."),
            );
            return None;
        }
    })
}

fn read_max(section: &Section<'_>, most: u64, default: u64) -> Option<usize> {
    section.number("max", 1..=most, Some(default)).and_then(|max| usize::try_from(max.value).ok())
}

fn read_long_text(section: &Section<'_>) -> Option<Kind> {
    let (min, max) =
        read_min_and_max(section, section.number("min", 0..=100, Some(0)), read_max(section, 2000, 1000))?;
    Some(Kind::LongText { min, max })
}

fn read_waste_pass(section: &Section<'_>) -> Option<Kind> {
    let (min, max) =
        read_min_and_max(section, section.number("min", 1..=20, Some(4)), read_max(section, 20, 20))?;
    Some(Kind::WastePass { min, max })
}

fn read_min_and_max(
    section: &Section<'_>,
    min: Option<Placed<u64>>,
    max: Option<usize>,
) -> Option<(usize, usize)> {
    let (min, max) = (min?, max?);
    let fewest = usize::try_from(min.value).ok()?;
    if fewest > max {
        section.mistake(min.at, "min is more than max", "Make min smaller or max larger.");
        return None;
    }
    Some((fewest, max))
}

fn read_number(section: &Section<'_>) -> Option<Kind> {
    let limits = read_limits(section, 1_000_000);
    let unit = section.optional_text("unit", UNIT);
    let (min, max) = limits?;
    Some(Kind::Number { min, max, unit })
}

fn read_amounts(section: &Section<'_>) -> Option<Kind> {
    let (min, max) = read_limits(section, 100_000)?;
    Some(Kind::Amount { min, max })
}

fn read_limits(section: &Section<'_>, most: u64) -> Option<(u32, u32)> {
    let min = section.number("min", 0..=most, Some(0));
    let max = section.number("max", 1..=most, Some(most));
    let (min, max) = (min?, max?);
    if min.value > max.value {
        section.mistake(min.at, "min is more than max", "Make min smaller or max larger.");
        return None;
    }
    Some((u32::try_from(min.value).ok()?, u32::try_from(max.value).ok()?))
}

fn read_options(section: &Section<'_>) -> Option<Vec<Choice>> {
    let sections = section.sections("options", "this option");
    if sections.len() < 2 && (!section.has("options") || !sections.is_empty()) {
        section.mistake(
            section.at,
            "this question has fewer than two options",
            "Add options: write [[questions.options]] and below it id and text. For yes or no, use kind = \"yes-no\".",
        );
    }
    read_listed(&sections).filter(|options| options.len() >= 2)
}

/// Reads what one can choose from; no two of them have one id.
pub(super) fn read_listed(sections: &[Section<'_>]) -> Option<Vec<Choice>> {
    let mut read: Vec<Choice> = Vec::new();
    let mut right = true;
    for section in sections {
        let (id, text) = (super::read_id(section), section.text("text", OPTION));
        section.close();
        let twice = read.iter().any(|other| Some(&other.id) == id.as_ref());
        if let Some(id) = id.as_ref().filter(|_| twice) {
            section.mistake(
                section.at,
                format!("the id \"{id}\" is taken by one above it"),
                "Give each option or landmark an id of its own.",
            );
        }
        right &= !twice;
        match (id, text) {
            (Some(id), Some(text)) => read.push(Choice { id, text }),
            _ => right = false,
        }
    }
    right.then_some(read)
}

fn read_choices(section: &Section<'_>) -> Option<Kind> {
    let options = read_options(section);
    let max = section.number("max", 1..=99, Some(options.as_ref().map_or(1, Vec::len).max(1) as u64));
    let (options, max) = (options?, max?);
    let most = usize::try_from(max.value).ok()?;
    if most > options.len() {
        section.mistake(
            max.at,
            "max is more than there are options",
            format!("Write max = {} or less, or leave the line out.", options.len()),
        );
        return None;
    }
    Some(Kind::Choices { options, max: most })
}

fn read_date(section: &Section<'_>) -> Option<Kind> {
    let first = section.signed("first", -365..=365, None);
    let last = section.signed("last", -365..=365, None);
    let names = section.words("weekdays")?;
    let weekdays = read_weekdays(section, &names.value)?;
    let (first, last) = (first?, last?);
    if first.value > last.value {
        section.mistake(
            first.at,
            "first is later than last",
            "Swap the two numbers: first comes before last.",
        );
        return None;
    }
    let days = i64::from(last.value - first.value + 1);
    let always_a_day = WEEKDAYS
        .iter()
        .all(|(_, start)| (0..days.min(7)).any(|ahead| weekdays.contains(&start.wrapping_add(ahead))));
    if !always_a_day {
        section.mistake(
            names.at,
            "on some days there would be no day to choose",
            "Add weekdays, or put first and last at least six apart.",
        );
        return None;
    }
    Some(Kind::Date {
        first: i16::try_from(first.value).ok()?,
        last: i16::try_from(last.value).ok()?,
        weekdays,
    })
}
