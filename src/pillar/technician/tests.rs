//! What codes open, and what leaves the pillar on a stick.

use jiff::SignedDuration;
use zuil_wire::ServiceKey;
use zuil_wire::recording::{Recording, to_text};
use zuil_wire::seal::OpenKey;

use super::*;

const WRONG: Tried = Tried::Wrong { pause: None };

fn key(number: u32) -> ServiceKey {
    ServiceKey::of(number, &[7; ServiceKey::BYTES]).unwrap()
}

fn noon() -> Timestamp {
    "2026-11-24T12:00:00Z".parse().unwrap()
}

fn after(minutes: i64) -> Timestamp {
    noon() + SignedDuration::from_mins(minutes)
}

/// A code for this key that is good until one o'clock, and another that was never made.
fn codes(key: &ServiceKey) -> (Secret, Secret) {
    let right = ServiceCode::make(key, noon(), 7).to_string();
    let last = if right.ends_with('0') { '1' } else { '0' };
    let wrong = format!("{}{last}", &right[..11]);
    (Secret::of(&right), Secret::of(&wrong))
}

#[test]
fn a_code_opens_more_than_once_until_its_hour_is_over_and_no_longer() {
    let folder = tempfile::tempdir().unwrap();
    let files = ServiceFiles::of(folder.path());
    let (right, _) = codes(&key(1));
    assert_eq!(try_code(&files, &right, noon()), Tried::NoKey);
    files.keep_key(&key(1)).unwrap();
    let granted = Tried::Granted { serial: 7, until: after(60) };
    assert_eq!([0, 1, 59].map(|at| try_code(&files, &right, after(at))), [granted; 3]);
    assert_eq!(try_code(&files, &right, after(60)), Tried::Expired);
    let other = ServiceKey::of(2, &[8; ServiceKey::BYTES]).unwrap();
    files.keep_key(&other).unwrap();
    assert_eq!(try_code(&files, &right, noon()), WRONG, "all codes were made void");
}

#[test]
fn nobody_gets_in_by_guessing_also_over_a_restart_and_with_the_right_one_at_last() {
    let folder = tempfile::tempdir().unwrap();
    ServiceFiles::of(folder.path()).keep_key(&key(1)).unwrap();
    let (right, wrong) = codes(&key(1));
    // Each try is after the power was off.
    let tries = |code: &Secret, at| try_code(&ServiceFiles::of(folder.path()), code, after(at));
    assert_eq!([0; 4].map(|at| tries(&wrong, at)), [WRONG; 4]);
    assert_eq!(tries(&wrong, 0), Tried::Wrong { pause: Some(15) });
    assert_eq!(tries(&right, 1), Tried::Pause { minutes: 14 });
    assert_eq!(tries(&right, 14), Tried::Pause { minutes: 1 });
    let granted = Tried::Granted { serial: 7, until: after(60) };
    assert_eq!(tries(&right, 15), granted);
    assert_eq!([16; 4].map(|at| tries(&wrong, at)), [WRONG; 4], "they are counted anew");
    assert_eq!(tries(&right, 17), granted);
}

#[test]
fn what_is_no_code_at_all_counts_as_a_wrong_one() {
    let folder = tempfile::tempdir().unwrap();
    let files = ServiceFiles::of(folder.path());
    files.keep_key(&key(1)).unwrap();
    assert_eq!(try_code(&files, &Secret::of("123"), noon()), WRONG);
    assert_eq!(files.tries().wrong, 1);
}

#[test]
fn logs_leave_the_pillar_sealed_and_the_hub_reads_every_letter_of_them() {
    let (private, public) = OpenKey::generate().unwrap();
    let key = SealKey::from_base64("k1", &public).unwrap();
    // Letters of two bytes, so that some are cut in two, and more than one piece.
    let text = "aé!\n".repeat(PIECE);
    let lines = sealed(text.as_bytes(), &key, "Jumbo-1", noon()).unwrap();
    assert!(!lines.contains('é') && lines.lines().count() > 3);
    let private = OpenKey::from_bytes(&private);
    let read = to_text(&Recording::open(&lines, &private).unwrap());
    assert!(read.contains("# pillar Jumbo-1\n") && read.ends_with(&(text + "\n")), "{}", read.len());
}
