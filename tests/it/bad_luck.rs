//! Paper, cables, network and files fail while a resident stands there.

use std::fs;

use zuil::pillar::NotServing;
use zuil::visit::{Intent, ReceiptOutcome, Screen, WhyNotPrinted};
use zuil_wire::State;

use crate::town::{Town, catalogue};

fn is_receipt(screen: &Screen) -> bool {
    matches!(screen, Screen::Receipt(receipt) if receipt.paper.is_some())
}

#[test]
fn a_free_errand_is_received_and_its_receipt_printed() {
    let town = Town::new();
    let view = town.resident().goes_on("call-back", "the receipt", is_receipt);
    let Screen::Receipt(receipt) = view.screen else { unreachable!() };
    assert_eq!(receipt.paper, Some(ReceiptOutcome::Printed));
    let paper = town.printer.take_receipts().pop().unwrap();
    assert!(paper.text.contains(&receipt.reference.groups()[0]), "{}", paper.text);
    assert_eq!(town.states_at_the_hub(), [(receipt.reference, State::Received)]);
}

#[test]
fn with_the_hub_away_it_is_saved_said_so_and_delivered_later() {
    let town = Town::new();
    town.network.cut();
    let mut resident = town.resident();
    let view = resident.goes_on("call-back", "the receipt", is_receipt);
    let Screen::Receipt(receipt) = view.screen else { unreachable!() };
    assert_eq!(receipt.state, State::Saved);
    assert_eq!(town.states_at_the_hub(), []);
    town.network.mend();
    town.wait_until_empty();
    assert_eq!(town.states_at_the_hub(), [(receipt.reference, State::Received)]);
}

#[test]
fn what_was_saved_before_the_pillar_was_switched_off_is_delivered_when_it_is_on_again() {
    let town = Town::new();
    town.network.cut();
    let view = town.resident().goes_on("call-back", "the receipt", is_receipt);
    let Screen::Receipt(receipt) = view.screen else { unreachable!() };
    town.network.mend();
    let _switched_on_again = town.resident();
    town.wait_until_empty();
    assert_eq!(town.states_at_the_hub(), [(receipt.reference, State::Received)]);
}

#[test]
fn without_a_printer_the_screen_gives_the_reference() {
    let town = Town::with_settings(|settings| without_table(&settings, "printer"));
    let view = town.resident().goes_on("call-back", "the receipt", is_receipt);
    let Screen::Receipt(receipt) = view.screen else { unreachable!() };
    assert_eq!(receipt.paper, Some(ReceiptOutcome::NotPrinted(WhyNotPrinted::Offline)));
    let qr = zuil::receipt::qr_text(&receipt.website, &receipt.reference);
    assert!(qr.contains(&receipt.reference.groups().concat()), "{qr}");
}

#[test]
fn paper_that_runs_out_in_the_middle_is_never_called_printed_and_never_printed_for_the_next() {
    let town = Town::new();
    town.printer.set_paper_mm(40);
    let mut resident = town.resident();
    let view = resident.goes_on("call-back", "the receipt", is_receipt);
    let Screen::Receipt(receipt) = view.screen else { unreachable!() };
    assert_eq!(receipt.paper, Some(ReceiptOutcome::NotPrinted(WhyNotPrinted::PaperOut)));
    drop(town.printer.take_receipts());
    town.printer.new_roll();
    let view = resident.goes_on("report-public-space", "the next receipt", |screen| {
        matches!(screen, Screen::Receipt(next) if next.reference != receipt.reference && next.paper.is_some())
    });
    let Screen::Receipt(next) = view.screen else { unreachable!() };
    let paper: String = town.printer.take_receipts().into_iter().map(|receipt| receipt.text).collect();
    assert!(!paper.contains(&receipt.reference.groups()[0]), "the first receipt came out later:\n{paper}");
    assert!(paper.contains(&next.reference.groups()[0]), "{paper}");
}

#[test]
fn without_a_terminal_a_paid_task_says_so_before_the_first_question() {
    let town = Town::with_settings(|settings| without_table(&settings, "terminal"));
    let mut resident = town.resident();
    resident
        .waits_for("the first screen", |view| matches!(view.screen, Screen::Attract { no_card: true, .. }));
    resident.does(Intent::ChooseTask("bulky-waste".into()));
    resident
        .waits_for("the explanation", |view| matches!(view.screen, Screen::Explain { missing: Some(_), .. }));
    resident.does(Intent::Next);
    resident.does(Intent::ToggleHelp);
    let view = resident.waits_for("help", |view| view.frame.overlay.is_some());
    assert!(matches!(view.screen, Screen::Explain { .. }), "no question is asked");
}

#[test]
fn a_card_that_is_refused_costs_nothing_and_leaves_nothing() {
    let town = Town::new();
    town.terminal.refuse_card_with(5);
    let mut resident = town.resident();
    resident.goes_on("bulky-waste", "the refusal", |screen| {
        matches!(screen, Screen::Pay { stage: zuil::visit::PayStage::NotPaid(_), .. })
    });
    assert_eq!(town.terminal.charged(), []);
    town.wait_until_empty();
    assert_eq!(town.states_at_the_hub(), []);
}

#[test]
fn a_catalogue_with_a_mistake_keeps_the_pillar_out_of_service_and_names_the_line() {
    let town = Town::new();
    let broken = town.folder().join("catalogue");
    copy(&catalogue(), &broken);
    let task = broken.join("tasks/call-back.toml");
    let text = fs::read_to_string(&task).unwrap();
    let line = text.lines().position(|line| line.starts_with("minutes")).unwrap() + 1;
    fs::write(&task, text.replacen("minutes", "minuts", 1)).unwrap();
    let settings = fs::read_to_string(town.config()).unwrap();
    fs::write(
        town.config(),
        settings.replace(&catalogue().display().to_string(), &broken.display().to_string()),
    )
    .unwrap();
    match town.try_resident() {
        Err(NotServing::Catalogue(mistakes)) => {
            assert!(
                mistakes
                    .iter()
                    .any(|m| m.file.ends_with("call-back.toml") && m.line == line && !m.remedy.is_empty()),
                "{mistakes:?}"
            );
        }
        other => panic!("it serves with a mistake: {:?}", other.map(|_| ()).map_err(|e| e.to_string())),
    }
}

pub fn without_table(settings: &str, table: &str) -> String {
    let mut inside = false;
    settings
        .lines()
        .filter(|line| {
            if line.starts_with('[') {
                inside = *line == format!("[{table}]");
            }
            !inside
        })
        .map(|line| format!("{line}\n"))
        .collect()
}

fn copy(from: &std::path::Path, to: &std::path::Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap().map(Result::unwrap) {
        let (source, target) = (entry.path(), to.join(entry.file_name()));
        if source.is_dir() {
            copy(&source, &target);
        } else {
            fs::copy(source, target).unwrap();
        }
    }
}
