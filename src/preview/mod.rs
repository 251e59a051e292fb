//! `zuil preview`: pictures of all screens of a task, as residents will see them, for whoever edits a catalogue.
//!
//! Invariant: the pictures come from the visit and the screens that a pillar has; only the resident, what they
//! answer and what the devices say is made up.

mod answers;
pub mod command;
mod plan;
#[cfg(test)]
mod tests;
mod walk;

pub use walk::{Lost, Scene, scenes, stage};
