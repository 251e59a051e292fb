//! Errands that go as they should, and what the resident changes on the way.

use zuil_wire::{AnswerLine, Cents, PaymentState, State, SurveyAnswers, Treated};

use super::*;

fn line(question: &str, label: &str, value: &str, display: &str) -> AnswerLine {
    AnswerLine {
        question: question.to_owned(),
        label: label.to_owned(),
        value: value.to_owned(),
        display: display.to_owned(),
    }
}

#[track_caller]
fn committed(pillar: &mut Pillar) -> Draft {
    match pillar.done().as_slice() {
        [Effect::Commit(draft)] => draft.clone(),
        other => panic!("no commit alone but {other:?}"),
    }
}

#[track_caller]
fn charged(pillar: &mut Pillar) -> Draft {
    match pillar.done().as_slice() {
        [Effect::Charge(draft)] => draft.clone(),
        other => panic!("no charge alone but {other:?}"),
    }
}

#[track_caller]
fn printed(pillar: &mut Pillar) -> Slip {
    match pillar.done().as_slice() {
        [Effect::Print(slip)] => slip.clone(),
        other => panic!("no receipt alone but {other:?}"),
    }
}

#[test]
fn someone_asks_in_dutch_to_be_called_back() {
    let mut pillar = pillar();
    pillar.opens(Language::Nl, "call-back");
    let Screen::Explain { title, fee, minutes, missing, .. } = pillar.screen() else { panic!("explain") };
    assert_eq!((title.as_str(), fee, minutes, missing), ("Laat u terugbellen", None, 2, None));
    pillar.next().asks("Waar gaat uw vraag over?").touches(1).next();
    pillar.asks("Wat is uw naam?").types("Noor Bakker ").next();
    pillar.asks("Op welk nummer kunnen we u bellen?").types("+31 6 1234 5678").next();
    pillar.asks("Wanneer kunnen we u het beste bellen?").touches(0).next();
    assert_eq!(
        pillar.review(),
        [
            ("Onderwerp".to_owned(), text("Verhuizen")),
            ("Naam".to_owned(), text("Noor Bakker")),
            ("Telefoon".to_owned(), text("06 1234 5678")),
            ("Wanneer".to_owned(), text("'s Ochtends, van 9 tot 12 uur")),
        ]
    );
    pillar.next();
    assert_eq!(pillar.screen(), Screen::Saving { slow: false });
    let draft = committed(&mut pillar);
    assert_eq!(
        draft.answers,
        [
            line("topic", "Onderwerp", "moving", "Verhuizen"),
            line("name", "Naam", "Noor Bakker", "Noor Bakker"),
            line("phone", "Telefoon", "+31612345678", "06 1234 5678"),
            line("when", "Wanneer", "morning", "'s Ochtends, van 9 tot 12 uur"),
        ]
    );
    assert_eq!((draft.task.as_str(), draft.fee), ("call-back", Cents::ZERO));
    pillar.tell(saved()).tell(received());
    let slip = printed(&mut pillar);
    assert_eq!((slip.state, slip.payment.clone(), slip.reference), (State::Received, None, reference()));
    let receipt = pillar.receipt();
    assert_eq!((receipt.state, receipt.paper, receipt.payment), (State::Received, None, None));
    pillar.tell(Event::Receipt(ReceiptOutcome::Printed));
    assert_eq!(pillar.receipt().paper, Some(ReceiptOutcome::Printed));
    pillar.next().does(Intent::Rate(4)).next().does(Intent::Rate(0)).next().does(Intent::Rate(0)).next();
    assert_eq!(pillar.screen(), Screen::Goodbye);
    let treated = Some(Treated::Yes);
    let answers = SurveyAnswers { clear: Some(5), helped: Some(true), treated, missing: None };
    assert_eq!(pillar.done(), [Effect::KeepSurvey { task: "call-back".to_owned(), answers }]);
    pillar.waits(7).is_waiting_for_someone();
    assert_eq!(pillar.done(), [Effect::Wipe]);
}

