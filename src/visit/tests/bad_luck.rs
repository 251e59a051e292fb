//! Devices that fail, payments that do not go through, news that comes too late.

use zuil_wire::{Cents, State};

use zuil_catalogue::Test;

use super::*;

#[test]
fn a_declined_card_is_tried_again_and_paid() {
    let mut pillar = pillar();
    pillar.pays_for_bulky_waste().tell(not_paid(WhyNotPaid::Declined));
    assert_eq!(pillar.pay_stage(), PayStage::NotPaid(WhyNotPaid::Declined));
    assert_eq!(charges(&pillar.done()), 1);
    pillar.next();
    assert_eq!(charges(&pillar.done()), 1);
    pillar.tell(paid(PaymentState::Paid)).tell(received());
    assert_eq!(pillar.receipt().payment, Some((Cents(1735), PaymentState::Paid)));
    assert_eq!(charges(&pillar.done()), 0);
}

#[test]
fn after_a_declined_card_the_resident_goes_back_to_the_review() {
    let mut pillar = pillar();
    pillar.pays_for_bulky_waste().tell(not_paid(WhyNotPaid::Declined)).back();
    assert_eq!(pillar.review().len(), 4);
}

#[test]
fn an_unknown_payment_is_kept_and_said_to_be_unknown() {
    let mut pillar = pillar();
    pillar.pays_for_bulky_waste().tell(paid(PaymentState::Unknown)).waits(4);
    assert_eq!(pillar.receipt().payment, Some((Cents(1735), PaymentState::Unknown)));
    let effects = pillar.done();
    let Some(Effect::Print(slip)) = effects.last() else { panic!("{effects:?}") };
    assert_eq!(slip.payment.as_ref().unwrap().state, PaymentState::Unknown);
}

#[test]
fn paid_without_the_transaction_is_not_taken_for_the_end() {
    let mut pillar = pillar();
    let done = PaymentDone { state: PaymentState::Paid, why_not: None, transaction: None, card: None };
    pillar.pays_for_bulky_waste().tell(Event::PaymentDone(done));
    assert!(matches!(pillar.pay_stage(), PayStage::Busy { .. }));
}

#[test]
fn stopping_a_payment_cancels_it_first_and_then_asks() {
    let mut pillar = pillar();
    pillar.pays_for_bulky_waste();
    pillar.done();
    pillar.does(Intent::Stop).does(Intent::Stop).does(Intent::CancelPayment);
    assert_eq!(pillar.done(), [Effect::CancelCharge]);
    assert_eq!(pillar.pay_stage(), PayStage::Busy { step: TerminalStep::Connecting, stopping: true });
    pillar.tell(not_paid(WhyNotPaid::Stopped));
    assert_eq!(pillar.view().frame.overlay, Some(Overlay::ConfirmStop));
    pillar.does(Intent::ConfirmStop).is_waiting_for_someone();
}

#[test]
fn a_payment_that_was_cancelled_too_late_is_paid_all_the_same() {
    let mut pillar = pillar();
    pillar.pays_for_bulky_waste().does(Intent::Stop).tell(paid(PaymentState::Paid)).tell(received());
    assert_eq!(pillar.receipt().payment, Some((Cents(1735), PaymentState::Paid)));
    assert_eq!(pillar.view().frame.overlay, None);
}

#[test]
fn cancelling_only_the_payment_asks_nothing() {
    let mut pillar = pillar();
    pillar.pays_for_bulky_waste().does(Intent::CancelPayment).tell(not_paid(WhyNotPaid::Stopped));
    assert_eq!(pillar.view().frame.overlay, None);
    assert_eq!(pillar.pay_stage(), PayStage::NotPaid(WhyNotPaid::Stopped));
}

#[test]
fn without_a_terminal_paid_tasks_say_so_before_the_first_question() {
    let mut pillar = pillar();
    pillar.tell(Event::Offer(Offer { card: false, ..ALL }));
    let Screen::Attract { tiles, no_card, .. } = pillar.screen() else { panic!("attract") };
    let unavailable: Vec<&str> =
        tiles.iter().filter(|tile| tile.missing.is_some()).map(|tile| tile.task.as_str()).collect();
    assert_eq!((unavailable, no_card), (vec!["bulky-waste"], true));
    pillar.opens(Language::Nl, "bulky-waste");
    assert!(matches!(pillar.screen(), Screen::Explain { missing: Some(_), .. }));
    assert!(!pillar.view().frame.can_go_on);
    pillar.next();
    assert!(matches!(pillar.screen(), Screen::Explain { .. }));
    pillar.tell(Event::Offer(ALL)).next().asks("Op welk adres halen we het op?");
}

