//! A technician runs `zuil doctor` in front of a pillar that is well, and of pillars that are not.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::process::{Command, Output};
use std::time::{Duration, Instant};

use zuil::devices::printer::simulator::PaperReceipt;
use zuil::visit::{PayStage, Screen, TerminalStep, View};

use crate::bad_luck::without_table;
use crate::town::Town;

/// The doctor's promise.
const A_MINUTE: Duration = Duration::from_secs(60);

/// What the doctor said.
pub struct Visit {
    output: Output,
    took: Duration,
}

impl Visit {
    /// Runs the doctor in a process of its own, as a technician does.
    pub fn to(town: &Town, arguments: &[&str]) -> Self {
        let began = Instant::now();
        let output = Command::new(env!("CARGO_BIN_EXE_zuil"))
            .arg("doctor")
            .arg("--config")
            .arg(town.config())
            .args(["--json", "--language", "en"])
            .args(arguments)
            .output()
            .unwrap();
        let visit = Self { output, took: began.elapsed() };
        assert!(visit.took < A_MINUTE, "it took {:?}", visit.took);
        visit
    }

    fn lines(&self) -> Vec<serde_json::Value> {
        let text = String::from_utf8(self.output.stdout.clone()).unwrap();
        text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    }

    /// What it said of one thing.
    pub fn check(&self, id: &str) -> serde_json::Value {
        let found = self.lines().into_iter().find(|line| line["check"] == id);
        found.unwrap_or_else(|| panic!("no check {id} in {:?}", self.lines()))
    }

    fn verdict(&self, id: &str) -> String {
        self.check(id)["verdict"].as_str().unwrap().to_owned()
    }

    /// What failed, and nothing else did.
    fn only_failed(&self, expected: &[&str]) {
        let lines = self.lines();
        let failed: Vec<&str> = lines
            .iter()
            .filter(|line| line["verdict"] == "failed")
            .map(|line| line["check"].as_str().unwrap())
            .collect();
        assert_eq!(failed, expected, "{lines:#?}");
        let code = if expected.is_empty() { 0 } else { 2 };
        assert_eq!(self.output.status.code(), Some(code));
    }
}

/// A town whose pillar has been started once, with a binding that only its owner reads.
fn town() -> Town {
    let town = Town::new();
    fs::set_permissions(town.folder().join("binding.json"), fs::Permissions::from_mode(0o600)).unwrap();
    drop(town.resident());
    town
}

fn printed(receipts: &[PaperReceipt]) -> String {
    receipts.iter().map(|receipt| receipt.text.clone()).collect()
}

#[test]
fn a_pillar_that_is_well_is_ready_and_nothing_is_printed_or_charged() {
    let town = town();
    drop(town.printer.take_receipts());
    let pdf = town.folder().join("report.pdf");
    let visit = Visit::to(&town, &["--pdf", pdf.to_str().unwrap()]);
    visit.only_failed(&[]);
    for id in ["settings", "binding", "catalogue", "data-folder", "outbox", "network-admission", "clock"] {
        assert_eq!(visit.verdict(id), "ok", "{}", visit.check(id));
    }
    for id in ["printer", "terminal", "terminal-bank", "headphones", "speech", "fonts"] {
        assert_eq!(visit.verdict(id), "ok", "{}", visit.check(id));
    }
    for id in ["document-reader", "pass-reader"] {
        assert_eq!(visit.verdict(id), "ok", "{}", visit.check(id));
        assert!(visit.check(id)["seen"].as_str().unwrap().contains("its port opens"), "{}", visit.check(id));
    }
    assert_eq!(visit.verdict("pillar"), "not-there");
    assert!(fs::read(pdf).unwrap().starts_with(b"%PDF-"));
    assert_eq!(printed(&town.printer.take_receipts()).trim(), "");
    assert_eq!(town.terminal.authorisations(), 0);
}

#[test]
fn a_test_receipt_is_printed_when_it_is_asked_for_and_confirmed() {
    let town = town();
    drop(town.printer.take_receipts());
    let visit = Visit::to(&town, &["--print"]);
    assert_eq!(visit.verdict("test-receipt"), "ok", "{}", visit.check("test-receipt"));
    assert!(printed(&town.printer.take_receipts()).contains("Test"));
}

#[test]
fn an_empty_roll_is_told_with_what_to_do() {
    let town = town();
    town.printer.set_paper_mm(0);
    let visit = Visit::to(&town, &["--print"]);
    visit.only_failed(&["printer"]);
    assert!(visit.check("printer")["next"].as_str().unwrap().contains("new roll"));
}

#[test]
fn a_document_reader_whose_cable_is_out_is_told_and_the_other_reader_is_well() {
    let town = town();
    town.document_reader.line().pull_cable();
    let visit = Visit::to(&town, &[]);
    visit.only_failed(&["document-reader"]);
    let check = visit.check("document-reader");
    assert!(check["seen"].as_str().unwrap().contains("is not there"), "{check}");
    assert!(check["next"].as_str().unwrap().contains("cable"), "{check}");
    assert_eq!(visit.verdict("pass-reader"), "ok");
}

#[test]
fn readers_that_a_pillar_does_not_have_are_no_fault() {
    let town = Town::with_settings(|settings| {
        without_table(&without_table(&settings, "document_reader"), "pass_reader")
    });
    let visit = Visit::to(&town, &[]);
    for id in ["document-reader", "pass-reader"] {
        assert_eq!(visit.verdict(id), "not-there", "{}", visit.check(id));
    }
}

