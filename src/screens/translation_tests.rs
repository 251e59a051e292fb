//! Nobody reads half one language and half English: every key in the screens and in the source is in
//! the Dutch files, and a test of `texts` compares those of the other languages with them.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use polib::po_file;

fn files(folder: &Path, ending: &str) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(files(&path, ending));
        } else if path.extension().is_some_and(|extension| extension == ending) {
            found.push(path);
        }
    }
    found
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// The translated keys of a Dutch file.
fn translated(name: &str) -> BTreeSet<String> {
    let path = root().join("ui/lang/nl/LC_MESSAGES").join(name).with_extension("po");
    let catalog = po_file::parse(&path).unwrap();
    let translated = catalog.messages().filter(|message| message.is_translated() && !message.is_fuzzy());
    translated.map(|message| message.msgid().to_owned()).collect()
}

/// The string literal at the start of a text, after spaces, with its escapes read.
fn literal(text: &str) -> Option<String> {
    let mut letters = text.trim_start().strip_prefix('"')?.chars();
    let mut read = String::new();
    loop {
        match letters.next()? {
            '"' => return Some(read),
            '\\' => match letters.next()? {
                'n' => read.push('\n'),
                other => read.push(other),
            },
            other => read.push(other),
        }
    }
}

#[test]
fn every_word_on_the_screens_is_translated() {
    let known = translated("zuil");
    let mut keys = 0;
    for file in files(&root().join("ui"), "slint") {
        let source = std::fs::read_to_string(&file).unwrap();
        for (_, rest) in source.match_indices("@tr(").map(|(place, mark)| source.split_at(place + mark.len()))
        {
            let key = literal(rest).unwrap_or_else(|| panic!("{}: @tr without a text", file.display()));
            assert!(known.contains(&key), "{}: {key:?} is not in zuil.po", file.display());
            keys += 1;
        }
    }
    assert!(keys > 80, "only {keys} keys were found");
}

#[test]
fn every_word_that_the_source_says_is_translated() {
    let known: BTreeSet<String> = ["words", "receipt", "service", "speech", "zuil", "doctor"]
        .iter()
        .flat_map(|domain| translated(domain))
        .collect();
    let mut keys = 0;
    // Tests say what they like.
    let production =
        |file: &PathBuf| !file.components().any(|part| part.as_os_str().to_string_lossy().contains("tests"));
    for file in files(&root().join("src"), "rs").into_iter().filter(production) {
        let source = std::fs::read_to_string(&file).unwrap();
        for (place, mark) in source.match_indices("say(") {
            let before = source[..place].chars().next_back();
            let arguments = source[place + mark.len()..].split_once(',');
            if before.is_some_and(|c| c.is_alphanumeric() || c == '_') {
                continue;
            }
            // Without a language and a literal it is a definition, words that were chosen elsewhere, or
            // another function of that name.
            let in_language = arguments.filter(|(first, _)| !first.contains(['"', ';']));
            if let Some(key) = in_language.and_then(|(_, rest)| literal(rest)) {
                assert!(known.contains(&key), "{}: {key:?} is in no .po file", file.display());
                keys += 1;
            }
        }
    }
    assert!(keys > 30, "only {keys} keys were found");
}

#[test]
fn no_translation_is_left_over() {
    let mut sources = String::new();
    for file in files(&root().join("ui"), "slint").iter().chain(&files(&root().join("src"), "rs")) {
        sources += &std::fs::read_to_string(file).unwrap();
    }
    let domains = ["zuil", "words", "receipt", "service", "speech", "doctor"];
    for key in domains.iter().flat_map(|domain| translated(domain)) {
        let written = key.replace('"', "\\\"");
        assert!(sources.contains(&format!("\"{written}\"")), "{key:?} is translated but never said");
    }
}
