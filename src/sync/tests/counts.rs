//! How often answers were opened, on its way to the hub.

use super::super::report::OLDER_HUB;
use super::*;

/// What the hub does with the next counts.
pub(super) enum Then {
    /// It keeps them, but its answer is lost.
    LoseTheAnswer,
    /// It has never heard of counts.
    IsOlder,
    /// It falls over them.
    FallOver,
    SayNothing,
    /// It cannot be reached.
    Away,
}

impl ScriptedHub {
    fn then_with_counts(self, then: impl IntoIterator<Item = Then>) -> Self {
        self.0.lock().unwrap().then_with_counts.extend(then);
        self
    }

    /// How often each answer was opened, as the hub has it.
    fn has(&self) -> Vec<(String, u32)> {
        let script = self.0.lock().unwrap();
        let mut has: Vec<_> = script.counts.iter().map(|it| (it.answer.clone(), it.times)).collect();
        has.sort();
        has
    }

    /// How many were in each request.
    fn counted(&self) -> Vec<usize> {
        self.0.lock().unwrap().counted_in.iter().map(|(_, request)| request.counts.len()).collect()
    }

    fn keeps_counts(&self, counts: &AskedCounts) -> AskedAnswer {
        let mut script = self.0.lock().unwrap();
        for count in &counts.counts {
            match script.counts.iter_mut().find(|known| known.id == count.id) {
                Some(known) => known.times = known.times.max(count.times),
                None => script.counts.push(count.clone()),
            }
        }
        AskedAnswer { counts: counts.counts.iter().map(|count| count.id).collect() }
    }

    pub(super) fn hears_counts(&self, counts: &AskedCounts) -> Result<AskedAnswer, SyncError> {
        let then = {
            let mut script = self.0.lock().unwrap();
            script.counted_in.push((Instant::now(), counts.clone()));
            script.then_with_counts.pop_front()
        };
        match then {
            Some(Then::LoseTheAnswer) => {
                self.keeps_counts(counts);
                Err(SyncError::Unreachable("the connection broke".into()))
            }
            Some(Then::Away) => Err(SyncError::Unreachable("no connection".into())),
            Some(Then::IsOlder) => Err(SyncError::NoHub(404)),
            Some(Then::FallOver) => Err(SyncError::Busy { retry_after: None }),
            Some(Then::SayNothing) => Ok(AskedAnswer { counts: vec![id(4_711)] }),
            None => Ok(self.keeps_counts(counts)),
        }
    }
}

impl Pillar {
    /// On a day that is over, some answers were opened once and the first of them once more.
    fn with_counts(hub: ScriptedHub, answers: u32) -> Self {
        let pillar = Self::new(hub);
        (0..answers).chain([0]).for_each(|number| pillar.counts(number, "2026-03-02"));
        pillar
    }

    fn counts(&self, number: u32, on: &str) {
        let (language, answer) = ("nl".to_owned(), format!("answer-{number}"));
        let on = on.parse().unwrap();
        self.found.keep(vec![AskedCount { id: Uuid::new_v4(), language, answer, on, times: 1 }]);
    }

    fn still_counts(&self) -> usize {
        self.found.all().len()
    }
}

fn has(answer: &str, times: u32) -> (String, u32) {
    (answer.to_owned(), times)
}

#[tokio::test(start_paused = true)]
async fn what_was_found_goes_to_the_hub_after_a_request_and_is_forgotten_at_the_pillar() {
    let mut pillar = Pillar::with_counts(ScriptedHub::default(), 70);
    let one = pillar.commits(901);
    let (_handle, mut heard) = pillar.connects(0);
    assert_eq!(next(&mut heard).await, received(one));
    tokio::time::sleep(Duration::from_secs(1)).await;
    assert_eq!((pillar.hub.counted(), pillar.still_counts()), (vec![64, 6], 0));
    assert_eq!(pillar.hub.has().len(), 70);
    assert_eq!(pillar.hub.has()[0], has("answer-0", 2));
}

