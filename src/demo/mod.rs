//! The demonstration: a whole small world around one pillar, for people who want to try it and for
//! tests. It is not in release images.
//!
//! Everything in it is real but the outside: the hub is the hub's own program, the printer and the
//! terminal are simulators on pseudo-terminals, and the network is a wire that can be cut.

use std::path::PathBuf;

pub mod bench;
pub mod devices;
pub mod errand;
pub mod hub;
mod needs;
pub mod network;
pub mod stage;
pub mod state_line;
pub mod touched;
pub mod town;
mod trace;
pub mod walkthrough;
#[cfg(feature = "window")]
pub mod workbench;

/// Why a demonstration ended early, in words for the person who started it.
pub type Failure = Box<dyn std::error::Error + Send + Sync>;

/// The folder with this program, where the pillar's and the hub's programs stand too.
///
/// # Errors
/// When the system does not tell.
pub fn programs() -> Result<PathBuf, Failure> {
    let own = std::env::current_exe()?;
    own.parent().map(PathBuf::from).ok_or_else(|| "this program stands in no folder".into())
}
