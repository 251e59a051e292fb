//! Signing in with the municipality's identity provider, as staff see it. Invariant: what the provider says of
//! somebody's roles holds from each sign-in on, and a browser is let in only where it began.

use askama::Template;
use aws_lc_rs::rand::SystemRandom;
use axum::extract::Query;
use axum::extract::rejection::QueryRejection;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use jiff::Timestamp;
use serde::Deserialize;

use super::session::{hash_of, local_path};
use super::texts::AccessTexts;
use super::visitor::{Frame, Section, Visitor, cookie, render};
use super::{Failure, proof};
use crate::access::sign_on::{BadToken, Person, Returned, SignIn, SignOn, SignOnError, Ticket};
use crate::access::stamps::Stamp;
use crate::store::{Account, Change, Deed, Entry, Roles, Stage, Store, StoreError};

const COOKIE: &str = "zuil-sso";
/// Sent also when the provider sends the browser back, and for ten minutes.
const KEPT: &str = "; Path=/login/sso; SameSite=Lax; Max-Age=600";
const GONE: &str = "; Path=/login/sso; SameSite=Lax; Max-Age=0";

/// The page after signing in. It leads on by itself: a redirect would still count as coming from the provider's
/// site, and the session's cookie is not sent with those.
#[derive(Template)]
#[template(path = "signed_in.html")]
struct SignedInPage {
    frame: Frame,
    w: &'static AccessTexts,
    next: String,
}

/// The page after signing out.
#[derive(Template)]
#[template(path = "goodbye.html")]
struct GoodbyePage {
    frame: Frame,
    w: &'static AccessTexts,
    /// Where to sign out at the provider.
    provider: Option<String>,
}

/// Where to go afterwards, and whether it is to show who somebody is.
#[derive(Deserialize)]
pub(super) struct Asking {
    #[serde(default)]
    next: String,
    #[serde(default)]
    proof: bool,
}

pub(super) async fn begin(visitor: Visitor, Query(asking): Query<Asking>) -> Response {
    let desk = &visitor.desk;
    let Some(provider) = &desk.sign_on else { return visitor.answer(Err(Failure::NotFound)) };
    let Ok(ticket) = Ticket::new(&SystemRandom::new()) else {
        return visitor.answer(Err(Failure::Unavailable));
    };
    let now = Timestamp::now();
    let sign_in = if asking.proof { SignIn::Anew } else { SignIn::AsItLikes };
    match provider.begin(&ticket, sign_in, now).await {
        Ok(url) => {
            let stamps = desk.folder.vault.stamps();
            let went = asking.proof.then(|| stamps.write(Stamp::WentAnew(ticket.as_str()), now));
            let next = local_path(&asking.next);
            let kept = format!("{}|{next}|{}", ticket.as_str(), went.unwrap_or_default());
            (desk.cookie(COOKIE, &kept, KEPT), Redirect::to(&url)).into_response()
        }
        Err(error) => refused(&visitor, &error),
    }
}

pub(super) async fn done(
    visitor: Visitor,
    headers: HeaderMap,
    returned: Result<Query<Returned>, QueryRejection>,
) -> Response {
    let desk = &visitor.desk;
    let Some(provider) = &desk.sign_on else { return visitor.answer(Err(Failure::NotFound)) };
    let gone = desk.cookie(COOKIE, "", GONE);
    let kept = cookie(&headers, COOKIE).and_then(|kept| kept.split_once('|'));
    let (Some((ticket, kept)), Ok(Query(returned))) = (kept, returned) else {
        return refused(&visitor, &SignOnError::NotBegunHere);
    };
    let (next, went) = kept.split_once('|').unwrap_or((kept, ""));
    let since = desk.folder.vault.stamps().read(Stamp::WentAnew(ticket), went);
    let person = match provider.finish(&Ticket::kept(ticket), since, &returned, Timestamp::now()).await {
        Ok(person) => person,
        Err(error) => return with_cookies(refused(&visitor, &error), gone),
    };
    let entered = enter(&visitor, provider, person, next).await;
    with_cookies(entered.unwrap_or_else(|failure| visitor.answer(Err(failure))), gone)
}

