//! Reads the example's answers and synonyms, plainly: what is wrong in them is another's business.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use toml::{Table, Value};
use zuil_catalogue::{Answer, Language, Next, Product, Synonyms, Text, Valid};

/// All products of a catalogue, by name of their file, and its synonyms.
pub fn read(catalogue: &Path) -> (Vec<Product>, Synonyms) {
    let mut files: Vec<_> =
        fs::read_dir(catalogue.join("answers")).unwrap().map(|file| file.unwrap().path()).collect();
    files.sort();
    let products = files.iter().map(|file| product(file)).collect();
    let synonyms = fs::read_to_string(catalogue.join("synonyms.toml")).unwrap_or_default();
    (
        products,
        Synonyms(by_language(&synonyms.parse().unwrap(), |groups| list(groups, |group| list(group, word)))),
    )
}

fn product(file: &Path) -> Product {
    let table: Table = fs::read_to_string(file).unwrap().parse().unwrap();
    Product {
        id: file.file_stem().unwrap().to_string_lossy().into_owned(),
        upl: word(&table["upl"]),
        title: text(&table["title"]),
        answers: list(&table["answers"], answer),
    }
}

fn answer(value: &Value) -> Answer {
    let valid = &value["valid"];
    let date = |name| valid.get(name).map(|date: &Value| date.to_string().parse().unwrap());
    Answer {
        id: word(&value["id"]),
        common: value.get("common").and_then(Value::as_bool).unwrap_or_default(),
        questions: by_language(value["questions"].as_table().unwrap(), |questions| list(questions, word)),
        short: text(&value["short"]),
        long: text(&value["long"]),
        next: list(&value["next"], next),
        valid: Valid {
            from: date("from").unwrap(),
            until: date("until"),
            checked: date("checked").unwrap(),
            source: word(&valid["source"]),
        },
    }
}

fn next(value: &Value) -> Next {
    let (kind, what) = value.as_table().unwrap().iter().next().unwrap();
    match kind.as_str() {
        "task" => Next::Task(word(what)),
        "phone" => Next::Phone(word(what)),
        _ => Next::Website(word(what)),
    }
}

fn word(value: &Value) -> String {
    value.as_str().unwrap().to_owned()
}

fn list<T>(value: &Value, each: impl Fn(&Value) -> T) -> Vec<T> {
    value.as_array().unwrap().iter().map(each).collect()
}

fn text(value: &Value) -> Text {
    Text(by_language(value.as_table().unwrap(), word))
}

fn by_language<T>(table: &Table, each: impl Fn(&Value) -> T) -> BTreeMap<Language, T> {
    table.iter().map(|(code, value)| (Language::from_code(code).unwrap(), each(value))).collect()
}
