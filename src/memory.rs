//! What is in the pillar's memory stays there, and no longer than it is needed.
//!
//! Invariant: a freed block of the heap holds nothing of what was in it, whoever freed it: also a library
//! whose strings cannot be wiped by us. No dump of the process is written, and no other process of the
//! same user can read it.

use std::alloc::System;
use std::io;

use rustix::process::{DumpableBehavior, Resource, Rlimit, set_dumpable_behavior, setrlimit};
use zeroizing_alloc::ZeroAlloc;

/// The system's allocator, which overwrites each block before it gives it back. A block that grows is
/// moved, and the old place is overwritten, too.
pub type Wiping = ZeroAlloc<System>;

/// The allocator of the pillar's programs.
pub const WIPING: Wiping = ZeroAlloc(System);

/// Why the memory cannot be kept from getting out.
#[derive(Debug, thiserror::Error)]
pub enum Exposed {
    /// A dump of memory might be written when the program fails.
    #[error("dumps of memory cannot be switched off, and they would hold what residents enter: {0}")]
    Dumps(io::Error),
}

/// Sees to it that no dump is written when the program fails, and that only an administrator can look
/// into it. The second half is what helps where dumps go to a program, which heeds no limit of size.
///
/// # Errors
/// When the system refuses; then nobody should be served.
pub fn keep_to_itself() -> Result<(), Exposed> {
    let none = Rlimit { current: Some(0), maximum: Some(0) };
    setrlimit(Resource::Core, none).map_err(|error| Exposed::Dumps(error.into()))?;
    set_dumpable_behavior(DumpableBehavior::NotDumpable).map_err(|error| Exposed::Dumps(error.into()))
}
