//! The disk itself: its files, its names, its power and its faults.
//!
//! Invariant: without power nothing is read or written; every write, truncate, deletion and sync counts
//! once, and meets the fault or the cut that was set for its number.

use std::collections::BTreeMap;
use std::sync::{Arc, Weak};

use fastrand::Rng;

use super::Fault;
use super::gate::Gate;
use super::locks::Locks;
use super::sectors::{Drawn, Sectors};
use super::shared_memory::SharedMemory;

/// Names the content of a file, whatever it is called.
pub type FileId = u64;

/// Why something was not done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Failure {
    /// There is no power, or there was none since the file was opened.
    Dead,
    /// There is no room.
    Full,
    /// It could not be written.
    Write,
    /// It could not be synced.
    Sync,
    /// It could not be made shorter.
    Truncate,
    /// It could not be deleted.
    Delete,
    /// There is no such file to delete.
    Missing,
    /// It could not be opened.
    CannotOpen,
    /// It may only be read.
    ReadOnly,
    /// The end of the file came first.
    ShortRead,
    /// Another connection is in the way.
    Busy,
}

/// How a file is to be opened.
#[derive(Clone, Copy, Default)]
pub struct How {
    /// It is made when it is not there.
    pub make: bool,
    /// It must not be there yet.
    pub new_only: bool,
    /// To be written, too.
    pub write: bool,
    /// It is gone when it is closed.
    pub passing: bool,
    /// The first sync of it also makes durable which files there are, as SQLite does for journals and logs.
    pub syncs_folder: bool,
}

/// An opened file.
pub struct Opened {
    /// Which.
    pub file: FileId,
    /// How often the power was cut before.
    pub age: u64,
    /// Whether it may only be read.
    pub read_only: bool,
}

/// A file: its content, and what its connections share.
#[derive(Default)]
pub struct File {
    /// Its content.
    pub sectors: Sectors,
    /// The locks on it.
    pub locks: Locks,
    /// What its connections share, as long as there is one.
    pub shared: Weak<SharedMemory>,
    /// How many handles there are.
    pub handles: usize,
}

/// The disk.
pub struct Drive {
    dice: Rng,
    powersafe_overwrite: bool,
    power: bool,
    /// Rises with each cut; a handle of an earlier one is dead.
    age: u64,
    operations: u64,
    cut_at: Option<u64>,
    fault: Option<Fault>,
    fault_at: Option<(u64, Fault)>,
    next: FileId,
    files: BTreeMap<FileId, File>,
    names: BTreeMap<String, FileId>,
    durable_names: BTreeMap<String, FileId>,
    drawn: Drawn,
    gate: Arc<Gate>,
}

/// What is done to the disk.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Operation {
    Write,
    Truncate,
    Delete,
    Sync,
}

impl Drive {
    /// An empty one, with power.
    pub fn new(seed: u64, powersafe_overwrite: bool) -> Self {
        Self {
            dice: Rng::with_seed(seed),
            powersafe_overwrite,
            power: true,
            age: 0,
            operations: 0,
            cut_at: None,
            fault: None,
            fault_at: None,
            next: 0,
            files: BTreeMap::new(),
            names: BTreeMap::new(),
            durable_names: BTreeMap::new(),
            drawn: Drawn::default(),
            gate: Arc::default(),
        }
    }

    /// Opens a file.
    pub fn open(&mut self, name: &str, how: How) -> Result<Opened, Failure> {
        self.alive(self.age)?;
        let read_only = self.fault == Some(Fault::ReadOnly);
        let known = self.names.get(name).copied();
        let file = match known {
            Some(_) if how.make && how.new_only => return Err(Failure::CannotOpen),
            Some(file) => file,
            None if how.make && !read_only => self.make(name),
            None => return Err(Failure::CannotOpen),
        };
        self.files.entry(file).or_default().handles += 1;
        Ok(Opened { file, age: self.age, read_only: read_only || !how.write })
    }

    /// A file without a name, as SQLite's temporary ones.
    pub fn open_nameless(&mut self) -> FileId {
        self.next += 1;
        self.files.insert(self.next, File { handles: 1, ..File::default() });
        self.next
    }

    /// A handle is gone.
    pub fn close(&mut self, file: FileId, age: u64) {
        if age == self.age
            && let Some(file) = self.files.get_mut(&file)
        {
            file.handles -= 1;
        }
        self.sweep();
    }

    /// Whether it promises that a torn write changes nothing beside it.
    pub const fn powersafe_overwrite(&self) -> bool {
        self.powersafe_overwrite
    }

