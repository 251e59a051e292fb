//! The way to the database: connections, and the thread that looks after them. Invariant: a caller blocks until it
//! is answered and never longer than [`PATIENCE`], whatever the network does, also when it is itself part of an
//! async runtime.

use std::time::Duration;

use sqlx_core::connection::{ConnectOptions as _, Connection as _};
use sqlx_core::executor::Executor as _;
use sqlx_core::pool::{Pool, PoolOptions};
use sqlx_core::row::Row as _;
use sqlx_postgres::{PgConnectOptions, PgConnection, PgSslMode, Postgres};
use tokio::runtime::Runtime;

use super::super::StoreError;

/// The longest that an operation may take, with all its attempts.
const PATIENCE: Duration = Duration::from_secs(60);
/// How long to wait for a connection.
const CONNECTING: Duration = Duration::from_secs(10);
/// How long the connections may take to say goodbye.
const GOODBYE: Duration = Duration::from_secs(2);
/// How many connections a hub has at most: one takes in, one checks, the others are for pages and reports.
const CONNECTIONS: u32 = 8;
/// How often something is tried that the database rolled back for the sake of something else.
const ATTEMPTS: u32 = 10;

/// What holds for each connection. A hub that hangs, or whose machine is gone, keeps what it had locked no longer
/// than its transaction may be idle.
const SESSION: [(&str, &str); 4] = [
    ("statement_timeout", "30s"),
    ("lock_timeout", "20s"),
    ("idle_in_transaction_session_timeout", "30s"),
    ("timezone", "UTC"),
];

/// The thread that says when there is something to read, or when something took too long.
pub(super) struct Driver(Option<Runtime>);

impl Driver {
    pub(super) fn start() -> Result<Self, StoreError> {
        let mut builder = tokio::runtime::Builder::new_multi_thread();
        builder.worker_threads(1).thread_name("zuil-postgres").enable_all();
        Ok(Self(Some(builder.build().map_err(StoreError::Thread)?)))
    }

    /// Waits for something that needs the database, on the calling thread.
    pub(super) fn wait<T>(
        &self,
        patience: Duration,
        work: impl Future<Output = Result<T, StoreError>>,
    ) -> Result<T, StoreError> {
        let Some(runtime) = &self.0 else { return Err(StoreError::Unanswered) };
        let _entered = runtime.enter();
        // Who calls from within an async task would be told by tokio to give others a turn, and would never get one.
        let work = tokio::task::unconstrained(async { tokio::time::timeout(patience, work).await });
        futures_executor::block_on(work).unwrap_or(Err(StoreError::Unanswered))
    }
}

impl Drop for Driver {
    fn drop(&mut self) {
        if let Some(runtime) = self.0.take() {
            // Not by waiting: this may be within an async task.
            runtime.shutdown_background();
        }
    }
}

/// The connections of one store.
pub(super) struct Link {
    driver: Driver,
    pool: Pool<Postgres>,
}

impl Link {
    pub(super) fn open(driver: Driver, options: &PgConnectOptions) -> Result<Self, StoreError> {
        let options =
            options.clone().application_name("zuil-hub").options(SESSION).disable_statement_logging();
        let pool = PoolOptions::new()
            .max_connections(CONNECTIONS)
            .acquire_timeout(CONNECTING)
            .after_connect(|connection, _| Box::pin(wait_for_the_disk(connection)));
        let pool = driver.wait(CONNECTING, async { Ok(pool.connect_lazy_with(options)) })?;
        Ok(Self { driver, pool })
    }

    /// As [`Driver::wait`].
    pub(super) fn wait<T>(
        &self,
        patience: Duration,
        work: impl Future<Output = Result<T, StoreError>>,
    ) -> Result<T, StoreError> {
        self.driver.wait(patience, work)
    }

    /// Reads in one transaction of which all statements see the same database.
    pub(super) fn read<T>(
        &self,
        work: impl AsyncFn(&mut PgConnection) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        self.run("BEGIN ISOLATION LEVEL REPEATABLE READ, READ ONLY", work)
    }

    /// Writes in one transaction. What it does may be done again from its beginning, when the database rolled it back
    /// because it and another waited for each other. The rest is arranged by locks: see the comments of the schema.
    pub(super) fn write<T>(
        &self,
        work: impl AsyncFn(&mut PgConnection) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        self.run("BEGIN ISOLATION LEVEL READ COMMITTED, READ WRITE", work)
    }

