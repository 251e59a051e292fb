//! A load that costs little itself: HTTP/1.1 that keeps its connections, straight on TLS.

use std::sync::Arc;
use std::time::{Duration, Instant};

use rustls::pki_types::ServerName;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;

use super::Failure;
use super::prepare::Pillars;

pub struct Load {
    connections: Vec<TlsStream<TcpStream>>,
}

impl Load {
    pub async fn connect(pillars: &Pillars, url: &str) -> Result<Self, Failure> {
        let address = url.strip_prefix("https://").ok_or("no https")?;
        let mut connections = Vec::new();
        for config in pillars.tls()? {
            let tcp = TcpStream::connect(address).await?;
            tcp.set_nodelay(true)?;
            let name = ServerName::try_from("127.0.0.1")?;
            connections.push(TlsConnector::from(config).connect(name, tcp).await?);
        }
        Ok(Self { connections })
    }

    /// Sends all requests, those of each connection one after the other; how long all took, and each.
    pub async fn send(
        &mut self,
        requests: &Arc<Vec<Vec<Vec<u8>>>>,
    ) -> Result<(Duration, Vec<Duration>), Failure> {
        let start = Instant::now();
        let mut under_way = Vec::new();
        for (number, mut connection) in self.connections.drain(..).enumerate() {
            let requests = Arc::clone(requests);
            under_way.push(tokio::spawn(async move {
                let times = send_all(&mut connection, &requests[number]).await?;
                Ok::<_, Failure>((connection, times))
            }));
        }
        let mut times = Vec::new();
        for one in under_way {
            let (connection, taken) = one.await??;
            self.connections.push(connection);
            times.extend(taken);
        }
        Ok((start.elapsed(), times))
    }
}

async fn send_all(
    connection: &mut TlsStream<TcpStream>,
    requests: &[Vec<u8>],
) -> Result<Vec<Duration>, Failure> {
    let mut times = Vec::with_capacity(requests.len());
    let mut buffer = Vec::with_capacity(16 * 1024);
    for request in requests {
        let start = Instant::now();
        connection.write_all(request).await?;
        read_answer(connection, &mut buffer).await?;
        times.push(start.elapsed());
    }
    Ok(times)
}

async fn read_answer(connection: &mut TlsStream<TcpStream>, buffer: &mut Vec<u8>) -> Result<(), Failure> {
    buffer.clear();
    loop {
        if connection.read_buf(buffer).await? == 0 {
            return Err("the connection was closed".into());
        }
        let Some(end) = find(buffer, b"\r\n\r\n") else { continue };
        let head = &buffer[..end];
        if !head.starts_with(b"HTTP/1.1 200") || find(buffer, b"refused").is_some() {
            return Err(String::from_utf8_lossy(buffer).into());
        }
        let at = find(head, b"content-length: ").ok_or("no length")? + 16;
        let digits = head[at..].iter().take_while(|digit| digit.is_ascii_digit());
        let length = digits.fold(0, |length, digit| length * 10 + usize::from(digit - b'0'));
        while buffer.len() < end + 4 + length {
            if connection.read_buf(buffer).await? == 0 {
                return Err("the connection was closed in an answer".into());
            }
        }
        return Ok(());
    }
}

fn find(bytes: &[u8], what: &[u8]) -> Option<usize> {
    bytes.windows(what.len()).position(|window| window == what)
}
