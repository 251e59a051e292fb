//! For how long the hub keeps what residents filled in.

use jiff::{SignedDuration, Timestamp};
use zuil_hub::access::retention::{self, Keep};
use zuil_hub::fleet::{self, New};
use zuil_hub::store::Content;
use zuil_wire::{Reference, State};

use super::deliveries::all_opened;
use super::desk::signed_in;
use super::harness::{TestHub, TestPillar, hub};
use super::worklist::to_call;

const KEEP: Keep = Keep {
    contents: SignedDuration::from_hours(24 * 30),
    longest: SignedDuration::from_hours(24 * 365),
    audit: SignedDuration::from_hours(24 * 730),
};

/// As if the transaction had been handed over. (No connector does that here.)
fn registered(hub: &TestHub, number: u64) {
    let database = rusqlite::Connection::open(hub.config.data_dir.join("hub.sqlite")).unwrap();
    let reference = Reference::from_bits(number).compact();
    let done = database.execute(
        "UPDATE transactions SET state = 'registered', case_number = 'ZAAK-1' WHERE reference = ?1",
        [reference],
    );
    assert_eq!(done.unwrap(), 1);
}

async fn delivered(hub: &TestHub) -> TestPillar {
    let pillar = hub.add_pillar("jumbo");
    pillar.upload(&[pillar.envelope(1, None), pillar.envelope(2, None)]).await;
    all_opened(hub).await;
    pillar
}

fn content(hub: &TestHub, number: u64) -> Content {
    hub.running.store.transaction(Reference::from_bits(number)).unwrap().unwrap().content
}

