//! The program itself, as technicians and scripts use it.

use std::io::{BufRead, BufReader};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};

use jiff::Timestamp;
use serde_json::Value;
use tempfile::TempDir;
use zuil_hub::access::vault::Vault;
use zuil_hub::store::{
    AttemptStore as _, Checked, CheckedAs, Deed, Entry, Settled, SettlingStore as _, SqliteStore, Store as _,
    Tried, Unchecked,
};
use zuil_wire::{Binding, PaymentState, Reference};

use super::harness::{TestPillar, blocked_by, open_payment, payment};

pub fn folder_with_config() -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    let text = "municipality = \"Voorbeeldstad\"\ndata_dir = \"data\"\n\
                [intake]\nlisten = \"127.0.0.1:0\"\n[desk]\nlisten = \"127.0.0.1:0\"\nnot_paid_after_hours = 0\n";
    std::fs::write(folder.path().join("hub.toml"), text).unwrap();
    folder
}

fn command(folder: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_zuil-hub"));
    command.current_dir(folder).args(arguments);
    command
}

pub fn run(folder: &Path, arguments: &[&str]) -> Output {
    command(folder, arguments).output().unwrap()
}

pub fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap()
}

/// A hub in a process of its own, killed when dropped.
pub struct Process {
    pub child: Child,
    lines: Vec<String>,
}

impl Process {
    pub fn start(folder: &Path) -> Self {
        Self::of(command(folder, &["serve"]))
    }

    fn of(mut serving: Command) -> Self {
        let mut child = serving.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
        let mut lines = Vec::new();
        for line in BufReader::new(child.stdout.take().unwrap()).lines() {
            lines.push(line.unwrap());
            if lines.last().unwrap().starts_with("desk ") {
                break;
            }
        }
        Self { child, lines }
    }

