//! Publishing a catalogue: on the command line, at the door for pillars, and on the staff's pages.

use std::path::Path;

use jiff::Timestamp;
use reqwest::{Response, StatusCode};
use tempfile::TempDir;
use zuil_hub::catalogues::{Outcome, Published, publish};
use zuil_wire::HealthReport;
use zuil_wire::catalogue::{Verified, digest_of};
use zuil_wire::health::DeviceState;

use super::commands::{folder_with_config, run, text};
use super::desk::signed_in;
use super::harness::{TestHub, TestPillar, hub, report};

/// An editor's folder: the small example, in a version of its own.
struct Editor(TempDir);

impl Editor {
    fn with(version: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let example = Path::new(env!("CARGO_MANIFEST_DIR")).join("../catalogue/tests/small");
        copy(&example, folder.path());
        let editor = Self(folder);
        editor.edits("2026-11-22.1", version);
        editor
    }

    fn edits(&self, before: &str, after: &str) {
        let file = self.0.path().join("municipality.toml");
        let text = std::fs::read_to_string(&file).unwrap();
        assert!(text.contains(before));
        std::fs::write(&file, text.replace(before, after)).unwrap();
    }

    fn publishes(&self, hub: &TestHub) -> Published {
        match publish(&hub.config.data_dir, self.0.path(), Timestamp::now()).unwrap().outcome {
            Outcome::Published(published) => std::sync::Arc::into_inner(published).unwrap(),
            other => panic!("{other:?}"),
        }
    }
}

fn copy(from: &Path, to: &Path) {
    for entry in std::fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        if entry.path().is_dir() {
            std::fs::create_dir(&target).unwrap();
            copy(&entry.path(), &target);
        } else {
            std::fs::copy(entry.path(), target).unwrap();
        }
    }
}

/// The pillar asks for what is published, and names what it has.
async fn asks(pillar: &TestPillar, has: &str) -> Response {
    let request = pillar.client.get(format!("{}/v1/catalogue", pillar.binding.hub_url));
    request.header("if-none-match", has).send().await.unwrap()
}

#[tokio::test]
async fn a_pillar_gets_what_was_published_while_the_hub_runs_and_only_once() {
    let hub = hub().await;
    let pillar = hub.add_pillar("jumbo");
    assert_eq!(asks(&pillar, "").await.status(), StatusCode::NOT_FOUND);
    let published = Editor::with("2026-11-22.1").publishes(&hub);
    let response = asks(&pillar, "\"something-else\"").await;
    assert_eq!(response.status(), StatusCode::OK);
    let tag = response.headers()["etag"].to_str().unwrap().to_owned();
    let bundle = response.bytes().await.unwrap();
    assert_eq!(tag, format!("\"{}\"", digest_of(&bundle)));
    let verified = Verified::open(&bundle, &pillar.binding.authority).unwrap();
    assert_eq!(verified.manifest().serial, published.serial);
    assert!(verified.files().unwrap().iter().any(|file| file.name == "tasks/everything.toml"));
    let again = asks(&pillar, &format!("\"something-else\", {tag}")).await;
    assert_eq!(again.status(), StatusCode::NOT_MODIFIED);
    assert!(again.bytes().await.unwrap().is_empty());
    let next = Editor::with("2026-11-22.2").publishes(&hub);
    let response = asks(&pillar, &tag).await;
    assert_eq!(response.status(), StatusCode::OK);
    assert_eq!(digest_of(&response.bytes().await.unwrap()), next.digest);
}

#[tokio::test]
async fn the_answer_to_a_report_says_which_catalogue_is_the_newest() {
    let hub = hub().await;
    let pillar = hub.add_pillar("jumbo");
    let well = report(DeviceState::Ready, DeviceState::Ready);
    assert_eq!(pillar.report(&well).await.catalogue, None);
    let published = Editor::with("2026-11-22.1").publishes(&hub);
    assert_eq!(pillar.report(&well).await.catalogue, Some(published.serial));
}

