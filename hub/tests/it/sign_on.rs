//! Signing in with an identity provider, which here is a small one on loopback.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use aws_lc_rs::digest::{SHA256, digest};
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair as _};
use axum::extract::State;
use axum::http::StatusCode as Status;
use axum::routing::{get, post};
use axum::{Form, Json, Router};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as BASE64;
use jiff::{SignedDuration, Timestamp};
use jsonwebtoken::{Algorithm, EncodingKey, Header, encode};
use reqwest::{Response, StatusCode, Url};
use serde_json::{Value, json};
use zuil_hub::access::OidcConfig;
use zuil_hub::access::stamps::Stamp;
use zuil_hub::access::vault::Vault;

use super::desk::{Browser, location};
use super::harness::{TestHub, hub_with};

/// The secret of the hub at the provider (made up).
const SECRET: &str = "made-up-client-secret";

/// A provider (made up). Somebody who gives their consent there gets a code for what was asked.
pub struct Provider {
    url: String,
    shared: Arc<Shared>,
    _folder: tempfile::TempDir,
}

struct Shared {
    url: String,
    pkcs8: Mutex<Vec<u8>>,
    /// The name of the key with which it signs.
    key: Mutex<String>,
    /// What was asked, by the code that was given for it.
    asked: Mutex<BTreeMap<String, BTreeMap<String, String>>>,
    /// What it says otherwise than it should.
    says: Mutex<Value>,
}

impl Provider {
    pub async fn start() -> Self {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let shared = Arc::new(Shared {
            url: url.clone(),
            pkcs8: Mutex::new(new_key()),
            key: Mutex::new("one".into()),
            asked: Mutex::default(),
            says: Mutex::new(json!({})),
        });
        let routes = Router::new()
            .route("/.well-known/openid-configuration", get(metadata))
            .route("/keys", get(keys))
            .route("/token", post(token))
            .route("/authorize", get(authorize))
            .with_state(Arc::clone(&shared));
        tokio::spawn(axum::serve(listener, routes).into_future());
        Self { url, shared, _folder: tempfile::tempdir().unwrap() }
    }

    /// A hub that knows the provider.
    pub async fn hub(&self) -> TestHub {
        let secret = self._folder.path().join("secret");
        std::fs::write(&secret, format!("{SECRET}\n")).unwrap();
        let config = OidcConfig {
            name: "Gemeente".into(),
            issuer: self.url.clone(),
            client_id: "zuil".into(),
            client_secret_file: Some(secret),
            redirect_url: "http://localhost/login/sso/done".into(),
            scopes: vec!["profile".into()],
            role_claim: "roles".into(),
            roles: [
                ("kcc".to_owned(), vec!["agent".to_owned()]),
                ("fb".into(), vec!["administrator".into()]),
            ]
            .into(),
        };
        hub_with(|hub| hub.access.oidc = Some(config)).await
    }

    /// Somebody gives consent: with what the browser is sent back.
    pub fn consent(&self, sent_to: &str) -> String {
        let asked: BTreeMap<String, String> =
            Url::parse(sent_to).unwrap().query_pairs().into_owned().collect();
        let state = asked["state"].clone();
        let mut all = self.shared.asked.lock().unwrap();
        let code = format!("code-{}", all.len());
        all.insert(code.clone(), asked);
        format!("/login/sso/done?code={code}&state={state}")
    }

    fn says(&self, what: Value) {
        *self.shared.says.lock().unwrap() = what;
    }
}

fn new_key() -> Vec<u8> {
    let key = EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &SystemRandom::new()).unwrap();
    key.as_ref().to_vec()
}

async fn metadata(State(shared): State<Arc<Shared>>) -> Json<Value> {
    let at = |path: &str| format!("{}{path}", shared.url);
    Json(
        json!({"issuer": shared.url, "authorization_endpoint": at("/authorize"), "token_endpoint": at("/token"),
        "jwks_uri": at("/keys"), "end_session_endpoint": at("/end")}),
    )
}

/// Where a browser stands until somebody gives their consent.
async fn authorize() -> &'static str {
    "May Zuil know who you are?"
}

async fn keys(State(shared): State<Arc<Shared>>) -> Json<Value> {
    let pkcs8 = shared.pkcs8.lock().unwrap();
    let pair = EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &pkcs8).unwrap();
    let point = pair.public_key().as_ref();
    Json(json!({"keys": [{"kty": "EC", "crv": "P-256", "use": "sig", "kid": *shared.key.lock().unwrap(),
        "x": BASE64.encode(&point[1..33]), "y": BASE64.encode(&point[33..])}]}))
}

