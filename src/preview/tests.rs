//! Somebody who edits a catalogue sees every screen of a task, and is told what is wrong instead.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use clap::{Args, FromArgMatches};
use jiff::civil::{DateTime, date};
use zuil_catalogue::{Catalogue, Language};

use super::command::{Options, run};
use super::*;
use crate::visit::{Screen, View};

fn folder(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("catalogue").join(name)
}

fn sunday() -> DateTime {
    date(2026, 11, 22).at(10, 0, 0, 0)
}

fn of(catalogue: &Catalogue, task: &str, language: Language) -> Vec<Scene> {
    scenes(&stage(catalogue, task).unwrap(), task, language, sunday()).unwrap()
}

fn names(scenes: &[Scene]) -> Vec<&str> {
    scenes.iter().map(|scene| scene.name.as_str()).collect()
}

fn options(line: &[&str]) -> Options {
    let command = Options::augment_args(clap::Command::new("preview").no_binary_name(true));
    Options::from_arg_matches(&command.try_get_matches_from(line).unwrap()).unwrap()
}

/// Makes pictures, and gives their paths.
fn pictures(line: &[&str]) -> Result<Vec<PathBuf>, String> {
    let mut told = Vec::new();
    run(&options(line), sunday(), |file| told.push(file.to_owned())).map_err(|error| error.to_string())?;
    Ok(told)
}

#[test]
fn a_free_task_shows_its_tile_its_questions_what_they_expect_and_its_end() {
    let scenes = of(&Catalogue::load(&folder("example")).unwrap(), "call-back", Language::Nl);
    let names = names(&scenes);
    assert_eq!(names[..3], ["first-screen", "tile", "explanation"]);
    assert_eq!(names[names.len() - 2..], ["review", "receipt"]);
    assert!(names.contains(&"question-name") && names.contains(&"question-name-error"), "{names:?}");
    for Scene { name, view } in &scenes {
        let Screen::Question(question) = &view.screen else { continue };
        assert_eq!(question.expected.is_some(), name.ends_with("-error"), "{name}");
    }
}

/// It has every kind of question, conditions on numbers and on what is not answered, a group and a fee that most
/// people pay only for some answers.
#[test]
fn every_question_is_reached_whatever_it_depends_on() {
    let small = Catalogue::load(&folder("tests/small")).unwrap();
    let task = small.tasks.iter().chain(&small.later).find(|task| task.id == "everything").unwrap();
    let scenes = of(&small, "everything", Language::Nl);
    let seen: BTreeSet<&str> = names(&scenes).into_iter().collect();
    assert_eq!(seen.len(), scenes.len(), "no name comes twice");
    for question in task.questions.iter().filter(|question| !question.id.starts_with("children-3")) {
        let name = format!("question-{}", question.id);
        let scene = scenes.iter().find(|scene| scene.name == name).unwrap_or_else(|| panic!("{name}"));
        let Screen::Question(shown) = &scene.view.screen else { panic!("{name}") };
        assert_eq!(shown.title, question.title.get(Language::Nl));
        let told = seen.contains(format!("{name}-error").as_str());
        assert!(told || !question.required, "what is expected of {name} is not shown");
    }
    assert!(!seen.contains("question-children-3-first-name"), "the third row looks like the second");
    assert!(seen.contains("pay"), "{seen:?}");
}

#[test]
fn every_task_of_the_examples_can_be_walked_through_in_every_language() {
    for example in ["example", "waterlanderdam"] {
        walk_through(&Catalogue::load(&folder(example)).unwrap());
    }
}

fn walk_through(example: &Catalogue) {
    for task in example.tasks.iter().chain(&example.later) {
        let staged = stage(example, &task.id).unwrap();
        for &language in &example.municipality.languages {
            let scenes = scenes(&staged, &task.id, language, sunday()).unwrap();
            let shown = |kind: fn(&Screen) -> bool| scenes.iter().any(|scene| kind(&scene.view.screen));
            assert!(shown(|screen| matches!(screen, Screen::Receipt(_))), "{}", task.id);
            assert_eq!(
                task.fee.is_some(),
                shown(|screen| matches!(screen, Screen::Pay { .. })),
                "{}",
                task.id
            );
            assert!(scenes.iter().all(|scene| scene.view.frame.language == language));
            let tile = scenes.iter().find(|scene| scene.name == "tile").unwrap();
            assert!(
                tiles(&tile.view).iter().take(6).any(|tile| *tile == task.id),
                "the tile of {} is in sight",
                task.id
            );
        }
    }
}

