//! What `hub.toml` says about other systems. Invariant: secrets stand in files of their own, never in it.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use axum::http::Uri;
use serde::Deserialize;
use uuid::Uuid;
use zeroize::Zeroizing;

use crate::store::System;

/// `[connectors]`: without it nothing is handed over, and staff work from the hub's list.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ConnectorsConfig {
    /// Cases.
    pub open_zaak: Option<OpenZaakConfig>,
    /// Requests to be called back.
    pub open_klant: Option<OpenKlantConfig>,
    /// Reports about public space.
    pub signalen: Option<SignalenConfig>,
    /// Letters.
    pub email: Option<EmailConfig>,
    /// A folder.
    pub file_drop: Option<FileDropConfig>,
    /// Systems that catalogues name and the municipality does not have, and where those requests go instead.
    pub instead: BTreeMap<String, String>,
}

/// `[connectors.open_zaak]`.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OpenZaakConfig {
    /// Its address, such as `https://openzaak.example.nl`: that before `/zaken/api/v1`.
    pub url: String,
    /// The name of the hub there.
    pub client_id: String,
    /// The file with the secret that belongs to it. A relative path starts at the folder of `hub.toml`.
    pub secret_file: PathBuf,
    /// The RSIN of the municipality, nine digits.
    pub bronorganisatie: String,
    /// The address of the catalogus in which case types are looked for; any when left out.
    pub catalogus: Option<String>,
    /// The address of the type of the document with the request; the first one of the case type when left out.
    pub informatieobjecttype: Option<String>,
    /// The file with the value of the header `Authorization` by which Open Notificaties is known to the hub; without
    /// it no messages are taken. A relative path starts at the folder of `hub.toml`.
    pub notifications_secret_file: Option<PathBuf>,
    /// The address of Open Notificaties, for `zuil-hub notifications`: that before `/api/v1`.
    pub notifications_url: Option<String>,
    /// Where Open Notificaties reaches this hub, such as `https://desk.example.nl/callbacks/zgw`.
    pub callback_url: Option<String>,
    /// A PEM file with authorities that vouch for it, besides those that the operating system trusts.
    pub ca_file: Option<PathBuf>,
}

/// `[connectors.open_klant]`.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OpenKlantConfig {
    /// Its address, such as `https://openklant.example.nl`: that before `/klantinteracties/api/v1`.
    pub url: String,
    /// The file with the token of the hub. A relative path starts at the folder of `hub.toml`.
    pub token_file: PathBuf,
    /// The `uuid` of the actor, such as a department, that gets the tasks; nobody in particular when left out.
    pub actor: Option<Uuid>,
    /// A PEM file with authorities that vouch for it, besides those that the operating system trusts.
    pub ca_file: Option<PathBuf>,
}

/// `[connectors.signalen]`.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SignalenConfig {
    /// Its address, such as `https://meldingen.example.nl`: that before `/signals/v1`.
    pub url: String,
    /// Longitude and latitude (WGS 84) of reports for which the published catalogue has no better point: neither of the
    /// address nor of the pillar.
    pub point: [f64; 2],
    /// How many reports it takes from one address in an hour.
    #[serde(default = "sixty")]
    pub per_hour: u32,
    /// A PEM file with authorities that vouch for it, besides those that the operating system trusts.
    pub ca_file: Option<PathBuf>,
}

const fn sixty() -> u32 {
    60
}

/// `[connectors.email]`.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EmailConfig {
    /// The mail server, such as `smtp.example.nl`.
    pub host: String,
    /// Its port; the usual one for the encryption when left out.
    pub port: Option<u16>,
    /// How the connection is encrypted.
    #[serde(default)]
    pub encryption: Encryption,
    /// The name of the hub there, where it needs one.
    pub username: Option<String>,
    /// The file with the password that belongs to it. A relative path starts at the folder of `hub.toml`.
    pub password_file: Option<PathBuf>,
    /// The address from which letters come.
    pub from: String,
    /// To whom letters go that the catalogue does not bring to an address (`instead`).
    pub to: Option<String>,
    /// A PEM file with authorities that vouch for it, besides those that the operating system trusts.
    pub ca_file: Option<PathBuf>,
}