    /// The file of a handle.
    pub fn file(&mut self, file: FileId, age: u64) -> Result<&mut File, Failure> {
        self.alive(age)?;
        self.files.get_mut(&file).ok_or(Failure::Dead)
    }

    /// Writes.
    pub fn write(&mut self, file: FileId, age: u64, offset: usize, bytes: &[u8]) -> Result<(), Failure> {
        let dice = self.dice.usize(..bytes.len().max(1));
        self.perform(file, age, Operation::Write, |sectors, fault| match fault {
            Some(Fault::ShortWrite) => sectors.write(offset, &bytes[..dice]),
            _ => sectors.write(offset, bytes),
        })
    }

    /// Makes a file shorter.
    pub fn truncate(&mut self, file: FileId, age: u64, length: usize) -> Result<(), Failure> {
        self.perform(file, age, Operation::Truncate, |sectors, _| sectors.truncate(length))
    }

    /// What is to be passed before a sync, by whoever does not hold the drive.
    pub fn gate(&self) -> Arc<Gate> {
        Arc::clone(&self.gate)
    }

    /// Makes the content of a file durable; with `folder` also which files there are.
    pub fn sync(&mut self, file: FileId, age: u64, folder: bool) -> Result<(), Failure> {
        let lies = self.upcoming_fault() == Some(Fault::LostSync);
        self.perform(file, age, Operation::Sync, |sectors, fault| match fault {
            Some(Fault::SyncError) => sectors.forget(),
            Some(Fault::LostSync) => {}
            _ => sectors.sync(),
        })?;
        if folder && !lies {
            self.durable_names.clone_from(&self.names);
        }
        Ok(())
    }

    /// Deletes a file; with `sync` also durably.
    pub fn delete(&mut self, name: &str, sync: bool) -> Result<(), Failure> {
        self.alive(self.age)?;
        if !self.names.contains_key(name) {
            return Err(Failure::Missing);
        }
        let (fault, cut) = self.begin();
        if let Some(failure) = refusal(Operation::Delete, fault)
            && !cut
        {
            return Err(failure);
        }
        self.names.remove(name);
        if cut {
            self.cut();
            return Err(Failure::Dead);
        }
        if sync && fault != Some(Fault::LostSync) {
            self.durable_names.clone_from(&self.names);
        }
        self.sweep();
        Ok(())
    }

    /// How long a file is that has a name; `None` when there is none, or it may not be written although
    /// that is asked.
    pub fn length(&self, name: &str, to_write: bool) -> Result<Option<usize>, Failure> {
        self.alive(self.age)?;
        if to_write && self.fault == Some(Fault::ReadOnly) {
            return Ok(None);
        }
        Ok(self.names.get(name).and_then(|file| self.files.get(file)).map(|file| file.sectors.now().len()))
    }

    /// See [`super::Disk::cut_power`].
    pub fn cut(&mut self) {
        if !self.power {
            return;
        }
        self.power = false;
        self.age += 1;
        (self.cut_at, self.drawn.cuts) = (None, self.drawn.cuts + 1);
        self.draw_names();
        for file in self.files.values_mut() {
            file.sectors.cut(&mut self.dice, &mut self.drawn);
            (file.locks, file.shared, file.handles) = (Locks::default(), Weak::new(), 0);
        }
        self.sweep();
    }

    /// See [`super::Disk::cut_power_after`].
    pub fn cut_after(&mut self, operations: u64) {
        if operations == 0 {
            return self.cut();
        }
        self.cut_at = Some(self.operations + operations);
    }

    /// See [`super::Disk::has_power`].
    pub const fn has_power(&self) -> bool {
        self.power
    }

    /// See [`super::Disk::restore_power`].
    pub const fn restore_power(&mut self) {
        self.power = true;
    }

    /// See [`super::Disk::fail`].
    pub const fn fail(&mut self, fault: Option<Fault>) {
        (self.fault, self.fault_at) = (fault, None);
    }

    /// See [`super::Disk::fail_after`].
    pub const fn fail_after(&mut self, operations: u64, fault: Fault) {
        self.fault_at = Some((self.operations + operations, fault));
    }

    /// See [`super::Disk::operations`].
    pub const fn operations(&self) -> u64 {
        self.operations
    }

    /// See [`super::Disk::drawn`].
    pub const fn drawn(&self) -> Drawn {
        self.drawn
    }

