//! Copies all that a SQLite store holds into an empty PostgreSQL database. Invariant: it happens wholly or not at all,
//! and not before both hold the same rows: every value is read back and compared by digest.

use std::fmt::Write as _;
use std::path::Path;
use std::time::Duration;

use aws_lc_rs::digest::{Context, SHA256};
use rusqlite::types::Value;
use rusqlite::{Connection, OpenFlags};
use sqlx_core::connection::Connection as _;
use sqlx_core::query::query;
use sqlx_core::row::Row as _;
use sqlx_core::sql_str::AssertSqlSafe;
use sqlx_postgres::{PgConnection, PgRow};
use uuid::Uuid;

use super::super::{Digest, SqliteStore, StoreError};
use super::column::{Column, Kind, Table};
use super::tables::{GIVES_WAY, LEFT_OUT, TABLES};
use super::{PostgresStore, link, without_nul};

/// How long copying may take.
const PATIENCE: Duration = Duration::from_secs(12 * 60 * 60);
/// How many rows are read back at once.
const PIECE: usize = 500;

/// What was copied of a table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Copied {
    /// Its name.
    pub table: &'static str,
    /// How many rows.
    pub rows: u64,
    /// The SHA-256 of all their values, in the order of the table's key.
    pub digest: Digest,
}

/// Why nothing was copied.
#[derive(Debug, thiserror::Error)]
pub enum CopyError {
    /// One of the databases failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The target holds something.
    #[error(
        "the PostgreSQL database holds rows in {0} already; make a new one with `createdb`, and name that"
    )]
    NotEmpty(&'static str),
    /// The source is being used.
    #[error("something has the SQLite database open; stop the hub that runs on it, and try again")]
    InUse,
    /// The source holds something that this program does not know.
    #[error("the SQLite database has a table {0} that cannot be copied; run the newer program")]
    UnknownTable(String),
    /// The target holds something else than the source.
    #[error(
        "{0} came out otherwise than it went in, and nothing was kept; say so to the people who make Zuil"
    )]
    Differs(&'static str),
}

impl From<rusqlite::Error> for CopyError {
    fn from(error: rusqlite::Error) -> Self {
        match error.sqlite_error_code() {
            Some(rusqlite::ErrorCode::DatabaseBusy | rusqlite::ErrorCode::DatabaseLocked) => Self::InUse,
            _ => Self::Store(error.into()),
        }
    }
}

impl From<sqlx_core::Error> for CopyError {
    fn from(error: sqlx_core::Error) -> Self {
        Self::Store(error.into())
    }
}

impl PostgresStore {
    /// Copies all that is in the SQLite database at `path` into this one, which must be empty. The source is brought
    /// up to date, and otherwise left as it is.
    ///
    /// # Errors
    /// [`CopyError`]; then nothing was copied.
    pub fn copy_from_sqlite(&self, path: &Path) -> Result<Vec<Copied>, CopyError> {
        drop(SqliteStore::open(path)?);
        let source = exclusive(path)?;
        let mut outcome = None;
        self.link.wait(PATIENCE, async {
            let mut connection = link::alone(&self.options).await?;
            let copied = copy(&source, &mut connection).await;
            outcome = Some(copied);
            // Dropped and not closed when it failed: then the server undoes all of it.
            Ok(())
        })?;
        outcome.unwrap_or(Err(CopyError::Store(StoreError::Unanswered)))
    }
}

/// The source, with nobody else at it.
fn exclusive(path: &Path) -> Result<Connection, CopyError> {
    let source = Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_WRITE)?;
    source.busy_timeout(Duration::from_secs(1))?;
    source.pragma_update(None, "locking_mode", "EXCLUSIVE")?;
    source.execute_batch("BEGIN EXCLUSIVE")?;
    let unknown = unknown_table(&source)?;
    unknown.map_or(Ok(source), |unknown| Err(CopyError::UnknownTable(unknown)))
}

fn unknown_table(source: &Connection) -> Result<Option<String>, CopyError> {
    let mut names = source.prepare(
        "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\'",
    )?;
    let names = names.query_map([], |row| row.get::<_, String>(0))?.collect::<Result<Vec<_>, _>>()?;
    let is_known =
        |name: &String| TABLES.iter().any(|table| table.name == name) || LEFT_OUT.contains(&name.as_str());
    Ok(names.into_iter().find(|name| !is_known(name)))
}