/// Without a terminal, up to the review of a request for a waste pass: the old one is lost (0) or broken (1).
fn asks_for_a_waste_pass(old_one: usize) -> Pillar {
    let mut pillar = pillar();
    pillar.tell(Event::Offer(Offer { card: false, ..ALL })).opens(Language::Nl, "waste-pass");
    let Screen::Explain { missing, elsewhere, .. } = pillar.screen() else { panic!("explain") };
    assert_eq!(missing, Some(Missing::CardMaybe), "it says that paying does not work");
    assert!(elsewhere.is_some() && pillar.view().frame.can_go_on);
    pillar.next().touches(old_one).next();
    pillar.types("2411ab").does(Intent::SelectField(1)).types("12").next();
    while matches!(pillar.screen(), Screen::Question(_)) {
        pillar.next();
    }
    pillar
}

#[test]
fn without_a_terminal_nothing_is_begun_of_which_each_answer_costs_money() {
    let mut catalogue = Catalogue::clone(&example());
    let task = catalogue.tasks.iter_mut().find(|task| task.id == "waste-pass").unwrap();
    let fee = task.fee.as_mut().unwrap();
    let mut otherwise = fee.parts[0].clone();
    let [condition] = &mut otherwise.when[..] else { panic!("{otherwise:?}") };
    let Test::Is(named) = condition.test.clone() else { panic!("{condition:?}") };
    condition.test = Test::Not(named);
    fee.free_when.clear();
    for (parts, missing) in [(1, Missing::CardMaybe), (2, Missing::Card)] {
        let mut catalogue = catalogue.clone();
        let task = catalogue.tasks.iter_mut().find(|task| task.id == "waste-pass").unwrap();
        task.fee.as_mut().unwrap().parts.extend((1..parts).map(|_| otherwise.clone()));
        let mut pillar = pillar_of(Arc::new(catalogue));
        pillar.tell(Event::Offer(Offer { card: false, ..ALL })).opens(Language::Nl, "waste-pass");
        let Screen::Explain { missing: told, .. } = pillar.screen() else { panic!("explain") };
        assert_eq!(told, Some(missing), "{parts} parts");
    }
}

#[test]
fn without_a_terminal_whoever_turns_out_to_pay_nothing_is_helped() {
    let mut pillar = asks_for_a_waste_pass(1);
    assert!(matches!(pillar.screen(), Screen::Review { fee: None, .. }), "{:?}", pillar.screen());
    pillar.next();
    let done = pillar.done();
    assert!(done.iter().any(|effect| matches!(effect, Effect::Commit(_))) && charges(&done) == 0);
}

#[test]
fn without_a_terminal_whoever_turns_out_to_pay_is_told_and_loses_nothing() {
    let mut pillar = asks_for_a_waste_pass(0);
    assert!(matches!(pillar.screen(), Screen::Review { fee: Some(_), .. }), "{:?}", pillar.screen());
    let review = pillar.screen();
    pillar.next();
    assert_eq!(pillar.pay_stage(), PayStage::NotPaid(WhyNotPaid::TerminalGone));
    assert_eq!(pillar.done().into_iter().filter(|effect| matches!(effect, Effect::Commit(_))).count(), 0);
    pillar.back();
    assert_eq!(pillar.screen(), review, "every answer is still there");
    pillar.does(Intent::Stop);
    assert_eq!(pillar.view().frame.overlay, Some(Overlay::ConfirmStop), "nothing is wiped unasked");
    pillar.does(Intent::Resume).tell(Event::Offer(ALL)).next();
    assert_eq!(charges(&pillar.done()), 1, "when the terminal is back it goes on");
}

