//! The store in PostgreSQL: the suite that all stores pass, and what several hubs on one database do.

use std::str::FromStr as _;
use std::sync::atomic::{AtomicU32, Ordering};

use sqlx_core::connection::{ConnectOptions as _, Connection as _};
use sqlx_core::raw_sql::raw_sql;
use sqlx_core::sql_str::AssertSqlSafe;

use super::super::conformance::{self, batch, incoming, some_pillar};
use super::super::{CheckedAs, Filter, Grace, Outcome, SqliteStore};
use super::tables::TABLES;
use super::*;

/// A schema of its own in the database of the tests. `script/test` starts a server and says where it is.
struct Schema {
    url: String,
}

impl Schema {
    fn new() -> Self {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let server = std::env::var("ZUIL_TEST_POSTGRES").expect(
            "ZUIL_TEST_POSTGRES: run script/test, or set it to the URL of a PostgreSQL database for tests",
        );
        let name = format!("t{}_{}", std::process::id(), COUNT.fetch_add(1, Ordering::Relaxed));
        execute(&server, &format!("CREATE SCHEMA {name}"));
        let mark = if server.contains('?') { '&' } else { '?' };
        Self { url: format!("{server}{mark}options=-c%20search_path%3D{name}") }
    }

    fn open(&self) -> PostgresStore {
        PostgresStore::open(&self.url).unwrap()
    }

    fn execute(&self, sql: &str) {
        execute(&self.url, sql);
    }
}

fn execute(url: &str, sql: &str) {
    let done = Driver::start().unwrap().wait(Duration::from_secs(30), async {
        let mut connection = PgConnectOptions::from_str(url)?.connect().await?;
        raw_sql(AssertSqlSafe(sql.to_owned())).execute(&mut connection).await?;
        Ok(connection.close().await?)
    });
    done.unwrap();
}

fn now() -> Timestamp {
    Timestamp::from_second(1_800_000_000).unwrap()
}

fn references(store: &PostgresStore) -> Vec<Reference> {
    store
        .transactions(Filter::default(), 0, 10_000)
        .unwrap()
        .items
        .iter()
        .map(|item| item.reference)
        .collect()
}

#[test]
fn the_store_in_postgresql_does_what_every_store_must() {
    // One schema, emptied before each check: making sixty takes the disk a minute.
    let schema = Schema::new();
    drop(schema.open());
    let tables = TABLES.iter().rev().map(|table| table.name);
    let empty: String = ["to_check", "pulse"]
        .into_iter()
        .chain(tables)
        .map(|table| format!("DELETE FROM {table};"))
        .collect();
    conformance::run(&|| {
        schema.execute(&empty);
        (Box::new(schema.open()), None)
    });
}

/// A transaction (made up) of one of three pillars.
fn of_three(number: u8) -> super::super::Batch {
    let pillar = ["jumbo", "bieb", "hal"][usize::from(number % 3)];
    let mut one = incoming(number, u64::from(number));
    pillar.clone_into(&mut one.sealed.header.pillar);
    super::super::Batch { pillar: pillar.into(), transactions: vec![one], ..Default::default() }
}

#[test]
fn three_hubs_that_take_in_the_same_uploads_at_once_store_each_once() {
    let schema = Schema::new();
    let hubs = [schema.open(), schema.open(), schema.open()];
    for (print, pillar) in (1..).zip(["jumbo", "bieb", "hal"]) {
        hubs[0].add_pillar(&some_pillar(pillar, print)).unwrap();
    }
    // Each hub gets all of them, in another order, those of several pillars in one commit, and each twice.
    std::thread::scope(|scope| {
        for (seed, hub) in (1..).zip(&hubs) {
            scope.spawn(move || {
                let mut numbers: Vec<u8> = (1..=120).collect();
                fastrand::Rng::with_seed(seed).shuffle(&mut numbers);
                for some in numbers.chunks(7) {
                    let batches: Vec<_> = some.iter().chain(some).map(|number| of_three(*number)).collect();
                    let delivery = |batch| Delivery { batch, at: now(), grace: Grace::default() };
                    let deliveries: Vec<_> = batches.iter().map(delivery).collect();
                    for taken in hub.take_in_all(&deliveries).unwrap() {
                        let outcomes = taken.unwrap().outcomes();
                        assert!(matches!(outcomes[..], [Outcome::Accepted { .. }]), "{outcomes:?}");
                    }
                }
            });
        }
    });
    let mut found = references(&hubs[1]);
    assert_eq!(found.len(), 120);
    found.sort_by_key(Reference::compact);
    found.dedup();
    assert_eq!(found.len(), 120);
    let last = |pillar: Pillar| pillar.last_sequence;
    let last: Vec<_> = hubs[2].pillars().unwrap().into_iter().map(last).collect();
    assert_eq!(last, [Some(118), Some(119), Some(120)]);
}

