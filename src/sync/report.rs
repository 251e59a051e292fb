//! When to report how the pillar is. Pure: the time is an argument.
//!
//! Invariants: what is sent is the newest report; a device that flaps or a child that plays does not flood the
//! hub; a hub that knows no reports is greeted instead.

use std::time::Duration;

use jiff::SignedDuration;
use tokio::time::Instant;
use zuil_wire::{HealthReport, PaymentState};

use super::SyncEvent;

/// A pillar shows itself at least this often. A hub that has not heard of it for three times as long takes it to be down.
pub const HEARTBEAT: Duration = Duration::from_secs(25);
/// How much sooner it may be: pillars that were switched on together do not stay in step.
const SOONER: Duration = Duration::from_secs(5);
/// The shortest time between two reports.
pub const APART: Duration = Duration::from_secs(2);
/// The shortest time between two reports, when the only news is that somebody came or went.
pub const COMING_AND_GOING: Duration = Duration::from_secs(5);
/// How long a hub that knows no reports is not asked again.
pub const OLDER_HUB: Duration = Duration::from_secs(60 * 60);

/// A report as it was handed in, and when that was.
pub(super) type HandedIn = (Instant, HealthReport);

/// The newest report, and what became of the ones before.
#[derive(Debug, Default)]
pub(super) struct Reporting {
    newest: Option<HandedIn>,
    /// The last one that the hub has taken, and when.
    taken: Option<HandedIn>,
    /// How long after it the next one is due, when there is no news.
    pause: Duration,
    tried: Option<Instant>,
    /// The hub is busy.
    put_off: Option<Instant>,
    /// The hub takes no reports, or not this one.
    refused: Option<Instant>,
}

impl Reporting {
    /// There is a newer report.
    pub(super) fn hand_in(&mut self, report: HandedIn) {
        self.newest = Some(report);
    }

    /// Whether the hub is greeted, because it hears no report.
    pub(super) fn greets(&self, now: Instant) -> bool {
        self.newest.is_none() || self.refused.is_some_and(|until| until > now)
    }

    /// When the next report is due; now or earlier means now.
    pub(super) fn due(&self) -> Option<Instant> {
        let (handed_in, report) = self.newest.as_ref()?;
        let apart = |time| self.tried.map_or(*handed_in, |tried| tried + time);
        let due = match &self.taken {
            Some((at, taken)) if taken.says_the_same(report) => *at + self.pause,
            Some((_, taken)) if taken.says_the_same_but_for_use(report) => apart(COMING_AND_GOING),
            _ => apart(APART),
        };
        Some([self.put_off, self.refused].into_iter().flatten().fold(due, Instant::max))
    }

    /// The report to send, when one is due. Its clock has gone on since it was handed in, so that the
    /// hub can tell how long ago something was.
    pub(super) fn begin(&mut self, now: Instant) -> Option<HealthReport> {
        self.due().filter(|due| *due <= now)?;
        let (handed_in, report) = self.newest.as_ref()?;
        self.tried = Some(now);
        let since = SignedDuration::try_from(now.duration_since(*handed_in)).unwrap_or_default();
        Some(HealthReport { at: report.at.saturating_add(since).unwrap_or(report.at), ..report.clone() })
    }

    /// The hub has taken `report`; `random` is any number.
    pub(super) fn taken(&mut self, report: HealthReport, now: Instant, random: u64) {
        let sooner = u64::try_from(SOONER.as_millis()).unwrap_or(u64::MAX);
        self.pause = HEARTBEAT.saturating_sub(Duration::from_millis(random % (sooner + 1)));
        self.taken = Some((now, report));
    }

    /// The hub asked for patience.
    pub(super) fn put_off(&mut self, until: Instant) {
        self.put_off = Some(until);
    }

    /// The hub does not take reports, or not this one.
    pub(super) fn refused(&mut self, until: Instant) {
        self.refused = Some(until);
    }
}

/// What staff found out about payments of `report`. Anything else in an answer is nothing.
pub(super) fn settled_by_staff(
    answer: &zuil_wire::HealthAnswer,
    report: &HealthReport,
) -> impl Iterator<Item = SyncEvent> {
    let known = |payment| report.open_payments.iter().any(|open| open.payment == payment);
    answer
        .settled
        .iter()
        .filter(move |settled| settled.state != PaymentState::Unknown && known(settled.payment))
        .map(|settled| SyncEvent::SettledByStaff { payment: settled.payment, state: settled.state })
}
