//! A disk in memory that keeps what the contract of [`Disk`] says and nothing more, and whose power is cut
//! after so many steps.
//!
//! Invariant: after a cut everything that could be on it is tried, each thing for itself: every name leads to
//! anything it led to since its folder was synced, and every file has what was synced, all that was written
//! since, or half of it.

use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

use super::super::disk::Disk;

/// The disk. Clones are the same disk.
#[derive(Clone, Default)]
pub(super) struct Forgetful(Arc<Mutex<State>>);

#[derive(Clone, Default)]
struct State {
    files: Vec<Content>,
    names: BTreeMap<PathBuf, Name>,
    /// What was done, for whoever reads of a failure.
    steps: Vec<String>,
    /// After so many steps nothing is done any more.
    cut_after: Option<usize>,
    /// The step that says that it synced, and did not.
    lies_at: Option<usize>,
}

#[derive(Clone, Default)]
struct Content {
    written: Vec<u8>,
    synced: Vec<u8>,
}

/// Where a name leads now, and where it may lead after a power cut.
#[derive(Clone, Default)]
struct Name {
    now: Option<Place>,
    maybe: Vec<Option<Place>>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    Folder,
    File(usize),
}

impl Forgetful {
    /// The same content on a disk of its own, with the power on.
    pub(super) fn again(&self) -> Self {
        let State { files, names, .. } = self.0.lock().unwrap().clone();
        Self(Arc::new(Mutex::new(State { files, names, ..State::default() })))
    }

    /// Cuts the power after so many steps.
    pub(super) fn cut_after(self, steps: usize) -> Self {
        self.0.lock().unwrap().cut_after = Some(steps);
        self
    }

    /// The step of this number lies, when it is a sync.
    pub(super) fn lying_at(self, step: Option<usize>) -> Self {
        self.0.lock().unwrap().lies_at = step;
        self
    }

    /// What was done since it is on.
    pub(super) fn steps(&self) -> Vec<String> {
        self.0.lock().unwrap().steps.clone()
    }

    /// What is in a file, without a step.
    pub(super) fn content(&self, file: &Path) -> Option<Vec<u8>> {
        let state = self.0.lock().unwrap();
        match state.names.get(file)?.now? {
            Place::File(file) => Some(state.files[file].written.clone()),
            Place::Folder => None,
        }
    }

    /// Every name, and what is in it when it is no folder.
    pub(super) fn everything(&self) -> BTreeMap<PathBuf, Option<Vec<u8>>> {
        let state = self.0.lock().unwrap();
        let seen = state.names.iter().filter_map(|(path, name)| match name.now? {
            Place::Folder => Some((path.clone(), None)),
            Place::File(file) => Some((path.clone(), Some(state.files[file].written.clone()))),
        });
        seen.collect()
    }

    /// Changes what is in a file, durably and without a step.
    pub(super) fn damage(&self, file: &Path) {
        let mut state = self.0.lock().unwrap();
        let Some(Place::File(file)) = state.names[file].now else { panic!("there is no such file") };
        state.files[file] = Content { written: b"half".to_vec(), synced: b"half".to_vec() };
    }

    /// Everything that the disk can have when its power comes back.
    pub(super) fn after_a_cut(&self) -> Vec<Self> {
        let state = self.0.lock().unwrap().clone();
        let mut disks = vec![(BTreeMap::new(), BTreeMap::new())];
        for (path, name) in &state.names {
            disks = every(disks, &name.maybe(), |(names, _), place| {
                names.insert(path.clone(), *place);
            });
        }
        for (number, file) in state.files.iter().enumerate() {
            disks = every(disks, &file.maybe(), |(_, files), content| {
                files.insert(number, content.clone());
            });
        }
        let mut found: Vec<BTreeMap<PathBuf, Option<Vec<u8>>>> = Vec::new();
        for (names, files) in disks {
            let there = |path: &Path| names.get(path).is_some_and(Option::is_some);
            let reachable = names.iter().filter(|(path, _)| match path.parent() {
                Some(folder) => !names.contains_key(folder) || there(folder),
                None => true,
            });
            let seen = reachable.filter_map(|(path, place)| match (*place)? {
                Place::Folder => Some((path.clone(), None)),
                Place::File(file) => Some((path.clone(), Some(files[&file].clone()))),
            });
            let seen = seen.collect();
            if !found.contains(&seen) {
                found.push(seen);
            }
        }
        found.into_iter().map(Self::of).collect()
    }

    fn of(content: BTreeMap<PathBuf, Option<Vec<u8>>>) -> Self {
        let mut state = State::default();
        for (path, content) in content {
            let place = match content {
                None => Place::Folder,
                Some(content) => {
                    state.files.push(Content { written: content.clone(), synced: content });
                    Place::File(state.files.len() - 1)
                }
            };
            state.names.insert(path, Name { now: Some(place), maybe: Vec::new() });
        }
        Self(Arc::new(Mutex::new(state)))
    }

