//! The card payment: what the terminal wants or how it ended.

use slint::ComponentHandle;
use zuil_wire::Cents;

use super::Sink;
use super::ui::{self, PayState, PayStep};
use crate::catalogue::Language;
use crate::visit::{Intent, PayStage, TerminalStep, WhyNotPaid};
use crate::words;

pub(super) fn connect(app: &ui::App, sink: &Sink) {
    let sink = sink.clone();
    app.global::<PayState>().on_cancel(move || sink.send(Intent::CancelPayment));
}

pub(super) fn show(app: &ui::App, language: Language, amount: Cents, stage: PayStage) {
    let state = app.global::<PayState>();
    state.set_amount(words::amount(language, amount).into());
    state.set_step(step(stage));
    state.set_can_cancel(can_cancel(stage));
}

fn step(stage: PayStage) -> PayStep {
    match stage {
        PayStage::Busy { stopping: true, .. } => PayStep::Stopping,
        PayStage::Busy { step, stopping: false } => match step {
            TerminalStep::Connecting => PayStep::Connecting,
            TerminalStep::PresentCard => PayStep::PresentCard,
            TerminalStep::EnterPin => PayStep::EnterPin,
            TerminalStep::Authorising => PayStep::Authorising,
            TerminalStep::RemoveCard => PayStep::RemoveCard,
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

/// Once the bank was asked there is nothing left to stop.
pub(super) fn can_cancel(stage: PayStage) -> bool {
    matches!(
        stage,
        PayStage::Busy {
            step: TerminalStep::Connecting
                | TerminalStep::PresentCard
                | TerminalStep::EnterPin
                | TerminalStep::LookAtTerminal,
            stopping: false
        }
    )
}