#[test]
fn a_payment_that_nobody_can_prove_is_told_with_where_it_is_settled() {
    let town = town();
    let mut resident = town.resident();
    resident.goes_on("bulky-waste", "the question for a card", |screen| {
        let Screen::Pay { stage: PayStage::Busy { step, .. }, .. } = screen else { return false };
        *step == TerminalStep::PresentCard
    });
    town.terminal.pull_cable();
    resident.goes_on("bulky-waste", "not known", |screen| matches!(screen, Screen::PaymentUnknown(_)));
    drop(resident);
    let visit = Visit::to(&town, &[]);
    visit.only_failed(&["terminal"]);
    let check = visit.check("outbox");
    assert_eq!(check["verdict"], "attention", "{check}");
    let (seen, next) = (check["seen"].as_str().unwrap(), check["next"].as_str().unwrap());
    assert!(seen.contains("1 payments are open, the oldest since 20"), "{check}");
    assert!(seen.contains("no card is taken"), "{check}");
    assert!(next.contains("Betalingen uitzoeken"), "{check}");
}

#[test]
fn silent_devices_do_not_hold_the_doctor_up() {
    let town = town();
    town.terminal.set_silent(true);
    town.printer.cut_power();
    let visit = Visit::to(&town, &[]);
    visit.only_failed(&["printer", "terminal"]);
    assert!(visit.check("terminal")["seen"].as_str().unwrap().contains("registered"));
}

#[test]
fn a_network_that_is_cut_behind_the_first_machine_is_no_fault_of_the_certificate() {
    let town = town();
    town.network.cut();
    let visit = Visit::to(&town, &[]);
    visit.only_failed(&["network-certificate"]);
    let check = visit.check("network-certificate");
    assert!(check["seen"].as_str().unwrap().contains("the hub says nothing"), "{check}");
    assert_eq!(visit.verdict("network-connection"), "ok");
    assert_eq!(visit.verdict("network-admission"), "not-there");
}

#[test]
fn another_hub_at_the_address_is_told_by_its_certificate() {
    let (town, other) = (town(), town());
    let read = |town: &Town| -> serde_json::Value {
        serde_json::from_slice(&fs::read(town.folder().join("binding.json")).unwrap()).unwrap()
    };
    let mut binding = read(&town);
    binding["authority"] = read(&other)["authority"].clone();
    fs::write(town.folder().join("binding.json"), binding.to_string()).unwrap();
    let visit = Visit::to(&town, &[]);
    visit.only_failed(&["network-certificate"]);
    let check = visit.check("network-certificate");
    assert!(check["seen"].as_str().unwrap().contains("another certificate"), "{check}");
}

#[test]
fn a_pillar_that_the_hub_has_revoked_is_not_admitted() {
    let town = town();
    town.revoke();
    let visit = Visit::to(&town, &[]);
    visit.only_failed(&["network-admission"]);
}

#[test]
fn a_damaged_outbox_is_told_and_left_as_it_is() {
    let town = town();
    let path = town.folder().join("data/outbox.sqlite");
    let damaged = "x".repeat(8192);
    fs::write(&path, &damaged).unwrap();
    let visit = Visit::to(&town, &[]);
    visit.only_failed(&["outbox"]);
    assert_eq!(fs::read_to_string(&path).unwrap(), damaged);
}

#[test]
fn a_port_that_someone_else_holds_is_told_with_who_it_is() {
    let town = town();
    let port = fs::File::options().read(true).write(true).open(town.folder().join("printer")).unwrap();
    let visit = Visit::to(&town, &[]);
    drop(port);
    visit.only_failed(&["printer"]);
    let check = visit.check("printer");
    let seen = check["seen"].as_str().unwrap();
    assert!(seen.contains("held by another") && seen.contains(&std::process::id().to_string()), "{check}");
}

#[test]
fn a_pillar_that_runs_is_left_alone() {
    let town = town();
    let resident = town.resident();
    let visit = Visit::to(&town, &["--print"]);
    visit.only_failed(&[]);
    for id in ["pillar", "printer", "terminal"] {
        assert!(visit.check(id)["seen"].as_str().unwrap().contains("pillar"), "{}", visit.check(id));
    }
    assert!(!visit.lines().iter().any(|line| line["check"] == "test-receipt"));
    drop(resident);
}

#[test]
fn a_printer_without_power_is_told_although_the_pillar_that_runs_has_its_port() {
    let town = town();
    let mut resident = town.resident();
    let without = |wanted| move |view: &View| matches!(view.screen, Screen::Attract { no_printer, .. } if no_printer == wanted);
    resident.waits_for("receipts", without(false));
    town.printer.cut_power();
    resident.waits_for("no receipts", without(true));
    let visit = Visit::to(&town, &[]);
    visit.only_failed(&["printer"]);
    assert!(visit.check("printer")["seen"].as_str().unwrap().contains("no contact"));
    drop(resident);
}

#[test]
fn people_get_lines_in_their_language() {
    let town = town();
    let output = Command::new(env!("CARGO_BIN_EXE_zuil"))
        .args(["doctor", "--language", "nl", "--config"])
        .arg(town.config())
        .output()
        .unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(
        text.contains("goed") && text.contains("Bonprinter") && text.contains("Klaar voor gebruik"),
        "{text}"
    );
}
