//! Answers a resident at a pillar who has the reference of a request. Invariant: no pillar looks up more than so many
//! a minute, at all hubs on the store together, whether it finds any or not.

use std::sync::Arc;

use axum::body::Body;
use axum::extract::State;
use axum::response::Json;
use jiff::Timestamp;
use zuil_wire::{LookupAnswer, LookupRequest};

use super::{Door, Known, ListError, Rejection, blocking, list};
use crate::lookup::{Looked, look_up};
use crate::store::{StoreError, Tried};

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
    let (folder, now) = (Arc::clone(&door.folder), Timestamp::now());
    let key = folder.vault.veil().named(Tried::LookUpBy, &pillar.name);
    let looked = blocking(move || match folder.store.begin_attempt(&[key], now)? {
        None => Ok(Ok(look_up(&*folder.store, &folder.seal_keys, reference)?)),
        Some(wait) => Ok::<_, StoreError>(Err(wait)),
    });
    let looked = looked.await?.map_err(|wait| Rejection::TooOften(wait.unsigned_abs()))?;
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
        assert_eq!(refused(json!({"version": 6, "of": "later"})), ListError::Version);
        assert!(parse(br#"{"version":1,"reference":"7K3M-Q9XA-2FP"}"#).is_ok());
    }
}
