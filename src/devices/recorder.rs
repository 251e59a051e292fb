//! Records what goes over a device's line into sealed files, for the one who looks for a fault.
//!
//! Invariant: a recorder never delays or hurts a device, and no plain byte of a session ever reaches
//! the disk: what is not sealed yet is in memory that is wiped. It stops by itself.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, TrySendError, sync_channel};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use jiff::Timestamp;
use uuid::Uuid;
use zuil_wire::recording::{Batch, Ending, Entry, Event, Writer};
use zuil_wire::seal::SealKey;

/// How the files of a recording are named at their end.
pub const FILE_ENDING: &str = "zuilrec";

/// How many bytes are sealed together at most; fewer when a second is over.
const BATCH: usize = 32 * 1024;
/// How long something may wait to be sealed and written: what a power cut costs at most.
const BATCH_TIME: Duration = Duration::from_secs(1);
/// How often a quiet recorder looks whether it is to stop.
const LOOK_EVERY: Duration = Duration::from_millis(100);
/// How much can wait for a slow disk before it is left out.
const QUEUE: usize = 512;
/// The longest line of a file, in bytes: a batch that is filled over the brim, in base64.
const LONGEST_LINE: u64 = (2 * BATCH as u64 + 64) * 4 / 3 + 8;

/// What is recorded, where, and for how long.
#[derive(Clone, Debug)]
pub struct Settings {
    /// An existing folder. It is not made: the stick that belongs there may be missing.
    pub folder: PathBuf,
    /// The pillar's name.
    pub pillar: String,
    /// The device's name, such as `printer`.
    pub device: &'static str,
    /// From when on nothing more is recorded.
    pub until: Timestamp,
    /// The most bytes in a file; at least 256 KiB.
    pub file_bytes: u64,
    /// The most files of this device in the folder, together with those of earlier recordings.
    pub files: usize,
}

/// A recorder of one device. Dropping it ends the recording.
pub struct Recorder {
    stop: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

/// What a port has to tell a recorder. Never blocks.
#[derive(Clone, Debug)]
pub struct Tap {
    queue: SyncSender<Entry>,
    missed: Arc<AtomicU64>,
    start: Instant,
}

impl Recorder {
    /// Starts a recorder. A folder or a disk that does not do is a warning in the log, and nothing is
    /// recorded. `now` reads the wall clock.
    ///
    /// # Errors
    /// When the system gives no thread.
    pub fn start(
        settings: Settings,
        key: SealKey,
        now: impl Fn() -> Timestamp + Send + 'static,
    ) -> io::Result<(Self, Tap)> {
        let (tap, inbox) = Tap::new(QUEUE);
        let stop = Arc::new(AtomicBool::new(false));
        let told = (stop.clone(), tap.missed.clone());
        let thread = thread::Builder::new().name("recorder".into()).spawn(move || {
            let scribe = Scribe {
                started_at: now(),
                settings,
                key,
                page: None,
                batch: Batch::new(BATCH),
                first: None,
                last_us: 0,
            };
            scribe.run(&inbox, &told.0, &told.1, now);
        })?;
        Ok((Self { stop, thread: Some(thread) }, tap))
    }
}

impl Drop for Recorder {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::SeqCst);
        if let Some(thread) = self.thread.take() {
            // A recorder that panicked has nothing left to stop.
            let _ = thread.join();
        }
    }
}

impl Tap {
    fn new(queue: usize) -> (Self, Receiver<Entry>) {
        let (queue, inbox) = sync_channel(queue);
        (Self { queue, missed: Arc::default(), start: Instant::now() }, inbox)
    }

    /// Time since the recording began.
    #[must_use]
    pub fn elapsed(&self) -> Duration {
        self.start.elapsed()
    }

    /// The device sent these.
    pub fn received(&self, bytes: &[u8]) {
        self.tell(Event::In(bytes.to_vec()), bytes.len());
    }

    /// The pillar sent these.
    pub fn sent(&self, bytes: &[u8]) {
        if !bytes.is_empty() {
            self.tell(Event::Out(bytes.to_vec()), bytes.len());
        }
    }

    /// The port was opened.
    pub fn opened(&self) {
        self.tell(Event::Opened, 0);
    }

    /// The port was closed or lost.
    pub fn lost(&self) {
        self.tell(Event::Lost, 0);
    }

    fn tell(&self, event: Event, bytes: usize) {
        let at_us = u64::try_from(self.elapsed().as_micros()).unwrap_or(u64::MAX);
        // A recorder that has ended wants no more.
        if let Err(TrySendError::Full(_)) = self.queue.try_send(Entry { at_us, event }) {
            self.missed.fetch_add(bytes as u64, Ordering::Relaxed);
        }
    }
}

/// The one who writes.
struct Scribe {
    settings: Settings,
    key: SealKey,
    started_at: Timestamp,
    page: Option<Page>,
    batch: Batch,
    /// When the oldest entry of the batch came.
    first: Option<Instant>,
    last_us: u64,
}

/// A file that is being written.
struct Page {
    file: File,
    writer: Writer,
    bytes: u64,
}

/// Why the scribe lays down the pen.
enum Stop {
    Ended(Ending),
    Failed(io::Error),
}

impl From<io::Error> for Stop {
    fn from(error: io::Error) -> Self {
        Self::Failed(error)
    }
}

