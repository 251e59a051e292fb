//! Mistakes in the files of a catalogue, each at its place.

use std::fs;
use std::path::Path;

use super::*;

/// A catalogue in a folder of its own, right until a test spoils it.
struct Folder(tempfile::TempDir);

const MUNICIPALITY: &str = r#"version = "1"
name = "Voorbeeldhuizen"
phone = "14 0100"
website = "www.voorbeeldhuizen.example"
phone_hours.nl = "op werkdagen"
welcome.nl = "Welkom"
privacy.nl = "Er blijft niets achter."
tasks = ["sample"]
"#;

const ADDRESSES: &str = "postcode,street,town,first,last,parity\n2411AB,Lindehof,Voorbeeldhuizen,2,40,even\n";

const TASK: &str = r#"upl = "contactgegevens"
icon = "phone"
minutes = 2
title.nl = "Proef"
summary.nl = "Een proef."
next_steps.nl = "Niets."
[fee]
amount = "17.35"
label.nl = "Proef"
[[questions]]
id = "topic"
kind = "choice"
label.nl = "Onderwerp"
title.nl = "Waarover?"
[[questions.options]]
id = "tax"
text.nl = "Belasting"
[[questions.options]]
id = "other"
text.nl = "Anders"
[[questions]]
id = "name"
kind = "text"
max = 80
label.nl = "Naam"
title.nl = "Uw naam?"
when = { question = "topic", is = ["tax"] }
[[questions]]
id = "day"
kind = "date"
first = 1
last = 30
weekdays = ["tuesday"]
label.nl = "Dag"
title.nl = "Welke dag?"
"#;

impl Folder {
    fn right() -> Self {
        let folder = Self(tempfile::tempdir().unwrap());
        fs::create_dir(folder.0.path().join("tasks")).unwrap();
        folder.write("municipality.toml", MUNICIPALITY);
        folder.write("addresses.csv", ADDRESSES);
        folder.write("tasks/sample.toml", TASK);
        folder
    }

    fn write(&self, file: &str, text: &str) {
        fs::write(self.0.path().join(file), text).unwrap();
    }

    /// Replaces a text that stands once in a file.
    fn change(&self, file: &str, from: &str, to: &str) {
        let text = fs::read_to_string(self.0.path().join(file)).unwrap();
        assert_eq!(text.matches(from).count(), 1, "{from:?} in {file}");
        self.write(file, &text.replace(from, to));
    }

    fn load(&self) -> Result<Catalogue, Vec<Mistake>> {
        Catalogue::load(self.0.path())
    }
}

/// The one mistake after a change: its place and what it says with its remedy.
fn after_change(file: &str, from: &str, to: &str) -> (String, String) {
    let folder = Folder::right();
    folder.change(file, from, to);
    let mistakes = folder.load().unwrap_err();
    assert_eq!(mistakes.len(), 1, "{mistakes:#?}");
    let mistake = &mistakes[0];
    assert!(!mistake.remedy.is_empty());
    let place = format!("{}:{}:{}", mistake.file, mistake.line, mistake.column);
    (place, format!("{} {}", mistake.what, mistake.remedy))
}

fn task_mistake(from: &str, to: &str) -> (String, String) {
    after_change("tasks/sample.toml", from, to)
}

#[track_caller]
fn expect((place, words): (String, String), at: &str, says: &str) {
    assert_eq!(place, at, "{words}");
    assert!(words.contains(says), "{words:?} does not say {says:?}");
}

