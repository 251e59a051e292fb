//! What can truthfully be said of a pillar now. Pure: the time is an argument.
//!
//! Invariant: what is not known now is neither called working nor broken, whatever was known before. What a technician
//! closed is closed until it says that it was opened.

use jiff::civil::Date;
use jiff::{SignedDuration, Span, Timestamp};
use zuil_wire::health::{Device, DeviceReport, DeviceState, StorageReport};

use crate::store::{Closed, Pillar, Reported};

/// A clock that is off by more than this is told to the technician.
const CLOCK_LEEWAY: SignedDuration = SignedDuration::from_mins(5);

/// What is known of a pillar.
pub(super) struct Condition {
    /// Whether anything is known now.
    pub contact: Contact,
    /// Its devices, as they are now or, without contact, as they were last known.
    pub parts: Vec<Part>,
    /// What is the matter with it; empty when all of it works.
    pub issues: Vec<Issue>,
    /// For how many more requests it has room, when that is known now.
    pub room: Option<u32>,
    /// Whether somebody is there, when that is known now.
    pub in_use: Option<bool>,
    /// How warm it is inside, in degrees Celsius, when that is known now.
    pub celsius: Option<i16>,
    /// The paper, by the newest report.
    pub paper: Option<PaperLeft>,
    /// How far the pillar's clock is ahead of the hub's, when that is worth telling.
    pub clock_ahead: Option<SignedDuration>,
}

/// Whether anything is known of a pillar now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Contact {
    /// Its newest report holds.
    Now,
    /// It shows itself, but does not say how it is: it is older, or has only just started.
    NoWord,
    /// Nothing came since then; never, when nothing came at all.
    Silent(Option<Timestamp>),
    /// It may not deliver any more.
    Revoked,
}

/// Whether a resident who comes now finds somebody at a pillar.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Presence {
    /// A visit goes on.
    InUse,
    /// Nobody is there.
    Free,
    /// The pillar is not heard, or is from before it told.
    NotKnown,
}

/// A device of a pillar.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Part {
    pub device: Device,
    pub state: DeviceState,
    /// By the hub's clock.
    pub since: Timestamp,
}

/// Something that is the matter with a pillar.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Issue {
    /// A technician took it out of service.
    Closed,
    /// It begins no visit, because its storage is full.
    NoRoom,
    PaperNearEnd,
    NoReceipt,
    NoCard,
    CardBlocked,
    NoReader,
    /// A device was not asked yet.
    NotAsked,
    NoWord,
    Silent,
    Revoked,
}

impl Issue {
    /// In the order in which they are told.
    pub(super) const ALL: [Self; 11] = [
        Self::Closed,
        Self::NoRoom,
        Self::PaperNearEnd,
        Self::NoReceipt,
        Self::NoCard,
        Self::CardBlocked,
        Self::NoReader,
        Self::NotAsked,
        Self::NoWord,
        Self::Silent,
        Self::Revoked,
    ];

    /// The word in addresses.
    pub(super) const fn word(self) -> &'static str {
        match self {
            Self::Closed => "closed",
            Self::NoRoom => "no-room",
            Self::PaperNearEnd => "paper-near-end",
            Self::NoReceipt => "no-receipt",
            Self::NoCard => "no-card",
            Self::CardBlocked => "card-blocked",
            Self::NoReader => "no-reader",
            Self::NotAsked => "not-asked",
            Self::NoWord => "no-word",
            Self::Silent => "silent",
            Self::Revoked => "revoked",
        }
    }
}

/// The paper of a receipt printer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct PaperLeft {
    pub used_metres: u64,
    pub roll_metres: u64,
    /// The first day on which there may be none, by the hub's calendar.
    pub empty_on: Option<Date>,
}

impl Condition {
    /// The same of a pillar that a technician took out of service, if it is. It stays so over a power cut, so that of
    /// one that is silent this much is known.
    pub(super) fn closed_by(mut self, closed: Option<&Closed>) -> Self {
        if closed.is_some() && self.contact != Contact::Revoked {
            self.issues.insert(0, Issue::Closed);
        }
        self
    }

