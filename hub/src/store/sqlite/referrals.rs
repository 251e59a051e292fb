//! Referrals. Invariant: that a code is free and that it is taken is one transaction.

use jiff::Timestamp;
use rusqlite::{Connection, Row, params};
use uuid::Uuid;
use zuil_wire::{Reference, UsedReferral};

use super::super::StoreError;
use super::super::referral::{KeptReferral, ReferralStore, Use, pillars_in};
use super::super::values::{micros, optional_time, time};
use super::SqliteStore;

impl ReferralStore for SqliteStore {
    fn keep_referral(&self, referral: &KeptReferral) -> Result<bool, StoreError> {
        let keep = "INSERT INTO referrals (id, code, task, pillars, made_by, made_at, expires_at, revoked_at)
             SELECT ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8
             WHERE NOT EXISTS (SELECT 1 FROM referrals WHERE code = ?2 AND expires_at > ?6)";
        self.write(|db| {
            let kept = db.prepare_cached(keep)?.execute(params![
                referral.id.as_bytes(),
                referral.code.to_string(),
                referral.task,
                referral.pillars_as_text(),
                referral.made_by,
                micros(referral.made_at),
                micros(referral.expires_at),
                referral.revoked_at.map(micros),
            ])?;
            Ok(kept > 0)
        })
    }

    fn referrals(&self, expire_after: Timestamp) -> Result<Vec<KeptReferral>, StoreError> {
        self.read(|db| {
            let mut query = db.prepare_cached(
                "SELECT id, code, task, pillars, made_by, made_at, expires_at, revoked_at FROM referrals
                 WHERE expires_at > ?1 ORDER BY made_at DESC, id",
            )?;
            let rows = query.query_map([micros(expire_after)], |row| Ok(read(row)))?;
            rows.map(|row| {
                let referral = row??;
                Ok(KeptReferral { uses: uses(db, referral.id)?, ..referral })
            })
            .collect()
        })
    }

    fn revoke_referral(&self, id: Uuid, made_by: &str, now: Timestamp) -> Result<bool, StoreError> {
        let revoke =
            "UPDATE referrals SET revoked_at = ?3 WHERE id = ?1 AND made_by = ?2 AND revoked_at IS NULL";
        self.write(|db| {
            Ok(db.prepare_cached(revoke)?.execute(params![id.as_bytes(), made_by, micros(now)])? > 0)
        })
    }

    fn note_used_referrals(
        &self,
        pillar: &str,
        used: &[UsedReferral],
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let keep = "INSERT INTO referral_uses (request, referral, pillar, at)
             SELECT ?2, id, ?3, ?4 FROM referrals
             WHERE id = ?1 AND instr(',' || pillars || ',', ',' || ?3 || ',') > 0
             ON CONFLICT DO NOTHING";
        self.write(|db| {
            for UsedReferral { id, at, transaction } in used {
                let told = params![id.as_bytes(), transaction.as_bytes(), pillar, micros(*at)];
                db.prepare_cached(keep)?.execute(told)?;
            }
            super::pillars::saw(db, pillar, now)
        })
    }

    fn forget_referrals(&self, expired_before: Timestamp) -> Result<u64, StoreError> {
        let before = micros(expired_before);
        self.write(|db| {
            let uses = "DELETE FROM referral_uses WHERE referral IN (SELECT id FROM referrals WHERE expires_at < ?1)";
            db.prepare_cached(uses)?.execute([before])?;
            let forgotten = db.prepare_cached("DELETE FROM referrals WHERE expires_at < ?1")?.execute([before])?;
            Ok(forgotten as u64)
        })
    }
}

fn read(row: &Row<'_>) -> Result<KeptReferral, StoreError> {
    let (id, code, pillars): ([u8; 16], String, String) =
        (row.get("id")?, row.get("code")?, row.get("pillars")?);
    Ok(KeptReferral {
        id: Uuid::from_bytes(id),
        code: code.parse().map_err(|_| StoreError::Damaged("code"))?,
        task: row.get("task")?,
        pillars: pillars_in(&pillars),
        made_by: row.get("made_by")?,
        made_at: time(row.get("made_at")?)?,
        expires_at: time(row.get("expires_at")?)?,
        revoked_at: optional_time(row.get("revoked_at")?)?,
        uses: Vec::new(),
    })
}

fn uses(db: &Connection, referral: Uuid) -> Result<Vec<Use>, StoreError> {
    let mut query = db.prepare_cached(
        "SELECT u.pillar, u.at, u.request, t.reference FROM referral_uses AS u
         LEFT JOIN transactions AS t ON t.id = u.request WHERE u.referral = ?1 ORDER BY u.at, u.request",
    )?;
    let rows = query.query_map([referral.as_bytes()], |row| {
        Ok((row.get(0)?, row.get(1)?, row.get::<_, [u8; 16]>(2)?, row.get::<_, Option<String>>(3)?))
    })?;
    rows.map(|row| {
        let (pillar, at, transaction, reference) = row?;
        let reference: Option<Reference> =
            reference.map(|text| text.parse()).transpose().map_err(|_| StoreError::Damaged("reference"))?;
        Ok(Use { pillar, at: time(at)?, transaction: Uuid::from_bytes(transaction), reference })
    })
    .collect()
}
