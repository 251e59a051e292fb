//! Loads a catalogue from a folder: its municipality, addresses, tasks, answers, fees and whatever else there is.
//!
//! Invariant: every mistake of every file is reported, and a catalogue with a mistake is none.

use std::collections::BTreeMap;
use std::io;
use std::path::Path;
use std::sync::Arc;

use super::answers::{self, AnswerIds, Known, Product};
use super::fees::{self, Fees};
use super::findings::{Findings, Place};
use super::limits::{BANNER, PHONE_HOURS, PRIVACY, WELCOME};
use super::reader::{Placed, Section, Source};
use super::synonyms;
use super::{
    Catalogue, Identity, Kind, Language, Mistake, Municipality, Task, addresses, announcements, branding,
    contact, sites, task,
};

const MUNICIPALITY: &str = "municipality.toml";
const ADDRESSES: &str = "addresses.csv";
const ANNOUNCEMENTS: &str = "announcements.toml";
const SYNONYMS: &str = "synonyms.toml";
pub(super) const ANSWERS: &str = "answers";
pub(super) const TASKS: &str = "tasks";
/// What may lie beside the folders.
pub(super) const FILES: [&str; 7] =
    [MUNICIPALITY, ADDRESSES, fees::FILE, ANNOUNCEMENTS, SYNONYMS, branding::FILE, sites::FILE];

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
        let mut files = Files { dir, findings: Findings::default(), fees: Fees::default() };
        files.fees = match files.optional(fees::FILE, fees::read) {
            None => Fees::default(),
            Some(read) => read.unwrap_or_else(Fees::unread),
        };
        let catalogue = files.read_all();
        let (mistakes, warnings) = files.findings.into_mistakes_and_warnings();
        Checked { catalogue: catalogue.filter(|_| mistakes.is_empty()), mistakes, warnings }
    }
}

/// The files of a catalogue's folder.
struct Files<'a> {
    dir: &'a Path,
    findings: Findings,
    /// They are read first, since any text may name one.
    fees: Fees,
}

