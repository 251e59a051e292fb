//! The traps of the real systems, each of which a hub has to live with.

use http::{Request, Response};
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};
use zuil_municipal_doubles::jwt::Client;
use zuil_municipal_doubles::open_zaak::{CaseType, Catalogue, Confidentiality};
use zuil_municipal_doubles::{
    Begun, Double, Doubled, FaultKind, Notificaties, OpenKlant, OpenZaak, Signalen, Town,
};

const ZAKEN: &str = "http://open-zaak.test/zaken/api/v1";
const RSIN: &str = "002220647";

/// A hub that knows what it does, and the systems before it.
struct Desk<D> {
    system: D,
    now: Timestamp,
    dice: fastrand::Rng,
}

impl<D: Double> Desk<D> {
    fn new(system: D) -> Self {
        let now = "2026-11-22T08:00:00Z".parse().unwrap();
        Self { system, now, dice: fastrand::Rng::with_seed(7) }
    }

    fn request(&self, method: &str, url: &str, body: &Value) -> Request<Vec<u8>> {
        let key = if url.contains("klantinteracties") {
            "Token made-up".to_owned()
        } else {
            format!("Bearer {}", client().token(self.now))
        };
        let request = Request::builder().method(method).uri(url).header("authorization", key);
        let request = request.header("content-type", "application/json");
        let request = request.header("accept-crs", "EPSG:4326").header("content-crs", "EPSG:4326");
        request.body(if body.is_null() { Vec::new() } else { body.to_string().into_bytes() }).unwrap()
    }

    fn send(&mut self, method: &str, url: &str, body: &Value) -> (u16, Value) {
        let request = self.request(method, url, body);
        let answer = self.system.answer(request, self.now, &mut self.dice);
        (answer.status().as_u16(), json_of(&answer))
    }

    fn begin(&mut self, url: &str, body: &Value) -> Begun<D::Write> {
        let request = self.request("POST", url, body);
        self.system.begin(request, self.now, &mut self.dice)
    }

    fn finish(&mut self, begun: Begun<D::Write>) -> u16 {
        self.system.finish(begun, self.now, &mut self.dice).status().as_u16()
    }

    fn kinds(&self) -> Vec<FaultKind> {
        self.system.faults().iter().map(|fault| fault.kind).collect()
    }
}

impl Desk<OpenZaak> {
    fn open() -> Self {
        Self::new(OpenZaak::new("http://open-zaak.test", client(), Catalogue::example()))
    }

    fn type_url(&mut self, resource: &str, name: &str) -> String {
        let url = format!("http://open-zaak.test/catalogi/api/v1/{resource}?status=definitief");
        let (_, list) = self.send("GET", &url, &Value::Null);
        let found = list["results"].as_array().unwrap().iter();
        let found = found.clone().find(|one| one["omschrijving"] == name || one["naam"] == name).unwrap();
        found["url"].as_str().unwrap().to_owned()
    }

    fn case_body(&self, identification: &str) -> Value {
        let kind = self.system.catalogue().case_type_url("ZUIL-AANVRAAG").unwrap();
        json!({
            "identificatie": identification, "bronorganisatie": RSIN, "zaaktype": kind,
            "verantwoordelijkeOrganisatie": RSIN, "startdatum": "2026-11-22", "communicatiekanaalNaam": "zuil",
        })
    }

    fn make_case(&mut self, identification: &str) -> String {
        let body = self.case_body(identification);
        let (status, case) = self.send("POST", &format!("{ZAKEN}/zaken"), &body);
        assert_eq!(status, 201, "{case}");
        case["url"].as_str().unwrap().to_owned()
    }

    fn add_role(&mut self, case: &str) -> (u16, Value) {
        let kind = self.type_url("roltypen", "Aanvrager");
        let body = json!({
            "zaak": case, "betrokkeneType": "natuurlijk_persoon", "roltype": kind,
            "betrokkeneIdentificatie": {"anpIdentificatie": "zuil-1", "geslachtsnaam": "Voorbeeld"},
            "contactpersoonRol": {"naam": "Sam Voorbeeld", "emailadres": "sam@example.com"},
        });
        self.send("POST", &format!("{ZAKEN}/rollen"), &body)
    }

