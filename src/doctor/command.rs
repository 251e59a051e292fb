//! `zuil doctor`: the command line of the doctor.
//!
//! Invariant: standard output holds the report and nothing else; the exit code says whether something
//! failed.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Args;
use jiff::Timestamp;

use super::{Order, Verdict, console, examine, pdf};
use zuil_catalogue::Language;

/// The exit code when something failed.
const FAILED: u8 = 2;

/// What can be asked of it.
#[derive(Args, Debug)]
pub struct Options {
    /// Also write the report as one A4 page.
    #[arg(long, value_name = "FILE")]
    pdf: Option<PathBuf>,
    /// Print one JSON object a line, for scripts.
    #[arg(long)]
    json: bool,
    /// Print a short test receipt and wait for the printer's confirmation.
    #[arg(long)]
    print: bool,
    /// The language of the report: nl or en [default: that of the terminal].
    #[arg(long, value_parser = ["nl", "en"])]
    language: Option<String>,
}

/// Does it.
///
/// # Errors
/// When the report cannot be written.
pub fn run(config: &Path, options: &Options) -> Result<ExitCode, Box<dyn std::error::Error>> {
    let code = options.language.clone().unwrap_or_else(terminals_language);
    let language = Language::from_code(&code).unwrap_or(Language::En);
    if !options.json {
        eprintln!("{}", console::patience(language));
    }
    let order = Order { config: config.to_owned(), language, print: options.print };
    let report = examine(&order, Timestamp::now);
    let text = if options.json { console::json(&report) } else { console::lines(&report) };
    std::io::stdout().lock().write_all(text.as_bytes())?;
    if let Some(file) = &options.pdf {
        let page = pdf::page(&report)?;
        std::fs::write(file, page)
            .map_err(|error| format!("{} cannot be written: {error}", file.display()))?;
    }
    Ok(if report.verdict() == Verdict::Failed { ExitCode::from(FAILED) } else { ExitCode::SUCCESS })
}

/// Dutch where the terminal is Dutch, else English.
fn terminals_language() -> String {
    let named = ["LC_ALL", "LC_MESSAGES", "LANG"]
        .iter()
        .find_map(|name| std::env::var(name).ok().filter(|value| !value.is_empty()));
    if named.is_some_and(|named| named.starts_with("nl")) { "nl".into() } else { "en".into() }
}