async fn copy(source: &Connection, connection: &mut PgConnection) -> Result<Vec<Copied>, CopyError> {
    let mut target = connection.begin().await?;
    query(GIVES_WAY).execute(&mut *target).await?;
    for Table { name, .. } in TABLES {
        query(AssertSqlSafe(format!("LOCK TABLE {name} IN ACCESS EXCLUSIVE MODE")))
            .execute(&mut *target)
            .await?;
        let is_empty = query(AssertSqlSafe(format!("SELECT NOT EXISTS (SELECT 1 FROM {name})")));
        if !is_empty.fetch_one(&mut *target).await?.try_get::<bool, _>(0)? {
            return Err(CopyError::NotEmpty(name));
        }
    }
    let mut all = Vec::new();
    for table in TABLES {
        let copied = copy_table(source, &mut target, table).await?;
        if read_back(&mut target, table).await? != copied {
            return Err(CopyError::Differs(table.name));
        }
        all.push(copied);
    }
    copy_what_waits(source, &mut target).await?;
    target.commit().await?;
    Ok(all)
}

async fn copy_table(
    source: &Connection,
    target: &mut PgConnection,
    table: &'static Table,
) -> Result<Copied, CopyError> {
    let from = table.columns.iter().map(|column| column.from).collect::<Vec<_>>().join(", ");
    let insert = insert(table);
    let mut rows = source.prepare(&format!("SELECT {from} FROM {} ORDER BY {}", table.name, table.key))?;
    let mut rows = rows.query([])?;
    let mut count = Count::new();
    while let Some(row) = rows.next()? {
        let mut adding = query(AssertSqlSafe(insert.as_str()));
        for (at, Column { kind, .. }) in table.columns.iter().enumerate() {
            let value = readable(row.get(at)?);
            count.add(&value)?;
            let damaged = || StoreError::Damaged(table.name);
            adding = match (kind, value) {
                (Kind::Integer, value) => adding.bind(integer(&value).map_err(|()| damaged())?),
                (Kind::Flag, value) => {
                    adding.bind(integer(&value).map_err(|()| damaged())?.map(|flag| flag != 0))
                }
                (Kind::Text | Kind::Day, Value::Null) => adding.bind(None::<String>),
                (Kind::Text | Kind::Day, Value::Text(text)) => adding.bind(text),
                (Kind::Bytes, Value::Null) => adding.bind(None::<Vec<u8>>),
                (Kind::Bytes, Value::Blob(bytes)) => adding.bind(bytes),
                (Kind::Id, Value::Null) => adding.bind(None::<Uuid>),
                (Kind::Id, Value::Blob(bytes)) => {
                    adding.bind(Uuid::from_slice(&bytes).map_err(|_| damaged())?)
                }
                _ => return Err(damaged().into()),
            };
        }
        adding.execute(&mut *target).await?;
        count.rows += 1;
    }
    Ok(count.end(table))
}

fn insert(Table { name, columns, .. }: &Table) -> String {
    let names = columns.iter().map(|column| column.name).collect::<Vec<_>>().join(", ");
    let mut places = String::new();
    for (at, Column { kind, .. }) in (1..).zip(*columns) {
        let cast = match kind {
            Kind::Integer => "::bigint",
            Kind::Day => "::text::date",
            Kind::Flag => "::boolean",
            Kind::Text => "::text",
            Kind::Bytes => "::bytea",
            Kind::Id => "::uuid",
        };
        let comma = if at == 1 { "" } else { ", " };
        // Writing into a text cannot fail.
        let _ = write!(places, "{comma}${at}{cast}");
    }
    format!("INSERT INTO {name} ({names}) VALUES ({places})")
}

