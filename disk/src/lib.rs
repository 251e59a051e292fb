//! A simulated disk beneath SQLite, for tests: it loses what was not synced when its power is cut, and
//! fails as disks do.
//!
//! SQLite reaches it as a file layer (VFS) of its own, named [`VFS`], written here against SQLite's
//! interface. What is in memory behaves like sectors of 512 bytes: a write changes what programs see, a
//! sync makes it durable, and a power cut draws from the seed what is left of each sector that was not
//! synced: the old content, the new, or a torn mix.
//!
//! Invariant: what was synced survives every cut, unless the disk was told to lie
//! ([`Fault::LostSync`]). The same seed and the same calls draw the same.

mod drive;
#[allow(unsafe_code)] // SQLite's interface is C; everything else in this crate is safe.
mod ffi;
mod gate;
mod handle;
mod locks;
mod sectors;
mod shared_memory;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::time::Duration;

use drive::Drive;
use gate::Gate;
pub use sectors::Drawn;

/// The name of the file layer to give to `open_on`. The first [`Disk::new`] of a process registers it.
pub const VFS: &str = "zuil-disk";

/// What can be wrong with a disk.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// There is no room: nothing can be written, not even over what is there, as on a disk that never
    /// writes in place.
    Full,
    /// Nothing can be written.
    WriteError,
    /// Of every write only the first part arrives.
    ShortWrite,
    /// Syncing fails. As on Linux, what could not be synced then is not synced by a later sync either,
    /// unless it is written anew.
    SyncError,
    /// It may only be read, as a disk after an error that made the kernel stop writing.
    ReadOnly,
    /// A disk that lies: a sync says that it was done, and nothing was.
    LostSync,
}

/// A disk; clones are the same one.
#[derive(Clone)]
pub struct Disk {
    id: u64,
    drive: Arc<Mutex<Drive>>,
}

impl Disk {
    /// An empty disk, with power. What a cut leaves is drawn from the seed. It promises SQLite nothing:
    /// a torn write may change what lies beside it.
    #[must_use]
    pub fn new(seed: u64) -> Self {
        Self::with(Drive::new(seed, false))
    }

    /// A disk that promises, as Linux lets SQLite assume, that a write that a power cut interrupts
    /// leaves the bytes beside it as they were. SQLite then writes less.
    #[must_use]
    pub fn with_powersafe_overwrite(seed: u64) -> Self {
        Self::with(Drive::new(seed, true))
    }

    fn with(drive: Drive) -> Self {
        static NEXT: AtomicU64 = AtomicU64::new(1);
        ffi::register();
        let disk = Self { id: NEXT.fetch_add(1, Ordering::Relaxed), drive: Arc::new(Mutex::new(drive)) };
        let mut disks = lock(&DISKS);
        disks.retain(|_, drive| drive.strong_count() > 0);
        disks.insert(disk.id, Arc::downgrade(&disk.drive));
        disk
    }

    /// Where SQLite finds a file of this disk. No other disk of this process has the same path.
    #[must_use]
    pub fn path(&self, name: &str) -> PathBuf {
        PathBuf::from(format!("{ROOT}{}/{name}", self.id))
    }

    /// Cuts the power: every call fails from now on. For each sector that was not synced it is drawn what
    /// is left, and for each file that was made, deleted or truncated without a sync, whether that happened.
    pub fn cut_power(&self) {
        self.drive().cut();
    }

    /// Cuts the power during the n-th write, truncate, deletion or sync from now: 1 is the next one. That
    /// one may have happened, or in part; its caller is told that it failed. 0 cuts at once.
    pub fn cut_power_after(&self, operations: u64) {
        self.drive().cut_after(operations);
    }

    /// Whether it has power.
    #[must_use]
    pub fn has_power(&self) -> bool {
        self.drive().has_power()
    }

    /// Gives power again. Connections from before stay dead, and a fault stays.
    pub fn restore_power(&self) {
        self.drive().restore_power();
    }

    /// Everything from now on meets this fault; `None` mends the disk.
    pub fn fail(&self, fault: Option<Fault>) {
        self.drive().fail(fault);
    }

    /// The n-th write, truncate, deletion or sync from now and all after it meet a fault; 1 is the next one.
    pub fn fail_after(&self, operations: u64, fault: Fault) {
        self.drive().fail_after(operations, fault);
    }

    /// Every sync from now on waits, as on a disk that is slow, until [`Disk::let_syncs_go`]. What it does then, it
    /// does as if it had begun then.
    pub fn hold_syncs(&self) {
        self.gate().hold(true);
    }

    /// Syncs go on, also those that waited.
    pub fn let_syncs_go(&self) {
        self.gate().hold(false);
    }

    /// The sync that waits goes on, and those after it wait; whether there was one within `patience`.
    #[must_use]
    pub fn let_one_sync_go(&self, patience: Duration) -> bool {
        self.gate().let_one_pass(patience)
    }

    /// Whether a sync is held up, now or within `patience`.
    #[must_use]
    pub fn holds_a_sync(&self, patience: Duration) -> bool {
        self.gate().is_waited_at(patience)
    }

    /// How many writes, truncates, deletions and syncs there were so far.
    #[must_use]
    pub fn operations(&self) -> u64 {
        self.drive().operations()
    }

    /// Every file as programs see it now, also what is not synced, by name.
    #[must_use]
    pub fn contents(&self) -> Vec<(String, Vec<u8>)> {
        self.drive().contents()
    }

    /// Changes a file behind SQLite's back, durably; one that is not there is made.
    pub fn damage(&self, name: &str, change: impl FnOnce(&mut Vec<u8>)) {
        self.drive().damage(name, change);
    }

    /// Makes a file disappear behind SQLite's back, durably.
    pub fn lose(&self, name: &str) {
        self.drive().lose(name);
    }

    /// What all power cuts so far have drawn.
    #[must_use]
    pub fn drawn(&self) -> Drawn {
        self.drive().drawn()
    }

    /// Nobody waits at it with the drive in hand.
    fn gate(&self) -> Arc<Gate> {
        self.drive().gate()
    }

    fn drive(&self) -> MutexGuard<'_, Drive> {
        lock(&self.drive)
    }
}

/// The folder in which all disks are.
const ROOT: &str = "/zuil-disk/";

/// The disks of this process by number, so that SQLite finds the one that a path is on.
static DISKS: Mutex<BTreeMap<u64, Weak<Mutex<Drive>>>> = Mutex::new(BTreeMap::new());

/// The disk that a path is on, and the file's name there.
fn find(path: &str) -> Option<(Disk, &str)> {
    let (id, name) = path.strip_prefix(ROOT)?.split_once('/')?;
    let id = id.parse().ok()?;
    let drive = lock(&DISKS).get(&id)?.upgrade()?;
    Some((Disk { id, drive }, name))
}

/// A panic elsewhere, as when a test fails on another thread, leaves nothing half-done here.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
