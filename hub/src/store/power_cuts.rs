//! A thousand power cuts while pillars deliver. What was answered as accepted is there afterwards, once;
//! a batch that was interrupted is there wholly or not at all.

use std::collections::BTreeSet;

use fastrand::Rng;
use jiff::Timestamp;
use uuid::Uuid;
use zuil_disk::{Disk, Drawn, Fault, VFS};
use zuil_wire::SurveyAnswers;
use zuil_wire::messages::SurveyItem;

use super::conformance::{batch, incoming, some_pillar};
use super::{Batch, Delivery, Filter, Grace, Outcome, SqliteStore, Store, StoreError};

/// How many lives of a hub, each ended by a cut.
const CUTS: u64 = 1_000;
/// In how many tests, so that all processors have something to do.
const SHARES: u64 = 2;
/// How many cuts one disk goes through.
const LIVES: u64 = 5;

/// What a pillar sends at once: numbers of transactions and of surveys (made up).
#[derive(Clone, Debug, Default)]
struct Upload {
    transactions: Vec<u8>,
    surveys: Vec<u8>,
}

/// What was answered.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Told {
    transactions: BTreeSet<u8>,
    surveys: BTreeSet<u8>,
}

impl Told {
    fn note(&mut self, upload: &Upload) {
        self.transactions.extend(&upload.transactions);
        self.surveys.extend(&upload.surveys);
    }
}

fn now() -> Timestamp {
    Timestamp::from_second(1_800_000_000).unwrap()
}

/// Delivers; every transaction is accepted.
fn deliver(store: &SqliteStore, upload: &Upload) -> Result<(), StoreError> {
    let survey = |number: &u8| SurveyItem {
        id: Uuid::from_u128(u128::from(*number)),
        task: "bulky-waste".into(),
        answers: SurveyAnswers { clear: Some(4), helped: Some(true), ..SurveyAnswers::default() },
    };
    let batch = Batch {
        pillar: "jumbo".into(),
        transactions: upload
            .transactions
            .iter()
            .map(|number| incoming(*number, u64::from(*number)))
            .collect(),
        surveys: upload.surveys.iter().map(survey).collect(),
        ..Batch::default()
    };
    for outcome in store.take_in(&batch, now())?.outcomes() {
        assert!(matches!(outcome, Outcome::Accepted { .. }), "{outcome:?}");
    }
    Ok(())
}

/// What the hub holds: transactions, how many it counts, how many surveys, and how far the pillar counted.
fn read(store: &SqliteStore, told: &Told) -> Result<(Told, u64, u64, Option<u64>), StoreError> {
    let mut found = Told { surveys: told.surveys.clone(), ..Told::default() };
    for number in 0..=u8::MAX {
        if store.transaction(incoming(number, 1).sealed.header.reference)?.is_some() {
            found.transactions.insert(number);
        }
    }
    let total = store.transactions(Filter::default(), 0, 1)?.total;
    let last = store.pillars()?.first().and_then(|pillar| pillar.last_sequence);
    Ok((found, total, store.survey_count()?, last))
}

/// Compares what the hub holds with what was answered; an interrupted upload is there or not.
fn look(store: &SqliteStore, told: &mut Told, interrupted: Option<Upload>) -> Result<(), String> {
    // A database that cannot be read any more has lost what was answered, too.
    let (found, total, surveys, last) = read(store, told).map_err(|error| error.to_string())?;
    let is = |told: &Told| {
        found.transactions == told.transactions
            && total == told.transactions.len() as u64
            && surveys == told.surveys.len() as u64
            && last == told.transactions.last().map(|number| u64::from(*number))
    };
    if is(told) {
        return Ok(());
    }
    let mut after = told.clone();
    after.note(&interrupted.clone().unwrap_or_default());
    if is(&after) {
        *told = after;
        return Ok(());
    }
    Err(format!(
        "{found:?}, {total} in all and {surveys} surveys, is neither {told:?} nor that with {interrupted:?}"
    ))
}

fn open(disk: &Disk, dice: &mut Rng) -> Result<SqliteStore, String> {
    if dice.u8(..4) == 0 {
        disk.cut_power_after(dice.u64(1..60));
    }
    loop {
        let opened = SqliteStore::open_on(&disk.path("hub.sqlite"), VFS).and_then(|store| {
            if store.pillars()?.is_empty() {
                store.add_pillar(&some_pillar("jumbo", 1))?;
            }
            Ok(store)
        });
        match opened {
            Ok(store) if disk.has_power() => {
                disk.cut_power_after(u64::MAX / 2);
                return Ok(store);
            }
            Err(error) if disk.has_power() => return Err(error.to_string()),
            _ => disk.restore_power(),
        }
    }
}

