//! Service visits: who made which code, what was done, and whether pillars found themselves ready. Invariant: no code and
//! no key is in a list.

use super::super::Failure;
use super::sheet::Sheet;
use crate::store::Store;

pub(super) fn codes(store: &dyn Store, sheet: &mut Sheet) -> Result<(), Failure> {
    for pillar in store.pillars()? {
        for code in store.service_codes(&pillar.name)? {
            sheet.row([
                code.serial().to_string(),
                code.pillar,
                code.key_number.to_string(),
                code.made_by,
                code.made_at.to_string(),
                code.valid_until.to_string(),
            ])?;
        }
    }
    Ok(())
}

pub(super) fn entries(store: &dyn Store, sheet: &mut Sheet) -> Result<(), Failure> {
    for pillar in store.pillars()? {
        let codes = store.service_codes(&pillar.name)?;
        for kept in store.service_entries(&pillar.name, u32::MAX)? {
            let made_by = kept.code(&codes).map(|code| code.made_by.clone()).unwrap_or_default();
            let entry = kept.entry;
            sheet.row([
                pillar.name.clone(),
                entry.at.to_string(),
                entry.deed.word().to_owned(),
                entry.outcome.word().to_owned(),
                made_by,
                entry.serial.map(|serial| serial.to_string()).unwrap_or_default(),
                entry.key_number.to_string(),
                kept.received_at.to_string(),
            ])?;
        }
    }
    Ok(())
}

pub(super) fn readiness(store: &dyn Store, sheet: &mut Sheet) -> Result<(), Failure> {
    for pillar in store.pillars()? {
        for kept in store.readiness(&pillar.name)? {
            let report = kept.report;
            for finding in report.findings {
                sheet.row([
                    pillar.name.clone(),
                    report.at.to_string(),
                    kept.received_at.to_string(),
                    finding.check,
                    finding.state.word().to_owned(),
                    finding.said,
                ])?;
            }
        }
    }
    Ok(())
}
