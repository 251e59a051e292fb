//! Prepares the sealing of the next transactions while nobody waits for it.
//!
//! Invariant: nothing depends on it. A transaction for which nothing was prepared is sealed all the same, a
//! little later.

use std::sync::mpsc::{SyncSender, TrySendError, sync_channel};
use std::thread;

use zuil_wire::seal::SealKey;

/// A thread that does what sealing needs no content for; it ends when this is dropped.
#[derive(Debug)]
pub struct Ahead(Option<SyncSender<SealKey>>);

impl Ahead {
    /// Starts the thread.
    #[must_use]
    pub fn start() -> Self {
        let (orders, ordered) = sync_channel::<SealKey>(1);
        let started = thread::Builder::new().name("sealing".into()).spawn(move || {
            for key in ordered {
                while let Ok(true) = key.prepare() {}
            }
        });
        if let Err(error) = &started {
            tracing::warn!(%error, "nothing is prepared for sealing");
        }
        Self(started.is_ok().then_some(orders))
    }

    /// Has it prepared for the next transactions that are sealed with this key. Returns at once; an order
    /// that waits already is good for this one, too.
    pub fn prepare(&self, key: &SealKey) {
        if let Some(orders) = &self.0
            && let Err(TrySendError::Disconnected(_)) = orders.try_send(key.clone())
        {
            tracing::warn!("nothing is prepared for sealing any more");
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, Instant};

    use zuil_wire::seal::OpenKey;

    use super::*;

    #[test]
    fn the_next_transactions_are_prepared_for_soon_after_it_was_asked_for() {
        let (_, public) = OpenKey::generate().unwrap();
        let key = SealKey::from_base64("k1", &public).unwrap();
        let ahead = Ahead::start();
        assert_eq!(key.prepared(), 0);
        ahead.prepare(&key);
        let limit = Instant::now() + Duration::from_secs(20);
        while key.prepared() < 4 && Instant::now() < limit {
            thread::yield_now();
        }
        assert_eq!(key.prepared(), 4);
    }
}
