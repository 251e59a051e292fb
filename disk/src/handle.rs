//! A file as one connection has it open: reads, writes and locks of its own.
//!
//! Invariant: when a handle is gone, so are its locks.

use std::ffi::c_void;
use std::sync::{Arc, Mutex};

use super::drive::{Drive, Failure, FileId, How};
use super::locks::Level;
use super::shared_memory::{Held, SharedMemory};
use super::{Disk, lock};

/// An open file.
pub struct Handle {
    disk: Disk,
    file: FileId,
    age: u64,
    read_only: bool,
    /// Whether the next sync also makes durable which files there are.
    syncs_folder: bool,
    /// Deleted when it is closed.
    passing: Option<String>,
    level: Level,
    shared: Option<Arc<SharedMemory>>,
    held: Held,
}

impl Handle {
    /// Opens a file by its name.
    pub fn open(disk: Disk, name: &str, how: How) -> Result<Self, Failure> {
        let opened = disk.drive().open(name, how)?;
        let mut handle = Self::new(disk, opened.file, opened.age);
        handle.read_only = opened.read_only;
        handle.syncs_folder = how.syncs_folder;
        handle.passing = how.passing.then(|| name.to_owned());
        Ok(handle)
    }

    /// A temporary file: it has a disk for itself and is gone with its handle.
    pub fn nameless() -> Self {
        let mut drive = Drive::new(0, false);
        let file = drive.open_nameless();
        Self::new(Disk { id: 0, drive: Arc::new(Mutex::new(drive)) }, file, 0)
    }

    fn new(disk: Disk, file: FileId, age: u64) -> Self {
        Self {
            disk,
            file,
            age,
            read_only: false,
            syncs_folder: false,
            passing: None,
            level: Level::None,
            shared: None,
            held: Held::default(),
        }
    }

    /// Whether it may only be read.
    pub const fn is_read_only(&self) -> bool {
        self.read_only
    }

    /// Whether the disk promises that a torn write changes nothing beside it.
    pub fn powersafe_overwrite(&self) -> bool {
        self.disk.drive().powersafe_overwrite()
    }

    /// Reads; what is beyond the end is zeros, and said to be.
    pub fn read(&self, offset: usize, into: &mut [u8]) -> Result<(), Failure> {
        let mut drive = self.disk.drive();
        let content = drive.file(self.file, self.age)?.sectors.now();
        let there = content.get(offset..).unwrap_or_default();
        let length = there.len().min(into.len());
        into[..length].copy_from_slice(&there[..length]);
        into[length..].fill(0);
        if length == into.len() { Ok(()) } else { Err(Failure::ShortRead) }
    }

    /// Writes.
    pub fn write(&self, offset: usize, bytes: &[u8]) -> Result<(), Failure> {
        if self.read_only {
            return Err(Failure::ReadOnly);
        }
        self.disk.drive().write(self.file, self.age, offset, bytes)
    }

    /// Makes it shorter.
    pub fn truncate(&self, length: usize) -> Result<(), Failure> {
        if self.read_only {
            return Err(Failure::ReadOnly);
        }
        self.disk.drive().truncate(self.file, self.age, length)
    }

    /// Makes it durable.
    pub fn sync(&mut self) -> Result<(), Failure> {
        self.disk.gate().pass();
        self.disk.drive().sync(self.file, self.age, self.syncs_folder)?;
        self.syncs_folder = false;
        Ok(())
    }

    /// How long it is.
    pub fn length(&self) -> Result<usize, Failure> {
        Ok(self.disk.drive().file(self.file, self.age)?.sectors.now().len())
    }

    /// Raises its lock.
    pub fn raise(&mut self, wanted: Level) -> Result<(), Failure> {
        let mut drive = lock(&self.disk.drive);
        let got = drive.file(self.file, self.age)?.locks.raise(&mut self.level, wanted);
        if got { Ok(()) } else { Err(Failure::Busy) }
    }

    /// Lowers its lock.
    pub fn lower(&mut self, to: Level) -> Result<(), Failure> {
        let mut drive = lock(&self.disk.drive);
        drive.file(self.file, self.age)?.locks.lower(&mut self.level, to);
        Ok(())
    }

    /// Whether any connection is going to write.
    pub fn is_reserved(&self) -> Result<bool, Failure> {
        Ok(self.disk.drive().file(self.file, self.age)?.locks.is_reserved())
    }

    /// Where a region of the shared memory is; `None` when it is not there and is not to be made.
    pub fn region(&mut self, index: usize, bytes: usize, make: bool) -> Result<Option<*mut c_void>, Failure> {
        Ok(self.shared()?.region(index, bytes, make))
    }

    /// Takes locks of the shared memory.
    pub fn take(&mut self, first: usize, end: usize, exclusive: bool) -> Result<(), Failure> {
        let shared = self.shared()?;
        if shared.take(&mut self.held, first, end, exclusive) { Ok(()) } else { Err(Failure::Busy) }
    }

    /// Gives locks of the shared memory back.
    pub fn give_back(&mut self, first: usize, end: usize) {
        if let Some(shared) = &self.shared {
            shared.give_back(&mut self.held, first, end);
        }
    }

    /// Lets go of the shared memory.
    pub fn unmap(&mut self) {
        self.give_back(0, super::shared_memory::LOCKS);
        self.shared = None;
    }

    fn shared(&mut self) -> Result<Arc<SharedMemory>, Failure> {
        let mut drive = lock(&self.disk.drive);
        let file = drive.file(self.file, self.age)?;
        if let Some(shared) = &self.shared {
            return Ok(shared.clone());
        }
        let shared = file.shared.upgrade().unwrap_or_default();
        file.shared = Arc::downgrade(&shared);
        self.shared = Some(shared.clone());
        Ok(shared)
    }
}

impl Drop for Handle {
    fn drop(&mut self) {
        self.unmap();
        // A dead handle holds no lock: the cut took them all.
        let _ = self.lower(Level::None);
        let mut drive = self.disk.drive();
        if let Some(name) = &self.passing {
            // Without power it stays; nobody looks at it again.
            let _ = drive.delete(name, false);
        }
        drive.close(self.file, self.age);
    }
}
