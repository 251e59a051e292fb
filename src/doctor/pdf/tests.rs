//! The page as a file; how it looks, a person has to see (`ZUIL_KEEP=/some/folder`).

use super::*;
use crate::doctor::tests::report;
use zuil_catalogue::Language;

#[test]
fn the_same_report_gives_the_same_page_and_another_gives_another() {
    let first = report(Language::Nl);
    let mut second = first.clone();
    assert_eq!(page(&first).unwrap(), page(&second).unwrap());
    second.checks[0].seen.push('!');
    assert_ne!(page(&first).unwrap(), page(&second).unwrap());
}

#[test]
fn a_page_is_one_page_and_small_enough_to_mail() {
    for (name, report) in [
        ("report-nl.pdf", report(Language::Nl)),
        ("report-en.pdf", report(Language::En)),
        ("report-long.pdf", long_report()),
    ] {
        let bytes = page(&report).unwrap();
        assert!(bytes.starts_with(b"%PDF-") && bytes.len() < 100_000, "{name} has {} bytes", bytes.len());
        let pages =
            bytes.windows(11).filter(|bytes| *bytes == b"/Type /Page" || *bytes == b"/Type/Page/").count();
        assert!(pages <= 1, "{name} has {pages} pages");
        if let Some(folder) = std::env::var_os("ZUIL_KEEP") {
            std::fs::write(std::path::Path::new(&folder).join(name), bytes).unwrap();
        }
    }
}

/// Everything that can be wrong, in many words; more checks than there are.
fn long_report() -> Report {
    let mut report = report(Language::Nl);
    report.checks.extend(report.checks.clone());
    for check in &mut report.checks {
        check.verdict = Verdict::Failed;
        check.seen = "/dev/serial/by-id/usb-Voorbeeld_heel_lange_naam_van_een_apparaat-if00-port0 ".repeat(3);
        check.next = "kijk naar de kabel en de stroom, ".repeat(6);
    }
    report
}

#[test]
fn what_is_too_much_for_the_page_ends_in_dots_above_the_signature() {
    let report = long_report();
    let paper = Paper::new().unwrap();
    let [.., smallest] = SETTINGS;
    let rows = rows(&paper, &report, smallest);
    let height: f32 = rows.iter().map(|row| row.height(smallest)).sum();
    assert!(height <= TABLE_BOTTOM - TABLE_TOP, "{height}");
    assert!(rows[0].next[0].ends_with('…'));
}

#[test]
fn words_are_broken_where_they_end_and_a_long_one_anywhere() {
    let paper = Paper::new().unwrap();
    let lines = paper.lines("een twee drie vier", Weight::Regular, 10.0, 16.0, 9);
    assert!(lines.len() > 1 && lines.join(" ") == "een twee drie vier", "{lines:?}");
    let lines = paper.lines(&"x".repeat(100), Weight::Regular, 10.0, 20.0, 99);
    assert!(lines.len() > 3 && lines.concat() == "x".repeat(100), "{lines:?}");
}
