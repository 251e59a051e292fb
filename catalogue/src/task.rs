//! Reads and checks the file of one task.
//!
//! Invariant: a task that comes out of here can be done to its end: every question can be answered,
//! and every condition names an earlier question that can have the named answer.

use super::condition::{self, Earlier};
use super::fees::Fees;
use super::limits::{HELP, KCC, LABEL, NEED, NEXT_STEPS, QUESTION, SUMMARY, TASK_TITLE, TERM};
use super::reader::{Placed, Section, Source};
use super::{Condition, Device, Icon, Identity, Question, Task, Text, reach, upl};

mod destination;
mod fee;
mod group;
mod kind;
mod offered;
mod place;

const ICONS: [(&str, Icon); 22] = [
    ("report", Icon::Report),
    ("phone", Icon::Phone),
    ("bulky-waste", Icon::BulkyWaste),
    ("document", Icon::Document),
    ("calendar", Icon::Calendar),
    ("home", Icon::Home),
    ("moving", Icon::Moving),
    ("extract", Icon::Extract),
    ("parking", Icon::Parking),
    ("tax", Icon::Tax),
    ("house", Icon::House),
    ("heart", Icon::Heart),
    ("child", Icon::Child),
    ("bus", Icon::Bus),
    ("hand", Icon::Hand),
    ("question", Icon::Question),
    ("status", Icon::Status),
    ("code", Icon::Code),
    ("complaint", Icon::Complaint),
    ("idea", Icon::Idea),
    ("letter", Icon::Letter),
    ("pass", Icon::Pass),
];

const DEVICES: [(&str, Device); 4] = [
    ("printer", Device::Printer),
    ("terminal", Device::Terminal),
    ("document-reader", Device::DocumentReader),
    ("pass-reader", Device::PassReader),
];

/// Whether a text can be an id: small letters, digits and dashes.
pub(super) fn is_id(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
}

/// What is asked, as far as it was read: one entry for each question and group, in order.
#[derive(Default)]
struct Asked {
    ids: Vec<Option<String>>,
    /// `None` for a group, and for what has a mistake of its own.
    read: Vec<Option<Question>>,
    /// Each group with the ids of the questions that begin its rows.
    groups: Vec<(String, Vec<String>)>,
    /// The questions with those of the groups, row by row.
    flat: Vec<Question>,
}

impl Asked {
    fn earlier(&self) -> Earlier<'_> {
        Earlier { ids: &self.ids, read: &self.read, groups: &self.groups }
    }

    /// Whether a word is the id of a question or group. A mistake when it is not.
    fn knows(&self, section: &Section<'_>, id: &Placed<String>) -> bool {
        let known = self.ids.iter().flatten().any(|known| *known == id.value);
        if !known {
            let ids: Vec<&str> = self.ids.iter().flatten().map(String::as_str).collect();
            section.mistake(
                id.at,
                format!("no question has the id \"{}\"", id.value),
                format!("Use one of: {}.", ids.join(", ")),
            );
        }
        known
    }
}

/// Reads the file of the task with an id.
pub(super) fn read(source: &Source<'_>, id: &str, fees: &Fees) -> Option<Task> {
    let table = source.parse()?;
    let file = Section::new(source, &table, "this task", 0);
    let upl = upl::read(&file);
    let icon = file.word("icon").and_then(|icon| file.one_of(&icon, &ICONS, "icon"));
    let title = file.text("title", TASK_TITLE);
    let summary = file.text("summary", SUMMARY);
    let kcc = read_kcc(&file);
    let next_steps = file.text("next_steps", NEXT_STEPS);
    let term = file.optional_text("term", TERM);
    let minutes = file.number("minutes", 1..=30, None);
    let identity = read_identity(&file);
    let devices = read_devices(&file);
    let needs = read_texts(&file, "needs", "this thing that is needed");
    let instead = read_texts(&file, "instead", "this thing that is done elsewhere");
    let offered = file.section("offered", "the times").map(|offered| offered::read(&offered));
    let asked = read_questions(&file);
    let fee = file.section("fee", "the fee").map(|fee| fee::read(&fee, fees, &asked));
    let destination =
        file.section("destination", "the destination").map(|section| destination::read(&section, &asked));
    let receipt = read_receipt(&file, &asked);
    file.close();
    Some(Task {
        id: id.to_owned(),
        upl: upl?,
        icon: icon?,
        title: title?,
        summary: summary?,
        kcc,
        needs: needs?,
        instead: instead?,
        minutes: u8::try_from(minutes?.value).ok()?,
        identity: identity?,
        devices: devices?,
        offered: when_there(offered)?,
        fee: when_there(fee)?,
        questions: asked.flat,
        destination: when_there(destination)?,
        receipt: receipt?,
        next_steps: next_steps?,
        term,
    })
}

/// Nothing when it is not there, and `None` when it is there with a mistake.
#[expect(clippy::option_option, reason = "not there, and there with a mistake, are different things")]
fn when_there<T>(read: Option<Option<T>>) -> Option<Option<T>> {
    match read {
        None => Some(None),
        Some(read) => read.map(Some),
    }
}

/// Agents read Dutch or English.
fn read_kcc(file: &Section<'_>) -> Option<Text> {
    let kcc = file.dutch_will_do(|file| file.optional_text("kcc", KCC));
    if !file.has("kcc") {
        file.warn(
            file.at,
            "this task has no kcc",
            "Add a line for the agent on the phone: kcc.nl = \"…\" says what the pillar can do here, and for whom.",
        );
    }
    kcc
}

