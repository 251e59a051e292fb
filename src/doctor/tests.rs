//! The model: what a report comes to, and how it is written.

use super::*;
use crate::devices::printer::Condition;
use crate::doctor::console::{json, lines};
use crate::texts::fill;

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

/// A pillar (made up) with much to look at, in the doctor's own words, for pictures and tests of pages that show them.
pub(crate) fn samples(language: Language) -> Report {
    let said = |key: &'static str| say(language, key);
    let parts = [said("receipt printer"), said("card terminal"), said("document reader")].join(", ");
    let settings = fill(said("{file}: {devices}"), &[("file", "/etc/zuil/zuil.toml"), ("devices", &parts)]);
    let certificate = fill(
        said("{pillar}; its certificate is valid until {day}"),
        &[("pillar", "supermarkt-voorbeeld"), ("day", "2027-11-23")],
    );
    let catalogue = fill(
        said("{which}: version {version}, {tasks} tasks, no mistakes"),
        &[("which", said("the one of the image")), ("version", "12"), ("tasks", "24")],
    );
    let outbox = fill(
        said(
            "it is whole; {open} payments are open, the oldest since {since}; no card is taken until they are settled; {waiting} requests wait for the hub, {parked} requests are parked",
        ),
        &[("open", "2"), ("since", "2026-11-23 09:30"), ("waiting", "14"), ("parked", "1")],
    );
    let settled = said(
        "let the pillar run with its terminal, it settles open payments by itself; what stays open is settled by staff, on the hub's page \"Betalingen uitzoeken\"",
    );
    let folder = fill(
        said("{folder} can be written; {free} MiB are free"),
        &[("folder", "/var/lib/zuil"), ("free", "312")],
    );
    let port = "/dev/serial/by-id/usb-Voorbeeld_Lezer_0001-if00";
    let no_port = fill(said("{port} is not there"), &[("port", port)]);
    let no_address = fill(
        said("no address is known for {hub}: {error}"),
        &[("hub", "hub.example.nl:8443"), ("error", "Name or service not known")],
    );
    let mut checks = vec![
        Finding::ok(settings).of("settings", said("Settings")),
        Finding::ok(certificate).of("binding", said("Binding to the hub")),
        Finding::ok(catalogue).of("catalogue", said("Catalogue")),
        Finding::not_there(said("no pillar runs now")).of("pillar", said("Pillar")),
        Finding::attention(folder, said("make room on this disk")).of("data-folder", said("Data folder")),
        Finding::attention(outbox, settled).of("outbox", said("Outbox")),
        Finding::failed(
            no_address,
            said("look at the network cable and at the name server of this network"),
        )
        .of("network-name", said("Network: the hub's name")),
        printer::judge(language, Condition::CutterError).of("printer", said("Receipt printer")),
        run::hangs(language, Duration::from_secs(48)).of("terminal", said("Card terminal")),
        Finding::failed(
            no_port,
            said("look at its cable and power; `ls -l /dev/serial/by-id` shows what is there"),
        )
        .of("document-reader", said("Document reader")),
        Finding::attention(
            fill(said("{degrees} °C inside"), &[("degrees", "71")]),
            said(
                "look whether air can get in and out, and whether the fan turns; keep the pillar out of the sun",
            ),
        )
        .of("temperature", said("Temperature")),
    ];
    checks.extend(network::checks(language, None, || Timestamp::UNIX_EPOCH));
    Report { checks, ..report(language) }
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
fn what_was_found_is_told_in_the_language_that_was_asked_for() {
    let english = samples(Language::En);
    assert!(english.checks.iter().any(|check| check.seen.starts_with("no address is known for hub.example")));
    for language in Language::ALL.into_iter().filter(|language| *language != Language::En) {
        for (check, in_english) in samples(language).checks.iter().zip(&english.checks) {
            assert_eq!(check.id, in_english.id);
            assert_ne!(check.seen, in_english.seen, "{} in {language:?}", check.id);
            let next = (check.next.as_str(), in_english.next.as_str());
            assert!(next == ("", "") || next.0 != next.1, "{} in {language:?}", check.id);
        }
    }
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
