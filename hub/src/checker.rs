//! Looks at everything once after it came in: whether its pillar signed it, and whether it can be opened, so that
//! what cannot be used is known today and not when somebody needs it. Invariant: it is never in the way of an
//! upload, and it passes nothing over.

use std::collections::HashMap;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread::Thread;
use std::time::{Duration, Instant};

use jiff::Timestamp;
use zuil_wire::Transaction;
use zuil_wire::verify::VerifyKey;

use crate::access::retention::{self, Keep};
use crate::background::Complaints;
use crate::opening::{self, NotOpened};
use crate::seal_keys::SealKeys;
use crate::store::{
    CALL_BACK_TASK, Checked, CheckedAs, Content, REFERRALS_KEPT, Store, StoreError, Trouble, Unchecked,
    is_genuine, questions_since,
};

/// How many are looked at before what was found is written: about 25 milliseconds of work.
const PIECE: u32 = 256;
/// How long it rests between two pieces while pillars upload: so it takes a fortieth of one core.
const REST: Duration = Duration::from_secs(1);
/// How often the store is tended at most, since that makes the disk work.
const TENDING: Duration = Duration::from_millis(500);
/// How often what is too old is forgotten.
const FORGETTING: Duration = Duration::from_secs(60 * 60);
/// How long it rests when there is nothing to do: then it looks after the store.
const IDLE: Duration = Duration::from_secs(5);

/// Why something could not be checked now. It is tried again.
#[derive(Debug, thiserror::Error)]
pub enum CheckError {
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// A key is missing, or cannot be read now.
    #[error("{reference} cannot be opened now: {error}")]
    Keys {
        /// The reference of the transaction.
        reference: String,
        /// Why.
        error: NotOpened,
    },
}

/// Looks at the oldest `limit` transactions that were not looked at yet, and notes what came of it; how many they
/// were. What its pillar did not sign, what cannot be opened or is not what its header says is parked. What is
/// plain from before is sealed.
///
/// # Errors
/// [`CheckError`], when keys or store fail; what was looked at before is noted.
pub fn check_some(store: &dyn Store, keys: &SealKeys, limit: u32) -> Result<usize, CheckError> {
    let (mut checked, mut call_backs) = (Vec::new(), Vec::new());
    let mut failed = None;
    let mut pillars = PublicKeys::default();
    for unchecked in store.unchecked(limit)? {
        match check(&unchecked, keys, &mut pillars) {
            Ok((finding, asks)) => {
                checked.push(Checked { number: unchecked.number, finding });
                call_backs.extend((asks == Asks::ToBeCalledBack).then_some(unchecked.number));
            }
            Err(error) => {
                let reference = unchecked.stored.reference.to_string();
                failed = Some(CheckError::Keys { reference, error });
                break;
            }
        }
    }
    // Before it is noted that they were looked at, so that none is forgotten when the power goes in between.
    if !call_backs.is_empty() {
        store.note_call_backs(&call_backs)?;
    }
    if !checked.is_empty() {
        store.note_checked(&checked)?;
    }
    failed.map_or(Ok(checked.len()), Err)
}

/// What the hub has to know of what is asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Asks {
    /// Somebody waits for a call.
    ToBeCalledBack,
    /// Anything else, or it cannot be opened.
    Otherwise,
}

impl Asks {
    fn of(content: &Transaction) -> Self {
        if content.task == CALL_BACK_TASK { Self::ToBeCalledBack } else { Self::Otherwise }
    }
}

fn check(
    unchecked: &Unchecked,
    keys: &SealKeys,
    pillars: &mut PublicKeys,
) -> Result<(CheckedAs, Asks), NotOpened> {
    if let Some(sealed) = opening::seal(unchecked, keys)? {
        return Ok((CheckedAs::Sealed(sealed), Asks::Otherwise));
    }
    let stored = &unchecked.stored;
    let is_signed = pillars.have_signed(unchecked);
    // What is not signed is opened as well: staff may let it go on, and then nobody looks at it any more.
    let (trouble, asks) = match opening::open(&stored.content, keys) {
        Ok(content) => ((!is_signed).then_some(Trouble::NotSigned), Asks::of(&content)),
        Err(error) => match error.trouble() {
            Some(trouble) => (Some(trouble), Asks::Otherwise),
            // Nobody's missing key lets what is not signed hold up the rest.
            None if !is_signed => (Some(Trouble::NotSigned), Asks::Otherwise),
            None => return Err(error),
        },
    };
    let Some(trouble) = trouble else { return Ok((CheckedAs::Sound, asks)) };
    tracing::warn!(pillar = stored.pillar, id = %stored.id, ?trouble, "parked: it cannot be used");
    Ok((CheckedAs::Troubled(trouble), asks))
}