/// Gives a token for a code, once, to whoever has the verifier and the secret.
async fn token(
    State(shared): State<Arc<Shared>>,
    Form(form): Form<BTreeMap<String, String>>,
) -> Result<Json<Value>, Status> {
    let asked = shared.asked.lock().unwrap().remove(&form["code"]).ok_or(Status::BAD_REQUEST)?;
    let challenge = BASE64.encode(digest(&SHA256, form["code_verifier"].as_bytes()));
    let fits = asked["code_challenge"] == challenge
        && asked["code_challenge_method"] == "S256"
        && asked["redirect_uri"] == form["redirect_uri"]
        && form["client_secret"] == SECRET
        && form["grant_type"] == "authorization_code";
    if !fits {
        return Err(Status::BAD_REQUEST);
    }
    let now = Timestamp::now().as_second();
    let mut claims = json!({"iss": shared.url, "aud": "zuil", "sub": "42", "nonce": asked["nonce"], "iat": now,
        "exp": now + 300, "name": "Anna <b>", "roles": ["kcc", "unknown here"]});
    for (name, value) in shared.says.lock().unwrap().as_object().unwrap() {
        claims[name] = value.clone();
    }
    let header = Header { kid: Some(shared.key.lock().unwrap().clone()), ..Header::new(Algorithm::ES256) };
    let signed = encode(&header, &claims, &EncodingKey::from_ec_der(&shared.pkcs8.lock().unwrap())).unwrap();
    Ok(Json(json!({"access_token": "made up", "token_type": "Bearer", "id_token": signed})))
}

/// Goes to the provider, consents there, and comes back.
async fn sign_in(provider: &Provider, browser: &Browser) -> Response {
    let sent = browser.get("/login/sso?next=/pillars").await;
    assert_eq!(sent.status(), StatusCode::SEE_OTHER);
    let back = provider.consent(location(&sent));
    browser.get(&back).await
}

/// Goes to the provider to sign in there anew, and comes back.
async fn signs_in_anew(provider: &Provider, browser: &Browser) -> Response {
    let sent = browser.get("/login/sso?proof=true&next=/staff").await;
    let asked = location(&sent);
    assert!(asked.contains("&prompt=login&max_age=0"), "{asked}");
    browser.get(&provider.consent(asked)).await
}

/// Makes an account, as administrators who have shown who they are may.
async fn adds_anna(browser: &Browser) -> Response {
    browser.post("/staff", &[("name", "anna"), ("agent", "yes")]).await
}

/// What a cookie holds that an answer sets.
fn set_cookie<'a>(answer: &'a Response, name: &str) -> &'a str {
    let mut cookies = answer.headers().get_all("set-cookie").iter().map(|cookie| cookie.to_str().unwrap());
    let value = cookies.find_map(|cookie| cookie.split(';').next()?.strip_prefix(name)?.strip_prefix('='));
    value.unwrap()
}

async fn refused(provider: &Provider, hub: &TestHub, status: StatusCode, words: &str) {
    let browser = Browser::new(hub);
    let answer = sign_in(provider, &browser).await;
    assert_eq!(answer.status(), status, "{words}");
    let page = answer.text().await.unwrap();
    assert!(page.contains(words), "{page}");
    assert!(location(&browser.get("/pillars").await).starts_with("/login"), "{words}");
}

#[tokio::test]
async fn somebody_whom_the_provider_knows_signs_in_with_the_roles_that_it_tells() {
    let provider = Provider::start().await;
    let hub = provider.hub().await;
    let browser = Browser::new(&hub);
    assert!(browser.text("/login").await.contains("href=\"/login/sso?next=/\""));
    let answer = sign_in(&provider, &browser).await;
    assert_eq!(answer.status(), StatusCode::OK);
    // A page and no redirect: a browser would not send the new cookie with one that began at another site.
    let page = answer.text().await.unwrap();
    assert!(page.contains("content=\"0;url=/pillars\""));
    let account = browser.text("/account").await;
    assert!(account.contains("Anna &#60;b&#62;") && account.contains("KCC-medewerker"));
    assert!(!account.contains("action=\"/account/password\""));
    assert_eq!(browser.get("/staff").await.status(), StatusCode::FORBIDDEN);
    let goodbye = browser.post("/logout", &[]).await;
    assert!(goodbye.text().await.unwrap().contains(&format!("{}/end?client_id=zuil", provider.url)));
    assert!(location(&browser.get("/pillars").await).starts_with("/login"));
}

