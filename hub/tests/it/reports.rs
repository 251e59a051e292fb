//! What pillars say of themselves at the door, and what they hear back.

use jiff::Timestamp;
use reqwest::StatusCode;
use zuil_hub::store::{Decided, DecidedBy, Decision, Finding};
use zuil_wire::health::{DeviceState, SettledByStaff};
use zuil_wire::{HealthReport, PaymentState};

use super::harness::{blocked_by, hub, open_payment, payment, report};

#[tokio::test]
async fn a_pillar_says_how_it_is_and_the_hub_still_knows_after_a_restart() {
    let hub = hub().await;
    let pillar = hub.add_pillar("jumbo");
    let before = Timestamp::now();
    let said = report(DeviceState::PaperNearEnd, DeviceState::Ready);
    let answer = pillar.report(&said).await;
    assert!(answer.settled.is_empty() && answer.now >= before);
    let hub = hub.restart().await;
    let known = hub.running.store.reports().unwrap();
    assert_eq!((known[0].pillar.as_str(), &known[0].report), ("jumbo", &said));
    assert_eq!(known[0].received_at.as_microsecond(), answer.now.as_microsecond());
    assert!(hub.running.store.pillars().unwrap()[0].last_seen_at.is_some());
}

#[tokio::test]
async fn what_staff_decide_reaches_the_pillar_and_comes_back_as_an_upload() {
    let hub = hub().await;
    let mut pillar = hub.add_pillar("jumbo");
    let unknown = pillar.envelope(1, Some(payment(PaymentState::Unknown)));
    pillar.upload(std::slice::from_ref(&unknown)).await;
    let open = open_payment(1);
    assert!(pillar.report(&blocked_by(open.clone())).await.settled.is_empty());

    let key = hub.running.store.unsettled_payments().unwrap()[0].key().unwrap();
    let decision = Decision { finding: Finding::Paid, by: DecidedBy::Desk, at: Timestamp::now() };
    assert_eq!(hub.running.store.decide_payment(&key, decision).unwrap(), Decided::Yes);
    let hub = hub.restart().await;
    pillar.binding.hub_url.clone_from(&hub.running.intake_url);
    let told = [SettledByStaff { payment: open.payment, state: PaymentState::Paid }];
    assert_eq!(pillar.report(&blocked_by(open.clone())).await.settled, told);
    // Its answer was lost, perhaps: it is told again.
    assert_eq!(pillar.report(&blocked_by(open.clone())).await.settled, told);

    pillar.upload(&[pillar.again(&unknown, payment(PaymentState::Paid))]).await;
    assert!(hub.running.store.unsettled_payments().unwrap().is_empty());
    assert!(pillar.report(&blocked_by(open)).await.settled.is_empty());
    let well = report(DeviceState::Ready, DeviceState::Ready);
    assert!(pillar.report(&well).await.settled.is_empty());
}

#[tokio::test]
async fn a_report_that_is_too_large_or_none_is_refused_and_the_last_one_stays() {
    let hub = hub().await;
    let pillar = hub.add_pillar("jumbo");
    let good = report(DeviceState::Ready, DeviceState::Ready);
    pillar.report(&good).await;
    let twice = HealthReport { devices: vec![good.devices[0]; 2], ..good.clone() };
    let many = HealthReport { open_payments: (1..=65).map(open_payment).collect(), ..good.clone() };
    for (body, status) in [
        (vec![b' '; HealthReport::MAX_BYTES + 1], StatusCode::PAYLOAD_TOO_LARGE),
        (serde_json::to_vec(&many).unwrap(), StatusCode::PAYLOAD_TOO_LARGE),
        (b"{".to_vec(), StatusCode::BAD_REQUEST),
        (serde_json::to_vec(&twice).unwrap(), StatusCode::UNPROCESSABLE_ENTITY),
        (br#"{"version":6}"#.to_vec(), StatusCode::UPGRADE_REQUIRED),
    ] {
        assert_eq!(pillar.post_report(body).await.status(), status);
    }
    assert_eq!(hub.running.store.reports().unwrap()[0].report, good);
}

#[tokio::test]
async fn a_revoked_pillar_has_nothing_to_say() {
    let hub = hub().await;
    let pillar = hub.add_pillar("jumbo");
    hub.running.store.revoke_pillar("jumbo", Timestamp::now()).unwrap();
    let body = serde_json::to_vec(&report(DeviceState::Ready, DeviceState::Ready)).unwrap();
    assert_eq!(pillar.post_report(body).await.status(), StatusCode::FORBIDDEN);
    assert!(hub.running.store.reports().unwrap().is_empty());
}

#[tokio::test]
async fn while_the_hub_cannot_store_a_report_is_not_taken() {
    let hub = hub().await;
    let pillar = hub.add_pillar("jumbo");
    let database = rusqlite::Connection::open(hub.config.data_dir.join("hub.sqlite")).unwrap();
    database.execute_batch("ALTER TABLE reports RENAME TO away").unwrap();
    let body = serde_json::to_vec(&report(DeviceState::Ready, DeviceState::Ready)).unwrap();
    assert_eq!(pillar.post_report(body).await.status(), StatusCode::SERVICE_UNAVAILABLE);
}
