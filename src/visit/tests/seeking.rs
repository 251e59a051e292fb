//! Questions that residents ask, and the answers they are led to.

use std::sync::OnceLock;

use zuil_catalogue::search::Index;
use zuil_catalogue::{Announcement, Edition, Text};

use super::*;

/// The example with its index, which takes a while to make.
fn edition() -> Edition {
    static EDITION: OnceLock<Edition> = OnceLock::new();
    EDITION.get_or_init(|| Edition::indexed(example())).clone()
}

/// A pillar that can be asked. Nothing is announced on its day.
fn asked_pillar() -> Pillar {
    let mut pillar = pillar_of_edition(edition());
    pillar.tell(Event::Offer(ALL));
    pillar
}

/// A pillar on which the season of bulky waste and then the town hall's hours are announced.
fn december() -> Pillar {
    let mut pillar = asked_pillar();
    pillar.clock_jumps_to(date(2026, 12, 15).at(10, 0, 0, 0));
    pillar
}

impl Pillar {
    fn ask_view(&self) -> AskView {
        match self.screen() {
            Screen::Ask(ask) => ask,
            other => panic!("no search but {other:?}"),
        }
    }

    fn cards(&self) -> Vec<AnswerCard> {
        match self.ask_view().found {
            Found::Suggested(cards) | Found::Answers(cards) => cards,
            other => panic!("no answers but {other:?}"),
        }
    }

    fn answers_shown(&self) -> Vec<String> {
        self.cards().into_iter().map(|card| card.answer).collect()
    }

    fn answer_view(&self) -> AnswerView {
        match self.screen() {
            Screen::Answer(answer) => answer,
            other => panic!("no answer but {other:?}"),
        }
    }

    fn opens_answer(&mut self, answer: &str) -> &mut Self {
        self.does(Intent::ChooseAnswer(answer.to_owned()))
    }

    fn explained(&self) -> (String, Option<Missing>) {
        match self.screen() {
            Screen::Explain { title, missing, .. } => (title, missing),
            other => panic!("no explanation but {other:?}"),
        }
    }

    /// What was told to be without an answer since the last time.
    fn unfound(&mut self) -> Vec<String> {
        let told = self.done().into_iter().filter_map(|effect| match effect {
            Effect::NotFound { words, .. } => Some(words),
            _ => None,
        });
        told.collect()
    }
}

#[test]
fn an_answer_that_was_found_is_counted_once_in_a_search_and_nothing_that_was_typed_with_it() {
    let found = |pillar: &mut Pillar| -> Vec<(Language, String)> {
        let done = pillar.done().into_iter().filter_map(|effect| match effect {
            Effect::Found { language, answer } => Some((language, answer)),
            Effect::NotFound { words, .. } => panic!("{words} was found"),
            _ => None,
        });
        done.collect()
    };
    let once = || vec![(Language::Nl, "bulky-waste-how".to_owned())];
    let mut pillar = asked_pillar();
    pillar.does(Intent::Ask).types("grof vuilnis").opens_answer("bulky-waste-how").back();
    pillar.opens_answer("bulky-waste-how").back();
    assert_eq!(found(&mut pillar), once(), "it was read twice and found once");
    pillar.erases(12).types("grofvuil ophalen").opens_answer("bulky-waste-how").does(Intent::Stop);
    assert_eq!(found(&mut pillar), once(), "that was another search");
}

#[test]
fn an_answer_that_nobody_asked_for_is_not_counted() {
    let mut pillar = asked_pillar();
    pillar.does(Intent::Ask);
    let suggested = pillar.answers_shown().remove(0);
    pillar.opens_answer(&suggested);
    assert_eq!(pillar.answer_view().answer, suggested);
    assert!(!pillar.done().iter().any(|effect| matches!(effect, Effect::Found { .. })));
}

#[test]
fn someone_who_types_vuilnis_is_led_to_bulky_waste() {
    let mut pillar = asked_pillar();
    pillar.does(Intent::Ask).types("grof vuilnis");
    assert_eq!(pillar.answers_shown()[0], "bulky-waste-how");
    assert_eq!(pillar.cards()[0].question, "Hoe laat ik grofvuil ophalen?");
    assert_eq!(pillar.cards()[0].product, "Grofvuil");
    pillar.opens_answer("bulky-waste-how");
    let answer = pillar.answer_view();
    assert!(answer.short.starts_with("Maak hier op de zuil een afspraak."), "{}", answer.short);
    assert_eq!(answer.long.len(), 2);
    assert_eq!(answer.tasks[0].task, "bulky-waste");
    assert_eq!(answer.phone.as_deref(), Some("14 0100"));
    assert!(answer.phone_hours.is_some());
    assert_eq!(answer.website.as_deref(), Some("www.voorbeeldhuizen.example/grofvuil"));
    assert!(pillar.view().frame.can_go_on);
    pillar.next();
    assert_eq!(pillar.explained(), ("Grofvuil laten ophalen".to_owned(), None));
    pillar.fills_in_bulky_waste().next();
    assert_eq!(charges(&pillar.done()), 1);
}

