//! Fetching from a hub that does as it is told, in a time that stands still.

use std::collections::VecDeque;
use std::sync::Mutex;

use super::*;

/// What the hub does with the next question. After the last one it has nothing else than what is known.
#[derive(Clone, Debug)]
enum Then {
    Sends(&'static str),
    Nothing,
    CutsOff,
    Busy(u64),
    NotAdmitted,
    Hangs,
}

#[derive(Default)]
struct ScriptedHub {
    then: Mutex<VecDeque<Then>>,
    asked: Mutex<Vec<(Duration, Vec<String>)>>,
    began: Option<Instant>,
}

impl ScriptedHub {
    fn that(then: impl IntoIterator<Item = Then>) -> Arc<Self> {
        let began = Some(Instant::now());
        Arc::new(Self { then: Mutex::new(then.into_iter().collect()), asked: Mutex::default(), began })
    }

    /// When it was asked, since the beginning.
    fn times(&self) -> Vec<Duration> {
        self.asked.lock().unwrap().iter().map(|(at, _)| *at).collect()
    }

    fn last_known(&self) -> Vec<String> {
        self.asked.lock().unwrap().last().unwrap().1.clone()
    }
}

impl Publisher for ScriptedHub {
    async fn newest(&self, known: &[String]) -> Result<Fetched, SyncError> {
        self.asked.lock().unwrap().push((self.began.unwrap().elapsed(), known.to_vec()));
        let then = self.then.lock().unwrap().pop_front();
        match then {
            None => Ok(Fetched::Known(known.first().cloned())),
            Some(Then::Sends(bundle)) => Ok(Fetched::Other(bundle.into())),
            Some(Then::Nothing) => Ok(Fetched::Nothing),
            Some(Then::CutsOff) => Err(SyncError::Unreachable("the connection broke".to_owned())),
            Some(Then::Busy(seconds)) => {
                Err(SyncError::Busy { retry_after: Some(Duration::from_secs(seconds)) })
            }
            Some(Then::NotAdmitted) => Err(SyncError::NotAdmitted),
            Some(Then::Hangs) => std::future::pending().await,
        }
    }
}

/// Keeps what is good; its serial is its length.
#[derive(Default)]
struct Bookshelf {
    running: Mutex<Option<(u64, String)>>,
    full: Mutex<bool>,
    looked_at: Mutex<u32>,
    taken: Mutex<Vec<String>>,
}

impl Shelf for Bookshelf {
    fn running(&self) -> Option<(u64, String)> {
        self.running.lock().unwrap().clone()
    }

    fn take(&self, bundle: &[u8]) -> Result<(), NotTaken> {
        if std::mem::take(&mut *self.full.lock().unwrap()) {
            return Err(NotTaken::NotKept("no space left".to_owned()));
        }
        let text = String::from_utf8(bundle.to_vec()).unwrap();
        *self.looked_at.lock().unwrap() += 1;
        assert!(!text.contains("mine"), "the check comes to a stop, as it is made to here");
        if text.contains("lie") {
            return Err(NotTaken::Refused("its signature is wrong".to_owned()));
        }
        *self.running.lock().unwrap() = Some((text.len() as u64, digest_of(bundle)));
        self.taken.lock().unwrap().push(text);
        Ok(())
    }
}

struct Pillar {
    hub: Arc<ScriptedHub>,
    shelf: Arc<Bookshelf>,
    told: watch::Sender<Option<u64>>,
    task: tokio::task::JoinHandle<()>,
}

impl Pillar {
    fn before(hub: Arc<ScriptedHub>) -> Self {
        let shelf = Arc::new(Bookshelf::default());
        let (told, hears) = watch::channel(None);
        let mut dice = 7_u64;
        let random = move || {
            dice = dice.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            dice >> 33
        };
        let task = tokio::spawn(Fetcher::new(hub.clone(), shelf.clone(), random).run(hears));
        Self { hub, shelf, told, task }
    }

    async fn lives(&self, seconds: u64) {
        tokio::time::sleep(Duration::from_secs(seconds)).await;
    }

