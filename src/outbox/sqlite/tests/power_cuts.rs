//! A thousand power cuts under load. What was not synced is really lost, and the disk fails in the middle
//! of a write, a sync or a truncate, while the file is opened, used and closed.
//!
//! The ledger is what everyone was told. After each cut the outbox must show just that; the one call
//! that the cut interrupted may have happened, wholly, or not at all.

mod hub;
mod ledger;

use rusqlite::{Connection, OpenFlags};
use uuid::Uuid;
use zuil_disk::{Disk, Drawn, Fault, VFS};
use zuil_wire::messages::SurveyItem;
use zuil_wire::{PaymentState, Reference};

use super::*;
use ledger::{Call, Ledger};

/// How many lives of an outbox, each ended by a cut.
const CUTS: u64 = 1_000;
/// In how many tests, so that all processors have something to do.
const SHARES: u64 = 4;
/// How many cuts one disk goes through.
const LIVES: u64 = 5;

/// What is wrong with the load, so that its test can be shown to find it.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Trap {
    None,
    /// `synchronous=OFF`.
    NoSync,
    /// A disk that says that it synced.
    LyingDisk,
}

/// What became of a run.
#[derive(Default)]
struct Seen {
    drawn: Drawn,
    /// Calls that were answered with `Ok`.
    told: u64,
    /// Interrupted calls that had happened, and that had not.
    happened: u64,
    not_happened: u64,
    /// Cuts while the file was opened.
    opening: u64,
}

/// One outbox through several cuts.
///
/// # Errors
/// What was lost, doubled or made up.
fn live(seed: u64, trap: Trap, seen: &mut Seen) -> std::result::Result<(), String> {
    let disk = if seed.is_multiple_of(2) { Disk::new(seed) } else { Disk::with_powersafe_overwrite(seed) };
    let mut dice = fastrand::Rng::with_seed(seed);
    let mut ledger = Ledger::default();
    let mut interrupted = None;
    for life in 0..LIVES {
        let whole = |what: String| format!("seed {seed}, life {life}: {what}");
        let outbox = open(&disk, &mut dice, seen)?;
        ledger.meets(&outbox, interrupted.take(), seen).map_err(whole)?;
        set_trap(&disk, &outbox, trap, &mut dice);
        let longest = if dice.bool() { 40 } else { 400 };
        disk.cut_power_after(dice.u64(1..longest));
        interrupted = load(&outbox, &mut ledger, &mut dice, seen).map_err(whole)?;
        if interrupted.is_none() && dice.bool() {
            // It was closed orderly, and the cut comes while the log is brought home.
            disk.cut_power_after(dice.u64(1..20));
        }
        drop(outbox);
        disk.cut_power();
        disk.restore_power();
        disk.fail(None);
    }
    ledger.meets(&open(&disk, &mut dice, seen)?, interrupted, seen)?;
    seen.drawn += disk.drawn();
    Ok(())
}

/// Opens the outbox, sometimes with a cut meanwhile, and looks whether the file is whole.
fn open(disk: &Disk, dice: &mut fastrand::Rng, seen: &mut Seen) -> std::result::Result<SqliteOutbox, String> {
    if dice.u8(..3) == 0 {
        let longest = if dice.bool() { 5 } else { 60 };
        disk.cut_power_after(dice.u64(1..longest));
    }
    let outbox = loop {
        match SqliteOutbox::open_on(&disk.path("outbox.sqlite"), VFS) {
            Ok(outbox) if disk.has_power() => break outbox,
            Ok(_) => seen.opening += 1,
            Err(error) if disk.has_power() => return Err(format!("it cannot be opened: {error:?}")),
            Err(_) => seen.opening += 1,
        }
        disk.restore_power();
    };
    // A cut that was meant for the opening and came too late must not come while we look.
    disk.fail(None);
    disk.cut_power_after(u64::MAX / 2);
    let raw =
        Connection::open_with_flags_and_vfs(disk.path("outbox.sqlite"), OpenFlags::default(), VFS).unwrap();
    let said: String =
        raw.query_row("PRAGMA quick_check", [], |row| row.get(0)).map_err(|error| error.to_string())?;
    if said != "ok" {
        return Err(format!("the file is damaged: {said}"));
    }
    Ok(outbox)
}

