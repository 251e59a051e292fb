//! Open Zaak: cases, their parts, documents, and the types they are of (Zaken API 1.5.1, Documenten API
//! 1.4.2, Catalogi API 1.3.1 as Open Zaak 1.30.0 gives them).
//!
//! Invariant: what the real database keeps unique is unique here, and nothing else is: a repeated property
//! is doubled, as recorded.

mod catalogue;
mod making;
mod reading;
mod records;
mod told;
mod writing;

use std::sync::LazyLock;

use http::{Method, Request, Response};
use jiff::Timestamp;

pub use catalogue::{CaseType, Catalogue, Format};
pub use records::Confidentiality;
pub use told::{Case, Document};
pub use writing::Write;

use crate::exchange::{Call, put};
use crate::fault::{Doubled, Fault, FaultKind, Orphan};
use crate::fout::{Fout, Param};
use crate::jwt::{self, Client};
use crate::schema::{Description, Operation, Wording};
use crate::{Begun, Double};

/// The title of its 400s.
const INVALID: &str = "Ongeldige invoer.";

/// Open Zaak in memory.
#[derive(Debug)]
pub struct OpenZaak {
    base: String,
    client: Client,
    scopes: Vec<String>,
    highest: Confidentiality,
    catalogue: Catalogue,
    records: records::Records,
    outbox: Vec<serde_json::Value>,
    faults: Vec<Fault>,
}

/// One of the three interfaces that Open Zaak offers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Interface {
    Cases,
    Documents,
    Types,
}

/// A request that passed the gates.
struct Passed {
    call: Call,
    interface: Interface,
    operation: String,
    identifiers: Vec<String>,
}

impl OpenZaak {
    /// An empty Open Zaak at `base` (such as `http://open-zaak.test`, without a slash at its end), for one
    /// client with the scopes that suffice, and allowed up to `zaakvertrouwelijk`.
    pub fn new(base: &str, client: Client, catalogue: Catalogue) -> Self {
        let scopes =
            ["zaken.aanmaken", "zaken.lezen", "zaken.bijwerken", "documenten.aanmaken", "documenten.lezen"];
        Self {
            base: base.to_owned(),
            client,
            scopes: scopes.map(str::to_owned).to_vec(),
            highest: Confidentiality::Zaakvertrouwelijk,
            catalogue: catalogue.at(base),
            records: records::Records::default(),
            outbox: Vec::new(),
            faults: Vec::new(),
        }
    }

    /// Gives the client other scopes.
    #[must_use]
    pub fn with_scopes(mut self, scopes: &[&str]) -> Self {
        self.scopes = scopes.iter().map(|scope| (*scope).to_owned()).collect();
        self
    }

    /// Up to which confidentiality the client may see cases (`maxVertrouwelijkheidaanduiding`). Too low, and
    /// a case can be made and then not be touched.
    #[must_use]
    pub fn with_highest_confidentiality(mut self, highest: Confidentiality) -> Self {
        self.highest = highest;
        self
    }

    /// Where it is.
    pub fn base(&self) -> &str {
        &self.base
    }

    /// The types of cases that it knows.
    pub fn catalogue(&self) -> &Catalogue {
        &self.catalogue
    }

    /// The notifications that it has for Open Notificaties since this was asked last: bodies for its
    /// `POST /api/v1/notificaties`.
    pub fn take_notifications(&mut self) -> Vec<serde_json::Value> {
        std::mem::take(&mut self.outbox)
    }

    /// What every request has to pass, in the order in which the real one looks.
    fn pass(&mut self, call: Call, now: Timestamp) -> Result<Passed, Fout> {
        let Some((interface, pattern, identifiers)) = route(&call) else {
            self.note(FaultKind::Route, &call.path.clone(), "there is no such path");
            return Err(Fout::not_found());
        };
        let operation = format!("{} {pattern}", call.method);
        match self.refusal_at_gate(&call, interface, &pattern, &operation, now) {
            Some((kind, fout)) => {
                self.note(kind, &operation, &fout.detail.clone());
                Err(fout)
            }
            None => Ok(Passed { call, interface, operation, identifiers }),
        }
    }

