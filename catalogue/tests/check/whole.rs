//! A catalogue that is found right has everything that its files say: what is gone has a mistake.
//!
//! Every line of the small catalogue is taken out, and every value replaced by others, one at a time. Whatever
//! the check then finds right must have as many of everything as the files have.

use std::fs;
use std::path::Path;

use toml::{Table, Value};
use zuil_catalogue::{Catalogue, Checked, Hours, Kind, Question};

use crate::folder::{Folder, here};

/// Values that are put in the place of another.
const OTHERS: [&str; 7] = ["\"\"", "\"children\"", "\"group\"", "[]", "[\"what\"]", "{}", "0"];

#[test]
fn the_small_catalogue_and_the_example_have_everything_that_their_files_say() {
    for path in ["tests/small", "example"] {
        let checked = Catalogue::check(&here(path));
        assert!(checked.mistakes.is_empty(), "{:#?}", checked.mistakes);
        assert_whole(&here(path), &checked, path);
    }
    assert_eq!(Catalogue::check(&here("tests/small")).warnings, []);
}

#[test]
fn nothing_is_gone_without_a_mistake_when_a_line_is_gone() {
    each_line(|line| line.split_once(" = ").map_or_else(Vec::new, |_| vec![String::new()]));
}

#[test]
fn nothing_is_gone_without_a_mistake_when_a_value_is_another() {
    each_line(|line| {
        let Some((key, _)) = line.split_once(" = ") else { return Vec::new() };
        OTHERS.iter().map(|other| format!("{key} = {other}")).collect()
    });
}

#[test]
fn nothing_is_gone_without_a_mistake_when_a_group_has_another_name() {
    let other = |line: &str| {
        let other = line.replace("[[", "[").replace("]]", "]");
        vec![line.replace(']', "s]").replace("]s]", "]]"), other, String::new()]
    };
    each_line(|line| if line.starts_with('[') { other(line) } else { Vec::new() });
}

fn each_line(others: impl Fn(&str) -> Vec<String>) {
    let folder = Folder::small();
    let mut tried = 0;
    for file in files(folder.path()) {
        let right = folder.read(&file);
        let lines: Vec<&str> = right.lines().collect();
        for (place, line) in lines.iter().enumerate() {
            for other in others(line) {
                let mut changed = lines.clone();
                changed[place] = &other;
                folder.write(&file, changed.join("\n"));
                let checked = Catalogue::check(folder.path());
                assert_whole(folder.path(), &checked, &format!("{file}:{}: {other}", place + 1));
                tried += 1;
            }
        }
        folder.write(&file, &right);
    }
    assert!(tried > 30, "only {tried} changes were tried");
}

fn files(dir: &Path) -> Vec<String> {
    let names = |folder: &str| -> Vec<String> {
        let entries = fs::read_dir(dir.join(folder)).unwrap();
        entries.map(|entry| format!("{folder}{}", entry.unwrap().file_name().display())).collect()
    };
    let all = [names(""), names("tasks/"), names("answers/")].concat();
    all.into_iter().filter(|name| name.ends_with(".toml")).collect()
}

/// A catalogue with a mistake is none; one without has as many of everything as its files.
fn assert_whole(dir: &Path, checked: &Checked, after: &str) {
    let faults: Vec<_> =
        checked.mistakes.iter().filter(|mistake| mistake.what.contains("does not know why")).collect();
    assert!(faults.is_empty(), "{after}: {faults:?}");
    let Some(catalogue) = &checked.catalogue else {
        assert!(!checked.mistakes.is_empty(), "{after}: no catalogue, and no mistake");
        return;
    };
    assert!(checked.mistakes.is_empty(), "{after}");
    assert_eq!(
        counted(catalogue),
        written(dir),
        "{after}: tasks, questions, options, products, answers, next steps, announcements, fee parts, conditions, sites, places, open days"
    );
}

type Counts = [usize; 12];

fn counted(catalogue: &Catalogue) -> Counts {
    let tasks = || catalogue.tasks.iter().chain(&catalogue.later);
    // A place unfolds to two questions, and a group to more for each row.
    let outside = |question: &Question| question.part_of.as_ref().is_none_or(|whole| *whole == question.id);
    let answers = || catalogue.products.iter().flat_map(|product| &product.answers);
    let outer = || tasks().flat_map(|task| task.questions.iter().filter(|question| outside(question)));
    [
        tasks().count(),
        outer().count(),
        outer().map(options).sum(),
        catalogue.products.len(),
        answers().count(),
        answers().map(|answer| answer.next.len()).sum(),
        catalogue.announcements.len(),
        tasks().flat_map(|task| &task.fee).map(|fee| fee.parts.len()).sum(),
        outer().map(|question| question.when.len()).sum(),
        catalogue.sites.sites.len(),
        catalogue.sites.places.len(),
        catalogue.sites.sites.iter().map(|site| days(&site.hours)).sum(),
    ]
}

/// On how many weekdays something is open, and the days on which it is otherwise.
fn days(hours: &Hours) -> usize {
    hours.week.iter().filter(|day| !day.is_empty()).count() + hours.except.len()
}

fn options(question: &Question) -> usize {
    match &question.kind {
        // A place has two options of its own: here, and somewhere else.
        Kind::Choice { options } if question.part_of.is_some() => options.len() - 2,
        Kind::Choice { options } | Kind::Choices { options, .. } => options.len(),
        _ => 0,
    }
}

fn written(dir: &Path) -> Counts {
    let table =
        |file: &str| -> Table { fs::read_to_string(dir.join(file)).unwrap_or_default().parse().unwrap() };
    let list =
        |table: &Table, key: &str| table.get(key).and_then(Value::as_array).cloned().unwrap_or_default();
    let start = table("municipality.toml");
    let tasks: Vec<Table> = list(&start, "tasks")
        .iter()
        .map(|id| table(&format!("tasks/{}.toml", id.as_str().unwrap())))
        .collect();
    let questions: Vec<Value> = tasks.iter().flat_map(|task| list(task, "questions")).collect();
    let plain: Vec<&Table> = questions
        .iter()
        .filter_map(Value::as_table)
        .filter(|question| !question.contains_key("questions"))
        .collect();
    let products: Vec<Table> =
        files(dir).iter().filter(|file| file.starts_with("answers/")).map(|file| table(file)).collect();
    let answers: Vec<Value> = products.iter().flat_map(|product| list(product, "answers")).collect();
    let conditions = |question: &&Table| match question.get("when") {
        None => 0,
        Some(Value::Array(list)) => list.len(),
        Some(_) => 1,
    };
    let parts = |task: &Table| {
        let fee = task.get("fee").and_then(Value::as_table)?;
        Some(if fee.contains_key("parts") { list(fee, "parts").len() } else { 1 })
    };
    let announcements = table("announcements.toml");
    let places = table("sites.toml");
    let sites = list(&places, "sites");
    let days = |site: &Table| {
        let week = site.get("hours").and_then(Value::as_table).map_or(0, Table::len);
        week + list(site, "except").len()
    };
    [
        tasks.len(),
        plain.len(),
        plain
            .iter()
            .map(|question| list(question, "options").len() + list(question, "landmarks").len())
            .sum(),
        products.len(),
        answers.len(),
        answers.iter().filter_map(Value::as_table).map(|answer| list(answer, "next").len()).sum(),
        list(&announcements, "announcements").len(),
        tasks.iter().filter_map(parts).sum(),
        plain.iter().map(conditions).sum(),
        sites.len(),
        list(&places, "places").len(),
        sites.iter().filter_map(Value::as_table).map(days).sum(),
    ]
}
