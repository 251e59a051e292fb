//! Looks at every envelope of an upload on its own: whose it is, whether it was signed, what is in
//! it. Invariant: an envelope that is bad, however bad, never hinders another one.

use aws_lc_rs::digest::{Context, SHA256};
use jiff::Timestamp;
use serde::Deserialize;
use serde_json::Value;
use uuid::Uuid;
use zuil_wire::messages::SurveyItem;
use zuil_wire::{
    Envelope, ItemOutcome, PROTOCOL_VERSION, Refusal, UploadRequest, UploadResponse, seal, versions,
};

use crate::seal_keys::{SealKeys, SealKeysError};
use crate::store::{Batch, Digest, Incoming, Outcome, Pillar, Store, StoreError, survey_ids};

/// An upload whose parts were not looked at yet.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Upload {
    #[expect(dead_code, reason = "a part of the form, read before the rest as `OfSomeVersion`")]
    version: u16,
    envelopes: Vec<Value>,
    surveys: Vec<Value>,
}

/// As much as uploads of all versions have in common.
#[derive(Deserialize)]
struct OfSomeVersion {
    version: u64,
}

/// Why an upload as a whole cannot be taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum UploadError {
    /// It is no upload.
    #[error("this is not an upload; see UploadRequest in the protocol")]
    Form,
    /// It speaks another version of the protocol.
    #[error(
        "this hub speaks the versions {} of the protocol only; update the older of the two",
        versions::spoken()
    )]
    Version,
    /// It has too many envelopes or surveys.
    #[error("at most {} envelopes and as many surveys go into one upload", UploadRequest::MAX_ENVELOPES)]
    TooMany,
}

impl Upload {
    /// Reads the body of a request.
    ///
    /// # Errors
    /// When the request as a whole cannot be taken. A bad envelope in it is no error.
    pub fn parse(body: &[u8]) -> Result<Self, UploadError> {
        // Another version may have other fields, so this is asked before the rest is read.
        let OfSomeVersion { version } = serde_json::from_slice(body).map_err(|_| UploadError::Form)?;
        if !versions::speaks(version) {
            return Err(UploadError::Version);
        }
        let upload: Self = serde_json::from_slice(body).map_err(|_| UploadError::Form)?;
        if upload.envelopes.len().max(upload.surveys.len()) > UploadRequest::MAX_ENVELOPES {
            return Err(UploadError::TooMany);
        }
        Ok(upload)
    }

    /// Verifies, opens and stores what `pillar` sent. When it returns, what it says is durable.
    ///
    /// # Errors
    /// [`TakeInError`]; then nothing was stored or refused and the pillar should try again.
    pub fn take_in(
        self,
        pillar: &Pillar,
        keys: &SealKeys,
        store: &dyn Store,
        now: Timestamp,
    ) -> Result<UploadResponse, TakeInError> {
        let mut batch = Batch { pillar: pillar.name.clone(), ..Batch::default() };
        let mut judged = Vec::with_capacity(self.envelopes.len());
        for envelope in self.envelopes {
            let id = id_of(&envelope);
            match judge(envelope, pillar, keys) {
                Ok(incoming) => {
                    batch.transactions.push(incoming);
                    judged.push((id, None));
                }
                Err(Verdict::Refused(reason)) => judged.push((id, Some(reason))),
                Err(Verdict::Later(error)) => return Err(error.into()),
            }
        }
        let (surveys, unusable) = sort_surveys(self.surveys);
        batch.surveys = surveys;
        let outcomes = answer(judged, store.take_in(&batch, now)?);
        log(pillar, &outcomes);
        let surveys = survey_ids(&batch).into_iter().chain(unusable).collect();
        Ok(UploadResponse { now, outcomes, surveys })
    }
}

