//! Words that depend on data, for screens, speech and receipt alike: amounts, days, months, and what
//! is expected of an answer.
//!
//! Invariant: the same thing is said in the same words wherever it is said.

pub mod standing;

use jiff::civil::{Date, DateTime, Time, Weekday};

use crate::texts::{fill, say};
use crate::visit::{CodeTrouble, Expected, Missing, ReaderKind};
use zuil_catalogue::Language;
pub use zuil_catalogue::money::amount;

/// How often a PIN can be tried again.
#[must_use]
pub fn tries_left(language: Language, tries: u8) -> String {
    match tries {
        0 => say(language, "You cannot try again.").to_owned(),
        1 => say(language, "You can try one more time.").to_owned(),
        _ => fill(say(language, "You can try {tries} more times."), &[("tries", &tries.to_string())]),
    }
}

/// A month and year: `november 2026`.
#[must_use]
pub fn month(language: Language, date: Date) -> String {
    format!("{} {}", month_name(language, date), date.year())
}

/// A day as it is read aloud: `maandag 23 november`.
#[must_use]
pub fn day(language: Language, date: Date) -> String {
    let words = say(language, "{weekday} {date}");
    fill(words, &[("weekday", weekday(language, date)), ("date", &day_of_month(language, date))])
}

/// A day with its year: `maandag 23 november 2026`.
#[must_use]
pub fn full_day(language: Language, date: Date) -> String {
    let words = say(language, "{weekday} {date} {year}");
    let year = date.year().to_string();
    fill(
        words,
        &[("weekday", weekday(language, date)), ("date", &day_of_month(language, date)), ("year", &year)],
    )
}

/// The weekdays above a calendar, from Monday.
#[must_use]
pub fn short_weekdays(language: Language) -> [&'static str; 7] {
    [
        say(language, "Mo"),
        say(language, "Tu"),
        say(language, "We"),
        say(language, "Th"),
        say(language, "Fr"),
        say(language, "Sa"),
        say(language, "Su"),
    ]
}

/// Why a code opens nothing, and what to do. `phone` is the number to call.
#[must_use]
pub fn code_trouble(language: Language, trouble: CodeTrouble, phone: &str) -> String {
    let words = match trouble {
        CodeTrouble::Mistyped => say(language, "One digit is not right. Please read the code again."),
        CodeTrouble::Unknown => {
            say(language, "We do not know this code at this pillar. Please read it again, or call {phone}.")
        }
        CodeTrouble::Used => {
            say(language, "This code was used already. A code works once. For a new one, call {phone}.")
        }
        CodeTrouble::Expired => say(language, "This code is too old. Call {phone} for a new one."),
        CodeTrouble::Pause => say(
            language,
            "That code was wrong five times. Please wait a minute and try again, or call {phone}.",
        ),
    };
    fill(words, &[("phone", phone)])
}

/// Why a task cannot be done here now, in a few words for its tile.
#[must_use]
pub fn missing(language: Language, missing: Missing) -> String {
    let words = match missing {
        Missing::Card | Missing::CardMaybe => say(language, "Not possible now: no card payment"),
        Missing::Printer => say(language, "Not possible now: no receipts"),
        Missing::DocumentReader => say(language, "Not possible now: no documents can be read"),
        Missing::PassReader => say(language, "Not possible now: no passes can be read"),
        Missing::DigiD | Missing::Agenda => say(language, "Not yet at the pillar"),
        Missing::Hours { again: None } => say(language, "Not possible now"),
        Missing::Hours { again: Some(again) } => {
            return fill(say(language, "Again from {day}"), &[("day", &moment(language, again))]);
        }
    };
    words.to_owned()
}

/// Why a task cannot be done here now, and what to do. `phone` is the number to call.
#[must_use]
pub fn why_missing(language: Language, missing: Missing, phone: &str) -> String {
    let words = match missing {
        Missing::Card => say(
            language,
            "Paying by card does not work at the moment, so you cannot do this here now. Please come back later, or call {phone}.",
        ),
        Missing::CardMaybe => say(
            language,
            "Paying by card does not work at the moment. If your answers show that it is free, you can do it here now. If it is not, please come back later, or call {phone}.",
        ),
        Missing::Printer => say(
            language,
            "You need a receipt for this, and none can be printed at the moment. Please come back later, or call {phone}.",
        ),
        Missing::DocumentReader => say(
            language,
            "For this we must read a document, and that does not work at the moment. Please come back later, or call {phone}.",
        ),
        Missing::PassReader => say(
            language,
            "For this we must read your waste pass, and that does not work at the moment. Please come back later, or call {phone}.",
        ),
        Missing::DigiD => say(language, "You need DigiD for this. You cannot use DigiD at this pillar yet."),
        Missing::Agenda => say(language, "You cannot choose a day and time for a visit at this pillar yet."),
        Missing::Hours { again: None } => {
            say(language, "You cannot do this here at the moment. Please call {phone}.")
        }
        Missing::Hours { again: Some(again) } => {
            let words = say(language, "You can do this here again from {day}. Or call {phone}.");
            return fill(words, &[("day", &moment(language, again)), ("phone", phone)]);
        }
    };
    fill(words, &[("phone", phone)])
}