    /// See [`super::Disk::contents`].
    pub fn contents(&self) -> Vec<(String, Vec<u8>)> {
        let content = |file| self.files.get(file).map(|file: &File| file.sectors.now().to_vec());
        self.names.iter().map(|(name, file)| (name.clone(), content(file).unwrap_or_default())).collect()
    }

    /// See [`super::Disk::damage`].
    pub fn damage(&mut self, name: &str, change: impl FnOnce(&mut Vec<u8>)) {
        let file = match self.names.get(name) {
            Some(file) => *file,
            None => self.make(name),
        };
        self.durable_names.insert(name.to_owned(), file);
        self.files.entry(file).or_default().sectors.replace(change);
    }

    /// See [`super::Disk::lose`].
    pub fn lose(&mut self, name: &str) {
        self.names.remove(name);
        self.durable_names.remove(name);
        self.sweep();
    }

    fn make(&mut self, name: &str) -> FileId {
        self.next += 1;
        self.files.insert(self.next, File::default());
        self.names.insert(name.to_owned(), self.next);
        self.next
    }

    const fn alive(&self, age: u64) -> Result<(), Failure> {
        if self.power && age == self.age { Ok(()) } else { Err(Failure::Dead) }
    }

    /// The fault that the next operation meets.
    fn upcoming_fault(&self) -> Option<Fault> {
        match self.fault_at {
            Some((at, fault)) if self.operations + 1 >= at => Some(fault),
            _ => self.fault,
        }
    }

    /// Counts an operation. Says which fault it meets and whether it is cut.
    fn begin(&mut self) -> (Option<Fault>, bool) {
        if let Some((at, fault)) = self.fault_at
            && self.operations + 1 >= at
        {
            (self.fault, self.fault_at) = (Some(fault), None);
        }
        self.operations += 1;
        (self.fault, self.cut_at == Some(self.operations))
    }

    fn perform(
        &mut self,
        file: FileId,
        age: u64,
        operation: Operation,
        change: impl FnOnce(&mut Sectors, Option<Fault>),
    ) -> Result<(), Failure> {
        self.alive(age)?;
        let (fault, cut) = self.begin();
        let refused = refusal(operation, fault);
        // A sync that is cut has not made everything durable; what it has is drawn.
        let happens =
            refused.is_none() || fault == Some(Fault::ShortWrite) || fault == Some(Fault::SyncError);
        if happens && !(cut && operation == Operation::Sync) {
            let file = self.files.get_mut(&file).ok_or(Failure::Dead)?;
            change(&mut file.sectors, fault);
        }
        if cut {
            self.cut();
            return Err(Failure::Dead);
        }
        refused.map_or(Ok(()), Err)
    }

    fn draw_names(&mut self) {
        let all: Vec<String> = self.names.keys().chain(self.durable_names.keys()).cloned().collect();
        for name in all {
            let (now, durable) = (self.names.get(&name).copied(), self.durable_names.get(&name).copied());
            if now == durable {
                continue;
            }
            let left = if self.dice.bool() { now } else { durable };
            match left {
                None => self.drawn.unmade += u64::from(now.is_some()),
                Some(_) => self.drawn.undeleted += u64::from(now.is_none()),
            }
            for names in [&mut self.names, &mut self.durable_names] {
                match left {
                    Some(file) => drop(names.insert(name.clone(), file)),
                    None => drop(names.remove(&name)),
                }
            }
        }
    }

    /// Forgets content that nothing leads to any more.
    fn sweep(&mut self) {
        let (names, durable) = (&self.names, &self.durable_names);
        self.files.retain(|id, file| {
            file.handles > 0 || names.values().chain(durable.values()).any(|named| named == id)
        });
    }
}

/// What an operation says when it meets a fault; `None` when it is done as if nothing were wrong.
const fn refusal(operation: Operation, fault: Option<Fault>) -> Option<Failure> {
    Some(match (operation, fault) {
        (_, None | Some(Fault::LostSync)) => return None,
        (Operation::Write, Some(Fault::Full)) => Failure::Full,
        (Operation::Write, Some(Fault::WriteError | Fault::ShortWrite | Fault::ReadOnly)) => Failure::Write,
        (Operation::Truncate, Some(Fault::WriteError | Fault::ReadOnly)) => Failure::Truncate,
        (Operation::Delete, Some(Fault::WriteError | Fault::ReadOnly)) => Failure::Delete,
        (Operation::Sync, Some(Fault::SyncError)) => Failure::Sync,
        _ => return None,
    })
}