#[tokio::test]
async fn whoever_finds_an_open_desk_shows_nothing_by_what_the_provider_still_knows() {
    let provider = Provider::start().await;
    let hub = provider.hub().await;
    let now = Timestamp::now().as_second();
    // The owner has a session at the provider, which answers for whoever sits there.
    provider.says(json!({"roles": "fb", "auth_time": now}));
    let browser = Browser::new(&hub);
    let sent = browser.get("/login/sso").await;
    assert!(!location(&sent).contains("prompt"), "to sign in is no more trouble than it was");
    sign_in(&provider, &browser).await;
    let asked = adds_anna(&browser).await;
    assert_eq!(asked.status(), StatusCode::UNAUTHORIZED);
    let page = asked.text().await.unwrap();
    assert!(page.contains("Log eerst opnieuw in"), "{page}");
    assert!(
        page.contains("href=\"/login/sso?proof=true") && page.contains("Inloggen met Gemeente"),
        "{page}"
    );
    // Whoever takes "login" out of the address, or has a provider that does not care, is answered without a question.
    for silent in [
        json!({"roles": "fb", "auth_time": Value::Null}),
        json!({"roles": "fb", "auth_time": now - 400}),
        json!({"roles": "fb", "auth_time": "now"}),
    ] {
        provider.says(silent.clone());
        let answer = signs_in_anew(&provider, &browser).await;
        assert_eq!(answer.status(), StatusCode::BAD_GATEWAY, "{silent}");
        assert!(answer.text().await.unwrap().contains("U hebt niet opnieuw ingelogd"), "{silent}");
        assert_eq!(adds_anna(&browser).await.status(), StatusCode::UNAUTHORIZED, "{silent}");
    }
    assert!(hub.running.store.account("anna").unwrap().is_none());
    provider.says(json!({"roles": "fb", "auth_time": Timestamp::now().as_second()}));
    let answer = signs_in_anew(&provider, &browser).await;
    assert_eq!(answer.status(), StatusCode::OK);
    assert!(answer.text().await.unwrap().contains("content=\"0;url=/staff\""));
    let made = adds_anna(&browser).await;
    assert!(made.text().await.unwrap().contains("id=\"new-password\""));
}

#[tokio::test]
async fn who_signed_in_anew_does_so_again_after_15_minutes() {
    let provider = Provider::start().await;
    let hub = provider.hub().await;
    provider.says(json!({"roles": "fb", "auth_time": Timestamp::now().as_second()}));
    let answer = signs_in_anew(&provider, &Browser::new(&hub)).await;
    let (token, given) = (set_cookie(&answer, "zuil-desk"), set_cookie(&answer, "zuil-proof"));
    let mut session = [0; 32];
    session.copy_from_slice(digest(&SHA256, token.as_bytes()).as_ref());
    let vault = Vault::of(&hub.config.data_dir).unwrap().unwrap();
    let ago = |session: &[u8; 32], minutes| {
        let at = Timestamp::now() - SignedDuration::from_mins(minutes);
        vault.stamps().write(Stamp::SignedInAnew(session), at)
    };
    let other = Browser::new(&hub);
    let shows = async |proof: &str| {
        let form = [("name", "anna"), ("agent", "yes")];
        let asked = other.client.post(format!("{}/staff", other.desk)).form(&form);
        let cookies = format!("zuil-desk={token}; zuil-proof={proof}");
        asked.header("cookie", cookies).send().await.unwrap().status()
    };
    assert_eq!(shows(&ago(&session, 16)).await, StatusCode::UNAUTHORIZED);
    assert_eq!(shows(&ago(&[7; 32], 1)).await, StatusCode::UNAUTHORIZED, "that is another session");
    assert_eq!(shows("made up").await, StatusCode::UNAUTHORIZED);
    assert_eq!(shows(&ago(&session, 14)).await, StatusCode::OK);
    assert_eq!(shows(given).await, StatusCode::CONFLICT, "there is an anna now");
}

#[tokio::test]
async fn other_roles_at_the_provider_end_older_sessions_and_hold_from_the_next_sign_in_on() {
    let provider = Provider::start().await;
    let hub = provider.hub().await;
    let (before, after) = (Browser::new(&hub), Browser::new(&hub));
    sign_in(&provider, &before).await;
    provider.says(json!({"roles": "fb"}));
    sign_in(&provider, &after).await;
    assert!(location(&before.get("/pillars").await).starts_with("/login"));
    assert_eq!(after.get("/staff").await.status(), StatusCode::OK);
    assert_eq!(after.get("/staff/sso:42").await.status(), StatusCode::OK);
    provider.says(json!({"roles": []}));
    refused(&provider, &hub, StatusCode::FORBIDDEN, "U hebt hier nog geen rol").await;
    assert!(location(&after.get("/staff").await).starts_with("/login"));
}

#[tokio::test]
async fn who_has_no_role_gets_no_account() {
    let provider = Provider::start().await;
    let hub = provider.hub().await;
    provider.says(json!({"roles": ["unknown here"]}));
    refused(&provider, &hub, StatusCode::FORBIDDEN, "U hebt hier nog geen rol").await;
    assert_eq!(hub.running.store.accounts().unwrap().len(), 1);
}

