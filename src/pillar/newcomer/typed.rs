//! Something that is typed on a page for technicians. Invariant: what is secret is shown as dots unless it is asked to be
//! shown, and is wiped.

use zeroize::Zeroizing;

use crate::visit::{Intent, Keyboard, PanelEntry};

/// The most characters.
const LONGEST: usize = 120;

/// What was typed so far.
#[derive(Clone, Default)]
pub(super) struct Typed {
    text: Zeroizing<String>,
    is_secret: bool,
    is_shown: bool,
}

impl Typed {
    /// Nothing yet, of something that others may read.
    pub(super) fn open() -> Self {
        Self::default()
    }

    /// Nothing yet, of something that others may not read.
    pub(super) fn secret() -> Self {
        Self { is_secret: true, ..Self::default() }
    }

    pub(super) fn text(&self) -> &str {
        self.text.trim()
    }

    /// As it was typed, with the spaces around it.
    pub(super) fn whole(&self) -> &str {
        &self.text
    }

    pub(super) fn is_empty(&self) -> bool {
        self.text().is_empty()
    }

    /// Whether it is shown as it was typed.
    pub(super) fn is_shown(&self) -> bool {
        self.is_shown || !self.is_secret
    }

    /// Shows what is secret, or hides it again.
    pub(super) fn turn(&mut self) {
        self.is_shown = !self.is_shown;
    }

    /// Takes a letter, or takes one away; whether it was that.
    pub(super) fn handle(&mut self, intent: &Intent) -> bool {
        match intent {
            Intent::Type(c) => {
                if self.text.chars().count() < LONGEST && !c.is_control() {
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

    pub(super) fn entry(&self, label: &str, keyboard: Keyboard, trouble: &str) -> PanelEntry {
        let dots = || "•".repeat(self.text.chars().count());
        let value = if self.is_shown() { self.text.to_string() } else { dots() };
        PanelEntry { label: label.to_owned(), value, keyboard, trouble: trouble.to_owned() }
    }
}
