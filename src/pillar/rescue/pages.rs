//! The pages of a machine whose data is closed: one for whoever passes by, and those of a technician.
//!
//! Invariant: they know no file and no clock. What was typed is shown as dots and gone as soon as it was taken, is wrong or
//! nobody goes on; nothing is made empty that was not confirmed twice, at different places of the screen.

use std::time::{Duration, Instant};

use zeroize::{Zeroize, Zeroizing};
use zuil_catalogue::Language;

use crate::texts::{fill, say};
use crate::visit::{
    Intent, Keyboard, OutOfService, Overlay, PanelChoice, PanelEntry, PanelView, Screen, TextSize, View,
};

/// The longest passphrase, in characters.
const LONGEST: usize = 128;
/// After so long without a touch nobody stands there any more.
const IDLE: Duration = Duration::from_mins(2);
/// By then what was typed has been tried: with argon2 that takes seconds, with repairs to the file system minutes.
const TRIED_WITHIN: Duration = Duration::from_mins(10);
/// By then the machine has begun to start anew.
const RESTARTS_WITHIN: Duration = Duration::from_mins(2);
/// The longest pause after a wrong passphrase, in seconds. What makes guessing slow is argon2.
const LONGEST_PAUSE: u64 = 60;

/// Why the data is closed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Why {
    /// The TPM does not give the key.
    Tpm,
    /// What is on the disk is damaged.
    Damaged,
    /// It asks for its passphrase.
    Passphrase,
}

/// How the disk is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Disk {
    pub is_open: bool,
    pub why: Why,
    /// There is a passphrase that opens it.
    pub has_passphrase: bool,
}

/// What came of a passphrase.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Answer {
    Done,
    Failed,
}

/// What was asked of the pages.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Wish {
    /// Nothing but what they show now.
    Nothing,
    /// To open the data with what was typed.
    Unlock,
    /// To make the storage empty.
    Wipe,
    /// To start the machine anew.
    Restart,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Page {
    /// For whoever passes by.
    Closed,
    /// What can be done.
    Choices,
    /// The passphrase is typed.
    Typing,
    /// It is being tried, since then.
    Trying(Instant),
    /// "Make the storage empty?"
    Sure,
    /// "Are you sure?"
    VerySure,
    /// The machine is to start anew, since then.
    Ending { since: Instant, empty: bool },
}

/// What can be done about closed data.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Offer {
    Type,
    Empty,
    Restart,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Trouble {
    /// The passphrase is another one.
    Wrong,
    /// Nobody did what was wished.
    Undone,
}

/// What is shown.
pub(super) struct Pages {
    page: Page,
    disk: Disk,
    typed: Zeroizing<String>,
    trouble: Option<Trouble>,
    /// How often a wrong passphrase was typed.
    wrong: u32,
    /// No other one is taken before.
    pause: Option<Instant>,
    touched: Instant,
    language: Language,
    text_size: TextSize,
    dark: bool,
    choosing_language: bool,
}

impl Pages {
    pub(super) fn new(disk: Disk, now: Instant) -> Self {
        let mut pages = Self {
            page: Page::Closed,
            disk,
            typed: Zeroizing::default(),
            trouble: None,
            wrong: 0,
            pause: None,
            touched: now,
            language: Language::default(),
            text_size: TextSize::default(),
            dark: false,
            choosing_language: false,
        };
        pages.begin_anew();
        pages
    }

    pub(super) const fn disk(&self) -> Disk {
        self.disk
    }

    pub(super) fn handle(&mut self, intent: &Intent, now: Instant) -> Wish {
        self.touched = now;
        match intent {
            Intent::ChooseLanguage(language) => {
                (self.language, self.choosing_language) = (*language, false);
            }
            Intent::ToggleLanguages => self.choosing_language = !self.choosing_language,
            Intent::Resume => self.choosing_language = false,
            Intent::ToggleContrast => self.dark = !self.dark,
            Intent::TurnTextSize => {
                self.text_size = match self.text_size {
                    TextSize::Normal => TextSize::Large,
                    TextSize::Large => TextSize::Largest,
                    TextSize::Largest => TextSize::Normal,
                };
            }
            Intent::Technician if self.page == Page::Closed => self.turn_to(Page::Choices),
            Intent::Back => self.goes_back(),
            Intent::Pick(choice) => return self.picks(*choice, now),
            Intent::Type(c) if self.page == Page::Typing => self.types(*c),
            Intent::Erase if self.page == Page::Typing => {
                self.typed.pop();
            }
            Intent::Next if self.can_go_on(now) => {
                (self.page, self.trouble) = (Page::Trying(now), None);
                return Wish::Unlock;
            }
            _ => {}
        }
        Wish::Nothing
    }

