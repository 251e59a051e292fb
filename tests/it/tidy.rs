//! The rules of the house that a compiler does not know: which room may use which, and that every
//! module says what it is for.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

/// For each room of the pillar, the rooms that it may name. A room that is missing here is a
/// mistake, so that a new one cannot slip in without a thought.
const ROOMS: &[(&str, &[&str])] = &[
    ("bin", &["*"]),
    ("check", &[]),
    ("clock", &["visit"]),
    ("config", &["devices", "outbox", "visit"]),
    ("demo", &["*"]),
    ("simulation", &["*"]),
    ("devices", &[]),
    ("doctor", &["config", "devices", "outbox", "pillar", "sync", "texts"]),
    ("lib", &["*"]),
    ("log", &[]),
    ("machine", &[]),
    ("main", &["*"]),
    ("maintenance", &["clock", "machine", "texts", "visit"]),
    ("memory", &[]),
    ("orders", &[]),
    ("outbox", &[]),
    ("pillar", &["*"]),
    ("preview", &["pillar", "screens", "visit"]),
    ("receipt", &["texts", "visit", "words"]),
    ("reconcile", &["devices", "outbox"]),
    (
        "runner",
        &[
            "clock",
            "devices",
            "maintenance",
            "orders",
            "outbox",
            "receipt",
            "reconcile",
            "sync",
            "system",
            "visit",
            "visits",
            "waypoint",
        ],
    ),
    ("screens", &["receipt", "texts", "visit", "words"]),
    ("speech", &["devices", "texts", "visit", "words"]),
    ("sync", &["clock", "maintenance", "orders", "outbox", "system", "visits", "waypoint"]),
    ("system", &[]),
    ("texts", &[]),
    ("visit", &[]),
    ("visits", &[]),
    ("watchdog", &[]),
    ("waypoint", &[]),
    ("words", &["texts", "visit"]),
];

/// Crates that only some rooms may name.
const CRATES: &[(&str, &[&str])] = &[
    ("slint", &["main", "screens", "demo", "bin", "pillar"]),
    ("i_slint_backend_testing", &["screens", "demo"]),
    ("rusqlite", &["outbox"]),
    ("rusqlite_migration", &["outbox"]),
    ("tokio", &["main", "sync", "demo", "pillar", "bin"]),
    ("printpdf", &["doctor"]),
    ("base64", &["devices", "outbox"]),
    ("rcgen", &["sync"]),
    ("reqwest", &["sync"]),
    ("rustix", &["doctor", "machine", "memory", "outbox", "runner", "sync", "system"]),
    ("zstd", &["sync"]),
    ("serialport", &["devices", "demo"]),
    ("cosmic_text", &["receipt"]),
    ("zeno", &["receipt"]),
    ("resvg", &["receipt"]),
    ("unicode_width", &["receipt"]),
    ("zeroizing_alloc", &["memory"]),
    (
        "zuil_catalogue",
        &[
            "bin",
            "check",
            "demo",
            "doctor",
            "main",
            "maintenance",
            "pillar",
            "preview",
            "receipt",
            "runner",
            "screens",
            "simulation",
            "speech",
            "texts",
            "visit",
            "words",
        ],
    ),
];

#[test]
fn every_room_uses_only_the_rooms_that_it_may() {
    let mut wrong = Vec::new();
    for file in sources("src") {
        let room = room_of(&file);
        let Some((_, allowed)) = ROOMS.iter().find(|(name, _)| *name == room) else {
            wrong.push(format!("{}: the room `{room}` is not in the list of rooms", file.display()));
            continue;
        };
        for used in rooms_named_in(&file) {
            if used != room && !allowed.contains(&"*") && !allowed.contains(&used.as_str()) {
                wrong.push(format!("{}: `{room}` may not use `{used}`", file.display()));
            }
        }
    }
    assert!(wrong.is_empty(), "see docs/architecture.md:\n{}", wrong.join("\n"));
}

