//! Takes in what the terminal, the till and the sync tell, and passes on what is the visit's.
//!
//! Invariant: what the till settled is told to the sync before the visit hears of it.

use super::Runner;
use crate::clock::Moment;
use crate::devices::terminal::TerminalEvent;
use crate::sync::SyncEvent;
use crate::visit::Event;
use crate::waypoint::Waypoint;

impl Runner {
    pub(super) fn terminal_said(&mut self, event: TerminalEvent, now: Moment) {
        match (&event, &mut self.health.terminal, &mut self.night) {
            (TerminalEvent::Condition(condition), Some(terminal), _) => {
                terminal.become_condition(*condition, now.timestamp);
            }
            (TerminalEvent::DayEnded(Ok(())), _, Some(night)) => {
                night.done(now.in_zone(&self.time_zone).wall)
            }
            _ => {}
        }
        self.till.terminal_said(event, now.uptime);
    }

    /// What the till has settled is sent at once, and the visit hears of it.
    pub(super) fn hear_the_till(&mut self, now: Moment) {
        loop {
            if self.till.take_changed() {
                (self.wake_sync)();
            }
            let news = self.till.take_news();
            if news.is_empty() {
                return;
            }
            news.into_iter().for_each(|event| self.tell(event, now));
        }
    }

    pub(super) fn sync_said(&mut self, event: SyncEvent, now: Moment) {
        match event {
            SyncEvent::Online(online) => self.online = online,
            SyncEvent::Admitted(admitted) => self.was_admitted(admitted, now),
            SyncEvent::SettledByStaff { payment, state } => self.till.settled_by_staff(payment, state),
            SyncEvent::Acknowledged { id, state } => {
                self.waypoints.pass(Waypoint::AfterReceived);
                self.tell(Event::StateChanged { id, state }, now);
            }
        }
    }
}