/// Why an upload could not be taken in now.
#[derive(Debug, thiserror::Error)]
pub enum TakeInError {
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The sealing keys cannot be read.
    #[error(transparent)]
    Keys(#[from] SealKeysError),
}

/// Puts what the store said in the places of those envelopes that went to the store.
fn answer(judged: Vec<(Uuid, Option<Refusal>)>, stored: Vec<Outcome>) -> Vec<ItemOutcome> {
    let mut stored = stored.into_iter();
    let one = |(id, reason): (Uuid, Option<Refusal>)| match reason {
        Some(reason) => Some(ItemOutcome::Refused { id, reason }),
        None => stored.next().map(|outcome| match outcome {
            Outcome::Accepted { state, case_number } => ItemOutcome::Accepted { id, state, case_number },
            Outcome::Conflict => ItemOutcome::Refused { id, reason: Refusal::Conflict },
        }),
    };
    judged.into_iter().filter_map(one).collect()
}

/// Why an envelope is not stored.
enum Verdict {
    /// It never will be.
    Refused(Refusal),
    /// It cannot be looked at now.
    Later(SealKeysError),
}

impl From<Refusal> for Verdict {
    fn from(reason: Refusal) -> Self {
        Self::Refused(reason)
    }
}

/// Whether an envelope can be stored, and as what.
fn judge(envelope: Value, pillar: &Pillar, keys: &SealKeys) -> Result<Incoming, Verdict> {
    // Another version may have other fields, so this is asked before the rest is read.
    let version = envelope.pointer("/header/version").and_then(Value::as_u64);
    if version.is_some_and(|version| version != u64::from(PROTOCOL_VERSION)) {
        return Err(Refusal::UnsupportedVersion.into());
    }
    let envelope: Envelope = serde_json::from_value(envelope).map_err(|_| Refusal::Unreadable)?;
    if envelope.header.pillar != pillar.name {
        return Err(Refusal::WrongPillar.into());
    }
    seal::verify(&envelope, &pillar.public_key).map_err(|_| Refusal::BadSignature)?;
    let key = keys.get(&envelope.header.key_id).map_err(Verdict::Later)?.ok_or(Refusal::UnknownKey)?;
    let content = key.open(&envelope).map_err(|_| Refusal::Unreadable)?;
    // The store counts with signed integers; no pillar and no fee comes near their end.
    if i64::try_from(envelope.header.sequence).is_err() {
        return Err(Refusal::Unreadable.into());
    }
    let digest = digest(&envelope)?;
    let Envelope { header, payment, .. } = envelope;
    Ok(Incoming { header, content, digest, payment })
}

/// What makes two uploads the same: all but payment and signature.
fn digest(envelope: &Envelope) -> Result<Digest, Refusal> {
    let parts = (&envelope.header, &envelope.encapsulated_key, &envelope.ciphertext);
    let bytes = serde_json::to_vec(&parts).map_err(|_| Refusal::Unreadable)?;
    let mut context = Context::new(&SHA256);
    context.update(&bytes);
    let mut digest = [0; 32];
    digest.copy_from_slice(context.finish().as_ref());
    Ok(digest)
}

/// The id of an envelope, as far as it has one.
fn id_of(envelope: &Value) -> Uuid {
    let id = envelope.pointer("/header/id").and_then(Value::as_str);
    id.and_then(|id| id.parse().ok()).unwrap_or_default()
}

/// The surveys to store, and the ids of those that will never be of use: the pillar may forget them.
fn sort_surveys(surveys: Vec<Value>) -> (Vec<SurveyItem>, Vec<Uuid>) {
    let (mut usable, mut unusable) = (Vec::new(), Vec::new());
    for survey in surveys {
        let id: Option<Uuid> = survey.get("id").and_then(Value::as_str).and_then(|id| id.parse().ok());
        match serde_json::from_value::<SurveyItem>(survey) {
            Ok(item) if item.answers.clear.is_none_or(|clear| (1..=5).contains(&clear)) => usable.push(item),
            _ => unusable.extend(id),
        }
    }
    (usable, unusable)
}

fn log(pillar: &Pillar, outcomes: &[ItemOutcome]) {
    for outcome in outcomes {
        match outcome {
            ItemOutcome::Accepted { id, state, .. } => {
                tracing::info!(pillar = pillar.name, %id, state = state.as_str(), "accepted");
            }
            ItemOutcome::Refused { id, reason } => {
                tracing::warn!(pillar = pillar.name, %id, ?reason, "refused");
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::MemoryStore;
    use serde_json::json;

    fn take(upload: &Value) -> UploadResponse {
        let folder = tempfile::tempdir().unwrap();
        let keys = SealKeys::open_or_make(folder.path(), Timestamp::UNIX_EPOCH).unwrap();
        let pillar = Pillar {
            name: "jumbo".into(),
            fingerprint: [0; 32],
            public_key: String::new(),
            added_at: Timestamp::UNIX_EPOCH,
            revoked_at: None,
            last_seen_at: None,
            last_sequence: None,
        };
        let upload = Upload::parse(upload.to_string().as_bytes()).unwrap();
        upload.take_in(&pillar, &keys, &MemoryStore::new(), Timestamp::UNIX_EPOCH).unwrap()
    }

    #[test]
    fn rubbish_among_the_envelopes_is_refused_one_by_one() {
        let id = Uuid::from_u128(5);
        let envelopes =
            json!([7, {"header": {"id": id, "version": 1}}, {"header": {"id": id, "version": 2}}]);
        let response = take(&json!({"version": 1, "envelopes": envelopes, "surveys": []}));
        let refused = |id, reason| ItemOutcome::Refused { id, reason };
        assert_eq!(
            response.outcomes,
            [
                refused(Uuid::nil(), Refusal::Unreadable),
                refused(id, Refusal::Unreadable),
                refused(id, Refusal::UnsupportedVersion)
            ]
        );
    }

    #[test]
    fn a_survey_that_makes_no_sense_is_not_sent_forever() {
        let survey = |id: u128, clear| {
            let answers = json!({"clear": clear, "helped": true});
            json!({"id": Uuid::from_u128(id), "task": "bulky-waste", "answers": answers})
        };
        let surveys = json!([survey(1, 5), survey(2, 9), {"id": Uuid::from_u128(3)}, 4]);
        let response = take(&json!({"version": 1, "envelopes": [], "surveys": surveys}));
        assert_eq!(response.surveys, [1, 2, 3].map(Uuid::from_u128));
    }

    #[test]
    fn an_upload_of_another_version_is_known_as_one_whatever_else_is_in_it() {
        let newer = [
            json!({"version": 3, "envelopes": [], "surveys": []}),
            json!({"version": 3, "envelopes": {}, "what nobody thought of": 1}),
            json!({"version": 70_000}),
        ];
        for upload in newer {
            let error = Upload::parse(upload.to_string().as_bytes()).unwrap_err();
            assert_eq!(error, UploadError::Version, "{upload}");
        }
    }

    #[test]
    fn an_upload_that_cannot_be_understood_is_no_upload() {
        let parse = |body: &Value| Upload::parse(body.to_string().as_bytes()).unwrap_err();
        assert_eq!(Upload::parse(b"{").unwrap_err(), UploadError::Form);
        assert_eq!(parse(&json!({"envelopes": [], "surveys": []})), UploadError::Form);
        assert_eq!(
            parse(&json!({"version": 1, "envelopes": [], "surveys": [], "more": 1})),
            UploadError::Form
        );
        let many = vec![json!({}); UploadRequest::MAX_ENVELOPES + 1];
        assert_eq!(parse(&json!({"version": 1, "envelopes": many, "surveys": []})), UploadError::TooMany);
    }
}
