//! Who is here: the session's cookie, and the guard that every request passes. Invariant: the hub keeps a session's
//! token only as a hash, nothing is opened that the table of permissions does not open, and a form is taken only when
//! it came from the desk's own pages.

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

use aws_lc_rs::digest::{SHA256, digest};
use aws_lc_rs::rand::{SecureRandom, SystemRandom};
use axum::body::Body;
use axum::extract::{MatchedPath, Request, State};
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, Uri, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Redirect, Response};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as BASE64;
use http_body_util::BodyExt as _;
use jiff::Timestamp;
use zeroize::Zeroizing;

use super::permission::{self, Rule, Who};
use super::visitor::{Visitor, cookie};
use super::{DRAFT_BYTES, Desk, FORM_BYTES, Failure, READ_BYTES};
use crate::store::{Deed, Digest, Entry, Session, Stage};

/// What pages ask of themselves, to bring themselves up to date.
const LIVE: &str = "/live/";
/// What browsers call the content of a form.
const FORM: &str = "application/x-www-form-urlencoded";
/// Where a form may hold a whole draft.
const DRAFT: &str = "/drafts/{id}";

/// Somebody with a session, as the guard leaves them for the pages.
#[derive(Clone)]
pub(super) struct Signed {
    pub session: Arc<Session>,
    pub token: Digest,
}

impl Signed {
    pub(super) fn name(&self) -> &str {
        &self.session.account.name
    }

    /// Whether they have signed in and may open a page.
    pub(super) fn may_open(&self, path: &str) -> bool {
        self.session.stage == Stage::Open && permission::may_open(path, self.session.account.roles)
    }
}

/// Lets through whom the table of permissions lets through, and says to all others what they can do.
pub(super) async fn guard(
    State(desk): State<Arc<Desk>>,
    visitor: Visitor,
    mut request: Request,
    next: Next,
) -> Response {
    let Some(path) = request.extensions().get::<MatchedPath>().map(|path| path.as_str().to_owned()) else {
        // There is no such page, which everybody may know.
        return next.run(request).await;
    };
    let Some(rule) = permission::of(request.method().as_str(), &path) else {
        return StatusCode::METHOD_NOT_ALLOWED.into_response();
    };
    let signed = match desk.signed(request.headers(), !path.starts_with(LIVE)).await {
        Ok(signed) => signed,
        // What everybody may see is shown also when the store fails.
        Err(_) if rule.who == Who::Everybody => None,
        Err(failure) => return visitor.answer(Err(failure)),
    };
    if let Some(instead) = instead(rule, signed.as_ref(), &visitor, request.uri()) {
        return instead;
    }
    if let Some(most) = too_large(&request, &path) {
        read_to_the_end(request.into_body()).await;
        return visitor.answer(Err(Failure::TooLarge(most)));
    }
    if let Some(signed) = signed {
        request.extensions_mut().insert(signed);
    }
    next.run(request).await
}

/// How large a form may be that says of itself that it is larger.
fn too_large(request: &Request, path: &str) -> Option<usize> {
    let says = |name| request.headers().get(name).and_then(|value| value.to_str().ok());
    let is_form = says(header::CONTENT_TYPE).is_some_and(|kind| kind.starts_with(FORM));
    let most = if path == DRAFT { DRAFT_BYTES } else { FORM_BYTES };
    let length: usize = says(header::CONTENT_LENGTH).and_then(|length| length.parse().ok())?;
    (is_form && length > most).then_some(most)
}

/// Browsers show an answer only after they have sent everything.
async fn read_to_the_end(mut body: Body) {
    let mut read = 0;
    while let Some(Ok(frame)) = body.frame().await {
        read += frame.data_ref().map_or(0, |data| data.len());
        if read > READ_BYTES {
            return;
        }
    }
}

/// What somebody gets who may not have what they asked for.
fn instead(rule: &Rule, signed: Option<&Signed>, visitor: &Visitor, uri: &Uri) -> Option<Response> {
    if rule.who == Who::Everybody {
        return None;
    }
    let Some(signed) = signed else { return Some(to_login(uri)) };
    let stage = signed.session.stage;
    match (rule.who, stage) {
        (Who::HalfWay, Stage::Open) => Some(Redirect::to("/account").into_response()),
        (Who::HalfWay, _) => None,
        (_, Stage::Code) => Some(Redirect::to("/login/code").into_response()),
        (_, Stage::Enrol) => Some(Redirect::to("/login/app").into_response()),
        (who, Stage::Open) if who.admits(signed.session.account.roles) => None,
        (Who::With(roles), Stage::Open) => Some(visitor.of(Some(signed.clone())).only_for(roles)),
        _ => Some(StatusCode::FORBIDDEN.into_response()),
    }
}

