//! What a technician orders a pillar to do from afar, and what became of it.
//!
//! The orders of a pillar stand in the hub's answer to its report ([`crate::HealthAnswer`]); `POST /v1/orders`
//! over mutual TLS carries [`OrderResults`] back. Its invariant: an order touches nothing that a resident is in
//! the middle of, and is carried out once at most, however often it is told.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// Something that a pillar is to do when nobody stands there.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Order {
    /// Names it for ever (UUIDv7).
    pub id: Uuid,
    /// For how many more seconds it may be begun; for ever when nothing is said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seconds: Option<u32>,
    /// What to do.
    pub what: Task,
}

/// What is to be done.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Task {
    /// End the program cleanly, so that it is started anew.
    Restart,
    /// Print a short receipt that shows whether the printer works.
    TestPrint,
    /// Serve nobody until [`Task::Open`], and say why.
    Close(Closure),
    /// Serve again.
    Open,
    /// Make a picture of the first screen.
    Screenshot,
    /// Hand the log of the last hours over, with what the doctor says.
    Logs {
        /// Of how many hours, at most [`Task::MOST_HOURS`].
        hours: u16,
    },
}

impl Task {
    /// The most hours of which a log is handed over.
    pub const MOST_HOURS: u16 = 7 * 24;

    /// The word for its kind in messages.
    #[must_use]
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::Restart => "restart",
            Self::TestPrint => "test_print",
            Self::Close(_) => "close",
            Self::Open => "open",
            Self::Screenshot => "screenshot",
            Self::Logs { .. } => "logs",
        }
    }

    /// Whether it says if the pillar serves. Of those only the last one counts, however long it takes to get there.
    #[must_use]
    pub const fn is_about_serving(&self) -> bool {
        matches!(self, Self::Close(_) | Self::Open)
    }
}

/// Why a pillar serves nobody, as its screen says.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Closure {
    /// Why, of which there are words in every language.
    pub reason: ClosedFor,
    /// What a technician adds in Dutch: at most [`Closure::MAX_MESSAGE`] characters on one line.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub message: Option<String>,
}

impl Closure {
    /// The most characters of [`Closure::message`].
    pub const MAX_MESSAGE: usize = 120;

    /// The same with a message that fits on a screen: one line, not too long, without control characters. An
    /// empty one is none.
    #[must_use]
    pub fn tidy(self) -> Self {
        let shown = |text: String| -> String {
            let words: Vec<&str> = text.split(|c: char| c.is_whitespace() || c.is_control()).collect();
            let words = words.into_iter().filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ");
            words.chars().take(Self::MAX_MESSAGE).collect()
        };
        Self { message: self.message.map(shown).filter(|message| !message.is_empty()), ..self }
    }
}

/// Why a pillar serves nobody.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum ClosedFor {
    /// Somebody works on it.
    Maintenance,
    /// Something is broken.
    Fault,
    /// The place where it stands is closed.
    Place,
    /// Something else.
    Other,
}

impl ClosedFor {
    /// All there are.
    pub const ALL: [Self; 4] = [Self::Maintenance, Self::Fault, Self::Place, Self::Other];

    /// The word in messages.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Maintenance => "maintenance",
            Self::Fault => "fault",
            Self::Place => "place",
            Self::Other => "other",
        }
    }

    /// The reason for a word from [`ClosedFor::as_str`].
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|reason| reason.as_str() == word)
    }
}

/// What became of orders, pillar → hub.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct OrderResults {
    /// The version of the protocol.
    #[cfg_attr(feature = "schema", schemars(range(min = 1, max = 5)))]
    pub version: u16,
    /// At most [`OrderResults::MAX_RESULTS`], each order once.
    #[cfg_attr(feature = "schema", schemars(length(max = 64)))]
    pub results: Vec<OrderResult>,
}

