//! What `hub.toml` says about alerts. Invariant: without a place to tell them, they stand on the pages all the same.

use std::path::{Path, PathBuf};

use axum::http::Uri;
use jiff::SignedDuration;
use serde::Deserialize;

use super::limits::Limits;
use crate::desk::Lang;

/// `[alerts]`.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct AlertsConfig {
    /// After how many seconds without a word a pillar is called out of reach. It shows itself every 25 seconds or
    /// sooner.
    pub down_after_seconds: u32,
    /// For how many seconds it must be heard again before it is called back.
    pub back_after_seconds: u32,
    /// From how many degrees Celsius inside on a pillar is called too warm.
    pub too_warm_celsius: i16,
    /// One that was called so is cool again below so many degrees.
    pub cool_again_celsius: i16,
    /// Whether a pillar may be silent while its building is closed, by the hours of the published catalogue. It is
    /// told when it still is 10 minutes after opening.
    pub quiet_when_closed: bool,
    /// To which e-mail addresses alerts go, over the mail server of `[connectors.email]`.
    pub email_to: Vec<String>,
    /// The language of messages: `nl` or `en`.
    pub language: String,
    /// A program that hears of alerts.
    pub webhook: Option<WebhookConfig>,
}

/// `[alerts.webhook]`.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WebhookConfig {
    /// Where messages are posted.
    pub url: String,
    /// The file with the secret by which messages are signed. A relative path starts at the folder of `hub.toml`.
    pub secret_file: PathBuf,
    /// A PEM file with authorities that vouch for it, besides those that the operating system trusts.
    pub ca_file: Option<PathBuf>,
}

impl Default for AlertsConfig {
    fn default() -> Self {
        let seconds = |time: SignedDuration| u32::try_from(time.as_secs()).unwrap_or(u32::MAX);
        let limits = Limits::default();
        Self {
            down_after_seconds: seconds(limits.silent),
            back_after_seconds: seconds(limits.back),
            too_warm_celsius: limits.warm,
            cool_again_celsius: limits.cool,
            quiet_when_closed: false,
            email_to: Vec::new(),
            language: "nl".to_owned(),
            webhook: None,
        }
    }
}

impl AlertsConfig {
    /// Lets relative paths start at the folder of `hub.toml`.
    pub fn place_in(&mut self, folder: &Path) {
        if let Some(webhook) = &mut self.webhook {
            webhook.secret_file = folder.join(&webhook.secret_file);
            webhook.ca_file = webhook.ca_file.take().map(|file| folder.join(file));
        }
    }

    /// Looks whether every value makes sense; `has_mail` says whether there is a mail server.
    ///
    /// # Errors
    /// The first key that does not, and what to do.
    pub fn check(&self, has_mail: bool) -> Result<(), (&'static str, &'static str)> {
        let sense = |is, key, remedy| if is { Ok(()) } else { Err((key, remedy)) };
        sense(
            (60..=3600).contains(&self.down_after_seconds),
            "alerts.down_after_seconds",
            "choose 60 to 3600: a pillar shows itself every 25 seconds or sooner",
        )?;
        sense(
            (10..=3600).contains(&self.back_after_seconds),
            "alerts.back_after_seconds",
            "choose 10 to 3600",
        )?;
        sense(
            (40..=120).contains(&self.too_warm_celsius),
            "alerts.too_warm_celsius",
            "choose 40 to 120: inside a pillar that works 50 is usual",
        )?;
        sense(
            (20..self.too_warm_celsius).contains(&self.cool_again_celsius),
            "alerts.cool_again_celsius",
            "choose 20 or more, and less than too_warm_celsius: else the same warmth is told again and again",
        )?;
        sense(Lang::parse(&self.language).is_some(), "alerts.language", "write \"nl\" or \"en\"")?;
        let is_mail = |address: &String| {
            address.split_once('@').is_some_and(|(who, host)| !who.is_empty() && host.contains('.'))
                && !address.contains(char::is_whitespace)
        };
        sense(self.email_to.iter().all(is_mail), "alerts.email_to", "write it as [\"storing@example.nl\"]")?;
        sense(
            self.email_to.is_empty() || has_mail,
            "alerts.email_to",
            "say in [connectors.email] over which mail server letters go",
        )?;
        let webhook = self.webhook.as_ref();
        let is_address = |url: &str| {
            url.parse::<Uri>()
                .is_ok_and(|uri| uri.host().is_some() && matches!(uri.scheme_str(), Some("https" | "http")))
        };
        sense(
            webhook.is_none_or(|webhook| is_address(&webhook.url)),
            "alerts.webhook.url",
            "write it as https://meldkamer.example.nl/zuil",
        )
    }

    /// By which the watch decides.
    #[must_use]
    pub fn limits(&self) -> Limits {
        Limits {
            silent: SignedDuration::from_secs(self.down_after_seconds.into()),
            back: SignedDuration::from_secs(self.back_after_seconds.into()),
            warm: self.too_warm_celsius,
            cool: self.cool_again_celsius,
        }
    }

    /// The language of messages.
    pub(crate) fn lang(&self) -> Lang {
        Lang::parse(&self.language).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_makes_no_sense_is_named() {
        let read = |text: &str| toml::from_str::<AlertsConfig>(text).unwrap().check(false);
        assert_eq!(read(""), Ok(()));
        for (text, key) in [
            ("down_after_seconds = 10", "alerts.down_after_seconds"),
            ("back_after_seconds = 0", "alerts.back_after_seconds"),
            ("too_warm_celsius = 130", "alerts.too_warm_celsius"),
            ("cool_again_celsius = 80", "alerts.cool_again_celsius"),
            ("too_warm_celsius = 60", "alerts.cool_again_celsius"),
            ("language = 'de'", "alerts.language"),
            ("email_to = ['storing']", "alerts.email_to"),
            ("email_to = ['storing@example.nl']", "alerts.email_to"),
            ("[webhook]\nurl = 'meldkamer'\nsecret_file = 'x'", "alerts.webhook.url"),
        ] {
            assert_eq!(read(text).unwrap_err().0, key, "{text}");
        }
        let with_mail: AlertsConfig = toml::from_str("email_to = ['storing@example.nl']").unwrap();
        assert_eq!(with_mail.check(true), Ok(()));
    }
}
