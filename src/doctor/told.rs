//! Devices that a pillar has while it runs: what it says of them.
//!
//! Invariant: a device of which nothing is known is never called well.

use std::sync::Arc;

use zuil_wire::HealthReport;
use zuil_wire::health::{Device, DeviceState};

use super::{Finding, printer};
use crate::devices::printer::Condition;
use crate::texts::say;
use zuil_catalogue::Language;

/// Who has the devices.
#[derive(Clone, Debug)]
pub enum Holder {
    /// Nobody: they can be tried.
    Nobody,
    /// A pillar that runs, with what it said of itself last.
    Pillar(Option<Arc<HealthReport>>),
}

/// What the pillar that runs says of a device.
pub fn by_pillar(language: Language, report: Option<&HealthReport>, device: Device) -> Finding {
    let state = report
        .and_then(|report| report.devices.iter().find(|told| told.device == device).map(|told| told.state));
    let Some(state) = state else {
        return Finding::attention(
            say(language, "the pillar that runs has it, and did not say how it is"),
            say(language, "stop the pillar, and run this again"),
        );
    };
    match state {
        DeviceState::Ready => Finding::ok(say(language, "the pillar that runs says that it works")),
        DeviceState::Unknown => Finding::attention(
            say(language, "the pillar that runs has not heard from it yet"),
            say(language, "wait a minute, and run this again"),
        ),
        DeviceState::PaperNearEnd => printer::judge(language, Condition::NearEnd),
        DeviceState::Blocked => Finding::attention(
            say(language, "it works, and takes no cards until a payment is settled"),
            say(language, "ask staff to settle it at the hub, on the page of payments"),
        ),
        DeviceState::PaperOut => printer::judge(language, Condition::PaperOut),
        DeviceState::CoverOpen => printer::judge(language, Condition::CoverOpen),
        DeviceState::CutterError => printer::judge(language, Condition::CutterError),
        DeviceState::Offline => Finding::failed(
            say(language, "the pillar that runs has no contact with it"),
            say(language, "look whether it is switched on, and at its cable"),
        ),
    }
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;
    use zuil_wire::PROTOCOL_VERSION;
    use zuil_wire::health::DeviceReport;

    use super::*;
    use crate::doctor::Verdict;

    fn report(state: DeviceState) -> HealthReport {
        let since = Timestamp::UNIX_EPOCH;
        HealthReport {
            version: PROTOCOL_VERSION,
            at: since,
            program: "0.1.0".into(),
            catalogue: "1".into(),
            devices: vec![DeviceReport { device: Device::Printer, state, since }],
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
        }
    }

    #[test]
    fn a_device_that_a_running_pillar_cannot_reach_is_never_called_well() {
        for (state, verdict) in [
            (DeviceState::Ready, Verdict::Ok),
            (DeviceState::Unknown, Verdict::Attention),
            (DeviceState::PaperNearEnd, Verdict::Attention),
            (DeviceState::Blocked, Verdict::Attention),
            (DeviceState::PaperOut, Verdict::Failed),
            (DeviceState::CoverOpen, Verdict::Failed),
            (DeviceState::CutterError, Verdict::Failed),
            (DeviceState::Offline, Verdict::Failed),
        ] {
            let finding = by_pillar(Language::En, Some(&report(state)), Device::Printer);
            assert_eq!(finding.verdict, verdict, "{state:?}");
            assert_eq!(finding.next.is_empty(), verdict == Verdict::Ok, "{state:?} says what to do");
        }
    }

    #[test]
    fn a_device_of_which_nothing_is_known_needs_a_look() {
        let known = report(DeviceState::Ready);
        for (report, device) in [(None, Device::Printer), (Some(&known), Device::Terminal)] {
            assert_eq!(by_pillar(Language::En, report, device).verdict, Verdict::Attention);
        }
    }
}
