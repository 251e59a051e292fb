//! A hub in a process of its own, so that what it needs is not counted as the pillar's.
//!
//! Invariant: it ends with whoever started it.

use std::io::{BufRead, BufReader, Read, Write};
use std::path::Path;
use std::process::{Child, Command, Stdio};

use jiff::Timestamp;
use tempfile::TempDir;
use zuil_hub::{Config, Hub, fleet};
use zuil_wire::Binding;

use crate::{Failure, folder_on_disk};

/// The first argument with which a bench's program is a hub.
pub const HUB: &str = "hub";

/// A hub on a fresh data folder.
pub struct HubProcess {
    config: Config,
    url: String,
    child: Child,
    _folder: TempDir,
}

impl HubProcess {
    /// Starts this very program as a hub.
    ///
    /// # Errors
    /// When it does not start.
    pub fn start() -> Result<Self, Failure> {
        let folder = folder_on_disk()?;
        let data = folder.path().join("data");
        let mut child = Command::new(std::env::current_exe()?)
            .arg(HUB)
            .arg(&data)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()?;
        let mut url = String::new();
        BufReader::new(child.stdout.take().ok_or("no output")?).read_line(&mut url)?;
        let config = Config::on_any_port("Voorbeeldstad", &data);
        Ok(Self { config, url: url.trim().to_owned(), child, _folder: folder })
    }

    /// A new pillar at it.
    ///
    /// # Errors
    /// When the hub cannot add it.
    pub fn add_pillar(&self, name: &str) -> Result<Binding, Failure> {
        Ok(fleet::add_pillar(&self.config, name, Some(&self.url), Timestamp::now())?)
    }
}

impl Drop for HubProcess {
    fn drop(&mut self) {
        drop(self.child.stdin.take());
        // Nothing to do when it is gone already.
        let _ = self.child.wait();
    }
}

/// Is a hub on `data` until its standard input is closed.
///
/// # Errors
/// When it does not start.
pub fn be_a_hub(data: &Path) -> Result<(), Failure> {
    let runtime = tokio::runtime::Runtime::new()?;
    let running = runtime.block_on(Hub::start(Config::on_any_port("Voorbeeldstad", data)))?;
    println!("{}", running.intake_url);
    std::io::stdout().flush()?;
    std::io::stdin().read_to_end(&mut Vec::new())?;
    runtime.block_on(running.shutdown());
    Ok(())
}
