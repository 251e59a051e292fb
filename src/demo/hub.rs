//! The hub's own program, started beside the demonstration on free ports.
//!
//! Invariant: it is stopped, by its process id, when it is no longer needed.

use std::fs;
use std::io::{BufRead, BufReader};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use super::Failure;
use super::stage::PILLAR;

/// A running hub.
pub struct Hub {
    program: PathBuf,
    /// Its settings.
    pub(super) config: PathBuf,
    process: Child,
    /// Where pillars come in.
    pub intake: SocketAddr,
    /// The address of the staff's pages.
    pub desk: String,
    /// The account of staff that the hub makes at its first start.
    pub account: String,
    /// Its password, which the hub prints once.
    pub password: String,
}

impl Hub {
    /// Starts `zuil-hub` from the folder `programs`, with everything it keeps in `folder`. What comes in stays there.
    ///
    /// # Errors
    /// When the program is not there or does not say where it listens.
    pub fn start(programs: &Path, folder: &Path) -> Result<Self, Failure> {
        Self::start_with(programs, folder, "")
    }

    /// As [`Hub::start`], with more settings, such as those of the systems into which it brings what comes in.
    ///
    /// # Errors
    /// As [`Hub::start`].
    pub fn start_with(programs: &Path, folder: &Path, settings: &str) -> Result<Self, Failure> {
        fs::create_dir_all(folder)?;
        let (program, config, log) =
            (programs.join("zuil-hub"), folder.join("hub.toml"), folder.join("hub.log"));
        let settings = format!(
            "municipality = \"Voorbeeldhuizen\"\ndata_dir = \"{}\"\n[intake]\nlisten = \"127.0.0.1:0\"\n\
             [desk]\nlisten = \"127.0.0.1:0\"\n[access]\ntotp = false\n{settings}",
            folder.join("data").display()
        );
        fs::write(&config, settings)?;
        let mut process = Command::new(&program)
            .args(["serve", "--config"])
            .arg(&config)
            .stdout(Stdio::piped())
            .stderr(fs::File::create(&log)?)
            .spawn()
            .map_err(|error| format!("{}: {error}; script/demo builds it", program.display()))?;
        let (mut intake, mut desk, mut account, mut password) = (None, None, None, None);
        let said = process.stdout.take().ok_or("the hub has no standard output")?;
        for line in BufReader::new(said).lines().map_while(Result::ok) {
            match line.split_once(' ') {
                Some(("intake", url)) => intake = url.trim_start_matches("https://").parse().ok(),
                Some(("desk", url)) => desk = Some(url.to_owned()),
                Some(("account", name)) => account = Some(name.to_owned()),
                Some(("password", word)) => password = Some(word.to_owned()),
                _ => {}
            }
            if intake.is_some() && desk.is_some() && account.is_some() && password.is_some() {
                break;
            }
        }
        match (intake, desk, account, password) {
            (Some(intake), Some(desk), Some(account), Some(password)) => {
                Ok(Self { program, config, process, intake, desk, account, password })
            }
            _ => Err(format!("the hub did not start: {}", fs::read_to_string(&log)?).into()),
        }
    }

    /// Binds the demonstration's pillar to the hub at `url`, in a file.
    ///
    /// # Errors
    /// When the hub's program says no.
    pub fn bind(&self, url: &str, binding: &Path) -> Result<(), Failure> {
        let output =
            self.command(&["pillar", "add", PILLAR, "--hub-url", url]).arg("--out").arg(binding).output()?;
        if output.status.success() {
            Ok(())
        } else {
            Err(String::from_utf8_lossy(&output.stderr).into_owned().into())
        }
    }

    /// Makes a code with which the demonstration's pillar is enrolled at the hub at `url`.
    ///
    /// # Errors
    /// When the hub's program says no.
    pub fn code(&self, url: &str) -> Result<String, Failure> {
        let place = ["--place", "The demonstration"];
        let output = self.command(&["pillar", "code", PILLAR, "--hub-url", url]).args(place).output()?;
        if !output.status.success() {
            return Err(String::from_utf8_lossy(&output.stderr).into_owned().into());
        }
        let said = String::from_utf8(output.stdout)?;
        let code = said.lines().find_map(|line| line.strip_prefix("code "));
        Ok(code.ok_or("the hub printed no code")?.to_owned())
    }

    /// What the hub has under a reference, as its own program tells it; `None` when it has nothing.
    ///
    /// # Errors
    /// When the hub's program cannot be run or says something that is not JSON.
    pub fn transaction(&self, reference: &str) -> Result<Option<serde_json::Value>, Failure> {
        let output = self.command(&["transaction", reference, "--json"]).output()?;
        if output.status.success() { Ok(Some(serde_json::from_slice(&output.stdout)?)) } else { Ok(None) }
    }

    /// Publishes a catalogue, so that the hub knows where its tasks are brought to.
    ///
    /// # Errors
    /// When the catalogue has mistakes, or the hub's program cannot be run.
    pub fn publish(&self, catalogue: &Path) -> Result<(), Failure> {
        let output = self.command(&["catalogue", "publish"]).arg(catalogue).output()?;
        if output.status.success() {
            Ok(())
        } else {
            Err(String::from_utf8_lossy(&output.stderr).into_owned().into())
        }
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(&self.program);
        command.args(arguments).arg("--config").arg(&self.config);
        command
    }
}

impl Drop for Hub {
    fn drop(&mut self) {
        // It may have ended by itself; then there is nothing to stop.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
