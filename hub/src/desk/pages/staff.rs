//! The accounts of staff, for administrators. Invariant: a password is on one page, once, and nowhere else, and nobody gets a
//! way in here through a session that its owner left open.

use std::sync::Arc;

use askama::Template;
use aws_lc_rs::rand::SystemRandom;
use axum::Form;
use axum::extract::Path;
use axum::extract::rejection::FormRejection;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use jiff::Timestamp;
use serde::Deserialize;
use zeroize::Zeroizing;

use super::super::Failure;
use super::super::attempts::Asker;
use super::super::proof::{self, Asked, Proof};
use super::super::texts::{AccessTexts, Lang};
use super::super::times::Moment;
use super::super::visitor::{Frame, Section, Visitor, render};
use super::Badge;
use crate::access::staff::{self, Added, Renewed, StaffError};
use crate::store::{Account, Changed, Role, Roles, StoreError};

/// All accounts.
#[derive(Template)]
#[template(path = "staff.html")]
struct StaffPage {
    frame: Frame,
    w: &'static AccessTexts,
    rows: Vec<Row>,
    /// What was typed, when it was not taken.
    name: String,
    roles: Vec<RoleBox>,
    problem: Option<&'static str>,
}

/// An account in the list.
struct Row {
    name: String,
    shown_name: String,
    roles: String,
    state: Badge,
    app: &'static str,
    signed_in: Option<Moment>,
}

/// A role to choose.
struct RoleBox {
    role: Role,
    text: &'static str,
    help: &'static str,
    chosen: bool,
}

/// One account.
#[derive(Template)]
#[template(path = "member.html")]
struct MemberPage {
    frame: Frame,
    w: &'static AccessTexts,
    row: Row,
    roles: Vec<RoleBox>,
    made: Moment,
    disabled: bool,
    /// Whether it has a password here; else the identity provider says what its owner may do.
    has_password: bool,
    has_app: bool,
}

/// A password that was made just now.
#[derive(Template)]
#[template(path = "password.html")]
struct PasswordPage {
    frame: Frame,
    w: &'static AccessTexts,
    name: String,
    password: Zeroizing<String>,
    own: bool,
}

/// A new account. A box that is not ticked is not sent.
#[derive(Deserialize)]
pub(in super::super) struct NewMember {
    #[serde(default)]
    name: String,
    #[serde(flatten)]
    roles: Boxes,
    #[serde(default)]
    proof: String,
}

/// Other roles for an account.
#[derive(Deserialize)]
pub(in super::super) struct NewRoles {
    #[serde(flatten)]
    roles: Boxes,
    #[serde(default)]
    proof: String,
}

/// The boxes of the roles.
#[derive(Deserialize)]
pub(in super::super) struct Boxes {
    agent: Option<String>,
    technician: Option<String>,
    editor: Option<String>,
    administrator: Option<String>,
}

impl Boxes {
    fn roles(&self) -> Roles {
        let boxes = [
            (Role::Agent, &self.agent),
            (Role::Technician, &self.technician),
            (Role::Editor, &self.editor),
            (Role::Administrator, &self.administrator),
        ];
        boxes.into_iter().filter(|(_, ticked)| ticked.is_some()).map(|(role, _)| role).collect()
    }
}

/// The boxes of these roles, ticked, as a form says them.
fn ticked(roles: Roles) -> Vec<(&'static str, String)> {
    roles.iter().map(|role| (role.as_str(), "yes".to_owned())).collect()
}

/// Whether an account is to be disabled.
#[derive(Deserialize)]
pub(in super::super) struct Access {
    disabled: bool,
    #[serde(default)]
    proof: String,
}

impl From<StaffError> for Failure {
    fn from(error: StaffError) -> Self {
        match error {
            StaffError::Store(error) => error.into(),
            StaffError::Password(error) => {
                tracing::error!(%error, "no password could be made");
                Self::Unavailable
            }
        }
    }
}

pub(in super::super) async fn staff(visitor: Visitor) -> Response {
    let page = show_all(&visitor, "", Roles::default(), None).await;
    visitor.answer(page)
}

pub(in super::super) async fn add_staff(
    visitor: Visitor,
    asker: Asker,
    Form(form): Form<NewMember>,
) -> Response {
    let (name, roles) = (form.name.trim(), form.roles.roles());
    // What is filled in wrongly is told before a code is used up for it.
    if !Account::is_name(name) || roles.is_empty() {
        return visitor.answer(add_one(&visitor, name, roles).await);
    }
    let mut kept = ticked(roles);
    kept.push(("name", name.to_owned()));
    let asked = Asked { action: "/staff".into(), kept, button: visitor.lang.access_texts().add };
    proof::then(&visitor, &asker, form.proof, asked, add_one(&visitor, name, roles)).await
}

