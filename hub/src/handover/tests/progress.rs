//! How far a request is in Open Zaak or Signalen, and how the hub hears of it.

use http::Request;
use jiff::SignedDuration;
use serde_json::{Value, json};
use zuil_municipal_doubles::Double as _;
use zuil_municipal_doubles::jwt::Client;
use zuil_wire::Reference;

use super::hub::{Hub, clock, look_around, pass, work};
use super::network::{ANY, BASE, Luck, Network, SECRET};
use crate::store::conformance::incoming;
use crate::store::{ProgressStore as _, System};

/// A hub with one request, handed over.
fn handed_over(system: System, network: std::sync::Arc<Network>) -> Hub {
    let hub = Hub::of(system, network);
    hub.receives(vec![incoming(1, 1)]);
    assert!(work(&hub.starts(1)));
    hub
}

/// What somebody at the municipality does in Open Zaak, on a good line.
fn somebody_does(hub: &Hub, method: &str, path: &str, body: &Value) -> Value {
    let request = Request::builder()
        .method(method)
        .uri(format!("{BASE}{path}"))
        .header("authorization", format!("Bearer {}", Client::new("zuil", SECRET).token(clock())))
        .header("content-type", "application/json")
        .header("accept-crs", "EPSG:4326")
        .header("content-crs", "EPSG:4326")
        .body(body.to_string().into_bytes())
        .unwrap();
    let answer = hub.network.world().town.answer(request, clock(), &mut fastrand::Rng::with_seed(7));
    assert!(answer.status().is_success(), "{path}: {}", String::from_utf8_lossy(answer.body()));
    serde_json::from_slice(answer.body()).unwrap()
}

/// Somebody gives the case another status.
fn somebody_sets(hub: &Hub, name: &str) {
    let all = somebody_does(hub, "GET", "/catalogi/api/v1/statustypen", &Value::Null);
    let kinds = all["results"].as_array().unwrap();
    let kind = &kinds.iter().find(|kind| kind["omschrijving"] == name).unwrap()["url"];
    let case = &hub.cases()[0].url;
    let body = json!({ "zaak": case, "statustype": kind, "datumStatusGezet": clock().to_string() });
    somebody_does(hub, "POST", "/zaken/api/v1/statussen", &body);
}

/// Somebody is done with the case.
fn somebody_closes(hub: &Hub) {
    let case = hub.cases()[0].url.clone();
    let mut dice = fastrand::Rng::with_seed(8);
    hub.network.world().town.open_zaak.close(&case, clock(), &mut dice);
}

fn progress(hub: &Hub) -> Option<(String, bool)> {
    let told = hub.store.progress(Reference::from_bits(1)).unwrap();
    told.map(|progress| (progress.words, progress.is_done))
}

fn good() -> std::sync::Arc<Network> {
    Network::new(1, 0, &[Luck::Good])
}

#[test]
fn a_case_is_asked_about_now_and_then_until_they_are_done() {
    let hub = handed_over(System::OpenZaak, good());
    let engine = hub.starts(2);
    look_around(&engine);
    assert_eq!(progress(&hub), Some(("Ontvangen".into(), false)));
    pass(SignedDuration::from_hours(1));
    somebody_sets(&hub, "In behandeling");
    look_around(&engine);
    assert_eq!(progress(&hub), Some(("Ontvangen".into(), false)), "not asked all the time");
    pass(SignedDuration::from_hours(9));
    look_around(&engine);
    assert_eq!(progress(&hub), Some(("In behandeling".into(), false)));
    pass(SignedDuration::from_hours(10));
    somebody_closes(&hub);
    pass(SignedDuration::from_hours(10));
    look_around(&engine);
    assert_eq!(progress(&hub), Some(("Afgehandeld".into(), true)));
    let asked = hub.arrived();
    pass(SignedDuration::from_hours(1_000));
    look_around(&engine);
    assert_eq!(hub.arrived(), asked);
    hub.is_without_reproach("a case that was dealt with");
}

#[test]
fn a_message_leads_to_asking_at_once_and_its_repeats_to_nothing_more() {
    let hub = handed_over(System::OpenZaak, good());
    let engine = hub.starts(2);
    look_around(&engine);
    pass(SignedDuration::from_mins(10));
    somebody_sets(&hub, "In behandeling");
    let case = hub.cases()[0].url.clone();
    for _ in 0..3 {
        assert!(hub.store.look_soon(System::OpenZaak, &case, clock()).unwrap());
    }
    let asked = hub.arrived();
    look_around(&engine);
    look_around(&engine);
    assert_eq!(hub.arrived(), asked + 3, "case, status and its type");
    assert_eq!(progress(&hub), Some(("In behandeling".into(), false)));
}

#[test]
fn a_report_is_done_when_signalen_closed_it() {
    let hub = handed_over(System::Signalen, good());
    let engine = hub.starts(2);
    look_around(&engine);
    assert_eq!(progress(&hub), Some(("Open".into(), false)));
    let id = hub.network.world().town.signalen.signals()[0].id.clone();
    hub.network.world().town.signalen.close(&id);
    pass(SignedDuration::from_hours(10));
    look_around(&engine);
    assert_eq!(progress(&hub), Some(("Afgesloten".into(), true)));
}

#[test]
fn whatever_is_lost_or_killed_the_last_status_is_known_in_the_end() {
    for seed in 0..60 {
        let hub = handed_over(System::OpenZaak, good());
        pass(SignedDuration::from_mins(1));
        somebody_sets(&hub, "In behandeling");
        pass(SignedDuration::from_mins(1));
        somebody_closes(&hub);
        hub.network.worsen(seed, 40, ANY);
        let mut engine = hub.starts(seed);
        for _ in 0..200 {
            if !look_around(&engine) {
                engine = hub.starts(seed + 1);
            }
            pass(SignedDuration::from_hours(2));
        }
        assert_eq!(progress(&hub), Some(("Afgehandeld".into(), true)), "seed {seed}");
    }
}
