//! Loads a catalogue from a folder: `municipality.toml`, `addresses.csv` and `tasks/*.toml`.
//!
//! Invariant: every mistake of every file is reported, and a catalogue with a mistake is none.

use std::io;
use std::path::Path;

use super::reader::{Findings, Placed, Section, Source};
use super::{Catalogue, Language, Mistake, Municipality, Task, addresses, task};

const MUNICIPALITY: &str = "municipality.toml";
const ADDRESSES: &str = "addresses.csv";

impl Catalogue {
    /// Loads and checks the catalogue in a folder.
    ///
    /// # Errors
    /// All mistakes in its files, those of one file from top to bottom.
    pub fn load(dir: &Path) -> Result<Self, Vec<Mistake>> {
        let findings = Findings::default();
        let text = read_file(dir, MUNICIPALITY, &findings).unwrap_or_default();
        let source = Source { file: MUNICIPALITY, text: &text, findings: &findings };
        let (start, listed) = if text.is_empty() { (None, Vec::new()) } else { read_start(&source) };
        let tasks = listed.iter().filter_map(|task| read_task(dir, task, &source)).collect();
        let addresses = read_file(dir, ADDRESSES, &findings)
            .and_then(|text| addresses::read(&Source { file: ADDRESSES, text: &text, findings: &findings }));
        let mistakes = findings.into_mistakes();
        match (start, addresses) {
            (Some((version, municipality)), Some(addresses)) if mistakes.is_empty() => {
                Ok(Self { version, municipality, tasks, addresses })
            }
            _ => Err(mistakes),
        }
    }
}

/// Reads `municipality.toml`: the version and the municipality, and the list of tasks, which is read
/// on even when the rest has a mistake.
fn read_start(source: &Source<'_>) -> (Option<(String, Municipality)>, Vec<Placed<String>>) {
    let Some(table) = source.parse() else { return (None, Vec::new()) };
    let file = Section::new(source, &table, "the municipality", 0);
    let start = read_municipality(&file);
    let tasks = file.words("tasks").map(|tasks| checked_list(source, tasks.value)).unwrap_or_default();
    file.close();
    (start, tasks)
}

fn read_municipality(file: &Section<'_>) -> Option<(String, Municipality)> {
    let version = file.word("version");
    let name = file.word("name");
    let phone = file.word("phone");
    let phone_hours = file.text("phone_hours");
    let website = file.word("website");
    let welcome = file.text("welcome");
    let privacy = file.text("privacy");
    let announcement = file.optional_text("announcement");
    let languages = read_languages(file);
    if let Some(website) = website.as_ref().filter(|website| website.value.contains("://")) {
        file.mistake(
            website.at,
            "the website is written with https://",
            "Leave out https://, as in: website = \"www.voorbeeldhuizen.example\"",
        );
    }
    let municipality = Municipality {
        name: name?.value,
        phone: phone?.value,
        phone_hours: phone_hours?,
        website: website?.value,
        welcome: welcome?,
        privacy: privacy?,
        announcement,
        languages,
    };
    Some((version?.value, municipality))
}

/// The languages that residents can choose; all that there are when nothing is said.
fn read_languages(file: &Section<'_>) -> Vec<Language> {
    let Some(listed) = file.optional_words("languages") else { return Language::ALL.to_vec() };
    let known = Language::ALL.map(Language::code).join(", ");
    let mut languages = Vec::new();
    for code in listed.value {
        let code_named = format!("\"{}\"", code.value);
        match Language::from_code(&code.value) {
            None => file.mistake(
                code.at,
                format!("{code_named} is not the code of a language that the pillar knows"),
                format!("Remove it, or use one of these codes: {known}."),
            ),
            Some(language) if languages.contains(&language) => {
                file.mistake(code.at, format!("{code_named} is listed twice"), "Remove one of the two.");
            }
            Some(language) => languages.push(language),
        }
    }
    if !languages.contains(&Language::Nl) {
        file.mistake(
            listed.at,
            "Dutch is missing in the languages",
            "Add \"nl\": everything falls back to Dutch, as in: languages = [\"nl\", \"en\"]",
        );
    }
    languages
}

/// The listed tasks without those whose name cannot be one or stands there twice.
fn checked_list(source: &Source<'_>, listed: Vec<Placed<String>>) -> Vec<Placed<String>> {
    let mut kept: Vec<Placed<String>> = Vec::new();
    for task in listed {
        let id = &task.value;
        if !task::is_id(id) {
            source.mistake(
                task.at,
                format!("\"{id}\" cannot be the name of a task"),
                "Use small letters, digits and dashes, as in \"bulky-waste\", without \".toml\".",
            );
        } else if kept.iter().any(|other| other.value == *id) {
            source.mistake(task.at, format!("the task \"{id}\" is listed twice"), "Remove one of the two.");
        } else {
            kept.push(task);
        }
    }
    kept
}

/// Reads a listed task. That its file is missing is a mistake in the list.
fn read_task(dir: &Path, listed: &Placed<String>, list: &Source<'_>) -> Option<Task> {
    let file = format!("tasks/{}.toml", listed.value);
    if !dir.join(&file).exists() {
        list.mistake(
            listed.at,
            format!("there is no file {file}"),
            format!("Add the file {file}, or remove \"{}\" from the list.", listed.value),
        );
        return None;
    }
    let text = read_file(dir, &file, list.findings)?;
    task::read(&Source { file: &file, text: &text, findings: list.findings }, &listed.value)
}

fn read_file(dir: &Path, file: &str, findings: &Findings) -> Option<String> {
    let read = std::fs::read_to_string(dir.join(file));
    let what = match read {
        Ok(text) if text.trim().is_empty() => "the file is empty".to_owned(),
        Ok(text) => return Some(text.strip_prefix('\u{feff}').map(str::to_owned).unwrap_or(text)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => "the file is missing".to_owned(),
        Err(error) => format!("the file cannot be read ({error})"),
    };
    findings.add(Mistake {
        file: file.to_owned(),
        line: 1,
        column: 1,
        what,
        remedy: format!("Put {file} into the catalogue's folder, as plain text (UTF-8)."),
    });
    None
}