/// How a connection to a mail server is encrypted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Encryption {
    /// From the first command on (RFC 3207); without it nothing is sent. Port 587.
    #[default]
    Starttls,
    /// From the first byte on (RFC 8314). Port 465.
    Tls,
    /// Not at all: for a server on this machine. Port 25.
    None,
}

/// `[connectors.file_drop]`.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FileDropConfig {
    /// Where requests are put. A relative path starts at the folder of `hub.toml`. The hub does not make it.
    pub folder: PathBuf,
}

/// A setting that makes no sense.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Senseless {
    /// Which key.
    pub key: &'static str,
    /// What to do.
    pub remedy: &'static str,
}

type Sense = Result<(), Senseless>;

fn sense(makes_sense: bool, key: &'static str, remedy: &'static str) -> Sense {
    if makes_sense { Ok(()) } else { Err(Senseless { key, remedy }) }
}

impl ConnectorsConfig {
    /// Lets relative paths start at the folder of `hub.toml`.
    pub fn place_in(&mut self, folder: &Path) {
        let Self { open_zaak, open_klant, signalen, email, file_drop, instead: _ } = self;
        let mut paths: Vec<&mut PathBuf> = Vec::new();
        if let Some(OpenZaakConfig { secret_file, notifications_secret_file, ca_file, .. }) = open_zaak {
            paths.push(secret_file);
            paths.extend(notifications_secret_file);
            paths.extend(ca_file);
        }
        if let Some(OpenKlantConfig { token_file, ca_file, .. }) = open_klant {
            paths.push(token_file);
            paths.extend(ca_file);
        }
        if let Some(SignalenConfig { ca_file, .. }) = signalen {
            paths.extend(ca_file);
        }
        if let Some(EmailConfig { password_file, ca_file, .. }) = email {
            paths.extend(password_file);
            paths.extend(ca_file);
        }
        paths.extend(file_drop.as_mut().map(|file_drop| &mut file_drop.folder));
        for path in paths {
            *path = folder.join(&*path);
        }
    }

    /// Looks whether every value makes sense.
    ///
    /// # Errors
    /// The first that does not.
    pub fn check(&self) -> Sense {
        self.open_zaak.as_ref().map_or(Ok(()), OpenZaakConfig::check)?;
        self.open_klant.as_ref().map_or(Ok(()), OpenKlantConfig::check)?;
        self.signalen.as_ref().map_or(Ok(()), SignalenConfig::check)?;
        self.email.as_ref().map_or(Ok(()), EmailConfig::check)?;
        let ways = self.ways();
        sense(
            ways.len() == self.instead.len(),
            "connectors.instead",
            "write it as open-zaak = \"e-mail\" or signalen = \"file-drop\"",
        )?;
        let to_nobody = self.email.as_ref().is_some_and(|email| email.to.is_none());
        sense(
            !(to_nobody && ways.values().any(|system| *system == System::Email)),
            "connectors.email.to",
            "give the address to which letters go instead",
        )
    }

    /// Where requests go instead, as far as that is understood.
    #[must_use]
    pub fn ways(&self) -> BTreeMap<System, System> {
        let way = |(from, to): (&String, &String)| {
            let to = System::parse(to).filter(|to| matches!(to, System::Email | System::FileDrop))?;
            Some((System::parse(from)?, to))
        };
        self.instead.iter().filter_map(way).collect()
    }
}

impl OpenKlantConfig {
    fn check(&self) -> Sense {
        let remedy = "write it as https://openklant.example.nl";
        sense(is_address(&self.url), "connectors.open_klant.url", remedy)
    }
}

impl SignalenConfig {
    fn check(&self) -> Sense {
        let [longitude, latitude] = self.point;
        let remedy = "write it as https://meldingen.example.nl";
        sense(is_address(&self.url), "connectors.signalen.url", remedy)?;
        // The Netherlands, with their islands in the Caribbean.
        let is_dutch = (-69.0..=8.0).contains(&longitude) && (12.0..=54.0).contains(&latitude);
        sense(
            is_dutch,
            "connectors.signalen.point",
            "give longitude and latitude, in this order, such as [4.82, 52.04]",
        )?;
        sense(self.per_hour > 0, "connectors.signalen.per_hour", "give 1 or more")
    }
}

