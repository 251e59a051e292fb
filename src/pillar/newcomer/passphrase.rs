//! Where the key to the pillar's data lies beside them: a passphrase instead, or going on without, with what either means.
//!
//! Invariant: it is typed twice, and is in no file but the wish for it, which lies in memory.

use zeroize::Zeroizing;
use zuil_catalogue::Language;

use super::typed::Typed;
use super::{choice, row};
use crate::machine::WishId;
use crate::texts::say;
use crate::visit::{Intent, Keyboard, PanelMark, PanelView};

/// So many letters at least.
const SHORTEST: usize = 12;

/// What came of what the technician did.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Did {
    Nothing,
    Wishes(Zeroizing<String>),
    GoesOn,
}

#[derive(Default)]
enum Page {
    /// Whether there is to be one.
    #[default]
    Offer,
    Once(Typed),
    Twice {
        first: Typed,
        again: Typed,
    },
}

/// What is the matter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Trouble {
    Short,
    Differs,
    Failed,
}

/// The step.
#[derive(Default)]
pub(super) struct Passphrase {
    page: Page,
    waits: bool,
    wish: Option<WishId>,
    trouble: Option<Trouble>,
}

impl Passphrase {
    /// The wish whose outcome is not known yet, also when nobody waits for it any more: whoever went back is told all the
    /// same that each start asks for it from now on.
    pub(super) const fn awaited(&self) -> Option<&WishId> {
        self.wish.as_ref()
    }

    /// The wish is written, or could not be.
    pub(super) fn wished(&mut self, wish: Option<WishId>) {
        self.wish = wish;
        if self.wish.is_none() {
            self.came_to(false);
        }
    }

    /// Whether the passphrase is set; whether this step is done with that.
    pub(super) fn came_to(&mut self, is_set: bool) -> bool {
        // What was typed is wiped, whatever came of it.
        (self.page, self.waits, self.wish) = (Page::Offer, false, None);
        self.trouble = (!is_set).then_some(Trouble::Failed);
        is_set
    }

    /// Nobody stands here any more: whoever comes next can have no passphrase shown.
    pub(super) fn is_left_alone(&mut self) {
        if !self.waits && !matches!(self.page, Page::Offer) {
            (self.page, self.trouble) = (Page::Offer, None);
        }
    }

    pub(super) fn can_go_back(&self) -> bool {
        self.waits || !matches!(self.page, Page::Offer)
    }

    pub(super) fn can_go_on(&self) -> bool {
        let typed = match &self.page {
            Page::Offer => return false,
            Page::Once(typed) | Page::Twice { again: typed, .. } => typed,
        };
        !self.waits && !typed.whole().is_empty()
    }

    pub(super) fn handle(&mut self, intent: &Intent) -> Did {
        let (waits, can_go_on) = (self.waits, self.can_go_on());
        match (intent, &mut self.page) {
            (Intent::Back, _) => {
                (self.page, self.waits, self.trouble) = (Page::Offer, false, None);
            }
            _ if waits => {}
            (Intent::Pick(0), Page::Offer) => (self.page, self.trouble) = (Page::Once(Typed::secret()), None),
            (Intent::Pick(1), Page::Offer) => return Did::GoesOn,
            (Intent::Pick(0), Page::Once(typed) | Page::Twice { again: typed, .. }) => typed.turn(),
            (Intent::Next, _) if can_go_on => return self.goes_on(),
            (_, Page::Once(typed) | Page::Twice { again: typed, .. }) => {
                if typed.handle(intent) {
                    self.trouble = None;
                }
            }
            (_, Page::Offer) => {}
        }
        Did::Nothing
    }

    fn goes_on(&mut self) -> Did {
        match std::mem::take(&mut self.page) {
            Page::Offer => {}
            Page::Once(typed) if typed.whole().chars().count() < SHORTEST => {
                (self.page, self.trouble) = (Page::Once(typed), Some(Trouble::Short));
            }
            Page::Once(first) => self.page = Page::Twice { first, again: Typed::secret() },
            Page::Twice { first, again } if first.whole() != again.whole() => {
                (self.page, self.trouble) = (Page::Once(Typed::secret()), Some(Trouble::Differs));
            }
            Page::Twice { first, again } => {
                let wished = Zeroizing::new(first.whole().to_owned());
                (self.page, self.waits) = (Page::Twice { first, again }, true);
                return Did::Wishes(wished);
            }
        }
        Did::Nothing
    }

    pub(super) fn panel(&self, language: Language) -> PanelView {
        if self.waits {
            let wait = say(language, "The passphrase is being set. That can take a minute.");
            return PanelView {
                title: say(language, "A passphrase for the data").to_owned(),
                rows: vec![row(say(language, "One moment"), wait, PanelMark::Busy)],
                ..PanelView::default()
            };
        }
        let trouble = match self.trouble {
            None => "",
            Some(Trouble::Short) => {
                say(language, "Type at least 12 letters: several words are easy to remember.")
            }
            Some(Trouble::Differs) => say(language, "The two are not the same. Type it twice once more."),
            Some(Trouble::Failed) => {
                say(language, "The passphrase could not be set. Try again, or go on without.")
            }
        };
        let (title, typed) = match &self.page {
            Page::Offer => return offer(language, trouble),
            Page::Once(typed) => (say(language, "Choose a passphrase"), typed),
            Page::Twice { again, .. } => (say(language, "Type the passphrase once more"), again),
        };
        let lost = say(language, "Keep it in a safe place. Without it, what the pillar keeps is lost.");
        let turn = if typed.is_shown() {
            say(language, "Hide what is typed")
        } else {
            say(language, "Show what is typed")
        };
        PanelView {
            title: title.to_owned(),
            texts: vec![lost.to_owned()],
            choices: vec![choice(turn, "")],
            entry: Some(typed.entry(say(language, "Passphrase"), Keyboard::Letters, trouble)),
            ..PanelView::default()
        }
    }
}

