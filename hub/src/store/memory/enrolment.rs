//! Codes and certificates, in memory.

use std::collections::BTreeMap;

use jiff::Timestamp;
use zuil_wire::enrolment::{CodeId, CodeRefusal};

use super::super::enrolment::{
    Certificate, Device, Enrolled, Enrolment, EnrolmentStore, Renewed, Used, look_at_renewal,
};
use super::super::{Pillar, StoreError};
use super::{Memory, MemoryStore};
use crate::authority::Fingerprint;

/// Codes and certificates by what they are known by.
#[derive(Default)]
pub(super) struct Bound {
    enrolments: BTreeMap<CodeId, Enrolment>,
    pub(super) certificates: BTreeMap<Fingerprint, Certificate>,
    /// Where pillars stand, by their names.
    places: BTreeMap<String, String>,
}

impl Bound {
    /// The first certificate of a pillar.
    pub(super) fn add(&mut self, pillar: &Pillar) {
        let certificate = Certificate {
            fingerprint: pillar.fingerprint,
            pillar: pillar.name.clone(),
            public_key: pillar.public_key.clone(),
            issued_at: pillar.added_at,
            expires_at: None,
            ended_at: None,
        };
        self.certificates.insert(pillar.fingerprint, certificate);
    }

    /// Those of a pillar, the oldest first.
    fn of_pillar(&self, pillar: &str) -> Vec<Certificate> {
        let of_it = self.certificates.values().filter(|one| one.pillar == pillar);
        let mut of_it: Vec<Certificate> = of_it.cloned().collect();
        of_it.sort_by_key(|one| (one.issued_at, one.fingerprint));
        of_it
    }

    /// From when on a certificate counts as revoked.
    pub(super) fn ended_at(&self, fingerprint: Option<&Fingerprint>) -> Option<Timestamp> {
        self.certificates.get(fingerprint?)?.ended_at
    }

    /// What a pillar may have signed with, now or before.
    pub(super) fn public_keys(&self, pillar: &str) -> Vec<String> {
        let of_it = self.certificates.values().filter(|one| one.pillar == pillar);
        let mut keys: Vec<String> = of_it.map(|one| one.public_key.clone()).collect();
        keys.sort();
        keys.dedup();
        keys
    }
}

impl Memory {
    fn enrol(&mut self, id: &CodeId, device: &Device<'_>, now: Timestamp) -> Enrolled {
        let Some(enrolment) = self.bound.enrolments.get(id).cloned() else {
            return Enrolled::Refused(CodeRefusal::Unknown);
        };
        if let Some(answer) = enrolment.answer(&device.digest, now) {
            return answer;
        }
        let name = &enrolment.pillar;
        let Certificate { fingerprint, public_key, .. } = device.certificate;
        let done = match self.pillars.get(name).map(|pillar| pillar.revoked_at) {
            Some(_) if !enrolment.again => return Enrolled::Refused(CodeRefusal::NameTaken),
            Some(_) if self.health.has_undecided(name) => {
                return Enrolled::Refused(CodeRefusal::OpenPayments);
            }
            Some(revoked_at) => {
                self.settle_for_good(name);
                for one in self.bound.certificates.values_mut().filter(|one| one.pillar == *name) {
                    one.ended_at = one.ended_at.or(revoked_at).or(Some(now));
                }
                if let Some(pillar) = self.pillars.get_mut(name) {
                    (pillar.fingerprint, pillar.revoked_at) = (*fingerprint, None);
                    pillar.public_key.clone_from(public_key);
                }
                Enrolled::Again
            }
            None => {
                let pillar = Pillar {
                    name: name.clone(),
                    fingerprint: *fingerprint,
                    public_key: public_key.clone(),
                    added_at: now,
                    revoked_at: None,
                    last_seen_at: None,
                    last_sequence: None,
                };
                self.pillars.insert(name.clone(), pillar);
                Enrolled::New
            }
        };
        let certificate = Certificate { pillar: name.clone(), ..device.certificate.clone() };
        self.bound.certificates.insert(*fingerprint, certificate);
        self.bound.places.insert(name.clone(), enrolment.place.clone());
        if let Some(enrolment) = self.bound.enrolments.get_mut(id) {
            let certificate = device.pem.to_owned();
            enrolment.used = Some(Used { at: now, digest: device.digest, certificate });
        }
        done
    }
}

