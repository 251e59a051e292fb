//! What can happen to a visit.

use std::time::Duration;

use jiff::civil::{Date, DateTime};
use uuid::Uuid;
use zeroize::{Zeroize, ZeroizeOnDrop};
use zuil_wire::orders::Closure;
use zuil_wire::{PaymentState, Reference, State};

use zuil_catalogue::{Edition, Language};

/// The time, given to the visit with every event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Now {
    /// Time since the pillar started; never goes back.
    pub uptime: Duration,
    /// Date and time on the wall in the Netherlands; may be wrong and may jump.
    pub wall: DateTime,
}

/// Something that happened.
#[derive(Clone, Debug, PartialEq)]
pub enum Event {
    /// The resident did something.
    Resident(Intent),
    /// Time passed. Sent at least once a second.
    Tick,
    /// There is another edition of the catalogue. A running visit keeps the one that it began with.
    Edition(Edition),
    /// What the devices can do has changed.
    Offer(Offer),
    /// Headphones were plugged in (`true`) or out.
    Headphones(bool),
    /// The pillar cannot serve, or can again (`None`). A running visit is ended at once only when
    /// nothing was paid or committed in it.
    OutOfService(Option<OutOfService>),
    /// The transaction is durable in the outbox.
    Saved {
        /// Its id.
        id: Uuid,
        /// Its reference.
        reference: Reference,
    },
    /// The transaction could not be made durable. Nothing was charged, or the terminal has taken it
    /// back.
    NotSaved,
    /// The transaction has reached another state.
    StateChanged {
        /// Its id.
        id: Uuid,
        /// Where it is now.
        state: State,
    },
    /// The terminal tells how far it is.
    Terminal(TerminalStep),
    /// The terminal's last word on the payment. `Paid` and `Unknown` come after the transaction is
    /// durable and carry its reference, `NotPaid` leaves nothing behind.
    PaymentDone(PaymentDone),
    /// A payment whose outcome was not known has one now: the terminal proved it, or staff found out.
    PaymentSettled {
        /// The transaction.
        id: Uuid,
        /// Paid or not paid.
        state: PaymentState,
        /// What the receipt says of the card, when the terminal told it.
        card: Option<CardLines>,
    },
    /// What became of the receipt.
    Receipt(ReceiptOutcome),
    /// Something was read while [`super::Effect::Listen`] held; it does so no longer.
    Read(Reading),
    /// Something was held against the reader and could not be read.
    Unreadable,
    /// What a code stands for here, after [`super::Effect::LookUpReferral`].
    Referred(Referred),
    /// What is known of a request, after [`super::Effect::LookUpRequest`].
    LookedUp {
        /// The reference that was looked up.
        reference: Reference,
        /// What is known.
        known: LookedUp,
    },
}

/// What is known of the request with a reference.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LookedUp {
    /// It was made at this pillar. One that is saved is not at the hub yet; of any other the hub's word follows.
    Here(Standing),
    /// The hub has it.
    AtHub(Standing),
    /// The hub has none with that reference.
    Nothing,
    /// The hub cannot be asked now.
    Unavailable,
}

/// How a request stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Standing {
    /// Where it is.
    pub state: State,
    /// The task's id, where that is known.
    pub task: Option<String>,
    /// The day on which the municipality received it; when this pillar tells, that on which it was made.
    pub on: Date,
    /// The case number, once registered.
    pub case_number: Option<String>,
    /// What is known of its payment, unless it was paid; the hub tells it only of what is parked.
    pub payment: Option<PaymentState>,
}

/// What a code stands for at this pillar.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Referred {
    /// It opens a task.
    Opens {
        /// The referral.
        id: Uuid,
        /// The task's id.
        task: String,
    },
    /// Nothing: it was mistyped, is for another pillar, was taken back or used elsewhere, or is not known here yet.
    Unknown,
    /// A request was made with it here.
    Used,
    /// It is too old.
    Expired,
}

/// Something that reads what a resident holds against it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ReaderKind {
    /// It reads identity documents.
    Document,
    /// It reads waste passes.
    Pass,
}

/// What was read. It is wiped when it is dropped and shows nothing.
#[derive(Clone, PartialEq, Eq, Zeroize, ZeroizeOnDrop)]
pub enum Reading {
    /// An identity document, of any country.
    Document {
        /// What it is.
        #[zeroize(skip)]
        kind: DocumentKind,
        /// Its number.
        number: String,
        /// The day on which it expires.
        #[zeroize(skip)]
        expires: Date,
    },
    /// The number in a waste pass.
    WastePass(String),
}

impl std::fmt::Debug for Reading {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Document { .. } => "Document(..)",
            Self::WastePass(_) => "WastePass(..)",
        })
    }
}

/// The kind of an identity document.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DocumentKind {
    /// A passport.
    Passport,
    /// An identity card.
    IdentityCard,
}

