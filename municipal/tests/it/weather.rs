//! Bad weather between a hub and the systems, and what it may do there.

use http::Request;
use jiff::{SignedDuration, Timestamp};
use serde_json::json;
use zuil_municipal_doubles::jwt::Client;
use zuil_municipal_doubles::open_zaak::Catalogue;
use zuil_municipal_doubles::{Double as _, OpenKlant, OpenZaak, Stormy, Weather};

fn noon() -> Timestamp {
    "2026-11-22T12:00:00Z".parse().unwrap()
}

fn klant(weather: Weather, seed: u64) -> Stormy<OpenKlant> {
    Stormy::new(OpenKlant::new("http://open-klant.test", "made-up"), weather, seed)
}

fn contact() -> Request<Vec<u8>> {
    let body = json!({"kanaal": "zuil", "onderwerp": "x", "taal": "nld", "vertrouwelijk": false});
    Request::post("http://open-klant.test/klantinteracties/api/v1/klantcontacten")
        .header("authorization", "Token made-up")
        .header("content-type", "application/json")
        .body(body.to_string().into_bytes())
        .unwrap()
}

#[test]
fn what_is_lost_on_the_way_there_is_never_done() {
    let mut storm = klant(Weather { lose_request: 1.0, ..Weather::FINE }, 1);
    assert!(storm.send(contact(), noon()).is_err());
    storm.settle();
    assert!(storm.double.contacts().is_empty());
}

#[test]
fn what_is_lost_on_the_way_back_is_done() {
    let mut storm = klant(Weather { lose_answer: 1.0, ..Weather::FINE }, 1);
    assert!(storm.send(contact(), noon()).is_err());
    assert_eq!(storm.double.contacts().len(), 1);
}

#[test]
fn what_is_late_is_done_after_the_caller_gave_up() {
    let mut storm = klant(Weather { delay: 1.0, ..Weather::FINE }, 1);
    assert!(storm.send(contact(), noon()).is_err());
    assert_eq!((storm.double.contacts().len(), storm.on_their_way()), (0, 1));
    storm.set_weather(Weather::FINE);
    assert!(storm.send(contact(), noon() + SignedDuration::from_mins(3)).is_ok());
    assert_eq!((storm.double.contacts().len(), storm.on_their_way()), (2, 0));
}

#[test]
fn of_server_errors_some_hide_that_it_was_done() {
    let done = (0..100).filter(|seed| {
        let mut storm = klant(Weather { server_error: 1.0, ..Weather::FINE }, *seed);
        assert!(storm.send(contact(), noon()).unwrap().status().is_server_error());
        !storm.double.contacts().is_empty()
    });
    assert!((20..80).contains(&done.count()));
}

#[test]
fn a_case_that_arrives_twice_is_made_once_and_a_contact_twice() {
    let always = Weather { duplicate: 1.0, ..Weather::FINE };
    for seed in 0..50 {
        let mut storm = klant(always, seed);
        assert_eq!(storm.send(contact(), noon()).unwrap().status(), 201);
        assert_eq!(storm.double.contacts().len(), 2);

        let client = Client::new("zuil-hub", "made-up-secret");
        let zaak = OpenZaak::new("http://open-zaak.test", client.clone(), Catalogue::example());
        let kind = zaak.catalogue().case_type_url("ZUIL-AANVRAAG").unwrap();
        let body = json!({
            "identificatie": "ZUIL-1", "bronorganisatie": "002220647", "zaaktype": kind,
            "verantwoordelijkeOrganisatie": "002220647", "startdatum": "2026-11-22",
        });
        let request = Request::post("http://open-zaak.test/zaken/api/v1/zaken")
            .header("authorization", format!("Bearer {}", client.token(noon())))
            .header("content-type", "application/json")
            .header("accept-crs", "EPSG:4326")
            .header("content-crs", "EPSG:4326")
            .body(body.to_string().into_bytes())
            .unwrap();
        let mut storm = Stormy::new(zaak, always, seed);
        let status = storm.send(request, noon()).unwrap().status().as_u16();
        assert!([201, 400, 500].contains(&status), "{status}");
        assert_eq!((storm.double.cases().len(), storm.double.doubled()), (1, vec![]));
    }
}

#[test]
fn the_same_seed_is_the_same_weather() {
    let story = |seed| {
        let mut storm = klant(Weather::ROUGH, seed);
        let sent: Vec<Option<u16>> = (0..200)
            .map(|_| storm.send(contact(), noon()).ok().map(|answer| answer.status().as_u16()))
            .collect();
        (sent, storm.double.contacts().iter().map(|one| one.id.clone()).collect::<Vec<_>>())
    };
    assert_eq!(story(5), story(5));
    assert_ne!(story(5), story(6));
}