/// The keys of the pillars whose transactions are looked at together, without those that are none.
#[derive(Default)]
struct PublicKeys(HashMap<String, Vec<VerifyKey>>);

impl PublicKeys {
    /// Whether its pillar signed a transaction, as it was told.
    fn have_signed(&mut self, unchecked: &Unchecked) -> bool {
        let Unchecked { stored, signature, public_keys, .. } = unchecked;
        let (Content::Sealed(sealed), Some(signature)) = (&stored.content, signature) else { return true };
        let parse = || public_keys.iter().filter_map(|key| VerifyKey::from_base64(key).ok()).collect();
        let keys = self.0.entry(stored.pillar.clone()).or_insert_with(parse);
        let payment = stored.payment_as_told();
        keys.iter().any(|key| is_genuine(sealed, payment.as_ref(), signature, key))
    }
}

/// Wakes the checker, and ends it.
#[derive(Debug, Default)]
pub struct Bell {
    rung: AtomicBool,
    ended: AtomicBool,
    thread: OnceLock<Thread>,
    /// How many times something came in.
    count: AtomicU64,
}

impl Bell {
    /// Something came in.
    pub fn ring(&self) {
        self.count.fetch_add(1, Ordering::Relaxed);
        // Whoever finds it rung already has nothing to do: that is nearly everybody under load.
        if !self.rung.swap(true, Ordering::AcqRel) {
            self.wake();
        }
    }

    /// Ends the checker when it is done with what it has in hand.
    pub fn end(&self) {
        self.ended.store(true, Ordering::Release);
        self.wake();
    }

    fn wake(&self) {
        if let Some(thread) = self.thread.get() {
            thread.unpark();
        }
    }
}

/// Checks and tends the store, and forgets what is too old, on this thread until the bell says that it is enough. As
/// long as it rings again and again, or `is_busy` says that pillars wait for an answer, it rests after each piece.
pub fn run(store: &dyn Store, keys: &SealKeys, keep: Keep, bell: &Bell, is_busy: impl Fn() -> bool) {
    let _ = bell.thread.set(std::thread::current());
    let mut checking = Complaints::about("not everything that came in could be looked at; it is tried again");
    let mut tending = Complaints::about("the store could not be tended; it is tried again");
    let mut forgetting =
        Complaints::about("not everything that is too old could be deleted; it is tried again");
    let (mut tended, mut forgot): (Option<Instant>, Option<Instant>) = (None, None);
    while !bell.ended.load(Ordering::Acquire) {
        let before = bell.count.load(Ordering::Relaxed);
        let more = checking.hear(check_some(store, keys, PIECE)) == Some(PIECE as usize);
        if tended.is_none_or(|tended| tended.elapsed() >= TENDING) {
            tending.hear(store.tend());
            tended = Some(Instant::now());
        }
        if forgot.is_none_or(|forgot| forgot.elapsed() >= FORGETTING) {
            let now = Timestamp::now();
            let forgotten = store
                .forget_questions(questions_since(now))
                .and_then(|_| store.forget_asked(questions_since(now)))
                .and_then(|_| store.forget_referrals(now.saturating_sub(REFERRALS_KEPT).unwrap_or(now)));
            forgetting.hear(forgotten.and_then(|_| retention::forget(store, keep, now)));
            forgot = Some(Instant::now());
        }
        let is_quiet = bell.count.load(Ordering::Relaxed) == before && !is_busy();
        if !is_quiet {
            std::thread::park_timeout(REST);
        } else if !more && !bell.rung.swap(false, Ordering::AcqRel) {
            std::thread::park_timeout(IDLE);
        }
    }
}
