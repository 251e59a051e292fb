//! The file itself: private, sealed, brought up to date, and honest about a disk that fails.

use std::os::unix::fs::PermissionsExt;

use rusqlite::Connection;

use zuil_wire::seal::{OpenKey, SealKey};
use zuil_wire::{AnswerLine, QuestionItem, Reference, SurveyAnswers, Transaction};

use super::schema::MIGRATIONS;
use super::*;

const CANARY: &str = "Kanarielaan 12, 2411 ZZ Voorbeelddorp";

#[test]
fn nothing_a_resident_wrote_can_be_found_on_the_disk() {
    let (_, public) = OpenKey::generate().unwrap();
    let key = SealKey::from_base64("k1", &public).unwrap();
    let seal = |number| {
        let answer = AnswerLine {
            question: "address".into(),
            label: "Adres".into(),
            value: CANARY.into(),
            display: CANARY.into(),
        };
        let transaction = Transaction {
            id: id(number),
            reference: Reference::from_bits(number),
            task: "bulky-waste".into(),
            task_title: "Grofvuil laten ophalen".into(),
            catalogue_version: "1".into(),
            language: "nl".into(),
            answers: vec![answer],
            fee: FEE,
        };
        key.seal(header(number), &transaction).unwrap()
    };
    let disk = Disk::new();
    let outbox = disk.open_sqlite();
    outbox.commit(&seal(1)).unwrap();
    outbox.record_intent(&intent(2, None), &seal(2)).unwrap();
    outbox.record_outcome(payment(2), &paid(1)).unwrap();
    outbox.record_intent(&intent(3, None), &seal(3)).unwrap();
    outbox.record_outcome(payment(3), &not_paid()).unwrap();
    outbox.acknowledge(&[accepted(1, State::Received)], &sent(&outbox)).unwrap();

    let mut files = 0;
    for entry in std::fs::read_dir(disk.folder.path()).unwrap() {
        let bytes = std::fs::read(entry.unwrap().path()).unwrap();
        for plain in [CANARY, "Kanarielaan", "bulky-waste", "Adres"] {
            assert!(!contains(&bytes, plain.as_bytes()), "{plain:?} is on the disk");
        }
        files += 1;
    }
    assert_eq!(files, 3, "database, log and shared memory");
    let log = std::fs::read(disk.folder.path().join("outbox.sqlite-wal")).unwrap();
    assert!(contains(&log, b"voorbeeld"), "the search does find what is there");
}

fn contains(bytes: &[u8], wanted: &[u8]) -> bool {
    bytes.windows(wanted.len()).any(|window| window == wanted)
}

#[test]
fn only_the_pillars_user_can_read_the_files() {
    let disk = Disk::new();
    std::fs::write(disk.path(), b"").unwrap();
    std::fs::set_permissions(disk.path(), std::fs::Permissions::from_mode(0o644)).unwrap();
    let outbox = disk.open_sqlite();
    outbox.commit(&sealed(1)).unwrap();
    for entry in std::fs::read_dir(disk.folder.path()).unwrap() {
        let entry = entry.unwrap();
        let mode = entry.metadata().unwrap().permissions().mode() & 0o777;
        assert_eq!(mode, 0o600, "{:?}", entry.path());
    }
}

#[test]
fn a_write_is_on_the_disk_before_it_is_confirmed() {
    let disk = Disk::new();
    let outbox = disk.open_sqlite();
    let pragma = |name: &str| -> String {
        let sql = format!("SELECT CAST({name} AS TEXT) FROM pragma_{name}");
        outbox.lock().query_row(&sql, [], |row| row.get(0)).unwrap()
    };
    assert_eq!(pragma("journal_mode"), "wal");
    assert_eq!(pragma("synchronous"), "2");
    assert_eq!(pragma("foreign_keys"), "1");
    assert_eq!(pragma("secure_delete"), "1");
}

#[test]
fn an_outbox_that_an_older_version_filled_goes_on_where_it_was() {
    let disk = Disk::new();
    {
        let mut old = Connection::open(disk.path()).unwrap();
        MIGRATIONS.to_version(&mut old, 1).unwrap();
        old.execute_batch(include_str!("filled_0001.sql")).unwrap();
    }
    let outbox = disk.open_sqlite();
    let counts = Counts { held: 2, saved: 1, received: 1, open_payments: 2, ..Counts::default() };
    assert_eq!(outbox.counts().unwrap(), counts);
    let pending = outbox.pending(64).unwrap();
    assert_eq!((pending.len(), &pending[0].payment), (1, &Some(paid(231))));
    assert_eq!(outbox.next_sequence().unwrap(), 6);
    let approved: Vec<_> = outbox.open_payments().unwrap().into_iter().map(|open| open.approved).collect();
    assert_eq!(approved, [None, Some(approval(232))]);
    let [held, approved] = [0xa3, 0xa4].map(Uuid::from_u128);
    outbox.record_outcome(approved, &paid(232)).unwrap();
    outbox.record_outcome(held, &unknown()).unwrap();
    assert_eq!(pending_ids(&outbox), [id(2), id(3), id(4)]);
}

