//! One's own account. Invariant: what is changed here asks everybody to sign in again, whoever they are.

use askama::Template;
use axum::response::{IntoResponse, Redirect, Response};
use jiff::Timestamp;

use super::super::Failure;
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

pub(in super::super) async fn new_own_password(visitor: Visitor) -> Response {
    let page = renew(&visitor, visitor.who(), true).await;
    visitor.answer(page)
}

/// Whoever has a new phone sets up the app when they sign in again.
pub(in super::super) async fn new_own_app(visitor: Visitor) -> Response {
    let name = visitor.who();
    let removed =
        visitor.desk.ask(move |store| staff::remove_app(store, &name, &name, Timestamp::now())).await;
    visitor.answer(removed.map(|_| Redirect::to("/login").into_response()))
}
