//! Looks at a pillar's report of itself before it is kept. Invariant: what is kept was short, plain and
//! without contradictions, for it is shown to people.

use std::collections::HashSet;
use std::hash::Hash;

use jiff::Timestamp;
use serde::Deserialize;
use zuil_wire::{HealthAnswer, HealthReport, SystemReport, SystemVersion, versions};

use crate::store::{Pillar, Store, StoreError};

/// The longest version of program or catalogue, in letters.
const LONGEST_VERSION: usize = 64;
/// Half of what the store can count to: no pillar, roll or amount comes near.
const MOST: u64 = u64::MAX / 4;

/// As much as reports of all versions have in common.
#[derive(Deserialize)]
struct OfSomeVersion {
    version: u64,
}

/// Why a report is not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ReportError {
    /// It is no report.
    #[error("this is not a report; see HealthReport in the protocol")]
    Form,
    /// It speaks another version of the protocol.
    #[error(
        "this hub speaks the versions {} of the protocol only; update the older of the two",
        versions::spoken()
    )]
    Version,
    /// It has too many open payments.
    #[error("at most {} open payments go into one report", HealthReport::MAX_OPEN_PAYMENTS)]
    TooMany,
    /// It says something that cannot be.
    #[error("this report cannot be true: {0}")]
    Nonsense(&'static str),
}

/// Reads the body of a request.
///
/// # Errors
/// When it is not a report that can be kept and shown.
pub fn parse(body: &[u8]) -> Result<HealthReport, ReportError> {
    // Another version may have other fields, so this is asked before the rest is read.
    let OfSomeVersion { version } = serde_json::from_slice(body).map_err(|_| ReportError::Form)?;
    if !versions::speaks(version) {
        return Err(ReportError::Version);
    }
    let report: HealthReport = serde_json::from_slice(body).map_err(|_| ReportError::Form)?;
    if report.open_payments.len() > HealthReport::MAX_OPEN_PAYMENTS {
        return Err(ReportError::TooMany);
    }
    check(&report).map_err(ReportError::Nonsense)?;
    Ok(report)
}

fn check(report: &HealthReport) -> Result<(), &'static str> {
    let plain = |text: &str| {
        !text.is_empty() && text.chars().count() <= LONGEST_VERSION && !text.chars().any(char::is_control)
    };
    if !plain(&report.program) || !plain(&report.catalogue) {
        return Err("a version is empty, too long or has strange signs");
    }
    if report.seal_key.as_deref().is_some_and(|id| !plain(id)) {
        return Err("the id of the sealing key is empty, too long or has strange signs");
    }
    let printable = |text: &str| {
        text.chars().count() <= HealthReport::LONGEST_REASON && !text.chars().any(char::is_control)
    };
    if report.catalogue_refused.as_deref().is_some_and(|why| why.is_empty() || !printable(why)) {
        return Err("the reason for which a catalogue is refused is empty, too long or has strange signs");
    }
    if !all_differ(report.devices.iter().map(|device| device.device)) {
        return Err("a device is there twice");
    }
    if !all_differ(report.open_payments.iter().map(|open| open.payment)) {
        return Err("an open payment is there twice");
    }
    let paper = report.paper.iter().flat_map(|paper| [paper.used_mm, paper.roll_mm]);
    let amounts = report.open_payments.iter().map(|open| open.amount.0);
    let clock = report.clock_off_seconds.map(i64::unsigned_abs);
    if paper.chain(amounts).chain(clock).chain([report.waiting]).any(|number| number > MOST) {
        return Err("a number is too large");
    }
    if report.celsius.is_some_and(|celsius| !HealthReport::CELSIUS.contains(&celsius)) {
        return Err("no pillar is that cold or that warm inside");
    }
    report.system.as_ref().map_or(Ok(()), check_system)
}

fn check_system(system: &SystemReport) -> Result<(), &'static str> {
    let mut versions =
        [&system.version].into_iter().chain(system.update.as_ref().map(|update| &update.version));
    if !versions.all(|version| version.parse::<SystemVersion>().is_ok()) {
        return Err("the version of a system is none");
    }
    if system.update.as_ref().and_then(|update| update.percent).is_some_and(|percent| percent > 100) {
        return Err("more of an update than there is cannot be fetched");
    }
    Ok(())
}

fn all_differ<T: Eq + Hash>(items: impl Iterator<Item = T>) -> bool {
    let mut seen = HashSet::new();
    items.into_iter().all(|item| seen.insert(item))
}

