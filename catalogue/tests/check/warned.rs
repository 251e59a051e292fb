//! What the check warns of: catalogues that can be used, and could be better.

use std::collections::HashSet;
use std::fmt::Write;
use std::fs;

use zuil_catalogue::Catalogue;

use crate::folder::{Folder, here};

const EVERYTHING: &str = "tasks/everything.toml";

/// The one warning after a change of the small catalogue: its place, and what it says with its remedy.
#[track_caller]
fn expect(file: &str, from: &str, to: &str, at: &str, says: &str) {
    let folder = Folder::small();
    let text = folder.read(file);
    assert_eq!(text.matches(from).count(), 1, "{from:?} in {file}");
    folder.write(file, text.replace(from, to));
    let checked = Catalogue::check(folder.path());
    assert_eq!(checked.mistakes, []);
    assert_eq!(checked.warnings.len(), 1, "{:#?}", checked.warnings);
    let warning = &checked.warnings[0];
    assert_eq!(format!("{}:{}:{}", warning.file, warning.line, warning.column), at, "{warning}");
    assert!(warning.to_string().contains(says), "{warning}");
}

/// Changes of the small catalogue that are warned of: what, the file, what is replaced, by what.
#[rustfmt::skip]
const CHANGES: &[(&str, &str, &str, &str)] = &[
    ("a question that is never asked", EVERYTHING, "when = { question = \"months\", at_least = 6 }", "when = { question = \"months\", at_least = 13 }"),
    ("a part of a fee that never counts", EVERYTHING, "when = { question = \"which\", is = [\"first\"] }", "when = { question = \"which\", not = [\"first\", \"second\", \"guest\"] }"),
    ("a fee that is never free", EVERYTHING, "free_when = [{ question = \"minima\", is = [\"yes\"] }]", "free_when = [{ question = \"minima\", not = [\"yes\", \"no\"] }]"),
    ("an answer that leads only to a task with an agenda", "answers/street.toml", "\"report\"", "\"everything\""),
    ("an announcement of what is not true then", "answers/permit.toml", "until = 2026-12-31", "until = 2026-11-30"),
    ("a task that is not listed", "municipality.toml", ", \"letter\"]", "]"),
    ("a task without a line for agents", "tasks/letter.toml", "kcc.nl = \"Een brief schrijven.\"\n", ""),
    ("a title that is too long", "tasks/letter.toml", "title.nl = \"Brief\"", "title.nl = \"Een brief aan de gemeente schrijven\""),
    ("a sentence that is too long", "tasks/letter.toml", "Wij lezen hem.", "Wij lezen uw brief zo snel als we kunnen en dan hoort u van ons wat wij ermee gaan doen."),
    ("words of offices", "tasks/letter.toml", "Wij lezen hem.", "Indien nodig bellen wij u omtrent uw brief."),
    ("long words", "tasks/letter.toml", "Wij lezen hem.", "De gemeentelijke belastingverordening kwijtscheldingsbepalingen omvat vermogensvaststelling. Onafhankelijke bezwaarschriftencommissies adviseren burgemeester en wethouders over heroverwegingen, belanghebbenden informeren."),
    ("the amount of a fee in an answer", "answers/permit.toml", "kost 12 euro.", "kost € 12,50, of € 12,60."),
    ("the amount of a fee in a task", "tasks/letter.toml", "Schrijf ons.", "Schrijf ons voor 25 euro."),
    ("a fee of zero in an answer", "answers/permit.toml", "12 euro", "{fee:free-thing}"),
    ("tokens of a website", "branding.json", "\"huis\": {", "\"utrecht\": { \"link\": { \"color\": { \"value\": \"#00f\" } } },\n  \"huis\": {"),
    ("letters in a logo", "mark.svg", "<rect width=\"8\" height=\"8\"/>", "<text>Voorbeeld</text>"),
];

#[test]
fn each_warning_is_given_in_the_words_that_we_know() {
    let mut told = String::new();
    for (name, file, from, to) in CHANGES {
        let folder = Folder::small();
        let text = folder.read(file);
        assert_eq!(text.matches(from).count(), 1, "{from:?} in {file}");
        folder.write(file, text.replace(from, to));
        let checked = Catalogue::check(folder.path());
        assert_eq!((checked.mistakes.len(), checked.warnings.len()), (0, 1), "{name}: {checked:#?}");
        writeln!(told, "# {name}\n{}\n", checked.warnings[0]).unwrap();
    }
    let golden = here("tests/check/warnings.txt");
    if std::env::var_os("ZUIL_REGENERATE").is_some() {
        fs::write(&golden, &told).unwrap();
    }
    assert!(
        fs::read_to_string(&golden).unwrap_or_default() == told,
        "the warnings differ from {}",
        golden.display()
    );
}

#[test]
fn a_question_whose_conditions_exclude_each_other_is_pointed_at() {
    let from = "when = { question = \"extras\", at_most = 1 }";
    let to =
        "when = [{ question = \"which\", is = [\"first\"] }, { question = \"which\", is = [\"guest\"] }]";
    expect(EVERYTHING, from, to, "tasks/everything.toml:111:1", "\"which\"");
    let to = "when = { question = \"extras\", at_least = 3 }";
    expect(EVERYTHING, from, to, "tasks/everything.toml:111:1", "\"extras\"");
    let to = "when = { question = \"minima\", not = [\"yes\", \"no\"] }";
    expect(EVERYTHING, from, to, "tasks/everything.toml:111:1", "never asked");
    let to = "when = { question = \"name\", answered = false }";
    expect(EVERYTHING, from, to, "tasks/everything.toml:111:1", "\"name\"");
}

