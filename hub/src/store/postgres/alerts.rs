//! Alerts and their messages, for several hubs. Invariant: who keeps what changed has locked the row of the watch, and
//! the index of open alerts lets no second one in.

use jiff::Timestamp;
use sqlx_core::query::query;
use sqlx_core::row::Row as _;
use sqlx_postgres::{PgConnection, PgRow};
use uuid::Uuid;

use super::super::StoreError;
use super::super::alerts::{Alert, AlertChanges, AlertKind, AlertStore, Channel, DueMessage, NewMessage};
use super::super::values::{micros, time};
use super::{PostgresStore, without_nul};

impl AlertStore for PostgresStore {
    fn claim_watch(&self, hub: Uuid, now: Timestamp, until: Timestamp) -> Result<bool, StoreError> {
        self.link.write(async |db| {
            let claim = query(
                "INSERT INTO alert_watch AS w (only_row, hub, until) VALUES (1, $1, $3)
                 ON CONFLICT (only_row) DO UPDATE SET hub = excluded.hub, until = excluded.until
                 WHERE w.hub = $1 OR w.until <= $2",
            );
            let claim = claim.bind(hub).bind(micros(now)).bind(micros(until));
            Ok(claim.execute(db).await?.rows_affected() == 1)
        })
    }

    fn keep_alerts(&self, hub: Uuid, changes: &AlertChanges, now: Timestamp) -> Result<bool, StoreError> {
        self.link.write(async |db| {
            let has = query("SELECT 1 FROM alert_watch WHERE hub = $1 AND until > $2 FOR UPDATE");
            if has.bind(hub).bind(micros(now)).fetch_optional(&mut *db).await?.is_none() {
                return Ok(false);
            }
            keep(db, changes, now).await?;
            Ok(true)
        })
    }

    fn alerts(&self, since: Timestamp) -> Result<Vec<Alert>, StoreError> {
        self.link.read(async |db| {
            let list = query(
                "SELECT pillar, kind, began_at, raised_at, ended_at FROM alerts
                 WHERE ended_at IS NULL OR raised_at >= $1 ORDER BY raised_at DESC, number DESC",
            );
            list.bind(micros(since))
                .fetch_all(db)
                .await?
                .iter()
                .filter_map(|row| alert(row).transpose())
                .collect()
        })
    }

    fn alerts_of(&self, pillar: &str, limit: u32) -> Result<Vec<Alert>, StoreError> {
        self.link.read(async |db| {
            let list = query(
                "SELECT pillar, kind, began_at, raised_at, ended_at FROM alerts WHERE pillar = $1
                 ORDER BY ended_at IS NOT NULL, raised_at DESC, number DESC LIMIT $2",
            );
            let list = list.bind(without_nul(pillar)).bind(i64::from(limit));
            list.fetch_all(db).await?.iter().filter_map(|row| alert(row).transpose()).collect()
        })
    }

    fn claim_messages(
        &self,
        now: Timestamp,
        until: Timestamp,
        limit: u32,
    ) -> Result<Vec<DueMessage>, StoreError> {
        let claim = async |db: &mut PgConnection| {
            let due = query(
                "WITH due AS (
                     SELECT number FROM alert_messages WHERE due_at <= $1
                     ORDER BY number LIMIT $3 FOR UPDATE SKIP LOCKED
                 ), taken AS (
                     UPDATE alert_messages AS m SET due_at = $2 FROM due WHERE m.number = due.number
                     RETURNING m.number, m.id, m.channel, m.body, m.since, m.tries
                 )
                 SELECT id, channel, body, since, tries FROM taken ORDER BY number",
            );
            let due = due.bind(micros(now)).bind(micros(until)).bind(i64::from(limit));
            due.fetch_all(db).await?.iter().map(due_message).collect()
        };
        self.link.write(claim)
    }

    fn end_message(&self, id: Uuid) -> Result<(), StoreError> {
        self.link.write(async |db| {
            query("DELETE FROM alert_messages WHERE id = $1").bind(id).execute(db).await?;
            Ok(())
        })
    }

    fn retry_message(&self, id: Uuid, next: Timestamp) -> Result<(), StoreError> {
        self.link.write(async |db| {
            let retry = query("UPDATE alert_messages SET due_at = $2, tries = tries + 1 WHERE id = $1");
            retry.bind(id).bind(micros(next)).execute(db).await?;
            Ok(())
        })
    }

    fn forget_alerts(&self, before: Timestamp) -> Result<u64, StoreError> {
        self.link.write(async |db| {
            let forget = query("DELETE FROM alerts WHERE ended_at < $1").bind(micros(before));
            Ok(forget.execute(db).await?.rows_affected())
        })
    }
}

async fn keep(db: &mut PgConnection, changes: &AlertChanges, now: Timestamp) -> Result<(), StoreError> {
    for (pillar, kind, at) in &changes.ended {
        let end =
            query("UPDATE alerts SET ended_at = $3 WHERE pillar = $1 AND kind = $2 AND ended_at IS NULL");
        let end = end.bind(pillar.as_str()).bind(kind.as_str()).bind(micros(*at));
        end.execute(&mut *db).await?;
    }
    for Alert { pillar, kind, began_at, raised_at, .. } in &changes.raised {
        let raise = query(
            "INSERT INTO alerts (pillar, kind, began_at, raised_at) VALUES ($1, $2, $3, $4)
             ON CONFLICT DO NOTHING",
        );
        let raise = raise.bind(pillar.as_str()).bind(kind.as_str());
        raise.bind(micros(*began_at)).bind(micros(*raised_at)).execute(&mut *db).await?;
    }
    for (version, stop) in &changes.stops {
        let tell = query("UPDATE rollouts SET told_stop = $2 WHERE version = $1").bind(version.to_string());
        tell.bind(stop.map(micros)).execute(&mut *db).await?;
    }
    for NewMessage { id, channel, body } in &changes.messages {
        let add = query(
            "INSERT INTO alert_messages (id, channel, body, since, due_at) VALUES ($1, $2, $3, $4, $4)",
        );
        add.bind(*id).bind(channel.as_str()).bind(body.as_str()).bind(micros(now)).execute(&mut *db).await?;
    }
    Ok(())
}

/// Nothing for a kind that only a newer hub knows.
fn alert(row: &PgRow) -> Result<Option<Alert>, StoreError> {
    let Some(kind) = AlertKind::parse(row.try_get("kind")?) else { return Ok(None) };
    let ended_at: Option<i64> = row.try_get("ended_at")?;
    Ok(Some(Alert {
        pillar: row.try_get("pillar")?,
        kind,
        began_at: time(row.try_get("began_at")?)?,
        raised_at: time(row.try_get("raised_at")?)?,
        ended_at: ended_at.map(time).transpose()?,
    }))
}

fn due_message(row: &PgRow) -> Result<DueMessage, StoreError> {
    let channel = Channel::parse(row.try_get("channel")?).ok_or(StoreError::Damaged("channel"))?;
    let tries: i64 = row.try_get("tries")?;
    Ok(DueMessage {
        message: NewMessage { id: row.try_get("id")?, channel, body: row.try_get("body")? },
        tries: u32::try_from(tries).unwrap_or(u32::MAX),
        since: time(row.try_get("since")?)?,
    })
}
