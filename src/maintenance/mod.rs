//! The technician at the pillar: a service visit as a pure state machine. What the technician does and what devices and
//! machine say goes in, with the moment; what is to be done comes out, and a view tells what to show.
//!
//! Invariant: nothing is shown or done before a code was right, wherever there is a key that could check one; it ends by itself three minutes after the last touch and
//! when its code's time is over; whatever is done is noted for the hub. It knows no clock, file, device or thread.

mod code;
mod counters;
mod devices;
mod event;
pub mod kept;
mod leaving;
mod machine;
mod menu;
mod network;
mod page;
#[cfg(test)]
mod tests;
mod typed;
mod words;

use std::time::Duration;

use jiff::Timestamp;
use zuil_catalogue::Language;
use zuil_wire::{ServiceDeed, ServiceOutcome};

pub use event::*;
pub use kept::ServiceFiles;
#[cfg(test)]
pub(crate) use tests::samples;

use crate::clock::Moment;
use crate::visit::{Frame, Intent, Overlay, Screen, TextSize, View};
use code::CodePage;
use page::{Look, Page};
use words::Words;

/// How long nobody may touch anything before it ends.
const IDLE: Duration = Duration::from_secs(3 * 60);
/// As long as no code was right: whoever came here by accident leaves the pillar to others.
const IDLE_BEFORE: Duration = Duration::from_secs(60);
/// How long it lasts at most where no code said so.
const WITHOUT_CODE: Duration = Duration::from_secs(60 * 60);
/// How often pillar and machine are looked at.
const LOOK_EVERY: Duration = Duration::from_secs(2);

/// A service visit.
pub struct Service {
    /// That of what is begun next.
    number: Number,
    stage: Stage,
    comfort: Comfort,
    pillar: PillarFacts,
    machine: MachineFacts,
    /// The last touch.
    touched: Duration,
    looked: Duration,
}

enum Stage {
    /// The code is being typed.
    Closed(CodePage),
    /// A code was right.
    Open {
        page: Page,
        /// Of the code; nothing where none could be checked.
        serial: Option<u16>,
        /// By the clock, which may be put.
        until: Timestamp,
        /// By the pillar's uptime, which never goes back.
        ends: Duration,
    },
}

/// How it is shown.
#[derive(Clone, Copy, Debug)]
struct Comfort {
    language: Language,
    text_size: TextSize,
    dark: bool,
    choosing: bool,
}

impl Service {
    /// Begins one, which is the `visit`-th since the program started: asks for the code, in the language of the screen.
    #[must_use]
    pub fn begin(visit: u64, frame: &Frame, now: Moment) -> Self {
        Self {
            number: Number { visit, task: 0 },
            stage: Stage::Closed(CodePage::new()),
            comfort: Comfort {
                language: frame.language,
                text_size: frame.text_size,
                dark: frame.dark,
                choosing: false,
            },
            pillar: PillarFacts::default(),
            machine: MachineFacts::default(),
            touched: now.uptime,
            looked: now.uptime,
        }
    }

    /// As [`Service::begin`], without asking for a code: at a pillar that cannot begin, and has no key that could check one.
    /// It is over after an hour at the latest. What must be done first comes with it.
    #[must_use = "the deeds must be done"]
    pub fn begin_without_code(visit: u64, frame: &Frame, now: Moment) -> (Self, Vec<Deed>) {
        let (mut service, mut deeds) = (Self::begin(visit, frame, now), Vec::new());
        service.opens(None, Timestamp::MAX, WITHOUT_CODE, now, &mut deeds);
        (service, deeds)
    }

    /// The serial of the code that was right.
    #[must_use]
    pub const fn serial(&self) -> Option<u16> {
        match &self.stage {
            Stage::Closed(_) => None,
            Stage::Open { serial, .. } => *serial,
        }
    }

    /// Takes what reached it; gives what must be done, in this order. After [`Deed::Close`] it is over.
    #[must_use = "the deeds must be done"]
    pub fn handle(&mut self, event: Event, now: Moment) -> Vec<Deed> {
        let mut deeds = Vec::new();
        if self.is_out_of_time(now) {
            self.close(&mut deeds);
            return deeds;
        }
        if let Event::Did(intent) = &event {
            self.touched = now.uptime;
            if self.comfort.takes(intent) {
                return deeds;
            }
        }
        match event {
            Event::Pillar(facts) => self.pillar = facts,
            Event::Machine(facts) => {
                self.machine = *facts;
                if let Stage::Open { page, .. } = &mut self.stage {
                    page.learns(&self.machine);
                }
            }
            Event::Tried(tried) => self.was_tried(tried, now, &mut deeds),
            event => self.step(&event, now, &mut deeds),
        }
        deeds
    }

