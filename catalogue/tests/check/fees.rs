//! Fees that stand in texts.

use zuil_catalogue::search::Index;
use zuil_catalogue::{Catalogue, Language};

use crate::folder::{Folder, here};

/// The small catalogue with another text in a file.
fn with(file: &str, from: &str, to: &str) -> Folder {
    let folder = Folder::small();
    let text = folder.read(file);
    assert_eq!(text.matches(from).count(), 1, "{from:?} in {file}");
    folder.write(file, text.replace(from, to));
    folder
}

/// The small catalogue, and what is warned of.
fn right(folder: &Folder) -> (Catalogue, Vec<String>) {
    let checked = Catalogue::check(folder.path());
    assert_eq!(checked.mistakes, []);
    (checked.catalogue.unwrap(), checked.warnings.iter().map(ToString::to_string).collect())
}

#[test]
fn an_answer_tells_a_fee_as_each_language_writes_it_and_a_new_year_changes_one_file() {
    let folder = with(
        "answers/permit.toml",
        "short.nl = \"Een vergunning kost 12 euro.\"",
        "short.nl = \"Een vergunning kost {fee:permit-first}.\"\nshort.de = \"Das kostet {fee:permit-first}.\"",
    );
    let (catalogue, warnings) = right(&folder);
    assert_eq!(warnings, [] as [&str; 0]);
    let short = &catalogue.products[0].answers[0].short;
    assert_eq!(short.get(Language::Nl), "Een vergunning kost €\u{a0}12,50.");
    assert_eq!(short.get(Language::De), "Das kostet 12,50\u{a0}€.");
    folder.write("fees.toml", folder.read("fees.toml").replace("12.50", "13.05"));
    let (catalogue, _) = right(&folder);
    assert_eq!(catalogue.products[0].answers[0].short.get(Language::Nl), "Een vergunning kost €\u{a0}13,05.");
}

#[test]
fn every_kind_of_text_can_tell_a_fee() {
    for (file, from, to) in [
        ("municipality.toml", "Vrijdag zijn we dicht.", "Nu {fee:permit-second}."),
        ("announcements.toml", "De brief is verstuurd.", "Nu {fee:permit-second}."),
        ("answers/permit.toml", "prijs vergunning", "Nu {fee:permit-second}."),
        ("answers/permit.toml", "Contant betalen kan niet.", "Nu {fee:permit-second}."),
        ("tasks/letter.toml", "Wij lezen hem.", "Nu {fee:permit-second}."),
        ("tasks/letter.toml", "Een brief schrijven.", "Nu {fee:permit-second}."),
    ] {
        let (catalogue, _) = right(&with(file, from, to));
        let shown = format!("{catalogue:?}");
        assert!(shown.contains("Nu €\\u{a0}25,00."), "{file}: {from}");
        assert!(!shown.contains("{fee"), "{file}: {from}");
    }
}

#[test]
fn a_text_is_as_long_as_residents_read_it() {
    // 24 characters are the most of a label, and the name of the fee is none of them.
    let (_, warnings) =
        right(&with("tasks/letter.toml", "label.nl = \"Brief\"", "label.nl = \"Brief, {fee:permit-first}\""));
    assert_eq!(warnings, [] as [&str; 0]);
    let long = "label.nl = \"Brief aan ons allen, {fee:permit-first}\"";
    let (_, warnings) = right(&with("tasks/letter.toml", "label.nl = \"Brief\"", long));
    assert!(warnings.len() == 1 && warnings[0].contains("has 28 characters"), "{warnings:?}");
}

#[test]
fn words_that_only_begin_like_the_euro_stand_beside_a_fee() {
    let text = "{fee:permit-first} Europees of {fee:permit-second}, 3 eurocent meer";
    let (catalogue, _) = right(&with("answers/permit.toml", "12 euro", text));
    let short = catalogue.products[0].answers[0].short.get(Language::Nl);
    assert_eq!(short, "Een vergunning kost €\u{a0}12,50 Europees of €\u{a0}25,00, 3 eurocent meer.");
}

#[test]
fn a_fee_of_zero_is_written_as_an_amount_and_the_editor_is_warned_of_it() {
    let (catalogue, warnings) = right(&with("answers/permit.toml", "12 euro", "{fee:free-thing}"));
    assert!(catalogue.products[0].answers[0].short.get(Language::Nl).contains("€\u{a0}0,00"));
    assert!(warnings.len() == 1 && warnings[0].contains("{fee:free-thing}, which is zero"), "{warnings:?}");
}

#[test]
fn a_list_of_fees_with_a_mistake_makes_no_second_mistake_in_a_text() {
    let folder = with("answers/permit.toml", "12 euro", "{fee:permit-first}");
    folder.write("fees.toml", folder.read("fees.toml").replace("12.50", "12,5"));
    let checked = Catalogue::check(folder.path());
    assert_eq!(checked.mistakes.len(), 1, "{:#?}", checked.mistakes);
    assert_eq!(checked.mistakes[0].file, "fees.toml");
}

#[test]
fn the_search_finds_an_answer_by_the_amount_that_it_tells() {
    let (catalogue, _) = right(&with("answers/permit.toml", "prijs vergunning", "wat is {fee:permit-first}"));
    let index = Index::new(&catalogue.products, &catalogue.synonyms);
    let day = jiff::civil::date(2026, 11, 22);
    let found = index.search("12,50", Language::Nl, day);
    assert!(!found.is_empty());
}

#[test]
fn no_text_of_our_two_municipalities_repeats_a_fee_by_hand() {
    for path in ["example", "waterlanderdam"] {
        let checked = Catalogue::check(&here(path));
        let copied: Vec<_> =
            checked.warnings.iter().filter(|warning| warning.what.contains("amount of a fee")).collect();
        assert!(copied.is_empty(), "{copied:#?}");
        let shown = format!("{:?}", checked.catalogue.unwrap().products);
        assert!(shown.contains('€') && !shown.contains("{fee"), "{path}");
    }
}

#[test]
fn the_search_of_the_guide_for_editors_finds_amounts_in_every_language_and_file() {
    let guide = std::fs::read_to_string(here("../docs/editing-the-catalogue.md")).unwrap();
    let command = guide.split('`').find(|code| code.starts_with("grep") && code.contains('€')).unwrap();
    let folder = Folder::small();
    let written = [
        "€ 3,10",
        "3,10 EUR",
        "3,10 euro's",
        "3,10 Euros",
        "3,10 eurodur",
        "3,10 avrodur",
        "3,10 євро",
        "٣٫١٠ يورو",
    ];
    let files = [
        "municipality.toml",
        "announcements.toml",
        "synonyms.toml",
        "tasks/letter.toml",
        "answers/permit.toml",
    ];
    for file in files {
        let lines: String = written.iter().map(|amount| format!("# Dat is {amount}.\n")).collect();
        folder.write(file, format!("# Made up.\n{lines}# Een directeur met kleur, bij Voorbeeldhuizen.\n"));
    }
    let command = command.replace("catalogue/my-town-2027", &folder.path().display().to_string());
    let found = std::process::Command::new("sh").args(["-c", &command]).output().unwrap();
    let found = String::from_utf8(found.stdout).unwrap();
    for file in files {
        let lines: Vec<&str> = found.lines().filter(|line| line.contains(&format!("/{file}:"))).collect();
        assert_eq!(lines.len(), written.len(), "{file}: {lines:#?}");
    }
}
