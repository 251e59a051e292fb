//! What `hub.toml` says. Invariant: a [`Config`] was checked as a whole; nothing later has to ask
//! whether a value makes sense.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};

use axum::http::Uri;
use jiff::SignedDuration;
use serde::Deserialize;
use tracing::level_filters::LevelFilter;

use crate::access::AccessConfig;
use crate::alerts::AlertsConfig;
use crate::connectors::ConnectorsConfig;
use crate::store::Grace;

/// The whole of `hub.toml`.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// The name of the municipality, as staff read it on top of every page.
    pub municipality: String,
    /// Where keys and database live. A relative path starts at the folder of `hub.toml`.
    pub data_dir: PathBuf,
    /// How much is logged, on standard error.
    #[serde(default)]
    pub log: LogLevel,
    /// How the log is written.
    #[serde(default)]
    pub log_format: LogFormat,
    /// Where transactions and all else that changes is kept.
    #[serde(default)]
    pub store: StoreConfig,
    /// Where pillars come in.
    #[serde(default)]
    pub intake: IntakeConfig,
    /// Where staff come in.
    #[serde(default)]
    pub desk: DeskConfig,
    /// Where those who run the hub look.
    #[serde(default)]
    pub operations: OperationsConfig,
    /// Who may work here, and for how long what they see is kept.
    #[serde(default)]
    pub access: AccessConfig,
    /// Where what comes in is brought; without it, nothing is, and staff work from the hub's list.
    pub connectors: Option<ConnectorsConfig>,
    /// When technicians are told that something is the matter with a pillar, and how.
    #[serde(default)]
    pub alerts: AlertsConfig,
}

/// Where transactions and all else that changes is kept. Keys and published catalogues are in the data folder always.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct StoreConfig {
    /// In what.
    pub kind: StoreKind,
    /// A file whose only line is the URL of the PostgreSQL database; only with [`StoreKind::Postgresql`]. A relative
    /// path starts at the folder of `hub.toml`.
    pub url_file: Option<PathBuf>,
}

/// In what transactions are kept.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum StoreKind {
    /// In `hub.sqlite` in the data folder: for one hub.
    #[default]
    Sqlite,
    /// In a PostgreSQL database: for one hub or several.
    Postgresql,
}

/// Where pillars come in.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct IntakeConfig {
    /// The address to listen on. Port 0 takes any free port.
    pub listen: SocketAddr,
    /// The address under which pillars reach the hub, as it stands in their binding files.
    pub public_url: Option<String>,
    /// For how many days after it was revoked a pillar may still deliver what it had sealed.
    pub revoked_days: u32,
    /// How many transactions it may still deliver then.
    pub revoked_transactions: u32,
}

/// Where staff come in.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct DeskConfig {
    /// The address to listen on. It speaks plain HTTP, meant for this machine or a reverse proxy.
    pub listen: SocketAddr,
    /// Where residents see how a request stands, and nothing else is; closed when left out. Plain HTTP, as above.
    pub public_listen: Option<SocketAddr>,
    /// Whether a reverse proxy with TLS stands in front. Then cookies are marked `Secure`, and the
    /// visitor's address is the last one in `X-Forwarded-For`.
    pub behind_proxy: bool,
    /// How many hours after a payment staff can decide that it was not made. Until then it may still
    /// appear in the payment provider's list, or its terminal may come back and prove it.
    pub not_paid_after_hours: u16,
}

/// Where those who run the hub look: figures for Prometheus, and whether it is alive and ready.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct OperationsConfig {
    /// The address to listen on, over plain HTTP and without sign-in; closed when left out.
    pub listen: Option<SocketAddr>,
}

/// How the log is written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum LogFormat {
    /// Lines for people.
    #[default]
    Text,
    /// A JSON object a line, for programs that collect logs.
    Json,
}

/// How much is logged. Nothing personal at any level.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum LogLevel {
    /// Only what someone must look at.
    Error,
    /// And what is odd.
    Warn,
    /// And what happens.
    #[default]
    Info,
    /// And how.
    Debug,
}

impl From<LogLevel> for LevelFilter {
    fn from(level: LogLevel) -> Self {
        match level {
            LogLevel::Error => Self::ERROR,
            LogLevel::Warn => Self::WARN,
            LogLevel::Info => Self::INFO,
            LogLevel::Debug => Self::DEBUG,
        }
    }
}

