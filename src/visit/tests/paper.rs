//! Receipts that are interrupted, and payments whose outcome is found while the resident stands there.

use zuil_wire::{Cents, State};

use super::*;

const NO_PAPER: Offer = Offer { printer: false, printer_trouble: Some(WhyNotPrinted::PaperOut), ..ALL };
const PAPER_OUT: ReceiptOutcome = ReceiptOutcome::NotPrinted(WhyNotPrinted::PaperOut);

/// Someone whose receipt is on its way to the printer.
fn at_the_receipt() -> Pillar {
    let mut pillar = pillar();
    pillar.opens(Language::Nl, "call-back").fills_in_call_back().next().tell(saved()).tell(received());
    assert_eq!(prints(&mut pillar), 1);
    pillar
}

/// Someone who may have paid.
fn not_known_to_have_paid() -> Pillar {
    let mut pillar = pillar();
    pillar.pays_for_bulky_waste().tell(paid(PaymentState::Unknown)).waits(4);
    pillar
}

/// How many slips were sent to the printer since the last look.
fn prints(pillar: &mut Pillar) -> usize {
    pillar.done().iter().filter(|effect| matches!(effect, Effect::Print(_))).count()
}

/// The one slip that was sent to the printer since the last look.
fn printed(pillar: &mut Pillar) -> Slip {
    let slips = pillar.done().into_iter().filter_map(|effect| match effect {
        Effect::Print(slip) => Some(slip),
        _ => None,
    });
    let slips: Vec<Slip> = slips.collect();
    assert_eq!(slips.len(), 1);
    slips[0].clone()
}

fn settled(state: PaymentState) -> Event {
    Event::PaymentSettled { id: ID, state, card: None }
}

#[test]
fn a_receipt_that_ran_out_of_paper_is_printed_anew_once_when_there_is_a_new_roll() {
    let mut pillar = at_the_receipt();
    pillar.tell(Event::Offer(NO_PAPER)).tell(Event::Receipt(PAPER_OUT));
    let receipt = pillar.receipt();
    assert_eq!((receipt.paper, receipt.comes_later), (Some(PAPER_OUT), true));
    pillar.waits(20).tell(Event::Offer(ALL)).waits(1);
    assert_eq!(prints(&mut pillar), 1);
    let receipt = pillar.receipt();
    assert_eq!((receipt.paper, receipt.comes_later, receipt.anew), (None, false, true));
    pillar.tell(Event::Offer(NO_PAPER)).tell(Event::Receipt(PAPER_OUT)).tell(Event::Offer(ALL)).waits(20);
    assert_eq!(prints(&mut pillar), 0, "once, not for ever");
    assert!(!pillar.receipt().comes_later);
}

#[test]
fn a_cover_that_was_open_for_a_blink_costs_a_moment_and_not_the_receipt() {
    let mut pillar = at_the_receipt();
    let open = ReceiptOutcome::NotPrinted(WhyNotPrinted::CoverOpen);
    pillar.tell(Event::Offer(Offer { printer: false, ..ALL })).tell(Event::Offer(ALL));
    pillar.tell(Event::Receipt(open));
    assert_eq!(prints(&mut pillar), 0, "not before the printer has had its last word");
    pillar.waits(1);
    assert_eq!(prints(&mut pillar), 1);
}

#[test]
fn a_receipt_is_never_printed_anew_for_the_next_resident() {
    let mut pillar = at_the_receipt();
    pillar.tell(Event::Offer(NO_PAPER)).tell(Event::Receipt(PAPER_OUT));
    // To the survey, past its three questions, and away.
    pillar.next().next().next().next().waits(7).is_waiting_for_someone();
    pillar.done();
    pillar.tell(Event::Offer(ALL)).waits(5).opens(Language::Nl, "call-back").waits(5);
    assert_eq!(prints(&mut pillar), 0);
}

#[test]
fn a_receipt_still_comes_while_the_resident_answers_the_survey() {
    let mut pillar = at_the_receipt();
    pillar.tell(Event::Offer(NO_PAPER)).tell(Event::Receipt(PAPER_OUT)).next();
    pillar.tell(Event::Offer(ALL)).waits(1);
    assert_eq!(prints(&mut pillar), 1);
    pillar.tell(Event::Receipt(ReceiptOutcome::Printed)).back();
    assert_eq!(pillar.receipt().paper, Some(ReceiptOutcome::Printed));
}

#[test]
fn a_printer_that_lost_its_power_in_between_prints_the_receipt_anew() {
    let mut pillar = at_the_receipt();
    pillar.tell(Event::Receipt(ReceiptOutcome::Unknown));
    pillar.tell(Event::Offer(Offer { printer: false, ..ALL })).waits(3);
    assert!(pillar.receipt().comes_later);
    pillar.tell(Event::Offer(ALL)).waits(1);
    assert_eq!(prints(&mut pillar), 1);
}