pub(in super::super) async fn member(visitor: Visitor, Path(name): Path<String>) -> Response {
    let account = visitor.desk.ask(move |store| store.account(&name)).await;
    let page = account.and_then(|account| account.ok_or(Failure::NotFound));
    visitor.answer(page.map(|account| render(&member_page(&visitor, account, Timestamp::now()))))
}

pub(in super::super) async fn set_roles(
    visitor: Visitor,
    Path(name): Path<String>,
    asker: Asker,
    Form(form): Form<NewRoles>,
) -> Response {
    let roles = form.roles.roles();
    let button = visitor.lang.access_texts().save_roles;
    let asked = Asked { action: format!("{}/roles", member_path(&name)), kept: ticked(roles), button };
    let deed = async {
        let (by, of, now) = (visitor.who(), name.clone(), asker.now);
        let changed = visitor.desk.ask(move |store| staff::set_roles(store, &of, roles, &by, now)).await?;
        told(&visitor, &name, changed)
    };
    proof::then(&visitor, &asker, form.proof, asked, deed).await
}

pub(in super::super) async fn set_access(
    visitor: Visitor,
    Path(name): Path<String>,
    asker: Asker,
    Form(Access { disabled, proof: shown }): Form<Access>,
) -> Response {
    let deed = async {
        let (by, of, now) = (visitor.who(), name.clone(), asker.now);
        let changed =
            visitor.desk.ask(move |store| staff::set_disabled(store, &of, disabled, &by, now)).await?;
        told(&visitor, &name, changed)
    };
    // To shut somebody out is never held up.
    if disabled {
        return visitor.answer(deed.await);
    }
    let button = visitor.lang.access_texts().enable;
    let kept = vec![("disabled", "false".to_owned())];
    let asked = Asked { action: format!("{}/access", member_path(&name)), kept, button };
    proof::then(&visitor, &asker, shown, asked, deed).await
}

pub(in super::super) async fn remove_app(
    visitor: Visitor,
    Path(name): Path<String>,
    asker: Asker,
    form: Result<Form<Proof>, FormRejection>,
) -> Response {
    let button = visitor.lang.access_texts().remove_app;
    let asked = Asked { action: format!("{}/app", member_path(&name)), kept: Vec::new(), button };
    let deed = async {
        let (by, of, now) = (visitor.who(), name.clone(), asker.now);
        let changed = visitor.desk.ask(move |store| staff::remove_app(store, &of, &by, now)).await?;
        told(&visitor, &name, changed)
    };
    proof::then(&visitor, &asker, Proof::of(form), asked, deed).await
}

pub(in super::super) async fn new_password(
    visitor: Visitor,
    Path(name): Path<String>,
    asker: Asker,
    form: Result<Form<Proof>, FormRejection>,
) -> Response {
    let button = visitor.lang.access_texts().new_password;
    let asked = Asked { action: format!("{}/password", member_path(&name)), kept: Vec::new(), button };
    proof::then(&visitor, &asker, Proof::of(form), asked, renew(&visitor, name, false)).await
}

/// Makes a new password for an account and shows it.
pub(super) async fn renew(visitor: &Visitor, name: String, own: bool) -> Result<Response, Failure> {
    let (by, of, folder) = (visitor.who(), name.clone(), Arc::clone(&visitor.desk.folder));
    let renewed = hashing(visitor, move |store| {
        let veil = Some(folder.vault.veil());
        staff::renew_password(store, veil, &of, &by, &SystemRandom::new(), Timestamp::now())
    });
    match renewed.await? {
        Renewed::NoPassword => Err(Failure::NotFound),
        // Whoever made one for themselves was signed out by that.
        Renewed::Yes(password) if own => Ok(show_password(&visitor.of(None), name, password, true)),
        Renewed::Yes(password) => Ok(show_password(visitor, name, password, false)),
    }
}

