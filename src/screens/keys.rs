//! The keys for letters of each language, as on the keyboards that people know.
//!
//! Invariant: a row is written as it stands, from left to right, in every language.

use slint::{ComponentHandle, ModelRc, VecModel};

use super::ui::{self, Key, KeyRow, KeyboardState};
use zuil_catalogue::Language;

/// What is on the keyboard of a language.
struct Board {
    letters: [&'static str; 3],
    latin: [&'static str; 3],
    signs: [&'static str; 3],
    /// What leads to the letters and to the signs.
    faces: [&'static str; 2],
    comma: &'static str,
}

const QWERTY: [&str; 3] = ["qwertyuiop", "asdfghjkl", "zxcvbnm"];
const QWERTZ: [&str; 3] = ["qwertzuiop", "asdfghjkl", "yxcvbnm"];
const AZERTY: [&str; 3] = ["azertyuiop", "qsdfghjklm", "wxcvbn"];
/// Accents and signs for names from everywhere.
const ACCENTS: [&str; 3] = ["éèëêïíöóüú", "áàäâçñ&@€%", "!?'\":;()"];

/// All signs of ASCII that have no key of their own beside the letters, for passwords and addresses of machines.
const TECHNICAL: [&str; 3] = ["#$*+/=_<>|", "[]{}\\^~`&@", "!?'\":;()%"];

const fn board(language: Language) -> Board {
    match language {
        Language::Nl | Language::En => latin(QWERTY, QWERTY, ACCENTS),
        Language::De => latin(
            ["qwertzuiopü", "asdfghjklöä", "yxcvbnmß"],
            QWERTZ,
            ["éèëêïíóáàâ", "çñžš&@€%+/", "!?'\":;()"],
        ),
        Language::Fr => {
            latin(["azertyuiop", "qsdfghjklm", "wxcvbnéè"], AZERTY, ["çàùêëîïôûâ", "œæöüäñ&@€%", "!?'\":;()"])
        }
        Language::Pl => latin(
            ["qwertyuiopęó", "asdfghjkląśł", "zxcvbnmżźćń"],
            QWERTY,
            ["éèëêöüäáàâ", "íïñçßš&@€%", "!?'\":;()"],
        ),
        Language::Tr => latin(
            ["qwertyuıopğü", "asdfghjklşi", "zxcvbnmöç"],
            QWERTY,
            ["âîûéèëêïäá", "íóúñß&@€%+", "!?'\":;()"],
        ),
        Language::Ar => Board {
            letters: ["ضصثقفغعهخحجد", "شسيبلاتنمكطذ", "أإئءؤرىةوزظ"],
            latin: QWERTY,
            signs: ["آپچڤگـ«»–…", "&@€%+/=#_*", "!؟'\":؛()"],
            faces: ["أبج", "؟ ! :"],
            comma: "،",
        },
        Language::Uk => Board {
            letters: ["йцукенгшщзхї", "фівапролджєґ", "ячсмитьбю'"],
            latin: QWERTY,
            signs: ["«»№ыэъё–—…", "+/=#_&@€%*", "!?’\":;()"],
            faces: ["абв", "? ! :"],
            comma: ",",
        },
    }
}

/// The keyboard of a language that is written in Latin letters.
const fn latin(letters: [&'static str; 3], latin: [&'static str; 3], signs: [&'static str; 3]) -> Board {
    Board { letters, latin, signs, faces: ["abc", "é ? !"], comma: "," }
}

/// Lays the keys of a language.
pub(super) fn show(app: &ui::App, language: Language) {
    let board = board(language);
    let state = app.global::<KeyboardState>();
    let rows =
        |rows: [&str; 3]| ModelRc::new(VecModel::from(rows.map(|row| self::row(language, row)).to_vec()));
    state.set_letters(rows(board.letters));
    state.set_latin(rows(board.latin));
    state.set_signs(rows(board.signs));
    state.set_technical(rows(TECHNICAL));
    state.set_has_latin(matches!(language, Language::Ar | Language::Uk));
    state.set_has_capitals(language != Language::Ar);
    let [letters_face, signs_face] = board.faces;
    state.set_letters_face(letters_face.into());
    state.set_signs_face(signs_face.into());
    state.set_comma(board.comma.into());
}

fn row(language: Language, letters: &str) -> KeyRow {
    let key = |small: char| Key { small: small.into(), capital: capital(language, small).into() };
    KeyRow { keys: ModelRc::new(VecModel::from(letters.chars().map(key).collect::<Vec<_>>())) }
}

/// The capital of a letter: one letter always, and in Turkish that of a dotted i has a dot.
fn capital(language: Language, small: char) -> char {
    match small {
        'i' if language == Language::Tr => 'İ',
        'ß' => 'ẞ',
        _ => small.to_uppercase().next().unwrap_or(small),
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    /// The letters that a language is written in.
    fn alphabet(language: Language) -> &'static str {
        match language {
            Language::Nl | Language::En => "abcdefghijklmnopqrstuvwxyz",
            Language::De => "abcdefghijklmnopqrstuvwxyzäöüß",
            Language::Fr => "abcdefghijklmnopqrstuvwxyzàâæçéèêëîïôœùûü",
            Language::Pl => "abcdefghijklmnopqrstuvwxyząćęłńóśźż",
            Language::Tr => "abcdefghijklmnopqrstuvwxyzçğıöşü",
            Language::Ar => "ءآأؤإئابةتثجحخدذرزسشصضطظعغفقكلمنهوىي",
            Language::Uk => "абвгґдеєжзиіїйклмнопрстуфхцчшщьюя'",
        }
    }

    fn keys(rows: [&str; 3]) -> Vec<char> {
        rows.iter().flat_map(|row| row.chars()).collect()
    }

    #[test]
    fn every_letter_of_every_language_can_be_typed() {
        for language in Language::ALL {
            let board = board(language);
            let letters = keys(board.letters);
            let there: BTreeSet<char> = letters.iter().chain(&keys(board.signs)).copied().collect();
            for letter in alphabet(language).chars() {
                assert!(there.contains(&letter), "{letter} in {language:?}");
            }
            let different: BTreeSet<char> = letters.iter().copied().collect();
            assert_eq!(different.len(), letters.len(), "a letter twice in {language:?}");
            let latin: BTreeSet<char> = keys(board.latin).into_iter().collect();
            assert_eq!(latin, ('a'..='z').collect(), "{language:?}");
        }
    }

    #[test]
    fn every_sign_of_a_password_can_be_typed() {
        let beside = ['-', '.', ','];
        let there: Vec<char> = keys(TECHNICAL).into_iter().chain(beside).collect();
        for sign in (' '..='~').filter(char::is_ascii_punctuation) {
            assert!(there.contains(&sign), "{sign}");
        }
        // Beside the last row stands the key that erases.
        assert!(keys([TECHNICAL[2], "", ""]).len() < 10 && keys([TECHNICAL[0], "", ""]).len() <= 10);
    }

    #[test]
    fn a_capital_is_that_of_the_language() {
        assert_eq!(capital(Language::Tr, 'i'), 'İ');
        assert_eq!(capital(Language::Tr, 'ı'), 'I');
        assert_eq!(capital(Language::De, 'i'), 'I');
        assert_eq!(capital(Language::De, 'ß'), 'ẞ');
        assert_eq!(capital(Language::Uk, 'ї'), 'Ї');
        assert_eq!(capital(Language::Ar, 'ض'), 'ض');
    }
}
