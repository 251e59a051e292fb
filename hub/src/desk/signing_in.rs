//! Signing in with a name, a password and a code, and signing out. Invariant: whether there is an account of a name is
//! told neither by words nor by waiting, and without the second factor nobody gets further than to give it.

use askama::Template;
use aws_lc_rs::rand::SystemRandom;
use axum::extract::Query;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use axum::{Extension, Form};
use jiff::Timestamp;
use serde::Deserialize;
use zeroize::Zeroizing;

use super::attempts::{Asker, Attempt, TooEarly};
use super::session::{Signed, local_path};
use super::texts::AccessTexts;
use super::visitor::{Frame, Section, Visitor, render};
use super::{Desk, Failure};
use crate::access::totp::{self, Setup};
use crate::password;
use crate::store::{Account, Change, Deed, Entry, Stage};

/// The page that asks for name and password.
#[derive(Template)]
#[template(path = "login.html")]
struct LoginPage {
    frame: Frame,
    w: &'static AccessTexts,
    next: String,
    name: String,
    problem: Option<String>,
    /// What the identity provider is called, and where to go for it.
    provider: Option<(String, String)>,
}

/// The page that asks for the code.
#[derive(Template)]
#[template(path = "code.html")]
struct CodePage {
    frame: Frame,
    w: &'static AccessTexts,
    next: String,
    problem: Option<String>,
}

/// The page that shows what an authenticator app needs.
#[derive(Template)]
#[template(path = "app.html")]
struct AppPage {
    frame: Frame,
    w: &'static AccessTexts,
    next: String,
    setup: Setup,
    problem: Option<String>,
}

/// The page that shows recovery codes, once.
#[derive(Template)]
#[template(path = "recovery.html")]
struct RecoveryPage {
    frame: Frame,
    w: &'static AccessTexts,
    next: String,
    codes: Vec<Zeroizing<String>>,
}

/// Where to go afterwards.
#[derive(Deserialize)]
pub(super) struct After {
    #[serde(default)]
    pub next: String,
}

/// The form of the login page.
#[derive(Deserialize)]
pub(super) struct LoginForm {
    #[serde(default)]
    name: String,
    password: String,
    #[serde(default)]
    next: String,
}

/// The form of the other two pages.
#[derive(Deserialize)]
pub(super) struct CodeForm {
    code: String,
    #[serde(default)]
    secret: String,
    #[serde(default)]
    next: String,
}

pub(super) async fn login_page(visitor: Visitor, Query(after): Query<After>) -> Response {
    page(&visitor, &after.next, "", None)
}

pub(super) async fn login(visitor: Visitor, asker: Asker, Form(form): Form<LoginForm>) -> Response {
    let (desk, name) = (&visitor.desk, form.name.trim().to_lowercase());
    let again = |problem| page(&visitor, &form.next, &name, Some(problem));
    let counted: String = name.chars().take(60).collect();
    let attempt = Attempt::of(desk, &asker, &counted).await;
    match desk.begin(attempt.first(), asker.now).await {
        Ok(Ok(())) => {}
        Ok(Err(early)) => return too_early(&visitor, early, again),
        Err(failure) => return visitor.answer(Err(failure)),
    }
    match desk.look_up(name.clone(), Zeroizing::new(form.password)).await {
        Ok(Some(account)) => {
            let stage = stage_after_password(desk, &account);
            let entered = enter(&visitor, &attempt, &account, stage, None, &form.next).await;
            entered.unwrap_or_else(|failure| visitor.answer(Err(failure)))
        }
        Ok(None) => {
            tracing::warn!("a wrong name or password");
            (StatusCode::UNAUTHORIZED, again(visitor.lang.access_texts().wrong.to_owned())).into_response()
        }
        Err(failure) => visitor.answer(Err(failure)),
    }
}

pub(super) async fn code_page(
    visitor: Visitor,
    Extension(signed): Extension<Signed>,
    Query(after): Query<After>,
) -> Response {
    match signed.session.stage {
        Stage::Code => ask_for_code(&visitor, &after.next, None),
        _ => Redirect::to("/login/app").into_response(),
    }
}

pub(super) async fn code(
    visitor: Visitor,
    Extension(signed): Extension<Signed>,
    asker: Asker,
    Form(form): Form<CodeForm>,
) -> Response {
    if signed.session.stage != Stage::Code {
        return Redirect::to("/login/app").into_response();
    }
    let desk = &visitor.desk;
    let again = |problem| ask_for_code(&visitor, &form.next, Some(problem));
    let attempt = Attempt::of(desk, &asker, signed.name()).await;
    match desk.begin(attempt.second(), asker.now).await {
        Ok(Ok(())) => {}
        Ok(Err(early)) => return too_early(&visitor, early, again),
        Err(failure) => return visitor.answer(Err(failure)),
    }
    let done = match desk.use_code(&signed.session.account, Zeroizing::new(form.code)).await {
        Ok(true) => {
            let account = &signed.session.account;
            enter(&visitor, &attempt, account, Stage::Open, Some(&signed), &form.next).await
        }
        Ok(false) => {
            tracing::warn!("a wrong code");
            let problem = visitor.lang.access_texts().wrong_code.to_owned();
            Ok((StatusCode::UNAUTHORIZED, again(problem)).into_response())
        }
        Err(failure) => Err(failure),
    };
    done.unwrap_or_else(|failure| visitor.answer(Err(failure)))
}

