//! A town: pillars, the network and the hub in one process, under one seeded scheduler, in virtual time.
//!
//! All that is ours runs for real: runner, visit, outbox, sync, sealing, intake and store, on simulated disks
//! that lose what was not synced. Only network, disks, clocks, terminals and people are made up. It asks whether
//! a request gets from a resident's hand to the municipality exactly once. (The pillar's own `src/simulation`
//! asks something else: what becomes of one errand when printer and terminal fail on their serial lines; its
//! hub and network are a few lines, its devices the real drivers.)
//!
//! Invariant: one seed is one schedule, event for event, on every machine; nothing here sleeps, has a thread or
//! looks at a clock. What differs between two runs are only keys, ids and references; nothing depends on them.

mod coverage;
mod grounds;
mod hub;
mod log;
mod network;
mod outbox;
mod pillar;
mod planted;
mod resident;
mod schedule;
mod terminal;
mod witness;
mod world;

pub use coverage::Coverage;
pub use planted::Planted;
pub use witness::Violation;

/// What came of a schedule.
#[derive(Clone, Debug)]
pub struct Ended {
    /// Its seed.
    pub seed: u64,
    /// What must never happen and did.
    pub violation: Option<Violation>,
    /// What happened, line by line.
    pub trace: Vec<String>,
    /// A digest of that.
    pub hash: u64,
    /// How often each thing happened.
    pub coverage: Coverage,
    /// How many steps the scheduler took.
    pub events: u64,
}

/// Lives the schedule of a seed, with a planted bug or without.
#[must_use]
pub fn live(seed: u64, planted: Option<Planted>) -> Ended {
    world::live(seed, planted)
}