    fn refusal_at_gate(
        &self,
        call: &Call,
        interface: Interface,
        pattern: &str,
        operation: &str,
        now: Timestamp,
    ) -> Option<(FaultKind, Fout)> {
        if !call.takes_json() {
            let detail = "Kan niet voldoen aan de opgegeven Accept header.";
            return Some((FaultKind::Header, Fout::not_acceptable(detail)));
        }
        if let Err(fout) = jwt::check(call.header("authorization"), &[&self.client], now) {
            return Some((FaultKind::Authorisation, fout));
        }
        let description = interface.description();
        let Some(described) = description.operation(operation) else {
            let known = description.has_path(pattern);
            let fout = if known { Fout::no_such_method(call.method.as_str()) } else { Fout::not_found() };
            return Some((FaultKind::Route, fout));
        };
        let needed = needed_scopes(interface, operation);
        if !needed.is_empty() && !needed.iter().any(|scope| self.scopes.iter().any(|has| has == scope)) {
            return Some((FaultKind::Authorisation, Fout::not_allowed()));
        }
        let writes = call.method == Method::POST || call.method == Method::PATCH;
        if writes && !call.sends_json() {
            let sent = call.header("content-type").unwrap_or_default();
            return Some((FaultKind::Header, Fout::media_type(sent)));
        }
        if interface == Interface::Cases && is_geographic(pattern) {
            let systems = [("Content-Crs", writes), ("Accept-Crs", true)];
            for (name, _) in systems.iter().filter(|(_, needed)| *needed) {
                match call.header(name) {
                    None => return Some((FaultKind::Header, Fout::precondition(name))),
                    Some("EPSG:4326") => {}
                    Some(other) => {
                        let detail = format!("CRS '{other}' is niet ondersteund");
                        return Some((FaultKind::Header, Fout::not_acceptable(&detail)));
                    }
                }
            }
        }
        refused_query(described, call).map(|fout| (FaultKind::Query, fout))
    }

    /// Looks at the body of a write by the description, and notes what is wrong.
    fn body(&mut self, passed: &Passed) -> Result<serde_json::Value, Fout> {
        let Some(body) = passed.call.json().filter(serde_json::Value::is_object) else {
            self.note(FaultKind::Body, &passed.operation, "the body is no JSON object");
            return Err(Fout::no_json());
        };
        let description = passed.interface.description();
        let judged =
            description.operation(&passed.operation).map(|known| known.judge(&body, Wording::OpenZaak));
        let judged = judged.unwrap_or_default();
        for name in judged.ignored {
            self.note(
                FaultKind::TakenSilently,
                &passed.operation,
                &format!("{name}: there is no such field"),
            );
        }
        if judged.refused.is_empty() { Ok(body) } else { Err(self.refuse(&passed.operation, judged.refused)) }
    }

    /// A 400; notes what is wrong unless it is only a repeat.
    fn refuse(&mut self, operation: &str, params: Vec<Param>) -> Fout {
        for param in params.iter().filter(|param| !param.is_repeat()) {
            let what = format!("{}: {} ({})", param.name, param.code, param.reason);
            self.note(FaultKind::Body, operation, &what);
        }
        Fout::invalid(INVALID, params)
    }

    fn note(&mut self, kind: FaultKind, operation: &str, what: &str) {
        self.faults.push(Fault { kind, operation: operation.to_owned(), what: what.to_owned() });
    }

    /// Adds the headers that every answer has.
    fn sealed(&self, path: &str, mut response: Response<Vec<u8>>) -> Response<Vec<u8>> {
        let interface = Interface::of(path).map_or(Interface::Cases, |(interface, _)| interface);
        put(&mut response, "API-version", interface.version());
        let pattern = path.strip_prefix(interface.prefix()).unwrap_or_default();
        if interface == Interface::Cases && is_geographic(pattern) {
            put(&mut response, "Content-Crs", "EPSG:4326");
        }
        response
    }
}

impl Double for OpenZaak {
    type Write = Write;

