//! What tests ask of a double about what was done to it.
//!
//! Invariant: a text names fields and rules, never the values of a resident.

/// Something that a hub should not have sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// Of which kind.
    pub kind: FaultKind,
    /// The operation, such as `POST /zaken`.
    pub operation: String,
    /// What is wrong with it, for the reader of a failed test.
    pub what: String,
}

/// In which way a request was wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum FaultKind {
    /// No such path or method.
    Route,
    /// A header is missing or wrong.
    Header,
    /// The key, its age or its scopes do not allow it.
    Authorisation,
    /// A query parameter that does not exist, or that the double cannot answer.
    Query,
    /// The body breaks the description or a rule of the system.
    Body,
    /// The real system takes it without a word, and it is wrong all the same.
    TakenSilently,
    /// Sent faster than the system allows.
    TooFast,
    /// Sent after what ought to be the last call.
    TooLate,
}

/// Something that exists more than once for one transaction.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Doubled {
    /// What it is: `zaak`, `zaakeigenschap`, `klantcontact`, …
    pub what: &'static str,
    /// What they have in common: the identification, or the URL of the case and the property.
    pub of: String,
    /// How many there are; two or more.
    pub count: usize,
}

/// Something that was begun and is not whole.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Orphan {
    /// What it is: `zaak`, `document`, `klantcontact`, …
    pub what: &'static str,
    /// Its identification or URL.
    pub of: String,
    /// What it lacks, for the reader of a failed test.
    pub lacks: &'static str,
}

/// Counts how often each key occurs, and tells those that occur twice or more, in order.
pub(crate) fn doubled_by<K: Ord + Into<String>>(
    what: &'static str,
    keys: impl Iterator<Item = K>,
) -> Vec<Doubled> {
    let mut counts = std::collections::BTreeMap::<K, usize>::new();
    for key in keys {
        *counts.entry(key).or_default() += 1;
    }
    let twice = counts.into_iter().filter(|(_, count)| *count > 1);
    twice.map(|(key, count)| Doubled { what, of: key.into(), count }).collect()
}
