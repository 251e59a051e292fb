//! The store in PostgreSQL: the suite that all stores pass, and what several hubs on one database do.

mod moving;
mod together;

use std::str::FromStr as _;
use std::sync::atomic::{AtomicU32, Ordering};

use jiff::SignedDuration;
use sqlx_core::connection::{ConnectOptions as _, Connection as _};
use sqlx_core::raw_sql::raw_sql;
use sqlx_core::sql_str::AssertSqlSafe;
use zuil_wire::visits::{Seen, VisitOutcome};

use super::super::conformance::filled::{LIMITS, administrator, sign_in};
use super::super::conformance::{self, batch, incoming, some_pillar};
use super::super::{
    AccessStore, AlertKind, AlertStore as _, AppSecret, AuditFilter, AuditStore, Batch, Change, Changed,
    CheckedAs, Claim, Content, Deed, Entry, Filter, Grace, HandoverStore, Held, NewAccount, Note, Outcome,
    ReferralStore as _, RetentionStore, SealedSecret, SqliteStore, Standing, SurveyCounts, VisitStore as _,
    audit, schema_step,
};
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

    /// Takes the steps of the schema up to one.
    fn up_to(&self, step: i64) {
        let done = Driver::start().unwrap().wait(Duration::from_secs(30), async {
            let mut connection = PgConnectOptions::from_str(&self.url)?.connect().await?;
            schema::bring_up_to(&mut connection, step).await?;
            Ok(connection.close().await?)
        });
        done.unwrap();
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
    let mut empty: String = ["to_check", "to_hand_over", "pulse", "alert_watch", "attempts"]
        .into_iter()
        .chain(tables)
        .map(|table| format!("DELETE FROM {table};"))
        .collect();
    empty.push_str("INSERT INTO audit_ends DEFAULT VALUES");
    conformance::run(&|| {
        schema.execute(&empty);
        (Box::new(schema.open()), None)
    });
}

#[test]
fn the_secret_of_an_app_that_was_kept_plain_is_sealed_once() {
    let schema = Schema::new();
    let store = schema.open();
    let entry = Entry::new(now(), "anna", Deed::AddedAccount, "anna");
    store.add_account(&administrator("anna"), &entry).unwrap();
    schema.execute("UPDATE accounts SET totp_secret = decode(repeat('07', 20), 'hex')");
    let kept = || store.account("anna").unwrap().unwrap().totp;
    assert_eq!(kept(), Some(AppSecret::Plain(vec![7; 20].into())));
    let sealed = SealedSecret::of(vec![9; 49]).unwrap();
    let seal = |plain| store.seal_app_secret("anna", plain, &sealed).unwrap();
    assert_eq!([seal(&[8; 20]), seal(&[7; 20]), seal(&[7; 20])], [false, true, false]);
    assert_eq!(kept(), Some(AppSecret::Sealed(sealed)));
}

/// What was kept before the hub rounded it.
#[test]
fn when_exactly_somebody_was_at_a_pillar_is_known_of_no_visit_that_was_kept_before() {
    let schema = Schema::new();
    schema.up_to(16);
    schema.execute(
        r#"INSERT INTO pillars (name, fingerprint, public_key, added_at)
             VALUES ('jumbo', decode(repeat('02', 32), 'hex'), 'key', 1);
         INSERT INTO visit_log (id, pillar, day, what) VALUES
             ('00000000-0000-0000-0000-000000000001', 'jumbo', '2026-11-20',
                 '{"kind":"visit","quarter":95,"minutes":31,"outcome":"finished"}'),
             ('00000000-0000-0000-0000-000000000002', 'jumbo', '2026-11-20',
                 '{"kind":"visit","quarter":24,"minutes":16,"outcome":"finished"}'),
             ('00000000-0000-0000-0000-000000000003', 'jumbo', '2026-11-20',
                 '{"kind":"language","language":"ar"}')"#,
    );
    let kept = schema.open().visits("jumbo", "2026-11-20".parse().unwrap()).unwrap();
    let kept: Vec<Seen> = kept.into_iter().map(|entry| entry.what).collect();
    let outcome = VisitOutcome::Finished;
    let seen = [
        Seen::Visit { quarter: 72, minutes: 60, outcome },
        Seen::Visit { quarter: 24, minutes: 30, outcome },
        Seen::Language { language: "ar".into() },
    ];
    assert_eq!(kept, seen);
}

