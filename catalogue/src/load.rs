//! Loads a catalogue from a folder: `municipality.toml`, `addresses.csv` and `tasks/*.toml`.
//!
//! Invariant: every mistake of every file is reported, and a catalogue with a mistake is none.

use std::io;
use std::path::Path;

use super::answers::{self, Known, Product};
use super::fees::{self, Fees};
use super::findings::{Findings, Place};
use super::reader::{ANY, Placed, Section, Source};
use super::synonyms;
use super::{
    Catalogue, Identity, Kind, Language, Mistake, Municipality, Task, addresses, announcements, task,
};

const MUNICIPALITY: &str = "municipality.toml";
const ADDRESSES: &str = "addresses.csv";
const ANNOUNCEMENTS: &str = "announcements.toml";
const SYNONYMS: &str = "synonyms.toml";
const ANSWERS: &str = "answers";

/// A catalogue that was read, and what was found in its files.
#[derive(Debug)]
pub struct Checked {
    /// The catalogue, when there is no mistake.
    pub catalogue: Option<Catalogue>,
    /// What keeps it from being used.
    pub mistakes: Vec<Mistake>,
    /// What could be better: translations that are missing, texts that are too long.
    pub warnings: Vec<Mistake>,
}

impl Catalogue {
    /// Loads and checks the catalogue in a folder.
    ///
    /// # Errors
    /// All mistakes in its files, those of one file from top to bottom.
    pub fn load(dir: &Path) -> Result<Self, Vec<Mistake>> {
        let checked = Self::check(dir);
        checked.catalogue.ok_or(checked.mistakes)
    }

    /// Reads the catalogue in a folder, and tells all that is wrong and what could be better.
    #[must_use]
    pub fn check(dir: &Path) -> Checked {
        let files = Files { dir, findings: Findings::default() };
        let catalogue = files.read_all();
        let (mistakes, warnings) = files.findings.into_mistakes_and_warnings();
        Checked { catalogue: catalogue.filter(|_| mistakes.is_empty()), mistakes, warnings }
    }
}

/// The files of a catalogue's folder.
struct Files<'a> {
    dir: &'a Path,
    findings: Findings,
}

impl Files<'_> {
    /// Reads on after a mistake, so that all are found.
    fn read_all(&self) -> Option<Catalogue> {
        let text = self.text(MUNICIPALITY).unwrap_or_default();
        let start = self.source(MUNICIPALITY, &text);
        let (municipality, listed) = if text.is_empty() { (None, Vec::new()) } else { read_start(&start) };
        let fees = self.optional(fees::FILE, fees::read).unwrap_or_default();
        let tasks: Vec<Task> = listed.iter().filter_map(|task| self.task(task, &start, &fees)).collect();
        let ids: Vec<String> = listed.into_iter().map(|task| task.value).collect();
        let (products, answers) = self.products(&ids);
        let synonyms = self.optional(SYNONYMS, synonyms::read).unwrap_or_default();
        let announced = self.optional(ANNOUNCEMENTS, |source| announcements::read(source, &answers));
        let addresses = self.text(ADDRESSES).and_then(|text| addresses::read(&self.source(ADDRESSES, &text)));
        let (version, municipality) = municipality?;
        let (later, tasks) = tasks.into_iter().partition(waits);
        Some(Catalogue {
            version,
            municipality,
            tasks,
            later,
            products,
            synonyms,
            announcements: announced.unwrap_or_default(),
            addresses: addresses?,
        })
    }

    fn source<'a>(&'a self, file: &'a str, text: &'a str) -> Source<'a> {
        Source { file, text, findings: &self.findings }
    }

    /// What a file says that may be missing.
    fn optional<T>(&self, file: &str, read: impl FnOnce(&Source<'_>) -> Option<T>) -> Option<T> {
        if !self.dir.join(file).exists() {
            return None;
        }
        let text = self.text(file)?;
        read(&self.source(file, &text))
    }

    /// Reads a listed task. That its file is missing is a mistake in the list.
    fn task(&self, listed: &Placed<String>, list: &Source<'_>, fees: &Fees) -> Option<Task> {
        let file = format!("tasks/{}.toml", listed.value);
        if !self.dir.join(&file).exists() {
            list.mistake(
                listed.at,
                format!("there is no file {file}"),
                format!("Add the file {file}, or remove \"{}\" from the list.", listed.value),
            );
            return None;
        }
        let text = self.text(&file)?;
        task::read(&self.source(&file, &text), &listed.value, fees)
    }

    /// Reads all files of answers; also gives the ids of their answers.
    fn products(&self, tasks: &[String]) -> (Vec<Product>, Vec<String>) {
        let (mut products, mut answers) = (Vec::new(), Vec::new());
        for id in self.names_in(ANSWERS) {
            let file = format!("{ANSWERS}/{id}.toml");
            let Some(text) = self.text(&file) else { continue };
            let known = &mut Known { tasks, answers: &mut answers };
            products.extend(answers::read(&self.source(&file, &text), &id, known));
        }
        (products, answers)
    }

    /// The names of the `.toml` files in a folder without their ending, sorted; none when it is not there.
    fn names_in(&self, folder: &str) -> Vec<String> {
        let Ok(entries) = std::fs::read_dir(self.dir.join(folder)) else { return Vec::new() };
        let name = |entry: io::Result<std::fs::DirEntry>| {
            let name = entry.ok()?.file_name().into_string().ok()?;
            name.strip_suffix(".toml").map(str::to_owned)
        };
        let mut names: Vec<String> = entries.filter_map(name).collect();
        names.sort();
        names
    }

    fn text(&self, file: &str) -> Option<String> {
        let what = match std::fs::read_to_string(self.dir.join(file)) {
            Ok(text) if text.trim().is_empty() => "the file is empty".to_owned(),
            Ok(text) => return Some(text.strip_prefix('\u{feff}').map(str::to_owned).unwrap_or(text)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => "the file is missing".to_owned(),
            Err(error) => format!("the file cannot be read ({error})"),
        };
        let remedy = format!("Put {file} into the catalogue's folder, as plain text (UTF-8).");
        self.findings.mistake(Place { file: file.to_owned(), line: 1, column: 1 }, what, remedy);
        None
    }
}

/// Whether a task needs something that the pillar cannot do yet: to sign in, or a slot of an agenda.
fn waits(task: &Task) -> bool {
    task.identity != Identity::None
        || task.questions.iter().any(|question| matches!(question.kind, Kind::Appointment { .. }))
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
    let languages = read_languages(file);
    file.offer(&languages);
    let phone_hours = file.text("phone_hours", ANY);
    let website = file.word("website");
    let welcome = file.text("welcome", ANY);
    let privacy = file.text("privacy", ANY);
    let announcement = file.optional_text("announcement", ANY);
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

/// The languages that residents can choose; all that there are on screen when nothing is said.
fn read_languages(file: &Section<'_>) -> Vec<Language> {
    let Some(listed) = file.optional_words("languages") else { return Language::ON_SCREEN.to_vec() };
    let on_screen = Language::ON_SCREEN.map(Language::code).join(", ");
    let mut languages = Vec::new();
    for code in listed.value {
        let code_named = format!("\"{}\"", code.value);
        match Language::from_code(&code.value) {
            None => file.mistake(
                code.at,
                format!("{code_named} is not the code of a language that the pillar knows"),
                format!("Remove it, or use one of these codes: {on_screen}."),
            ),
            Some(language) if !Language::ON_SCREEN.contains(&language) => file.mistake(
                code.at,
                format!("the screens do not speak {code_named} yet"),
                format!("Remove it. Residents can choose from these: {on_screen}."),
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