fn offer(language: Language, trouble: &str) -> PanelView {
    let why = say(
        language,
        "This machine has no safe place for the key to its data: it lies on the same disk. Whoever takes the disk can read it.",
    );
    let mut texts = vec![why.to_owned()];
    if !trouble.is_empty() {
        texts.push(trouble.to_owned());
    }
    PanelView {
        title: say(language, "A passphrase for the data").to_owned(),
        texts,
        choices: vec![
            choice(
                say(language, "Choose a passphrase"),
                say(
                    language,
                    "Somebody has to type it here after each power cut. Until then the pillar does not serve.",
                ),
            ),
            choice(
                say(language, "Go on without a passphrase"),
                say(language, "The pillar starts by itself. A stolen disk can be read."),
            ),
        ],
        ..PanelView::default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::machine::{Machine, Places};

    fn types(passphrase: &mut Passphrase, text: &str) {
        for c in text.chars() {
            assert_eq!(passphrase.handle(&Intent::Type(c)), Did::Nothing);
        }
    }

    fn trouble(passphrase: &Passphrase) -> String {
        passphrase.panel(Language::En).entry.unwrap().trouble
    }

    #[test]
    fn one_goes_on_without_when_one_says_so() {
        let mut passphrase = Passphrase::default();
        let panel = passphrase.panel(Language::En);
        assert!(panel.choices[0].note.contains("power cut") && panel.choices[1].note.contains("stolen"));
        assert!(!passphrase.can_go_on() && !passphrase.can_go_back());
        assert_eq!(passphrase.handle(&Intent::Next), Did::Nothing);
        assert_eq!(passphrase.handle(&Intent::Pick(1)), Did::GoesOn);
    }

    #[test]
    fn it_is_long_enough_and_typed_twice_before_it_is_set() {
        let mut passphrase = Passphrase::default();
        passphrase.handle(&Intent::Pick(0));
        types(&mut passphrase, "kort");
        assert_eq!(passphrase.handle(&Intent::Next), Did::Nothing);
        assert!(trouble(&passphrase).contains("12 letters"));
        types(&mut passphrase, " maar toch lang");
        passphrase.handle(&Intent::Next);
        types(&mut passphrase, "kort maar toch land");
        assert_eq!(passphrase.handle(&Intent::Next), Did::Nothing);
        assert!(trouble(&passphrase).contains("not the same"));
        for _ in 0..2 {
            types(&mut passphrase, "kort maar toch lang");
            assert_eq!(passphrase.panel(Language::En).entry.unwrap().value, "•".repeat(19));
            if passphrase.handle(&Intent::Next) != Did::Nothing {
                break;
            }
        }
        assert!(passphrase.waits && passphrase.awaited().is_none(), "it is not written yet");
        assert_eq!(passphrase.handle(&Intent::Pick(1)), Did::Nothing, "it is being set");
    }

    #[test]
    fn whoever_does_not_wait_hears_all_the_same_that_it_is_set() {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        std::fs::write(at("os-release"), "IMAGE_VERSION=1.1\n").unwrap();
        let places = Places { os_release: at("os-release"), data: at(""), fleeting: at(""), run: at("") };
        let wish = Machine::of(places).unwrap().set_passphrase("een lange zin").unwrap();
        let mut passphrase = Passphrase::default();
        passphrase.handle(&Intent::Pick(0));
        for _ in 0..2 {
            types(&mut passphrase, "een lange zin");
            passphrase.handle(&Intent::Next);
        }
        passphrase.wished(Some(wish.clone()));
        passphrase.handle(&Intent::Back);
        assert_eq!(passphrase.awaited(), Some(&wish));
        assert!(passphrase.came_to(true) && passphrase.awaited().is_none());
    }

    #[test]
    fn what_could_not_be_set_is_told_and_one_can_always_leave() {
        let mut passphrase = Passphrase::default();
        let sets = |passphrase: &mut Passphrase| {
            passphrase.handle(&Intent::Pick(0));
            types(passphrase, "een lange zin");
            passphrase.handle(&Intent::Next);
            types(passphrase, "een lange zin");
            passphrase.handle(&Intent::Next)
        };
        assert_eq!(sets(&mut passphrase), Did::Wishes(Zeroizing::new("een lange zin".to_owned())));
        passphrase.wished(None);
        assert!(passphrase.panel(Language::En).texts[1].contains("could not be set"));
        sets(&mut passphrase);
        assert!(!passphrase.came_to(false));
        sets(&mut passphrase);
        passphrase.handle(&Intent::Back);
        assert_eq!(passphrase.handle(&Intent::Pick(1)), Did::GoesOn, "the image never answered");
        sets(&mut passphrase);
        assert!(passphrase.came_to(true));
        assert!(matches!(passphrase.page, Page::Offer), "nothing that was typed is left");
    }
}