    fn step(&mut self, event: &Event, now: Moment, deeds: &mut Vec<Deed>) {
        let words = Words(self.comfort.language);
        let number = self.number;
        let look = Look { words, pillar: &self.pillar, machine: &self.machine, uptime: now.uptime, number };
        let is_over = match &mut self.stage {
            Stage::Closed(code) => match event {
                Event::Did(Intent::Stop | Intent::Back) => true,
                Event::Did(intent) => {
                    deeds.extend(code.on(intent));
                    false
                }
                _ => false,
            },
            Stage::Open { page, .. } => {
                let before = std::mem::replace(page, Page::Menu);
                let was_busy = before.is_busy();
                *page = before.on(event, look, deeds);
                if was_busy && !page.is_busy() {
                    // Whoever waited for it reads now what came of it.
                    self.touched = now.uptime;
                }
                if !was_busy && page.is_busy() {
                    self.number.task += 1;
                }
                if *event == Event::Tick && now.uptime.saturating_sub(self.looked) >= LOOK_EVERY {
                    self.looked = now.uptime;
                    deeds.push(Deed::Look);
                }
                matches!(page, Page::Over)
            }
        };
        if is_over {
            self.close(deeds);
        }
    }

    fn was_tried(&mut self, tried: Tried, now: Moment, deeds: &mut Vec<Deed>) {
        let Stage::Closed(code) = &mut self.stage else { return };
        if !code.is_looking() {
            return;
        }
        let Tried::Granted { serial, until } = tried else {
            code.failed(tried);
            if matches!(tried, Tried::Wrong { .. }) {
                deeds.push(Deed::Note(ServiceDeed::WrongCode, ServiceOutcome::Failed));
            }
            return;
        };
        let left = Duration::try_from(until.duration_since(now.timestamp)).unwrap_or_default();
        self.opens(Some(serial), until, left, now, deeds);
    }

    /// From now on the pages are shown, for so long at most.
    fn opens(
        &mut self,
        serial: Option<u16>,
        until: Timestamp,
        left: Duration,
        now: Moment,
        deeds: &mut Vec<Deed>,
    ) {
        let ends = now.uptime.saturating_add(left);
        self.stage = Stage::Open { page: Page::Menu, serial, until, ends };
        self.looked = now.uptime;
        deeds.extend([Deed::Note(ServiceDeed::Opened, ServiceOutcome::Done), Deed::Look]);
    }

    fn is_out_of_time(&self, now: Moment) -> bool {
        let idle = now.uptime.saturating_sub(self.touched);
        match &self.stage {
            Stage::Closed(_) => idle >= IDLE_BEFORE,
            Stage::Open { page, until, ends, .. } => {
                (idle >= IDLE && !page.is_busy()) || now.timestamp >= *until || now.uptime >= *ends
            }
        }
    }

    fn close(&mut self, deeds: &mut Vec<Deed>) {
        if let Stage::Open { page, .. } = &mut self.stage {
            page.left(deeds);
            *page = Page::Over;
            deeds.push(Deed::Note(ServiceDeed::Closed, ServiceOutcome::Done));
        }
        deeds.push(Deed::Close);
    }

    /// What to show, in place of what the visit shows.
    #[must_use]
    pub fn view(&self, visit: Frame, now: Moment) -> View {
        let Comfort { language, text_size, dark, choosing } = self.comfort;
        let words = Words(language);
        let (pillar, machine) = (&self.pillar, &self.machine);
        let look = Look { words, pillar, machine, uptime: now.uptime, number: self.number };
        let (panel, can_go_back, can_go_on, speech) = match &self.stage {
            Stage::Closed(code) => (code.panel(words), true, code.is_whole(), false),
            Stage::Open { page, .. } => {
                (page.panel(look), page.can_go_back(), page.can_go_on(), page.speaks())
            }
        };
        let frame = Frame {
            language,
            languages: Language::ALL.to_vec(),
            text_size,
            dark,
            speech: speech || visit.headphones,
            hidden: false,
            can_go_back,
            can_stop: true,
            can_go_on,
            progress: None,
            overlay: choosing.then_some(Overlay::Languages),
            ..visit
        };
        View { frame, screen: Screen::Panel(panel) }
    }
}

impl Comfort {
    /// Whether that was about how it is shown.
    fn takes(&mut self, intent: &Intent) -> bool {
        match intent {
            Intent::ChooseLanguage(language) => (self.language, self.choosing) = (*language, false),
            Intent::ToggleLanguages => self.choosing = !self.choosing,
            Intent::ToggleContrast => self.dark = !self.dark,
            Intent::TurnTextSize => {
                self.text_size = match self.text_size {
                    TextSize::Normal => TextSize::Large,
                    TextSize::Large => TextSize::Largest,
                    TextSize::Largest => TextSize::Normal,
                };
            }
            // What lies over the screen takes all touches.
            Intent::Resume | Intent::Back if self.choosing => self.choosing = false,
            _ => return self.choosing,
        }
        true
    }
}
