//! How transactions stand that the hub has, for the pillar that made them.
//!
//! `POST /v1/standing` over mutual TLS carries a [`StandingRequest`]; the hub answers with what it knows of those
//! transactions, and says nothing of what another pillar made. The answer to a report tells when it is worth asking
//! ([`crate::HealthAnswer::standing`]).

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::State;
use crate::lenient::{known_items, known_state};

/// Asks how transactions stand.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct StandingRequest {
    /// The version of the protocol.
    #[cfg_attr(feature = "schema", schemars(range(min = 1, max = 5)))]
    pub version: u16,
    /// The ids of at most [`StandingRequest::MAX_IDS`] transactions.
    #[cfg_attr(feature = "schema", schemars(length(max = 64)))]
    pub ids: Vec<Uuid>,
}

impl StandingRequest {
    /// The most transactions in one request.
    pub const MAX_IDS: usize = 64;
    /// The largest body of a request, in bytes.
    pub const MAX_BYTES: usize = 16 * 1024;
}

/// How transactions stand.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct StandingAnswer {
    /// Those that were asked for and that the hub has of this pillar. What this build cannot read is passed over.
    #[serde(deserialize_with = "known_items")]
    pub standings: Vec<RequestStanding>,
}

/// How one transaction stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct RequestStanding {
    /// Its id.
    pub id: Uuid,
    /// Where it is. A word that this build does not know is read as received: that much is sure.
    #[serde(deserialize_with = "known_state")]
    pub state: State,
    /// The case number, once registered.
    pub case_number: Option<String>,
}