impl Scribe {
    fn run(
        mut self,
        inbox: &Receiver<Entry>,
        stop: &AtomicBool,
        missed: &AtomicU64,
        now: impl Fn() -> Timestamp,
    ) {
        let stopped = loop {
            match self.step(inbox, stop, missed, &now) {
                Ok(()) => {}
                Err(stopped) => break stopped,
            }
        };
        let (device, folder) = (self.settings.device, self.settings.folder.display().to_string());
        match stopped {
            Stop::Ended(ending) => {
                if let Err(error) = self.end(ending) {
                    tracing::warn!(device, folder, %error, "the end of a recording could not be written");
                }
                tracing::info!(device, folder, ?ending, "recording has ended");
            }
            Stop::Failed(error) => tracing::warn!(
                device, folder, %error,
                "nothing more is recorded; look at [recorder] in the settings, the folder and its disk, \
                 and start the pillar anew"
            ),
        }
    }

    fn step(
        &mut self,
        inbox: &Receiver<Entry>,
        stop: &AtomicBool,
        missed: &AtomicU64,
        now: &impl Fn() -> Timestamp,
    ) -> Result<(), Stop> {
        if now() >= self.settings.until {
            return Err(Stop::Ended(Ending::LastDay));
        }
        if self.page.is_none() {
            self.page = Some(self.new_page()?);
        }
        let heard = inbox.recv_timeout(LOOK_EVERY);
        let stopping = stop.load(Ordering::SeqCst) || heard == Err(RecvTimeoutError::Disconnected);
        if let Ok(entry) = heard {
            self.take(&entry)?;
        }
        if stopping {
            while let Ok(entry) = inbox.try_recv() {
                self.take(&entry)?;
            }
        }
        match missed.swap(0, Ordering::Relaxed) {
            0 => {}
            count => self.take(&Entry { at_us: self.last_us, event: Event::Missed(count) })?,
        }
        if stopping {
            return Err(Stop::Ended(Ending::Stopped));
        }
        if self.first.is_some_and(|first| first.elapsed() >= BATCH_TIME) {
            self.write()?;
        }
        Ok(())
    }

    fn take(&mut self, entry: &Entry) -> Result<(), Stop> {
        self.last_us = entry.at_us;
        self.first.get_or_insert_with(Instant::now);
        self.batch.add(entry);
        if self.batch.is_full() { self.write() } else { Ok(()) }
    }

    /// Seals what has gathered and makes it durable; begins a new file when this one is full.
    fn write(&mut self) -> Result<(), Stop> {
        self.first = None;
        if self.batch.is_empty() {
            return Ok(());
        }
        let Some(page) = &mut self.page else { return Ok(()) };
        let line = page.writer.line(&self.batch).map_err(io::Error::other);
        self.batch.clear();
        page.append(&line?)?;
        if page.bytes + 2 * LONGEST_LINE <= self.settings.file_bytes {
            return Ok(());
        }
        self.end(Ending::Full)?;
        if self.recorded_files()? >= self.settings.files {
            return Err(Stop::Ended(Ending::Full));
        }
        self.page = Some(self.new_page()?);
        Ok(())
    }

    /// Ends the file, if there is one.
    fn end(&mut self, ending: Ending) -> io::Result<()> {
        let Some(mut page) = self.page.take() else { return Ok(()) };
        self.batch.add(&Entry { at_us: self.last_us, event: Event::End(ending) });
        let line = page.writer.line(&self.batch).map_err(io::Error::other);
        self.batch.clear();
        page.append(&line?)
    }

    fn new_page(&self) -> Result<Page, Stop> {
        let settings = &self.settings;
        let there = self.recorded_files()?;
        if there >= settings.files {
            let told = "as many recordings as allowed are there already; carry them off or raise `files`";
            return Err(Stop::Failed(io::Error::other(told)));
        }
        let id = Uuid::new_v4();
        let writer = Writer::begin(&self.key, id, &settings.pillar, settings.device, self.started_at)
            .map_err(io::Error::other)?;
        let short_id = id.simple().to_string();
        let start = self.started_at.strftime("%Y%m%dT%H%M%SZ");
        let name = format!("{}-{start}-{}.{FILE_ENDING}", settings.device, &short_id[..8]);
        let file =
            OpenOptions::new().write(true).create_new(true).mode(0o600).open(settings.folder.join(&name))?;
        let mut page = Page { file, writer, bytes: 0 };
        page.append(&(page.writer.header_line().to_owned() + "\n"))?;
        tracing::info!(device = settings.device, file = name, until = %settings.until, "recording");
        Ok(page)
    }

    fn recorded_files(&self) -> io::Result<usize> {
        let start = format!("{}-", self.settings.device);
        let mut count = 0;
        for entry in fs::read_dir(&self.settings.folder)? {
            let name = entry?.file_name();
            let name = name.to_string_lossy();
            count += usize::from(name.starts_with(&start) && name.ends_with(FILE_ENDING));
        }
        Ok(count)
    }
}

impl Page {
    fn append(&mut self, line: &str) -> io::Result<()> {
        self.file.write_all(line.as_bytes())?;
        self.file.sync_data()?;
        self.bytes += line.len() as u64;
        Ok(())
    }
}

#[cfg(test)]
mod tests;
