//! Amounts in texts, as people say them. Invariant: an amount is said in the same words wherever it stands; what
//! is written in another way than the screens write amounts stays as it is.

use zuil_catalogue::Language;
use zuil_catalogue::money::{self, Amount};

use super::wording::spoken_amount;

/// A text with its amounts as they are said in a language.
pub(super) fn said(text: &str, language: Language) -> String {
    let (mut said, mut from) = (String::new(), 0);
    for Amount { at, cents } in money::amounts_in(text) {
        // An answer may be in Dutch only.
        if [language, Language::Nl].iter().any(|written| text[at.clone()] == money::amount(*written, cents)) {
            said.push_str(&text[from..at.start]);
            said.push_str(&spoken_amount(cents, language));
            from = at.end;
        }
    }
    said.push_str(&text[from..]);
    said
}