    /// Whether a technician took it out of service.
    pub(super) fn is_closed(&self) -> bool {
        self.issues.contains(&Issue::Closed)
    }

    /// What is known of `pillar`, which last said `reported`. One of which nothing was heard for longer than `silent`
    /// cannot be reached.
    pub(super) fn within(
        silent: SignedDuration,
        pillar: &Pillar,
        reported: Option<&Reported>,
        now: Timestamp,
    ) -> Self {
        let contact = contact(silent, pillar, reported, now);
        let parts: Vec<Part> = reported.map(parts).unwrap_or_default();
        let fresh = reported.filter(|_| contact == Contact::Now);
        let room = fresh.and_then(|reported| Some(reported.report.storage.as_ref()?.room_for));
        Self {
            contact,
            issues: issues(contact, &parts, room),
            parts,
            room,
            in_use: fresh.and_then(|reported| reported.report.in_use),
            celsius: fresh.and_then(|reported| reported.report.celsius),
            paper: reported.and_then(paper),
            clock_ahead: reported.map(clock_ahead).filter(|ahead| ahead.abs() > CLOCK_LEEWAY),
        }
    }

    /// With the limit that hubs have when nobody chose another.
    #[cfg(test)]
    pub(super) fn of(pillar: &Pillar, reported: Option<&Reported>, now: Timestamp) -> Self {
        Self::within(crate::alerts::Limits::default().silent, pillar, reported, now)
    }

    /// Whether what its devices can do is known now.
    pub(super) fn is_known(&self) -> bool {
        self.contact == Contact::Now
    }

    /// Whether somebody is there; nothing of one that is known to serve nobody.
    pub(super) fn presence(&self) -> Option<Presence> {
        if self.serves_nobody() || self.contact == Contact::Revoked {
            return None;
        }
        Some(match self.in_use {
            Some(true) => Presence::InUse,
            Some(false) => Presence::Free,
            None => Presence::NotKnown,
        })
    }

    /// All of it that a page shows, without times that count from now, and without how warm it is: that changes all
    /// the time, and is shown anew within a minute in any case.
    pub(super) fn looks(&self) -> String {
        let parts: Vec<_> = self.parts.iter().map(|part| (part.device, part.state)).collect();
        let contact = std::mem::discriminant(&self.contact);
        let paper = self.paper.map(|paper| (paper.used_metres, paper.roll_metres, paper.empty_on));
        format!("{contact:?} {parts:?} {:?} {paper:?} {:?} {:?}", self.issues, self.room, self.in_use)
    }

    /// Whether it is known to begin no visit now.
    pub(super) fn is_full(&self) -> bool {
        self.issues.contains(&Issue::NoRoom)
    }

    /// Whether it is known to serve nobody now, for whatever reason.
    pub(super) fn serves_nobody(&self) -> bool {
        self.is_full() || self.is_closed()
    }

    /// One of its devices.
    pub(super) fn part(&self, device: Device) -> Option<Part> {
        self.parts.iter().copied().find(|part| part.device == device)
    }
}

/// A pillar that was taught the time says how far its clock is off; of an older one, its report shows it.
fn clock_ahead(reported: &Reported) -> SignedDuration {
    let shown = || reported.report.at.duration_since(reported.received_at);
    reported.report.clock_off_seconds.map_or_else(shown, SignedDuration::from_secs)
}

fn contact(silent: SignedDuration, pillar: &Pillar, reported: Option<&Reported>, now: Timestamp) -> Contact {
    let is_fresh = |at: Timestamp| now.duration_since(at) <= silent;
    let seen = pillar.last_seen_at.max(reported.map(|reported| reported.received_at));
    match reported {
        _ if pillar.revoked_at.is_some() => Contact::Revoked,
        Some(reported) if is_fresh(reported.received_at) => Contact::Now,
        _ if seen.is_some_and(is_fresh) => Contact::NoWord,
        _ => Contact::Silent(seen),
    }
}

