//! Who may look: the staff password opens a session. Invariant: the hub keeps a session's token and
//! the password only as hashes, and a form is taken only when it came from the desk's own pages.

use std::net::{IpAddr, SocketAddr};
use std::sync::{Arc, PoisonError};

use askama::Template;
use aws_lc_rs::digest::{SHA256, digest};
use aws_lc_rs::rand::{SecureRandom, SystemRandom};
use axum::Form;
use axum::extract::{ConnectInfo, Query, Request, State};
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, Uri, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Redirect, Response};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as BASE64;
use jiff::{SignedDuration, Timestamp};
use serde::Deserialize;
use zeroize::Zeroizing;

use super::attempts::TooEarly;
use super::visitor::{Frame, Section, Visitor, cookie, render};
use super::{Desk, Failure};
use crate::password;
use crate::store::Digest;

/// A session that was not used for so long has ended.
const IDLE: SignedDuration = SignedDuration::from_hours(8);

/// The page that asks for the password.
#[derive(Template)]
#[template(path = "login.html")]
struct LoginPage {
    frame: Frame,
    next: String,
    problem: Option<String>,
}

/// Where to go after the password.
#[derive(Deserialize)]
pub(super) struct AfterLogin {
    #[serde(default)]
    next: String,
}

/// The form of the login page.
#[derive(Deserialize)]
pub(super) struct LoginForm {
    password: String,
    #[serde(default)]
    next: String,
}

pub(super) async fn login_page(visitor: Visitor, Query(after): Query<AfterLogin>) -> Response {
    page(&visitor, &after.next, None)
}

pub(super) async fn login(
    visitor: Visitor,
    ConnectInfo(peer): ConnectInfo<SocketAddr>,
    headers: HeaderMap,
    Form(form): Form<LoginForm>,
) -> Response {
    let desk = &visitor.desk;
    let address = desk.address_of(peer, &headers);
    let begun = desk.attempts.lock().unwrap_or_else(PoisonError::into_inner).begin(address, Timestamp::now());
    if let Err(TooEarly { wait }) = begun {
        tracing::warn!("too many wrong passwords from one address");
        let problem = visitor.lang.too_many_attempts(wait.as_secs());
        let retry = [(header::RETRY_AFTER, wait.as_secs().to_string())];
        return (StatusCode::TOO_MANY_REQUESTS, retry, page(&visitor, &form.next, Some(problem)))
            .into_response();
    }
    match desk.open_session(Zeroizing::new(form.password)).await {
        Ok(Some(token)) => {
            desk.attempts.lock().unwrap_or_else(PoisonError::into_inner).succeeded(address);
            tracing::info!("someone signed in");
            (desk.session_cookie(&token), Redirect::to(local_path(&form.next))).into_response()
        }
        Ok(None) => {
            tracing::warn!("a wrong password");
            let problem = visitor.lang.texts().wrong_password.to_owned();
            (StatusCode::UNAUTHORIZED, page(&visitor, &form.next, Some(problem))).into_response()
        }
        Err(failure) => visitor.answer(Err(failure)),
    }
}

pub(super) async fn logout(visitor: Visitor, headers: HeaderMap) -> Response {
    let desk = &visitor.desk;
    let token = cookie(&headers, desk.cookie_name()).map(hash_of);
    let closed = match token {
        Some(token) => desk.ask(move |store| store.close_session(&token)).await,
        None => Ok(()),
    };
    let goodbye = || (desk.session_cookie(""), Redirect::to("/login")).into_response();
    visitor.answer(closed.map(|()| goodbye()))
}

/// Lets nobody through without a session.
pub(super) async fn only_with_session(
    State(desk): State<Arc<Desk>>,
    visitor: Visitor,
    request: Request,
    next: Next,
) -> Response {
    let Some(token) = cookie(request.headers(), desk.cookie_name()).map(hash_of) else {
        return to_login(request.uri());
    };
    match desk.ask(move |store| store.use_session(&token, Timestamp::now(), IDLE)).await {
        Ok(true) => next.run(request).await,
        Ok(false) => to_login(request.uri()),
        Err(failure) => visitor.answer(Err(failure)),
    }
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
    /// Opens a session when the password is right, and tells its token.
    async fn open_session(&self, password: Zeroizing<String>) -> Result<Option<Zeroizing<String>>, Failure> {
        let _turn = self.hashing.acquire().await.map_err(|_| Failure::Unavailable)?;
        let Some(hash) = self.ask(|store| store.password_hash()).await? else { return Ok(None) };
        let verified = tokio::task::spawn_blocking(move || password::verify(&password, &hash)).await;
        match verified {
            Ok(Ok(true)) => {}
            Ok(Ok(false)) => return Ok(None),
            Ok(Err(error)) => {
                tracing::error!(%error, "the password could not be checked");
                return Err(Failure::Unavailable);
            }
            Err(_) => return Err(Failure::Unavailable),
        }
        let mut bytes = Zeroizing::new([0; 32]);
        SystemRandom::new().fill(&mut *bytes).map_err(|_| Failure::Unavailable)?;
        let token = Zeroizing::new(BASE64.encode(*bytes));
        let hash = hash_of(&token);
        self.ask(move |store| store.open_session(&hash, Timestamp::now(), IDLE)).await?;
        Ok(Some(token))
    }

    const fn cookie_name(&self) -> &'static str {
        if self.behind_proxy { "__Host-zuil-desk" } else { "zuil-desk" }
    }

    /// The header that sets the session's cookie, or takes it away when `token` is empty.
    fn session_cookie(&self, token: &str) -> HeaderMap {
        let secure = if self.behind_proxy { "; Secure" } else { "" };
        let age = if token.is_empty() { "; Max-Age=0" } else { "" };
        let text = format!("{}={token}; Path=/; HttpOnly; SameSite=Strict{secure}{age}", self.cookie_name());
        let mut headers = HeaderMap::new();
        if let Ok(value) = HeaderValue::from_str(&text) {
            headers.insert(header::SET_COOKIE, value);
        }
        headers
    }

    /// The visitor's address: what the proxy says when there is one, for it appends to the list.
    fn address_of(&self, peer: SocketAddr, headers: &HeaderMap) -> IpAddr {
        let mut lines = headers.get_all("x-forwarded-for").iter();
        let last =
            lines.next_back().and_then(|line| line.to_str().ok()).and_then(|line| line.rsplit(',').next());
        let told = last.and_then(|address| address.trim().parse().ok());
        told.filter(|_| self.behind_proxy).unwrap_or(peer.ip())
    }
}

fn page(visitor: &Visitor, next: &str, problem: Option<String>) -> Response {
    let next = local_path(next).to_owned();
    render(&LoginPage { frame: visitor.frame(Section::Other), next, problem })
}

fn to_login(from: &Uri) -> Response {
    let path = from.path();
    let safe = |c: char| c.is_ascii_alphanumeric() || matches!(c, '/' | '-');
    match path != "/" && path.chars().all(safe) {
        true => Redirect::to(&format!("/login?next={path}")).into_response(),
        false => Redirect::to("/login").into_response(),
    }
}

/// A path on this desk, never another site.
fn local_path(next: &str) -> &str {
    let safe = |c: char| c.is_ascii_alphanumeric() || matches!(c, '/' | '-');
    if next.starts_with('/') && !next.starts_with("//") && next.chars().all(safe) { next } else { "/" }
}

fn hash_of(token: &str) -> Digest {
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
        Desk::new(&config, Arc::new(folder))
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