fn read_identity(file: &Section<'_>) -> Option<Identity> {
    let Some(word) = file.optional_word("identity") else { return Some(Identity::None) };
    file.one_of(&word, &[("none", Identity::None), ("digid", Identity::DigiD)], "identity")
}

fn read_devices(file: &Section<'_>) -> Option<Vec<Device>> {
    let Some(words) = file.optional_words("devices") else { return Some(Vec::new()) };
    words.value.iter().map(|word| file.one_of(word, &DEVICES, "device")).collect()
}

fn read_texts(file: &Section<'_>, key: &'static str, name: &str) -> Option<Vec<Text>> {
    file.sections(key, name).iter().map(|text| text.as_text(NEED)).collect()
}

#[expect(clippy::option_option, reason = "not there, and there with a mistake, are different things")]
fn read_receipt(file: &Section<'_>, asked: &Asked) -> Option<Option<Vec<String>>> {
    let Some(words) = file.optional_words("receipt") else { return Some(None) };
    let known: Vec<bool> = words.value.iter().map(|word| asked.knows(file, word)).collect();
    known.iter().all(|known| *known).then(|| Some(words.value.into_iter().map(|word| word.value).collect()))
}

/// Reads the questions. One with a mistake is left out, but its id is kept in mind, so that a
/// condition on it is not a second mistake.
fn read_questions(file: &Section<'_>) -> Asked {
    let sections = file.sections("questions", "this question");
    if !file.has("questions") {
        file.mistake(file.at, "this task asks nothing", "Add a question: write [[questions]] and its lines.");
    }
    let mut asked = Asked { ids: sections.iter().map(read_id).collect(), ..Asked::default() };
    for (place, section) in sections.iter().enumerate() {
        let id = asked.ids[place].clone();
        if group::is_one(section) {
            let group = group::read(section, id, &asked);
            let group = section.kept(group);
            let first = group.as_ref().and_then(|group| group.questions.first());
            if let Some(first) = first {
                say_when_never(section, "this group is never asked", &first.when, &asked.flat);
            }
            asked.groups.extend(group.as_ref().map(|group| (group.id.clone(), group.rows.clone())));
            asked.flat.extend(group.into_iter().flat_map(|group| group.questions));
            asked.read.push(None);
        } else if place::is_one(section) {
            let [chosen, described] = match section.kept(place::read(section, id, &asked.earlier())) {
                Some(questions) => questions.map(Some),
                None => [None, None],
            };
            if let Some(chosen) = &chosen {
                say_when_never(section, "this question is never asked", &chosen.when, &asked.flat);
            }
            asked.flat.extend(chosen.iter().chain(&described).cloned());
            asked.read.push(chosen);
        } else {
            let question = section.kept(read_question(section, id, &asked.earlier()));
            if let Some(question) = &question {
                say_when_never(section, "this question is never asked", &question.when, &asked.flat);
            }
            asked.flat.extend(question.clone());
            asked.read.push(question);
        }
    }
    say_when_unfolded_alike(&sections, &asked);
    asked
}

/// The rows of a group get ids such as `children-1-name`; no other question may have one of these.
fn say_when_unfolded_alike(sections: &[Section<'_>], asked: &Asked) {
    for (section, id) in sections.iter().zip(&asked.ids) {
        let Some((group, _)) = asked.groups.iter().find(|(group, _)| Some(group) == id.as_ref()) else {
            continue;
        };
        let row = format!("{group}-1-");
        let mut seen: Vec<&str> = Vec::new();
        for question in asked.flat.iter().filter(|question| question.id.starts_with(&row)) {
            if seen.contains(&question.id.as_str()) {
                section.mistake(
                    section.at,
                    format!("two questions would have the id \"{}\"", question.id),
                    "Give a question in this group, or the one outside it, another id. \"more\" is taken.",
                );
            }
            seen.push(&question.id);
        }
    }
}

fn read_id(section: &Section<'_>) -> Option<String> {
    let id = section.word("id")?;
    if !is_id(&id.value) {
        section.mistake(
            id.at,
            format!("\"{}\" cannot be an id", id.value),
            "Use small letters, digits and dashes only.",
        );
        return None;
    }
    Some(id.value)
}

/// Warns of conditions that can never hold together.
fn say_when_never(section: &Section<'_>, what: &str, conditions: &[Condition], above: &[Question]) {
    if let Some(question) = reach::never(conditions, above) {
        section.warn(
            section.at,
            format!("{what}: no answer to \"{question}\" fulfils all conditions"),
            "Change a condition of this, or one of the questions that it depends on. All of them must hold.",
        );
    }
}

fn say_when_taken(section: &Section<'_>, id: Option<&String>, earlier: &Earlier<'_>) {
    let above = &earlier.ids[..earlier.read.len()];
    if let Some(id) = id.filter(|id| above.iter().flatten().any(|other| other == *id)) {
        section.mistake(
            section.at,
            format!("an earlier question has the id \"{id}\" too"),
            "Give this question an id of its own.",
        );
    }
}

fn read_question(section: &Section<'_>, id: Option<String>, earlier: &Earlier<'_>) -> Option<Question> {
    say_when_taken(section, id.as_ref(), earlier);
    let label = section.text("label", LABEL);
    let title = section.text("title", QUESTION);
    let help = section.optional_text("help", HELP);
    let required = section.yes_no("required", true);
    let kind = kind::read(section);
    let when = condition::read_all(section, "when", earlier);
    section.close();
    Some(Question {
        id: id?,
        label: label?,
        title: title?,
        help,
        required,
        kind: kind?,
        when: when?,
        part_of: None,
        leads_on: false,
    })
}
