//! Signing in with the municipality's identity provider: OpenID Connect Core 1.0, authorization code (section 3.1)
//! with PKCE (RFC 7636). Invariant: whoever comes back from the provider is let in only in the browser that went there,
//! and only with a token that the provider signed for this very attempt; and who was to show who they are has signed in since.

mod token;

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use aws_lc_rs::digest::{SHA256, digest};
use aws_lc_rs::rand::SecureRandom;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as BASE64;
use jiff::{SignedDuration, Timestamp};
use jsonwebtoken::jwk::JwkSet;
use reqwest::redirect::Policy;
use reqwest::{Client, Response, Url};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use zeroize::Zeroizing;

pub use self::token::{BadToken, Person};
use super::OidcConfig;
use super::config::is_safe;
use crate::password::PasswordError;

/// How long the provider may take for an answer.
const PATIENCE: Duration = Duration::from_secs(10);
/// The longest answer of a provider, in bytes.
const LONGEST: usize = 512 * 1024;
/// For how long what the provider says of itself is believed without asking again.
const FRESH: SignedDuration = SignedDuration::from_hours(1);
/// How often it is asked again because it signed with a key that is not known.
const AGAIN: SignedDuration = SignedDuration::from_mins(1);

/// Why nobody was signed in.
#[derive(Debug, thiserror::Error)]
pub enum SignOnError {
    /// The provider does not answer, or with something that is no answer.
    #[error("the identity provider cannot be used now: {0}")]
    Unreachable(String),
    /// The answer is not for an attempt that this browser began.
    #[error("the answer is not for an attempt of this browser")]
    NotBegunHere,
    /// The provider let nobody in; its error code.
    #[error("the identity provider refused: {0}")]
    Refused(String),
    /// The token is not right.
    #[error("the identity provider's token is not right: {0}")]
    Token(#[from] BadToken),
}

/// What the browser keeps between leaving and coming back: a secret, from which everything else is made.
pub struct Ticket(Zeroizing<String>);

impl Ticket {
    /// A new one.
    ///
    /// # Errors
    /// [`PasswordError::NoRandomness`].
    pub fn new(random: &dyn SecureRandom) -> Result<Self, PasswordError> {
        let mut bytes = Zeroizing::new([0; 32]);
        random.fill(&mut *bytes).map_err(|_| PasswordError::NoRandomness)?;
        Ok(Self(Zeroizing::new(BASE64.encode(*bytes))))
    }

    /// The ticket that a browser kept.
    #[must_use]
    pub fn kept(text: &str) -> Self {
        Self(Zeroizing::new(text.to_owned()))
    }

    /// What the browser keeps.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    fn derived(&self, purpose: &str) -> String {
        hashed(&format!("zuil {purpose} {}", *self.0))
    }

    fn state(&self) -> String {
        self.derived("state")
    }

    fn nonce(&self) -> String {
        self.derived("nonce")
    }

    fn verifier(&self) -> Zeroizing<String> {
        Zeroizing::new(self.derived("verifier"))
    }
}

fn hashed(text: &str) -> String {
    BASE64.encode(digest(&SHA256, text.as_bytes()))
}

/// How somebody is to sign in at the provider.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SignIn {
    /// As the provider likes; whoever has a session there is not asked.
    AsItLikes,
    /// Anew, whatever session they have there.
    Anew,
}

/// With what the provider sends a browser back.
#[derive(Debug, Default, Deserialize)]
pub struct Returned {
    #[serde(default)]
    code: String,
    #[serde(default)]
    state: String,
    error: Option<String>,
}

/// What a provider says of itself (OpenID Connect Discovery 1.0, section 3).
#[derive(Debug, Deserialize)]
struct Metadata {
    issuer: String,
    authorization_endpoint: String,
    token_endpoint: String,
    jwks_uri: String,
    end_session_endpoint: Option<String>,
}

#[derive(Debug)]
struct Provider {
    metadata: Metadata,
    keys: JwkSet,
    asked_at: Timestamp,
}

#[derive(Deserialize)]
struct Tokens {
    id_token: String,
}

/// The municipality's identity provider.
pub struct SignOn {
    config: OidcConfig,
    secret: Option<Zeroizing<String>>,
    client: Client,
    known: Mutex<Option<Arc<Provider>>>,
}

impl SignOn {
    /// A provider that was configured. Nothing is asked yet.
    ///
    /// # Errors
    /// When the file with the secret cannot be read, or TLS cannot be set up.
    pub fn new(config: &OidcConfig) -> Result<Self, std::io::Error> {
        // An error means that there is one already.
        let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
        let secret = config.client_secret_file.as_ref().map(std::fs::read_to_string).transpose()?;
        let client = Client::builder().timeout(PATIENCE).redirect(Policy::none()).build();
        Ok(Self {
            config: config.clone(),
            secret: secret.map(|text| Zeroizing::new(text.trim().to_owned())),
            client: client.map_err(std::io::Error::other)?,
            known: Mutex::default(),
        })
    }

