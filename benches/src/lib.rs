//! What the benches share: figures as JSON lines, medians of alternating rounds, and a folder on a
//! real disk.
//!
//! Invariant: a figure and its peer come from the same run, round by round in turns, so that what
//! else the machine does hits both.

pub mod figure;
pub mod rounds;

/// Why a bench could not be run to its end.
pub type Failure = Box<dyn std::error::Error + Send + Sync>;

/// A new folder below `target/`, on the disk that the machine has, not in memory as `/tmp` may be. It
/// is gone when it is dropped.
///
/// # Errors
/// When it cannot be made.
pub fn folder_on_disk() -> std::io::Result<tempfile::TempDir> {
    let target = std::env::var_os("CARGO_TARGET_DIR").unwrap_or_else(|| "target".into());
    std::fs::create_dir_all(&target)?;
    tempfile::Builder::new().prefix("bench-").tempdir_in(target)
}
