//! Who comes without a certificate. Invariant: they are few at once, fewer of one household, and nobody stays; so they
//! take nothing from the pillars, who are never counted here.

use std::collections::HashMap;
use std::io;
use std::net::IpAddr;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::time::Sleep;

use crate::store::household;

/// How many connections without a certificate there may be.
const PLACES: usize = 128;
/// How many of those may come from one household.
const PLACES_OF_ONE: usize = 8;
/// How long such a connection lasts after its handshake. A pillar is enrolled with two short requests.
const STAY: Duration = Duration::from_secs(30);

/// The connections without a certificate, by household. None is in it with 0.
#[derive(Default)]
pub(super) struct Lobby(Mutex<HashMap<IpAddr, usize>>);

impl Lobby {
    /// A place for another connection from there, as long as there is one.
    pub(super) fn enter(self: &Arc<Self>, from: IpAddr) -> Option<Place> {
        let household = household(from);
        let mut there = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let all: usize = there.values().sum();
        let of_it = there.get(&household).copied().unwrap_or(0);
        if all >= PLACES || of_it >= PLACES_OF_ONE {
            return None;
        }
        there.insert(household, of_it + 1);
        Some(Place { lobby: Arc::clone(self), household })
    }
}

/// A place, which is free again when this is dropped.
pub(super) struct Place {
    lobby: Arc<Lobby>,
    household: IpAddr,
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut there = self.lobby.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(of_it) = there.get_mut(&self.household) {
            *of_it -= 1;
            if *of_it == 0 {
                there.remove(&self.household);
            }
        }
    }
}

/// A connection: of a pillar, or of somebody who has a place for a while.
pub struct Connection<S> {
    stream: S,
    guest: Option<Guest>,
}

struct Guest {
    until: Pin<Box<Sleep>>,
    _place: Place,
}

impl<S> Connection<S> {
    /// One of somebody with a certificate.
    pub(super) const fn of_pillar(stream: S) -> Self {
        Self { stream, guest: None }
    }

    /// One that ends by itself.
    pub(super) fn of_guest(stream: S, place: Place) -> Self {
        Self { stream, guest: Some(Guest { until: Box::pin(tokio::time::sleep(STAY)), _place: place }) }
    }

    /// An error when its time is over; else whoever waits is woken then.
    fn check_time(&mut self, context: &mut Context<'_>) -> io::Result<()> {
        let Some(guest) = &mut self.guest else { return Ok(()) };
        match guest.until.as_mut().poll(context) {
            Poll::Pending => Ok(()),
            Poll::Ready(()) => {
                Err(io::Error::new(io::ErrorKind::TimedOut, "nobody stays without a certificate"))
            }
        }
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Connection<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        self.check_time(context)?;
        Pin::new(&mut self.stream).poll_read(context, buffer)
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Connection<S> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        self.check_time(context)?;
        Pin::new(&mut self.stream).poll_write(context, bytes)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        pieces: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        self.check_time(context)?;
        Pin::new(&mut self.stream).poll_write_vectored(context, pieces)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.check_time(context)?;
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.check_time(context)?;
        Pin::new(&mut self.stream).poll_shutdown(context)
    }
}

#[cfg(test)]
mod tests {
    use std::task::Waker;

    use tokio::io::AsyncReadExt as _;

    use super::*;

    fn address(number: usize) -> IpAddr {
        IpAddr::from(u32::try_from(number).unwrap().to_be_bytes())
    }

    #[test]
    fn a_household_has_few_places_and_all_together_have_not_many_more() {
        let lobby = Arc::new(Lobby::default());
        let mut places: Vec<Place> = (0..PLACES_OF_ONE).map(|_| lobby.enter(address(1)).unwrap()).collect();
        assert!(lobby.enter(address(1)).is_none());
        places.pop();
        places.push(lobby.enter(address(1)).unwrap());
        for number in PLACES_OF_ONE..PLACES {
            places.push(lobby.enter(address(number)).unwrap());
        }
        assert!(lobby.enter(address(1_000)).is_none());
        places.pop();
        places.push(lobby.enter(address(1_000)).unwrap());
        places.clear();
        assert!(lobby.0.lock().unwrap().is_empty(), "nobody is remembered");
    }

    #[tokio::test]
    async fn who_has_no_certificate_does_not_stay() {
        let lobby = Arc::new(Lobby::default());
        // Nothing ever comes from the other end.
        let (stream, _other_end) = tokio::io::duplex(8);
        let mut guest = Connection::of_guest(stream, lobby.enter(address(1)).unwrap());
        let mut buffer = [0];
        {
            let mut reading = std::pin::pin!(guest.read(&mut buffer));
            assert!(reading.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_pending());
        }
        let over = tokio::time::Instant::now();
        guest.guest.as_mut().unwrap().until.as_mut().reset(over);
        assert_eq!(guest.read(&mut buffer).await.unwrap_err().kind(), io::ErrorKind::TimedOut);
        drop(guest);
        assert!(lobby.0.lock().unwrap().is_empty());
    }
}
