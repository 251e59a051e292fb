//! The card terminal.
//!
//! Invariant: the terminal's outcome is made durable (through
//! [`Charge::before_acknowledge`]) before it is acknowledged, and what is not known is never
//! reported as paid or not paid.

use uuid::Uuid;
use zuil_wire::Cents;

pub(super) mod codec;
mod codes;
pub(crate) mod driver;
pub(super) mod frame;
pub(super) mod link;
#[cfg(feature = "simulators")]
pub mod simulator;
/// Of the simulator, fuzzing needs only what finds card numbers.
#[cfg(all(fuzzing, not(feature = "simulators")))]
pub(super) mod simulator {
    pub mod card_numbers;
}
#[cfg(test)]
#[cfg(feature = "simulators")]
mod testing;
mod thread;

pub use driver::{BadPassword, Options, Password};
pub use thread::ZvtTerminal;

/// Something that takes card payments. Returns at once; what happens comes through the sink that it
/// was made with. Dropping it ends its thread.
pub trait PaymentTerminal: Send {
    /// Charges an amount. Gets exactly one [`TerminalEvent::Done`], however it ends.
    fn charge(&self, charge: Charge);

    /// Asks the terminal to stop the payment that is going on. It may still turn out paid.
    fn cancel(&self);

    /// Asks what the terminal remembers of its last payment and of its turnover (status enquiry 05 01,
    /// repeat receipt 06 20, turnover totals 06 10). Answered by [`TerminalEvent::Remembers`] when the
    /// terminal answers; asked again at every reconnect until it does. It is told without being asked
    /// after every connection, and after every payment that was not made, because refusals and takings
    /// back use up receipt numbers too. A terminal that refuses to tell its turnover is not asked for
    /// it again on the same connection.
    ///
    /// What counts as an answer:
    ///
    /// - A payment with its receipt number: that payment. One that was declined, or a reversal (BMP
    ///   37), is told as not approved.
    /// - A refusal to repeat (84 83, or an abort with 83 or 6C) by a terminal that was registered and
    ///   answered the status enquiry: it remembers none. The specification names no code for an empty
    ///   memory, and a terminal that cannot repeat at all may answer the same; one that made a payment
    ///   since it last told one is therefore not believed.
    /// - Anything else, above all a declined payment without a receipt number: [`Last::NotTold`] when
    ///   at least the turnover is told, and otherwise nothing, since "none" would prove that an open
    ///   payment was not made. The log says once what to do, and the terminal is asked again every
    ///   minute.
    fn ask_last_payment(&self);

    /// Closes the terminal's day (end of day 06 50), as soon as it is idle; a payment that begins
    /// meanwhile waits. Answered by [`TerminalEvent::DayEnded`], at once when the terminal is not there.
    ///
    /// Not to be asked for while a payment is open: a terminal may forget its last payment with its
    /// day, and is from then on believed to remember none.
    fn end_of_day(&self);

    /// Tries the terminal's connection to the bank (diagnosis 06 70), without a charge, as soon as it
    /// is idle. Answered by [`TerminalEvent::Diagnosed`], at once when the terminal is not there.
    fn diagnose(&self);
}

/// A payment to take.
pub struct Charge {
    /// Names it in the events.
    pub payment: Uuid,
    /// How much, more than zero.
    pub amount: Cents,
    /// Makes the outcome durable. Called once, on the device's thread, before the terminal's status
    /// information is acknowledged. On an error the terminal is told to take the payment back.
    pub before_acknowledge: Keep,
}

/// Makes an outcome durable.
pub type Keep = Box<dyn FnOnce(&Outcome) -> Result<(), NotRecorded> + Send>;

/// The outcome could not be made durable.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the outcome of a payment could not be kept")]
pub struct NotRecorded;

/// What a terminal tells.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TerminalEvent {
    /// Its condition changed. Also told once at the start.
    Condition(Condition),
    /// What it wants or does during a payment.
    Prompt(Uuid, Prompt),
    /// How a payment ended.
    Done(Uuid, Outcome),
    /// What it remembers of payments.
    Remembers(Memory),
    /// Whether its day was closed. After that it remembers no turnover, and perhaps no last payment.
    DayEnded(Result<(), NotDone>),
    /// Whether it reaches the bank.
    Diagnosed(Result<(), NotDone>),
}

/// Why a command that is not about one payment was not done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NotDone {
    /// The terminal refused or failed, with its result code (84 xx, 06 1E xx).
    Refused(u8),
    /// It is not there, or stopped answering.
    Silent,
}

