//! The file in the course of its life: content that goes, pages that are used again, a log that is
//! brought home, numbers in blocks.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use rusqlite::hooks::{AuthAction, AuthContext, Authorization};
use zuil_wire::{Refusal, RequestStanding};

use super::*;

fn hour(hours: i64) -> Timestamp {
    "2026-03-02T08:00:00Z".parse::<Timestamp>().unwrap() + SignedDuration::from_hours(hours)
}

fn tidy(outbox: &SqliteOutbox, at: Timestamp) {
    while outbox.tidy(at).unwrap() == Tidied::Some {}
}

fn contents(outbox: &SqliteOutbox) -> i64 {
    outbox.one("SELECT count(*) FROM transactions WHERE ciphertext IS NOT NULL")
}

/// As large as a usual one.
fn usual(number: u64) -> Sealed {
    Sealed { ciphertext: "A".repeat(2800), ..sealed(number) }
}

#[test]
fn sealed_content_goes_with_the_hubs_answer_when_it_is_kept_for_no_time() {
    let disk = Disk::new();
    let outbox = disk.open_sqlite();
    outbox.commit(&sealed(1)).unwrap();
    outbox.acknowledge(&[accepted(1, State::Received)], &sent(&outbox)).unwrap();
    assert_eq!(contents(&outbox), 0);
}

#[test]
fn what_is_answered_for_while_it_is_being_read_is_read_as_it_was() {
    let disk = Disk::new();
    let (reader, other) = (disk.open_sqlite(), disk.open_sqlite());
    other.commit(&sealed(1)).unwrap();
    let told = sent(&other);
    let answered = Arc::new(AtomicBool::new(false));
    // Asked when the reader has the number and is about to read the content.
    reader
        .lock()
        .authorizer(Some({
            let answered = Arc::clone(&answered);
            move |asked: AuthContext<'_>| {
                let reads_content =
                    matches!(asked.action, AuthAction::Read { column_name: "ciphertext", .. });
                if reads_content && !answered.swap(true, Ordering::Relaxed) {
                    other.acknowledge(&[accepted(1, State::Received)], &told).unwrap();
                }
                Authorization::Allow
            }
        }))
        .unwrap();
    let read = reader.pending(1).unwrap();
    assert!(answered.load(Ordering::Relaxed));
    assert_eq!(read[0].sealed, sealed(1));
    assert_eq!(contents(&reader), 0);
    assert_eq!(reader.pending(1).unwrap(), []);
}

#[test]
fn sealed_content_stays_as_long_as_the_settings_say_and_then_goes() {
    let disk = Disk::new();
    let settings = Settings { keep_sealed: Duration::from_hours(48), ..AT_ONCE };
    let outbox = disk.open_sqlite().with(settings).unwrap();
    outbox.commit(&sealed(1)).unwrap();
    outbox.acknowledge(&[accepted(1, State::Received)], &sent(&outbox)).unwrap();
    for (hours, left) in [(0, 1), (47, 1), (48, 0)] {
        tidy(&outbox, hour(hours));
        assert_eq!(contents(&outbox), left, "after {hours} hours");
    }
}

#[test]
fn what_was_refused_or_has_an_unknown_payment_keeps_its_content() {
    let disk = Disk::new();
    let outbox = disk.open_sqlite();
    outbox.commit(&sealed(1)).unwrap();
    let refused = ItemOutcome::Refused { id: id(1), reason: Refusal::UnknownKey };
    outbox.acknowledge(&[refused], &sent(&outbox)).unwrap();
    assert_eq!(outbox.one::<String>("SELECT refusal FROM transactions"), "\"unknown_key\"");
    outbox.record_intent(&intent(2, None), &sealed(2)).unwrap();
    outbox.record_outcome(payment(2), &unknown()).unwrap();
    outbox.acknowledge(&[accepted(2, State::Parked)], &sent(&outbox)).unwrap();
    tidy(&outbox, hour(0));
    tidy(&outbox, hour(10_000));
    assert_eq!(contents(&outbox), 2, "a person can still deliver it, and it will be told again");
}

#[test]
fn the_journal_keeps_the_line_of_a_payment_that_was_not_made() {
    let disk = Disk::new();
    let outbox = disk.open_sqlite();
    outbox.record_intent(&intent(1, None), &sealed(1)).unwrap();
    outbox.record_outcome(payment(1), &not_paid()).unwrap();
    assert_eq!(outbox.one::<i64>("SELECT count(*) FROM journal WHERE state = 'not_paid'"), 1);
}