#[tokio::test]
async fn an_answer_counts_only_in_the_browser_that_asked_and_only_once() {
    let provider = Provider::start().await;
    let hub = provider.hub().await;
    let (asking, other) = (Browser::new(&hub), Browser::new(&hub));
    let back = provider.consent(location(&asking.get("/login/sso").await));
    let answer = other.get(&back).await;
    assert_eq!(answer.status(), StatusCode::BAD_REQUEST);
    assert!(answer.text().await.unwrap().contains("Begin opnieuw met inloggen"));
    // The other has begun, too, and is given the first one's answer.
    other.get("/login/sso").await;
    assert_eq!(other.get(&back).await.status(), StatusCode::BAD_REQUEST);
    assert_eq!(asking.get(&back).await.status(), StatusCode::OK);
    assert_eq!(Browser::new(&hub).get("/login/sso/done").await.status(), StatusCode::BAD_REQUEST);
    assert_eq!(asking.get(&back).await.status(), StatusCode::BAD_REQUEST);
}

#[tokio::test]
async fn a_token_that_is_old_for_another_or_of_another_attempt_lets_nobody_in() {
    let provider = Provider::start().await;
    let hub = provider.hub().await;
    let now = Timestamp::now().as_second();
    let gateway = StatusCode::BAD_GATEWAY;
    provider.says(json!({"iat": now - 400, "exp": now - 100}));
    refused(&provider, &hub, gateway, "De klokken verschillen te veel").await;
    provider.says(json!({"iat": now + 500, "exp": now + 900}));
    refused(&provider, &hub, gateway, "De klokken verschillen te veel").await;
    provider.says(json!({"nonce": "another"}));
    refused(&provider, &hub, gateway, "stuurde iets dat niet klopt").await;
    provider.says(json!({"aud": "another"}));
    refused(&provider, &hub, gateway, "stuurde iets dat niet klopt").await;
    provider.says(json!({"iss": "https://evil.example"}));
    refused(&provider, &hub, gateway, "stuurde iets dat niet klopt").await;
    // Half a minute is no difference.
    provider.says(json!({"iat": now + 30, "exp": now + 330}));
    assert_eq!(sign_in(&provider, &Browser::new(&hub)).await.status(), StatusCode::OK);
}

#[tokio::test]
async fn a_key_that_the_provider_does_not_show_lets_nobody_in() {
    let provider = Provider::start().await;
    let hub = provider.hub().await;
    assert_eq!(sign_in(&provider, &Browser::new(&hub)).await.status(), StatusCode::OK);
    // Under the same name, which the hub has read a moment ago.
    *provider.shared.pkcs8.lock().unwrap() = new_key();
    refused(&provider, &hub, StatusCode::BAD_GATEWAY, "stuurde iets dat niet klopt").await;
}

#[tokio::test]
async fn who_says_no_at_the_provider_reads_what_happened() {
    let provider = Provider::start().await;
    let hub = provider.hub().await;
    let browser = Browser::new(&hub);
    let sent = browser.get("/login/sso").await;
    let state = provider.consent(location(&sent)).rsplit_once("state=").unwrap().1.to_owned();
    let answer = browser.get(&format!("/login/sso/done?error=access_denied&state={state}")).await;
    assert_eq!(answer.status(), StatusCode::FORBIDDEN);
    assert!(answer.text().await.unwrap().contains("U bent niet ingelogd"));
}

#[tokio::test]
async fn without_the_provider_staff_with_a_password_still_sign_in() {
    let provider = Provider::start().await;
    let hub = provider.hub().await;
    let nowhere = hub_with(|config| {
        config.access.oidc = hub.config.access.oidc.clone();
        if let Some(oidc) = &mut config.access.oidc {
            oidc.issuer = "http://127.0.0.1:9".into();
        }
    })
    .await;
    let browser = Browser::new(&nowhere);
    let answer = browser.get("/login/sso").await;
    assert_eq!(answer.status(), StatusCode::BAD_GATEWAY);
    assert!(answer.text().await.unwrap().contains("kan nu niet"));
    let password = nowhere.running.first_password.clone().unwrap();
    assert_eq!(browser.log_in_as("beheer", &password).await.status(), StatusCode::SEE_OTHER);
}

#[tokio::test]
async fn somebody_whom_an_administrator_disabled_stays_out_whatever_the_provider_says() {
    let provider = Provider::start().await;
    let hub = provider.hub().await;
    let browser = Browser::new(&hub);
    sign_in(&provider, &browser).await;
    let admin = super::desk::signed_in(&hub).await;
    admin.post("/staff/sso:42/access", &[("disabled", "true")]).await;
    assert!(location(&browser.get("/pillars").await).starts_with("/login"));
    refused(&provider, &hub, StatusCode::FORBIDDEN, "Dit account is uitgezet").await;
}
