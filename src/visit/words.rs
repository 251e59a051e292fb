//! The few words that a visit itself puts into answers: yes, no, days and what was read.

use jiff::civil::{Date, Weekday};

use crate::catalogue::Language;

use super::DocumentKind;

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
    format!("{weekday} {}", date_only(language, date))
}

/// A document: `Paspoort SPECI2014, geldig tot 9 maart 2031`.
pub(super) fn document(
    language: Language,
    kind: Option<DocumentKind>,
    number: &str,
    expires: Option<Date>,
) -> String {
    let name = match (language, kind) {
        (_, None) => "",
        (Language::Nl, Some(DocumentKind::Passport)) => "Paspoort ",
        (Language::Nl, Some(DocumentKind::IdentityCard)) => "Identiteitskaart ",
        (Language::En, Some(DocumentKind::Passport)) => "Passport ",
        (Language::En, Some(DocumentKind::IdentityCard)) => "Identity card ",
    };
    let until = match language {
        Language::Nl => ", geldig tot ",
        Language::En => ", valid until ",
    };
    let expires = expires.map(|date| format!("{until}{}", date_only(language, date))).unwrap_or_default();
    format!("{name}{number}{expires}")
}

/// The kind of a document, for machines.
pub(super) const fn document_code(kind: DocumentKind) -> &'static str {
    match kind {
        DocumentKind::Passport => "passport",
        DocumentKind::IdentityCard => "identity-card",
    }
}

/// A waste pass: `04A1B2C3D4E5F6 (pas gelezen)` or the number printed on it.
pub(super) fn waste_pass(language: Language, number: &str, read: bool) -> String {
    match (language, read) {
        (_, false) => number.to_owned(),
        (Language::Nl, true) => format!("{number} (pas gelezen)"),
        (Language::En, true) => format!("{number} (pass read)"),
    }
}

/// A day without its weekday: `9 maart 2031`.
fn date_only(language: Language, date: Date) -> String {
    let month = usize::try_from(date.month() - 1).ok().and_then(|month| months(language).get(month));
    format!("{} {} {}", date.day(), month.copied().unwrap_or_default(), date.year())
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
