//! Service visits as the hub keeps them: the keys of service codes, who made which code, what was done with one, and whether
//! pillars found themselves ready. Invariant: a key is kept sealed, a code is kept nowhere, and no two codes of a key have
//! the same number.

use jiff::{SignedDuration, Timestamp};
use uuid::Uuid;
use zuil_wire::service::Readiness;
use zuil_wire::{ReadinessReport, ServiceCode, ServiceEntry};

use super::{SealedSecret, StoreError};

/// How many reports on readiness are kept of a pillar.
pub const READINESS_KEPT: u32 = 20;

/// How many entries of a pillar are newly kept within 24 hours. One that was away has at most 500 of them; whoever guesses
/// codes all day, with a pause after each five, makes 480.
pub const SERVICE_ENTRIES_A_DAY: u32 = 1_000;

/// Since when what came in counts for that.
pub(crate) fn service_day_of(now: Timestamp) -> Timestamp {
    now.saturating_sub(SignedDuration::from_hours(24)).unwrap_or(Timestamp::MIN)
}

/// The key of a pillar's service codes, as it is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeptServiceKey {
    /// Whose it is.
    pub pillar: String,
    /// The first is 1, and each next one is one more.
    pub number: u32,
    /// The key itself.
    pub sealed: SealedSecret,
    /// When it was made.
    pub made_at: Timestamp,
}

/// A service code that somebody made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MadeServiceCode {
    /// At which pillar it opens something.
    pub pillar: String,
    /// With which of its keys it was made.
    pub key_number: u32,
    /// Its place among the codes of that key; the first is 1.
    pub number: u32,
    /// Who made it.
    pub made_by: String,
    /// When.
    pub made_at: Timestamp,
    /// From then on it opens nothing.
    pub valid_until: Timestamp,
}

impl MadeServiceCode {
    /// What the code says of its number.
    #[must_use]
    pub fn serial(&self) -> u16 {
        serial_of(self.number)
    }
}

/// What a code says of its number.
pub(crate) fn serial_of(number: u32) -> u16 {
    u16::try_from(number % u32::from(ServiceCode::SERIALS)).unwrap_or_default()
}

/// Something that was done at a pillar in a service visit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeptServiceEntry {
    /// What, as the pillar told it.
    pub entry: ServiceEntry,
    /// When it came in, by the hub's clock.
    pub received_at: Timestamp,
}

impl KeptServiceEntry {
    /// With which code it was done, of those that were made at its pillar, the newest first.
    #[must_use]
    pub fn code<'a>(&self, made: &'a [MadeServiceCode]) -> Option<&'a MadeServiceCode> {
        let serial = self.entry.serial?;
        made.iter().find(|code| {
            (code.key_number, code.serial()) == (self.entry.key_number, serial)
                && code.made_at <= self.received_at
        })
    }
}

/// Whether a pillar found itself ready.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeptReadiness {
    /// What it found.
    pub report: ReadinessReport,
    /// When that came in, by the hub's clock.
    pub received_at: Timestamp,
}

/// Since when a pillar says that it is ready, of its reports, the newest first. Nothing when it does not.
#[must_use]
pub fn ready_since(reports: &[KeptReadiness]) -> Option<Timestamp> {
    let ready = reports.iter().take_while(|kept| kept.report.worst() < Readiness::Bad);
    ready.last().map(|kept| kept.received_at)
}

/// Keeps service visits. The contract of [`super::Store`] holds.
pub trait ServiceStore {
    /// The key of a pillar's codes.
    ///
    /// # Errors
    /// [`StoreError`].
    fn service_key(&self, pillar: &str) -> Result<Option<KeptServiceKey>, StoreError>;

    /// Keeps a key in place of the one before; `false` when its number is not the next one, because somebody else was
    /// first. The pillar must be there.
    ///
    /// # Errors
    /// [`StoreError`]; then the one before stays.
    fn keep_service_key(&self, key: &KeptServiceKey) -> Result<bool, StoreError>;

    /// Notes a code that is about to be made, and gives it its number, whatever stands there. Nothing when its key is
    /// not that of the pillar any more.
    ///
    /// # Errors
    /// [`StoreError`]; then nothing is noted, and no such code may be shown.
    fn note_service_code(&self, code: &MadeServiceCode) -> Result<Option<u32>, StoreError>;