    fn taken(&self) -> Vec<String> {
        self.shelf.taken.lock().unwrap().clone()
    }
}

#[tokio::test(start_paused = true)]
async fn the_newest_is_fetched_at_the_start_and_afterwards_the_pillar_asks_every_ten_minutes() {
    let pillar = Pillar::before(ScriptedHub::that([Then::Sends("one")]));
    pillar.lives(5).await;
    assert_eq!(pillar.taken(), ["one"]);
    pillar.lives(6 * 3600).await;
    let times = pillar.hub.times();
    assert!((30..=46).contains(&times.len()), "{}", times.len());
    for pair in times.windows(2) {
        let pause = (pair[1] - pair[0]).as_secs();
        assert!((479..=721).contains(&pause), "{pause} s");
    }
    assert_eq!(pillar.hub.last_known(), [digest_of(b"one")]);
}

#[tokio::test(start_paused = true)]
async fn a_fetch_that_is_cut_off_is_tried_again_with_longer_and_longer_pauses_until_it_succeeds() {
    let pillar =
        Pillar::before(ScriptedHub::that(vec![Then::CutsOff; 7].into_iter().chain([Then::Sends("whole")])));
    pillar.lives(3600).await;
    assert_eq!(pillar.taken(), ["whole"]);
    let times = pillar.hub.times();
    assert!(times[1] - times[0] <= FIRST_CEILING);
    assert!(times[7] - times[6] >= Duration::from_secs(100), "{times:?}");
    assert!(times.windows(2).all(|pair| pair[1] - pair[0] <= ASK_EVERY * 6 / 5));
}

#[tokio::test(start_paused = true)]
async fn what_was_refused_is_not_fetched_again() {
    let pillar = Pillar::before(ScriptedHub::that([Then::Sends("one"), Then::Sends("a lie")]));
    pillar.lives(3600).await;
    assert_eq!(pillar.taken(), ["one"]);
    assert_eq!(pillar.hub.last_known(), [digest_of(b"one"), digest_of(b"a lie")]);
    pillar.hub.then.lock().unwrap().push_back(Then::Sends("three"));
    pillar.lives(3600).await;
    assert_eq!(pillar.hub.last_known(), [digest_of(b"three")]);
}

#[tokio::test(start_paused = true)]
async fn the_report_can_say_why_one_is_refused_until_another_is_taken() {
    let (hub, shelf) = (ScriptedHub::that([Then::Sends("a lie"), Then::Sends("one")]), Bookshelf::default());
    let mut fetcher = Fetcher::new(hub, Arc::new(shelf), || 0);
    let refusal = fetcher.refusal();
    fetcher.fetch().await;
    assert_eq!(refusal.why().as_deref(), Some("its signature is wrong"));
    fetcher.fetch().await;
    assert_eq!(refusal.why(), None);
    refusal.set(Some("its signature is wrong"));
    fetcher.fetch().await;
    assert_eq!(refusal.why(), None, "what runs is the newest again");
    refusal.set(Some(&"many\nmistakes ".repeat(100)));
    let why = refusal.why().unwrap();
    assert!(why.starts_with("many mistakes many") && why.chars().count() == HealthReport::LONGEST_REASON);
}

#[tokio::test(start_paused = true)]
async fn one_at_which_the_check_comes_to_a_stop_is_neither_fetched_nor_looked_at_again() {
    let pillar = Pillar::before(ScriptedHub::that([Then::Sends("one"), Then::Sends("a mine")]));
    pillar.lives(6 * 3600).await;
    assert_eq!((pillar.taken(), *pillar.shelf.looked_at.lock().unwrap()), (vec!["one".to_owned()], 2));
    assert_eq!(pillar.hub.last_known(), [digest_of(b"one"), digest_of(b"a mine")]);
    let times = pillar.hub.times();
    assert!(times.windows(2).skip(1).all(|pair| pair[1] - pair[0] >= ASK_EVERY * 4 / 5), "{times:?}");
    pillar.hub.then.lock().unwrap().push_back(Then::Sends("three"));
    pillar.lives(3600).await;
    assert_eq!(pillar.taken(), ["one", "three"]);
}

#[tokio::test(start_paused = true)]
async fn the_report_says_that_the_check_came_to_a_stop_until_another_is_taken() {
    let hub = ScriptedHub::that([Then::Sends("a mine"), Then::Nothing, Then::Sends("one")]);
    let mut fetcher = Fetcher::new(hub, Arc::new(Bookshelf::default()), || 0);
    let refusal = fetcher.refusal();
    for _ in 0..2 {
        fetcher.fetch().await;
        let why = refusal.why().unwrap();
        assert!(why.contains("publish it without what was changed last"), "{why}");
        assert!(why.chars().count() < HealthReport::LONGEST_REASON);
    }
    fetcher.fetch().await;
    assert_eq!(refusal.why(), None);
}

#[tokio::test(start_paused = true)]
async fn what_a_full_disk_could_not_keep_is_fetched_again() {
    let pillar = Pillar::before(ScriptedHub::that([Then::Sends("one"), Then::Sends("one")]));
    *pillar.shelf.full.lock().unwrap() = true;
    pillar.lives(60).await;
    assert_eq!(pillar.taken(), ["one"]);
    assert_eq!(pillar.hub.times().len(), 2);
}

#[tokio::test(start_paused = true)]
async fn a_newer_one_that_the_hub_tells_of_is_fetched_within_seconds_and_once() {
    let pillar = Pillar::before(ScriptedHub::that([Then::Nothing, Then::Sends("three")]));
    pillar.lives(60).await;
    assert_eq!(pillar.taken(), [""; 0]);
    pillar.told.send_replace(Some(5));
    pillar.lives(5).await;
    assert_eq!(pillar.taken(), ["three"]);
    for _ in 0..10 {
        pillar.told.send_replace(Some(9));
        pillar.lives(30).await;
    }
    assert_eq!(pillar.hub.times().len(), 3, "told again and again, it is asked for once");
}

#[tokio::test(start_paused = true)]
async fn a_hub_that_asks_for_patience_gets_it_whatever_it_tells_meanwhile() {
    let pillar = Pillar::before(ScriptedHub::that([Then::Busy(1_800), Then::Sends("one")]));
    pillar.lives(10).await;
    pillar.told.send_replace(Some(9));
    pillar.lives(1_700).await;
    assert_eq!(pillar.hub.times().len(), 1);
    pillar.lives(100).await;
    assert_eq!(pillar.taken(), ["one"]);
}

#[tokio::test(start_paused = true)]
async fn a_revoked_pillar_asks_rarely() {
    let pillar = Pillar::before(ScriptedHub::that(vec![Then::NotAdmitted; 100]));
    pillar.lives(3600).await;
    assert!(pillar.hub.times().len() <= 7, "{:?}", pillar.hub.times());
}

#[tokio::test(start_paused = true)]
async fn the_task_ends_with_the_sync_also_in_the_middle_of_a_fetch() {
    for then in [Then::Hangs, Then::Nothing] {
        let Pillar { hub, told, task, .. } = Pillar::before(ScriptedHub::that([then]));
        tokio::time::sleep(Duration::from_secs(10)).await;
        assert_eq!(hub.times().len(), 1);
        drop(told);
        task.await.unwrap();
    }
}
