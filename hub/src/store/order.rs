//! What technicians order pillars to do from afar, as the hub keeps it. Invariant: an order is told to its own pillar
//! only, and not after its time; whether a pillar is closed is what it has done last, and not what was ordered.

use jiff::{SignedDuration, Timestamp};
use uuid::Uuid;
use zuil_wire::orders::{Attachment, Closure, OrderFailure, OrderState, Task};
use zuil_wire::{Order, OrderResult};

use super::StoreError;

/// For how long an order may be begun. One about serving has no end: it counts until the next one.
pub const ORDERED_FOR: SignedDuration = SignedDuration::from_mins(15);
/// For how many days an order is kept. What closes a pillar is kept as long as it does.
pub const ORDERS_KEPT_DAYS: i64 = 30;

/// For how many days what was made for an order is kept.
pub const ATTACHMENTS_KEPT_DAYS: i64 = 7;

/// An order as the hub keeps it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PlacedOrder {
    /// Names it.
    pub id: Uuid,
    /// The pillar.
    pub pillar: String,
    /// What it is to do.
    pub what: Task,
    /// The account of whoever ordered it.
    pub by: String,
    /// When.
    pub placed_at: Timestamp,
    /// Until when it may be begun; for ever when nothing.
    pub expires_at: Option<Timestamp>,
    /// What became of it, without the passing of time.
    pub fate: Fate,
    /// Since when that is so.
    pub changed_at: Timestamp,
}

/// What became of an order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fate {
    /// The pillar was not heard of it.
    Waiting,
    /// The pillar waits for the visitor.
    Waits,
    /// The pillar has begun.
    Taken,
    /// It was done.
    Done,
    /// It was not done.
    Failed(OrderFailure),
    /// A later one took its place before the pillar began.
    Withdrawn,
}

impl From<&OrderResult> for Fate {
    fn from(result: &OrderResult) -> Self {
        match result.state {
            OrderState::Waits => Self::Waits,
            OrderState::Taken => Self::Taken,
            OrderState::Done => Self::Done,
            // One that does not say why was cut off.
            OrderState::Failed => Self::Failed(result.why.unwrap_or(OrderFailure::Interrupted)),
        }
    }
}

impl Fate {
    /// Whether the pillar has not begun.
    #[must_use]
    pub const fn is_open(self) -> bool {
        matches!(self, Self::Waiting | Self::Waits)
    }

    /// Whether what a pillar tells takes its place. What has ended stays so, and what was withdrawn can only have
    /// been begun before that.
    pub(super) const fn gives_way_to(self, told: Self) -> bool {
        match self {
            Self::Done | Self::Failed(_) => false,
            Self::Withdrawn | Self::Taken => !matches!(told, Self::Waits),
            Self::Waiting | Self::Waits => true,
        }
    }

    /// The word in the database, and why it failed.
    pub(crate) fn words(self) -> Result<(&'static str, Option<String>), StoreError> {
        Ok(match self {
            Self::Waiting => ("waiting", None),
            Self::Waits => ("waits", None),
            Self::Taken => ("taken", None),
            Self::Done => ("done", None),
            Self::Failed(why) => ("failed", Some(super::values::write_json(&why)?)),
            Self::Withdrawn => ("withdrawn", None),
        })
    }

    pub(super) fn read(word: &str, why: Option<&str>) -> Result<Self, StoreError> {
        let damaged = || StoreError::Damaged("fate of an order");
        Ok(match word {
            "waiting" => Self::Waiting,
            "waits" => Self::Waits,
            "taken" => Self::Taken,
            "done" => Self::Done,
            "failed" => Self::Failed(serde_json::from_str(why.unwrap_or_default()).map_err(|_| damaged())?),
            "withdrawn" => Self::Withdrawn,
            _ => return Err(damaged()),
        })
    }
}

/// What is made for an order; nothing for most.
#[must_use]
pub const fn made_for(what: &Task) -> Option<Attachment> {
    match what {
        Task::Screenshot => Some(Attachment::Picture),
        Task::Logs { .. } => Some(Attachment::Text),
        Task::Restart | Task::TestPrint | Task::Close(_) | Task::Open => None,
    }
}

impl PlacedOrder {
    /// A new order.
    #[must_use]
    pub fn new(pillar: &str, what: Task, by: &str, now: Timestamp) -> Self {
        let expires_at = (!what.is_about_serving()).then(|| now + ORDERED_FOR);
        let what = match what {
            Task::Close(closure) => Task::Close(closure.tidy()),
            other => other,
        };
        Self {
            id: Uuid::now_v7(),
            pillar: pillar.to_owned(),
            what,
            by: by.to_owned(),
            placed_at: now,
            expires_at,
            fate: Fate::Waiting,
            changed_at: now,
        }
    }

