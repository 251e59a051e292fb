//! Zuil, the municipal self-service pillar.
//!
//! The rooms and the direction in which they may depend on each other are in
//! `docs/architecture.md`; `tests/tidy.rs` enforces them.

pub mod catalogue;
pub mod devices;
pub mod outbox;
pub mod receipt;
pub mod screens;
pub mod sync;
pub mod texts;
pub mod visit;
