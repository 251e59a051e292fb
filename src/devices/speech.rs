//! The voice: speaks a text through whatever sound the machine has, by a program of its own
//! (`espeak-ng`).
//!
//! Invariant: a new text silences the one before, and ending the voice ends the program; nothing of
//! a visit is spoken after it.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

/// Words a minute; slower than espeak-ng's own 175, for people who listen in a shop.
const WORDS_A_MINUTE: &str = "150";

/// Something that speaks.
pub trait Voice: Send {
    /// Speaks a text in a language (ISO 639-1 code), and stops what it was saying.
    fn speak(&mut self, text: &str, language: &str);

    /// Is silent at once.
    fn stop(&mut self);
}

/// A voice made by `espeak-ng`, or a program that takes the same arguments and reads the text from
/// its standard input.
pub struct Espeak {
    program: PathBuf,
    speaking: Option<Child>,
}

impl Espeak {
    /// A voice by this program. It is not tried before something is to be said.
    #[must_use]
    pub fn new(program: &Path) -> Self {
        Self { program: program.to_owned(), speaking: None }
    }

    fn start(&mut self, text: &str, language: &str) -> std::io::Result<()> {
        let mut child = Command::new(&self.program)
            .args(["-v", language, "-s", WORDS_A_MINUTE, "--stdin"])
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()?;
        if let Some(mut stdin) = child.stdin.take() {
            stdin.write_all(text.as_bytes())?;
        }
        self.speaking = Some(child);
        Ok(())
    }
}

impl Voice for Espeak {
    fn speak(&mut self, text: &str, language: &str) {
        self.stop();
        if let Err(error) = self.start(text, language) {
            tracing::warn!(%error, "the voice does not speak; is espeak-ng installed?");
        }
    }

    fn stop(&mut self) {
        if let Some(mut child) = self.speaking.take() {
            // It may have finished by itself; then there is nothing to kill.
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}

impl Drop for Espeak {
    fn drop(&mut self) {
        self.stop();
    }
}

/// No voice.
#[derive(Clone, Copy, Debug, Default)]
pub struct Mute;

impl Voice for Mute {
    fn speak(&mut self, _text: &str, _language: &str) {}

    fn stop(&mut self) {}
}