impl Default for IntakeConfig {
    fn default() -> Self {
        Self { listen: loopback(8443), public_url: None, revoked_days: 90, revoked_transactions: 10_000 }
    }
}

impl Default for DeskConfig {
    fn default() -> Self {
        Self { listen: loopback(8080), public_listen: None, behind_proxy: false, not_paid_after_hours: 24 }
    }
}

const fn loopback(port: u16) -> SocketAddr {
    SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), port)
}

/// Why a configuration is of no use.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// The file cannot be read.
    #[error("{path} cannot be read ({error}); copy hub.toml.example to it, or name another with --config")]
    Read {
        /// Which file.
        path: PathBuf,
        /// What the system said.
        error: std::io::Error,
    },
    /// The file is no TOML, or has a key that is unknown or missing.
    #[error("{path}: {error}")]
    Form {
        /// Which file.
        path: PathBuf,
        /// Line, column and remedy.
        error: Box<toml::de::Error>,
    },
    /// A value makes no sense.
    #[error("{key}: {remedy}")]
    Value {
        /// Which key.
        key: &'static str,
        /// What to do.
        remedy: String,
    },
}

impl Config {
    /// Reads and checks a file.
    ///
    /// # Errors
    /// When it is missing, has an unknown key or a value that makes no sense; the text says where.
    pub fn load(path: &Path) -> Result<Self, ConfigError> {
        let text = std::fs::read_to_string(path)
            .map_err(|error| ConfigError::Read { path: path.to_owned(), error })?;
        let mut config: Self = toml::from_str(&text)
            .map_err(|error| ConfigError::Form { path: path.to_owned(), error: Box::new(error) })?;
        if let Some(folder) = path.parent() {
            config.data_dir = folder.join(&config.data_dir);
            config.store.url_file = config.store.url_file.map(|file| folder.join(file));
            if let Some(secret) =
                config.access.oidc.as_mut().and_then(|oidc| oidc.client_secret_file.as_mut())
            {
                *secret = folder.join(&*secret);
            }
            config.connectors.iter_mut().for_each(|connectors| connectors.place_in(folder));
            config.alerts.place_in(folder);
        }
        config.check()?;
        Ok(config)
    }

    /// A hub for a test or a demonstration: any free ports on loopback, and no authenticator app.
    #[must_use]
    pub fn on_any_port(municipality: &str, data_dir: &Path) -> Self {
        Self {
            municipality: municipality.to_owned(),
            data_dir: data_dir.to_owned(),
            log: LogLevel::default(),
            log_format: LogFormat::default(),
            store: StoreConfig::default(),
            intake: IntakeConfig { listen: loopback(0), ..IntakeConfig::default() },
            desk: DeskConfig { listen: loopback(0), ..DeskConfig::default() },
            operations: OperationsConfig { listen: Some(loopback(0)) },
            access: AccessConfig { totp: false, ..AccessConfig::default() },
            connectors: None,
            alerts: AlertsConfig::default(),
        }
    }

    fn check(&self) -> Result<(), ConfigError> {
        if self.municipality.trim().is_empty() {
            return Err(value("municipality", "give the name of the municipality"));
        }
        if let Some(url) = &self.intake.public_url {
            HubUrl::parse(url).map_err(|error| value("intake.public_url", &error.to_string()))?;
        }
        self.store.check()?;
        self.access.check().map_err(|(key, remedy)| value(key, &remedy))?;
        let (intake, desk) = (self.intake.listen, self.desk.listen);
        if intake == desk && intake.port() != 0 {
            return Err(value("desk.listen", "choose another address than intake.listen"));
        }
        let public = self.desk.public_listen.filter(|public| public.port() != 0);
        if public.is_some_and(|public| public == intake || public == desk) {
            return Err(value("desk.public_listen", "choose another address than the other doors have"));
        }
        if let Some(Err(wrong)) = self.connectors.as_ref().map(ConnectorsConfig::check) {
            return Err(value(wrong.key, wrong.remedy));
        }
        let has_mail = self.connectors.as_ref().is_some_and(|connectors| connectors.email.is_some());
        self.alerts.check(has_mail).map_err(|(key, remedy)| value(key, remedy))?;
        Ok(())
    }

