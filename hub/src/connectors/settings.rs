//! What `hub.toml` says about other systems. Invariant: secrets stand in files of their own, never in it.

use std::path::{Path, PathBuf};

use axum::http::Uri;
use serde::Deserialize;
use zeroize::Zeroizing;

/// `[connectors]`: without it nothing is handed over, and staff work from the hub's list.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ConnectorsConfig {
    /// Cases.
    pub open_zaak: Option<OpenZaakConfig>,
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
    /// A PEM file with authorities that vouch for it, besides those that the operating system trusts.
    pub ca_file: Option<PathBuf>,
}

/// A setting that makes no sense.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Senseless {
    /// Which key.
    pub key: &'static str,
    /// What to do.
    pub remedy: &'static str,
}

impl ConnectorsConfig {
    /// Lets relative paths start at the folder of `hub.toml`.
    pub fn place_in(&mut self, folder: &Path) {
        if let Some(open_zaak) = &mut self.open_zaak {
            open_zaak.secret_file = folder.join(&open_zaak.secret_file);
            open_zaak.ca_file = open_zaak.ca_file.as_ref().map(|path| folder.join(path));
        }
    }

    /// Looks whether every value makes sense.
    ///
    /// # Errors
    /// The first that does not.
    pub fn check(&self) -> Result<(), Senseless> {
        self.open_zaak.as_ref().map_or(Ok(()), OpenZaakConfig::check)
    }
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
        Ok(())
    }

    /// Reads the secret.
    ///
    /// # Errors
    /// When the file cannot be read, or is empty.
    pub fn secret(&self) -> std::io::Result<Zeroizing<String>> {
        let text = Zeroizing::new(std::fs::read_to_string(&self.secret_file)?);
        let secret = Zeroizing::new(text.trim().to_owned());
        if secret.is_empty() { Err(std::io::Error::other("it is empty")) } else { Ok(secret) }
    }
}

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
        let mut config = ConnectorsConfig { open_zaak: Some(sound()) };
        config.place_in(folder.path());
        let open_zaak = config.open_zaak.unwrap();
        assert!(open_zaak.secret().is_err());
        std::fs::write(&open_zaak.secret_file, "made-up secret\n").unwrap();
        assert_eq!(open_zaak.secret().unwrap().as_str(), "made-up secret");
        std::fs::write(&open_zaak.secret_file, "\n").unwrap();
        assert!(open_zaak.secret().is_err());
    }
}
