//! What is kept of the referrals of this pillar, over a restart and without a line to the hub.
//!
//! Invariant: a referral opens a task until it expires by the time that the hub taught, and not before it was heard of; a
//! clock that was put back opens nothing. Nothing here tells of a resident.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use tokio::sync::Notify;
use uuid::Uuid;
use zuil_wire::referrals::mark_of;
use zuil_wire::{Referral, ReferralCode, ReferralList, UsedReferral, UsedReferrals};

use super::super::files::write_private;

/// The file in the data folder.
const FILE: &str = "referrals.json";
/// A clock may be behind the one that was heard by so much.
const LEEWAY: SignedDuration = SignedDuration::from_mins(10);
/// For how long what has expired is known to have done so, and what was used to have been.
const KNOWN: SignedDuration = SignedDuration::from_hours(48);
/// For how long a visit may go on that began with a referral which the hub does not list any more.
const VISIT: SignedDuration = SignedDuration::from_hours(1);

/// What a code stands for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Found {
    /// It opens a task.
    Opens {
        /// The referral.
        id: Uuid,
        /// The task's id.
        task: String,
    },
    /// Nothing that is known here.
    Unknown,
    /// A request was made with it here.
    Used,
    /// It is too old.
    Expired,
}

/// The referrals of this pillar.
#[derive(Debug)]
pub struct Book {
    file: Option<PathBuf>,
    kept: Mutex<Kept>,
    /// Somebody wants the list, or something is to be told.
    wanted: Notify,
}

/// What stands in the file.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
struct Kept {
    /// When the list was heard, by the time that the hub taught.
    heard_at: Option<Timestamp>,
    /// What the hub listed.
    listed: Vec<Referral>,
    /// What it listed before and does not any more, because it expired.
    expired: Vec<Referral>,
    /// What it listed before and does not any more, and since when: whoever opened a task with it may be about to make a
    /// request. No visit goes on over a restart.
    #[serde(skip)]
    gone: Vec<(Referral, Timestamp)>,
    used: Vec<Used>,
}

/// A referral with which a request was made here.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Used {
    referral: Referral,
    at: Timestamp,
    transaction: Uuid,
    /// The hub has answered to it.
    told: bool,
}

impl Book {
    /// The book in `data_dir`. A file that is damaged counts for nothing: the hub tells the list again.
    #[must_use]
    pub fn kept_in(data_dir: &Path) -> Self {
        let file = data_dir.join(FILE);
        let kept = read(&file).unwrap_or_else(|error| {
            tracing::warn!(%error, "the referrals that were kept are of no use; the hub tells them again");
            Kept::default()
        });
        Self { file: Some(file), kept: Mutex::new(kept), wanted: Notify::new() }
    }

    /// A book that forgets everything when it is dropped.
    #[must_use]
    pub fn in_memory() -> Self {
        Self { file: None, kept: Mutex::default(), wanted: Notify::new() }
    }

    /// Says that the list is wanted now. Returns at once.
    pub fn fetch(&self) {
        self.wanted.notify_one();
    }

    /// What a code stands for at a moment.
    #[must_use]
    pub fn look_up(&self, code: ReferralCode, now: Timestamp) -> Found {
        let kept = self.lock();
        let has_code = |referral: &&Referral| referral.code == code;
        // A code that was used may have been given again since.
        let listed = kept.listed.iter().filter(|listed| !kept.was_used(listed.id)).find(has_code);
        match listed {
            Some(Referral { id, task, .. }) if kept.is_open(*id, now) => {
                Found::Opens { id: *id, task: task.clone() }
            }
            Some(_) => Found::Expired,
            None if kept.used.iter().any(|used| used.referral.code == code) => Found::Used,
            None if kept.expired.iter().any(|expired| expired.code == code) => Found::Expired,
            None => Found::Unknown,
        }
    }

    /// Keeps that a request was made with a referral, which opens nothing any more, and tells the hub soon.
    pub fn used(&self, id: Uuid, transaction: Uuid, at: Timestamp) {
        let mut kept = self.lock();
        let Some(referral) = kept.known(id).cloned() else { return };
        if !kept.was_used(id) {
            kept.used.push(Used { referral, at, transaction, told: false });
            self.write(&kept);
        }
        drop(kept);
        self.fetch();
    }

    /// Waits until somebody wants the list or something is to be told.
    pub(super) async fn wanted(&self) {
        self.wanted.notified().await;
    }

