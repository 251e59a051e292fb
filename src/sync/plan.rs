//! What to send next, and when to try again. Pure: an event and the time go in, the dice are an
//! argument, and what is to be done comes out.
//!
//! Invariants: a transaction that the hub cannot take is never in the way of another one, and is tried
//! again now and then as long as it lives; a hub that asked for patience is left alone for that long;
//! anything else is tried at once when there is a reason to. However much is queued, no more than a
//! request full is looked at.

use std::collections::HashMap;
use std::time::{Duration, Instant};

use uuid::Uuid;
use zuil_wire::UploadRequest;

use crate::outbox::Pending;

use super::SyncError;

/// The shortest time between two tries.
pub const SHORTEST: Duration = Duration::from_secs(1);
/// The longest time between two tries: of what the hub does not take, and of what needs a person.
pub const LONGEST: Duration = Duration::from_secs(5 * 60);
/// The longest time between two tries while the hub is out of reach or unwell. Short, so that the hub hears of a
/// pillar again soon after the network is back; spread, so that a town's pillars do not come all at once.
pub const LONGEST_AWAY: Duration = Duration::from_secs(30);
/// The longest time that a hub can ask to be left alone.
pub const MOST_PATIENCE: Duration = Duration::from_secs(60 * 60);

/// What an envelope adds to its sealed content: header, payment, signature and names.
const AROUND_AN_ENVELOPE: usize = 2048;

/// Something that happened.
#[derive(Clone, Copy, Debug)]
pub enum Event<'a> {
    /// There is something new to send.
    Woken,
    /// The network is back.
    NetworkBack,
    /// The hub took what it was sent. It said nothing of `left`, which were sent, too.
    Answered {
        /// Those that are still to be sent.
        left: &'a [Uuid],
    },
    /// A try failed.
    Failed {
        /// Why.
        error: &'a SyncError,
        /// The transactions that were in it.
        sent: &'a [Uuid],
    },
}

/// When to try, and how much at a time.
#[derive(Debug)]
pub struct Plan {
    failures: u32,
    pause: Pause,
    /// How many transactions go into a request.
    batch: usize,
    /// Transactions that stand back for the others.
    aside: HashMap<Uuid, Aside>,
    /// The queue is looked at beyond this sequence: all before it stand back.
    after: u64,
    /// The last request was the new chance of one that had stood back. Everything else is next.
    was_chance: bool,
    /// The one that is having its chance.
    chance: Option<Uuid>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Pause {
    /// Nothing speaks against trying now.
    None,
    /// Our own back-off; new work or a network that is back ends it.
    BackOff(Instant),
    /// The hub asked for it; only time ends it.
    Ordered(Instant),
}

/// Who a failure may be due to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Blame {
    /// What was sent.
    Sent,
    /// What was sent, or the hub is unwell.
    SentOrHub,
    /// The line, the hub, or who set them up.
    Other,
}

/// A transaction that stands back, until when, and for the how manieth time.
#[derive(Clone, Copy, Debug)]
struct Aside {
    until: Instant,
    times: u32,
}

impl Default for Plan {
    fn default() -> Self {
        Self {
            failures: 0,
            pause: Pause::None,
            batch: UploadRequest::MAX_ENVELOPES,
            aside: HashMap::new(),
            after: 0,
            was_chance: false,
            chance: None,
        }
    }
}

impl Plan {
    /// The earliest moment to try; `None` when that is now.
    #[must_use]
    pub fn not_before(&self, now: Instant) -> Option<Instant> {
        match self.pause {
            Pause::BackOff(until) | Pause::Ordered(until) if until > now => Some(until),
            _ => None,
        }
    }

    /// When the next of those that stand back has another chance; `None` when none stands back.
    #[must_use]
    pub fn next_chance(&self) -> Option<Instant> {
        self.aside.values().map(|aside| aside.until).min()
    }

    /// Takes in what happened; `random` is any number.
    pub fn handle(&mut self, event: Event<'_>, now: Instant, random: u64) {
        match event {
            Event::Woken => self.try_at_once(),
            Event::NetworkBack => {
                // Name server and routes come a moment after the cable: the next pauses are short.
                self.failures = 0;
                self.try_at_once();
            }
            Event::Answered { left } => {
                self.failures = 0;
                self.pause = Pause::None;
                self.batch = (self.batch * 2).min(UploadRequest::MAX_ENVELOPES);
                if let Some(taken) = self.chance.take().filter(|id| !left.contains(id)) {
                    self.aside.remove(&taken);
                }
                for id in left {
                    self.stand_back(*id, now, random);
                }
            }
            Event::Failed { error, sent } => {
                self.chance = None;
                self.failed(error, sent, now, random);
            }
        }
    }

    fn try_at_once(&mut self) {
        self.after = 0;
        if matches!(self.pause, Pause::BackOff(_)) {
            self.pause = Pause::None;
        }
    }