    /// What was typed, which is gone here from now on.
    pub(super) fn takes_typed(&mut self) -> Zeroizing<String> {
        std::mem::take(&mut self.typed)
    }

    /// What was wished could not even be said.
    pub(super) fn went_wrong(&mut self) {
        let back = if matches!(self.page, Page::Trying(_)) { Page::Typing } else { Page::Choices };
        self.turn_to(back);
        self.trouble = Some(Trouble::Undone);
    }

    /// Takes how the disk is by now, and what came of what was typed.
    pub(super) fn learn(&mut self, disk: Disk, answer: Option<Answer>, now: Instant) {
        let before = std::mem::replace(&mut self.disk, disk);
        let is_busy = matches!(self.page, Page::Trying(_) | Page::Ending { .. });
        let since = |then: Instant| now.saturating_duration_since(then);
        match (self.page, answer) {
            (Page::Trying(_), Some(Answer::Failed)) if disk.why != before.why => self.turn_to(Page::Choices),
            (Page::Trying(_), Some(Answer::Failed)) => self.was_wrong(now),
            (Page::Trying(then), _) if since(then) >= TRIED_WITHIN => self.went_wrong(),
            (Page::Ending { since: then, .. }, _) if since(then) >= RESTARTS_WITHIN => self.went_wrong(),
            _ if !is_busy && since(self.touched) >= IDLE => self.begin_anew(),
            _ => {}
        }
        if is_busy {
            // Whoever waits for that still stands there.
            self.touched = now;
        }
        if self.pause.is_some_and(|until| until <= now) {
            self.pause = None;
        }
    }

    pub(super) fn view(&self, now: Instant) -> View {
        let mut view = View::out_of_service(OutOfService::Storage);
        let frame = &mut view.frame;
        (frame.language, frame.text_size, frame.dark) = (self.language, self.text_size, self.dark);
        frame.overlay = self.choosing_language.then_some(Overlay::Languages);
        frame.can_go_back = matches!(self.page, Page::Choices | Page::Typing | Page::Sure | Page::VerySure);
        frame.can_go_on = self.can_go_on(now);
        if let Some(panel) = self.panel(now) {
            view.screen = Screen::Panel(panel);
        }
        view
    }

    /// As it was before anybody touched anything; what makes guessing slow stays.
    fn begin_anew(&mut self) {
        let first = if self.disk.why == Why::Passphrase { Page::Typing } else { Page::Closed };
        self.turn_to(first);
        self.choosing_language = false;
    }

    fn turn_to(&mut self, page: Page) {
        (self.page, self.trouble) = (page, None);
        self.typed.zeroize();
    }

    fn goes_back(&mut self) {
        match self.page {
            Page::Typing if self.disk.why != Why::Passphrase => self.turn_to(Page::Choices),
            Page::Typing | Page::Choices => self.turn_to(Page::Closed),
            Page::Sure | Page::VerySure => self.turn_to(Page::Choices),
            Page::Closed | Page::Trying(_) | Page::Ending { .. } => {}
        }
    }

    fn picks(&mut self, choice: usize, now: Instant) -> Wish {
        match (self.page, choice) {
            (Page::Choices, _) => match self.offers().get(choice) {
                Some(Offer::Type) => self.turn_to(Page::Typing),
                Some(Offer::Empty) => self.turn_to(Page::Sure),
                Some(Offer::Restart) => {
                    self.turn_to(Page::Ending { since: now, empty: false });
                    return Wish::Restart;
                }
                None => {}
            },
            (Page::Sure, 1) => self.turn_to(Page::VerySure),
            // Where a second touch of the same place says no.
            (Page::VerySure, 0) => {
                self.turn_to(Page::Ending { since: now, empty: true });
                return Wish::Wipe;
            }
            (Page::Sure, 0) | (Page::VerySure, 1) => self.turn_to(Page::Choices),
            _ => {}
        }
        Wish::Nothing
    }