#[test]
fn an_outbox_of_the_third_schema_still_knows_its_witnesses_and_its_surveys() {
    let disk = Disk::new();
    {
        let mut old = Connection::open(disk.path()).unwrap();
        MIGRATIONS.to_version(&mut old, 3).unwrap();
        old.execute_batch(include_str!("filled_0003.sql")).unwrap();
    }
    let outbox = disk.open_sqlite();
    let counts = Counts { parked: 2, open_payments: 1, surveys: 1, ..Counts::default() };
    assert_eq!(outbox.counts().unwrap(), counts);
    let open = outbox.open_payments().unwrap();
    let turnover = Turnover { terminal_id: "52523535".into(), count: 3, total: zuil_wire::Cents(5205) };
    assert_eq!((open[0].payment, open[0].transaction), (payment(2), id(2)));
    assert_eq!(open[0].turnover, Some(turnover));
    assert_eq!(open[0].approved, Some(Approval { trace: Some(41), ..approval(231) }));
    outbox.record_outcome(payment(2), &paid(231)).unwrap();
    let pending = outbox.pending(64).unwrap();
    assert_eq!((pending.len(), &pending[0].payment), (1, &Some(paid(231))));
    assert_eq!(
        (pending[0].sealed.encapsulated_key.as_str(), pending[0].sealed.ciphertext.as_str()),
        ("a2V5", "c2VhbGVk")
    );
    assert_eq!(outbox.pending_surveys(9).unwrap().len(), 1);
    let whole: String = outbox.one("PRAGMA integrity_check");
    assert_eq!(whole, "ok");
    let mut strangers: i64 = outbox.one("SELECT count(*) FROM pragma_foreign_key_check");
    strangers += outbox.one::<i64>("SELECT count(*) FROM sqlite_schema WHERE name LIKE '%_new'");
    assert_eq!(strangers, 0);
}

#[test]
fn an_outbox_from_before_questions_keeps_all_it_had_and_takes_them() {
    let disk = Disk::new();
    {
        let mut old = Connection::open(disk.path()).unwrap();
        MIGRATIONS.to_version(&mut old, 5).unwrap();
        old.execute_batch(include_str!("filled_0005.sql")).unwrap();
    }
    let outbox = disk.open_sqlite();
    let counts = Counts { saved: 2, surveys: 1, ..Counts::default() };
    assert_eq!((outbox.counts().unwrap(), pending_ids(&outbox)), (counts, vec![id(1), id(2)]));
    assert_eq!(outbox.attempts().unwrap().map(|it| (it.id, it.tries)), Some((id(2), 4)));
    // It was written when there were two questions only, and is sent all the same.
    let answers = SurveyAnswers { clear: Some(4), ..SurveyAnswers::default() };
    assert_eq!(outbox.pending_surveys(9).unwrap().iter().map(|it| it.answers).collect::<Vec<_>>(), [answers]);
    assert_eq!(outbox.pending_questions(9).unwrap(), []);
    let asked = QuestionItem {
        id: id(1),
        language: "uk".into(),
        words: "дрон".into(),
        on: "2026-03-02".parse().unwrap(),
    };
    outbox.keep_question(&asked).unwrap();
    assert_eq!(outbox.pending_questions(9).unwrap(), [asked]);
    let whole: String = outbox.one("PRAGMA integrity_check");
    assert_eq!(whole, "ok");
}

#[test]
fn every_step_of_the_schema_can_be_taken() {
    MIGRATIONS.validate().unwrap();
}

#[test]
fn an_outbox_from_a_newer_version_is_left_alone() {
    let disk = Disk::new();
    disk.open_sqlite().lock().pragma_update(None, "user_version", 99).unwrap();
    let error = SqliteOutbox::open(&disk.path()).err().unwrap();
    assert!(matches!(error, OutboxError::Newer) && error.is_permanent(), "{error:?}");
    assert!(error.to_string().contains("install"), "it says what to do");
}

#[test]
fn a_file_that_is_no_outbox_is_said_to_be_damaged() {
    let disk = Disk::new();
    std::fs::write(disk.path(), [b'x'; 4096]).unwrap();
    let error = SqliteOutbox::open(&disk.path()).err().unwrap();
    assert!(matches!(error, OutboxError::Damaged(_)) && error.is_permanent(), "{error:?}");
}