impl EnrolmentStore for MemoryStore {
    fn add_enrolment(&self, enrolment: &Enrolment) -> Result<(), StoreError> {
        let mut memory = self.lock();
        let now = enrolment.made_at;
        for other in memory.bound.enrolments.values_mut() {
            if other.pillar == enrolment.pillar && other.is_open(now) {
                other.cancelled_at = Some(now);
            }
            if other.refusal(now).is_some() {
                other.keys.key = [0; 32];
            }
        }
        memory.bound.enrolments.insert(enrolment.keys.id, enrolment.clone());
        Ok(())
    }

    fn enrolment(&self, id: &CodeId) -> Result<Option<Enrolment>, StoreError> {
        Ok(self.lock().bound.enrolments.get(id).cloned())
    }

    fn enrolments(&self, since: Timestamp) -> Result<Vec<Enrolment>, StoreError> {
        let memory = self.lock();
        let made = memory.bound.enrolments.values().filter(|one| one.made_at >= since);
        let mut made: Vec<Enrolment> = made.cloned().collect();
        made.sort_by_key(|one| (std::cmp::Reverse(one.made_at), one.keys.id));
        Ok(made)
    }

    fn cancel_enrolment(&self, id: &CodeId, now: Timestamp) -> Result<bool, StoreError> {
        let mut memory = self.lock();
        let open = memory.bound.enrolments.get_mut(id).filter(|one| one.is_open(now));
        let Some(one) = open else { return Ok(false) };
        (one.cancelled_at, one.keys.key) = (Some(now), [0; 32]);
        Ok(true)
    }

    fn places(&self) -> Result<BTreeMap<String, String>, StoreError> {
        Ok(self.lock().bound.places.clone())
    }

    fn count_wrong_proof(&self, id: &CodeId) -> Result<(), StoreError> {
        if let Some(one) = self.lock().bound.enrolments.get_mut(id) {
            one.tries += 1;
        }
        Ok(())
    }

    fn enrol(&self, id: &CodeId, device: &Device<'_>, now: Timestamp) -> Result<Enrolled, StoreError> {
        Ok(self.lock().enrol(id, device, now))
    }

    fn forget_enrolments(&self, now: Timestamp, made_before: Timestamp) -> Result<u64, StoreError> {
        let enrolments = &mut self.lock().bound.enrolments;
        for one in enrolments.values_mut().filter(|one| one.refusal(now).is_some()) {
            one.keys.key = [0; 32];
        }
        let all = enrolments.len();
        enrolments.retain(|_, one| one.made_at >= made_before || one.expires_at > now);
        Ok((all - enrolments.len()) as u64)
    }

    fn add_certificate(
        &self,
        certificate: &Certificate,
        asking: &Fingerprint,
    ) -> Result<Renewed, StoreError> {
        let memory = &mut *self.lock();
        let pillar = memory.pillars.get_mut(&certificate.pillar).filter(|one| one.revoked_at.is_none());
        let Some(pillar) = pillar else { return Ok(Renewed::NotAdmitted) };
        let those = memory.bound.of_pillar(&certificate.pillar);
        let surplus = match look_at_renewal(&those, asking, certificate.issued_at) {
            Ok(surplus) => surplus,
            Err(refused) => return Ok(refused),
        };
        for fingerprint in surplus {
            memory.bound.certificates.remove(&fingerprint);
        }
        pillar.fingerprint = certificate.fingerprint;
        memory.bound.certificates.insert(certificate.fingerprint, certificate.clone());
        Ok(Renewed::Yes)
    }

    fn used_certificate(&self, fingerprint: &Fingerprint, now: Timestamp) -> Result<u64, StoreError> {
        let certificates = &mut self.lock().bound.certificates;
        let Some(used) = certificates.get(fingerprint).cloned() else { return Ok(0) };
        let earlier = |one: &&mut Certificate| {
            one.pillar == used.pillar && one.ended_at.is_none() && one.issued_at < used.issued_at
        };
        let mut ended = 0;
        for one in certificates.values_mut().filter(earlier) {
            one.ended_at = Some(now);
            ended += 1;
        }
        Ok(ended)
    }

    fn certificates(&self, pillar: &str) -> Result<Vec<Certificate>, StoreError> {
        Ok(self.lock().bound.of_pillar(pillar))
    }

    fn certificates_that_count(&self) -> Result<Vec<Certificate>, StoreError> {
        let memory = self.lock();
        let count = memory.bound.certificates.values().filter(|one| one.ended_at.is_none());
        let mut count: Vec<Certificate> = count.cloned().collect();
        count.sort_by_key(|one| (one.issued_at, one.fingerprint));
        Ok(count)
    }
}