/// Adds cookies to those that an answer sets already.
fn with_cookies(mut response: Response, cookies: HeaderMap) -> Response {
    for cookie in cookies.get_all(header::SET_COOKIE) {
        response.headers_mut().append(header::SET_COOKIE, cookie.clone());
    }
    response
}

async fn enter(
    visitor: &Visitor,
    provider: &SignOn,
    person: Person,
    next: &str,
) -> Result<Response, Failure> {
    let (desk, w) = (&visitor.desk, visitor.lang.access_texts());
    let roles = provider.roles_of(&person);
    let name = format!("{}{}", Account::EXTERNAL, person.subject);
    let (account, anew_at) = (name.clone(), person.signed_in_anew_at);
    desk.ask(move |store| remember(store, &account, &person, roles, Timestamp::now())).await?;
    if roles.is_empty() {
        return Ok(visitor.sorry(StatusCode::FORBIDDEN, w.no_role, w.no_role_help));
    }
    let Some(token) = desk.open_session(&name, Stage::Open, "identity provider", None).await? else {
        return Ok(visitor.sorry(StatusCode::FORBIDDEN, w.disabled, w.disabled_help));
    };
    tracing::info!("someone signed in with the identity provider");
    let page = SignedInPage { frame: visitor.frame(Section::Other), w, next: local_path(next).to_owned() };
    let answer = (desk.session_cookie(&token), render(&page)).into_response();
    Ok(match anew_at {
        Some(at) => with_cookies(answer, proof::kept(desk, &hash_of(&token), at)),
        None => answer,
    })
}

/// Keeps what the provider says of somebody. Who has no role here and was never here gets no account.
fn remember(
    store: &dyn Store,
    name: &str,
    person: &Person,
    roles: Roles,
    now: Timestamp,
) -> Result<(), StoreError> {
    if store.account(name)?.is_none() {
        if roles.is_empty() {
            return Ok(());
        }
        let account =
            Account { shown_name: person.shown_name.clone(), ..Account::new(name, roles, None, now) };
        let entry = Entry::new(now, name, Deed::AddedAccount, name).with(roles.to_string());
        store.add_account(&account, &entry)?;
    }
    let entry = Entry::new(now, name, Deed::ChangedRoles, name).with(roles.to_string());
    store.change_account(name, &Change::Roles(roles), &entry)?;
    let entry = Entry::new(now, name, Deed::ChangedName, name);
    store.change_account(name, &Change::ShownName(person.shown_name.clone()), &entry)?;
    Ok(())
}

/// What went wrong, and what to do about it.
fn refused(visitor: &Visitor, error: &SignOnError) -> Response {
    tracing::warn!(%error, "nobody was signed in by the identity provider");
    let w = visitor.lang.access_texts();
    let (status, title, help) = match error {
        SignOnError::Unreachable(_) => (StatusCode::BAD_GATEWAY, w.provider_away, w.provider_away_help),
        SignOnError::NotBegunHere => (StatusCode::BAD_REQUEST, w.not_begun_here, w.not_begun_here_help),
        SignOnError::Refused(_) => (StatusCode::FORBIDDEN, w.provider_refused, w.provider_refused_help),
        SignOnError::Token(BadToken::Time) => {
            (StatusCode::BAD_GATEWAY, w.clocks_differ, w.clocks_differ_help)
        }
        SignOnError::Token(BadToken::NotSaidWhen | BadToken::NotAnew) => {
            (StatusCode::BAD_GATEWAY, w.not_anew, w.not_anew_help)
        }
        SignOnError::Token(_) => (StatusCode::BAD_GATEWAY, w.bad_token, w.bad_token_help),
    };
    visitor.sorry(status, title, help)
}

/// Says that somebody is signed out here, and where they are still signed in.
pub(super) fn goodbye(visitor: &Visitor) -> Response {
    let provider = visitor.desk.sign_on.as_ref().and_then(SignOn::sign_out_url);
    let frame = visitor.of(None).frame(Section::Other);
    render(&GoodbyePage { frame, w: visitor.lang.access_texts(), provider })
}
