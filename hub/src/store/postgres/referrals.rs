//! Referrals. Invariant: of two hubs that draw the same code at once one draws again.

use jiff::Timestamp;
use sqlx_core::query::query;
use sqlx_core::row::Row as _;
use sqlx_postgres::{PgConnection, PgRow};
use uuid::Uuid;
use zuil_wire::{Reference, UsedReferral};

use super::super::StoreError;
use super::super::referral::{KeptReferral, ReferralStore, Use, pillars_in};
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
                "SELECT id, code, task, pillars, made_by, made_at, expires_at, revoked_at FROM referrals
                 WHERE expires_at > $1 ORDER BY made_at DESC, id",
            );
            let rows = kept.bind(micros(expire_after)).fetch_all(&mut *db).await?;
            let mut referrals = Vec::with_capacity(rows.len());
            for row in &rows {
                let referral = read(row)?;
                referrals.push(KeptReferral { uses: uses(db, referral.id).await?, ..referral });
            }
            Ok(referrals)
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
                     WHERE id = $1 AND $3 = ANY (string_to_array(pillars, ',')) ON CONFLICT DO NOTHING",
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
            let forget = query("DELETE FROM referrals WHERE expires_at < $1").bind(micros(expired_before));
            Ok(forget.execute(db).await?.rows_affected())
        })
    }
}

fn read(row: &PgRow) -> Result<KeptReferral, StoreError> {
    let (code, pillars): (&str, &str) = (row.try_get("code")?, row.try_get("pillars")?);
    Ok(KeptReferral {
        id: row.try_get("id")?,
        code: code.parse().map_err(|_| StoreError::Damaged("code"))?,
        task: row.try_get("task")?,
        pillars: pillars_in(pillars),
        made_by: row.try_get("made_by")?,
        made_at: time(row.try_get("made_at")?)?,
        expires_at: time(row.try_get("expires_at")?)?,
        revoked_at: optional_time(row.try_get("revoked_at")?)?,
        uses: Vec::new(),
    })
}

async fn uses(db: &mut PgConnection, referral: Uuid) -> Result<Vec<Use>, StoreError> {
    let told = query(
        "SELECT u.pillar, u.at, u.request, t.reference FROM referral_uses AS u
         LEFT JOIN transactions AS t ON t.id = u.request WHERE u.referral = $1 ORDER BY u.at, u.request",
    );
    let rows = told.bind(referral).fetch_all(db).await?;
    rows.iter()
        .map(|row| {
            let reference: Option<&str> = row.try_get("reference")?;
            let reference: Option<Reference> =
                reference.map(str::parse).transpose().map_err(|_| StoreError::Damaged("reference"))?;
            let (pillar, transaction) = (row.try_get("pillar")?, row.try_get("request")?);
            Ok(Use { pillar, at: time(row.try_get("at")?)?, transaction, reference })
        })
        .collect()
}
