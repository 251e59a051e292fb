//! What counts as an answer: pure functions from what was typed to what it means.
//!
//! Invariant: what people commonly write is understood, and what comes out is in one form only.
//! Copies of what was typed are wiped when they are dropped.

use jiff::civil::Date;
use zeroize::Zeroizing;

/// A telephone number.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Phone {
    /// For machines: `+31612345678`.
    pub(super) value: Zeroizing<String>,
    /// For people: `06 1234 5678`.
    pub(super) shown: Zeroizing<String>,
}

/// The three-digit area codes; all others have four digits.
const SHORT_AREA_CODES: [&str; 33] = [
    "010", "013", "015", "020", "023", "024", "026", "030", "033", "035", "036", "038", "040", "043", "045",
    "046", "050", "053", "055", "058", "070", "071", "072", "073", "074", "075", "076", "077", "078", "079",
    "085", "087", "088",
];

/// Trims a text and checks that it has from `min` to `max` characters and nothing that cannot be
/// shown. A line break counts as shown when there may be several lines.
pub(super) fn text(typed: &str, min: usize, max: usize, multiline: bool) -> Option<Zeroizing<String>> {
    let trimmed = typed.trim();
    let characters = trimmed.chars().count();
    let right = (min..=max).contains(&characters) && trimmed.chars().all(|c| is_shown(c, multiline));
    right.then(|| Zeroizing::new(trimmed.to_owned()))
}

/// Whether a character may be in an answer: no control characters, none that change the direction
/// of what follows.
pub(super) fn is_shown(c: char, multiline: bool) -> bool {
    let turns = matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    let breaks = matches!(c, '\u{2028}' | '\u{2029}');
    (c == '\n' && multiline) || !(c.is_control() || turns || breaks)
}

/// Reads a Dutch number (06…, 0xx…, +31…, 0031…) or an international one (`+` or `00`, 7 to 15 digits).
pub(super) fn phone(typed: &str) -> Option<Phone> {
    // "+31 (0)6 …" is how many letterheads have it: the zero in brackets is not dialled.
    let without_zero = Zeroizing::new(typed.replace("(0)", ""));
    let in_full = without_zero.trim_start().starts_with(['+']) || without_zero.trim_start().starts_with("00");
    let source = if in_full { without_zero.as_str() } else { typed };
    let mut digits = Zeroizing::new(String::with_capacity(source.len()));
    for c in source.trim().chars() {
        match c {
            '0'..='9' => digits.push(c),
            '+' if digits.is_empty() => digits.push('+'),
            ' ' | '-' | '–' | '.' | '/' | '(' | ')' | '\u{a0}' => {}
            _ => return None,
        }
    }
    let abroad = digits.strip_prefix('+').or_else(|| digits.strip_prefix("00"));
    match abroad {
        Some(rest) => match rest.strip_prefix("31") {
            // "+31 06 …": the zero is left out when dialling.
            Some(dutch) => dutch_phone(dutch.strip_prefix('0').unwrap_or(dutch)),
            None => foreign_phone(rest),
        },
        None => dutch_phone(digits.strip_prefix('0')?),
    }
}

/// A Dutch number from its nine digits after the zero.
fn dutch_phone(nine: &str) -> Option<Phone> {
    if nine.len() != 9 || nine.starts_with('0') {
        return None;
    }
    let value = Zeroizing::new(format!("+31{nine}"));
    let whole = Zeroizing::new(format!("0{nine}"));
    let groups = if nine.starts_with('6') {
        [&whole[..2], &whole[2..6], &whole[6..]]
    } else if SHORT_AREA_CODES.contains(&&whole[..3]) {
        [&whole[..3], &whole[3..6], &whole[6..]]
    } else {
        [&whole[..4], &whole[4..7], &whole[7..]]
    };
    let shown = Zeroizing::new(groups.join(" "));
    Some(Phone { value, shown })
}

fn foreign_phone(digits: &str) -> Option<Phone> {
    let right = (7..=15).contains(&digits.len()) && !digits.starts_with('0') && !digits.contains('+');
    right.then(|| {
        let value = Zeroizing::new(format!("+{digits}"));
        Phone { shown: value.clone(), value }
    })
}

/// Checks an e-mail address: sensible rather than by the letter of RFC 5321.
pub(super) fn email(typed: &str) -> Option<Zeroizing<String>> {
    let trimmed = typed.trim();
    let (local, domain) = trimmed.rsplit_once('@')?;
    let right = trimmed.len() <= 254 && is_local_part(local) && is_domain(domain);
    right.then(|| Zeroizing::new(trimmed.to_owned()))
}

