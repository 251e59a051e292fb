//! Signalen: reports about public space, sent without a key as any resident may (2.50.12).
//!
//! Invariant: nothing is unique; who sends the same report twice has made two.

use std::collections::{BTreeMap, VecDeque};
use std::sync::LazyLock;

use http::{Method, Request, Response};
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use crate::exchange::{
    Call, answer, dutch_moment, failed_page, identifier, is_mail_address, put, read_moment, text,
};
use crate::fault::{Doubled, Fault, FaultKind, Orphan, doubled_by};
use crate::fout::Param;
use crate::schema::{Description, Wording};
use crate::{Begun, Double};

const PREFIX: &str = "/signals";
const REPORTS: &str = "/v1/public/signals";
const CATEGORIES: &str = "/v1/public/terms/categories";

/// How many reports one address may send in [`WINDOW`].
pub const MOST_IN_WINDOW: usize = 60;
/// The time in which they are counted.
pub const WINDOW: SignedDuration = SignedDuration::from_hours(1);

/// Signalen in memory.
#[derive(Debug)]
pub struct Signalen {
    base: String,
    /// Where reports are taken: west, south, east, north, in degrees.
    bounds: [f64; 4],
    categories: Vec<(String, Vec<String>)>,
    signals: Vec<Signal>,
    sent: BTreeMap<String, VecDeque<Timestamp>>,
    faults: Vec<Fault>,
}

/// A report that was taken.
#[derive(Debug, Clone)]
pub struct Signal {
    /// Its number, from 1.
    pub number: usize,
    /// `signal_id`, by which its status can be asked.
    pub id: String,
    /// What was sent.
    pub body: Value,
    /// When it was taken.
    pub taken: Timestamp,
    /// Whether the municipality is done with it.
    pub closed: bool,
}

impl Signalen {
    /// Without reports, for a place around 4.82 east and 52.04 north, with three categories.
    pub fn new(base: &str) -> Self {
        let sub = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect();
        Self {
            base: base.to_owned(),
            bounds: [4.5, 51.9, 5.1, 52.2],
            categories: vec![
                ("afval".to_owned(), sub(&["bedrijfsafval", "grofvuil"])),
                ("wegen-verkeer-straatmeubilair".to_owned(), sub(&["lantaarnpaal-straatverlichting"])),
            ],
            signals: Vec::new(),
            sent: BTreeMap::new(),
            faults: Vec::new(),
        }
    }

    /// With other bounds: west, south, east, north, in degrees.
    #[must_use]
    pub fn with_bounds(mut self, bounds: [f64; 4]) -> Self {
        self.bounds = bounds;
        self
    }

    /// With another category.
    #[must_use]
    pub fn with_category(mut self, main: &str, sub: &str) -> Self {
        self.categories.push((main.to_owned(), vec![sub.to_owned()]));
        self
    }

    /// All reports, in the order in which they were taken.
    pub fn signals(&self) -> &[Signal] {
        &self.signals
    }

    /// The municipality is done with this one.
    pub fn close(&mut self, id: &str) {
        self.signals.iter_mut().filter(|signal| signal.id == id).for_each(|signal| signal.closed = true);
    }

    fn note(&mut self, kind: FaultKind, operation: &str, what: &str) {
        self.faults.push(Fault { kind, operation: operation.to_owned(), what: what.to_owned() });
    }

    /// Counts a POST; `Some` is how many seconds to wait. Who is refused is not counted.
    fn too_fast(&mut self, call: &Call, now: Timestamp) -> Option<i64> {
        // Behind a proxy the address stands in this header; a single sender needs none.
        let sender = call.header("x-forwarded-for").unwrap_or_default().to_owned();
        let sent = self.sent.entry(sender).or_default();
        while sent.front().is_some_and(|first| now.duration_since(*first) >= WINDOW) {
            sent.pop_front();
        }
        if sent.len() < MOST_IN_WINDOW {
            sent.push_back(now);
            return None;
        }
        let first = sent.front().copied().unwrap_or(now);
        Some((WINDOW - now.duration_since(first)).as_secs() + 1)
    }