#[test]
fn a_missing_folder_is_named_as_the_trouble() {
    let disk = Disk::new();
    let error = SqliteOutbox::open(&disk.folder.path().join("nowhere/outbox.sqlite")).err().unwrap();
    assert!(matches!(error, OutboxError::Folder(_)) && error.is_permanent(), "{error:?}");
}

#[test]
fn a_disk_that_may_not_be_written_needs_a_person() {
    let disk = Disk::new();
    let outbox = disk.open_sqlite();
    outbox.set_read_only(true);
    let error = outbox.commit(&sealed(1)).unwrap_err();
    assert!(matches!(error, OutboxError::ReadOnly(_)) && error.is_permanent(), "{error:?}");
    assert!(pending_ids(&outbox).is_empty());
}

#[test]
fn a_full_disk_is_worth_another_try() {
    let disk = Disk::new();
    let outbox = disk.open_sqlite();
    let pages: i64 = outbox.lock().query_row("PRAGMA page_count", [], |row| row.get(0)).unwrap();
    let limit = |pages: i64| {
        let sql = format!("PRAGMA max_page_count = {pages}");
        outbox.lock().query_row(&sql, [], |row| row.get::<_, i64>(0)).unwrap();
    };
    limit(pages);
    let mut large = sealed(1);
    large.ciphertext = "A".repeat(64 * 1024);
    let error = outbox.commit(&large).unwrap_err();
    assert!(matches!(error, OutboxError::Full(_)) && !error.is_permanent(), "{error:?}");
    assert!(pending_ids(&outbox).is_empty());
    limit(pages + 1000);
    outbox.commit(&large).unwrap();
    assert_eq!(pending_ids(&outbox), [id(1)]);
}

#[test]
fn a_file_in_use_elsewhere_is_worth_another_try() {
    let disk = Disk::new();
    let outbox = disk.open_sqlite();
    outbox.lock().busy_timeout(std::time::Duration::ZERO).unwrap();
    let other = Connection::open(disk.path()).unwrap();
    other.execute_batch("BEGIN IMMEDIATE").unwrap();
    let error = outbox.commit(&sealed(1)).unwrap_err();
    assert!(matches!(error, OutboxError::Busy(_)) && !error.is_permanent(), "{error:?}");
    other.execute_batch("ROLLBACK").unwrap();
    outbox.commit(&sealed(1)).unwrap();
}

#[test]
fn one_outbox_serves_many_threads() {
    let disk = Disk::new();
    let outbox = std::sync::Arc::new(disk.open_sqlite());
    let threads: Vec<_> = (0..4)
        .map(|_| {
            let outbox = std::sync::Arc::clone(&outbox);
            std::thread::spawn(move || {
                for _ in 0..10 {
                    let number = outbox.next_sequence().unwrap();
                    outbox.commit(&sealed(number)).unwrap();
                }
            })
        })
        .collect();
    for thread in threads {
        thread.join().unwrap();
    }
    assert_eq!(pending_ids(&*outbox), (1..=40).map(id).collect::<Vec<_>>());
}

/// The log torn off at any place: never an outcome without its transaction, never half an intent.
#[test]
fn a_power_cut_in_the_middle_of_a_write_leaves_all_of_it_or_nothing() {
    let disk = Disk::new();
    let outbox = disk.open_sqlite();
    outbox.record_intent(&intent(1, Some(230)), &sealed(1)).unwrap();
    outbox.record_approval(payment(1), &approval(231)).unwrap();
    outbox.record_outcome(payment(1), &paid(231)).unwrap();
    outbox.record_intent(&intent(2, Some(231)), &sealed(2)).unwrap();
    outbox.record_outcome(payment(2), &not_paid()).unwrap();
    let log = disk.folder.path().join("outbox.sqlite-wal");
    let whole = std::fs::metadata(&log).unwrap().len();
    let mut seen = std::collections::BTreeSet::new();
    for torn in (0..=whole).rev().step_by(1531) {
        let later = disk.copy();
        let file =
            std::fs::OpenOptions::new().write(true).open(later.folder.path().join("outbox.sqlite-wal"));
        file.unwrap().set_len(torn).unwrap();
        let outbox = later.open_sqlite();
        let counts = outbox.counts().unwrap();
        let shape = (counts.held, counts.saved, counts.open_payments);
        assert!([(0, 0, 0), (1, 0, 1), (0, 1, 0), (1, 1, 1)].contains(&shape), "{shape:?} at {torn}");
        seen.insert(shape);
    }
    assert_eq!(seen.len(), 4, "the tears fell before, between and after the writes: {seen:?}");
}
