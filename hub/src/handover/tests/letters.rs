//! A mail server and a folder, honest: they do what they are told as often as they are told, and nobody can ask them
//! what they did. Invariant: a letter that was taken stays, and a request that was put down is taken away at once, as
//! the municipality's own programs may.

use std::collections::BTreeMap;
use std::io;
use std::sync::{Arc, Mutex};

use async_trait::async_trait;

use super::network::{Luck, Network};
use crate::connectors::email::{Letter, Postman};
use crate::connectors::file_drop::Shelf;
use crate::connectors::{File, Obstacle};

/// A mail server, with all letters that it ever took.
pub struct Mailbox {
    network: Arc<Network>,
    pub letters: Mutex<Vec<Letter>>,
    late: Mutex<Vec<Letter>>,
    /// What it says instead of taking letters, when set.
    pub always: Mutex<Option<Obstacle>>,
    /// Whether giving it a letter panics.
    pub breaks: Mutex<bool>,
}

impl Mailbox {
    pub fn new(network: Arc<Network>) -> Arc<Self> {
        Arc::new(Self {
            network,
            letters: Mutex::default(),
            late: Mutex::default(),
            always: Mutex::default(),
            breaks: Mutex::default(),
        })
    }

    /// What was given up and is still under way arrives now.
    pub fn deliver_the_late(&self) {
        self.letters.lock().unwrap().append(&mut self.late.lock().unwrap());
    }
}

#[async_trait]
impl Postman for Arc<Mailbox> {
    async fn ready(&self) -> Result<(), Obstacle> {
        match self.network.draw() {
            Luck::Good => Ok(()),
            Luck::KilledBefore | Luck::KilledAfter => std::future::pending().await,
            _ => Err(Obstacle::Unreached),
        }
    }

    async fn give(&self, letter: Letter) -> Result<(), Obstacle> {
        let breaks = *self.breaks.lock().unwrap();
        assert!(!breaks, "made up");
        if let Some(obstacle) = self.always.lock().unwrap().clone() {
            return Err(obstacle);
        }
        let luck = self.network.draw();
        match luck {
            Luck::KilledBefore => return std::future::pending().await,
            Luck::Unreached => return Err(Obstacle::Unreached),
            Luck::LostBefore => return Err(Obstacle::Unknown),
            Luck::FailedBefore => return Err(Obstacle::NotNow { retry_after: None }),
            Luck::Delayed => self.late.lock().unwrap().push(letter),
            _ => self.letters.lock().unwrap().push(letter),
        }
        match luck {
            Luck::Good => Ok(()),
            Luck::KilledAfter => std::future::pending().await,
            _ => Err(Obstacle::Unknown),
        }
    }
}

/// A folder, and what was taken from it.
pub struct Tray {
    network: Arc<Network>,
    token: &'static str,
    beside: Mutex<BTreeMap<String, Vec<File>>>,
    pub taken: Mutex<Vec<(String, Vec<File>)>>,
}

impl Tray {
    pub fn new(network: Arc<Network>, token: &'static str) -> Arc<Self> {
        Arc::new(Self { network, token, beside: Mutex::default(), taken: Mutex::default() })
    }

    /// Does something, as luck has it.
    async fn with_luck(&self, deed: impl FnOnce()) -> io::Result<()> {
        match self.network.draw() {
            Luck::Good => deed(),
            Luck::KilledBefore => return std::future::pending().await,
            Luck::KilledAfter => {
                deed();
                return std::future::pending().await;
            }
            Luck::LostAfter | Luck::FailedAfter | Luck::Half => {
                deed();
                return Err(io::Error::other("the mount is gone"));
            }
            _ => return Err(io::Error::other("the mount is gone")),
        }
        Ok(())
    }
}

#[async_trait]
impl Shelf for Arc<Tray> {
    async fn write(&self, name: &str, files: Vec<File>) -> io::Result<String> {
        // Cut off halfway, only a part of them is there.
        let part = files.iter().take(1).cloned().collect();
        self.beside.lock().unwrap().insert(name.to_owned(), part);
        self.with_luck(|| drop(self.beside.lock().unwrap().insert(name.to_owned(), files))).await?;
        Ok(self.token.to_owned())
    }

    async fn deliver(&self, name: &str, token: &str) -> io::Result<()> {
        if token != self.token {
            return Err(io::Error::other("another folder"));
        }
        self.with_luck(|| {
            if let Some(files) = self.beside.lock().unwrap().remove(name) {
                self.taken.lock().unwrap().push((name.to_owned(), files));
            }
        })
        .await
    }
}