/// A day, and its time unless it is the whole day: `maandag 23 november, 9:00`.
fn moment(language: Language, moment: DateTime) -> String {
    let date = day(language, moment.date());
    if moment.time() == Time::midnight() {
        return date;
    }
    let (hour, minute) = (moment.hour().to_string(), format!("{:02}", moment.minute()));
    fill(say(language, "{date}, {hour}:{minute}"), &[("date", &date), ("hour", &hour), ("minute", &minute)])
}

/// When somebody last looked whether an answer is true.
#[must_use]
pub fn checked(language: Language, date: Date) -> String {
    let year = date.year().to_string();
    let date = day_of_month(language, date);
    fill(say(language, "Checked on {date} {year}"), &[("date", &date), ("year", &year)])
}

/// What to do, for an answer that is not what was expected. An instruction, never a reproach.
#[must_use]
pub fn expected(language: Language, expected: Expected) -> String {
    let words = match expected {
        Expected::AnAnswer => say(language, "Fill in an answer. Then touch “Next”."),
        Expected::OneOption => say(language, "Touch one of the answers."),
        Expected::AtLeastOneOption => say(language, "Touch at least one of the answers."),
        Expected::AtMostOptions(most) => {
            let words = say(language, "Choose at most {most}. Touch a chosen answer to take it away.");
            return fill(words, &[("most", &most.to_string())]);
        }
        Expected::ADay => say(language, "Touch a day in the calendar."),
        Expected::APhoneNumber => say(language, "Fill in ten digits, for example 06 1234 5678."),
        Expected::AnEmailAddress => {
            say(language, "Fill in the whole address with the @, for example naam@voorbeeld.nl.")
        }
        Expected::APostcode => say(language, "Fill in 4 digits and 2 letters, for example 2411 AB."),
        Expected::AHouseNumber => say(language, "Fill in the house number, for example 12."),
        Expected::AKnownAddress => say(
            language,
            "We do not find this address. Please look again at the postcode and the house number.",
        ),
        Expected::AWayOfContact => say(language, "Choose first: by telephone or by e-mail."),
        Expected::AtLeastCharacters(least) => {
            let words = say(language, "Tell us a little more, at least {least} characters.");
            return fill(words, &[("least", &least.to_string())]);
        }
        Expected::ADocumentNumber => say(
            language,
            "Fill in the 9 letters and digits of the number, for example SPECI2014. The letter O is not in it, only zero.",
        ),
        Expected::ANumber { least, most } => {
            let words = say(language, "Fill in a number from {least} to {most}.");
            return fill(words, &[("least", &least.to_string()), ("most", &most.to_string())]);
        }
        Expected::AnAmount { least, most } => {
            let words = say(language, "Fill in an amount in whole euros, from {least} to {most}.");
            return fill(words, &[("least", &least.to_string()), ("most", &most.to_string())]);
        }
        Expected::AnIban => {
            say(language, "Fill in the number of the account (IBAN), for example NL91 ABNA 0417 1643 00.")
        }
        Expected::ALicencePlate => say(language, "Fill in the licence plate, for example GB-001-B."),
        Expected::ABirthDate => {
            say(language, "Fill in the day of birth in eight digits, for example 09-03-1950.")
        }
        Expected::ADateOfExpiry => say(language, "Fill in day, month and year, for example 09-03-2031."),
        Expected::APassNumber { least, most } => {
            let words =
                say(language, "Fill in the number on the pass: {least} to {most} letters and digits.");
            return fill(words, &[("least", &least.to_string()), ("most", &most.to_string())]);
        }
    };
    words.to_owned()
}

/// What to hold where.
#[must_use]
pub fn hold(language: Language, reader: ReaderKind) -> &'static str {
    match reader {
        ReaderKind::Document => {
            say(language, "Lay your passport or identity card on the reader, with the photo facing down.")
        }
        ReaderKind::Pass => say(language, "Hold your waste pass in front of the reader."),
    }
}

