//! The few words that a visit itself puts into answers: yes, no and days.

use jiff::civil::{Date, Weekday};

use crate::catalogue::Language;

/// "Yes" or "no".
pub(super) const fn yes_no(language: Language, yes: bool) -> &'static str {
    match (language, yes) {
        (Language::Nl, true) => "Ja",
        (Language::Nl, false) => "Nee",
        (Language::En, true) => "Yes",
        (Language::En, false) => "No",
    }
}

/// A day in full: `dinsdag 1 december 2026`, `Tuesday 1 December 2026`.
pub(super) fn day(language: Language, date: Date) -> String {
    let weekday = weekday(language, date.weekday());
    let month = usize::try_from(date.month() - 1).ok().and_then(|month| months(language).get(month));
    format!("{weekday} {} {} {}", date.day(), month.copied().unwrap_or_default(), date.year())
}

const fn weekday(language: Language, weekday: Weekday) -> &'static str {
    let (dutch, english) = match weekday {
        Weekday::Monday => ("maandag", "Monday"),
        Weekday::Tuesday => ("dinsdag", "Tuesday"),
        Weekday::Wednesday => ("woensdag", "Wednesday"),
        Weekday::Thursday => ("donderdag", "Thursday"),
        Weekday::Friday => ("vrijdag", "Friday"),
        Weekday::Saturday => ("zaterdag", "Saturday"),
        Weekday::Sunday => ("zondag", "Sunday"),
    };
    match language {
        Language::Nl => dutch,
        Language::En => english,
    }
}

const fn months(language: Language) -> &'static [&'static str; 12] {
    match language {
        Language::Nl => &[
            "januari",
            "februari",
            "maart",
            "april",
            "mei",
            "juni",
            "juli",
            "augustus",
            "september",
            "oktober",
            "november",
            "december",
        ],
        Language::En => &[
            "January",
            "February",
            "March",
            "April",
            "May",
            "June",
            "July",
            "August",
            "September",
            "October",
            "November",
            "December",
        ],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_is_said_in_full() {
        let date = jiff::civil::date(2026, 12, 1);
        assert_eq!(day(Language::Nl, date), "dinsdag 1 december 2026");
        assert_eq!(day(Language::En, date), "Tuesday 1 December 2026");
    }
}
