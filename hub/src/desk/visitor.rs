//! Who asks for a page, in which language, and what every answer to them has around it. Invariant:
//! the language is Dutch unless the visitor chose otherwise, and a choice is kept in a cookie.

use std::convert::Infallible;
use std::sync::Arc;

use askama::Template;
use axum::extract::{FromRequestParts, Request};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, StatusCode, Uri, header};
use axum::middleware::Next;
use axum::response::{Html, IntoResponse, Response};

use super::texts::{Lang, Texts};
use super::{Desk, Failure};

const LANGUAGE_COOKIE: &str = "lang";

/// Where on the desk a page belongs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Section {
    /// Transactions.
    Transactions,
    /// Pillars.
    Pillars,
    /// Payments to settle.
    Payments,
    /// What residents did not find.
    Questions,
    /// Neither.
    Other,
}

/// What every page has around its content.
pub(super) struct Frame {
    pub t: &'static Texts,
    pub lang: Lang,
    pub municipality: String,
    pub section: Section,
    /// Whether someone is signed in, so that menu and sign-out are of use.
    pub signed_in: bool,
}

impl Frame {
    pub(super) fn at_transactions(&self) -> bool {
        self.section == Section::Transactions
    }

    pub(super) fn at_pillars(&self) -> bool {
        self.section == Section::Pillars
    }

    pub(super) fn at_payments(&self) -> bool {
        self.section == Section::Payments
    }

    pub(super) fn at_questions(&self) -> bool {
        self.section == Section::Questions
    }
}

/// A page that says why there is no other.
#[derive(Template)]
#[template(path = "sorry.html")]
struct Sorry {
    frame: Frame,
    title: &'static str,
    help: &'static str,
}

/// The visitor of a page.
pub(super) struct Visitor {
    pub desk: Arc<Desk>,
    pub lang: Lang,
}

impl FromRequestParts<Arc<Desk>> for Visitor {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, desk: &Arc<Desk>) -> Result<Self, Infallible> {
        Ok(Self { desk: Arc::clone(desk), lang: language(&parts.uri, &parts.headers) })
    }
}

impl Visitor {
    pub(super) fn frame(&self, section: Section) -> Frame {
        Frame {
            t: self.lang.texts(),
            lang: self.lang,
            municipality: self.desk.municipality.clone(),
            section,
            signed_in: section != Section::Other,
        }
    }

    /// A page, or the page that says why there is none.
    pub(super) fn answer(&self, page: Result<Response, Failure>) -> Response {
        let t = self.lang.texts();
        match page {
            Ok(response) => response,
            Err(Failure::NotFound) => self.sorry(StatusCode::NOT_FOUND, t.not_found, t.not_found_help),
            Err(Failure::Unavailable) => {
                self.sorry(StatusCode::SERVICE_UNAVAILABLE, t.unavailable, t.unavailable_help)
            }
        }
    }

    pub(super) fn sorry(&self, status: StatusCode, title: &'static str, help: &'static str) -> Response {
        let page = Sorry { frame: self.frame(Section::Other), title, help };
        (status, render(&page)).into_response()
    }
}

/// A template as a page.
pub(super) fn render(page: &impl Template) -> Response {
    match page.render() {
        Ok(text) => Html(text).into_response(),
        Err(error) => {
            tracing::error!(%error, "a page could not be written");
            StatusCode::INTERNAL_SERVER_ERROR.into_response()
        }
    }
}

/// The value of a cookie.
pub(super) fn cookie<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers
        .get_all(header::COOKIE)
        .iter()
        .filter_map(|line| line.to_str().ok())
        .flat_map(|line| line.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .find(|(found, _)| *found == name)
        .map(|(_, value)| value)
}

fn language(uri: &Uri, headers: &HeaderMap) -> Lang {
    let kept = || cookie(headers, LANGUAGE_COOKIE).and_then(Lang::parse);
    chosen(uri).or_else(kept).unwrap_or_default()
}

fn chosen(uri: &Uri) -> Option<Lang> {
    let pairs = uri.query()?.split('&').filter_map(|pair| pair.split_once('='));
    pairs.filter(|(key, _)| *key == "lang").find_map(|(_, code)| Lang::parse(code))
}

/// Remembers a language that was chosen with `?lang=`.
pub(super) async fn keep_language(request: Request, next: Next) -> Response {
    let lang = chosen(request.uri());
    let mut response = next.run(request).await;
    if let Some(lang) = lang {
        let text = format!("{LANGUAGE_COOKIE}={}; Path=/; Max-Age=31536000; SameSite=Lax", lang.code());
        if let Ok(value) = HeaderValue::from_str(&text) {
            response.headers_mut().append(header::SET_COOKIE, value);
        }
    }
    response
}
