//! A disk that is full: before a visit, and in the middle of one.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use super::super::ground::Ground;
use super::*;

/// A disk with so many free bytes.
struct SmallDisk {
    free: AtomicU64,
}

impl Ground for Arc<SmallDisk> {
    fn free(&self) -> Option<u64> {
        Some(self.free.load(Ordering::Relaxed))
    }

    fn want_ballast(&self) {}

    fn lay_ballast(&self) {}

    fn give_up_ballast(&self) -> bool {
        false
    }
}

fn small(disk: &Disk, free: u64) -> (SqliteOutbox, Arc<SmallDisk>) {
    let ground = Arc::new(SmallDisk { free: free.into() });
    let outbox = disk.open_sqlite();
    (SqliteOutbox { ground: Box::new(ground.clone()), ..outbox }, ground)
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

/// A disk that is full, and has room again when the ballast is given up.
struct FullDisk {
    disk: zuil_disk::Disk,
    ballast: AtomicBool,
}

impl Ground for FullDisk {
    fn free(&self) -> Option<u64> {
        Some(16 << 20)
    }

    fn want_ballast(&self) {}

    fn lay_ballast(&self) {}

    fn give_up_ballast(&self) -> bool {
        self.disk.fail(None);
        self.ballast.swap(false, Ordering::Relaxed)
    }
}

/// The disk is filled by others at each write of a visit in turn. With the ballast every step succeeds;
/// without it each either succeeds or leaves nothing behind.
#[test]
fn a_visit_under_way_ends_well_on_a_disk_that_others_fill_meanwhile() {
    let steps: [&dyn Fn(&SqliteOutbox) -> Result<()>; 4] = [
        &|outbox| outbox.record_intent(&intent(1, None), &large(1)),
        &|outbox| outbox.record_approval(payment(1), &approval(231)),
        &|outbox| outbox.record_outcome(payment(1), &paid(231)),
        &|outbox| outbox.commit(&large(2)),
    ];
    let mut refused = 0;
    for (full_at, ballast) in (0..40).flat_map(|at| [(at, true), (at, false)]) {
        let disk = zuil_disk::Disk::new(full_at);
        let outbox = SqliteOutbox::open_on(&disk.path("outbox.sqlite"), zuil_disk::VFS).unwrap();
        let ground = FullDisk { disk: disk.clone(), ballast: ballast.into() };
        let outbox = SqliteOutbox { ground: Box::new(ground), ..outbox };
        disk.fail_after(full_at + 1, zuil_disk::Fault::Full);
        for step in steps {
            if let Err(error) = step(&outbox) {
                assert!(!ballast, "full at {full_at}: {error}");
                assert!(matches!(error, OutboxError::Full(_)) && !error.is_permanent(), "{error:?}");
                refused += 1;
                disk.fail(None);
                step(&outbox).expect("as if it had not been tried");
            }
        }
        assert_eq!(pending_ids(&outbox), [id(1), id(2)], "full at {full_at}");
        assert_eq!(outbox.pending(1).unwrap()[0].payment, Some(paid(231)));
    }
    assert!(refused > 5, "the disk was full where it mattered: {refused}");
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