#[test]
fn someone_reports_a_lamp_in_english_and_staff_read_dutch() {
    let mut pillar = pillar();
    pillar.opens(Language::En, "report-public-space").next();
    pillar.asks("What do you want to report?").touches(0).next();
    pillar.asks("What is the matter?").types("It blinks\nall night.").next();
    pillar.asks("Where is it?").types("Kerkstraat").next();
    pillar.asks("Do you want to hear what we do about it?").touches(0).next();
    pillar.asks("How can we reach you?").touches(1).types("naam@voorbeeld.nl").next();
    assert_eq!(pillar.review()[3], ("Answer from us".to_owned(), ReviewAnswer::Yes));
    pillar.next();
    let draft = committed(&mut pillar);
    assert_eq!((draft.task_title.as_str(), draft.language), ("Iets melden op straat", Language::En));
    assert_eq!(
        draft.answers,
        [
            line("category", "Soort", "street-light", "Lantaarnpaal kapot"),
            line("description", "Wat is er", "It blinks\nall night.", "It blinks\nall night."),
            line("place", "Plek", "Kerkstraat", "Kerkstraat"),
            line("wants-contact", "Antwoord van ons", "yes", "Ja"),
            line("contact", "Bereikbaar via", "naam@voorbeeld.nl", "naam@voorbeeld.nl"),
        ]
    );
    pillar.tell(saved()).tell(received());
    let slip = printed(&mut pillar);
    assert_eq!(slip.sent[0], ("Type".to_owned(), "Street light broken".to_owned()));
    assert_eq!(slip.sent[3], ("Answer from us".to_owned(), "Yes".to_owned()));
    assert_eq!(slip.task_title, "Report a problem outside");
}

#[test]
fn someone_pays_for_bulky_waste_in_dutch() {
    let mut pillar = pillar();
    pillar.opens(Language::Nl, "bulky-waste").next();
    pillar.types("2411 ab").does(Intent::SelectField(1)).types("12").does(Intent::SelectField(2)).types("b");
    let Control::Fields { found, keyboard, .. } = pillar.question().control else { panic!("fields") };
    assert_eq!((found.as_str(), keyboard), ("Lindehof, Voorbeeldhuizen", Keyboard::Letters));
    pillar.next().touches(0).touches(3).next().does(Intent::ChooseDay(TUESDAY)).next();
    pillar.asks("Wat is het nummer van uw afvalpas?").next();
    assert_eq!(pillar.review()[2], ("Dag".to_owned(), ReviewAnswer::Day(TUESDAY)));
    pillar.next();
    let draft = charged(&mut pillar);
    assert_eq!(draft.fee, Cents(1735));
    assert_eq!(
        draft.answers,
        [
            line("address", "Adres", "2411AB 12 B", "Lindehof 12 B, 2411 AB Voorbeeldhuizen"),
            line("items", "Grofvuil", "sofa,cupboard", "Bank of stoel, Kast of tafel"),
            line("date", "Dag", "2026-12-01", "dinsdag 1 december 2026"),
        ]
    );
    pillar.tell(Event::Terminal(TerminalStep::EnterPin));
    assert_eq!(pillar.pay_stage(), PayStage::Busy { step: TerminalStep::EnterPin, stopping: false });
    pillar.tell(paid(PaymentState::Paid)).waits(4);
    let slip = printed(&mut pillar);
    assert_eq!(slip.state, State::Saved, "nobody has received it within four seconds");
    let payment = slip.payment.clone().unwrap();
    assert_eq!((payment.amount, payment.state), (Cents(1735), PaymentState::Paid));
    assert_eq!((payment.label.as_str(), payment.card.unwrap().receipt_number), ("Grofvuil ophalen", 231));
    assert_eq!(pillar.receipt().payment, Some((Cents(1735), PaymentState::Paid)));
    pillar.tell(received());
    assert_eq!(pillar.receipt().state, State::Received);
    assert_eq!(pillar.done(), [], "the receipt is printed once");
}

