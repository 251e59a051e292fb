//! How far versions of the pillars' system are rolled out.

use jiff::Timestamp;
use sqlx_core::query::query;
use sqlx_core::row::Row as _;
use sqlx_postgres::PgRow;
use zuil_wire::SystemVersion;

use super::super::rollout::{Rollout, RolloutStore, UpdateFailure};
use super::super::values::{
    micros, optional_time, read_refusal_of_update, read_stage, read_update_state, read_version, time,
};
use super::super::{Entry, StoreError};
use super::{PostgresStore, audit};

impl RolloutStore for PostgresStore {
    fn rollouts(&self) -> Result<Vec<Rollout>, StoreError> {
        self.link.read(async |db| {
            query("SELECT * FROM rollouts ORDER BY version").fetch_all(db).await?.iter().map(read).collect()
        })
    }

    fn begin_rollout(&self, rollout: &Rollout, entry: &Entry) -> Result<bool, StoreError> {
        let Rollout { version, pillar, stage, changed_at, stopped_at } = rollout;
        self.link.write(async |db| {
            let begin = query(
                "INSERT INTO rollouts (version, pillar, stage, changed_at, stopped_at)
                 VALUES ($1, $2, $3, $4, $5) ON CONFLICT DO NOTHING",
            );
            let begin = begin.bind(version.to_string()).bind(pillar).bind(stage.as_str());
            let begin = begin.bind(micros(*changed_at)).bind(stopped_at.map(micros));
            if begin.execute(&mut *db).await?.rows_affected() == 0 {
                return Ok(false);
            }
            audit::append(db, entry).await?;
            Ok(true)
        })
    }

    fn change_rollout(&self, seen: &Rollout, to: &Rollout, entry: &Entry) -> Result<bool, StoreError> {
        self.link.write(async |db| {
            let change = query(
                "UPDATE rollouts SET pillar = $6, stage = $7, changed_at = $8, stopped_at = $9
                 WHERE version = $1 AND pillar = $2 AND stage = $3 AND changed_at = $4
                   AND stopped_at IS NOT DISTINCT FROM $5",
            );
            let change = change.bind(seen.version.to_string()).bind(&seen.pillar).bind(seen.stage.as_str());
            let change = change.bind(micros(seen.changed_at)).bind(seen.stopped_at.map(micros));
            let change = change.bind(&to.pillar).bind(to.stage.as_str());
            let change = change.bind(micros(to.changed_at)).bind(to.stopped_at.map(micros));
            if change.execute(&mut *db).await?.rows_affected() == 0 {
                return Ok(false);
            }
            audit::append(db, entry).await?;
            Ok(true)
        })
    }

    fn end_rollout(&self, version: &SystemVersion) -> Result<bool, StoreError> {
        self.link.write(async |db| {
            let forget = query("DELETE FROM update_failures WHERE version = $1").bind(version.to_string());
            forget.execute(&mut *db).await?;
            let end = query("DELETE FROM rollouts WHERE version = $1").bind(version.to_string());
            Ok(end.execute(db).await?.rows_affected() == 1)
        })
    }

    fn note_update_failure(&self, failure: &UpdateFailure) -> Result<bool, StoreError> {
        let UpdateFailure { version, pillar, state, why, at } = failure;
        let why = why.map(|why| why.word());
        self.link.write(async |db| {
            // One that says the same as before changes nothing.
            let note = query(
                "INSERT INTO update_failures AS known (version, pillar, state, why, at)
                 VALUES ($1, $2, $3, $4, $5)
                 ON CONFLICT (version, pillar) DO UPDATE SET state = $3, why = $4, at = $5
                 WHERE known.state <> $3 OR known.why IS DISTINCT FROM $4",
            );
            let note = note.bind(version.to_string()).bind(pillar).bind(state.word()).bind(why);
            if note.bind(micros(*at)).execute(&mut *db).await?.rows_affected() == 0 {
                return Ok(false);
            }
            let stop = query("UPDATE rollouts SET stopped_at = $2 WHERE version = $1 AND stopped_at IS NULL");
            let stop = stop.bind(version.to_string()).bind(micros(*at));
            Ok(stop.execute(db).await?.rows_affected() == 1)
        })
    }

    fn update_failures(&self) -> Result<Vec<UpdateFailure>, StoreError> {
        self.link.read(async |db| {
            let all = query("SELECT * FROM update_failures ORDER BY version, pillar");
            all.fetch_all(db).await?.iter().map(read_failure).collect()
        })
    }

    fn told_stops(&self) -> Result<Vec<(SystemVersion, Timestamp)>, StoreError> {
        self.link.read(async |db| {
            let told =
                query("SELECT version, told_stop FROM rollouts WHERE told_stop IS NOT NULL ORDER BY version");
            let read = |row: &PgRow| {
                Ok::<_, StoreError>((
                    read_version(row.try_get("version")?)?,
                    time(row.try_get("told_stop")?)?,
                ))
            };
            told.fetch_all(db).await?.iter().map(read).collect()
        })
    }
}

fn read(row: &PgRow) -> Result<Rollout, StoreError> {
    Ok(Rollout {
        version: read_version(row.try_get("version")?)?,
        pillar: row.try_get("pillar")?,
        stage: read_stage(row.try_get("stage")?)?,
        changed_at: time(row.try_get("changed_at")?)?,
        stopped_at: optional_time(row.try_get("stopped_at")?)?,
    })
}

fn read_failure(row: &PgRow) -> Result<UpdateFailure, StoreError> {
    Ok(UpdateFailure {
        version: read_version(row.try_get("version")?)?,
        pillar: row.try_get("pillar")?,
        state: read_update_state(row.try_get("state")?)?,
        why: read_refusal_of_update(row.try_get("why")?)?,
        at: time(row.try_get("at")?)?,
    })
}
