//! The receipt: one model, written as ESC/POS for the printer.
//!
//! Invariant: what a receipt says is decided here once, from a [`Slip`]; the printer, and later
//! PDF, screen and speech, only say it in their own way.

mod code_pages;
mod commands;
mod drawing;
pub mod escpos;
mod layout;
mod logo;
mod paper;
mod payment;
mod raster;
#[cfg(test)]
mod samples;
mod test_print;
#[cfg(test)]
mod tests;

use jiff::civil::DateTime;
use zeroize::{Zeroize, ZeroizeOnDrop};
use zuil_wire::{PaymentState, Reference, State};

use crate::texts::{fill, say};
use crate::visit::Slip;
use crate::words;
use zuil_catalogue::{Direction, Language, Logo};

pub use escpos::{Printable, render};
pub use paper::Paper;
pub use test_print::TestPrint;

/// What a receipt says, from top to bottom. It is wiped when dropped.
#[derive(Clone, Debug, PartialEq, Eq, Zeroize, ZeroizeOnDrop)]
pub struct Receipt {
    /// The way in which it is read.
    #[zeroize(skip)]
    pub direction: Direction,
    /// Its parts in order.
    pub blocks: Vec<Block>,
}

/// A part of a receipt.
#[derive(Clone, Debug, PartialEq, Eq, Zeroize, ZeroizeOnDrop)]
pub enum Block {
    /// The municipality's logo, with some white below it.
    Logo(#[zeroize(skip)] Logo),
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
    let name = aside(language, &slip.municipality);
    let mut blocks: Vec<Block> = slip.branding.logo.iter().cloned().map(Block::Logo).collect();
    blocks.extend([
        Block::Name(fill(say(language, "Municipality of {name}"), &[("name", &name)])),
        Block::Space,
    ]);
    let open_payment = slip.payment.as_ref().filter(|payment| payment.state == PaymentState::Unknown);
    if let Some(open) = open_payment {
        blocks.extend(payment::open(slip, open));
        blocks.extend([Block::Rule, Block::Heading(aside(language, &slip.task_title))]);
    } else {
        blocks.push(Block::Title(aside(language, &slip.task_title)));
    }
    blocks.extend([Block::Paragraph(date_and_time(language, slip.at)), Block::Rule]);
    blocks.extend(reference(slip));
    blocks.push(Block::Rule);
    blocks.extend(state(language, slip.state));
    if !slip.sent.is_empty() {
        blocks.extend([Block::Rule, Block::Heading(say(language, "What you sent").to_owned())]);
        blocks.extend(slip.sent.iter().map(|(label, value)| Block::Pair {
            label: aside(language, label),
            value: aside(language, value),
        }));
    }
    if let Some(settled) = slip.payment.as_ref().filter(|_| open_payment.is_none()) {
        blocks.push(Block::Rule);
        blocks.extend(payment::settled(language, settled));
    }
    blocks.push(Block::Rule);
    blocks.extend(farewell(slip));
    Receipt { direction: language.direction(), blocks }
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
        // Nobody is done with it before its receipt is printed; the outbox calls it received then, too.
        State::Received | State::Closed => (
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

fn farewell(slip: &Slip) -> Vec<Block> {
    let language = slip.language;
    let mut blocks = Vec::new();
    // What the task says comes next is true only once it is known that it was paid.
    if slip.payment.as_ref().is_none_or(|payment| payment.state == PaymentState::Paid) {
        blocks.extend([
            Block::Heading(say(language, "What happens next").to_owned()),
            Block::Paragraph(aside(language, &slip.next_steps)),
            Block::Rule,
        ]);
    }
    blocks.extend([
        Block::Heading(call(slip)),
        Block::Paragraph(aside(language, &slip.phone_hours)),
        Block::Paragraph(as_written(language, &slip.website)),
    ]);
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

/// Where to call.
fn call(slip: &Slip) -> String {
    let phone = as_written(slip.language, &slip.phone.replace(' ', "\u{a0}"));
    fill(say(slip.language, "Questions? Call {phone}"), &[("phone", &phone)])
}

/// A number, an address on the web, a reference: read from left to right in every language.
fn as_written(language: Language, text: &str) -> String {
    match language.direction() {
        Direction::LeftToRight => text.to_owned(),
        Direction::RightToLeft => format!("\u{2066}{text}\u{2069}"),
    }
}

/// A text that may be in another language, read in its own way and without turning what is beside it.
fn aside(language: Language, text: &str) -> String {
    match language.direction() {
        Direction::LeftToRight => text.to_owned(),
        Direction::RightToLeft => {
            let lines: Vec<String> = text.split('\n').map(|line| format!("\u{2068}{line}\u{2069}")).collect();
            lines.join("\n")
        }
    }
}

/// What Dutch staff call a language.
const fn in_dutch(language: Language) -> &'static str {
    match language {
        Language::Nl => "Nederlands",
        Language::En => "Engels",
        Language::De => "Duits",
        Language::Fr => "Frans",
        Language::Pl => "Pools",
        Language::Tr => "Turks",
        Language::Ar => "Arabisch",
        Language::Uk => "Oekraïens",
    }
}

fn date_and_time(language: Language, at: DateTime) -> String {
    fill(
        say(language, "{date}, {hour}:{minute}"),
        &[
            ("date", &words::full_day(language, at.date())),
            ("hour", &at.hour().to_string()),
            ("minute", &format!("{:02}", at.minute())),
        ],
    )
}