    /// What the hub has not answered to yet.
    pub(super) fn untold(&self) -> Vec<UsedReferral> {
        let kept = self.lock();
        let untold = kept.used.iter().filter(|used| !used.told).take(UsedReferrals::MOST);
        let told =
            |used: &Used| UsedReferral { id: used.referral.id, at: used.at, transaction: used.transaction };
        untold.map(told).collect()
    }

    /// Takes in to which the hub has answered.
    pub(super) fn told(&self, ids: &[Uuid]) {
        let mut kept = self.lock();
        kept.used.iter_mut().filter(|used| ids.contains(&used.referral.id)).for_each(|used| used.told = true);
        self.write(&kept);
    }

    /// Takes in what the hub lists, at a moment by the time that it taught.
    pub(super) fn hear(&self, list: ReferralList, now: Timestamp) {
        let mut kept = self.lock();
        let before = kept.clone();
        let is_gone = |referral: &&Referral| !list.referrals.iter().any(|listed| listed.id == referral.id);
        let gone: Vec<Referral> = kept.listed.iter().filter(is_gone).cloned().collect();
        kept.expired.extend(gone.iter().filter(|referral| referral.expires_at <= now).cloned());
        kept.gone.extend(gone.into_iter().map(|referral| (referral, now)));
        kept.gone.retain(|(_, since)| now < since.saturating_add(VISIT).unwrap_or(now));
        kept.expired.retain(|referral| now < referral.expires_at.saturating_add(KNOWN).unwrap_or(now));
        kept.used
            .retain(|used| !used.told || now < used.referral.expires_at.saturating_add(KNOWN).unwrap_or(now));
        kept.listed = list.referrals;
        kept.heard_at = Some(now);
        if (&kept.listed, &kept.expired, &kept.used) != (&before.listed, &before.expired, &before.used) {
            self.write(&kept);
        }
    }

    /// The mark of the list as the hub told it last.
    pub(super) fn mark(&self) -> Option<String> {
        mark_of(self.lock().listed.iter().map(|listed| &listed.id))
    }

    fn lock(&self) -> MutexGuard<'_, Kept> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn write(&self, kept: &Kept) {
        let Some(file) = &self.file else { return };
        let written = serde_json::to_vec(kept)
            .map_err(io::Error::other)
            .and_then(|text| write_private(file, &text, &mut |_| Ok(())));
        if let Err(error) = written {
            tracing::error!(%error, "referrals are not kept over a restart; look at free space and permissions of data_dir");
        }
    }
}

impl Kept {
    fn was_used(&self, id: Uuid) -> bool {
        self.used.iter().any(|used| used.referral.id == id)
    }

    /// A referral that is listed, or was until a moment ago.
    fn known(&self, id: Uuid) -> Option<&Referral> {
        let gone = self.gone.iter().map(|(referral, _)| referral);
        self.listed.iter().chain(gone).find(|referral| referral.id == id)
    }

    /// Whether a referral that is listed opens its task at a moment.
    fn is_open(&self, id: Uuid, now: Timestamp) -> bool {
        let after_it_was_heard =
            self.heard_at.is_none_or(|heard| now >= heard.saturating_sub(LEEWAY).unwrap_or(heard));
        let lives = self.listed.iter().any(|listed| listed.id == id && now < listed.expires_at);
        lives && after_it_was_heard
    }
}

