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

impl Waypoint {
    /// All points, in the order in which a paid errand passes them.
    pub const ALL: [(&'static str, Self); 11] = [
        ("before-intent", Self::BeforeIntent),
        ("after-intent", Self::AfterIntent),
        ("charging", Self::Charging),
        ("before-outcome", Self::BeforeOutcome),
        ("after-outcome", Self::AfterOutcome),
        ("after-acknowledge", Self::AfterAcknowledge),
        ("before-upload", Self::BeforeUpload),
        ("after-upload", Self::AfterUpload),
        ("after-received", Self::AfterReceived),
        ("printing", Self::Printing),
        ("printed", Self::Printed),
    ];

    /// The point with a name from [`Waypoint::ALL`].
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.iter().find_map(|(known, point)| (*known == name).then_some(*point))
    }
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
