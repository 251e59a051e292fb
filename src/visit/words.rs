//! The few words that a visit itself puts into answers: yes, no and days.
//!
//! A visit uses the catalogue only, so they stand here; a test compares them with what screens and
//! receipts say.

use jiff::civil::Date;

use crate::catalogue::Language;

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

/// A day in full: `dinsdag 1 december 2026`, `Tuesday 1 December 2026`.
pub(super) fn day(language: Language, date: Date) -> String {
    let nth = |words: &'static [&'static str], place: i8| {
        usize::try_from(place).ok().and_then(|place| words.get(place)).copied().unwrap_or_default()
    };
    let weekday = nth(weekdays(language), date.weekday().to_monday_zero_offset());
    let month = nth(months(language), date.month() - 1);
    let (day, year) = (date.day(), date.year());
    match language {
        Language::De => format!("{weekday}, {day}. {month} {year}"),
        Language::Fr if day == 1 => format!("{weekday} 1er {month} {year}"),
        Language::Pl => format!("{weekday}, {day} {month} {year}"),
        Language::Tr => format!("{day} {month} {year} {weekday}"),
        Language::Uk => format!("{weekday}, {day} {month} {year} року"),
        Language::Nl | Language::En | Language::Fr | Language::Ar => {
            format!("{weekday} {day} {month} {year}")
        }
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
        Language::Uk => &["понеділок", "вівторок", "середа", "четвер", "п'ятниця", "субота", "неділя"],
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
