//! The network between pillar and hub, as a wire that can be cut: it passes bytes on and knows
//! nothing of what they say.

use std::io::{self, Read, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;

/// A network cable with a pillar at one end.
pub struct Network {
    near_end: SocketAddr,
    wire: Arc<Wire>,
}

struct Wire {
    far_end: SocketAddr,
    /// How many bytes came from the hub.
    brought: AtomicU64,
    state: Mutex<State>,
}

/// One lock for both, so that no connection that is just being made outlives a cut.
#[derive(Default)]
struct State {
    is_cut: bool,
    /// Both ends of every connection, so that cutting ends them at once.
    open: Vec<TcpStream>,
}

impl Network {
    /// Lays a cable to the hub.
    ///
    /// # Errors
    /// When no port is free on loopback.
    pub fn to(far_end: SocketAddr) -> io::Result<Self> {
        let listener = TcpListener::bind(("127.0.0.1", 0))?;
        let near_end = listener.local_addr()?;
        let wire = Arc::new(Wire { far_end, brought: AtomicU64::new(0), state: Mutex::default() });
        let laid = wire.clone();
        thread::Builder::new().name("network".into()).spawn(move || {
            for connection in listener.incoming().flatten() {
                laid.connect(connection);
            }
        })?;
        Ok(Self { near_end, wire })
    }

    /// The address that the pillar connects to.
    #[must_use]
    pub fn near_end(&self) -> SocketAddr {
        self.near_end
    }

    /// Cuts the cable: what was open breaks, what is new is refused.
    pub fn cut(&self) {
        let mut state = self.wire.state();
        state.is_cut = true;
        for stream in state.open.drain(..) {
            // An end that is gone already cannot be cut again.
            let _ = stream.shutdown(Shutdown::Both);
        }
    }

    /// How many bytes came from the hub so far. What arrived at the pillar is among them.
    #[must_use]
    pub fn brought(&self) -> u64 {
        self.wire.brought.load(Ordering::SeqCst)
    }

    /// Mends the cable.
    pub fn mend(&self) {
        self.wire.state().is_cut = false;
    }
}

impl Wire {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn connect(self: &Arc<Self>, near: TcpStream) {
        let Ok(far) = TcpStream::connect(self.far_end) else { return };
        let (Ok(near_kept), Ok(far_kept)) = (near.try_clone(), far.try_clone()) else { return };
        {
            let mut state = self.state();
            if state.is_cut {
                return;
            }
            state.open.extend([near_kept, far_kept]);
        }
        for (from, to, is_from_hub) in [(&near, &far, false), (&far, &near, true)] {
            if let (Ok(from), Ok(to)) = (from.try_clone(), to.try_clone()) {
                let wire = Arc::clone(self);
                let count = move |bytes: usize| {
                    if is_from_hub {
                        wire.brought.fetch_add(bytes as u64, Ordering::SeqCst);
                    }
                };
                thread::spawn(move || pass_on(from, to, count));
            }
        }
    }
}

fn pass_on(mut from: TcpStream, mut to: TcpStream, carried: impl Fn(usize)) {
    let mut buffer = [0; 16 * 1024];
    while let Ok(count @ 1..) = from.read(&mut buffer) {
        carried(count);
        if to.write_all(&buffer[..count]).is_err() {
            break;
        }
    }
    // The other end may be gone already.
    let _ = to.shutdown(Shutdown::Both);
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A hub that says everything back.
    fn echo() -> SocketAddr {
        let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
        let address = listener.local_addr().unwrap();
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let back = stream.try_clone().unwrap();
                thread::spawn(move || pass_on(stream, back, drop));
            }
        });
        address
    }

    fn says_back(network: &Network) -> io::Result<[u8; 5]> {
        let mut stream = TcpStream::connect(network.near_end())?;
        stream.write_all(b"hello")?;
        let mut answer = [0; 5];
        stream.read_exact(&mut answer)?;
        Ok(answer)
    }

    #[test]
    fn a_cut_cable_breaks_what_is_open_and_a_mended_one_serves_again() {
        let network = Network::to(echo()).unwrap();
        assert_eq!(&says_back(&network).unwrap(), b"hello");
        let mut open = TcpStream::connect(network.near_end()).unwrap();
        open.write_all(b"x").unwrap();
        open.read_exact(&mut [0]).unwrap();
        network.cut();
        assert!(!matches!(open.read(&mut [0]), Ok(1..)));
        assert!(says_back(&network).is_err());
        network.mend();
        assert_eq!(&says_back(&network).unwrap(), b"hello");
        assert!(network.brought() >= 11, "what was read was counted before");
    }
}
