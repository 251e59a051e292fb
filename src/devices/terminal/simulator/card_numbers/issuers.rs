//! Which numbers an issuer could have given out.
//!
//! Invariant: ranges and lengths are those in which cards are given out, not those in which they could be.

/// Whether these digits are a number that an issuer could have given out, with the right check digit.
#[must_use]
pub fn is_card_number(digits: &[u8]) -> bool {
    is_of_an_issuer(digits) && has_right_check_digit(digits)
}

fn is_of_an_issuer(digits: &[u8]) -> bool {
    let Some(six) = digits.get(..6) else { return false };
    let six = six.iter().fold(0_u32, |number, digit| number * 10 + u32::from(*digit));
    let is_visa = six / 100_000 == 4;
    let is_union_pay = six / 10_000 == 62;
    match digits.len() {
        13 => is_visa,
        // Diners.
        14 => matches!(six / 1000, 300..=305 | 309) || matches!(six / 10_000, 36 | 38 | 39),
        // American Express.
        15 => matches!(six / 10_000, 34 | 37),
        16 => {
            let is_mastercard = matches!(six / 10_000, 51..=55) || matches!(six, 222_100..=272_099);
            let is_jcb = matches!(six, 352_800..=358_999);
            is_visa || is_mastercard || is_jcb || is_union_pay || is_maestro(six)
        }
        17 | 18 => is_maestro(six) || is_union_pay,
        19 => is_girocard(six) || is_maestro(six) || is_union_pay || is_visa,
        _ => false,
    }
}

/// Maestro. (V Pay is in Visa's range.)
const fn is_maestro(six: u32) -> bool {
    matches!(six / 100, 5018 | 5020 | 5038 | 5893 | 6304 | 6759 | 6761..=6763 | 6771 | 6772 | 6799)
}

/// girocard: 672 and the short number of a German bank, 5 to 9 in front.
const fn is_girocard(six: u32) -> bool {
    six / 1000 == 672
}

/// Luhn.
fn has_right_check_digit(digits: &[u8]) -> bool {
    let doubled = |digit: u8| if digit > 4 { digit * 2 - 9 } else { digit * 2 };
    let weigh =
        |(place, &digit): (usize, &u8)| u32::from(if place % 2 == 0 { digit } else { doubled(digit) });
    digits.iter().rev().enumerate().map(weigh).sum::<u32>().is_multiple_of(10)
}
