//! Cable, power, silence and noise of the terminal, at each moment of a payment.

use std::time::Duration;

use zuil::devices::terminal::simulator::{Pace, PowerCut};
use zuil::visit::{ReceiptOutcome, Screen, WhyNotPaid};
use zuil_wire::PaymentState;

use super::{Errand, Left};

/// A bank that thinks long enough for a cable to be pulled.
const SLOW_BANK: Pace = Pace { bank: Duration::from_secs(2), ..Pace::INSTANT };

impl Errand {
    fn is_told_of_no_cards(&mut self) {
        self.resident
            .waits_for("no cards", |view| matches!(view.screen, Screen::Attract { no_card: true, .. }));
    }

    /// The next resident can pay again.
    fn takes_cards_again(&mut self) {
        self.leaves();
        self.resident
            .waits_for("cards", |view| matches!(view.screen, Screen::Attract { no_card: false, .. }));
    }

    /// The resident reads "we are finding out", nobody can pay meanwhile, and it is in the staff's list.
    fn is_unknown_and_kept(&mut self) {
        let receipt = self.is_told_unknown();
        self.wait("the transaction at the hub", |town| {
            town.states_at_the_hub().iter().any(|(reference, _)| *reference == receipt.reference)
        });
        let left = self.is_left_now();
        assert_eq!((left.delivered.as_slice(), left.open), ([PaymentState::Unknown].as_slice(), 1));
    }
}

#[test]
fn a_terminal_cable_pulled_before_the_errand_is_said_on_the_first_screen() {
    let mut errand = Errand::begins();
    errand.town.terminal.pull_cable();
    errand.is_told_of_no_cards();
    errand.town.terminal.plug_cable();
    errand.resident.waits_for("cards", |view| matches!(view.screen, Screen::Attract { no_card: false, .. }));
    errand.is_told_paid();
    assert_eq!(errand.is_left(), Left::paid());
}

#[test]
fn a_terminal_cable_pulled_while_it_waits_for_a_card_is_unknown_and_then_not_paid() {
    let mut errand = Errand::begins_without_a_card();
    errand.is_asked_for_a_card();
    errand.town.terminal.pull_cable();
    errand.is_unknown_and_kept();
    errand.town.terminal.no_card_in_time();
    errand.town.terminal.plug_cable();
    errand.sees_paper("not paid after all", |receipt| {
        matches!(receipt.payment, Some((_, PaymentState::NotPaid)))
    });
    let left = errand.is_left();
    assert_eq!((left.charged, left.delivered.as_slice()), (0, [PaymentState::NotPaid].as_slice()));
}

#[test]
fn a_terminal_cable_pulled_while_the_bank_is_asked_is_unknown_and_then_paid() {
    let mut errand = Errand::begins();
    errand.town.terminal.set_pace(SLOW_BANK);
    errand.until("the bank", |screen| {
        use zuil::visit::{PayStage, TerminalStep::Authorising};
        matches!(screen, Screen::Pay { stage: PayStage::Busy { step: Authorising, .. }, .. })
    });
    errand.town.terminal.pull_cable();
    errand.is_unknown_and_kept();
    errand.wait("the charge", |town| town.terminal.charged().len() == 1);
    errand.town.terminal.plug_cable();
    errand.sees_paper("paid after all", |receipt| matches!(receipt.payment, Some((_, PaymentState::Paid))));
    assert_eq!(errand.is_left(), Left::paid());
    errand.takes_cards_again();
}

#[test]
fn a_terminal_whose_power_goes_before_it_charged_is_unknown_and_then_not_paid() {
    let mut errand = Errand::begins();
    errand.town.terminal.cut_power_at(PowerCut::AfterAuthorisation);
    errand.is_unknown_and_kept();
    errand.town.terminal.restore_power();
    let left = errand.is_left();
    assert_eq!((left.charged, left.delivered.as_slice()), (0, [PaymentState::NotPaid].as_slice()));
    errand.takes_cards_again();
}

#[test]
fn a_terminal_whose_power_goes_after_it_charged_is_unknown_and_then_paid() {
    let mut errand = Errand::begins();
    errand.town.terminal.cut_power_at(PowerCut::AfterCharging);
    errand.is_unknown_and_kept();
    errand.town.terminal.restore_power();
    assert_eq!(errand.is_left(), Left::paid());
    errand.takes_cards_again();
}

