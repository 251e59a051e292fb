//! Service visits on their way, in virtual time.

use std::sync::Mutex;

use jiff::Timestamp;
use zuil_wire::service::{Readiness, ReadinessFinding};
use zuil_wire::{ServiceDeed, ServiceOutcome};

use super::*;

/// A hub that has the key with a number, and remembers what it was told.
#[derive(Default)]
struct FakeDesk {
    number: Mutex<u32>,
    fetched: Mutex<u32>,
    /// The ids in each request.
    done: Mutex<Vec<Vec<u128>>>,
    ready: Mutex<Vec<Uuid>>,
    /// What it answers instead.
    trouble: Mutex<Option<Trouble>>,
}

#[derive(Clone, Copy, PartialEq)]
enum Trouble {
    /// The line is cut.
    Away,
    /// It cannot open the key, and all else goes well.
    NoKey,
    /// It takes in what is told, and its answer names nothing.
    SaysNothing,
}

impl FakeDesk {
    fn has_trouble(&self, trouble: Trouble) -> bool {
        *self.trouble.lock().unwrap() == Some(trouble)
    }

    fn line(&self) -> Result<(), SyncError> {
        match self.has_trouble(Trouble::Away) {
            true => Err(SyncError::Unreachable("no connection".into())),
            false => Ok(()),
        }
    }

    fn answer(&self, taken: Vec<Uuid>) -> ServiceTaken {
        ServiceTaken { taken: if self.has_trouble(Trouble::SaysNothing) { Vec::new() } else { taken } }
    }
}

impl ServiceDesk for FakeDesk {
    async fn fetch_key(&self) -> Result<ServiceKey, SyncError> {
        self.line()?;
        *self.fetched.lock().unwrap() += 1;
        if self.has_trouble(Trouble::NoKey) {
            return Err(SyncError::Busy { retry_after: None });
        }
        Ok(key(*self.number.lock().unwrap()))
    }

    async fn tell_done(&self, entries: Vec<ServiceEntry>) -> Result<ServiceTaken, SyncError> {
        self.line()?;
        self.done.lock().unwrap().push(entries.iter().map(|entry| entry.id.as_u128()).collect());
        Ok(self.answer(entries.iter().map(|entry| entry.id).collect()))
    }

    async fn tell_ready(&self, report: ReadinessReport) -> Result<ServiceTaken, SyncError> {
        self.line()?;
        self.ready.lock().unwrap().push(report.id);
        Ok(self.answer(vec![report.id]))
    }
}

fn key(number: u32) -> ServiceKey {
    ServiceKey::of(number, &[7; ServiceKey::BYTES]).unwrap()
}

fn entry(number: u128) -> ServiceEntry {
    let (id, at) = (Uuid::from_u128(number), Timestamp::UNIX_EPOCH);
    let (deed, outcome) = (ServiceDeed::ChangedRoll, ServiceOutcome::Done);
    ServiceEntry { id, serial: Some(7), key_number: 1, at, deed, outcome }
}

fn readiness(number: u128) -> ReadinessReport {
    let finding =
        ReadinessFinding { check: "printer".into(), state: Readiness::Good, said: "It prints.".into() };
    let (id, at) = (Uuid::from_u128(number), Timestamp::UNIX_EPOCH);
    ReadinessReport { version: 5, id, at, findings: vec![finding] }
}

/// A pillar at a hub that has a key with the number 1.
struct Pillar {
    desk: Arc<FakeDesk>,
    files: Arc<ServiceFiles>,
    numbers: watch::Sender<Option<u32>>,
    task: tokio::task::JoinHandle<()>,
    folder: tempfile::TempDir,
}

fn begin() -> Pillar {
    let folder = tempfile::tempdir().unwrap();
    let desk = Arc::new(FakeDesk { number: Mutex::new(1), ..FakeDesk::default() });
    let files = Arc::new(ServiceFiles::of(folder.path()));
    let (numbers, heard) = watch::channel(None);
    let courier = ServiceCourier::new(Arc::clone(&desk), Arc::clone(&files), || 7);
    Pillar { desk, files, numbers, task: tokio::spawn(courier.run(heard)), folder }
}

