//! The doctor: looks at every part of a pillar once and says what is well, what is not, and what to do
//! next.
//!
//! Invariant: it finds out and changes nothing (the printer's driver greets it as at every start, which
//! costs two centimetres of blank paper); it leaves a pillar that runs alone; and it comes to its end
//! within a minute, whatever hangs.

mod catalogue;
pub mod command;
pub mod console;
mod files;
mod network;
pub mod pdf;
mod port;
mod printer;
mod reader;
mod run;
mod sound;
mod storage;
mod terminal;
#[cfg(test)]
mod tests;
mod told;
mod warmth;

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use jiff::tz::TimeZone;
use zuil_wire::Binding;
use zuil_wire::health::Device;

use crate::config::Config;
use crate::devices::port::PortName;
use crate::devices::thermometer::Thermometer;
use crate::pillar::{Running, condition};
use crate::texts::say;
use zuil_catalogue::Language;

use run::Task;
#[cfg(test)]
pub(crate) use tests::samples;
use told::Holder;

/// What is to be looked at.
#[derive(Clone, Debug)]
pub struct Order {
    /// The pillar's settings.
    pub config: PathBuf,
    /// The language of the report.
    pub language: Language,
    /// Whether a test receipt is to be printed.
    pub print: bool,
}

/// What the doctor found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Report {
    /// The language in which it is written.
    pub language: Language,
    /// The municipality's name, when the catalogue tells.
    pub municipality: Option<String>,
    /// The pillar's name, when the binding tells.
    pub pillar: Option<String>,
    /// When it was written, on the pillar's wall.
    pub at: jiff::civil::DateTime,
    /// The version of this program.
    pub version: String,
    /// What was looked at.
    pub checks: Vec<Check>,
}

/// One thing that was looked at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Check {
    /// What scripts know it by. It never changes.
    pub id: &'static str,
    /// What people call it.
    pub name: String,
    /// How it is.
    pub verdict: Verdict,
    /// What was seen.
    pub seen: String,
    /// What to do next; empty when nothing.
    pub next: String,
}

/// How a thing is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Verdict {
    /// This pillar does not have it, or it could not be looked at.
    NotThere,
    /// It is well.
    Ok,
    /// It works; someone should look at it.
    Attention,
    /// It does not work.
    Failed,
}

impl Report {
    /// The worst that was found.
    #[must_use]
    pub fn verdict(&self) -> Verdict {
        self.checks.iter().map(|check| check.verdict).max().unwrap_or(Verdict::Ok).max(Verdict::Ok)
    }

    /// The verdict in words: whether the pillar can serve.
    #[must_use]
    pub fn headline(&self) -> &'static str {
        let language = self.language;
        match self.verdict() {
            Verdict::NotThere | Verdict::Ok => say(language, "Ready to serve"),
            Verdict::Attention => say(language, "Ready to serve, with points of attention"),
            Verdict::Failed => say(language, "Not ready to serve"),
        }
    }
}

impl Verdict {
    /// The verdict in a word.
    #[must_use]
    pub fn word(self, language: Language) -> &'static str {
        match self {
            Self::Ok => say(language, "ok"),
            Self::Attention => say(language, "attention"),
            Self::Failed => say(language, "failed"),
            Self::NotThere => say(language, "not there"),
        }
    }
}

/// What one look brought, without the name of what was looked at.
struct Finding {
    verdict: Verdict,
    seen: String,
    next: String,
}

impl Finding {
    fn ok(seen: impl Into<String>) -> Self {
        Self { verdict: Verdict::Ok, seen: seen.into(), next: String::new() }
    }

    fn not_there(seen: impl Into<String>) -> Self {
        Self { verdict: Verdict::NotThere, seen: seen.into(), next: String::new() }
    }

    fn attention(seen: impl Into<String>, next: impl Into<String>) -> Self {
        Self { verdict: Verdict::Attention, seen: seen.into(), next: next.into() }
    }

    fn failed(seen: impl Into<String>, next: impl Into<String>) -> Self {
        Self { verdict: Verdict::Failed, seen: seen.into(), next: next.into() }
    }

    fn of(self, id: &'static str, name: &str) -> Check {
        Check { id, name: name.to_owned(), verdict: self.verdict, seen: self.seen, next: self.next }
    }
}

/// The check of the test receipt, which is there when one was printed.
pub const TEST_RECEIPT: &str = "test-receipt";

/// How long the settings and what they name may take to be read.
const FILES_TIME: Duration = Duration::from_secs(10);

