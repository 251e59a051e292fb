//! The catalogue: what a resident can get done here, as data.
//!
//! Loads and checks the files of a municipality and keeps them immutable for as long as a visit
//! needs them. Invariant: a [`Catalogue`] that exists is complete; a mistake in the files is a
//! [`Mistake`] with file, line and remedy, never half a catalogue.

mod addresses;
mod answers;
mod load;
mod model;
mod reader;
pub mod search;
mod task;
#[cfg(test)]
mod tests;

pub use answers::{Answer, Next, Product, Synonyms, Valid};
pub use model::*;