#[test]
fn someone_pays_for_bulky_waste_in_english() {
    let mut pillar = pillar();
    pillar.opens(Language::En, "bulky-waste").fills_in_bulky_waste();
    assert_eq!(pillar.review()[1], ("Items".to_owned(), text("Sofa or chair, Mattress")));
    pillar.next().tell(paid(PaymentState::Paid)).tell(received());
    let effects = pillar.done();
    let Some(Effect::Print(slip)) = effects.last() else { panic!("{effects:?}") };
    assert_eq!(slip.sent[2], ("Day".to_owned(), "Tuesday 1 December 2026".to_owned()));
    assert_eq!((slip.language, slip.at), (Language::En, pillar.now.wall));
}

#[test]
fn someone_asks_in_english_to_be_called_back() {
    let mut pillar = pillar();
    pillar.opens(Language::En, "call-back").fills_in_call_back();
    assert_eq!(pillar.review()[0], ("Subject".to_owned(), text("Moving house")));
    pillar.next().tell(saved()).tell(received());
    assert_eq!(pillar.receipt().title, "Ask us to call you");
}

#[test]
fn someone_reports_litter_in_dutch_and_wants_no_answer() {
    let mut pillar = pillar();
    pillar.opens(Language::Nl, "report-public-space").next().touches(1).next();
    pillar.types("Overal liggen blikjes.").next().types("Marktplein").next().touches(1).next();
    assert_eq!(pillar.review().len(), 4);
    pillar.next();
    let draft = committed(&mut pillar);
    assert_eq!(draft.answers.last().unwrap().display, "Nee");
}

#[test]
fn a_tile_on_the_first_screen_goes_straight_to_the_explanation() {
    let mut pillar = pillar();
    pillar.does(Intent::ChooseTask("call-back".to_owned()));
    assert!(matches!(pillar.screen(), Screen::Explain { .. }));
    pillar.back();
    assert!(matches!(pillar.screen(), Screen::Choose { .. }));
    pillar.back();
    assert_eq!(pillar.screen(), Screen::Language);
    pillar.back().is_waiting_for_someone();
}

#[test]
fn a_language_on_the_first_screen_goes_to_the_choice_of_task() {
    let mut pillar = pillar();
    pillar.does(Intent::ChooseLanguage(Language::En));
    let Screen::Choose { tiles, .. } = pillar.screen() else { panic!("choose") };
    assert_eq!(tiles[0].title, "Report a problem outside");
}

#[test]
fn nobody_is_led_into_a_language_that_the_municipality_does_not_offer() {
    let mut catalogue = (*example()).clone();
    catalogue.municipality.languages = vec![Language::Nl, Language::En];
    let mut pillar = pillar_of(Arc::new(catalogue));
    assert_eq!(pillar.view().frame.languages, [Language::Nl, Language::En]);
    pillar.does(Intent::ChooseLanguage(Language::Uk)).is_waiting_for_someone();
    assert_eq!(pillar.view().frame.language, Language::Nl);
}

#[test]
fn going_back_keeps_every_answer_even_a_half_one() {
    let mut pillar = pillar();
    pillar.opens(Language::Nl, "call-back").next().touches(2).next().types("Noor").next().types("06");
    pillar.back();
    assert_eq!(pillar.fields(), ["Noor"]);
    pillar.back();
    assert_eq!(pillar.chosen(), [2]);
    pillar.back();
    assert!(matches!(pillar.screen(), Screen::Explain { .. }));
    pillar.back().does(Intent::ChooseTask("call-back".to_owned())).next();
    assert_eq!(pillar.chosen(), [2]);
    pillar.next().next();
    assert_eq!(pillar.fields(), ["06"]);
}

