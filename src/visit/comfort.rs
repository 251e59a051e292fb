//! How the resident wants to see and hear it, and what lies over the screen.
//!
//! Invariant: all of it goes back to the default when the visit ends.

use zuil_catalogue::Language;

use super::{Intent, TextSize};

/// The settings of one visit.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Comfort {
    /// The language.
    pub(super) language: Language,
    /// How large texts are.
    pub(super) text_size: TextSize,
    /// Light on dark.
    pub(super) dark: bool,
    /// Speech is on.
    pub(super) speech: bool,
    /// The screen is hidden.
    pub(super) hidden: bool,
    /// What was laid over the screen.
    pub(super) layer: Option<Layer>,
}

/// What the resident laid over the screen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Layer {
    /// The choice of language.
    Languages,
    /// Help.
    Help,
    /// "Do you want to stop?"
    ConfirmStop,
}

impl Comfort {
    /// The default. Whoever left headphones plugged in, or plugged them in before the first touch,
    /// needs speech.
    pub(super) fn with_headphones(plugged: bool) -> Self {
        Self { speech: plugged, ..Self::default() }
    }

    /// Changes a setting; `false` when the intent is about something else.
    pub(super) const fn set(&mut self, intent: &Intent) -> bool {
        match intent {
            Intent::TurnTextSize => {
                self.text_size = match self.text_size {
                    TextSize::Normal => TextSize::Large,
                    TextSize::Large => TextSize::Largest,
                    TextSize::Largest => TextSize::Normal,
                };
            }
            Intent::ToggleContrast => self.dark = !self.dark,
            Intent::ToggleSpeech => self.speech = !self.speech,
            Intent::ToggleHidden => self.hidden = !self.hidden,
            _ => return false,
        }
        true
    }

    /// Opens a layer, or closes it when it is open.
    pub(super) fn toggle(&mut self, layer: Layer) {
        self.layer = if self.layer == Some(layer) { None } else { Some(layer) };
    }
}
