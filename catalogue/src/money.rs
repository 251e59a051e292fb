//! Amounts of money in texts: how each language writes them, and where they stand in what somebody wrote.
//!
//! Invariant: whatever [`amount`] writes, [`amounts_in`] finds in any text, and reads as the same amount, as long as
//! nothing before it can be the start of the same number, and no letter goes on with its word for the euro.

use std::ops::Range;

use zuil_wire::Cents;

use crate::Language;

/// The sign that tells that a number beside it is an amount.
const SIGN: &str = "€";

/// The words that tell it, in any language, small letters; and with what each may end.
const WORDS: [(&str, &[&str]); 5] = [
    ("eur", &[""]),
    ("euro", &["", "s", "dur", "luk", "ya", "yu", "nun", "da", "dan", "yla"]),
    ("avro", &["", "dur", "luk", "ya", "yu", "nun", "da", "dan", "yla"]),
    ("євро", &[""]),
    ("يورو", &["", "ات", "هات"]),
];

/// An amount that stands in a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Amount {
    /// Where, with the sign or the word for the euro.
    pub at: Range<usize>,
    /// How much.
    pub cents: Cents,
}

/// An amount as it is written in a language: `€ 17,35`, `€17.35` or `17,35 €`. It holds no ordinary
/// space, so that it is not broken over two lines.
#[must_use]
pub fn amount(language: Language, cents: Cents) -> String {
    match language {
        Language::Nl => format!("€\u{a0}{}", cents.with_mark(',')),
        Language::En => format!("€{}", cents.with_mark('.')),
        Language::Tr => format!("€{}", cents.with_mark(',')),
        Language::Ar => format!("{}\u{a0}يورو", cents.with_mark(',')),
        Language::De | Language::Fr | Language::Pl | Language::Uk => {
            format!("{}\u{a0}€", cents.with_mark(','))
        }
    }
}

/// The amounts in a text, in any of the ways in which people write them: `€ 17,35`, `€17.35`, `17,35 €`,
/// `17,35 euro`, `€ 1.200` and `€ 195,-`. A number without the sign or the word for the euro beside it is none.
#[must_use]
pub fn amounts_in(text: &str) -> Vec<Amount> {
    let mut found = Vec::new();
    let mut from = 0;
    while let Some(start) = text[from..].find(is_digit).map(|ahead| from + ahead) {
        let end = start + length_of_number(&text[start..]);
        let cents = parse(&text[start..end]);
        let whole = end
            + [",-", ",–"].iter().find(|dash| text[end..].starts_with(**dash)).map_or(0, |dash| dash.len());
        // What stands before is that of the amount before, as far as that took it.
        let before = sign_before(&text[from..start]);
        let after = if before > 0 { 0 } else { sign_after(&text[whole..]) };
        if let Some(cents) = cents.filter(|_| before > 0 || after > 0) {
            found.push(Amount { at: start - before..whole + after, cents });
        }
        from = whole + after;
    }
    found
}

/// The sign or the word for the euro that stands right before or behind a place for an amount, when there is one.
/// What is tied to the next place (`{`) is not of this one.
pub(crate) fn euro_beside<'a>(before: &'a str, after: &'a str) -> Option<&'a str> {
    let (head, tail) = (sign_before(before), sign_after(after));
    let beside = if head > 0 { &before[before.len() - head..] } else { &after[..tail] };
    (!beside.is_empty()).then(|| beside.trim_matches(is_space))
}

/// The digits that people in our languages write.
fn is_digit(letter: char) -> bool {
    letter.is_ascii_digit() || ('٠'..='٩').contains(&letter)
}

/// A digit, or a place that is filled with an amount.
fn begins_amount(letter: char) -> bool {
    letter == '{' || is_digit(letter)
}

/// What may stand between two digits of a number.
fn is_mark(letter: char) -> bool {
    matches!(letter, '.' | ',' | '٫' | '٬' | '’' | '\'') || is_mark_of_thousands(letter)
}

/// A space that holds a number together, and as well two of them apart.
fn is_mark_of_thousands(letter: char) -> bool {
    matches!(letter, '\u{a0}' | '\u{202f}')
}

