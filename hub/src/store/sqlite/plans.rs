//! How SQLite goes about what pages and the hub's own work ask, whatever the store holds. Invariant: nothing that is
//! asked again and again goes through all that ever came in.

use rusqlite::Connection;

use super::super::CallBackStore as _;
use super::super::conformance::{batch, incoming, some_pillar};
use super::*;

/// What SQLite says that it will do, a line for each step.
fn plan(db: &Connection, sql: &str) -> String {
    let mut query = db.prepare(&format!("EXPLAIN QUERY PLAN {sql}")).unwrap();
    let mut rows = query.raw_query();
    let mut steps = Vec::new();
    while let Some(row) = rows.next().unwrap() {
        steps.push(row.get::<_, String>(3).unwrap());
    }
    steps.join("\n")
}

fn store() -> (tempfile::TempDir, SqliteStore) {
    let folder = tempfile::tempdir().unwrap();
    let store = SqliteStore::open(&folder.path().join("hub.sqlite")).unwrap();
    (folder, store)
}

#[test]
fn a_list_is_read_from_its_index_and_what_is_passed_over_is_not_read() {
    let (_folder, store) = store();
    let lists =
        [(transactions::ALL, "transactions_newest_first"), (transactions::WAITING, "transactions_waiting")];
    for (which, index) in lists {
        let count = plan(&lock(&store.reader), &transactions::count(which));
        assert!(count.contains(&format!("USING COVERING INDEX {index}")), "{count}");
        let list = plan(&lock(&store.reader), &transactions::window(which));
        assert!(list.contains(&format!("SEARCH transactions USING COVERING INDEX {index}")), "{list}");
        assert!(list.contains("SEARCH transactions USING INTEGER PRIMARY KEY"), "{list}");
        assert!(!list.contains("SCAN transactions"), "{list}");
    }
}

#[test]
fn payments_to_find_out_about_are_found_by_their_index() {
    let (_folder, store) = store();
    let sql = format!("SELECT number {}", transactions::UNKNOWN_PAYMENT);
    let plan = plan(&lock(&store.reader), &sql);
    assert!(plan.contains("INDEX transactions_unknown_payments"), "{plan}");
}

#[test]
fn what_is_due_to_be_forgotten_is_found_among_what_is_kept_only() {
    let (_folder, store) = store();
    let plan = plan(&lock(&store.writer), retention::HANDED_OVER);
    assert!(plan.contains("INDEX transactions_to_forget"), "{plan}");
}

#[test]
fn calls_to_make_are_not_looked_for_among_those_that_are_over() {
    let (_folder, store) = store();
    for sql in [call_backs::count(), call_backs::oldest()] {
        let plan = plan(&lock(&store.reader), &sql);
        assert!(plan.contains("INDEX call_backs_to_do") && !plan.contains("SCAN transactions"), "{plan}");
    }
    let now = Timestamp::from_second(1_800_000_000).unwrap();
    store.add_pillar(&some_pillar("jumbo", 1)).unwrap();
    store.take_in(&batch((1..=3).map(|number| incoming(number, u64::from(number))).collect()), now).unwrap();
    let numbers: Vec<u64> = store.unchecked(9).unwrap().iter().map(|one| one.number).collect();
    store.note_call_backs(&numbers[..2]).unwrap();
    lock(&store.writer).execute("UPDATE transactions SET state = 'registered' WHERE number = 1", []).unwrap();
    store.note_call_backs(&numbers[2..]).unwrap();
    let in_the_index =
        "SELECT count(*) FROM call_backs INDEXED BY call_backs_to_do WHERE is_done = 0 AND is_over = 0";
    let left: i64 = lock(&store.reader).query_row(in_the_index, [], |row| row.get(0)).unwrap();
    assert_eq!((left, store.call_backs_to_do(now).unwrap().all), (2, 2));
}

#[test]
fn the_log_is_searched_by_the_index_for_what_is_asked() {
    let (_folder, store) = store();
    for (name, index) in [(":who", "audit_by_who"), (":about", "audit_by_about"), (":deed", "audit_by_deed")]
    {
        let plan = plan(&lock(&store.reader), &audit::selection(&[name]));
        assert!(plan.contains(&format!("INDEX {index}")) && !plan.contains("TEMP B-TREE"), "{plan}");
    }
}

#[test]
fn what_was_asked_in_vain_is_counted_without_putting_it_in_order_first() {
    let (_folder, store) = store();
    for sql in [questions::COUNT, questions::MOST] {
        let plan = plan(&lock(&store.reader), sql);
        assert!(plan.contains("COVERING INDEX questions_by_words"), "{plan}");
        assert!(!plan.contains("TEMP B-TREE FOR GROUP BY"), "{plan}");
    }
    let plan = plan(&lock(&store.reader), asked::FOUND);
    assert!(plan.contains("COVERING INDEX asked_by_answer") && !plan.contains("TEMP B-TREE"), "{plan}");
}
