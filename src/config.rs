//! The settings of one pillar: `zuil.toml`, read once, checked once.
//!
//! Invariant: a [`Config`] that exists is within its limits; an unknown key is a mistake, not a
//! wish.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use serde::Deserialize;

use crate::devices::reader::{Checksum, LineEnd};

/// The most bytes before or after what a reader sends.
const MOST_MARKS: usize = 8;

/// All settings. Every field is explained in `zuil.toml.example`.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// Where the outbox is kept.
    pub data_dir: PathBuf,
    /// The folder with the municipality's tasks.
    pub catalogue_dir: PathBuf,
    /// The file that binds the pillar to its hub.
    pub binding: PathBuf,
    /// Decides what "today" is; an IANA name.
    #[serde(default = "default_time_zone")]
    pub time_zone: String,
    /// How much is logged.
    #[serde(default)]
    pub log_level: LogLevel,
    /// The printer, when there is one.
    pub printer: Option<Printer>,
    /// The card terminal, when there is one.
    pub terminal: Option<Terminal>,
    /// The reader of identity documents, when there is one.
    pub document_reader: Option<DocumentReader>,
    /// The reader of waste passes, when there is one.
    pub pass_reader: Option<PassReader>,
    /// The headphone socket, when there is one.
    pub headphones: Option<Headphones>,
    /// The voice, when there is one.
    pub speech: Option<Speech>,
    /// How long a visit may stand still.
    #[serde(default)]
    pub visit: VisitTimes,
}

/// How much is logged.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum LogLevel {
    /// Only what stops something.
    Error,
    /// Also what someone should look at.
    Warn,
    /// Also what happened.
    #[default]
    Info,
    /// Also how.
    Debug,
    /// Everything.
    Trace,
}

/// The receipt printer's port.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Printer {
    /// The device file.
    pub port: PathBuf,
    /// Bits per second.
    #[serde(default = "default_printer_baud")]
    pub baud: u32,
    /// Characters on a line: 42 or 48.
    #[serde(default = "default_columns")]
    pub columns: u8,
}

/// The card terminal's port.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Terminal {
    /// The device file.
    pub port: PathBuf,
    /// The password for registration, six digits.
    pub password: String,
}

/// The port of the reader of identity documents, and how it sends a machine-readable zone.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DocumentReader {
    /// The device file.
    pub port: PathBuf,
    /// Bits per second.
    #[serde(default = "default_reader_baud")]
    pub baud: u32,
    /// What ends a line.
    #[serde(default)]
    pub line_end: LineEnd,
    /// What comes before the first line, at most eight bytes.
    #[serde(default)]
    pub prefix: String,
    /// What comes after the last line, at most eight bytes.
    #[serde(default)]
    pub suffix: String,
}

/// The port of the reader of waste passes, and how it sends a number.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PassReader {
    /// The device file.
    pub port: PathBuf,
    /// Bits per second.
    #[serde(default = "default_reader_baud")]
    pub baud: u32,
    /// What comes before the number, at most eight bytes.
    #[serde(default = "default_pass_prefix")]
    pub prefix: String,
    /// What comes after the number, one to eight bytes, the first of which is no digit.
    #[serde(default = "default_pass_suffix")]
    pub suffix: String,
    /// What is added to the number.
    #[serde(default)]
    pub checksum: Checksum,
}

/// The headphone socket.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Headphones {
    /// A file that holds `1` while something is plugged in.
    pub state_file: PathBuf,
}

/// The voice.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Speech {
    /// `espeak-ng`, or a program that takes the same arguments.
    pub program: PathBuf,
}

/// How long a visit may stand still.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct VisitTimes {
    /// Seconds without a touch before the warning, 30 to 600.
    pub idle_seconds: u16,
    /// Seconds between the warning and the wipe, 20 to 120.
    pub warning_seconds: u16,
}

impl Default for VisitTimes {
    fn default() -> Self {
        Self { idle_seconds: 60, warning_seconds: 25 }
    }
}

impl VisitTimes {
    /// The time without a touch before the warning.
    #[must_use]
    pub fn idle(self) -> Duration {
        Duration::from_secs(self.idle_seconds.into())
    }

    /// The time between the warning and the wipe.
    #[must_use]
    pub fn warning(self) -> Duration {
        Duration::from_secs(self.warning_seconds.into())
    }
}

/// Why the settings cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// The file cannot be read.
    #[error("cannot read {path}: {source}; copy zuil.toml.example to it and fill it in")]
    Unreadable {
        /// Which file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// It is not what a configuration looks like.
    #[error("{path}: {mistake}")]
    Syntax {
        /// Which file.
        path: PathBuf,
        /// Where and what, several lines.
        mistake: Box<toml::de::Error>,
    },
    /// A value is outside its limits.
    #[error("{path}: {key} must be {limits}")]
    OutOfLimits {
        /// Which file.
        path: PathBuf,
        /// Which key.
        key: &'static str,
        /// What it must be.
        limits: &'static str,
    },
}

impl Config {
    /// Reads and checks the file.
    ///
    /// # Errors
    /// When it cannot be read, has an unknown key, or a value outside its limits.
    pub fn load(path: &Path) -> Result<Self, ConfigError> {
        let text = fs::read_to_string(path)
            .map_err(|source| ConfigError::Unreadable { path: path.to_owned(), source })?;
        let config: Self = toml::from_str(&text)
            .map_err(|mistake| ConfigError::Syntax { path: path.to_owned(), mistake: Box::new(mistake) })?;
        match config.out_of_limits() {
            Some((key, limits)) => Err(ConfigError::OutOfLimits { path: path.to_owned(), key, limits }),
            None => Ok(config),
        }
    }

