//! Reading the body of a request. Invariant: what all requests hold in memory together is bounded, by what
//! has arrived and not by what was announced, so that one who is slow takes no room from others.

use std::sync::Arc;
use std::time::Duration;

use axum::body::{Body, Bytes};
use http_body_util::BodyExt as _;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// How long a pillar may take to send one request. A batch of the largest size takes 34 s at 1 Mbit/s.
const UPLOAD_TIME: Duration = Duration::from_secs(120);
/// What all requests may hold together, in bytes.
const ROOM: usize = 64 * 1024 * 1024;

/// Why a body was not read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum NotRead {
    /// It took too long to arrive.
    TooSlow,
    /// It is larger than such a request may be.
    TooLarge,
    /// The connection broke in the middle of it.
    Broken,
    /// So much arrives at once that there is no room for it.
    NoRoom,
}

/// The room for bodies that are read or worked on.
#[derive(Clone)]
pub(super) struct Room(Arc<Semaphore>);

impl Room {
    pub(super) fn new() -> Self {
        Self(Arc::new(Semaphore::new(ROOM)))
    }

    /// Reads a body of at most `limit` bytes. It takes room until the second value is dropped.
    pub(super) async fn read(
        &self,
        body: Body,
        limit: usize,
    ) -> Result<(Bytes, Option<OwnedSemaphorePermit>), NotRead> {
        match tokio::time::timeout(UPLOAD_TIME, self.read_all(body, limit)).await {
            Ok(read) => read,
            Err(_) => Err(NotRead::TooSlow),
        }
    }

    async fn read_all(
        &self,
        mut body: Body,
        limit: usize,
    ) -> Result<(Bytes, Option<OwnedSemaphorePermit>), NotRead> {
        let (mut first, mut rest) = (Bytes::new(), Vec::new());
        let mut taken: Option<OwnedSemaphorePermit> = None;
        while let Some(frame) = body.frame().await {
            let Ok(data) = frame.map_err(|_| NotRead::Broken)?.into_data() else { continue };
            if first.len() + rest.len() + data.len() > limit {
                return Err(NotRead::TooLarge);
            }
            let room = self.take(data.len())?;
            match &mut taken {
                Some(taken) => taken.merge(room),
                none => *none = Some(room),
            }
            // A small body comes in one piece, and is not copied.
            if first.is_empty() {
                first = data;
            } else {
                rest.extend_from_slice(&data);
            }
        }
        if rest.is_empty() {
            return Ok((first, taken));
        }
        let mut whole = Vec::with_capacity(first.len() + rest.len());
        whole.extend_from_slice(&first);
        whole.append(&mut rest);
        Ok((whole.into(), taken))
    }

    fn take(&self, bytes: usize) -> Result<OwnedSemaphorePermit, NotRead> {
        let bytes = u32::try_from(bytes).map_err(|_| NotRead::TooLarge)?;
        Arc::clone(&self.0).try_acquire_many_owned(bytes).map_err(|_| NotRead::NoRoom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(room: &Room, body: &'static str, limit: usize) -> Result<(Bytes, usize), NotRead> {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
        let (bytes, taken) = runtime.block_on(room.read(Body::from(body), limit))?;
        Ok((bytes, taken.map_or(0, |taken| taken.num_permits())))
    }

    #[test]
    fn a_body_takes_as_much_room_as_it_has_bytes_and_gives_it_back() {
        let room = Room(Arc::new(Semaphore::new(10)));
        assert_eq!(read(&room, "12345678", 8), Ok((Bytes::from("12345678"), 8)));
        assert_eq!(room.0.available_permits(), 10);
        assert_eq!(read(&room, "", 8), Ok((Bytes::new(), 0)));
        assert_eq!(read(&room, "123456789", 8), Err(NotRead::TooLarge));
    }

    #[test]
    fn when_there_is_no_room_the_body_is_not_read() {
        let room = Room(Arc::new(Semaphore::new(10)));
        let taken = room.take(5).unwrap();
        assert_eq!(read(&room, "123456", 8), Err(NotRead::NoRoom));
        drop(taken);
        assert!(read(&room, "123456", 8).is_ok());
    }
}