    fn types(&mut self, c: char) {
        if !c.is_control() && self.typed.chars().count() < LONGEST {
            self.typed.push(c);
            self.trouble = self.trouble.filter(|_| self.pause.is_some());
        }
    }

    fn can_go_on(&self, now: Instant) -> bool {
        let pauses = self.pause.is_some_and(|until| until > now);
        self.page == Page::Typing && !self.typed.is_empty() && !pauses
    }

    fn was_wrong(&mut self, now: Instant) {
        self.wrong = self.wrong.saturating_add(1);
        let seconds = 2_u64.pow(self.wrong.min(7) - 1).min(LONGEST_PAUSE);
        self.turn_to(Page::Typing);
        (self.trouble, self.pause) = (Some(Trouble::Wrong), Some(now + Duration::from_secs(seconds)));
    }

    fn offers(&self) -> Vec<Offer> {
        let offers = [Offer::Type, Offer::Restart, Offer::Empty];
        offers.into_iter().filter(|offer| *offer != Offer::Type || self.disk.has_passphrase).collect()
    }

    /// Nothing for whoever passes by: they see that the pillar does not serve.
    fn panel(&self, now: Instant) -> Option<PanelView> {
        let language = self.language;
        Some(match self.page {
            Page::Closed => return None,
            Page::Choices => self.choices(),
            Page::Typing => self.entry(now),
            Page::Trying(_) => PanelView {
                title: say(language, "The passphrase is being tried").to_owned(),
                texts: vec![say(language, "This may take a minute.").to_owned()],
                ..PanelView::default()
            },
            Page::Sure => PanelView {
                title: say(language, "Make the storage empty?").to_owned(),
                texts: self.what_is_lost(),
                choices: vec![
                    harmless(say(language, "No, keep it")),
                    dangerous(say(language, "Yes, go on"), ""),
                ],
                ..PanelView::default()
            },
            Page::VerySure => PanelView {
                title: say(language, "Are you sure? Nobody can bring it back.").to_owned(),
                texts: self.what_is_lost(),
                choices: vec![
                    dangerous(say(language, "Make it empty now"), ""),
                    harmless(say(language, "No, keep it")),
                ],
                ..PanelView::default()
            },
            Page::Ending { empty, .. } => {
                let title = if empty {
                    say(language, "The storage is being made empty")
                } else {
                    say(language, "The machine starts anew")
                };
                let text = say(language, "Leave the plug in. It takes a few minutes.");
                PanelView { title: title.to_owned(), texts: vec![text.to_owned()], ..PanelView::default() }
            }
        })
    }

    fn choices(&self) -> PanelView {
        let language = self.language;
        let why = match self.disk.why {
            Why::Tpm => say(
                language,
                "A part of this machine keeps the key and does not give it. It was replaced or cleared, or the system is not one of the municipality.",
            ),
            Why::Damaged => say(language, "It is damaged, and could not be repaired."),
            Why::Passphrase => say(language, "It opens by its passphrase only, at each start."),
        };
        let undone = say(language, "It did not work. Switch the machine off and on again.");
        let trouble = (self.trouble == Some(Trouble::Undone)).then(|| undone.to_owned());
        let choice = |offer: Offer| match offer {
            Offer::Type => harmless(say(language, "Type the passphrase")),
            Offer::Restart => harmless(say(language, "Start this machine anew")),
            Offer::Empty => dangerous(
                say(language, "Make the storage empty"),
                say(language, "Requests that were not sent yet are lost."),
            ),
        };
        PanelView {
            title: say(language, "The storage of this pillar cannot be opened").to_owned(),
            texts: trouble.into_iter().chain([why.to_owned()]).collect(),
            choices: self.offers().into_iter().map(choice).collect(),
            ..PanelView::default()
        }
    }