    fn add_property(&mut self, case: &str, name: &str, value: &str) -> (u16, Value) {
        let kind = self.type_url("eigenschappen", name);
        let body = json!({"zaak": case, "eigenschap": kind, "waarde": value});
        self.send("POST", &format!("{case}/zaakeigenschappen"), &body)
    }

    fn set_status(&mut self, case: &str, name: &str) -> (u16, Value) {
        let kind = self.type_url("statustypen", name);
        let body = json!({"zaak": case, "statustype": kind, "datumStatusGezet": self.now.to_string()});
        self.send("POST", &format!("{ZAKEN}/statussen"), &body)
    }
}

fn client() -> Client {
    Client::new("zuil-hub", "made-up-secret")
}

fn json_of(answer: &Response<Vec<u8>>) -> Value {
    serde_json::from_slice(answer.body()).unwrap_or_default()
}

#[test]
fn a_case_in_the_right_order_is_whole_and_without_a_fault() {
    let mut hub = Desk::open();
    let case = hub.make_case("ZUIL-1");
    assert_eq!(hub.system.orphans().len(), 1, "not complete before its first status");
    assert_eq!(hub.add_role(&case).0, 201);
    assert_eq!(hub.add_property(&case, "zuilTransactieId", "t-1").0, 201);
    assert_eq!(hub.set_status(&case, "Ontvangen").0, 201);
    let paid = json!({"betalingsindicatie": "geheel", "laatsteBetaaldatum": "2026-11-22T07:59:00+00:00"});
    let (status, told) = hub.send("PATCH", &case, &paid);
    assert_eq!((status, &told["laatsteBetaaldatum"]), (200, &json!("2026-11-22T07:59:00Z")));
    let cases = hub.system.cases();
    assert_eq!((cases.len(), cases[0].roles.len(), cases[0].statuses.len()), (1, 1, 1));
    assert_eq!((hub.system.doubled(), hub.system.orphans(), hub.kinds()), (vec![], vec![], vec![]));
}

#[test]
fn of_two_racing_cases_one_is_made_and_the_other_fails_with_500() {
    let mut hub = Desk::open();
    let (url, body) = (format!("{ZAKEN}/zaken"), hub.case_body("ZUIL-1"));
    let (first, second) = (hub.begin(&url, &body), hub.begin(&url, &body));
    assert_eq!((hub.finish(second), hub.finish(first)), (201, 500));
    assert_eq!(hub.system.cases().len(), 1);
    let (status, told) = hub.send("POST", &url, &body);
    assert_eq!((status, &told["invalidParams"][0]["code"]), (400, &json!("identificatie-niet-uniek")));
    let looked_up = format!("{url}?identificatie=ZUIL-1&bronorganisatie={RSIN}");
    assert_eq!(hub.send("GET", &looked_up, &Value::Null).1["count"], 1);
    assert_eq!(hub.kinds(), vec![], "a repeat is no fault of a hub that resumes");
}

#[test]
fn a_repeated_property_is_doubled_without_a_word() {
    let mut hub = Desk::open();
    let case = hub.make_case("ZUIL-1");
    assert_eq!(hub.add_property(&case, "zuilTransactieId", "t-1").0, 201);
    assert_eq!(hub.add_property(&case, "zuilTransactieId", "t-1").0, 201);
    let listed = hub.send("GET", &format!("{case}/zaakeigenschappen"), &Value::Null).1;
    assert_eq!(listed.as_array().unwrap().len(), 2);
    let of = format!("{case} zuilTransactieId");
    assert_eq!(hub.system.doubled(), [Doubled { what: "zaakeigenschap", of, count: 2 }]);
    let second = listed[1]["url"].as_str().unwrap();
    assert_eq!(hub.send("DELETE", second, &Value::Null).0, 204);
    assert_eq!(hub.send("DELETE", second, &Value::Null).0, 404);
    assert_eq!((hub.system.doubled(), hub.kinds()), (vec![], vec![]));
}

