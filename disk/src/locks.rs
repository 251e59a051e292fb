//! The locks that connections hold on a file, as SQLite defines them. Invariant: one connection at most
//! may write, and none does while another reads.

/// How far a connection has locked a file, from nothing to all for itself.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    /// Not at all.
    #[default]
    None,
    /// It reads, as others may.
    Shared,
    /// It is going to write; others may read, and begin to.
    Reserved,
    /// It waits for readers to end; none may begin.
    Pending,
    /// It writes; nobody else does anything.
    Exclusive,
}

/// All locks on one file.
#[derive(Default)]
pub struct Locks {
    /// How many connections hold [`Level::Shared`] or more.
    readers: usize,
    /// Whether one holds [`Level::Reserved`] or more.
    reserved: bool,
    /// Whether one holds [`Level::Pending`] or more.
    pending: bool,
}

impl Locks {
    /// Raises a connection's lock. What it then holds is in `held`, also when others are in the way.
    pub fn raise(&mut self, held: &mut Level, wanted: Level) -> bool {
        if *held >= wanted {
            return true;
        }
        if *held == Level::None {
            if self.pending {
                return false;
            }
            self.readers += 1;
            *held = Level::Shared;
        }
        if wanted > Level::Shared && *held < Level::Reserved {
            if self.reserved {
                return false;
            }
            self.reserved = true;
            *held = Level::Reserved;
        }
        if wanted > Level::Reserved {
            self.pending = true;
            *held = Level::Pending;
            if self.readers > 1 {
                return false;
            }
            *held = wanted;
        }
        true
    }

    /// Lowers a connection's lock to `Shared` or `None`.
    pub fn lower(&mut self, held: &mut Level, to: Level) {
        if *held <= to {
            return;
        }
        if *held >= Level::Reserved {
            self.reserved = false;
        }
        if *held >= Level::Pending {
            self.pending = false;
        }
        if to == Level::None {
            self.readers -= 1;
        }
        *held = to;
    }

    /// Whether any connection is going to write or does.
    pub const fn is_reserved(&self) -> bool {
        self.reserved
    }
}
