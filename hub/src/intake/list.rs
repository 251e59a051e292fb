//! Reads the lists that pillars send. Invariant: a list of another version of the protocol is told from one that is
//! none, whatever else is in it.

use serde::Deserialize;
use serde::de::DeserializeOwned;
use zuil_wire::versions;

/// Why a list as a whole is not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ListError {
    /// It is none of this kind.
    #[error("this cannot be understood; see {0} in the protocol")]
    Form(&'static str),
    /// It speaks another version of the protocol.
    #[error(
        "this hub speaks the versions {} of the protocol only; update the older of the two",
        versions::spoken()
    )]
    Version,
    /// It is too long.
    #[error("at most {0} go into one request")]
    TooMany(usize),
}

/// A list as a pillar sends it, with `version` among its fields.
pub(super) trait List: DeserializeOwned {
    /// What the protocol calls it.
    const NAME: &'static str;
    /// The most that may be in it.
    const MOST: usize;

    /// How many are in it.
    fn count(&self) -> usize;
}

/// As much as lists of all versions have in common.
#[derive(Deserialize)]
struct OfSomeVersion {
    version: u64,
}

/// Reads the body of a request with `version` among its fields, by the name that the protocol calls it.
///
/// # Errors
/// When it is none, or in a version that is not spoken here.
pub(super) fn read_one<T: DeserializeOwned>(body: &[u8], name: &'static str) -> Result<T, ListError> {
    let form = |_| ListError::Form(name);
    // Another version may have other fields, so this is asked before the rest is read.
    let OfSomeVersion { version } = serde_json::from_slice(body).map_err(form)?;
    if !versions::speaks(version) {
        return Err(ListError::Version);
    }
    serde_json::from_slice(body).map_err(form)
}

/// Reads the body of a request that is a list.
///
/// # Errors
/// When it cannot be taken as a whole.
pub(super) fn read<L: List>(body: &[u8]) -> Result<L, ListError> {
    let list: L = read_one(body, L::NAME)?;
    if list.count() > L::MOST {
        return Err(ListError::TooMany(L::MOST));
    }
    Ok(list)
}