#[tokio::test]
async fn what_was_handed_over_is_deleted_after_thirty_days_and_its_state_stays() {
    let hub = hub().await;
    delivered(&hub).await;
    registered(&hub, 1);
    let (store, now) = (&*hub.running.store, Timestamp::now());
    let after = |days: i64| now + SignedDuration::from_hours(24 * days);
    retention::forget(store, KEEP, now).unwrap();
    retention::forget(store, KEEP, after(29)).unwrap();
    assert!(matches!(content(&hub, 1), Content::Sealed(_)));
    retention::forget(store, KEEP, after(30)).unwrap();
    assert_eq!(content(&hub, 1), Content::Forgotten);
    // The other one nobody settled: staff see that it will be deleted.
    retention::forget(store, KEEP, after(351)).unwrap();
    assert!(matches!(content(&hub, 2), Content::Sealed(_)));
    let to_do = signed_in(&hub).await.text("/worklist").await;
    assert!(to_do.contains("Van 1 aanvraag wordt de inhoud binnenkort verwijderd."), "{to_do}");
    assert!(to_do.contains(&format!("/transactions/{}", Reference::from_bits(2))), "{to_do}");
    retention::forget(store, KEEP, after(364)).unwrap();
    assert!(matches!(content(&hub, 2), Content::Sealed(_)));
    retention::forget(store, KEEP, after(366)).unwrap();
    assert_eq!(content(&hub, 2), Content::Forgotten);

    let stored = store.transaction(Reference::from_bits(1)).unwrap().unwrap();
    assert_eq!((stored.state, stored.case_number.as_deref()), (State::Registered, Some("ZAAK-1")));
    let browser = signed_in(&hub).await;
    let page = browser.text(&format!("/transactions/{}", Reference::from_bits(1))).await;
    assert!(page.contains("Inhoud verwijderd") && page.contains("ZAAK-1") && !page.contains("Toon wat"));
    assert!(browser.text("/").await.contains("Inhoud verwijderd"));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_staff_called_back_about_is_deleted_thirty_days_after_they_were_done() {
    let hub = hub().await;
    let pillar = hub.add_pillar("jumbo");
    pillar.upload(&[pillar.call_back(1), pillar.call_back(2)]).await;
    to_call(&hub, 2).await;
    all_opened(&hub).await;
    let browser = signed_in(&hub).await;
    for (number, told) in [(1, "reached"), (2, "not-reached")] {
        let path = format!("/worklist/{}", Reference::from_bits(number));
        browser.post(&format!("{path}/take"), &[]).await;
        browser.post(&format!("{path}/told"), &[("told", told)]).await;
    }
    let page = async |number| browser.text(&format!("/transactions/{}", Reference::from_bits(number))).await;
    let done = page(1).await;
    assert!(done.contains("Terugbellen afgehandeld: gesproken"), "{done}");
    assert!(done.contains("wordt even lang bewaard als bij een geregistreerde aanvraag"), "{done}");
    assert!(!page(2).await.contains("Terugbellen afgehandeld"));
    let (store, now) = (&*hub.running.store, Timestamp::now());
    let after = |days: i64| now + SignedDuration::from_hours(24 * days);
    retention::forget(store, KEEP, after(29)).unwrap();
    assert!(matches!(content(&hub, 1), Content::Sealed(_)));
    retention::forget(store, KEEP, after(31)).unwrap();
    assert_eq!(content(&hub, 1), Content::Forgotten);
    assert!(matches!(content(&hub, 2), Content::Sealed(_)), "somebody calls again");
    assert!(page(1).await.contains("Inhoud verwijderd"));
}

#[tokio::test]
async fn a_code_for_a_pillar_loses_its_key_when_it_is_over_and_is_forgotten_after_thirty_days() {
    let hub = hub().await;
    let (store, now) = (&*hub.running.store, Timestamp::now());
    let new = New { pillar: "bieb", place: "Bij de ingang", again: false };
    let (_, made) = fleet::make_code(store, new, "tess", now).unwrap();
    let key = || store.enrolment(&made.keys.id).unwrap().map(|kept| kept.keys.key);
    let after = |hours: i64| now + SignedDuration::from_hours(hours);
    retention::forget(store, KEEP, now).unwrap();
    assert_eq!(key(), Some(made.keys.key), "it is still open");
    retention::forget(store, KEEP, after(fleet::HOURS)).unwrap();
    assert_eq!(key(), Some([0; 32]));
    retention::forget(store, KEEP, after(24 * 29)).unwrap();
    assert!(key().is_some());
    retention::forget(store, KEEP, after(24 * 31)).unwrap();
    assert_eq!(key(), None);
}

#[tokio::test]
async fn what_was_deleted_is_known_when_the_pillar_sends_it_again_and_is_not_kept_anew() {
    let hub = hub().await;
    let pillar = hub.add_pillar("jumbo");
    let envelope = pillar.envelope(1, None);
    pillar.upload(std::slice::from_ref(&envelope)).await;
    all_opened(&hub).await;
    registered(&hub, 1);
    let now = Timestamp::now();
    retention::forget(&*hub.running.store, KEEP, now).unwrap();
    retention::forget(&*hub.running.store, KEEP, now + SignedDuration::from_hours(24 * 31)).unwrap();
    let outcomes = pillar.upload(&[envelope]).await;
    assert!(format!("{outcomes:?}").contains("Registered"), "{outcomes:?}");
    assert_eq!(content(&hub, 1), Content::Forgotten);
}

#[tokio::test]
async fn no_byte_of_what_was_deleted_is_left_on_the_disk() {
    let hub = hub().await;
    delivered(&hub).await;
    let Content::Sealed(sealed) = content(&hub, 1) else { panic!("it is not sealed") };
    let on_disk = || {
        let files = std::fs::read_dir(&hub.config.data_dir).unwrap().map(|file| file.unwrap().path());
        let files = files.filter(|path| path.is_file()).map(|path| std::fs::read(path).unwrap());
        files.into_iter().any(|bytes| bytes.windows(24).any(|part| part == &sealed.ciphertext[40..64]))
    };
    assert!(on_disk());
    registered(&hub, 1);
    let now = Timestamp::now();
    retention::forget(&*hub.running.store, KEEP, now).unwrap();
    retention::forget(&*hub.running.store, KEEP, now + SignedDuration::from_hours(24 * 31)).unwrap();
    assert!(!on_disk());
}