/// Nothing kept when there is no such file.
fn read(file: &Path) -> io::Result<Kept> {
    let text = match fs::read(file) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Kept::default()),
        text => text?,
    };
    serde_json::from_slice(&text).map_err(io::Error::other)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(minutes: i64) -> Timestamp {
        "2026-11-23T10:00:00Z".parse::<Timestamp>().unwrap() + SignedDuration::from_mins(minutes)
    }

    fn referral(number: u32) -> Referral {
        Referral {
            id: Uuid::from_u128(u128::from(number)),
            code: ReferralCode::of(number),
            task: "call-back".into(),
            expires_at: at(24 * 60),
        }
    }

    fn heard(book: &Book, numbers: &[u32], minutes: i64) {
        let referrals = numbers.iter().copied().map(referral).collect();
        book.hear(ReferralList { now: at(minutes), referrals }, at(minutes));
    }

    fn opens(number: u32) -> Found {
        Found::Opens { id: Uuid::from_u128(u128::from(number)), task: "call-back".into() }
    }

    #[test]
    fn a_code_works_after_a_restart_without_a_line_to_the_hub() {
        let folder = tempfile::tempdir().unwrap();
        heard(&Book::kept_in(folder.path()), &[1, 2], 0);
        let book = Book::kept_in(folder.path());
        assert_eq!(book.look_up(ReferralCode::of(1), at(60)), opens(1));
        assert_eq!(book.look_up(ReferralCode::of(3), at(60)), Found::Unknown);
        book.used(Uuid::from_u128(1), Uuid::from_u128(99), at(61));
        let book = Book::kept_in(folder.path());
        assert_eq!(book.look_up(ReferralCode::of(1), at(62)), Found::Used);
        let told = UsedReferral { id: Uuid::from_u128(1), at: at(61), transaction: Uuid::from_u128(99) };
        assert_eq!(book.untold(), [told]);
        book.told(&[Uuid::from_u128(1)]);
        assert_eq!(Book::kept_in(folder.path()).untold(), []);
        fs::write(folder.path().join(FILE), "{").unwrap();
        assert_eq!(Book::kept_in(folder.path()).look_up(ReferralCode::of(2), at(62)), Found::Unknown);
    }

    #[test]
    fn no_clock_lets_a_referral_live_for_ever() {
        let book = Book::in_memory();
        heard(&book, &[1], 0);
        let code = ReferralCode::of(1);
        assert_eq!(book.look_up(code, at(24 * 60 - 1)), opens(1));
        assert_eq!(book.look_up(code, at(24 * 60)), Found::Expired);
        assert_eq!(book.look_up(code, at(-5)), opens(1), "clocks differ by minutes");
        assert_eq!(book.look_up(code, at(-11)), Found::Expired, "it was put back");
        heard(&book, &[], 24 * 60 + 5);
        assert_eq!(book.look_up(code, at(24 * 60 + 6)), Found::Expired);
        heard(&book, &[], 73 * 60);
        assert_eq!(book.look_up(code, at(73 * 60)), Found::Unknown);
    }

    #[test]
    fn what_the_hub_does_not_list_any_more_opens_nothing() {
        let book = Book::in_memory();
        heard(&book, &[1, 2], 0);
        heard(&book, &[2], 5);
        assert_eq!(book.look_up(ReferralCode::of(1), at(6)), Found::Unknown);
        assert_eq!(book.mark(), mark_of([Uuid::from_u128(2)].iter()));
    }

    #[test]
    fn a_request_that_was_begun_before_its_code_was_taken_back_or_expired_is_told_all_the_same() {
        for gone_at in [2, 24 * 60 + 2] {
            let book = Book::in_memory();
            heard(&book, &[1, 2], 0);
            assert_eq!(book.look_up(ReferralCode::of(1), at(1)), opens(1));
            heard(&book, &[2], gone_at);
            heard(&book, &[2], gone_at + 1);
            assert_ne!(book.look_up(ReferralCode::of(1), at(gone_at + 1)), opens(1));
            book.used(Uuid::from_u128(1), Uuid::from_u128(99), at(gone_at + 10));
            let told = UsedReferral {
                id: Uuid::from_u128(1),
                at: at(gone_at + 10),
                transaction: Uuid::from_u128(99),
            };
            assert_eq!(book.untold(), [told]);
            assert_eq!(book.look_up(ReferralCode::of(1), at(gone_at + 11)), Found::Used);
        }
    }

    #[test]
    fn what_the_hub_took_back_is_forgotten_when_every_visit_has_ended() {
        let book = Book::in_memory();
        heard(&book, &[1], 0);
        heard(&book, &[], 2);
        heard(&book, &[], 62);
        book.used(Uuid::from_u128(1), Uuid::from_u128(99), at(63));
        assert_eq!(book.untold(), []);
    }

    #[test]
    fn a_code_that_is_given_again_after_it_was_used_opens_its_new_task() {
        let book = Book::in_memory();
        heard(&book, &[1], 0);
        book.used(Uuid::from_u128(1), Uuid::from_u128(99), at(1));
        let again = Referral { id: Uuid::from_u128(7), task: "bulky-waste".into(), ..referral(1) };
        book.hear(ReferralList { now: at(2), referrals: vec![again] }, at(2));
        let found = book.look_up(ReferralCode::of(1), at(3));
        assert_eq!(found, Found::Opens { id: Uuid::from_u128(7), task: "bulky-waste".into() });
    }
}
