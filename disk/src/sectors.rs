//! The content of a file, sector by sector: what programs see, and what is durable.
//!
//! Invariant: a sector that is not marked is the same in both, and every sector that only one of them
//! has is marked.

use std::ops::AddAssign;

use fastrand::Rng;

/// How much a disk writes at once.
pub const SECTOR: usize = 512;

/// What power cuts have drawn.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Drawn {
    /// How many cuts there were.
    pub cuts: u64,
    /// Sectors that kept their old content.
    pub old: u64,
    /// Sectors that got their new content.
    pub new: u64,
    /// Sectors of which only a first part is new.
    pub torn: u64,
    /// Sectors that were never written before and hold whatever lay on the disk there.
    pub garbage: u64,
    /// Files that kept a length from before, or one in between.
    pub lengths: u64,
    /// Files that were made, and are not there.
    pub unmade: u64,
    /// Files that were deleted, and are there again.
    pub undeleted: u64,
}

impl AddAssign for Drawn {
    fn add_assign(&mut self, other: Self) {
        self.cuts += other.cuts;
        self.old += other.old;
        self.new += other.new;
        self.torn += other.torn;
        self.garbage += other.garbage;
        self.lengths += other.lengths;
        self.unmade += other.unmade;
        self.undeleted += other.undeleted;
    }
}

/// What is known of a sector.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Mark {
    /// The same in both.
    Clean,
    /// Changed; the next sync makes it durable.
    Dirty,
    /// Changed, and a sync of it failed: only writing it anew brings it to the disk.
    Forgotten,
}

/// The content of a file.
#[derive(Default)]
pub struct Sectors {
    now: Vec<u8>,
    durable: Vec<u8>,
    marks: Vec<Mark>,
    /// The sectors that are not clean.
    marked: Vec<usize>,
}

impl Sectors {
    /// What programs see.
    pub fn now(&self) -> &[u8] {
        &self.now
    }

    /// Writes; a gap before it is filled with zeros.
    pub fn write(&mut self, offset: usize, bytes: &[u8]) {
        let (from, end) = (offset.min(self.now.len()), offset + bytes.len());
        if end > self.now.len() {
            self.now.resize(end, 0);
        }
        self.now[offset..end].copy_from_slice(bytes);
        self.mark(from, end);
    }

    /// Makes it shorter, or longer with zeros.
    pub fn truncate(&mut self, length: usize) {
        let before = self.now.len();
        self.now.resize(length, 0);
        self.mark(length.min(before), length.max(before));
    }

    /// Makes durable what can be.
    pub fn sync(&mut self) {
        self.durable.resize(self.now.len(), 0);
        for sector in std::mem::take(&mut self.marked) {
            if self.marks[sector] == Mark::Forgotten {
                self.marked.push(sector);
                continue;
            }
            self.marks[sector] = Mark::Clean;
            let (from, end) = (sector * SECTOR, ((sector + 1) * SECTOR).min(self.now.len()));
            if from < end {
                self.durable[from..end].copy_from_slice(&self.now[from..end]);
            }
        }
    }

    /// A sync that fails: as on Linux, what it was about counts as written afterwards.
    pub fn forget(&mut self) {
        for sector in &self.marked {
            self.marks[*sector] = Mark::Forgotten;
        }
    }

    /// Changes all of it, durably.
    pub fn replace(&mut self, change: impl FnOnce(&mut Vec<u8>)) {
        change(&mut self.now);
        self.durable.clone_from(&self.now);
        self.settle();
    }

    /// What a power cut leaves.
    pub fn cut(&mut self, dice: &mut Rng, drawn: &mut Drawn) {
        let length = self.draw_length(dice);
        drawn.lengths += u64::from(length != self.now.len());
        // Some cuts come before anything was on its way, some after all of it arrived.
        let mood = dice.u8(..6);
        let left: Vec<(usize, [u8; SECTOR])> = self
            .marked
            .iter()
            .map(|sector| (*sector, self.draw_sector(*sector, mood, dice, drawn)))
            .collect();
        self.now.resize(length, 0);
        self.durable.resize(length, 0);
        for (sector, content) in left {
            let (from, end) = (sector * SECTOR, ((sector + 1) * SECTOR).min(length));
            if from < end {
                self.now[from..end].copy_from_slice(&content[..end - from]);
                self.durable[from..end].copy_from_slice(&content[..end - from]);
            }
        }
        self.settle();
    }

    /// A truncate happens or not; a file that grew has grown, or not, or by some of its sectors.
    fn draw_length(&self, dice: &mut Rng) -> usize {
        let (old, new) = (self.durable.len(), self.now.len());
        match dice.u8(..3) {
            0 => old,
            1 if old < new => (dice.usize(old..new).next_multiple_of(SECTOR)).min(new),
            _ => new,
        }
    }

    fn draw_sector(&self, sector: usize, mood: u8, dice: &mut Rng, drawn: &mut Drawn) -> [u8; SECTOR] {
        let (mut old, new) = (at(&self.durable, sector), at(&self.now, sector));
        if sector * SECTOR >= self.durable.len() && dice.bool() {
            old = Some(std::array::from_fn(|_| dice.u8(..)));
            drawn.garbage += 1;
        }
        let old = old.unwrap_or([0; SECTOR]);
        // What was cut off has no new content.
        let Some(new) = new else { return old };
        let kind = match mood {
            0 => 0,
            1 | 2 => 1,
            _ => dice.u8(..3),
        };
        match kind {
            0 => {
                drawn.old += 1;
                old
            }
            1 => {
                drawn.new += 1;
                new
            }
            _ => {
                drawn.torn += 1;
                let arrived = dice.usize(1..SECTOR);
                std::array::from_fn(|byte| if byte < arrived { new[byte] } else { old[byte] })
            }
        }
    }

    fn mark(&mut self, from: usize, end: usize) {
        let sectors = from / SECTOR..end.div_ceil(SECTOR);
        if self.marks.len() < sectors.end {
            self.marks.resize(sectors.end, Mark::Clean);
        }
        for sector in sectors {
            if self.marks[sector] == Mark::Clean {
                self.marked.push(sector);
            }
            self.marks[sector] = Mark::Dirty;
        }
    }

    /// Both are the same now.
    fn settle(&mut self) {
        self.marked.clear();
        self.marks.clear();
    }
}

/// A sector, filled up with zeros; `None` beyond the end.
fn at(content: &[u8], sector: usize) -> Option<[u8; SECTOR]> {
    let from = sector * SECTOR;
    let bytes = content.get(from..).filter(|rest| !rest.is_empty())?;
    let mut whole = [0; SECTOR];
    let length = bytes.len().min(SECTOR);
    whole[..length].copy_from_slice(&bytes[..length]);
    Some(whole)
}
