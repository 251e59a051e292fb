//! One's own account. Invariant: what is changed here is changed by its owner, who shows it, and not by whoever finds an open
//! session; and it asks everybody to sign in again, whoever they are.

use std::net::SocketAddr;

use askama::Template;
use axum::Form;
use axum::extract::ConnectInfo;
use axum::extract::rejection::FormRejection;
use axum::http::HeaderMap;
use axum::response::{IntoResponse, Redirect, Response};
use jiff::Timestamp;

use super::super::Failure;
use super::super::proof::{self, Asked, Proof};
use super::super::texts::AccessTexts;
use super::super::visitor::{Frame, Section, Visitor, render};
use super::staff::{renew, roles_in_words};
use crate::access::staff;

/// One's own account.
#[derive(Template)]
#[template(path = "account.html")]
struct AccountPage {
    frame: Frame,
    w: &'static AccessTexts,
    name: String,
    roles: String,
    has_password: bool,
    /// How many recovery codes are left; nothing without an app.
    recovery_codes: Option<u32>,
    /// Whether another app can be set up.
    can_renew_app: bool,
}

pub(in super::super) async fn account(visitor: Visitor) -> Response {
    let Some(signed) = &visitor.signed else { return visitor.answer(Err(Failure::NotFound)) };
    let account = &signed.session.account;
    render(&AccountPage {
        frame: visitor.frame(Section::Account),
        w: visitor.lang.access_texts(),
        name: account.name.clone(),
        roles: roles_in_words(visitor.lang, account.roles),
        has_password: account.password_hash.is_some(),
        recovery_codes: account.totp.as_ref().map(|_| account.recovery_codes),
        can_renew_app: visitor.desk.totp && account.totp.is_some(),
    })
}

pub(in super::super) async fn new_own_password(
    visitor: Visitor,
    ConnectInfo(peer): ConnectInfo<SocketAddr>,
    headers: HeaderMap,
    form: Result<Form<Proof>, FormRejection>,
) -> Response {
    let button = visitor.lang.access_texts().new_password;
    let asked = Asked { action: "/account/password".into(), kept: Vec::new(), button };
    let Proof { proof } = form.map(|Form(form)| form).unwrap_or_default();
    let page = match proof::is_missing(&visitor, (peer, &headers), proof, asked).await {
        Ok(None) => renew(&visitor, visitor.who(), true).await,
        Ok(Some(asks)) => Ok(asks),
        Err(failure) => Err(failure),
    };
    visitor.answer(page)
}

/// Whoever has a new phone sets up the app when they sign in again.
pub(in super::super) async fn new_own_app(
    visitor: Visitor,
    ConnectInfo(peer): ConnectInfo<SocketAddr>,
    headers: HeaderMap,
    form: Result<Form<Proof>, FormRejection>,
) -> Response {
    let button = visitor.lang.access_texts().new_app;
    let asked = Asked { action: "/account/app".into(), kept: Vec::new(), button };
    let Proof { proof } = form.map(|Form(form)| form).unwrap_or_default();
    let done = match proof::is_missing(&visitor, (peer, &headers), proof, asked).await {
        Ok(None) => remove_own_app(&visitor).await,
        Ok(Some(asks)) => Ok(asks),
        Err(failure) => Err(failure),
    };
    visitor.answer(done)
}

async fn remove_own_app(visitor: &Visitor) -> Result<Response, Failure> {
    let name = visitor.who();
    visitor.desk.ask(move |store| staff::remove_app(store, &name, &name, Timestamp::now())).await?;
    Ok(Redirect::to("/login").into_response())
}
