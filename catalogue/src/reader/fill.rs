//! Fills fees into texts: `{fee:NAME}` stands for the amount of a fee of `fees.toml`, so that a new year
//! changes one file.
//!
//! Invariant: what comes out is what residents read, in which no bracket is left; whatever is between brackets
//! and is no fee is a mistake at its own place, also in a text of several lines; and so is a fee beside which the euro
//! stands once more.

use std::ops::Range;

use toml::Spanned;
use toml::de::DeValue;

use super::{Placed, Section};
use crate::Language;
use crate::fees::{self, Listed};
use crate::money;

/// What a place for something else begins and ends with.
const BRACKETS: [char; 2] = ['{', '}'];

/// A place for something else in a text.
struct Place<'a> {
    /// What stands before it, from the place before on.
    before: &'a str,
    /// With its brackets.
    whole: &'a str,
    /// The rest of the text.
    after: &'a str,
    /// Where it stands in the file.
    at: usize,
}

impl Section<'_> {
    /// A text in a language, with the amounts of the fees that it names.
    pub(super) fn filled(
        &self,
        language: Language,
        name: &str,
        value: &Spanned<DeValue<'_>>,
    ) -> Option<Placed<String>> {
        let written = self.string(name, value)?;
        self.warn_of_copied_fees(name, &written, value.span());
        let mut filled = String::new();
        let (mut rest, mut brackets, mut is_right) = (written.value.as_str(), 0, true);
        while let Some(place) = rest.find(BRACKETS) {
            let (before, from_bracket) = rest.split_at(place);
            let end = from_bracket.find('}').filter(|end| *end > 0).map_or(1, |end| end + 1);
            let (whole, after) = from_bracket.split_at(end);
            filled.push_str(before);
            let place = Place { before, whole, after, at: self.bracket(value.span(), brackets) };
            match self.fill(language, name, &place) {
                Some(amount) => filled.push_str(&amount),
                None => is_right = false,
            }
            brackets += whole.matches(BRACKETS).count();
            rest = after;
        }
        filled.push_str(rest);
        is_right.then_some(Placed { value: filled, at: written.at })
    }

    /// What `{fee:NAME}` stands for.
    fn fill(&self, language: Language, name: &str, place: &Place<'_>) -> Option<String> {
        let Place { whole, at, .. } = *place;
        let fee = whole.strip_prefix("{fee:").and_then(|rest| rest.strip_suffix('}'));
        let Some(fee) = fee.filter(|fee| crate::task::is_id(fee)) else {
            let what = match whole {
                "{" => format!("{name} has a {{ without its }}"),
                "}" => format!("{name} has a }} without its {{"),
                _ => format!("{name} has \"{whole}\", which stands for nothing"),
            };
            let example = self.source.fees.names().next().unwrap_or("parking-first");
            let remedy = format!(
                "Write the name of a fee of {}, as in {{fee:{example}}}, or leave out {{ and }}.",
                fees::FILE
            );
            self.mistake(at, what, remedy);
            return None;
        };
        match self.source.fees.amount(fee) {
            Listed::Is(amount) => {
                if amount.is_zero() {
                    self.warn(
                        at,
                        format!("{name} has {whole}, which is zero"),
                        "Write that it is free: residents would read an amount of zero.",
                    );
                }
                let amount = money::amount(language, amount);
                self.has_no_second_euro(name, place, &amount).then_some(amount)
            }
            Listed::Unread => None,
            Listed::Not => {
                let (what, remedy) = self.source.fees.unknown(fee, |meant| format!("{{fee:{meant}}}"));
                self.mistake(at, what, remedy);
                None
            }
        }
    }

    /// Whether residents read the sign or the word for the euro once: an amount brings it along.
    fn has_no_second_euro(&self, name: &str, place: &Place<'_>, amount: &str) -> bool {
        let Place { before, whole, after, at } = *place;
        let Some(euro) = money::euro_beside(before, after) else { return true };
        self.mistake(
            at,
            format!("{name} has \"{euro}\" beside {whole}, and residents read the euro twice"),
            format!("Remove \"{euro}\": {whole} becomes {}.", amount.replace('\u{a0}', " ")),
        );
        false
    }

    /// Warns of amounts that are those of a fee, and go stale when it changes.
    fn warn_of_copied_fees(&self, name: &str, text: &Placed<String>, span: Range<usize>) {
        for found in money::amounts_in(&text.value) {
            let fees = self.source.fees.of(found.cents);
            if fees.is_empty() {
                continue;
            }
            let written = &text.value[found.at];
            let inside = self.source.text.get(span.clone()).and_then(|inside| inside.find(written));
            let names: Vec<String> = fees.iter().map(|fee| format!("{{fee:{fee}}}")).collect();
            self.warn(
                inside.map_or(text.at, |ahead| span.start + ahead),
                format!("{name} has {written}, the amount of a fee of {}", fees::FILE),
                format!("Write {} in its place, so that it changes with it.", names.join(" or ")),
            );
        }
    }

    /// The place of the nth bracket of a value in the file; of the value, when it is not written as such.
    fn bracket(&self, span: Range<usize>, nth: usize) -> usize {
        let inside = self.source.text.get(span.clone()).unwrap_or_default();
        span.start + inside.match_indices(BRACKETS).nth(nth).map_or(0, |(ahead, _)| ahead)
    }
}