#[test]
fn two_racing_initiators_are_both_written_because_no_database_forbids_it() {
    let mut hub = Desk::open();
    let case = hub.make_case("ZUIL-1");
    let body = json!({
        "zaak": case, "betrokkeneType": "natuurlijk_persoon", "roltype": hub.type_url("roltypen", "Aanvrager"),
        "betrokkeneIdentificatie": {"anpIdentificatie": "zuil-1"},
    });
    let url = format!("{ZAKEN}/rollen");
    let (first, second) = (hub.begin(&url, &body), hub.begin(&url, &body));
    assert_eq!((hub.finish(first), hub.finish(second)), (201, 201));
    assert_eq!(hub.system.doubled()[0].what, "initiator");
    assert_eq!(hub.add_role(&case).1["invalidParams"][0]["code"], "max-occurences");
    let found = hub.send("GET", &format!("{url}?zaak={case}&omschrijvingGeneriek=initiator"), &Value::Null).1;
    let surplus = found["results"][1]["url"].as_str().unwrap();
    assert_eq!(hub.send("DELETE", surplus, &Value::Null).0, 204);
    assert_eq!(hub.send("DELETE", surplus, &Value::Null).0, 404);
    assert_eq!(hub.system.doubled(), []);
}

#[test]
fn a_case_that_somebody_is_done_with_has_its_last_status_and_a_day() {
    let mut hub = Desk::open();
    let case = hub.make_case("ZUIL-1");
    hub.system.take_notifications();
    let mut dice = fastrand::Rng::with_seed(3);
    hub.system.close("http://open-zaak.test/nothing", hub.now, &mut dice);
    hub.system.close(&case, hub.now, &mut dice);
    let told = hub.send("GET", &case, &Value::Null).1;
    assert_eq!(told["einddatum"], json!("2026-11-22"));
    let status = hub.send("GET", told["status"].as_str().unwrap(), &Value::Null).1;
    let kind = hub.send("GET", status["statustype"].as_str().unwrap(), &Value::Null).1;
    assert_eq!(kind["isEindstatus"], json!(true));
    let messages = hub.system.take_notifications();
    assert_eq!((messages.len(), &messages[0]["resource"]), (1, &json!("status")));
}

#[test]
fn a_status_is_refused_only_with_the_very_same_moment() {
    let mut hub = Desk::open();
    let case = hub.make_case("ZUIL-1");
    assert_eq!(hub.set_status(&case, "Ontvangen").0, 201);
    assert_eq!(hub.set_status(&case, "Ontvangen").1["invalidParams"][0]["code"], "unique");
    hub.now += SignedDuration::from_secs(1);
    assert_eq!(hub.set_status(&case, "Ontvangen").0, 201);
    assert_eq!(hub.system.doubled()[0].what, "status");
}

#[test]
fn text_in_a_number_and_unknown_fields_are_taken_and_noted() {
    let mut hub = Desk::open();
    let case = hub.make_case("ZUIL-1");
    assert_eq!(hub.add_property(&case, "aantal", "drie").0, 201);
    let mut body = hub.case_body("ZUIL-2");
    body["kanaal"] = json!("zuil");
    body["startdatum"] = json!("2027-01-01");
    assert_eq!(hub.send("POST", &format!("{ZAKEN}/zaken"), &body).0, 201);
    assert_eq!(hub.kinds(), [FaultKind::TakenSilently; 3]);
    let what: Vec<String> = hub.system.faults().into_iter().map(|fault| fault.what).collect();
    assert!(
        what[0].starts_with("waarde:")
            && what[1].starts_with("kanaal:")
            && what[2].starts_with("startdatum:")
    );
}

#[test]
fn a_case_begins_on_the_day_that_it_is_in_the_municipality() {
    let mut hub = Desk::open();
    hub.now = "2027-01-01T23:04:00Z".parse().unwrap();
    let mut body = hub.case_body("ZUIL-1");
    body["startdatum"] = json!("2027-01-02");
    assert_eq!(hub.send("POST", &format!("{ZAKEN}/zaken"), &body).0, 201);
    assert_eq!(hub.kinds(), [], "it is four minutes past midnight there");
    body["startdatum"] = json!("2027-01-03");
    body["identificatie"] = json!("ZUIL-2");
    assert_eq!(hub.send("POST", &format!("{ZAKEN}/zaken"), &body).0, 201);
    assert_eq!(hub.kinds(), [FaultKind::TakenSilently]);
}