#[test]
fn whoever_goes_back_finds_the_answer_the_search_and_what_was_filled_in() {
    let mut pillar = asked_pillar();
    pillar.does(Intent::Ask).types("grofvuil ophalen").opens_answer("bulky-waste-how").next();
    pillar.next().types("2411ab");
    pillar.back();
    assert_eq!(pillar.explained().0, "Grofvuil laten ophalen");
    pillar.back();
    assert_eq!(pillar.answer_view().answer, "bulky-waste-how");
    pillar.does(Intent::Stop);
    assert_eq!(pillar.view().frame.overlay, Some(Overlay::ConfirmStop), "an address was filled in");
    pillar.does(Intent::Resume).next().next();
    assert_eq!(pillar.fields()[0], "2411AB");
    pillar.back().back().back();
    assert_eq!(pillar.ask_view().field.value, "grofvuil ophalen");
    assert_eq!(pillar.answers_shown()[0], "bulky-waste-how");
    pillar.back();
    assert!(matches!(pillar.screen(), Screen::Choose { .. }));
    pillar.does(Intent::ChooseTask("bulky-waste".to_owned())).next();
    assert_eq!(pillar.fields()[0], "2411AB");
}

#[test]
fn words_to_search_by_are_no_answers_and_stopping_asks_nothing() {
    let mut pillar = asked_pillar();
    pillar.does(Intent::Ask).types("paspoort").does(Intent::Stop);
    pillar.is_waiting_for_someone();
}

#[test]
fn what_was_typed_is_wiped_with_the_visit() {
    let mut pillar = asked_pillar();
    pillar.does(Intent::Ask).types("paspoort").waits(86);
    pillar.is_waiting_for_someone();
    assert!(pillar.done().contains(&Effect::Wipe));
    pillar.does(Intent::Ask);
    assert_eq!(pillar.ask_view().field.value, "");
    assert!(matches!(pillar.ask_view().found, Found::Suggested(_)));
}

#[test]
fn a_mailing_is_answered_before_anyone_types() {
    let mut pillar = asked_pillar();
    pillar.clock_jumps_to(date(2027, 2, 22).at(10, 0, 0, 0));
    let Screen::Attract { announcement, .. } = pillar.screen() else { panic!("attract") };
    let banner = announcement.unwrap();
    assert!(banner.leads_on && banner.text.starts_with("De WOZ-waarde"), "{banner:?}");
    pillar.does(Intent::Ask);
    assert_eq!(pillar.answers_shown(), ["woz-objection", "woz-value-basis", "tax-bill-when"]);
    assert!(pillar.cards().iter().all(|card| card.news));
    // And it comes on top of what fits as well.
    pillar.types("belasting");
    let cards = pillar.cards();
    assert!(cards[0].news, "{cards:?}");
    let first_other = cards.iter().position(|card| !card.news).unwrap();
    assert!(cards[first_other..].iter().all(|card| !card.news), "{cards:?}");
}

#[test]
fn of_two_announcements_the_one_that_began_last_is_shown() {
    let mut pillar = december();
    let Screen::Attract { announcement, .. } = pillar.screen() else { panic!("attract") };
    assert!(announcement.unwrap().text.starts_with("Op 24 en 31 december sluit"));
    pillar.does(Intent::Ask);
    assert_eq!(pillar.answers_shown(), ["opening-hours", "bulky-waste-how", "waste-calendar"]);
}

#[test]
fn an_announcement_whose_answers_are_not_true_today_leads_nowhere() {
    let mut catalogue = Catalogue::clone(&example());
    catalogue.announcements = vec![Announcement {
        id: "old".to_owned(),
        from: date(2026, 11, 1),
        until: date(2026, 12, 31),
        banner: Text([(Language::Nl, "Er is iets.".to_owned())].into()),
        answers: vec!["no-such-answer".to_owned()],
    }];
    let mut pillar = pillar_of(Arc::new(catalogue));
    let Screen::Attract { announcement, .. } = pillar.screen() else { panic!("attract") };
    assert_eq!(announcement, Some(Banner { text: "Er is iets.".to_owned(), leads_on: false }));
    pillar.does(Intent::Ask).opens_answer("no-such-answer");
    assert!(matches!(pillar.screen(), Screen::Ask(_)));
}