#[test]
fn the_example_municipality_has_no_mistake_and_speaks_both_languages() {
    let catalogue =
        Catalogue::load(&Path::new(env!("CARGO_MANIFEST_DIR")).join("example")).unwrap_or_else(|mistakes| {
            panic!("{}", mistakes.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n"))
        });
    let ids: Vec<&str> = catalogue.tasks.iter().map(|task| task.id.as_str()).collect();
    assert_eq!(ids[..4], ["report-public-space", "bulky-waste", "call-back", "lost-document"]);
    assert_eq!(catalogue.tasks.len() + catalogue.later.len(), 20);
    let fee = catalogue.task("bulky-waste").unwrap().fee.as_ref().unwrap();
    assert_eq!(fee.fixed(), Some(zuil_wire::Cents(1735)));
    for task in &catalogue.tasks {
        for text in [&task.title, &task.summary, &task.next_steps]
            .into_iter()
            .chain(task.questions.iter().flat_map(|question| [&question.label, &question.title]))
        {
            assert_ne!(text.get(Language::Nl), text.get(Language::En), "{}", task.id);
        }
    }
}

#[test]
fn the_second_municipality_was_made_from_the_guide_and_has_nothing_to_mend() {
    let checked = Catalogue::check(&Path::new(env!("CARGO_MANIFEST_DIR")).join("waterlanderdam"));
    assert_eq!((checked.mistakes, checked.warnings), (vec![], vec![]));
    let catalogue = checked.catalogue.unwrap();
    let ids: Vec<&str> = catalogue.tasks.iter().map(|task| task.id.as_str()).collect();
    assert_eq!(ids, ["berth", "church-key", "sheep"]);
    assert!(catalogue.branding.logo.is_some());
}

#[test]
fn a_small_catalogue_without_english_is_right() {
    let catalogue = Folder::right().load().unwrap();
    assert_eq!(catalogue.tasks[0].title.get(Language::En), "Proef");
    assert_eq!(catalogue.addresses.street("2411AB", 12).unwrap().street, "Lindehof");
    assert_eq!(catalogue.addresses.street("2411AB", 13), None);
}

#[test]
fn a_municipality_says_which_languages_it_offers() {
    let folder = Folder::right();
    assert_eq!(folder.load().unwrap().municipality.languages, Language::ALL);
    folder.change("municipality.toml", "tasks = ", "languages = [\"nl\"]\ntasks = ");
    assert_eq!(folder.load().unwrap().municipality.languages, [Language::Nl]);
}

#[test]
fn a_language_that_cannot_be_offered_is_pointed_at() {
    let with =
        |list: &str| after_change("municipality.toml", "tasks = ", &format!("languages = {list}\ntasks = "));
    expect(
        with("[\"nl\", \"xx\"]"),
        "municipality.toml:8:20",
        "one of these codes: nl, en, de, fr, pl, tr, ar, uk",
    );
    expect(with("[\"nl\", \"nl\"]"), "municipality.toml:8:20", "twice");
    expect(with("[\"en\"]"), "municipality.toml:8:1", "Add \"nl\"");
    expect(with("\"nl\""), "municipality.toml:8:13", "Write a list");
}

#[test]
fn a_text_may_be_in_one_other_language_only() {
    let folder = Folder::right();
    folder.change("tasks/sample.toml", "title.nl = \"Proef\"", "title.nl = \"Proef\"\ntitle.uk = \"Проба\"");
    assert_eq!(folder.load().unwrap().tasks[0].title.get(Language::Uk), "Проба");
}

#[test]
fn a_forgotten_quote_is_pointed_at() {
    expect(
        task_mistake("title.nl = \"Proef\"\n", "title.nl = \"Proef\n"),
        "tasks/sample.toml:4:18",
        "double quote",
    );
}

#[test]
fn a_key_that_stands_twice_is_pointed_at() {
    expect(task_mistake("minutes = 2", "minutes = 2\nminutes = 3"), "tasks/sample.toml:4:1", "second time");
}

#[test]
fn an_unknown_key_is_pointed_at() {
    expect(task_mistake("minutes = 2", "minutes = 2\nminuts = 2"), "tasks/sample.toml:4:1", "minuts");
}

#[test]
fn an_unknown_key_of_a_question_is_pointed_at() {
    expect(task_mistake("max = 80", "max = 80\nmask = 1"), "tasks/sample.toml:25:1", "mask");
}

#[test]
fn a_missing_dutch_text_is_pointed_at() {
    expect(
        task_mistake("summary.nl = \"Een proef.\"", "summary.en = \"A trial.\""),
        "tasks/sample.toml:5:1",
        "summary.nl",
    );
}

#[test]
fn a_language_that_nobody_has_is_pointed_at() {
    expect(
        task_mistake("title.nl = \"Proef\"", "title.nl = \"Proef\"\ntitle.xx = \"?\""),
        "tasks/sample.toml:5:7",
        "nl, en",
    );
}

#[test]
fn an_empty_text_is_pointed_at() {
    expect(task_mistake("\"Niets.\"", "\" \""), "tasks/sample.toml:6:17", "empty");
}

#[test]
fn two_questions_with_one_id_are_pointed_at() {
    expect(task_mistake("id = \"day\"", "id = \"name\""), "tasks/sample.toml:28:1", "id of its own");
}

#[test]
fn two_options_with_one_id_are_pointed_at() {
    let folder = Folder::right();
    folder.change("tasks/sample.toml", "id = \"other\"", "id = \"tax\"");
    let mistakes = folder.load().unwrap_err();
    assert_eq!((mistakes.len(), mistakes[0].line), (1, 18), "{mistakes:#?}");
}

#[test]
fn a_condition_on_a_question_that_does_not_exist_is_pointed_at() {
    expect(
        task_mistake("question = \"topic\"", "question = \"topics\""),
        "tasks/sample.toml:27:21",
        "topics",
    );
}

#[test]
fn a_condition_on_a_later_question_is_pointed_at() {
    expect(task_mistake("question = \"topic\"", "question = \"day\""), "tasks/sample.toml:27:21", "below");
}

#[test]
fn a_condition_on_an_option_that_does_not_exist_is_pointed_at() {
    expect(task_mistake("is = [\"tax\"]", "is = [\"taxes\"]"), "tasks/sample.toml:27:36", "tax, other");
}

#[test]
fn a_condition_on_a_question_without_options_is_pointed_at() {
    expect(
        task_mistake(
            "title.nl = \"Welke dag?\"",
            "title.nl = \"Welke dag?\"\nwhen = { question = \"name\", is = [\"x\"] }",
        ),
        "tasks/sample.toml:36:21",
        "yes-no",
    );
}

#[test]
fn a_fee_of_zero_is_pointed_at() {
    expect(task_mistake("\"17.35\"", "\"0.00\""), "tasks/sample.toml:8:10", "[fee]");
}

#[test]
fn a_fee_that_is_no_amount_is_pointed_at() {
    expect(task_mistake("\"17.35\"", "\"17.5\""), "tasks/sample.toml:8:10", "17.35");
}

#[test]
fn a_fee_with_a_comma_is_read_as_meant() {
    let folder = Folder::right();
    folder.change("tasks/sample.toml", "\"17.35\"", "\"17,35\"");
    assert_eq!(folder.load().unwrap().tasks[0].fee.as_ref().unwrap().fixed(), Some(zuil_wire::Cents(1735)));
}

#[test]
fn a_choice_with_one_option_is_pointed_at() {
    let folder = Folder::right();
    folder.change("tasks/sample.toml", "[[questions.options]]\nid = \"other\"\ntext.nl = \"Anders\"\n", "");
    let mistakes = folder.load().unwrap_err();
    assert_eq!((mistakes.len(), mistakes[0].line), (1, 10), "{mistakes:#?}");
}

#[test]
fn a_text_of_at_most_zero_characters_is_pointed_at() {
    expect(task_mistake("max = 80", "max = 0"), "tasks/sample.toml:24:7", "1 to 200");
}

#[test]
fn dates_that_are_upside_down_are_pointed_at() {
    expect(task_mistake("first = 1\n", "first = 40\n"), "tasks/sample.toml:31:1", "Swap");
}

#[test]
fn a_calendar_that_could_be_empty_is_pointed_at() {
    expect(task_mistake("last = 30", "last = 3"), "tasks/sample.toml:33:1", "no day to choose");
}

#[test]
fn a_weekday_that_does_not_exist_is_pointed_at() {
    expect(task_mistake("\"tuesday\"", "\"dinsdag\""), "tasks/sample.toml:33:13", "monday");
}

#[test]
fn an_icon_that_does_not_exist_is_pointed_at() {
    expect(task_mistake("icon = \"phone\"", "icon = \"fax\""), "tasks/sample.toml:2:8", "bulky-waste");
}

#[test]
fn a_kind_that_does_not_exist_is_pointed_at() {
    let folder = Folder::right();
    folder.change("tasks/sample.toml", "kind = \"text\"\nmax = 80\n", "kind = \"story\"\n");
    let mistakes = folder.load().unwrap_err();
    assert_eq!((mistakes[0].line, mistakes[0].column), (23, 8), "{mistakes:#?}");
    assert!(mistakes[0].remedy.contains("long-text"));
}

#[test]
fn a_listed_task_without_a_file_is_pointed_at_in_the_list() {
    expect(
        after_change("municipality.toml", "[\"sample\"]", "[\"sample\", \"parking\"]"),
        "municipality.toml:8:20",
        "tasks/parking.toml",
    );
}

#[test]
fn a_task_that_is_listed_twice_is_pointed_at() {
    expect(
        after_change("municipality.toml", "[\"sample\"]", "[\"sample\",\n\"sample\"]"),
        "municipality.toml:9:1",
        "twice",
    );
}

#[test]
fn a_bad_postcode_is_pointed_at() {
    expect(after_change("addresses.csv", "2411AB", "0411AB"), "addresses.csv:2:1", "2411AB");
}

#[test]
fn house_numbers_upside_down_are_pointed_at() {
    expect(after_change("addresses.csv", ",2,40,", ",40,2,"), "addresses.csv:2:33", "Swap");
}

#[test]
fn a_house_number_in_two_streets_is_pointed_at() {
    let more = "even\n2411AB,Dorpsweg,Voorbeeldhuizen,40,41,all";
    expect(after_change("addresses.csv", "even", more), "addresses.csv:3:1", "Lindehof");
}

#[test]
fn an_address_file_from_a_dutch_spreadsheet_is_read() {
    let folder = Folder::right();
    folder.write("addresses.csv", &format!("\u{feff}{}", ADDRESSES.replace(',', ";").replace('\n', "\r\n")));
    assert!(folder.load().is_ok());
}

#[test]
fn a_missing_file_is_named() {
    let folder = Folder::right();
    fs::remove_file(folder.0.path().join("addresses.csv")).unwrap();
    let mistakes = folder.load().unwrap_err();
    assert_eq!(mistakes[0].file, "addresses.csv");
}

#[test]
fn all_mistakes_of_all_files_are_told_at_once() {
    let folder = Folder::right();
    folder.change("municipality.toml", "phone = \"14 0100\"\n", "");
    folder.change("tasks/sample.toml", "minutes = 2", "minutes = 99");
    folder.change("tasks/sample.toml", "\"17.35\"", "\"0.00\"");
    folder.change("addresses.csv", "even", "both");
    let places: Vec<(String, usize)> =
        folder.load().unwrap_err().into_iter().map(|mistake| (mistake.file, mistake.line)).collect();
    let expected =
        [("municipality.toml", 1), ("tasks/sample.toml", 3), ("tasks/sample.toml", 8), ("addresses.csv", 2)];
    for (file, line) in expected {
        assert!(places.contains(&(file.to_owned(), line)), "{file}:{line} is not in {places:?}");
    }
}

#[test]
fn an_empty_folder_names_what_is_missing() {
    let folder = tempfile::tempdir().unwrap();
    let mistakes = Catalogue::load(folder.path()).unwrap_err();
    let files: Vec<&str> = mistakes.iter().map(|mistake| mistake.file.as_str()).collect();
    assert_eq!(files, ["municipality.toml", "addresses.csv"]);
}

#[test]
fn questions_about_what_is_held_against_a_reader_are_read() {
    let folder = Folder::right();
    folder.change("tasks/sample.toml", "kind = \"text\"\nmax = 80\n", "kind = \"document\"\n");
    assert_eq!(folder.load().unwrap().tasks[0].questions[1].kind, Kind::Document);
    let folder = Folder::right();
    folder.change(
        "tasks/sample.toml",
        "kind = \"text\"\nmax = 80\n",
        "kind = \"waste-pass\"\nmin = 6\nmax = 12\n",
    );
    assert_eq!(folder.load().unwrap().tasks[0].questions[1].kind, Kind::WastePass { min: 6, max: 12 });
    let folder = Folder::right();
    folder.change("tasks/sample.toml", "kind = \"text\"\nmax = 80\n", "kind = \"waste-pass\"\n");
    assert_eq!(folder.load().unwrap().tasks[0].questions[1].kind, Kind::WastePass { min: 4, max: 20 });
}

#[test]
fn a_document_question_with_limits_of_its_own_is_pointed_at() {
    expect(task_mistake("kind = \"text\"", "kind = \"document\""), "tasks/sample.toml:24:1", "max");
}

#[test]
fn a_pass_number_that_is_upside_down_is_pointed_at() {
    expect(
        task_mistake("kind = \"text\"\nmax = 80", "kind = \"waste-pass\"\nmin = 9\nmax = 8"),
        "tasks/sample.toml:24:1",
        "smaller",
    );
}

#[test]
fn a_pass_number_that_is_too_long_is_pointed_at() {
    expect(task_mistake("kind = \"text\"", "kind = \"waste-pass\""), "tasks/sample.toml:24:7", "1 to 20");
}

#[test]
fn a_condition_on_what_was_read_is_pointed_at() {
    let folder = Folder::right();
    folder.change("tasks/sample.toml", "kind = \"text\"\nmax = 80\n", "kind = \"document\"\n");
    folder.change(
        "tasks/sample.toml",
        "title.nl = \"Welke dag?\"",
        "title.nl = \"Welke dag?\"\nwhen = { question = \"name\", is = [\"passport\"] }",
    );
    let mistakes = folder.load().unwrap_err();
    assert!(mistakes[0].remedy.contains("yes-no"), "{mistakes:#?}");
}

const SITES: &str = r#"[[places]]
postcode = "2411"
name = "Voorbeeldhuizen"
latitude = 52.08
longitude = 4.74
[[sites]]
pillar = "bieb"
name = "Bibliotheek"
address = "Lindehof 2"
postcode = "2411 AB"
town = "Voorbeeldhuizen"
latitude = 52.081
longitude = 4.741
[sites.hours]
monday = "09:00-12:30, 13:00-17:00"
[[sites.except]]
day = 2026-12-25
closed = true
"#;

/// The one mistake after a change of the sites.
fn site_mistake(from: &str, to: &str) -> (String, String) {
    let folder = Folder::right();
    folder.write("sites.toml", SITES);
    folder.change("sites.toml", from, to);
    let mistakes = folder.load().unwrap_err();
    assert_eq!(mistakes.len(), 1, "{mistakes:#?}");
    let mistake = &mistakes[0];
    let place = format!("{}:{}:{}", mistake.file, mistake.line, mistake.column);
    (place, format!("{} {}", mistake.what, mistake.remedy))
}

#[test]
fn a_site_says_where_a_pillar_stands_and_when_it_is_open() {
    let folder = Folder::right();
    assert_eq!(folder.load().unwrap().sites, Sites::default());
    folder.write("sites.toml", SITES);
    let sites = folder.load().unwrap().sites;
    let site = sites.of_pillar("bieb").unwrap();
    assert_eq!((site.name.as_str(), site.postcode.as_str()), ("Bibliotheek", "2411AB"));
    let monday = jiff::civil::date(2026, 11, 23);
    assert_eq!(site.hours.on(monday).len(), 2);
    assert_eq!(site.hours.on(jiff::civil::date(2026, 12, 25)), []);
    assert!(sites.point_of("2411AB").unwrap().km_to(site.point) < 0.2);
}

#[test]
fn a_slip_in_the_sites_is_pointed_at() {
    for (from, to, at, says) in [
        ("52.08\n", "4.74\n", "sites.toml:4:1", "52.0000"),
        ("52.08\n", "52\n", "sites.toml:4:1", "with a point"),
        ("\"2411\"", "\"24\"", "sites.toml:2:12", "four digits"),
        ("\"2411 AB\"", "\"2411\"", "sites.toml:10:12", "2411AB"),
        ("\"bieb\"", "\"De bieb\"", "sites.toml:7:10", "name of a pillar"),
        ("13:00-17:00", "12:00-17:00", "sites.toml:15:10", "no hours of a day"),
        ("\"09:00-12:30, 13:00-17:00\"", "\"9-17\"", "sites.toml:15:10", "08:30-17:00"),
        ("monday", "maandag", "sites.toml:15:1", "monday"),
        ("closed = true\n", "", "sites.toml:16:1", "closed = true"),
        ("closed = true\n", "closed = true\nhours = \"10:00-11:00\"\n", "sites.toml:16:1", "either"),
        ("[sites.hours]\nmonday = \"09:00-12:30, 13:00-17:00\"\n", "", "sites.toml:6:1", "[sites.hours]"),
    ] {
        expect(site_mistake(from, to), at, says);
    }
}

#[test]
fn a_pillar_in_two_places_and_a_postcode_in_two_places_are_pointed_at() {
    let folder = Folder::right();
    folder.write("sites.toml", &SITES.repeat(2));
    let mistakes: Vec<usize> = folder.load().unwrap_err().into_iter().map(|mistake| mistake.line).collect();
    assert_eq!(mistakes, [19, 24], "the second place, and the second site");
}
