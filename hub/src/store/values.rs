//! Values as they stand in a database, whichever it is. Invariant: what cannot be read back is never written, and what
//! cannot be read is damage, not a guess.

use jiff::Timestamp;
use zuil_wire::system::{UpdateRefusal, UpdateState};
use zuil_wire::{PaymentRecord, ReadinessReport, Refusal, ServiceOutcome, State, SystemVersion};

use super::{DecidedBy, ParkReason, RolloutStage, SealedSecret, Standing, StoreError, System, Trouble};

pub(super) fn read_state(word: &str) -> Result<State, StoreError> {
    State::parse(word).ok_or(StoreError::Damaged("state"))
}

pub(super) fn read_payment(text: Option<String>) -> Result<Option<PaymentRecord>, StoreError> {
    text.map(|text| serde_json::from_str(&text)).transpose().map_err(|_| StoreError::Damaged("payment"))
}

pub(super) fn read_trouble(word: Option<String>) -> Result<Option<Trouble>, StoreError> {
    word.map(|word| Trouble::parse(&word).ok_or(StoreError::Damaged("trouble"))).transpose()
}

pub(super) fn read_decided_by(word: Option<String>) -> Result<Option<DecidedBy>, StoreError> {
    word.map(|word| DecidedBy::parse(&word).ok_or(StoreError::Damaged("decision"))).transpose()
}

pub(super) fn write_json(value: &impl serde::Serialize) -> Result<String, StoreError> {
    serde_json::to_string(value).map_err(|_| StoreError::Damaged("value"))
}

pub(super) fn micros(at: Timestamp) -> i64 {
    at.as_microsecond()
}

pub(super) fn time(micros: i64) -> Result<Timestamp, StoreError> {
    Timestamp::from_microsecond(micros).map_err(|_| StoreError::Damaged("time"))
}

pub(super) fn optional_time(micros: Option<i64>) -> Result<Option<Timestamp>, StoreError> {
    micros.map(time).transpose()
}

/// The databases' integers end at 2⁶³ − 1. No pillar counts that far.
pub(super) fn to_integer(value: u64) -> i64 {
    i64::try_from(value).unwrap_or(i64::MAX)
}

/// As on the wire.
pub(super) const fn refusal_word(reason: Refusal) -> &'static str {
    match reason {
        Refusal::WrongPillar => "wrong_pillar",
        Refusal::BadSignature => "bad_signature",
        Refusal::UnknownKey => "unknown_key",
        Refusal::Unreadable => "unreadable",
        Refusal::Conflict => "conflict",
        Refusal::UnsupportedVersion => "unsupported_version",
        Refusal::Other => "other",
    }
}

pub(super) fn read_refusal(word: &str) -> Result<Refusal, StoreError> {
    use Refusal::{BadSignature, Conflict, Other, UnknownKey, Unreadable, UnsupportedVersion, WrongPillar};
    let all = [WrongPillar, BadSignature, UnknownKey, Unreadable, Conflict, UnsupportedVersion, Other];
    all.into_iter().find(|reason| refusal_word(*reason) == word).ok_or(StoreError::Damaged("refusal"))
}

pub(super) fn read_system(word: Option<String>) -> Result<Option<System>, StoreError> {
    word.map(|word| System::parse(&word).ok_or(StoreError::Damaged("system"))).transpose()
}

pub(super) fn read_version(text: &str) -> Result<SystemVersion, StoreError> {
    text.parse().map_err(|_| StoreError::Damaged("version of a system"))
}

pub(super) fn read_stage(word: &str) -> Result<RolloutStage, StoreError> {
    RolloutStage::parse(word).ok_or(StoreError::Damaged("stage of a roll-out"))
}

pub(super) fn read_update_state(word: &str) -> Result<UpdateState, StoreError> {
    UpdateState::parse(word).ok_or(StoreError::Damaged("state of an update"))
}

pub(super) fn read_refusal_of_update(word: Option<String>) -> Result<Option<UpdateRefusal>, StoreError> {
    word.map(|word| UpdateRefusal::parse(&word).ok_or(StoreError::Damaged("refusal of an update")))
        .transpose()
}

pub(super) fn read_sealed(sealed: Vec<u8>) -> Result<SealedSecret, StoreError> {
    SealedSecret::of(sealed).ok_or(StoreError::Damaged("sealed key"))
}

pub(super) fn read_service_outcome(word: &str) -> Result<ServiceOutcome, StoreError> {
    ServiceOutcome::parse(word).ok_or(StoreError::Damaged("outcome of a service visit"))
}

pub(super) fn read_readiness(text: &str) -> Result<ReadinessReport, StoreError> {
    serde_json::from_str(text).map_err(|_| StoreError::Damaged("report on readiness"))
}

pub(super) fn read_standing(word: &str, reason: Option<String>) -> Result<Standing, StoreError> {
    match (word, reason) {
        ("waiting", None) => Ok(Standing::Waiting),
        ("held", None) => Ok(Standing::Held),
        ("nothing", None) => Ok(Standing::Nothing),
        ("closed", None) => Ok(Standing::Closed),
        ("registered", None) => Ok(Standing::Registered),
        ("parked", Some(reason)) => {
            ParkReason::parse(&reason).map(Standing::Parked).ok_or(StoreError::Damaged("reason"))
        }
        _ => Err(StoreError::Damaged("handover")),
    }
}
