//! The few words that a visit itself puts into answers: yes, no, days and what was read.
//!
//! A visit uses the catalogue only, so they stand here; a test compares them with what screens and
//! receipts say.

use jiff::civil::Date;

use zuil_catalogue::{Direction, Language, Text};

use super::DocumentKind;

/// "Yes" or "no".
pub(super) const fn yes_no(language: Language, yes: bool) -> &'static str {
    let (yes_word, no_word) = match language {
        Language::Nl => ("Ja", "Nee"),
        Language::En => ("Yes", "No"),
        Language::De => ("Ja", "Nein"),
        Language::Fr => ("Oui", "Non"),
        Language::Pl => ("Tak", "Nie"),
        Language::Tr => ("Evet", "Hayır"),
        Language::Ar => ("نعم", "لا"),
        Language::Uk => ("Так", "Ні"),
    };
    if yes { yes_word } else { no_word }
}

/// A number with what is counted: `12 maanden`.
pub(super) fn number(number: u32, unit: Option<&Text>, language: Language) -> String {
    unit.map_or_else(|| number.to_string(), |unit| format!("{number} {}", unit.get(language)))
}

/// An amount in whole euros: `€ 150`. It holds no ordinary space, so that it stays on one line.
pub(super) fn euros(language: Language, euros: u32) -> String {
    match language {
        Language::Nl => format!("€\u{a0}{euros}"),
        Language::En | Language::Tr => format!("€{euros}"),
        Language::De | Language::Fr | Language::Pl | Language::Ar | Language::Uk => format!("{euros}\u{a0}€"),
    }
}

/// A day in full: `dinsdag 1 december 2026`, `Tuesday 1 December 2026`.
pub(super) fn day(language: Language, date: Date) -> String {
    let weekday = nth(weekdays(language), date.weekday().to_monday_zero_offset());
    let date = date_only(language, date);
    match language {
        Language::De | Language::Pl | Language::Uk => format!("{weekday}, {date}"),
        Language::Tr => format!("{date} {weekday}"),
        Language::Nl | Language::En | Language::Fr | Language::Ar => format!("{weekday} {date}"),
    }
}

/// A day without its weekday: `9 maart 2031`.
fn date_only(language: Language, date: Date) -> String {
    let month = nth(months(language), date.month() - 1);
    let (day, year) = (date.day(), date.year());
    match language {
        Language::De => format!("{day}. {month} {year}"),
        Language::Fr if day == 1 => format!("1er {month} {year}"),
        Language::Uk => format!("{day} {month} {year} року"),
        _ => format!("{day} {month} {year}"),
    }
}

fn nth(words: &'static [&'static str], place: i8) -> &'static str {
    usize::try_from(place).ok().and_then(|place| words.get(place)).copied().unwrap_or_default()
}

/// A document: `Paspoort SPECI2014, geldig tot 9 maart 2031`.
pub(super) fn document(
    language: Language,
    kind: Option<DocumentKind>,
    number: &str,
    expires: Option<Date>,
) -> String {
    let name = kind.map(|kind| format!("{} ", document_name(language, kind))).unwrap_or_default();
    let until = |date| match language {
        Language::Nl => format!(", geldig tot {date}"),
        Language::En => format!(", valid until {date}"),
        Language::De => format!(", gültig bis {date}"),
        Language::Fr => format!(", valable jusqu'au {date}"),
        Language::Pl => format!(", ważny do {date}"),
        Language::Tr => format!(", son geçerlilik: {date}"),
        Language::Ar => format!("، صالح حتى {date}"),
        Language::Uk => format!(", дійсний до {date}"),
    };
    let expires = expires.map(|date| until(date_only(language, date))).unwrap_or_default();
    format!("{name}{}{expires}", apart(language, number))
}

