//! Sets the stage in a folder of its own: hub, network, printer, terminal, headphones and the
//! pillar's settings.
//!
//! Invariant: what was started is stopped when the stage is dropped, by process id.

use std::fs;
use std::io::{self, BufRead, BufReader};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use crate::devices::printer::simulator::PrinterSimulator;
use crate::devices::terminal::simulator::PaymentSimulator;

use super::network::Network;

/// The name of the pillar on the stage.
pub const PILLAR: &str = "demo";

/// All that stands around the pillar.
pub struct Stage {
    folder: PathBuf,
    hub: Hub,
    /// The network between pillar and hub.
    pub network: Network,
    /// The receipt printer.
    pub printer: PrinterSimulator,
    /// The card terminal.
    pub terminal: PaymentSimulator,
}

/// The hub's process and what it said at its start.
struct Hub {
    program: PathBuf,
    process: Child,
    desk: String,
    password: Option<String>,
}

/// Why the stage could not be set.
#[derive(Debug, thiserror::Error)]
pub enum StageError {
    /// Something of the machine failed.
    #[error("{what}: {source}")]
    Machine {
        /// What was tried.
        what: &'static str,
        /// Why it failed.
        source: io::Error,
    },
    /// The hub did not start.
    #[error("the hub did not start as expected: {0}")]
    Hub(String),
}

impl Stage {
    /// Sets the stage in an empty folder; `programs` holds `zuil-hub`, `catalogue` is the folder
    /// with the tasks.
    ///
    /// # Errors
    /// When the hub's program is not there or does not start, or no pseudo-terminal can be opened.
    pub fn set(folder: &Path, programs: &Path, catalogue: &Path) -> Result<Self, StageError> {
        let hub_folder = folder.join("hub");
        fs::create_dir_all(&hub_folder).map_err(machine("making a folder"))?;
        let (hub, intake) = Hub::start(programs.join("zuil-hub"), &hub_folder)?;
        let network = Network::to(intake).map_err(machine("laying the network"))?;
        let stage = Self {
            network,
            printer: PrinterSimulator::start(&folder.join("printer")).map_err(machine("starting the printer"))?,
            terminal: PaymentSimulator::start(&folder.join("terminal"))
                .map_err(machine("starting the terminal"))?,
            hub,
            folder: folder.to_owned(),
        };
        stage.plug_headphones(false).map_err(machine("writing the headphones' state"))?;
        stage.hub.add_pillar(&hub_folder, stage.network.near_end(), &folder.join("binding.json"))?;
        fs::write(stage.config(), stage.settings(catalogue)).map_err(machine("writing the settings"))?;
        Ok(stage)
    }

    /// The pillar's settings.
    #[must_use]
    pub fn config(&self) -> PathBuf {
        self.folder.join("zuil.toml")
    }

    /// The address of the hub's pages.
    #[must_use]
    pub fn desk(&self) -> &str {
        &self.hub.desk
    }

    /// The staff password, which the hub printed once.
    #[must_use]
    pub fn password(&self) -> Option<&str> {
        self.hub.password.as_deref()
    }

    /// Plugs headphones in, or pulls them out.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn plug_headphones(&self, plugged: bool) -> io::Result<()> {
        fs::write(self.headphones(), if plugged { "1\n" } else { "0\n" })
    }

    /// What the hub has under a reference, as its own program tells it; `None` when it has nothing.
    ///
    /// # Errors
    /// When the hub's program cannot be run or says something that is not JSON.
    pub fn at_the_hub(&self, reference: &str) -> Result<Option<serde_json::Value>, StageError> {
        let output = Command::new(&self.hub.program)
            .args(["transaction", reference, "--json", "--config"])
            .arg(self.folder.join("hub/hub.toml"))
            .output()
            .map_err(machine("asking the hub"))?;
        if !output.status.success() {
            return Ok(None);
        }
        serde_json::from_slice(&output.stdout).map(Some).map_err(|error| StageError::Hub(error.to_string()))
    }

    fn headphones(&self) -> PathBuf {
        self.folder.join("headphones")
    }

    fn settings(&self, catalogue: &Path) -> String {
        let folder = self.folder.display();
        format!(
            "data_dir = \"{folder}/data\"\ncatalogue_dir = \"{}\"\nbinding = \"{folder}/binding.json\"\n\
             [printer]\nport = \"{folder}/printer\"\n[terminal]\nport = \"{folder}/terminal\"\n\
             password = \"123456\"\n[headphones]\nstate_file = \"{}\"\n",
            catalogue.display(),
            self.headphones().display(),
        )
    }
}

impl Hub {
    /// Starts the hub on free ports; returns it and the address of its intake.
    fn start(program: PathBuf, folder: &Path) -> Result<(Self, SocketAddr), StageError> {
        let config = folder.join("hub.toml");
        let settings = format!(
            "data_dir = \"{}\"\nmunicipality = \"Voorbeeldhuizen\"\n[intake]\nlisten = \"127.0.0.1:0\"\n\
             public_url = \"https://127.0.0.1\"\n[desk]\nlisten = \"127.0.0.1:0\"\n",
            folder.join("data").display()
        );
        fs::write(&config, settings).map_err(machine("writing the hub's settings"))?;
        let mut process = Command::new(&program)
            .args(["serve", "--config"])
            .arg(&config)
            .stdout(Stdio::piped())
            .stderr(fs::File::create(folder.join("hub.log")).map_err(machine("making the hub's log"))?)
            .spawn()
            .map_err(machine("starting zuil-hub"))?;
        let said = process.stdout.take().map(BufReader::new);
        let mut hub = Self { program, process, desk: String::new(), password: None };
        let mut intake = None;
        for line in said.into_iter().flat_map(BufRead::lines).map_while(Result::ok) {
            match line.split_once(' ') {
                Some(("intake", url)) => intake = url.trim_start_matches("https://").parse().ok(),
                Some(("password", password)) => hub.password = Some(password.to_owned()),
                Some(("desk", url)) => hub.desk = url.to_owned(),
                _ => {}
            }
            if let (Some(intake), false) = (intake, hub.desk.is_empty()) {
                return Ok((hub, intake));
            }
        }
        Err(StageError::Hub(format!("see {}", folder.join("hub.log").display())))
    }

    fn add_pillar(&self, folder: &Path, near_end: SocketAddr, binding: &Path) -> Result<(), StageError> {
        let output = Command::new(&self.program)
            .args(["pillar", "add", PILLAR, "--hub-url", &format!("https://{near_end}"), "--out"])
            .arg(binding)
            .arg("--config")
            .arg(folder.join("hub.toml"))
            .output()
            .map_err(machine("adding the pillar"))?;
        if output.status.success() {
            Ok(())
        } else {
            Err(StageError::Hub(String::from_utf8_lossy(&output.stderr).into_owned()))
        }
    }
}

impl Drop for Hub {
    fn drop(&mut self) {
        // It may have ended by itself; then there is nothing to stop.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

fn machine(what: &'static str) -> impl FnOnce(io::Error) -> StageError {
    move |source| StageError::Machine { what, source }
}