impl Files<'_> {
    /// Reads on after a mistake, so that all are found.
    fn read_all(&self) -> Option<Catalogue> {
        let text = self.text(MUNICIPALITY).unwrap_or_default();
        let start = self.source(MUNICIPALITY, &text);
        let (municipality, listed) = if text.is_empty() { (None, None) } else { read_start(&start) };
        // Where nobody can read which tasks are listed, the others of the folder are read all the same.
        let listed = listed.unwrap_or_else(|| {
            let all = self.names_in(TASKS).into_iter();
            all.map(|id| Placed { value: id, at: 0 }).collect()
        });
        let tasks: Vec<Task> = listed.iter().filter_map(|task| self.task(task, &start)).collect();
        let ids: Vec<String> = listed.into_iter().map(|task| task.value).collect();
        let not_always: BTreeMap<String, &str> =
            tasks.iter().filter_map(|task| Some((task.id.clone(), why_not_always(task)?))).collect();
        let (products, answers) = self.products(&ids, &not_always);
        let synonyms = self.optional(SYNONYMS, synonyms::read).flatten().unwrap_or_default();
        let announced = self.optional(ANNOUNCEMENTS, |source| announcements::read(source, &answers));
        let sites = self.optional(sites::FILE, sites::read);
        let branding = match self.optional(branding::FILE, |source| branding::read(source, self.dir)) {
            None => branding::without_file(self.dir, &self.findings),
            Some(read) => read,
        };
        let addresses = self.text(ADDRESSES).and_then(|text| {
            let source = self.source(ADDRESSES, &text);
            source.kept(0, addresses::read(&source))
        });
        self.warn_of_what_nobody_reads(&ids);
        let (version, municipality) = start.kept(0, municipality)?;
        let (later, tasks) = tasks.into_iter().partition(waits);
        Some(Catalogue {
            version,
            municipality,
            tasks,
            later,
            products,
            synonyms,
            announcements: announced.flatten().unwrap_or_default(),
            branding: Arc::new(branding.unwrap_or_default()),
            addresses: addresses?,
            sites: sites.flatten().unwrap_or_default(),
        })
    }

    fn source<'a>(&'a self, file: &'a str, text: &'a str) -> Source<'a> {
        Source { fees: &self.fees, ..Source::new(file, text, &self.findings) }
    }

    /// What a file says that may be missing: nothing when it is, and nothing in it when it has a mistake.
    #[expect(clippy::option_option, reason = "not there, and there with a mistake, are different things")]
    fn optional<T>(&self, file: &str, read: impl FnOnce(&Source<'_>) -> Option<T>) -> Option<Option<T>> {
        if self.dir.join(file).symlink_metadata().is_err() {
            return None;
        }
        let read = self.text(file).and_then(|text| {
            let source = self.source(file, &text);
            source.kept(0, read(&source))
        });
        Some(read)
    }

    /// Reads a listed task. That its file is missing is a mistake in the list.
    fn task(&self, listed: &Placed<String>, list: &Source<'_>) -> Option<Task> {
        let file = format!("{TASKS}/{}.toml", listed.value);
        if !self.dir.join(&file).exists() {
            list.mistake(
                listed.at,
                format!("there is no file {file}"),
                format!("Add the file {file}, or remove \"{}\" from the list.", listed.value),
            );
            return None;
        }
        let text = self.text(&file)?;
        let source = self.source(&file, &text);
        source.kept(0, task::read(&source, &listed.value, &self.fees))
    }

    /// Reads all files of answers; also gives the ids of their answers.
    fn products(
        &self,
        tasks: &[String],
        not_always: &BTreeMap<String, &'static str>,
    ) -> (Vec<Product>, AnswerIds) {
        let (mut products, mut answers) = (Vec::new(), AnswerIds::default());
        for id in self.names_in(ANSWERS) {
            let file = format!("{ANSWERS}/{id}.toml");
            let Some(text) = self.text(&file) else {
                answers.more = true;
                continue;
            };
            let known = &mut Known { tasks, not_always, answers: &mut answers };
            let source = self.source(&file, &text);
            products.extend(source.kept(0, answers::read(&source, &id, known)));
        }
        (products, answers)
    }

    /// The names of the `.toml` files in a folder without their ending, sorted; none when it is not there.
    fn names_in(&self, folder: &str) -> Vec<String> {
        let names = self.all_names_in(folder).into_iter();
        names.filter_map(|name| name.strip_suffix(".toml").map(str::to_owned)).collect()
    }

    /// The names of all that is in a folder, sorted; none when it is not there.
    fn all_names_in(&self, folder: &str) -> Vec<String> {
        let read = || -> io::Result<Vec<String>> {
            let entries = std::fs::read_dir(self.dir.join(folder))?;
            entries.map(|entry| Ok(entry?.file_name().to_string_lossy().into_owned())).collect()
        };
        match read() {
            Ok(mut names) => {
                names.sort();
                names
            }
            Err(error) => {
                if error.kind() != io::ErrorKind::NotFound {
                    let what = format!("the folder cannot be read ({error})");
                    let remedy = "Give the account that reads the catalogue the right to read it.".to_owned();
                    self.findings.mistake(top_of(folder), what, remedy);
                }
                Vec::new()
            }
        }
    }

    /// Warns of files that look as if they belonged to the catalogue, and that nobody reads.
    fn warn_of_what_nobody_reads(&self, tasks: &[String]) {
        let warn = |file: String, remedy: String| {
            self.findings.warn(top_of(&file), "nobody reads this file".to_owned(), remedy);
        };
        let is_data = |name: &String| {
            [".toml", ".csv", ".json"].iter().any(|end| name.to_lowercase().ends_with(end))
                && !name.starts_with('.')
        };
        for name in self.all_names_in("").into_iter().filter(is_data) {
            if !FILES.contains(&name.as_str()) {
                warn(name, format!("Give it one of these names, or remove it: {}.", FILES.join(", ")));
            }
        }
        for folder in [TASKS, ANSWERS] {
            for name in self.all_names_in(folder).into_iter().filter(|name| !name.starts_with('.')) {
                let remedy = match name.strip_suffix(".toml") {
                    None => {
                        format!("Give it a name that ends in .toml, or take it out of the folder {folder}.")
                    }
                    Some(id) if folder == TASKS && !tasks.iter().any(|task| task == id) => {
                        format!("Add \"{id}\" to the list tasks in {MUNICIPALITY}, or remove the file.")
                    }
                    Some(_) => continue,
                };
                warn(format!("{folder}/{name}"), remedy);
            }
        }
    }

    fn text(&self, file: &str) -> Option<String> {
        let put = format!("Put {file} into the catalogue's folder, as plain text (UTF-8).");
        let (what, remedy) = match std::fs::read(self.dir.join(file)).map(String::from_utf8) {
            Ok(Ok(text)) if text.trim().is_empty() => {
                ("the file is empty".to_owned(), "Write in it what belongs there, or remove it.".to_owned())
            }
            Ok(Ok(text)) => return Some(text.strip_prefix('\u{feff}').map(str::to_owned).unwrap_or(text)),
            Ok(Err(error)) => {
                let right = &error.as_bytes()[..error.utf8_error().valid_up_to()];
                let right = String::from_utf8_lossy(right);
                let source = self.source(file, &right);
                source.mistake(
                    right.len(),
                    "from here on the file is not written in UTF-8",
                    "Save the file anew in your editor, with the encoding UTF-8.",
                );
                return None;
            }
            Err(error) if error.kind() == io::ErrorKind::NotFound => ("the file is missing".to_owned(), put),
            Err(error) => (format!("the file cannot be read ({error})"), put),
        };
        self.findings.mistake(top_of(file), what, remedy);
        None
    }
}