#[test]
fn the_file_does_not_grow_when_as_much_goes_as_comes() {
    let disk = Disk::new();
    let outbox = disk.open_sqlite();
    let mut number = 0;
    let mut day = |outbox: &SqliteOutbox, day: i64| {
        for _ in 0..60 {
            number += 1;
            outbox.commit(&usual(number)).unwrap();
            outbox.acknowledge(&[accepted(number, State::Received)], &sent(outbox)).unwrap();
        }
        tidy(outbox, hour(24 * day));
    };
    (0..4).for_each(|it| day(&outbox, it));
    let after_a_few_days: i64 = outbox.one("PRAGMA page_count");
    (4..30).for_each(|it| day(&outbox, it));
    let after_a_month: i64 = outbox.one("PRAGMA page_count");
    assert!(after_a_month <= after_a_few_days + 2, "{after_a_few_days} pages became {after_a_month}");
}

#[test]
fn the_log_is_brought_home_while_nobody_is_here() {
    let disk = Disk::new();
    let outbox = disk.open_sqlite();
    for number in 1..=80 {
        outbox.commit(&usual(number)).unwrap();
    }
    let waits = || -> i64 {
        let look = |row: &rusqlite::Row<'_>| Ok(row.get::<_, i64>(1)? - row.get::<_, i64>(2)?);
        outbox.lock().query_row("PRAGMA wal_checkpoint(NOOP)", [], look).unwrap()
    };
    assert!(waits() > 256, "{}", waits());
    tidy(&outbox, hour(0));
    assert_eq!(waits(), 0);
    let log = disk.folder.path().join("outbox.sqlite-wal");
    let before = std::fs::metadata(&log).unwrap().len();
    outbox.commit(&usual(81)).unwrap();
    assert_eq!(std::fs::metadata(&log).unwrap().len(), before, "it begins at its beginning again");
}

/// A log that shrinks has to grow again, and then each sync writes its length, too.
#[test]
fn a_log_that_nobody_brings_home_comes_home_by_itself_and_keeps_its_length() {
    assert!(PRAGMAS.contains(&("wal_autocheckpoint", schema::LONG_LOG.to_string().as_str())));
    let opened: [fn(&Disk) -> SqliteOutbox; 2] = [
        |disk| disk.open_sqlite(),
        |disk| SqliteOutbox::open_or_salvage(&disk.path(), hour(0)).unwrap().with(AT_ONCE).unwrap(),
    ];
    for open in opened {
        let disk = Disk::new();
        let outbox = open(&disk);
        let mut lengths = Vec::new();
        for number in 1..=900 {
            outbox.commit(&usual(number)).unwrap();
            if number > 400 {
                let log = disk.folder.path().join("outbox.sqlite-wal");
                lengths.push(std::fs::metadata(log).unwrap().len());
            }
        }
        let longest = *lengths.last().unwrap();
        assert!(lengths.is_sorted(), "it shrank: {lengths:?}");
        assert!((4_000_000..=4 << 20).contains(&longest), "{longest}");
    }
}

/// Its end deletes the log, and nothing is written to the database any more.
#[test]
fn an_outbox_that_ends_right_after_its_log_came_home_is_not_taken_for_a_damaged_one() {
    for more in 0..3 {
        let disk = Disk::new();
        let outbox = SqliteOutbox::open_or_salvage(&disk.path(), hour(0)).unwrap();
        let came_home = || {
            let look = |row: &rusqlite::Row<'_>| Ok(row.get::<_, i64>(1)? == row.get::<_, i64>(2)?);
            outbox.lock().query_row("PRAGMA wal_checkpoint(NOOP)", [], look).unwrap()
        };
        let mut number = 1;
        outbox.commit(&usual(number)).unwrap();
        while !came_home() {
            number += 1;
            outbox.commit(&usual(number)).unwrap();
        }
        assert!(number > 100, "it came home by itself and not at the start: {number}");
        for number in number + 1..=number + more {
            outbox.commit(&usual(number)).unwrap();
        }
        drop(outbox);
        let again = SqliteOutbox::open_or_salvage(&disk.path(), hour(0)).unwrap();
        assert_eq!(again.salvaged(), None, "{more} commits later");
        assert_eq!(again.counts().unwrap().saved, number + more);
    }
}

/// What the hub cannot take waits at the head of a month's requests that the hub has.
#[test]
fn one_that_waits_for_a_month_keeps_nobody_behind_it_waiting() {
    let disk = Disk::new();
    let outbox = disk.open_sqlite();
    let month = 30_000;
    month_at_the_hub(&outbox, month, &[1, 40]);
    let walks = || outbox.walked().unknown(40).map_or(0, |(first, last)| (last - first).saturating_add(1));
    assert!(walks() >= month.cast_signed());
    assert_eq!(pending_ids(&outbox), [id(1), id(40)]);
    assert_eq!(walks(), 0, "all behind it is known to be there");
    outbox.commit(&usual(month + 1)).unwrap();
    outbox.record_intent(&intent(month + 2, None), &sealed(month + 2)).unwrap();
    outbox.commit(&usual(month + 3)).unwrap();
    assert!(walks() < 10, "only what came since is walked");
    assert_eq!(pending_ids(&outbox), [1, 40, month + 1, month + 3].map(id));
    outbox.record_outcome(payment(month + 2), &paid(231)).unwrap();
    assert_eq!(pending_ids(&outbox), [1, 40, month + 1, month + 2, month + 3].map(id));
    let after = outbox.pending_after(20_000, 2).unwrap();
    assert_eq!(
        after.iter().map(|it| it.sealed.header.id).collect::<Vec<_>>(),
        [month + 1, month + 2].map(id)
    );
    let later = disk.copy().open_sqlite();
    assert_eq!(pending_ids(&later), pending_ids(&outbox), "a restart begins anew");
}