    fn begin(&mut self, request: Request<Vec<u8>>, now: Timestamp, dice: &mut fastrand::Rng) -> Begun<Write> {
        let call = Call::new(request);
        let path = call.path.clone();
        let judged = self.pass(call, now).and_then(|passed| {
            if passed.call.method == Method::GET {
                return self.read(&passed).map(Begun::Answered);
            }
            self.judge(&passed, now, dice).map(Begun::Writing)
        });
        match judged.unwrap_or_else(|fout| Begun::Answered(fout.into_answer(&self.base, dice))) {
            Begun::Answered(response) => Begun::Answered(self.sealed(&path, response)),
            writing => writing,
        }
    }

    fn finish(&mut self, begun: Begun<Write>, now: Timestamp, dice: &mut fastrand::Rng) -> Response<Vec<u8>> {
        let write = match begun {
            Begun::Answered(response) => return response,
            Begun::Writing(write) => write,
        };
        let path = write.path();
        let response = self.write(write, now).unwrap_or_else(|fout| fout.into_answer(&self.base, dice));
        self.sealed(path, response)
    }

    fn faults(&self) -> Vec<Fault> {
        self.faults.clone()
    }

    fn doubled(&self) -> Vec<Doubled> {
        told::doubled(&self.records)
    }

    fn orphans(&self) -> Vec<Orphan> {
        told::orphans(&self.records)
    }
}

impl Interface {
    fn of(path: &str) -> Option<(Self, &'static str)> {
        let all = [Self::Cases, Self::Documents, Self::Types];
        all.into_iter().map(|one| (one, one.prefix())).find(|(_, prefix)| path.starts_with(prefix))
    }

    fn prefix(self) -> &'static str {
        match self {
            Self::Cases => "/zaken/api/v1",
            Self::Documents => "/documenten/api/v1",
            Self::Types => "/catalogi/api/v1",
        }
    }

    fn version(self) -> &'static str {
        match self {
            Self::Cases => "1.5.1",
            Self::Documents => "1.4.2",
            Self::Types => "1.3.1",
        }
    }

    fn description(self) -> &'static Description {
        static CASES: LazyLock<Description> =
            LazyLock::new(|| Description::read(include_str!("../../schemas/zaken.json")));
        static DOCUMENTS: LazyLock<Description> =
            LazyLock::new(|| Description::read(include_str!("../../schemas/documenten.json")));
        static TYPES: LazyLock<Description> =
            LazyLock::new(|| Description::read(include_str!("../../schemas/catalogi.json")));
        match self {
            Self::Cases => &CASES,
            Self::Documents => &DOCUMENTS,
            Self::Types => &TYPES,
        }
    }
}

fn route(call: &Call) -> Option<(Interface, String, Vec<String>)> {
    let (interface, prefix) = Interface::of(&call.path)?;
    let (pattern, identifiers) = call.route(prefix)?;
    Some((interface, pattern, identifiers))
}

/// Cases themselves carry a place, so that they need a coordinate system; their parts do not.
fn is_geographic(pattern: &str) -> bool {
    pattern.trim_start_matches('/').starts_with("zaken") && !pattern.contains("zaakeigenschappen")
}

/// One of these suffices. Types can be read without: observed scopes name none for them.
fn needed_scopes(interface: Interface, operation: &str) -> &'static [&'static str] {
    let reads = operation.starts_with("GET");
    match (interface, operation) {
        (Interface::Types, _) => &[],
        (Interface::Documents, _) if reads => &["documenten.lezen"],
        (Interface::Documents, _) => &["documenten.aanmaken"],
        (Interface::Cases, _) if reads => &["zaken.lezen"],
        (Interface::Cases, "POST /zaken" | "POST /statussen") => &["zaken.aanmaken"],
        (Interface::Cases, "POST /zaakinformatieobjecten") => &["zaken.aanmaken", "zaken.bijwerken"],
        (Interface::Cases, _) => &["zaken.bijwerken"],
    }
}

fn refused_query(described: &Operation, call: &Call) -> Option<Fout> {
    let unknown = described.unknown_query(call);
    let reason = format!("Onbekende query parameters: {}", unknown.join(", "));
    (!unknown.is_empty()).then(|| Fout::invalid(INVALID, vec![Param::of_all("unknown-parameters", reason)]))
}
