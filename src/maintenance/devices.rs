//! The pages on which a technician tries the devices, one after the other.
//!
//! Invariant: nothing is charged, and of what is held against a reader only whether it could be read is told.

use std::time::Duration;

use zuil_wire::{ServiceDeed, ServiceOutcome};

use super::event::{Deed, Diagnosis, Found, PillarFacts};
use super::words::{Words, choice, row, titled};
use crate::visit::{PanelMark, PanelRow, PanelView, ReaderKind};

/// How long a device may take to say what came of a test.
const PATIENCE: Duration = Duration::from_secs(90);
/// The places to touch.
const TARGETS: usize = 9;

/// A device that can be tried.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Device {
    Printer,
    Terminal,
    Reader(ReaderKind),
    Sound,
    Touch,
    All,
}

/// Those that a pillar has, in the order of the page.
pub(super) fn devices(pillar: &PillarFacts) -> Vec<Device> {
    [
        (Device::Printer, pillar.has_printer),
        (Device::Terminal, pillar.has_terminal),
        (Device::Reader(ReaderKind::Document), pillar.reads_documents),
        (Device::Reader(ReaderKind::Pass), pillar.reads_passes),
        (Device::Sound, pillar.serves),
        (Device::Touch, true),
        (Device::All, true),
    ]
    .into_iter()
    .filter_map(|(device, is_there)| is_there.then_some(device))
    .collect()
}

/// The page to choose one from.
pub(super) fn panel(words: Words, pillar: &PillarFacts) -> PanelView {
    let mut panel = titled(words.say("Try the devices"));
    panel.choices = devices(pillar).into_iter().map(|device| choice(name(words, device))).collect();
    panel
}

fn name(words: Words, device: Device) -> String {
    match device {
        Device::Printer => words.say("Receipt printer"),
        Device::Terminal => words.say("Card terminal"),
        Device::Reader(ReaderKind::Document) => words.say("Reader of identity documents"),
        Device::Reader(ReaderKind::Pass) => words.say("Reader of waste passes"),
        Device::Sound => words.say("Sound"),
        Device::Touch => words.say("Touch screen"),
        Device::All => words.say("Look at everything"),
    }
}

/// A test that goes on, or what it found.
#[derive(Clone, Debug)]
pub(super) struct Test {
    device: Device,
    began: Duration,
    stage: Stage,
}

#[derive(Clone, Debug)]
enum Stage {
    /// The device is being tried.
    Waiting,
    /// Which of the places were touched.
    Touching([bool; TARGETS]),
    /// This came of it.
    Ended(Found),
    /// The technician said whether something was heard; or all places were touched.
    Said(bool),
    /// All devices were looked at.
    Examined(Vec<PanelRow>),
    /// Nothing came of it in time.
    Silent,
}

impl Test {
    /// Begins one.
    pub(super) fn begin(device: Device, words: Words, now: Duration, deeds: &mut Vec<Deed>) -> Self {
        let mut stage = Stage::Waiting;
        match device {
            Device::Printer => deeds.push(Deed::PrintTest),
            Device::Terminal => deeds.push(Deed::Diagnose),
            Device::Reader(kind) => deeds.push(Deed::Listen(kind)),
            // The page of this test is spoken as long as it is shown.
            Device::Sound => {}
            Device::Touch => stage = Stage::Touching([false; TARGETS]),
            Device::All => deeds.push(Deed::Examine(words.0)),
        }
        Self { device, began: now, stage }
    }

    /// Whether the page is to be spoken, headphones or not.
    pub(super) fn speaks(&self) -> bool {
        self.device == Device::Sound && matches!(self.stage, Stage::Waiting)
    }

    /// The place with this index was touched, or the answer.
    pub(super) fn pick(&mut self, index: usize, deeds: &mut Vec<Deed>) {
        match &mut self.stage {
            Stage::Waiting if self.device == Device::Sound && index < 2 => self.said(index == 0, deeds),
            Stage::Touching(touched) => {
                if let Some(place) = touched.get_mut(index) {
                    *place = true;
                }
                if touched.iter().all(|touched| *touched) {
                    self.said(true, deeds);
                }
            }
            _ => {}
        }
    }

    fn said(&mut self, well: bool, deeds: &mut Vec<Deed>) {
        self.stage = Stage::Said(well);
        self.note(well, deeds);
    }

    /// A device told something.
    pub(super) fn found(&mut self, found: Found, deeds: &mut Vec<Deed>) {
        let of = match found {
            Found::Printed(_) => Device::Printer,
            Found::Diagnosed(_) => Device::Terminal,
            Found::Held(kind, _) => Device::Reader(kind),
        };
        if of != self.device || !matches!(self.stage, Stage::Waiting) {
            return;
        }
        self.stage = Stage::Ended(found);
        let well = matches!(
            found,
            Found::Printed(Some(Ok(()))) | Found::Diagnosed(Diagnosis::Well) | Found::Held(_, true)
        );
        self.note(well, deeds);
        if matches!(self.device, Device::Reader(_)) {
            deeds.push(Deed::Ignore);
        }
    }

    /// All devices were looked at.
    pub(super) fn examined(&mut self, rows: Vec<PanelRow>, deeds: &mut Vec<Deed>) {
        if self.device == Device::All && matches!(self.stage, Stage::Waiting) {
            self.stage = Stage::Examined(rows);
            self.note(true, deeds);
        }
    }

