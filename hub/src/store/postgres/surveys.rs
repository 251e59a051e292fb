//! What residents thought of their visits. Invariant: a survey counts once, and only counts of a whole week name a
//! pillar. Whoever counts has the pillar's row locked, so that no two hubs wait for each other here.

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use sqlx_core::query::query;
use sqlx_core::row::Row as _;
use sqlx_core::sql_str::AssertSqlSafe;
use sqlx_postgres::{PgConnection, PgRow};
use zuil_wire::messages::SurveyItem;
use zuil_wire::{Missed, Treated};

use super::super::survey::{SURVEY_COLUMNS, SURVEY_NAMES, add_survey_counts, survey_week};
use super::super::values::to_integer;
use super::super::{StoreError, SurveyCounts, SurveyWeek};
use super::without_nul;

pub(super) async fn take(
    db: &mut PgConnection,
    pillar: &str,
    survey: &SurveyItem,
    now: Timestamp,
) -> Result<(), StoreError> {
    let SurveyItem { id, task, answers } = survey;
    let day = now.to_zoned(TimeZone::UTC).date().to_string();
    let keep = query(
        "INSERT INTO surveys (id, task, clear, helped, treated, missing, day)
         VALUES ($1, $2, $3, $4, $5, $6, $7::text::date) ON CONFLICT DO NOTHING",
    );
    let keep = keep.bind(id).bind(without_nul(task)).bind(answers.clear.map(i16::from)).bind(answers.helped);
    let keep = keep.bind(answers.treated.map(Treated::as_str)).bind(answers.missing.map(Missed::as_str));
    if keep.bind(day).execute(&mut *db).await?.rows_affected() == 0 {
        return Ok(());
    }
    let count = query(AssertSqlSafe(add_survey_counts('$', "$1::text::date")));
    let mut count = count.bind(survey_week(now).to_string()).bind(pillar).bind(without_nul(task));
    for number in SurveyCounts::of(*answers).columns() {
        count = count.bind(to_integer(number));
    }
    count.execute(db).await?;
    Ok(())
}

pub(super) async fn count(db: &mut PgConnection) -> Result<u64, StoreError> {
    let count = query("SELECT count(*) FROM surveys").fetch_one(db).await?;
    Ok(count.try_get::<i64, _>(0)?.unsigned_abs())
}

pub(super) async fn weeks(db: &mut PgConnection, since: Date) -> Result<Vec<SurveyWeek>, StoreError> {
    // The names begin with that of the week, which is read as text.
    let names = SURVEY_NAMES[1..].join(", ");
    let weeks = query(AssertSqlSafe(format!(
        "SELECT week::text, {names} FROM survey_counts WHERE week >= $1::text::date
         ORDER BY survey_counts.week, pillar, task"
    )));
    weeks.bind(since.to_string()).fetch_all(db).await?.iter().map(week).collect()
}

fn week(row: &PgRow) -> Result<SurveyWeek, StoreError> {
    let (week, pillar): (&str, String) = (row.try_get(0)?, row.try_get(1)?);
    let mut columns = [0; SURVEY_COLUMNS];
    for (count, column) in columns.iter_mut().zip(3_usize..) {
        *count = row.try_get::<i64, _>(column)?.unsigned_abs();
    }
    Ok(SurveyWeek {
        week: week.parse().map_err(|_| StoreError::Damaged("week"))?,
        pillar: Some(pillar).filter(|pillar| !pillar.is_empty()),
        task: row.try_get(2)?,
        counts: SurveyCounts::of_columns(columns),
    })
}
