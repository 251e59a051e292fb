//! What stands in front of several hubs: passes TCP through, to each in turn, and to another when one is gone.
//! Invariant: it ends no TLS and keeps nothing.

use std::net::SocketAddr;
use std::sync::Arc;

use tokio::io::copy;
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;

use super::Failure;

pub struct Forwarder {
    pub url: String,
    accepting: JoinHandle<()>,
}

impl Forwarder {
    /// Starts it in front of the hubs at `urls`.
    pub async fn start(urls: &[String]) -> Result<Self, Failure> {
        let address = |url: &String| url.trim_start_matches("https://").parse();
        let hubs: Arc<[SocketAddr]> = urls.iter().map(address).collect::<Result<_, _>>()?;
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let url = format!("https://{}", listener.local_addr()?);
        let accepting = tokio::spawn(async move {
            let mut turn = 0;
            while let Ok((from, _)) = listener.accept().await {
                turn += 1;
                tokio::spawn(pass(from, Arc::clone(&hubs), turn));
            }
        });
        Ok(Self { url, accepting })
    }
}

impl Drop for Forwarder {
    fn drop(&mut self) {
        self.accepting.abort();
    }
}

async fn pass(from: TcpStream, hubs: Arc<[SocketAddr]>, turn: usize) {
    for place in 0..hubs.len() {
        let Ok(to) = TcpStream::connect(hubs[(turn + place) % hubs.len()]).await else { continue };
        // Without it a small answer may wait for the acknowledgement of an earlier one.
        let _ = (from.set_nodelay(true), to.set_nodelay(true));
        let ((mut from_read, mut from_write), (mut to_read, mut to_write)) =
            (from.into_split(), to.into_split());
        // When one side is gone, so is the other.
        tokio::select! {
            _ = copy(&mut from_read, &mut to_write) => {}
            _ = copy(&mut to_read, &mut from_write) => {}
        }
        return;
    }
}