#[test]
fn libraries_stay_in_the_rooms_that_they_are_for() {
    let mut wrong = Vec::new();
    for file in sources("src") {
        let (room, text) = (room_of(&file), production_code(&file));
        for (name, rooms) in CRATES {
            if text.contains(&format!("{name}::")) && !rooms.contains(&room.as_str()) {
                wrong.push(format!("{}: `{room}` may not use the crate `{name}`", file.display()));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn the_visit_knows_no_clock_no_file_and_no_thread() {
    for file in sources("src/visit") {
        let text = production_code(&file);
        for forbidden in
            ["std::fs", "std::thread", "SystemTime", "Instant::now", "Timestamp::now", "Zoned::now"]
        {
            assert!(!text.contains(forbidden), "{}: {forbidden}", file.display());
        }
    }
}

#[test]
fn pillar_and_hub_meet_only_in_the_wire() {
    let crate_file = |folder: &str| fs::read_to_string(root().join(folder).join("Cargo.toml")).unwrap();
    let dependencies = |text: String| text.split("[dev-dependencies]").next().unwrap_or_default().to_owned();
    assert!(!dependencies(crate_file(".")).split("[dependencies]").nth(1).unwrap().contains("zuil-hub"));
    assert!(!crate_file("hub").contains("zuil.workspace") && !crate_file("hub").contains("path = \"..\""));
    let wire = crate_file("wire");
    assert!(!wire.contains("zuil-hub") && !wire.contains("path = \"..\""));
}

#[test]
fn every_test_that_the_table_of_devices_names_is_there_and_every_fault_has_its_line() {
    let table = fs::read_to_string(root().join("docs/devices.md")).unwrap();
    let named: Vec<&str> = table
        .lines()
        .filter(|line| line.starts_with("| "))
        .filter_map(|line| line.rsplit('|').nth(1)?.trim().strip_prefix('`')?.strip_suffix('`'))
        .collect();
    assert!(named.len() >= 30, "{}", named.len());
    let stories: String = sources("tests/it").iter().map(|file| fs::read_to_string(file).unwrap()).collect();
    for name in &named {
        assert!(stories.contains(&format!("#[test]\nfn {name}()")), "docs/devices.md: no test {name}");
    }
    for file in sources("tests/it/faults") {
        let text = fs::read_to_string(file).unwrap();
        for story in text.split("#[test]\nfn ").skip(1) {
            let name = story.split('(').next().unwrap();
            assert!(named.contains(&name), "docs/devices.md has no line for {name}");
        }
    }
}

#[test]
fn every_module_opens_by_saying_what_it_is_for() {
    let silent: Vec<String> =
        ["src", "wire", "catalogue", "hub", "disk", "municipal", "simulation", "tests", "benches"]
            .iter()
            .flat_map(|folder| sources(folder))
            .filter(|file| !fs::read_to_string(file).unwrap().trim_start().starts_with("//!"))
            .map(|file| file.display().to_string())
            .collect();
    assert!(silent.is_empty(), "these need a `//!` line that says what they are for:\n{}", silent.join("\n"));
}

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// All Rust sources below a folder, without what a build left behind.
fn sources(folder: &str) -> Vec<PathBuf> {
    let (mut found, mut open) = (Vec::new(), vec![root().join(folder)]);
    while let Some(folder) = open.pop() {
        let Ok(entries) = fs::read_dir(&folder) else { continue };
        for path in entries.map(|entry| entry.unwrap().path()) {
            if path.is_dir() && path.file_name().is_some_and(|name| name != "target") {
                open.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                found.push(path);
            }
        }
    }
    found.sort();
    found
}

/// The first folder or file below `src/`.
fn room_of(file: &Path) -> String {
    let below = file.strip_prefix(root().join("src")).unwrap();
    Path::new(below.components().next().unwrap().as_os_str())
        .file_stem()
        .unwrap()
        .to_string_lossy()
        .into_owned()
}

/// The source without its tests and comments.
fn production_code(file: &Path) -> String {
    if file.components().any(|part| part.as_os_str().to_string_lossy().contains("tests")) {
        return String::new();
    }
    without_tests(&fs::read_to_string(file).unwrap())
}

/// Leaves out comments and every item behind `#[cfg(test)]`: a line that ends with `;`, or all up to
/// the brace that closes it at the margin (the source is formatted).
fn without_tests(source: &str) -> String {
    let mut kept = Vec::new();
    let mut lines = source.lines().filter(|line| !line.trim_start().starts_with("//"));
    while let Some(line) = lines.next() {
        if !line.starts_with("#[cfg(test)]") {
            kept.push(line);
            continue;
        }
        let item = lines.by_ref().find(|line| !line.starts_with("#["));
        if item.is_some_and(|item| item.ends_with('{')) {
            lines.by_ref().find(|line| line.starts_with('}'));
        }
    }
    kept.join("\n")
}

#[test]
fn what_stands_behind_a_test_is_looked_at_too() {
    let source = "use a;\n#[cfg(test)]\nmod t;\n// say crate::c\nuse crate::{b::{x, y}, d};\n#[cfg(test)]\nmod u {\n    \
                  use crate::e;\n}\nuse zuil::f;\n";
    let code = without_tests(source);
    assert_eq!(code, "use a;\nuse crate::{b::{x, y}, d};\nuse zuil::f;");
    assert_eq!(first_words_of_paths(&code), ["b", "d", "f"].map(str::to_owned).into());
}

fn rooms_named_in(file: &Path) -> BTreeSet<String> {
    let mut rooms = first_words_of_paths(&production_code(file));
    rooms.retain(|room| ROOMS.iter().any(|(name, _)| name == room));
    rooms
}

/// Every `room` in `crate::room` and `zuil::room`, also inside `use crate::{room::{…}, room}`.
fn first_words_of_paths(code: &str) -> BTreeSet<String> {
    let mut rooms = BTreeSet::new();
    for start in ["crate::", "zuil::"] {
        for (at, _) in code.match_indices(start) {
            let rest = &code[at + start.len()..];
            match rest.strip_prefix('{') {
                Some(group) => rooms.extend(outermost(group)),
                None => drop(rooms.insert(first_word(rest))),
            }
        }
    }
    rooms
}

/// The first words of a group's entries, not of the groups inside it.
fn outermost(group: &str) -> Vec<String> {
    let (mut depth, mut entry, mut words) = (0, String::new(), Vec::new());
    for c in group.chars() {
        match c {
            '{' => depth += 1,
            '}' if depth == 0 => break,
            '}' => depth -= 1,
            ',' if depth == 0 => words.push(first_word(&std::mem::take(&mut entry))),
            _ if depth == 0 => entry.push(c),
            _ => {}
        }
    }
    words.push(first_word(&entry));
    words.retain(|word| !word.is_empty());
    words
}

fn first_word(text: &str) -> String {
    text.trim().chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect()
}