#[test]
fn a_question_behind_one_that_excludes_it_is_pointed_at() {
    // "months" is asked only of those who have no "minima".
    let from = "when = { question = \"months\", at_least = 6 }";
    let to = "when = [{ question = \"months\", at_least = 6 }, { question = \"minima\", is = [\"yes\"] }]";
    expect(EVERYTHING, from, to, "tasks/everything.toml:102:1", "\"minima\"");
    let to = "when = { question = \"months\", at_least = 13 }";
    expect(EVERYTHING, from, to, "tasks/everything.toml:102:1", "\"months\"");
}

#[test]
fn a_question_of_a_group_that_is_never_asked_is_pointed_at() {
    let to = "when = { question = \"school\", not = [\"yes\", \"no\"] }";
    let from = "when = { question = \"school\", is = [\"yes\"] }";
    expect(EVERYTHING, from, to, "tasks/everything.toml:197:1", "\"school\"");
}

#[test]
fn a_part_of_a_fee_that_never_counts_is_pointed_at() {
    let to =
        "when = [{ question = \"which\", is = [\"first\"] }, { question = \"which\", not = [\"first\"] }]";
    let from = "when = { question = \"which\", is = [\"first\"] }";
    expect(EVERYTHING, from, to, "tasks/everything.toml:30:1", "never counts");
}

#[test]
fn an_answer_that_leads_only_to_what_is_not_always_offered_is_pointed_at() {
    expect("answers/street.toml", "\"report\"", "\"everything\"", "answers/street.toml:5:1", "lead nowhere");
}

#[test]
fn an_announcement_of_an_answer_that_is_not_true_then_is_pointed_at() {
    let (from, to) = ("until = 2026-12-31", "until = 2026-11-30");
    expect("answers/permit.toml", from, to, "announcements.toml:7:12", "not true while");
}

#[test]
fn a_task_that_nobody_listed_is_pointed_at() {
    let (from, to) = ("[\"everything\", \"report\", \"letter\"]", "[\"everything\", \"report\"]");
    expect("municipality.toml", from, to, "tasks/letter.toml:1:1", "Add \"letter\" to the list");
}

#[test]
fn files_that_nobody_reads_are_named() {
    let folder = Folder::small();
    for file in ["fee.toml", "answers/permit.toml.bak", "tasks/permit.txt", "README.md", ".notes.toml"] {
        folder.write(file, "# nothing");
    }
    let checked = Catalogue::check(folder.path());
    let files: Vec<&str> = checked.warnings.iter().map(|warning| warning.file.as_str()).collect();
    assert_eq!(files, ["fee.toml", "tasks/permit.txt", "answers/permit.toml.bak"]);
}

#[test]
fn a_text_that_is_too_long_for_its_place_is_pointed_at() {
    let (from, to) = ("Melden\"", "Melden wat er op straat kapot is en waar\"");
    expect(
        "tasks/report.toml",
        &format!("title.nl = \"{from}"),
        &format!("title.nl = \"{to}"),
        "tasks/report.toml:5:12",
        "32 characters",
    );
}

#[test]
fn texts_that_are_not_translated_are_pointed_at_once_the_language_is_offered() {
    let folder = Folder::small();
    let text = folder.read("municipality.toml");
    folder.write("municipality.toml", text.replace("[\"nl\"]", "[\"nl\", \"en\"]"));
    let checked = Catalogue::check(folder.path());
    assert_eq!(checked.mistakes, []);
    assert!(checked.warnings.iter().all(|warning| warning.what.contains("not translated into en")));
    let of = |file: &str| checked.warnings.iter().filter(|warning| warning.file == file).collect::<Vec<_>>();
    let everything = of(EVERYTHING);
    assert_eq!(everything.len(), 1, "a file that nobody has translated is told of once: {everything:#?}");
    assert!(
        everything[0].what.contains(" texts are not translated") && everything[0].what.contains("of lines ")
    );
    // Two products lack a few texts each, which are told one by one.
    assert!(
        checked.warnings.len()
            > checked.warnings.iter().map(|warning| &warning.file).collect::<HashSet<_>>().len()
    );
}

#[test]
fn dutch_above_level_b1_is_pointed_at_and_what_agents_read_is_not() {
    let hard = "Indien u dit wenst, dient u middels dit formulier een aanvraag te doen.";
    expect(
        "tasks/report.toml",
        "Meld wat kapot is.",
        hard,
        "tasks/report.toml:6:14",
        "Write \"als\" in the place of \"indien\".",
    );
    let folder = Folder::small();
    let text = folder.read("tasks/report.toml");
    folder.write("tasks/report.toml", text.replace("Melden wat kapot is.", hard));
    assert_eq!(Catalogue::check(folder.path()).warnings, []);
}

#[test]
fn of_two_fees_with_the_amount_in_an_answer_both_are_named() {
    let folder = Folder::small();
    folder.write("fees.toml", folder.read("fees.toml").replace("25.00", "12.50"));
    let text = folder.read("answers/permit.toml");
    folder.write("answers/permit.toml", text.replace("12 euro", "12,50 euro"));
    let warnings = Catalogue::check(folder.path()).warnings;
    assert_eq!(warnings.len(), 1, "{warnings:#?}");
    assert_eq!((warnings[0].line, warnings[0].column), (9, 33));
    assert!(warnings[0].remedy.contains("{fee:permit-first} or {fee:permit-second}"), "{}", warnings[0]);
}