    /// Looks at a report. `Err` is the answer.
    fn judge(&mut self, call: &Call, now: Timestamp) -> Result<Value, Box<Response<Vec<u8>>>> {
        let operation = "POST /v1/public/signals";
        if let Some(wait) = self.too_fast(call, now) {
            self.note(FaultKind::TooFast, operation, "more than 60 reports in an hour");
            // Status and header are as observed; the text is as the framework words it.
            let detail = format!("Aanvraag was verstikt. Verwacht beschikbaar over {wait} seconden.");
            let mut refusal = answer(429, &json!({ "detail": detail }));
            put(&mut refusal, "Retry-After", &wait.to_string());
            return Err(Box::new(refusal));
        }
        let Some(body) = call.json().filter(Value::is_object) else {
            self.note(FaultKind::Body, operation, "the body is no JSON object");
            return Err(Box::new(answer(400, &json!({"detail": "JSON parse error"}))));
        };
        let judged = description().operation(operation).map(|known| known.judge(&body, Wording::Framework));
        let judged = judged.unwrap_or_default();
        let mut wrong = judged.refused;
        for name in judged.ignored {
            if name.contains('.') {
                self.note(FaultKind::TakenSilently, operation, &format!("{name}: there is no such field"));
            } else {
                let reason = format!("Extra properties present: {name}");
                wrong.push(Param::new("non_field_errors", "invalid", reason));
            }
        }
        if wrong.is_empty() {
            self.judge_content(&body, now, &mut wrong);
        }
        if !wrong.is_empty() {
            for param in &wrong {
                self.note(FaultKind::Body, operation, &format!("{}: {}", param.name, param.reason));
            }
            return Err(Box::new(answer(400, &by_field(&wrong))));
        }
        let address = &body["location"]["address"];
        if address.is_object() && address.get("huisnummer").is_none() {
            self.note(FaultKind::Body, operation, "location.address: without `huisnummer` the system fails");
            return Err(Box::new(failed_page()));
        }
        Ok(body)
    }

    fn judge_content(&mut self, body: &Value, now: Timestamp, wrong: &mut Vec<Param>) {
        if body.get("source").is_some_and(|source| source != "online") {
            wrong.push(Param::new("source", "invalid", "Invalid source given, value not known"));
        }
        let point = &body["location"]["geometrie"]["coordinates"];
        let [west, south, east, north] = self.bounds;
        let (x, y) = (point[0].as_f64().unwrap_or_default(), point[1].as_f64().unwrap_or_default());
        if !(west..=east).contains(&x) || !(south..=north).contains(&y) {
            let reason = "The location coordinates (WS84) are not inside the bounding box we are accepting signals for.";
            wrong.push(Param::new("location.geometrie", "invalid", reason));
        }
        let category = &body["category"];
        let name = if category.get("category_url").is_some() { "category_url" } else { "sub_category" };
        if !self.has_category(text(category, name)) {
            let reason = "Ongeldige hyperlink - Object bestaat niet.";
            wrong.push(Param::new(format!("category.{name}"), "does_not_exist", reason));
        }
        let mail = text(&body["reporter"], "email");
        if !mail.is_empty() && !is_mail_address(mail) {
            wrong.push(Param::new("reporter.email", "invalid", "Voer een geldig e-mailadres in."));
        }
        if read_moment(text(body, "incident_date_start")).is_some_and(|started| started > now) {
            let operation = "POST /v1/public/signals";
            self.note(FaultKind::TakenSilently, operation, "incident_date_start: lies in the future");
        }
    }

    fn has_category(&self, url: &str) -> bool {
        let below = url.strip_prefix(&self.base).unwrap_or(url);
        let Some(below) = below.strip_prefix("/signals/v1/public/terms/categories/") else { return false };
        let Some((main, sub)) = below.trim_end_matches('/').split_once("/sub_categories/") else {
            return false;
        };
        self.categories.iter().any(|(name, subs)| name == main && subs.iter().any(|one| one == sub))
    }

    fn told(signal: &Signal) -> Value {
        let started = read_moment(text(&signal.body, "incident_date_start")).unwrap_or(signal.taken);
        let (state, display) = if signal.closed { ("CLOSED", "Afgesloten") } else { ("OPEN", "Open") };
        let ended = read_moment(text(&signal.body, "incident_date_end")).map(dutch_moment);
        json!({
            "_display": format!("SIG-{}", signal.number), "id": signal.number,
            "id_display": format!("SIG-{}", signal.number), "signal_id": signal.id,
            "status": {"state": state, "state_display": display},
            "created_at": dutch_moment(signal.taken), "updated_at": dutch_moment(signal.taken),
            "incident_date_start": dutch_moment(started), "incident_date_end": ended,
        })
    }

