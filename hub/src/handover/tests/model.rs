//! Open Zaak in memory, honest: it refuses, doubles and fails as the real one was seen to (1.30), behind a network
//! that loses, repeats and delays. Invariant: what it holds is what was sent to it, in the order in which it arrived.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use fastrand::Rng;
use http::{Method, Request, Response};
use serde_json::{Value, json};

use super::super::courier::{Courier, Lost};

/// The address in the settings, and in every address of the model.
pub const BASE: &str = "https://zaak.example.nl";
const ZAAKTYPE: &str =
    "https://zaak.example.nl/catalogi/api/v1/zaaktypen/00000000-0000-0000-0000-00000000000a";

/// What the network and the hub's machine do with a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Luck {
    /// It arrives, and so does its answer.
    Good,
    /// It never arrives.
    LostBefore,
    /// It arrives; its answer does not.
    LostAfter,
    /// It arrives twice.
    Doubled,
    /// It is given up, and arrives some requests later.
    Delayed,
    /// It arrives, is done, and 500 is answered.
    FailedAfter,
    /// It arrives; nothing is done and 503 is answered.
    FailedBefore,
    /// The answer breaks off in the middle.
    Half,
    /// The hub is killed before it leaves.
    KilledBefore,
    /// The hub is killed before it reads the answer.
    KilledAfter,
}

const BAD: [Luck; 9] = [
    Luck::LostBefore,
    Luck::LostAfter,
    Luck::Doubled,
    Luck::Delayed,
    Luck::FailedAfter,
    Luck::FailedBefore,
    Luck::Half,
    Luck::KilledBefore,
    Luck::KilledAfter,
];

/// What Open Zaak holds, by the path of each list.
#[derive(Default)]
pub struct World {
    pub lists: BTreeMap<String, Vec<Value>>,
    made: u32,
    /// Every request that arrived: method and path.
    pub arrived: Vec<String>,
    delayed: Vec<Request<Vec<u8>>>,
    /// A status came before the case was complete.
    pub too_early: bool,
    /// Answers every request alike, when set.
    pub always: Option<(u16, Value)>,
}

/// A network before the model. Each request draws its luck.
pub struct Network {
    pub world: Mutex<World>,
    dice: Mutex<Rng>,
    /// How many of a hundred requests have bad luck.
    bad: Mutex<u32>,
}

impl Network {
    pub fn new(seed: u64, bad: u32) -> Arc<Self> {
        let (world, dice) = (Mutex::default(), Mutex::new(Rng::with_seed(seed)));
        Arc::new(Self { world, dice, bad: Mutex::new(bad) })
    }

    /// From now on nothing goes wrong any more.
    pub fn calm_down(&self) {
        *self.bad.lock().unwrap() = 0;
    }

    /// What was given up and is still under way arrives now.
    pub fn deliver_the_late(&self) {
        let mut world = self.world.lock().unwrap();
        for request in std::mem::take(&mut world.delayed) {
            world.answer(&request);
        }
    }

    fn draw(&self) -> Luck {
        let mut dice = self.dice.lock().unwrap();
        if dice.u32(..100) >= *self.bad.lock().unwrap() { Luck::Good } else { BAD[dice.usize(..BAD.len())] }
    }
}

#[async_trait]
impl Courier for Network {
    async fn send(&self, request: Request<Vec<u8>>) -> Result<Response<Vec<u8>>, Lost> {
        let luck = self.draw();
        if luck == Luck::KilledBefore {
            return std::future::pending().await;
        }
        let answer = {
            let mut world = self.world.lock().unwrap();
            match luck {
                Luck::LostBefore => return Err(Lost::Broken),
                Luck::Delayed => {
                    world.delayed.push(request);
                    return Err(Lost::Late);
                }
                Luck::FailedBefore => return Ok(answer(503, &json!({}))),
                Luck::Doubled => {
                    world.answer(&request);
                    world.answer(&request)
                }
                _ => world.answer(&request),
            }
        };
        match luck {
            Luck::LostAfter => Err(Lost::Late),
            Luck::FailedAfter => Ok(self::answer(500, &json!({ "code": "error" }))),
            Luck::Half => Ok(answer.map(|body| body[..body.len() / 2].to_vec())),
            Luck::KilledAfter => std::future::pending().await,
            _ => Ok(answer),
        }
    }
}