#[test]
fn a_hub_that_signs_in_with_a_password_gets_its_connections_also_within_async_tasks() {
    let schema = Schema::new();
    drop(schema.open());
    schema.execute("DROP ROLE IF EXISTS zuil_with_password");
    schema.execute("CREATE ROLE zuil_with_password SUPERUSER LOGIN PASSWORD 'right'");
    let open = |password: &str| {
        PostgresStore::open(&format!("{}&user=zuil_with_password&password={password}", schema.url))
    };
    assert!(open("wrong").is_err(), "script/postgresql.sh starts a server that asks for the password");
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let store = open("right").unwrap();
        assert!(store.alerts(now()).unwrap().is_empty());
    });
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
fn a_database_from_before_the_handover_and_accounts_keeps_all_it_had() {
    let schema = Schema::new();
    let before = Driver::start().unwrap().wait(Duration::from_secs(30), async {
        schema::bring_up_to(&mut PgConnectOptions::from_str(&schema.url)?.connect().await?, 6).await
    });
    assert_eq!(before.unwrap(), BroughtUp { from: 0, to: 6 });
    schema.execute(
        "INSERT INTO staff (password_hash) VALUES ('hash');
         INSERT INTO sessions (token_hash, last_used_at) VALUES (decode(repeat('01', 32), 'hex'), 1);
         INSERT INTO pillars (name, fingerprint, public_key, added_at)
             VALUES ('jumbo', decode(repeat('02', 32), 'hex'), 'key', 1);
         INSERT INTO transactions (id, reference, pillar, sequence, digest, payment_unknown, state, committed_at,
                 received_at, content)
             SELECT gen_random_uuid(), 'R' || n, 'jumbo', n, decode(repeat('03', 32), 'hex'), FALSE, 'received', 1,
                 1, '{}' FROM generate_series(1, 2) AS n;
         INSERT INTO to_check (number) SELECT max(number) FROM transactions",
    );
    let store = schema.open();
    assert_eq!(store.brought_up().from, 6);
    let accounts = store.accounts().unwrap();
    assert_eq!(accounts.len(), 1);
    assert_eq!((accounts[0].name.as_str(), accounts[0].password_hash.as_deref()), ("beheer", Some("hash")));
    assert_eq!(store.session(&[1; 32], now(), &LIMITS).unwrap(), None);
    // Staff have seen to what was received then, also when it is looked at only now.
    schema.execute(
        "DO $$ BEGIN ASSERT (SELECT bool_and(NOT hand_over) AND count(*) = 1 FROM to_check)
             AND NOT EXISTS (SELECT 1 FROM to_hand_over) AND NOT EXISTS (SELECT 1 FROM handovers); END $$",
    );
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
        let answers = zuil_wire::SurveyAnswers {
            clear: Some(4),
            treated: Some(zuil_wire::Treated::Yes),
            ..Default::default()
        };
        let survey =
            zuil_wire::messages::SurveyItem { id: Uuid::from_u128(id), task: "nul\0nul".into(), answers };
        let sent = Batch { surveys: vec![survey], ..batch(vec![]) };
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
fn surveys_from_before_they_were_counted_are_counted_without_their_pillar() {
    let schema = Schema::new();
    schema.up_to(11);
    schema.execute(
        "INSERT INTO surveys (id, task, clear, helped, day) VALUES
             (gen_random_uuid(), 'waste', 4, TRUE, '2026-11-22'), (gen_random_uuid(), 'waste', NULL, FALSE, '2026-11-16'),
             (gen_random_uuid(), 'waste', 5, NULL, '2026-11-23')",
    );
    let weeks = schema.open().survey_weeks("2026-11-01".parse().unwrap()).unwrap();
    let told = |week: &SurveyWeek| (week.week.to_string(), week.pillar.clone(), week.counts);
    let counts = |times, clear, helped| SurveyCounts {
        times,
        clear,
        helped,
        not_helped: helped,
        ..SurveyCounts::default()
    };
    assert_eq!(
        weeks.iter().map(told).collect::<Vec<_>>(),
        [
            ("2026-11-16".into(), None, counts(2, [0, 0, 0, 1, 0], 1)),
            ("2026-11-23".into(), None, counts(1, [0, 0, 0, 0, 1], 0)),
        ]
    );
}

#[test]
fn surveys_from_before_anybody_was_asked_how_they_were_treated_still_count() {
    let schema = Schema::new();
    schema.up_to(21);
    schema
        .execute("INSERT INTO survey_counts VALUES ('2026-11-23', 'jumbo', 'waste', 1, 0, 0, 0, 1, 0, 1, 0)");
    let store = schema.open();
    store.add_pillar(&some_pillar("jumbo", 1)).unwrap();
    let answers = zuil_wire::SurveyAnswers {
        treated: Some(zuil_wire::Treated::No),
        missing: Some(zuil_wire::Missed::Errand),
        ..Default::default()
    };
    let survey = zuil_wire::messages::SurveyItem { id: Uuid::from_u128(1), task: "waste".into(), answers };
    let sent = Batch { surveys: vec![survey], ..batch(vec![]) };
    store.take_in(&sent, "2026-11-23T09:00:00Z".parse().unwrap()).unwrap();
    let weeks = store.survey_weeks("2026-11-01".parse().unwrap()).unwrap();
    let told: Vec<_> = weeks.iter().map(|week| week.counts).collect();
    let counts = SurveyCounts {
        times: 2,
        clear: [0, 0, 0, 1, 0],
        helped: 1,
        not_helped: 0,
        treated: [0, 0, 1],
        missed: [1, 0, 0, 0, 0, 0],
    };
    assert_eq!(told, [counts]);
}

#[test]
fn which_pillars_had_a_referral_is_known_from_before_it_had_a_table() {
    let schema = Schema::new();
    schema.up_to(28);
    for (number, had_by) in [(3, ",jumbo,bieb"), (2, ""), (1, "spar")] {
        let code = zuil_wire::ReferralCode::of(number);
        schema.execute(&format!(
            "INSERT INTO referrals (id, code, task, pillars, made_by, made_at, expires_at, had_by)
             VALUES (gen_random_uuid(), '{code}', 'call-back', 'bieb,jumbo,spar', 'anna', -{number}, 9, '{had_by}')"
        ));
    }
    let kept = schema.open().referrals(Timestamp::UNIX_EPOCH).unwrap();
    let had: Vec<Vec<String>> = kept.into_iter().map(|kept| kept.had_by).collect();
    assert_eq!(had, [vec!["spar".to_owned()], vec![], vec!["bieb".to_owned(), "jumbo".to_owned()]]);
}

#[test]
fn an_alert_that_only_a_newer_hub_knows_is_passed_over_and_hides_no_other() {
    let schema = Schema::new();
    let store = schema.open();
    schema.execute(
        "INSERT INTO alerts (pillar, kind, began_at, raised_at)
         VALUES ('jumbo', 'haunted', 1, 2), ('jumbo', 'down', 1, 2)",
    );
    let all = store.alerts(jiff::Timestamp::UNIX_EPOCH).unwrap();
    assert_eq!(all.iter().map(|alert| alert.kind).collect::<Vec<_>>(), [AlertKind::Down]);
    assert_eq!(store.alerts_of("jumbo", 9).unwrap(), all);
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
