//! Referrals, in memory.

use jiff::Timestamp;
use uuid::Uuid;
use zuil_wire::UsedReferral;

use super::super::referral::{KeptReferral, ReferralStore, Use};
use super::super::{Store as _, StoreError};
use super::MemoryStore;

impl ReferralStore for MemoryStore {
    fn keep_referral(&self, referral: &KeptReferral) -> Result<bool, StoreError> {
        let mut memory = self.lock();
        let is_taken =
            |other: &KeptReferral| other.code == referral.code && other.expires_at > referral.made_at;
        if memory.referrals.iter().any(is_taken) {
            return Ok(false);
        }
        let (had_by, uses) = (Vec::new(), Vec::new());
        memory.referrals.push(KeptReferral { had_by, uses, ..referral.clone() });
        Ok(true)
    }

    fn referrals(&self, expire_after: Timestamp) -> Result<Vec<KeptReferral>, StoreError> {
        let memory = self.lock();
        let kept = memory.referrals.iter().filter(|referral| referral.expires_at > expire_after);
        let mut kept: Vec<KeptReferral> = kept.cloned().collect();
        for referral in &mut kept {
            referral.uses.sort_by_key(|told| (told.at, told.transaction));
            for told in &mut referral.uses {
                let known = memory.transactions.get(&told.transaction).map(|known| &known.stored);
                let own = known.filter(|stored| stored.pillar == told.pillar);
                told.reference = own.map(|stored| stored.reference);
            }
        }
        kept.sort_by_key(|referral| (std::cmp::Reverse(referral.made_at), referral.id));
        Ok(kept)
    }

    fn open_referrals(&self, pillar: &str, now: Timestamp) -> Result<Vec<KeptReferral>, StoreError> {
        let mut open = self.referrals(now)?;
        open.retain(|referral| referral.is_open_at(pillar, now));
        Ok(open)
    }

    fn note_fetched_referrals(&self, pillar: &str, ids: &[Uuid]) -> Result<(), StoreError> {
        let is_for = |names: &[String]| names.iter().any(|name| name == pillar);
        let mut memory = self.lock();
        for referral in memory.referrals.iter_mut().filter(|referral| ids.contains(&referral.id)) {
            if is_for(&referral.pillars) && !is_for(&referral.had_by) {
                referral.had_by.push(pillar.to_owned());
                referral.had_by.sort_unstable();
            }
        }
        Ok(())
    }

    fn revoke_referral(&self, id: Uuid, made_by: &str, now: Timestamp) -> Result<bool, StoreError> {
        let mut memory = self.lock();
        let is_it = |referral: &&mut KeptReferral| {
            referral.id == id && referral.made_by == made_by && referral.revoked_at.is_none()
        };
        let found = memory.referrals.iter_mut().find(is_it);
        Ok(found.map(|referral| referral.revoked_at = Some(now)).is_some())
    }

    fn note_used_referrals(
        &self,
        pillar: &str,
        used: &[UsedReferral],
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let mut memory = self.lock();
        for UsedReferral { id, at, transaction } in used {
            let is_it = |referral: &&mut KeptReferral| {
                referral.id == *id && referral.pillars.iter().any(|name| name == pillar)
            };
            let Some(referral) = memory.referrals.iter_mut().find(is_it) else { continue };
            let is_known = |known: &Use| known.transaction == *transaction || known.pillar == pillar;
            if !referral.uses.iter().any(is_known) {
                let (pillar, transaction) = (pillar.to_owned(), *transaction);
                referral.uses.push(Use { pillar, at: *at, transaction, reference: None });
            }
        }
        drop(memory);
        self.saw_pillar(pillar, now)
    }

    fn forget_referrals(&self, expired_before: Timestamp) -> Result<u64, StoreError> {
        let mut memory = self.lock();
        let all = memory.referrals.len();
        memory.referrals.retain(|referral| referral.expires_at >= expired_before);
        Ok((all - memory.referrals.len()) as u64)
    }
}
