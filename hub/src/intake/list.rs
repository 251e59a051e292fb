//! Reads the lists that pillars send. Invariant: a list of another version of the protocol is told from one that is
//! none, whatever else is in it; where items are taken one by one, one that is of no use hinders no other, and the pillar may
//! forget it.

use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};
use uuid::Uuid;
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

/// What a pillar tells in a list and what is taken or not by itself.
pub(super) trait Item: DeserializeOwned {
    /// What the protocol calls the list.
    const LIST: &'static str;
    /// The field of the list that they are in.
    const FIELD: &'static str;
    /// The most that may be in it.
    const MOST: usize;

    /// By which the pillar knows it.
    fn id(&self) -> Uuid;

    /// As it may be kept and shown to people; `None` when it may not.
    fn fit(self) -> Option<Self> {
        Some(self)
    }
}

/// Items that were looked at.
#[derive(Debug, PartialEq, Eq)]
pub struct Sorted<T> {
    /// What may be kept.
    pub usable: Vec<T>,
    /// What will never be of use.
    pub unusable: Vec<Uuid>,
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

/// Reads the body of a request that is a list of items, in which anything may stand for an item.
///
/// # Errors
/// When it cannot be taken as a whole. A bad item in it is no error.
pub(super) fn sort<T: Item>(body: &[u8]) -> Result<Sorted<T>, ListError> {
    let mut fields: Map<String, Value> = read_one(body, T::LIST)?;
    let items = fields.remove(T::FIELD);
    // Besides them there is the version, and nothing else.
    let (Some(Value::Array(items)), 1) = (items, fields.len()) else {
        return Err(ListError::Form(T::LIST));
    };
    if items.len() > T::MOST {
        return Err(ListError::TooMany(T::MOST));
    }
    let mut sorted = Sorted { usable: Vec::new(), unusable: Vec::new() };
    for item in items {
        let id: Option<Uuid> = item.get("id").and_then(Value::as_str).and_then(|id| id.parse().ok());
        match serde_json::from_value::<T>(item).ok().and_then(T::fit) {
            Some(item) => sorted.usable.push(item),
            None => sorted.unusable.extend(id),
        }
    }
    Ok(sorted)
}

/// What the pillar may forget, once what is of use is kept.
pub(super) fn ids<T: Item>(sorted: Sorted<T>) -> Vec<Uuid> {
    let Sorted { usable, unusable } = sorted;
    usable.iter().map(T::id).chain(unusable).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    /// A word (made up) that is at most three letters long.
    #[derive(Debug, PartialEq, Eq, Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Word {
        id: Uuid,
        word: String,
    }

    impl Item for Word {
        const LIST: &'static str = "Words";
        const FIELD: &'static str = "words";
        const MOST: usize = 6;

        fn id(&self) -> Uuid {
            self.id
        }

        fn fit(self) -> Option<Self> {
            (self.word.len() <= 3).then_some(self)
        }
    }

    fn read(list: &Value) -> Result<Sorted<Word>, ListError> {
        sort(list.to_string().as_bytes())
    }

    fn id(number: u128) -> Uuid {
        Uuid::from_u128(number)
    }

    #[test]
    fn an_item_that_is_none_or_does_not_fit_hinders_no_other_and_is_forgotten_by_its_pillar() {
        let words = json!([
            {"id": id(1), "word": "zon"},
            {"id": id(2), "word": "maan"},
            {"id": id(3), "word": 7},
            {"id": id(4), "word": "zee", "more": 1},
            "zee",
            {"id": id(5), "word": "zee"},
        ]);
        let sorted = read(&json!({"version": 1, "words": words})).unwrap();
        let usable =
            [(1, "zon"), (5, "zee")].map(|(number, word)| Word { id: id(number), word: word.into() });
        assert_eq!(sorted.usable, usable);
        assert_eq!(sorted.unusable, [2, 3, 4].map(id));
        assert_eq!(ids(sorted), [1, 5, 2, 3, 4].map(id));
    }

    #[test]
    fn a_list_that_cannot_be_understood_is_refused_as_a_whole() {
        let form = ListError::Form("Words");
        for list in [
            json!([]),
            json!({"version": 1}),
            json!({"words": []}),
            json!({"version": 1, "words": 7}),
            json!({"version": 1, "entries": []}),
            json!({"version": 1, "words": [], "more": 1}),
        ] {
            assert_eq!(read(&list), Err(form), "{list}");
        }
        assert_eq!(sort::<Word>(b"{"), Err(form));
        assert_eq!(read(&json!({"version": 6, "of": "later"})), Err(ListError::Version));
        assert_eq!(read(&json!({"version": 1, "words": vec![7; 7]})), Err(ListError::TooMany(6)));
        assert!(read(&json!({"version": 1, "words": vec![7; 6]})).is_ok());
    }
}
