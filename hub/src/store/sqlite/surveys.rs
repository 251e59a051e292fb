//! What residents thought of their visits. Invariant: a survey counts once, and only counts of a whole week name a
//! pillar.

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use rusqlite::{Connection, Row, params};
use zuil_wire::messages::SurveyItem;
use zuil_wire::{Missed, Treated};

use super::super::survey::{SURVEY_COLUMNS, SURVEY_NAMES, add_survey_counts, survey_week};
use super::super::{StoreError, SurveyCounts, SurveyWeek};
use super::values::to_integer;

pub(super) fn take(
    db: &Connection,
    pillar: &str,
    survey: &SurveyItem,
    now: Timestamp,
) -> Result<(), StoreError> {
    let SurveyItem { id, task, answers } = survey;
    let day = now.to_zoned(TimeZone::UTC).date().to_string();
    let added = db
        .prepare_cached(
            "INSERT INTO surveys (id, task, clear, helped, treated, missing, day)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7) ON CONFLICT DO NOTHING",
        )?
        .execute(params![
            id.as_bytes(),
            task,
            answers.clear,
            answers.helped,
            answers.treated.map(Treated::as_str),
            answers.missing.map(Missed::as_str),
            day
        ])?;
    if added == 0 {
        return Ok(());
    }
    let mut add = db.prepare_cached(&add_survey_counts('?', "?1"))?;
    add.raw_bind_parameter(1, survey_week(now).to_string())?;
    add.raw_bind_parameter(2, pillar)?;
    add.raw_bind_parameter(3, task)?;
    for (place, count) in (4..).zip(SurveyCounts::of(*answers).columns()) {
        add.raw_bind_parameter(place, to_integer(count))?;
    }
    add.raw_execute()?;
    Ok(())
}

pub(super) fn count(db: &Connection) -> Result<u64, StoreError> {
    let count: i64 = db.query_row("SELECT count(*) FROM surveys", [], |row| row.get(0))?;
    Ok(count.unsigned_abs())
}

pub(super) fn weeks(db: &Connection, since: Date) -> Result<Vec<SurveyWeek>, StoreError> {
    let names = SURVEY_NAMES.join(", ");
    let list = format!("SELECT {names} FROM survey_counts WHERE week >= ?1 ORDER BY week, pillar, task");
    let mut query = db.prepare_cached(&list)?;
    let rows = query.query_map([since.to_string()], |row| Ok(week(row)))?;
    rows.map(|row| row.map_err(StoreError::from)?).collect()
}

fn week(row: &Row<'_>) -> Result<SurveyWeek, StoreError> {
    let week: String = row.get(0)?;
    let pillar: String = row.get(1)?;
    let mut columns = [0; SURVEY_COLUMNS];
    for (count, column) in columns.iter_mut().zip(3..) {
        *count = row.get::<_, i64>(column)?.unsigned_abs();
    }
    Ok(SurveyWeek {
        week: week.parse().map_err(|_| StoreError::Damaged("week"))?,
        pillar: Some(pillar).filter(|pillar| !pillar.is_empty()),
        task: row.get(2)?,
        counts: SurveyCounts::of_columns(columns),
    })
}
