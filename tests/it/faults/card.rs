//! The card: what the resident, the bank and the terminal decide, without any fault.

use zuil::visit::{Intent, WhyNotPaid};

use super::{Errand, Left};

#[test]
fn a_refused_card_costs_nothing_and_leaves_nothing() {
    let mut errand = Errand::begins_without_a_card();
    errand.town.terminal.refuse_card_with(5);
    assert_eq!(errand.is_told_not_paid(), WhyNotPaid::Declined);
    assert_eq!(errand.is_left(), Left::nothing());
}

#[test]
fn a_refused_card_can_be_tried_again_at_once() {
    let mut errand = Errand::begins_without_a_card();
    errand.town.terminal.refuse_card_with(5);
    errand.is_told_not_paid();
    errand.town.terminal.set_auto(Some(std::time::Duration::ZERO));
    errand.resident.does(Intent::Next);
    errand.is_told_paid();
    assert_eq!(errand.is_left(), Left::paid());
}

#[test]
fn the_red_key_costs_nothing_and_leaves_nothing() {
    let mut errand = Errand::begins_without_a_card();
    errand.is_asked_for_a_card();
    errand.town.terminal.resident_aborts();
    errand.is_told_not_paid();
    assert_eq!(errand.is_left(), Left::nothing());
}

#[test]
fn nobody_who_comes_with_a_card_costs_nothing_and_leaves_nothing() {
    let mut errand = Errand::begins_without_a_card();
    errand.is_asked_for_a_card();
    errand.town.terminal.no_card_in_time();
    errand.is_told_not_paid();
    assert_eq!(errand.is_left(), Left::nothing());
}

#[test]
fn a_payment_stopped_on_the_screen_costs_nothing_and_leaves_nothing() {
    let mut errand = Errand::begins_without_a_card();
    errand.is_asked_for_a_card();
    errand.resident.does(Intent::CancelPayment);
    assert_eq!(errand.is_told_not_paid(), WhyNotPaid::Stopped);
    assert_eq!(errand.is_left(), Left::nothing());
}
