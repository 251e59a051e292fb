//! Samples of paying, of what was kept or not, and of the goodbye.

use zuil_wire::{Cents, PaymentState, Reference, State};

use super::{Sample, Words};
use crate::visit::{
    CardTrouble, PayStage, ReceiptOutcome, ReceiptView, Screen, SurveyView, TerminalStep, WhyNotPaid,
    WhyNotPrinted,
};

impl Words {
    pub(super) fn pay(self, name: &'static str, stage: PayStage) -> Sample {
        self.sample(name, Screen::Pay { amount: Cents(1735), stage })
    }

    pub(super) fn receipt(
        self,
        state: State,
        payment: Option<PaymentState>,
        paper: Option<ReceiptOutcome>,
    ) -> Screen {
        let reference = Reference::from_bits(0x0003_1415_9265_3589);
        let view = ReceiptView {
            title: self.of("Grofvuil laten ophalen"),
            reference,
            state,
            payment: payment.map(|state| (Cents(1735), state)),
            paper,
            comes_later: matches!(paper, Some(ReceiptOutcome::NotPrinted(WhyNotPrinted::PaperOut))),
            anew: false,
            website: "www.voorbeeldhuizen.example".to_owned(),
            next_steps: self.of("Wij halen uw spullen op 8 december op. Zet ze voor half acht buiten."),
        };
        match payment {
            Some(PaymentState::Unknown) => Screen::PaymentUnknown(view),
            _ => Screen::Receipt(view),
        }
    }

    pub(super) fn ending(self) -> Vec<Sample> {
        let busy = |step| PayStage::Busy { step, stopping: false };
        let trouble = |trouble, remove_card| TerminalStep::Trouble { trouble, remove_card };
        let stopping = PayStage::Busy { step: TerminalStep::PresentCard, stopping: true };
        let not_printed = |why| Some(ReceiptOutcome::NotPrinted(why));
        vec![
            self.pay("pay-connecting", busy(TerminalStep::Connecting)),
            self.pay("pay-present-card", busy(TerminalStep::PresentCard)),
            self.pay("pay-enter-pin", busy(TerminalStep::EnterPin)),
            self.pay("pay-authorising", busy(TerminalStep::Authorising)),
            self.pay("pay-remove-card", busy(TerminalStep::RemoveCard)),
            self.pay("pay-choose-on-terminal", busy(TerminalStep::ChooseOnTerminal)),
            self.pay("pay-card-unreadable", busy(trouble(CardTrouble::Unreadable, false))),
            self.pay("pay-wrong-pin", busy(trouble(CardTrouble::WrongPin { tries_left: Some(2) }, false))),
            self.pay("pay-pin-blocked", busy(trouble(CardTrouble::PinBlocked, true))),
            self.pay("pay-look-at-terminal", busy(TerminalStep::LookAtTerminal)),
            self.pay("pay-stopping", stopping),
            self.pay("pay-declined", PayStage::NotPaid(WhyNotPaid::Declined)),
            self.pay("pay-stopped", PayStage::NotPaid(WhyNotPaid::Stopped)),
            self.pay("pay-timed-out", PayStage::NotPaid(WhyNotPaid::TimedOut)),
            self.pay("pay-terminal-gone", PayStage::NotPaid(WhyNotPaid::TerminalGone)),
            self.sample("saving", Screen::Saving { slow: false }),
            self.sample("saving-slow", Screen::Saving { slow: true }),
            self.sample("not-saved", Screen::NotSaved),
            self.sample("receipt-printing", self.receipt(State::Saved, Some(PaymentState::Paid), None)),
            self.sample(
                "receipt-printed",
                self.receipt(State::Received, Some(PaymentState::Paid), Some(ReceiptOutcome::Printed)),
            ),
            self.sample(
                "receipt-paper-out",
                self.receipt(State::Registered, None, not_printed(WhyNotPrinted::PaperOut)),
            ),
            self.sample("receipt-unknown", self.receipt(State::Parked, None, Some(ReceiptOutcome::Unknown))),
            self.sample(
                "payment-unknown",
                self.receipt(State::Saved, Some(PaymentState::Unknown), Some(ReceiptOutcome::Printed)),
            ),
            self.sample(
                "payment-unknown-paper-out",
                self.receipt(
                    State::Received,
                    Some(PaymentState::Unknown),
                    not_printed(WhyNotPrinted::PaperOut),
                ),
            ),
            self.sample(
                "receipt-offline",
                self.receipt(State::Saved, Some(PaymentState::NotPaid), not_printed(WhyNotPrinted::Offline)),
            ),
            self.sample("survey-clear", Screen::Survey(SurveyView::Clear { chosen: None })),
            self.sample("survey-clear-chosen", Screen::Survey(SurveyView::Clear { chosen: Some(3) })),
            self.sample("survey-helped", Screen::Survey(SurveyView::Helped { chosen: Some(0) })),
            self.sample("survey-treated", Screen::Survey(SurveyView::Treated { chosen: None, last: false })),
            self.sample(
                "survey-treated-chosen",
                Screen::Survey(SurveyView::Treated { chosen: Some(0), last: true }),
            ),
            self.sample("survey-missing", Screen::Survey(SurveyView::Missing { chosen: None })),
            self.sample("survey-missing-chosen", Screen::Survey(SurveyView::Missing { chosen: Some(2) })),
            self.sample("goodbye", Screen::Goodbye),
        ]
    }
}