fn is_local_part(local: &str) -> bool {
    let known = |c: char| c.is_alphanumeric() || "!#$%&'*+/=?^_`{|}~.-".contains(c);
    (1..=64).contains(&local.len())
        && local.chars().all(known)
        && !local.starts_with('.')
        && !local.ends_with('.')
        && !local.contains("..")
}

fn is_domain(domain: &str) -> bool {
    let is_label = |label: &str| {
        (1..=63).contains(&label.len())
            && label.chars().all(|c| c.is_alphanumeric() || c == '-')
            && !label.starts_with('-')
            && !label.ends_with('-')
    };
    let Some((_, ending)) = domain.rsplit_once('.') else { return false };
    let letters = ending.chars().all(char::is_alphabetic) || ending.starts_with("xn--");
    domain.split('.').all(is_label) && ending.chars().count() >= 2 && letters
}

/// Reads a postcode in any spelling: `2411 ab` becomes `2411AB`.
pub(super) fn postcode(typed: &str) -> Option<Zeroizing<String>> {
    let mut compact = Zeroizing::new(String::with_capacity(typed.len()));
    typed.chars().filter(|c| !c.is_whitespace()).for_each(|c| compact.push(c.to_ascii_uppercase()));
    let bytes = compact.as_bytes();
    let right = bytes.len() == 6
        && bytes[0] != b'0'
        && bytes[..4].iter().all(u8::is_ascii_digit)
        && bytes[4..].iter().all(u8::is_ascii_uppercase);
    right.then_some(compact)
}

/// A postcode as it is written: `2411 AB`.
pub(super) fn spaced_postcode(compact: &str) -> String {
    match compact.split_at_checked(4) {
        Some((digits, letters)) => format!("{digits} {letters}"),
        None => compact.to_owned(),
    }
}

/// Reads a house number, 1 to 99999.
pub(super) fn house_number(typed: &str) -> Option<u32> {
    let trimmed = typed.trim();
    let digits = !trimmed.is_empty() && trimmed.bytes().all(|b| b.is_ascii_digit());
    digits.then(|| trimmed.parse().ok())?.filter(|number| (1..=99_999).contains(number))
}

/// Reads the number of a Dutch passport or identity card in any spelling: two letters, six letters or
/// digits, a digit. The letter O is not used, since it looks like a zero.
pub(super) fn document_number(typed: &str) -> Option<Zeroizing<String>> {
    let number = read_number(typed);
    let letter = |b: &u8| b.is_ascii_uppercase() && *b != b'O';
    let (letters, rest) = number.as_bytes().split_at_checked(2)?;
    let (last, middle) = rest.split_last()?;
    let right = letters.iter().all(letter)
        && middle.len() == 6
        && middle.iter().all(|b| letter(b) || b.is_ascii_digit())
        && last.is_ascii_digit();
    right.then_some(number)
}

/// Reads the number that is printed on a waste pass: from `min` to `max` letters and digits.
pub(super) fn pass_number(typed: &str, min: usize, max: usize) -> Option<Zeroizing<String>> {
    let number = read_number(typed);
    let right = (min..=max).contains(&number.len()) && number.bytes().all(|b| b.is_ascii_alphanumeric());
    right.then_some(number)
}

/// A number without the spaces that people put into it, in capitals.
pub(super) fn read_number(typed: &str) -> Zeroizing<String> {
    let mut compact = Zeroizing::new(String::with_capacity(typed.len()));
    typed.chars().filter(|c| !c.is_whitespace()).for_each(|c| compact.push(c.to_ascii_uppercase()));
    compact
}

/// Reads a day from eight digits, `09032031`, of the years in which a document can expire.
pub(super) fn day(digits: &str) -> Option<Date> {
    let right = digits.len() == 8 && digits.bytes().all(|b| b.is_ascii_digit());
    right.then_some(())?;
    let (day, rest) = digits.split_at(2);
    let (month, year) = rest.split_at(2);
    let year: i16 = year.parse().ok()?;
    (1950..2100).contains(&year).then_some(())?;
    Date::new(year, month.parse().ok()?, day.parse().ok()?).ok()
}

/// Reads a day of birth from eight digits: one that has been, at most 120 years ago.
pub(super) fn birth_date(digits: &str, today: Date) -> Option<Date> {
    let right = digits.len() == 8 && digits.bytes().all(|b| b.is_ascii_digit());
    right.then_some(())?;
    let number = |from: usize, to: usize| digits[from..to].parse::<i16>().ok();
    let (day, month) = (i8::try_from(number(0, 2)?).ok()?, i8::try_from(number(2, 4)?).ok()?);
    let born = Date::new(number(4, 8)?, month, day).ok()?;
    (born <= today && today.year() - born.year() <= 120).then_some(born)
}

