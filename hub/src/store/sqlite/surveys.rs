//! What residents thought of their visits. Invariant: a survey counts once, and only counts of a whole week name a
//! pillar.

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use rusqlite::{Connection, Row, params};
use zuil_wire::messages::SurveyItem;

use super::super::survey::survey_week;
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
            "INSERT INTO surveys (id, task, clear, helped, day) VALUES (?1, ?2, ?3, ?4, ?5)
             ON CONFLICT DO NOTHING",
        )?
        .execute(params![id.as_bytes(), task, answers.clear, answers.helped, day])?;
    if added == 0 {
        return Ok(());
    }
    let SurveyCounts { times, clear: [one, two, three, four, five], helped, not_helped } =
        SurveyCounts::of(*answers);
    let counts = [times, one, two, three, four, five, helped, not_helped].map(to_integer);
    let [times, one, two, three, four, five, helped, not_helped] = counts;
    db.prepare_cached(
        "INSERT INTO survey_counts VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)
         ON CONFLICT (week, pillar, task) DO UPDATE SET
             times = times + excluded.times, clear_1 = clear_1 + excluded.clear_1,
             clear_2 = clear_2 + excluded.clear_2, clear_3 = clear_3 + excluded.clear_3,
             clear_4 = clear_4 + excluded.clear_4, clear_5 = clear_5 + excluded.clear_5,
             helped = helped + excluded.helped, not_helped = not_helped + excluded.not_helped",
    )?
    .execute(params![
        survey_week(now).to_string(),
        pillar,
        task,
        times,
        one,
        two,
        three,
        four,
        five,
        helped,
        not_helped
    ])?;
    Ok(())
}

pub(super) fn count(db: &Connection) -> Result<u64, StoreError> {
    let count: i64 = db.query_row("SELECT count(*) FROM surveys", [], |row| row.get(0))?;
    Ok(count.unsigned_abs())
}

pub(super) fn weeks(db: &Connection, since: Date) -> Result<Vec<SurveyWeek>, StoreError> {
    let mut query = db.prepare_cached(
        "SELECT week, pillar, task, times, clear_1, clear_2, clear_3, clear_4, clear_5, helped, not_helped
         FROM survey_counts WHERE week >= ?1 ORDER BY week, pillar, task",
    )?;
    let rows = query.query_map([since.to_string()], |row| Ok(week(row)))?;
    rows.map(|row| row.map_err(StoreError::from)?).collect()
}

fn week(row: &Row<'_>) -> Result<SurveyWeek, StoreError> {
    let week: String = row.get(0)?;
    let pillar: String = row.get(1)?;
    let count = |column| row.get::<_, i64>(column).map(i64::unsigned_abs);
    Ok(SurveyWeek {
        week: week.parse().map_err(|_| StoreError::Damaged("week"))?,
        pillar: Some(pillar).filter(|pillar| !pillar.is_empty()),
        task: row.get(2)?,
        counts: SurveyCounts {
            times: count(3)?,
            clear: [count(4)?, count(5)?, count(6)?, count(7)?, count(8)?],
            helped: count(9)?,
            not_helped: count(10)?,
        },
    })
}