fn parts(reported: &Reported) -> Vec<Part> {
    let no_cards = !reported.report.open_payments.is_empty();
    let part = |&DeviceReport { device, state, since }: &DeviceReport| {
        // As long as a payment is open, the pillar takes no cards, whatever the terminal could do.
        let blocked = no_cards && device == Device::Terminal && state == DeviceState::Ready;
        let state = if blocked { DeviceState::Blocked } else { state };
        Part { device, state, since: reported.by_our_clock(since) }
    };
    let mut parts: Vec<Part> = reported.report.devices.iter().map(part).collect();
    parts.sort_by_key(|part| part.device);
    parts
}

fn issues(contact: Contact, parts: &[Part], room: Option<u32>) -> Vec<Issue> {
    match contact {
        Contact::Revoked => return vec![Issue::Revoked],
        Contact::Silent(_) => return vec![Issue::Silent],
        Contact::NoWord => return vec![Issue::NoWord],
        Contact::Now => {}
    }
    let full = room.filter(|room| *room < StorageReport::RESERVE).map(|_| Issue::NoRoom);
    let found: Vec<Issue> = parts.iter().filter_map(|part| issue(*part)).chain(full).collect();
    Issue::ALL.into_iter().filter(|issue| found.contains(issue)).collect()
}

fn issue(Part { device, state, .. }: Part) -> Option<Issue> {
    Some(match (device, state) {
        (_, DeviceState::Ready) => return None,
        (_, DeviceState::Unknown) => Issue::NotAsked,
        (Device::Printer, DeviceState::PaperNearEnd) => Issue::PaperNearEnd,
        (Device::Printer, _) => Issue::NoReceipt,
        (Device::Terminal, DeviceState::Blocked) => Issue::CardBlocked,
        (Device::Terminal, DeviceState::PaperNearEnd) => return None,
        (Device::Terminal, _) => Issue::NoCard,
        (Device::DocumentReader | Device::PassReader, _) => Issue::NoReader,
    })
}

