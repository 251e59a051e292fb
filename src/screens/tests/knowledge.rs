//! Questions and answers through the real widgets.

use std::path::Path;

use zuil_catalogue::{Catalogue, Edition};

use super::*;
use crate::visit::{Event, Now, Offer, Visit, VisitSettings};

/// The screens of a visit to the example municipality, on a day on which nothing is announced.
struct Asked {
    pillar: Pillar,
    visit: Visit,
    now: Now,
}

impl Asked {
    fn new() -> Self {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("catalogue/example");
        let edition = Edition::indexed(Catalogue::load(&folder).unwrap().into());
        let now = Now { uptime: Duration::from_secs(1000), wall: date(2026, 11, 22).at(10, 0, 0, 0) };
        let mut asked =
            Self { pillar: Pillar::new(), visit: Visit::new(edition, VisitSettings::default()), now };
        let offer = Offer { card: true, printer: true, ..Offer::default() };
        let _ = asked.visit.handle(Event::Offer(offer), now);
        asked.pillar.show(&asked.visit.view(now));
        asked
    }

    fn touches(&mut self, label: &str) -> &mut Self {
        for intent in self.pillar.touch(label) {
            let _ = self.visit.handle(Event::Resident(intent), self.now);
        }
        self.pillar.show(&self.visit.view(self.now));
        self
    }

    fn types(&mut self, letters: &str) -> &mut Self {
        for letter in letters.chars() {
            self.touches(&letter.to_string());
        }
        self
    }

    #[track_caller]
    fn reads(&mut self, words: &str) -> &mut Self {
        assert!(is_read(&self.pillar, words), "{words:?} is not on the screen");
        self
    }
}

fn is_read(pillar: &Pillar, words: &str) -> bool {
    ElementHandle::find_by_accessible_label(pillar.screens.app(), words).count() > 0
}

#[test]
fn someone_asks_by_touch_reads_the_answer_and_goes_on_to_the_task() {
    let mut asked = Asked::new();
    asked.touches("Stel een vraag").reads("Wat is uw vraag?").types("grofvuil");
    asked.touches("Spatie").types("ophalen");
    asked.reads("Hoe laat ik grofvuil ophalen?").touches("Hoe laat ik grofvuil ophalen?");
    asked.reads("Nagekeken op 16 november 2026").reads("Scan de code met uw telefoon.");
    asked.touches("Terug").reads("Hoe laat ik grofvuil ophalen?");
    asked.touches("Hoe laat ik grofvuil ophalen?").touches("Nu regelen");
    asked.reads("Grofvuil laten ophalen").touches("Beginnen").reads("Op welk adres halen we het op?");
}

#[test]
fn someone_who_finds_nothing_erases_or_asks_to_be_called_back() {
    let mut asked = Asked::new();
    asked.touches("English").touches("Ask a question").types("xqzwv");
    asked.reads("We found no answer. Try other words.");
    asked.touches("Ask us to call you").touches("Back");
    for _ in "xqzwv".chars() {
        asked.touches("Erase");
    }
    asked.reads("Or touch a question that people often ask:");
}

#[test]
fn what_is_announced_is_touched_only_when_there_is_more_of_it() {
    let pillar = Pillar::new();
    let banner = "Ook rond kerst halen we grofvuil op: 22, 24, 29 en 31 december.";
    pillar.show(&sample("attract-announcement"));
    assert_eq!(pillar.touch(banner), [Intent::Ask]);
    let closed = "Op donderdag 26 november is het gemeentehuis dicht.";
    pillar.show(&sample("attract-troubles"));
    assert!(pillar.touchables().iter().all(|each| each.label != closed));
    assert!(is_read(&pillar, closed));
}

#[test]
fn a_task_that_cannot_be_done_says_why_on_its_tile_and_where_it_can() {
    let pillar = Pillar::new();
    pillar.show(&sample("answer-only-dutch"));
    assert!(is_read(&pillar, "Kan nog niet op de zuil"));
    assert!(pillar.touchables().iter().all(|each| each.label != "Nu regelen"));
    assert_eq!(pillar.touch("Verhuizing doorgeven"), [Intent::ChooseTask("moving-house".into())]);
    pillar.show(&sample("explain-waiting"));
    assert!(is_read(&pillar, "Hiervoor hebt u DigiD nodig. DigiD werkt nog niet op deze zuil."));
    assert!(is_read(&pillar, "Of kijk op www.voorbeeldhuizen.example."));
    assert!(!is_read(&pillar, "Het is gratis."), "nothing is said of doing it here");
    assert_eq!(pillar.touch("Bel mij terug"), [Intent::Next]);
    pillar.show(&sample("explain-hours"));
    assert!(pillar.touchables().iter().any(|each| each.label == "Beginnen" && !each.enabled));
}

#[test]
fn a_real_keyboard_types_into_the_search() {
    use slint::platform::Key;
    let pillar = Pillar::new();
    pillar.show(&sample("ask-answers"));
    assert_eq!(pillar.press("a"), [Intent::Type('a')]);
    assert_eq!(pillar.press(" "), [Intent::Type(' ')]);
    assert_eq!(pillar.press(Key::Backspace), [Intent::Erase]);
    assert_eq!(pillar.press(Key::Return), [], "an answer is chosen by its card");
    assert_eq!(pillar.press(Key::Escape), [Intent::Stop]);
}

#[test]
fn the_keypad_reaches_each_answer_and_then_the_keys() {
    use slint::platform::Key;
    let pillar = Pillar::new();
    pillar.show(&sample("ask-suggested"));
    let mut heard = Vec::new();
    for _ in 0..11 {
        pillar.press(Key::Tab);
        heard.extend(pillar.press(Key::Return));
    }
    // Six in the frame and the field come first.
    let answers = ["answer-0", "answer-1", "answer-2"].map(|answer| Intent::ChooseAnswer(answer.into()));
    assert_eq!(heard[6..9], answers);
    assert_eq!(heard[9], Intent::Type('1'));
}

#[test]
fn nothing_of_a_search_stays_in_the_screens() {
    use slint::Model;
    let pillar = Pillar::new();
    for name in ["ask-answers", "ask-nothing", "answer"] {
        pillar.show(&sample(name));
        pillar.show(&sample("attract"));
        let app = pillar.screens.app();
        let (ask, answer) = (app.global::<ui::AskState>(), app.global::<ui::AnswerState>());
        assert_eq!((ask.get_value(), ask.get_cards().row_count()), ("".into(), 0), "{name}");
        assert_eq!(ask.get_call_back().row_count(), 0, "{name}");
        assert_eq!((answer.get_question(), answer.get_long().row_count()), ("".into(), 0), "{name}");
        assert_eq!(answer.get_tasks().row_count(), 0, "{name}");
    }
}
