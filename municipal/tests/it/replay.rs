//! What was recorded of the real systems, asked again of the doubles: each answers as the real one did.
//!
//! In `recorded/` a name in braces stands for an identifier that the system chose: `{id-3}` is bound at its
//! first appearance and has to stay the same. `{moment}` is any moment, `{*}` anything. What is marked
//! `given` was there before the recording began, and is not counted as replayed.

use std::collections::BTreeMap;

use http::{Request, Response};
use jiff::Timestamp;
use serde_json::Value;
use zuil_municipal_doubles::jwt::Client;
use zuil_municipal_doubles::open_zaak::Catalogue;
use zuil_municipal_doubles::{Double, Notificaties, OpenKlant, OpenZaak, Signalen, Town};

const TOKEN: &str = "made-up-token";

/// Replays recordings, and keeps which names stand for what.
struct Replay {
    names: BTreeMap<String, String>,
    dice: fastrand::Rng,
    now: Timestamp,
}

#[test]
fn open_zaak_answers_as_it_was_recorded() {
    let mut zaak = OpenZaak::new("http://open-zaak.test", client(), Catalogue::example());
    let mut replay = Replay::new("2026-11-22T07:45:00Z");
    replay.learn_types(&mut zaak);
    let count = replay.all(include_str!("../recorded/open-zaak.json"), &mut zaak, zgw_key);
    assert_eq!(count, 43);
}

#[test]
fn open_klant_answers_as_it_was_recorded() {
    let mut klant = OpenKlant::new("http://open-klant.test", TOKEN);
    let mut replay = Replay::new("2026-11-22T07:52:00Z");
    let count = replay.all(include_str!("../recorded/open-klant.json"), &mut klant, |entry, _| {
        Some(if entry["key"] == "wrong-secret" { "Token wrong".to_owned() } else { format!("Token {TOKEN}") })
    });
    assert_eq!(count, 24);
}

#[test]
fn signalen_answers_as_it_was_recorded() {
    let mut signalen = Signalen::new("http://signalen.test");
    let mut replay = Replay::new("2026-11-22T07:57:00Z");
    let count = replay.all(include_str!("../recorded/signalen.json"), &mut signalen, |_, _| None);
    assert_eq!(count, 16);
}

#[test]
fn open_notificaties_answers_as_it_was_recorded() {
    let mut town = Town::new("http://unused.test", client(), TOKEN, Catalogue::example());
    town.open_zaak = OpenZaak::new("http://open-zaak.test", client(), Catalogue::example());
    town.notificaties = Notificaties::new("http://open-notificaties.test", client());
    town.notificaties.set_callback(Box::new(|request| {
        let shown = request.headers().get("authorization").map(|value| value.to_str().unwrap());
        let status = if shown == Some("Bearer <secret>") { 204 } else { 401 };
        Response::builder().status(status).body(Vec::new()).unwrap()
    }));
    let mut replay = Replay::new("2026-11-22T08:08:10Z");
    replay.learn_types(&mut town.open_zaak);
    let recording = include_str!("../recorded/open-notificaties.json");
    let count = replay.all(recording, &mut town, zgw_key);
    assert_eq!(count, 8);
}

fn client() -> Client {
    Client::new("zuil-hub", "made-up-secret")
}

/// The key that an entry shows: a good one unless it says otherwise.
fn zgw_key(entry: &Value, now: Timestamp) -> Option<String> {
    let (good, second) = (client(), now.as_second());
    let signed = |iat: Option<i64>, exp: i64, id: Option<&str>, by: &Client| {
        by.signed(&serde_json::json!({"iss": "zuil-hub", "iat": iat, "exp": exp, "client_id": id}))
    };
    let token = match entry["key"].as_str() {
        None => good.token(now),
        Some("none") => return None,
        Some("old") => signed(Some(second - 4000), second + 600, Some("zuil-hub"), &good),
        Some("expired") => signed(Some(second - 60), second - 1, Some("zuil-hub"), &good),
        Some("without-iat") => signed(None, second + 600, Some("zuil-hub"), &good),
        Some("without-client") => signed(Some(second), second + 600, None, &good),
        Some("wrong-secret") => Client::new("zuil-hub", "another").token(now),
        Some("unknown-client") => signed(Some(second), second + 600, Some("stranger"), &good),
        Some(other) => panic!("no such key: {other}"),
    };
    Some(format!("Bearer {token}"))
}

impl Replay {
    fn new(now: &str) -> Self {
        let names = BTreeMap::new();
        Self { names, dice: fastrand::Rng::with_seed(1), now: now.parse().unwrap() }
    }

    /// Binds the names of the types, which the recording did not make itself.
    fn learn_types(&mut self, zaak: &mut OpenZaak) {
        for (resource, name, word, value) in [
            ("zaaktypen", "zaaktype", "identificatie", "ZUIL-AANVRAAG"),
            ("roltypen", "roltype", "omschrijving", "Aanvrager"),
            ("statustypen", "ontvangen", "omschrijving", "Ontvangen"),
            ("statustypen", "in-behandeling", "omschrijving", "In behandeling"),
            ("statustypen", "afgehandeld", "omschrijving", "Afgehandeld"),
            ("eigenschappen", "eigenschap", "naam", "zuilTransactieId"),
            ("informatieobjecttypen", "informatieobjecttype", "omschrijving", "Aanvraag"),
            ("catalogussen", "catalogus", "domein", "ZUIL"),
        ] {
            let request = Request::get(format!("http://open-zaak.test/catalogi/api/v1/{resource}"))
                .header("authorization", format!("Bearer {}", client().token(self.now)));
            let answer = zaak.answer(request.body(Vec::new()).unwrap(), self.now, &mut self.dice);
            let list = json(&answer);
            let found = list["results"].as_array().unwrap().iter().find(|one| one[word] == value).unwrap();
            let id = found["url"].as_str().unwrap().rsplit('/').next().unwrap().to_owned();
            self.names.insert(name.to_owned(), id);
        }
    }

