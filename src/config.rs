//! The settings of one pillar: `zuil.toml`, read once, checked once.
//!
//! Invariant: a [`Config`] that exists is within its limits; an unknown key is a mistake, not a
//! wish.

mod devices;

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use serde::Deserialize;

use crate::outbox::Settings;

pub use devices::{DocumentReader, Headphones, PassReader, Printer, Recorded, Recorder, Speech, Terminal};

/// The most bytes before or after what a reader sends.
const MOST_MARKS: usize = 8;

/// All settings. Every field is explained in `zuil.toml.example`.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// Where these settings were read.
    #[serde(skip)]
    pub file: PathBuf,
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
    /// What is recorded of devices' lines, when someone looks for a fault.
    pub recorder: Option<Recorder>,
    /// How long a visit may stand still.
    #[serde(default)]
    pub visit: VisitTimes,
    /// The line to the hub.
    #[serde(default)]
    pub sync: Line,
    /// How long the outbox keeps what, and how large it may become.
    #[serde(default)]
    pub outbox: Outbox,
    /// The system of the machine, where that is updated as a whole.
    #[serde(default)]
    pub system: NextSystem,
    /// How bright the screen is.
    #[serde(default)]
    pub screen: Screen,
}

/// How bright the screen is, where that can be changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Screen {
    /// Of a hundred, while the building is open or somebody is here, 10 to 100.
    pub brightness: u8,
    /// Of a hundred, while it is closed and nobody is here.
    pub dim: u8,
}

impl Default for Screen {
    fn default() -> Self {
        Self { brightness: 100, dim: 20 }
    }
}

/// When the next system of the machine begins.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct NextSystem {
    /// From what time on, at night, while nobody stands at the pillar; `"never"` where only a person starts it anew.
    pub begin_at: String,
}

impl Default for NextSystem {
    fn default() -> Self {
        Self { begin_at: "01:30".into() }
    }
}

impl NextSystem {
    /// The time from which on it may begin; `None` for never.
    #[must_use]
    pub fn begin_at(&self) -> Option<jiff::civil::Time> {
        self.begin_at.parse().ok()
    }
}

/// The line to the hub.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Line {
    /// The most kilobits a second that uploads may take, 64 to 1000000; 0 for all there is.
    pub max_kilobits: u32,
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

/// How long the outbox keeps what, and how large it may become.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Outbox {
    /// Hours for which sealed content is kept after the hub has it, 0 to 720.
    pub keep_sealed_hours: u16,
    /// Days for which is kept that something was sent, 1 to 366.
    pub keep_records_days: u16,
    /// The most mebibytes that it may take, 64 to 65536.
    pub max_mib: u32,
}

impl Default for Outbox {
    fn default() -> Self {
        Self { keep_sealed_hours: 0, keep_records_days: 35, max_mib: 1024 }
    }
}

impl Outbox {
    /// The same, as the outbox takes it.
    #[must_use]
    pub const fn settings(self) -> Settings {
        Settings {
            keep_sealed: Duration::from_hours(self.keep_sealed_hours as u64),
            keep_records: Duration::from_hours(self.keep_records_days as u64 * 24),
            largest: (self.max_mib as u64) << 20,
        }
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
            None => Ok(Self { file: path.to_owned(), ..config }),
        }
    }

    fn out_of_limits(&self) -> Option<(&'static str, &'static str)> {
        let zone_known = jiff::tz::TimeZone::get(&self.time_zone).is_ok();
        let columns_fit = self.printer.as_ref().is_none_or(|printer| [32, 42, 48].contains(&printer.columns));
        let roll_fits = self.printer.as_ref().is_none_or(|printer| (10..=200).contains(&printer.roll_metres));
        let password_fits = self.terminal.as_ref().is_none_or(|terminal| {
            terminal.password.len() == 6 && terminal.password.bytes().all(|b| b.is_ascii_digit())
        });
        let end_of_day_fits = self
            .terminal
            .as_ref()
            .is_none_or(|terminal| terminal.end_of_day == "never" || terminal.end_of_day().is_some());
        let mib_fit = self.recorder.as_ref().is_none_or(|recorder| (1..=1024).contains(&recorder.file_mib));
        let files_fit = self.recorder.as_ref().is_none_or(|recorder| (1..=1000).contains(&recorder.files));
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
            (columns_fit, "printer.columns", "32, 42 or 48"),
            (roll_fits, "printer.roll_metres", "10 to 200"),
            (password_fits, "terminal.password", "six digits in quotes, such as \"000000\""),
            (end_of_day_fits, "terminal.end_of_day", "a time in quotes, such as \"03:00\", or \"never\""),
            (
                self.system.begin_at == "never" || self.system.begin_at().is_some(),
                "system.begin_at",
                "a time in quotes, such as \"01:30\", or \"never\"",
            ),
            (mib_fit, "recorder.file_mib", "1 to 1024"),
            (files_fit, "recorder.files", "1 to 1000"),
            (
                self.sync.max_kilobits == 0 || (64..=1_000_000).contains(&self.sync.max_kilobits),
                "sync.max_kilobits",
                "64 to 1000000, or 0 for no limit",
            ),
            (self.outbox.keep_sealed_hours <= 720, "outbox.keep_sealed_hours", "0 to 720"),
            ((1..=366).contains(&self.outbox.keep_records_days), "outbox.keep_records_days", "1 to 366"),
            ((64..=65_536).contains(&self.outbox.max_mib), "outbox.max_mib", "64 to 65536"),
            ((30..=600).contains(&self.visit.idle_seconds), "visit.idle_seconds", "30 to 600"),
            ((20..=120).contains(&self.visit.warning_seconds), "visit.warning_seconds", "20 to 120"),
            ((10..=100).contains(&self.screen.brightness), "screen.brightness", "10 to 100"),
            (self.screen.dim <= self.screen.brightness, "screen.dim", "0 to screen.brightness"),
        ]
        .into_iter()
        .find_map(|(fits, key, limits)| (!fits).then_some((key, limits)))
    }
}

