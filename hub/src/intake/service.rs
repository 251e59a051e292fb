//! Service visits: hands a pillar the key of its service codes, and takes what was done there and whether it is ready.
//! Invariant: a pillar gets its own key and no other; one entry that is of no use hinders no other, and what is shown to
//! people is short and plain.

use std::sync::Arc;
use std::time::Duration;

use axum::body::Body;
use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse, Json, Response};
use jiff::Timestamp;
use uuid::Uuid;
use zuil_wire::service::{ReadinessFinding, ServiceTaken};
use zuil_wire::{ReadinessReport, ServiceCode, ServiceEntries, ServiceEntry};

use super::list::{self, Item, ListError, Sorted};
use super::{Door, Known, Rejection, blocking};
use crate::service_codes::{self, ServiceCodeError};
use crate::store::{Pillar, Store, StoreError};

/// When a pillar that told more in a day than is kept comes again.
const COME_AGAIN_IN: Duration = Duration::from_mins(30);

impl Item for ServiceEntry {
    const LIST: &'static str = "ServiceEntries";
    const FIELD: &'static str = "entries";
    const MOST: usize = ServiceEntries::MAX_ENTRIES;

    fn id(&self) -> Uuid {
        self.id
    }

    fn fit(self) -> Option<Self> {
        self.serial.is_none_or(|serial| serial < ServiceCode::SERIALS).then_some(self)
    }
}

/// Reads the entries of a request.
///
/// # Errors
/// When the request as a whole cannot be taken. A bad entry in it is no error.
pub fn parse(body: &[u8]) -> Result<Sorted<ServiceEntry>, ListError> {
    list::sort(body)
}

/// Reads a report on readiness, and makes its texts short and plain.
///
/// # Errors
/// When it cannot be taken.
pub fn parse_readiness(body: &[u8]) -> Result<ReadinessReport, ListError> {
    let report: ReadinessReport = list::read_one(body, "ReadinessReport")?;
    if report.findings.len() > ReadinessReport::MAX_FINDINGS {
        return Err(ListError::TooMany(ReadinessReport::MAX_FINDINGS));
    }
    let plain = |ReadinessFinding { check, state, said }| ReadinessFinding {
        check: shortened(&check, ReadinessReport::LONGEST_CHECK),
        state,
        said: shortened(&said, ReadinessReport::LONGEST_SAID),
    };
    Ok(ReadinessReport { findings: report.findings.into_iter().map(plain).collect(), ..report })
}

fn shortened(text: &str, most: usize) -> String {
    text.chars().map(|sign| if sign.is_control() { ' ' } else { sign }).take(most).collect()
}

/// Keeps the entries and says which ones the pillar may forget. When it returns, they are durable. Nothing when none of them
/// fits any more today: then they stay at the pillar, which is to come again.
///
/// # Errors
/// [`StoreError`]; then nothing was kept.
pub fn take_in(
    told: Sorted<ServiceEntry>,
    pillar: &Pillar,
    store: &dyn Store,
    now: Timestamp,
) -> Result<Option<ServiceTaken>, StoreError> {
    let Sorted { usable, unusable } = told;
    let kept = store.keep_service_entries(&pillar.name, &usable, now)?;
    if kept.len() < usable.len() {
        tracing::warn!(
            pillar = pillar.name,
            "it tells of more service visits than there can be; look whether somebody guesses codes or has its keys"
        );
    }
    let is_full = !usable.is_empty() && kept.is_empty() && unusable.is_empty();
    Ok((!is_full).then(|| ServiceTaken { taken: kept.into_iter().chain(unusable).collect() }))
}

/// The key of the pillar's codes.
pub(super) async fn key(
    State(door): State<Arc<Door>>,
    Known(fingerprint): Known,
) -> Result<Response, Rejection> {
    let pillar = door.admitted(fingerprint).await?;
    let folder = Arc::clone(&door.folder);
    let key = blocking(move || {
        match service_codes::key(&*folder.store, &folder.vault, &pillar.name, Timestamp::now()) {
            Ok(key) => Ok(Some(key)),
            Err(ServiceCodeError::Store(error)) => Err(error),
            Err(error) => {
                tracing::error!(%error, pillar = pillar.name, "a pillar gets no key of service codes");
                Ok::<_, StoreError>(None)
            }
        }
    })
    .await?;
    let key = key.ok_or(Rejection::Unavailable)?;
    Ok(([(header::CACHE_CONTROL, "no-store")], Json(key)).into_response())
}

