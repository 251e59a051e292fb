//! How far versions of the pillars' system are rolled out.

use jiff::Timestamp;
use rusqlite::{OptionalExtension, Row, params};
use zuil_wire::SystemVersion;

use super::super::rollout::{Rollout, RolloutStore, UpdateFailure};
use super::super::values::{
    micros, optional_time, read_refusal_of_update, read_stage, read_update_state, read_version, time,
};
use super::super::{Entry, StoreError};
use super::{SqliteStore, audit};

impl RolloutStore for SqliteStore {
    fn rollouts(&self) -> Result<Vec<Rollout>, StoreError> {
        self.read(|db| {
            let mut query = db.prepare_cached(
                "SELECT version, pillar, stage, changed_at, stopped_at FROM rollouts ORDER BY version",
            )?;
            let rows = query.query_map([], |row| Ok(read(row)))?;
            rows.map(|row| row.map_err(StoreError::from)?).collect()
        })
    }

    fn begin_rollout(&self, rollout: &Rollout, entry: &Entry) -> Result<bool, StoreError> {
        let Rollout { version, pillar, stage, changed_at, stopped_at } = rollout;
        let begin = "INSERT INTO rollouts (version, pillar, stage, changed_at, stopped_at)
             VALUES (?1, ?2, ?3, ?4, ?5) ON CONFLICT DO NOTHING";
        self.write(|db| {
            let values = params![
                version.to_string(),
                pillar,
                stage.as_str(),
                micros(*changed_at),
                stopped_at.map(micros)
            ];
            if db.prepare_cached(begin)?.execute(values)? == 0 {
                return Ok(false);
            }
            audit::append(db, entry)?;
            Ok(true)
        })
    }

    fn change_rollout(&self, seen: &Rollout, to: &Rollout, entry: &Entry) -> Result<bool, StoreError> {
        let change = "UPDATE rollouts SET pillar = ?6, stage = ?7, changed_at = ?8, stopped_at = ?9
             WHERE version = ?1 AND pillar = ?2 AND stage = ?3 AND changed_at = ?4 AND stopped_at IS ?5";
        self.write(|db| {
            let values = params![
                seen.version.to_string(),
                seen.pillar,
                seen.stage.as_str(),
                micros(seen.changed_at),
                seen.stopped_at.map(micros),
                to.pillar,
                to.stage.as_str(),
                micros(to.changed_at),
                to.stopped_at.map(micros)
            ];
            if db.prepare_cached(change)?.execute(values)? == 0 {
                return Ok(false);
            }
            audit::append(db, entry)?;
            Ok(true)
        })
    }

    fn end_rollout(&self, version: &SystemVersion) -> Result<bool, StoreError> {
        let version = version.to_string();
        self.write(|db| {
            db.prepare_cached("DELETE FROM update_failures WHERE version = ?1")?.execute([&version])?;
            Ok(db.prepare_cached("DELETE FROM rollouts WHERE version = ?1")?.execute([&version])? == 1)
        })
    }

    fn note_update_failure(&self, failure: &UpdateFailure) -> Result<bool, StoreError> {
        let UpdateFailure { version, pillar, state, why, at } = failure;
        let (version, at) = (version.to_string(), micros(*at));
        let told = (state.word().to_owned(), why.map(|why| why.word().to_owned()));
        self.write(|db| {
            let known: Option<(String, Option<String>)> = db
                .prepare_cached("SELECT state, why FROM update_failures WHERE version = ?1 AND pillar = ?2")?
                .query_row(params![version, pillar], |row| Ok((row.get(0)?, row.get(1)?)))
                .optional()?;
            if known.as_ref() == Some(&told) {
                return Ok(false);
            }
            db.prepare_cached(
                "INSERT INTO update_failures (version, pillar, state, why, at) VALUES (?1, ?2, ?3, ?4, ?5)
                 ON CONFLICT (version, pillar) DO UPDATE SET state = ?3, why = ?4, at = ?5",
            )?
            .execute(params![version, pillar, told.0, told.1, at])?;
            let stop = "UPDATE rollouts SET stopped_at = ?2 WHERE version = ?1 AND stopped_at IS NULL";
            Ok(db.prepare_cached(stop)?.execute(params![version, at])? == 1)
        })
    }

    fn update_failures(&self) -> Result<Vec<UpdateFailure>, StoreError> {
        self.read(|db| {
            let mut query = db.prepare_cached(
                "SELECT version, pillar, state, why, at FROM update_failures ORDER BY version, pillar",
            )?;
            let rows = query.query_map([], |row| Ok(read_failure(row)))?;
            rows.map(|row| row.map_err(StoreError::from)?).collect()
        })
    }

    fn told_stops(&self) -> Result<Vec<(SystemVersion, Timestamp)>, StoreError> {
        self.read(|db| {
            let mut query = db.prepare_cached(
                "SELECT version, told_stop FROM rollouts WHERE told_stop IS NOT NULL ORDER BY version",
            )?;
            let rows = query.query_map([], |row| Ok((row.get::<_, String>(0)?, row.get::<_, i64>(1)?)))?;
            rows.map(|row| {
                let (version, at) = row?;
                Ok::<_, StoreError>((read_version(&version)?, time(at)?))
            })
            .collect()
        })
    }
}

fn read(row: &Row<'_>) -> Result<Rollout, StoreError> {
    Ok(Rollout {
        version: read_version(&row.get::<_, String>(0)?)?,
        pillar: row.get(1)?,
        stage: read_stage(&row.get::<_, String>(2)?)?,
        changed_at: time(row.get(3)?)?,
        stopped_at: optional_time(row.get(4)?)?,
    })
}

fn read_failure(row: &Row<'_>) -> Result<UpdateFailure, StoreError> {
    Ok(UpdateFailure {
        version: read_version(&row.get::<_, String>(0)?)?,
        pillar: row.get(1)?,
        state: read_update_state(&row.get::<_, String>(2)?)?,
        why: read_refusal_of_update(row.get(3)?)?,
        at: time(row.get(4)?)?,
    })
}