    /// What staff read on the button.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.config.name
    }

    /// Where to send a browser that keeps a ticket.
    ///
    /// # Errors
    /// [`SignOnError::Unreachable`].
    pub async fn begin(
        &self,
        ticket: &Ticket,
        sign_in: SignIn,
        now: Timestamp,
    ) -> Result<String, SignOnError> {
        let provider = self.provider(now, FRESH).await?;
        let mut url = address(&provider.metadata.authorization_endpoint)?;
        let mut scopes = vec!["openid"];
        scopes.extend(self.config.scopes.iter().map(String::as_str));
        url.query_pairs_mut()
            .append_pair("response_type", "code")
            .append_pair("client_id", &self.config.client_id)
            .append_pair("redirect_uri", &self.config.redirect_url)
            .append_pair("scope", &scopes.join(" "))
            .append_pair("state", &ticket.state())
            .append_pair("nonce", &ticket.nonce())
            .append_pair("code_challenge", &hashed(&ticket.verifier()))
            .append_pair("code_challenge_method", "S256");
        if sign_in == SignIn::Anew {
            // With the second the provider must tell when it was (OpenID Connect Core 1.0, section 3.1.2.1).
            url.query_pairs_mut().append_pair("prompt", "login").append_pair("max_age", "0");
        }
        Ok(url.into())
    }

    /// Who came back with what, in the browser that keeps a ticket. Whoever was sent there to sign in anew must have done so
    /// `since` then.
    ///
    /// # Errors
    /// [`SignOnError`]; then nobody is to be let in.
    pub async fn finish(
        &self,
        ticket: &Ticket,
        since: Option<Timestamp>,
        returned: &Returned,
        now: Timestamp,
    ) -> Result<Person, SignOnError> {
        if returned.state != ticket.state() {
            return Err(SignOnError::NotBegunHere);
        }
        if let Some(error) = &returned.error {
            let plain = error.chars().filter(|c| c.is_ascii_alphanumeric() || *c == '_').take(60).collect();
            return Err(SignOnError::Refused(plain));
        }
        let provider = self.provider(now, FRESH).await?;
        let tokens = self.redeem(&provider, ticket, &returned.code).await?;
        let expected = token::Expected {
            issuer: &self.config.issuer,
            client_id: &self.config.client_id,
            nonce: &ticket.nonce(),
            since,
            role_claim: &self.config.role_claim,
        };
        match token::read(&tokens.id_token, &provider.keys, &expected, now) {
            // It may sign with a new key.
            Err(BadToken::UnknownKey) => {
                let provider = self.provider(now, AGAIN).await?;
                Ok(token::read(&tokens.id_token, &provider.keys, &expected, now)?)
            }
            person => Ok(person?),
        }
    }

    /// The roles of a person here.
    #[must_use]
    pub fn roles_of(&self, person: &Person) -> crate::store::Roles {
        self.config.roles_for(person.roles.iter().map(String::as_str))
    }

    /// Where somebody can sign out at the provider, if it has such a page (RP-Initiated Logout 1.0) and was asked
    /// before.
    #[must_use]
    pub fn sign_out_url(&self) -> Option<String> {
        let known = self.known.lock().unwrap_or_else(PoisonError::into_inner).clone()?;
        let mut url = address(known.metadata.end_session_endpoint.as_deref()?).ok()?;
        url.query_pairs_mut().append_pair("client_id", &self.config.client_id);
        Some(url.into())
    }

    /// What the provider said of itself, asked again when that was longer ago than `fresh`.
    async fn provider(&self, now: Timestamp, fresh: SignedDuration) -> Result<Arc<Provider>, SignOnError> {
        let known = self.known.lock().unwrap_or_else(PoisonError::into_inner).clone();
        if let Some(known) = known.filter(|known| now.duration_since(known.asked_at).abs() < fresh) {
            return Ok(known);
        }
        let issuer = self.config.issuer.trim_end_matches('/');
        let url = address(&format!("{issuer}/.well-known/openid-configuration"))?;
        let metadata: Metadata = read(self.client.get(url).send().await).await?;
        if metadata.issuer != self.config.issuer {
            let told = metadata.issuer.chars().take(200).collect::<String>();
            let said = format!("it calls itself {told}; write that as access.oidc.issuer if it is right");
            return Err(SignOnError::Unreachable(said));
        }
        let keys = read(self.client.get(address(&metadata.jwks_uri)?).send().await).await?;
        let provider = Arc::new(Provider { metadata, keys, asked_at: now });
        *self.known.lock().unwrap_or_else(PoisonError::into_inner) = Some(Arc::clone(&provider));
        Ok(provider)
    }

    /// Changes a code into tokens.
    async fn redeem(&self, provider: &Provider, ticket: &Ticket, code: &str) -> Result<Tokens, SignOnError> {
        let verifier = ticket.verifier();
        let mut form = vec![
            ("grant_type", "authorization_code"),
            ("code", code),
            ("redirect_uri", &self.config.redirect_url),
            ("client_id", &self.config.client_id),
            ("code_verifier", &verifier),
        ];
        if let Some(secret) = &self.secret {
            form.push(("client_secret", secret));
        }
        let url = address(&provider.metadata.token_endpoint)?;
        read(self.client.post(url).form(&form).send().await).await
    }
}