/// That holding it works too while one types.
#[must_use]
pub fn or_hold(language: Language, reader: ReaderKind) -> &'static str {
    match reader {
        ReaderKind::Document => say(language, "You can also lay the document on the reader."),
        ReaderKind::Pass => say(language, "You can also hold the pass in front of the reader."),
    }
}

/// What to do when something could not be read.
#[must_use]
pub fn unreadable(language: Language, reader: ReaderKind) -> &'static str {
    match reader {
        ReaderKind::Document => say(
            language,
            "That did not work. Lay the document straight on the reader once more, or type the number.",
        ),
        ReaderKind::Pass => say(
            language,
            "That did not work. Hold the pass in front of the reader once more, or type the number.",
        ),
    }
}

/// What was read, and what comes next.
#[must_use]
pub fn read(language: Language, reader: ReaderKind) -> &'static str {
    match reader {
        ReaderKind::Document => say(language, "The document was read. Is it right? Then touch “Next”."),
        ReaderKind::Pass => say(language, "Your pass was read. Touch “Next”."),
    }
}

fn weekday(language: Language, date: Date) -> &'static str {
    match date.weekday() {
        Weekday::Monday => say(language, "Monday"),
        Weekday::Tuesday => say(language, "Tuesday"),
        Weekday::Wednesday => say(language, "Wednesday"),
        Weekday::Thursday => say(language, "Thursday"),
        Weekday::Friday => say(language, "Friday"),
        Weekday::Saturday => say(language, "Saturday"),
        Weekday::Sunday => say(language, "Sunday"),
    }
}

/// A day and its month: `23 november`. Polish and Ukrainian bend the month, German counts the day.
fn day_of_month(language: Language, date: Date) -> String {
    let words = match date.month() {
        1 => say(language, "{day} January"),
        2 => say(language, "{day} February"),
        3 => say(language, "{day} March"),
        4 => say(language, "{day} April"),
        5 => say(language, "{day} May"),
        6 => say(language, "{day} June"),
        7 => say(language, "{day} July"),
        8 => say(language, "{day} August"),
        9 => say(language, "{day} September"),
        10 => say(language, "{day} October"),
        11 => say(language, "{day} November"),
        _ => say(language, "{day} December"),
    };
    let day = match (language, date.day()) {
        (Language::Fr, 1) => "1er".to_owned(),
        (_, day) => day.to_string(),
    };
    fill(words, &[("day", &day)])
}

fn month_name(language: Language, date: Date) -> &'static str {
    match date.month() {
        1 => say(language, "January"),
        2 => say(language, "February"),
        3 => say(language, "March"),
        4 => say(language, "April"),
        5 => say(language, "May"),
        6 => say(language, "June"),
        7 => say(language, "July"),
        8 => say(language, "August"),
        9 => say(language, "September"),
        10 => say(language, "October"),
        11 => say(language, "November"),
        _ => say(language, "December"),
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    #[test]
    fn a_day_is_said_in_words() {
        assert_eq!(day(Language::Nl, date(2026, 11, 23)), "maandag 23 november");
        assert_eq!(month(Language::En, date(2026, 11, 1)), "November 2026");
        // Between day and year a month is bent; on its own it is not.
        assert_eq!(month(Language::Pl, date(2026, 11, 1)), "listopad 2026");
        assert_eq!(month(Language::Uk, date(2026, 11, 1)), "листопад 2026");
    }

    #[test]
    fn a_day_with_its_year_is_written_as_people_in_each_language_write_it() {
        let says = |language| full_day(language, date(2026, 12, 1));
        assert_eq!(says(Language::Nl), "dinsdag 1 december 2026");
        assert_eq!(says(Language::En), "Tuesday 1 December 2026");
        assert_eq!(says(Language::De), "Dienstag, 1. Dezember 2026");
        assert_eq!(says(Language::Fr), "mardi 1er décembre 2026");
        assert_eq!(says(Language::Pl), "wtorek, 1 grudnia 2026");
        assert_eq!(says(Language::Tr), "1 Aralık 2026 Salı");
        assert_eq!(says(Language::Ar), "الثلاثاء 1 ديسمبر 2026");
        assert_eq!(says(Language::Uk), "вівторок, 1 грудня 2026 року");
    }

    #[test]
    fn a_number_in_an_instruction_is_filled_in() {
        assert_eq!(
            expected(Language::Nl, Expected::AtMostOptions(3)),
            "Kies er hoogstens 3. Raak een gekozen antwoord aan om het weg te halen."
        );
    }
}