fn answer(status: u16, body: &Value) -> Response<Vec<u8>> {
    let body = if body.is_null() { Vec::new() } else { body.to_string().into_bytes() };
    Response::builder().status(status).body(body).unwrap()
}

fn refused(name: &str, code: &str) -> Response<Vec<u8>> {
    let wrong = json!([{ "name": name, "code": code, "reason": "" }]);
    answer(
        400,
        &json!({ "code": "invalid", "title": "Ongeldige invoer.", "status": 400, "invalidParams": wrong }),
    )
}

impl World {
    fn answer(&mut self, request: &Request<Vec<u8>>) -> Response<Vec<u8>> {
        let path = request.uri().path().to_owned();
        self.arrived.push(format!("{} {path}", request.method()));
        if let Some((status, body)) = &self.always {
            return answer(*status, body);
        }
        let has = |name: &str| request.headers().contains_key(name);
        if !has("authorization") {
            return answer(403, &json!({ "code": "not_authenticated" }));
        }
        if path.starts_with("/zaken/api/v1/zaken") && !(has("accept-crs") && has("content-crs")) {
            return answer(412, &json!({ "code": "precondition_failed" }));
        }
        let query = query_of(request);
        match *request.method() {
            Method::GET if path.starts_with("/catalogi/") => catalogi(&path, &query),
            Method::GET => self.look(&path, &query),
            Method::POST => self.make(&path, &serde_json::from_slice(request.body()).unwrap()),
            Method::PATCH => self.change(&path, &serde_json::from_slice(request.body()).unwrap()),
            Method::DELETE => self.remove(&path),
            _ => answer(405, &json!({})),
        }
    }

    pub fn list(&self, path: &str) -> &[Value] {
        self.lists.get(path).map(Vec::as_slice).unwrap_or_default()
    }

    fn find(&mut self, path: &str) -> Option<&mut Value> {
        let (list, _) = path.rsplit_once('/')?;
        let url = format!("{BASE}{path}");
        self.lists.get_mut(list)?.iter_mut().find(|value| value["url"] == url)
    }

    fn look(&mut self, path: &str, query: &BTreeMap<String, String>) -> Response<Vec<u8>> {
        if path.rsplit('/').next().is_some_and(|id| id.len() == 36) {
            return self.find(path).map_or_else(|| answer(404, &json!({})), |value| answer(200, value));
        }
        let known = match path {
            "/zaken/api/v1/zaken" | "/documenten/api/v1/enkelvoudiginformatieobjecten" => {
                vec!["identificatie", "bronorganisatie"]
            }
            "/zaken/api/v1/rollen" => vec!["zaak", "omschrijvingGeneriek"],
            "/zaken/api/v1/statussen" => vec!["zaak"],
            "/zaken/api/v1/zaakinformatieobjecten" => vec!["zaak", "informatieobject"],
            _ => vec![],
        };
        if query.keys().any(|key| !known.contains(&key.as_str())) {
            return refused("nonFieldErrors", "unknown-parameters");
        }
        let fits = |value: &&Value| query.iter().all(|(key, wanted)| value[key] == wanted.as_str());
        let found: Vec<&Value> = self.list(path).iter().filter(fits).collect();
        let in_pages = !path.ends_with("zaakeigenschappen") && !path.ends_with("zaakinformatieobjecten");
        let page = json!({ "count": found.len(), "next": null, "previous": null, "results": found });
        answer(200, &if in_pages { page } else { json!(found) })
    }

