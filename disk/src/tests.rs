//! The disk as SQLite meets it.

use std::collections::BTreeMap;

use rusqlite::{Connection, ErrorCode, OpenFlags};

use super::*;

const NAME: &str = "test.sqlite";

fn open(disk: &Disk) -> rusqlite::Result<Connection> {
    let connection = Connection::open_with_flags_and_vfs(disk.path(NAME), OpenFlags::default(), VFS)?;
    let mode: String = connection.pragma_update_and_check(None, "journal_mode", "WAL", |row| row.get(0))?;
    assert_eq!(mode, "wal");
    connection.pragma_update(None, "synchronous", "FULL")?;
    Ok(connection)
}

fn filled(disk: &Disk) -> Connection {
    let connection = open(disk).unwrap();
    connection.execute_batch("CREATE TABLE kept (number INTEGER PRIMARY KEY, text TEXT NOT NULL)").unwrap();
    connection
}

fn keep(connection: &Connection, number: u64) -> rusqlite::Result<usize> {
    let text = format!("{number} ").repeat(usize::try_from(number % 700).unwrap() + 1);
    connection.execute("INSERT INTO kept VALUES (?1, ?2)", (number.cast_signed(), text))
}

fn numbers(connection: &Connection) -> Vec<u64> {
    let check: String = connection.query_row("PRAGMA integrity_check", [], |row| row.get(0)).unwrap();
    assert_eq!(check, "ok");
    let mut query = connection.prepare("SELECT number FROM kept ORDER BY number").unwrap();
    query
        .query_map([], |row| row.get(0))
        .unwrap()
        .map(|number: rusqlite::Result<i64>| number.unwrap().cast_unsigned())
        .collect()
}

#[test]
fn what_was_committed_survives_every_cut_and_nothing_else_appears() {
    let mut drawn = Drawn::default();
    for seed in 0..300 {
        let disk = if seed % 2 == 0 { Disk::new(seed) } else { Disk::with_powersafe_overwrite(seed) };
        let mut dice = fastrand::Rng::with_seed(seed);
        let (mut told, mut next) = (Vec::new(), 0);
        drop(filled(&disk));
        for _ in 0..3 {
            let connection = open(&disk).unwrap();
            let found = numbers(&connection);
            // The last one may be there although its caller was told that it failed.
            assert!(
                found == told || found.strip_suffix(&[next]) == Some(&told[..]),
                "seed {seed}: {found:?} {told:?}"
            );
            told = found;
            disk.cut_power_after(dice.u64(1..120));
            loop {
                next += 1;
                match keep(&connection, next) {
                    Ok(_) => told.push(next),
                    Err(_) => break,
                }
            }
            assert!(!disk.has_power());
            disk.restore_power();
            assert!(
                connection.query_row("SELECT count(*) FROM kept", [], |row| row.get::<_, i64>(0)).is_err(),
                "connections from before stay dead"
            );
        }
        drawn += disk.drawn();
    }
    assert_eq!(drawn.cuts, 900);
    for (what, count) in [
        ("old", drawn.old),
        ("new", drawn.new),
        ("torn", drawn.torn),
        ("garbage", drawn.garbage),
        ("lengths", drawn.lengths),
    ] {
        assert!(count > 100, "{what} was drawn {count} times: {drawn:?}");
    }
}

#[test]
fn what_is_not_synced_may_be_lost_and_may_be_there() {
    let mut ends = BTreeMap::new();
    for seed in 0..100 {
        let disk = Disk::new(seed);
        let connection = filled(&disk);
        connection.pragma_update(None, "synchronous", "OFF").unwrap();
        for number in 1..=20 {
            keep(&connection, number).unwrap();
        }
        disk.cut_power();
        drop(connection);
        disk.restore_power();
        let connection = open(&disk).unwrap();
        *ends.entry(numbers(&connection).len()).or_insert(0) += 1;
    }
    assert!(ends.contains_key(&0) && ends.contains_key(&20) && ends.len() > 5, "{ends:?}");
}

#[test]
fn a_disk_that_lies_loses_what_was_committed() {
    let lost = (0..50).filter(|seed| {
        let disk = Disk::new(*seed);
        let connection = filled(&disk);
        disk.fail(Some(Fault::LostSync));
        for number in 1..=5 {
            keep(&connection, number).unwrap();
        }
        disk.cut_power();
        disk.restore_power();
        disk.fail(None);
        numbers(&open(&disk).unwrap()).len() < 5
    });
    assert!(lost.count() > 20);
}