/// What was done there.
pub(super) async fn take_entries(
    State(door): State<Arc<Door>>,
    Known(fingerprint): Known,
    body: Body,
) -> Result<Response, Rejection> {
    let pillar = door.admitted(fingerprint).await?;
    let (bytes, _room) = door.room.read(body, ServiceEntries::MAX_BYTES).await?;
    let told = parse(&bytes)?;
    let store = Arc::clone(&door.folder.store);
    let answer = blocking(move || take_in(told, &pillar, &*store, Timestamp::now())).await?;
    Ok(Json(answer.ok_or(Rejection::TooOften(COME_AGAIN_IN))?).into_response())
}

/// Whether it is ready.
pub(super) async fn take_readiness(
    State(door): State<Arc<Door>>,
    Known(fingerprint): Known,
    body: Body,
) -> Result<Response, Rejection> {
    let pillar = door.admitted(fingerprint).await?;
    let (bytes, _room) = door.room.read(body, ReadinessReport::MAX_BYTES).await?;
    let report = parse_readiness(&bytes)?;
    let taken = vec![report.id];
    let store = Arc::clone(&door.folder.store);
    blocking(move || store.keep_readiness(&pillar.name, &report, Timestamp::now())).await?;
    Ok(Json(ServiceTaken { taken }).into_response())
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};
    use zuil_wire::ServiceDeed;

    fn entry(number: u128, deed: &str) -> Value {
        json!({
            "id": Uuid::from_u128(number), "serial": 7, "key_number": 1, "at": "2026-03-02T09:00:00Z",
            "deed": deed, "outcome": "done",
        })
    }

    fn report(findings: &[Value]) -> Value {
        json!({"version": 5, "id": Uuid::from_u128(1), "at": "2026-03-02T09:00:00Z", "findings": findings})
    }

    #[test]
    fn an_entry_that_is_none_hinders_no_other_and_a_deed_from_later_is_kept_as_another() {
        let (mut serial, mut outcome) = (entry(2, "opened"), entry(3, "opened"));
        serial["serial"] = 1000.into();
        outcome["outcome"] = "perhaps".into();
        let mut named = entry(4, "opened");
        named["name"] = "A. Jansen".into();
        let entries = [entry(1, "changed-roll"), serial, outcome, named, 7.into(), entry(5, "danced")];
        let body = json!({"version": 5, "entries": entries});
        let told = parse(body.to_string().as_bytes()).unwrap();
        let usable: Vec<_> = told.usable.iter().map(|entry| (entry.id.as_u128(), entry.deed)).collect();
        assert_eq!(usable, [(1, ServiceDeed::ChangedRoll), (5, ServiceDeed::Other)]);
        assert_eq!(told.unusable, [2, 3, 4].map(Uuid::from_u128));
    }

    #[test]
    fn what_a_pillar_says_of_itself_is_made_short_and_plain() {
        let finding = json!({"check": "printer", "state": "bad", "said": "geen\npapier".repeat(100)});
        let read = parse_readiness(report(&[finding]).to_string().as_bytes()).unwrap();
        let [finding] = read.findings.as_slice() else { unreachable!() };
        assert!(finding.said.starts_with("geen papiergeen"));
        assert_eq!(finding.said.chars().count(), ReadinessReport::LONGEST_SAID);
    }

    #[test]
    fn a_request_that_cannot_be_understood_is_refused_as_a_whole() {
        let refused = |body: &Value| parse(body.to_string().as_bytes()).unwrap_err();
        assert_eq!(refused(&json!({"version": 6, "of": "later"})), ListError::Version);
        let many = vec![entry(1, "opened"); ServiceEntries::MAX_ENTRIES + 1];
        assert_eq!(
            refused(&json!({"version": 5, "entries": many})),
            ListError::TooMany(ServiceEntries::MAX_ENTRIES)
        );
        let refused = |body: &Value| parse_readiness(body.to_string().as_bytes()).unwrap_err();
        let finding = json!({"check": "printer", "state": "good", "said": ""});
        let many = vec![finding; ReadinessReport::MAX_FINDINGS + 1];
        assert_eq!(refused(&report(&many)), ListError::TooMany(ReadinessReport::MAX_FINDINGS));
        let perhaps = json!({"check": "printer", "state": "perhaps", "said": ""});
        assert_eq!(refused(&report(&[perhaps])), ListError::Form("ReadinessReport"));
    }
}
