//! Reads when a task is offered.

use jiff::civil::Time;

use super::kind::read_weekdays;
use crate::Offered;
use crate::reader::{Placed, Section};

/// Reads `[offered]`: season, weekdays, hours.
pub(super) fn read(section: &Section<'_>) -> Option<Offered> {
    let (from, until) = (section.optional_word("from"), section.optional_word("until"));
    let weekdays = section.optional_words("weekdays");
    let hours = section.optional_word("hours");
    section.close();
    if from.is_none() && until.is_none() && weekdays.is_none() && hours.is_none() {
        section.mistake(
            section.at,
            "the times do not say when",
            "Write from and until, weekdays or hours below [offered], or remove it.",
        );
    }
    let season = match (from, until) {
        (None, None) => None,
        (Some(from), Some(until)) => Some((month_and_day(section, &from)?, month_and_day(section, &until)?)),
        _ => {
            section.mistake(section.at, "a season has a first and a last day", "Write both from and until.");
            return None;
        }
    };
    let weekdays = match weekdays {
        None => Vec::new(),
        Some(names) => read_weekdays(section, &names.value)?,
    };
    let hours = match hours {
        None => None,
        Some(hours) => Some(from_and_until(section, &hours)?),
    };
    Some(Offered { season, weekdays, hours })
}

fn month_and_day(section: &Section<'_>, word: &Placed<String>) -> Option<(i8, i8)> {
    // In a leap year, so that 29 February can be named.
    let day: Option<jiff::civil::Date> = format!("2024-{}", word.value).parse().ok();
    if day.is_none() {
        section.mistake(
            word.at,
            format!("\"{}\" is no day of the year", word.value),
            "Write month and day between quotes, as in \"11-15\" for 15 November.",
        );
    }
    day.map(|day| (day.month(), day.day()))
}

fn from_and_until(section: &Section<'_>, word: &Placed<String>) -> Option<(Time, Time)> {
    let read = |text: &str| -> Option<Time> {
        let (hour, minute) = text.trim().split_once([':', '.'])?;
        Time::new(hour.parse().ok()?, minute.parse().ok()?, 0, 0).ok()
    };
    let hours = word.value.split_once('-').and_then(|(from, until)| Some((read(from)?, read(until)?)));
    let hours = hours.filter(|(from, until)| from < until);
    if hours.is_none() {
        section.mistake(
            word.at,
            format!("\"{}\" are no hours of a day", word.value),
            "Write the first and the last, as in: hours = \"08:30-17:00\"",
        );
    }
    hours
}