#[test]
fn a_fee_that_is_only_counted_is_not_taken_to_be_nothing() {
    let mut catalogue = Catalogue::clone(&example());
    let task = catalogue.tasks.iter_mut().find(|task| task.id == "waste-pass").unwrap();
    task.fee.as_mut().unwrap().parts[0].when.clear();
    for (free_when, missing) in [(false, Missing::Card), (true, Missing::CardMaybe)] {
        let mut catalogue = catalogue.clone();
        let task = catalogue.tasks.iter_mut().find(|task| task.id == "waste-pass").unwrap();
        let test = Test::Is(vec!["new".to_owned()]);
        let condition = zuil_catalogue::Condition { question: "what".to_owned(), test };
        task.fee.as_mut().unwrap().free_when = if free_when { vec![condition] } else { Vec::new() };
        let mut pillar = pillar_of(Arc::new(catalogue));
        pillar.tell(Event::Offer(Offer { card: false, ..ALL })).opens(Language::Nl, "waste-pass");
        let Screen::Explain { missing: told, .. } = pillar.screen() else { panic!("explain") };
        assert_eq!((told, pillar.view().frame.can_go_on), (Some(missing), free_when));
    }
}

#[test]
fn a_terminal_that_goes_away_during_the_questions_is_not_asked_to_charge() {
    let mut pillar = pillar();
    pillar.opens(Language::Nl, "bulky-waste").fills_in_bulky_waste();
    pillar.tell(Event::Offer(Offer { card: false, ..ALL })).next();
    assert_eq!(pillar.pay_stage(), PayStage::NotPaid(WhyNotPaid::TerminalGone));
    pillar.next();
    assert_eq!(pillar.pay_stage(), PayStage::NotPaid(WhyNotPaid::TerminalGone));
    assert_eq!(charges(&pillar.done()), 0);
    pillar.tell(Event::Offer(ALL)).next();
    assert_eq!(charges(&pillar.done()), 1);
}

#[test]
fn without_a_printer_the_reference_is_on_the_screen() {
    let mut pillar = pillar();
    pillar.tell(Event::Offer(Offer { printer: false, ..ALL })).opens(Language::Nl, "call-back");
    assert!(matches!(pillar.screen(), Screen::Explain { printer_missing: true, .. }));
    pillar.fills_in_call_back().next();
    pillar.done();
    pillar.tell(saved()).tell(received());
    let receipt = pillar.receipt();
    assert_eq!(receipt.paper, Some(ReceiptOutcome::NotPrinted(WhyNotPrinted::Offline)));
    assert_eq!((receipt.reference, receipt.website.as_str()), (reference(), "www.voorbeeldhuizen.example"));
    assert_eq!(pillar.done(), []);
    pillar.tell(Event::Receipt(ReceiptOutcome::Printed));
    assert_eq!(pillar.receipt().paper, receipt.paper, "nothing was asked of the printer");
}

#[test]
fn paper_that_runs_out_is_told() {
    let mut pillar = pillar();
    pillar.opens(Language::Nl, "call-back").fills_in_call_back().next().tell(saved()).tell(received());
    let outcome = ReceiptOutcome::NotPrinted(WhyNotPrinted::PaperOut);
    pillar.tell(Event::Receipt(outcome));
    assert_eq!(pillar.receipt().paper, Some(outcome));
}

#[test]
fn what_could_not_be_kept_is_said_and_nothing_is_left() {
    let mut pillar = pillar();
    pillar.opens(Language::Nl, "call-back").fills_in_call_back().next().tell(Event::NotSaved);
    assert_eq!(pillar.screen(), Screen::NotSaved);
    pillar.next().is_waiting_for_someone();
    pillar.pays_for_bulky_waste().tell(Event::NotSaved);
    assert_eq!(pillar.screen(), Screen::NotSaved);
    pillar.waits(85).is_waiting_for_someone();
}

#[test]
fn news_of_a_former_visit_changes_nothing() {
    let mut pillar = pillar();
    pillar.opens(Language::Nl, "call-back").next();
    let before = pillar.view();
    pillar.done();
    let step = Event::Terminal(TerminalStep::RemoveCard);
    for news in [saved(), received(), Event::NotSaved, step, paid(PaymentState::Paid)] {
        pillar.tell(news);
    }
    pillar.tell(Event::Receipt(ReceiptOutcome::Printed)).tell(not_paid(WhyNotPaid::Declined));
    assert_eq!((pillar.view(), pillar.done()), (before, vec![]));
    pillar.does(Intent::Stop).tell(saved()).tell(paid(PaymentState::Paid)).is_waiting_for_someone();
}

