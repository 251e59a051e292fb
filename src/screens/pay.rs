//! The card payment: what the terminal wants or how it ended.

use slint::ComponentHandle;
use zuil_wire::Cents;

use super::Sink;
use super::ui::{self, PayState, PayStep};
use crate::visit::{CardTrouble, Intent, PayStage, TerminalStep, WhyNotPaid};
use crate::words;
use zuil_catalogue::Language;

pub(super) fn connect(app: &ui::App, sink: &Sink) {
    let sink = sink.clone();
    app.global::<PayState>().on_cancel(move || sink.send(Intent::CancelPayment));
}

pub(super) fn show(app: &ui::App, language: Language, amount: Cents, stage: PayStage) {
    let state = app.global::<PayState>();
    state.set_amount(words::amount(language, amount).into());
    state.set_step(step(stage));
    state.set_can_cancel(can_cancel(stage));
    let (tries_left, take_card_out) = trouble(stage);
    state.set_tries_left(
        tries_left.map(|tries| words::tries_left(language, tries)).unwrap_or_default().into(),
    );
    state.set_take_card_out(take_card_out);
}

fn step(stage: PayStage) -> PayStep {
    match stage {
        PayStage::Busy { stopping: true, .. } => PayStep::Stopping,
        PayStage::Busy { step, stopping: false } => match step {
            TerminalStep::Connecting => PayStep::Connecting,
            TerminalStep::ConfirmAmount => PayStep::ConfirmAmount,
            TerminalStep::PresentCard => PayStep::PresentCard,
            TerminalStep::EnterPin => PayStep::EnterPin,
            TerminalStep::PleaseWait => PayStep::PleaseWait,
            TerminalStep::Authorising => PayStep::Authorising,
            TerminalStep::RemoveCard => PayStep::RemoveCard,
            TerminalStep::ChooseOnTerminal => PayStep::ChooseOnTerminal,
            TerminalStep::TypeOnTerminal => PayStep::TypeOnTerminal,
            TerminalStep::Trouble { trouble, .. } => match trouble {
                CardTrouble::Unreadable => PayStep::CardUnreadable,
                CardTrouble::NotAccepted => PayStep::CardNotAccepted,
                CardTrouble::WrongPin { .. } => PayStep::WrongPin,
                CardTrouble::PinBlocked => PayStep::PinBlocked,
                CardTrouble::NotEnoughMoney => PayStep::NotEnoughMoney,
                CardTrouble::Refused => PayStep::Refused,
                CardTrouble::Failed => PayStep::Failed,
            },
            TerminalStep::Stopping => PayStep::Stopping,
            TerminalStep::LookAtTerminal => PayStep::LookAtTerminal,
        },
        PayStage::NotPaid(why) => match why {
            WhyNotPaid::Declined => PayStep::Declined,
            WhyNotPaid::Stopped => PayStep::Stopped,
            WhyNotPaid::TimedOut => PayStep::TimedOut,
            WhyNotPaid::TerminalGone => PayStep::TerminalGone,
        },
    }
}

/// How often a wrong PIN can be tried again, and whether the card is to be taken out.
const fn trouble(stage: PayStage) -> (Option<u8>, bool) {
    match stage {
        PayStage::Busy { step: TerminalStep::Trouble { trouble, remove_card }, stopping: false } => {
            match trouble {
                CardTrouble::WrongPin { tries_left } => (tries_left, remove_card),
                _ => (None, remove_card),
            }
        }
        _ => (None, false),
    }
}

/// Once the bank was asked there is nothing left to stop.
pub(super) fn can_cancel(stage: PayStage) -> bool {
    matches!(
        stage,
        PayStage::Busy {
            step: TerminalStep::Connecting
                | TerminalStep::ConfirmAmount
                | TerminalStep::PresentCard
                | TerminalStep::EnterPin
                | TerminalStep::PleaseWait
                | TerminalStep::ChooseOnTerminal
                | TerminalStep::TypeOnTerminal
                | TerminalStep::Trouble { .. }
                | TerminalStep::LookAtTerminal,
            stopping: false
        }
    )
}