#[tokio::test]
async fn a_revoked_pillar_and_one_of_another_hub_get_no_catalogue() {
    let (here, other) = (hub().await, hub().await);
    let pillar = here.add_pillar("jumbo");
    Editor::with("2026-11-22.1").publishes(&here);
    here.running.store.revoke_pillar("jumbo", Timestamp::now()).unwrap();
    assert_eq!(asks(&pillar, "").await.status(), StatusCode::FORBIDDEN);
    let mut strange = other.add_pillar("bieb");
    strange.binding.hub_url = here.running.intake_url.clone();
    let url = format!("{}/v1/catalogue", strange.binding.hub_url);
    assert!(strange.client.get(url).send().await.is_err());
}

#[tokio::test]
async fn staff_see_which_pillar_runs_which_catalogue_and_which_lag_behind() {
    let hub = hub().await;
    for name in ["bieb", "jumbo", "plus", "spar"] {
        hub.add_pillar(name);
    }
    let said = |name: &str, catalogue: &str| {
        let well = report(DeviceState::Ready, DeviceState::Ready);
        let report = HealthReport { catalogue: catalogue.to_owned(), ..well };
        hub.running.store.take_report(name, &report, Timestamp::now()).unwrap();
    };
    let browser = signed_in(&hub).await;
    said("bieb", "2026-11-22.1");
    let page = browser.text("/pillars").await;
    assert!(
        page.contains("0.2.0, catalogus 2026-11-22.1<") && !page.contains("nieuwste"),
        "nothing is published"
    );

    Editor::with("2026-11-23.1").publishes(&hub);
    said("jumbo", "2026-11-23.1");
    let page = browser.text("/pillars").await;
    for words in [
        "1 zuil heeft nog niet de nieuwste catalogus, 2026-11-23.1 van vandaag ",
        "0.2.0, catalogus 2026-11-22.1; de nieuwste is 2026-11-23.1, sinds vandaag ",
        "0.2.0, catalogus 2026-11-23.1, de nieuwste<",
    ] {
        assert!(page.contains(words), "{words}");
    }
    let english = browser.text("/pillars?lang=en").await;
    assert!(english.contains("1 pillar does not run the newest catalogue yet, 2026-11-23.1 of today "));
    assert!(
        browser.text("/pillars/bieb").await.contains("2026-11-22.1; the newest is 2026-11-23.1, since today")
    );
    assert!(browser.text("/pillars/jumbo").await.contains("2026-11-23.1, newest<"));

    let why = "it has 1 mistakes for this program <such as this>".to_owned();
    let well = report(DeviceState::Ready, DeviceState::Ready);
    hub.add_pillar("winkel").report(&HealthReport { catalogue_refused: Some(why), ..well }).await;
    let page = browser.text("/pillars/winkel").await;
    assert!(page.contains("Refuses the newest catalogue"));
    assert!(page.contains("it has 1 mistakes for this program &#60;such as this&#62;"), "{page}");
    said("winkel", "2026-11-23.1");

    said("plus", "2026-11-22.1");
    hub.running.store.revoke_pillar("bieb", Timestamp::now()).unwrap();
    said("bieb", "2026-11-23.1");
    let page = browser.text("/pillars").await;
    assert!(
        page.contains("1 pillar does not run the newest"),
        "neither the revoked nor the silent one counts"
    );
    said("plus", "2026-11-23.1");
    assert!(!browser.text("/pillars").await.contains("does not run the newest"));
}

