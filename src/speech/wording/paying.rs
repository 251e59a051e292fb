//! A payment for someone who listens: what to do at the terminal, and what went wrong there.
//!
//! Invariant: "not paid" is said only where the screen says it.

use super::sentence;
use crate::texts::say;
use crate::visit::{CardTrouble, PayStage, TerminalStep, WhyNotPaid};
use crate::words;
use zuil_catalogue::Language;

/// The stage of a payment.
pub(super) fn stage(stage: PayStage, language: Language) -> Vec<String> {
    let keys: &[&'static str] = match stage {
        PayStage::Busy { stopping: true, .. } | PayStage::Busy { step: TerminalStep::Stopping, .. } => {
            &["We are stopping the payment"]
        }
        PayStage::Busy { step, .. } => match step {
            TerminalStep::Connecting => &["We are starting the card terminal."],
            TerminalStep::ConfirmAmount => &["Check the amount", "Confirm it on the terminal."],
            TerminalStep::PresentCard => &["Hold your card to the terminal"],
            TerminalStep::EnterPin => {
                &["Enter your PIN", "Do it on the terminal. Cover the keys with your hand."]
            }
            TerminalStep::PleaseWait => &["One moment please"],
            TerminalStep::Authorising | TerminalStep::Stopping => &["Your bank is checking the payment."],
            TerminalStep::RemoveCard => &["Take your card out"],
            TerminalStep::ChooseOnTerminal => {
                &["Make a choice on the terminal", "It says what you can choose."]
            }
            TerminalStep::TypeOnTerminal => &["Fill in what the terminal asks", "Do it on the terminal."],
            TerminalStep::Trouble { trouble, remove_card } => {
                return self::trouble(trouble, remove_card, language);
            }
            TerminalStep::LookAtTerminal => &["Look at the terminal"],
        },
        PayStage::NotPaid(WhyNotPaid::Declined) => {
            &["The payment did not work", "You have not paid. You can try again."]
        }
        PayStage::NotPaid(WhyNotPaid::Stopped) => {
            &["The payment was stopped", "You have not paid. You can try again."]
        }
        PayStage::NotPaid(WhyNotPaid::TimedOut) => {
            &["We saw no card", "You have not paid. You can try again."]
        }
        PayStage::NotPaid(WhyNotPaid::TerminalGone) => {
            &["The terminal does not answer", "You have not paid. You can try again."]
        }
    };
    keys.iter().map(|key| sentence(say(language, key))).collect()
}

/// What went wrong with the card, and what to do.
fn trouble(trouble: CardTrouble, remove_card: bool, language: Language) -> Vec<String> {
    let (what, todo) = match trouble {
        CardTrouble::Unreadable => (
            "The terminal cannot read your card",
            "Try again. Put your card in with the chip first, or use another card.",
        ),
        CardTrouble::NotAccepted => ("You cannot pay with this card here", "Use another card."),
        CardTrouble::WrongPin { .. } => ("The PIN was wrong", "Enter your PIN again on the terminal."),
        CardTrouble::PinBlocked => (
            "The PIN was wrong too many times",
            "You cannot use this card now. Use another card or call your bank.",
        ),
        CardTrouble::NotEnoughMoney => ("There is not enough money on your account", "Use another card."),
        CardTrouble::Refused => {
            ("Your bank does not allow this payment", "Look at the terminal for what you can do.")
        }
        CardTrouble::Failed => {
            ("Something went wrong at the terminal", "Look at the terminal for what you can do.")
        }
    };
    let mut parts = vec![sentence(say(language, what))];
    parts.extend(match trouble {
        CardTrouble::WrongPin { tries_left: Some(left) } => Some(words::tries_left(language, left)),
        _ => None,
    });
    parts.push(
        say(language, if remove_card { "Take your card out of the terminal." } else { todo }).to_owned(),
    );
    parts
}
