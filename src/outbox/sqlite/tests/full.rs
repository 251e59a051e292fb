//! A disk that is full: before a visit, and in the middle of one.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use super::super::ground::Ground;
use super::*;

/// A disk with so many free bytes, and perhaps ballast, that others fill as well.
#[derive(Default)]
struct SmallDisk {
    free: AtomicU64,
    ballast: AtomicBool,
}

impl Ground for Arc<SmallDisk> {
    fn free(&self) -> Option<u64> {
        Some(self.free.load(Ordering::Relaxed))
    }

    fn want_ballast(&self) {}

    fn lay_ballast(&self) {}

    fn give_up_ballast(&self) -> bool {
        self.ballast.swap(false, Ordering::Relaxed)
    }
}

fn small(disk: &Disk, free: u64) -> (SqliteOutbox, Arc<SmallDisk>) {
    let ground = Arc::new(SmallDisk { free: free.into(), ..SmallDisk::default() });
    let outbox = disk.open_sqlite();
    (SqliteOutbox { ground: Box::new(ground.clone()), ..outbox }, ground)
}

fn pages_at_most(outbox: &SqliteOutbox, pages: i64) {
    outbox.one::<i64>(&format!("PRAGMA max_page_count = {pages}"));
}

/// One that a resident filled with all the text that there may be.
fn large(number: u64) -> Sealed {
    Sealed { ciphertext: "A".repeat(16 * 1024), ..sealed(number) }
}

#[test]
fn there_is_room_for_a_hundred_on_16_mib_and_for_none_on_a_full_disk() {
    let disk = Disk::new();
    let (outbox, ground) = small(&disk, 16 << 20);
    assert!(outbox.room().unwrap() >= RESERVE, "{}", outbox.room().unwrap());
    ground.free.store(12 << 20, Ordering::Relaxed);
    assert!(outbox.room().unwrap() < RESERVE, "{}", outbox.room().unwrap());
    ground.free.store(0, Ordering::Relaxed);
    assert_eq!(outbox.room().unwrap(), 0);
}

#[test]
fn the_largest_size_of_the_file_bounds_the_room_too() {
    let disk = Disk::new();
    let (outbox, _) = small(&disk, u64::MAX);
    assert!(outbox.room().unwrap() > 10_000);
    let outbox = outbox.with(Settings { largest: 8 << 20, ..AT_ONCE }).unwrap();
    let room = outbox.room().unwrap();
    assert!((RESERVE..200).contains(&room), "{room}");
}

/// What is promised is kept: paid, each with four writes, all of the size that is reckoned with.
#[test]
fn what_there_is_said_to_be_room_for_does_fit() {
    let disk = Disk::new();
    let (outbox, _) = small(&disk, u64::MAX);
    let outbox = outbox.with(Settings { largest: 6 << 20, ..AT_ONCE }).unwrap();
    let room = u64::from(outbox.room().unwrap());
    assert!(room > 50, "{room}");
    for number in 1..=room {
        outbox.record_intent(&intent(number, None), &large(number)).unwrap();
        outbox.record_approval(payment(number), &approval(231)).unwrap();
        outbox.record_outcome(payment(number), &paid(231)).unwrap();
    }
    let largest = Sealed { ciphertext: "A".repeat(1_000_000), ..sealed(room + 1) };
    outbox.commit(&largest).unwrap();
    let size = |name: &str| std::fs::metadata(disk.folder.path().join(name)).unwrap().len();
    let taken = size("outbox.sqlite") + size("outbox.sqlite-wal");
    assert!(taken <= (room * 128 << 10) + (2 << 20), "{taken} bytes for {room}");
}

#[test]
fn a_visit_under_way_ends_well_on_a_disk_that_is_full_meanwhile() {
    let disk = Disk::new();
    let (outbox, ground) = small(&disk, 16 << 20);
    ground.ballast.store(true, Ordering::Relaxed);
    let pages: i64 = outbox.one("PRAGMA page_count");
    outbox.record_intent(&intent(1, None), &sealed(1)).unwrap();

    // Full in the middle of the payment: nothing can grow until the ballast is given up.
    let outbox = SqliteOutbox { ground: Box::new(GivesUp(ground.clone(), disk.path())), ..outbox };
    pages_at_most(&outbox, pages);
    outbox.commit(&large(2)).expect_err("no ballast gives room to a cap of the file itself");
    assert!(!ground.ballast.load(Ordering::Relaxed), "it was given up");
    outbox.record_approval(payment(1), &approval(231)).unwrap();
    outbox.record_outcome(payment(1), &paid(231)).unwrap();
    assert_eq!(pending_ids(&outbox), [id(1)]);
}

/// Tells of its being given up, as the operating system would by having room again.
struct GivesUp(Arc<SmallDisk>, std::path::PathBuf);

impl Ground for GivesUp {
    fn free(&self) -> Option<u64> {
        self.0.free()
    }

    fn want_ballast(&self) {}

    fn lay_ballast(&self) {}

    fn give_up_ballast(&self) -> bool {
        self.0.give_up_ballast()
    }
}

#[test]
fn a_disk_that_could_not_be_written_is_tried_before_it_is_trusted_again() {
    let disk = Disk::new();
    let outbox = disk.open_sqlite();
    outbox.set_read_only(true);
    assert!(outbox.room().unwrap() > 0, "nobody has noticed yet");
    outbox.commit(&sealed(1)).unwrap_err();
    assert_eq!(outbox.room().unwrap(), 0);
    outbox.set_read_only(false);
    assert!(outbox.room().unwrap() >= RESERVE);
    outbox.commit(&sealed(1)).unwrap();
}

#[test]
fn a_contradiction_says_nothing_about_the_disk() {
    let disk = Disk::new();
    let outbox = disk.open_sqlite();
    outbox.record_outcome(payment(1), &paid(231)).unwrap_err();
    assert!(outbox.room().unwrap() >= RESERVE);
}
