//! The receipt: one model, written as ESC/POS for the printer.
//!
//! Invariant: what a receipt says is decided here once, from a [`Slip`]; the printer, and later
//! PDF, screen and speech, only say it in their own way.

mod code_pages;
mod commands;
pub mod escpos;
mod layout;
mod logo;
#[cfg(test)]
mod tests;

use jiff::civil::DateTime;
use zeroize::{Zeroize, ZeroizeOnDrop};
use zuil_wire::{PaymentState, Reference, State};

use crate::catalogue::Language;
use crate::texts::{fill, say};
use crate::visit::{Slip, SlipPayment};
use crate::words;

pub use escpos::{Columns, Printable, render};

/// What a receipt says, from top to bottom. It is wiped when dropped.
#[derive(Clone, Debug, PartialEq, Eq, Zeroize, ZeroizeOnDrop)]
pub struct Receipt {
    /// Its parts in order.
    pub blocks: Vec<Block>,
}

/// A part of a receipt.
#[derive(Clone, Debug, PartialEq, Eq, Zeroize, ZeroizeOnDrop)]
pub enum Block {
    /// The municipality's mark.
    Logo,
    /// Whose pillar it was.
    Name(String),
    /// What the resident came for.
    Title(String),
    /// What the next part is about.
    Heading(String),
    /// Running text.
    Paragraph(String),
    /// A short line in the middle.
    Centred(String),
    /// Something that was sent.
    Pair {
        /// What it is, such as "Adres".
        label: String,
        /// What was answered.
        value: String,
    },
    /// An amount of money.
    Amount {
        /// What it is for.
        label: String,
        /// The amount with its currency.
        value: String,
    },
    /// The reference, in the groups in which it is read aloud.
    Reference([String; 3]),
    /// A QR code with this text.
    Qr(String),
    /// Something for whom it concerns.
    SmallPrint(String),
    /// A line from edge to edge.
    Rule,
    /// Some white.
    Space,
}

/// The receipt for a slip, in the resident's language.
#[must_use]
pub fn compose(slip: &Slip) -> Receipt {
    let language = slip.language;
    let mut blocks = vec![
        Block::Logo,
        Block::Space,
        Block::Name(fill(say(language, "Municipality of {name}"), &[("name", &slip.municipality)])),
        Block::Space,
        Block::Title(slip.task_title.clone()),
        Block::Paragraph(date_and_time(language, slip.at)),
        Block::Rule,
    ];
    blocks.extend(reference(slip));
    blocks.push(Block::Rule);
    blocks.extend(state(language, slip.state));
    if !slip.sent.is_empty() {
        blocks.extend([Block::Rule, Block::Heading(say(language, "What you sent").to_owned())]);
        blocks.extend(
            slip.sent.iter().map(|(label, value)| Block::Pair { label: label.clone(), value: value.clone() }),
        );
    }
    if let Some(paid) = &slip.payment {
        blocks.push(Block::Rule);
        blocks.extend(payment(language, paid));
    }
    blocks.push(Block::Rule);
    blocks.extend(farewell(slip));
    Receipt { blocks }
}

/// What the QR code of a reference says: where to see how the request stands.
#[must_use]
pub fn qr_text(website: &str, reference: &Reference) -> String {
    let escaped: String = website.trim_end_matches('/').bytes().map(escape).collect();
    format!("https://{escaped}/status/{}", reference.compact())
}

/// A byte of a web address, percent-encoded (RFC 3986, section 2.1) unless it may stand there.
fn escape(byte: u8) -> String {
    match byte {
        b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' | b'/' | b':' => {
            char::from(byte).to_string()
        }
        _ => format!("%{byte:02X}"),
    }
}

fn reference(slip: &Slip) -> Vec<Block> {
    let language = slip.language;
    vec![
        Block::Centred(say(language, "Your reference").to_owned()),
        Block::Reference(slip.reference.groups()),
        Block::Qr(qr_text(&slip.website, &slip.reference)),
        Block::Centred(say(language, "Scan the code to follow your request.").to_owned()),
    ]
}

fn state(language: Language, state: State) -> [Block; 2] {
    let (what, more) = match state {
        State::Saved => (
            say(language, "Your request is saved in this pillar."),
            say(language, "The pillar sends it to the municipality by itself. Keep this receipt."),
        ),
        State::Received => (
            say(language, "The municipality has received your request."),
            say(language, "Keep this receipt. We can help you faster."),
        ),
        State::Registered => (
            say(language, "The municipality has registered your request."),
            say(language, "Keep this receipt. We can help you faster."),
        ),
        State::Parked => (
            say(language, "Someone at the municipality is looking at your request."),
            say(language, "This may take a little longer. Keep this receipt."),
        ),
    };
    [Block::Heading(what.to_owned()), Block::Paragraph(more.to_owned())]
}

fn payment(language: Language, payment: &SlipPayment) -> Vec<Block> {
    let (what, more) = match payment.state {
        PaymentState::Paid => (say(language, "You have paid by card."), None),
        PaymentState::NotPaid => {
            (say(language, "You have not paid."), Some(say(language, "Nothing was taken from your account.")))
        }
        PaymentState::Unknown => (
            say(language, "We are finding out whether you have paid."),
            Some(say(language, "You do not pay twice. Your request is saved.")),
        ),
    };
    let mut blocks = vec![Block::Heading(what.to_owned())];
    blocks.extend(more.map(|words| Block::Paragraph(words.to_owned())));
    blocks.push(Block::Amount { label: payment.label.clone(), value: amount(language, payment.amount) });
    if let Some(card) = &payment.card {
        let pair = |label: &str, value: String| Block::Pair { label: label.to_owned(), value };
        blocks.extend([
            pair(say(language, "Card"), card.scheme.clone()),
            pair(say(language, "Terminal"), card.terminal_id.clone()),
            pair(say(language, "Card slip"), format!("{:04}", card.receipt_number)),
        ]);
    }
    blocks
}

fn farewell(slip: &Slip) -> Vec<Block> {
    let language = slip.language;
    let call = fill(say(language, "Questions? Call {phone}"), &[("phone", &slip.phone)]);
    let mut blocks = vec![
        Block::Heading(say(language, "What happens next").to_owned()),
        Block::Paragraph(slip.next_steps.clone()),
        Block::Rule,
        Block::Heading(call),
        Block::Paragraph(slip.phone_hours.clone()),
        Block::Paragraph(slip.website.clone()),
    ];
    if language != Language::Nl {
        let desk =
            format!("Voor de balie: kenmerk {}. De bezoeker sprak {}.", slip.reference, in_dutch(language));
        blocks.extend([Block::Space, Block::SmallPrint(desk)]);
    }
    blocks.extend([
        Block::Space,
        Block::Centred(say(language, "Thank you for your visit. Have a good day.").to_owned()),
    ]);
    blocks
}

/// What Dutch staff call a language.
const fn in_dutch(language: Language) -> &'static str {
    match language {
        Language::Nl => "Nederlands",
        Language::En => "Engels",
    }
}

/// Paper knows no protected space.
fn amount(language: Language, amount: zuil_wire::Cents) -> String {
    words::amount(language, amount).replace('\u{a0}', " ")
}

fn date_and_time(language: Language, at: DateTime) -> String {
    fill(
        say(language, "{day} {year}, {hour}:{minute}"),
        &[
            ("day", &words::day(language, at.date())),
            ("year", &at.year().to_string()),
            ("hour", &at.hour().to_string()),
            ("minute", &format!("{:02}", at.minute())),
        ],
    )
}