/// Reads a whole number within limits. Points and spaces between thousands are left out.
pub(super) fn number(typed: &str, min: u32, max: u32) -> Option<u32> {
    let digits = Zeroizing::new(typed.trim().replace(['.', ' '], ""));
    let right = (1..=9).contains(&digits.len()) && digits.bytes().all(|b| b.is_ascii_digit());
    right.then(|| digits.parse().ok())?.filter(|number| (min..=max).contains(number))
}

/// Reads the number of a bank account in any spelling (IBAN, ISO 13616): country, two check digits, and at
/// most 30 letters and digits whose rest by 97 is 1. A Dutch one has 18 signs.
pub(super) fn iban(typed: &str) -> Option<Zeroizing<String>> {
    let number = read_number(typed);
    let bytes = number.as_bytes();
    let shaped = (15..=34).contains(&bytes.len())
        && bytes[..2].iter().all(u8::is_ascii_uppercase)
        && bytes[2..4].iter().all(u8::is_ascii_digit)
        && bytes.iter().all(u8::is_ascii_alphanumeric)
        && (!number.starts_with("NL") || bytes.len() == 18);
    if !shaped {
        return None;
    }
    // Letters count from 10 on, and the first four signs go to the end.
    let rest = bytes[4..].iter().chain(&bytes[..4]).fold(0_u32, |rest, sign| match sign {
        b'0'..=b'9' => (rest * 10 + u32::from(sign - b'0')) % 97,
        letter => (rest * 100 + u32::from(letter - b'A') + 10) % 97,
    });
    (rest == 1).then_some(number)
}

/// The number of a bank account as it is written: in groups of four.
pub(super) fn spaced_iban(number: &str) -> String {
    let mut shown = String::with_capacity(number.len() * 5 / 4 + 1);
    for (place, sign) in number.chars().enumerate() {
        if place > 0 && place.is_multiple_of(4) {
            shown.push(' ');
        }
        shown.push(sign);
    }
    shown
}

/// The patterns of Dutch licence plates (RDW, sidecodes 1 to 14): a letter for letters, 9 for digits.
const SIDECODES: [&str; 14] = [
    "XX-99-99", "99-99-XX", "99-XX-99", "XX-99-XX", "XX-XX-99", "99-XX-XX", "99-XXX-9", "9-XXX-99",
    "XX-999-X", "X-999-XX", "XXX-99-X", "X-99-XXX", "9-XX-999", "999-XX-9",
];

/// Reads a licence plate in any spelling. One in a Dutch pattern gets its dashes; one from abroad has 4 to 10
/// letters and digits, both of them.
pub(super) fn licence_plate(typed: &str) -> Option<Zeroizing<String>> {
    let mut compact = Zeroizing::new(String::with_capacity(typed.len()));
    let signs = typed.chars().filter(|c| !c.is_whitespace() && *c != '-' && *c != '.');
    signs.for_each(|c| compact.push(c.to_ascii_uppercase()));
    if !compact.bytes().all(|b| b.is_ascii_alphanumeric()) {
        return None;
    }
    if compact.len() == 6
        && let Some(dutch) = SIDECODES.iter().find_map(|pattern| in_pattern(&compact, pattern))
    {
        return Some(dutch);
    }
    let both = compact.bytes().any(|b| b.is_ascii_digit()) && compact.bytes().any(|b| b.is_ascii_uppercase());
    ((4..=10).contains(&compact.len()) && both).then_some(compact)
}

