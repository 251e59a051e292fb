//! Open Notificaties: who wants to hear of what, and the messages to them (1.16.1).
//!
//! The double cannot call a hub itself. What it would send stands in [`Notificaties::due`], or in
//! [`Begun::Writing`] for the two test calls of a new subscription; the test carries it over.
//!
//! Invariant: a message is sent until it was answered with 2xx, and may be sent again after that.

use std::sync::LazyLock;

use http::{Method, Request, Response, StatusCode};
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use crate::exchange::{Call, answer, empty, identifier, put, text};
use crate::fault::{Doubled, Fault, FaultKind, Orphan};
use crate::fout::{Fout, Param};
use crate::jwt::{self, Client};
use crate::schema::{Description, Wording};
use crate::{Begun, Double};

const PREFIX: &str = "/api/v1";
const INVALID: &str = "Ongeldige invoerwaarde.";

/// How often a message is tried before it is given up.
const MOST_TRIES: u32 = 5;

/// Answers what Open Notificaties sends to a callback.
pub type Callback = Box<dyn FnMut(Request<Vec<u8>>) -> Response<Vec<u8>> + Send>;

/// Open Notificaties in memory.
pub struct Notificaties {
    base: String,
    client: Client,
    callback: Option<Callback>,
    subscriptions: Vec<Subscription>,
    channels: Vec<Value>,
    messages: Vec<Message>,
    /// How many messages there ever were: the number of the last.
    numbered: u64,
    faults: Vec<Fault>,
}

/// Who wants to hear.
#[derive(Debug, Clone)]
pub struct Subscription {
    /// Its URL.
    pub url: String,
    /// Where messages are sent to.
    pub callback: String,
    /// As the API tells it.
    pub body: Value,
    /// The `Authorization` header that the callback asks for.
    auth: String,
}

/// A message on its way to a callback.
#[derive(Debug, Clone)]
struct Message {
    number: u64,
    to: String,
    auth: String,
    body: Value,
    tries: u32,
    next: Timestamp,
    delivered: bool,
}

/// Something to send to a callback.
#[derive(Debug)]
pub struct Delivery {
    /// To tell with [`Notificaties::delivered`] how it was answered.
    pub number: u64,
    /// What to send.
    pub request: Request<Vec<u8>>,
}

/// What was found good and is about to be written.
#[derive(Debug)]
pub enum Write {
    /// A subscription, whose callback has to pass two test calls first.
    Subscription(Value),
    /// A message to pass on.
    Message(Value),
    /// The end of a subscription, by its URL.
    End(String),
}

impl std::fmt::Debug for Notificaties {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Notificaties").field("subscriptions", &self.subscriptions).finish_non_exhaustive()
    }
}

impl Notificaties {
    /// Without subscriptions, with the channels `zaken`, `documenten` and `autorisaties`.
    pub fn new(base: &str, client: Client) -> Self {
        let parts = |first: &[&str]| -> Vec<Value> { first.iter().map(|name| json!(name)).collect() };
        let kind = "vertrouwelijkheidaanduiding";
        let channels = [
            ("zaken", parts(&["bronorganisatie", "zaaktype", kind, "zaaktype.catalogus"])),
            (
                "documenten",
                parts(&["bronorganisatie", "informatieobjecttype", kind, "informatieobjecttype.catalogus"]),
            ),
            ("autorisaties", Vec::new()),
        ];
        let channel = |(name, filters): (&str, Vec<Value>)| {
            json!({
                "url": format!("{base}{PREFIX}/kanaal/{}", crate::exchange::identifier_of(name)), "naam": name,
                "documentatieLink": format!("http://open-zaak.test/ref/kanalen/#/{name}"), "filters": filters,
            })
        };
        Self {
            base: base.to_owned(),
            client,
            callback: None,
            subscriptions: Vec::new(),
            channels: channels.into_iter().map(channel).collect(),
            messages: Vec::new(),
            numbered: 0,
            faults: Vec::new(),
        }
    }

    /// Says who answers the test calls to a callback. Without, a subscription is refused.
    pub fn set_callback(&mut self, callback: Callback) {
        self.callback = Some(callback);
    }

    /// Who wants to hear.
    pub fn subscriptions(&self) -> &[Subscription] {
        &self.subscriptions
    }

    /// What is to be sent now. Each is sent again later until [`Notificaties::delivered`] says that it arrived;
    /// with some luck of the dice also once after that, as the real one repeats itself.
    pub fn due(&mut self, now: Timestamp, dice: &mut fastrand::Rng) -> Vec<Delivery> {
        let due =
            self.messages.iter_mut().filter(|message| message.next <= now && message.tries < MOST_TRIES);
        let repeats = |message: &Message, dice: &mut fastrand::Rng| !message.delivered || dice.u8(..8) == 0;
        let send = |message: &mut Message| {
            message.tries += 1;
            message.next = now + SignedDuration::from_secs(1 << message.tries.min(16));
            let request = post(&message.to, Some(&message.auth), &message.body);
            Delivery { number: message.number, request }
        };
        let due: Vec<Delivery> =
            due.filter_map(|message| repeats(message, dice).then(|| send(message))).collect();
        self.messages
            .retain(|message| message.tries < MOST_TRIES && !(message.delivered && message.next <= now));
        due
    }

