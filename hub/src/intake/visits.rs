//! Looks at what a pillar says that happened there. Invariant: what is kept has ids, numbers and words that are known,
//! whatever the pillar did, and says of no visit when exactly it was; one entry that is of no use hinders no other.

use uuid::Uuid;
use zuil_catalogue::Language;
use zuil_wire::visits::Seen;
use zuil_wire::{VisitEntries, VisitEntry, VisitsAnswer};

use super::list::{self, Item, ListError, Sorted};
use crate::store::{Pillar, Store, StoreError, rounded};

impl Item for VisitEntry {
    const LIST: &'static str = "VisitEntries";
    const FIELD: &'static str = "entries";
    const MOST: usize = VisitEntries::MAX_ENTRIES;

    fn id(&self) -> Uuid {
        self.id
    }

    fn fit(self) -> Option<Self> {
        let Self { id, on, what } = self;
        is_plain(&what).then(|| Self { id, on, what: rounded(what) })
    }
}

/// Reads the body of a request.
///
/// # Errors
/// When the request as a whole cannot be taken. A bad entry in it is no error.
pub fn parse(body: &[u8]) -> Result<Sorted<VisitEntry>, ListError> {
    list::sort(body)
}

/// Whether it can be kept and shown to people.
fn is_plain(what: &Seen) -> bool {
    let is_id = |id: &str| {
        let known = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
        !id.is_empty() && id.len() <= Seen::MAX_ID && id.chars().all(known)
    };
    match what {
        Seen::Visit { quarter, minutes, .. } => *quarter < 96 && (1..=60).contains(minutes),
        Seen::Task { task, question, .. } => is_id(task) && question.as_deref().is_none_or(is_id),
        Seen::Language { language } => Language::from_code(language).is_some(),
        Seen::Aid { .. } | Seen::Fault { .. } => true,
    }
}

/// Keeps the entries and says which ones the pillar may forget. When it returns, they are durable.
///
/// # Errors
/// [`StoreError`]; then nothing was kept.
pub fn take_in(
    noted: Sorted<VisitEntry>,
    pillar: &Pillar,
    store: &dyn Store,
    now: jiff::Timestamp,
) -> Result<VisitsAnswer, StoreError> {
    store.keep_visits(&pillar.name, &noted.usable, now)?;
    Ok(VisitsAnswer { entries: list::ids(noted) })
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    fn entry(number: u128, what: Value) -> Value {
        json!({"id": Uuid::from_u128(number), "on": "2026-11-22", "what": what})
    }

    #[test]
    fn an_entry_that_is_none_or_says_more_than_it_should_hinders_no_other() {
        let entries = [
            entry(1, json!({"kind": "aid", "aid": "speech"})),
            entry(2, json!({"kind": "visit", "quarter": 96, "minutes": 1, "outcome": "looked"})),
            entry(3, json!({"kind": "task", "task": "Fatima Yilmaz", "end": "finished"})),
            entry(4, json!({"kind": "language", "language": "tlh"})),
            entry(
                5,
                json!({"kind": "visit", "quarter": 5, "minutes": 1, "outcome": "looked", "reference": "7K3M"}),
            ),
            json!("visit"),
            entry(
                6,
                json!({"kind": "task", "task": "call-back", "end": "question", "question": "contact.way"}),
            ),
        ];
        let body = json!({"version": 1, "entries": entries});
        let noted = parse(body.to_string().as_bytes()).unwrap();
        assert_eq!(noted.usable.iter().map(|entry| entry.id.as_u128()).collect::<Vec<_>>(), [1, 6]);
        assert_eq!(noted.unusable, [2, 3, 4, 5].map(Uuid::from_u128));
    }

    #[test]
    fn a_request_that_cannot_be_understood_is_refused_as_a_whole() {
        let refused = |body: &Value| parse(body.to_string().as_bytes()).unwrap_err();
        assert_eq!(parse(b"{").unwrap_err(), ListError::Form("VisitEntries"));
        assert_eq!(
            refused(&json!({"version": 1, "entries": [], "more": 1})),
            ListError::Form("VisitEntries")
        );
        assert_eq!(refused(&json!({"version": 6, "of": "later"})), ListError::Version);
        let many = vec![entry(1, json!({"kind": "aid", "aid": "speech"})); VisitEntries::MAX_ENTRIES + 1];
        assert_eq!(
            refused(&json!({"version": 1, "entries": many})),
            ListError::TooMany(VisitEntries::MAX_ENTRIES)
        );
    }
}
