//! Where the task does what waits for a disk.
//!
//! Invariant: with [`Disk::Threads`] no thread of the runtime waits for a disk.

use std::sync::Arc;
use std::task::Poll;

use super::super::SyncError;
use crate::outbox::{self, Outbox};

/// Where the task does the outbox's work, which waits for a disk.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Disk {
    /// On threads of their own: the runtime's threads do not wait for it.
    #[default]
    Threads,
    /// At once, where the task runs. Before and after it the task lets others go first, so that whoever
    /// polls it can end it there; a simulation that is to go the same way twice has no threads.
    Inline,
}

/// Does the outbox's work.
pub(super) async fn on_disk<T: Send + 'static>(
    outbox: &Arc<dyn Outbox>,
    disk: Disk,
    work: impl FnOnce(&dyn Outbox) -> outbox::Result<T> + Send + 'static,
) -> Result<T, SyncError> {
    let outbox = Arc::clone(outbox);
    Ok(apart(disk, move || work(&*outbox)).await??)
}

/// Does other work that waits for a disk.
pub(super) async fn apart<T: Send + 'static>(
    disk: Disk,
    work: impl FnOnce() -> T + Send + 'static,
) -> Result<T, SyncError> {
    if disk == Disk::Inline {
        let_others_go_first().await;
        let done = work();
        let_others_go_first().await;
        return Ok(done);
    }
    let done = tokio::task::spawn_blocking(work).await;
    done.map_err(|_| SyncError::Unreachable("the pillar is stopping".into()))
}

async fn let_others_go_first() {
    let mut gone = false;
    std::future::poll_fn(|context| {
        if std::mem::replace(&mut gone, true) {
            return Poll::Ready(());
        }
        context.waker().wake_by_ref();
        Poll::Pending
    })
    .await;
}