    /// The codes that were made for a pillar, the newest first.
    ///
    /// # Errors
    /// [`StoreError`].
    fn service_codes(&self, pillar: &str) -> Result<Vec<MadeServiceCode>, StoreError>;

    /// Keeps what was done at a pillar, once by id and at most [`SERVICE_ENTRIES_A_DAY`] new ones of each, and notes that
    /// it was seen. The ids of those that are kept, now or before, in the order of the entries. Nothing that was kept makes
    /// room for others, so that nobody gets rid of it.
    ///
    /// # Errors
    /// [`StoreError`]; then nothing is kept.
    fn keep_service_entries(
        &self,
        pillar: &str,
        entries: &[ServiceEntry],
        now: Timestamp,
    ) -> Result<Vec<Uuid>, StoreError>;

    /// What was done at a pillar: at most `limit`, the newest first.
    ///
    /// # Errors
    /// [`StoreError`].
    fn service_entries(&self, pillar: &str, limit: u32) -> Result<Vec<KeptServiceEntry>, StoreError>;

    /// Keeps whether a pillar found itself ready, once by id and at most [`READINESS_KEPT`] of each, and notes that it was
    /// seen.
    ///
    /// # Errors
    /// [`StoreError`]; then nothing is kept.
    fn keep_readiness(
        &self,
        pillar: &str,
        report: &ReadinessReport,
        now: Timestamp,
    ) -> Result<(), StoreError>;

    /// Whether a pillar found itself ready, the newest first.
    ///
    /// # Errors
    /// [`StoreError`].
    fn readiness(&self, pillar: &str) -> Result<Vec<KeptReadiness>, StoreError>;

    /// Forgets what came in before a moment, and codes that opened nothing any more then; how many entries and codes
    /// those were.
    ///
    /// # Errors
    /// [`StoreError`]; then nothing is forgotten.
    fn forget_service(&self, before: Timestamp) -> Result<u64, StoreError>;
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;
    use zuil_wire::service::ReadinessFinding;
    use zuil_wire::{ServiceDeed, ServiceOutcome};

    use super::*;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(1_800_000_000 + second).unwrap()
    }

    fn code(key_number: u32, number: u32, second: i64) -> MadeServiceCode {
        let (pillar, made_by) = ("jumbo".to_owned(), format!("who made {number}"));
        MadeServiceCode {
            pillar,
            key_number,
            number,
            made_by,
            made_at: at(second),
            valid_until: at(second + 3600),
        }
    }

    #[test]
    fn what_was_done_was_done_by_who_made_the_code_also_when_serials_come_round() {
        let made = [code(2, 1, 900), code(1, 1007, 500), code(1, 8, 20), code(1, 7, 10)];
        let by = |serial, key_number, second| {
            let (deed, outcome) = (ServiceDeed::Opened, ServiceOutcome::Done);
            let entry = ServiceEntry { id: Uuid::from_u128(1), serial, key_number, at: at(0), deed, outcome };
            let kept = KeptServiceEntry { entry, received_at: at(second) };
            kept.code(&made).map(|code| code.number)
        };
        assert_eq!([by(Some(7), 1, 400), by(Some(7), 1, 600)], [Some(7), Some(1007)]);
        assert_eq!([by(Some(8), 1, 900), by(Some(1), 2, 900)], [Some(8), Some(1)]);
        assert_eq!([by(Some(8), 2, 900), by(Some(1), 2, 800), by(None, 1, 900)], [None; 3]);
    }

    #[test]
    fn a_pillar_is_ready_since_the_first_report_after_which_none_was_bad() {
        let report = |state, second| {
            let finding = ReadinessFinding { check: "printer".into(), state, said: "…".into() };
            let (id, findings) = (Uuid::from_u128(1), vec![finding]);
            let report = ReadinessReport { version: 5, id, at: at(0), findings };
            KeptReadiness { report, received_at: at(second) }
        };
        let reports = [
            report(Readiness::Good, 40),
            report(Readiness::Attention, 30),
            report(Readiness::Bad, 20),
            report(Readiness::Good, 10),
        ];
        assert_eq!(ready_since(&reports), Some(at(30)));
        assert_eq!((ready_since(&reports[2..]), ready_since(&[])), (None, None));
    }
}