async fn read_back(target: &mut PgConnection, table: &'static Table) -> Result<Copied, CopyError> {
    let columns = table.columns.iter().map(|Column { name, kind, .. }| match kind {
        Kind::Integer => format!("{name}::bigint"),
        Kind::Flag => format!("{name}::int::bigint"),
        Kind::Day => format!("to_char({name}, 'YYYY-MM-DD')"),
        Kind::Id => format!("uuid_send({name})"),
        Kind::Text | Kind::Bytes => (*name).to_owned(),
    });
    let columns = columns.collect::<Vec<_>>().join(", ");
    let declare = format!(
        "DECLARE copied NO SCROLL CURSOR FOR SELECT {columns} FROM {} ORDER BY {}",
        table.name, table.key
    );
    query(AssertSqlSafe(declare)).execute(&mut *target).await?;
    let mut count = Count::new();
    loop {
        // Each table has other columns under this one name: nothing of it may be remembered.
        let fetch = query(AssertSqlSafe(format!("FETCH {PIECE} FROM copied"))).persistent(false);
        let rows = fetch.fetch_all(&mut *target).await?;
        for row in &rows {
            for (at, Column { kind, .. }) in table.columns.iter().enumerate() {
                count.add(&value_of(row, at, *kind)?)?;
            }
            count.rows += 1;
        }
        if rows.len() < PIECE {
            break;
        }
    }
    query("CLOSE copied").execute(target).await?;
    Ok(count.end(table))
}

fn value_of(row: &PgRow, at: usize, kind: Kind) -> Result<Value, StoreError> {
    Ok(match kind {
        Kind::Integer | Kind::Flag => row.try_get::<Option<i64>, _>(at)?.map_or(Value::Null, Value::Integer),
        Kind::Text | Kind::Day => row.try_get::<Option<String>, _>(at)?.map_or(Value::Null, Value::Text),
        Kind::Bytes | Kind::Id => row.try_get::<Option<Vec<u8>>, _>(at)?.map_or(Value::Null, Value::Blob),
    })
}

/// What waits to be looked at or to be handed over waits there, too, and numbers go on where they were.
async fn copy_what_waits(source: &Connection, target: &mut PgConnection) -> Result<(), CopyError> {
    let up_to = |of| source.query_row(of, [], |row| row.get::<_, i64>(0));
    let checked = up_to("SELECT up_to FROM checked")?;
    let handed_over = up_to("SELECT up_to FROM handover_entered")?;
    let waits = query(
        "INSERT INTO to_check (number, hand_over)
         SELECT number, number > $2 FROM transactions WHERE number > $1",
    );
    waits.bind(checked).bind(handed_over).execute(&mut *target).await?;
    let waits = query(
        "INSERT INTO to_hand_over (number) SELECT number FROM transactions WHERE number > $2 AND number <= $1",
    );
    waits.bind(checked).bind(handed_over).execute(&mut *target).await?;
    for go_on in [
        "SELECT setval(pg_get_serial_sequence('transactions', 'number'), max(number))
         FROM transactions HAVING max(number) IS NOT NULL",
        "SELECT setval(pg_get_serial_sequence('alerts', 'number'), max(number))
         FROM alerts HAVING max(number) IS NOT NULL",
        "SELECT setval(pg_get_serial_sequence('alert_messages', 'number'), max(number))
         FROM alert_messages HAVING max(number) IS NOT NULL",
    ] {
        query(go_on).execute(&mut *target).await?;
    }
    Ok(())
}

fn integer(value: &Value) -> Result<Option<i64>, ()> {
    match value {
        Value::Null => Ok(None),
        Value::Integer(value) => Ok(Some(*value)),
        _ => Err(()),
    }
}

/// As PostgreSQL can keep it.
fn readable(value: Value) -> Value {
    match value {
        Value::Text(text) => Value::Text(without_nul(&text).into_owned()),
        other => other,
    }
}

/// Counts rows, and takes the digest of their values.
struct Count {
    rows: u64,
    context: Context,
}

impl Count {
    fn new() -> Self {
        Self { rows: 0, context: Context::new(&SHA256) }
    }

    /// Each value with its kind and its length, so that no two lists of values look the same.
    fn add(&mut self, value: &Value) -> Result<(), StoreError> {
        let (kind, bytes): (u8, &[u8]) = match value {
            Value::Null => (0, &[]),
            Value::Integer(value) => (1, &value.to_be_bytes()),
            Value::Text(text) => (2, text.as_bytes()),
            Value::Blob(bytes) => (3, bytes),
            Value::Real(_) => return Err(StoreError::Damaged("number")),
        };
        self.context.update(&[kind]);
        self.context.update(&(bytes.len() as u64).to_be_bytes());
        self.context.update(bytes);
        Ok(())
    }

    fn end(self, table: &Table) -> Copied {
        let mut digest = Digest::default();
        digest.copy_from_slice(self.context.finish().as_ref());
        Copied { table: table.name, rows: self.rows, digest }
    }
}
