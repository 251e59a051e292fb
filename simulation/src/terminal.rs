//! A card terminal at the level of its trait: it charges, remembers, and loses its line at the worst
//! moment. It survives the pillar.
//!
//! Invariant: what it says is true; what it charged it remembers, or has taken back and remembers that.

use std::sync::mpsc::Sender;
use std::time::Duration;

use fastrand::Rng;
use uuid::Uuid;
use zuil::devices::terminal::{Charge, Details, Keep, Last, LastPayment, Memory, PaymentTerminal, Turnover};
use zuil_wire::Cents;

use crate::witness::Witness;

const ID: &str = "52523535";
const SCHEME: &str = "Maestro";

/// What the pillar asks of its terminal.
pub(crate) enum Order {
    Charge(Charge),
    Cancel,
    AskLastPayment,
}

/// The pillar's end.
pub(crate) struct Desk(pub(crate) Sender<Order>);

impl PaymentTerminal for Desk {
    fn charge(&self, charge: Charge) {
        let _ = self.0.send(Order::Charge(charge));
    }

    fn cancel(&self) {
        let _ = self.0.send(Order::Cancel);
    }

    fn ask_last_payment(&self) {
        let _ = self.0.send(Order::AskLastPayment);
    }

    fn end_of_day(&self) {}

    fn diagnose(&self) {}
}

/// How a payment goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fate {
    Approved,
    Declined,
    TimedOut,
    /// The line is lost before the card is charged.
    LostBefore,
    /// The card is charged and the line is lost before that is told.
    LostAfter,
    /// It is told, and the line is lost before the pillar's answer is heard.
    LostAtTheEnd,
}

/// A payment that is going on.
pub(crate) struct Going {
    pub(crate) payment: Uuid,
    pub(crate) amount: Cents,
    pub(crate) keep: Option<Keep>,
    pub(crate) fate: Fate,
    pub(crate) cancelled: bool,
    /// What was told of a charge that was made.
    pub(crate) told: Option<Details>,
}

/// The terminal.
pub(crate) struct Terminal {
    witness: Witness,
    receipt: u16,
    last: LastPayment,
    turnover: (u32, u64),
    pub(crate) going: Option<Going>,
    /// It answers.
    pub(crate) is_there: bool,
    /// It does not tell what it remembers.
    pub(crate) is_silent: bool,
    /// It takes back what was not acknowledged.
    takes_back: bool,
}

impl Terminal {
    pub(crate) fn new(witness: Witness, random: &mut Rng) -> Self {
        let receipt = random.u16(1..9_000);
        let details = details(receipt, Cents(101));
        Self {
            witness,
            receipt,
            last: LastPayment { approved: true, details, reverses: None },
            turnover: (1, 101),
            going: None,
            is_there: true,
            is_silent: false,
            takes_back: random.bool(),
        }
    }

    pub(crate) fn begin(&mut self, charge: Charge, random: &mut Rng) {
        let fate = match random.u8(0..20) {
            0..=6 => Fate::Approved,
            7 | 8 => Fate::Declined,
            9 => Fate::TimedOut,
            10..=12 => Fate::LostBefore,
            13..=15 => Fate::LostAfter,
            _ => Fate::LostAtTheEnd,
        };
        self.going = Some(Going {
            payment: charge.payment,
            amount: charge.amount,
            keep: Some(charge.before_acknowledge),
            fate,
            cancelled: false,
            told: None,
        });
    }

    /// Charges the card.
    pub(crate) fn charge(&mut self, payment: Uuid, amount: Cents) -> Details {
        self.receipt += 1;
        let details = details(self.receipt, amount);
        self.last = LastPayment { approved: true, details: details.clone(), reverses: None };
        self.turnover = (self.turnover.0 + 1, self.turnover.1 + amount.0);
        self.witness.notes().charged(payment, true);
        details
    }

    /// Takes back the last charge.
    pub(crate) fn take_back(&mut self, payment: Uuid, charged: &Details) {
        self.receipt += 1;
        let amount = charged.amount;
        self.last =
            LastPayment { approved: false, details: details(self.receipt, amount), reverses: charged.trace };
        self.turnover = (self.turnover.0 - 1, self.turnover.1 - amount.0);
        self.witness.notes().charged(payment, false);
    }

    /// A charge whose word was not acknowledged stands or does not, as this terminal is made.
    pub(crate) fn was_not_heard(&mut self, payment: Uuid, charged: &Details) {
        if self.takes_back {
            self.take_back(payment, charged);
        }
    }

    /// The pillar went dark. A payment that was begun goes to its end without it.
    pub(crate) fn lost_the_pillar(&mut self, random: &mut Rng) {
        let Some(going) = self.going.take() else { return };
        if going.told.is_some() || matches!(going.fate, Fate::Declined | Fate::TimedOut) || random.bool() {
            return;
        }
        let charged = self.charge(going.payment, going.amount);
        self.was_not_heard(going.payment, &charged);
    }

    pub(crate) fn memory(&self) -> Memory {
        if self.is_silent {
            return Memory { last: Last::NotTold, turnover: None };
        }
        let (count, total) = self.turnover;
        let turnover = Turnover { terminal_id: ID.to_owned(), count, total: Cents(total) };
        Memory { last: Last::Payment(self.last.clone()), turnover: Some(turnover) }
    }
}

/// How long the next thing at a terminal takes.
pub(crate) fn pace(random: &mut Rng) -> Duration {
    Duration::from_millis(random.u64(100..2_500))
}

fn details(receipt: u16, amount: Cents) -> Details {
    Details {
        amount,
        terminal_id: ID.to_owned(),
        receipt_number: receipt,
        card_scheme: SCHEME.to_owned(),
        trace: Some(u32::from(receipt)),
    }
}
