//! What is not parted where a line ends.
//!
//! Invariant: nothing is added but signs that nobody sees or hears, and a space stays as wide as it was.

use slint::{ComponentHandle, SharedString};

use super::ui;

/// A sign without width that keeps what is before it and behind it on one line.
const WORD_JOINER: char = '\u{2060}';
const NO_BREAK_SPACE: char = '\u{a0}';

pub(super) fn connect(app: &ui::App) {
    app.global::<ui::Theme>().on_laid_out(|words| unbroken(&words));
}

/// A single letter stays with what its hyphen ties it to ("e-mail" and not "e-" above "mail"), and so do the
/// groups of a telephone number, and an amount and its currency.
fn unbroken(words: &str) -> SharedString {
    let mut held = String::with_capacity(words.len());
    let (mut letters, mut before) = (0, ' ');
    let mut signs = words.chars().peekable();
    while let Some(sign) = signs.next() {
        let next = signs.peek().copied().unwrap_or(' ');
        held.push(if sign == ' ' && is_of_a_number(before) && is_of_a_number(next) {
            NO_BREAK_SPACE
        } else {
            sign
        });
        if sign == '-' && letters == 1 {
            held.push(WORD_JOINER);
        }
        letters = if sign.is_alphanumeric() { letters + 1 } else { 0 };
        before = sign;
    }
    held.into()
}

fn is_of_a_number(sign: char) -> bool {
    sign.is_ascii_digit() || sign == '€'
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_letter_stays_with_its_word_a_number_with_itself_and_all_else_may_be_parted() {
        assert_eq!(unbroken("Par e-mail"), "Par e-\u{2060}mail");
        assert_eq!(unbroken("E-mailadres"), "E-\u{2060}mailadres");
        assert_eq!(unbroken("Bel 14 0100."), "Bel 14\u{a0}0100.");
        assert_eq!(unbroken("Es kostet 17,35 €."), "Es kostet 17,35\u{a0}€.");
        assert_eq!(unbroken("€ 17,35 of meer"), "€\u{a0}17,35 of meer");
        for parted in ["Bodegraven-Reeuwijk", "ma - vr", "12-14 uur", "22, 24 en 8 mei", "l’avenue", "", "-"]
        {
            assert_eq!(unbroken(parted), parted);
        }
    }
}
