//! Looks at what a pillar says that residents found. Invariant: what is kept has what may be the id of an answer, a
//! language of the pillars and a number that can be, whatever the pillar did; one count that is of no use hinders no
//! other, and the pillar may forget it.

use uuid::Uuid;
use zuil_catalogue::Language;
use zuil_wire::{AskedAnswer, AskedCount, AskedCounts};

use super::list::{self, Item, ListError, Sorted};
use crate::store::{Pillar, Store, StoreError};

impl Item for AskedCount {
    const LIST: &'static str = "AskedCounts";
    const FIELD: &'static str = "counts";
    const MOST: usize = AskedCounts::MAX_COUNTS;

    fn id(&self) -> Uuid {
        self.id
    }

    fn fit(self) -> Option<Self> {
        Language::from_code(&self.language)?;
        let known = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-';
        let is_id = (1..=Self::MAX_ANSWER).contains(&self.answer.len()) && self.answer.bytes().all(known);
        (is_id && (1..=Self::MAX_TIMES).contains(&self.times)).then_some(self)
    }
}

/// Reads the body of a request.
///
/// # Errors
/// When the request as a whole cannot be taken. A bad count in it is no error.
pub fn parse(body: &[u8]) -> Result<Sorted<AskedCount>, ListError> {
    list::sort(body)
}

/// Keeps the counts and says which ones the pillar may forget. When it returns, they are durable.
///
/// # Errors
/// [`StoreError`]; then nothing was kept.
pub fn take_in(
    counted: Sorted<AskedCount>,
    pillar: &Pillar,
    store: &dyn Store,
    now: jiff::Timestamp,
) -> Result<AskedAnswer, StoreError> {
    store.keep_asked(&pillar.name, &counted.usable, now)?;
    Ok(AskedAnswer { counts: list::ids(counted) })
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    fn id(number: u128) -> Uuid {
        Uuid::from_u128(number)
    }

    fn count(number: u128, answer: &str, times: u32) -> Value {
        json!({"id": id(number), "language": "nl", "answer": answer, "on": "2026-03-02", "times": times})
    }

    #[test]
    fn what_is_no_id_no_language_or_no_number_that_can_be_hinders_no_other() {
        let mut odd = count(6, "parking", 1);
        odd["language"] = json!("tlh");
        let mut typed = count(7, "parking", 1);
        typed["words"] = json!("drone van fatima yilmaz");
        let counts = [
            count(1, "parking-permit-2", 100_000),
            count(2, "mijn buurman, Kerkstraat 12", 1),
            count(3, "", 1),
            count(4, &"a".repeat(AskedCount::MAX_ANSWER + 1), 1),
            count(5, "parking", 0),
            count(8, "parking", 100_001),
            odd,
            typed,
        ];
        let sorted = parse(json!({"version": 1, "counts": counts}).to_string().as_bytes()).unwrap();
        assert_eq!(sorted.usable.iter().map(|count| count.id).collect::<Vec<_>>(), [id(1)]);
        assert_eq!(sorted.unusable, [2, 3, 4, 5, 8, 6, 7].map(id));
    }
}
