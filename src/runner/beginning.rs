//! Begins the next system of this machine: at night, while nobody stands at the pillar.
//!
//! Invariant: the machine is never started anew while something of a resident goes on, and not again and again in one
//! night.

use std::sync::Arc;

use jiff::civil::Time;

use super::Runner;
use super::night::Night;
use crate::clock::Moment;
use crate::system::System;

/// The next system, and when it may begin.
pub(super) struct NextSystem {
    system: Arc<System>,
    night: Night,
}

impl NextSystem {
    pub(super) const fn at(system: Arc<System>, at: Time) -> Self {
        Self { system, night: Night::at(at) }
    }
}

impl Runner {
    /// Asks for it when it is time, nobody is here, and there is one.
    pub(super) fn begin_the_next_system(&mut self, now: Moment) {
        let is_free = self.is_free();
        let wall = now.in_zone(&self.time_zone).wall;
        let Some(next) = &mut self.next_system else { return };
        if !is_free || !next.night.is_due(wall, now.uptime) {
            return;
        }
        // Whatever comes of it, it is looked at again after a while.
        next.night.tried(now.uptime);
        if !next.system.is_to_begin() {
            return;
        }
        match next.system.begin() {
            Ok(()) => tracing::info!("the next system is written; the machine is to be started anew with it"),
            Err(error) => {
                tracing::error!(%error, "the next system cannot begin; look at free space of the data partition");
            }
        }
    }
}

#[cfg(test)]
mod tests;
