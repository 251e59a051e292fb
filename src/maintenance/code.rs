//! The page that asks for the code.
//!
//! Invariant: nothing of the pillar is shown before a code was right.

use super::event::{Deed, Tried};
use super::typed::{Kind, Typed};
use super::words::{Words, titled};
use crate::visit::{Intent, PanelView};

/// How many digits a code has.
const DIGITS: usize = 12;

/// The code as far as it was typed, and what came of the one before.
#[derive(Clone)]
pub(super) struct CodePage {
    typed: Typed,
    trouble: Option<Tried>,
    /// It is being looked at.
    looking: bool,
}

impl CodePage {
    pub(super) fn new() -> Self {
        Self { typed: Typed::new(Kind::Code), trouble: None, looking: false }
    }

    /// What the technician does; a code that is whole is tried.
    pub(super) fn on(&mut self, intent: &Intent) -> Option<Deed> {
        if self.looking {
            return None;
        }
        if self.typed.takes(intent) {
            self.trouble = None;
            return None;
        }
        if *intent != Intent::Next || !self.is_whole() {
            return None;
        }
        self.looking = true;
        Some(Deed::Try(self.typed.secret()))
    }

    /// It opens nothing.
    pub(super) fn failed(&mut self, why: Tried) {
        *self = Self { trouble: Some(why), ..Self::new() };
    }

    /// Whether a code is being looked at, so that an answer is one to it.
    pub(super) const fn is_looking(&self) -> bool {
        self.looking
    }

    /// Whether all its digits are there.
    pub(super) fn is_whole(&self) -> bool {
        self.typed.letters() == DIGITS && !self.looking
    }

    pub(super) fn panel(&self, words: Words) -> PanelView {
        let trouble = self.trouble.map(|why| trouble(words, why)).unwrap_or_default();
        let mut panel = titled(words.say("For the technician"));
        panel.texts =
            vec![words.say("Type the code that the hub made for this pillar. It has twelve digits.")];
        panel.entry = Some(self.typed.entry(words.say("Service code"), trouble));
        panel
    }
}

fn trouble(words: Words, why: Tried) -> String {
    match why {
        Tried::Granted { .. } => String::new(),
        Tried::Wrong { pause: None } => words.say("This is no code of this pillar. Please read it again."),
        Tried::Expired => words.say("This code is too old. Make another one at the hub."),
        Tried::Wrong { pause: Some(minutes) } | Tried::Pause { minutes } => words.count(
            "There were five wrong codes. Wait {n} minute and try again.",
            "There were five wrong codes. Wait {n} minutes and try again.",
            minutes,
        ),
        Tried::NoKey => words.say("This pillar has no key for codes yet. It must have reached the hub once."),
    }
}
