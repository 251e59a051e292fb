//! A week without network, and what comes after it.

use std::collections::HashMap;
use std::io;

use super::*;
use crate::sync::network::NetworkWatch;

const DAY: Duration = Duration::from_secs(24 * 60 * 60);
/// Ten thousand are drained by `script/bench sync`; an unoptimised disk is slow with so many.
const REQUESTS: u64 = if cfg!(debug_assertions) { 1_000 } else { 10_000 };

/// What the hub is like, by the time.
#[derive(Default)]
struct Weather {
    /// Nobody reaches it before that.
    away_until: Option<Instant>,
    /// It falls over everything before that.
    storm_until: Option<Instant>,
    /// It once asks to be left alone for that long.
    patience: Option<Duration>,
    asked: Option<Instant>,
    /// One answer of so many is lost.
    loses_one_answer_of: u64,
    /// It refuses one request of so many for good, and chokes on one of so many for ever.
    refuses_one_of: u64,
    chokes_on_one_of: u64,
    dice: Option<fastrand::Rng>,
}

/// A hub with a memory.
#[derive(Clone, Default)]
struct WeekHub(Arc<Mutex<(Weather, Memory)>>);

#[derive(Default)]
struct Memory {
    /// In the order in which they were taken.
    taken: Vec<Uuid>,
    known: HashMap<Uuid, State>,
    requests: Vec<Instant>,
    largest: usize,
}

impl WeekHub {
    fn with(weather: Weather) -> Self {
        Self(Arc::new(Mutex::new((weather, Memory::default()))))
    }
}

const fn is_one_of(number: u64, of: u64) -> bool {
    of > 0 && number.is_multiple_of(of)
}

fn number(id: Uuid) -> u64 {
    u64::try_from(id.as_u128()).unwrap()
}

impl Hub for WeekHub {
    async fn upload(&self, request: &UploadRequest) -> Result<UploadResponse, SyncError> {
        let mut inner = self.0.lock().unwrap();
        let (weather, memory) = &mut *inner;
        let now = Instant::now();
        memory.requests.push(now);
        memory.largest = memory.largest.max(request.envelopes.len());
        if weather.away_until.is_some_and(|until| now < until) {
            return Err(SyncError::Unreachable("no connection".into()));
        }
        if weather.storm_until.is_some_and(|until| now < until) {
            return Err(SyncError::Busy { retry_after: None });
        }
        if let Some(asked) = weather.asked {
            assert!(now >= asked, "the hub was not left alone");
        }
        if let Some(patience) = weather.patience.take() {
            weather.asked = Some(now + patience);
            return Err(SyncError::Busy { retry_after: Some(patience) });
        }
        let ids: Vec<Uuid> = request.envelopes.iter().map(|envelope| envelope.header.id).collect();
        assert!(ids.is_sorted(), "a request is in order");
        if ids.iter().any(|id| is_one_of(number(*id), weather.chokes_on_one_of)) {
            return Err(SyncError::Rejected(400));
        }
        let mut outcomes = Vec::new();
        for id in ids {
            if is_one_of(number(id), weather.refuses_one_of) {
                outcomes.push(ItemOutcome::Refused { id, reason: Refusal::UnknownKey });
                continue;
            }
            if memory.known.insert(id, State::Received).is_none() {
                memory.taken.push(id);
            }
            outcomes.push(ItemOutcome::Accepted { id, state: State::Received, case_number: None });
        }
        let loses = weather.loses_one_answer_of;
        let mut dice = || weather.dice.get_or_insert_with(|| fastrand::Rng::with_seed(4)).u64(..loses);
        if loses > 0 && dice() == 0 {
            return Err(SyncError::Unreachable("the connection broke".into()));
        }
        Ok(UploadResponse {
            now: jiff::Timestamp::UNIX_EPOCH,
            outcomes,
            surveys: Vec::new(),
            later: Vec::new(),
        })
    }

    async fn report(&self, _: &HealthReport) -> Result<HealthAnswer, SyncError> {
        Err(SyncError::Unreachable("no connection".into()))
    }

    async fn count(&self, _: &AskedCounts) -> Result<AskedAnswer, SyncError> {
        Err(SyncError::NoHub(404))
    }

    async fn hello(&self) -> Result<(), SyncError> {
        Ok(())
    }
}

/// A cable that is plugged in when the test says so.
struct Cable(UnboundedReceiver<()>);

impl NetworkWatch for Cable {
    async fn is_back(&mut self) -> io::Result<()> {
        self.0.recv().await.ok_or_else(|| io::ErrorKind::BrokenPipe.into())
    }
}

struct Week {
    outbox: Arc<dyn Outbox>,
    hub: WeekHub,
    handle: Handle,
    cable: tokio::sync::mpsc::UnboundedSender<()>,
    _folder: TempDir,
}

