//! The catalogue: what a resident can get done and ask here, as data.
//!
//! Loads and checks the files of a municipality and keeps them immutable for as long as a visit
//! needs them. Invariant: a [`Catalogue`] that exists is complete; a mistake in the files is a
//! [`Mistake`] with file, line and remedy, never half a catalogue.

mod addresses;
mod announcements;
mod answers;
mod condition;
mod fees;
mod findings;
mod load;
mod model;
mod reader;
pub mod search;
mod synonyms;
mod task;
#[cfg(test)]
mod tests;
mod upl;

pub use announcements::Announcement;
pub use answers::{Answer, Next, Product, Valid};
pub use load::Checked;
pub use model::*;
pub use synonyms::Synonyms;
