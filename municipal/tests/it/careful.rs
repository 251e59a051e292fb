//! A caller that looks before each step comes through rough weather with exactly one of each.

use http::Request;
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};
use zuil_municipal_doubles::jwt::Client;
use zuil_municipal_doubles::open_zaak::Catalogue;
use zuil_municipal_doubles::{Double as _, OpenZaak, Stormy, Weather};

const BASE: &str = "http://open-zaak.test";

struct Caller {
    storm: Stormy<OpenZaak>,
    client: Client,
    now: Timestamp,
}

impl Caller {
    fn new(weather: Weather, seed: u64) -> Self {
        let client = Client::new("zuil-hub", "made-up-secret");
        let zaak = OpenZaak::new(BASE, client.clone(), Catalogue::example());
        let now = "2026-11-22T08:00:00Z".parse().unwrap();
        Self { storm: Stormy::new(zaak, weather, seed), client, now }
    }

    /// Asks until an answer comes that is none of a broken system.
    fn ask(&mut self, method: &str, path: &str, body: &Value) -> Option<Value> {
        self.now += SignedDuration::from_secs(10);
        let request = Request::builder()
            .method(method)
            .uri(if path.starts_with("http") { path.to_owned() } else { format!("{BASE}{path}") })
            .header("authorization", format!("Bearer {}", self.client.token(self.now)))
            .header("content-type", "application/json")
            .header("accept-crs", "EPSG:4326")
            .header("content-crs", "EPSG:4326")
            .body(if body.is_null() { Vec::new() } else { body.to_string().into_bytes() })
            .unwrap();
        let answer = self.storm.send(request, self.now).ok()?;
        answer.status().is_success().then(|| serde_json::from_slice(answer.body()).unwrap())
    }

    /// Looks for a thing, and makes it where there is none, until it is there.
    fn have(&mut self, look: &str, make: &str, body: &Value) -> Value {
        for _ in 0..100 {
            let found = self.ask("GET", look, &Value::Null);
            let Some(found) = found else { continue };
            let rows = found.as_array().or(found["results"].as_array()).unwrap();
            if let Some(first) = rows.first() {
                return first.clone();
            }
            self.ask("POST", make, body);
        }
        panic!("{make} was never done")
    }

    fn hand_over(&mut self) {
        let of = |list: Value| list["results"][0]["url"].clone();
        let mut kind = |resource: &str| loop {
            if let Some(list) = self.ask("GET", &format!("/catalogi/api/v1/{resource}"), &Value::Null) {
                return of(list);
            }
        };
        let (case_type, role_type, property, status) =
            (kind("zaaktypen"), kind("roltypen"), kind("eigenschappen"), kind("statustypen"));
        let zaken = "/zaken/api/v1";
        let case = self.have(
            &format!("{zaken}/zaken?identificatie=ZUIL-1&bronorganisatie=002220647"),
            &format!("{zaken}/zaken"),
            &json!({
                "identificatie": "ZUIL-1", "bronorganisatie": "002220647", "zaaktype": case_type,
                "verantwoordelijkeOrganisatie": "002220647", "startdatum": "2026-11-22",
            }),
        );
        let url = case["url"].as_str().unwrap().to_owned();
        self.have(
            &format!("{zaken}/rollen?zaak={url}&omschrijvingGeneriek=initiator"),
            &format!("{zaken}/rollen"),
            &json!({
                "zaak": url, "betrokkeneType": "natuurlijk_persoon", "roltype": role_type,
                "betrokkeneIdentificatie": {"anpIdentificatie": "zuil-1"},
            }),
        );
        let properties = format!("{url}/zaakeigenschappen");
        self.have(&properties, &properties, &json!({"zaak": url, "eigenschap": property, "waarde": "t-1"}));
        let moment = self.now.to_string();
        self.have(
            &format!("{zaken}/statussen?zaak={url}"),
            &format!("{zaken}/statussen"),
            &json!({"zaak": url, "statustype": status, "datumStatusGezet": moment}),
        );
    }
}

#[test]
fn a_caller_that_looks_first_makes_exactly_one_of_each() {
    for seed in 0..300 {
        let mut caller = Caller::new(Weather { delay: 0.0, ..Weather::ROUGH }, seed);
        caller.hand_over();
        let zaak = &caller.storm.double;
        let cases = zaak.cases();
        let parts = (cases[0].roles.len(), cases[0].properties.len(), cases[0].statuses.len());
        assert_eq!((cases.len(), parts), (1, (1, 1, 1)), "seed {seed}");
        assert_eq!((zaak.doubled(), zaak.orphans(), zaak.faults()), (vec![], vec![], vec![]), "seed {seed}");
    }
}

#[test]
fn what_arrives_late_may_double_a_property_but_never_a_case_or_a_status() {
    let mut doubled = Vec::new();
    for seed in 0..300 {
        let mut caller = Caller::new(Weather { delay: 0.3, ..Weather::ROUGH }, seed);
        caller.hand_over();
        caller.storm.settle();
        assert_eq!(caller.storm.double.cases().len(), 1, "seed {seed}");
        doubled.extend(caller.storm.double.doubled().into_iter().map(|one| one.what));
    }
    doubled.sort_unstable();
    doubled.dedup();
    assert_eq!(doubled, ["zaakeigenschap"], "looking first is not enough here");
}
