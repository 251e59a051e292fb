//! One's own account. Invariant: what is changed here is changed by its owner, who shows it, and not by whoever finds an open
//! session; and it asks everybody to sign in again, whoever they are.

use askama::Template;
use axum::Form;
use axum::extract::rejection::FormRejection;
use axum::response::{IntoResponse, Redirect, Response};
use jiff::Timestamp;

use super::super::Failure;
use super::super::attempts::Asker;
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
    asker: Asker,
    form: Result<Form<Proof>, FormRejection>,
) -> Response {
    let button = visitor.lang.access_texts().new_password;
    let asked = Asked { action: "/account/password".into(), kept: Vec::new(), button };
    proof::then(&visitor, &asker, Proof::of(form), asked, renew(&visitor, visitor.who(), true)).await
}

/// Whoever has a new phone sets up the app when they sign in again.
pub(in super::super) async fn new_own_app(
    visitor: Visitor,
    asker: Asker,
    form: Result<Form<Proof>, FormRejection>,
) -> Response {
    let button = visitor.lang.access_texts().new_app;
    let asked = Asked { action: "/account/app".into(), kept: Vec::new(), button };
    proof::then(&visitor, &asker, Proof::of(form), asked, remove_own_app(&visitor, asker.now)).await
}

async fn remove_own_app(visitor: &Visitor, now: Timestamp) -> Result<Response, Failure> {
    let name = visitor.who();
    visitor.desk.ask(move |store| staff::remove_app(store, &name, &name, now)).await?;
    Ok(Redirect::to("/login").into_response())
}