fn paper(reported: &Reported) -> Option<PaperLeft> {
    let paper = reported.report.paper?;
    // The pillar's calendar may be off by years.
    let off = reported.received_at.duration_since(reported.report.at);
    let days = (off.as_hours() + 12 * off.as_hours().signum()) / 24;
    let shifted = |date: Date| date.checked_add(Span::new().try_days(days).ok()?).ok();
    Some(PaperLeft {
        used_metres: paper.used_mm / 1000,
        roll_metres: paper.roll_mm / 1000,
        empty_on: paper.empty_on.and_then(shifted),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use zuil_wire::health::{OpenPayment, Paper};
    use zuil_wire::orders::{ClosedFor, Closure};
    use zuil_wire::{Cents, HealthReport, PROTOCOL_VERSION, Reference};

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    fn noon() -> Timestamp {
        at("2026-11-22T12:00:00Z")
    }

    fn minutes_ago(minutes: i64) -> Timestamp {
        noon() - SignedDuration::from_mins(minutes)
    }

    fn pillar(last_seen_at: Option<Timestamp>) -> Pillar {
        Pillar {
            name: "jumbo".into(),
            fingerprint: [1; 32],
            public_key: String::new(),
            added_at: minutes_ago(9_000),
            revoked_at: None,
            last_seen_at,
            last_sequence: None,
        }
    }

    fn reported(printer: DeviceState, terminal: DeviceState, received_at: Timestamp) -> Reported {
        let since = received_at - SignedDuration::from_mins(30);
        let device = |device, state| DeviceReport { device, state, since };
        let report = HealthReport {
            version: PROTOCOL_VERSION,
            at: received_at,
            program: "0.2.0".into(),
            catalogue: "1".into(),
            devices: vec![device(Device::Terminal, terminal), device(Device::Printer, printer)],
            paper: None,
            waiting: 0,
            open_payments: Vec::new(),
            clock_off_seconds: None,
            storage: None,
            seal_key: None,
            catalogue_refused: None,
            in_use: None,
            celsius: None,
            system: None,
        };
        Reported { pillar: "jumbo".into(), report, received_at }
    }

    use DeviceState::{Blocked, CoverOpen, Offline, PaperNearEnd, PaperOut, Ready, Unknown};

    #[test]
    fn a_pillar_whose_devices_are_ready_works() {
        let reported = reported(Ready, Ready, minutes_ago(1));
        let condition = Condition::of(&pillar(None), Some(&reported), noon());
        assert_eq!((condition.contact, condition.issues.len()), (Contact::Now, 0));
        assert_eq!(condition.parts[0].device, Device::Printer);
        assert_eq!(condition.parts[0].since, minutes_ago(31));
    }

    #[test]
    fn each_fault_is_told_as_what_a_resident_notices() {
        for (printer, terminal, issue) in [
            (PaperNearEnd, Ready, Issue::PaperNearEnd),
            (PaperOut, Ready, Issue::NoReceipt),
            (CoverOpen, Ready, Issue::NoReceipt),
            (Ready, Offline, Issue::NoCard),
            (Ready, Blocked, Issue::CardBlocked),
            (Ready, Unknown, Issue::NotAsked),
        ] {
            let reported = reported(printer, terminal, noon());
            let condition = Condition::of(&pillar(None), Some(&reported), noon());
            assert_eq!(condition.issues, [issue], "{printer:?} {terminal:?}");
        }
    }

    #[test]
    fn a_pillar_without_room_is_out_of_service_whatever_its_devices_can_do() {
        let with_room_for = |room_for, received_at| {
            let mut reported = reported(Ready, PaperNearEnd, received_at);
            reported.report.storage = Some(StorageReport { room_for, tried: None, salvaged: None });
            Condition::of(&pillar(None), Some(&reported), noon())
        };
        let full = with_room_for(90, noon());
        assert!(full.is_full() && full.issues[0] == Issue::NoRoom);
        assert!(!with_room_for(100, noon()).is_full());
        assert_eq!(with_room_for(90, minutes_ago(2)).room, None, "that was then");
    }

    #[test]
    fn whether_somebody_is_there_and_how_warm_it_is_is_said_of_a_pillar_that_is_heard_and_serves() {
        let with = |in_use, minutes| {
            let mut reported = reported(Ready, Ready, minutes_ago(minutes));
            (reported.report.in_use, reported.report.celsius) = (in_use, Some(54));
            Condition::of(&pillar(None), Some(&reported), noon())
        };
        assert_eq!(with(Some(true), 0).presence(), Some(Presence::InUse));
        assert_eq!(with(Some(false), 0).presence(), Some(Presence::Free));
        assert_eq!(with(None, 0).presence(), Some(Presence::NotKnown), "it is older");
        for in_use in [Some(true), Some(false)] {
            let silent = with(in_use, 2);
            assert_eq!(
                (silent.presence(), silent.celsius),
                (Some(Presence::NotKnown), None),
                "that was then"
            );
        }
        assert_eq!(with(Some(true), 0).celsius, Some(54));
        assert_ne!(
            with(Some(true), 0).looks(),
            with(Some(false), 0).looks(),
            "pages that are open hear of it"
        );
        let closure = Closure { reason: ClosedFor::Fault, message: None };
        let closed = Closed { pillar: "jumbo".into(), closure, since: noon() };
        assert_eq!(with(Some(false), 0).closed_by(Some(&closed)).presence(), None, "free, but of no use");
    }

    #[test]
    fn after_a_minute_and_a_half_nothing_is_said_to_work_or_to_be_broken() {
        for (printer, terminal) in [(Ready, Ready), (PaperOut, Offline)] {
            let reported = reported(printer, terminal, minutes_ago(2));
            let silent = Condition::of(&pillar(Some(minutes_ago(2))), Some(&reported), noon());
            assert_eq!(silent.contact, Contact::Silent(Some(minutes_ago(2))));
            assert_eq!(silent.issues, [Issue::Silent]);
            // It delivers requests, but its last word on itself is too old.
            let no_word = Condition::of(&pillar(Some(minutes_ago(1))), Some(&reported), noon());
            assert_eq!((no_word.contact, no_word.issues), (Contact::NoWord, vec![Issue::NoWord]));
        }
        let never = Condition::of(&pillar(None), None, noon());
        assert_eq!((never.contact, never.is_known()), (Contact::Silent(None), false));
    }

    #[test]
    fn what_a_technician_closed_serves_nobody_also_when_it_is_not_heard() {
        let closure = Closure { reason: ClosedFor::Place, message: None };
        let closed = Closed { pillar: "jumbo".into(), closure, since: minutes_ago(90) };
        let heard = reported(Ready, Ready, minutes_ago(30));
        let (seen, gone) = (pillar(Some(minutes_ago(1))), pillar(Some(minutes_ago(30))));
        for (pillar, issue) in [(&seen, Issue::NoWord), (&gone, Issue::Silent)] {
            let condition = Condition::of(pillar, Some(&heard), noon()).closed_by(Some(&closed));
            assert_eq!(condition.issues, [Issue::Closed, issue]);
            assert!(condition.serves_nobody() && !condition.is_known());
            assert_eq!(condition.presence(), None);
        }
        let revoked = Pillar { revoked_at: Some(noon()), ..gone };
        let condition = Condition::of(&revoked, Some(&heard), noon()).closed_by(Some(&closed));
        assert_eq!(condition.issues, [Issue::Revoked]);
    }

    #[test]
    fn an_open_payment_blocks_cards_whatever_the_terminal_says() {
        let mut reported = reported(Ready, Ready, noon());
        reported.report.open_payments = vec![OpenPayment {
            payment: uuid::Uuid::from_u128(1),
            reference: Reference::from_bits(1),
            amount: Cents(1735),
            at: minutes_ago(5),
            receipt_number: None,
        }];
        let condition = Condition::of(&pillar(None), Some(&reported), noon());
        assert_eq!(condition.issues, [Issue::CardBlocked]);
    }

    #[test]
    fn a_clock_that_is_years_off_moves_neither_since_nor_the_forecast() {
        let mut reported = reported(PaperNearEnd, Ready, noon());
        let report = &mut reported.report;
        report.at = at("2020-01-01T12:00:00Z");
        report.devices[1].since = at("2020-01-01T11:00:00Z");
        report.paper =
            Some(Paper { used_mm: 61_250, roll_mm: 80_000, empty_on: Some("2020-01-08".parse().unwrap()) });
        let condition = Condition::of(&pillar(None), Some(&reported), noon());
        assert_eq!(condition.parts[0].since, minutes_ago(60));
        let paper = condition.paper.unwrap();
        assert_eq!((paper.used_metres, paper.roll_metres), (61, 80));
        assert_eq!(paper.empty_on, Some("2026-11-29".parse().unwrap()));
        assert!(condition.clock_ahead.unwrap().is_negative());
    }

    #[test]
    fn a_pillar_that_was_taught_the_time_says_itself_how_wrong_its_clock_is() {
        let ahead = |seconds| {
            let mut reported = reported(Ready, Ready, noon());
            reported.report.clock_off_seconds = Some(seconds);
            Condition::of(&pillar(None), Some(&reported), noon()).clock_ahead
        };
        assert_eq!(ahead(-315_569_520), Some(SignedDuration::from_secs(-315_569_520)));
        assert_eq!(ahead(299), None, "that is no matter for a technician");
    }

    #[test]
    fn a_revoked_pillar_is_only_that() {
        let mut gone = pillar(Some(noon()));
        gone.revoked_at = Some(minutes_ago(1));
        let reported = reported(PaperOut, Offline, noon());
        let condition = Condition::of(&gone, Some(&reported), noon());
        assert_eq!((condition.contact, condition.issues), (Contact::Revoked, vec![Issue::Revoked]));
    }
}
