//! Hubs in processes of their own on one PostgreSQL database, which `script/test` starts.

use std::path::Path;
use std::str::FromStr as _;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use reqwest::StatusCode;
use sqlx_core::connection::{ConnectOptions as _, Connection as _};
use sqlx_core::raw_sql::raw_sql;
use sqlx_core::sql_str::AssertSqlSafe;
use sqlx_postgres::PgConnectOptions;
use tempfile::TempDir;
use tokio::sync::mpsc;
use zuil_hub::store::{Filter, PostgresStore, Store as _};
use zuil_wire::{Envelope, ItemOutcome, PROTOCOL_VERSION, Reference, UploadRequest, UploadResponse};

use super::backups::{busy_hub, pillar_of};
use super::commands::{Process, folder_with_config, run, text};
use super::harness::TestPillar;

/// The URL of a schema of its own.
async fn database() -> String {
    static COUNT: AtomicU32 = AtomicU32::new(0);
    let server = std::env::var("ZUIL_TEST_POSTGRES").expect(
        "ZUIL_TEST_POSTGRES: run script/test, or set it to the URL of a PostgreSQL database for tests",
    );
    let name = format!("p{}_{}", std::process::id(), COUNT.fetch_add(1, Ordering::Relaxed));
    let mut connection = PgConnectOptions::from_str(&server).unwrap().connect().await.unwrap();
    let make = AssertSqlSafe(format!("CREATE SCHEMA {name}"));
    raw_sql(make).execute(&mut connection).await.unwrap();
    connection.close().await.unwrap();
    let mark = if server.contains('?') { '&' } else { '?' };
    format!("{server}{mark}options=-c%20search_path%3D{name}")
}

/// Makes the hub of `folder` one on PostgreSQL.
fn on_postgresql(folder: &Path, url: &str) {
    std::fs::write(folder.join("postgresql.url"), format!("{url}\n")).unwrap();
    let file = folder.join("hub.toml");
    let config = std::fs::read_to_string(&file).unwrap();
    let store = "[store]\nkind = \"postgresql\"\nurl_file = \"postgresql.url\"\n";
    std::fs::write(file, format!("{config}{store}")).unwrap();
}

async fn folder_on_postgresql() -> (TempDir, String) {
    let (folder, url) = (folder_with_config(), database().await);
    on_postgresql(folder.path(), &url);
    (folder, url)
}

/// The same pillar, as it speaks to another hub.
fn at(pillar: &TestPillar, intake: &str) -> TestPillar {
    let mut binding = pillar.binding.clone();
    intake.clone_into(&mut binding.hub_url);
    TestPillar::new(binding)
}

/// Uploads once; `None` when no answer says that all of it is durable.
async fn try_upload(pillar: &TestPillar, envelopes: &[Envelope]) -> Option<()> {
    let request =
        UploadRequest { version: PROTOCOL_VERSION, envelopes: envelopes.to_vec(), surveys: Vec::new() };
    let answer = pillar.post(serde_json::to_vec(&request).unwrap()).await.ok()?;
    if answer.status() != StatusCode::OK {
        return None;
    }
    let answer: UploadResponse = answer.json().await.ok()?;
    assert!(answer.outcomes.iter().all(|one| matches!(one, ItemOutcome::Accepted { .. })), "{answer:?}");
    Some(())
}

const PILLARS: u64 = 4;
const UPLOADS: u64 = 40;
const IN_EACH: u64 = 3;

/// Half of the pillars begin at one hub and half at the other; one of them is killed while all upload. Each pillar
/// sends what was not answered to the other hub, and some send the same to both at once.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_two_hubs_on_one_database_one_is_killed_and_nothing_accepted_is_lost_or_doubled() {
    let (folder, url) = folder_on_postgresql().await;
    let mut hubs = [Process::start(folder.path()), Process::start(folder.path())];
    assert!(hubs[0].said("password").is_some() && hubs[1].said("password").is_none(), "one first password");
    let intakes = hubs.each_ref().map(|hub| hub.said("intake").unwrap().to_owned());
    // Nobody gets far ahead of who counts, so that there is something left to do when the hub is killed.
    let (answered, mut answers) = mpsc::channel(1);
    let mut uploading = tokio::task::JoinSet::new();
    for number in 0..PILLARS {
        let pillar = pillar_of(folder.path(), &format!("zuil-{number}"), &intakes[0]);
        let mut order = intakes.each_ref().map(|intake| at(&pillar, intake));
        if number % 2 == 1 {
            order.reverse();
        }
        uploading.spawn(upload_all(order, number, answered.clone()));
    }
    drop(answered);
    let (mut by_the_first, mut before_the_kill, mut failed, mut is_killed) = (0, 0, 0, false);
    while let Some((intake, is_answered)) = answers.recv().await {
        failed += u32::from(!is_answered);
        before_the_kill += u32::from(is_answered && !is_killed);
        by_the_first += u32::from(is_answered && intake == intakes[0]);
        if by_the_first == 20 && !is_killed {
            hubs[0].child.kill().unwrap();
            is_killed = true;
        }
    }
    uploading.join_all().await;
    assert!(is_killed && failed > 0, "{failed} uploads without an answer");
    assert!(u64::from(before_the_kill) < PILLARS * UPLOADS, "it was killed in the middle");

    let found = tokio::task::spawn_blocking(move || {
        let store = PostgresStore::open(&url).unwrap();
        let page = store.transactions(Filter::default(), 0, 10_000).unwrap();
        let last =
            store.pillars().unwrap().into_iter().map(|pillar| pillar.last_sequence).collect::<Vec<_>>();
        (page.total, page.items.into_iter().map(|item| item.reference).collect::<Vec<_>>(), last)
    });
    let (total, mut references, last) = found.await.unwrap();
    assert_eq!(total, PILLARS * UPLOADS * IN_EACH);
    references.sort_by_key(Reference::compact);
    references.dedup();
    assert_eq!(references.len() as u64, total, "each is there once");
    let expected: Vec<_> =
        (0..PILLARS).map(|pillar| Some(number_of(pillar, UPLOADS - 1, IN_EACH - 1))).collect();
    assert_eq!(last, expected);
    let line = run(folder.path(), &["transaction", &references[0].to_string()]);
    assert!(text(&line.stdout).contains("\treceived\tbulky-waste\tzuil-"), "{}", text(&line.stderr));
}

