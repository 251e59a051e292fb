//! The stage around a pillar, in a folder of its own: network, printer, terminal, readers, headphones, voice
//! and the pillar's settings. The hub stands behind it and is somebody else's.

use std::fs;
use std::io;
use std::net::SocketAddr;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use crate::devices::printer::simulator::PrinterSimulator;
use crate::devices::reader::mrz::MrzFormat;
use crate::devices::reader::rfid::RfidFormat;
use crate::devices::reader::simulator::{DocumentReaderSimulator, PassReaderSimulator};
use crate::devices::terminal::simulator::PaymentSimulator;

use super::Failure;
use super::network::Network;

/// The name of the pillar on the stage.
pub const PILLAR: &str = "demo";

/// All that stands around the pillar.
pub struct Stage {
    folder: PathBuf,
    /// The network between pillar and hub.
    pub network: Network,
    /// The receipt printer.
    pub printer: PrinterSimulator,
    /// The card terminal.
    pub terminal: PaymentSimulator,
    /// The reader of identity documents.
    pub document_reader: DocumentReaderSimulator,
    /// The reader of waste passes.
    pub pass_reader: PassReaderSimulator,
}

impl Stage {
    /// Sets the stage in front of a hub whose intake is at `intake`. `bind` writes the file that
    /// binds [`PILLAR`] to the hub at the given address, which is this end of the network.
    ///
    /// # Errors
    /// When no pseudo-terminal, port or file can be had, or `bind` fails.
    pub fn set(
        folder: &Path,
        catalogue: &Path,
        intake: SocketAddr,
        bind: impl FnOnce(&str, &Path) -> Result<(), Failure>,
    ) -> Result<Self, Failure> {
        let stage = Self {
            folder: folder.to_owned(),
            network: Network::to(intake)?,
            printer: PrinterSimulator::start(&folder.join("printer"))?,
            terminal: PaymentSimulator::start(&folder.join("terminal"))?,
            document_reader: DocumentReaderSimulator::start(
                &folder.join("document-reader"),
                MrzFormat::default(),
            )?,
            pass_reader: PassReaderSimulator::start(&folder.join("pass-reader"), RfidFormat::default())?,
        };
        stage.terminal.was_tried_out();
        bind(&format!("https://{}", stage.network.near_end()), &folder.join("binding.json"))?;
        stage.plug_headphones(false)?;
        stage.give_voice()?;
        fs::write(stage.config(), stage.settings(&fs::canonicalize(catalogue)?))?;
        Ok(stage)
    }

    /// The pillar's settings.
    #[must_use]
    pub fn config(&self) -> PathBuf {
        self.folder.join("zuil.toml")
    }

    /// Plugs headphones in, or pulls them out.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn plug_headphones(&self, plugged: bool) -> io::Result<()> {
        fs::write(self.headphones(), if plugged { "1\n" } else { "0\n" })
    }

    /// What the pillar said last, when it speaks.
    #[must_use]
    pub fn spoken(&self) -> String {
        fs::read_to_string(self.folder.join("spoken")).unwrap_or_default()
    }

    /// Leaves the pillar nothing but a printer and a terminal, as the kiosk image is set up.
    ///
    /// # Errors
    /// When its settings cannot be written.
    pub fn takes_readers_and_headphones_away(&self, catalogue: &Path) -> Result<(), Failure> {
        Ok(fs::write(self.config(), self.plain_settings(&fs::canonicalize(catalogue)?))?)
    }

    fn headphones(&self) -> PathBuf {
        self.folder.join("headphones")
    }

    /// A voice that writes down what it says, and says it where espeak-ng is installed.
    fn give_voice(&self) -> io::Result<()> {
        let (voice, spoken) = (self.folder.join("voice"), self.folder.join("spoken"));
        let script = format!(
            "#!/bin/sh\nif command -v espeak-ng >/dev/null; then tee '{0}' | espeak-ng \"$@\"; else cat >'{0}'; fi\n",
            spoken.display()
        );
        fs::write(&voice, script)?;
        fs::set_permissions(&voice, fs::Permissions::from_mode(0o700))
    }

    fn settings(&self, catalogue: &Path) -> String {
        let folder = self.folder.display();
        format!(
            "{}[document_reader]\nport = \"{folder}/document-reader\"\n\
             [pass_reader]\nport = \"{folder}/pass-reader\"\n[headphones]\nstate_file = \"{}\"\n",
            self.plain_settings(catalogue),
            self.headphones().display(),
        )
    }

    fn plain_settings(&self, catalogue: &Path) -> String {
        let folder = self.folder.display();
        format!(
            "data_dir = \"{folder}/data\"\ncatalogue_dir = \"{}\"\nbinding = \"{folder}/binding.json\"\n\
             [printer]\nport = \"{folder}/printer\"\n[terminal]\nport = \"{folder}/terminal\"\n\
             password = \"123456\"\n[speech]\nprogram = \"{folder}/voice\"\n",
            catalogue.display(),
        )
    }
}

/// A folder that goes away when it is dropped.
///
/// # Errors
/// When none can be made.
pub fn temporary_folder() -> io::Result<tempfile::TempDir> {
    tempfile::Builder::new().prefix("zuil-demo-").tempdir()
}