fn tiles(view: &View) -> Vec<&str> {
    match &view.screen {
        Screen::Choose { tiles, .. } => tiles.iter().map(|tile| tile.task.as_str()).collect(),
        other => panic!("no tiles but {other:?}"),
    }
}

#[test]
fn a_task_that_waits_for_digid_is_shown_alone_among_those_that_are_offered() {
    let example = Catalogue::load(&folder("example")).unwrap();
    let [waits, other, ..] = example.later.as_slice() else { panic!("nothing waits") };
    let staged = stage(&example, &waits.id).unwrap();
    assert!(staged.task(&waits.id).is_some() && staged.task(&other.id).is_none());
}

#[test]
fn as_many_pictures_are_made_as_there_are_screens_and_old_ones_are_removed() {
    let out = tempfile::tempdir().unwrap();
    let (dir, to) = (folder("tests/small"), out.path().to_str().unwrap());
    let of_task = out.path().join("report/nl");
    fs::create_dir_all(&of_task).unwrap();
    fs::write(of_task.join("99-question-gone.png"), "old").unwrap();
    fs::write(of_task.join("notes.txt"), "mine").unwrap();

    let told = pictures(&[dir.to_str().unwrap(), "report", "--lang", "nl", "--dark", "--out", to]).unwrap();

    let scenes = of(&Catalogue::load(&dir).unwrap(), "report", Language::Nl);
    let expected: Vec<PathBuf> =
        (1..).zip(&scenes).map(|(at, scene)| of_task.join(format!("{at:02}-{}.png", scene.name))).collect();
    assert_eq!(told, expected);
    let mut there: Vec<PathBuf> =
        fs::read_dir(&of_task).unwrap().map(|entry| entry.unwrap().path()).collect();
    there.sort();
    assert_eq!(there, [expected, vec![of_task.join("notes.txt")]].concat());
    let mut pixels = BTreeSet::new();
    for file in &told {
        let mut reader = png::Decoder::new(fs::File::open(file).map(std::io::BufReader::new).unwrap())
            .read_info()
            .unwrap();
        assert_eq!((reader.info().width, reader.info().height), (1080, 1920));
        let mut picture = vec![0; reader.output_buffer_size().unwrap()];
        reader.next_frame(&mut picture).unwrap();
        assert_eq!(picture[1079 * 4..1079 * 4 + 3], [0x00, 0x00, 0x00], "{} is not dark", file.display());
        pixels.insert(picture);
    }
    assert_eq!(pixels.len(), told.len(), "each shows something else");
}

#[test]
fn mistakes_in_the_catalogue_are_told_as_the_check_tells_them() {
    let broken = tempfile::tempdir().unwrap();
    let told = pictures(&[broken.path().to_str().unwrap(), "report"]).unwrap_err();
    let mistakes = Catalogue::check(broken.path()).mistakes;
    assert!(!mistakes.is_empty());
    mistakes.iter().for_each(|mistake| assert!(told.contains(&mistake.to_string()), "{told}"));
}

#[test]
fn a_task_or_language_that_is_not_there_is_answered_with_those_that_are() {
    let small = folder("tests/small");
    let told = pictures(&[small.to_str().unwrap(), "swimming"]).unwrap_err();
    assert!(told.contains("\"swimming\"") && told.contains("report"), "{told}");
    let told = pictures(&[small.to_str().unwrap(), "report", "--lang", "uk"]).unwrap_err();
    assert!(told.contains("\"uk\"") && told.contains("take one of nl"), "{told}");
}

#[test]
fn a_day_that_nobody_can_choose_is_told_with_its_question() {
    let mut small = Catalogue::load(&folder("tests/small")).unwrap();
    let task = small.tasks.iter_mut().find(|task| task.id == "report").unwrap();
    let question =
        task.questions.iter_mut().find(|question| question.required && question.when.is_empty()).unwrap();
    question.kind = zuil_catalogue::Kind::Date { first: 5, last: 1, weekdays: Vec::new() };
    let id = question.id.clone();
    let lost = scenes(&stage(&small, "report").unwrap(), "report", Language::Nl, sunday()).unwrap_err();
    assert_eq!(lost, Lost::NoAnswer { task: "report".to_owned(), question: id });
}
