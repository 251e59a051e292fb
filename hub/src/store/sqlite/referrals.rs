//! Referrals. Invariant: that a code is free and that it is taken is one transaction.

use jiff::Timestamp;
use rusqlite::{Row, params};
use uuid::Uuid;
use zuil_wire::{Reference, UsedReferral};

use super::super::StoreError;
use super::super::referral::{KeptReferral, ReferralStore, Use, gathered, pillars_in};
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
                "SELECT r.id AS id, r.code AS code, r.task AS task, r.pillars AS pillars, r.made_by AS made_by,
                        r.made_at AS made_at, r.expires_at AS expires_at, r.revoked_at AS revoked_at,
                        (SELECT group_concat(f.pillar, ',' ORDER BY f.pillar) FROM referral_fetches AS f
                         WHERE f.referral = r.id) AS had_by,
                        u.pillar AS used_where, u.at AS used_at, u.request AS request, t.reference AS reference
                 FROM referrals AS r
                 LEFT JOIN referral_uses AS u ON u.referral = r.id
                 LEFT JOIN transactions AS t ON t.id = u.request AND t.pillar = u.pillar
                 WHERE r.expires_at > ?1 ORDER BY r.made_at DESC, r.id, u.at, u.request",
            )?;
            let rows = query.query_map([micros(expire_after)], |row| {
                Ok(read(row).and_then(|referral| Ok((referral, read_use(row)?))))
            })?;
            gathered(rows.map(|row| row?))
        })
    }

    fn open_referrals(&self, pillar: &str, now: Timestamp) -> Result<Vec<KeptReferral>, StoreError> {
        self.read(|db| {
            let mut query = db.prepare_cached(
                "SELECT id, code, task, pillars, made_by, made_at, expires_at, revoked_at,
                        (SELECT group_concat(f.pillar, ',' ORDER BY f.pillar) FROM referral_fetches AS f
                         WHERE f.referral = referrals.id) AS had_by
                 FROM referrals
                 WHERE expires_at > ?2 AND revoked_at IS NULL
                   AND instr(',' || pillars || ',', ',' || ?1 || ',') > 0
                   AND NOT EXISTS (SELECT 1 FROM referral_uses AS u WHERE u.referral = referrals.id)
                 ORDER BY made_at DESC, id",
            )?;
            let rows = query.query_map(params![pillar, micros(now)], |row| Ok(read(row)))?;
            rows.map(|row| row?).collect()
        })
    }

    fn note_fetched_referrals(&self, pillar: &str, ids: &[Uuid]) -> Result<(), StoreError> {
        let note = "INSERT INTO referral_fetches (referral, pillar)
             SELECT id, ?2 FROM referrals
             WHERE id = ?1 AND instr(',' || pillars || ',', ',' || ?2 || ',') > 0
             ON CONFLICT DO NOTHING";
        self.write(|db| {
            for id in ids {
                db.prepare_cached(note)?.execute(params![id.as_bytes(), pillar])?;
            }
            Ok(())
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
               AND NOT EXISTS (SELECT 1 FROM referral_uses WHERE referral = ?1 AND pillar = ?3)
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
            let fetches = "DELETE FROM referral_fetches WHERE referral IN (SELECT id FROM referrals WHERE expires_at < ?1)";
            db.prepare_cached(fetches)?.execute([before])?;
            let forgotten = db.prepare_cached("DELETE FROM referrals WHERE expires_at < ?1")?.execute([before])?;
            Ok(forgotten as u64)
        })
    }
}

fn read(row: &Row<'_>) -> Result<KeptReferral, StoreError> {
    let (id, code): ([u8; 16], String) = (row.get("id")?, row.get("code")?);
    let (pillars, had_by): (String, Option<String>) = (row.get("pillars")?, row.get("had_by")?);
    Ok(KeptReferral {
        id: Uuid::from_bytes(id),
        code: code.parse().map_err(|_| StoreError::Damaged("code"))?,
        task: row.get("task")?,
        pillars: pillars_in(&pillars),
        made_by: row.get("made_by")?,
        made_at: time(row.get("made_at")?)?,
        had_by: pillars_in(&had_by.unwrap_or_default()),
        expires_at: time(row.get("expires_at")?)?,
        revoked_at: optional_time(row.get("revoked_at")?)?,
        uses: Vec::new(),
    })
}

/// The use that a row has beside the referral, if there is one.
fn read_use(row: &Row<'_>) -> Result<Option<Use>, StoreError> {
    let Some(transaction) = row.get::<_, Option<[u8; 16]>>("request")? else { return Ok(None) };
    let reference: Option<String> = row.get("reference")?;
    let reference: Option<Reference> =
        reference.map(|text| text.parse()).transpose().map_err(|_| StoreError::Damaged("reference"))?;
    Ok(Some(Use {
        pillar: row.get("used_where")?,
        at: time(row.get("used_at")?)?,
        transaction: Uuid::from_bytes(transaction),
        reference,
    }))
}