fn default_time_zone() -> String {
    "Europe/Amsterdam".into()
}

#[cfg(test)]
mod tests {
    use jiff::tz::TimeZone;

    use super::*;
    use crate::devices::reader::LineEnd;

    fn load(text: &str) -> Result<Config, ConfigError> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("zuil.toml");
        fs::write(&path, text).unwrap();
        Config::load(&path)
    }

    const SMALLEST: &str = "data_dir = 'd'\ncatalogue_dir = 'c'\nbinding = 'b'\n";

    const RECORDER: &str = "[recorder]\nfolder = 'f'\ndevices = ['printer']\nuntil = '2026-12-01'\n";

    #[test]
    fn recording_is_off_until_someone_says_what_and_until_when() {
        assert!(load(include_str!("../zuil.toml.example")).unwrap().recorder.is_none());
        assert!(load(&format!("{SMALLEST}[recorder]\nfolder = 'f'\ndevices = ['printer']\n")).is_err());
        let reader = RECORDER.replace("printer", "document_reader");
        assert!(load(&format!("{SMALLEST}{reader}")).is_err());
        let recorder = load(&format!("{SMALLEST}{RECORDER}")).unwrap().recorder.unwrap();
        let zone = TimeZone::get("Europe/Amsterdam").unwrap();
        assert_eq!(recorder.end(&zone).to_string(), "2026-12-01T23:00:00Z");
        assert_eq!((recorder.file_mib, recorder.files), (16, 4));
    }

    #[test]
    fn the_example_of_a_recorder_is_one_when_its_comments_are_taken_away() {
        let example = include_str!("../zuil.toml.example");
        let table = example.split("# [recorder]").nth(1).unwrap();
        let table: Vec<&str> = table
            .lines()
            .filter_map(|line| line.strip_prefix("# "))
            .filter(|line| line.contains(" = "))
            .collect();
        let config = load(&format!("{SMALLEST}[recorder]\n{}", table.join("\n"))).unwrap();
        assert_eq!(config.recorder.unwrap().devices, [Recorded::Printer, Recorded::Terminal]);
    }

    #[test]
    fn the_example_loads_and_says_what_it_says() {
        let config = load(include_str!("../zuil.toml.example")).unwrap();
        assert_eq!(config.printer.unwrap().columns, 48);
        assert_eq!(config.terminal.unwrap().password, "000000");
        let documents = config.document_reader.unwrap();
        assert_eq!((documents.line_end, documents.suffix.as_str()), (LineEnd::Cr, ""));
        let passes = config.pass_reader.unwrap();
        assert_eq!((passes.prefix.as_str(), passes.suffix.as_str()), ("\u{2}", "\u{3}"));
        assert_eq!((config.visit, config.sync), (VisitTimes::default(), Line::default()));
        assert_eq!((&config.outbox, &config.system), (&Outbox::default(), &NextSystem::default()));
        assert_eq!(config.screen, Screen::default());
        assert_eq!(config.outbox.settings(), Settings::default());
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
            ("[sync]\nmax_kilobits = 5", "sync.max_kilobits must be 64 to 1000000"),
            ("[visit]\nwarning_seconds = 5", "visit.warning_seconds must be 20 to 120"),
            ("[outbox]\nkeep_sealed_hours = 721", "outbox.keep_sealed_hours must be 0 to 720"),
            ("[outbox]\nkeep_records_days = 0", "outbox.keep_records_days must be 1 to 366"),
            ("[outbox]\nmax_mib = 1", "outbox.max_mib must be 64 to 65536"),
            ("[printer]\nport = 'p'\ncolumns = 40", "printer.columns must be 32, 42 or 48"),
            ("[document_reader]\nport = 'd'\nprefix = '123456789'", "document_reader.prefix"),
            ("[pass_reader]\nport = 'p'\nsuffix = ''", "pass_reader.prefix and suffix must be"),
            ("[pass_reader]\nport = 'p'\nsuffix = 'A'", "something else than a digit"),
            ("[terminal]\nport = 't'\npassword = '12'", "terminal.password must be six digits"),
            (
                "[terminal]\nport = 't'\npassword = '123456'\nend_of_day = 'late'",
                "terminal.end_of_day must be a time",
            ),
            ("[system]\nbegin_at = 'late'", "system.begin_at must be a time"),
            ("[screen]\nbrightness = 5", "screen.brightness must be 10 to 100"),
            ("[screen]\nbrightness = 50\ndim = 51", "screen.dim must be 0 to screen.brightness"),
            (&format!("{RECORDER}file_mib = 0"), "recorder.file_mib must be 1 to 1024"),
            (&format!("{RECORDER}files = 0"), "recorder.files must be 1 to 1000"),
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
