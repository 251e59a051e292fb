//! An update of the pillars' system goes from the command line to one pillar, to more, and is stopped by trouble.

use reqwest::{Response, StatusCode};
use tempfile::TempDir;
use zuil_hub::store::{Entry, RolloutStage};
use zuil_hub::systems::{self, Systems};
use zuil_wire::health::DeviceState;
use zuil_wire::system::{Digesting, SIGNATURE, SUMS, UpdateReport, UpdateState};
use zuil_wire::{HealthReport, SystemReport, SystemVersion};

use super::commands::{folder_with_config, run, text};
use super::desk::{Browser, signed_in};
use super::harness::{TestHub, TestPillar, hub, report};

const ROOT: &str = "zuil_1.2.root.raw.zst";

/// The folder of a made-up update to version 1.2.
fn update() -> TempDir {
    update_to("1.2")
}

/// The folder of a made-up update to a version.
pub fn update_to(version: &str) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    let keep = |name: &str, content: &str| std::fs::write(folder.path().join(name), content).unwrap();
    let mut sums = Vec::new();
    for (piece, content) in [("efi", "the kernel"), ("verity.raw", "hashes"), ("root.raw", "the root")] {
        let name = format!("zuil_{version}.{piece}.zst");
        let mut digesting = Digesting::default();
        digesting.take(content.as_bytes());
        sums.push(format!("{}  {name}", digesting.done()));
        keep(&name, content);
    }
    keep(SUMS, &(sums.join("\n") + "\n"));
    keep(SIGNATURE, "signed (made up)");
    folder
}

fn version() -> SystemVersion {
    "1.2".parse().unwrap()
}

/// A hub that has the update, with two pillars.
async fn with_update() -> (TestHub, TestPillar, TestPillar) {
    let hub = hub().await;
    let pillars = ["jumbo", "spar"].map(|name| hub.add_pillar(name));
    Systems::of(&hub.config.data_dir).add(update().path()).unwrap();
    let [first, other] = pillars;
    (hub, first, other)
}

fn begins(hub: &TestHub) {
    let systems = Systems::of(&hub.config.data_dir);
    let now = jiff::Timestamp::now();
    systems::begin(&*hub.running.store, &systems, &version(), "jumbo", Entry::COMMAND_LINE, now).unwrap();
}

/// What a pillar says that runs version 1.1.
fn runs_the_one_before(update: Option<UpdateReport>) -> HealthReport {
    let system = Some(SystemReport { version: "1.1".into(), update });
    HealthReport { version: 4, system, ..report(DeviceState::Ready, DeviceState::Ready) }
}

async fn asks(pillar: &TestPillar, file: &str, range: Option<&str>) -> Response {
    let request = pillar.client.get(format!("{}/v1/system/{file}", pillar.binding.hub_url));
    let request = if let Some(range) = range { request.header("range", range) } else { request };
    request.send().await.unwrap()
}

#[tokio::test]
async fn the_first_pillar_hears_of_an_update_and_fetches_it_in_parts_and_no_other_does() {
    let (hub, first, other) = with_update().await;
    let root = format!("1.2/{ROOT}");
    let whole = Some("bytes=0-");
    assert_eq!(first.report(&runs_the_one_before(None)).await.system, None);
    assert_eq!(asks(&first, &root, whole).await.status(), StatusCode::NOT_FOUND, "nobody rolls it out");
    begins(&hub);
    let offer = first.report(&runs_the_one_before(None)).await.system.unwrap();
    let kept = Systems::of(&hub.config.data_dir).find(&version()).unwrap().unwrap();
    assert_eq!((offer.version.as_str(), offer.bytes), ("1.2", kept.bytes));
    assert_eq!(other.report(&runs_the_one_before(None)).await.system, None);
    let without = HealthReport { system: None, ..runs_the_one_before(None) };
    assert_eq!(first.report(&without).await.system, None, "its machine is not updated as a whole");
    let part = asks(&first, &root, Some("bytes=4-5")).await;
    assert_eq!(part.status(), StatusCode::PARTIAL_CONTENT);
    assert_eq!(part.headers()["content-range"], "bytes 4-5/8");
    assert_eq!(part.text().await.unwrap(), "ro");
    assert_eq!(asks(&first, &root, whole).await.text().await.unwrap(), "the root");
    assert_eq!(asks(&first, &root, Some("bytes=8-")).await.status(), StatusCode::RANGE_NOT_SATISFIABLE);
    assert_eq!(asks(&first, &root, None).await.status(), StatusCode::BAD_REQUEST);
    assert_eq!(asks(&other, &root, whole).await.status(), StatusCode::NOT_FOUND);
    for strange in ["1.2/hub.sqlite", "1.2/..%2F..%2Fca.key", "1.3/SHA256SUMS", "..%2Fseal/SHA256SUMS"] {
        assert_eq!(asks(&first, strange, whole).await.status(), StatusCode::NOT_FOUND, "{strange}");
    }
    hub.running.store.revoke_pillar("jumbo", jiff::Timestamp::now()).unwrap();
    assert_eq!(asks(&first, &root, whole).await.status(), StatusCode::FORBIDDEN);
}

#[tokio::test]
async fn a_pillar_that_fell_back_stops_the_rollout_and_nobody_gets_more_of_it() {
    let (hub, first, other) = with_update().await;
    begins(&hub);
    let now = jiff::Timestamp::now();
    for seen in [RolloutStage::Pillar, RolloutStage::Tenth] {
        systems::go_on(&*hub.running.store, &version(), seen, Entry::COMMAND_LINE, now).unwrap();
    }
    assert!(other.report(&runs_the_one_before(None)).await.system.is_some());
    let fell_back =
        UpdateReport { version: "1.2".into(), state: UpdateState::FellBack, percent: None, why: None };
    assert_eq!(first.report(&runs_the_one_before(Some(fell_back))).await.system, None);
    assert_eq!(other.report(&runs_the_one_before(None)).await.system, None);
    let part = asks(&other, &format!("1.2/{SUMS}"), Some("bytes=0-")).await;
    assert_eq!(part.status(), StatusCode::NOT_FOUND);
}