pub(super) async fn app_page(
    visitor: Visitor,
    Extension(signed): Extension<Signed>,
    Query(after): Query<After>,
) -> Response {
    if signed.session.stage == Stage::Code {
        return Redirect::to("/login/code").into_response();
    }
    let secret = totp::new_secret(&SystemRandom::new()).map_err(|_| Failure::Unavailable);
    let page = secret.and_then(|secret| show_app(&visitor, &signed, &secret, &after.next, None));
    visitor.answer(page)
}

/// The app is set up when it shows the right code.
pub(super) async fn app(
    visitor: Visitor,
    Extension(signed): Extension<Signed>,
    asker: Asker,
    Form(form): Form<CodeForm>,
) -> Response {
    let Some(secret) = totp::parse_secret(&form.secret).filter(|_| signed.session.stage == Stage::Enrol)
    else {
        return Redirect::to("/login/app").into_response();
    };
    let now = asker.now;
    let Some(step) = totp::step_of(&secret, &form.code, now) else {
        let problem = visitor.lang.access_texts().wrong_first_code.to_owned();
        let page = show_app(&visitor, &signed, &secret, &form.next, Some(problem));
        return visitor.answer(page);
    };
    let attempt = Attempt::of(&visitor.desk, &asker, signed.name()).await;
    let done = set_up(&visitor, &signed, secret, step, &attempt, &form.next, now).await;
    done.unwrap_or_else(|failure| visitor.answer(Err(failure)))
}

pub(super) async fn logout(visitor: Visitor, signed: Option<Extension<Signed>>) -> Response {
    let desk = &visitor.desk;
    let Some(Extension(Signed { session, token })) = signed else {
        return (desk.session_cookie(""), Redirect::to("/login")).into_response();
    };
    let is_external = session.account.password_hash.is_none();
    let closed = desk.ask(move |store| {
        store.note(&Entry::new(Timestamp::now(), &session.account.name, Deed::SignedOut, ""))?;
        store.close_session(&token)
    });
    match closed.await {
        Ok(()) if is_external => (desk.session_cookie(""), super::sign_on::goodbye(&visitor)).into_response(),
        Ok(()) => (desk.session_cookie(""), Redirect::to("/login")).into_response(),
        Err(failure) => visitor.answer(Err(failure)),
    }
}

fn stage_after_password(desk: &Desk, account: &Account) -> Stage {
    match (&account.totp, desk.totp) {
        (Some(_), _) => Stage::Code,
        (None, true) => Stage::Enrol,
        (None, false) => Stage::Open,
    }
}

/// Opens a session and leads to where its owner wanted to go, or has to go first.
async fn enter(
    visitor: &Visitor,
    attempt: &Attempt,
    account: &Account,
    stage: Stage,
    before: Option<&Signed>,
    next: &str,
) -> Result<Response, Failure> {
    let (desk, how) = (&visitor.desk, if before.is_some() { "password and code" } else { "password" });
    let before = before.map(|signed| signed.token);
    let Some(token) = desk.open_session(&account.name, stage, how, before).await? else {
        let problem = visitor.lang.access_texts().wrong.to_owned();
        return Ok((StatusCode::UNAUTHORIZED, page(visitor, next, "", Some(problem))).into_response());
    };
    let (next, mut cookies) = (local_path(next), desk.session_cookie(&token));
    let to = match stage {
        Stage::Code | Stage::Enrol => {
            desk.knew_password(attempt).await?;
            let page = if stage == Stage::Code { "code" } else { "app" };
            format!("/login/{page}?next={next}")
        }
        Stage::Open => {
            desk.succeeded(attempt).await?;
            desk.keep_known(account, attempt, &SystemRandom::new(), &mut cookies);
            tracing::info!("someone signed in");
            next.to_owned()
        }
    };
    Ok((cookies, Redirect::to(&to)).into_response())
}

async fn set_up(
    visitor: &Visitor,
    signed: &Signed,
    secret: Zeroizing<Vec<u8>>,
    step: u64,
    attempt: &Attempt,
    next: &str,
    now: Timestamp,
) -> Result<Response, Failure> {
    let desk = &visitor.desk;
    let codes = totp::recovery_codes(&SystemRandom::new()).map_err(|_| Failure::Unavailable)?;
    let hashes = codes.iter().map(|code| totp::recovery_hash(code)).collect();
    let name = signed.name().to_owned();
    let secret = desk.folder.vault.seal(&name, &secret).map_err(|error| {
        tracing::error!(%error, "no app can be set up");
        Failure::Unavailable
    })?;
    desk.ask(move |store| {
        let entry = Entry::new(now, &name, Deed::SetUpApp, &name);
        store.change_account(&name, &Change::Totp(secret, hashes), &entry)?;
        store.use_totp_step(&name, step)
    })
    .await?;
    let Some(token) =
        desk.open_session(signed.name(), Stage::Open, "password and new app", Some(signed.token)).await?
    else {
        return Ok(Redirect::to("/login").into_response());
    };
    desk.succeeded(attempt).await?;
    let mut cookies = desk.session_cookie(&token);
    desk.keep_known(&signed.session.account, attempt, &SystemRandom::new(), &mut cookies);
    let page = RecoveryPage {
        frame: visitor.frame(Section::Other),
        w: visitor.lang.access_texts(),
        next: local_path(next).to_owned(),
        codes,
    };
    Ok((cookies, render(&page)).into_response())
}