    /// How a delivery was answered; what was lost is not told.
    pub fn delivered(&mut self, number: u64, status: StatusCode) {
        let found = self.messages.iter_mut().find(|message| message.number == number);
        if let Some(message) = found.filter(|_| status.is_success()) {
            message.delivered = true;
        }
    }

    /// Passes a message of Open Zaak on ([`crate::OpenZaak::take_notifications`]).
    pub fn publish(&mut self, message: &Value, now: Timestamp) {
        let wanted = self.subscriptions.iter().filter(|one| one.wants(message));
        let new = (self.numbered + 1..).zip(wanted).map(|(number, one)| Message {
            number,
            to: one.callback.clone(),
            auth: one.auth.clone(),
            body: message.clone(),
            tries: 0,
            next: now,
            delivered: false,
        });
        let new: Vec<Message> = new.collect();
        self.numbered += new.len() as u64;
        self.messages.extend(new);
    }

    /// The two calls by which a callback is tried: the first has no key and must be refused.
    pub fn test_calls(callback: &str, auth: &str) -> [Request<Vec<u8>>; 2] {
        let body = json!({
            "kanaal": "test", "hoofdObject": "http://some.hoofdobject.nl/", "resource": "some_resource",
            "resourceUrl": "http://some.resource.nl/", "actie": "create",
            "aanmaakdatum": "2019-01-01T12:00:00Z", "kenmerken": {},
        });
        [post(callback, None, &body), post(callback, Some(auth), &body)]
    }

    fn note(&mut self, kind: FaultKind, operation: &str, what: &str) {
        self.faults.push(Fault { kind, operation: operation.to_owned(), what: what.to_owned() });
    }

    /// Judges a request; `Ok(None)` is answered by `read`.
    fn judge(&mut self, call: &Call, now: Timestamp) -> Result<Option<Write>, Fout> {
        let Some((pattern, identifiers)) = call.route(PREFIX) else { return Err(Fout::not_found()) };
        let operation = format!("{} {pattern}", call.method);
        let Some(known) = description().operation(&operation) else {
            self.note(FaultKind::Route, &operation, "there is no such path");
            return Err(Fout::not_found());
        };
        if let Err(fout) = jwt::check(call.header("authorization"), &[&self.client], now) {
            self.note(FaultKind::Authorisation, &operation, &fout.detail);
            return Err(fout);
        }
        for name in known.unknown_query(call) {
            self.note(FaultKind::Query, &operation, &format!("{name}: there is no such parameter"));
        }
        match call.method {
            Method::GET => return Ok(None),
            Method::DELETE => {
                let id = identifiers.first().map_or("", String::as_str);
                let url = format!("{}{PREFIX}/abonnement/{id}", self.base);
                let found = self.subscriptions.iter().any(|one| one.url == url);
                return if found { Ok(Some(Write::End(url))) } else { Err(Fout::not_found()) };
            }
            _ => {}
        }
        if !call.sends_json() {
            self.note(FaultKind::Header, &operation, "the body is not said to be JSON");
            return Err(Fout::media_type(call.header("content-type").unwrap_or_default()));
        }
        let body = call.json().filter(Value::is_object).ok_or_else(Fout::no_json)?;
        let judged = known.judge(&body, Wording::Framework);
        for name in judged.ignored {
            self.note(FaultKind::TakenSilently, &operation, &format!("{name}: there is no such field"));
        }
        if !judged.refused.is_empty() {
            for param in &judged.refused {
                self.note(FaultKind::Body, &operation, &format!("{}: {}", param.name, param.reason));
            }
            return Err(Fout::invalid(INVALID, judged.refused));
        }
        Ok(Some(if pattern == "/abonnement" { Write::Subscription(body) } else { Write::Message(body) }))
    }

    fn read(&self, call: &Call) -> Response<Vec<u8>> {
        if call.path.ends_with("/kanaal") {
            let asked = |one: &&Value| call.asked("naam").is_none_or(|name| one["naam"] == name);
            return answer(200, &self.channels.iter().filter(asked).cloned().collect::<Vec<_>>().into());
        }
        answer(200, &self.subscriptions.iter().map(|one| one.body.clone()).collect::<Vec<_>>().into())
    }