/// What somebody decides on the page.
async fn decides(browser: &Browser, form: &[(&str, &str)]) -> Response {
    browser.post("/systems/1.2", form).await
}

#[tokio::test]
async fn an_administrator_gives_a_version_to_one_pillar_to_a_tenth_and_to_all_on_the_page_and_stops_it() {
    let (hub, first, _) = with_update().await;
    let browser = signed_in(&hub).await;
    let page = browser.text("/systems").await;
    assert!(page.contains("1.2") && page.contains("nog niet begonnen"), "{page}");
    let nowhere = decides(&browser, &[("deed", "begin"), ("pillar", "nowhere")]).await;
    assert_eq!(nowhere.status(), StatusCode::CONFLICT);
    assert!(nowhere.text().await.unwrap().contains("Kies een zuil die deze versie als eerste krijgt."));
    let steps: [(&[(&str, &str)], &str); 3] = [
        (&[("deed", "begin"), ("pillar", "jumbo")], "Voor één zuil: jumbo."),
        (&[("deed", "go-on"), ("seen", "pillar")], "Voor tien procent van de zuilen, en voor jumbo."),
        (&[("deed", "go-on"), ("seen", "tenth")], "Voor alle zuilen."),
    ];
    for (form, words) in steps {
        decides(&browser, form).await;
        let page = browser.text("/systems").await;
        assert!(page.contains(words), "{form:?}: {page}");
    }
    let late = decides(&browser, &[("deed", "go-on"), ("seen", "pillar")]).await;
    assert!(late.text().await.unwrap().contains("Dit is intussen veranderd."));
    let fell_back =
        UpdateReport { version: "1.2".into(), state: UpdateState::FellBack, percent: None, why: None };
    first.report(&runs_the_one_before(Some(fell_back))).await;
    let page = browser.text("/systems").await;
    for words in ["gestopt", "jumbo: werkte niet, de vorige draait weer", ">1.1<", "Ga weer verder"] {
        assert!(page.contains(words), "{words}: {page}");
    }
    let page = browser.text("/pillars/jumbo").await;
    assert!(page.contains("<dt>Systeem</dt><dd>1.1</dd>"), "{page}");
    assert!(page.contains("<dt>Nieuwe versie</dt><dd>1.2: werkte niet"), "{page}");
    decides(&browser, &[("deed", "resume")]).await;
    assert!(browser.text("/systems?lang=en").await.contains("going on"));
    let runs_it = SystemReport { version: "1.2".into(), update: None };
    first.report(&HealthReport { system: Some(runs_it), ..runs_the_one_before(None) }).await;
    let page = browser.text("/systems").await;
    assert!(page.contains(">1.2<") && !page.contains("jumbo: werkte niet"), "it works by now: {page}");
    assert_eq!(decides(&browser, &[("deed", "dance")]).await.status(), StatusCode::NOT_FOUND);
    assert!(browser.text("/pillars").await.contains("href=\"/systems\""));
}

#[test]
fn a_technician_adds_an_update_and_rolls_it_out_stage_by_stage_on_the_command_line() {
    let folder = folder_with_config();
    let update = update();
    let says = |arguments: &[&str]| {
        let output = run(folder.path(), arguments);
        (output.status.success(), text(&output.stdout), text(&output.stderr))
    };
    let dir = update.path().to_str().unwrap();
    // The hub's certificate is valid there without a public address in hub.toml.
    let (is_added, _, why) = says(&["pillar", "add", "jumbo", "--hub-url", "https://localhost:1"]);
    assert!(is_added, "{why}");
    let (is_kept, printed, _) = says(&["system", "add", dir]);
    assert!(is_kept && printed.starts_with("1.2\t"), "{printed}");
    assert!(says(&["system", "list"]).1.ends_with("\t-\t-\t-\n"));
    let (begun, _, why) = says(&["system", "begin", "1.2", "--pillar", "spar"]);
    assert!(!begun && why.contains("no pillar named spar"), "{why}");
    let begin = says(&["system", "begin", "1.2", "--pillar", "jumbo"]);
    assert_eq!(begin.1, "1.2\tpillar\tjumbo\tgoes-on\n", "{}", begin.2);
    let (widened, _, why) = says(&["system", "widen", "1.2", "--to", "all"]);
    assert!(!widened && why.contains("changed meanwhile"), "{why}");
    assert_eq!(says(&["system", "widen", "1.2", "--to", "tenth"]).1, "1.2\ttenth\tjumbo\tgoes-on\n");
    assert_eq!(says(&["system", "stop", "1.2"]).1, "1.2\ttenth\tjumbo\tstopped\n");
    assert!(!says(&["system", "widen", "1.2", "--to", "all"]).0);
    assert_eq!(says(&["system", "resume", "1.2"]).1, "1.2\ttenth\tjumbo\tgoes-on\n");
    assert!(says(&["system", "list"]).1.ends_with("\ttenth\tjumbo\tgoes-on\n"));
    assert!(says(&["system", "remove", "1.2"]).0);
    assert_eq!(says(&["system", "list"]).1, "");
    assert!(!says(&["system", "remove", "1.2"]).0);
    let log = says(&["audit", "list"]).1;
    for deed in ["added-system", "rolled-out", "removed-system"] {
        assert!(log.contains(deed), "{log}");
    }
    assert!(!folder.path().join("data/system/1.2").exists());
}
