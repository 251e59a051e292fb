//! Asks who somebody is once more, before a deed that gives a way in. Invariant: an open session alone, which may be a desk
//! that somebody left, gives nobody a password, an app, an account or a role; wrong proofs are slowed down and noted like
//! wrong passwords and codes.

use askama::Template;
use axum::Form;
use axum::extract::rejection::FormRejection;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use jiff::SignedDuration;
use serde::Deserialize;
use zeroize::Zeroizing;

use super::Failure;
use super::attempts::{Asker, Attempt, TooEarly};
use super::texts::AccessTexts;
use super::visitor::{Frame, Section, Visitor, render};

/// Whoever signs in with the identity provider has nothing to show here: it must not be longer ago than this.
const FRESH: SignedDuration = SignedDuration::from_mins(15);

/// The page that asks.
#[derive(Template)]
#[template(path = "proof.html")]
struct ProofPage {
    frame: Frame,
    w: &'static AccessTexts,
    action: String,
    kept: Vec<(&'static str, String)>,
    /// Whether a code is asked for; else the password.
    by_code: bool,
    button: &'static str,
    problem: Option<String>,
}

/// What somebody shows; the form of a deed that has nothing else to say.
#[derive(Deserialize)]
pub(super) struct Proof {
    #[serde(default)]
    proof: String,
}

impl Proof {
    /// What somebody shows in a form; nothing in what is none.
    pub(super) fn of(form: Result<Form<Self>, FormRejection>) -> String {
        form.map(|Form(form)| form.proof).unwrap_or_default()
    }
}

/// A deed for which a session is not enough.
pub(super) struct Asked {
    /// Where its form goes.
    pub action: String,
    /// What else its form says, to be said again.
    pub kept: Vec<(&'static str, String)>,
    /// What the button says.
    pub button: &'static str,
}

/// Does a deed when whoever has signed in shows who they are; else nothing is done, and a page asks for it.
pub(super) async fn then(
    visitor: &Visitor,
    asker: &Asker,
    shown: String,
    asked: Asked,
    deed: impl Future<Output = Result<Response, Failure>>,
) -> Response {
    let page = match is_missing(visitor, asker, shown, asked).await {
        Ok(None) => deed.await,
        Ok(Some(asks)) => Ok(asks),
        Err(failure) => Err(failure),
    };
    visitor.answer(page)
}

/// Nothing, when whoever has signed in shows who they are; else the page that asks for it.
async fn is_missing(
    visitor: &Visitor,
    asker: &Asker,
    proof: String,
    asked: Asked,
) -> Result<Option<Response>, Failure> {
    let Some(signed) = &visitor.signed else { return Err(Failure::NotFound) };
    let (desk, account, w) = (&visitor.desk, &signed.session.account, visitor.lang.access_texts());
    if account.password_hash.is_none() {
        let is_fresh = asker.now.duration_since(signed.session.opened_at) <= FRESH;
        let page = || visitor.sorry(StatusCode::UNAUTHORIZED, w.sign_in_first, w.sign_in_first_help);
        return Ok((!is_fresh).then(page));
    }
    let by_code = account.totp.is_some();
    if proof.trim().is_empty() {
        return Ok(Some(page(visitor, asked, by_code, None)));
    }
    let attempt = Attempt::of(desk, asker, signed.name()).await;
    if let Err(TooEarly { wait }) = desk.begin(attempt.second(), asker.now).await? {
        let problem = visitor.lang.too_many_attempts(wait.as_secs());
        let retry = [(header::RETRY_AFTER, wait.as_secs().to_string())];
        let page = page(visitor, asked, by_code, Some(problem));
        return Ok(Some((StatusCode::TOO_MANY_REQUESTS, retry, page).into_response()));
    }
    let proof = Zeroizing::new(proof);
    let is_right = match by_code {
        true => desk.use_code(account, proof).await?,
        false => desk.look_up(account.name.clone(), proof).await?.is_some(),
    };
    if is_right {
        desk.knew_second(&attempt).await?;
        return Ok(None);
    }
    tracing::warn!("somebody with a session did not show who they are");
    let problem = if by_code { w.wrong_code } else { w.wrong_password };
    let page = page(visitor, asked, by_code, Some(problem.to_owned()));
    Ok(Some((StatusCode::UNAUTHORIZED, page).into_response()))
}

fn page(visitor: &Visitor, asked: Asked, by_code: bool, problem: Option<String>) -> Response {
    let Asked { action, kept, button } = asked;
    let (frame, w) = (visitor.frame(Section::Other), visitor.lang.access_texts());
    render(&ProofPage { frame, w, action, kept, by_code, button, problem })
}