#[test]
fn of_other_content_under_one_id_at_two_hubs_at_once_one_is_stored_and_the_other_is_a_conflict() {
    let schema = Schema::new();
    let hubs = [schema.open(), schema.open()];
    hubs[0].add_pillar(&some_pillar("jumbo", 1)).unwrap();
    for number in 1..=30 {
        let accepted = std::thread::scope(|scope| {
            let both: Vec<_> = hubs
                .iter()
                .zip([number, 200])
                .map(|(hub, digest)| {
                    let mut one = incoming(number, 1);
                    one.digest = [digest; 32];
                    scope.spawn(move || hub.take_in(&batch(vec![one]), now()).unwrap().outcomes().remove(0))
                })
                .collect();
            both.into_iter().map(|one| one.join().unwrap()).collect::<Vec<_>>()
        });
        let conflicts = accepted.iter().filter(|outcome| **outcome == Outcome::Conflict).count();
        assert_eq!((conflicts, references(&hubs[0]).len()), (1, usize::from(number)), "{accepted:?}");
    }
}

#[test]
fn what_one_hub_has_in_hand_another_does_not_look_at_until_that_one_is_gone() {
    let schema = Schema::new();
    let hubs = [schema.open(), schema.open()];
    hubs[0].add_pillar(&some_pillar("jumbo", 1)).unwrap();
    hubs[0].take_in(&batch((1..=5).map(|number| incoming(number, 1)).collect()), now()).unwrap();
    let in_hand = |hub: usize, limit| {
        let claimed = hubs[hub].unchecked(limit).unwrap();
        claimed.iter().map(|one| one.stored.id.as_u128()).collect::<Vec<_>>()
    };
    assert_eq!(in_hand(0, 2), [1, 2]);
    assert_eq!(in_hand(1, 9), [3, 4, 5]);
    assert_eq!(in_hand(0, 9), [1, 2], "what it has it has still");
    // The first is killed, and its time is over.
    schema.execute("UPDATE to_check SET claimed_until = now() - interval '1 second' WHERE number <= 2");
    assert_eq!(in_hand(1, 9), [1, 2, 3, 4, 5]);
    let all = hubs[1].unchecked(9).unwrap();
    let sound: Vec<_> =
        all.iter().map(|one| Checked { number: one.number, finding: CheckedAs::Sound }).collect();
    hubs[1].note_checked(&sound).unwrap();
    assert_eq!((in_hand(0, 9), in_hand(1, 9)), (vec![], vec![]));
}

#[test]
fn several_hubs_that_start_at_once_make_the_schema_once() {
    let schema = Schema::new();
    let brought_up: Vec<BroughtUp> = std::thread::scope(|scope| {
        let hubs: Vec<_> = (0..4).map(|_| scope.spawn(|| schema.open().brought_up())).collect();
        hubs.into_iter().map(|hub| hub.join().unwrap()).collect()
    });
    assert_eq!(brought_up.iter().filter(|done| **done == BroughtUp { from: 0, to: 6 }).count(), 1);
    assert_eq!(brought_up.iter().filter(|done| **done == BroughtUp { from: 6, to: 6 }).count(), 3);
}

#[test]
fn a_schema_of_a_newer_program_is_left_alone() {
    let schema = Schema::new();
    drop(schema.open());
    schema.execute(
        "INSERT INTO _sqlx_migrations (version, description, success, checksum, execution_time)
         VALUES (99, 'of tomorrow', TRUE, '', 1)",
    );
    assert!(matches!(PostgresStore::open(&schema.url), Err(StoreError::PostgresMigration(_))));
}