fn number_of(pillar: u64, upload: u64, place: u64) -> u64 {
    1 + pillar * 10_000 + upload * IN_EACH + place
}

/// Tells of each attempt at which hub it was and whether it was answered.
async fn upload_all(order: [TestPillar; 2], number: u64, answered: mpsc::Sender<(String, bool)>) {
    let order = order.map(Arc::new);
    for upload in 0..UPLOADS {
        let envelopes: Vec<_> =
            (0..IN_EACH).map(|place| order[0].envelope(number_of(number, upload, place), None)).collect();
        if upload % 4 == 3 {
            // Its line is slow: it sends the same through the other hub before the first has answered.
            let both = tokio::join!(try_upload(&order[0], &envelopes), try_upload(&order[1], &envelopes));
            assert!(both.0.is_some() || both.1.is_some());
        }
        let mut tries = order.iter().cycle().take(20);
        loop {
            let hub = tries.next().expect("one of the hubs is there");
            let is_answered = try_upload(hub, &envelopes).await.is_some();
            let _ = answered.send((hub.binding.hub_url.clone(), is_answered)).await;
            if is_answered {
                break;
            }
        }
    }
}

/// Staff sign in at one hub, and are signed in at the other: a load balancer may send each request elsewhere.
#[tokio::test]
async fn what_is_done_at_one_hub_is_seen_at_the_other() {
    let (folder, _) = folder_on_postgresql().await;
    let hubs = [Process::start(folder.path()), Process::start(folder.path())];
    let intakes = hubs.each_ref().map(|hub| hub.said("intake").unwrap().to_owned());
    let pillar = pillar_of(folder.path(), "jumbo", &intakes[0]);
    // A key that was made while both run.
    assert!(run(folder.path(), &["seal-key", "add"]).status.success());
    let report =
        super::harness::report(zuil_wire::health::DeviceState::Ready, zuil_wire::health::DeviceState::Ready);
    let newest = at(&pillar, &intakes[0]).report(&report).await.seal_key.unwrap();
    assert_eq!(at(&pillar, &intakes[1]).report(&report).await.seal_key.unwrap().id, newest.id);
    assert_ne!(newest.id, pillar.binding.seal_key_id);
    // One that was revoked through one hub's machine is let in by neither.
    assert!(run(folder.path(), &["pillar", "revoke", "jumbo"]).status.success());
    for intake in &intakes {
        let refused = at(&pillar, intake).post_report(serde_json::to_vec(&report).unwrap()).await;
        assert_ne!(refused.status(), StatusCode::OK);
    }
}

#[tokio::test]
async fn a_hub_moves_from_sqlite_to_postgresql_on_the_command_line() {
    let (folder, mut process) = busy_hub().await;
    let url = database().await;
    on_postgresql(folder.path(), &url);
    let migrate = || run(folder.path(), &["migrate", "--from", "data"]);
    let while_it_runs = migrate();
    assert_eq!(while_it_runs.status.code(), Some(1));
    assert!(text(&while_it_runs.stderr).contains("stop the hub"), "{}", text(&while_it_runs.stderr));
    process.child.kill().unwrap();
    process.child.wait().unwrap();
    let moved = migrate();
    let said = text(&moved.stdout);
    assert!(moved.status.success(), "{}", text(&moved.stderr));
    // The run that failed had brought the schema up to date.
    assert!(!said.starts_with("schema 0 ") && said.contains("\npillars\t1\t"), "{said}");
    assert!(said.contains("\naccounts\t1\t") && said.contains("\ntransactions\t2\t"), "{said}");
    let again = migrate();
    assert!(!again.status.success() && text(&again.stderr).contains("createdb"), "{}", text(&again.stderr));

    let found = run(folder.path(), &["transaction", &Reference::from_bits(1).to_string()]);
    assert!(text(&found.stdout).contains("\tbulky-waste\tjumbo"), "{}", text(&found.stderr));
    assert!(text(&run(folder.path(), &["payments"]).stdout).contains("\tundecided"));
    assert!(text(&run(folder.path(), &["seal-key", "list"]).stdout).contains("\tnewest\t2\t"));
    let hub = Process::start(folder.path());
    assert_eq!(hub.said("password"), None, "it came along");
    let backup = run(folder.path(), &["backup", "copy"]);
    assert_eq!(backup.status.code(), Some(2));
    assert!(text(&backup.stderr).contains("pg_dump") && !text(&backup.stderr).contains("search_path"));
    assert!(run(folder.path(), &["export", "lists"]).status.success());
}

#[test]
fn a_url_file_that_is_missing_is_named() {
    let folder = folder_with_config();
    on_postgresql(folder.path(), "");
    std::fs::remove_file(folder.path().join("postgresql.url")).unwrap();
    let started = run(folder.path(), &["serve"]);
    assert_eq!(started.status.code(), Some(1));
    assert!(text(&started.stderr).contains("postgresql.url"), "{}", text(&started.stderr));
}
