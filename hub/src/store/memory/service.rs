//! Service visits, in memory.

use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

use jiff::Timestamp;
use uuid::Uuid;
use zuil_wire::{ReadinessReport, ServiceEntry};

use super::super::service::{
    KeptReadiness, KeptServiceEntry, KeptServiceKey, MadeServiceCode, READINESS_KEPT, SERVICE_ENTRIES_A_DAY,
    ServiceStore, service_day_of,
};
use super::super::{Store as _, StoreError};
use super::MemoryStore;

/// What is kept of service visits.
#[derive(Default)]
pub(super) struct Service {
    /// By their pillar, each with how many codes were made with it.
    keys: BTreeMap<String, (KeptServiceKey, u32)>,
    codes: Vec<MadeServiceCode>,
    /// Each with its pillar, by its id.
    entries: BTreeMap<Uuid, (String, KeptServiceEntry)>,
    readiness: BTreeMap<Uuid, (String, KeptReadiness)>,
}

impl Service {
    fn readiness_of(&self, pillar: &str) -> Vec<KeptReadiness> {
        let of_it = self.readiness.values().filter(|(of, _)| of == pillar);
        let mut reports: Vec<KeptReadiness> = of_it.map(|(_, kept)| kept.clone()).collect();
        reports.sort_by_key(|kept| Reverse((kept.received_at, kept.report.id)));
        reports
    }
}

impl ServiceStore for MemoryStore {
    fn service_key(&self, pillar: &str) -> Result<Option<KeptServiceKey>, StoreError> {
        Ok(self.lock().service.keys.get(pillar).map(|(key, _)| key.clone()))
    }

    fn keep_service_key(&self, key: &KeptServiceKey) -> Result<bool, StoreError> {
        let mut memory = self.lock();
        let before = memory.service.keys.get(&key.pillar).map_or(0, |(before, _)| before.number);
        if key.number != before + 1 {
            return Ok(false);
        }
        memory.service.keys.insert(key.pillar.clone(), (key.clone(), 0));
        Ok(true)
    }

    fn note_service_code(&self, code: &MadeServiceCode) -> Result<Option<u32>, StoreError> {
        let mut memory = self.lock();
        let key = memory.service.keys.get_mut(&code.pillar);
        let Some((_, codes)) = key.filter(|(key, _)| key.number == code.key_number) else { return Ok(None) };
        *codes += 1;
        let number = *codes;
        memory.service.codes.push(MadeServiceCode { number, ..code.clone() });
        Ok(Some(number))
    }

    fn service_codes(&self, pillar: &str) -> Result<Vec<MadeServiceCode>, StoreError> {
        let memory = self.lock();
        let of_it = memory.service.codes.iter().filter(|code| code.pillar == pillar);
        let mut codes: Vec<MadeServiceCode> = of_it.cloned().collect();
        codes.sort_by_key(|code| Reverse((code.key_number, code.number)));
        Ok(codes)
    }

    fn keep_service_entries(
        &self,
        pillar: &str,
        entries: &[ServiceEntry],
        now: Timestamp,
    ) -> Result<Vec<Uuid>, StoreError> {
        let mut memory = self.lock();
        let since = service_day_of(now);
        let of_today =
            memory.service.entries.values().filter(|(of, kept)| of == pillar && kept.received_at > since);
        let mut room = (SERVICE_ENTRIES_A_DAY as usize).saturating_sub(of_today.count());
        let mut ids = Vec::new();
        for entry in entries {
            match memory.service.entries.entry(entry.id) {
                Entry::Vacant(_) if room == 0 => continue,
                Entry::Vacant(place) => {
                    room -= 1;
                    let kept = KeptServiceEntry { entry: entry.clone(), received_at: now };
                    place.insert((pillar.to_owned(), kept));
                }
                Entry::Occupied(_) => {}
            }
            ids.push(entry.id);
        }
        drop(memory);
        self.saw_pillar(pillar, now)?;
        Ok(ids)
    }

    fn service_entries(&self, pillar: &str, limit: u32) -> Result<Vec<KeptServiceEntry>, StoreError> {
        let memory = self.lock();
        let of_it = memory.service.entries.values().filter(|(of, _)| of == pillar);
        let mut entries: Vec<KeptServiceEntry> = of_it.map(|(_, kept)| kept.clone()).collect();
        entries.sort_by_key(|kept| Reverse((kept.received_at, kept.entry.at, kept.entry.id)));
        entries.truncate(limit as usize);
        Ok(entries)
    }

    fn keep_readiness(
        &self,
        pillar: &str,
        report: &ReadinessReport,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let mut memory = self.lock();
        let kept = || (pillar.to_owned(), KeptReadiness { report: report.clone(), received_at: now });
        memory.service.readiness.entry(report.id).or_insert_with(kept);
        for old in memory.service.readiness_of(pillar).into_iter().skip(READINESS_KEPT as usize) {
            memory.service.readiness.remove(&old.report.id);
        }
        drop(memory);
        self.saw_pillar(pillar, now)
    }

    fn readiness(&self, pillar: &str) -> Result<Vec<KeptReadiness>, StoreError> {
        Ok(self.lock().service.readiness_of(pillar))
    }

    fn forget_service(&self, before: Timestamp) -> Result<u64, StoreError> {
        let mut memory = self.lock();
        let service = &mut memory.service;
        let all = service.entries.len() + service.codes.len();
        service.entries.retain(|_, (_, kept)| kept.received_at >= before);
        service.codes.retain(|code| code.valid_until >= before);
        Ok((all - service.entries.len() - service.codes.len()) as u64)
    }
}
