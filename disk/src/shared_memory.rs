//! The memory and the locks that connections of one database share for its write-ahead log.
//!
//! Invariant: a region stays where it is as long as a connection may use it; the whole is gone with
//! the last connection, and after a power cut no connection finds what was there before.

use std::ffi::c_void;
use std::sync::Mutex;
use std::sync::atomic::AtomicU64;

use super::lock;

/// How many locks there are (`SQLITE_SHM_NLOCK`).
pub const LOCKS: usize = 8;

/// What is shared. SQLite keeps itself from racing in the regions, by the locks and by atomics of its own.
#[derive(Default)]
pub struct SharedMemory {
    regions: Mutex<Vec<Box<[AtomicU64]>>>,
    locks: Mutex<[Slot; LOCKS]>,
}

/// One lock: many readers, or one writer.
#[derive(Clone, Copy, Default)]
struct Slot {
    readers: usize,
    writer: bool,
}

/// Which locks one connection holds, as bits.
#[derive(Clone, Copy, Default)]
pub struct Held {
    shared: u8,
    exclusive: u8,
}

impl SharedMemory {
    /// Where a region is; `None` when it is not there and is not to be made.
    pub fn region(&self, index: usize, bytes: usize, make: bool) -> Option<*mut c_void> {
        let mut regions = lock(&self.regions);
        while regions.len() <= index {
            if !make {
                return None;
            }
            regions.push((0..bytes.div_ceil(8)).map(|_| AtomicU64::new(0)).collect());
        }
        Some(regions[index].as_ptr().cast_mut().cast())
    }

    /// Takes the locks from `first` to before `end`; whether it got them.
    pub fn take(&self, held: &mut Held, first: usize, end: usize, exclusive: bool) -> bool {
        let mut locks = lock(&self.locks);
        let mask = mask(first, end);
        let slots = &mut locks[first..end];
        if exclusive {
            if held.exclusive & mask == mask {
                return true;
            }
            if slots.iter().any(|slot| slot.writer || slot.readers > 0) {
                return false;
            }
            slots.iter_mut().for_each(|slot| slot.writer = true);
            held.exclusive |= mask;
        } else {
            if held.shared & mask == mask {
                return true;
            }
            if slots.iter().any(|slot| slot.writer) {
                return false;
            }
            slots.iter_mut().for_each(|slot| slot.readers += 1);
            held.shared |= mask;
        }
        true
    }

    /// Gives locks back; those that are not held stay as they are.
    pub fn give_back(&self, held: &mut Held, first: usize, end: usize) {
        let mut locks = lock(&self.locks);
        for (index, slot) in locks.iter_mut().enumerate().take(end).skip(first) {
            let bit = 1 << index;
            if held.exclusive & bit != 0 {
                slot.writer = false;
            }
            if held.shared & bit != 0 {
                slot.readers -= 1;
            }
            held.exclusive &= !bit;
            held.shared &= !bit;
        }
    }
}

fn mask(first: usize, end: usize) -> u8 {
    (first..end).fold(0, |mask, index| mask | 1 << index)
}
