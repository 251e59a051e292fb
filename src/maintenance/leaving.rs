//! The pages of what ends the pillar as it is: re-enrolling, a reset, starting the machine anew.
//!
//! Invariant: nothing of it is done before it was confirmed on a page that says what becomes of what waits to be sent;
//! while something waits, a reset is confirmed once more.

use super::event::{PillarFacts, Work};
use super::typed::{Kind, Typed};
use super::words::{Words, choice, danger, row, titled};
use crate::visit::{Intent, PanelMark, PanelView};

/// What is about to end.
#[derive(Clone)]
pub(super) enum Leaving {
    /// Whether the machine is started anew.
    Restart,
    /// Whether the binding is taken away.
    ReEnrol,
    /// Whether what waits is deleted, too.
    ResetWhileWaiting,
    /// The pillar's name, to delete everything.
    Reset {
        typed: Typed,
        /// It was confirmed that so many requests that wait are deleted.
        agreed: u64,
        wrong: bool,
    },
}

/// Where something led.
pub(super) enum Next {
    /// To this page.
    To(Leaving),
    /// To doing it.
    Begins(Work),
}

impl Leaving {
    /// Begins a reset.
    pub(super) fn reset(pillar: &PillarFacts) -> Self {
        if pillar.waiting > 0 { Self::ResetWhileWaiting } else { Self::typing(0) }
    }

    fn typing(agreed: u64) -> Self {
        Self::Reset { typed: Typed::new(Kind::Text), agreed, wrong: false }
    }

    /// What the technician does.
    pub(super) fn on(self, intent: &Intent, pillar: &PillarFacts) -> Next {
        match (self, intent) {
            (Self::Restart, Intent::Pick(0)) => Next::Begins(Work::Restart),
            (Self::ReEnrol, Intent::Pick(0)) => Next::Begins(Work::ReEnrol),
            (Self::ResetWhileWaiting, Intent::Pick(0)) => Next::To(Self::typing(pillar.waiting)),
            (Self::Reset { mut typed, agreed, wrong }, intent) => {
                if typed.takes(intent) {
                    return Next::To(Self::Reset { typed, agreed, wrong: false });
                }
                if *intent != Intent::Next {
                    return Next::To(Self::Reset { typed, agreed, wrong });
                }
                if !is_name(typed.text(), &pillar.name) {
                    return Next::To(Self::Reset { typed, agreed, wrong: true });
                }
                // Something came that nobody has agreed to lose.
                if pillar.waiting > agreed {
                    return Next::To(Self::ResetWhileWaiting);
                }
                Next::Begins(Work::Reset)
            }
            (other, _) => Next::To(other),
        }
    }

    pub(super) fn can_go_on(&self) -> bool {
        matches!(self, Self::Reset { typed, .. } if typed.letters() > 0)
    }

    pub(super) fn panel(&self, words: Words, pillar: &PillarFacts) -> PanelView {
        let waiting = row(
            words.say("Requests that wait to be sent"),
            pillar.waiting.to_string(),
            if pillar.waiting > 0 { PanelMark::Bad } else { PanelMark::Good },
        );
        match self {
            Self::Restart => {
                let mut panel = titled(words.say("Start the machine anew"));
                panel.texts = vec![words.say("It takes about a minute. Nothing is lost.")];
                panel.choices = vec![choice(words.say("Start it anew"))];
                panel
            }
            Self::ReEnrol => {
                let mut panel = titled(words.say("Enrol this pillar anew"));
                panel.texts = vec![
                    words.say("The binding to the hub is taken away. Then the pillar asks for the address of the hub and a new code."),
                    words.say("What waits to be sent stays, and is sent when the pillar is enrolled under the same name again."),
                ];
                panel.rows = vec![waiting];
                panel.choices = vec![danger(words.say("Take the binding away"))];
                panel
            }
            Self::ResetWhileWaiting => {
                let mut panel = titled(words.say("Requests of residents would be lost"));
                panel.texts = vec![words.say(
                    "They are at this pillar only. Bring it back on the network first, and they are sent.",
                )];
                panel.rows = vec![waiting];
                panel.choices = vec![danger(words.say("Lose them all the same"))];
                panel
            }
            Self::Reset { typed, wrong, .. } => {
                let mut panel = titled(words.say("Delete everything"));
                panel.texts = vec![words.say("The pillar forgets its binding, its network and all that it keeps. Its key is destroyed.")];
                panel.rows = vec![waiting];
                let trouble = if *wrong { words.say("This is another name.") } else { String::new() };
                let label = words.fill("Type the name of the pillar: {name}", &[("name", &pillar.name)]);
                panel.entry = Some(typed.entry(label, trouble));
                panel
            }
        }
    }
}

/// Whether a name was typed; large or small letters are the same.
fn is_name(typed: &str, name: &str) -> bool {
    !typed.is_empty() && typed.to_lowercase() == name.to_lowercase()
}
