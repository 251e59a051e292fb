//! Something that is typed on a page: how long it may become, with which keys, and how it is shown.
//!
//! Invariant: what is secret is shown as dots, of a code all but the last group, and all of it is wiped when it is dropped.

use zeroize::Zeroizing;

use super::event::Secret;
use crate::visit::{Intent, Keyboard, PanelEntry};

/// What was typed so far.
#[derive(Clone, PartialEq, Eq)]
pub(super) struct Typed {
    text: Zeroizing<String>,
    kind: Kind,
}

/// What is typed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// Twelve digits in groups of four. It opens more than once, and shoppers look over the shoulder: only the group that is
    /// being typed is shown.
    Code,
    /// A secret of any letters.
    Password,
    /// A secret of up to eight digits.
    Pin,
    /// A text, such as an address or a name.
    Text,
}

impl Kind {
    const fn most(self) -> usize {
        match self {
            Self::Code => 12,
            Self::Pin => 8,
            Self::Password | Self::Text => 128,
        }
    }

    const fn keyboard(self) -> Keyboard {
        match self {
            Self::Code | Self::Pin => Keyboard::Digits,
            Self::Password | Self::Text => Keyboard::Letters,
        }
    }

    const fn takes(self, c: char) -> bool {
        match self {
            Self::Code | Self::Pin => c.is_ascii_digit(),
            Self::Password | Self::Text => true,
        }
    }
}

impl Typed {
    /// Nothing yet.
    pub(super) fn new(kind: Kind) -> Self {
        // As large as it may become: what a growing text leaves behind is wiped when it is freed, but later.
        Self { text: Zeroizing::new(String::with_capacity(4 * kind.most())), kind }
    }

    /// Takes a letter, or its loss; whether that was what was done.
    pub(super) fn takes(&mut self, intent: &Intent) -> bool {
        match intent {
            Intent::Type(c) => {
                if self.kind.takes(*c) && self.letters() < self.kind.most() {
                    self.text.push(*c);
                }
                true
            }
            Intent::Erase => {
                self.text.pop();
                true
            }
            _ => false,
        }
    }

    /// How many letters there are.
    pub(super) fn letters(&self) -> usize {
        self.text.chars().count()
    }

    /// What was typed, without the spaces around it.
    pub(super) fn text(&self) -> &str {
        match self.kind {
            Kind::Password => &self.text,
            Kind::Code | Kind::Pin | Kind::Text => self.text.trim(),
        }
    }

    /// What was typed, when anything was.
    pub(super) fn given(&self) -> Option<String> {
        Some(self.text()).filter(|text| !text.is_empty()).map(str::to_owned)
    }

    /// What was typed, as a secret.
    pub(super) fn secret(&self) -> Secret {
        Secret::of(self.text())
    }

    /// As it is shown.
    pub(super) fn entry(&self, label: String, trouble: String) -> PanelEntry {
        let value = match self.kind {
            Kind::Code => in_groups(&self.text),
            Kind::Password | Kind::Pin => "•".repeat(self.letters()),
            Kind::Text => self.text.to_string(),
        };
        PanelEntry { label, value, keyboard: self.kind.keyboard(), trouble }
    }
}

fn in_groups(digits: &str) -> String {
    let digits: Vec<char> = digits.chars().collect();
    let mut groups: Vec<String> = digits.chunks(4).map(|group| group.iter().collect()).collect();
    if let Some((_, whole)) = groups.split_last_mut() {
        whole.iter_mut().for_each(|group| *group = "•".repeat(group.len()));
    }
    groups.join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn typed(kind: Kind, text: &str) -> Typed {
        let mut typed = Typed::new(kind);
        for c in text.chars() {
            assert!(typed.takes(&Intent::Type(c)));
        }
        typed
    }

    fn shown(typed: &Typed) -> String {
        typed.entry(String::new(), String::new()).value
    }

    #[test]
    fn a_code_is_twelve_digits_in_groups_of_four_and_nothing_else() {
        let code = typed(Kind::Code, "3530-0774 5053 9");
        assert_eq!((shown(&code).as_str(), code.text()), ("•••• •••• 5053", "353007745053"));
    }

    #[test]
    fn of_a_code_only_the_group_that_is_being_typed_is_shown() {
        for (code, seen) in [("", ""), ("3530", "3530"), ("35300", "•••• 0"), ("353007745", "•••• •••• 5")]
        {
            assert_eq!(shown(&typed(Kind::Code, code)), seen);
        }
    }

    #[test]
    fn what_is_secret_is_dots_on_the_screen_and_nothing_in_a_log() {
        let mut password = typed(Kind::Password, " geheim ");
        assert_eq!((shown(&password).as_str(), password.text()), ("••••••••", " geheim "));
        assert_eq!(format!("{:?}", password.secret()), "Secret(..)");
        password.takes(&Intent::Erase);
        assert_eq!(password.text(), " geheim");
    }

    #[test]
    fn spaces_around_an_address_are_nothing_of_it() {
        assert_eq!(typed(Kind::Text, " 192.0.2.7/24 ").given().as_deref(), Some("192.0.2.7/24"));
        assert_eq!(typed(Kind::Text, "  ").given(), None);
    }
}