    /// Does one step, unless the power is off; `None` when it is one that lies.
    fn step<T>(
        &self,
        what: &str,
        path: &Path,
        does: impl FnOnce(&mut State) -> io::Result<T>,
    ) -> io::Result<Option<T>> {
        let mut state = self.0.lock().unwrap();
        if state.cut_after.is_some_and(|cut| state.steps.len() >= cut) {
            return Err(io::Error::other("the power is off"));
        }
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        let lies = what.starts_with("sync") && state.lies_at == Some(state.steps.len());
        state.steps.push(format!("{what} {name}"));
        if lies { Ok(None) } else { does(&mut state).map(Some) }
    }
}

/// Each disk with each of several possibilities.
fn every<D: Clone, P>(disks: Vec<D>, possibilities: &[P], with: impl Fn(&mut D, &P)) -> Vec<D> {
    let both = disks.iter().flat_map(|disk| possibilities.iter().map(move |it| (disk.clone(), it)));
    let made = both.map(|(mut disk, possibility)| {
        with(&mut disk, possibility);
        disk
    });
    made.collect()
}

impl Name {
    fn maybe(&self) -> Vec<Option<Place>> {
        let mut maybe = self.maybe.clone();
        maybe.push(self.now);
        maybe
    }

    fn leads(&mut self, to: Option<Place>) {
        self.maybe.push(self.now);
        self.now = to;
    }
}

impl Content {
    fn maybe(&self) -> Vec<Vec<u8>> {
        if self.written == self.synced {
            return vec![self.synced.clone()];
        }
        vec![self.synced.clone(), self.written[..self.written.len() / 2].to_vec(), self.written.clone()]
    }
}

impl State {
    fn leads(&mut self, path: &Path, to: Option<Place>) {
        self.names.entry(path.to_owned()).or_default().leads(to);
    }

    fn place(&self, path: &Path) -> io::Result<Place> {
        let not_there = || io::Error::from(io::ErrorKind::NotFound);
        self.names.get(path).and_then(|name| name.now).ok_or_else(not_there)
    }

    fn file(&mut self, path: &Path) -> io::Result<&mut Content> {
        match self.place(path)? {
            Place::File(file) => Ok(&mut self.files[file]),
            Place::Folder => Err(io::ErrorKind::IsADirectory.into()),
        }
    }
}

impl Disk for Forgetful {
    fn make_folder(&self, folder: &Path) -> io::Result<()> {
        let made = self.step("make", folder, |state| {
            if state.place(folder).is_err() {
                state.leads(folder, Some(Place::Folder));
            }
            Ok(())
        });
        made.map(drop)
    }

    fn read(&self, file: &Path, most: u64) -> io::Result<Vec<u8>> {
        let content = self.0.lock().unwrap().file(file)?.written.clone();
        Ok(content.into_iter().take(usize::try_from(most).unwrap()).collect())
    }

    fn write(&self, file: &Path, content: &[u8]) -> io::Result<()> {
        let written = self.step("write", file, |state| {
            if state.place(file).is_err() {
                state.files.push(Content::default());
                let place = Place::File(state.files.len() - 1);
                state.leads(file, Some(place));
            }
            state.file(file)?.written = content.to_vec();
            Ok(())
        });
        written.map(drop)
    }

    fn sync(&self, file: &Path) -> io::Result<()> {
        let synced = self.step("sync", file, |state| {
            let content = state.file(file)?;
            content.synced.clone_from(&content.written);
            Ok(())
        });
        synced.map(drop)
    }

    fn rename(&self, file: &Path, to: &Path) -> io::Result<()> {
        let renamed = self.step("rename", file, |state| {
            let place = state.place(file)?;
            state.leads(to, Some(place));
            state.leads(file, None);
            Ok(())
        });
        renamed.map(drop)
    }

    fn link(&self, file: &Path, name: &Path) -> io::Result<()> {
        let linked = self.step("link", file, |state| {
            let place = state.place(file)?;
            if state.place(name).is_ok() {
                return Err(io::ErrorKind::AlreadyExists.into());
            }
            state.leads(name, Some(place));
            Ok(())
        });
        linked.map(drop)
    }

    fn remove(&self, file: &Path) -> io::Result<()> {
        let removed = self.step("remove", file, |state| {
            state.place(file)?;
            state.leads(file, None);
            Ok(())
        });
        removed.map(drop)
    }

    fn sync_folder(&self, folder: &Path) -> io::Result<()> {
        let synced = self.step("sync folder", folder, |state| {
            let inside = state.names.iter_mut().filter(|(path, _)| path.parent() == Some(folder));
            inside.for_each(|(_, name)| name.maybe.clear());
            Ok(())
        });
        synced.map(drop)
    }
}