/// What the resident did. The on-screen keyboard, a real keyboard and a keypad all end here.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Intent {
    /// Made the gesture that only technicians know, on the first screen or where the pillar does not serve.
    Technician,
    /// Touched the choice with this index (0 = the first) of a page for technicians.
    Pick(usize),
    /// Touched the first screen where it says to begin, or asked for all tasks.
    Begin,
    /// Chose a language, on its screen, on the first screen or in the frame at any moment.
    ChooseLanguage(Language),
    /// Opened or closed the choice of language in the frame.
    ToggleLanguages,
    /// Has a code from an agent.
    HaveCode,
    /// Wants to know how a request stands.
    Inquire,
    /// Wants to ask a question, or to read more of what is announced.
    Ask,
    /// Chose an answer of a search by its id.
    ChooseAnswer(String),
    /// Chose a task by its id.
    ChooseTask(String),
    /// "Start" on the explanation, "next" on a question, "send" or "pay" on the review, and so on:
    /// the primary action of whatever screen is shown.
    Next,
    /// One step back. Answers are kept.
    Back,
    /// Typed a character into the field that has the cursor.
    Type(char),
    /// Erased the last character of that field.
    Erase,
    /// Moved the cursor to another field of the question (0 = the first).
    SelectField(usize),
    /// Would rather type than hold something against the reader.
    TypeInstead,
    /// Touched the option with this index (0 = the first) of a choice, of several choices, of
    /// yes/no (0 = yes) or of the ways of contact (0 = telephone).
    ChooseOption(usize),
    /// Touched a day of the calendar.
    ChooseDay(jiff::civil::Date),
    /// Turned the calendar to the month before (`-1`) or after (`1`).
    TurnMonth(i8),
    /// Wants to change the answer on this line of the review (0 = the first).
    Change(usize),
    /// Wants to stop the payment at the terminal.
    CancelPayment,
    /// Wants to stop; asks for confirmation when something would be lost.
    Stop,
    /// Confirmed that the visit ends and everything is wiped.
    ConfirmStop,
    /// Closed the question whether to stop, the warning, help or the languages: goes on.
    Resume,
    /// Opened or closed help.
    ToggleHelp,
    /// Touched an option (0 = the first) of the survey's question that is shown.
    Rate(usize),
    /// The next of the text sizes.
    TurnTextSize,
    /// The other contrast.
    ToggleContrast,
    /// Speech on or off.
    ToggleSpeech,
    /// Hides the screen, or shows it again.
    ToggleHidden,
}

/// What can be done here right now, besides what needs no device.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Offer {
    /// A card payment can be started.
    pub card: bool,
    /// A receipt can be printed.
    pub printer: bool,
    /// Why not, when it cannot.
    pub printer_trouble: Option<WhyNotPrinted>,
    /// The hub was reached a moment ago.
    pub network: bool,
    /// An identity document can be read.
    pub document_reader: bool,
    /// A waste pass can be read.
    pub pass_reader: bool,
}

impl Offer {
    /// Whether a reader is there.
    #[must_use]
    pub const fn reads(self, reader: ReaderKind) -> bool {
        match reader {
            ReaderKind::Document => self.document_reader,
            ReaderKind::Pass => self.pass_reader,
        }
    }
}

/// Why the pillar does not serve.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum OutOfService {
    /// The catalogue has a mistake.
    Catalogue,
    /// Nothing can be kept: no disk, a full disk, no usable binding.
    Storage,
    /// It has no binding: nobody enrolled it yet, or it was wiped.
    NotEnrolled,
    /// The hub does not admit it: it was revoked, or another device took its place.
    NotAdmitted,
    /// A technician wants it so, for this reason.
    Ordered(Closure),
}

/// What the terminal wants or does. The resident reads it on the screen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TerminalStep {
    /// It was asked and has not answered yet.
    Connecting,
    /// Confirm the amount on it.
    ConfirmAmount,
    /// Insert, tap or swipe the card.
    PresentCard,
    /// Enter the PIN.
    EnterPin,
    /// Wait a moment.
    PleaseWait,
    /// It is talking to the bank.
    Authorising,
    /// Take the card out.
    RemoveCard,
    /// Choose something on it.
    ChooseOnTerminal,
    /// Type something on it that is no PIN.
    TypeOnTerminal,
    /// Something went wrong; the payment may go on all the same.
    Trouble {
        /// What.
        trouble: CardTrouble,
        /// The card is to be taken out.
        remove_card: bool,
    },
    /// It is undoing the payment or stopping.
    Stopping,
    /// Something else; please look at the terminal.
    LookAtTerminal,
}

/// What went wrong with a card at the terminal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CardTrouble {
    /// It could not be read; the resident can try again.
    Unreadable,
    /// This card cannot be used here.
    NotAccepted,
    /// The PIN was wrong.
    WrongPin {
        /// How often it can be tried again, when the terminal tells.
        tries_left: Option<u8>,
    },
    /// The PIN was wrong too often.
    PinBlocked,
    /// There is too little money, or the card's limit is too low.
    NotEnoughMoney,
    /// The bank refused.
    Refused,
    /// The terminal could not do it.
    Failed,
}

/// How a payment ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PaymentDone {
    /// Paid, not paid or unknown.
    pub state: PaymentState,
    /// Why not, when it was not paid.
    pub why_not: Option<WhyNotPaid>,
    /// The transaction, when it is durable (paid or unknown).
    pub transaction: Option<(Uuid, Reference)>,
    /// What the receipt says of the card, such as `Maestro`, `52523535`, `0231`; no card number.
    pub card: Option<CardLines>,
}

/// What a receipt tells about a card payment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CardLines {
    /// The card scheme.
    pub scheme: String,
    /// The terminal's id.
    pub terminal_id: String,
    /// The terminal's receipt number.
    pub receipt_number: u16,
}

/// Why a payment did not happen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WhyNotPaid {
    /// The bank or the terminal refused the card.
    Declined,
    /// The resident stopped it.
    Stopped,
    /// Nobody presented a card in time.
    TimedOut,
    /// The terminal is not there or does not answer; it was not charged.
    TerminalGone,
}

/// What became of a receipt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ReceiptOutcome {
    /// The printer confirmed that it was printed.
    Printed,
    /// It was not printed, and will not come out later.
    NotPrinted(WhyNotPrinted),
    /// Nobody knows; the resident gets the reference on the screen.
    Unknown,
}

/// Why there is no paper receipt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WhyNotPrinted {
    /// The roll is empty.
    PaperOut,
    /// The cover is open.
    CoverOpen,
    /// The cutter is stuck.
    Cutter,
    /// The printer is not there or does not answer.
    Offline,
}