const fn document_name(language: Language, kind: DocumentKind) -> &'static str {
    let (passport, card) = match language {
        Language::Nl => ("Paspoort", "Identiteitskaart"),
        Language::En => ("Passport", "Identity card"),
        Language::De => ("Reisepass", "Personalausweis"),
        Language::Fr => ("Passeport", "Carte d'identité"),
        Language::Pl => ("Paszport", "Dowód osobisty"),
        Language::Tr => ("Pasaport", "Kimlik kartı"),
        Language::Ar => ("جواز سفر", "بطاقة هوية"),
        Language::Uk => ("Паспорт", "ID-картка"),
    };
    match kind {
        DocumentKind::Passport => passport,
        DocumentKind::IdentityCard => card,
    }
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
    if !read {
        return number.to_owned();
    }
    let how = match language {
        Language::Nl => "pas gelezen",
        Language::En => "pass read",
        Language::De => "Karte gelesen",
        Language::Fr => "carte lue",
        Language::Pl => "odczytano z karty",
        Language::Tr => "karttan okundu",
        Language::Ar => "قُرئت من البطاقة",
        Language::Uk => "зчитано з картки",
    };
    format!("{} ({how})", apart(language, number))
}

/// A number within words: where those are read from right to left it does not turn them, though it comes first.
fn apart(language: Language, number: &str) -> String {
    match language.direction() {
        Direction::LeftToRight => number.to_owned(),
        Direction::RightToLeft => format!("\u{2066}{number}\u{2069}"),
    }
}

/// From Monday.
const fn weekdays(language: Language) -> &'static [&'static str; 7] {
    match language {
        Language::Nl => &["maandag", "dinsdag", "woensdag", "donderdag", "vrijdag", "zaterdag", "zondag"],
        Language::En => &["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"],
        Language::De => &["Montag", "Dienstag", "Mittwoch", "Donnerstag", "Freitag", "Samstag", "Sonntag"],
        Language::Fr => &["lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche"],
        Language::Pl => &["poniedziałek", "wtorek", "środa", "czwartek", "piątek", "sobota", "niedziela"],
        Language::Tr => &["Pazartesi", "Salı", "Çarşamba", "Perşembe", "Cuma", "Cumartesi", "Pazar"],
        Language::Ar => &["الإثنين", "الثلاثاء", "الأربعاء", "الخميس", "الجمعة", "السبت", "الأحد"],
        Language::Uk => &["понеділок", "вівторок", "середа", "четвер", "п’ятниця", "субота", "неділя"],
    }
}

/// As they stand between day and year.
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
        Language::De => &[
            "Januar",
            "Februar",
            "März",
            "April",
            "Mai",
            "Juni",
            "Juli",
            "August",
            "September",
            "Oktober",
            "November",
            "Dezember",
        ],
        Language::Fr => &[
            "janvier",
            "février",
            "mars",
            "avril",
            "mai",
            "juin",
            "juillet",
            "août",
            "septembre",
            "octobre",
            "novembre",
            "décembre",
        ],
        Language::Pl => &[
            "stycznia",
            "lutego",
            "marca",
            "kwietnia",
            "maja",
            "czerwca",
            "lipca",
            "sierpnia",
            "września",
            "października",
            "listopada",
            "grudnia",
        ],
        Language::Tr => &[
            "Ocak", "Şubat", "Mart", "Nisan", "Mayıs", "Haziran", "Temmuz", "Ağustos", "Eylül", "Ekim",
            "Kasım", "Aralık",
        ],
        Language::Ar => &[
            "يناير",
            "فبراير",
            "مارس",
            "أبريل",
            "مايو",
            "يونيو",
            "يوليو",
            "أغسطس",
            "سبتمبر",
            "أكتوبر",
            "نوفمبر",
            "ديسمبر",
        ],
        Language::Uk => &[
            "січня",
            "лютого",
            "березня",
            "квітня",
            "травня",
            "червня",
            "липня",
            "серпня",
            "вересня",
            "жовтня",
            "листопада",
            "грудня",
        ],
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{texts, words};

    #[test]
    fn a_day_is_said_in_full() {
        let date = jiff::civil::date(2026, 12, 1);
        assert_eq!(day(Language::Nl, date), "dinsdag 1 december 2026");
        assert_eq!(day(Language::En, date), "Tuesday 1 December 2026");
    }

    #[test]
    fn an_answer_says_it_in_the_words_of_the_screens() {
        for language in Language::ALL {
            assert_eq!(yes_no(language, true), texts::say(language, "Yes"));
            assert_eq!(yes_no(language, false), texts::say(language, "No"));
            for days in 0..400 {
                let date = jiff::civil::date(2026, 1, 1).saturating_add(jiff::Span::new().days(days));
                assert_eq!(day(language, date), words::full_day(language, date));
            }
        }
    }
}
