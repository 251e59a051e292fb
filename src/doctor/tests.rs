//! The model: what a report comes to, and how it is written.

use super::*;
use crate::doctor::console::{json, lines};

/// A made-up report of a pillar on an ordinary bad day.
pub fn report(language: Language) -> Report {
    let check = |id, name: &str, finding: Finding| finding.of(id, name);
    Report {
        language,
        municipality: Some("Voorbeeldhuizen".into()),
        pillar: Some("supermarkt-voorbeeld".into()),
        at: jiff::civil::date(2026, 11, 23).at(9, 30, 0, 0),
        version: "0.1.0".into(),
        checks: vec![
            check("settings", "Settings", Finding::ok("/etc/zuil/zuil.toml: receipt printer, card terminal")),
            check("outbox", "Outbox", Finding::attention("3 requests wait", "let the pillar run")),
            check(
                "network-name",
                "Network: the hub's name",
                Finding::ok("hub.example.nl:8443 is at 192.0.2.7"),
            ),
            check("printer", "Receipt printer", Finding::failed("its roll is empty", "put a new roll in")),
            check("terminal", "Card terminal", Finding::ok("registered; it remembers no payment")),
            check("terminal-bank", "Card terminal: the bank", Finding::ok("its diagnosis is well")),
            check("document-reader", "Document reader", Finding::not_there("the settings name none")),
            check("pass-reader", "Waste pass reader", Finding::not_there("the settings name none")),
            check("headphones", "Headphones", Finding::ok("nothing is plugged in")),
            check("speech", "Speech", Finding::ok("espeak-ng starts")),
            check("fonts", "Fonts", Finding::ok("the screens can show all 96 characters")),
        ],
    }
}

fn with(verdicts: &[Verdict]) -> Report {
    let mut report = report(Language::En);
    report.checks.truncate(verdicts.len());
    for (check, verdict) in report.checks.iter_mut().zip(verdicts) {
        check.verdict = *verdict;
    }
    report
}

#[test]
fn the_worst_that_was_found_is_the_verdict() {
    use Verdict::{Attention, Failed, NotThere, Ok};
    assert_eq!(with(&[NotThere]).verdict(), Ok);
    assert_eq!(with(&[Ok, NotThere]).headline(), "Ready to serve");
    assert_eq!(with(&[Ok, Attention]).headline(), "Ready to serve, with points of attention");
    assert_eq!(with(&[Failed, Attention]).headline(), "Not ready to serve");
}

#[test]
fn people_read_aligned_lines_in_their_language() {
    let text = lines(&report(Language::Nl));
    assert!(text.contains("aandacht  Outbox"), "{text}");
    assert!(text.ends_with("2026-11-23 09:30: Niet klaar voor gebruik.\n"), "{text}");
    let name = |id: &str| text.lines().find(|line| line.contains(id)).unwrap().find(id).unwrap();
    assert_eq!(name("Receipt printer"), name("Headphones"));
}

#[test]
fn scripts_read_the_same_in_every_language() {
    let parsed: Vec<serde_json::Value> =
        json(&report(Language::Nl)).lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(parsed[3]["check"], "printer");
    assert_eq!(parsed[3]["verdict"], "failed");
    assert_eq!(parsed.last().unwrap()["readiness"], "not-ready");
    assert_eq!(parsed.len(), 12);
}

#[test]
fn without_settings_nothing_else_is_looked_at() {
    let order = Order { config: "/nowhere/zuil.toml".into(), language: Language::En, print: false };
    let report = examine(&order, Timestamp::now);
    assert_eq!(report.checks.len(), 1);
    assert_eq!(report.verdict(), Verdict::Failed);
    assert!(report.checks[0].seen.contains("zuil.toml.example"));
}