#[test]
fn a_printer_that_only_never_confirms_does_not_get_every_receipt_twice() {
    let mut pillar = at_the_receipt();
    pillar.tell(Event::Receipt(ReceiptOutcome::Unknown)).waits(30);
    assert_eq!(prints(&mut pillar), 0);
    assert!(!pillar.receipt().comes_later);
}

#[test]
fn a_printer_that_comes_back_after_the_errand_prints_the_receipt_all_the_same() {
    let mut pillar = pillar();
    pillar.tell(Event::Offer(NO_PAPER)).opens(Language::Nl, "call-back").fills_in_call_back().next();
    pillar.tell(saved()).tell(received());
    assert_eq!((pillar.receipt().paper, prints(&mut pillar)), (Some(PAPER_OUT), 0));
    pillar.tell(Event::Offer(ALL)).waits(1);
    assert_eq!(prints(&mut pillar), 1);
}

#[test]
fn a_payment_that_is_not_known_has_its_own_screen_and_its_own_slip() {
    let mut pillar = not_known_to_have_paid();
    assert!(matches!(pillar.screen(), Screen::PaymentUnknown(_)));
    let slip = printed(&mut pillar);
    assert_eq!(slip.payment.clone().unwrap().state, PaymentState::Unknown);
    pillar.tell(Event::Receipt(ReceiptOutcome::Printed));
    assert_eq!(pillar.receipt().paper, Some(ReceiptOutcome::Printed));
}

#[test]
fn a_payment_that_is_found_while_the_resident_stands_there_is_said_and_printed() {
    for state in [PaymentState::Paid, PaymentState::NotPaid] {
        let mut pillar = not_known_to_have_paid();
        pillar.tell(Event::Receipt(ReceiptOutcome::Printed)).done();
        pillar.tell(Event::PaymentSettled { id: Uuid::from_u128(7), state, card: None });
        assert!(matches!(pillar.screen(), Screen::PaymentUnknown(_)), "that was another's");
        pillar.tell(settled(state));
        let Screen::Receipt(receipt) = pillar.screen() else { panic!("{:?}", pillar.screen()) };
        assert_eq!((receipt.payment, receipt.paper), (Some((Cents(1735), state)), None));
        let slip = printed(&mut pillar);
        assert_eq!(slip.payment.clone().unwrap().state, state);
        assert_eq!(slip.state, receipt.state, "paper and screen say the same");
        pillar.tell(settled(PaymentState::Unknown)).tell(settled(PaymentState::NotPaid));
        assert_eq!((prints(&mut pillar), pillar.receipt().payment), (0, receipt.payment), "once");
    }
}

#[test]
fn the_receipt_of_a_payment_that_is_found_says_what_the_hub_says_of_the_request() {
    let parked = || {
        let mut pillar = not_known_to_have_paid();
        pillar.tell(Event::Receipt(ReceiptOutcome::Printed));
        pillar.tell(Event::StateChanged { id: ID, state: State::Parked }).done();
        pillar.tell(settled(PaymentState::Paid));
        assert_eq!(prints(&mut pillar), 0, "the hub has not said yet what it makes of it");
        pillar
    };
    let mut pillar = parked();
    pillar.tell(Event::StateChanged { id: ID, state: State::Received });
    assert_eq!(printed(&mut pillar).state, State::Received);
    let mut pillar = parked();
    pillar.waits(10);
    assert_eq!(printed(&mut pillar).state, State::Parked, "it may be parked for another reason, too");
    pillar.waits(10).tell(Event::StateChanged { id: ID, state: State::Received });
    assert_eq!(prints(&mut pillar), 0, "once");
}

#[test]
fn a_payment_that_is_found_while_the_request_is_being_saved_is_never_said_to_be_unknown() {
    let mut pillar = pillar();
    pillar.pays_for_bulky_waste().tell(paid(PaymentState::Unknown));
    assert!(matches!(pillar.screen(), Screen::Saving { .. }));
    pillar.done();
    pillar.tell(settled(PaymentState::Paid)).waits(4);
    assert_eq!(pillar.receipt().payment, Some((Cents(1735), PaymentState::Paid)));
    assert!(matches!(pillar.screen(), Screen::Receipt(_)));
    assert_eq!(printed(&mut pillar).payment.clone().unwrap().state, PaymentState::Paid);
}

#[test]
fn a_payment_that_is_known_is_not_settled_again() {
    let mut pillar = pillar();
    pillar.pays_for_bulky_waste().tell(paid(PaymentState::Paid)).waits(4).done();
    pillar.tell(settled(PaymentState::NotPaid));
    assert_eq!(pillar.receipt().payment, Some((Cents(1735), PaymentState::Paid)));
    assert_eq!(prints(&mut pillar), 0);
}