impl EmailConfig {
    fn check(&self) -> Sense {
        let is_host = !self.host.is_empty() && !self.host.contains(['/', ':', ' ']);
        sense(is_host, "connectors.email.host", "give the name of the mail server, without port")?;
        let is_mail = |text: &String| text.parse::<lettre::Address>().is_ok();
        sense(is_mail(&self.from), "connectors.email.from", "write it as zuil@example.nl")?;
        sense(self.to.as_ref().is_none_or(is_mail), "connectors.email.to", "write it as balie@example.nl")?;
        sense(
            self.username.is_some() == self.password_file.is_some(),
            "connectors.email.password_file",
            "give username and password_file, or neither",
        )?;
        let is_here = matches!(self.host.as_str(), "localhost" | "127.0.0.1" | "::1");
        sense(
            self.encryption != Encryption::None || is_here,
            "connectors.email.encryption",
            "requests hold personal data: use starttls or tls, unless the mail server is on this machine",
        )
    }

    /// Its port.
    #[must_use]
    pub fn port(&self) -> u16 {
        self.port.unwrap_or(match self.encryption {
            Encryption::Starttls => 587,
            Encryption::Tls => 465,
            Encryption::None => 25,
        })
    }
}

/// Reads a secret.
///
/// # Errors
/// When the file cannot be read, or is empty.
pub fn secret(path: &Path) -> std::io::Result<Zeroizing<String>> {
    let text = Zeroizing::new(std::fs::read_to_string(path)?);
    let secret = Zeroizing::new(text.trim().to_owned());
    if secret.is_empty() { Err(std::io::Error::other("it is empty")) } else { Ok(secret) }
}

impl OpenZaakConfig {
    fn check(&self) -> Result<(), Senseless> {
        let wrong = |key, remedy| Err(Senseless { key, remedy });
        if !is_address(&self.url) {
            return wrong("connectors.open_zaak.url", "write it as https://openzaak.example.nl");
        }
        if self.client_id.trim().is_empty() {
            return wrong("connectors.open_zaak.client_id", "give the name of the hub at Open Zaak");
        }
        if !is_rsin(&self.bronorganisatie) {
            return wrong(
                "connectors.open_zaak.bronorganisatie",
                "give the RSIN of the municipality, nine digits",
            );
        }
        if self.catalogus.as_deref().is_some_and(|url| !is_address(url)) {
            return wrong("connectors.open_zaak.catalogus", "give the whole address of the catalogus");
        }
        if self.informatieobjecttype.as_deref().is_some_and(|url| !is_address(url)) {
            return wrong(
                "connectors.open_zaak.informatieobjecttype",
                "give the whole address of the informatieobjecttype",
            );
        }
        if self.notifications_url.as_deref().is_some_and(|url| !is_address(url)) {
            return wrong(
                "connectors.open_zaak.notifications_url",
                "write it as https://opennotificaties.example.nl",
            );
        }
        if self.callback_url.as_deref().is_some_and(|url| !is_address(url) || !url.ends_with(CALLBACK)) {
            return wrong(
                "connectors.open_zaak.callback_url",
                "write it as https://desk.example.nl/callbacks/zgw",
            );
        }
        Ok(())
    }
}

/// Where the desk takes messages.
const CALLBACK: &str = "/callbacks/zgw";

fn is_address(text: &str) -> bool {
    text.parse::<Uri>().is_ok_and(|uri| {
        matches!(uri.scheme_str(), Some("https" | "http"))
            && uri.host().is_some_and(|host| !host.is_empty())
            && uri.query().is_none()
            && uri.authority().is_some_and(|authority| !authority.as_str().contains('@'))
    })
}