fn to_login(from: &Uri) -> Response {
    let path = from.path();
    match path != "/" && local_path(path) == path {
        true => Redirect::to(&format!("/login?next={path}")).into_response(),
        false => Redirect::to("/login").into_response(),
    }
}

/// A path on this desk, never another site.
pub(super) fn local_path(next: &str) -> &str {
    let safe = |c: char| c.is_ascii_alphanumeric() || matches!(c, '/' | '-' | '.');
    if next.starts_with('/') && !next.starts_with("//") && next.chars().all(safe) { next } else { "/" }
}

/// Takes no form from another site. Browsers say where a form came from, in one header or the other;
/// whatever says nothing is no browser and carries nobody's cookie.
pub(super) async fn only_own_forms(visitor: Visitor, request: Request, next: Next) -> Response {
    if *request.method() == Method::POST && came_from_elsewhere(request.headers()) {
        tracing::warn!("a form from another site was refused");
        let t = visitor.lang.texts();
        return visitor.sorry(StatusCode::FORBIDDEN, t.foreign_form, t.foreign_form_help);
    }
    next.run(request).await
}

fn came_from_elsewhere(headers: &HeaderMap) -> bool {
    let text = |name| headers.get(name).map(|value: &HeaderValue| value.to_str().unwrap_or_default());
    if let Some(site) = text("sec-fetch-site") {
        return site != "same-origin";
    }
    let Some(origin) = text("origin") else { return false };
    let origin_host = origin.parse::<Uri>().ok().and_then(|uri| uri.authority().map(ToString::to_string));
    origin_host.is_none() || origin_host.as_deref() != text("host")
}

impl Desk {
    /// Who sent a request; nothing without a session, or with one that has ended. What a page asks of itself does not
    /// use the session.
    async fn signed(&self, headers: &HeaderMap, is_used: bool) -> Result<Option<Signed>, Failure> {
        let Some(token) = cookie(headers, self.cookie_name()).map(hash_of) else { return Ok(None) };
        let limits = self.limits;
        let session = self.ask(move |store| match is_used {
            true => store.session(&token, Timestamp::now(), &limits),
            false => store.idle_session(&token, Timestamp::now(), &limits),
        });
        let session = session.await?;
        Ok(session.map(|session| Signed { session: Arc::new(session), token }))
    }

    /// Opens a session, in place of `before`, and tells its token; nothing when the account is disabled.
    pub(super) async fn open_session(
        &self,
        account: &str,
        stage: Stage,
        how: &'static str,
        before: Option<Digest>,
    ) -> Result<Option<Zeroizing<String>>, Failure> {
        let mut bytes = Zeroizing::new([0; 32]);
        SystemRandom::new().fill(&mut *bytes).map_err(|_| Failure::Unavailable)?;
        let token = Zeroizing::new(BASE64.encode(*bytes));
        let (hash, account, limits) = (hash_of(&token), account.to_owned(), self.limits);
        let opened = self.ask(move |store| {
            if let Some(before) = before {
                store.close_session(&before)?;
            }
            let entry = Entry::new(Timestamp::now(), &account, Deed::SignedIn, "").with(how);
            store.open_session(&hash, &account, stage, &limits, &entry)
        });
        Ok(opened.await?.then_some(token))
    }

