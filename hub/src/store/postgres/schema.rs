//! Bringing the schema up to date. Invariant: one hub does it while the others wait, a step happens wholly or not at
//! all, and a schema that is newer than the program is left alone.

use std::borrow::Cow;

use sqlx_core::executor::Executor as _;
use sqlx_core::migrate::{Migrate as _, Migration, MigrationType, Migrator};
use sqlx_core::row::Row as _;
use sqlx_core::sql_str::SqlSafeStr as _;
use sqlx_postgres::PgConnection;

use super::super::StoreError;

/// Each step with its number, which is that of the SQLite store's step that means the same. What a step adds has its
/// place in `tables.rs`, too, or nobody can move here from SQLite any more.
const STEPS: &[(i64, &str, &str)] = &[
    (6, "everything so far", include_str!("../../../migrations/postgres/006-everything-so-far.sql")),
    (7, "handover", include_str!("../../../migrations/postgres/007-handover.sql")),
    (8, "access", include_str!("../../../migrations/postgres/008-access.sql")),
    (9, "connectors", include_str!("../../../migrations/postgres/009-connectors.sql")),
    (10, "progress", include_str!("../../../migrations/postgres/010-progress.sql")),
    (11, "orders", include_str!("../../../migrations/postgres/011-orders.sql")),
    (12, "alerts", include_str!("../../../migrations/postgres/012-alerts.sql")),
    (13, "enrolment", include_str!("../../../migrations/postgres/013-enrolment.sql")),
    (14, "referrals", include_str!("../../../migrations/postgres/014-referrals.sql")),
    (15, "order attachments", include_str!("../../../migrations/postgres/015-order-attachments.sql")),
    (16, "visit log", include_str!("../../../migrations/postgres/016-visit-log.sql")),
    (17, "survey counts", include_str!("../../../migrations/postgres/017-survey-counts.sql")),
    (18, "call backs", include_str!("../../../migrations/postgres/018-call-backs.sql")),
    (19, "drafts", include_str!("../../../migrations/postgres/019-drafts.sql")),
    (20, "pages", include_str!("../../../migrations/postgres/020-pages.sql")),
    (21, "changes", include_str!("../../../migrations/postgres/021-changes.sql")),
    (22, "attempts", include_str!("../../../migrations/postgres/022-attempts.sql")),
    (23, "survey treatment", include_str!("../../../migrations/postgres/023-survey-treatment.sql")),
    (24, "settling", include_str!("../../../migrations/postgres/024-settling.sql")),
    (25, "places", include_str!("../../../migrations/postgres/025-places.sql")),
    (26, "asked", include_str!("../../../migrations/postgres/026-asked.sql")),
    (27, "calls and times", include_str!("../../../migrations/postgres/027-calls-and-times.sql")),
    (28, "rollouts", include_str!("../../../migrations/postgres/028-rollouts.sql")),
    (29, "service visits", include_str!("../../../migrations/postgres/029-service-visits.sql")),
];

/// What was done to the schema.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BroughtUp {
    /// The number of the last step before; 0 in an empty database.
    pub from: i64,
    /// The number of the last step now.
    pub to: i64,
}

pub(super) async fn bring_up_to_date(connection: &mut PgConnection) -> Result<BroughtUp, StoreError> {
    bring_up_to(connection, i64::MAX).await
}

/// Takes the steps up to one.
pub(super) async fn bring_up_to(connection: &mut PgConnection, last: i64) -> Result<BroughtUp, StoreError> {
    let steps = STEPS.iter().filter(|(number, ..)| *number <= last);
    let migrator = Migrator::with_migrations(steps.map(migration).collect());
    // What was there before is asked while nobody else changes it.
    connection.lock().await?;
    let done = async {
        let from = last_step(connection).await?;
        // It takes the lock once more, which is free to whoever has it.
        migrator.run(&mut *connection).await?;
        Ok(BroughtUp { from, to: last_step(connection).await? })
    }
    .await;
    connection.unlock().await?;
    done
}

fn migration((number, what, sql): &(i64, &'static str, &'static str)) -> Migration {
    Migration::new(*number, Cow::Borrowed(what), MigrationType::Simple, sql.into_sql_str(), false)
}

async fn last_step(connection: &mut PgConnection) -> Result<i64, StoreError> {
    let there = connection.fetch_one("SELECT to_regclass('_sqlx_migrations') IS NOT NULL").await?;
    if !there.try_get::<bool, _>(0)? {
        return Ok(0);
    }
    let last = connection.fetch_one("SELECT coalesce(max(version), 0) FROM _sqlx_migrations").await?;
    Ok(last.try_get(0)?)
}
