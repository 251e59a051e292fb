//! How things are written in the columns of the outbox, and read back.
//!
//! Invariant: what cannot be read is said to be unreadable, by name, and never guessed.

use jiff::Timestamp;
use serde::Serialize;
use serde::de::DeserializeOwned;
use uuid::Uuid;
use zuil_wire::{Cents, Header, PaymentState};

use super::{OutboxError, Result};

pub(super) fn id_from(text: &str) -> Result<Uuid> {
    text.parse().map_err(|_| OutboxError::Unreadable("an id"))
}

pub(super) fn time_from(text: &str) -> Result<Timestamp> {
    text.parse().map_err(|_| OutboxError::Unreadable("a time"))
}

pub(super) fn header_from(text: &str) -> Result<Header> {
    parse(text, "a header")
}

pub(super) const fn state_word(state: PaymentState) -> &'static str {
    match state {
        PaymentState::Paid => "paid",
        PaymentState::NotPaid => "not_paid",
        PaymentState::Unknown => "unknown",
    }
}

pub(super) fn state_from(word: &str) -> Result<PaymentState> {
    [PaymentState::Paid, PaymentState::NotPaid, PaymentState::Unknown]
        .into_iter()
        .find(|state| state_word(*state) == word)
        .ok_or(OutboxError::Unreadable("the state of a payment"))
}

/// SQLite has signed numbers; an amount beyond them is no fee and no turnover.
pub(super) fn cents_to_sql(cents: Cents) -> i64 {
    i64::try_from(cents.0).unwrap_or(i64::MAX)
}

pub(super) const fn cents_from(column: i64) -> Cents {
    Cents(column.unsigned_abs())
}

pub(super) fn json<T: Serialize>(value: &T) -> Result<String> {
    serde_json::to_string(value).map_err(|_| OutboxError::Unreadable("a value that has no JSON form"))
}

pub(super) fn parse<T: DeserializeOwned>(text: &str, what: &'static str) -> Result<T> {
    serde_json::from_str(text).map_err(|_| OutboxError::Unreadable(what))
}
