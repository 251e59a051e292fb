//! The headphone socket: a file in which the kernel (extcon) keeps `1` while something is plugged
//! in.
//!
//! Invariant: a file that is not there or says anything else means "nothing plugged in", so that a
//! broken socket never makes a pillar speak to a whole shop.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::mpsc::{self, RecvTimeoutError, Sender};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use super::Sink;

/// How often the file is read.
const LOOK_EVERY: Duration = Duration::from_millis(300);

/// Watches the socket until it is dropped.
pub struct Headphones {
    stop: Option<Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Headphones {
    /// Starts watching; tells the state at once when something is plugged in, and every change.
    ///
    /// # Errors
    /// When no thread can be started.
    pub fn watch(state_file: &Path, sink: Sink<bool>) -> std::io::Result<Self> {
        let (stop, stopped) = mpsc::channel();
        let file = state_file.to_owned();
        let thread = thread::Builder::new().name("headphones".into()).spawn(move || {
            let mut told = false;
            while stopped.recv_timeout(LOOK_EVERY) == Err(RecvTimeoutError::Timeout) {
                let plugged = is_plugged(&file);
                if plugged != told {
                    told = plugged;
                    sink(plugged);
                }
            }
        })?;
        Ok(Self { stop: Some(stop), thread: Some(thread) })
    }
}

impl Drop for Headphones {
    fn drop(&mut self) {
        drop(self.stop.take());
        if let Some(thread) = self.thread.take() {
            // A watcher that panicked has nothing left to stop.
            let _ = thread.join();
        }
    }
}

fn is_plugged(file: &PathBuf) -> bool {
    fs::read_to_string(file).is_ok_and(|text| text.trim() == "1")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plugging_in_and_out_is_told_once_each() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("state");
        let (told, heard) = mpsc::channel();
        let _watch = Headphones::watch(&file, Box::new(move |plugged| told.send(plugged).unwrap())).unwrap();
        for plugged in [true, false, true] {
            fs::write(&file, if plugged { "1\n" } else { "0\n" }).unwrap();
            assert_eq!(heard.recv_timeout(Duration::from_secs(20)), Ok(plugged));
        }
    }

    #[test]
    fn a_broken_socket_is_silent() {
        assert!(!is_plugged(&PathBuf::from("/nowhere/state")));
    }
}
