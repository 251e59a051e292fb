//! Referrals. Invariant: of two hubs that draw the same code at once one draws again.

use jiff::Timestamp;
use sqlx_core::query::query;
use sqlx_core::row::Row as _;
use sqlx_postgres::PgRow;
use uuid::Uuid;
use zuil_wire::{Reference, UsedReferral};

use super::super::StoreError;
use super::super::referral::{KeptReferral, ReferralStore, Use, gathered, pillars_in};
use super::super::values::{micros, optional_time, time};
use super::{PostgresStore, pillars, without_nul};

impl ReferralStore for PostgresStore {
    fn keep_referral(&self, referral: &KeptReferral) -> Result<bool, StoreError> {
        self.link.write(async |db| {
            // Whoever draws waits for whoever draws, and sees what they kept.
            query("LOCK TABLE referrals IN SHARE ROW EXCLUSIVE MODE").execute(&mut *db).await?;
            let keep = query(
                "INSERT INTO referrals (id, code, task, pillars, made_by, made_at, expires_at, revoked_at)
                 SELECT $1, $2, $3, $4, $5, $6, $7, $8
                 WHERE NOT EXISTS (SELECT 1 FROM referrals WHERE code = $2 AND expires_at > $6)",
            );
            let keep = keep.bind(referral.id).bind(referral.code.to_string());
            let keep = keep.bind(without_nul(&referral.task)).bind(referral.pillars_as_text());
            let keep = keep.bind(without_nul(&referral.made_by)).bind(micros(referral.made_at));
            let keep = keep.bind(micros(referral.expires_at)).bind(referral.revoked_at.map(micros));
            Ok(keep.execute(db).await?.rows_affected() > 0)
        })
    }

    fn referrals(&self, expire_after: Timestamp) -> Result<Vec<KeptReferral>, StoreError> {
        self.link.read(async |db| {
            let kept = query(
                "SELECT r.id AS id, r.code AS code, r.task AS task, r.pillars AS pillars, r.made_by AS made_by,
                        r.made_at AS made_at, r.expires_at AS expires_at, r.revoked_at AS revoked_at,
                        (SELECT string_agg(f.pillar, ',' ORDER BY f.pillar) FROM referral_fetches AS f
                         WHERE f.referral = r.id) AS had_by,
                        u.pillar AS used_where, u.at AS used_at, u.request AS request, t.reference AS reference
                 FROM referrals AS r
                 LEFT JOIN referral_uses AS u ON u.referral = r.id
                 LEFT JOIN transactions AS t ON t.id = u.request AND t.pillar = u.pillar
                 WHERE r.expires_at > $1 ORDER BY r.made_at DESC, r.id, u.at, u.request",
            );
            let rows = kept.bind(micros(expire_after)).fetch_all(db).await?;
            gathered(rows.iter().map(|row| Ok((read(row)?, read_use(row)?))))
        })
    }

    fn open_referrals(&self, pillar: &str, now: Timestamp) -> Result<Vec<KeptReferral>, StoreError> {
        self.link.read(async |db| {
            let open = query(
                "SELECT id, code, task, pillars, made_by, made_at, expires_at, revoked_at,
                        (SELECT string_agg(f.pillar, ',' ORDER BY f.pillar) FROM referral_fetches AS f
                         WHERE f.referral = referrals.id) AS had_by
                 FROM referrals
                 WHERE expires_at > $2 AND revoked_at IS NULL AND $1 = ANY (string_to_array(pillars, ','))
                   AND NOT EXISTS (SELECT 1 FROM referral_uses AS u WHERE u.referral = referrals.id)
                 ORDER BY made_at DESC, id",
            );
            let rows = open.bind(pillar).bind(micros(now)).fetch_all(db).await?;
            rows.iter().map(read).collect()
        })
    }

