//! What a receipt says of money.
//!
//! Invariant: "paid" and "not paid" are said only when that is known; what is not known comes first.

use zuil_wire::PaymentState;

use super::{Block, as_written, aside};
use crate::texts::say;
use crate::visit::{Slip, SlipPayment};
use crate::words;
use zuil_catalogue::Language;

/// A payment whose outcome is known.
pub(super) fn settled(language: Language, payment: &SlipPayment) -> Vec<Block> {
    let (what, more) = match payment.state {
        PaymentState::Paid => (say(language, "You have paid by card."), None),
        PaymentState::NotPaid => {
            (say(language, "You have not paid."), Some(say(language, "Nothing was taken from your account.")))
        }
        PaymentState::Unknown => (say(language, "We are finding out whether you have paid."), None),
    };
    let mut blocks = vec![Block::Heading(what.to_owned())];
    blocks.extend(more.map(|words| Block::Paragraph(words.to_owned())));
    blocks.push(amount(language, payment));
    if let Some(card) = &payment.card {
        let pair = |label: &str, value: &str| Block::Pair {
            label: label.to_owned(),
            value: as_written(language, value),
        };
        blocks.extend([
            pair(say(language, "Card"), &card.scheme),
            pair(say(language, "Terminal"), &card.terminal_id),
            pair(say(language, "Card slip"), &format!("{:04}", card.receipt_number)),
        ]);
    }
    blocks
}

/// A payment whose outcome is not known: what is known, what not to do, what happens next and by when.
pub(super) fn open(slip: &Slip, payment: &SlipPayment) -> Vec<Block> {
    let language = slip.language;
    let heading = |words: &str| Block::Heading(words.to_owned());
    let paragraph = |words: &str| Block::Paragraph(words.to_owned());
    vec![
        Block::Title(say(language, "We are finding out whether you have paid.").to_owned()),
        heading(say(language, "Do not pay again. You will not be charged twice.")),
        Block::Space,
        paragraph(say(
            language,
            "The line to the card terminal was lost. So we do not know yet whether the amount was taken from your account.",
        )),
        paragraph(say(language, "Your request is kept. You do not have to send it again.")),
        Block::Space,
        heading(say(language, "What happens with your payment")),
        paragraph(say(
            language,
            "We ask the card terminal and the bank. Within two working days we know. You do not have to do anything.",
        )),
        paragraph(say(language, "Is something wrong after that? Call us and say your reference.")),
        Block::Space,
        amount(language, payment),
        Block::Amount {
            label: say(language, "Payment").to_owned(),
            value: say(language, "not certain yet").to_owned(),
        },
    ]
}

fn amount(language: Language, payment: &SlipPayment) -> Block {
    Block::Amount { label: aside(language, &payment.label), value: words::amount(language, payment.amount) }
}