    fn out_of_limits(&self) -> Option<(&'static str, &'static str)> {
        let zone_known = jiff::tz::TimeZone::get(&self.time_zone).is_ok();
        let columns_fit = self.printer.as_ref().is_none_or(|printer| [42, 48].contains(&printer.columns));
        let password_fits = self.terminal.as_ref().is_none_or(|terminal| {
            terminal.password.len() == 6 && terminal.password.bytes().all(|b| b.is_ascii_digit())
        });
        let marks_fit = |prefix: &str, suffix: &str| prefix.len() <= MOST_MARKS && suffix.len() <= MOST_MARKS;
        let document_fits =
            self.document_reader.as_ref().is_none_or(|reader| marks_fit(&reader.prefix, &reader.suffix));
        let pass_fits = self.pass_reader.as_ref().is_none_or(|reader| {
            let ends = reader.suffix.bytes().next().is_some_and(|first| !first.is_ascii_hexdigit());
            ends && marks_fit(&reader.prefix, &reader.suffix)
        });
        [
            (document_fits, "document_reader.prefix and suffix", "at most eight bytes each"),
            (
                pass_fits,
                "pass_reader.prefix and suffix",
                "at most eight bytes each, and the suffix must begin with something else than a digit",
            ),
            (zone_known, "time_zone", "the name of a time zone, such as \"Europe/Amsterdam\""),
            (columns_fit, "printer.columns", "42 or 48"),
            (password_fits, "terminal.password", "six digits in quotes, such as \"000000\""),
            ((30..=600).contains(&self.visit.idle_seconds), "visit.idle_seconds", "30 to 600"),
            ((20..=120).contains(&self.visit.warning_seconds), "visit.warning_seconds", "20 to 120"),
        ]
        .into_iter()
        .find_map(|(fits, key, limits)| (!fits).then_some((key, limits)))
    }
}

fn default_time_zone() -> String {
    "Europe/Amsterdam".into()
}

const fn default_printer_baud() -> u32 {
    115_200
}

const fn default_reader_baud() -> u32 {
    9600
}

fn default_pass_prefix() -> String {
    "\u{2}".into()
}

fn default_pass_suffix() -> String {
    "\u{3}".into()
}

const fn default_columns() -> u8 {
    48
}

#[cfg(test)]
mod tests {
    use super::*;

    fn load(text: &str) -> Result<Config, ConfigError> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("zuil.toml");
        fs::write(&path, text).unwrap();
        Config::load(&path)
    }

    const SMALLEST: &str = "data_dir = 'd'\ncatalogue_dir = 'c'\nbinding = 'b'\n";

    #[test]
    fn the_example_loads_and_says_what_it_says() {
        let config = load(include_str!("../zuil.toml.example")).unwrap();
        assert_eq!(config.printer.unwrap().columns, 48);
        assert_eq!(config.terminal.unwrap().password, "000000");
        let documents = config.document_reader.unwrap();
        assert_eq!((documents.line_end, documents.suffix.as_str()), (LineEnd::Cr, ""));
        let passes = config.pass_reader.unwrap();
        assert_eq!((passes.prefix.as_str(), passes.suffix.as_str()), ("\u{2}", "\u{3}"));
        assert_eq!(config.visit, VisitTimes::default());
    }

    #[test]
    fn a_pillar_without_devices_is_a_pillar() {
        let config = load(SMALLEST).unwrap();
        assert!(config.printer.is_none() && config.terminal.is_none() && config.headphones.is_none());
    }

    #[test]
    fn an_unknown_key_is_refused_with_its_line() {
        let error = load(&format!("{SMALLEST}loglevel = 'info'\n")).unwrap_err().to_string();
        assert!(error.contains("line 4") && error.contains("loglevel"), "{error}");
    }

    #[test]
    fn values_outside_their_limits_are_refused_with_the_limits() {
        for (table, limits) in [
            ("[visit]\nidle_seconds = 5", "visit.idle_seconds must be 30 to 600"),
            ("[visit]\nwarning_seconds = 5", "visit.warning_seconds must be 20 to 120"),
            ("[printer]\nport = 'p'\ncolumns = 40", "printer.columns must be 42 or 48"),
            ("[document_reader]\nport = 'd'\nprefix = '123456789'", "document_reader.prefix"),
            ("[pass_reader]\nport = 'p'\nsuffix = ''", "pass_reader.prefix and suffix must be"),
            ("[pass_reader]\nport = 'p'\nsuffix = 'A'", "something else than a digit"),
            ("[terminal]\nport = 't'\npassword = '12'", "terminal.password must be six digits"),
        ] {
            let error = load(&format!("{SMALLEST}{table}")).unwrap_err().to_string();
            assert!(error.contains(limits), "{error}");
        }
        let error =
            load("time_zone = 'Europe/Nowhere'\ndata_dir='d'\ncatalogue_dir='c'\nbinding='b'").unwrap_err();
        assert!(error.to_string().contains("time_zone"));
    }

    #[test]
    fn a_missing_file_says_what_to_copy() {
        let error = Config::load(Path::new("/nowhere/zuil.toml")).unwrap_err().to_string();
        assert!(error.contains("zuil.toml.example"), "{error}");
    }
}