#[test]
fn a_client_of_too_low_a_confidentiality_makes_an_orphan() {
    let zaak = OpenZaak::new("http://open-zaak.test", client(), Catalogue::example());
    let mut hub = Desk::new(zaak.with_highest_confidentiality(Confidentiality::Intern));
    let case = hub.make_case("ZUIL-1");
    assert_eq!(hub.send("GET", &case, &Value::Null).0, 403);
    assert_eq!(hub.add_role(&case).0, 403);
    assert_eq!(hub.add_property(&case, "zuilTransactieId", "t-1").0, 403);
    assert_eq!(hub.set_status(&case, "Ontvangen").0, 403);
    assert_eq!(hub.system.orphans().len(), 1);
}

#[test]
fn each_scope_opens_only_its_own_calls() {
    let zaak = OpenZaak::new("http://open-zaak.test", client(), Catalogue::example());
    let mut hub = Desk::new(zaak.with_scopes(&["zaken.aanmaken"]));
    let case = hub.make_case("ZUIL-1");
    assert_eq!(hub.send("GET", &case, &Value::Null).0, 403);
    assert_eq!(hub.add_role(&case).0, 403);
    assert_eq!(hub.kinds(), [FaultKind::Authorisation; 2]);
}

#[test]
fn what_comes_after_the_first_status_is_noted_as_too_late() {
    let mut hub = Desk::open();
    let case = hub.make_case("ZUIL-1");
    hub.set_status(&case, "Ontvangen");
    assert_eq!(hub.add_role(&case).0, 201);
    assert_eq!(
        (hub.kinds(), hub.system.cases()[0].late.clone()),
        (vec![FaultKind::TooLate], vec!["rol".to_owned()])
    );
}

#[test]
fn a_hub_that_takes_another_form_of_json_is_told_406() {
    let mut hub = Desk::open();
    let mut request = hub.request("GET", &format!("{ZAKEN}/rollen"), &Value::Null);
    request.headers_mut().insert("accept", "application/problem+json".parse().unwrap());
    assert_eq!(hub.system.answer(request, hub.now, &mut hub.dice).status(), 406);
}

#[test]
fn a_hub_whose_clock_is_ahead_or_an_hour_behind_is_refused() {
    for (minutes, code) in [(1, "jwt-immaturesignatureerror"), (-61, "jwt-expiredsignatureerror")] {
        let mut hub = Desk::open();
        let its_clock = hub.now + SignedDuration::from_mins(minutes);
        let key = format!("Bearer {}", client().token(its_clock));
        let mut request = hub.request("GET", &format!("{ZAKEN}/rollen"), &Value::Null);
        request.headers_mut().insert("authorization", key.parse().unwrap());
        let answer = hub.system.answer(request, hub.now, &mut hub.dice);
        assert_eq!((answer.status().as_u16(), &json_of(&answer)["code"]), (403, &json!(code)));
    }
}

#[test]
fn the_valid_version_of_a_type_is_found_by_its_day() {
    let old =
        CaseType::new("MELDING").valid("2020-01-01".parse().unwrap(), Some("2026-06-01".parse().unwrap()));
    let new = CaseType::new("MELDING").valid("2026-06-01".parse().unwrap(), None);
    let draft = CaseType::new("MELDING").valid("2026-07-01".parse().unwrap(), None).concept();
    let catalogue = Catalogue::new().with(old).with(new).with(draft);
    let mut hub = Desk::new(OpenZaak::new("http://open-zaak.test", client(), catalogue));
    let url = "http://open-zaak.test/catalogi/api/v1/zaaktypen?identificatie=MELDING&status=definitief";
    assert_eq!(hub.send("GET", url, &Value::Null).1["count"], 2);
    let (_, found) = hub.send("GET", &format!("{url}&datumGeldigheid=2026-11-22"), &Value::Null);
    assert_eq!((&found["count"], &found["results"][0]["beginGeldigheid"]), (&json!(1), &json!("2026-06-01")));
}

