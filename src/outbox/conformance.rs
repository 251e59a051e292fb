//! What every outbox must do, in the words of residents, payments and power cuts. Each check is run on each
//! implementation, on a place of its own, and speaks of it through the trait only.

mod chance;
mod payments;
mod queue;
mod retention;

use std::path::PathBuf;
use std::sync::Arc;

use tempfile::TempDir;
use uuid::Uuid;
use zuil_wire::seal::Sealed;
use zuil_wire::{
    Cents, Header, ItemOutcome, PROTOCOL_VERSION, PaymentRecord, PaymentState, Reference, State,
};

use super::*;

/// Makes a test of each check, on a disk and in memory.
macro_rules! on_every_outbox {
    ($($check:ident,)*) => {
        mod on_disk {
            $(#[test] fn $check() { super::$check(&super::Disk::new()); })*
        }

        mod in_memory {
            $(#[test] fn $check() { super::$check(&super::Memory::new()); })*
        }
    };
}
use on_every_outbox;

/// Where an outbox is kept.
pub(super) trait Place {
    /// Another one, with nothing in it.
    fn another(&self) -> Box<dyn Place>;

    /// The outbox that is kept there.
    fn open_with(&self, settings: Settings) -> Arc<dyn Outbox>;

    /// What a power cut at this moment would leave.
    fn after_a_power_cut(&self) -> Box<dyn Place>;

    /// The outbox that is kept there, with the usual settings but that content goes at once.
    fn open(&self) -> Arc<dyn Outbox> {
        self.open_with(AT_ONCE)
    }
}

/// Content goes with the hub's answer.
pub(super) const AT_ONCE: Settings = Settings {
    keep_sealed: std::time::Duration::ZERO,
    keep_records: std::time::Duration::from_hours(24),
    largest: 1 << 30,
};

/// A pillar's disk with an outbox on it.
pub(super) struct Disk {
    pub(super) folder: TempDir,
}

impl Disk {
    pub(super) fn new() -> Self {
        Self { folder: tempfile::tempdir().unwrap() }
    }

    pub(super) fn path(&self) -> PathBuf {
        self.folder.path().join("outbox.sqlite")
    }

    /// The files as they are, without a close.
    pub(super) fn copy(&self) -> Self {
        let copy = Self::new();
        for name in ["outbox.sqlite", "outbox.sqlite-wal"] {
            let from = self.folder.path().join(name);
            if from.exists() {
                std::fs::copy(from, copy.folder.path().join(name)).unwrap();
            }
        }
        copy
    }
}

impl Place for Disk {
    fn another(&self) -> Box<dyn Place> {
        Box::new(Self::new())
    }

    fn open_with(&self, settings: Settings) -> Arc<dyn Outbox> {
        Arc::new(SqliteOutbox::open(&self.path()).unwrap().with(settings).unwrap())
    }

    fn after_a_power_cut(&self) -> Box<dyn Place> {
        Box::new(self.copy())
    }
}

/// A memory that outlives whoever remembers.
struct Memory(std::cell::RefCell<Option<Arc<MemoryOutbox>>>);

impl Memory {
    fn new() -> Self {
        Self(None.into())
    }
}

impl Place for Memory {
    fn another(&self) -> Box<dyn Place> {
        Box::new(Self::new())
    }

    fn open_with(&self, settings: Settings) -> Arc<dyn Outbox> {
        self.0.borrow_mut().get_or_insert_with(|| Arc::new(MemoryOutbox::new(settings))).clone()
    }

    fn after_a_power_cut(&self) -> Box<dyn Place> {
        let found = self.0.borrow().as_ref().map(|outbox| Arc::new(outbox.as_found_later()));
        Box::new(Self(found.into()))
    }
}

pub(super) const FEE: Cents = Cents(1735);
const TERMINAL: &str = "52523535";

pub(super) fn id(number: u64) -> Uuid {
    Uuid::from_u128(u128::from(number))
}

pub(super) fn payment(number: u64) -> Uuid {
    Uuid::from_u128(0xa0_0000 + u128::from(number))
}

pub(super) fn header(number: u64) -> Header {
    Header {
        version: PROTOCOL_VERSION,
        id: id(number),
        pillar: "voorbeeld".into(),
        sequence: number,
        reference: Reference::from_bits(number),
        committed_at: jiff::Timestamp::UNIX_EPOCH,
        key_id: "k1".into(),
    }
}

/// A sealed transaction without real content: the outbox never looks inside.
pub(super) fn sealed(number: u64) -> Sealed {
    Sealed { header: header(number), encapsulated_key: "a2V5".into(), ciphertext: "c2VhbGVk".into() }
}

pub(super) fn intent(number: u64, last_receipt: Option<u16>) -> Intent {
    Intent {
        payment: payment(number),
        amount: FEE,
        last_receipt,
        turnover: None,
        last_terminal: last_receipt.map(|_| TERMINAL.into()),
        at: jiff::Timestamp::UNIX_EPOCH,
    }
}

pub(super) fn approval(receipt_number: u16) -> Approval {
    Approval {
        amount: FEE,
        terminal_id: TERMINAL.into(),
        receipt_number,
        card_scheme: "Maestro".into(),
        trace: None,
    }
}

pub(super) fn paid(receipt: u16) -> PaymentRecord {
    PaymentRecord {
        state: PaymentState::Paid,
        amount: FEE,
        terminal_id: Some(TERMINAL.into()),
        receipt_number: Some(receipt),
        card_scheme: Some("Maestro".into()),
    }
}

pub(super) fn without_details(state: PaymentState) -> PaymentRecord {
    PaymentRecord { state, amount: FEE, terminal_id: None, receipt_number: None, card_scheme: None }
}

/// Unknown after the terminal had approved it.
pub(super) fn unknown_after_approval(receipt: u16) -> PaymentRecord {
    PaymentRecord { state: PaymentState::Unknown, ..paid(receipt) }
}

pub(super) fn not_paid() -> PaymentRecord {
    without_details(PaymentState::NotPaid)
}

pub(super) fn unknown() -> PaymentRecord {
    without_details(PaymentState::Unknown)
}

pub(super) fn accepted(number: u64, state: State) -> ItemOutcome {
    ItemOutcome::Accepted { id: id(number), state, case_number: None }
}

pub(super) fn sent(outbox: &dyn Outbox) -> Vec<Sent> {
    outbox.pending(64).unwrap().iter().map(Pending::sent).collect()
}

pub(super) fn pending_ids(outbox: &dyn Outbox) -> Vec<Uuid> {
    outbox.pending(64).unwrap().iter().map(|pending| pending.sealed.header.id).collect()
}