    fn run<T>(
        &self,
        begin: &'static str,
        work: impl AsyncFn(&mut PgConnection) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        self.wait(PATIENCE, async {
            let mut attempt = 1;
            loop {
                match self.attempt(begin, &work).await {
                    Err(error) if was_rolled_back_for_another(&error) && attempt < ATTEMPTS => attempt += 1,
                    done => return done,
                }
            }
        })
    }

    async fn attempt<T>(
        &self,
        begin: &'static str,
        work: &impl AsyncFn(&mut PgConnection) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        let pool = self.pool.clone();
        let mut connection = on_the_driver(async move { Ok(pool.acquire().await?) }).await?;
        let mut transaction = connection.begin_with(begin).await?;
        let done = work(&mut transaction).await?;
        transaction.commit().await?;
        Ok(done)
    }
}

impl Drop for Link {
    fn drop(&mut self) {
        let goodbye = async {
            self.pool.close().await;
            Ok(())
        };
        if self.wait(GOODBYE, goodbye).is_err() {
            tracing::debug!("the database heard no goodbye");
        }
    }
}

/// Opens one connection, for something that may take its time.
pub(super) async fn alone(options: &PgConnectOptions) -> Result<PgConnection, StoreError> {
    let options = options.clone().application_name("zuil-hub").options([("timezone", "UTC")]);
    let options = options.disable_statement_logging();
    let connecting = on_the_driver(async move { Ok(PgConnection::connect_with(&options).await?) });
    let connecting = tokio::time::timeout(CONNECTING, connecting);
    let mut connection = connecting.await.map_err(|_| StoreError::Unanswered)??;
    wait_for_the_disk(&mut connection).await?;
    Ok(connection)
}

/// Opens a connection on the driver's own thread, within [`Driver::wait`]. Signing in with a password gives others a turn
/// now and then, and who waits from within an async task would never get its own back.
async fn on_the_driver<T: Send + 'static>(
    opening: impl Future<Output = Result<T, StoreError>> + Send + 'static,
) -> Result<T, StoreError> {
    tokio::spawn(opening).await.map_err(|_| StoreError::Unanswered)?
}

/// A commit is answered when it is on the disk, also where the server is set up to answer before.
async fn wait_for_the_disk(connection: &mut PgConnection) -> Result<(), sqlx_core::Error> {
    let set = "SELECT set_config('synchronous_commit', 'on', false)
               WHERE current_setting('synchronous_commit') = 'off'";
    connection.execute(set).await.map(drop)
}

/// Whether a server keeps what it says that it keeps.
pub(super) async fn is_durable(connection: &mut PgConnection) -> Result<bool, StoreError> {
    let settings = "SELECT current_setting('fsync') = 'on' AND current_setting('full_page_writes') = 'on'";
    Ok(connection.fetch_one(settings).await?.try_get(0)?)
}

/// Says so when what is said between hub and database can be read on the way.
pub(super) fn warn_when_plain(options: &PgConnectOptions) {
    let host = options.get_host();
    let stays_here = options.get_socket().is_some()
        || host.starts_with('/')
        || ["localhost", "127.0.0.1", "::1"].contains(&host);
    let is_verified = matches!(options.get_ssl_mode(), PgSslMode::VerifyFull | PgSslMode::VerifyCa);
    if !stays_here && !is_verified {
        tracing::warn!(
            "the connection to PostgreSQL is not verified; add ?sslmode=verify-full&sslrootcert=FILE to the URL"
        );
    }
}

/// Whether the database undid this because two were in each other's way: then it is done again.
pub(super) fn was_rolled_back_for_another(error: &StoreError) -> bool {
    const SERIALIZATION_FAILURE: &str = "40001";
    const DEADLOCK: &str = "40P01";
    let StoreError::Postgres(sqlx_core::Error::Database(error)) = error else { return false };
    error.code().is_some_and(|code| [SERIALIZATION_FAILURE, DEADLOCK].contains(&code.as_ref()))
}

/// Whether an error says something about a row, and not about the connection or the server.
pub(super) fn is_about_a_row(error: &StoreError) -> bool {
    match error {
        StoreError::Damaged(_) => true,
        StoreError::Postgres(sqlx_core::Error::Database(error)) => {
            // Class 22: a value that cannot be; class 23: one that a constraint refuses.
            error.code().is_some_and(|code| code.starts_with("22") || code.starts_with("23"))
        }
        _ => false,
    }
}