#[test]
fn a_connection_that_is_cut_is_made_anew_and_nothing_is_lost() {
    let schema = Schema::new();
    let hub = schema.open();
    hub.add_pillar(&some_pillar("jumbo", 1)).unwrap();
    hub.take_in(&batch(vec![incoming(1, 1)]), now()).unwrap();
    // As when the server is started anew. Only those of this test: others run beside it, and say their own options.
    let cut = "SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory' AND classid = 4711";
    hub.link
        .read(async |db| {
            sqlx_core::query::query("SELECT pg_advisory_lock(4711, 1)").execute(db).await?;
            Ok(())
        })
        .unwrap();
    schema.execute(cut);
    hub.take_in(&batch(vec![incoming(2, 2)]), now()).unwrap();
    assert_eq!(references(&hub).len(), 2);
}

/// Tests and pages may call from within an async task; it must neither panic nor hang.
#[tokio::test]
async fn the_store_answers_also_within_an_async_task() {
    let store = Schema::new().open();
    store.add_pillar(&some_pillar("jumbo", 1)).unwrap();
    for _ in 0..300 {
        store.pulse(now()).unwrap();
    }
    assert_eq!(store.pillars().unwrap().len(), 1);
}

#[test]
fn what_is_over_is_written_anew_by_one_commit_in_the_order_of_its_ids() {
    let schema = Schema::new();
    let store = schema.open();
    store.add_pillar(&some_pillar("jumbo", 1)).unwrap();
    let long_ago = "2026-01-05T10:00:00Z".parse().unwrap();
    for id in [3_u128, 1, 2] {
        let answers = zuil_wire::SurveyAnswers { clear: Some(4), helped: Some(true) };
        let survey =
            zuil_wire::messages::SurveyItem { id: Uuid::from_u128(id), task: "nul\0nul".into(), answers };
        let sent = super::super::Batch { surveys: vec![survey], ..batch(vec![]) };
        store.take_in(&sent, long_ago).unwrap();
    }
    store.tend().unwrap();
    schema.execute(
        "DO $$ BEGIN ASSERT (SELECT count(DISTINCT xmin::text) = 1 AND bool_and(mixed) AND count(*) = 3
             AND array_agg(id ORDER BY ctid) = array_agg(id ORDER BY id) FROM surveys); END $$",
    );
    assert_eq!(store.survey_count().unwrap(), 3);
}

#[test]
fn a_database_that_cannot_be_reached_is_told_and_not_waited_for_for_ever() {
    let begun = Instant::now();
    let nowhere = PostgresStore::open("postgresql:///zuil?host=/nonexistent-folder");
    let Err(error) = nowhere else { panic!("there is no server") };
    assert!(error.to_string().contains("store.url_file"), "{error}");
    assert!(begun.elapsed() < Duration::from_secs(30));
    assert!(PostgresStore::open("not a url").is_err());
}

/// A SQLite store with something in each of its tables.
fn filled(path: &std::path::Path) -> SqliteStore {
    let store = SqliteStore::open(path).unwrap();
    store.add_pillar(&some_pillar("jumbo", 1)).unwrap();
    store.add_pillar(&some_pillar("bieb", 2)).unwrap();
    let unknown = conformance::with_payment(3, zuil_wire::PaymentState::Unknown);
    let paid = conformance::with_payment(4, zuil_wire::PaymentState::Paid);
    let answers = zuil_wire::SurveyAnswers { clear: Some(4), helped: Some(false) };
    let survey = zuil_wire::messages::SurveyItem { id: Uuid::from_u128(7), task: "nul\0nul".into(), answers };
    let refused = super::super::Refused {
        id: Uuid::from_u128(8),
        reference: Some(Reference::from_bits(8)),
        reason: zuil_wire::Refusal::UnknownKey,
    };
    let sent = super::super::Batch {
        surveys: vec![survey],
        refused: vec![refused],
        ..batch(vec![incoming(1, 1), incoming(2, 2), unknown, paid])
    };
    store.take_in(&sent, now()).unwrap();
    let first = store.unchecked(2).unwrap();
    let sound = |one: &Unchecked| Checked { number: one.number, finding: CheckedAs::Sound };
    store.note_checked(&first.iter().map(sound).collect::<Vec<_>>()).unwrap();
    let report = conformance::health::report(60, vec![conformance::health::open(0xa1, 9, 50)]);
    store.take_report("jumbo", &report, now()).unwrap();
    let question = QuestionItem {
        id: Uuid::from_u128(5),
        language: "nl".into(),
        words: "zendmast".into(),
        on: "2026-11-20".parse().unwrap(),
    };
    store.keep_questions("bieb", &[question], now()).unwrap();
    store.set_first_password_hash("hash").unwrap();
    store.open_session(&[1; 32], now(), SignedDuration::from_hours(8)).unwrap();
    store.revoke_pillar("bieb", now()).unwrap();
    store
}

