//! What `hub.toml` says about access. Invariant: what was checked can be used as it stands.

use std::collections::BTreeMap;
use std::path::PathBuf;

use jiff::SignedDuration;
use reqwest::Url;
use serde::Deserialize;

use crate::store::{Limits, Role, Roles};

/// How long somebody who gave the password has for the rest.
const HALF_WAY: SignedDuration = SignedDuration::from_mins(10);

/// Who may work here, and for how long what they see is kept.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct AccessConfig {
    /// Whether everybody who has a password needs an authenticator app, too.
    pub totp: bool,
    /// After how many hours somebody has to sign in again: 1 to 24.
    pub session_hours: u8,
    /// After how many minutes without doing anything: 5 to 480.
    pub idle_minutes: u16,
    /// How many days after it was handed over the content of a request is deleted.
    pub keep_days: u16,
    /// How many days after it was received the content of a request is deleted that nobody settled: 30 or more.
    pub longest_days: u16,
    /// For how many days it is kept who did what.
    pub audit_days: u16,
    /// The municipality's identity provider (OpenID Connect).
    pub oidc: Option<OidcConfig>,
}

impl Default for AccessConfig {
    fn default() -> Self {
        Self {
            totp: true,
            session_hours: 12,
            idle_minutes: 120,
            keep_days: 30,
            longest_days: 365,
            audit_days: 730,
            oidc: None,
        }
    }
}

/// The municipality's identity provider: OpenID Connect with authorization code and PKCE.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OidcConfig {
    /// What staff read on the button.
    pub name: String,
    /// The issuer, below which `.well-known/openid-configuration` stands.
    pub issuer: String,
    /// The name of the hub there.
    pub client_id: String,
    /// The file with its secret; left out when the provider gave none. A relative path starts at the folder of
    /// `hub.toml`.
    pub client_secret_file: Option<PathBuf>,
    /// Where the provider sends staff back to: the address of the desk and `/login/sso/done`.
    pub redirect_url: String,
    /// The scopes to ask for besides `openid`.
    #[serde(default = "scopes")]
    pub scopes: Vec<String>,
    /// The claim of the ID token that holds the roles; dots lead into it, as in `realm_access.roles`.
    #[serde(default = "role_claim")]
    pub role_claim: String,
    /// What each value of that claim means here.
    pub roles: BTreeMap<String, Vec<String>>,
}

fn scopes() -> Vec<String> {
    vec!["profile".into()]
}

fn role_claim() -> String {
    "roles".into()
}

impl AccessConfig {
    /// How long sessions last.
    #[must_use]
    pub fn limits(&self) -> Limits {
        Limits {
            idle: SignedDuration::from_mins(i64::from(self.idle_minutes)),
            total: SignedDuration::from_hours(i64::from(self.session_hours)),
            half_way: HALF_WAY,
        }
    }

    /// Whether it makes sense; else the key, and what to write.
    pub(crate) fn check(&self) -> Result<(), (&'static str, String)> {
        if !(1..=24).contains(&self.session_hours) {
            return Err(("access.session_hours", "choose 1 to 24".into()));
        }
        if !(5..=480).contains(&self.idle_minutes) {
            return Err(("access.idle_minutes", "choose 5 to 480".into()));
        }
        if self.longest_days < 30 {
            return Err(("access.longest_days", "choose 30 or more: staff see it 14 days before".into()));
        }
        if self.audit_days < 30 {
            return Err(("access.audit_days", "keep it for 30 days or longer".into()));
        }
        self.oidc.as_ref().map_or(Ok(()), OidcConfig::check)
    }
}

impl OidcConfig {
    fn check(&self) -> Result<(), (&'static str, String)> {
        for (key, text) in
            [("access.oidc.issuer", &self.issuer), ("access.oidc.redirect_url", &self.redirect_url)]
        {
            if !is_safe(text) {
                return Err((key, "write it with https:// (http:// only on this machine)".into()));
            }
        }
        if !self.redirect_url.ends_with(crate::desk::SIGN_ON_DONE) {
            return Err((
                "access.oidc.redirect_url",
                format!("let it end with {}", crate::desk::SIGN_ON_DONE),
            ));
        }
        if self.client_id.is_empty() {
            return Err(("access.oidc.client_id", "write what the provider calls the hub".into()));
        }
        match self.roles.values().flatten().find(|word| Role::parse(word).is_none()) {
            Some(word) => {
                let known: Vec<&str> = Role::ALL.map(Role::as_str).to_vec();
                Err(("access.oidc.roles", format!("\"{word}\" is no role; there are {}", known.join(", "))))
            }
            None if self.roles.is_empty() => Err((
                "access.oidc.roles",
                "say which of its roles are which of ours, or nobody gets in".into(),
            )),
            None => Ok(()),
        }
    }

    /// The roles here for values of the claim.
    #[must_use]
    pub fn roles_for<'a>(&self, values: impl IntoIterator<Item = &'a str>) -> Roles {
        let words = values.into_iter().filter_map(|value| self.roles.get(value)).flatten();
        words.filter_map(|word| Role::parse(word)).collect()
    }
}

/// Whether nobody between here and there can read along.
pub(super) fn is_safe(text: &str) -> bool {
    let Ok(url) = Url::parse(text) else { return false };
    let here = matches!(url.host_str(), Some("127.0.0.1" | "[::1]" | "localhost"));
    url.scheme() == "https" || (url.scheme() == "http" && here)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<AccessConfig, String> {
        let config: AccessConfig = toml::from_str(text).map_err(|error| error.to_string())?;
        config.check().map_err(|(key, remedy)| format!("{key}: {remedy}")).map(|()| config)
    }

    const PROVIDER: &str = "[oidc]\nname = 'Gemeente'\nissuer = 'https://id.example.nl'\nclient_id = 'zuil'\n\
         redirect_url = 'https://desk.example.nl/login/sso/done'\nroles = { kcc = ['agent', 'editor'] }\n";

    #[test]
    fn left_out_everybody_needs_an_app_and_content_is_kept_for_thirty_days() {
        let config = read("").unwrap();
        assert!(config.totp && config.oidc.is_none());
        assert_eq!((config.keep_days, config.limits().total), (30, SignedDuration::from_hours(12)));
    }

    #[test]
    fn a_provider_is_read_with_what_its_roles_mean() {
        let provider = read(PROVIDER).unwrap().oidc.unwrap();
        assert_eq!((provider.role_claim.as_str(), provider.scopes[0].as_str()), ("roles", "profile"));
        assert_eq!(provider.roles_for(["kcc", "other"]).to_string(), "agent editor");
        assert!(provider.roles_for(["other"]).is_empty());
    }

    #[test]
    fn what_makes_no_sense_is_told_with_its_key() {
        let with = |from: &str, to: &str| read(&PROVIDER.replace(from, to)).unwrap_err();
        assert!(with("https://id", "http://id").starts_with("access.oidc.issuer"));
        assert!(with("/login/sso/done", "/done").starts_with("access.oidc.redirect_url"));
        assert!(with("'editor'", "'king'").contains("\"king\" is no role"));
        assert!(with("{ kcc = ['agent', 'editor'] }", "{}").starts_with("access.oidc.roles"));
        assert!(read("session_hours = 0").unwrap_err().starts_with("access.session_hours"));
        assert!(read("idle_minutes = 1").unwrap_err().starts_with("access.idle_minutes"));
        assert!(read("audit_days = 1").unwrap_err().starts_with("access.audit_days"));
        assert!(read("totpp = false").is_err());
    }
}