    fn told_categories(&self) -> Value {
        let links = |path: &str| {
            json!({
                "curies": {"name": "sia", "href": format!("{}/signals/v1/relations", self.base)},
                "self": {"href": format!("{}{PREFIX}{CATEGORIES}/{path}", self.base)},
            })
        };
        let sub = |main: &str, slug: &String| {
            json!({
                "_links": links(&format!("{main}/sub_categories/{slug}")), "_display": slug, "name": slug,
                "slug": slug, "handling": "A3DMC", "departments": [], "is_active": true, "description": null,
                "handling_message": "", "public_name": null, "is_public_accessible": false,
            })
        };
        let main = |(slug, subs): &(String, Vec<String>)| {
            json!({
                "_links": links(slug), "_display": slug, "name": slug, "slug": slug, "public_name": null,
                "is_public_accessible": false,
                "sub_categories": subs.iter().map(|one| sub(slug, one)).collect::<Vec<_>>(),
            })
        };
        json!({
            "_links": {
                "self": {"href": format!("{}{PREFIX}{CATEGORIES}/", self.base)},
                "next": {"href": null}, "previous": {"href": null},
            },
            "count": self.categories.len(),
            "results": self.categories.iter().map(main).collect::<Vec<_>>(),
        })
    }
}

impl Double for Signalen {
    type Write = Value;

    fn begin(
        &mut self,
        request: Request<Vec<u8>>,
        now: Timestamp,
        _dice: &mut fastrand::Rng,
    ) -> Begun<Value> {
        let call = Call::new(request);
        let (pattern, identifiers) = call.route(PREFIX).unwrap_or_default();
        let not_found = || answer(404, &json!({"detail": "Niet gevonden."}));
        Begun::Answered(match (&call.method, pattern.as_str(), identifiers.first()) {
            (&Method::POST, REPORTS, _) => match self.judge(&call, now) {
                Ok(body) => return Begun::Writing(body),
                Err(refusal) => *refusal,
            },
            (&Method::GET, "/v1/public/signals/{uuid}", Some(id)) => {
                let found = self.signals.iter().find(|signal| signal.id == *id);
                found.map_or_else(not_found, |signal| answer(200, &Self::told(signal)))
            }
            (&Method::GET, CATEGORIES, _) => answer(200, &self.told_categories()),
            // Recorded: there is no service behind it.
            (&Method::POST, "/category/prediction", _) => failed_page(),
            _ => {
                self.note(
                    FaultKind::Route,
                    &format!("{} {}", call.method, call.path),
                    "there is no such path",
                );
                not_found()
            }
        })
    }

    fn finish(&mut self, begun: Begun<Value>, now: Timestamp, dice: &mut fastrand::Rng) -> Response<Vec<u8>> {
        let body = match begun {
            Begun::Answered(response) => return response,
            Begun::Writing(body) => body,
        };
        let number = self.signals.len() + 1;
        let signal = Signal { number, id: identifier(dice), body, taken: now, closed: false };
        let told = Self::told(&signal);
        self.signals.push(signal);
        answer(201, &told)
    }

    fn faults(&self) -> Vec<Fault> {
        self.faults.clone()
    }

    /// Reports with the same text, place and moment: Signalen knows no other mark.
    fn doubled(&self) -> Vec<Doubled> {
        let key = |signal: &Signal| {
            let body = &signal.body;
            format!("{} {} {}", body["text"], body["location"]["geometrie"], body["incident_date_start"])
        };
        doubled_by("signal", self.signals.iter().map(key))
    }

    /// A report is one call: none can be left halfway.
    fn orphans(&self) -> Vec<Orphan> {
        Vec::new()
    }
}

fn description() -> &'static Description {
    static SIGNALS: LazyLock<Description> =
        LazyLock::new(|| Description::read(include_str!("../schemas/signalen.json")));
    &SIGNALS
}

/// `{"reporter": {"email": ["…"]}}`, as Signalen tells what is wrong.
fn by_field(wrong: &[Param]) -> Value {
    let mut told = json!({});
    for param in wrong {
        let mut place = &mut told;
        for part in param.name.split('.') {
            place = &mut place[part];
        }
        match place.as_array_mut() {
            Some(reasons) => reasons.push(json!(param.reason)),
            None => *place = json!([param.reason]),
        }
    }
    told
}