#[test]
fn a_long_list_comes_in_pages() {
    let mut hub = Desk::open();
    (0..150).for_each(|number| drop(hub.make_case(&format!("ZUIL-{number}"))));
    let (_, first) = hub.send("GET", &format!("{ZAKEN}/zaken"), &Value::Null);
    assert_eq!((&first["count"], first["results"].as_array().unwrap().len()), (&json!(150), 100));
    let (_, second) = hub.send("GET", first["next"].as_str().unwrap(), &Value::Null);
    assert_eq!((&second["next"], second["results"].as_array().unwrap().len()), (&Value::Null, 50));
    assert_eq!(hub.send("GET", &format!("{ZAKEN}/zaken?page=3"), &Value::Null).0, 404);
}

#[test]
fn a_filter_that_the_double_does_not_know_is_refused_and_not_ignored() {
    let mut hub = Desk::open();
    hub.make_case("ZUIL-1");
    let (status, _) = hub.send("GET", &format!("{ZAKEN}/zaken?startdatum__gt=2026-01-01"), &Value::Null);
    assert_eq!((status, hub.kinds()), (501, vec![FaultKind::Query]));
}

fn contact(transaction: &str) -> Value {
    json!({
        "klantcontact": {
            "kanaal": "zuil", "onderwerp": "Terugbelverzoek", "inhoud": "x", "taal": "nld", "vertrouwelijk": false,
        },
        "betrokkene": {"rol": "klant", "initiator": true, "contactnaam": {"achternaam": "Voorbeeld"}},
        "onderwerpobject": {
            "onderwerpobjectidentificator": {
                "objectId": transaction, "codeObjecttype": "zuiltransactie", "codeRegister": "zuil",
                "codeSoortObjectId": "uuid",
            },
        },
    })
}

#[test]
fn a_contact_that_is_sent_twice_exists_twice_and_is_found_by_its_transaction() {
    let mut hub = Desk::new(OpenKlant::new("http://open-klant.test", "made-up"));
    let base = "http://open-klant.test/klantinteracties/api/v1";
    let (status, first) = hub.send("POST", &format!("{base}/maak-klantcontact"), &contact("t-1"));
    assert_eq!(status, 201);
    hub.send("POST", &format!("{base}/maak-klantcontact"), &contact("t-2"));
    let filter = "onderwerpobject__onderwerpobjectidentificatorObjectId";
    let looked_up = format!("{base}/klantcontacten?{filter}=t-1");
    assert_eq!(hub.send("GET", &looked_up, &Value::Null).1["count"], 1);
    assert_eq!(hub.system.orphans().len(), 2, "staff sees neither without a task");

    let task = json!({
        "aanleidinggevendKlantcontact": {"uuid": first["klantcontact"]["uuid"]},
        "gevraagdeHandeling": "Terugbellen", "status": "te_verwerken",
    });
    assert_eq!(hub.send("POST", &format!("{base}/internetaken"), &task).0, 201);
    assert_eq!((hub.system.doubled().len(), hub.system.orphans().len()), (0, 1));
    hub.send("POST", &format!("{base}/maak-klantcontact"), &contact("t-1"));
    assert_eq!(hub.system.doubled()[0], Doubled { what: "klantcontact", of: "t-1".to_owned(), count: 2 });
    assert_eq!(hub.kinds(), vec![]);
}

