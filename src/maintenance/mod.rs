//! Service visits: what a technician may do at this pillar, and what of it was done.
//!
//! Invariant: what was done in a service visit is durable before anyone is told so, and stays until the hub has it.

pub mod kept;

pub use kept::ServiceFiles;