fn top_of(file: &str) -> Place {
    Place { file: file.to_owned(), line: 1, column: 1 }
}

/// Whether a task needs something that the pillar cannot do yet: to sign in, or a slot of an agenda.
fn waits(task: &Task) -> bool {
    task.identity != Identity::None
        || task.questions.iter().any(|question| matches!(question.kind, Kind::Appointment { .. }))
}

/// Why a task cannot be done at any time, when it cannot.
fn why_not_always(task: &Task) -> Option<&'static str> {
    if waits(task) {
        return Some("needs DigiD or an agenda, which may be out of reach");
    }
    task.offered.as_ref().map(|_| "is offered at some times only")
}

/// The tasks that are listed.
type Listed = Vec<Placed<String>>;

/// Reads `municipality.toml`: the version and the municipality, and the list of tasks, which is read
/// on even when the rest has a mistake; `None` when it cannot be read.
fn read_start(source: &Source<'_>) -> (Option<(String, Municipality)>, Option<Listed>) {
    let Some(table) = source.parse() else { return (None, None) };
    let file = Section::new(source, &table, "the municipality", 0);
    let start = read_municipality(&file);
    let tasks = file.words("tasks").map(|tasks| checked_list(source, tasks.value));
    file.close();
    (start, tasks)
}

fn read_municipality(file: &Section<'_>) -> Option<(String, Municipality)> {
    let version = file.word("version");
    let name = file.word("name");
    let phone = file.word("phone");
    let languages = read_languages(file);
    file.offer(&languages);
    let phone_hours = file.text("phone_hours", PHONE_HOURS);
    let website = file.word("website");
    let welcome = file.text("welcome", WELCOME);
    let privacy = file.text("privacy", PRIVACY);
    let announcement = file.optional_text("announcement", BANNER);
    let phone = phone.and_then(|phone| contact::phone(file, phone));
    let website = website.and_then(|website| contact::website(file, website));
    let municipality = Municipality {
        name: name?.value,
        phone: phone?,
        phone_hours: phone_hours?,
        website: website?,
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
            Some(language) if languages.contains(&language) => {}
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
        } else if !kept.iter().any(|other| other.value == *id) {
            kept.push(task);
        }
    }
    kept
}
