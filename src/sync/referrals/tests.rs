//! Referrals on their way, in virtual time.

use std::sync::Mutex;

use jiff::SignedDuration;
use uuid::Uuid;
use zuil_wire::{Referral, ReferralCode};

use super::*;

/// A hub that lists what it is told to, and remembers what it was asked.
#[derive(Default)]
struct FakeDesk {
    listed: Mutex<Vec<Referral>>,
    told: Mutex<Vec<UsedReferral>>,
    lists: Mutex<u32>,
    /// What it answers instead.
    trouble: Mutex<Option<u16>>,
}

impl ReferralDesk for FakeDesk {
    async fn list(&self) -> Result<ReferralList, SyncError> {
        *self.lists.lock().unwrap() += 1;
        match *self.trouble.lock().unwrap() {
            Some(404) => Err(SyncError::NoHub(404)),
            Some(_) => Err(SyncError::Unreachable("no connection".into())),
            None => Ok(ReferralList { now: self.now(), referrals: self.listed.lock().unwrap().clone() }),
        }
    }

    async fn tell(&self, used: Vec<UsedReferral>) -> Result<ReferralsAnswer, SyncError> {
        if self.trouble.lock().unwrap().is_some() {
            return Err(SyncError::Unreachable("no connection".into()));
        }
        let referrals = used.iter().map(|used| used.id).collect();
        self.told.lock().unwrap().extend(used);
        Ok(ReferralsAnswer { referrals })
    }

    fn now(&self) -> Timestamp {
        noon()
    }
}

fn noon() -> Timestamp {
    "2026-11-23T12:00:00Z".parse().unwrap()
}

fn referral() -> Referral {
    Referral {
        id: Uuid::from_u128(1),
        code: ReferralCode::of(7),
        task: "call-back".into(),
        expires_at: noon() + SignedDuration::from_hours(24),
    }
}

fn begin() -> (Arc<FakeDesk>, Arc<Book>, watch::Sender<Option<String>>) {
    let (desk, book) = (Arc::new(FakeDesk::default()), Arc::new(Book::in_memory()));
    let (marks, heard) = watch::channel(None);
    let courier = Courier::new(Arc::clone(&desk), Arc::clone(&book), || 7);
    tokio::spawn(courier.run(heard));
    (desk, book, marks)
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

#[tokio::test(start_paused = true)]
async fn a_referral_is_fetched_when_the_hub_tells_of_another_list() {
    let (desk, book, marks) = begin();
    until(|| *desk.lists.lock().unwrap() == 1).await;
    desk.listed.lock().unwrap().push(referral());
    marks.send_replace(Some("another".into()));
    until(|| book.mark().is_some()).await;
    assert!(matches!(book.look_up(ReferralCode::of(7), noon()), Found::Opens { .. }));
    let fetched = *desk.lists.lock().unwrap();
    marks.send_replace(book.mark());
    tokio::time::sleep(Duration::from_secs(60)).await;
    assert_eq!(*desk.lists.lock().unwrap(), fetched, "the list is the same");
}

#[tokio::test(start_paused = true)]
async fn who_opens_the_screen_for_codes_has_the_list_fetched_at_once() {
    let (desk, book, _marks) = begin();
    until(|| *desk.lists.lock().unwrap() == 1).await;
    tokio::time::sleep(Duration::from_secs(30)).await;
    let before = tokio::time::Instant::now();
    book.fetch();
    until(|| *desk.lists.lock().unwrap() == 2).await;
    assert!(before.elapsed() < Duration::from_secs(1));
}

#[tokio::test(start_paused = true)]
async fn what_was_used_without_a_line_is_told_when_there_is_one() {
    let (desk, book, _marks) = begin();
    desk.listed.lock().unwrap().push(referral());
    book.fetch();
    until(|| book.mark().is_some()).await;
    *desk.trouble.lock().unwrap() = Some(0);
    book.used(Uuid::from_u128(1), Uuid::from_u128(9), noon());
    tokio::time::sleep(Duration::from_secs(1200)).await;
    assert!(desk.told.lock().unwrap().is_empty());
    *desk.trouble.lock().unwrap() = None;
    until(|| !desk.told.lock().unwrap().is_empty()).await;
    tokio::time::sleep(Duration::from_secs(7200)).await;
    assert_eq!(desk.told.lock().unwrap().len(), 1, "once the hub has answered it is not told again");
}

#[tokio::test(start_paused = true)]
async fn a_hub_that_knows_no_referrals_is_left_alone_for_an_hour() {
    let (desk, book, _marks) = begin();
    *desk.trouble.lock().unwrap() = Some(404);
    book.fetch();
    tokio::time::sleep(Duration::from_secs(10)).await;
    let asked = *desk.lists.lock().unwrap();
    for _ in 0..50 {
        book.fetch();
        tokio::time::sleep(Duration::from_secs(60)).await;
    }
    assert!(*desk.lists.lock().unwrap() <= asked + 1, "{asked}");
}
