//! What residents asked at a pillar and found, pillar → hub, and the answer.
//!
//! `POST /v1/asked` over mutual TLS carries [`AskedCounts`]; the hub answers with the ids of those that it has, or will
//! never want. Its invariant: a count names an answer of the catalogue and a day, and neither a visit nor a word that
//! somebody typed.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// How often answers were opened from a search, on days that are over.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct AskedCounts {
    /// The version of the protocol.
    #[cfg_attr(feature = "schema", schemars(range(min = 1, max = 5)))]
    pub version: u16,
    /// At most [`AskedCounts::MAX_COUNTS`], in the order of their random ids.
    #[cfg_attr(feature = "schema", schemars(length(max = 64)))]
    pub counts: Vec<AskedCount>,
}

impl AskedCounts {
    /// The most counts in one request.
    pub const MAX_COUNTS: usize = 64;
    /// The largest body of a request, in bytes.
    pub const MAX_BYTES: usize = 64 * 1024;
}

/// How often one answer was opened from a search in one language on one day.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct AskedCount {
    /// A random id (UUIDv4), which makes it count once: told again, the highest number of times stands.
    pub id: Uuid,
    /// The language in which it was asked, such as `nl`.
    pub language: String,
    /// The id of the answer in the catalogue: small letters, digits and dashes, at most
    /// [`AskedCount::MAX_ANSWER`].
    pub answer: String,
    /// The day by the pillar's clock, where it stands.
    pub on: Date,
    /// How often, from 1 to [`AskedCount::MAX_TIMES`].
    #[cfg_attr(feature = "schema", schemars(range(min = 1, max = 100_000)))]
    pub times: u32,
}

impl AskedCount {
    /// The most characters of [`AskedCount::answer`].
    pub const MAX_ANSWER: usize = 100;
    /// The most of [`AskedCount::times`]: more than a pillar can serve in a day.
    pub const MAX_TIMES: u32 = 100_000;
}

/// What became of the counts.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct AskedAnswer {
    /// The ids of those that are durable at the hub, now or from an earlier request, and of those that it
    /// will never keep. The pillar forgets them.
    pub counts: Vec<Uuid>,
}
