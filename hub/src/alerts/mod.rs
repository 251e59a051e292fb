//! Tells technicians that something is the matter with a pillar or with a roll-out, and that it is over. Invariant: a trouble is told once,
//! however long it lasts and however many hubs there are, and so is its end, or that nobody knows any more; what comes and
//! goes is told rarely; what was told stands in the store together with the messages about it.

mod closing;
pub mod config;
mod delivery;
mod letter;
mod limits;
mod machine;
mod seen;
mod stops;
mod watch;

#[cfg(test)]
mod tests;

pub use config::{AlertsConfig, WebhookConfig};
pub use delivery::SIGNATURE_HEADER;
pub use limits::Limits;
pub use machine::{Ended, Machine, Step, Why};
pub use seen::{Seen, look};
pub use watch::{AlertsError, start};
