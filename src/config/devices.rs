//! The settings of the devices: on which port each one is and what it is like, and what is recorded of their lines.

use std::path::PathBuf;

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use serde::Deserialize;

use crate::devices::printer::paper::PaperSettings;
use crate::devices::reader::{Checksum, LineEnd};

/// The receipt printer's port.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Printer {
    /// The device file.
    pub port: PathBuf,
    /// Bits per second.
    #[serde(default = "default_printer_baud")]
    pub baud: u32,
    /// Characters on a line: 32 for 58 mm paper, 42 or 48 for 80 mm.
    #[serde(default = "default_columns")]
    pub columns: u8,
    /// How much a full roll holds, in metres, 10 to 200.
    #[serde(default = "default_roll_metres")]
    pub roll_metres: u16,
}

impl Printer {
    /// What is known of its rolls.
    #[must_use]
    pub fn paper(&self) -> PaperSettings {
        PaperSettings { roll_mm: u32::from(self.roll_metres) * 1_000, ..PaperSettings::default() }
    }
}

/// The card terminal's port.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Terminal {
    /// The device file.
    pub port: PathBuf,
    /// The password for registration, six digits.
    pub password: String,
    /// When the terminal's day is closed, while nobody stands at the pillar; `"never"` where the bank or
    /// the terminal does that by itself.
    #[serde(default = "default_end_of_day")]
    pub end_of_day: String,
}

impl Terminal {
    /// The time at which the terminal's day is closed; `None` for never.
    #[must_use]
    pub fn end_of_day(&self) -> Option<jiff::civil::Time> {
        self.end_of_day.parse().ok()
    }
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

/// What is recorded of devices' lines, sealed to the municipality.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Recorder {
    /// An existing folder.
    pub folder: PathBuf,
    /// Whose lines.
    pub devices: Vec<Recorded>,
    /// The last day, in the pillar's time zone.
    pub until: Date,
    /// The most mebibytes in a file, 1 to 1024.
    #[serde(default = "default_file_mib")]
    pub file_mib: u32,
    /// The most files for each device, 1 to 1000.
    #[serde(default = "default_recorder_files")]
    pub files: u32,
}

/// A device whose line can be recorded. Readers cannot: what they read (a name, a date of birth, a
/// BSN) leaves their drivers in no form.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Recorded {
    /// The receipt printer.
    Printer,
    /// The card terminal.
    Terminal,
}

impl Recorder {
    /// The moment at which the last day is over.
    #[must_use]
    pub fn end(&self, zone: &TimeZone) -> Timestamp {
        // A day beyond the calendar's end never ends; one that cannot be placed is over.
        let Ok(next) = self.until.tomorrow() else { return Timestamp::MAX };
        next.to_zoned(zone.clone()).map_or(Timestamp::MIN, |midnight| midnight.timestamp())
    }
}

fn default_end_of_day() -> String {
    "03:00".into()
}

const fn default_printer_baud() -> u32 {
    115_200
}

const fn default_roll_metres() -> u16 {
    80
}

const fn default_file_mib() -> u32 {
    16
}

const fn default_recorder_files() -> u32 {
    4
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