async fn add_one(visitor: &Visitor, name: &str, roles: Roles) -> Result<Response, Failure> {
    let (by, of, w) = (visitor.who(), name.to_owned(), visitor.lang.access_texts());
    let added = hashing(visitor, move |store| {
        staff::add(store, &of, roles, &by, &SystemRandom::new(), Timestamp::now())
    });
    let (status, problem) = match added.await? {
        Added::Yes(password) => return Ok(show_password(visitor, name.to_owned(), password, false)),
        Added::NameTaken => (StatusCode::CONFLICT, w.name_taken),
        Added::NotAName => (StatusCode::UNPROCESSABLE_ENTITY, w.not_a_name),
        Added::NoRole => (StatusCode::UNPROCESSABLE_ENTITY, w.choose_a_role),
    };
    Ok((status, show_all(visitor, name, roles, Some(problem)).await?).into_response())
}

/// Asks for something for which a password is hashed; only so many at once.
async fn hashing<T: Send + 'static>(
    visitor: &Visitor,
    question: impl FnOnce(&dyn crate::store::Store) -> Result<T, StaffError> + Send + 'static,
) -> Result<T, Failure> {
    let _permit = visitor.desk.hashing.acquire().await.map_err(|_| Failure::Unavailable)?;
    Ok(visitor.desk.ask(move |store| Ok::<_, StoreError>(question(store))).await??)
}

fn told(visitor: &Visitor, name: &str, changed: Changed) -> Result<Response, Failure> {
    let w = visitor.lang.access_texts();
    match changed {
        Changed::Yes => Ok(Redirect::to(&member_path(name)).into_response()),
        Changed::NoSuchAccount => Err(Failure::NotFound),
        Changed::NobodyLeft => Ok(visitor.sorry(StatusCode::CONFLICT, w.nobody_left, w.nobody_left_help)),
    }
}

/// Where an account is shown; names of the identity provider may hold any sign.
fn member_path(name: &str) -> String {
    let safe = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b':' | b'_');
    let encode = |byte: u8| if safe(byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") };
    format!("/staff/{}", name.bytes().map(encode).collect::<String>())
}

async fn show_all(
    visitor: &Visitor,
    name: &str,
    roles: Roles,
    problem: Option<&'static str>,
) -> Result<Response, Failure> {
    let (lang, now) = (visitor.lang, Timestamp::now());
    let accounts = visitor.desk.ask(|store| store.accounts()).await?;
    Ok(render(&StaffPage {
        frame: visitor.frame(Section::Staff),
        w: lang.access_texts(),
        rows: accounts.into_iter().map(|account| row(account, lang, now)).collect(),
        name: name.to_owned(),
        roles: role_boxes(lang, roles),
        problem,
    }))
}

fn show_password(visitor: &Visitor, name: String, password: Zeroizing<String>, own: bool) -> Response {
    let (frame, w) = (visitor.frame(Section::Staff), visitor.lang.access_texts());
    render(&PasswordPage { frame, w, name, password, own })
}

fn member_page(visitor: &Visitor, account: Account, now: Timestamp) -> MemberPage {
    let lang = visitor.lang;
    MemberPage {
        frame: visitor.frame(Section::Staff),
        w: lang.access_texts(),
        roles: role_boxes(lang, account.roles),
        made: Moment::new(account.created_at, now, lang),
        disabled: account.disabled_at.is_some(),
        has_password: account.password_hash.is_some(),
        has_app: account.totp.is_some(),
        row: row(account, lang, now),
    }
}

fn row(account: Account, lang: Lang, now: Timestamp) -> Row {
    let w = lang.access_texts();
    let state = match account.disabled_at {
        None => Badge { kind: "good", text: w.active },
        Some(_) => Badge { kind: "bad", text: w.disabled_state },
    };
    Row {
        roles: roles_in_words(lang, account.roles),
        state,
        app: match (&account.password_hash, &account.totp) {
            (None, _) => w.by_provider,
            (Some(_), Some(_)) => w.app_yes,
            (Some(_), None) => w.app_no,
        },
        signed_in: account.signed_in_at.map(|at| Moment::new(at, now, lang)),
        name: account.name,
        shown_name: account.shown_name,
    }
}

/// The roles of an account in words.
pub(super) fn roles_in_words(lang: Lang, roles: Roles) -> String {
    let words: Vec<&str> = roles.iter().map(|role| lang.role(role)).collect();
    if words.is_empty() { lang.access_texts().none.to_owned() } else { words.join(", ") }
}

fn role_boxes(lang: Lang, chosen: Roles) -> Vec<RoleBox> {
    let role_box =
        |role| RoleBox { role, text: lang.role(role), help: lang.role_help(role), chosen: chosen.has(role) };
    Role::ALL.into_iter().map(role_box).collect()
}