#[test]
fn another_task_begins_with_nothing_filled_in() {
    let mut pillar = pillar();
    pillar.opens(Language::Nl, "call-back").next().touches(2).back().back();
    pillar.does(Intent::ChooseTask("report-public-space".to_owned())).next();
    assert_eq!(pillar.chosen(), [0; 0]);
}

#[test]
fn an_answer_is_changed_at_the_review_and_nothing_else_is_asked_again() {
    let mut pillar = pillar();
    pillar.opens(Language::Nl, "call-back").fills_in_call_back();
    pillar.does(Intent::Change(1)).asks("Wat is uw naam?");
    assert_eq!(pillar.fields(), ["Noor Bakker"]);
    pillar.types("-de Wit").next();
    assert_eq!(pillar.review()[1].1, text("Noor Bakker-de Wit"));
}

#[test]
fn a_change_is_undone_by_going_back() {
    let mut pillar = pillar();
    pillar.opens(Language::Nl, "call-back").fills_in_call_back();
    pillar.does(Intent::Change(2)).types("99").next().expects(Expected::APhoneNumber);
    pillar.back();
    assert_eq!(pillar.review()[2].1, text("06 1234 5678"));
}

#[test]
fn a_changed_answer_that_needs_another_question_asks_only_that() {
    let mut pillar = pillar();
    pillar.opens(Language::Nl, "report-public-space").next().touches(1).next();
    pillar.types("Overal liggen blikjes.").next().types("Marktplein").next();
    assert_eq!(pillar.view().frame.progress, Some(Progress { step: 4, of: 4 }));
    pillar.touches(0);
    assert_eq!(pillar.view().frame.progress, Some(Progress { step: 4, of: 5 }));
    pillar.touches(1).next();
    assert_eq!(pillar.review().len(), 4);
    pillar.does(Intent::Change(3)).touches(0).next();
    pillar.asks("Hoe bereiken we u?").touches(0).types("0612345678").next();
    assert_eq!(pillar.review().len(), 5);
}

#[test]
fn a_question_that_drops_out_is_not_sent() {
    let mut pillar = pillar();
    pillar.opens(Language::Nl, "report-public-space").next().touches(1).next();
    pillar.types("Overal liggen blikjes.").next().types("Marktplein").next().touches(0).next();
    pillar.touches(0).types("0612345678").next();
    pillar.does(Intent::Change(3)).touches(1).next();
    assert_eq!(pillar.review().len(), 4);
    pillar.next();
    let draft = committed(&mut pillar);
    assert!(draft.answers.iter().all(|line| line.question != "contact"), "{draft:?}");
}

#[test]
fn the_language_changes_in_the_middle_and_every_answer_stays() {
    let mut pillar = pillar();
    pillar.opens(Language::Nl, "call-back").next().touches(1).next().types("Noor");
    pillar.does(Intent::ToggleLanguages);
    assert_eq!(pillar.view().frame.overlay, Some(Overlay::Languages));
    pillar.does(Intent::ChooseLanguage(Language::En)).asks("What is your name?");
    assert_eq!((pillar.view().frame.overlay, pillar.fields()), (None, vec!["Noor".to_owned()]));
    pillar.back().asks("What is your question about?");
    assert_eq!(pillar.chosen(), [1]);
    pillar.next().next().types("0612345678").next().touches(0).next();
    pillar.does(Intent::ChooseLanguage(Language::Nl));
    assert_eq!(pillar.review()[0].1, text("Verhuizen"));
}

#[test]
fn what_was_typed_wrong_is_explained_and_can_be_mended() {
    let mut pillar = pillar();
    pillar.opens(Language::Nl, "bulky-waste").next().next().expects(Expected::APostcode);
    pillar.types("2411").next().expects(Expected::APostcode);
    pillar.types("ab");
    assert_eq!(pillar.question().expected, None, "the hint goes away as soon as something is typed");
    pillar.next().expects(Expected::AHouseNumber);
    pillar.types("41").next();
    assert_eq!(pillar.question().title, "Wat mogen we meenemen?", "41 is odd and belongs to Kastanjelaan");
    pillar.back().does(Intent::SelectField(1)).types("1").next().expects(Expected::AKnownAddress);
    pillar.does(Intent::Erase).next();
    pillar.next().expects(Expected::AtLeastOneOption);
    pillar.touches(0).touches(1).touches(2).touches(3).touches(4).expects(Expected::AtMostOptions(4));
    assert_eq!(pillar.chosen(), [0, 1, 2, 3]);
    pillar.touches(3).next().next().expects(Expected::ADay);
}