/// Requests that the hub has, but for some.
fn month_at_the_hub(outbox: &SqliteOutbox, count: u64, but: &[u64]) {
    let sql = outbox.lock();
    sql.execute_batch("BEGIN").unwrap();
    let mut insert = sql
        .prepare(
            "INSERT INTO transactions (sequence, id, state, header, answered, encapsulated_key, ciphertext)
                  VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?6)",
        )
        .unwrap();
    for number in 1..=count {
        let header = serde_json::to_string(&header(number)).unwrap();
        let waits = but.contains(&number);
        let (state, answered) = if waits { ("saved", 0) } else { ("registered", 1) };
        let content = waits.then_some([1_u8; 1000]);
        let id = id(number);
        insert
            .execute(rusqlite::params![number.cast_signed(), id.as_bytes(), state, header, answered, content])
            .unwrap();
    }
    drop(insert);
    sql.execute_batch("COMMIT").unwrap();
}

#[test]
fn a_number_costs_a_write_only_once_in_a_block() {
    let disk = Disk::new();
    let outbox = disk.open_sqlite();
    let reserved = |outbox: &SqliteOutbox| -> i64 { outbox.one("SELECT value FROM counter") };
    let numbers: Vec<u64> = (0..64).map(|_| outbox.next_sequence().unwrap()).collect();
    assert_eq!(numbers, (1..=64).collect::<Vec<_>>());
    assert_eq!(reserved(&outbox), 64);
    assert_eq!(outbox.next_sequence().unwrap(), 65);
    assert_eq!(reserved(&outbox), 128);
    assert_eq!(disk.copy().open_sqlite().next_sequence().unwrap(), 129, "a gap, and never one twice");
}

#[test]
fn trying_in_vain_is_written_down_only_when_it_has_doubled_or_the_reason_is_new() {
    let disk = Disk::new();
    let outbox = disk.open_sqlite();
    outbox.commit(&sealed(1)).unwrap();
    let told = sent(&outbox);
    let written = |outbox: &SqliteOutbox| outbox.one::<i64>("SELECT coalesce(max(tries), 0) FROM attempts");
    for (try_, expected) in [(1, 1), (2, 2), (3, 2), (4, 4), (5, 4), (6, 4), (7, 4), (8, 8), (9, 8)] {
        outbox.note_failure(&told, hour(try_), "unreachable").unwrap();
        assert_eq!(written(&outbox), expected, "after {try_}");
    }
    outbox.note_failure(&told, hour(10), "not admitted").unwrap();
    assert_eq!(written(&outbox), 10);
}

#[test]
fn what_stands_at_the_hub_as_it_did_is_not_written_again() {
    let disk = Disk::new();
    let outbox = disk.open_sqlite();
    outbox.commit(&sealed(1)).unwrap();
    outbox.commit(&sealed(2)).unwrap();
    let told = sent(&outbox);
    outbox.acknowledge(&[accepted(1, State::Received), accepted(2, State::Received)], &told).unwrap();
    let stands = |number, state| RequestStanding { id: id(number), state, case_number: None };
    let refuse = "CREATE TEMP TRIGGER nothing_is_written BEFORE UPDATE ON transactions
         BEGIN SELECT RAISE(ABORT, 'written'); END";
    outbox.lock().execute_batch(refuse).unwrap();
    let same = [stands(1, State::Received), stands(2, State::Closed)];
    assert_eq!(outbox.keep_standings(&same).unwrap(), []);
    assert!(outbox.keep_standings(&[stands(1, State::Registered)]).is_err(), "this would be written");
}

#[test]
fn counting_a_long_queue_reads_nothing_that_is_sealed() {
    let disk = Disk::new();
    let outbox = disk.open_sqlite();
    let connection = outbox.lock();
    let mut query = connection.prepare(&format!("EXPLAIN QUERY PLAN {}", transactions::COUNT)).unwrap();
    let plan = query.query_map([], |row| row.get(3)).unwrap().collect::<rusqlite::Result<Vec<String>>>();
    let plan = plan.unwrap().join("\n");
    for index in ["sqlite_autoindex_transactions_1", "transactions_state"] {
        assert!(plan.contains(&format!("SCAN transactions USING COVERING INDEX {index}")), "{plan}");
    }
}
