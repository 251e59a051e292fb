//! Referrals, from the agent who makes one to what became of it.

use jiff::Timestamp;
use reqwest::StatusCode;
use zuil_hub::store::{AuditFilter, Deed};
use zuil_wire::health::DeviceState;
use zuil_wire::orders::OrderState;
use zuil_wire::{PROTOCOL_VERSION, Referral, ReferralList, ReferralsAnswer, UsedReferral, UsedReferrals};

use super::desk::{Browser, location, signed_in};
use super::finder::publishes_the_example;
use super::harness::{TestHub, TestPillar, hub, report};
use super::orders::{hears, orders, tells};

async fn list(pillar: &TestPillar) -> Vec<Referral> {
    let url = format!("{}/v1/referrals", pillar.binding.hub_url);
    let response = pillar.client.get(url).send().await.unwrap();
    assert_eq!(response.status(), StatusCode::OK);
    response.json::<ReferralList>().await.unwrap().referrals
}

async fn uses(pillar: &TestPillar, used: UsedReferral) -> ReferralsAnswer {
    let url = format!("{}/v1/referrals", pillar.binding.hub_url);
    let request = UsedReferrals { version: PROTOCOL_VERSION, used: vec![used] };
    let request = pillar.client.post(url).json(&request);
    request.send().await.unwrap().json().await.unwrap()
}

async fn mark(pillar: &TestPillar) -> Option<String> {
    pillar.report(&report(DeviceState::Ready, DeviceState::Ready)).await.referrals
}

/// Makes a referral to two pillars; what the agent reads then.
async fn made(browser: &Browser) -> String {
    let form = [("task", "bulky-waste"), ("pillar-jumbo", "yes"), ("pillar-bieb", "yes")];
    let response = browser.post("/referrals", &form).await;
    assert_eq!(response.status(), StatusCode::SEE_OTHER);
    let to = location(&response).to_owned();
    browser.text(&to).await
}

fn deeds(hub: &TestHub) -> Vec<Deed> {
    let noted = hub.running.store.audit(&AuditFilter::default(), 50).unwrap();
    noted.into_iter().map(|noted| noted.entry.deed).collect()
}

#[tokio::test]
async fn an_agent_makes_a_referral_and_sees_what_became_of_it() {
    let hub = hub().await;
    let browser = signed_in(&hub).await;
    let [jumbo, library, spar] = ["jumbo", "bieb", "spar"].map(|name| hub.add_pillar(name));
    publishes_the_example(&hub);
    assert_eq!((list(&jumbo).await, mark(&jumbo).await), (vec![], None));
    let page = made(&browser).await;
    let [referral] = list(&jumbo).await.try_into().unwrap();
    assert_eq!((list(&library).await.len(), list(&spar).await.len()), (1, 0));
    assert_eq!(mark(&jumbo).await.map(|mark| mark.len()), Some(16));
    let digits: Vec<String> = referral.code.to_string().chars().map(String::from).collect();
    for words in [
        referral.code.groups(),
        format!("Uw code is {} … {}.", digits[..3].join(" "), digits[3..].join(" ")),
        "De code is er binnen een halve minuut, bij Jumbo Marktplein.".into(),
        "Of de zuil bij Bibliotheek Voorbeelddorp werkt, weten wij nu niet.".into(),
        "Jumbo Marktplein: de zuil haalt de code binnen een halve minuut".into(),
        "Nog niet gebruikt".into(),
    ] {
        assert!(page.contains(&words), "{words}");
    }
    assert_eq!(referral.task, "bulky-waste");
    let page = browser.text("/referrals").await;
    assert!(page.contains("Jumbo Marktplein: de zuil heeft de code"));
    assert!(
        page.contains("Bibliotheek Voorbeelddorp: de zuil is nu niet bereikbaar"),
        "though it fetched it"
    );
    let life = referral.expires_at.duration_since(Timestamp::now()).as_mins();
    assert!((1439..=1440).contains(&life), "{life}");
    // The caller comes to the Jumbo; the request itself follows a moment later.
    let envelope = jumbo.envelope(1, None);
    let used = UsedReferral { id: referral.id, at: Timestamp::now(), transaction: envelope.header.id };
    assert_eq!(uses(&jumbo, used.clone()).await.referrals, [referral.id]);
    assert!(browser.text("/referrals").await.contains("Komt zodra de zuil verbinding heeft"));
    assert_eq!(list(&library).await, [], "a code is for once");
    jumbo.upload(std::slice::from_ref(&envelope)).await;
    let page = browser.text("/referrals").await;
    assert!(page.contains(&format!("/transactions/{}", envelope.header.reference)));
    assert!(page.contains("bij Jumbo Marktplein, vandaag") && !page.contains("Trek in"));
    // The library had no line to the hub, and took the same code.
    let other = UsedReferral { transaction: uuid::Uuid::from_u128(9), ..used };
    uses(&library, other).await;
    assert!(browser.text("/referrals").await.contains("Meer dan één keer gebruikt"));
    assert!(deeds(&hub).contains(&Deed::MadeReferral));
}