#[test]
fn every_kind_of_question_says_what_it_expects() {
    let mut pillar = pillar();
    pillar.opens(Language::Nl, "report-public-space").next().next().expects(Expected::OneOption);
    pillar.touches(4).next().types("te kort").next().expects(Expected::AtLeastCharacters(10));
    pillar.types(" maar nu niet meer").next().types("  ").next().expects(Expected::AnAnswer);
    pillar.types("hier").next().next().expects(Expected::OneOption);
    pillar.touches(0).next().next().expects(Expected::AWayOfContact);
    pillar.touches(1).next().expects(Expected::AnEmailAddress);
    pillar.types("naam@").next().expects(Expected::AnEmailAddress);
    pillar.touches(0).next().expects(Expected::APhoneNumber);
    pillar.types("06").next().expects(Expected::APhoneNumber);
    pillar.touches(1);
    assert_eq!(pillar.fields(), ["naam@"], "each way of contact keeps what was typed for it");
}

#[test]
fn a_field_takes_no_more_than_its_limit_and_no_control_characters() {
    let mut pillar = pillar();
    pillar.opens(Language::Nl, "call-back").next().touches(0).next();
    pillar.types("\u{7}\n\t").types(&"é".repeat(100));
    assert_eq!(pillar.fields(), ["é".repeat(80)]);
}

#[test]
fn the_calendar_offers_only_the_days_on_which_we_drive() {
    let mut pillar = pillar();
    pillar.opens(Language::Nl, "bulky-waste").next();
    pillar.types("2411ab").does(Intent::SelectField(1)).types("12").next().touches(0).next();
    pillar.does(Intent::ChooseDay(date(2026, 11, 24))).next().expects(Expected::ADay);
    pillar.does(Intent::ChooseDay(date(2026, 12, 2))).next().expects(Expected::ADay);
    pillar.does(Intent::TurnMonth(1));
    let Control::Calendar { month, earlier, later, .. } = pillar.question().control else { panic!("month") };
    assert_eq!((month, earlier, later), (date(2026, 12, 1), true, false));
}

#[test]
fn how_to_reach_someone_is_covered_on_the_review() {
    let covered = |pillar: &Pillar| match pillar.screen() {
        Screen::Review { lines, .. } => {
            lines.into_iter().filter(|line| line.masked).map(|line| line.label).collect::<Vec<_>>()
        }
        other => panic!("no review but {other:?}"),
    };
    let mut pillar = pillar();
    pillar.opens(Language::Nl, "call-back").fills_in_call_back();
    assert_eq!(covered(&pillar), ["Telefoon"]);
    let mut pillar = super::pillar();
    pillar.opens(Language::Nl, "bulky-waste").fills_in_bulky_waste();
    assert_eq!(covered(&pillar), [""; 0]);
}

#[test]
fn what_technicians_do_changes_nothing_of_a_visit() {
    let mut pillar = pillar();
    for way in 0..3 {
        match way {
            0 => {}
            1 => {
                pillar.opens(Language::Nl, "call-back").next().touches(1);
            }
            _ => {
                pillar.next().types("Noor");
            }
        }
        let (before, _) = (pillar.view(), pillar.done());
        pillar.does(Intent::Technician).does(Intent::Pick(0)).does(Intent::Pick(7));
        assert_eq!((pillar.view(), pillar.done()), (before, vec![]), "{way}");
    }
}
