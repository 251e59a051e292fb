//! The catalogue: what a resident can get done and ask here, as data.
//!
//! Loads and checks the files of a municipality and keeps them immutable for as long as a visit
//! needs them. Invariant: a [`Catalogue`] that exists is complete; a mistake in the files is a
//! [`Mistake`] with file, line and remedy, never half a catalogue.

mod addresses;
mod announcements;
mod answers;
mod branding;
mod colour;
mod condition;
mod contact;
mod edition;
mod fees;
mod findings;
mod limits;
mod load;
mod lookup;
mod model;
pub mod money;
pub mod packed;
mod reach;
pub mod readability;
mod reader;
pub mod search;
mod sites;
mod synonyms;
mod task;
#[cfg(test)]
mod tests;
mod tokens;
mod upl;

pub use announcements::Announcement;
pub use answers::{Answer, Next, Product, Valid};
pub use branding::{Branding, Colours, Logo};
pub use colour::Colour;
pub use edition::Edition;
pub use load::Checked;
pub use lookup::LookedUp;
pub use model::*;
pub use synonyms::Synonyms;
