//! What is to do: a resident who waits for a call, until somebody was reached.

use axum::Router;
use axum::http::StatusCode as Answered;
use axum::routing::any;
use jiff::{SignedDuration, Timestamp};
use reqwest::StatusCode;
use uuid::Uuid;
use zuil_hub::connectors::ConnectorsConfig;
use zuil_hub::store::{AuditFilter, Claim, Deed, Entry, Held, Note, ParkReason, Settled, Standing};
use zuil_wire::{PaymentState, Reference, State};

use super::desk::{Browser, location, signed_in};
use super::handover::{open_zaak_at, publish, stands};
use super::harness::{TestHub, hub, hub_with, payment};

/// Waits until the hub has looked at so many that are to be called back.
pub async fn to_call(hub: &TestHub, count: u64) {
    for _ in 0..600 {
        if hub.running.store.call_backs_to_do(jiff::Timestamp::now()).unwrap().all == count {
            return;
        }
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    panic!("{:?}", hub.running.store.call_backs(9, jiff::Timestamp::now()).unwrap());
}

/// Waits until the hub has looked at a request.
pub async fn looked_at(hub: &TestHub, number: u64) {
    let stored = || hub.running.store.transaction(Reference::from_bits(number)).unwrap();
    for _ in 0..600 {
        if stored().is_some_and(|stored| stored.looked_at) {
            return;
        }
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    panic!("nobody looks at it: {:?}", stored());
}

async fn does(browser: &Browser, number: u64, what: &str, form: &[(&str, &str)]) {
    let answer = browser.post(&format!("/worklist/{}/{what}", Reference::from_bits(number)), form).await;
    assert_eq!((answer.status(), location(&answer)), (StatusCode::SEE_OTHER, "/worklist"));
}

/// What the log says was done about it, the first first: what, and how.
fn noted(hub: &TestHub, number: u64) -> Vec<(Deed, String)> {
    let about = Some(Reference::from_bits(number).to_string());
    let log = hub.running.store.audit(&AuditFilter { about, ..AuditFilter::default() }, 99).unwrap();
    log.into_iter().rev().map(|noted| (noted.entry.deed, noted.entry.detail)).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_resident_who_asked_for_a_call_is_called_once_and_off_the_list_when_reached() {
    let hub = hub().await;
    let pillar = hub.add_pillar("jumbo");
    let browser = signed_in(&hub).await;
    let empty = browser.text("/worklist").await;
    assert!(empty.contains("Er hoeft niemand te worden teruggebeld.") && !empty.contains("class=\"count\""));
    pillar.upload(&[pillar.envelope(1, None), pillar.call_back(2), pillar.call_back(3)]).await;
    to_call(&hub, 2).await;
    let page = browser.text("/worklist").await;
    assert!(page.contains("2 bewoners wachten op een telefoontje.") && page.contains("Ik doe dit"), "{page}");
    assert!(!page.contains(&Reference::from_bits(1).to_string()), "only who asked for a call");
    assert!(!page.contains("Voorbeeldstraat"), "nothing that was filled in");
    // Every page says how much is to do.
    assert!(browser.text("/pillars").await.contains("Te doen <span class=\"count\">2</span>"));

    does(&browser, 2, "take", &[]).await;
    assert!(browser.text("/worklist").await.contains("U belt. Hoe ging het?"));
    does(&browser, 2, "told", &[("told", "not-reached")]).await;
    assert!(browser.text("/worklist").await.contains("Geen gehoor, later weer (beheer, zojuist)"));
    does(&browser, 2, "take", &[]).await;
    does(&browser, 2, "told", &[("told", "reached")]).await;
    let page = browser.text("/worklist").await;
    assert!(page.contains("1 bewoner wacht op een telefoontje."), "{page}");
    let log = [
        (Deed::TookCallBack, String::new()),
        (Deed::ToldCallBack, "not-reached".into()),
        (Deed::TookCallBack, String::new()),
        (Deed::ToldCallBack, "reached".into()),
    ];
    assert_eq!(noted(&hub, 2), log);
    // Nobody called, so that it was taken over from nobody, whatever the form says.
    does(&browser, 3, "take", &[("over_from", "somebody")]).await;
    assert_eq!(noted(&hub, 3), [(Deed::TookCallBack, String::new())]);
    let story = browser.text(&format!("/transactions/{}", Reference::from_bits(2))).await;
    assert!(story.contains("beheer nam het terugbellen op zich"), "{story}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_colleague_does_is_taken_over_knowingly_or_not_at_all() {
    let hub = hub().await;
    let pillar = hub.add_pillar("jumbo");
    let browser = signed_in(&hub).await;
    pillar.upload(&[pillar.call_back(2)]).await;
    to_call(&hub, 1).await;
    let store = &hub.running.store;
    store.take_call_back(Reference::from_bits(2), "m.agent", None, jiff::Timestamp::now()).unwrap();
    let holder =
        || store.call_backs(9, jiff::Timestamp::now()).unwrap()[0].holder.clone().map(|(holder, _)| holder);
    // Their page was from before the colleague began.
    does(&browser, 2, "take", &[]).await;
    does(&browser, 2, "told", &[("told", "reached")]).await;
    assert_eq!((holder(), noted(&hub, 2)), (Some("m.agent".into()), vec![]));
    let page = browser.text("/worklist").await;
    assert!(page.contains("name=\"over_from\" value=\"m.agent\"") && page.contains("Overnemen"), "{page}");
    does(&browser, 2, "take", &[("over_from", "m.agent")]).await;
    assert_eq!(holder(), Some("beheer".into()));
    assert_eq!(noted(&hub, 2), [(Deed::TookCallBack, "m.agent".into())]);
    let odd = browser.post(&format!("/worklist/{}/told", Reference::from_bits(2)), &[("told", "x")]).await;
    assert_eq!(odd.status(), StatusCode::NOT_FOUND);
    // What does not exist, or is no call to make, changes nothing.
    does(&browser, 99, "take", &[]).await;
    assert_eq!(noted(&hub, 99), []);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_call_that_could_not_be_sent_on_is_to_do_here_and_so_is_what_else_waits() {
    let hub = hub_with(|config| config.connectors = Some(ConnectorsConfig::default())).await;
    publish(&hub);
    let pillar = hub.add_pillar("jumbo");
    let browser = signed_in(&hub).await;
    pillar.upload(&[pillar.call_back(2), pillar.envelope(3, Some(payment(PaymentState::Unknown)))]).await;
    stands(&hub, 2, Standing::Parked(ParkReason::NotConfigured)).await;
    let page = browser.text("/worklist").await;
    for words in ["1 bewoner wacht", "1 betaling moet worden uitgezocht", "1 aanvraag is niet doorgestuurd"] {
        assert!(page.contains(words), "{words}: {page}");
    }
    assert!(page.contains("href=\"/payments\"") && page.contains("href=\"/handover\""));
    // The call that was not sent on is one thing to do, however many lists it stands on.
    assert!(page.contains("<span class=\"count\">2</span>"), "{page}");
    // Somebody entered it in the other system.
    let by_hand = format!("/transactions/{}/by-hand", Reference::from_bits(2));
    browser.post(&by_hand, &[("case_number", "KLANT-7")]).await;
    assert!(browser.text("/worklist").await.contains("Niemand wacht op een telefoontje."));
    hub.running.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_not_paid_waits_for_a_decision_and_then_goes_on_or_is_dealt_with() {
    let hub = hub().await;
    let pillar = hub.add_pillar("jumbo");
    let browser = signed_in(&hub).await;
    let unpaid = || Some(payment(PaymentState::NotPaid));
    pillar.upload(&[pillar.envelope(1, unpaid()), pillar.envelope(2, unpaid())]).await;
    let store = &hub.running.store;
    for number in [1, 2] {
        looked_at(&hub, number).await;
    }
    let page = browser.text("/worklist").await;
    assert!(page.contains("<td role=\"cell\" data-label=\"Waarom\">Niet betaald</td>"), "{page}");
    assert!(page.contains("<span class=\"count\">2</span>"), "{page}");
    let request = |number| format!("/transactions/{}", Reference::from_bits(number));
    let text = browser.text(&request(1)).await;
    assert!(text.contains("Toch doorsturen") && text.contains("Afgehandeld"), "{text}");

    // Both are asked once more, and asking changes nothing.
    let questions =
        [("send-anyway", "Deze aanvraag toch doorsturen?"), ("close", "Is deze aanvraag afgehandeld?")];
    for (deed, question) in questions {
        let page = browser.text(&format!("{}/{deed}", request(1))).await;
        assert!(page.contains(question) && page.contains("Dit is niet terug te draaien."), "{page}");
        assert!(page.contains(&format!("action=\"{}/{deed}\"", request(1))), "{page}");
    }
    assert_eq!(noted(&hub, 1), []);
    for (number, deed) in [(1, "send-anyway"), (2, "close")] {
        let answer = browser.post(&format!("{}/{deed}", request(number)), &[]).await;
        assert_eq!((answer.status(), location(&answer)), (StatusCode::SEE_OTHER, request(number).as_str()));
    }
    // Whoever comes too late is told so.
    for deed in ["close", "send-anyway"] {
        let path = format!("{}/{deed}", request(2));
        assert_eq!(browser.get(&path).await.status(), StatusCode::CONFLICT, "{path}");
        let answer = browser.post(&path, &[]).await;
        assert_eq!(answer.status(), StatusCode::CONFLICT, "{path}");
        assert!(answer.text().await.unwrap().contains("Hier valt niets te beslissen"), "{path}");
    }
    let state = |number| store.transaction(Reference::from_bits(number)).unwrap().unwrap().state;
    assert_eq!((state(1), state(2)), (State::Received, State::Received));
    assert_eq!(noted(&hub, 1), [(Deed::SentAnyway, "not-paid".into())]);
    assert_eq!(noted(&hub, 2), [(Deed::ClosedRequest, String::new())], "once");
    assert!(browser.text(&request(2)).await.contains("Een medewerker heeft deze aanvraag afgehandeld."));
    assert!(browser.text("/").await.contains("Afgesloten</span>"), "in the list, too");
    assert!(!browser.text("/worklist").await.contains("class=\"count\""));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_on_its_way_is_dealt_with_after_its_hour_and_not_while_it_is_handed_over() {
    // The other system is away, so that nothing arrives and all goes on by itself.
    let routes = Router::new().fallback(any(|| async { Answered::SERVICE_UNAVAILABLE }));
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move { axum::serve(listener, routes).await });
    let folder = tempfile::tempdir().unwrap();
    let hub = hub_with(|config| config.connectors = Some(open_zaak_at(url, folder.path()))).await;
    publish(&hub);
    let pillar = hub.add_pillar("jumbo");
    let browser = signed_in(&hub).await;
    pillar
        .upload(&[pillar.envelope(1, None), pillar.envelope(2, Some(payment(PaymentState::NotPaid)))])
        .await;
    stands(&hub, 1, Standing::Waiting).await;
    stands(&hub, 2, Standing::Held).await;
    let close = |number| format!("/transactions/{}/close", Reference::from_bits(number));
    let page = browser.text(&format!("/transactions/{}", Reference::from_bits(1))).await;
    assert!(!page.contains(&close(1)), "it has just come in: {page}");
    assert_eq!(browser.post(&close(1), &[]).await.status(), StatusCode::CONFLICT);
    assert_eq!(noted(&hub, 1), []);

    // A colleague let the other one go on two hours ago, and at this moment it is handed over.
    let (store, now) = (&hub.running.store, Timestamp::now());
    let reference = Reference::from_bits(2);
    let before = now - SignedDuration::from_hours(2);
    let entry = Entry::new(before, "m.agent", Deed::SentAnyway, &reference.to_string());
    assert_eq!(store.send_anyway(reference, &entry).unwrap(), Settled::Yes);
    let (holder, lease) = (Uuid::from_u128(1), SignedDuration::from_mins(2));
    let later = now + SignedDuration::from_mins(15);
    let claim = Claim { holder, now: later, lease, limit: 9, without: &[] };
    let claimed = store.claim_handovers(&claim).unwrap();
    let claimed = claimed.iter().find(|one| one.stored.reference == reference).unwrap();
    let answer = browser.post(&close(2), &[]).await;
    assert_eq!(answer.status(), StatusCode::CONFLICT);
    assert!(answer.text().await.unwrap().contains("Deze aanvraag wordt nu net doorgestuurd"));
    assert_eq!(noted(&hub, 2), [(Deed::SentAnyway, String::new())], "nobody closed it");
    assert_eq!(store.keep_handover(claimed.lease, Note::Later(later), now).unwrap(), Held::Yes);
    let page = browser.text(&format!("/transactions/{reference}")).await;
    assert!(page.contains(&close(2)), "{page}");
    assert_eq!(browser.post(&close(2), &[]).await.status(), StatusCode::SEE_OTHER);
    stands(&hub, 2, Standing::Closed).await;
    assert_eq!(noted(&hub, 2)[1..], [(Deed::ClosedRequest, String::new())]);
    hub.running.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn all_that_will_be_deleted_can_be_seen_and_counts_in_the_menu() {
    let hub = hub().await;
    let pillar = hub.add_pillar("jumbo");
    let browser = signed_in(&hub).await;
    let envelopes: Vec<_> = (1..=25).map(|number| pillar.envelope(number, None)).collect();
    pillar.upload(&envelopes).await;
    for number in 1..=25 {
        looked_at(&hub, number).await;
    }
    // As if they were almost too old.
    let longest = SignedDuration::from_hours(24 * 13);
    hub.running.store.note_oldest(Timestamp::now(), longest).unwrap();
    let link = |number| format!("href=\"/transactions/{}\"", Reference::from_bits(number));
    let first = browser.text("/worklist").await;
    assert!(first.contains("Te doen <span class=\"count\">25</span>"), "{first}");
    assert!(first.contains("1 tot en met 20 van 25") && first.contains(&link(20)), "{first}");
    assert!(!first.contains(&link(21)) && first.contains("href=\"/worklist?deleted=2#to-forget\""));
    let second = browser.text("/worklist?deleted=2").await;
    assert!(second.contains("21 tot en met 25 van 25") && second.contains(&link(25)), "{second}");
    assert!(!second.contains(&link(20)) && second.contains("href=\"/worklist?deleted=1#to-forget\""));
    assert!(!second.contains("deleted=3"), "{second}");
}