#[tokio::test]
async fn a_referral_that_is_taken_back_opens_nothing() {
    let hub = hub().await;
    let browser = signed_in(&hub).await;
    let jumbo = hub.add_pillar("jumbo");
    hub.add_pillar("bieb");
    publishes_the_example(&hub);
    made(&browser).await;
    let [referral] = list(&jumbo).await.try_into().unwrap();
    let response = browser.post(&format!("/referrals/{}/revoke", referral.id), &[]).await;
    assert_eq!(response.status(), StatusCode::SEE_OTHER);
    assert_eq!(list(&jumbo).await, []);
    assert!(browser.text("/referrals").await.contains("Ingetrokken"));
    assert!(deeds(&hub).contains(&Deed::RevokedReferral));
    browser.post(&format!("/referrals/{}/revoke", referral.id), &[]).await;
    let noted = deeds(&hub).into_iter().filter(|deed| *deed == Deed::RevokedReferral);
    assert_eq!(noted.count(), 1, "what was taken back is not taken back again");
    assert_eq!(browser.post("/referrals/nothing/revoke", &[]).await.status(), StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn nobody_is_referred_to_a_pillar_that_serves_nobody() {
    let hub = hub().await;
    let browser = signed_in(&hub).await;
    let (jumbo, _spar) = (hub.add_pillar("jumbo"), hub.add_pillar("spar"));
    publishes_the_example(&hub);
    hears(&jumbo).await;
    orders(&browser, "close", &[("reason", "fault")]).await;
    let told = hears(&jumbo).await;
    tells(&jumbo, told[0].id, OrderState::Done, None).await;
    let page = browser.text("/referrals").await;
    for (pillar, state) in [("jumbo", "Buiten gebruik gesteld"), ("spar", "Niet bereikbaar")] {
        let (_, label) = page.split_once(&format!("<label for=\"pillar-{pillar}\">")).unwrap();
        let (label, _) = label.split_once("</label>").unwrap();
        assert!(label.contains(state), "{label}");
    }
    let form = [("task", "bulky-waste"), ("pillar-jumbo", "yes"), ("pillar-spar", "yes")];
    let refused = browser.post("/referrals", &form).await;
    assert_eq!(refused.status(), StatusCode::UNPROCESSABLE_ENTITY);
    assert!(refused.text().await.unwrap().contains("is nu buiten gebruik"));
    assert_eq!(hub.running.store.referrals(Timestamp::UNIX_EPOCH).unwrap(), []);
    let made = browser.post("/referrals", &[("task", "bulky-waste"), ("pillar-spar", "yes")]).await;
    assert_eq!(made.status(), StatusCode::SEE_OTHER);
    let page = browser.text(location(&made)).await;
    assert!(page.contains("De code is geldig tot") && !page.contains("De code werkt tot"));
}

#[tokio::test]
async fn a_referral_needs_a_task_and_a_pillar_that_serves() {
    let hub = hub().await;
    let browser = signed_in(&hub).await;
    assert!(browser.text("/referrals").await.contains("nog geen catalogus gepubliceerd"));
    let jumbo = hub.add_pillar("jumbo");
    hub.add_pillar("weg");
    hub.running.store.revoke_pillar("weg", Timestamp::now()).unwrap();
    publishes_the_example(&hub);
    for form in [
        &[("task", "bulky-waste")][..],
        &[("task", "bulky-waste"), ("pillar-weg", "yes")],
        &[("task", "no-such-task"), ("pillar-jumbo", "yes")],
        &[("task", "moving-house"), ("pillar-jumbo", "yes")],
        &[],
    ] {
        let response = browser.post("/referrals", form).await;
        assert_eq!(response.status(), StatusCode::UNPROCESSABLE_ENTITY, "{form:?}");
        assert!(response.text().await.unwrap().contains("Kies een aanvraag en minstens één zuil."));
    }
    assert_eq!(list(&jumbo).await, []);
}