#[tokio::test(start_paused = true)]
async fn after_a_lost_answer_the_same_counts_are_sent_again_and_count_once() {
    let hub = ScriptedHub::default().then_with_counts([Then::LoseTheAnswer]);
    let mut pillar = Pillar::with_counts(hub, 2);
    let (_handle, mut heard) = pillar.connects(0);
    until(&mut heard, SyncEvent::Online(true)).await;
    assert_eq!((pillar.hub.counted(), pillar.still_counts()), (vec![2, 2], 0));
    assert_eq!(pillar.hub.has(), [has("answer-0", 2), has("answer-1", 1)]);
}

#[tokio::test(start_paused = true)]
async fn what_was_found_while_the_hub_was_away_for_a_week_is_told_when_it_is_back() {
    let hub = ScriptedHub::default().then_with_counts([Then::Away, Then::Away, Then::Away]);
    let mut pillar = Pillar::new(hub);
    for day in 1..=7 {
        pillar.counts(0, &format!("2026-03-0{day}"));
    }
    let (_handle, mut heard) = pillar.connects(0);
    until(&mut heard, SyncEvent::Online(true)).await;
    tokio::time::sleep(LONGEST).await;
    assert_eq!(pillar.hub.has(), vec![has("answer-0", 1); 7], "one for each day");
    assert_eq!(pillar.still_counts(), 0);
}

#[tokio::test(start_paused = true)]
async fn an_older_hub_is_asked_again_in_an_hour_and_hears_everything_else_meanwhile() {
    let hub = ScriptedHub::default().then_with_counts([Then::IsOlder]);
    let mut pillar = Pillar::with_counts(hub, 2);
    let (handle, mut heard) = pillar.connects(0);
    assert_eq!(next(&mut heard).await, SyncEvent::Online(true));
    let one = pillar.commits(901);
    handle.wake();
    assert_eq!(next(&mut heard).await, received(one));
    tokio::time::sleep(OLDER_HUB / 2).await;
    assert_eq!((pillar.hub.counted().len(), pillar.still_counts()), (1, 2), "they are kept");
    tokio::time::sleep(OLDER_HUB).await;
    assert_eq!((pillar.hub.counted().len(), pillar.still_counts()), (2, 0), "the hub was updated");
    assert!(heard.try_recv().is_err(), "it was online all the time");
}

#[tokio::test(start_paused = true)]
async fn a_hub_that_takes_no_counts_still_takes_requests() {
    for then in [Then::FallOver, Then::SayNothing] {
        let mut pillar = Pillar::with_counts(ScriptedHub::default().then_with_counts([then]), 1);
        let (handle, mut heard) = pillar.connects(0);
        until(&mut heard, SyncEvent::Online(true)).await;
        let one = pillar.commits(901);
        handle.wake();
        assert_eq!(next(&mut heard).await, received(one));
        assert_eq!((pillar.hub.counted().len(), pillar.still_counts()), (1, 1));
        tokio::time::sleep(LONGEST + Duration::from_secs(5)).await;
        assert_eq!((pillar.hub.counted().len(), pillar.still_counts()), (2, 0));
    }
}

#[tokio::test(start_paused = true)]
async fn what_is_found_today_is_not_told_today_and_a_day_of_a_wrong_clock_is() {
    let mut pillar = Pillar::new(ScriptedHub::default());
    let today = jiff::Timestamp::now().to_zoned(jiff::tz::TimeZone::UTC).date();
    pillar.counts(0, &today.to_string());
    pillar.counts(1, "2099-03-02");
    let (_handle, mut heard) = pillar.connects(0);
    until(&mut heard, SyncEvent::Online(true)).await;
    tokio::time::sleep(LONGEST * 2).await;
    assert_eq!(pillar.hub.has(), [has("answer-1", 1)]);
    assert_eq!(pillar.still_counts(), 1, "it may still rise");
}
