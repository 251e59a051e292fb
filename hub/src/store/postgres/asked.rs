//! Which answers residents found. Invariant: a count counts once, at its highest.

use jiff::Timestamp;
use jiff::civil::Date;
use sqlx_core::query::query;
use sqlx_core::row::Row as _;
use sqlx_postgres::PgRow;
use zuil_wire::AskedCount;

use super::super::StoreError;
use super::super::asked::{AskedStore, FoundAnswer};
use super::super::question::day_of;
use super::{PostgresStore, pillars, without_nul};

impl AskedStore for PostgresStore {
    fn keep_asked(&self, pillar: &str, counts: &[AskedCount], now: Timestamp) -> Result<(), StoreError> {
        self.link.write(async |db| {
            pillars::lock(db, pillar).await?;
            for AskedCount { id, language, answer, on, times } in counts {
                let keep = query(
                    "INSERT INTO asked (id, pillar, language, answer, day, times)
                     VALUES ($1, $2, $3, $4, $5::text::date, $6)
                     ON CONFLICT (id) DO UPDATE SET times = excluded.times
                     WHERE asked.pillar = excluded.pillar AND asked.times < excluded.times",
                );
                let keep = keep.bind(id).bind(pillar).bind(without_nul(language)).bind(without_nul(answer));
                let keep = keep.bind(day_of(*on, now).to_string()).bind(i64::from(*times));
                keep.execute(&mut *db).await?;
            }
            pillars::saw(db, pillar, now).await
        })
    }

    fn asked(&self, since: Date) -> Result<Vec<FoundAnswer>, StoreError> {
        self.link.read(async |db| {
            let found = query(
                "SELECT pillar, answer, language, sum(times)::bigint AS times FROM asked
                 WHERE day >= $1::text::date GROUP BY pillar, answer, language ORDER BY pillar, answer, language",
            );
            let rows = found.bind(since.to_string()).fetch_all(db).await?;
            rows.iter().map(read).collect()
        })
    }

    fn forget_asked(&self, before: Date) -> Result<u64, StoreError> {
        self.link.write(async |db| {
            let forget = query("DELETE FROM asked WHERE day < $1::text::date");
            Ok(forget.bind(before.to_string()).execute(db).await?.rows_affected())
        })
    }
}

fn read(row: &PgRow) -> Result<FoundAnswer, StoreError> {
    Ok(FoundAnswer {
        pillar: row.try_get("pillar")?,
        answer: row.try_get("answer")?,
        language: row.try_get("language")?,
        times: row.try_get::<i64, _>("times")?.unsigned_abs(),
    })
}
