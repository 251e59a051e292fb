//! Slows down whoever guesses passwords, codes and references. Invariant: what is tried counts before it is looked at, a
//! name that no account has is counted as one that an account has, so that waiting tells nobody which there are, and
//! nobody who does not know a password keeps its owner out of a browser where they signed in with it before.

use std::net::SocketAddr;
use std::sync::Arc;

use aws_lc_rs::rand::SecureRandom;
use axum::extract::{ConnectInfo, FromRequestParts};
use axum::http::request::Parts;
use axum::http::{HeaderMap, header};
use jiff::{SignedDuration, Timestamp};

use super::visitor::cookie;
use super::{Desk, Failure};
use crate::access::browsers::KNOWN_FOR;
use crate::store::{Account, AttemptKey, Tried};

/// It is too early for another attempt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct TooEarly {
    /// How long to wait, at least one second.
    pub wait: SignedDuration,
}

/// From where somebody asks, and when.
pub(super) struct Asker {
    pub peer: SocketAddr,
    pub headers: HeaderMap,
    pub now: Timestamp,
}

impl FromRequestParts<Arc<Desk>> for Asker {
    type Rejection = <ConnectInfo<SocketAddr> as FromRequestParts<Arc<Desk>>>::Rejection;

    async fn from_request_parts(parts: &mut Parts, desk: &Arc<Desk>) -> Result<Self, Self::Rejection> {
        let ConnectInfo(peer) = ConnectInfo::<SocketAddr>::from_request_parts(parts, desk).await?;
        Ok(Self { peer, headers: parts.headers.clone(), now: Timestamp::now() })
    }
}

/// Who tries to sign in, and what that is counted under. In a browser that is known for the account it is that browser;
/// else the account and the address, of which the whole world and a whole office have one.
pub(super) struct Attempt {
    /// When.
    at: Timestamp,
    from: Option<AttemptKey>,
    password: AttemptKey,
    second: AttemptKey,
}

impl Attempt {
    pub(super) async fn of(desk: &Desk, Asker { peer, headers, now }: &Asker, account: &str) -> Self {
        let (veil, browsers) = (desk.folder.vault.veil(), desk.folder.vault.browsers());
        let known = match cookie(headers, &browsers.cookie_name(account)) {
            Some(pass) => {
                let name = account.to_owned();
                // When the store fails, what follows says so.
                let account = desk.ask(move |store| store.account(&name)).await.ok().flatten();
                account.and_then(|account| browsers.known(&account, pass, *now))
            }
            None => None,
        };
        let from = known.is_none().then(|| veil.from(Tried::SignInFrom, desk.address_of(*peer, headers)));
        // Longer than any name is counted, so that no name is taken for a browser.
        let name = known.map_or_else(|| account.to_owned(), |browser| format!("{browser:>80}"));
        Self {
            at: *now,
            from,
            password: veil.named(Tried::SignInAs, &name),
            second: veil.named(Tried::SecondAs, &name),
        }
    }

    /// What a password counts under.
    pub(super) fn first(&self) -> Vec<AttemptKey> {
        self.from.into_iter().chain([self.password]).collect()
    }

    /// What a code counts under. Whoever gives one knew the password, or has signed in.
    pub(super) fn second(&self) -> Vec<AttemptKey> {
        vec![self.second]
    }
}

impl Desk {
    /// Counts an attempt, as a wrong one until it is said otherwise; the store counts for all hubs on it.
    pub(super) async fn begin(
        &self,
        keys: Vec<AttemptKey>,
        now: Timestamp,
    ) -> Result<Result<(), TooEarly>, Failure> {
        let wait = self.ask(move |store| store.begin_attempt(&keys, now)).await?;
        Ok(wait.map_or(Ok(()), |wait| Err(TooEarly { wait })))
    }

    /// Somebody there knew everything.
    pub(super) async fn succeeded(&self, attempt: &Attempt) -> Result<(), Failure> {
        let keys: Vec<AttemptKey> = attempt.first().into_iter().chain(attempt.second()).collect();
        self.ask(move |store| store.attempt_succeeded(&keys, &[])).await
    }

    /// Somebody knew the password, and has to give a code: their own attempt was no guess. What is known of others at the
    /// same address counts on.
    pub(super) async fn knew_password(&self, attempt: &Attempt) -> Result<(), Failure> {
        let (from, password) = (attempt.from, attempt.password);
        self.ask(move |store| store.attempt_succeeded(&[password], from.as_slice())).await
    }

    /// Somebody who has signed in showed who they are.
    pub(super) async fn knew_second(&self, attempt: &Attempt) -> Result<(), Failure> {
        let second = attempt.second;
        self.ask(move |store| store.attempt_succeeded(&[second], &[])).await
    }

    /// Somebody knew one thing, and may guess at others.
    pub(super) async fn knew_one(&self, [from, what]: [AttemptKey; 2]) -> Result<(), Failure> {
        self.ask(move |store| store.attempt_succeeded(&[what], &[from])).await
    }

    /// Adds to an answer the pass by which the browser is known from now on, because somebody signed in there.
    pub(super) fn keep_known(
        &self,
        account: &Account,
        attempt: &Attempt,
        random: &dyn SecureRandom,
        answer: &mut HeaderMap,
    ) {
        let browsers = self.folder.vault.browsers();
        // Without one they sign in all the same.
        let Ok(pass) = browsers.pass(account, random, attempt.at) else { return };
        let kept = format!("; Path=/; SameSite=Strict; Max-Age={}", KNOWN_FOR.as_secs());
        for cookie in
            self.cookie(&browsers.cookie_name(&account.name), &pass, &kept).get_all(header::SET_COOKIE)
        {
            answer.append(header::SET_COOKIE, cookie.clone());
        }
    }
}
