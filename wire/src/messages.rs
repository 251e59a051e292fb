//! The messages of the upload, pillar → hub, and its answer.
//!
//! `POST /v1/transactions` over mutual TLS carries an [`UploadRequest`]; the hub answers with one
//! [`ItemOutcome`] per envelope, in the same order, and only when what it says is durable.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::lenient::{known_items, known_state};
use crate::{PaymentRecord, Reference, State, SurveyAnswers};

/// The part of a transaction that may be seen by whoever holds the disk: that something was sent,
/// not what or by whom. It is bound to the sealed content as associated data.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Header {
    /// The version of the protocol, see [`crate::PROTOCOL_VERSION`].
    pub version: u16,
    /// The transaction's id (UUIDv7). Uploading the same id twice changes nothing.
    pub id: Uuid,
    /// The name of the pillar, as the hub knows it.
    pub pillar: String,
    /// The pillar's own count, from 1, rising with every transaction. It orders transactions when
    /// a clock was wrong. A payment that did not happen leaves a gap.
    pub sequence: u64,
    /// The reference on the receipt.
    pub reference: Reference,
    /// When the pillar's clock said it was committed.
    pub committed_at: Timestamp,
    /// Which of the hub's keys the content is sealed to.
    pub key_id: String,
}

/// A sealed and signed transaction.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Envelope {
    /// What may be seen.
    pub header: Header,
    /// The HPKE encapsulated key (RFC 9180, section 4.1), base64.
    pub encapsulated_key: String,
    /// The sealed [`crate::Transaction`] as JSON, base64.
    pub ciphertext: String,
    /// The payment, for tasks with a fee. It may go from `unknown` to `paid` or `not_paid` in a
    /// later upload of the same id, and in no other way.
    pub payment: Option<PaymentRecord>,
    /// The pillar's Ed25519 signature over all of the above, base64; see [`crate::seal`].
    pub signature: String,
}

/// A batch of what a pillar has to tell.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct UploadRequest {
    /// The version of the protocol.
    #[cfg_attr(feature = "schema", schemars(range(min = 1, max = 5)))]
    pub version: u16,
    /// At most [`UploadRequest::MAX_ENVELOPES`], in the order of their sequence.
    #[cfg_attr(feature = "schema", schemars(length(max = 64)))]
    pub envelopes: Vec<Envelope>,
    /// Survey answers since the last batch, each with an id that makes it count once.
    #[cfg_attr(feature = "schema", schemars(length(max = 64)))]
    pub surveys: Vec<SurveyItem>,
}

impl UploadRequest {
    /// The most envelopes in one request.
    pub const MAX_ENVELOPES: usize = 64;
    /// The largest body of a request, in bytes.
    pub const MAX_BYTES: usize = 4 * 1024 * 1024;

    /// The request in a version of the protocol, without what that one does not know.
    #[must_use]
    pub fn in_version(mut self, version: u16) -> Self {
        self.version = version;
        for survey in &mut self.surveys {
            survey.answers = survey.answers.in_version(version);
        }
        self
    }
}

/// One visit's survey.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct SurveyItem {
    /// A random id; no transaction has it.
    pub id: Uuid,
    /// The task's id.
    pub task: String,
    /// What was answered.
    pub answers: SurveyAnswers,
}

/// What became of each envelope, in the order of the request.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct UploadResponse {
    /// The hub's clock.
    pub now: Timestamp,
    /// One per envelope, but for those in `later`. A kind of outcome that this build does not know is passed over when it is read,
    /// as if the hub had said nothing of that envelope: it is sent again.
    #[serde(deserialize_with = "known_items")]
    pub outcomes: Vec<ItemOutcome>,
    /// The ids of the surveys that are durable at the hub.
    pub surveys: Vec<Uuid>,
    /// The ids of envelopes that the hub can neither take nor refuse now: it has not the key to which
    /// they are sealed, and may get it back. The pillar keeps them, sends others first, and tries again.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub later: Vec<Uuid>,
}

/// What became of one envelope.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(tag = "outcome", rename_all = "snake_case")]
pub enum ItemOutcome {
    /// It is durable at the hub, now or from an earlier upload.
    Accepted {
        /// The envelope's id.
        id: Uuid,
        /// Where it is: received, registered or parked. A word that this build does not know is read as
        /// received: that much is sure.
        #[serde(deserialize_with = "known_state")]
        state: State,
        /// The case number, once registered.
        case_number: Option<String>,
    },
    /// The hub will never take it as it is. The pillar parks it and goes on with the others.
    Refused {
        /// The envelope's id.
        id: Uuid,
        /// Why.
        reason: Refusal,
    },
}

/// Why the hub refuses an envelope for good.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Refusal {
    /// The header names another pillar than the certificate does.
    WrongPillar,
    /// The signature does not belong to the pillar's key.
    BadSignature,
    /// The key with that id was retired: nobody can open this any more. An id that the hub merely does
    /// not know is no reason to refuse, see [`UploadResponse::later`].
    UnknownKey,
    /// The content cannot be opened, or does not match its header.
    Unreadable,
    /// The same id or reference is stored already, with other content.
    Conflict,
    /// The hub does not speak that version.
    UnsupportedVersion,
    /// A reason that this build does not know; no build gives it.
    #[serde(other)]
    Other,
}