/// Keeps a report and says what staff found out; the caller adds the sealing key, the newest catalogue, the orders,
/// the referrals, the system and the key of service codes. When it returns, the report is durable.
///
/// # Errors
/// [`StoreError`]; then nothing was kept.
pub fn take_in(
    report: &HealthReport,
    pillar: &Pillar,
    store: &dyn Store,
    now: Timestamp,
) -> Result<HealthAnswer, StoreError> {
    let settled = store.take_report(&pillar.name, report, now)?;
    for told in &settled {
        tracing::info!(pillar = pillar.name, payment = %told.payment, state = ?told.state, "told what staff decided");
    }
    Ok(HealthAnswer {
        now,
        settled,
        seal_key: None,
        catalogue: None,
        orders: Vec::new(),
        referrals: None,
        standing: None,
        system: None,
        service_key: None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    fn report() -> Value {
        json!({
            "version": 1, "at": "2026-03-02T09:00:00Z", "program": "0.2.0", "catalogue": "1",
            "devices": [{"device": "printer", "state": "ready", "since": "2026-03-02T09:00:00Z"}],
            "paper": {"used_mm": 1, "roll_mm": 80_000, "empty_on": null},
            "waiting": 0,
            "open_payments": [{
                "payment": "01955660-c800-7000-8000-0000000000a1", "reference": "7K3M-Q9XA-2FP",
                "amount": 1735, "at": "2026-03-02T08:59:30Z", "receipt_number": null
            }],
        })
    }

    fn read(report: &Value) -> Result<HealthReport, ReportError> {
        parse(report.to_string().as_bytes())
    }

    #[test]
    fn a_report_is_read() {
        assert_eq!(read(&report()).unwrap().open_payments.len(), 1);
    }

    #[test]
    fn what_a_pillar_can_be_in_a_hard_winter_and_in_a_window_in_july_is_taken() {
        for celsius in [-60, -1, 0, 79, 150] {
            let mut report = report();
            (report["version"], report["celsius"], report["in_use"]) =
                (3.into(), celsius.into(), true.into());
            let read = read(&report).unwrap();
            assert_eq!((read.celsius, read.in_use), (Some(celsius), Some(true)));
        }
    }

    #[test]
    fn a_report_of_another_version_is_known_as_one_whatever_else_is_in_it() {
        assert_eq!(parse(br#"{"version":6,"mood":"fine"}"#).unwrap_err(), ReportError::Version);
        assert_eq!(parse(b"{").unwrap_err(), ReportError::Form);
        assert_eq!(parse(br#"{"version":1,"mood":"fine"}"#).unwrap_err(), ReportError::Form);
    }

    #[test]
    fn what_cannot_be_or_cannot_be_shown_is_not_kept() {
        let device = report()["devices"][0].clone();
        let open = report()["open_payments"][0].clone();
        for (key, value, said) in [
            ("program", json!("x".repeat(65)), "version"),
            ("program", json!(""), "version"),
            ("catalogue", json!("1\u{1b}[31m"), "version"),
            ("devices", json!([device, device]), "device"),
            ("open_payments", json!([open, open]), "open payment"),
            ("waiting", json!(u64::MAX), "number"),
            ("clock_off_seconds", json!(i64::MIN), "number"),
            ("celsius", json!(-61), "cold"),
            ("celsius", json!(151), "warm"),
            ("seal_key", json!("x".repeat(65)), "sealing key"),
            ("catalogue_refused", json!("x".repeat(301)), "catalogue is refused"),
            ("catalogue_refused", json!("so\nso"), "catalogue is refused"),
            ("system", json!({"version": "../etc"}), "system"),
            ("system", json!({"version": "1.2", "update": {"version": "", "state": "ready"}}), "system"),
            (
                "system",
                json!({"version": "1", "update": {"version": "2", "state": "fetching", "percent": 101}}),
                "update",
            ),
            ("paper", json!({"used_mm": u64::MAX, "roll_mm": 1, "empty_on": null}), "number"),
        ] {
            let mut wrong = report();
            wrong[key] = value;
            let error = read(&wrong).unwrap_err();
            assert!(matches!(error, ReportError::Nonsense(_)) && error.to_string().contains(said), "{error}");
        }
        let mut many = report();
        many["open_payments"] = json!(vec![open; HealthReport::MAX_OPEN_PAYMENTS + 1]);
        assert_eq!(read(&many).unwrap_err(), ReportError::TooMany);
    }
}
