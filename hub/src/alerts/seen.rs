//! What the store knows of pillars, as the watch sees it. Invariant: of a pillar whose newest report is old, nothing is
//! said but that.

use std::collections::HashMap;

use jiff::{SignedDuration, Timestamp, Unit};
use zuil_catalogue::Sites;
use zuil_wire::HealthReport;
use zuil_wire::health::{Device, DeviceState, StorageReport};

use super::closing;
use super::limits::Limits;
use crate::authority;
use crate::store::{AlertKind, Certificate, Pillar, Reported, Store, StoreError};

/// With room for fewer requests a disk is nearly full.
const LITTLE_ROOM: u32 = 3 * StorageReport::RESERVE;
/// Paper that lasts for no more days is told.
const PAPER_DAYS: i64 = 3;
/// So many requests that wait at a pillar that is heard are a queue.
const QUEUE: u64 = 5;
/// A clock that is off by more than this is wrong.
const CLOCK_LEEWAY: SignedDuration = SignedDuration::from_mins(5);
/// A certificate that is valid for no longer is told.
const EXPIRES_SOON: SignedDuration = SignedDuration::from_hours(24 * 30);

/// How a pillar is, as far as alerts go.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Seen {
    /// Its name.
    pub pillar: String,
    /// When it was last heard; nothing of one that never was.
    pub heard: Option<Timestamp>,
    /// Whether it may not deliver any more.
    pub revoked: bool,
    /// Whether its newest report holds.
    pub knows: bool,
    /// What that says is the matter, and since when, where it tells.
    pub troubles: Vec<(AlertKind, Option<Timestamp>)>,
    /// How warm that says it is, when it does.
    pub celsius: Option<i16>,
    /// Whether it may be silent now, because its building is closed or has only just opened.
    pub may_be_silent: bool,
}

/// Looks at all pillars. Those that stand at one of `sites` may be silent while that is closed.
///
/// # Errors
/// [`StoreError`].
pub fn look(
    store: &dyn Store,
    limits: &Limits,
    sites: Option<&Sites>,
    now: Timestamp,
) -> Result<Vec<Seen>, StoreError> {
    let (reports, pillars, certificates) =
        (store.reports()?, store.pillars()?, store.certificates_that_count()?);
    let reports: HashMap<&str, &Reported> =
        reports.iter().map(|reported| (reported.pillar.as_str(), reported)).collect();
    // The last that is collected stays, and the oldest of a pillar is the one that it uses.
    let in_use: HashMap<&str, &Certificate> =
        certificates.iter().rev().map(|certificate| (certificate.pillar.as_str(), certificate)).collect();
    let seen = |pillar: &Pillar| {
        let name = pillar.name.as_str();
        let expires = expires(pillar, in_use.get(name).copied());
        let seen = Seen::of(pillar, reports.get(name).copied(), expires, limits, now);
        let site = sites.and_then(|sites| sites.of_pillar(name));
        let may_be_silent = site.is_some_and(|site| closing::may_be_silent(&site.hours, seen.heard, now));
        Seen { may_be_silent, ..seen }
    };
    Ok(pillars.iter().map(seen).collect())
}

impl Seen {
    fn of(
        pillar: &Pillar,
        reported: Option<&Reported>,
        expires: Timestamp,
        limits: &Limits,
        now: Timestamp,
    ) -> Self {
        let heard = pillar.last_seen_at.max(reported.map(|reported| reported.received_at));
        let fresh = reported.filter(|reported| now.duration_since(reported.received_at) <= limits.silent);
        let mut troubles = fresh.map(troubles).unwrap_or_default();
        if expires.duration_since(now) < EXPIRES_SOON {
            troubles.push((AlertKind::Certificate, None));
        }
        Self {
            pillar: pillar.name.clone(),
            heard,
            revoked: pillar.revoked_at.is_some(),
            knows: fresh.is_some(),
            troubles,
            celsius: fresh.and_then(|reported| reported.report.celsius),
            may_be_silent: false,
        }
    }
}

/// Until when what a pillar identifies itself with is valid. One that was added with a file does not say so itself.
fn expires(pillar: &Pillar, in_use: Option<&Certificate>) -> Timestamp {
    let since = in_use.map_or(pillar.added_at, |certificate| certificate.issued_at);
    in_use
        .and_then(|certificate| certificate.expires_at)
        .unwrap_or_else(|| authority::pillar_certificate_expires(since))
}

fn troubles(reported: &Reported) -> Vec<(AlertKind, Option<Timestamp>)> {
    let report = &reported.report;
    let mut found = Vec::new();
    for device in &report.devices {
        let kind = match (device.device, device.state) {
            (_, DeviceState::Ready | DeviceState::Unknown) => continue,
            (Device::Printer, DeviceState::PaperNearEnd) => (AlertKind::PaperLow, None),
            (Device::Terminal, DeviceState::PaperNearEnd) => continue,
            (Device::Printer, _) => (AlertKind::Printer, Some(reported.by_our_clock(device.since))),
            (Device::Terminal, _) => (AlertKind::Terminal, Some(reported.by_our_clock(device.since))),
            (Device::DocumentReader | Device::PassReader, _) => {
                (AlertKind::Reader, Some(reported.by_our_clock(device.since)))
            }
        };
        found.push(kind);
    }
    let room = report.storage.as_ref().map(|storage| storage.room_for);
    let others = [
        (AlertKind::PaperLow, paper_is_low(report)),
        (AlertKind::Full, room.is_some_and(|room| room < StorageReport::RESERVE)),
        (AlertKind::DiskLow, room.is_some_and(|room| (StorageReport::RESERVE..LITTLE_ROOM).contains(&room))),
        (AlertKind::Queue, report.waiting >= QUEUE),
        (AlertKind::Clock, clock_is_off(reported)),
        (AlertKind::Catalogue, report.catalogue_refused.is_some()),
    ];
    found.extend(others.into_iter().filter(|(_, is)| *is).map(|(kind, _)| (kind, None)));
    found
}

/// By the pillar's own calendar, which may be wrong, as its forecast is then, too.
fn paper_is_low(report: &HealthReport) -> bool {
    let today = report.at.to_zoned(jiff::tz::TimeZone::UTC).date();
    let empty_on = report.paper.and_then(|paper| paper.empty_on);
    let days = empty_on.and_then(|day| today.until((Unit::Day, day)).ok()).map(|span| span.get_days());
    days.is_some_and(|days| i64::from(days) <= PAPER_DAYS)
}

fn clock_is_off(reported: &Reported) -> bool {
    let shown = || reported.report.at.duration_since(reported.received_at);
    let ahead = reported.report.clock_off_seconds.map_or_else(shown, SignedDuration::from_secs);
    ahead.abs() > CLOCK_LEEWAY
}
