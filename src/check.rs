//! `zuil check`: the command line of the catalogue's check.
//!
//! Invariant: the exit code says whether the catalogue can be used; warnings do not change it.

use std::io::{self, Write};
use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;
use zuil_catalogue::readability::{self, HardText, Readability};
use zuil_catalogue::{Catalogue, Checked};

/// What can be asked of it.
#[derive(Args, Debug)]
pub struct Options {
    /// The folder of the catalogue.
    dir: PathBuf,
    /// Also say how much of the Dutch is at level B1, and list the texts that are harder.
    #[arg(long)]
    readability: bool,
}

/// Does it.
#[must_use]
pub fn run(options: &Options) -> ExitCode {
    let checked = Catalogue::check(&options.dir);
    checked.warnings.iter().for_each(|warning| tell(&format!("warning: {warning}\n")));
    let Checked { catalogue: Some(catalogue), warnings, .. } = checked else {
        checked.mistakes.iter().for_each(|mistake| tell(&format!("{mistake}\n")));
        tell(&format!(
            "{}: {}; no pillar takes this catalogue",
            options.dir.display(),
            counted(checked.mistakes.len(), "mistake")
        ));
        return ExitCode::FAILURE;
    };
    if options.readability {
        tell(&told(&readability::readability(&catalogue)));
    }
    let answers: usize = catalogue.products.iter().map(|product| product.answers.len()).sum();
    tell(&format!(
        "{}: {}, {} more that wait for DigiD or an agenda, {} on {}; no mistakes, {}",
        options.dir.display(),
        counted(catalogue.tasks.len(), "task"),
        catalogue.later.len(),
        counted(answers, "answer"),
        counted(catalogue.products.len(), "product"),
        counted(warnings.len(), "warning"),
    ));
    ExitCode::SUCCESS
}

/// Writes a line. Whoever has read enough closes the other end, which is no failure.
fn tell(line: &str) {
    let _ = writeln!(io::stdout().lock(), "{line}");
}

fn counted(number: usize, what: &str) -> String {
    format!("{number} {what}{}", if number == 1 { "" } else { "s" })
}

fn told(readability: &Readability) -> String {
    let (texts, hard) = (readability.texts, readability.hard.len());
    let at_b1 = texts - hard;
    let share = readability.share() * 100.0;
    let mut lines = vec![format!("level B1: {at_b1} of {texts} Dutch texts ({share:.1} %)")];
    lines.extend(readability.hard.iter().map(harder));
    lines.join("\n")
}

fn harder(text: &HardText) -> String {
    let why: Vec<String> =
        text.hard.iter().map(|hard| format!("{}. {}", hard.what(), hard.remedy())).collect();
    format!("  {}: {}\n    {}", text.place, why.join(" "), text.text.replace('\n', " "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_share_at_b1_is_told_and_each_harder_text_with_its_remedy() {
        let text = "Indien u verhuist, dient u dit te melden.".to_owned();
        let hard = readability::measure(&text);
        let place = "tasks/moving.toml: summary".to_owned();
        let told = told(&Readability { texts: 40, hard: vec![HardText { place, text, hard }] });
        assert!(
            told.starts_with("level B1: 39 of 40 Dutch texts (97.5 %)\n  tasks/moving.toml: summary: "),
            "{told}"
        );
        assert!(
            told.contains("\"als\"") && told.ends_with("\n    Indien u verhuist, dient u dit te melden."),
            "{told}"
        );
    }
}
