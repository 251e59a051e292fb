//! How things are written in the columns of the outbox, and read back.
//!
//! Invariant: what cannot be read is said to be unreadable, by name, and never guessed.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use jiff::Timestamp;
use rusqlite::ToSql;
use rusqlite::types::{ToSqlOutput, ValueRef};
use serde::Serialize;
use serde::de::DeserializeOwned;
use uuid::Uuid;
use zuil_wire::{Cents, Header, PaymentState};

use super::{OutboxError, Result};

/// Base64 as the bytes that it stands for. What is none, or is written in another way than we do, stays
/// what it is, so that it comes back letter by letter.
pub(super) enum Bytes {
    Decoded(Vec<u8>),
    AsItIs(String),
}

impl Bytes {
    pub(super) fn of(text: &str) -> Self {
        // The decoder takes canonical base64 only: each content has one way to be written.
        BASE64.decode(text).map_or_else(|_| Self::AsItIs(text.to_owned()), Self::Decoded)
    }
}

impl ToSql for Bytes {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        match self {
            Self::Decoded(bytes) => bytes.to_sql(),
            Self::AsItIs(text) => text.to_sql(),
        }
    }
}

/// What [`Bytes`] was made of.
pub(super) fn text(column: ValueRef<'_>) -> Result<String> {
    match column {
        ValueRef::Blob(bytes) => Ok(BASE64.encode(bytes)),
        ValueRef::Text(text) => {
            String::from_utf8(text.to_vec()).map_err(|_| OutboxError::Unreadable("sealed content"))
        }
        _ => Err(OutboxError::Unreadable("sealed content")),
    }
}

pub(super) fn id_from(text: &str) -> Result<Uuid> {
    text.parse().map_err(|_| OutboxError::Unreadable("an id"))
}

pub(super) fn time_from(text: &str) -> Result<Timestamp> {
    text.parse().map_err(|_| OutboxError::Unreadable("a time"))
}

pub(super) fn second_from(second: i64) -> Result<Timestamp> {
    Timestamp::from_second(second).map_err(|_| OutboxError::Unreadable("a time"))
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whatever_was_sealed_comes_back_letter_by_letter() {
        // Not base64, not padded, and with bits that stand for nothing.
        for content in ["c2VhbGVk", "", "AA==", "AAA", "AB==", "?"] {
            let bytes = Bytes::of(content);
            let ToSqlOutput::Borrowed(column) = bytes.to_sql().unwrap() else { panic!("{content}") };
            assert_eq!(text(column).unwrap(), content);
        }
        assert!(matches!(Bytes::of("c2VhbGVk"), Bytes::Decoded(bytes) if bytes == b"sealed"));
    }
}