/// How many bytes the number takes with which a text begins. A mark belongs to it between two digits only, and a
/// space only where thousands are parted: after at most three digits, and before exactly three.
fn length_of_number(text: &str) -> usize {
    let (mut length, mut digits) = (0, 0);
    for (at, letter) in text.char_indices() {
        let next = digits_at_the_start(&text[at + letter.len_utf8()..]);
        let goes_on = if is_mark_of_thousands(letter) { digits <= 3 && next == 3 } else { next > 0 };
        if is_digit(letter) {
            digits += 1;
        } else if is_mark(letter) && goes_on {
            digits = 0;
        } else {
            break;
        }
        length = at + letter.len_utf8();
    }
    length
}

/// With how many digits a text begins.
fn digits_at_the_start(text: &str) -> usize {
    text.chars().take_while(|letter| is_digit(*letter)).count()
}

/// Reads `17,35`, `17.35`, `17`, `1.200` or `1.095,00`; nothing for what is no amount, such as `8.3`.
fn parse(number: &str) -> Option<Cents> {
    let mut groups: Vec<String> = Vec::new();
    let mut last_mark = None;
    for part in number.split_inclusive(is_mark) {
        let digits: String = part.chars().filter_map(digit).collect();
        groups.push(digits);
        last_mark = part.chars().next_back().filter(|letter| is_mark(*letter)).or(last_mark);
    }
    let is_decimal = matches!(last_mark, Some('.' | ',' | '٫'));
    let cents = if is_decimal { groups.pop_if(|last| last.len() == 2) } else { None };
    let first = groups.first()?.len();
    let in_thousands = groups.len() == 1 || (first <= 3 && groups[1..].iter().all(|group| group.len() == 3));
    if !in_thousands {
        return None;
    }
    format!("{}{}", groups.concat(), cents.as_deref().unwrap_or("00")).parse().ok().map(Cents)
}

fn digit(letter: char) -> Option<char> {
    match letter {
        '٠'..='٩' => char::from_digit(letter as u32 - '٠' as u32, 10),
        _ => letter.is_ascii_digit().then_some(letter),
    }
}

/// How many bytes the sign or word takes with which a text ends, with a space after it. No letter stands before a
/// word: a "directeur 25" is no amount.
fn sign_before(text: &str) -> usize {
    let rest = text.strip_suffix(is_space).unwrap_or(text);
    let split = |sign: &str| rest.len().checked_sub(sign.len()).and_then(|at| rest.split_at_checked(at));
    let ends = |sign: &str| split(sign).is_some_and(|(_, tail)| tail.to_lowercase() == sign);
    let is_alone = |word: &str| split(word).is_some_and(|(head, _)| !head.ends_with(char::is_alphabetic));
    let word = || WORDS.iter().map(|(word, _)| *word).find(|word| ends(word) && is_alone(word));
    let sign = if ends(SIGN) { Some(SIGN) } else { word() };
    sign.map_or(0, |sign| text.len() - rest.len() + sign.len())
}

/// How many bytes the sign or word takes with which a text begins, with a space before it and without its ending. One
/// that is tied to a digit, or to a place for an amount, is that of the next amount; and "25 Europese landen" are no amount.
fn sign_after(text: &str) -> usize {
    let rest = text.strip_prefix(is_space).unwrap_or(text);
    let after = |sign: &str| {
        let (head, after) = rest.split_at_checked(sign.len())?;
        (head.to_lowercase() == sign).then_some(after)
    };
    let is_word = |word: &str, endings: &[&str]| {
        let ending =
            |after: &str| after.chars().take_while(|letter| letter.is_alphabetic()).collect::<String>();
        after(word).is_some_and(|after| endings.contains(&ending(after).to_lowercase().as_str()))
    };
    let word = || WORDS.iter().find(|(word, endings)| is_word(word, endings)).map(|(word, _)| *word);
    let sign = if after(SIGN).is_some() { Some(SIGN) } else { word() };
    match sign.and_then(|sign| Some((sign, after(sign)?))) {
        Some((sign, after)) if !after.strip_prefix('\u{a0}').unwrap_or(after).starts_with(begins_amount) => {
            text.len() - rest.len() + sign.len()
        }
        _ => 0,
    }
}

