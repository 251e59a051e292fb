//! Asks who somebody is once more, before a deed that gives a way in. Invariant: an open session alone, which may be a desk
//! that somebody left, gives nobody a password, an app, an account or a role; wrong proofs are slowed down and noted like
//! wrong passwords and codes. Whoever signs in with the identity provider shows it there, anew: that the provider has a session
//! of theirs shows nothing.

use askama::Template;
use axum::Form;
use axum::extract::rejection::FormRejection;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use jiff::{SignedDuration, Timestamp};
use serde::Deserialize;
use zeroize::Zeroizing;

use super::attempts::{Asker, Attempt, TooEarly};
use super::session::local_path;
use super::texts::AccessTexts;
use super::visitor::{Frame, Section, Visitor, cookie, render};
use super::{Desk, Failure};
use crate::access::sign_on::SignOn;
use crate::access::stamps::{Stamp, Stamps};
use crate::store::Digest;

/// When its browser's session was last proven at the identity provider.
const COOKIE: &str = "zuil-proof";
/// Whoever signs in with the identity provider has nothing to show here: for how long it counts that they did so there anew.
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

/// The page that leads to the identity provider.
#[derive(Template)]
#[template(path = "sign_in_anew.html")]
struct AnewPage {
    frame: Frame,
    w: &'static AccessTexts,
    /// What the identity provider is called, and where to go for it.
    provider: Option<(String, String)>,
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

impl Asked {
    /// The page that has the form, as far as anybody can be led there.
    fn page(&self) -> &str {
        let page = match self.action.rsplit_once('/') {
            Some((page, _)) if !page.is_empty() => page,
            _ => self.action.as_str(),
        };
        if local_path(page) == page { page } else { "/staff" }
    }
}

/// The cookie by which a session shows that its owner signed in anew at the identity provider.
pub(super) fn kept(desk: &Desk, session: &Digest, at: Timestamp) -> HeaderMap {
    let proof = desk.folder.vault.stamps().write(Stamp::SignedInAnew(session), at);
    desk.cookie(COOKIE, &proof, &format!("; Path=/; SameSite=Strict; Max-Age={}", FRESH.as_secs()))
}

/// Whether a session shows so at `now`.
fn signed_in_anew(stamps: &Stamps, session: &Digest, headers: &HeaderMap, now: Timestamp) -> bool {
    let kept = cookie(headers, COOKIE);
    let at = kept.and_then(|kept| stamps.read(Stamp::SignedInAnew(session), kept));
    at.is_some_and(|at| now.duration_since(at).abs() <= FRESH)
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
        let stamps = desk.folder.vault.stamps();
        let is_shown = signed_in_anew(stamps, &signed.token, &asker.headers, asker.now);
        return Ok((!is_shown).then(|| anew_page(visitor, &asked)));
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

fn anew_page(visitor: &Visitor, asked: &Asked) -> Response {
    let path = format!("/login/sso?proof=true&next={}", asked.page());
    let provider = visitor.desk.sign_on.as_ref().map(SignOn::name).map(|name| (name.to_owned(), path));
    let (frame, w) = (visitor.frame(Section::Other), visitor.lang.access_texts());
    (StatusCode::UNAUTHORIZED, render(&AnewPage { frame, w, provider })).into_response()
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    #[test]
    fn a_sign_in_at_the_provider_counts_for_15_minutes_and_for_one_session() {
        let (stamps, begun) = (Stamps::new(&[7; 32]), Timestamp::from_second(1_800_000_000).unwrap());
        let proof = stamps.write(Stamp::SignedInAnew(&[1; 32]), begun);
        let mut headers = HeaderMap::new();
        let shows = |headers: &HeaderMap, session: u8, seconds: i64| {
            let now = begun + SignedDuration::from_secs(seconds);
            signed_in_anew(&stamps, &[session; 32], headers, now)
        };
        assert!(!shows(&headers, 1, 0), "an open session alone shows nothing");
        headers.insert(header::COOKIE, HeaderValue::from_str(&format!("{COOKIE}={proof}")).unwrap());
        assert_eq!([-60, 0, 900].map(|second| shows(&headers, 1, second)), [true; 3]);
        assert!(!shows(&headers, 1, 901));
        assert!(!shows(&headers, 2, 0), "of another session");
    }

    #[test]
    fn whoever_signed_in_anew_is_led_to_the_page_that_they_came_from() {
        let page = |action: &str| {
            let asked = Asked { action: action.to_owned(), kept: Vec::new(), button: "" };
            asked.page().to_owned()
        };
        assert_eq!(page("/staff"), "/staff");
        assert_eq!(page("/account/app"), "/account");
        assert_eq!(page("/staff/a.jansen/roles"), "/staff/a.jansen");
        assert_eq!(page("/staff/sso:1%2F2/access"), "/staff");
    }
}
