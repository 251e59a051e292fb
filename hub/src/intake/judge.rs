//! Looks at every envelope of an upload on its own: whose it is, and whether it can be kept. Invariant: an
//! envelope that is bad, however bad, never hinders another one.
//!
//! Its signature and its content are not looked at here: it came through its pillar's own connection, is kept as it
//! came, and `checker.rs` looks at both before anybody acts on it.

use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use jiff::Timestamp;
use uuid::Uuid;
use zuil_wire::verify::{self, VerifyKey};
use zuil_wire::{Envelope, ItemOutcome, PROTOCOL_VERSION, Refusal, UploadResponse, rotation};

use super::form::{Item, Upload};
use super::group::NotStored;
use crate::authority::Fingerprint;
use crate::seal_keys::{SealKeys, SealKeysError};
use crate::store::{
    Batch, Digest, Incoming, Outcome, Pillar, Refused, SealedContent, Signature, Store, StoreError, Taken,
    survey_ids,
};

/// The length of an HPKE encapsulated key of this suite, in bytes.
const ENCAPSULATED_KEY: usize = 32;

/// Why an upload could not be taken in now.
#[derive(Debug, thiserror::Error)]
pub enum TakeInError {
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// It was not stored.
    #[error(transparent)]
    NotStored(#[from] NotStored),
    /// The sealing keys cannot be read.
    #[error(transparent)]
    Keys(#[from] SealKeysError),
    /// The pillar was revoked and may not deliver this, or nothing any more.
    #[error("the pillar was revoked and may not deliver this")]
    NotAdmitted,
}

impl Upload {
    /// Judges and stores what `pillar` sent, on this thread. When it returns, what it says is durable.
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
        let deliverer = Deliverer::from(pillar);
        let judged = self.judge(&deliverer, keys)?;
        let taken = store.take_in(&judged.batch, now)?;
        judged.places.answer(&deliverer, taken, now)
    }

    /// Sorts an upload into what can be stored and what is refused.
    ///
    /// # Errors
    /// When the sealing keys cannot be read; then nothing can be said of any of it.
    pub(super) fn judge(self, deliverer: &Deliverer, keys: &SealKeys) -> Result<Judged, SealKeysError> {
        let mut batch = Batch {
            pillar: deliverer.name.clone(),
            certificate: Some(deliverer.certificate),
            ..Batch::default()
        };
        let (mut envelopes, mut later) = (Vec::with_capacity(self.envelopes.len()), Vec::new());
        for item in self.envelopes {
            let (id, reference, verdict) = match item {
                Item::Refused(Refused { id, reference, reason }) => (id, reference, Verdict::Refused(reason)),
                Item::Readable(envelope) => {
                    let (id, reference) = (envelope.header.id, envelope.header.reference);
                    (id, Some(reference), judge(*envelope, deliverer, keys)?)
                }
            };
            match verdict {
                Verdict::Sound(incoming) => {
                    envelopes.push((id, None));
                    batch.transactions.push(*incoming);
                }
                Verdict::Refused(reason) => {
                    envelopes.push((id, Some(reason)));
                    batch.refused.push(Refused { id, reference, reason });
                }
                Verdict::NoKey(key) => {
                    tracing::error!(pillar = deliverer.name, %id, key, "the sealing key is missing; restore it from the backup of the data folder");
                    later.push(id);
                }
            }
        }
        batch.surveys = self.surveys;
        let surveys = survey_ids(&batch);
        let places = Places { envelopes, later, surveys, unusable_surveys: self.unusable_surveys };
        Ok(Judged { batch, places })
    }
}

/// Who delivers, and how to know what it signed.
#[derive(Debug)]
pub(super) struct Deliverer {
    pub(super) name: String,
    /// With which certificate.
    certificate: Fingerprint,
    /// Nothing when the key in the store is none: then nothing that comes in can be believed.
    key: Option<Arc<VerifyKey>>,
}

impl From<&Pillar> for Deliverer {
    fn from(pillar: &Pillar) -> Self {
        let key = VerifyKey::from_base64(&pillar.public_key);
        if let Err(error) = &key {
            tracing::error!(pillar = pillar.name, %error, "nothing that this pillar signs can be believed");
        }
        Self { name: pillar.name.clone(), certificate: pillar.fingerprint, key: key.ok().map(Arc::new) }
    }
}

/// An upload of which each envelope was looked at.
pub(super) struct Judged {
    /// What goes to the store.
    pub(super) batch: Batch,
    /// What is to be said of each envelope.
    pub(super) places: Places,
}

/// What is to be said of the parts of an upload, in its order.
pub(super) struct Places {
    /// Each envelope: its id, and why it is refused unless it went to the store.
    envelopes: Vec<(Uuid, Option<Refusal>)>,
    /// Those that can neither be taken nor refused now.
    later: Vec<Uuid>,
    surveys: Vec<Uuid>,
    unusable_surveys: Vec<Uuid>,
}

impl Places {
    /// Puts what the store said in the places of those envelopes that went to the store.
    ///
    /// # Errors
    /// [`TakeInError::NotAdmitted`].
    pub(super) fn answer(
        self,
        deliverer: &Deliverer,
        taken: Taken,
        now: Timestamp,
    ) -> Result<UploadResponse, TakeInError> {
        let surveys = match &taken {
            Taken::NotAdmitted => return Err(TakeInError::NotAdmitted),
            Taken::WithoutSurveys(_) => self.unusable_surveys,
            Taken::Outcomes(_) => self.surveys.into_iter().chain(self.unusable_surveys).collect(),
        };
        let mut stored = taken.outcomes().into_iter();
        let one = |(id, reason): (Uuid, Option<Refusal>)| match reason {
            Some(reason) => Some(ItemOutcome::Refused { id, reason }),
            None => stored.next().map(|outcome| told(id, outcome)),
        };
        let outcomes: Vec<ItemOutcome> = self.envelopes.into_iter().filter_map(one).collect();
        log(deliverer, &outcomes);
        Ok(UploadResponse { now, outcomes, surveys, later: self.later })
    }
}

fn told(id: Uuid, outcome: Outcome) -> ItemOutcome {
    match outcome {
        Outcome::Accepted { state, case_number } => ItemOutcome::Accepted { id, state, case_number },
        Outcome::Conflict => ItemOutcome::Refused { id, reason: Refusal::Conflict },
        // For this pillar there is no such key.
        Outcome::KeyTooNew => ItemOutcome::Refused { id, reason: Refusal::UnknownKey },
        Outcome::NotSigned => ItemOutcome::Refused { id, reason: Refusal::BadSignature },
    }
}

/// What can be said of an envelope.
enum Verdict {
    /// It can be stored, as this.
    Sound(Box<Incoming>),
    /// It never can.
    Refused(Refusal),
    /// The key with this id is missing, and may come back.
    NoKey(String),
}

fn judge(envelope: Envelope, deliverer: &Deliverer, keys: &SealKeys) -> Result<Verdict, SealKeysError> {
    let digest = match recognise(&envelope, deliverer) {
        Ok(digest) => digest,
        Err(reason) => return Ok(Verdict::Refused(reason)),
    };
    let key_id = &envelope.header.key_id;
    let Some(key_made_at) = keys.made_at(key_id)? else {
        // What this hub never made cannot come back.
        let is_gone = keys.is_retired(key_id) || rotation::made_at(key_id).is_none();
        return Ok(if is_gone {
            Verdict::Refused(Refusal::UnknownKey)
        } else {
            Verdict::NoKey(key_id.clone())
        });
    };
    let Envelope { header, encapsulated_key, ciphertext, payment, signature } = envelope;
    // The store counts with signed integers; no pillar and no fee comes near their end.
    let countable = i64::try_from(header.sequence).is_ok();
    let (Ok(encapsulated_key), Ok(ciphertext), Ok(signature), true) =
        (BASE64.decode(encapsulated_key), BASE64.decode(ciphertext), BASE64.decode(signature), countable)
    else {
        return Ok(Verdict::Refused(Refusal::Unreadable));
    };
    if encapsulated_key.len() != ENCAPSULATED_KEY {
        return Ok(Verdict::Refused(Refusal::Unreadable));
    }
    let sealed = SealedContent { header, encapsulated_key, ciphertext };
    let signature = Signature { key: deliverer.key.clone(), bytes: signature };
    Ok(Verdict::Sound(Box::new(Incoming { sealed, digest, payment, key_made_at, signature })))
}

/// Whether an envelope says that it is this pillar's; if so, what makes two uploads of it the same.
fn recognise(envelope: &Envelope, deliverer: &Deliverer) -> Result<Digest, Refusal> {
    if envelope.header.version != PROTOCOL_VERSION {
        return Err(Refusal::UnsupportedVersion);
    }
    if envelope.header.pillar != deliverer.name {
        return Err(Refusal::WrongPillar);
    }
    verify::content_digest(envelope).map_err(|_| Refusal::Unreadable)
}

fn log(pillar: &Deliverer, outcomes: &[ItemOutcome]) {
    for outcome in outcomes {
        match outcome {
            ItemOutcome::Accepted { id, state, .. } => {
                tracing::debug!(pillar = pillar.name, %id, state = state.as_str(), "accepted");
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
    use serde_json::{Value, json};

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
}