    /// Time passed.
    pub(super) fn tick(&mut self, now: Duration, deeds: &mut Vec<Deed>) {
        let waits = matches!(self.stage, Stage::Waiting) && self.device != Device::Sound;
        if waits && now.saturating_sub(self.began) >= PATIENCE {
            self.stage = Stage::Silent;
            self.leave(deeds);
            self.note(false, deeds);
        }
    }

    /// The page is left: nothing listens any more. A test that was not ended is noted as begun.
    pub(super) fn left(&self, deeds: &mut Vec<Deed>) {
        if matches!(self.stage, Stage::Waiting | Stage::Touching(_)) {
            self.leave(deeds);
            deeds.push(Deed::Note(self.deed(), ServiceOutcome::Begun));
        }
    }

    fn leave(&self, deeds: &mut Vec<Deed>) {
        if matches!(self.device, Device::Reader(_)) {
            deeds.push(Deed::Ignore);
        }
    }

    fn note(&self, well: bool, deeds: &mut Vec<Deed>) {
        let outcome = if well { ServiceOutcome::Done } else { ServiceOutcome::Failed };
        deeds.push(Deed::Note(self.deed(), outcome));
    }

    const fn deed(&self) -> ServiceDeed {
        match self.device {
            Device::Printer => ServiceDeed::TestedPrinter,
            Device::Terminal => ServiceDeed::TestedTerminal,
            Device::Reader(_) => ServiceDeed::TestedReader,
            Device::Sound => ServiceDeed::TestedSound,
            Device::Touch => ServiceDeed::TestedTouch,
            Device::All => ServiceDeed::CheckedDevices,
        }
    }

    /// The page of the test.
    pub(super) fn panel(&self, words: Words) -> PanelView {
        let mut panel = titled(name(words, self.device));
        match &self.stage {
            Stage::Waiting => self.ask(words, &mut panel),
            Stage::Touching(touched) => {
                panel.texts = vec![words.say("Touch all nine places. Each goes out when it was felt.")];
                let places = touched.iter().zip(1..).map(|(touched, number)| {
                    let number: usize = number;
                    let mut place = choice(words.fill("Place {number}", &[("number", &number.to_string())]));
                    place.enabled = !touched;
                    place
                });
                panel.choices = places.collect();
            }
            Stage::Ended(found) => self.tell(words, *found, &mut panel),
            Stage::Said(well) => self.result(words, *well, String::new(), &mut panel),
            Stage::Examined(rows) => panel.rows.clone_from(rows),
            Stage::Silent => {
                let silent = words.say("Nothing came of it. Look at its power and its cable.");
                self.result(words, false, silent, &mut panel);
            }
        }
        panel
    }

    fn ask(&self, words: Words, panel: &mut PanelView) {
        panel.texts = vec![match self.device {
            Device::Printer => words.say("A test receipt is being printed."),
            Device::Terminal => words.say("The terminal calls the bank. Nothing is charged."),
            Device::Reader(ReaderKind::Document) => {
                words.say("Hold an identity document against the reader. Nothing of it is kept.")
            }
            Device::Reader(ReaderKind::Pass) => {
                words.say("Hold a waste pass against the reader. Nothing of it is kept.")
            }
            Device::Sound => {
                words.say("You should hear this sentence now, on the headphones. Did you hear it?")
            }
            Device::Touch | Device::All => words.say("One moment, please."),
        }];
        if self.device == Device::Sound {
            panel.choices = vec![choice(words.say("Yes")), choice(words.say("No"))];
        } else {
            panel.rows = vec![row(name(words, self.device), words.say("busy"), PanelMark::Busy)];
        }
    }

    fn tell(&self, words: Words, found: Found, panel: &mut PanelView) {
        let (well, text) = match found {
            Found::Printed(Some(Ok(()))) => (
                true,
                words.say(
                    "The printer says that the test receipt is on paper. Look whether it can be read well.",
                ),
            ),
            Found::Printed(Some(Err(why))) => (false, words.not_printed(why)),
            Found::Printed(None) => {
                (false, words.say("The printer did not say whether it printed. Look at the paper."))
            }
            Found::Diagnosed(Diagnosis::Well) => (true, words.say("The terminal reaches the bank.")),
            Found::Diagnosed(Diagnosis::Failed(code)) => (
                false,
                words.fill(
                    "The terminal failed with code {code}. Call its supplier.",
                    &[("code", &format!("{code:02X}"))],
                ),
            ),
            Found::Diagnosed(Diagnosis::Silent) => {
                (false, words.say("The terminal did not answer. Look at its power and its cable."))
            }
            Found::Diagnosed(Diagnosis::NotNow) => {
                (false, words.say("A payment is being looked up. Try again in a minute."))
            }
            Found::Held(_, true) => (true, words.say("It was read.")),
            Found::Held(_, false) => (false, words.say("It could not be read. Hold it flat and still.")),
        };
        self.result(words, well, text, panel);
    }

    fn result(&self, words: Words, well: bool, text: String, panel: &mut PanelView) {
        panel.texts = vec![text];
        panel.texts.retain(|text| !text.is_empty());
        let (value, mark) = if well {
            (words.say("works"), PanelMark::Good)
        } else {
            (words.say("does not work"), PanelMark::Bad)
        };
        panel.rows = vec![row(name(words, self.device), value, mark)];
    }
}