impl Week {
    fn begins(weather: Weather) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let outbox: Arc<dyn Outbox> =
            Arc::new(SqliteOutbox::open(&folder.path().join("outbox.sqlite")).unwrap());
        let hub = WeekHub::with(weather);
        let mut dice = fastrand::Rng::with_seed(21);
        let worker = Worker {
            disk: super::super::Disk::Threads,
            outbox: Arc::clone(&outbox),
            hub: hub.clone(),
            signing_key: SigningKey::from_base64(&SigningKey::generate().unwrap().0).unwrap(),
            events: Box::new(|_| {}),
            random: Box::new(move || dice.u64(..)),
            found: None,
        };
        let runtime = tokio::runtime::Handle::current();
        let handle = worker.spawn(&runtime);
        let (cable, plugged) = unbounded_channel();
        handle.watch_network(Cable(plugged), &runtime);
        Self { outbox, hub, handle, cable, _folder: folder }
    }

    /// Residents come at seeded moments of the time given, and each finishes a request.
    async fn residents_come(&self, numbers: std::ops::RangeInclusive<u64>, time: Duration) {
        let mut dice = fastrand::Rng::with_seed(*numbers.end());
        let began = Instant::now();
        let mut moments: Vec<u64> = numbers.clone().map(|_| dice.u64(0..time.as_secs())).collect();
        moments.sort_unstable();
        for (second, number) in moments.into_iter().zip(numbers) {
            tokio::time::sleep_until(began + Duration::from_secs(second)).await;
            self.outbox.commit(&sealed(number)).unwrap();
            self.handle.wake();
        }
        tokio::time::sleep_until(began + time).await;
    }

    /// As long as something waits that is not among those that can never be taken.
    async fn is_drained(&self, never: u64) -> Duration {
        let began = Instant::now();
        while self.outbox.counts().unwrap().saved > never {
            assert!(began.elapsed() < DAY, "{:?} still wait", self.outbox.counts().unwrap());
            tokio::time::sleep(Duration::from_secs(1)).await;
        }
        began.elapsed()
    }

    fn memory<T>(&self, look: impl FnOnce(&Memory) -> T) -> T {
        look(&self.hub.0.lock().unwrap().1)
    }
}

#[tokio::test(start_paused = true)]
async fn a_week_offline_is_drained_without_loss_or_doubles_and_in_order() {
    let back = Instant::now() + DAY * 7;
    let week = Week::begins(Weather {
        away_until: Some(back),
        patience: Some(Duration::from_secs(120)),
        loses_one_answer_of: 5,
        ..Weather::default()
    });
    week.residents_come(1..=REQUESTS, DAY * 7).await;
    assert_eq!(week.outbox.counts().unwrap().saved, REQUESTS);
    let before = week.memory(|memory| memory.requests.len());
    week.cable.send(()).unwrap();
    week.is_drained(0).await;
    week.memory(|memory| {
        assert_eq!(memory.requests[before], back, "the cable was plugged in, and it tries at once");
        assert_eq!(memory.taken, (1..=REQUESTS).map(id).collect::<Vec<_>>());
        assert_eq!(memory.largest, UploadRequest::MAX_ENVELOPES);
    });
    let counts = week.outbox.counts().unwrap();
    assert_eq!((counts.received, counts.parked), (REQUESTS, 0));
}

#[tokio::test(start_paused = true)]
async fn what_is_refused_or_cannot_be_taken_and_storms_hold_nobody_up_after_a_week() {
    let back = Instant::now() + DAY * 7;
    let week = Week::begins(Weather {
        away_until: Some(back),
        storm_until: Some(back + Duration::from_secs(1_800)),
        patience: Some(Duration::from_secs(300)),
        loses_one_answer_of: 10,
        refuses_one_of: 97,
        chokes_on_one_of: 401,
        ..Weather::default()
    });
    let requests = REQUESTS / 4;
    week.residents_come(1..=requests, DAY * 7).await;
    week.cable.send(()).unwrap();
    let (refused, never) = (requests / 97, requests / 401);
    let took = week.is_drained(never).await;
    assert!(took < Duration::from_secs(1_800 + 300 + 1_800), "{took:?}");
    let counts = week.outbox.counts().unwrap();
    assert_eq!((counts.parked, counts.saved), (refused, never));
    assert_eq!(counts.received, requests - refused - never);
    week.memory(|memory| {
        assert_eq!(u64::try_from(memory.taken.len()).unwrap(), counts.received, "each was taken once");
    });
    // A day later the hub is mended, and those that stood back are delivered within minutes.
    tokio::time::sleep(DAY).await;
    week.hub.0.lock().unwrap().0.chokes_on_one_of = 0;
    let took = week.is_drained(0).await;
    assert!(took <= LONGEST + Duration::from_secs(60), "{took:?}");
}

#[tokio::test(start_paused = true)]
async fn a_cable_that_is_plugged_in_does_not_disturb_a_hub_that_asked_for_patience() {
    let week = Week::begins(Weather { patience: Some(Duration::from_secs(600)), ..Weather::default() });
    week.outbox.commit(&sealed(1)).unwrap();
    week.handle.wake();
    for _ in 0..50 {
        tokio::time::sleep(Duration::from_secs(10)).await;
        week.cable.send(()).unwrap();
    }
    assert_eq!(week.memory(|memory| memory.requests.len()), 1);
    week.is_drained(0).await;
}

#[tokio::test(start_paused = true)]
async fn without_anyone_who_watches_the_network_the_sync_goes_on() {
    let away = Instant::now() + Duration::from_secs(3_600);
    let week = Week::begins(Weather { away_until: Some(away), ..Weather::default() });
    let Week { outbox, handle, cable, .. } = &week;
    let (gone, plugged) = unbounded_channel();
    drop(gone);
    handle.watch_network(Cable(plugged), &tokio::runtime::Handle::current());
    outbox.commit(&sealed(1)).unwrap();
    handle.wake();
    assert!(week.is_drained(0).await < Duration::from_secs(3_600) + LONGEST * 2);
    assert!(!cable.is_closed(), "the other watcher is still listened to");
}
