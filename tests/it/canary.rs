//! Nothing that a resident answers is left when the visit is over: not in the memory of the pillar's
//! process, not in a dump of it, not on its disk, not in its log at any level. Of what a resident searches for
//! and does not find, nothing personal is kept or sent.
//!
//! The pillar is a process of its own with its real widgets and drivers; devices and hub stand outside it.
//! Answers are touched letter by letter, so that they are in that process only because of the visit.

mod memory;
mod traces;
mod visit;

use std::fs;
use std::os::unix::process::ExitStatusExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use zuil::outbox::Outbox;

use crate::questions;
use crate::town::Town;
use traces::Traces;
use visit::{PATIENCE, Visit};

/// The pillar's program as it is, but for the widgets' display.
const WIPING: &str = env!("CARGO_BIN_EXE_zuil-demo");
/// The same without the allocator that wipes.
const UNWIPED: &str = env!("CARGO_BIN_EXE_zuil-unwiped");

#[test]
fn after_a_visit_no_byte_of_an_answer_is_left_in_memory_on_disk_or_in_the_log() {
    let town = visit::town();
    let mut visit = Visit::begin(&town, &[WIPING, "touched"]);
    visit.answers_everything();
    let during = town.folder().join("during.dump");
    memory::dump(visit.process(), &during);
    visit.pays_and_leaves();
    town.wait_until_empty();
    let traces = visit::traces(&town);

    // While the visit lasts, all of it is in memory: what is looked for is what is there.
    let present = traces.in_file(&during, |_| String::new());
    for answer in traces.answers() {
        assert!(
            present.iter().any(|trace| trace.answer == answer),
            "{answer} was not found during the visit"
        );
    }

    let after = town.folder().join("after.dump");
    let mapped = memory::dump(visit.process(), &after);
    let left = traces.in_file(&after, |at| mapped.name_at(at));
    assert!(left.is_empty(), "in memory:\n{}", traces::list(&left));
    // While it still runs, and again when it has gone.
    assert_nothing_on_disk(&town, &traces);
    visit.ends();
    assert_nothing_on_disk(&town, &traces);
}

#[test]
fn someone_who_leaves_in_the_middle_leaves_nothing_either() {
    let town = visit::town();
    let mut visit = Visit::begin(&town, &[WIPING, "touched"]);
    visit.leaves_in_the_middle();
    let traces = visit::traces_of_the_middle();
    let after = town.folder().join("after.dump");
    let mapped = memory::dump(visit.process(), &after);
    let left = traces.in_file(&after, |at| mapped.name_at(at));
    assert!(left.is_empty(), "in memory:\n{}", traces::list(&left));
    visit.ends();
    assert_nothing_on_disk(&town, &traces);
}

#[test]
fn a_reference_that_somebody_looked_up_is_left_nowhere() {
    let town = visit::town();
    let mut visit = Visit::begin(&town, &[WIPING, "touched"]);
    visit.looks_up_a_reference();
    let traces = visit::traces_of_the_reference();
    let after = town.folder().join("after.dump");
    let mapped = memory::dump(visit.process(), &after);
    let left = traces.in_file(&after, |at| mapped.name_at(at));
    assert!(left.is_empty(), "in memory:\n{}", traces::list(&left));
    assert_nothing_on_disk(&town, &traces);
    visit.ends();
    assert_nothing_on_disk(&town, &traces);
    assert_nothing_in(&town.folder().join("hub"), &traces);
}

#[test]
fn of_a_search_in_vain_editors_read_neither_name_nor_number_and_no_file_log_or_message_has_them() {
    let town = visit::town();
    town.network.cut();
    let mut visit = Visit::begin(&town, &[WIPING, "touched"]);
    visit.asks_in_vain();
    let (typed, personal) = visit::traces_of_the_search();
    // What waits for the hub is what will be sent.
    let outbox = questions::outbox(&town);
    let until = Instant::now() + PATIENCE;
    while outbox.pending_questions(1).unwrap().is_empty() {
        assert!(Instant::now() < until, "nothing was kept of the search");
        std::thread::sleep(Duration::from_millis(20));
    }
    let kept = outbox.pending_questions(9).unwrap();
    let kept: Vec<(&str, &str)> = kept.iter().map(|it| (it.language.as_str(), it.words.as_str())).collect();
    assert_eq!(kept, [("nl", visit::KEPT)]);
    assert_nothing_on_disk(&town, &personal);
    town.network.mend();
    questions::until_editors_read(&town, &[(visit::KEPT, 1)]);
    assert_nothing_on_disk(&town, &personal);
    visit.ends();
    assert_nothing_on_disk(&town, &personal);
    assert_nothing_in(&town.folder().join("hub"), &personal);
    // A log tells nothing at all of what somebody searched for.
    let log = town.folder().join("pillar.log");
    let left = typed.in_file(&log, |_| log.display().to_string());
    assert!(left.is_empty(), "in the log:\n{}", traces::list(&left));
}

