//! Refusals in the form of the Dutch API standards (`Fout` and `ValidatieFout`).
//!
//! Invariant: codes and texts are the recorded ones; a text that is not recorded says so.

use http::Response;
use serde_json::{Value, json};

use crate::exchange::{answer, identifier};

/// One field that is wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Param {
    pub name: String,
    pub code: &'static str,
    pub reason: String,
}

impl Param {
    pub fn new(name: impl Into<String>, code: &'static str, reason: impl Into<String>) -> Self {
        Self { name: name.into(), code, reason: reason.into() }
    }

    /// One that belongs to no single field.
    pub fn of_all(code: &'static str, reason: impl Into<String>) -> Self {
        Self::new("nonFieldErrors", code, reason)
    }

    /// Whether it says that the same thing is there already: what a hub that resumes may meet.
    pub fn is_repeat(&self) -> bool {
        matches!(self.code, "identificatie-niet-uniek" | "max-occurences" | "unique")
    }
}

/// A refusal as a whole.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Fout {
    pub kind: &'static str,
    pub code: &'static str,
    pub title: &'static str,
    pub status: u16,
    pub detail: String,
    pub params: Vec<Param>,
}

impl Fout {
    fn plain(status: u16, kind: &'static str, code: &'static str, title: &'static str) -> Self {
        Self { kind, code, title, status, detail: title.to_owned(), params: Vec::new() }
    }

    pub fn with_detail(mut self, detail: impl Into<String>) -> Self {
        self.detail = detail.into();
        self
    }

    /// 400; `title` differs between the systems.
    pub fn invalid(title: &'static str, params: Vec<Param>) -> Self {
        Self { params, ..Self::plain(400, "ValidationError", "invalid", title) }
    }

    /// 400 for a body that is no JSON. Not recorded; as the framework words it.
    pub fn no_json() -> Self {
        Self::plain(400, "ParseError", "parse_error", "Ongeldig samengestelde aanvraag.")
    }

    pub fn refused(code: &'static str, detail: &str) -> Self {
        let title = "Je hebt geen toestemming om deze actie uit te voeren.";
        Self::plain(403, "PermissionDenied", code, title).with_detail(detail)
    }

    pub fn not_allowed() -> Self {
        Self::refused("permission_denied", "Je hebt geen toestemming om deze actie uit te voeren.")
    }

    pub fn not_found() -> Self {
        Self::plain(404, "NotFound", "not_found", "Niet gevonden.")
    }

    /// Not recorded; as the framework words it.
    pub fn no_such_method(method: &str) -> Self {
        Self::plain(405, "MethodNotAllowed", "method_not_allowed", "Methode niet toegestaan.")
            .with_detail(format!("Methode \"{method}\" niet toegestaan."))
    }

    pub fn not_acceptable(detail: &str) -> Self {
        Self::plain(
            406,
            "NotAcceptable",
            "not_acceptable",
            "Kan niet voldoen aan de opgegeven Accept header.",
        )
        .with_detail(detail)
    }

    pub fn precondition(header: &str) -> Self {
        Self::plain(412, "PreconditionFailed", "precondition_failed", "Voorwaarde is niet vervuld")
            .with_detail(format!("'{header}' header ontbreekt"))
    }

    pub fn media_type(sent: &str) -> Self {
        let title = "Ongeldige media type \"{media_type}\" in aanvraag.";
        Self::plain(415, "UnsupportedMediaType", "unsupported_media_type", title)
            .with_detail(format!("Ongeldige media type \"{sent}\" in aanvraag."))
    }

    /// The status is recorded, the body is as the framework writes it.
    pub fn failed() -> Self {
        Self::plain(500, "APIException", "error", "Er is een serverfout opgetreden.")
            .with_detail("Internal Server Error")
    }

    /// 501: not an answer of the real system but of the double, which cannot give the real one.
    pub fn beyond_the_double(what: &str) -> Self {
        Self::plain(501, "BeyondTheDouble", "beyond-the-double", "The double cannot answer this.")
            .with_detail(what)
    }

    /// 401 of Open Klant.
    pub fn unauthenticated(
        kind: &'static str,
        code: &'static str,
        title: &'static str,
        detail: &str,
    ) -> Self {
        Self::plain(401, kind, code, title).with_detail(detail)
    }

    /// The answer, with a random instance as the real ones have.
    pub fn into_answer(self, base: &str, dice: &mut fastrand::Rng) -> Response<Vec<u8>> {
        let mut body = json!({
            "type": format!("{base}/ref/fouten/{}/", self.kind),
            "code": self.code,
            "title": self.title,
            "status": self.status,
            "detail": self.detail,
            "instance": format!("urn:uuid:{}", identifier(dice)),
        });
        if !self.params.is_empty() {
            let params = self.params.iter();
            body["invalidParams"] = Value::Array(
                params.map(|p| json!({"name": p.name, "code": p.code, "reason": p.reason})).collect(),
            );
        }
        answer(self.status, &body)
    }
}
