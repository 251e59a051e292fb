//! How it is shown how a request stands: the reference as it is typed, and what is known.

use jiff::civil::Date;
use zuil_wire::{PaymentState, Reference, State};

/// A reference as far as it was typed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReferenceView {
    /// At most eleven letters and digits.
    pub typed: String,
    /// A letter is wrong, or two changed places: no reference is like that.
    pub mistyped: bool,
}

/// How a request stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StandingView {
    /// Its reference.
    pub reference: Reference,
    /// What is known.
    pub outcome: StandingOutcome,
    /// When the number to call is answered.
    pub phone_hours: String,
}

/// What is known of a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum StandingOutcome {
    /// It stands so.
    Found(FoundView),
    /// There is none with that reference.
    NotFound,
    /// It cannot be looked up now.
    Unavailable,
}

/// A request that was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FoundView {
    /// Where it is.
    pub state: State,
    /// What it was, in the language of the visit, where that is known.
    pub errand: Option<String>,
    /// The day on which the municipality received it; when this pillar tells, that on which it was made.
    pub on: Date,
    /// The case number, once registered.
    pub case_number: Option<String>,
    /// What is known of its payment, unless it was paid.
    pub payment: Option<PaymentState>,
    /// It is this pillar's word, and not the municipality's.
    pub by_pillar: bool,
    /// It is what this pillar knew last; the municipality could not be asked.
    pub last_known: bool,
}
