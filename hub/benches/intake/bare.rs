//! The peer: bare parts that take the same requests. No signature is verified, nothing is looked up, and
//! nobody is asked who may deliver.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Json;
use axum::routing::post;
use jiff::Timestamp;
use rusqlite::{Connection, TransactionBehavior, params};
use tokio::net::TcpListener;
use tokio::sync::{mpsc, oneshot};
use uuid::Uuid;
use zuil_hub::authority::Authority;
use zuil_hub::intake::{Peer, TlsListener, server_config};
use zuil_wire::{ItemOutcome, State as At, UploadRequest, UploadResponse};

use super::Failure;

pub struct BareHub {
    pub url: String,
    database: PathBuf,
}

/// The ids of a request, its body, and who waits.
type Waiting = (Vec<Uuid>, Bytes, oneshot::Sender<()>);

impl BareHub {
    /// Starts it on the current runtime, with the authority of a hub.
    pub async fn start(folder: &Path, authority: &Path) -> Result<Self, Failure> {
        std::fs::create_dir_all(folder)?;
        let database = folder.join("bare.sqlite");
        let connection = Connection::open(&database)?;
        connection.pragma_update(None, "journal_mode", "WAL")?;
        connection.pragma_update(None, "synchronous", "FULL")?;
        connection.execute_batch("CREATE TABLE intake (id BLOB PRIMARY KEY, body BLOB NOT NULL) STRICT")?;
        let (submit, waiting) = mpsc::channel(1024);
        std::thread::Builder::new().name("bare".into()).spawn(move || store_all(connection, waiting))?;
        let authority = Authority::open_or_make(authority, Timestamp::now())?;
        let tls = server_config(&authority, &["127.0.0.1".into()], Timestamp::now())?;
        let tcp = TcpListener::bind("127.0.0.1:0").await?;
        let url = format!("https://{}", tcp.local_addr()?);
        let routes = Router::new().route("/v1/transactions", post(take)).with_state(Arc::new(submit));
        let serving = routes.into_make_service_with_connect_info::<Peer>();
        let listener = TlsListener::new(tcp, tls)?;
        tokio::spawn(async move { axum::serve(listener, serving).await });
        Ok(Self { url, database })
    }

    pub fn count(&self) -> Result<u64, Failure> {
        let count = Connection::open(&self.database)?;
        Ok(count.query_row("SELECT count(*) FROM intake", [], |row| row.get::<_, i64>(0))?.unsigned_abs())
    }
}

async fn take(
    State(submit): State<Arc<mpsc::Sender<Waiting>>>,
    body: Bytes,
) -> Result<Json<UploadResponse>, StatusCode> {
    let upload: UploadRequest = serde_json::from_slice(&body).map_err(|_| StatusCode::BAD_REQUEST)?;
    let ids: Vec<Uuid> = upload.envelopes.iter().map(|envelope| envelope.header.id).collect();
    let (answer, answered) = oneshot::channel();
    let unavailable = StatusCode::SERVICE_UNAVAILABLE;
    submit.send((ids.clone(), body, answer)).await.map_err(|_| unavailable)?;
    answered.await.map_err(|_| unavailable)?;
    let accepted = |id| ItemOutcome::Accepted { id, state: At::Received, case_number: None };
    let outcomes = ids.into_iter().map(accepted).collect();
    Ok(Json(UploadResponse { now: Timestamp::now(), outcomes, surveys: vec![], later: vec![] }))
}

fn store_all(mut connection: Connection, mut waiting: mpsc::Receiver<Waiting>) {
    let mut group = Vec::new();
    while waiting.blocking_recv_many(&mut group, 256) > 0 {
        match store(&mut connection, &group) {
            Ok(()) => {
                for (_, _, answer) in group.drain(..) {
                    let _ = answer.send(());
                }
            }
            Err(error) => {
                eprintln!("bare: {error}");
                group.clear();
            }
        }
    }
}

/// One row for each transaction, with its share of the body: of a request with one envelope, all of it.
fn store(connection: &mut Connection, group: &[Waiting]) -> rusqlite::Result<()> {
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    {
        let mut insert = transaction.prepare_cached("INSERT INTO intake (id, body) VALUES (?1, ?2)")?;
        for (ids, body, _) in group {
            for (id, part) in ids.iter().zip(body.chunks(body.len().div_ceil(ids.len().max(1)).max(1))) {
                insert.execute(params![id.as_bytes(), part])?;
            }
        }
    }
    transaction.commit()
}
