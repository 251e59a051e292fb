//! Alerts and their messages. Invariant: the index of open alerts lets no second one in.

use jiff::Timestamp;
use rusqlite::{OptionalExtension, Row, Transaction, params};
use uuid::Uuid;

use super::super::StoreError;
use super::super::alerts::{Alert, AlertChanges, AlertKind, AlertStore, Channel, DueMessage, NewMessage};
use super::SqliteStore;
use super::values::{micros, time};

impl AlertStore for SqliteStore {
    fn claim_watch(&self, hub: Uuid, now: Timestamp, until: Timestamp) -> Result<bool, StoreError> {
        self.write(|db| {
            let claim = "INSERT INTO alert_watch (only_row, hub, until) VALUES (1, ?1, ?3)
                         ON CONFLICT (only_row) DO UPDATE SET hub = excluded.hub, until = excluded.until
                         WHERE hub = ?1 OR until <= ?2";
            let values = params![hub.as_bytes(), micros(now), micros(until)];
            Ok(db.prepare_cached(claim)?.execute(values)? == 1)
        })
    }

    fn keep_alerts(&self, hub: Uuid, changes: &AlertChanges, now: Timestamp) -> Result<bool, StoreError> {
        self.write(|db| {
            let has = "SELECT 1 FROM alert_watch WHERE hub = ?1 AND until > ?2";
            let watch = db.prepare_cached(has)?.query_row(params![hub.as_bytes(), micros(now)], |_| Ok(()));
            if watch.optional()?.is_none() {
                return Ok(false);
            }
            keep(db, changes, now)?;
            Ok(true)
        })
    }

    fn alerts(&self, since: Timestamp) -> Result<Vec<Alert>, StoreError> {
        self.read(|db| {
            let list = format!(
                "SELECT {ALERT} FROM alerts WHERE ended_at IS NULL OR raised_at >= ?1
                 ORDER BY raised_at DESC, number DESC"
            );
            let mut query = db.prepare_cached(&list)?;
            let rows = query.query_map([micros(since)], |row| Ok(alert(row)))?;
            rows.filter_map(|row| row.map_err(StoreError::from).flatten().transpose()).collect()
        })
    }

    fn alerts_of(&self, pillar: &str, limit: u32) -> Result<Vec<Alert>, StoreError> {
        self.read(|db| {
            let list = format!(
                "SELECT {ALERT} FROM alerts WHERE pillar = ?1
                 ORDER BY ended_at IS NOT NULL, raised_at DESC, number DESC LIMIT ?2"
            );
            let mut query = db.prepare_cached(&list)?;
            let rows = query.query_map(params![pillar, limit], |row| Ok(alert(row)))?;
            rows.filter_map(|row| row.map_err(StoreError::from).flatten().transpose()).collect()
        })
    }

    fn claim_messages(
        &self,
        now: Timestamp,
        until: Timestamp,
        limit: u32,
    ) -> Result<Vec<DueMessage>, StoreError> {
        let due = "SELECT count(*) FROM alert_messages WHERE due_at <= ?1";
        let count = |db: &rusqlite::Connection| {
            Ok(db.prepare_cached(due)?.query_row([micros(now)], |row| row.get::<_, i64>(0))?)
        };
        if self.read(count)? == 0 {
            return Ok(Vec::new());
        }
        self.write(|db| {
            let mut query = db.prepare_cached(
                "SELECT id, channel, body, since, tries FROM alert_messages WHERE due_at <= ?1
                 ORDER BY number LIMIT ?2",
            )?;
            let rows = query.query_map(params![micros(now), limit], |row| Ok(due_message(row)))?;
            let claimed: Vec<DueMessage> =
                rows.map(|row| row.map_err(StoreError::from)?).collect::<Result<_, _>>()?;
            let mut take = db.prepare_cached("UPDATE alert_messages SET due_at = ?2 WHERE id = ?1")?;
            for due in &claimed {
                take.execute(params![due.message.id.as_bytes(), micros(until)])?;
            }
            Ok(claimed)
        })
    }

    fn end_message(&self, id: Uuid) -> Result<(), StoreError> {
        self.write(|db| {
            db.prepare_cached("DELETE FROM alert_messages WHERE id = ?1")?.execute([id.as_bytes()])?;
            Ok(())
        })
    }

    fn retry_message(&self, id: Uuid, next: Timestamp) -> Result<(), StoreError> {
        self.write(|db| {
            db.prepare_cached("UPDATE alert_messages SET due_at = ?2, tries = tries + 1 WHERE id = ?1")?
                .execute(params![id.as_bytes(), micros(next)])?;
            Ok(())
        })
    }

    fn forget_alerts(&self, before: Timestamp) -> Result<u64, StoreError> {
        self.write(|db| {
            let forgotten = db.execute("DELETE FROM alerts WHERE ended_at < ?1", [micros(before)])?;
            Ok(forgotten as u64)
        })
    }
}

fn keep(db: &Transaction<'_>, changes: &AlertChanges, now: Timestamp) -> Result<(), StoreError> {
    let mut end = db.prepare_cached(
        "UPDATE alerts SET ended_at = ?3 WHERE pillar = ?1 AND kind = ?2 AND ended_at IS NULL",
    )?;
    for (pillar, kind, at) in &changes.ended {
        end.execute(params![pillar, kind.as_str(), micros(*at)])?;
    }
    let mut raise = db.prepare_cached(
        "INSERT INTO alerts (pillar, kind, began_at, raised_at) VALUES (?1, ?2, ?3, ?4) ON CONFLICT DO NOTHING",
    )?;
    for Alert { pillar, kind, began_at, raised_at, .. } in &changes.raised {
        raise.execute(params![pillar, kind.as_str(), micros(*began_at), micros(*raised_at)])?;
    }
    let mut tell = db.prepare_cached("UPDATE rollouts SET told_stop = ?2 WHERE version = ?1")?;
    for (version, stop) in &changes.stops {
        tell.execute(params![version.to_string(), stop.map(micros)])?;
    }
    let mut add = db.prepare_cached(
        "INSERT INTO alert_messages (id, channel, body, since, due_at) VALUES (?1, ?2, ?3, ?4, ?4)",
    )?;
    for NewMessage { id, channel, body } in &changes.messages {
        add.execute(params![id.as_bytes(), channel.as_str(), body, micros(now)])?;
    }
    Ok(())
}

const ALERT: &str = "pillar, kind, began_at, raised_at, ended_at";

/// Nothing for a kind that only a newer hub knows.
fn alert(row: &Row<'_>) -> Result<Option<Alert>, StoreError> {
    let kind: String = row.get("kind")?;
    let Some(kind) = AlertKind::parse(&kind) else { return Ok(None) };
    let ended_at: Option<i64> = row.get("ended_at")?;
    Ok(Some(Alert {
        pillar: row.get("pillar")?,
        kind,
        began_at: time(row.get("began_at")?)?,
        raised_at: time(row.get("raised_at")?)?,
        ended_at: ended_at.map(time).transpose()?,
    }))
}

fn due_message(row: &Row<'_>) -> Result<DueMessage, StoreError> {
    let channel: String = row.get("channel")?;
    let id: [u8; 16] = row.get("id")?;
    let message = NewMessage {
        id: Uuid::from_bytes(id),
        channel: Channel::parse(&channel).ok_or(StoreError::Damaged("channel"))?,
        body: row.get("body")?,
    };
    Ok(DueMessage { message, tries: row.get("tries")?, since: time(row.get("since")?)? })
}
