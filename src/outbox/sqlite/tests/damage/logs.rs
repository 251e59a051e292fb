//! A write-ahead log that is lost, torn, full of garbage, or another database's.

use super::*;

const FRAME: usize = 24 + 4096;

/// A pillar that was cut off: its log holds what the database does not.
fn cut_off() -> Folder {
    let mut folder = Folder::empty();
    let outbox = folder.open();
    folder.serve(&outbox, 7);
    let copy = folder.copy();
    assert!(fs::metadata(copy.beside("-wal")).unwrap().len() > 10 * FRAME as u64);
    copy
}

#[test]
fn a_log_that_is_there_loses_nothing() {
    let met = cut_off().meets("cut off");
    assert!(!met.salvaged && (met.lost, met.spoilt) == (0, 0), "{met:?}");
}

#[test]
fn a_lost_log_is_said_to_be() {
    let folder = cut_off();
    for empty in [true, false] {
        let damaged = folder.copy();
        if empty {
            fs::write(damaged.beside("-wal"), b"").unwrap();
        } else {
            fs::remove_file(damaged.beside("-wal")).unwrap();
        }
        assert!(damaged.meets("lost log").unreadable);
    }
}

#[test]
fn wherever_a_log_is_torn_what_was_told_is_there_or_it_is_said_to_be_lost() {
    let folder = cut_off();
    let whole = fs::read(folder.beside("-wal")).unwrap();
    let frames = (whole.len() - 32) / FRAME;
    let (mut reported, mut lost) = (0, 0);
    for frame in 0..frames {
        for into in [0, 12, 2_000] {
            let damaged = folder.copy();
            let at = 32 + frame * FRAME + into;
            let mut log = whole[..at].to_vec();
            if into == 12 {
                // The rest is there and is garbage.
                log.resize(whole.len(), 0xa5);
            }
            fs::write(damaged.beside("-wal"), log).unwrap();
            let met = damaged.meets(&format!("log torn at frame {frame} and {into}"));
            reported += usize::from(met.unreadable);
            lost += usize::from(met.lost > 0);
        }
    }
    assert!(reported == frames * 3 && lost > frames, "{reported} of {frames} reported, {lost} lost");
}

#[test]
fn what_an_interrupted_write_left_behind_the_log_is_no_damage() {
    let folder = cut_off();
    let mut log = fs::read(folder.beside("-wal")).unwrap();
    // A frame with the right salts that was never finished.
    let frame = log[32..32 + FRAME].to_vec();
    log.extend_from_slice(&frame[..3_000]);
    fs::write(folder.beside("-wal"), log).unwrap();
    let met = folder.meets("interrupted");
    assert!(!met.salvaged && (met.lost, met.spoilt) == (0, 0), "{met:?}");
}

#[test]
fn a_destroyed_beginning_of_the_log_is_said_to_be() {
    for at in [0, 8, 16, 24] {
        let folder = cut_off();
        let mut log = fs::read(folder.beside("-wal")).unwrap();
        log[at] ^= 1;
        fs::write(folder.beside("-wal"), log).unwrap();
        assert!(folder.meets(&format!("log header at {at}")).unreadable);
    }
}

#[test]
fn the_log_of_another_database_is_not_taken_in() {
    let folder = cut_off();
    let mut other = Folder::empty();
    let outbox = other.open();
    for _ in 0..50 {
        outbox.next_sequence().unwrap();
    }
    other.serve(&outbox, 30);
    fs::copy(other.beside("-wal"), folder.beside("-wal")).unwrap();
    let met = folder.meets("another's log");
    assert!(met.unreadable, "{met:?}");
    let last = SqliteOutbox::last_salvage(&folder.path()).unwrap();
    assert!(last.put_aside.iter().any(|path| path.to_string_lossy().ends_with("-wal")), "{last:?}");
}

#[test]
fn a_log_that_was_brought_home_is_not_missed() {
    let mut folder = Folder::empty();
    let outbox = folder.open();
    folder.serve(&outbox, 12);
    outbox.lock().query_row("PRAGMA wal_checkpoint(RESTART)", [], |_| Ok(())).unwrap();
    folder.serve(&outbox, 2);
    let begun_anew = folder.copy();
    assert!(!begun_anew.meets("begun anew").salvaged);
    drop(outbox);
    for _ in 0..3 {
        assert!(!folder.meets("orderly end").salvaged);
    }
}

#[test]
fn a_database_that_is_gone_is_made_anew_from_its_log() {
    let folder = cut_off();
    fs::remove_file(folder.path()).unwrap();
    let met = folder.meets("only the log");
    assert!(met.unreadable && (met.lost, met.spoilt) == (0, 0), "{met:?}");
}