    /// Replays a recording in order; the count leaves out what was given.
    fn all(
        &mut self,
        recording: &str,
        double: &mut impl Double,
        key: impl Fn(&Value, Timestamp) -> Option<String>,
    ) -> usize {
        let entries: Vec<Value> = serde_json::from_str(recording).unwrap();
        for entry in &entries {
            let request = self.request(entry, key(entry, self.now));
            let answer = double.answer(request, self.now, &mut self.dice);
            self.compare(entry, &answer);
        }
        entries.iter().filter(|entry| entry["given"] != true).count()
    }

    fn request(&self, entry: &Value, key: Option<String>) -> Request<Vec<u8>> {
        let mut headers = BTreeMap::from([
            ("accept", Some("application/json".to_owned())),
            ("content-type", Some("application/json".to_owned())),
            ("accept-crs", Some("EPSG:4326".to_owned())),
            ("content-crs", Some("EPSG:4326".to_owned())),
            ("authorization", key),
        ]);
        for (name, value) in entry["send"].as_object().into_iter().flatten() {
            headers.insert(name, value.as_str().map(str::to_owned));
        }
        let url = self.filled(entry["url"].as_str().unwrap());
        let mut request = Request::builder().method(entry["method"].as_str().unwrap()).uri(url);
        for (name, value) in headers {
            request = value.into_iter().fold(request, |request, value| request.header(name, value));
        }
        let body = match (entry["raw"].as_str(), &entry["body"]) {
            (Some(raw), _) => raw.to_owned(),
            (None, Value::Null) => String::new(),
            (None, body) => self.filled(&body.to_string()).replace("{3001 x}", &"x".repeat(3001)),
        };
        request.body(body.into_bytes()).unwrap()
    }

    /// A text with the names replaced by what they stand for.
    fn filled(&self, text: &str) -> String {
        self.names.iter().fold(text.to_owned(), |text, (name, id)| text.replace(&format!("{{{name}}}"), id))
    }

    fn compare(&mut self, entry: &Value, answer: &Response<Vec<u8>>) {
        let title = entry["title"].as_str().unwrap();
        let told = String::from_utf8_lossy(answer.body()).into_owned();
        assert_eq!(entry["status"], answer.status().as_u16(), "{title}: {told}");
        for (name, value) in entry["headers"].as_object().into_iter().flatten() {
            let sent = answer.headers().get(name).map(|value| value.to_str().unwrap().to_owned());
            let sent = sent.unwrap_or_else(|| panic!("{title}: no header {name}"));
            self.same_text(value.as_str().unwrap(), &sent, &format!("{title}: {name}"));
        }
        if entry["only"] == "status" {
            return;
        }
        match (&entry["answer"], entry["given"] == true) {
            (Value::String(text), _) => assert_eq!(*text, told, "{title}"),
            (Value::Object(known), true) => {
                let told = json(answer);
                known.iter().for_each(|(name, value)| self.same(value, &told[name], title));
            }
            (_, true) => {}
            (value, false) => self.same(value, &json(answer), title),
        }
    }

    fn same(&mut self, recorded: &Value, told: &Value, at: &str) {
        match (recorded, told) {
            (Value::String(recorded), Value::String(told)) => self.same_text(recorded, told, at),
            (Value::Array(recorded), Value::Array(told)) => {
                assert_eq!(recorded.len(), told.len(), "{at}: {recorded:?} {told:?}");
                let pairs = recorded.iter().zip(told).enumerate();
                pairs.for_each(|(index, (recorded, told))| {
                    self.same(recorded, told, &format!("{at}.{index}"))
                });
            }
            (Value::Object(recorded), Value::Object(told)) => {
                let names = |one: &serde_json::Map<String, Value>| {
                    let mut names: Vec<String> = one.keys().cloned().collect();
                    names.sort();
                    names
                };
                assert_eq!(names(recorded), names(told), "{at}");
                recorded
                    .iter()
                    .for_each(|(name, value)| self.same(value, &told[name], &format!("{at}.{name}")));
            }
            (recorded, told) => assert_eq!(recorded, told, "{at}"),
        }
    }

    fn same_text(&mut self, recorded: &str, told: &str, at: &str) {
        if recorded == "{moment}" {
            let moment: Result<Timestamp, _> = told.parse();
            assert!(moment.is_ok(), "{at}: {told} is no moment");
            return;
        }
        let filled = self.filled(recorded);
        if filled == told {
            return;
        }
        let Some((before, rest)) = filled.split_once('{') else { panic!("{at}: {told} instead of {filled}") };
        let (name, after) = rest.split_once('}').unwrap();
        let middle =
            told.strip_prefix(before).unwrap_or_else(|| panic!("{at}: {told} begins not with {before}"));
        if name == "*" {
            assert!(middle.ends_with(after), "{at}: {told} ends not with {after}");
            return;
        }
        let id = &middle[..36];
        assert_eq!(id.matches('-').count(), 4, "{at}: {id} is no identifier");
        self.names.insert(name.to_owned(), id.to_owned());
        self.same_text(recorded, told, at);
    }
}

fn json(answer: &Response<Vec<u8>>) -> Value {
    serde_json::from_slice(answer.body()).unwrap_or_default()
}
