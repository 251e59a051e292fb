//! The worker of a running hub. Invariant: it works on its own thread, where nobody waits for it, and ends after the
//! requests that are under way, or soon.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::watch;
use tokio::task::{JoinError, JoinSet};

use super::{Clock, Engine};
use crate::background::{Complaints, finish};
use crate::store::{Claimed, Look, StoreError};

/// How many are handed over at once.
const AT_ONCE: usize = 8;
/// How long it rests when nothing is due.
const IDLE: Duration = Duration::from_secs(2);
/// How long what is under way may take when the hub ends. What is cut off goes on elsewhere, or at the next start.
const LAST: Duration = Duration::from_secs(8);

/// Hands over until the hub ends.
pub async fn run(engine: Arc<Engine>, clock: Clock, mut ended: watch::Receiver<bool>) {
    let mut under_way = JoinSet::new();
    let about = || Complaints::about("not everything could be handed over; it is tried again");
    let (mut claims, mut asked, mut complaints) = (about(), about(), about());
    loop {
        let free = AT_ONCE - under_way.len().min(AT_ONCE);
        let claimed = claim(&engine, free, clock, &mut claims);
        let free = free.saturating_sub(claimed.len());
        for one in claimed {
            let engine = Arc::clone(&engine);
            under_way.spawn(async move { engine.hand_over(one, clock).await });
        }
        for one in looks(&engine, free, clock, &mut asked) {
            let engine = Arc::clone(&engine);
            under_way.spawn(async move { engine.look(one, clock).await });
        }
        tokio::select! {
            // An error means that the hub was dropped.
            _ = ended.wait_for(|ended| *ended) => break,
            Some(done) = under_way.join_next() => tell(done, &mut complaints),
            () = tokio::time::sleep(IDLE) => {}
        }
    }
    if !finish(&mut under_way, LAST).await {
        tracing::info!("handovers that took too long were cut off; they go on later");
    }
}

fn claim(engine: &Engine, free: usize, clock: Clock, complaints: &mut Complaints) -> Vec<Claimed> {
    if free == 0 {
        return Vec::new();
    }
    let claimed = engine.claim(u32::try_from(free).unwrap_or(u32::MAX), clock());
    complaints.hear(claimed).unwrap_or_default()
}

/// What is asked about takes what room is left.
fn looks(engine: &Engine, free: usize, clock: Clock, complaints: &mut Complaints) -> Vec<Look> {
    if free == 0 {
        return Vec::new();
    }
    let looks = engine.claim_looks(u32::try_from(free).unwrap_or(u32::MAX), clock());
    complaints.hear(looks).unwrap_or_default()
}

fn tell(done: Result<Result<(), StoreError>, JoinError>, complaints: &mut Complaints) {
    match done {
        Ok(Ok(())) => complaints.over(),
        Ok(Err(error)) => complaints.tell(&error),
        Err(error) => complaints.tell(&error),
    }
}