#[test]
fn the_state_of_another_transaction_is_not_taken_for_this_one() {
    let mut pillar = pillar();
    pillar.opens(Language::Nl, "call-back").fills_in_call_back().next().tell(saved());
    pillar.tell(Event::StateChanged { id: Uuid::from_u128(7), state: State::Received });
    assert!(matches!(pillar.screen(), Screen::Saving { .. }));
    pillar.waits(4).tell(Event::StateChanged { id: Uuid::from_u128(7), state: State::Registered });
    assert_eq!(pillar.receipt().state, State::Saved);
}

#[test]
fn news_of_saving_that_comes_twice_changes_neither_reference_nor_payment() {
    let mut pillar = pillar();
    let other = Event::Saved { id: Uuid::from_u128(7), reference: Reference::from_bits(7) };
    pillar.pays_for_bulky_waste().tell(paid(PaymentState::Paid)).tell(other).tell(Event::NotSaved).waits(4);
    let receipt = pillar.receipt();
    assert_eq!(receipt.reference, reference());
    assert_eq!(receipt.payment, Some((Cents(1735), PaymentState::Paid)));
}

#[test]
fn a_state_that_comes_before_the_news_of_saving_is_not_lost() {
    let mut pillar = pillar();
    pillar.opens(Language::Nl, "call-back").fills_in_call_back().next().tell(received()).tell(saved());
    assert_eq!(pillar.receipt().state, State::Received);
    let mut pillar = super::pillar();
    pillar.pays_for_bulky_waste().tell(received()).tell(paid(PaymentState::Paid));
    assert_eq!(pillar.receipt().state, State::Received);
}

#[test]
fn a_state_never_goes_back() {
    let mut pillar = pillar();
    pillar.opens(Language::Nl, "call-back").fills_in_call_back().next().tell(saved());
    pillar.tell(Event::StateChanged { id: ID, state: State::Registered }).tell(received());
    assert_eq!(pillar.receipt().state, State::Registered);
}

#[test]
fn out_of_service_ends_a_visit_in_which_nothing_was_paid() {
    let mut pillar = pillar();
    pillar.opens(Language::Nl, "call-back").next().touches(0);
    pillar.tell(Event::OutOfService(Some(OutOfService::Storage)));
    assert_eq!(pillar.screen(), Screen::OutOfService(OutOfService::Storage));
    assert_eq!(pillar.done(), [Effect::Wipe]);
    pillar.does(Intent::Begin).does(Intent::ChooseTask("call-back".to_owned()));
    assert_eq!(pillar.screen(), Screen::OutOfService(OutOfService::Storage));
    pillar.tell(Event::OutOfService(None)).is_waiting_for_someone();
}

#[test]
fn out_of_service_waits_until_what_was_paid_has_its_receipt() {
    let mut pillar = pillar();
    pillar.pays_for_bulky_waste().tell(Event::OutOfService(Some(OutOfService::Storage)));
    pillar.tell(paid(PaymentState::Paid)).tell(received());
    assert_eq!(pillar.receipt().state, State::Received);
    pillar.does(Intent::Stop).waits(6);
    assert_eq!(pillar.screen(), Screen::OutOfService(OutOfService::Storage));
}

#[test]
fn out_of_service_after_a_payment_that_failed_says_that_nothing_was_charged() {
    let mut pillar = pillar();
    pillar.pays_for_bulky_waste().tell(Event::OutOfService(Some(OutOfService::Storage)));
    pillar.tell(not_paid(WhyNotPaid::Declined));
    assert_eq!(pillar.screen(), Screen::NotSaved);
    pillar.next();
    assert_eq!(pillar.screen(), Screen::OutOfService(OutOfService::Storage));
}

#[test]
fn a_pillar_that_could_not_start_looks_like_one_that_stopped_serving() {
    let mut pillar = pillar();
    pillar.tell(Event::OutOfService(Some(OutOfService::Catalogue)));
    let mut stopped = pillar.view();
    stopped.frame.municipality.clear();
    stopped.frame.phone.clear();
    // Without a catalogue, nobody knows its colours.
    stopped.frame.branding = Arc::default();
    assert_eq!(View::out_of_service(OutOfService::Catalogue), stopped);
}

#[test]
fn a_pillar_whose_devices_have_not_spoken_offers_what_needs_none() {
    let pillar = bare_pillar();
    let Screen::Attract { tiles, no_card, no_printer, .. } = pillar.screen() else { panic!("attract") };
    assert!(no_card && no_printer);
    assert_eq!(tiles.iter().filter(|tile| tile.missing.is_none()).count(), 5);
}