#[test]
fn two_connections_see_one_file_and_wait_for_each_other() {
    let disk = Disk::new(1);
    let (one, two) = (filled(&disk), open(&disk).unwrap());
    two.busy_timeout(std::time::Duration::ZERO).unwrap();
    keep(&one, 1).unwrap();
    assert_eq!(numbers(&two), [1]);
    one.execute_batch("BEGIN IMMEDIATE; INSERT INTO kept VALUES (2, 'two')").unwrap();
    assert_eq!(numbers(&two), [1], "readers do not wait");
    assert_eq!(keep(&two, 3).unwrap_err().sqlite_error_code(), Some(ErrorCode::DatabaseBusy));
    one.execute_batch("COMMIT").unwrap();
    keep(&two, 3).unwrap();
    assert_eq!(numbers(&one), [1, 2, 3]);
    // The last one to leave brings the log into the database, and takes the log away.
    drop((one, two));
    assert_eq!(disk.contents().iter().map(|(name, _)| name.as_str()).collect::<Vec<_>>(), [NAME]);
    assert_eq!(numbers(&open(&disk).unwrap()), [1, 2, 3]);
}

#[test]
fn it_works_without_a_write_ahead_log_too() {
    for seed in 0..100 {
        let disk = Disk::new(seed);
        let connection = filled(&disk);
        let mode: String =
            connection.pragma_update_and_check(None, "journal_mode", "DELETE", |row| row.get(0)).unwrap();
        assert_eq!(mode, "delete");
        connection.pragma_update(None, "synchronous", "EXTRA").unwrap();
        disk.cut_power_after(1 + seed);
        let mut told = Vec::new();
        while let number @ 1..=20 = told.len() as u64 + 1 {
            if keep(&connection, number).is_err() {
                break;
            }
            told.push(number);
        }
        disk.cut_power();
        disk.restore_power();
        let found = numbers(&open(&disk).unwrap());
        assert!(found.starts_with(&told) && found.len() <= told.len() + 1, "seed {seed}: {found:?} {told:?}");
    }
}

#[test]
fn many_threads_share_a_disk() {
    let disk = Disk::new(1);
    drop(filled(&disk));
    std::thread::scope(|scope| {
        for thread in 0..4 {
            let disk = disk.clone();
            scope.spawn(move || {
                let connection = open(&disk).unwrap();
                connection.busy_timeout(std::time::Duration::from_secs(30)).unwrap();
                for number in 0..25 {
                    keep(&connection, thread * 25 + number).unwrap();
                }
            });
        }
    });
    assert_eq!(numbers(&open(&disk).unwrap()), (0..100).collect::<Vec<_>>());
}

#[test]
fn every_fault_is_told_and_ends_when_the_disk_is_mended() {
    let faults = [
        (Fault::Full, ErrorCode::DiskFull),
        (Fault::WriteError, ErrorCode::SystemIoFailure),
        (Fault::ShortWrite, ErrorCode::SystemIoFailure),
        (Fault::SyncError, ErrorCode::SystemIoFailure),
        (Fault::ReadOnly, ErrorCode::SystemIoFailure),
    ];
    for (fault, code) in faults {
        let disk = Disk::new(1);
        let connection = filled(&disk);
        keep(&connection, 1).unwrap();
        disk.fail(Some(fault));
        assert_eq!(keep(&connection, 2).unwrap_err().sqlite_error_code(), Some(code), "{fault:?}");
        disk.fail(None);
        assert_eq!(numbers(&connection), [1], "{fault:?}");
        keep(&connection, 3).unwrap();
        disk.cut_power();
        disk.restore_power();
        assert_eq!(numbers(&open(&disk).unwrap()), [1, 3], "{fault:?}");
    }
}

#[test]
fn a_fault_comes_when_it_was_set_for() {
    let disk = Disk::new(1);
    let connection = filled(&disk);
    let before = disk.operations();
    keep(&connection, 1).unwrap();
    let each = disk.operations() - before;
    assert!(each >= 2, "a write and a sync");
    disk.fail_after(each + 1, Fault::Full);
    keep(&connection, 2).unwrap();
    assert_eq!(keep(&connection, 3).unwrap_err().sqlite_error_code(), Some(ErrorCode::DiskFull));
}