/// The condition of a terminal.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Condition {
    /// Not asked yet.
    #[default]
    Unknown,
    /// Registered and idle.
    Ready,
    /// In a payment.
    Busy,
    /// No port, no answer.
    Offline,
}

/// What the terminal wants or does (intermediate status 04 FF, or what the driver knows itself).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Prompt {
    /// The driver is talking to it.
    Connecting,
    /// Confirm the amount on the terminal (04 FF 00).
    ConfirmAmount,
    /// Insert, tap or swipe the card (04 FF 0A and alike).
    PresentCard,
    /// Enter the PIN.
    EnterPin,
    /// Wait a moment (04 FF 0E and alike).
    PleaseWait,
    /// It is talking to the bank (04 FF 04 and alike).
    Authorising,
    /// Take the card out (04 FF 0B and alike).
    RemoveCard,
    /// Choose something on the terminal: a language, a currency, a way of paying.
    ChooseOnTerminal,
    /// Type something on the terminal that is no PIN, such as a mobile number.
    TypeOnTerminal,
    /// Something went wrong. The payment may go on all the same.
    Trouble {
        /// What.
        trouble: Trouble,
        /// The card is to be taken out.
        remove_card: bool,
    },
    /// It is stopping or undoing the payment.
    Stopping,
    /// Any other intermediate status.
    LookAtTerminal,
}

/// What can go wrong at a terminal while a resident stands there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Trouble {
    /// The card could not be read; the resident can try again.
    CardUnreadable,
    /// This card cannot be used here: unknown, expired, not admitted.
    CardNotAccepted,
    /// The PIN was wrong.
    WrongPin {
        /// How often it can be tried again, 0 to 9, when the terminal tells.
        tries_left: Option<u8>,
    },
    /// The PIN was wrong too often.
    PinBlocked,
    /// The account or the card's limit has too little left.
    NotEnoughMoney,
    /// The bank or the terminal refused.
    Refused,
    /// The terminal could not do it.
    Failed,
}

/// How a payment ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// Charged, and made durable before it was acknowledged.
    Paid(Details),
    /// Refused, with the terminal's result code.
    Declined(u8),
    /// The resident or the pillar stopped it.
    Aborted,
    /// Nobody presented a card in time.
    TimedOut,
    /// The terminal was never asked, because it is not there.
    NotAsked,
    /// The terminal was asked and did not tell: power, cable or silence.
    Unknown,
    /// It was charged, could not be kept ([`NotRecorded`]), and the terminal aborted it (06 1E), or
    /// completed it (06 0F) and then said of a reversal (06 30) that it succeeded. Anything else after
    /// such a charge is [`Outcome::Unknown`].
    TakenBack,
}

/// What the terminal tells of a payment it made. It holds no card number.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Details {
    /// The amount that was charged.
    pub amount: Cents,
    /// The terminal's id (BMP 29), eight digits.
    pub terminal_id: String,
    /// The receipt number (BMP 87), 1 to 9999.
    pub receipt_number: u16,
    /// The card's name (BMP 8B), such as `Maestro`.
    pub card_scheme: String,
    /// The trace number (BMP 0B), when it is told. A taking back names it ([`LastPayment::reverses`]).
    pub trace: Option<u32>,
}

/// What a terminal remembers of its last payment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LastPayment {
    /// Whether it was approved and, as far as the terminal tells, not taken back.
    pub approved: bool,
    /// Its details; the amount of one that was not approved may be zero, when it was not told.
    pub details: Details,
    /// When it is a taking back (BMP 37): the trace number of the payment that was taken back. It is
    /// then not approved, and the receipt number in its details is that of the taking back.
    pub reverses: Option<u32>,
}

/// What a terminal remembers of payments.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Memory {
    /// Its last payment.
    pub last: Last,
    /// Its turnover since its day was last closed; `None` when it does not tell.
    pub turnover: Option<Turnover>,
}

/// What a terminal tells of its last payment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Last {
    /// This one.
    Payment(LastPayment),
    /// It remembers none.
    None,
    /// It does not tell, or what it tells cannot be read. That proves nothing.
    NotTold,
}

/// The sum of what a terminal has charged since its day was last closed (BMP 60 of the answer to
/// 06 10).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Turnover {
    /// The terminal's id, eight digits.
    pub terminal_id: String,
    /// How many payments.
    pub count: u32,
    /// How much together.
    pub total: Cents,
}
