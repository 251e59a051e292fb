//! A pillar is stolen, and the technician on duty has the desk only.

use jiff::Timestamp;
use reqwest::StatusCode;
use zuil_hub::seal_keys::SealKeys;
use zuil_hub::store::{AuditFilter, Deed};
use zuil_wire::health::DeviceState;

use super::desk::{location, signed_in};
use super::harness::{TestHub, hub, report};

/// Who revoked which pillar.
fn noted(hub: &TestHub) -> Vec<(String, String)> {
    let filter = AuditFilter { deed: Some(Deed::RevokedPillar), ..AuditFilter::default() };
    let entries = hub.running.store.audit(&filter, 10).unwrap().into_iter();
    entries.map(|noted| (noted.entry.who, noted.entry.about)).collect()
}

#[tokio::test]
async fn a_stolen_pillar_is_revoked_from_its_page_and_refused_at_its_next_word() {
    let hub = hub().await;
    let browser = signed_in(&hub).await;
    let (stolen, other) = (hub.add_pillar("jumbo"), hub.add_pillar("bieb"));
    let well = report(DeviceState::Ready, DeviceState::Ready);
    stolen.report(&well).await;
    assert!(browser.text("/pillars/jumbo").await.contains("href=\"/pillars/jumbo/revoke\""));
    let question = browser.text("/pillars/jumbo/revoke").await;
    assert!(question.contains("Zuil jumbo intrekken?") && question.contains("niet terugdraaien"));
    stolen.report(&well).await;
    assert_eq!(noted(&hub), [], "asking is not revoking");

    let done = browser.post("/pillars/jumbo/revoke", &[]).await;
    assert_eq!(location(&done), "/pillars/jumbo");
    // On the connection that it has already; nothing else happens in between.
    let refused = stolen.post_report(serde_json::to_vec(&well).unwrap()).await;
    assert_eq!(refused.status(), StatusCode::FORBIDDEN);
    other.report(&well).await;
    assert_eq!(noted(&hub), [("beheer".to_owned(), "jumbo".to_owned())]);
    let keys = SealKeys::open_or_make(&hub.config.data_dir.join("seal"), Timestamp::now()).unwrap();
    assert_ne!(keys.newest().id, stolen.binding.seal_key_id, "all others get a key that it does not have");
    let page = browser.text("/pillars/jumbo").await;
    assert!(page.contains("Ingetrokken") && !page.contains("/pillars/jumbo/revoke"), "{page}");
}

#[tokio::test]
async fn what_is_revoked_already_or_is_not_there_is_not_noted_again() {
    let hub = hub().await;
    let browser = signed_in(&hub).await;
    hub.add_pillar("jumbo");
    for _ in 0..2 {
        assert_eq!(location(&browser.post("/pillars/jumbo/revoke", &[]).await), "/pillars/jumbo");
    }
    assert_eq!(noted(&hub).len(), 1);
    assert_eq!(browser.get("/pillars/jumbo/revoke").await.status(), StatusCode::NOT_FOUND);
    assert_eq!(browser.get("/pillars/nowhere/revoke").await.status(), StatusCode::NOT_FOUND);
    assert_eq!(browser.post("/pillars/nowhere/revoke", &[]).await.status(), StatusCode::NOT_FOUND);
    assert_eq!(noted(&hub).len(), 1);
}
