//! The outbox, as residents, payments and power cuts meet it.

mod chance;
mod disk;
mod payments;
mod power_cuts;
mod queue;

use std::path::PathBuf;

use tempfile::TempDir;
use uuid::Uuid;
use zuil_wire::seal::{OpenKey, SealKey, Sealed};
use zuil_wire::{
    AnswerLine, Cents, Header, ItemOutcome, PROTOCOL_VERSION, PaymentRecord, PaymentState, Reference, State,
    Transaction,
};

use super::*;

pub(super) const FEE: Cents = Cents(1735);
const TERMINAL: &str = "52523535";

impl SqliteOutbox {
    /// From now on nothing can be written, or it can again: what a disk that fails looks like.
    pub(crate) fn set_read_only(&self, read_only: bool) {
        self.lock().pragma_update(None, "query_only", read_only).unwrap();
    }
}

/// A pillar's disk with an outbox on it.
struct Disk {
    folder: TempDir,
}

impl Disk {
    fn new() -> Self {
        Self { folder: tempfile::tempdir().unwrap() }
    }

    fn path(&self) -> PathBuf {
        self.folder.path().join("outbox.sqlite")
    }

    fn open(&self) -> SqliteOutbox {
        SqliteOutbox::open(&self.path()).unwrap()
    }

    /// What a power cut at this moment would leave: the files as they are, without a close.
    fn after_a_power_cut(&self) -> Self {
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

fn id(number: u64) -> Uuid {
    Uuid::from_u128(u128::from(number))
}

fn payment(number: u64) -> Uuid {
    Uuid::from_u128(0xa0_0000 + u128::from(number))
}

fn header(number: u64) -> Header {
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
fn sealed(number: u64) -> Sealed {
    Sealed { header: header(number), encapsulated_key: "a2V5".into(), ciphertext: "c2VhbGVk".into() }
}

fn intent(number: u64, last_receipt: Option<u16>) -> Intent {
    Intent {
        payment: payment(number),
        amount: FEE,
        last_receipt,
        turnover: None,
        last_terminal: last_receipt.map(|_| TERMINAL.into()),
        at: jiff::Timestamp::UNIX_EPOCH,
    }
}

fn approval(receipt_number: u16) -> Approval {
    Approval {
        amount: FEE,
        terminal_id: TERMINAL.into(),
        receipt_number,
        card_scheme: "Maestro".into(),
        trace: None,
    }
}

fn paid(receipt: u16) -> PaymentRecord {
    PaymentRecord {
        state: PaymentState::Paid,
        amount: FEE,
        terminal_id: Some(TERMINAL.into()),
        receipt_number: Some(receipt),
        card_scheme: Some("Maestro".into()),
    }
}

fn without_details(state: PaymentState) -> PaymentRecord {
    PaymentRecord { state, amount: FEE, terminal_id: None, receipt_number: None, card_scheme: None }
}

/// Unknown after the terminal had approved it.
fn unknown_after_approval(receipt: u16) -> PaymentRecord {
    PaymentRecord { state: PaymentState::Unknown, ..paid(receipt) }
}

fn not_paid() -> PaymentRecord {
    without_details(PaymentState::NotPaid)
}

fn unknown() -> PaymentRecord {
    without_details(PaymentState::Unknown)
}

fn accepted(number: u64, state: State) -> ItemOutcome {
    ItemOutcome::Accepted { id: id(number), state, case_number: None }
}

fn sent(outbox: &SqliteOutbox) -> Vec<Sent> {
    outbox.pending(64).unwrap().iter().map(Pending::sent).collect()
}

fn pending_ids(outbox: &SqliteOutbox) -> Vec<Uuid> {
    outbox.pending(64).unwrap().iter().map(|pending| pending.sealed.header.id).collect()
}
