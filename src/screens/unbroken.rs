//! Words that are not broken where a line ends.
//!
//! Invariant: nothing is added but signs that nobody sees or hears.

use slint::{ComponentHandle, SharedString};

use super::ui;

/// A sign without width that keeps what is before it and behind it on one line.
const WORD_JOINER: char = '\u{2060}';

pub(super) fn connect(app: &ui::App) {
    app.global::<ui::Theme>().on_unbroken(|words| unbroken(&words));
}

/// A single letter stays with what its hyphen ties it to: "e-mail" and not "e-" above "mail".
fn unbroken(words: &str) -> SharedString {
    if !words.contains('-') {
        return words.into();
    }
    let mut held = String::with_capacity(words.len() + WORD_JOINER.len_utf8());
    let mut letters = 0;
    for sign in words.chars() {
        held.push(sign);
        if sign == '-' && letters == 1 {
            held.push(WORD_JOINER);
        }
        letters = if sign.is_alphanumeric() { letters + 1 } else { 0 };
    }
    held.into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_single_letter_stays_with_its_word_and_longer_words_may_be_parted() {
        assert_eq!(unbroken("Par e-mail"), "Par e-\u{2060}mail");
        assert_eq!(unbroken("E-mailadres"), "E-\u{2060}mailadres");
        for parted in ["Bodegraven-Reeuwijk", "ma - vr", "12-14 uur", "l’avenue", "", "-"] {
            assert_eq!(unbroken(parted), parted);
        }
    }
}