#[test]
fn before_anyone_types_common_questions_of_different_products_are_offered() {
    let mut pillar = asked_pillar();
    pillar.does(Intent::Ask);
    let cards = pillar.cards();
    assert_eq!(cards.len(), 3);
    let products: std::collections::BTreeSet<_> = cards.iter().map(|card| &card.product).collect();
    assert_eq!(products.len(), cards.len(), "{cards:?}");
    let catalogue = example();
    let all = || catalogue.products.iter().flat_map(|product| &product.answers);
    assert!(cards.iter().all(|card| all().any(|answer| answer.id == card.answer && answer.common)));
}

#[test]
fn whoever_finds_nothing_is_told_what_to_do_and_can_be_called_back() {
    let mut pillar = asked_pillar();
    pillar.does(Intent::Ask).types("xqzwv");
    let Found::Nothing { phone_hours, call_back } = pillar.ask_view().found else { panic!("something") };
    assert!(phone_hours.starts_with("maandag"), "{phone_hours}");
    assert_eq!(call_back.unwrap().task, "call-back");
    pillar.does(Intent::ChooseTask("call-back".to_owned()));
    assert_eq!(pillar.explained().0, "Laat u terugbellen");
    assert_eq!(pillar.unfound(), ["xqzwv"]);
    pillar.back();
    assert_eq!(pillar.ask_view().field.value, "xqzwv");
    pillar.does(Intent::Stop);
    assert_eq!(pillar.unfound(), [""; 0], "it was told once");
}

#[test]
fn what_nobody_found_is_told_once_without_personal_data() {
    let mut pillar = asked_pillar();
    for (leave, typed, told) in [
        (Intent::Back, "zonnepaneel xqz 0612345678", vec!["zonnepaneel xqz"]),
        (Intent::Stop, "naam@voorbeeld.nl", vec![]),
        (Intent::Stop, "xq", vec![]),
        (Intent::Stop, "2411 AB 12", vec![]),
        (Intent::Stop, "Fatima xqzwv", vec!["xqzwv"]),
    ] {
        pillar.does(Intent::Ask).types(typed).does(leave).does(Intent::Stop);
        assert_eq!(pillar.unfound(), told, "{typed}");
        pillar.is_waiting_for_someone();
    }
    pillar.does(Intent::Ask).types("xqzwv").waits(90);
    assert_eq!(pillar.unfound(), ["xqzwv"], "whoever walks away asked, too");
}

#[test]
fn whoever_begins_another_search_has_not_found_the_first() {
    let mut pillar = asked_pillar();
    pillar.does(Intent::Ask).types("xqzwv abc").erases(9);
    assert_eq!(pillar.unfound(), ["xqzwv abc"]);
    pillar.types("grofvuil").opens_answer("bulky-waste-how").back().erases(8);
    assert_eq!(pillar.unfound(), [""; 0], "an answer was read");
    // What was typed counts at its fullest, however much of it was erased again.
    pillar.types("kluizenaar").erases(8).does(Intent::Stop);
    assert_eq!(pillar.unfound(), ["kluizenaar"]);
}

#[test]
fn a_question_is_told_in_the_language_in_which_it_was_typed() {
    let told = |pillar: &mut Pillar| -> Vec<(Language, String)> {
        let told = pillar.done().into_iter().filter_map(|effect| match effect {
            Effect::NotFound { language, words } => Some((language, words)),
            _ => None,
        });
        told.collect()
    };
    let polish = || vec![(Language::Pl, "xqzwv abc".to_owned())];
    let mut pillar = asked_pillar();
    for erased in [0, 4, 9] {
        pillar.does(Intent::Ask).does(Intent::ChooseLanguage(Language::Pl)).types("xqzwv abc");
        pillar.does(Intent::ChooseLanguage(Language::Nl)).erases(erased).does(Intent::Stop);
        assert_eq!(told(&mut pillar), polish(), "{erased} letters were erased before leaving");
        pillar.is_waiting_for_someone();
    }
    // Another question, in another language.
    pillar.does(Intent::Ask).does(Intent::ChooseLanguage(Language::Pl)).types("xqzwv abc");
    pillar.does(Intent::ChooseLanguage(Language::Nl)).erases(9).types("kluizenaar").does(Intent::Stop);
    let both = [polish(), vec![(Language::Nl, "kluizenaar".to_owned())]].concat();
    assert_eq!(told(&mut pillar), both);
}