fn in_pattern(compact: &str, pattern: &str) -> Option<Zeroizing<String>> {
    let mut signs = compact.chars();
    let mut plate = Zeroizing::new(String::with_capacity(pattern.len()));
    for place in pattern.chars() {
        let sign = if place == '-' { '-' } else { signs.next()? };
        let fits = match place {
            '9' => sign.is_ascii_digit(),
            'X' => sign.is_ascii_uppercase(),
            _ => true,
        };
        if !fits {
            return None;
        }
        plate.push(sign);
    }
    Some(plate)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(typed: &str) -> Option<String> {
        phone(typed).map(|phone| phone.shown.to_string())
    }

    fn value(typed: &str) -> Option<String> {
        phone(typed).map(|phone| phone.value.to_string())
    }

    #[test]
    fn a_mobile_number_is_understood_however_it_is_written() {
        for typed in [
            "0612345678",
            "06 1234 5678",
            "06-12345678",
            " 06 12 34 56 78 ",
            "+31612345678",
            "+31 6 12345678",
            "+31 (0)6 1234 5678",
            "0031 6 1234 5678",
            "0031(0)612345678",
            "+31 06 12345678",
            "(06) 12345678",
        ] {
            assert_eq!(value(typed).as_deref(), Some("+31612345678"), "{typed}");
            assert_eq!(shown(typed).as_deref(), Some("06 1234 5678"), "{typed}");
        }
    }

    #[test]
    fn a_number_on_a_line_is_grouped_by_its_area_code() {
        assert_eq!(shown("0172-522522").as_deref(), Some("0172 522 522"));
        assert_eq!(shown("020 1234567").as_deref(), Some("020 123 4567"));
        assert_eq!(shown("0031 10 123 45 67").as_deref(), Some("010 123 4567"));
    }

    #[test]
    fn a_number_from_abroad_is_kept() {
        assert_eq!(value("+32 470 12 34 56").as_deref(), Some("+32470123456"));
        assert_eq!(value("0044 20 7946 0958").as_deref(), Some("+442079460958"));
        assert_eq!(value("+123456789012345").as_deref(), Some("+123456789012345"));
    }

    #[test]
    fn what_is_no_number_is_refused() {
        for typed in [
            "",
            "06",
            "061234567",
            "06123456789",
            "612345678",
            "0012345",
            "+1234567890123456",
            "+0612345678",
            "06 1234 567a",
            "06+12345678",
            "++31612345678",
            "+31 012 345",
            "0000000000",
            "112",
        ] {
            assert_eq!(value(typed), None, "{typed}");
        }
    }

    #[test]
    fn common_email_addresses_are_taken() {
        for typed in [
            "naam@voorbeeld.nl",
            " Jan.de-Vries+gemeente@mail.voorbeeld.co.uk ",
            "o'neill@voorbeeld.org",
            "a@b.museum",
            "1234@voorbeeld.nl",
            "jörg@münchen.de",
            "x_y@xn--mnchen-3ya.de",
            "info@3voor12.nl",
        ] {
            assert_eq!(email(typed).as_deref().map(String::as_str), Some(typed.trim()), "{typed}");
        }
    }

    #[test]
    fn what_is_no_email_address_is_refused() {
        for typed in [
            "",
            "naam",
            "naam@",
            "@voorbeeld.nl",
            "naam@voorbeeld",
            "naam@voorbeeld.n",
            "naam@voorbeeld..nl",
            "naam@-voorbeeld.nl",
            "na am@voorbeeld.nl",
            "naam.@voorbeeld.nl",
            ".naam@voorbeeld.nl",
            "na..am@voorbeeld.nl",
            "a@b@voorbeeld.nl",
            "naam@voorbeeld.123",
            "naam@voorbeeld,nl",
            "naam@127.0.0.1",
        ] {
            assert_eq!(email(typed), None, "{typed}");
        }
        assert_eq!(email(&format!("{}@voorbeeld.nl", "a".repeat(65))), None);
    }

    #[test]
    fn a_postcode_is_understood_in_any_spelling() {
        for typed in ["2411AB", "2411 AB", "2411ab", " 24 11 a B "] {
            assert_eq!(postcode(typed).as_deref().map(String::as_str), Some("2411AB"), "{typed}");
        }
        for typed in
            ["", "0411AB", "2411", "2411A", "2411ABC", "24111AB", "AB2411", "2411A1", "2411-AB", "2411ÄB"]
        {
            assert_eq!(postcode(typed), None, "{typed}");
        }
        assert_eq!(spaced_postcode("2411AB"), "2411 AB");
    }

    #[test]
    fn a_house_number_is_a_number() {
        assert_eq!(house_number(" 12 "), Some(12));
        assert_eq!(house_number("0012"), Some(12));
        for typed in ["", "0", "12a", "-1", "100000", "+5", "4294967297"] {
            assert_eq!(house_number(typed), None, "{typed}");
        }
    }

    #[test]
    fn a_document_number_is_checked_as_dutch_ones_are() {
        for typed in ["SPECI2014", "speci2014", " XR 1001R5 8", "EM0000000", "NP9C4K7B2"] {
            assert!(document_number(typed).is_some(), "{typed}");
        }
        for typed in [
            "",
            "SPECI201",
            "SPECI20145",
            "S2ECI2014",
            "SPECI201A",
            "SPECO2014",
            "OPECI2014",
            "SPECI-014",
            "ÉPECI2014",
        ] {
            assert_eq!(document_number(typed), None, "{typed}");
        }
    }

    #[test]
    fn a_pass_number_has_letters_and_digits_and_limits() {
        assert_eq!(pass_number("12 34 56 ab", 4, 10).as_deref().map(String::as_str), Some("123456AB"));
        for typed in ["123", "12345678901", "12-34", ""] {
            assert_eq!(pass_number(typed, 4, 10), None, "{typed}");
        }
    }

    #[test]
    fn a_day_of_expiry_exists() {
        assert_eq!(day("09032031"), Some(jiff::civil::date(2031, 3, 9)));
        for typed in ["", "0903203", "30022031", "09132031", "00012031", "01010031", "01012100", "0903203a"] {
            assert_eq!(day(typed), None, "{typed}");
        }
    }

    #[test]
    fn someone_was_born_on_a_day_that_has_been() {
        let today = jiff::civil::date(2026, 11, 22);
        assert_eq!(birth_date("09031950", today), Some(jiff::civil::date(1950, 3, 9)));
        assert_eq!(birth_date("22112026", today), Some(today));
        for typed in ["", "0903195", "23112026", "01011900", "31021990", "09131990", "0903199a"] {
            assert_eq!(birth_date(typed, today), None, "{typed}");
        }
    }

    #[test]
    fn a_number_has_limits_and_may_have_points_between_thousands() {
        assert_eq!(number(" 1.250 ", 0, 100_000), Some(1_250));
        assert_eq!(number("0", 0, 9), Some(0));
        for typed in ["", "-1", "10", "1,5", "1e3", "99999999999"] {
            assert_eq!(number(typed, 0, 9), None, "{typed}");
        }
    }

    /// Examples from the registry of ISO 13616; none is anybody's.
    #[test]
    fn the_number_of_a_bank_account_proves_itself() {
        for typed in
            ["NL91 ABNA 0417 1643 00", "nl91abna0417164300", "DE89370400440532013000", "BE68 5390 0754 7034"]
        {
            assert!(iban(typed).is_some(), "{typed}");
        }
        for typed in [
            "",
            "NL91ABNA0417164301",
            "NL91ABNA041716430",
            "91NLABNA0417164300",
            "NL91ABNA04171643-0",
            "XX00",
        ] {
            assert_eq!(iban(typed), None, "{typed}");
        }
        assert_eq!(spaced_iban("NL91ABNA0417164300"), "NL91 ABNA 0417 1643 00");
    }

    #[test]
    fn one_wrong_sign_in_the_number_of_a_bank_account_is_always_seen() {
        let right = "NL91ABNA0417164300";
        for place in 2..right.len() {
            for sign in ('0'..='9').chain('A'..='Z') {
                let wrong: String =
                    right.chars().enumerate().map(|(at, old)| if at == place { sign } else { old }).collect();
                // A letter in place of a digit may have the same rest; a sign of the same sort never has.
                let same_sort = right.as_bytes()[place].is_ascii_digit() == sign.is_ascii_digit();
                if wrong != right && same_sort {
                    assert_eq!(iban(&wrong), None, "{wrong}");
                }
            }
        }
    }

    #[test]
    fn a_licence_plate_gets_its_dashes() {
        for (typed, plate) in [
            ("gb001b", "GB-001-B"),
            ("12-abc-3", "12-ABC-3"),
            ("AB 12 CD", "AB-12-CD"),
            ("1abc23", "1-ABC-23"),
        ] {
            assert_eq!(licence_plate(typed).as_deref().map(String::as_str), Some(plate), "{typed}");
        }
        assert_eq!(licence_plate("B-MW 1234").as_deref().map(String::as_str), Some("BMW1234"));
        for typed in ["", "ABCDEF", "123456", "AB1", "ABCDEFGH123", "AB_12_CD"] {
            assert_eq!(licence_plate(typed), None, "{typed}");
        }
    }

    #[test]
    fn a_text_is_trimmed_and_has_limits() {
        assert_eq!(text("  boom  ", 1, 4, false).as_deref().map(String::as_str), Some("boom"));
        assert_eq!(text("boom", 5, 10, false), None);
        assert_eq!(text("bomen", 1, 4, false), None);
        assert_eq!(text("één", 3, 3, false).as_deref().map(String::as_str), Some("één"));
    }

    #[test]
    fn what_cannot_be_shown_is_refused() {
        assert_eq!(text("a\u{7}b", 0, 9, true), None);
        assert_eq!(text("a\u{202e}b", 0, 9, true), None);
        assert_eq!(text("a\nb", 0, 9, false), None);
        assert!(text("a\nb", 0, 9, true).is_some());
    }
}