fn set_trap(disk: &Disk, outbox: &SqliteOutbox, trap: Trap, dice: &mut fastrand::Rng) {
    let connection = outbox.lock();
    // The log is brought home often, so that cuts come at that, too.
    connection.pragma_update(None, "wal_autocheckpoint", dice.u32(5..200)).unwrap();
    match trap {
        Trap::None => {}
        Trap::NoSync => connection.pragma_update(None, "synchronous", "OFF").unwrap(),
        Trap::LyingDisk => disk.fail(Some(Fault::LostSync)),
    }
}

/// Several visits and the sync, in turns, until the power is gone or the day is over. Returns the call
/// that was interrupted.
fn load(
    outbox: &SqliteOutbox,
    ledger: &mut Ledger,
    dice: &mut fastrand::Rng,
    seen: &mut Seen,
) -> std::result::Result<Option<Call>, String> {
    for _ in 0..60 {
        let Ok(call) = ledger.next_call(outbox, dice) else {
            // A commit was told, and the cut came while the log was brought home after it.
            return Ok(None);
        };
        let Some(call) = call else { continue };
        match call.make(outbox) {
            Ok(number) => {
                seen.told += 1;
                ledger.note(&call, number)?;
            }
            Err(error) if error.is_contradiction() => return Err(format!("{call:?}: {error}")),
            Err(_) => return Ok(Some(call)),
        }
    }
    Ok(None)
}

fn cut_a_thousand_times(share: u64) {
    let mut seen = Seen::default();
    let started = std::time::Instant::now();
    for seed in (0..CUTS / LIVES).filter(|seed| seed % SHARES == share) {
        live(seed, Trap::None, &mut seen).unwrap_or_else(|lost| panic!("{lost}"));
    }
    let Seen { drawn, told, happened, not_happened, opening } = seen;
    println!(
        "{told} calls told, {happened} interrupted ones had happened, {not_happened} not, {opening} cuts \
         while opening, {drawn:?}, {:?}",
        started.elapsed()
    );
    assert!(drawn.cuts >= CUTS / SHARES, "{drawn:?}");
    let kinds = [drawn.old, drawn.new, drawn.torn, drawn.garbage, drawn.lengths, not_happened, opening];
    assert!(kinds.iter().all(|count| *count > 2), "{drawn:?} {happened} {not_happened} {opening}");
    assert!(happened > 0, "a call that was interrupted and had happened all the same is rare, and is there");
}

#[test]
fn a_thousand_power_cuts_lose_and_double_nothing_first_quarter() {
    cut_a_thousand_times(0);
}

#[test]
fn a_thousand_power_cuts_lose_and_double_nothing_second_quarter() {
    cut_a_thousand_times(1);
}

#[test]
fn a_thousand_power_cuts_lose_and_double_nothing_third_quarter() {
    cut_a_thousand_times(2);
}

#[test]
fn a_thousand_power_cuts_lose_and_double_nothing_last_quarter() {
    cut_a_thousand_times(3);
}

/// The same load finds it when what was told was not durable.
#[test]
fn without_sync_or_with_a_lying_disk_the_cuts_are_seen_to_lose() {
    for trap in [Trap::NoSync, Trap::LyingDisk] {
        let caught = (0..20).filter(|seed| live(*seed, trap, &mut Seen::default()).is_err()).count();
        assert!(caught >= 10, "only {caught} of 20");
    }
}