    /// What a revoked pillar may still deliver.
    #[must_use]
    pub fn grace(&self) -> Grace {
        Grace {
            time: SignedDuration::from_hours(24 * i64::from(self.intake.revoked_days)),
            transactions: u64::from(self.intake.revoked_transactions),
        }
    }

    /// The address for bindings: `override_url`, or `intake.public_url`, or where the hub listens.
    ///
    /// # Errors
    /// When none of these says where pillars reach the hub, or the certificate of the hub would
    /// not be valid there.
    pub fn hub_url(&self, override_url: Option<&str>) -> Result<HubUrl, ConfigError> {
        let public = self.public_url()?;
        let Some(text) = override_url else {
            return public.or_else(|| self.listening_url()).ok_or_else(|| {
                value("intake.public_url", "say where pillars reach the hub, here or with --hub-url")
            });
        };
        let url = HubUrl::parse(text).map_err(|error| value("--hub-url", &error.to_string()))?;
        if self.server_names()?.contains(&url.host) {
            Ok(url)
        } else {
            let remedy =
                format!("the hub's certificate is not valid for {}; set intake.public_url", url.host);
            Err(value("--hub-url", &remedy))
        }
    }

    /// The names and addresses for which the hub's certificate is valid.
    ///
    /// # Errors
    /// When `intake.public_url` is no address.
    pub fn server_names(&self) -> Result<Vec<String>, ConfigError> {
        let mut names = vec!["127.0.0.1".to_owned(), "localhost".to_owned()];
        let listening =
            Some(self.intake.listen.ip()).filter(|ip| !ip.is_unspecified()).map(|ip| ip.to_string());
        for name in listening.into_iter().chain(self.public_url()?.map(|url| url.host)) {
            if !names.contains(&name) {
                names.push(name);
            }
        }
        Ok(names)
    }

    fn public_url(&self) -> Result<Option<HubUrl>, ConfigError> {
        let url = self.intake.public_url.as_deref().map(HubUrl::parse).transpose();
        url.map_err(|error| value("intake.public_url", &error.to_string()))
    }

    fn listening_url(&self) -> Option<HubUrl> {
        let listen = self.intake.listen;
        let known = listen.port() != 0 && !listen.ip().is_unspecified();
        known.then(|| HubUrl { text: format!("https://{listen}"), host: listen.ip().to_string() })
    }
}

impl StoreConfig {
    fn check(&self) -> Result<(), ConfigError> {
        match (self.kind, &self.url_file) {
            (StoreKind::Postgresql, None) => Err(value(
                "store.url_file",
                "name the file in which the URL of the PostgreSQL database stands",
            )),
            (StoreKind::Sqlite, Some(_)) => {
                Err(value("store.url_file", "write kind = \"postgresql\" above it, or leave it out"))
            }
            (StoreKind::Postgresql, Some(_)) if cfg!(not(feature = "postgres")) => Err(value(
                "store.kind",
                "this zuil-hub was built without PostgreSQL; build it with --features postgres",
            )),
            _ => Ok(()),
        }
    }
}

fn value(key: &'static str, remedy: &str) -> ConfigError {
    ConfigError::Value { key, remedy: remedy.to_owned() }
}

/// The base address of a hub: `https`, a host, perhaps a port, nothing else.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HubUrl {
    text: String,
    host: String,
}

/// A text is not the address of a hub.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("write it as https://hub.example.nl:8443, without a path")]
pub struct NotAHubUrl;

impl HubUrl {
    /// Reads an address; a slash at its end is dropped.
    ///
    /// # Errors
    /// [`NotAHubUrl`] when it is something else.
    pub fn parse(text: &str) -> Result<Self, NotAHubUrl> {
        let uri: Uri = text.parse().map_err(|_| NotAHubUrl)?;
        let plain = uri.scheme_str() == Some("https") && uri.path() == "/" && uri.query().is_none();
        let host = uri.host().filter(|host| plain && !host.is_empty()).ok_or(NotAHubUrl)?;
        if uri.authority().is_some_and(|authority| authority.as_str().contains('@')) {
            return Err(NotAHubUrl);
        }
        let host = host.trim_matches(['[', ']']).to_ascii_lowercase();
        Ok(Self { text: text.trim_end_matches('/').to_owned(), host })
    }

