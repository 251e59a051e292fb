//! Moving from SQLite: a hub finds everything that it knew.

use super::*;
use crate::store::ProgressStore as _;
use crate::store::conformance::filled::filled;

/// What surveys said. (Of a task PostgreSQL keeps what it can.)
fn counted(store: &dyn Store) -> Vec<(Date, Option<String>, SurveyCounts)> {
    let weeks = store.survey_weeks("2000-01-01".parse().unwrap()).unwrap();
    weeks.into_iter().map(|week| (week.week, week.pillar, week.counts)).collect()
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
                (store.survey_count().unwrap(), counted(store)),
                (store.questions(since, 9).unwrap(), store.asked(since).unwrap(), store.drafts().unwrap()),
            ),
            (store.unsettled_payments().unwrap(), store.accounts().unwrap(), store.alerts(now()).unwrap()),
            (store.certificates("jumbo").unwrap(), store.enrolments(Timestamp::UNIX_EPOCH).unwrap()),
            (
                store.orders("jumbo", 9).unwrap(),
                store.closed_pillars().unwrap(),
                store.orders_with_attachments("jumbo").unwrap(),
                store.visits("jumbo", since).unwrap(),
            ),
            (audit::verify(store).unwrap(), store.session(&[1; 32], now(), &LIMITS).unwrap()),
            (
                store.service_key("jumbo").unwrap(),
                store.service_codes("jumbo").unwrap(),
                store.service_entries("jumbo", 9).unwrap(),
                store.readiness("jumbo").unwrap(),
            ),
            (store.referrals(now()).unwrap(), store.rollouts().unwrap(), store.update_failures().unwrap()),
        )
    };
    let expected = told(&before);
    drop(before);
    let copied = store.copy_from_sqlite(&path).unwrap();
    assert_eq!(copied.len(), TABLES.len());
    assert!(copied.iter().all(|table| table.rows > 0), "{copied:?}");
    assert_eq!(told(&store), expected);
    let handed_over = |number| store.handover(Reference::from_bits(number)).unwrap().map(|one| one.standing);
    assert_eq!([handed_over(1), handed_over(2)], [Some(Standing::Registered), Some(Standing::Waiting)]);
    let asked = store.claim_looks(now(), now() + SignedDuration::from_mins(5), 9).unwrap();
    assert_eq!(asked.len(), 1, "what was handed over is asked about here");
    // What was not considered there is considered here.
    let later = now() + SignedDuration::from_hours(1);
    let lease = SignedDuration::from_secs(120);
    let claim = Claim { holder: Uuid::from_u128(2), now: later, lease, limit: 9, without: &[] };
    let mut claimed: Vec<_> =
        store.claim_handovers(&claim).unwrap().iter().map(|one| one.lease.id.as_u128()).collect();
    claimed.sort_unstable();
    assert_eq!(claimed, [2]);
    let day = SignedDuration::from_hours(24);
    assert_eq!(store.forget_contents(later + day, day, 9).unwrap(), 1);
    assert_eq!(store.transaction(Reference::from_bits(1)).unwrap().unwrap().content, Content::Forgotten);
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
    assert_eq!((store.pillars().unwrap(), store.accounts().unwrap()), (vec![], vec![]));
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
    assert_eq!(schema_step(&path).unwrap(), Schema::new().open().brought_up().to);
}