/// An address to which secrets may be sent.
fn address(text: &str) -> Result<Url, SignOnError> {
    let unsafe_address = || SignOnError::Unreachable("it names an address without https".into());
    if !is_safe(text) {
        return Err(unsafe_address());
    }
    Url::parse(text).map_err(|_| unsafe_address())
}

/// Reads an answer, of which no more than [`LONGEST`] is taken.
async fn read<T: DeserializeOwned>(answer: reqwest::Result<Response>) -> Result<T, SignOnError> {
    // Without the address: it may hold what nobody should read in a log.
    let unreachable = |error: reqwest::Error| SignOnError::Unreachable(error.without_url().to_string());
    let mut answer = answer.map_err(unreachable)?;
    if !answer.status().is_success() {
        return Err(SignOnError::Unreachable(format!("it answered {}", answer.status().as_u16())));
    }
    let mut body = Zeroizing::new(Vec::new());
    while let Some(chunk) = answer.chunk().await.map_err(unreachable)? {
        if body.len() + chunk.len() > LONGEST {
            return Err(SignOnError::Unreachable("its answer is too long".into()));
        }
        body.extend_from_slice(&chunk);
    }
    serde_json::from_slice(&body).map_err(|_| SignOnError::Unreachable("its answer cannot be read".into()))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use aws_lc_rs::rand::SystemRandom;

    use super::*;
    use crate::handover::courier::tests::silent_system;

    fn sign_on(issuer: String) -> SignOn {
        SignOn::new(&OidcConfig {
            name: "Gemeente".into(),
            issuer,
            client_id: "zuil".into(),
            client_secret_file: None,
            redirect_url: "http://localhost/login/sso/done".into(),
            scopes: Vec::new(),
            role_claim: "roles".into(),
            roles: BTreeMap::new(),
        })
        .unwrap()
    }

    /// Whoever waits for a provider that falls silent is told so, in a time in which somebody still waits.
    async fn is_given_up<T: std::fmt::Debug + Send + 'static>(
        going: impl Future<Output = Result<T, SignOnError>> + Send + 'static,
        is_silent: tokio::sync::oneshot::Receiver<()>,
    ) {
        let going = tokio::spawn(going);
        is_silent.await.unwrap();
        // From here on nothing happens but that time passes.
        tokio::time::pause();
        let begun = tokio::time::Instant::now();
        let ended = going.await.unwrap();
        assert!(matches!(ended, Err(SignOnError::Unreachable(_))), "{ended:?}");
        assert!(begun.elapsed() < 2 * PATIENCE, "{:?}", begun.elapsed());
        tokio::time::resume();
    }

    #[tokio::test]
    async fn a_provider_that_says_nothing_of_itself_is_given_up() {
        for says in ["", "HTTP/1.1 200 OK\r\nContent-Length: 900\r\n\r\n{"] {
            let (issuer, is_silent) = silent_system(says).await;
            let sign_on = sign_on(issuer);
            let ticket = Ticket::new(&SystemRandom::new()).unwrap();
            let going = async move { sign_on.begin(&ticket, SignIn::AsItLikes, Timestamp::now()).await };
            is_given_up(going, is_silent).await;
        }
    }

    #[tokio::test]
    async fn a_provider_that_gives_no_token_is_given_up_and_nobody_is_let_in() {
        let (provider, is_silent) = silent_system("").await;
        let sign_on = sign_on(provider.clone());
        let at = |path: &str| format!("{provider}{path}");
        let metadata = Metadata {
            issuer: provider.clone(),
            authorization_endpoint: at("/authorize"),
            token_endpoint: at("/token"),
            jwks_uri: at("/keys"),
            end_session_endpoint: None,
        };
        let now = Timestamp::now();
        let known = Provider { metadata, keys: JwkSet { keys: Vec::new() }, asked_at: now };
        *sign_on.known.lock().unwrap() = Some(Arc::new(known));
        let ticket = Ticket::new(&SystemRandom::new()).unwrap();
        let returned = Returned { code: "made-up".into(), state: ticket.state(), error: None };
        let going = async move { sign_on.finish(&ticket, None, &returned, now).await };
        is_given_up(going, is_silent).await;
    }
}