    /// The address, without a slash at its end.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn from_text(text: &str) -> Result<Config, ConfigError> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("hub.toml");
        std::fs::write(&path, text).unwrap();
        Config::load(&path)
    }

    const LEAST: &str = "municipality = \"Voorbeeldstad\"\ndata_dir = \"data\"\n";

    #[test]
    fn the_example_file_loads_and_says_what_the_defaults_are() {
        let example = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../hub.toml.example"));
        let config = Config::load(example).unwrap();
        assert_eq!(config.intake, IntakeConfig::default());
        assert_eq!(config.grace(), Grace::default());
        assert_eq!(config.desk, DeskConfig::default());
        assert_eq!(config.access, AccessConfig::default());
        assert_eq!(config.log, LogLevel::default());
        assert_eq!(config.store, StoreConfig::default());
    }

    #[test]
    fn an_unknown_key_is_refused_with_its_line() {
        let error = from_text(&format!("{LEAST}[desk]\nlissen = \"127.0.0.1:1\"\n")).unwrap_err().to_string();
        assert!(error.contains("lissen") && error.contains("line 4"), "{error}");
    }

    #[test]
    fn a_missing_file_says_what_to_do() {
        let error = Config::load(Path::new("/nowhere/hub.toml")).unwrap_err().to_string();
        assert!(error.contains("hub.toml.example"), "{error}");
    }

    #[test]
    fn pillars_and_staff_do_not_share_a_door() {
        let error = from_text(&format!("{LEAST}[desk]\nlisten = \"127.0.0.1:8443\"\n")).unwrap_err();
        assert!(error.to_string().starts_with("desk.listen"), "{error}");
    }

    #[test]
    fn residents_have_a_door_of_their_own_or_none() {
        assert_eq!(from_text(LEAST).unwrap().desk.public_listen, None);
        let with = |port: u16| from_text(&format!("{LEAST}[desk]\npublic_listen = \"127.0.0.1:{port}\"\n"));
        assert_eq!(with(8081).unwrap().desk.public_listen, Some(loopback(8081)));
        for taken in [8080, 8443] {
            let error = with(taken).unwrap_err().to_string();
            assert!(error.starts_with("desk.public_listen"), "{error}");
        }
    }

    #[test]
    fn an_address_without_https_or_with_a_path_is_refused() {
        for url in
            ["http://hub.example.nl", "https://hub.example.nl/intake", "hub", "https://a@b.nl", "https://"]
        {
            let error = from_text(&format!("{LEAST}[intake]\npublic_url = \"{url}\"\n")).unwrap_err();
            assert!(error.to_string().starts_with("intake.public_url"), "{error}");
        }
    }

    #[test]
    fn a_binding_never_names_an_address_that_the_certificate_does_not_hold() {
        let config =
            from_text(&format!("{LEAST}[intake]\npublic_url = \"https://Hub.example.nl:8443/\"\n")).unwrap();
        assert_eq!(config.server_names().unwrap(), ["127.0.0.1", "localhost", "hub.example.nl"]);
        assert_eq!(config.hub_url(None).unwrap().as_str(), "https://Hub.example.nl:8443");
        assert_eq!(
            config.hub_url(Some("https://localhost:4711")).unwrap().as_str(),
            "https://localhost:4711"
        );
        assert!(config.hub_url(Some("https://elsewhere.example.nl")).is_err());
    }

    #[test]
    fn the_database_is_named_where_there_is_one_and_nowhere_else() {
        let error = from_text(&format!("{LEAST}[store]\nkind = \"postgresql\"\n")).unwrap_err().to_string();
        assert!(error.starts_with("store.url_file"), "{error}");
        let error = from_text(&format!("{LEAST}[store]\nurl_file = \"url\"\n")).unwrap_err().to_string();
        assert!(error.contains("postgresql"), "{error}");
        let both = from_text(&format!("{LEAST}[store]\nkind = \"postgresql\"\nurl_file = \"url\"\n"));
        if cfg!(feature = "postgres") {
            assert!(both.unwrap().store.url_file.unwrap().is_absolute());
        } else {
            assert!(both.unwrap_err().to_string().contains("--features postgres"));
        }
    }

    #[test]
    fn with_any_port_the_address_must_be_told() {
        let config = Config::on_any_port("Voorbeeldstad", Path::new("data"));
        assert!(config.hub_url(None).unwrap_err().to_string().contains("--hub-url"));
        assert!(config.hub_url(Some("https://127.0.0.1:4711")).is_ok());
    }
}
