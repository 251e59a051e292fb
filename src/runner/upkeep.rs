//! The outbox between visits: whether there is room for another one, and what can wait is done.
//!
//! Invariant: a visit begins only when there is room for a hundred transactions; one that was begun is never
//! ended because of the disk; and nothing is tidied while someone is here or pays.

use std::time::Duration;

use super::Runner;
use crate::clock::Moment;
use crate::outbox::{RESERVE, Tidied};
use crate::visit::OutOfService;

/// A pillar that is out of service serves again only when there is some more room than is needed, so that
/// it does not come and go with each line of a log.
const AGAIN_WITH: u32 = RESERVE + 20;
/// How often a pillar without room looks for it. Each look may be a write that is tried.
const LOOK_EVERY: Duration = Duration::from_secs(10);
/// How often a tidy outbox is looked at.
const TIDY_EVERY: Duration = Duration::from_secs(30);
/// How long one that could not be tidied is left alone.
const AFTER_TROUBLE: Duration = Duration::from_secs(5 * 60);

/// What is known of the outbox between visits. Times are the pillar's uptime.
#[derive(Debug, Default)]
pub(super) struct Upkeep {
    /// For how many transactions there was room when it was last looked.
    room: Option<u32>,
    /// There was too little of it.
    closed: bool,
    look_from: Duration,
    tidy_from: Duration,
}

impl Upkeep {
    /// The room as the hub is told of it: less than is needed for as long as no visit begins, though there may
    /// be a little more again.
    pub(super) fn room_to_tell(&self) -> Option<u32> {
        self.room.map(|room| if self.closed { room.min(RESERVE - 1) } else { room })
    }

    /// Why nobody is served, by the room that is left.
    pub(super) fn out_of_service(&self) -> Option<OutOfService> {
        self.closed.then_some(OutOfService::Storage)
    }
}

impl Runner {
    /// Before each visit, and while nobody is here: takes the pillar out of service when there is too
    /// little room, and back when there is enough.
    pub(super) fn look_for_room(&mut self, now: Moment) {
        if !self.visit.is_waiting() || (self.upkeep.closed && now.uptime < self.upkeep.look_from) {
            return;
        }
        let room = self.outbox.room().unwrap_or_else(|error| {
            tracing::error!(%error, "it cannot be told how much room there is");
            0
        });
        self.upkeep.room = Some(room);
        self.upkeep.look_from = now.uptime + LOOK_EVERY;
        let needed = if self.upkeep.closed { AGAIN_WITH } else { RESERVE };
        let closed = room < needed;
        if closed == self.upkeep.closed {
            return;
        }
        self.upkeep.closed = closed;
        if closed {
            tracing::error!(room, "there is too little room for another visit; out of service");
        } else {
            tracing::info!(room, "there is room again");
        }
        self.tell_service(now);
    }

    /// One small step of what can wait, while nobody is here.
    pub(super) fn tidy(&mut self, now: Moment) {
        if !self.visit.is_waiting() || !self.till.is_idle() || now.uptime < self.upkeep.tidy_from {
            return;
        }
        let rest = match self.outbox.tidy(now.timestamp) {
            Ok(Tidied::Some) => Duration::ZERO,
            Ok(Tidied::Nothing) => TIDY_EVERY,
            Err(error) => {
                tracing::warn!(%error, "the outbox could not be tidied; it is tried again later");
                AFTER_TROUBLE
            }
        };
        self.upkeep.tidy_from = now.uptime + rest;
    }
}

#[cfg(test)]
mod tests;