#[tokio::test]
async fn a_catalogue_that_broke_on_the_hubs_disk_reaches_no_pillar_and_staff_are_told_to_publish_it_again() {
    let hub = hub().await;
    let pillar = hub.add_pillar("jumbo");
    let spoil = |serial: u64| {
        let file = hub.config.data_dir.join(format!("catalogues/{serial}.bundle"));
        let bundle = std::fs::read(&file).unwrap();
        std::fs::write(file, &bundle[..bundle.len() - 1]).unwrap();
    };
    let told = "De catalogus die het laatst is gepubliceerd, is op de hub beschadigd.";
    let browser = signed_in(&hub).await;
    let first = Editor::with("2026-11-22.1").publishes(&hub);
    let editor = Editor::with("2026-11-22.2");
    spoil(editor.publishes(&hub).serial);
    let response = asks(&pillar, "").await;
    assert_eq!(response.status(), StatusCode::OK);
    assert_eq!(digest_of(&response.bytes().await.unwrap()), first.digest);
    let well = report(DeviceState::Ready, DeviceState::Ready);
    assert_eq!(pillar.report(&well).await.catalogue, Some(first.serial));
    let page = browser.text("/pillars").await;
    for words in [told, "krijgen 2026-11-22.1", "<code>zuil-hub catalogue publish</code>"] {
        assert!(page.contains(words), "{words}: {page}");
    }
    assert!(!page.contains("nieuwste"), "nobody knows which is the newest");
    let english = browser.text("/pillars?lang=en").await;
    assert!(english.contains("The catalogue that was published last is damaged at the hub."));

    spoil(first.serial);
    assert_eq!(asks(&pillar, "").await.status(), StatusCode::NOT_FOUND);
    assert_eq!(pillar.report(&well).await.catalogue, None);
    assert!(browser.text("/pillars?lang=nl").await.contains("krijgen er geen."));

    let again = editor.publishes(&hub);
    let response = asks(&pillar, "").await;
    assert_eq!(digest_of(&response.bytes().await.unwrap()), again.digest);
    assert!(!browser.text("/pillars").await.contains(told));
}

#[tokio::test]
async fn a_pillar_that_runs_what_broke_on_the_hubs_disk_is_not_given_the_one_before_and_refuses_nothing() {
    let hub = hub().await;
    let pillar = hub.add_pillar("jumbo");
    let tag = |published: &Published| format!("\"{}\"", published.digest);
    let oldest = Editor::with("2026-11-22.1").publishes(&hub);
    let before = Editor::with("2026-11-22.2").publishes(&hub);
    let last = Editor::with("2026-11-22.3").publishes(&hub);
    let file = hub.config.data_dir.join(format!("catalogues/{}.bundle", last.serial));
    std::fs::write(file, &last.bundle[..last.bundle.len() - 1]).unwrap();

    let response = asks(&pillar, &tag(&last)).await;
    assert_eq!(response.status(), StatusCode::NOT_MODIFIED);
    assert!(!response.headers().contains_key("etag"), "what it has is not told to be the one before");
    for (has, status) in [
        (tag(&before), StatusCode::NOT_MODIFIED),
        (tag(&oldest), StatusCode::OK),
        (format!("{}, {}", tag(&oldest), tag(&last)), StatusCode::OK),
        (String::new(), StatusCode::OK),
    ] {
        assert_eq!(asks(&pillar, &has).await.status(), status, "{has}");
    }

    let why = "it is older than the one that ran here".to_owned();
    let well = report(DeviceState::Ready, DeviceState::Ready);
    pillar.report(&HealthReport { catalogue_refused: Some(why.clone()), ..well }).await;
    let browser = signed_in(&hub).await;
    let page = browser.text("/pillars/jumbo").await;
    assert!(page.contains("Heeft een catalogus geweigerd") && page.contains(&why), "{page}");
    assert!(!page.contains("nieuwste catalogus"), "{page}");
}