    /// Tries the callback, and keeps the subscription when it passes.
    fn subscribe(&mut self, body: &Value, dice: &mut fastrand::Rng) -> Result<Response<Vec<u8>>, Fout> {
        let (callback, auth) = (text(body, "callbackUrl"), text(body, "auth"));
        let [without, with] = Self::test_calls(callback, auth);
        let mut ask = |request| self.callback.as_mut().map(|hub| hub(request).status().as_u16());
        // The code of the first is the real one's; only the second was recorded.
        let param = if !matches!(ask(without), Some(401 | 403)) {
            let reason = "De opgegeven callback URL is niet beveiligd met autorisatie.";
            Some(Param::new("callbackUrl", "no-auth-on-callback-url", reason))
        } else if ask(with) != Some(204) {
            let reason = "De opgegeven callback URL kan geen notificaties ontvangen.";
            Some(Param::of_all("invalid-callback-url", reason))
        } else {
            None
        };
        if let Some(param) = param {
            self.note(FaultKind::Body, "POST /abonnement", &format!("{}: {}", param.name, param.reason));
            return Err(Fout::invalid(INVALID, vec![param]));
        }
        let url = format!("{}{PREFIX}/abonnement/{}", self.base, identifier(dice));
        let told = json!({
            "url": url, "callbackUrl": callback,
            "kanalen": body.get("kanalen").cloned().unwrap_or_else(|| json!([])),
            "sendCloudevents": false, "cloudeventFilters": [],
        });
        let (callback, auth) = (callback.to_owned(), auth.to_owned());
        self.subscriptions.push(Subscription { url: url.clone(), callback, auth, body: told.clone() });
        let mut response = answer(201, &told);
        put(&mut response, "Location", &url);
        Ok(response)
    }
}

impl Subscription {
    /// Whether a message is on one of its channels and passes the filters there.
    fn wants(&self, message: &Value) -> bool {
        let channels = self.body["kanalen"].as_array().into_iter().flatten();
        channels.into_iter().any(|channel| {
            let filters = channel["filters"].as_object().into_iter().flatten();
            let mut set = filters.filter(|(_, wanted)| !matches!(wanted.as_str(), None | Some("" | "*")));
            channel["naam"] == message["kanaal"]
                && set.all(|(name, wanted)| message["kenmerken"][name] == *wanted)
        })
    }
}

impl Double for Notificaties {
    type Write = Write;

    fn begin(&mut self, request: Request<Vec<u8>>, now: Timestamp, dice: &mut fastrand::Rng) -> Begun<Write> {
        let call = Call::new(request);
        match self.judge(&call, now) {
            Ok(Some(write)) => Begun::Writing(write),
            Ok(None) => Begun::Answered(versioned(self.read(&call))),
            Err(fout) => Begun::Answered(versioned(fout.into_answer(&self.base, dice))),
        }
    }

    fn finish(&mut self, begun: Begun<Write>, now: Timestamp, dice: &mut fastrand::Rng) -> Response<Vec<u8>> {
        versioned(match begun {
            Begun::Answered(response) => response,
            Begun::Writing(Write::End(url)) => {
                self.subscriptions.retain(|one| one.url != url);
                empty(204)
            }
            Begun::Writing(Write::Message(body)) => {
                self.publish(&body, now);
                answer(201, &body)
            }
            Begun::Writing(Write::Subscription(body)) => {
                self.subscribe(&body, dice).unwrap_or_else(|fout| fout.into_answer(&self.base, dice))
            }
        })
    }

    fn faults(&self) -> Vec<Fault> {
        self.faults.clone()
    }

    /// Subscriptions of one callback to one channel: each message would come twice.
    fn doubled(&self) -> Vec<Doubled> {
        let key = |one: &Subscription| format!("{} {}", one.callback, one.body["kanalen"]);
        crate::fault::doubled_by("abonnement", self.subscriptions.iter().map(key))
    }

    fn orphans(&self) -> Vec<Orphan> {
        Vec::new()
    }
}

fn description() -> &'static Description {
    static NOTIFICATIES: LazyLock<Description> =
        LazyLock::new(|| Description::read(include_str!("../schemas/notificaties.json")));
    &NOTIFICATIES
}

fn versioned(mut response: Response<Vec<u8>>) -> Response<Vec<u8>> {
    put(&mut response, "API-version", "1.0.0");
    response
}

fn post(to: &str, auth: Option<&str>, body: &Value) -> Request<Vec<u8>> {
    let mut request = Request::new(body.to_string().into_bytes());
    *request.method_mut() = Method::POST;
    *request.uri_mut() = to.parse().unwrap_or_default();
    let headers = [("content-type", Some("application/json")), ("authorization", auth)];
    for (name, value) in headers {
        if let Some(value) = value.and_then(|value| value.parse().ok()) {
            request.headers_mut().insert(name, value);
        }
    }
    request
}