    /// Whether its time has passed before the pillar began.
    #[must_use]
    pub fn has_expired(&self, now: Timestamp) -> bool {
        self.fate.is_open() && self.expires_at.is_some_and(|at| at <= now)
    }

    /// As its pillar is told, as long as there is something to do; one that has begun is told as long as it might
    /// have, so that its pillar says again what came of it.
    #[must_use]
    pub fn to_do(&self, now: Timestamp) -> Option<Order> {
        let is_told = self.fate.is_open() || self.fate == Fate::Taken;
        if !is_told || self.expires_at.is_some_and(|at| at <= now) {
            return None;
        }
        let left = |at: Timestamp| u32::try_from(at.duration_since(now).as_secs()).unwrap_or(0).max(1);
        Some(Order { id: self.id, seconds: self.expires_at.map(left), what: self.what.clone() })
    }
}

/// A pillar that serves nobody because a technician wants it so.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Closed {
    /// The pillar.
    pub pillar: String,
    /// Why, as its screen says.
    pub closure: Closure,
    /// Since when.
    pub since: Timestamp,
}

/// What a pillar made for an order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attached {
    /// The order.
    pub id: Uuid,
    /// What it is.
    pub kind: Attachment,
    /// The bytes, as they came.
    pub content: Vec<u8>,
    /// When it came.
    pub kept_at: Timestamp,
}

/// What became of placing an order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OrderPlaced {
    /// The pillar hears of it with its next report.
    Yes,
    /// The same is waiting already.
    Before,
    /// There is no pillar of that name, or it was revoked.
    NoSuchPillar,
}

/// Keeps what technicians order. The contract of [`super::Store`] holds.
pub trait OrderStore {
    /// Keeps an order, unless the same kind waits at its pillar and may still be begun. One about serving takes the
    /// place of those before it that were not begun.
    ///
    /// # Errors
    /// [`StoreError`]; then nothing is ordered.
    fn place_order(&self, order: &PlacedOrder) -> Result<OrderPlaced, StoreError>;

    /// The orders of a pillar, the newest first: at most `limit`.
    ///
    /// # Errors
    /// [`StoreError`].
    fn orders(&self, pillar: &str, limit: u32) -> Result<Vec<PlacedOrder>, StoreError>;

    /// What a pillar is still to do, the oldest first; see [`PlacedOrder::to_do`].
    ///
    /// # Errors
    /// [`StoreError`].
    fn orders_to_do(&self, pillar: &str, now: Timestamp) -> Result<Vec<Order>, StoreError>;

    /// Keeps what a pillar tells of its orders. What is not about an order of this pillar changes nothing.
    ///
    /// # Errors
    /// [`StoreError`]; then nothing is kept.
    fn note_orders(&self, pillar: &str, results: &[OrderResult], now: Timestamp) -> Result<(), StoreError>;

    /// The pillars that are closed, by name: those of which the last order about serving that was done closed them.
    ///
    /// # Errors
    /// [`StoreError`].
    fn closed_pillars(&self) -> Result<Vec<Closed>, StoreError>;

    /// Keeps what a pillar made for an order, unless something is kept already. Whether it is about an order of this
    /// pillar for which such a thing is made; else nothing is kept.
    ///
    /// # Errors
    /// [`StoreError`]; then nothing is kept.
    fn attach_to_order(&self, pillar: &str, attached: &Attached) -> Result<bool, StoreError>;

    /// What was made for an order of a pillar.
    ///
    /// # Errors
    /// [`StoreError`].
    fn attached_to_order(&self, pillar: &str, id: Uuid) -> Result<Option<Attached>, StoreError>;

    /// For which of the orders of a pillar something is kept, and what.
    ///
    /// # Errors
    /// [`StoreError`].
    fn orders_with_attachments(&self, pillar: &str) -> Result<Vec<(Uuid, Attachment)>, StoreError>;

    /// Forgets what was made for orders before; how many things those were.
    ///
    /// # Errors
    /// [`StoreError`]; then nothing is forgotten.
    fn forget_attachments(&self, before: Timestamp) -> Result<u64, StoreError>;

    /// Forgets orders that were placed before, but not one about serving that counts or still waits; how many those
    /// were.
    ///
    /// # Errors
    /// [`StoreError`]; then nothing is forgotten.
    fn forget_orders(&self, before: Timestamp) -> Result<u64, StoreError>;
}