    pub fn said(&self, what: &str) -> Option<&str> {
        self.lines.iter().find_map(|line| line.strip_prefix(what)?.strip_prefix(' '))
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[test]
fn a_hub_holds_as_many_connections_as_the_system_lets_it() {
    let folder = folder_with_config();
    let mut few = Command::new("bash");
    few.args(["-c", "ulimit -Sn 256 && exec \"$0\" serve", env!("CARGO_BIN_EXE_zuil-hub")]);
    few.current_dir(folder.path());
    let process = Process::of(few);
    let limits = std::fs::read_to_string(format!("/proc/{}/limits", process.child.id())).unwrap();
    let files = limits.lines().find_map(|line| line.strip_prefix("Max open files")).unwrap();
    let numbers: Vec<&str> = files.split_whitespace().collect();
    assert_eq!(numbers[0], numbers[1], "it asked for all that it may have");
    assert_ne!(numbers[0], "256");
}

#[tokio::test]
async fn a_transaction_outlives_the_killed_process_and_is_found_on_the_command_line() {
    let folder = folder_with_config();
    let process = Process::start(folder.path());
    assert_eq!((process.said("account"), process.said("password").unwrap().len()), (Some("beheer"), 14));
    assert!(process.said("desk").unwrap().starts_with("http://127.0.0.1:"));
    let intake = process.said("intake").unwrap();
    let added = run(folder.path(), &["pillar", "add", "jumbo", "--hub-url", intake]);
    assert!(added.status.success(), "{}", text(&added.stderr));
    let binding = std::fs::read(folder.path().join("jumbo.binding.json")).unwrap();
    let pillar = TestPillar::new(serde_json::from_slice::<Binding>(&binding).unwrap());
    pillar.upload(&[pillar.envelope(1, Some(payment(PaymentState::Paid)))]).await;

    let reference = Reference::from_bits(1).to_string();
    let while_running = run(folder.path(), &["transaction", &reference, "--json"]);
    drop(process);
    let after_the_kill = run(folder.path(), &["transaction", &reference.to_lowercase(), "--json"]);
    for found in [while_running, after_the_kill] {
        let found: Value = serde_json::from_slice(&found.stdout).unwrap();
        assert_eq!(found["reference"], reference);
        assert_eq!(
            (&found["state"], &found["task"], &found["pillar"]),
            (&"received".into(), &"bulky-waste".into(), &"jumbo".into())
        );
        assert_eq!((&found["payment"]["state"], &found["payment"]["amount"]), (&"paid".into(), &1735.into()));
    }
    let absent = run(folder.path(), &["transaction", &Reference::from_bits(2).to_string(), "--json"]);
    assert_eq!((absent.status.code(), absent.stdout.len()), (Some(1), 0));
    let again = Process::start(folder.path());
    assert_eq!(again.said("password"), None);
}

#[tokio::test]
async fn a_request_that_staff_closed_is_said_to_be_closed_and_when() {
    let folder = folder_with_config();
    let process = Process::start(folder.path());
    run(folder.path(), &["pillar", "add", "jumbo", "--hub-url", process.said("intake").unwrap()]);
    let binding = std::fs::read(folder.path().join("jumbo.binding.json")).unwrap();
    let pillar = TestPillar::new(serde_json::from_slice::<Binding>(&binding).unwrap());
    pillar.upload(&[pillar.envelope(1, None)]).await;
    drop(process);
    let store = SqliteStore::open(&folder.path().join("data/hub.sqlite")).unwrap();
    // The hub that was ended had looked at it, or had not.
    let unchecked = store.unchecked(9).unwrap();
    let sound = |one: &Unchecked| Checked { number: one.number, finding: CheckedAs::Sound };
    store.note_checked(&unchecked.iter().map(sound).collect::<Vec<_>>()).unwrap();
    let reference = Reference::from_bits(1);
    let long_after = "2100-01-02T03:04:05Z".parse().unwrap();
    let entry = Entry::new(long_after, "anna", Deed::ClosedRequest, &reference.to_string());
    assert_eq!(store.close(reference, &entry).unwrap(), Settled::Yes);
    drop(store);
    let reference = reference.to_string();
    let found = run(folder.path(), &["transaction", &reference, "--json"]);
    let found: Value = serde_json::from_slice(&found.stdout).unwrap();
    let closed_at = "2100-01-02T03:04:05Z";
    assert_eq!((&found["state"], &found["closed_at"]), (&"closed".into(), &closed_at.into()));
    let line = text(&run(folder.path(), &["transaction", &reference]).stdout);
    assert_eq!(line, format!("{reference}\tclosed\tbulky-waste\tjumbo\t{closed_at}\n"));
}

#[test]
fn a_binding_is_private_and_never_overwrites_another() {
    let folder = folder_with_config();
    let add = |name: &str| {
        run(
            folder.path(),
            &["pillar", "add", name, "--out", "stick.json", "--hub-url", "https://localhost:1"],
        )
    };
    assert!(add("jumbo").status.success());
    let path = folder.path().join("stick.json");
    assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
    let first = std::fs::read(&path).unwrap();
    assert_eq!(add("bieb").status.code(), Some(1));
    assert_eq!(std::fs::read(&path).unwrap(), first);
    let listed = text(&run(folder.path(), &["pillar", "list"]).stdout);
    assert!(listed.starts_with("jumbo\tactive\tnever\t-") && !listed.contains("bieb"), "{listed}");
}

#[test]
fn a_pillar_that_cannot_be_added_leaves_no_file() {
    let folder = folder_with_config();
    let add = |name: &str, url: &str| run(folder.path(), &["pillar", "add", name, "--hub-url", url]);
    let here = "https://localhost:1";
    assert!(add("jumbo", here).status.success());
    std::fs::remove_file(folder.path().join("jumbo.binding.json")).unwrap();
    for (name, url, remedy) in [
        ("jumbo", here, "jumbo-2"),
        ("Jumbo!", here, "small letters"),
        ("map", here, "is not \"map\""),
        ("bieb", "https://elsewhere.example.nl", "intake.public_url"),
    ] {
        let refused = add(name, url);
        assert_eq!(refused.status.code(), Some(1));
        assert!(text(&refused.stderr).contains(remedy), "{}", text(&refused.stderr));
        assert!(!folder.path().join(format!("{name}.binding.json")).exists());
    }
    assert!(text(&run(folder.path(), &["pillar", "add", "bieb"]).stderr).contains("--hub-url"));
}

#[test]
fn a_revoked_pillar_is_listed_as_revoked() {
    let folder = folder_with_config();
    run(folder.path(), &["pillar", "add", "jumbo", "--hub-url", "https://localhost:1"]);
    assert!(run(folder.path(), &["pillar", "revoke", "jumbo"]).status.success());
    assert_eq!(run(folder.path(), &["pillar", "revoke", "nobody"]).status.code(), Some(1));
    assert!(text(&run(folder.path(), &["pillar", "list"]).stdout).starts_with("jumbo\trevoked"));
}

#[test]
fn a_new_password_is_printed_once() {
    let folder = folder_with_config();
    let first = text(&run(folder.path(), &["password", "reset"]).stdout);
    let second = text(&run(folder.path(), &["password", "reset"]).stdout);
    assert!(first.starts_with("password ") && second.starts_with("password ") && first != second);
    assert_eq!(Process::start(folder.path()).said("password"), None);
}

#[test]
fn a_new_password_lets_in_whom_somebody_else_kept_out_by_guessing() {
    let folder = folder_with_config();
    run(folder.path(), &["password", "reset"]);
    run(folder.path(), &["staff", "add", "anna", "--role", "agent"]);
    let data = folder.path().join("data");
    let (store, vault) =
        (SqliteStore::open(&data.join("hub.sqlite")).unwrap(), Vault::of(&data).unwrap().unwrap());
    let now = Timestamp::now();
    for (name, command) in
        [("beheer", &["password", "reset"][..]), ("anna", &["staff", "password", "anna"][..])]
    {
        let key = vault.veil().named(Tried::SignInAs, name);
        while store.begin_attempt(&[key], now).unwrap().is_none() {}
        assert!(run(folder.path(), command).status.success());
        assert_eq!(store.begin_attempt(&[key], now).unwrap(), None, "{name}");
    }
}

#[test]
fn accounts_are_made_changed_and_disabled_on_the_command_line() {
    let folder = folder_with_config();
    let staff = |arguments: &[&str]| {
        let done = run(folder.path(), &[&["staff"], arguments].concat());
        (done.status.code(), text(&done.stdout), text(&done.stderr))
    };
    let (code, _, said) = staff(&["add", "anna", "--role", "agent"]);
    assert!(code == Some(1) && said.contains("zuil-hub serve"), "{said}");
    drop(Process::start(folder.path()));
    let (code, printed, _) = staff(&["add", "anna", "--role", "agent", "--role", "editor"]);
    assert!(
        code == Some(0) && printed.starts_with("password ") && printed.trim_end().len() == 23,
        "{printed}"
    );
    assert!(staff(&["add", "anna", "--role", "agent"]).2.contains("choose another name"));
    assert!(staff(&["add", "Anna", "--role", "agent"]).2.contains("small letters"));
    assert_eq!(staff(&["add", "bob", "--role", "king"]).0, Some(2));
    assert_eq!(staff(&["roles", "anna", "--role", "administrator"]).0, Some(0));
    let (_, again, _) = staff(&["password", "anna", "--without-app"]);
    assert!(again.starts_with("password ") && again != printed);
    let (_, list, _) = staff(&["list"]);
    assert_eq!(list.lines().next(), Some("anna\tadministrator\tactive\tno-app\tnever"));
    assert_eq!((staff(&["disable", "beheer"]).0, staff(&["disable", "nobody"]).0), (Some(0), Some(1)));
    let (code, _, said) = staff(&["disable", "anna"]);
    assert!(code == Some(1) && said.contains("another administrator first"), "{said}");
    assert_eq!(staff(&["enable", "beheer"]).0, Some(0));
    assert!(staff(&["list"]).1.contains("\nbeheer\tagent technician editor administrator\tactive"));
}

#[test]
fn the_log_tells_what_was_done_and_is_found_out_when_it_was_changed() {
    let folder = folder_with_config();
    run(folder.path(), &["password", "reset"]);
    run(folder.path(), &["pillar", "add", "jumbo", "--hub-url", "https://localhost:1"]);
    let verify = |arguments: &[&str]| {
        let done = run(folder.path(), &[&["audit", "verify"], arguments].concat());
        (done.status.code(), text(&done.stdout), text(&done.stderr))
    };
    let (code, mark, said) = verify(&[]);
    assert!(code == Some(0) && mark.starts_with("2:") && said.contains("2 entries"), "{mark}{said}");
    let list = text(&run(folder.path(), &["audit", "list"]).stdout);
    let lines: Vec<&str> = list.lines().collect();
    assert!(
        lines[0].ends_with("\t(command line)\tadded-account\tbeheer\tagent technician editor administrator")
    );
    assert!(lines[1].ends_with("\t(command line)\tadded-pillar\tjumbo\t"), "{list}");
    run(folder.path(), &["pillar", "revoke", "jumbo"]);
    assert_eq!(verify(&["--contains", mark.trim()]).0, Some(0));
    let other = format!("2:{}", "0".repeat(64));
    assert!(verify(&["--contains", &other]).2.contains("written anew"));

    let database = rusqlite::Connection::open(folder.path().join("data/hub.sqlite")).unwrap();
    database
        .execute_batch("DROP TRIGGER audit_never_changes; UPDATE audit SET about = 'plus' WHERE number = 2")
        .unwrap();
    let (code, _, said) = verify(&[]);
    assert!(code == Some(1) && said.contains("entry 2 was changed"), "{said}");
}

#[tokio::test]
async fn an_open_payment_is_listed_and_decided_once() {
    let folder = folder_with_config();
    let process = Process::start(folder.path());
    let intake = process.said("intake").unwrap();
    run(folder.path(), &["pillar", "add", "jumbo", "--hub-url", intake]);
    let binding = std::fs::read(folder.path().join("jumbo.binding.json")).unwrap();
    let pillar = TestPillar::new(serde_json::from_slice::<Binding>(&binding).unwrap());
    let listed = || text(&run(folder.path(), &["payments"]).stdout);
    assert_eq!(listed(), "");
    pillar.upload(&[pillar.envelope(2, Some(payment(PaymentState::Unknown)))]).await;
    let open = open_payment(1);
    pillar.report(&blocked_by(open.clone())).await;
    let lines = listed();
    let (first, second) = lines.trim_end().split_once('\n').unwrap();
    assert!(first.starts_with(&format!("{}\tjumbo\t17.35\t", open.reference)), "{first}");
    assert!(first.ends_with("\t0231\tundecided") && second.ends_with("\t-\tunreported"), "{lines}");

    let decide = |number, finding| {
        let reference = Reference::from_bits(number).to_string();
        let done = run(folder.path(), &["payment", "decide", &reference, finding]);
        (done.status.code(), text(&done.stderr))
    };
    assert_eq!(decide(1, "maybe").0, Some(2));
    let (code, said) = decide(2, "paid");
    assert!(code == Some(1) && said.contains("does not report"), "{said}");
    let (code, said) = decide(3, "paid");
    assert!(code == Some(1) && said.contains("zuil-hub payments"), "{said}");
    assert_eq!(decide(1, "not-paid").0, Some(0));
    assert_eq!(decide(1, "not-paid").0, Some(0));
    let (code, said) = decide(1, "paid");
    assert!(code == Some(1) && said.contains("decided as not-paid") && said.contains("stands"), "{said}");
    assert!(
        listed().starts_with(first.strip_suffix("undecided").unwrap()) && listed().contains("\tnot-paid\n")
    );

    let settled = pillar.report(&blocked_by(open.clone())).await.settled;
    assert_eq!((settled[0].payment, settled[0].state), (open.payment, PaymentState::NotPaid));
}

#[test]
fn a_mistake_in_the_configuration_is_told_and_nothing_starts() {
    let folder = tempfile::tempdir().unwrap();
    let missing = run(folder.path(), &["serve"]);
    assert_eq!(missing.status.code(), Some(1));
    assert!(text(&missing.stderr).contains("hub.toml.example"));
    std::fs::write(folder.path().join("hub.toml"), "municipality = \"x\"\ndata_dir = \"d\"\nporrt = 1\n")
        .unwrap();
    let unknown = run(folder.path(), &["serve"]);
    assert!(text(&unknown.stderr).contains("porrt"));
    assert!(!folder.path().join("d").exists());
}

#[test]
fn the_hub_ends_in_order_when_told_to() {
    let folder = folder_with_config();
    let mut process = Process::start(folder.path());
    let pid = process.child.id().to_string();
    assert!(Command::new("kill").args(["-TERM", &pid]).status().unwrap().success());
    assert!(process.child.wait().unwrap().success());
}