    const fn cookie_name(&self) -> &'static str {
        if self.behind_proxy { "__Host-zuil-desk" } else { "zuil-desk" }
    }

    /// The header that sets the session's cookie, or takes it away when `token` is empty.
    pub(super) fn session_cookie(&self, token: &str) -> HeaderMap {
        let age = if token.is_empty() { "; Max-Age=0" } else { "" };
        self.cookie(self.cookie_name(), token, &format!("; Path=/; SameSite=Strict{age}"))
    }

    /// A cookie that no script reads, and that is sent over TLS only where there is TLS.
    pub(super) fn cookie(&self, name: &str, value: &str, attributes: &str) -> HeaderMap {
        let secure = if self.behind_proxy { "; Secure" } else { "" };
        let text = format!("{name}={value}{attributes}; HttpOnly{secure}");
        let mut headers = HeaderMap::new();
        if let Ok(value) = HeaderValue::from_str(&text) {
            headers.insert(header::SET_COOKIE, value);
        }
        headers
    }

    /// The visitor's address: what the proxy says when there is one, for it appends to the list.
    pub(super) fn address_of(&self, peer: SocketAddr, headers: &HeaderMap) -> IpAddr {
        let mut lines = headers.get_all("x-forwarded-for").iter();
        let last =
            lines.next_back().and_then(|line| line.to_str().ok()).and_then(|line| line.rsplit(',').next());
        let told = last.and_then(|address| address.trim().parse().ok());
        told.filter(|_| self.behind_proxy).unwrap_or(peer.ip())
    }
}

/// As what the hub keeps a token.
pub(super) fn hash_of(token: &str) -> Digest {
    let mut hash = [0; 32];
    hash.copy_from_slice(digest(&SHA256, token.as_bytes()).as_ref());
    hash
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Config;
    use crate::data_folder::DataFolder;

    fn desk(behind_proxy: bool) -> Desk {
        let data = tempfile::tempdir().unwrap();
        let mut config = Config::on_any_port("Voorbeeldstad", data.path());
        config.desk.behind_proxy = behind_proxy;
        let folder = DataFolder::open(&config, Timestamp::now()).unwrap();
        Desk::new(&config, Arc::new(folder), tokio::sync::watch::channel(false).1).unwrap()
    }

    #[test]
    fn an_address_is_believed_from_a_proxy_only_and_only_the_one_that_it_added() {
        let peer: SocketAddr = "127.0.0.1:4711".parse().unwrap();
        let mut headers = HeaderMap::new();
        assert_eq!(desk(true).address_of(peer, &headers), peer.ip());
        headers.append("x-forwarded-for", HeaderValue::from_static("198.51.100.1"));
        headers.append("x-forwarded-for", HeaderValue::from_static("192.0.2.9, 203.0.113.7"));
        assert_eq!(desk(true).address_of(peer, &headers).to_string(), "203.0.113.7");
        assert_eq!(desk(false).address_of(peer, &headers), peer.ip());
    }

    #[test]
    fn behind_a_proxy_the_cookie_is_sent_over_tls_only() {
        let cookie = |behind_proxy| {
            let headers = desk(behind_proxy).session_cookie("token");
            headers[header::SET_COOKIE].to_str().unwrap().to_owned()
        };
        assert!(cookie(true).starts_with("__Host-zuil-desk=token; ") && cookie(true).contains("; Secure"));
        assert!(cookie(false).starts_with("zuil-desk=token; ") && !cookie(false).contains("Secure"));
    }

    #[test]
    fn after_the_password_nobody_is_sent_to_another_site() {
        assert_eq!(local_path("/transactions/7K3M-Q9XA-2FT"), "/transactions/7K3M-Q9XA-2FT");
        for next in ["//evil.example", "https://evil.example", "/\\evil.example", "evil", "", "/a:b"] {
            assert_eq!(local_path(next), "/");
        }
    }

    #[test]
    fn a_form_is_taken_from_the_desk_itself_only() {
        let elsewhere = |pairs: &[(&'static str, &'static str)]| {
            let pairs = pairs.iter().map(|(name, value)| {
                (name.parse::<header::HeaderName>().unwrap(), HeaderValue::from_static(value))
            });
            came_from_elsewhere(&pairs.collect())
        };
        let host = ("host", "desk.example.nl:8080");
        assert!(!elsewhere(&[host, ("origin", "http://desk.example.nl:8080")]));
        assert!(!elsewhere(&[host, ("origin", "null"), ("sec-fetch-site", "same-origin")]));
        assert!(!elsewhere(&[host]));
        assert!(elsewhere(&[host, ("origin", "http://evil.example")]));
        assert!(elsewhere(&[host, ("origin", "http://desk.example.nl")]));
        assert!(elsewhere(&[host, ("origin", "null")]));
        for site in ["cross-site", "same-site", "none"] {
            assert!(elsewhere(&[host, ("sec-fetch-site", site)]));
        }
    }
}