fn is_space(letter: char) -> bool {
    matches!(letter, ' ' | '\u{a0}' | '\u{202f}')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Vec<(&str, u64)> {
        amounts_in(text).into_iter().map(|found| (&text[found.at], found.cents.0)).collect()
    }

    #[test]
    fn an_amount_is_written_as_people_in_each_language_write_it() {
        assert_eq!(amount(Language::Nl, Cents(1735)), "€\u{a0}17,35");
        assert_eq!(amount(Language::En, Cents(1735)), "€17.35");
        assert_eq!(amount(Language::De, Cents(1735)), "17,35\u{a0}€");
        assert_eq!(amount(Language::Tr, Cents(1735)), "€17,35");
        assert_eq!(amount(Language::Ar, Cents(1735)), "17,35\u{a0}يورو");
        for language in Language::ALL {
            assert!(!amount(language, Cents(5)).contains(' '), "{language:?} can be broken over two lines");
        }
    }

    #[test]
    fn what_is_written_is_found_again() {
        for language in Language::ALL {
            for cents in [0, 5, 99, 100, 1735, 9_999_999] {
                let written = amount(language, Cents(cents));
                // A letter after a word is of that word.
                let letter = if written.ends_with(char::is_alphabetic) { "" } else { "ü" };
                let alone = [
                    written.clone(),
                    format!("2 {written}."),
                    format!("2\u{a0}{written}."),
                    format!("2026\u{a0}{written}"),
                    format!("Ü{written}{letter}, 3"),
                ];
                for text in alone {
                    assert_eq!(read(&text), [(written.as_str(), cents)], "{language:?}: {text}");
                }
                for text in [format!("{written} {written}"), format!("{written}\u{a0}+\u{a0}{written}")] {
                    assert_eq!(read(&text), [(written.as_str(), cents); 2], "{language:?}: {text}");
                }
            }
        }
    }

    #[test]
    fn amounts_are_found_in_the_ways_in_which_editors_write_them() {
        assert_eq!(read("Het kost € 17,35, en voor 2 €34,70!"), [("€ 17,35", 1735), ("€34,70", 3470)]);
        assert_eq!(read("Giften tot € 1.200 per jaar"), [("€ 1.200", 120_000)]);
        assert_eq!(read("Een graf: €\u{a0}1.095,00."), [("€\u{a0}1.095,00", 109_500)]);
        assert_eq!(read("Trouwen kost € 195,- of 445 euro."), [("€ 195,-", 19_500), ("445 euro", 44_500)]);
        assert_eq!(read("It is EUR 1,095.00 or 12 Euros"), [("EUR 1,095.00", 109_500), ("12 Euro", 1200)]);
        assert_eq!(
            read("Ücreti 17,35 eurodur, 1\u{202f}095,00 €"),
            [("17,35 euro", 1735), ("1\u{202f}095,00 €", 109_500)]
        );
        assert_eq!(
            read("12 euro's, euro 13, 14euro"),
            [("12 euro", 1200), ("euro 13", 1300), ("14euro", 1400)]
        );
        assert_eq!(read("17,35 avro'dur, 12 AVRODAN"), [("17,35 avro", 1735), ("12 AVRO", 1200)]);
        assert_eq!(read("коштує 17,35 євро"), [("17,35 євро", 1735)]);
        assert_eq!(read("12 يوروهات (eur 5)"), [("12 يورو", 1200), ("eur 5", 500)]);
        assert_eq!(read("١٧٫٣٥ يورو"), [("١٧٫٣٥ يورو", 1735)]);
        assert_eq!(
            read("12,50\u{a0}€ 25,00\u{a0}€"),
            [("12,50\u{a0}€", 1250), ("25,00\u{a0}€", 2500)],
            "each has its own sign"
        );
        assert_eq!(read("12,50 € 25 dagen"), [("12,50 €", 1250)]);
        assert_eq!(read("1\u{a0}234\u{a0}567,89 €"), [("1\u{a0}234\u{a0}567,89 €", 123_456_789)]);
    }

    #[test]
    fn what_is_no_amount_is_not_taken_for_one() {
        for text in [
            "Bel 14 0100 van 8.30 tot 17.00 uur",
            "€ 8.3",
            "€ 1.2345",
            "€",
            "op 1 januari 2026",
            "€ 99999999999999999999999",
            "Directeur 25, monteur 3",
            "25 Europese landen, 4 eurlingen, 8 avronlar",
            "25 eurocent",
            "De ambtenareuro 25",
        ] {
            assert_eq!(read(text), [], "{text}");
        }
    }
}
