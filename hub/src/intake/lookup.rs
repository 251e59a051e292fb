//! Answers a resident at a pillar who has the reference of a request. Invariant: no pillar looks up more than so many
//! a minute at each hub, whether it finds any or not.

use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use axum::body::Body;
use axum::extract::State;
use axum::response::Json;
use zuil_wire::{LookupAnswer, LookupRequest};

use super::{Door, Known, ListError, Rejection, blocking, list};
use crate::lookup::{Looked, look_up};

/// For how long a lookup counts.
const COUNTS: Duration = Duration::from_secs(60);

/// The lookups of each pillar within the last minute.
#[derive(Debug, Default)]
pub(super) struct Lookups(Mutex<HashMap<String, VecDeque<Instant>>>);

impl Lookups {
    /// Counts one of a pillar; how long it is to wait when there were too many. Only pillars that are admitted get
    /// here, so that there are no more of them than the fleet has.
    fn count(&self, pillar: &str, now: Instant) -> Result<(), Duration> {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let counted = all.entry(pillar.to_owned()).or_default();
        while counted.front().is_some_and(|at| now.saturating_duration_since(*at) >= COUNTS) {
            counted.pop_front();
        }
        match counted.front() {
            Some(first) if counted.len() >= LookupRequest::PER_MINUTE => {
                Err(COUNTS - now.saturating_duration_since(*first))
            }
            _ => {
                counted.push_back(now);
                Ok(())
            }
        }
    }
}

/// Reads the body of a request.
///
/// # Errors
/// When it cannot be answered.
pub fn parse(body: &[u8]) -> Result<LookupRequest, ListError> {
    list::read_one(body, "LookupRequest")
}

/// Tells how a request stands, whichever pillar made it.
pub(super) async fn tell(
    State(door): State<Arc<Door>>,
    Known(fingerprint): Known,
    body: Body,
) -> Result<Json<LookupAnswer>, Rejection> {
    let pillar = door.admitted(fingerprint).await?;
    let (bytes, _room) = door.room.read(body, LookupRequest::MAX_BYTES).await?;
    let LookupRequest { reference, .. } = parse(&bytes)?;
    door.lookups.count(&pillar.name, Instant::now()).map_err(Rejection::TooOften)?;
    let folder = Arc::clone(&door.folder);
    let looked = blocking(move || look_up(&*folder.store, &folder.seal_keys, reference)).await?;
    Ok(Json(LookupAnswer { found: looked.map(Looked::for_pillars) }))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_request_that_cannot_be_answered_says_why() {
        let refused = |body: serde_json::Value| parse(body.to_string().as_bytes()).unwrap_err();
        let form = ListError::Form("LookupRequest");
        assert_eq!(parse(b"{").unwrap_err(), form);
        assert_eq!(refused(json!({"version": 1})), form);
        assert_eq!(refused(json!({"version": 1, "reference": "7K3M-Q9XA-2F0"})), form, "mistyped");
        assert_eq!(refused(json!({"version": 1, "reference": "7K3M-Q9XA-2FP", "more": 1})), form);
        assert_eq!(refused(json!({"version": 5, "of": "later"})), ListError::Version);
        assert!(parse(br#"{"version":1,"reference":"7K3M-Q9XA-2FP"}"#).is_ok());
    }

    #[test]
    fn no_pillar_looks_up_more_than_so_many_a_minute_and_none_waits_for_another() {
        let (lookups, begin) = (Lookups::default(), Instant::now());
        let at = |seconds| begin + Duration::from_secs(seconds);
        for second in 0..20 {
            lookups.count("jumbo", at(second)).unwrap();
        }
        assert_eq!(lookups.count("jumbo", at(20)), Err(Duration::from_secs(40)));
        assert_eq!(lookups.count("bieb", at(20)), Ok(()));
        assert_eq!(lookups.count("jumbo", at(59)), Err(Duration::from_secs(1)));
        assert_eq!(lookups.count("jumbo", at(60)), Ok(()), "the first one counts no more");
        assert_eq!(lookups.count("jumbo", at(60)), Err(Duration::from_secs(1)));
        let a_day = (60..86_400).filter(|second| lookups.count("jumbo", at(*second)).is_ok());
        assert_eq!(a_day.count(), 20 * 60 * 24 - 21);
    }
}