#[test]
fn the_sixty_first_report_within_an_hour_has_to_wait() {
    let mut hub = Desk::new(Signalen::new("http://signalen.test"));
    let url = "http://signalen.test/signals/v1/public/signals/";
    let report = |number: i32| {
        json!({
            "text": format!("Lantaarnpaal {number}"), "reporter": {}, "incident_date_start": "2026-11-22T07:00:00Z",
            "location": {"geometrie": {"type": "Point", "coordinates": [4.82, 52.04]}},
            "category": {"category_url": "/signals/v1/public/terms/categories/afval/sub_categories/grofvuil"},
        })
    };
    for number in 0..60 {
        assert_eq!(hub.send("POST", url, &report(number)).0, 201);
    }
    hub.now += SignedDuration::from_mins(30);
    let request = hub.request("POST", url, &report(60));
    let answer = hub.system.answer(request, hub.now, &mut hub.dice);
    assert_eq!(answer.status(), 429);
    let wait: i64 = answer.headers()["retry-after"].to_str().unwrap().parse().unwrap();
    assert!((1800..=1801).contains(&wait), "{wait}");
    hub.now += SignedDuration::from_secs(wait);
    assert_eq!(hub.send("POST", url, &report(60)).0, 201);
    assert_eq!((hub.system.signals().len(), hub.kinds()), (61, vec![FaultKind::TooFast]));
}

#[test]
fn a_subscription_needs_a_callback_that_refuses_strangers() {
    let mut hub = Desk::new(Notificaties::new("http://open-notificaties.test", client()));
    let url = "http://open-notificaties.test/api/v1/abonnement";
    let wanted = json!({
        "callbackUrl": "http://hub.test/callbacks/zgw", "auth": "Bearer made-up",
        "kanalen": [{"naam": "zaken", "filters": {}}],
    });
    let always = |status: u16| move |_| Response::builder().status(status).body(Vec::new()).unwrap();
    hub.system.set_callback(Box::new(always(204)));
    assert_eq!(hub.send("POST", url, &wanted).1["invalidParams"][0]["code"], "no-auth-on-callback-url");
    hub.system.set_callback(Box::new(always(401)));
    assert_eq!(hub.send("POST", url, &wanted).1["invalidParams"][0]["code"], "invalid-callback-url");
    assert!(hub.system.subscriptions().is_empty());
}

#[test]
fn a_status_is_told_to_who_wants_to_hear_of_it_until_it_arrived() {
    let mut town = Town::new("http://open-zaak.test", client(), "made-up", Catalogue::example());
    let mut calls = 0;
    town.notificaties.set_callback(Box::new(move |_| {
        calls += 1;
        Response::builder().status(if calls == 1 { 403 } else { 204 }).body(Vec::new()).unwrap()
    }));
    let mut hub = Desk::new(town);
    let wanted = json!({
        "callbackUrl": "http://hub.test/callbacks/zgw", "auth": "Bearer made-up",
        "kanalen": [{"naam": "zaken", "filters": {"bronorganisatie": RSIN}}],
    });
    assert_eq!(hub.send("POST", "http://open-zaak.test/api/v1/abonnement", &wanted).0, 201);
    let kind = hub.system.open_zaak.catalogue().case_type_url("ZUIL-AANVRAAG").unwrap();
    let body = json!({
        "bronorganisatie": RSIN, "zaaktype": kind, "verantwoordelijkeOrganisatie": RSIN, "startdatum": "2026-11-22",
    });
    assert_eq!(hub.send("POST", &format!("{ZAKEN}/zaken"), &body).0, 201);
    let due = hub.system.notificaties.due(hub.now, &mut hub.dice);
    assert_eq!(due.len(), 1);
    let told: Value = serde_json::from_slice(due[0].request.body()).unwrap();
    assert_eq!((&told["kanaal"], &told["resource"]), (&json!("zaken"), &json!("zaak")));
    assert_eq!(due[0].request.headers()["authorization"], "Bearer made-up");

    hub.now += SignedDuration::from_mins(1);
    let again = hub.system.notificaties.due(hub.now, &mut hub.dice);
    assert_eq!(again[0].number, due[0].number, "nobody said that it arrived");
    hub.system.notificaties.delivered(again[0].number, http::StatusCode::NO_CONTENT);
    let later = |hub: &mut Desk<Town>| {
        hub.now += SignedDuration::from_mins(1);
        hub.system.notificaties.due(hub.now, &mut hub.dice).len()
    };
    let repeats: usize = (0..20).map(|_| later(&mut hub)).sum();
    assert!(repeats <= 3, "{repeats}");
}