#[test]
fn a_terminal_whose_power_goes_before_it_has_its_answer_is_unknown_and_then_paid_when_it_kept_it() {
    let mut errand = Errand::begins();
    errand.town.terminal.cut_power_at(PowerCut::AfterStatusInformation);
    errand.is_unknown_and_kept();
    errand.town.terminal.restore_power();
    assert_eq!(errand.is_left(), Left::paid());
}

#[test]
fn a_terminal_whose_power_goes_before_it_has_its_answer_is_unknown_and_then_not_paid_when_it_undid_it() {
    let mut errand = Errand::begins();
    errand.town.terminal.set_reverses_when_unanswered(true);
    errand.town.terminal.cut_power_at(PowerCut::AfterStatusInformation);
    errand.is_unknown_and_kept();
    errand.town.terminal.restore_power();
    let left = errand.is_left();
    assert_eq!((left.charged, left.delivered.as_slice()), (0, [PaymentState::NotPaid].as_slice()));
}

#[test]
fn a_payment_that_is_not_known_has_a_slip_of_its_own_and_no_word_of_paid() {
    let mut errand = Errand::begins();
    errand.town.terminal.cut_power_at(PowerCut::AfterCharging);
    errand.is_told_unknown();
    errand.sees_outcome(ReceiptOutcome::Printed);
    let slip = errand.paper();
    assert!(!slip.contains("U hebt betaald") && !slip.contains("U hebt met uw pas betaald"), "{slip}");
    errand.town.terminal.restore_power();
    errand.sees_paper("paid after all", |receipt| {
        receipt.paper == Some(ReceiptOutcome::Printed)
            && matches!(receipt.payment, Some((_, PaymentState::Paid)))
    });
    assert_eq!(errand.is_left(), Left::paid());
}

#[test]
fn a_terminal_that_says_nothing_before_the_payment_is_not_charged_and_said_to_be_away() {
    let mut errand = Errand::begins();
    errand.town.terminal.set_silent(true);
    let why = errand.is_told_not_paid_or_unknown();
    assert!(matches!(why, None | Some(WhyNotPaid::TerminalGone)), "{why:?}");
    errand.town.terminal.set_silent(false);
    let left = errand.is_left();
    assert_eq!(left.charged, 0);
    assert!(!left.delivered.contains(&PaymentState::Paid), "{left:?}");
}

#[test]
fn a_terminal_that_is_busy_with_something_else_takes_no_money_and_no_offence() {
    let mut errand = Errand::begins();
    errand.town.terminal.set_busy(true);
    errand.is_told_not_paid();
    errand.town.terminal.set_busy(false);
    assert_eq!(errand.is_left(), Left::nothing());
}

#[test]
fn noise_on_the_terminals_line_is_stood() {
    let mut errand = Errand::begins();
    errand.town.terminal.set_noise(true);
    errand.is_told_paid();
    assert_eq!(errand.is_left(), Left::paid());
}

#[test]
fn a_frame_that_arrives_broken_is_sent_again_and_charged_once() {
    let mut errand = Errand::begins();
    errand.town.terminal.nak_once();
    errand.is_told_paid();
    assert_eq!(errand.is_left(), Left::paid());
    assert_eq!(errand.town.terminal.authorisations(), 1);
}

#[test]
fn a_terminal_cable_pulled_after_the_payment_changes_nothing() {
    let mut errand = Errand::begins();
    errand.is_told_paid();
    errand.town.terminal.pull_cable();
    errand.sees_outcome(ReceiptOutcome::Printed);
    assert_eq!(errand.is_left(), Left::paid());
}

impl Errand {
    /// Goes on until the payment came to any end but "paid".
    fn is_told_not_paid_or_unknown(&mut self) -> Option<WhyNotPaid> {
        use zuil::visit::PayStage::NotPaid;
        let end = |screen: &Screen| {
            matches!(screen, Screen::Pay { stage: NotPaid(_), .. } | Screen::PaymentUnknown(_))
        };
        match self.until("an end", end).screen {
            Screen::Pay { stage: NotPaid(why), .. } => Some(why),
            _ => None,
        }
    }
}