/// Looks at everything. `now` reads the wall clock.
#[must_use]
pub fn examine(order: &Order, now: fn() -> Timestamp) -> Report {
    let language = order.language;
    let asked = order.clone();
    let Some(files) = run::within(FILES_TIME, move || read_files(&asked, now)) else {
        let hangs = run::hangs(language, FILES_TIME).of("settings", say(language, "Settings"));
        let at = now().to_zoned(TimeZone::system()).datetime();
        return report(language, at, None, None, vec![hangs]);
    };
    let Files { mut checks, municipality, known } = files;
    let Some(known) = known else {
        let at = now().to_zoned(TimeZone::system()).datetime();
        return report(language, at, None, None, checks);
    };
    let pillar = known.binding.as_ref().map(|binding| binding.pillar.clone());
    let zone = TimeZone::get(&known.config.time_zone).unwrap_or(TimeZone::UTC);
    let at = now().to_zoned(zone).datetime();
    checks.extend(run::all(language, tasks(order, known, now)));
    report(language, at, municipality, pillar, checks)
}

/// What stands in files.
struct Files {
    checks: Vec<Check>,
    municipality: Option<String>,
    known: Option<Known>,
}

/// What all other checks build on.
struct Known {
    config: Config,
    binding: Option<Binding>,
    characters: BTreeSet<char>,
    holder: Holder,
}

fn read_files(order: &Order, now: fn() -> Timestamp) -> Files {
    let language = order.language;
    let (settings, config) = files::settings(order);
    let Some(config) = config else {
        return Files { checks: vec![settings], municipality: None, known: None };
    };
    let (binding_check, binding) = files::binding(language, &config, now());
    let (catalogue, catalogue::Known { municipality, characters }) =
        catalogue::catalogue(language, &config, binding.as_ref());
    let (pillar, running) = storage::pillar(language, &config);
    let holder = match running {
        Running::No => Holder::Nobody,
        Running::Yes => Holder::Pillar(condition::read(&config.data_dir).map(Arc::new)),
    };
    let checks = vec![settings, binding_check, catalogue, pillar];
    Files { checks, municipality, known: Some(Known { config, binding, characters, holder }) }
}

fn report(
    language: Language,
    at: jiff::civil::DateTime,
    municipality: Option<String>,
    pillar: Option<String>,
    checks: Vec<Check>,
) -> Report {
    Report { language, municipality, pillar, at, version: env!("CARGO_PKG_VERSION").to_owned(), checks }
}

/// All that may take long or hang, in the order of the report.
fn tasks(order: &Order, known: Known, now: fn() -> Timestamp) -> Vec<Task> {
    let Known { config, binding, characters, holder } = known;
    let (language, print) = (order.language, order.print);
    let document_port = config.document_reader.as_ref().map(|it| PortName::new(&it.port, it.baud));
    let pass_port = config.pass_reader.as_ref().map(|it| PortName::new(&it.port, it.baud));
    let zone = TimeZone::get(&config.time_zone).unwrap_or(TimeZone::UTC);
    let for_outbox = config.clone();
    let Config { data_dir, printer, terminal, headphones, speech, .. } = config;
    let [with_printer, with_terminal, with_documents] = [(); 3].map(|()| holder.clone());
    vec![
        Task::new("data-folder", say(language, "Data folder"), 5, move || {
            storage::folder(language, &data_dir)
        }),
        Task::new("outbox", say(language, "Outbox"), 30, move || {
            storage::outbox(language, &for_outbox, &zone)
        }),
        Task::several("network", say(language, "Network"), 40, move || {
            network::checks(language, binding.as_ref(), now)
        }),
        Task::several("printer", say(language, "Receipt printer"), 48, move || {
            printer::checks(language, printer.as_ref(), &with_printer, print, now())
        }),
        Task::several("terminal", say(language, "Card terminal"), 48, move || {
            terminal::checks(language, terminal.as_ref(), &with_terminal)
        }),
        Task::new("document-reader", say(language, "Document reader"), 5, move || {
            reader::check(language, document_port.as_ref(), Device::DocumentReader, &with_documents)
        }),
        Task::new("pass-reader", say(language, "Waste pass reader"), 5, move || {
            reader::check(language, pass_port.as_ref(), Device::PassReader, &holder)
        }),
        Task::new("headphones", say(language, "Headphones"), 5, move || {
            sound::headphones(language, headphones.as_ref())
        }),
        Task::new("speech", say(language, "Speech"), 15, move || sound::speech(language, speech.as_ref())),
        Task::new("temperature", say(language, "Temperature"), 5, move || {
            warmth::check(language, &Thermometer::of_this_machine())
        }),
        Task::new("fonts", say(language, "Fonts"), 15, move || catalogue::fonts(language, &characters)),
    ]
}