/// One hub through several cuts.
fn live(seed: u64, fault: Option<Fault>) -> Result<(Drawn, u64), String> {
    let disk = if seed.is_multiple_of(2) { Disk::new(seed) } else { Disk::with_powersafe_overwrite(seed) };
    let mut dice = Rng::with_seed(seed);
    let (mut told, mut interrupted, mut uploads) = (Told::default(), None, 0);
    for life in 0..LIVES {
        let store = open(&disk, &mut dice)?;
        look(&store, &mut told, interrupted.take())
            .map_err(|lost| format!("seed {seed}, life {life}: {lost}"))?;
        disk.fail(fault);
        let longest = if dice.bool() { 40 } else { 400 };
        disk.cut_power_after(dice.u64(1..longest));
        for _ in 0..30 {
            let numbers =
                |most: usize, dice: &mut Rng| (0..dice.usize(..most)).map(|_| dice.u8(..)).collect();
            let upload = Upload { transactions: numbers(6, &mut dice), surveys: numbers(3, &mut dice) };
            if deliver(&store, &upload).is_err() {
                interrupted = Some(upload);
                break;
            }
            uploads += 1;
            told.note(&upload);
        }
        drop(store);
        disk.cut_power();
        disk.restore_power();
        disk.fail(None);
    }
    look(&open(&disk, &mut dice)?, &mut told, interrupted).map_err(|lost| format!("seed {seed}: {lost}"))?;
    Ok((disk.drawn(), uploads))
}

fn cut_a_thousand_times(share: u64) {
    let (mut drawn, mut uploads) = (Drawn::default(), 0);
    for seed in (0..CUTS / LIVES).filter(|seed| seed % SHARES == share) {
        let (one, some) = live(seed, None).unwrap_or_else(|lost| panic!("{lost}"));
        drawn += one;
        uploads += some;
    }
    println!("{uploads} uploads answered, {drawn:?}");
    assert!(drawn.cuts >= CUTS / SHARES && uploads > CUTS / SHARES, "{uploads} {drawn:?}");
    assert!([drawn.old, drawn.new, drawn.torn, drawn.garbage].iter().all(|count| *count > 100), "{drawn:?}");
}

#[test]
fn a_thousand_power_cuts_lose_and_double_nothing_at_the_hub_first_half() {
    cut_a_thousand_times(0);
}

#[test]
fn a_thousand_power_cuts_lose_and_double_nothing_at_the_hub_second_half() {
    cut_a_thousand_times(1);
}

/// The same load finds it when what was answered was not durable.
#[test]
fn a_lying_disk_is_seen_to_lose_what_the_hub_answered() {
    let caught = (0..20).filter(|seed| live(*seed, Some(Fault::LostSync)).is_err()).count();
    assert!(caught >= 10, "only {caught} of 20");
}

/// Deliveries of several pillars share one commit. The power is cut at each of its writes and syncs in turn,
/// right before the commit is on the disk and right after it.
#[test]
fn wherever_the_power_goes_in_a_shared_commit_what_was_answered_is_there() {
    let (mut answered, mut lost) = (0, 0);
    for moment in 1..200 {
        let disk = Disk::new(moment);
        let store = open(&disk, &mut Rng::with_seed(3)).unwrap();
        store.take_in(&batch(vec![incoming(9, 9)]), now()).unwrap();
        disk.cut_power_after(moment);
        let batches: Vec<Batch> = (1..5).map(|number| batch(vec![incoming(number, number.into())])).collect();
        let delivery = |batch| Delivery { batch, at: now(), grace: Grace::default() };
        let taken = store.take_in_all(&batches.iter().map(delivery).collect::<Vec<_>>());
        let had_power = disk.has_power();
        drop(store);
        disk.cut_power();
        disk.restore_power();
        let store = SqliteStore::open_on(&disk.path("hub.sqlite"), VFS).unwrap();
        let there =
            |number: u8| store.transaction(incoming(number, 1).sealed.header.reference).unwrap().is_some();
        assert!(there(9), "{moment}: what was answered before is gone");
        let found = (1..5).filter(|number| there(*number)).count();
        match taken {
            Ok(all) => {
                assert!(all.iter().all(Result::is_ok) && found == 4, "{moment}: {found} of 4 answered ones");
                answered += 1;
            }
            Err(_) => {
                assert!(found == 0 || found == 4, "{moment}: {found} of 4 that share one commit");
                lost += 1;
            }
        }
        if had_power {
            break;
        }
    }
    assert!(answered > 0 && lost > 3, "{answered} {lost}");
}

/// A full disk, a disk that refuses to write or to sync: nobody is told that it is stored, and when the
/// disk is mended the same upload is taken.
#[test]
fn while_the_disk_fails_nothing_is_accepted_and_afterwards_all_of_it() {
    for fault in [Fault::Full, Fault::WriteError, Fault::ShortWrite, Fault::SyncError, Fault::ReadOnly] {
        let disk = Disk::new(7);
        let store = open(&disk, &mut Rng::with_seed(3)).unwrap();
        let upload = Upload { transactions: vec![1, 2], surveys: vec![3] };
        disk.fail(Some(fault));
        assert!(deliver(&store, &upload).is_err(), "{fault:?}");
        disk.fail(None);
        let mut told = Told::default();
        look(&store, &mut told, Some(upload.clone())).unwrap();
        deliver(&store, &upload).unwrap();
        told.note(&upload);
        look(&store, &mut told, None).unwrap();
    }
}
