//! Who asks for a page, in which language, and what every answer to them has around it. Invariant:
//! the language is Dutch unless the visitor chose otherwise, and a choice is kept in a cookie.

use std::convert::Infallible;
use std::sync::Arc;

use askama::Template;
use axum::extract::{FromRequestParts, Request};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, Uri, header};
use axum::middleware::Next;
use axum::response::{Html, IntoResponse, Response};
use jiff::Timestamp;

use super::pages::Counts;
use super::permission;
use super::session::Signed;
use super::texts::{Lang, Texts};
use super::{Desk, Failure};
use crate::store::{Role, Roles, Stage};

const LANGUAGE_COOKIE: &str = "lang";
/// Where residents look, at the desk's address and at their own.
const STATUS: &str = "/status";

/// Where on the desk a page belongs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Section {
    /// Transactions.
    Transactions,
    /// Finding a pillar for a caller.
    Finder,
    /// Six digits for callers.
    Referrals,
    /// What is to do.
    Worklist,
    /// Pillars.
    Pillars,
    /// Payments to settle.
    Payments,
    /// What residents did not find.
    Questions,
    /// What residents thought of their visits.
    Surveys,
    /// Accounts of staff.
    Staff,
    /// Who saw and did what.
    Audit,
    /// One's own account.
    Account,
    /// Neither.
    Other,
}

/// What every page has around its content.
pub(super) struct Frame {
    pub t: &'static Texts,
    pub lang: Lang,
    /// Where the visitor is, in words: at the desk, or where residents look.
    pub place: &'static str,
    pub municipality: String,
    /// The pages that whoever is signed in may open.
    pub menu: Vec<MenuItem>,
    /// What colleagues call whoever is signed in, so that sign-out is of use.
    pub signed_in: Option<String>,
    /// Whether their own account is shown.
    pub at_account: bool,
    /// Whether they may look for a request, and have no other place on the page for it.
    pub find: bool,
    /// Where they begin.
    pub home: &'static str,
}

/// A page in the menu.
pub(super) struct MenuItem {
    pub path: &'static str,
    pub text: &'static str,
    /// How much is to do there.
    pub count: Option<u64>,
    pub current: bool,
}

/// The menu, in its order.
const MENU: [(Section, &str); 10] = [
    (Section::Transactions, "/"),
    (Section::Finder, "/finder"),
    (Section::Referrals, "/referrals"),
    (Section::Worklist, "/worklist"),
    (Section::Pillars, "/pillars"),
    (Section::Payments, "/payments"),
    (Section::Questions, "/questions"),
    (Section::Surveys, "/surveys"),
    (Section::Staff, "/staff"),
    (Section::Audit, "/audit"),
];

fn menu(lang: Lang, at: Section, roles: Roles, to_do: u64) -> Vec<MenuItem> {
    let may = MENU.into_iter().filter(|(_, path)| permission::may_open(path, roles));
    let item = |(section, path)| MenuItem {
        path,
        text: lang.section(section),
        count: (section == Section::Worklist && to_do > 0).then_some(to_do),
        current: section == at,
    };
    may.map(item).collect()
}

/// A page that says why there is no other.
#[derive(Template)]
#[template(path = "sorry.html")]
struct Sorry {
    frame: Frame,
    title: &'static str,
    help: String,
}

/// The visitor of a page.
#[derive(Clone)]
pub(super) struct Visitor {
    pub desk: Arc<Desk>,
    pub lang: Lang,
    /// Who has signed in, once the guard let them through.
    pub signed: Option<Signed>,
    /// How much waits for somebody, when this visitor may see what.
    pub to_do: u64,
    /// Whether the page is one for residents, who know of no desk.
    pub for_residents: bool,
}

impl FromRequestParts<Arc<Desk>> for Visitor {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, desk: &Arc<Desk>) -> Result<Self, Infallible> {
        let signed = parts.extensions.get::<Signed>().cloned();
        let to_do = match &signed {
            Some(signed) if parts.method == Method::GET && signed.may_open("/worklist") => desk
                .ask(|store| Counts::of(store, Timestamp::now()))
                .await
                .map(Counts::total)
                .unwrap_or_default(),
            _ => 0,
        };
        let lang = language(&parts.uri, &parts.headers);
        let for_residents = parts.uri.path() == STATUS;
        Ok(Self { desk: Arc::clone(desk), lang, signed, to_do, for_residents })
    }
}

impl Visitor {
    pub(super) fn frame(&self, section: Section) -> Frame {
        let account = self.signed.as_ref().filter(|signed| signed.session.stage == Stage::Open);
        let account = account.map(|signed| &signed.session.account);
        let menu =
            account.map(|account| menu(self.lang, section, account.roles, self.to_do)).unwrap_or_default();
        let begins = menu.first().map_or("/login", |item| item.path);
        let desk = self.lang.texts().desk;
        let (place, home) =
            if self.for_residents { (self.lang.status_texts().place, STATUS) } else { (desk, begins) };
        Frame {
            t: self.lang.texts(),
            lang: self.lang,
            place,
            municipality: self.desk.municipality.clone(),
            find: account.is_some_and(|account| permission::may_open("/", account.roles)),
            at_account: section == Section::Account,
            home,
            menu,
            signed_in: account.map(|account| account.shown_name.clone()),
        }
    }

    /// The same visitor as somebody else, or as nobody.
    pub(super) fn of(&self, signed: Option<Signed>) -> Self {
        Self { signed, ..self.clone() }
    }

    /// Whether whoever asks may open a page.
    pub(super) fn may_open(&self, path: &str) -> bool {
        let open = self.signed.as_ref().filter(|signed| signed.session.stage == Stage::Open);
        open.is_some_and(|signed| permission::may_open(path, signed.session.account.roles))
    }

    /// The name of the account that does what is asked.
    pub(super) fn who(&self) -> String {
        self.signed.as_ref().map(|signed| signed.name().to_owned()).unwrap_or_default()
    }

    /// The page that says who may see or do what was asked.
    pub(super) fn only_for(&self, roles: &[Role]) -> Response {
        let w = self.lang.access_texts();
        self.sorry(StatusCode::FORBIDDEN, w.not_for_you, self.lang.only_for(roles))
    }

    /// A page, or the page that says why there is none.
    pub(super) fn answer(&self, page: Result<Response, Failure>) -> Response {
        let t = self.lang.texts();
        match page {
            Ok(response) => response,
            Err(Failure::NotFound) => self.sorry(StatusCode::NOT_FOUND, t.not_found, t.not_found_help),
            Err(Failure::TooLarge(most)) => {
                let help = self.lang.too_large_help(most / 1024);
                self.sorry(StatusCode::PAYLOAD_TOO_LARGE, t.too_large, help)
            }
            Err(Failure::Unavailable) => {
                self.sorry(StatusCode::SERVICE_UNAVAILABLE, t.unavailable, t.unavailable_help)
            }
        }
    }

    pub(super) fn sorry(&self, status: StatusCode, title: &'static str, help: impl Into<String>) -> Response {
        let page = Sorry { frame: self.frame(Section::Other), title, help: help.into() };
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
