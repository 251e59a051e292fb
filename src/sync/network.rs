//! Notices that the network is back: a cable that was plugged in, an address, a way out.
//!
//! Invariant: it only ever hastens a try. Where the kernel cannot be asked, the sync works without.

use std::collections::HashSet;
use std::future::Future;
use std::io;
use std::sync::{Arc, Weak};

use rustix::io::Errno;
use rustix::net::netlink::SocketAddrNetlink;
use rustix::net::{AddressFamily, SocketFlags, SocketType};
use tokio::net::UnixDatagram;
use tokio::sync::watch;

/// Someone who knows when the network is back.
pub trait NetworkWatch: Send + 'static {
    /// Waits until the network is back once more; an error means that nothing will be known any more.
    fn is_back(&mut self) -> impl Future<Output = io::Result<()>> + Send;
}

/// Where returns are told. It does not keep the sync going.
pub(super) struct Returns(Weak<watch::Sender<()>>);

impl Returns {
    pub(super) fn to(sender: &Arc<watch::Sender<()>>) -> Self {
        Self(Arc::downgrade(sender))
    }
}

/// Tells every return, until the sync has ended.
pub(super) async fn watch(mut network: impl NetworkWatch, returns: Returns) {
    let Some(ended) = returns.0.upgrade().map(|sender| sender.subscribe()) else { return };
    loop {
        let back = tokio::select! {
            back = network.is_back() => back,
            () = gone(ended.clone()) => return,
        };
        if let Err(error) = back {
            tracing::warn!(%error, "the network is not watched any more; its return is noticed later");
            return;
        }
        let Some(sender) = returns.0.upgrade() else { return };
        tracing::debug!("the network is back");
        sender.send_replace(());
    }
}

async fn gone(mut sender: watch::Receiver<()>) {
    while sender.changed().await.is_ok() {}
}

/// The kernel's own word on links, addresses and routes (rtnetlink(7)).
pub struct Kernel {
    /// A netlink socket, which is received from in datagrams as any other.
    socket: UnixDatagram,
    known: Known,
}

/// As much as the kernel sends at once.
const MOST_AT_ONCE: usize = 32 * 1024;

impl Kernel {
    /// Listens from now on. It needs a tokio runtime.
    ///
    /// # Errors
    /// When the kernel lets nobody listen, as in some containers.
    pub fn listen() -> io::Result<Self> {
        let flags = SocketFlags::CLOEXEC | SocketFlags::NONBLOCK;
        // NETLINK_ROUTE is number 0, which is what no protocol means.
        let socket = rustix::net::socket_with(AddressFamily::NETLINK, SocketType::RAW, flags, None)?;
        rustix::net::bind(&socket, &SocketAddrNetlink::new(0, GROUPS))?;
        let socket = std::os::unix::net::UnixDatagram::from(socket);
        Ok(Self { socket: UnixDatagram::from_std(socket)?, known: Known::default() })
    }
}

impl NetworkWatch for Kernel {
    async fn is_back(&mut self) -> io::Result<()> {
        let mut buffer = vec![0; MOST_AT_ONCE];
        loop {
            match self.socket.recv(&mut buffer).await {
                Ok(length) => {
                    if self.known.hears(buffer.get(..length).unwrap_or_default()) {
                        return Ok(());
                    }
                }
                // More happened than the kernel could keep: some of it may have been a return.
                Err(error) if error.raw_os_error() == Some(Errno::NOBUFS.raw_os_error()) => return Ok(()),
                Err(error) => return Err(error),
            }
        }
    }
}

/// Links, addresses of both kinds, routes of both kinds: RTMGRP_LINK, _IPV4_IFADDR, _IPV4_ROUTE,
/// _IPV6_IFADDR, _IPV6_ROUTE.
const GROUPS: u32 = 0x1 | 0x10 | 0x40 | 0x100 | 0x400;

const NEW_LINK: u16 = 16;
const DEL_LINK: u16 = 17;
const NEW_ADDRESS: u16 = 20;
const DEL_ADDRESS: u16 = 21;
const NEW_ROUTE: u16 = 24;
/// The carrier is there: IFF_LOWER_UP.
const LOWER_UP: u32 = 0x1_0000;
const IFA_ADDRESS: u16 = 1;
/// Both the header of a message and what is aligned within it.
const HEADER: usize = 16;
const MOST_KNOWN: usize = 1024;

/// What is known of links and addresses, so that one that is merely told again is no news.
#[derive(Debug, Default)]
struct Known {
    links: HashSet<u32>,
    addresses: HashSet<(u32, Vec<u8>)>,
}

impl Known {
    /// Takes in what the kernel told; `true` when something came back.
    fn hears(&mut self, mut messages: &[u8]) -> bool {
        let mut back = false;
        while let Some(length) = u32_at(messages, 0).and_then(|length| usize::try_from(length).ok()) {
            let Some(message) = messages.get(..length).filter(|message| message.len() >= HEADER) else {
                break;
            };
            back |= u16_at(message, 4).is_some_and(|kind| self.hears_one(kind, &message[HEADER..]));
            messages = messages.get(length.next_multiple_of(4)..).unwrap_or_default();
        }
        back
    }

    fn hears_one(&mut self, kind: u16, body: &[u8]) -> bool {
        self.hears_of(kind, body).unwrap_or(false)
    }

    fn hears_of(&mut self, kind: u16, body: &[u8]) -> Option<bool> {
        // A house with more than that has a router that tells it.
        if self.links.len().max(self.addresses.len()) > MOST_KNOWN {
            *self = Self::default();
        }
        Some(match kind {
            // struct ifinfomsg: family, type, index, flags, change.
            NEW_LINK if u32_at(body, 8)? & LOWER_UP != 0 => self.links.insert(u32_at(body, 4)?),
            NEW_LINK | DEL_LINK => {
                self.links.remove(&u32_at(body, 4)?);
                false
            }
            // struct ifaddrmsg: family, prefix, flags, scope, index.
            NEW_ADDRESS => self.addresses.insert((u32_at(body, 4)?, address(body.get(8..)?)?)),
            DEL_ADDRESS => {
                self.addresses.remove(&(u32_at(body, 4)?, address(body.get(8..)?)?));
                false
            }
            // struct rtmsg: family, length of the destination. One of length nothing leads everywhere.
            NEW_ROUTE => *body.get(1)? == 0,
            _ => false,
        })
    }
}

/// The address among a message's attributes.
fn address(mut attributes: &[u8]) -> Option<Vec<u8>> {
    loop {
        let length = usize::from(u16_at(attributes, 0)?);
        let attribute = attributes.get(..length).filter(|attribute| attribute.len() >= 4)?;
        if u16_at(attribute, 2)? == IFA_ADDRESS {
            return Some(attribute[4..].to_vec());
        }
        attributes = attributes.get(length.next_multiple_of(4)..)?;
    }
}

fn u16_at(bytes: &[u8], at: usize) -> Option<u16> {
    Some(u16::from_ne_bytes(*bytes.get(at..)?.first_chunk()?))
}

fn u32_at(bytes: &[u8], at: usize) -> Option<u32> {
    Some(u32::from_ne_bytes(*bytes.get(at..)?.first_chunk()?))
}

#[cfg(test)]
mod tests;
