//! Reads answers of a hub that is newer than this build.
//!
//! Invariant: a word that this build does not know costs only the item that it stands in, never the rest
//! of the answer.

use serde::de::{DeserializeOwned, IgnoredAny};
use serde::{Deserialize, Deserializer};

use crate::State;

/// A list without the items that this build cannot read.
pub(crate) fn known_items<'de, D, T>(from: D) -> Result<Vec<T>, D::Error>
where
    D: Deserializer<'de>,
    T: DeserializeOwned,
{
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Item<T> {
        Known(T),
        Unknown(IgnoredAny),
    }
    let known = |item| match item {
        Item::Known(item) => Some(item),
        Item::Unknown(IgnoredAny) => None,
    };
    Ok(Vec::<Item<T>>::deserialize(from)?.into_iter().filter_map(known).collect())
}

/// A state; one that this build does not know is received: that much is sure of what was accepted.
pub(crate) fn known_state<'de, D: Deserializer<'de>>(from: D) -> Result<State, D::Error> {
    let word = String::deserialize(from)?;
    Ok(State::parse(&word).unwrap_or(State::Received))
}
