//! Days at a pillar in virtual time: the real runner, visit, outbox and drivers, simulated devices, a
//! hub, people, and faults at random moments, all in one thread and from one seed.
//!
//! It is about one pillar and what stands around it: its lines carry every byte to the devices, its hub is a
//! few lines. Several pillars with the real sync, a bad network and the real hub are in the crate
//! `zuil-simulation`, whose devices are a few lines.
//!
//! Invariant: one seed is one day, to the byte, on every machine; nothing here sleeps or looks at a
//! clock. What people were told, what was charged, printed and delivered is written down and judged at
//! the end ([`truth`]).

mod faults;
mod hub;
mod pillar;
mod resident;
#[cfg(test)]
mod tests;
mod truth;
mod world;
