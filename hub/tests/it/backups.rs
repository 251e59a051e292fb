//! Backups, lists for a spreadsheet, and bringing a database up to date, on the command line.

use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use tempfile::TempDir;
use zuil_wire::{Binding, PaymentState, Reference};

use super::commands::{Process, folder_with_config, run, text};
use super::harness::{TestPillar, blocked_by, open_payment, payment};

/// A pillar of the hub that runs on `folder`.
pub fn pillar_of(folder: &Path, name: &str, intake: &str) -> TestPillar {
    let added = run(folder, &["pillar", "add", name, "--hub-url", intake]);
    assert!(added.status.success(), "{}", text(&added.stderr));
    let binding = std::fs::read(folder.join(format!("{name}.binding.json"))).unwrap();
    TestPillar::new(serde_json::from_slice::<Binding>(&binding).unwrap())
}

/// A hub that runs, with two transactions and a payment that its pillar cannot prove.
pub async fn busy_hub() -> (TempDir, Process) {
    let folder = folder_with_config();
    let process = Process::start(folder.path());
    let pillar = pillar_of(folder.path(), "jumbo", process.said("intake").unwrap());
    pillar.upload(&[pillar.envelope(1, Some(payment(PaymentState::Paid))), pillar.envelope(2, None)]).await;
    pillar.report(&blocked_by(open_payment(3))).await;
    (folder, process)
}

fn found(folder: &Path, number: u64) -> bool {
    run(folder, &["transaction", &Reference::from_bits(number).to_string()]).status.success()
}

#[tokio::test]
async fn a_backup_is_made_while_the_hub_runs_and_holds_what_was_accepted() {
    let (folder, _process) = busy_hub().await;
    let file = folder.path().join("copy.sqlite");
    let made = run(folder.path(), &["backup", "copy.sqlite"]);
    assert!(made.status.success(), "{}", text(&made.stderr));
    assert_eq!(std::fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
    assert!(!folder.path().join("copy.sqlite.draft").exists());

    // Another machine, with the keys and the copy.
    let other = folder_with_config();
    let data = other.path().join("data");
    std::fs::create_dir(&data).unwrap();
    let copied =
        std::process::Command::new("cp").arg("-r").args([&folder.path().join("data/seal"), &data]).status();
    assert!(copied.unwrap().success());
    std::fs::copy(&file, data.join("hub.sqlite")).unwrap();
    assert!(found(other.path(), 1) && found(other.path(), 2) && !found(other.path(), 3));

    let before = std::fs::read(&file).unwrap();
    let again = run(folder.path(), &["backup", "copy.sqlite"]);
    assert_eq!(again.status.code(), Some(1));
    assert!(text(&again.stderr).contains("new file"), "{}", text(&again.stderr));
    assert_eq!(std::fs::read(&file).unwrap(), before);
}

#[test]
fn there_is_no_backup_of_a_hub_that_is_not_there() {
    let folder = folder_with_config();
    let none = run(folder.path(), &["backup", "copy.sqlite"]);
    assert_eq!(none.status.code(), Some(1));
    assert!(text(&none.stderr).contains("zuil-hub serve"));
    assert!(!folder.path().join("copy.sqlite").exists() && !folder.path().join("data/hub.sqlite").exists());
}

#[tokio::test]
async fn lists_hold_every_transaction_and_payment_and_nothing_that_was_filled_in() {
    let (folder, _process) = busy_hub().await;
    assert!(run(folder.path(), &["export", "lists"]).status.success());
    let read = |name| std::fs::read_to_string(folder.path().join("lists").join(name)).unwrap();
    let (transactions, payments) = (read("transactions.csv"), read("payments.csv"));
    let reference = |number| Reference::from_bits(number).to_string();
    assert_eq!(transactions.lines().count(), 3, "{transactions}");
    let mut lines: Vec<&str> = transactions.lines().skip(1).collect();
    lines.sort_unstable();
    assert!(lines[0].starts_with(&format!("{},jumbo,received,,,20", reference(1))), "{transactions}");
    assert_eq!(payments.lines().count(), 3, "{payments}");
    assert!(payments.contains(&format!("{},jumbo,paid,17.35,52523535,,,,yes", reference(1))), "{payments}");
    assert!(payments.contains(&format!("{},jumbo,unknown,17.35,,0231,,,no", reference(3))), "{payments}");
    assert!(!(transactions + &payments).contains("Voorbeeldstraat"));
    assert_eq!(run(folder.path(), &["export", "lists"]).status.code(), Some(1), "they are left alone");
}

#[test]
fn a_database_is_brought_up_to_date_before_the_hub_runs_and_says_from_where_to_where() {
    let folder = folder_with_config();
    let first = text(&run(folder.path(), &["migrate"]).stdout);
    let to = first.trim_end().strip_prefix("schema 0 ").unwrap().to_owned();
    assert!(to.parse::<u32>().unwrap() >= 6, "{first}");
    assert_eq!(text(&run(folder.path(), &["migrate"]).stdout), format!("schema {to} {to}\n"));
    let nowhere = run(folder.path(), &["migrate", "--from", "data"]);
    assert!(text(&nowhere.stderr).contains("store.kind"), "{}", text(&nowhere.stderr));
}
