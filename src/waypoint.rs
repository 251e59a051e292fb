//! The named points of an errand at which a power cut hurts most.
//!
//! The runner passes them in this order. In the field nothing listens; a test does, and kills the
//! process there.

/// A point in a paid errand.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Waypoint {
    /// The resident touched "pay"; nothing is written.
    BeforeIntent,
    /// The intent and the sealed transaction are durable; the terminal was not asked.
    AfterIntent,
    /// The terminal was asked.
    Charging,
    /// The terminal has charged and told so; nothing is written of it.
    BeforeOutcome,
    /// The outcome is durable; the terminal does not know yet.
    AfterOutcome,
    /// The terminal was acknowledged.
    AfterAcknowledge,
    /// The transaction is about to be uploaded.
    BeforeUpload,
    /// The hub has it and said so; nothing is written of it here.
    AfterUpload,
    /// The hub's word is durable here.
    AfterReceived,
    /// The receipt was given to the printer.
    Printing,
    /// The printer confirmed it.
    Printed,
}

/// Something that is told when a point is passed.
pub trait Waypoints: Send + Sync {
    /// The pillar is at this point now. Called on the thread that does the work.
    fn pass(&self, waypoint: Waypoint);
}

/// Nothing listens.
#[derive(Clone, Copy, Debug, Default)]
pub struct NoWaypoints;

impl Waypoints for NoWaypoints {
    fn pass(&self, _waypoint: Waypoint) {}
}