/// Nine digits that pass the eleven-test of RSIN and BSN.
fn is_rsin(text: &str) -> bool {
    let digits: Vec<i32> = text
        .chars()
        .filter_map(|digit| digit.to_digit(10))
        .filter_map(|digit| i32::try_from(digit).ok())
        .collect();
    let sum: i32 =
        digits.iter().zip([9, 8, 7, 6, 5, 4, 3, 2, -1]).map(|(digit, weight)| digit * weight).sum();
    text.len() == 9 && digits.len() == 9 && sum != 0 && sum % 11 == 0
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Settings (made up) that make sense.
    fn sound() -> OpenZaakConfig {
        OpenZaakConfig {
            url: "https://openzaak.example.nl".into(),
            client_id: "zuil".into(),
            secret_file: "open-zaak.secret".into(),
            bronorganisatie: "002220647".into(),
            catalogus: None,
            informatieobjecttype: None,
            notifications_secret_file: None,
            notifications_url: None,
            callback_url: None,
            ca_file: None,
        }
    }

    #[test]
    fn what_makes_no_sense_is_told_with_its_key() {
        assert_eq!(sound().check(), Ok(()));
        let key = |change: &dyn Fn(&mut OpenZaakConfig)| {
            let mut config = sound();
            change(&mut config);
            config.check().unwrap_err().key.rsplit('.').next().unwrap()
        };
        for url in
            ["openzaak", "ftp://openzaak.example.nl", "https://a@openzaak.example.nl", "https://x.nl/?a=b"]
        {
            assert_eq!(key(&|config| config.url = url.into()), "url", "{url}");
        }
        assert_eq!(key(&|config| config.client_id = " ".into()), "client_id");
        for rsin in ["123456789", "00222064", "0022206470", "00222064x", "000000000"] {
            assert_eq!(key(&|config| config.bronorganisatie = rsin.into()), "bronorganisatie", "{rsin}");
        }
        assert_eq!(key(&|config| config.catalogus = Some("main".into())), "catalogus");
        assert_eq!(key(&|config| config.informatieobjecttype = Some("x".into())), "informatieobjecttype");
    }

    #[test]
    fn a_secret_is_read_without_the_line_end_and_never_empty() {
        let folder = tempfile::tempdir().unwrap();
        let mut config = ConnectorsConfig { open_zaak: Some(sound()), ..Default::default() };
        config.place_in(folder.path());
        let path = config.open_zaak.unwrap().secret_file;
        assert_eq!(path, folder.path().join("open-zaak.secret"));
        assert!(secret(&path).is_err());
        std::fs::write(&path, "made-up secret\n").unwrap();
        assert_eq!(secret(&path).unwrap().as_str(), "made-up secret");
        std::fs::write(&path, "\n").unwrap();
        assert!(secret(&path).is_err());
    }

    /// The key of the first setting that makes no sense; `-` when all do.
    fn wrong_key(toml: &str) -> &'static str {
        let config: ConnectorsConfig = toml::from_str(toml).unwrap();
        config.check().map_or_else(|wrong| wrong.key, |()| "-")
    }

    #[test]
    fn other_systems_are_checked_as_well() {
        let klant = "[open_klant]\ntoken_file = 'x'\nurl = ";
        let signalen = "[signalen]\nurl = 'https://x.nl'\npoint = ";
        let email = "[email]\nfrom = 'zuil@example.nl'\nhost = ";
        for (toml, key) in [
            (format!("{klant}'https://klant.example.nl'"), "-"),
            (format!("{klant}'klant'"), "connectors.open_klant.url"),
            (format!("{signalen}[4.82, 52.04]"), "-"),
            (format!("{signalen}[52.04, 4.82]"), "connectors.signalen.point"),
            (format!("{signalen}[4.82, 52.04]\nper_hour = 0"), "connectors.signalen.per_hour"),
            (format!("{email}'smtp.example.nl'"), "-"),
            (format!("{email}'https://smtp.example.nl'"), "connectors.email.host"),
            (format!("{email}'smtp.example.nl'\nusername = 'x'"), "connectors.email.password_file"),
            (format!("{email}'smtp.example.nl'\nencryption = 'none'"), "connectors.email.encryption"),
            (format!("{email}'localhost'\nencryption = 'none'"), "-"),
            (format!("{email}'localhost'\nto = 'balie'"), "connectors.email.to"),
            (format!("{email}'localhost'\n[instead]\nopen-zaak = 'e-mail'"), "connectors.email.to"),
            ("[instead]\nopen-zaak = 'file-drop'".to_owned(), "-"),
            ("[instead]\nopen-zaak = 'signalen'".to_owned(), "connectors.instead"),
            ("[instead]\nzaak = 'file-drop'".to_owned(), "connectors.instead"),
        ] {
            assert_eq!(wrong_key(&toml), key, "{toml}");
        }
    }
}
