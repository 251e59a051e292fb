//! Zuil, the municipal self-service pillar.
//!
//! The rooms and the direction in which they may depend on each other are in
//! `docs/architecture.md`; `tests/it/tidy.rs` enforces them.

pub mod check;
pub mod clock;
pub mod config;
#[cfg(feature = "simulators")]
pub mod demo;
pub mod devices;
pub mod doctor;
pub mod log;
pub mod machine;
pub mod maintenance;
pub mod memory;
pub mod orders;
pub mod outbox;
pub mod pillar;
pub mod preview;
pub mod receipt;
pub mod reconcile;
pub mod runner;
pub mod screens;
#[cfg(test)]
#[cfg(feature = "simulators")]
mod simulation;
pub mod speech;
pub mod sync;
pub mod system;
pub mod texts;
pub mod visit;
pub mod visits;
pub mod watchdog;
pub mod waypoint;
pub mod words;
