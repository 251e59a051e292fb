//! A disk that is full, may only be read, or fails at any write or sync: nothing that was told is lost,
//! the pillar says that it cannot keep anything, and goes on by itself when the disk is well again.

use zuil_disk::{Disk, Fault, VFS};

use super::*;

fn open(disk: &Disk) -> Result<SqliteOutbox> {
    SqliteOutbox::open_on(&disk.path("outbox.sqlite"), VFS)
}

/// One visit with a payment; the number when everything was told to be kept.
fn visit(outbox: &SqliteOutbox) -> Result<u64> {
    let number = outbox.next_sequence()?;
    outbox.record_intent(&intent(number, None), &content(number))?;
    outbox.record_approval(payment(number), &approval(7))?;
    outbox.record_outcome(payment(number), &paid(7))?;
    Ok(number)
}

fn numbers(outbox: &SqliteOutbox) -> Vec<u64> {
    outbox.pending(usize::MAX).unwrap().iter().map(|item| item.sealed.header.sequence).collect()
}

/// Fails at the n-th operation, for every n until nothing fails any more.
fn fails_at_each(fault: Fault) {
    let mut failures = 0;
    for nth in 1.. {
        // As on Linux. Without that promise SQLite writes some bytes after each sync, which a sync that
        // fails later loses for ever.
        let disk = Disk::with_powersafe_overwrite(nth);
        let outbox = open(&disk).unwrap();
        let mut told = vec![visit(&outbox).unwrap()];
        disk.fail_after(nth, fault);
        let failed = (0..3).find_map(|_| match visit(&outbox) {
            Ok(number) => {
                told.push(number);
                None
            }
            Err(error) => Some(error),
        });
        let Some(error) = failed else { break };
        failures += 1;
        assert!(!error.is_contradiction(), "{fault:?} at {nth}: {error:?}");
        assert_eq!(outbox.room().unwrap(), 0, "{fault:?} at {nth}: it takes no visit");
        disk.fail(None);
        assert!(outbox.room().unwrap() > 0, "{fault:?} at {nth}: by itself");
        told.push(visit(&outbox).unwrap());
        // And what was kept after the trouble survives a power cut.
        disk.cut_power();
        drop(outbox);
        disk.restore_power();
        let kept = numbers(&open(&disk).unwrap());
        assert!(told.iter().all(|number| kept.contains(number)), "{fault:?} at {nth}: {told:?} {kept:?}");
        assert!(kept.is_sorted_by(|one, next| one < next));
        assert!(kept.len() <= told.len() + 1, "{fault:?} at {nth}: {told:?} {kept:?}");
    }
    assert!(failures > 20, "{fault:?}: {failures}");
}

#[test]
fn a_disk_that_is_full_at_any_write_loses_nothing() {
    fails_at_each(Fault::Full);
}

#[test]
fn a_disk_that_fails_at_any_write_loses_nothing() {
    fails_at_each(Fault::WriteError);
}

#[test]
fn a_disk_that_writes_a_part_at_any_write_loses_nothing() {
    fails_at_each(Fault::ShortWrite);
}

#[test]
fn a_disk_that_fails_at_any_sync_loses_nothing() {
    fails_at_each(Fault::SyncError);
}

#[test]
fn a_disk_that_may_only_be_read_from_any_moment_on_loses_nothing() {
    fails_at_each(Fault::ReadOnly);
}

#[test]
fn an_outbox_on_a_disk_that_may_only_be_read_does_not_open_and_then_does() {
    let disk = Disk::new(1);
    let number = visit(&open(&disk).unwrap()).unwrap();
    disk.fail(Some(Fault::ReadOnly));
    let outcome = open(&disk).and_then(|outbox| visit(&outbox));
    assert!(outcome.is_err(), "{outcome:?}");
    disk.fail(None);
    assert_eq!(numbers(&open(&disk).unwrap()), [number]);
}

#[test]
fn a_disk_that_fails_while_the_outbox_is_made_leaves_nothing_half() {
    for fault in [Fault::Full, Fault::WriteError, Fault::ShortWrite, Fault::SyncError] {
        for nth in 1..60 {
            let disk = Disk::new(nth);
            disk.fail_after(nth, fault);
            let first = open(&disk);
            disk.fail(None);
            drop(first);
            let outbox = open(&disk).unwrap();
            let number = visit(&outbox).unwrap();
            assert_eq!(numbers(&outbox), [number], "{fault:?} at {nth}");
        }
    }
}

#[test]
fn a_folder_that_may_not_be_written_is_named_and_nothing_is_put_aside() {
    let folder = Folder::closed(5);
    folder.write(|file| file[4096..8192].fill(7));
    let before = fs::read(folder.path()).unwrap();
    // A file where a folder should be: even root can make nothing in it.
    fs::create_dir(folder.beside("-making")).unwrap();
    let error = SqliteOutbox::open_or_salvage(&folder.path(), now()).err().unwrap();
    assert!(matches!(error, OutboxError::Folder(_)), "{error:?}");
    assert_eq!(fs::read(folder.path()).unwrap(), before);
    // When that is mended, it goes on.
    fs::remove_dir(folder.beside("-making")).unwrap();
    assert!(folder.meets("mended").salvaged);
}