/// Lets time go by until something is so.
async fn until(is_so: impl Fn() -> bool) {
    for _ in 0..10_000 {
        if is_so() {
            return;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    panic!("it never came to that");
}

/// Lets a day go by.
async fn a_day() {
    tokio::time::sleep(Duration::from_secs(24 * 60 * 60)).await;
}

#[tokio::test(start_paused = true)]
async fn the_key_is_fetched_when_the_hub_tells_of_another_number_and_only_then() {
    let Pillar { desk, files, numbers, folder, .. } = begin();
    numbers.send_replace(Some(1));
    until(|| files.key() == Some(key(1))).await;
    numbers.send_replace(Some(1));
    a_day().await;
    assert_eq!(*desk.fetched.lock().unwrap(), 1);
    *desk.number.lock().unwrap() = 2;
    numbers.send_replace(Some(2));
    until(|| files.key() == Some(key(2))).await;
    assert_eq!(ServiceFiles::of(folder.path()).key(), Some(key(2)), "also after a restart");
    // A hub whose backup was restored has an older one.
    *desk.number.lock().unwrap() = 1;
    numbers.send_replace(Some(1));
    until(|| files.key() == Some(key(1))).await;
}

#[tokio::test(start_paused = true)]
async fn a_key_of_another_hub_with_the_same_number_is_replaced_after_a_start() {
    let Pillar { desk, files, numbers, folder: _folder, .. } = begin();
    files.keep_key(&ServiceKey::of(1, &[9; ServiceKey::BYTES]).unwrap()).unwrap();
    numbers.send_replace(Some(1));
    until(|| files.key() == Some(key(1))).await;
    files.add(entry(1)).unwrap();
    until(|| files.entries().is_empty()).await;
    assert_eq!(*desk.fetched.lock().unwrap(), 1, "once");
}

#[tokio::test(start_paused = true)]
async fn a_key_that_is_newer_than_was_told_is_not_fetched_again_and_again() {
    let Pillar { desk, files, numbers, folder: _folder, .. } = begin();
    *desk.number.lock().unwrap() = 3;
    numbers.send_replace(Some(2));
    until(|| files.key() == Some(key(3))).await;
    files.add(entry(1)).unwrap();
    until(|| files.entries().is_empty()).await;
    numbers.send_replace(Some(3));
    a_day().await;
    assert_eq!(*desk.fetched.lock().unwrap(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_hub_that_tells_of_no_key_is_asked_for_nothing() {
    let Pillar { desk, files, numbers, folder: _folder, .. } = begin();
    files.add(entry(1)).unwrap();
    files.keep_readiness(readiness(1)).unwrap();
    a_day().await;
    assert_eq!((*desk.fetched.lock().unwrap(), desk.done.lock().unwrap().len()), (0, 0));
    assert_eq!((files.entries(), files.readiness()), (vec![entry(1)], Some(readiness(1))));
    numbers.send_replace(Some(1));
    until(|| files.entries().is_empty() && files.readiness().is_none()).await;
    assert_eq!(*desk.ready.lock().unwrap(), [Uuid::from_u128(1)]);
}

#[tokio::test(start_paused = true)]
async fn what_was_done_without_a_line_is_told_once_when_there_is_one() {
    let Pillar { desk, files, numbers, folder, .. } = begin();
    *desk.trouble.lock().unwrap() = Some(Trouble::Away);
    numbers.send_replace(Some(1));
    for number in 0..150 {
        files.add(entry(number)).unwrap();
    }
    files.keep_readiness(readiness(1)).unwrap();
    a_day().await;
    assert_eq!(ServiceFiles::of(folder.path()).entries().len(), 150);
    *desk.trouble.lock().unwrap() = None;
    until(|| files.entries().is_empty() && files.readiness().is_none()).await;
    a_day().await;
    let done = desk.done.lock().unwrap();
    assert_eq!(done.iter().map(Vec::len).collect::<Vec<_>>(), [64, 64, 22]);
    assert_eq!(done.concat(), (0..150).collect::<Vec<_>>());
    assert_eq!(desk.ready.lock().unwrap().len(), 1);
    let again = ServiceFiles::of(folder.path());
    assert_eq!((again.entries(), again.readiness(), again.key()), (vec![], None, Some(key(1))));
}

#[tokio::test(start_paused = true)]
async fn a_hub_that_cannot_open_the_key_hears_what_was_done_all_the_same() {
    let Pillar { desk, files, numbers, folder: _folder, .. } = begin();
    *desk.trouble.lock().unwrap() = Some(Trouble::NoKey);
    numbers.send_replace(Some(1));
    files.add(entry(1)).unwrap();
    until(|| files.entries().is_empty()).await;
    assert_eq!(files.key(), None);
    *desk.trouble.lock().unwrap() = None;
    until(|| files.key().is_some()).await;
}

#[tokio::test(start_paused = true)]
async fn an_answer_that_names_nothing_leaves_everything_here_and_is_not_asked_for_in_a_hurry() {
    let Pillar { desk, files, numbers, folder: _folder, .. } = begin();
    *desk.trouble.lock().unwrap() = Some(Trouble::SaysNothing);
    files.add(entry(1)).unwrap();
    numbers.send_replace(Some(1));
    a_day().await;
    assert_eq!(files.entries(), [entry(1)]);
    let tries = desk.done.lock().unwrap().len();
    assert!((100..1_000).contains(&tries), "{tries}");
}

#[tokio::test(start_paused = true)]
async fn it_ends_when_nobody_tells_it_anything_any_more() {
    let Pillar { numbers, task, folder: _folder, .. } = begin();
    numbers.send_replace(Some(1));
    drop(numbers);
    task.await.unwrap();
}