#[test]
fn a_disk_that_may_only_be_read_can_be_read() {
    let disk = Disk::new(1);
    keep(&filled(&disk), 1).unwrap();
    disk.fail(Some(Fault::ReadOnly));
    assert!(open(&Disk::new(2)).is_ok(), "other disks are well");
    let flags = OpenFlags::default();
    let empty = Connection::open_with_flags_and_vfs(disk.path("new.sqlite"), flags, VFS);
    assert_eq!(empty.unwrap_err().sqlite_error_code(), Some(ErrorCode::CannotOpen));
}

#[test]
fn the_same_seed_and_the_same_calls_leave_the_same() {
    let run = |seed| {
        let disk = Disk::new(seed);
        let connection = filled(&disk);
        disk.cut_power_after(40);
        let told = (1..).take_while(|number| keep(&connection, *number).is_ok()).count();
        disk.restore_power();
        (told, disk.operations(), disk.drawn())
    };
    assert_eq!(run(7), run(7));
    assert_ne!(run(7), run(8));
}

#[test]
fn a_file_can_be_damaged_and_lost_behind_sqlites_back() {
    let disk = Disk::new(1);
    drop(filled(&disk));
    disk.damage(NAME, |bytes| bytes[..100].fill(0));
    let error = open(&disk).unwrap_err();
    assert_eq!(error.sqlite_error_code(), Some(ErrorCode::NotADatabase));
    disk.lose(NAME);
    drop(filled(&disk));
    let (name, bytes) = disk.contents().remove(0);
    assert!(name == NAME && bytes.starts_with(b"SQLite format 3"));
    let other = Disk::new(2);
    other.damage(NAME, |empty| *empty = bytes);
    assert_eq!(numbers(&open(&other).unwrap()), [0; 0]);
}

#[test]
fn a_database_that_nobody_synced_the_name_of_may_be_gone() {
    let (mut unmade, mut undeleted) = (0, 0);
    for seed in 0..40 {
        let disk = Disk::new(seed);
        let how = drive::How { make: true, write: true, ..drive::How::default() };
        disk.drive().open("new", how).unwrap();
        disk.damage("old", |bytes| bytes.push(1));
        disk.drive().delete("old", false).unwrap();
        disk.damage("older", |bytes| bytes.push(1));
        disk.drive().delete("older", seed >= 20).unwrap();
        disk.cut_power();
        let names: Vec<String> = disk.contents().into_iter().map(|(name, _)| name).collect();
        assert!(seed < 20 || !names.iter().any(|name| name.starts_with("old")), "that was synced");
        assert!(seed < 20 || names == ["new"], "the folder was synced with it");
        unmade += disk.drawn().unmade;
        undeleted += disk.drawn().undeleted;
    }
    assert!(unmade > 3 && undeleted > 10, "{unmade} {undeleted}");
}

#[test]
fn a_sync_waits_as_long_as_the_disk_is_slow_and_what_it_was_for_is_durable_afterwards() {
    const PATIENCE: Duration = Duration::from_secs(60);
    let disk = Disk::new(1);
    let connection = filled(&disk);
    assert!(!disk.holds_a_sync(Duration::ZERO), "nothing is to be synced");
    disk.hold_syncs();
    let writer = std::thread::spawn(move || keep(&connection, 1).map(|_| connection));
    assert!(disk.holds_a_sync(PATIENCE));
    assert!(!writer.is_finished());
    disk.let_syncs_go();
    drop(writer.join().unwrap().unwrap());
    assert!(!disk.holds_a_sync(Duration::ZERO));
    disk.cut_power();
    disk.restore_power();
    assert_eq!(numbers(&open(&disk).unwrap()), [1]);
}

#[test]
fn of_the_syncs_that_wait_one_goes_at_a_time() {
    const PATIENCE: Duration = Duration::from_secs(60);
    let disk = Disk::new(1);
    let connection = filled(&disk);
    disk.hold_syncs();
    let writer = std::thread::spawn(move || {
        keep(&connection, 1).unwrap();
        keep(&connection, 2).map(|_| connection)
    });
    for _ in 0..2 {
        assert!(disk.holds_a_sync(PATIENCE), "each keeps something for good");
        assert!(!writer.is_finished());
        assert!(disk.let_one_sync_go(PATIENCE));
    }
    disk.let_syncs_go();
    drop(writer.join().unwrap().unwrap());
    assert!(!disk.let_one_sync_go(Duration::ZERO), "nobody waits");
    disk.cut_power();
    disk.restore_power();
    assert_eq!(numbers(&open(&disk).unwrap()), [1, 2]);
}