pub(super) fn page(visitor: &Visitor, next: &str, name: &str, problem: Option<String>) -> Response {
    let next = local_path(next).to_owned();
    let provider = visitor.desk.sign_on.as_ref();
    let provider = provider.map(|provider| (provider.name().to_owned(), format!("/login/sso?next={next}")));
    let (frame, w) = (visitor.frame(Section::Other), visitor.lang.access_texts());
    render(&LoginPage { frame, w, next, name: name.to_owned(), problem, provider })
}

fn ask_for_code(visitor: &Visitor, next: &str, problem: Option<String>) -> Response {
    let (frame, w) = (visitor.frame(Section::Other), visitor.lang.access_texts());
    render(&CodePage { frame, w, next: local_path(next).to_owned(), problem })
}

fn show_app(
    visitor: &Visitor,
    signed: &Signed,
    secret: &[u8],
    next: &str,
    problem: Option<String>,
) -> Result<Response, Failure> {
    let setup = totp::setup(secret, &visitor.desk.municipality, signed.name()).ok_or(Failure::Unavailable)?;
    let (frame, w) = (visitor.frame(Section::Other), visitor.lang.access_texts());
    Ok(render(&AppPage { frame, w, next: local_path(next).to_owned(), setup, problem }))
}

fn too_early(visitor: &Visitor, early: TooEarly, page: impl FnOnce(String) -> Response) -> Response {
    let TooEarly { wait } = early;
    tracing::warn!("too many wrong passwords or codes from one address or for one account");
    let problem = visitor.lang.too_many_attempts(wait.as_secs());
    let retry = [(header::RETRY_AFTER, wait.as_secs().to_string())];
    (StatusCode::TOO_MANY_REQUESTS, retry, page(problem)).into_response()
}

impl Desk {
    /// The account of a name, if the password is its own and it is not disabled. Takes as long when there is none.
    pub(super) async fn look_up(
        &self,
        name: String,
        password: Zeroizing<String>,
    ) -> Result<Option<Account>, Failure> {
        let account = self.ask(move |store| store.account(&name)).await?;
        let account = account.filter(|account| account.disabled_at.is_none());
        let hash = account.as_ref().and_then(|account| account.password_hash.clone());
        let known = hash.is_some();
        let hash = hash.unwrap_or_else(|| self.nobodys_hash.clone());
        let _permit = self.hashing.acquire().await.map_err(|_| Failure::Unavailable)?;
        let verified = tokio::task::spawn_blocking(move || password::verify(&password, &hash)).await;
        let right = match verified {
            Ok(Ok(right)) => right && known,
            Ok(Err(error)) => {
                tracing::error!(%error, "a password could not be checked");
                return Err(Failure::Unavailable);
            }
            Err(_) => return Err(Failure::Unavailable),
        };
        if right {
            return Ok(account);
        }
        // Also when there is none, so that it takes as long; without the name, which may be a password.
        let name = account.map_or_else(|| Entry::NOBODY.to_owned(), |account| account.name);
        self.note_not_let_in(name, "password").await?;
        Ok(None)
    }

    /// Whether a code of the app or a recovery code is right; it is used up then.
    pub(super) async fn use_code(
        &self,
        account: &Account,
        typed: Zeroizing<String>,
    ) -> Result<bool, Failure> {
        let (name, now) = (account.name.clone(), Timestamp::now());
        let secret = account.totp.as_ref().map(|kept| self.folder.vault.open(&name, kept)).transpose();
        let secret = secret.unwrap_or_else(|error| {
            // Recovery codes are of use still.
            tracing::error!(%error, "no code of an app can be checked");
            None
        });
        let step = secret.and_then(|secret| totp::step_of(&secret, &typed, now));
        let right = self.ask(move |store| {
            if let Some(step) = step {
                return store.use_totp_step(&name, step);
            }
            let entry = Entry::new(now, &name, Deed::UsedRecoveryCode, "");
            store.use_recovery_code(&name, &totp::recovery_hash(&typed), &entry)
        });
        let right = right.await?;
        if !right {
            self.note_not_let_in(account.name.clone(), "code").await?;
        }
        Ok(right)
    }

    async fn note_not_let_in(&self, name: String, what: &'static str) -> Result<(), Failure> {
        let entry = Entry::new(Timestamp::now(), &name, Deed::NotLetIn, "").with(what);
        self.ask(move |store| store.note(&entry)).await
    }
}