    fn entry(&self, now: Instant) -> PanelView {
        let language = self.language;
        let left = self.pause.map(|until| until.saturating_duration_since(now)).unwrap_or_default();
        let trouble = match self.trouble {
            None => String::new(),
            Some(Trouble::Undone) => {
                say(language, "It could not be tried. Try again, or start the machine anew.").to_owned()
            }
            Some(Trouble::Wrong) if left.is_zero() => {
                say(language, "This passphrase does not open it. Type it again, letter by letter.").to_owned()
            }
            Some(Trouble::Wrong) => {
                let seconds = left.as_millis().div_ceil(1000).to_string();
                let words = say(
                    language,
                    "This passphrase does not open it. You can try again in {seconds} seconds.",
                );
                fill(words, &[("seconds", &seconds)])
            }
        };
        let text = say(language, "This pillar is out of service, and we know. A technician opens it here.");
        PanelView {
            title: say(language, "Type the passphrase of this pillar").to_owned(),
            texts: vec![text.to_owned()],
            entry: Some(PanelEntry {
                label: say(language, "The passphrase").to_owned(),
                value: "•".repeat(self.typed.chars().count()),
                keyboard: Keyboard::Letters,
                trouble,
            }),
            ..PanelView::default()
        }
    }

    fn what_is_lost(&self) -> Vec<String> {
        let lost = say(
            self.language,
            "Lost for good: requests that the municipality has not received yet, and what this pillar knows of payments.",
        );
        let anew =
            say(self.language, "Afterwards this pillar must be enrolled anew, with a code from the hub.");
        vec![lost.to_owned(), anew.to_owned()]
    }
}

fn harmless(label: &str) -> PanelChoice {
    PanelChoice { label: label.to_owned(), note: String::new(), enabled: true, dangerous: false }
}

fn dangerous(label: &str, note: &str) -> PanelChoice {
    PanelChoice { label: label.to_owned(), note: note.to_owned(), enabled: true, dangerous: true }
}

/// Each page in a language, by name, for pictures and tests. The pages make them themselves, so that they are what a technician
/// sees.
#[cfg(test)]
pub(crate) fn samples(language: Language) -> Vec<(&'static str, View)> {
    let now = Instant::now();
    let pages = |why, has_passphrase, intents: &[Intent]| {
        let mut pages = Pages::new(Disk { is_open: false, why, has_passphrase }, now);
        pages.handle(&Intent::ChooseLanguage(language), now);
        for intent in intents {
            pages.handle(intent, now);
        }
        pages
    };
    let typed: Vec<Intent> = "juist paard batterij".chars().map(Intent::Type).collect();
    let tried: Vec<Intent> = typed.iter().cloned().chain([Intent::Next]).collect();
    let mut wrong = pages(Why::Passphrase, true, &tried);
    wrong.learn(wrong.disk(), Some(Answer::Failed), now);
    let choices = [Intent::Technician];
    let sure = [Intent::Technician, Intent::Pick(1)];
    let very_sure = [Intent::Technician, Intent::Pick(1), Intent::Pick(1)];
    let empty = [Intent::Technician, Intent::Pick(1), Intent::Pick(1), Intent::Pick(0)];
    [
        ("rescue-closed", pages(Why::Tpm, false, &[])),
        ("rescue-tpm", pages(Why::Tpm, true, &choices)),
        ("rescue-damaged", pages(Why::Damaged, false, &choices)),
        ("rescue-passphrase", pages(Why::Passphrase, true, &[])),
        ("rescue-passphrase-typed", pages(Why::Passphrase, true, &typed)),
        ("rescue-passphrase-tried", pages(Why::Passphrase, true, &tried)),
        ("rescue-passphrase-wrong", wrong),
        ("rescue-sure", pages(Why::Damaged, false, &sure)),
        ("rescue-very-sure", pages(Why::Damaged, false, &very_sure)),
        ("rescue-empty", pages(Why::Damaged, false, &empty)),
    ]
    .map(|(name, pages)| (name, pages.view(now)))
    .into()
}

#[cfg(test)]
mod tests;