#[test]
fn nothing_is_told_of_a_search_that_could_not_be_made() {
    let mut pillar = pillar();
    pillar.does(Intent::Ask).types("xqzwv");
    assert_eq!(pillar.ask_view().found, Found::NotReady);
    pillar.does(Intent::Stop);
    assert_eq!(pillar.unfound(), [""; 0]);
}

#[test]
fn the_index_that_comes_while_someone_types_answers_at_once() {
    let catalogue = example();
    let mut pillar = pillar_of(catalogue.clone());
    pillar.tell(Event::Offer(ALL)).does(Intent::Ask).types("grofvuil ophalen");
    let index = edition().index;
    pillar.tell(Event::Edition(Edition { catalogue, index }));
    assert_eq!(pillar.answers_shown()[0], "bulky-waste-how");
}

#[test]
fn a_change_of_language_keeps_what_was_typed_and_the_answer() {
    let mut pillar = asked_pillar();
    pillar.does(Intent::Ask).types("grofvuil ophalen").does(Intent::ChooseLanguage(Language::En));
    assert_eq!(pillar.ask_view().field.value, "grofvuil ophalen");
    assert_eq!(pillar.cards()[0].question, "How do I have bulky waste picked up?");
    pillar.opens_answer("bulky-waste-how").does(Intent::ChooseLanguage(Language::Uk));
    let answer = pillar.answer_view();
    assert_eq!((answer.answer.as_str(), answer.only_dutch), ("bulky-waste-how", false));
    assert!(answer.short.starts_with("Запишіться"), "{}", answer.short);
    pillar.back();
    assert_eq!(pillar.cards()[0].question, "Як замовити вивезення великогабаритного сміття?");
    pillar.opens_answer("bulky-waste-what");
    assert!(pillar.answer_view().only_dutch);
    pillar.does(Intent::ChooseLanguage(Language::Nl));
    assert!(!pillar.answer_view().only_dutch);
}

#[test]
fn a_task_that_waits_says_so_and_leads_to_being_called_back() {
    let mut pillar = asked_pillar();
    pillar.opens(Language::Nl, "moving-house");
    assert_eq!(pillar.explained().1, Some(Missing::DigiD));
    let Screen::Explain { elsewhere: Some(elsewhere), .. } = pillar.screen() else { panic!("explain") };
    assert!(elsewhere.call_back);
    assert_eq!(elsewhere.website, "www.voorbeeldhuizen.example");
    pillar.next();
    assert_eq!(pillar.explained(), ("Laat u terugbellen".to_owned(), None));
    pillar.next().touches(1).back();
    assert_eq!(pillar.explained().0, "Laat u terugbellen");
    pillar.back();
    assert_eq!(pillar.explained().1, Some(Missing::DigiD));
    pillar.does(Intent::Stop);
    assert_eq!(pillar.view().frame.overlay, Some(Overlay::ConfirmStop), "a topic was chosen");
    pillar.does(Intent::Resume).next().next();
    assert_eq!(pillar.chosen(), [1]);
}

#[test]
fn without_a_task_for_it_nobody_is_promised_a_call() {
    let mut catalogue = Catalogue::clone(&example());
    catalogue.tasks.retain(|task| task.id != "call-back");
    let mut pillar = pillar_of(Arc::new(catalogue));
    pillar.tell(Event::Offer(ALL)).opens(Language::Nl, "appointment");
    assert_eq!(pillar.explained().1, Some(Missing::Agenda));
    assert!(!pillar.view().frame.can_go_on);
    pillar.next();
    assert_eq!(pillar.explained().1, Some(Missing::Agenda));
}

#[test]
fn an_answer_whose_task_waits_leads_to_why() {
    let mut pillar = asked_pillar();
    let catalogue = example();
    let leads_later = |answer: &&zuil_catalogue::Answer| {
        let tasks: Vec<_> = answer
            .next
            .iter()
            .filter_map(|next| match next {
                zuil_catalogue::Next::Task(task) => Some(task),
                _ => None,
            })
            .collect();
        !tasks.is_empty() && tasks.iter().all(|task| catalogue.later.iter().any(|later| later.id == **task))
    };
    let all = catalogue.products.iter().flat_map(|product| &product.answers);
    let answer = all.filter(|answer| answer.valid.on(date(2026, 11, 22))).find(leads_later).unwrap();
    pillar.does(Intent::Ask).opens_answer(&answer.id);
    let view = pillar.answer_view();
    assert!(view.tasks[0].missing.unwrap().waits());
    assert!(!pillar.view().frame.can_go_on);
    pillar.does(Intent::ChooseTask(view.tasks[0].task.clone()));
    assert!(pillar.explained().1.unwrap().waits());
    pillar.back();
    assert_eq!(pillar.answer_view(), view);
}

