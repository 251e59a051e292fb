//! Sealing keys that change, as pillars and technicians meet them.

use std::path::Path;
use std::process::{Command, Output};

use uuid::Uuid;
use zuil_hub::seal_keys::SealKeys;
use zuil_wire::health::DeviceState;
use zuil_wire::seal::SealKey;
use zuil_wire::{HealthReport, ItemOutcome, Refusal, State};

use super::harness::{TestHub, TestPillar, hub, report};

fn accepted(number: u64, state: State) -> ItemOutcome {
    ItemOutcome::Accepted { id: Uuid::from_u128(number.into()), state, case_number: None }
}

fn refused(number: u64, reason: Refusal) -> ItemOutcome {
    ItemOutcome::Refused { id: Uuid::from_u128(number.into()), reason }
}

fn seal_folder(hub: &TestHub) -> std::path::PathBuf {
    hub.config.data_dir.join("seal")
}

/// `zuil-hub seal-key …` on the hub's own folder.
fn seal_key(hub: &TestHub, arguments: &[&str]) -> Output {
    let folder = hub.config.data_dir.parent().unwrap();
    let text = format!(
        "municipality = \"Voorbeeldstad\"\ndata_dir = \"{}\"\n[intake]\nlisten = \"127.0.0.1:0\"\n\
         [desk]\nlisten = \"127.0.0.1:0\"\n",
        hub.config.data_dir.display()
    );
    std::fs::write(folder.join("hub.toml"), text).unwrap();
    let program = Path::new(env!("CARGO_BIN_EXE_zuil-hub"));
    Command::new(program).current_dir(folder).arg("seal-key").args(arguments).output().unwrap()
}

fn said(output: &Output) -> String {
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout.clone()).unwrap()
}

fn complained(output: &Output) -> String {
    assert!(!output.status.success());
    String::from_utf8(output.stderr.clone()).unwrap()
}

fn using(seal_key: Option<&str>) -> HealthReport {
    let bare = report(DeviceState::Ready, DeviceState::Ready);
    HealthReport { seal_key: seal_key.map(str::to_owned), ..bare }
}

async fn told(pillar: &TestPillar) -> SealKey {
    let notice = pillar.report(&using(None)).await.seal_key.unwrap();
    notice.verified(&pillar.binding.authority).unwrap()
}

#[tokio::test]
async fn a_pillar_hears_of_a_new_key_with_its_next_report_and_what_is_sealed_to_either_is_opened() {
    let hub = hub().await;
    let pillar = hub.add_pillar("jumbo");
    assert_eq!(told(&pillar).await.id(), pillar.binding.seal_key_id);
    let before = pillar.envelope(1, None);
    let added = said(&seal_key(&hub, &["add"]));
    let newer = told(&pillar).await;
    assert_eq!(newer.id(), added.trim());
    let after = pillar.envelope_as("jumbo", &newer, 2, None);
    let outcomes = pillar.upload(&[before, after]).await;
    assert_eq!(outcomes, [accepted(1, State::Received), accepted(2, State::Received)]);
    assert_eq!(hub.add_pillar("bieb").binding.seal_key_id, newer.id());
}

#[tokio::test]
async fn what_is_sealed_to_a_key_that_is_missing_waits_until_its_file_is_restored() {
    let hub = hub().await;
    let pillar = hub.add_pillar("jumbo");
    let waiting = pillar.envelope(1, None);
    said(&seal_key(&hub, &["add"]));
    let file = seal_folder(&hub).join(format!("{}.json", pillar.binding.seal_key_id));
    let backup = std::fs::read(&file).unwrap();
    std::fs::remove_file(&file).unwrap();
    let hub = hub.restart().await;
    let pillar = TestPillar { binding: moved(&pillar, &hub), ..pillar };
    let other = pillar.envelope_as("jumbo", &told(&pillar).await, 2, None);
    let answer = pillar.upload_with(&[waiting.clone(), other], vec![]).await;
    assert_eq!(answer.outcomes, [accepted(2, State::Received)], "it is in nobody's way");
    assert_eq!(answer.later, [waiting.header.id]);
    std::fs::write(&file, backup).unwrap();
    assert_eq!(pillar.upload(&[waiting]).await, [accepted(1, State::Received)]);
}

/// A hub that was started again has another port.
fn moved(pillar: &TestPillar, hub: &TestHub) -> zuil_wire::Binding {
    let mut binding = pillar.binding.clone();
    binding.hub_url.clone_from(&hub.running.intake_url);
    binding
}

#[tokio::test]
async fn a_key_goes_when_every_pillar_has_said_that_it_needs_it_no_more() {
    let hub = hub().await;
    let (pillar, stolen) = (hub.add_pillar("jumbo"), hub.add_pillar("bieb"));
    let old = pillar.binding.seal_key_id.clone();
    assert!(complained(&seal_key(&hub, &["retire", &old])).contains("seal-key add"));
    let late = pillar.envelope(1, None);
    let newest = said(&seal_key(&hub, &["add"])).trim().to_owned();
    pillar.report(&using(Some(&old))).await;
    assert!(complained(&seal_key(&hub, &["retire", &old])).contains("bieb, jumbo"));
    pillar.report(&using(None)).await;
    assert!(complained(&seal_key(&hub, &["retire", &old])).contains("bieb, jumbo"));
    pillar.report(&using(Some(&newest))).await;
    hub.running.store.revoke_pillar(&stolen.binding.pillar, jiff::Timestamp::now()).unwrap();
    let still = complained(&seal_key(&hub, &["retire", &old]));
    assert!(still.contains("bieb") && !still.contains("jumbo"), "{still}");
    assert!(said(&seal_key(&hub, &["list"])).contains(&format!("\tolder\t0\tbieb\n{newest}\t")));
    assert!(complained(&seal_key(&hub, &["retire", &old, "--gone", "nobody"])).contains("nobody"));
    said(&seal_key(&hub, &["retire", &old, "--gone", "bieb"]));
    assert!(!seal_folder(&hub).join(format!("{old}.json")).exists());
    assert!(said(&seal_key(&hub, &["list"])).contains("retired"));
    // A running hub forgets it with the next report, and then refuses for good what nobody can open.
    pillar.report(&using(Some(&newest))).await;
    assert_eq!(pillar.upload(&[late]).await, [refused(1, Refusal::UnknownKey)]);
    assert_eq!(SealKeys::list(&seal_folder(&hub)).unwrap().len(), 2);
}
