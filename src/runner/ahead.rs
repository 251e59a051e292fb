//! Prepares the sealing of the next transactions while nobody waits for it.
//!
//! Invariant: nothing depends on it. A transaction for which nothing was prepared is sealed all the same, a
//! little later.

use std::sync::mpsc::{SyncSender, TrySendError, sync_channel};
use std::thread;

use zuil_wire::seal::SealKey;

/// For so few transactions it may be prepared before the thread is woken. Waking it takes longer than the
/// sealing itself, so it is not done for each.
const FEW: usize = 2;

/// A thread that does what sealing needs no content for; it ends when this is dropped.
#[derive(Debug)]
pub struct Ahead(Option<SyncSender<SealKey>>);

impl Ahead {
    /// Starts the thread.
    #[must_use]
    pub fn start() -> Self {
        let (orders, ordered) = sync_channel::<SealKey>(1);
        let started = thread::Builder::new().name("sealing".into()).spawn(move || {
            stand_back();
            for key in ordered {
                while let Ok(true) = key.prepare() {}
            }
        });
        if let Err(error) = &started {
            tracing::warn!(%error, "nothing is prepared for sealing");
        }
        Self(started.is_ok().then_some(orders))
    }

    /// Sees to it that it is prepared for the next transactions that are sealed with this key. Returns at
    /// once; an order that waits already is good for this one, too.
    pub fn prepare(&self, key: &SealKey) {
        if is_due(key.prepared())
            && let Some(orders) = &self.0
            && let Err(TrySendError::Disconnected(_)) = orders.try_send(key.clone())
        {
            tracing::warn!("nothing is prepared for sealing any more");
        }
    }
}

const fn is_due(prepared: usize) -> bool {
    prepared <= FEW
}

/// From now on this thread runs when no other one wants to: whoever waits for the disk to commit would
/// otherwise not go on at once when that is done.
fn stand_back() {
    // On Linux this is about the calling thread only.
    if let Err(error) = rustix::process::setpriority_process(None, 19) {
        tracing::debug!(%error, "what is prepared for sealing is prepared as urgently as everything else");
    }
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, Instant};

    use uuid::Uuid;
    use zuil_wire::seal::OpenKey;
    use zuil_wire::{Cents, Header, PROTOCOL_VERSION, Reference, Transaction};

    use super::*;

    #[test]
    fn the_next_transactions_are_prepared_for_soon_after_it_was_asked_for() {
        let (_, public) = OpenKey::generate().unwrap();
        let key = SealKey::from_base64("k1", &public).unwrap();
        let ahead = Ahead::start();
        assert_eq!(key.prepared(), 0);
        let ahead_of_all = || {
            ahead.prepare(&key);
            let limit = Instant::now() + Duration::from_secs(20);
            while key.prepared() < SealKey::MOST_PREPARED && Instant::now() < limit {
                thread::yield_now();
            }
            assert_eq!(key.prepared(), SealKey::MOST_PREPARED);
        };
        ahead_of_all();
        for left in (FEW..SealKey::MOST_PREPARED).rev() {
            seal_one(&key);
            assert_eq!(key.prepared(), left);
            assert_eq!(is_due(left), left == FEW, "woken for {left}");
        }
        ahead_of_all();
    }

    #[test]
    fn only_the_thread_that_prepares_stands_back() {
        let own = || rustix::process::getpriority_process(None).unwrap();
        let before = own();
        let other = thread::spawn(move || {
            stand_back();
            own()
        });
        assert_eq!((other.join().unwrap(), own()), (19, before));
    }

    fn seal_one(key: &SealKey) {
        let (id, reference) = (Uuid::from_u128(1), Reference::from_bits(1));
        let header = Header {
            version: PROTOCOL_VERSION,
            id,
            pillar: "voorbeeld".into(),
            sequence: 1,
            reference,
            committed_at: jiff::Timestamp::UNIX_EPOCH,
            key_id: key.id().to_owned(),
        };
        let transaction = Transaction {
            id,
            reference,
            task: "bulky-waste".into(),
            task_title: "Grofvuil laten ophalen".into(),
            catalogue_version: "1".into(),
            language: "nl".into(),
            answers: vec![],
            fee: Cents::ZERO,
        };
        key.seal(header, &transaction).unwrap();
    }
}