    fn make(&mut self, path: &str, body: &Value) -> Response<Vec<u8>> {
        let same = |keys: &[&str]| {
            self.list(path).iter().any(|value| keys.iter().all(|key| value[key] == body[key]))
        };
        let wrong = match path {
            "/zaken/api/v1/zaken" | "/documenten/api/v1/enkelvoudiginformatieobjecten" => {
                same(&["identificatie", "bronorganisatie"])
                    .then_some(("identificatie", "identificatie-niet-uniek"))
            }
            "/zaken/api/v1/rollen" => same(&["zaak"]).then_some(("roltype", "max-occurences")),
            "/zaken/api/v1/zaakinformatieobjecten" => {
                same(&["zaak", "informatieobject"]).then_some(("nonFieldErrors", "unique"))
            }
            "/zaken/api/v1/statussen" => {
                same(&["zaak", "datumStatusGezet"]).then_some(("nonFieldErrors", "unique"))
            }
            _ => None,
        };
        if let Some((name, code)) = wrong {
            return refused(name, code);
        }
        if path == "/zaken/api/v1/statussen" {
            let has = |list: &str| self.list(list).iter().any(|part| part["zaak"] == body["zaak"]);
            let parts = ["/zaken/api/v1/rollen", "/zaken/api/v1/zaakinformatieobjecten"];
            self.too_early |= !parts.into_iter().all(has);
        }
        self.made += 1;
        let mut made = body.clone();
        made["url"] = json!(format!("{BASE}{path}/{}", uuid::Uuid::from_u128(u128::from(self.made))));
        if path == "/zaken/api/v1/rollen" {
            made["omschrijvingGeneriek"] = json!("initiator");
        }
        self.lists.entry(path.to_owned()).or_default().push(made.clone());
        answer(201, &made)
    }

    fn change(&mut self, path: &str, body: &Value) -> Response<Vec<u8>> {
        let Some(value) = self.find(path) else { return answer(404, &json!({})) };
        for (key, changed) in body.as_object().unwrap() {
            value[key] = changed.clone();
        }
        answer(200, value)
    }

    fn remove(&mut self, path: &str) -> Response<Vec<u8>> {
        let (list, url) = (path.rsplit_once('/').unwrap().0, format!("{BASE}{path}"));
        let list = self.lists.entry(list.to_owned()).or_default();
        let before = list.len();
        list.retain(|value| value["url"] != url);
        answer(if list.len() < before { 204 } else { 404 }, &Value::Null)
    }
}

fn catalogi(path: &str, query: &BTreeMap<String, String>) -> Response<Vec<u8>> {
    let own = |what: &str, number: u32| {
        format!("{BASE}/catalogi/api/v1/{what}/{}", uuid::Uuid::from_u128(number.into()))
    };
    let document = own("informatieobjecttypen", 20);
    let zaaktype =
        json!({ "url": ZAAKTYPE, "identificatie": "verhuizing", "informatieobjecttypen": [document] });
    if format!("{BASE}{path}") == ZAAKTYPE {
        return answer(200, &zaaktype);
    }
    let property = |name: &str, number, format: &str| json!({ "url": own("eigenschappen", number), "naam": name, "specificatie": { "formaat": format } });
    let is_known = query.get("identificatie").is_none_or(|name| name == "verhuizing");
    let all = match path.rsplit('/').next().unwrap() {
        "zaaktypen" if is_known => vec![zaaktype],
        "roltypen" => vec![json!({ "url": own("roltypen", 30), "omschrijvingGeneriek": "initiator" })],
        "statustypen" => vec![
            json!({ "url": own("statustypen", 42), "volgnummer": 2 }),
            json!({ "url": own("statustypen", 41), "volgnummer": 1 }),
        ],
        "eigenschappen" => vec![
            property("verhuisdatum", 51, "datum"),
            property("nieuw-adres", 52, "tekst"),
            property("soort", 53, "tekst"),
        ],
        _ => vec![],
    };
    answer(200, &json!({ "count": all.len(), "next": null, "previous": null, "results": all }))
}

fn query_of(request: &Request<Vec<u8>>) -> BTreeMap<String, String> {
    let pairs = request.uri().query().unwrap_or_default().split('&').filter_map(|pair| pair.split_once('='));
    let plain = |value: &str| percent_encoding::percent_decode_str(value).decode_utf8().unwrap().into_owned();
    pairs.map(|(key, value)| (key.to_owned(), plain(value))).collect()
}