    fn note_fetched_referrals(&self, pillar: &str, ids: &[Uuid]) -> Result<(), StoreError> {
        self.link.write(async |db| {
            // In the order of the list, which is the same for all: nobody waits for who waits.
            for id in ids {
                let note = query(
                    "INSERT INTO referral_fetches (referral, pillar)
                     SELECT id, $2 FROM referrals WHERE id = $1 AND $2 = ANY (string_to_array(pillars, ','))
                     ON CONFLICT DO NOTHING",
                );
                note.bind(id).bind(pillar).execute(&mut *db).await?;
            }
            Ok(())
        })
    }

    fn revoke_referral(&self, id: Uuid, made_by: &str, now: Timestamp) -> Result<bool, StoreError> {
        self.link.write(async |db| {
            let revoke = query(
                "UPDATE referrals SET revoked_at = $3 WHERE id = $1 AND made_by = $2 AND revoked_at IS NULL",
            );
            let revoke = revoke.bind(id).bind(without_nul(made_by)).bind(micros(now));
            Ok(revoke.execute(db).await?.rows_affected() > 0)
        })
    }

    fn note_used_referrals(
        &self,
        pillar: &str,
        used: &[UsedReferral],
        now: Timestamp,
    ) -> Result<(), StoreError> {
        self.link.write(async |db| {
            pillars::lock(db, pillar).await?;
            for UsedReferral { id, at, transaction } in used {
                let keep = query(
                    "INSERT INTO referral_uses (request, referral, pillar, at)
                     SELECT $2, id, $3, $4 FROM referrals
                     WHERE id = $1 AND $3 = ANY (string_to_array(pillars, ','))
                       AND NOT EXISTS (SELECT 1 FROM referral_uses WHERE referral = $1 AND pillar = $3)
                     ON CONFLICT DO NOTHING",
                );
                keep.bind(id).bind(transaction).bind(pillar).bind(micros(*at)).execute(&mut *db).await?;
            }
            pillars::saw(db, pillar, now).await
        })
    }

    fn forget_referrals(&self, expired_before: Timestamp) -> Result<u64, StoreError> {
        self.link.write(async |db| {
            let uses = query(
                "DELETE FROM referral_uses WHERE referral IN (SELECT id FROM referrals WHERE expires_at < $1)",
            );
            uses.bind(micros(expired_before)).execute(&mut *db).await?;
            let fetches = query(
                "DELETE FROM referral_fetches WHERE referral IN (SELECT id FROM referrals WHERE expires_at < $1)",
            );
            fetches.bind(micros(expired_before)).execute(&mut *db).await?;
            let forget = query("DELETE FROM referrals WHERE expires_at < $1").bind(micros(expired_before));
            Ok(forget.execute(db).await?.rows_affected())
        })
    }
}

fn read(row: &PgRow) -> Result<KeptReferral, StoreError> {
    let (code, pillars): (&str, &str) = (row.try_get("code")?, row.try_get("pillars")?);
    let had_by: Option<&str> = row.try_get("had_by")?;
    Ok(KeptReferral {
        id: row.try_get("id")?,
        code: code.parse().map_err(|_| StoreError::Damaged("code"))?,
        task: row.try_get("task")?,
        pillars: pillars_in(pillars),
        made_by: row.try_get("made_by")?,
        made_at: time(row.try_get("made_at")?)?,
        had_by: pillars_in(had_by.unwrap_or_default()),
        expires_at: time(row.try_get("expires_at")?)?,
        revoked_at: optional_time(row.try_get("revoked_at")?)?,
        uses: Vec::new(),
    })
}

/// The use that a row has beside the referral, if there is one.
fn read_use(row: &PgRow) -> Result<Option<Use>, StoreError> {
    let transaction: Option<Uuid> = row.try_get("request")?;
    let Some(transaction) = transaction else { return Ok(None) };
    let reference: Option<&str> = row.try_get("reference")?;
    let reference: Option<Reference> =
        reference.map(str::parse).transpose().map_err(|_| StoreError::Damaged("reference"))?;
    let pillar = row.try_get("used_where")?;
    Ok(Some(Use { pillar, at: time(row.try_get("used_at")?)?, transaction, reference }))
}
