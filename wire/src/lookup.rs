//! How a request stands, for the resident who types its reference at any pillar.
//!
//! `POST /v1/lookup` over mutual TLS carries a [`LookupRequest`]; the hub answers to every pillar that it admits, whichever
//! made the request. A reference has 50 random bits, and a pillar may look up [`LookupRequest::PER_MINUTE`] a minute, so
//! that nobody finds one by trying. The answer says nothing of the resident, and nothing of what was filled in.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::lenient::known_state;
use crate::{PaymentState, Reference, State};

/// Asks how the request with a reference stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct LookupRequest {
    /// The version of the protocol.
    #[cfg_attr(feature = "schema", schemars(range(min = 1, max = 5)))]
    pub version: u16,
    /// The reference on the receipt.
    pub reference: Reference,
}

impl LookupRequest {
    /// The largest body of a request, in bytes.
    pub const MAX_BYTES: usize = 1024;
    /// How often a pillar may ask within a minute.
    pub const PER_MINUTE: usize = 20;
}

/// What the hub knows of a reference.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(feature = "schema", schemars(extend("required" = ["found"])))]
pub struct LookupAnswer {
    /// The request; `null` when the hub has none with that reference.
    // A hub that leaves it out says nothing; that is no word that there is none.
    #[serde(deserialize_with = "Option::deserialize")]
    pub found: Option<FoundRequest>,
}

/// How a request stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct FoundRequest {
    /// Where it is: received, registered, parked or closed. A word that this build does not know is read as received:
    /// that much is sure.
    #[serde(deserialize_with = "known_state")]
    pub state: State,
    /// The task's id; nothing when its content was deleted, or cannot be read now.
    pub task: Option<String>,
    /// The day on which the municipality received it.
    pub on: Date,
    /// The case number, once registered.
    pub case_number: Option<String>,
    /// What is known of the payment, while it is parked and what is known says what not to do: not paid or unknown.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub payment: Option<PaymentState>,
}