#[test]
fn a_municipality_that_grew_moves_to_postgresql_and_loses_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("hub.sqlite");
    let before = filled(&path);
    let schema = Schema::new();
    let store = schema.open();
    assert!(matches!(store.copy_from_sqlite(&path), Err(CopyError::InUse)), "its hub runs still");
    let page = |store: &dyn Store| store.transactions(Filter::default(), 0, 99).unwrap();
    let told = |store: &dyn Store| {
        let unchecked: Vec<_> = store.unchecked(9).unwrap();
        let since = "2000-01-01".parse().unwrap();
        (
            (page(store), unchecked, store.pillars().unwrap(), store.reports().unwrap()),
            (
                store.refusals("jumbo").unwrap(),
                store.survey_count().unwrap(),
                store.questions(since, 9).unwrap(),
            ),
            (store.unsettled_payments().unwrap(), store.password_hash().unwrap()),
        )
    };
    let expected = told(&before);
    drop(before);
    let copied = store.copy_from_sqlite(&path).unwrap();
    assert_eq!(copied.len(), TABLES.len());
    assert!(copied.iter().all(|table| table.rows > 0), "{copied:?}");
    assert_eq!(told(&store), expected);
    assert!(store.use_session(&[1; 32], now(), SignedDuration::from_hours(8)).unwrap());
    // Life goes on, above the numbers that came along.
    store.take_in(&batch(vec![incoming(1, 1), incoming(50, 50)]), now()).unwrap();
    assert_eq!(page(&store).total, 5);
    assert!(store.unchecked(9).unwrap().last().unwrap().number > 4);
    assert!(matches!(store.copy_from_sqlite(&path), Err(CopyError::NotEmpty("pillars"))));
}

#[test]
fn what_is_copied_otherwise_than_it_was_is_not_kept() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("hub.sqlite");
    drop(filled(&path));
    let schema = Schema::new();
    let store = schema.open();
    // A database that changes what it is given.
    schema.execute(
        "CREATE FUNCTION spoil() RETURNS trigger LANGUAGE plpgsql AS
             $$ BEGIN NEW.words := NEW.words || '!'; RETURN NEW; END $$;
         CREATE TRIGGER spoil BEFORE INSERT ON questions FOR EACH ROW EXECUTE FUNCTION spoil()",
    );
    assert!(matches!(store.copy_from_sqlite(&path), Err(CopyError::Differs("questions"))));
    assert_eq!((store.pillars().unwrap(), store.password_hash().unwrap()), (vec![], None));
}

#[test]
fn a_table_that_nobody_knows_keeps_everything_from_being_copied() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("hub.sqlite");
    drop(filled(&path));
    rusqlite::Connection::open(&path).unwrap().execute_batch("CREATE TABLE visits (id INTEGER)").unwrap();
    let refused = Schema::new().open().copy_from_sqlite(&path);
    assert!(matches!(refused, Err(CopyError::UnknownTable(name)) if name == "visits"));
}

/// A hub that moves must find everything that it knew.
#[test]
fn every_step_of_the_sqlite_store_has_its_like_here() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("hub.sqlite");
    drop(SqliteStore::open(&path).unwrap());
    assert_eq!(super::super::schema_step(&path).unwrap(), Schema::new().open().brought_up().to);
}
