//! How the pillar is, as the hub is told.
//!
//! Invariant: it holds nothing of a resident but that somebody is there; the references of open payments are the
//! staff's own worklist.

use jiff::Timestamp;
use zuil_wire::PROTOCOL_VERSION;
use zuil_wire::health::{
    Device, DeviceReport, DeviceState, HealthReport, OpenPayment, Paper, StorageReport, Tried,
};

use super::Runner;
use crate::clock::Moment;
use crate::devices::health::{Health, Since};
use crate::devices::{printer, reader, terminal};
use crate::outbox::{self, Counts, Outbox, OutboxError};

impl Runner {
    /// Tells the hub how the pillar is, when that has changed.
    pub(super) fn report(&mut self, now: Moment) {
        self.health.card_blocked = self.till.is_blocked(now.uptime);
        let catalogue = &self.visit.edition().catalogue.version;
        let today = now.in_zone(&self.time_zone).wall.date();
        let paper = self.roll.as_ref().map(|roll| roll.paper(today));
        let room = self.upkeep.room_to_tell();
        let report = match report(&self.health, paper, room, &*self.outbox, catalogue, now.timestamp) {
            Ok((report, counts)) => {
                let seal_key = self.sealing.only_key(&self.identity.seal_key, counts);
                HealthReport { seal_key, ..report }
            }
            // The till says so in the log. No card is taken, and that is what the hub is told.
            Err(_) => match &self.reported {
                Some(before) => blocked(before, now.timestamp),
                None => return,
            },
        };
        let (in_use, celsius) = (
            Some(!self.visit.is_waiting() || self.maintenance.service().is_some()),
            self.warmth.celsius(now.uptime),
        );
        let report = HealthReport { in_use, celsius, ..report };
        // That it is warmer is no news, but the next report says how warm it is then.
        let is_told =
            |before: &HealthReport| before.says_the_same(&report) && before.celsius == report.celsius;
        if !self.reported.as_ref().is_some_and(is_told) {
            (self.tell_health)(report.clone());
            self.reported = Some(report);
        }
    }
}

/// A report of this moment, and how much is in the outbox. To which key it is sealed, whether somebody is there and how
/// warm it is are for the caller.
///
/// # Errors
/// When the outbox cannot be read.
fn report(
    health: &Health,
    paper: Option<Paper>,
    room: Option<u32>,
    outbox: &dyn Outbox,
    catalogue: &str,
    now: Timestamp,
) -> Result<(HealthReport, Counts), OutboxError> {
    // One that is going on, or that the terminal is still to be asked for, is nobody's work yet.
    let unknown = outbox.open_payments()?.into_iter().filter(|open| open.recorded_unknown);
    let open_payments = unknown.map(open_payment);
    let counts = outbox.counts()?;
    let report = HealthReport {
        version: PROTOCOL_VERSION,
        at: now,
        program: env!("CARGO_PKG_VERSION").to_owned(),
        catalogue: catalogue.to_owned(),
        devices: devices(health),
        paper,
        waiting: counts.saved,
        open_payments: open_payments.take(HealthReport::MAX_OPEN_PAYMENTS).collect(),
        clock_off_seconds: None,
        storage: room.map(|room| storage(room, outbox)).transpose()?,
        seal_key: None,
        catalogue_refused: None,
        in_use: None,
        celsius: None,
        system: None,
    };
    Ok((report, counts))
}

fn storage(room: u32, outbox: &dyn Outbox) -> Result<StorageReport, OutboxError> {
    let tried = outbox.attempts()?.map(|it| Tried { id: it.id, tries: it.tries, last: it.last, why: it.why });
    Ok(StorageReport { room_for: worth_telling(room), tried, salvaged: outbox.salvaged() })
}

/// A disk's free space changes all the time; only what someone should act on is news.
const fn worth_telling(room: u32) -> u32 {
    match room {
        ..200 => room / 10 * 10,
        200..1000 => room / 100 * 100,
        1000.. => 1000,
    }
}

/// What was reported before, of a pillar that takes no cards now.
fn blocked(before: &HealthReport, now: Timestamp) -> HealthReport {
    let mut report = HealthReport { at: now, ..before.clone() };
    for device in &mut report.devices {
        if device.device == Device::Terminal && device.state != DeviceState::Blocked {
            (device.state, device.since) = (DeviceState::Blocked, now);
        }
    }
    report
}

fn devices(health: &Health) -> Vec<DeviceReport> {
    let told = |device, state, since| DeviceReport { device, state, since };
    let reader =
        |device, reader: Since<reader::Condition>| told(device, reader_state(reader.condition), reader.since);
    [
        health.printer.map(|it| told(Device::Printer, printer_state(it.condition), it.since)),
        health
            .terminal
            .map(|it| told(Device::Terminal, terminal_state(it.condition, health.card_blocked), it.since)),
        health.document_reader.map(|it| reader(Device::DocumentReader, it)),
        health.pass_reader.map(|it| reader(Device::PassReader, it)),
    ]
    .into_iter()
    .flatten()
    .collect()
}

const fn printer_state(condition: printer::Condition) -> DeviceState {
    match condition {
        printer::Condition::Unknown => DeviceState::Unknown,
        printer::Condition::Ready | printer::Condition::Printing => DeviceState::Ready,
        printer::Condition::NearEnd => DeviceState::PaperNearEnd,
        printer::Condition::PaperOut => DeviceState::PaperOut,
        printer::Condition::CoverOpen => DeviceState::CoverOpen,
        printer::Condition::CutterError => DeviceState::CutterError,
        printer::Condition::Offline => DeviceState::Offline,
    }
}

const fn terminal_state(condition: terminal::Condition, blocked: bool) -> DeviceState {
    match condition {
        terminal::Condition::Unknown => DeviceState::Unknown,
        terminal::Condition::Offline => DeviceState::Offline,
        terminal::Condition::Ready | terminal::Condition::Busy if blocked => DeviceState::Blocked,
        terminal::Condition::Ready | terminal::Condition::Busy => DeviceState::Ready,
    }
}

const fn reader_state(condition: reader::Condition) -> DeviceState {
    match condition {
        reader::Condition::Unknown => DeviceState::Unknown,
        reader::Condition::Ready => DeviceState::Ready,
        reader::Condition::Offline => DeviceState::Offline,
    }
}

fn open_payment(open: outbox::OpenPayment) -> OpenPayment {
    OpenPayment {
        payment: open.payment,
        reference: open.reference,
        amount: open.amount,
        at: open.at,
        receipt_number: open.approved.map(|approved| approved.receipt_number),
    }
}

#[cfg(test)]
mod tests;
