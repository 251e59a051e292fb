//! A thousand power cuts while pillars deliver. What was answered as accepted is there afterwards, once;
//! a batch that was interrupted is there wholly or not at all.

use std::collections::BTreeSet;

use fastrand::Rng;
use jiff::Timestamp;
use uuid::Uuid;
use zuil_disk::{Disk, Drawn, Fault, VFS};
use zuil_wire::SurveyAnswers;
use zuil_wire::messages::SurveyItem;

use super::conformance::{incoming, some_pillar};
use super::{Batch, Filter, Outcome, SqliteStore, Store, StoreError};

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
        answers: SurveyAnswers { clear: Some(4), helped: Some(true) },
    };
    let batch = Batch {
        pillar: "jumbo".into(),
        transactions: upload
            .transactions
            .iter()
            .map(|number| incoming(*number, u64::from(*number)))
            .collect(),
        surveys: upload.surveys.iter().map(survey).collect(),
    };
    for outcome in store.take_in(&batch, now())? {
        assert!(matches!(outcome, Outcome::Accepted { .. }), "{outcome:?}");
    }
    Ok(())
}

/// Compares what the hub holds with what was answered; an interrupted upload is there or not.
fn look(store: &SqliteStore, told: &mut Told, interrupted: Option<Upload>) -> Result<(), String> {
    let there = |number: &u8| store.transaction(incoming(*number, 1).header.reference).unwrap().is_some();
    let found = Told { transactions: (0..=u8::MAX).filter(there).collect(), surveys: told.surveys.clone() };
    let total = store.transactions(Filter::default(), 0, 1).unwrap().total;
    let surveys = store.survey_count().unwrap();
    let is = |told: &Told| {
        let last = store.pillars().unwrap()[0].last_sequence;
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
