//! Whether a task can be done at a pillar now. Pure: what is known of the pillar and the moment are arguments.
//!
//! Invariant: it says what the pillar itself says on its tile; and of a pillar of which nothing is known now, nothing is
//! said to work or not to work.

use jiff::civil::DateTime;
use zuil_catalogue::{Device as Needed, Task};
use zuil_wire::health::{Device, DeviceState};

use super::condition::Condition;

/// Whether a task can be done at a pillar now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Doable {
    /// It can.
    Yes,
    /// It can, unless its fee turns out to be more than nothing: cards do not work.
    WhenFree,
    /// It cannot: this is missing.
    Lacks(Lack),
    /// Nobody knows.
    NotKnown,
}

/// Why a task cannot be done at a pillar now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Lack {
    /// The pillar begins no visit.
    OutOfService,
    /// Cards do not work.
    Card,
    /// It has no receipts.
    Printer,
    /// Identity documents are not read.
    DocumentReader,
    /// Waste passes are not read.
    PassReader,
    /// It is not offered now, and is again then, when that is known.
    Hours(Option<DateTime>),
}

impl Doable {
    /// Of a task at a pillar, at a moment in local time.
    pub(super) fn of(task: &Task, condition: &Condition, now: DateTime) -> Self {
        if condition.serves_nobody() {
            return Self::Lacks(Lack::OutOfService);
        }
        if !condition.is_known() {
            return Self::NotKnown;
        }
        if let Some(offered) = task.offered.as_ref().filter(|offered| !offered.at(now)) {
            return Self::Lacks(Lack::Hours(offered.again(now)));
        }
        let card = (!task.may_be_free()).then_some(Needed::Terminal);
        let mut not_known = false;
        for needed in card.iter().chain(&task.devices) {
            match works(*needed, condition) {
                Some(true) => {}
                Some(false) => return Self::Lacks(lack(*needed)),
                None => not_known = true,
            }
        }
        let may_pay = task.fee.is_some() && card.is_none();
        match works(Needed::Terminal, condition) {
            _ if not_known => Self::NotKnown,
            Some(false) if may_pay => Self::WhenFree,
            _ => Self::Yes,
        }
    }
}

/// Whether a device works; nothing when that is not known yet.
fn works(needed: Needed, condition: &Condition) -> Option<bool> {
    let device = match needed {
        Needed::Printer => Device::Printer,
        Needed::Terminal => Device::Terminal,
        Needed::DocumentReader => Device::DocumentReader,
        Needed::PassReader => Device::PassReader,
    };
    match condition.part(device).map(|part| part.state) {
        Some(DeviceState::Ready | DeviceState::PaperNearEnd) => Some(true),
        Some(DeviceState::Unknown) => None,
        _ => Some(false),
    }
}

const fn lack(needed: Needed) -> Lack {
    match needed {
        Needed::Printer => Lack::Printer,
        Needed::Terminal => Lack::Card,
        Needed::DocumentReader => Lack::DocumentReader,
        Needed::PassReader => Lack::PassReader,
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use jiff::Timestamp;
    use jiff::civil::date;
    use zuil_catalogue::Catalogue;
    use zuil_wire::health::{DeviceReport, StorageReport};
    use zuil_wire::orders::{ClosedFor, Closure};
    use zuil_wire::{HealthReport, PROTOCOL_VERSION};

    use super::super::texts::Lang;
    use super::*;
    use crate::store::{Closed, Pillar, Reported};

    fn noon() -> Timestamp {
        "2026-11-23T11:00:00Z".parse().unwrap()
    }

    fn condition(devices: &[(Device, DeviceState)], room_for: u32, minutes_ago: i64) -> Condition {
        let received_at = noon() - jiff::SignedDuration::from_mins(minutes_ago);
        let device = |(device, state): &(Device, DeviceState)| DeviceReport {
            device: *device,
            state: *state,
            since: received_at,
        };
        let report = HealthReport {
            version: PROTOCOL_VERSION,
            at: received_at,
            program: "0.2.0".into(),
            catalogue: "1".into(),
            devices: devices.iter().map(device).collect(),
            paper: None,
            waiting: 0,
            open_payments: Vec::new(),
            clock_off_seconds: None,
            storage: Some(StorageReport { room_for, tried: None, salvaged: None }),
            seal_key: None,
            catalogue_refused: None,
            in_use: None,
            celsius: None,
            system: None,
        };
        let pillar = Pillar {
            name: "jumbo".into(),
            fingerprint: [1; 32],
            public_key: String::new(),
            added_at: received_at,
            revoked_at: None,
            last_seen_at: None,
            last_sequence: None,
        };
        let reported = Reported { pillar: "jumbo".into(), report, received_at };
        Condition::of(&pillar, Some(&reported), noon())
    }

    fn doable(task: &str, condition: &Condition) -> Doable {
        let example = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../catalogue/example"));
        let catalogue = Catalogue::load(example).unwrap();
        Doable::of(catalogue.task(task).unwrap(), condition, date(2026, 11, 23).at(12, 0, 0, 0))
    }

    use DeviceState::{Blocked, Offline, PaperOut, Ready, Unknown};

    #[test]
    fn a_fee_needs_a_card_and_what_is_free_does_not() {
        for (terminal, paid) in
            [(Ready, Doable::Yes), (Blocked, Doable::Lacks(Lack::Card)), (Unknown, Doable::NotKnown)]
        {
            let condition = condition(&[(Device::Printer, Ready), (Device::Terminal, terminal)], 1000, 1);
            assert_eq!(doable("bulky-waste", &condition), paid, "{terminal:?}");
            assert_eq!(doable("call-back", &condition), Doable::Yes, "{terminal:?}");
        }
        let without = condition(&[(Device::Printer, PaperOut)], 1000, 1);
        assert_eq!(doable("bulky-waste", &without), Doable::Lacks(Lack::Card), "it has no terminal");
        assert_eq!(
            doable("call-back", &without),
            Doable::Yes,
            "no receipt is no reason to send anybody away"
        );
    }

    #[test]
    fn nothing_is_said_of_a_pillar_of_which_nothing_is_known() {
        for terminal in [Ready, Offline] {
            let silent = condition(&[(Device::Terminal, terminal)], 1000, 16);
            assert_eq!(doable("bulky-waste", &silent), Doable::NotKnown);
            assert_eq!(doable("call-back", &silent), Doable::NotKnown);
        }
    }

    #[test]
    fn nothing_can_be_done_at_a_pillar_that_was_closed_and_is_not_heard() {
        let silent = condition(&[(Device::Printer, Ready), (Device::Terminal, Ready)], 1000, 16);
        let closure = Closure { reason: ClosedFor::Fault, message: None };
        let closed = Closed { pillar: "jumbo".into(), closure, since: noon() };
        let closed = silent.closed_by(Some(&closed));
        assert_eq!(doable("call-back", &closed), Doable::Lacks(Lack::OutOfService));
        for (lang, first) in
            [(Lang::Nl, "Deze zuil is nu buiten gebruik."), (Lang::En, "This pillar is out of service now.")]
        {
            assert_eq!(lang.for_callers(&closed)[0], first);
        }
    }

    #[test]
    fn nothing_can_be_done_at_a_pillar_without_room() {
        let full = condition(&[(Device::Printer, Ready), (Device::Terminal, Ready)], 90, 1);
        assert_eq!(doable("call-back", &full), Doable::Lacks(Lack::OutOfService));
    }
}