impl OrderResults {
    /// The most results in one request.
    pub const MAX_RESULTS: usize = 64;
    /// The largest body of a request, in bytes.
    pub const MAX_BYTES: usize = 16 * 1024;
}

/// How far an order is at its pillar.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct OrderResult {
    /// The order.
    pub id: Uuid,
    /// How far it is.
    pub state: OrderState,
    /// Why it failed, when it did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub why: Option<OrderFailure>,
}

/// How far an order is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum OrderState {
    /// The pillar has it, and waits until nobody stands there and no payment is open.
    Waits,
    /// It was begun.
    Taken,
    /// It was done.
    Done,
    /// It was not done, and will not be.
    Failed,
}

/// Why an order was not carried out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum OrderFailure {
    /// The pillar has no printer.
    NoPrinter,
    /// The printer has no paper.
    PaperOut,
    /// The printer's cover is open.
    CoverOpen,
    /// The printer's cutter is stuck.
    CutterError,
    /// The printer is not there, or does not answer.
    PrinterOffline,
    /// The printer did not say whether it is on paper.
    NotConfirmed,
    /// The pillar was ended in the middle of it.
    Interrupted,
    /// The pillar could not write down that it does it.
    NotKept,
    /// The picture or the log could not be made.
    NotMade,
    /// The hub did not take the picture or the log.
    NotTaken,
}

impl OrderFailure {
    /// All there are.
    pub const ALL: [Self; 10] = [
        Self::NoPrinter,
        Self::PaperOut,
        Self::CoverOpen,
        Self::CutterError,
        Self::PrinterOffline,
        Self::NotConfirmed,
        Self::Interrupted,
        Self::NotKept,
        Self::NotMade,
        Self::NotTaken,
    ];
}

/// What was made for an order and goes to the hub before that order is done.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Attachment {
    /// A picture (PNG).
    Picture,
    /// A text, compressed with zstd.
    Text,
}

impl Attachment {
    /// The most bytes of one.
    pub const MAX_BYTES: usize = 4 * 1024 * 1024;
    /// All there are.
    pub const ALL: [Self; 2] = [Self::Picture, Self::Text];

    /// Its media type, as the header `Content-Type` says it.
    #[must_use]
    pub const fn media_type(self) -> &'static str {
        match self {
            Self::Picture => "image/png",
            Self::Text => "application/zstd",
        }
    }

    /// The one for a media type from [`Attachment::media_type`].
    #[must_use]
    pub fn parse(media_type: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.media_type() == media_type)
    }

    /// Whether bytes begin as such a one does.
    #[must_use]
    pub fn begins(self, bytes: &[u8]) -> bool {
        bytes.starts_with(match self {
            Self::Picture => b"\x89PNG\r\n\x1a\n".as_slice(),
            Self::Text => b"\x28\xb5\x2f\xfd".as_slice(),
        })
    }
}

/// What the hub has heard of results.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct OrdersAnswer {
    /// The orders whose results are durable at the hub, and those of which it wants to hear nothing. The pillar
    /// does not tell them again.
    pub orders: Vec<Uuid>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_is_one_line_that_fits_on_the_screen() {
        let closure = |message: &str| Closure { reason: ClosedFor::Other, message: Some(message.into()) };
        let tidy = |message: &str| closure(message).tidy().message;
        assert_eq!(tidy("Morgen\nom 9 uur\t weer open"), Some("Morgen om 9 uur weer open".into()));
        assert_eq!(tidy(" \u{7} \n"), None);
        assert_eq!(tidy(&"lang ".repeat(40)).unwrap().chars().count(), Closure::MAX_MESSAGE);
    }

    #[test]
    fn the_word_of_a_reason_is_the_one_in_messages() {
        for reason in ClosedFor::ALL {
            assert_eq!(serde_json::to_value(reason).unwrap(), reason.as_str());
            assert_eq!(ClosedFor::parse(reason.as_str()), Some(reason));
        }
    }
}