#[tokio::test]
async fn of_a_catalogue_that_the_hub_cannot_read_staff_are_told_to_look_at_its_permissions() {
    let hub = hub().await;
    let browser = signed_in(&hub).await;
    Editor::with("2026-11-22.1").publishes(&hub);
    let serial = Editor::with("2026-11-22.2").publishes(&hub).serial;
    let file = hub.config.data_dir.join(format!("catalogues/{serial}.bundle"));
    std::fs::remove_file(&file).unwrap();
    std::fs::create_dir(&file).unwrap();
    let page = browser.text("/pillars").await;
    for words in ["niet lezen: ", "krijgen 2026-11-22.1", "rechten van het bestand"] {
        assert!(page.contains(words), "{words}: {page}");
    }
    let english = browser.text("/pillars?lang=en").await;
    assert!(english.contains("cannot be read at the hub: ") && english.contains("look at its permissions"));
    for page in [page, english] {
        assert!(
            !page.contains("damaged") && !page.contains("beschadigd") && !page.contains("catalogue publish")
        );
    }
}

#[test]
fn the_list_of_published_catalogues_says_which_one_cannot_be_read() {
    let folder = folder_with_config();
    let editor = Editor::with("2026-11-22.1");
    let published = run(folder.path(), &["catalogue", "publish", editor.0.path().to_str().unwrap()]);
    let serial = text(&published.stdout).split('\t').next().unwrap().to_owned();
    let file = folder.path().join(format!("data/catalogues/{serial}.bundle"));
    std::fs::remove_file(&file).unwrap();
    std::fs::create_dir(&file).unwrap();
    let told = text(&run(folder.path(), &["catalogue", "list"]).stderr);
    assert!(told.contains(&format!("{serial} cannot be read: ")) && told.contains("permissions"), "{told}");
    assert!(!told.contains("damaged") && !told.contains("publish"), "{told}");
}

#[test]
fn the_list_of_published_catalogues_says_which_one_is_damaged() {
    let folder = folder_with_config();
    let editor = Editor::with("2026-11-22.1");
    let published = run(folder.path(), &["catalogue", "publish", editor.0.path().to_str().unwrap()]);
    let serial = text(&published.stdout).split('\t').next().unwrap().to_owned();
    std::fs::write(folder.path().join(format!("data/catalogues/{serial}.bundle")), "half").unwrap();
    let listed = run(folder.path(), &["catalogue", "list"]);
    assert_eq!((listed.status.code(), text(&listed.stdout)), (Some(0), String::new()));
    let told = text(&listed.stderr);
    assert!(told.contains(&serial) && told.contains("publish that catalogue again"), "{told}");
}

#[test]
fn publishing_on_the_command_line_says_what_was_published_and_what_is_wrong() {
    let folder = folder_with_config();
    let editor = Editor::with("2026-11-22.1");
    let dir = editor.0.path().to_str().unwrap();
    let published = run(folder.path(), &["catalogue", "publish", dir]);
    assert!(published.status.success(), "{}", text(&published.stderr));
    let line = text(&published.stdout);
    let [serial, version, digest] = line.trim_end().split('\t').collect::<Vec<_>>().try_into().unwrap();
    assert!(serial.parse::<u64>().is_ok() && digest.len() == 64, "{line}");
    assert_eq!(version, "2026-11-22.1");

    let again = run(folder.path(), &["catalogue", "publish", dir]);
    assert_eq!((again.status.code(), text(&again.stdout)), (Some(0), line.clone()));
    assert!(text(&again.stderr).contains("nothing was published"));

    editor.edits("Vrijdag zijn we dicht.", "Maandag zijn we dicht.");
    let same_version = run(folder.path(), &["catalogue", "publish", dir]);
    assert_eq!(same_version.status.code(), Some(1));
    assert!(text(&same_version.stderr).contains("write another version into municipality.toml"));

    editor.edits("privacy.nl", "privasy.nl");
    let mistaken = run(folder.path(), &["catalogue", "publish", dir]);
    let told = text(&mistaken.stderr);
    assert_eq!((mistaken.status.code(), mistaken.stdout.len()), (Some(1), 0));
    assert!(told.contains("municipality.toml:") && told.contains("remedy:"), "{told}");
    let listed = text(&run(folder.path(), &["catalogue", "list"]).stdout);
    assert_eq!((listed.lines().count(), listed.starts_with(line.trim_end())), (1, true), "{listed}");
}