/// Several threads at once: each keeps its own ledger of what it was told.
#[test]
fn threads_that_are_cut_off_find_all_they_were_told() {
    for seed in 0..20 {
        let disk = Disk::new(seed);
        let outbox = SqliteOutbox::open_on(&disk.path("outbox.sqlite"), VFS).unwrap();
        disk.cut_power_after(fastrand::Rng::with_seed(seed).u64(20..400));
        let told: Vec<Vec<u64>> = std::thread::scope(|scope| {
            let threads: Vec<_> = (0..4)
                .map(|_| {
                    scope.spawn(|| {
                        let mut told = Vec::new();
                        while let Ok(number) = outbox.next_sequence() {
                            if outbox.commit(&sealed(number)).is_err() {
                                break;
                            }
                            told.push(number);
                        }
                        told
                    })
                })
                .collect();
            threads.into_iter().map(|thread| thread.join().unwrap()).collect()
        });
        drop(outbox);
        assert!(!disk.has_power());
        disk.restore_power();
        let outbox = SqliteOutbox::open_on(&disk.path("outbox.sqlite"), VFS).unwrap();
        let kept: Vec<u64> =
            outbox.pending(usize::MAX).unwrap().iter().map(|item| item.sealed.header.sequence).collect();
        let mut all: Vec<u64> = told.into_iter().flatten().collect();
        all.sort_unstable();
        assert!(all.is_sorted_by(|one, next| one < next), "seed {seed}: a number was given twice");
        assert!(all.iter().all(|number| kept.contains(number)), "seed {seed}: {all:?} {kept:?}");
        // One commit is made at a time, so one at most was interrupted.
        assert!(kept.len() <= all.len() + 1, "seed {seed}: {all:?} {kept:?}");
        assert!(outbox.next_sequence().unwrap() > all.last().copied().unwrap_or(0), "seed {seed}");
    }
}

/// One outbox, to look at: `ZUIL_SEED=17 cargo test one_outbox_can_be_cut_again`.
#[test]
fn one_outbox_can_be_cut_again_from_its_seed() {
    let seed = std::env::var("ZUIL_SEED").ok().and_then(|seed| seed.parse().ok()).unwrap_or(0);
    let run = || {
        let mut seen = Seen::default();
        live(seed, Trap::None, &mut seen).unwrap_or_else(|lost| panic!("{lost}"));
        (seen.told, seen.drawn.cuts, seen.happened, seen.not_happened)
    };
    assert_eq!(run(), run());
}

/// Found by the simulation of whole towns: the hub's disk could not sync for a while, the hub was restarted,
/// and all that it took in afterwards was gone with the next power cut.
#[test]
fn nothing_is_added_behind_what_an_earlier_run_could_not_sync() {
    for seed in 0..50 {
        let disk = Disk::new(seed);
        let open = || SqliteOutbox::open_on(&disk.path("outbox.sqlite"), VFS).unwrap();
        let outbox = open();
        outbox.commit(&sealed(1)).unwrap();
        disk.fail(Some(Fault::SyncError));
        assert!(outbox.commit(&sealed(2)).is_err());
        // Killed: nothing is tidied up, and what was written is read back.
        disk.fail(Some(Fault::WriteError));
        drop(outbox);
        disk.fail(None);
        let outbox = open();
        outbox.commit(&sealed(3)).unwrap();
        disk.cut_power();
        drop(outbox);
        disk.restore_power();
        let outbox = open();
        for kept in [1, 3] {
            assert_eq!(outbox.state(id(kept)).unwrap(), Some(State::Saved), "seed {seed}, number {kept}");
        }
    }
}

/// SQLite opens for reading what it may not write. Such an outbox would stay as it is when its disk is well.
#[test]
fn an_outbox_that_can_only_be_read_is_not_opened() {
    let disk = Disk::new(1);
    let open = || SqliteOutbox::open_on(&disk.path("outbox.sqlite"), VFS);
    drop(open().unwrap());
    disk.fail(Some(Fault::ReadOnly));
    assert!(open().is_err_and(|error| error.is_permanent()));
    disk.fail(None);
    open().unwrap().commit(&sealed(1)).unwrap();
}

/// Found by the simulation of whole towns: the reservation of a block was lost, and after the next start its
/// numbers were given again.
#[test]
fn a_number_whose_reservation_could_not_be_written_is_not_given() {
    for fault in [Fault::Full, Fault::WriteError, Fault::ShortWrite, Fault::SyncError] {
        let disk = Disk::new(1);
        let open = || SqliteOutbox::open_on(&disk.path("outbox.sqlite"), VFS).unwrap();
        let outbox = open();
        outbox.commit(&sealed(1_000)).unwrap();
        disk.fail(Some(fault));
        assert!(outbox.next_sequence().is_err(), "{fault:?}");
        disk.fail(None);
        let given = outbox.next_sequence().unwrap();
        disk.cut_power();
        drop(outbox);
        disk.restore_power();
        assert!(open().next_sequence().unwrap() > given, "{fault:?}");
    }
}