    /// The hub answers to each envelope on its own. When a request as a whole does not succeed all the
    /// same, the batch is halved until the one that is to blame goes alone and stands back; on a slow
    /// line, until it goes through.
    fn failed(&mut self, error: &SyncError, sent: &[Uuid], now: Instant, random: u64) {
        let blamed = match error {
            SyncError::Rejected(_) | SyncError::BadAnswer(_) => Blame::Sent,
            SyncError::Busy { retry_after: None } => Blame::SentOrHub,
            _ => Blame::Other,
        };
        // One that has failed before says nothing new about the hub.
        let mut known = false;
        match sent {
            [] => {}
            [alone] if blamed != Blame::Other => {
                known = blamed == Blame::Sent || self.aside.contains_key(alone);
                self.stand_back(*alone, now, random);
            }
            [_] => {}
            several => {
                self.batch = several.len() / 2;
                if matches!(error, SyncError::Rejected(_)) {
                    return;
                }
            }
        }
        if !known {
            self.failures = self.failures.saturating_add(1);
        }
        self.pause = match error {
            SyncError::Busy { retry_after: Some(asked) } => Pause::Ordered(now + (*asked).min(MOST_PATIENCE)),
            permanent if permanent.is_permanent() => Pause::BackOff(now + LONGEST),
            _ if known && blamed == Blame::Sent => Pause::BackOff(now + back_off(1, LONGEST, random)),
            _ => Pause::BackOff(now + back_off(self.failures, LONGEST_AWAY, random)),
        };
    }

    fn stand_back(&mut self, id: Uuid, now: Instant, random: u64) {
        let aside = self.aside.entry(id).or_insert(Aside { until: now, times: 0 });
        aside.times = aside.times.saturating_add(1);
        aside.until = now + back_off(aside.times, LONGEST, random);
    }

    /// What to ask the outbox for: things to tell beyond this sequence, and how many at most.
    #[must_use]
    pub const fn window(&self) -> (u64, usize) {
        (self.after, UploadRequest::MAX_ENVELOPES)
    }

    /// The next batch out of a [`Plan::window`] of what is pending, in its order, with at most `room`
    /// bytes (and always one): those that do not stand back, or one alone that has another chance.
    pub fn choose(&mut self, window: Vec<Pending>, room: usize, now: Instant) -> Chosen {
        let whole = window.len() < UploadRequest::MAX_ENVELOPES;
        let last = window.last().map(|item| item.sealed.header.sequence);
        if whole && self.after == 0 {
            // Who is not pending any more has no need to stand back.
            self.aside.retain(|id, _| window.iter().any(|item| item.sealed.header.id == *id));
        }
        let (aside, free): (Vec<_>, Vec<_>) =
            window.into_iter().partition(|item| self.aside.contains_key(&item.sealed.header.id));
        // Who has waited longest goes first; the first in the queue would come again and again.
        let due = |item: &Pending| self.aside.get(&item.sealed.header.id).map(|aside| aside.until);
        let chance = aside.into_iter().filter(|item| due(item) <= Some(now)).min_by_key(due);
        match chance {
            Some(item) if !self.was_chance => {
                self.was_chance = true;
                self.chance = Some(item.sealed.header.id);
                return Chosen::Batch(vec![item]);
            }
            _ => {}
        }
        self.was_chance = false;
        if !free.is_empty() {
            return Chosen::Batch(first_of(free, self.batch, room.min(UploadRequest::MAX_BYTES)));
        }
        match last {
            Some(last) if !whole => {
                self.after = last;
                Chosen::LookFurther
            }
            _ => {
                self.after = 0;
                Chosen::Nothing
            }
        }
    }
}

/// What is to be done with a window of what is pending.
#[derive(Debug, PartialEq, Eq)]
pub enum Chosen {
    /// Send this.
    Batch(Vec<Pending>),
    /// All of it stands back: look at the next window.
    LookFurther,
    /// There is nothing to send now.
    Nothing,
}

/// As many as fit, and always one.
fn first_of(pending: Vec<Pending>, most: usize, mut room: usize) -> Vec<Pending> {
    let mut first = true;
    pending
        .into_iter()
        .take(most)
        .take_while(|item| {
            let size = size_of(item);
            let fits = size <= room || std::mem::take(&mut first);
            first = false;
            room = room.saturating_sub(size);
            fits
        })
        .collect()
}

/// Full jitter: anything from the shortest time to a ceiling that doubles with each failure up to `longest`.
fn back_off(failures: u32, longest: Duration, random: u64) -> Duration {
    let ceiling = SHORTEST.saturating_mul(2_u32.saturating_pow(failures)).min(longest);
    let spread = u64::try_from((ceiling - SHORTEST).as_millis()).unwrap_or(u64::MAX);
    SHORTEST + Duration::from_millis(random % (spread + 1))
}

fn size_of(item: &Pending) -> usize {
    item.sealed.ciphertext.len() + item.sealed.encapsulated_key.len() + AROUND_AN_ENVELOPE
}

#[cfg(test)]
mod tests;