#[test]
fn every_task_says_what_is_missing_and_is_not_started_without() {
    use zuil_catalogue::{Device, Offered};
    let mut catalogue = Catalogue::clone(&example());
    let none = Offer { printer: false, card: false, ..ALL };
    let hours = Offered {
        hours: Some((jiff::civil::time(20, 0, 0, 0), jiff::civil::time(21, 0, 0, 0))),
        ..Offered::default()
    };
    let again = Some(date(2026, 11, 22).at(20, 0, 0, 0));
    for (device, offered, missing) in [
        (Some(Device::Printer), None, Missing::Printer),
        (Some(Device::Terminal), None, Missing::Card),
        (Some(Device::DocumentReader), None, Missing::DocumentReader),
        (Some(Device::PassReader), None, Missing::PassReader),
        (None, Some(hours), Missing::Hours { again }),
    ] {
        let task = catalogue.tasks.iter_mut().find(|task| task.id == "suggestion").unwrap();
        task.devices = device.into_iter().collect();
        task.offered = offered;
        let mut pillar = pillar_of(Arc::new(catalogue.clone()));
        pillar.tell(Event::Offer(none)).does(Intent::Begin).does(Intent::ChooseLanguage(Language::Nl));
        let Screen::Choose { tiles, .. } = pillar.screen() else { panic!("choose") };
        let tile = tiles.into_iter().find(|tile| tile.task == "suggestion").unwrap();
        assert_eq!(tile.missing, Some(missing));
        pillar.does(Intent::ChooseTask("suggestion".to_owned()));
        assert_eq!(pillar.explained().1, Some(missing));
        assert!(!pillar.view().frame.can_go_on);
        pillar.next();
        assert_eq!(pillar.explained().1, Some(missing));
    }
}

#[test]
fn what_waits_stands_at_the_end_and_not_on_the_first_screen() {
    let mut pillar = asked_pillar();
    let Screen::Attract { tiles, ask: true, .. } = pillar.screen() else { panic!("attract") };
    assert!(tiles.iter().all(|tile| tile.missing.is_none()), "{tiles:?}");
    pillar.does(Intent::Begin).does(Intent::ChooseLanguage(Language::Nl));
    let Screen::Choose { tiles, ask: true } = pillar.screen() else { panic!("choose") };
    let waits: Vec<bool> = tiles.iter().map(|tile| tile.missing.is_some_and(Missing::waits)).collect();
    assert_eq!(waits.iter().filter(|waits| **waits).count(), example().later.len());
    assert!(waits.is_sorted());
    pillar.does(Intent::Ask);
    assert!(matches!(pillar.screen(), Screen::Ask(_)));
}

#[test]
fn a_catalogue_without_answers_has_nothing_to_ask() {
    let mut catalogue = Catalogue::clone(&example());
    catalogue.products.clear();
    let mut pillar = pillar_of(Arc::new(catalogue));
    assert!(matches!(pillar.screen(), Screen::Attract { ask: false, .. }));
    pillar.does(Intent::Ask).is_waiting_for_someone();
    pillar.does(Intent::Begin).does(Intent::ChooseLanguage(Language::Nl)).does(Intent::Ask);
    assert!(matches!(pillar.screen(), Screen::Choose { ask: false, .. }));
}

#[test]
fn looking_at_a_search_does_not_search() {
    // An index of nothing that replaces the one it was sought with is not asked by looking.
    let catalogue = edition().catalogue;
    let mut pillar = pillar_of_edition(edition());
    pillar.does(Intent::Ask).types("grofvuil");
    let before = pillar.answers_shown();
    let empty = Index::new(&[], &zuil_catalogue::Synonyms::default());
    pillar.tell(Event::Edition(Edition { catalogue, index: Some(Arc::new(empty)) }));
    assert_eq!(
        pillar
            .visit
            .edition()
            .index
            .as_ref()
            .map(|index| index.search("grofvuil", Language::Nl, date(2026, 11, 22)).len()),
        Some(0)
    );
    assert_eq!(pillar.answers_shown(), before);
}
