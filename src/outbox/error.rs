//! What can go wrong with the outbox. Every error knows whether trying again can help.

use rusqlite::ErrorCode;
use uuid::Uuid;
use zuil_wire::{Cents, PaymentState};

/// Why the outbox did not do what it was asked. Nothing was changed.
#[derive(Debug, thiserror::Error)]
pub enum OutboxError {
    /// Someone else holds the file.
    #[error("the outbox is in use by another program; look for a second pillar process, then try again")]
    Busy(#[source] rusqlite::Error),
    /// The disk is full.
    #[error("the disk is full; make room on it, then try again")]
    Full(#[source] rusqlite::Error),
    /// The disk or the file may not be written.
    #[error(
        "the outbox cannot be written; check that its disk is mounted for writing and that the folder belongs to the pillar's user"
    )]
    ReadOnly(#[source] rusqlite::Error),
    /// The file or its folder could not be opened or made.
    #[error("the outbox cannot be opened; check that its folder exists and belongs to the pillar's user")]
    CannotOpen(#[source] rusqlite::Error),
    /// The same, told by the operating system.
    #[error("the outbox cannot be opened; check that its folder exists and belongs to the pillar's user")]
    Folder(#[source] std::io::Error),
    /// The disk fails, or the file is damaged or something else than an outbox.
    #[error(
        "the outbox is damaged or its disk fails; keep the file, replace the disk, and call the workshop"
    )]
    Damaged(#[source] rusqlite::Error),
    /// What is in a row is not what this program writes.
    #[error("the outbox holds something unreadable ({0}); keep the file and call the workshop")]
    Unreadable(&'static str),
    /// A newer version of the program wrote the file.
    #[error("a newer version of the pillar wrote this outbox; install that version again")]
    Newer,
    /// Bringing an older file up to date failed.
    #[error(
        "the outbox could not be brought up to date; install the version from before and call the workshop"
    )]
    Migration(#[source] Box<rusqlite_migration::Error>),
    /// Any other error of the database.
    #[error("the outbox's database failed; restart the pillar, and call the workshop if it fails again")]
    Database(#[source] rusqlite::Error),
    /// The id or sequence number belongs to another transaction or payment already.
    #[error("{0} is kept already with other content; a new transaction needs a new id and sequence number")]
    Taken(Uuid),
    /// It would not fit in an upload and so would wait for ever.
    #[error("transaction {id} has {bytes} sealed bytes, more than can be uploaded; ask for less text")]
    TooLarge {
        /// The transaction.
        id: Uuid,
        /// Its sealed size.
        bytes: usize,
    },
    /// There is nothing to charge, or more than can be.
    #[error("{0} cannot be charged; a free transaction is committed without a payment")]
    Amount(Cents),
    /// There is no intent for that payment.
    #[error("payment {0} is not in the journal; record the intent before the terminal is asked")]
    UnknownPayment(Uuid),
    /// What is known of a payment does not change any more.
    #[error("payment {payment} is settled as {was:?} and cannot become {told:?}; a person has to look at it")]
    Settled {
        /// The payment.
        payment: Uuid,
        /// What the journal says.
        was: PaymentState,
        /// What was to be recorded.
        told: PaymentState,
    },
    /// The terminal told of another receipt before. Two receipts are two payments.
    #[error(
        "payment {payment} was approved with receipt {known:04}, and {told:?} is told now; a person has to look at it"
    )]
    OtherReceipt {
        /// The payment.
        payment: Uuid,
        /// What the journal says.
        known: u16,
        /// What was to be recorded.
        told: Option<u16>,
    },
    /// The terminal tells another amount than it was asked for.
    #[error("payment {payment} was for {asked}, and the terminal tells {told}; it must be taken back")]
    OtherAmount {
        /// The payment.
        payment: Uuid,
        /// What the journal says.
        asked: Cents,
        /// What was to be recorded.
        told: Cents,
    },
}

impl OutboxError {
    /// Whether the same call will fail again until a person has done something about it, or for
    /// ever. Anything else is worth another try by itself.
    #[must_use]
    pub const fn is_permanent(&self) -> bool {
        !matches!(self, Self::Busy(_) | Self::Full(_))
    }

    /// Whether the outbox could have written and would not, because what it was told contradicts
    /// what it keeps. The same call is never worth another try.
    #[must_use]
    pub const fn is_contradiction(&self) -> bool {
        match self {
            Self::Taken(_) | Self::TooLarge { .. } | Self::Amount(_) | Self::UnknownPayment(_) => true,
            Self::Settled { .. } | Self::OtherReceipt { .. } | Self::OtherAmount { .. } => true,
            Self::Busy(_) | Self::Full(_) | Self::ReadOnly(_) | Self::CannotOpen(_) => false,
            Self::Folder(_) | Self::Damaged(_) | Self::Unreadable(_) | Self::Newer => false,
            Self::Migration(_) | Self::Database(_) => false,
        }
    }
}

impl From<rusqlite::Error> for OutboxError {
    fn from(error: rusqlite::Error) -> Self {
        match error.sqlite_error_code() {
            Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => Self::Busy(error),
            Some(ErrorCode::DiskFull) => Self::Full(error),
            Some(ErrorCode::ReadOnly | ErrorCode::PermissionDenied) => Self::ReadOnly(error),
            Some(ErrorCode::CannotOpen) => Self::CannotOpen(error),
            Some(ErrorCode::SystemIoFailure | ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase) => {
                Self::Damaged(error)
            }
            _ => Self::Database(error),
        }
    }
}

impl From<rusqlite_migration::Error> for OutboxError {
    fn from(error: rusqlite_migration::Error) -> Self {
        use rusqlite_migration::{Error, MigrationDefinitionError};
        match error {
            Error::MigrationDefinition(MigrationDefinitionError::DatabaseTooFarAhead) => Self::Newer,
            Error::RusqliteError { err, .. } => match Self::from(err) {
                Self::Database(err) => {
                    Self::Migration(Box::new(Error::RusqliteError { query: String::new(), err }))
                }
                known => known,
            },
            other => Self::Migration(Box::new(other)),
        }
    }
}