#[test]
fn a_pillar_that_does_not_wipe_its_heap_is_found_out() {
    let town = visit::town();
    let mut visit = Visit::begin(&town, &[UNWIPED]);
    visit.answers_everything();
    visit.pays_and_leaves();
    town.wait_until_empty();
    let traces = visit::traces(&town);
    let after = town.folder().join("after.dump");
    let mapped = memory::dump(visit.process(), &after);
    let left = traces.in_file(&after, |at| mapped.name_at(at));
    assert!(!left.is_empty(), "the search finds nothing where something must be");
}

/// Database, write-ahead log, counts, recordings and log; not what the voice and the hub were told.
fn assert_nothing_on_disk(town: &Town, traces: &Traces) {
    let mut files = Vec::new();
    collect(town.folder(), &mut files);
    let names: Vec<String> = files.iter().map(|file| file.display().to_string()).collect();
    for expected in ["outbox.sqlite", "paper.json", "pillar.log", "data/pillar.log", "recordings/"] {
        assert!(names.iter().any(|name| name.contains(expected)), "there is no {expected}: {names:?}");
    }
    assert_nothing_in_files(&files, traces);
}

/// Nor in what the hub keeps.
fn assert_nothing_in(folder: &Path, traces: &Traces) {
    let mut files = Vec::new();
    collect(folder, &mut files);
    assert!(!files.is_empty(), "{} is empty", folder.display());
    assert_nothing_in_files(&files, traces);
}

fn assert_nothing_in_files(files: &[PathBuf], traces: &Traces) {
    for file in files {
        let left = traces.in_file(file, |_| file.display().to_string());
        assert!(left.is_empty(), "on disk:\n{}", traces::list(&left));
    }
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        if path.is_dir() {
            if name != "hub" && name != "catalogue" {
                collect(&path, files);
            }
        } else if path.metadata().is_ok_and(|meta| meta.is_file())
            && name != "spoken"
            && !name.ends_with(".dump")
        {
            files.push(path);
        }
    }
}

/// `zuil check` is the pillar's own program; a catalogue that is a pipe keeps it waiting. The shell allows
/// dumps as far as it may, so that it is the program that forbids them.
#[test]
fn a_pillar_that_fails_leaves_no_dump_of_its_memory() {
    let folder = tempfile::tempdir().unwrap();
    let made = Command::new("mkfifo").arg(folder.path().join("municipality.toml")).status().unwrap();
    assert!(made.success());
    let mut pillar = Command::new("sh")
        .args(["-c", "ulimit -c \"$(ulimit -Hc)\"; exec \"$0\" check .", env!("CARGO_BIN_EXE_zuil")])
        .current_dir(folder.path())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let proc = PathBuf::from(format!("/proc/{}", pillar.id()));
    let limit = || {
        let limits = fs::read_to_string(proc.join("limits")).unwrap();
        let line = limits.lines().find(|line| line.starts_with("Max core file size")).unwrap().to_owned();
        line.split_whitespace().skip(4).take(2).map(str::to_owned).collect::<Vec<_>>()
    };
    let until = Instant::now() + PATIENCE;
    while limit() != ["0", "0"] || !is_asleep(&proc) {
        assert!(Instant::now() < until, "dumps are allowed: {:?}", limit());
        std::thread::sleep(Duration::from_millis(5));
    }
    let killed = Command::new("kill").arg("-ABRT").arg(pillar.id().to_string()).status().unwrap();
    assert!(killed.success());
    let ended = pillar.wait().unwrap();
    assert_eq!(ended.signal(), Some(6), "{ended}");
    assert!(!ended.core_dumped(), "{ended}");
    let files: Vec<_> = fs::read_dir(folder.path()).unwrap().map(|file| file.unwrap().file_name()).collect();
    assert_eq!(files, ["municipality.toml"]);
}

fn is_asleep(proc: &Path) -> bool {
    let stat = fs::read_to_string(proc.join("stat")).unwrap();
    stat.rsplit(')').next().unwrap().trim_start().starts_with('S')
}
