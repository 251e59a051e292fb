//! The pages of the stick, the screen and the passphrase.

use super::event::{MachineFacts, Work};
use super::typed::{Kind, Typed};
use super::words::{Words, choice, row, titled};
use crate::visit::{Intent, PanelMark, PanelView};

/// A passphrase is no shorter.
const SHORTEST: usize = 12;
/// How bright the screen can be made, of a hundred.
const BRIGHTNESS: [u8; 4] = [25, 50, 75, 100];

/// What is done with a stick by the choice with this index.
pub(super) fn pick_of_stick(index: usize, machine: &MachineFacts) -> Option<Work> {
    let stick = machine.stick.as_ref()?;
    match index {
        0 => Some(Work::WriteLogs),
        1 if stick.update.is_some() => Some(Work::InstallUpdate),
        _ => None,
    }
}

/// The page of the stick.
pub(super) fn stick(words: Words, machine: &MachineFacts) -> PanelView {
    let mut panel = titled(words.say("Stick"));
    let Some(stick) = &machine.stick else {
        panel.texts = vec![words.say("There is no stick. Put one in; it may take some seconds.")];
        return panel;
    };
    let runs = machine.system.clone().unwrap_or_default();
    panel.rows = vec![row(words.say("Version of the image"), runs, PanelMark::None)];
    let update = stick.update.clone().unwrap_or_else(|| words.say("none"));
    panel.rows.push(row(words.say("Update on the stick"), update, PanelMark::None));
    let mut logs = choice(words.say("Write the logs to the stick"));
    logs.note = words.say("Only the hub can open them.");
    let mut install = choice(words.say("Install the update from the stick"));
    install.note = words.say("An older one, or one that is not the municipality's, is refused.");
    install.enabled = stick.update.is_some();
    panel.choices = vec![logs, install];
    panel
}

/// What is done with the screen by the choice with this index.
pub(super) fn pick_of_screen(index: usize, machine: &MachineFacts) -> Option<Work> {
    match u8::try_from(index).ok()? {
        quarters @ 0..4 => Some(Work::Turn(quarters)),
        more if machine.has_backlight => BRIGHTNESS.get(usize::from(more - 4)).copied().map(Work::Brightness),
        _ => None,
    }
}

/// The page of the screen.
pub(super) fn screen(words: Words, machine: &MachineFacts) -> PanelView {
    let mut panel = titled(words.say("Screen"));
    panel.texts = vec![words.say("The program starts anew when the screen is turned.")];
    panel.choices = [0, 90, 180, 270]
        .map(|degrees: u16| {
            choice(words.fill("Turned by {degrees} degrees", &[("degrees", &degrees.to_string())]))
        })
        .into();
    if machine.has_backlight {
        panel.choices.extend(BRIGHTNESS.map(|percent| {
            choice(words.fill("Brightness {percent} percent", &[("percent", &percent.to_string())]))
        }));
    }
    panel
}

/// A passphrase that is typed twice.
#[derive(Clone)]
pub(super) struct PassphrasePage {
    first: Option<Typed>,
    typed: Typed,
    trouble: Option<Trouble>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Trouble {
    Short,
    Different,
}

impl PassphrasePage {
    pub(super) fn new() -> Self {
        Self { first: None, typed: Typed::new(Kind::Password), trouble: None }
    }

    /// What the technician does; the passphrase when it was typed twice.
    pub(super) fn on(&mut self, intent: &Intent) -> Option<Work> {
        if self.typed.takes(intent) {
            self.trouble = None;
            return None;
        }
        if *intent != Intent::Next {
            return None;
        }
        let typed = std::mem::replace(&mut self.typed, Typed::new(Kind::Password));
        match self.first.take() {
            None if typed.letters() < SHORTEST => {
                (self.typed, self.trouble) = (typed, Some(Trouble::Short));
                None
            }
            None => {
                (self.first, self.trouble) = (Some(typed), None);
                None
            }
            Some(first) if first == typed => Some(Work::Passphrase(typed.secret())),
            Some(_) => {
                self.trouble = Some(Trouble::Different);
                None
            }
        }
    }

    pub(super) fn can_go_on(&self) -> bool {
        self.typed.letters() > 0
    }

    pub(super) fn panel(&self, words: Words, machine: &MachineFacts) -> PanelView {
        let mut panel = titled(words.say("Passphrase of the data"));
        panel.texts = vec![words.say(
            "The pillar may ask for it at its start. Without it nobody can open the data. Keep it where the municipality keeps its passwords.",
        )];
        let is_set = machine.passphrase.unwrap_or_default();
        panel.rows = vec![row(words.say("There is a passphrase"), words.yes_or_no(is_set), PanelMark::None)];
        let label = if self.first.is_some() {
            words.say("Type it again")
        } else {
            words.say("At least 12 letters, digits or signs")
        };
        let trouble = match self.trouble {
            None => String::new(),
            Some(Trouble::Short) => words.say("It is too short. Use some words with spaces between."),
            Some(Trouble::Different) => words.say("The two were not the same. Please begin again."),
        };
        panel.entry = Some(self.typed.entry(label, trouble));
        panel
    }
}
