//! Where a hub of the bench lives: a folder, and a database in PostgreSQL. Invariant: both are made anew, and the
//! folder is gone when the bench is.

use std::os::unix::fs::PermissionsExt as _;
use std::path::PathBuf;
use std::process::{Command, Stdio};

use tempfile::TempDir;
use zuil_hub::Config;

use super::Failure;

/// In what a hub keeps what comes in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Sqlite,
    Postgresql,
}

impl Kind {
    pub const fn word(self) -> &'static str {
        match self {
            Self::Sqlite => "sqlite",
            Self::Postgresql => "postgresql",
        }
    }
}

/// A folder for hubs that share their keys.
pub struct Home {
    folder: TempDir,
}

impl Home {
    pub fn new() -> Result<Self, Failure> {
        Ok(Self { folder: tempfile::Builder::new().prefix("bench-").tempdir_in(target())? })
    }

    /// Writes the configuration of a hub; where it is. `intake` is the address that pillars get.
    pub fn configure(&self, name: &str, kind: Kind, intake: Option<&str>) -> Result<PathBuf, Failure> {
        let store = match kind {
            Kind::Sqlite => String::new(),
            Kind::Postgresql => "url_file = \"postgresql.url\"\n".into(),
        };
        let intake = intake.map(|url| format!("public_url = \"{url}\"\n")).unwrap_or_default();
        let path = self.folder.path().join(format!("{name}.toml"));
        // Content is kept for ten years: so every request can be opened, which takes the most.
        let text = format!(
            "municipality = \"Voorbeeldhuizen\"\ndata_dir = \"data\"\nlog = \"warn\"\n\
             [store]\nkind = \"{}\"\n{store}[intake]\nlisten = \"127.0.0.1:0\"\n{intake}\
             [desk]\nlisten = \"127.0.0.1:0\"\n[operations]\nlisten = \"127.0.0.1:0\"\n\
             [access]\ntotp = false\nkeep_days = 3650\n",
            kind.word()
        );
        std::fs::write(&path, text)?;
        Ok(path)
    }

    /// Makes a database on the server that `PGHOST` names; nothing when it names none.
    pub fn make_database(&self) -> Result<bool, Failure> {
        let Ok(host) = std::env::var("PGHOST") else { return Ok(false) };
        let user = std::env::var("PGUSER")?;
        let name = format!("bench_{}", std::process::id());
        run("psql", &["-qc", &format!("CREATE DATABASE {name}")])?;
        let path = self.folder.path().join("postgresql.url");
        std::fs::write(&path, format!("postgresql://{user}@localhost/{name}?host={host}\n"))?;
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o600))?;
        Ok(true)
    }

    /// As the server has seen to it some time after much came in: its statistics are right.
    pub fn settle_database(&self) -> Result<(), Failure> {
        let name = format!("bench_{}", std::process::id());
        run("psql", &["-q", "-d", &name, "-c", "VACUUM (ANALYZE)"]).map(drop)
    }

    pub fn data(&self) -> PathBuf {
        self.folder.path().join("data")
    }
}

/// Reads a configuration that [`Home::configure`] wrote.
pub fn read(path: &std::path::Path) -> Result<Config, Failure> {
    Ok(Config::load(path)?)
}

pub fn run(program: &str, arguments: &[&str]) -> Result<String, Failure> {
    let done = Command::new(program).args(arguments).stderr(Stdio::inherit()).output()?;
    if !done.status.success() {
        return Err(format!("{program} {} failed", arguments.join(" ")).into());
    }
    Ok(String::from_utf8(done.stdout)?)
}

/// The folder of the build: a disk, where `/tmp` may be memory.
fn target() -> std::ffi::OsString {
    std::env::var_os("CARGO_TARGET_DIR")
        .unwrap_or_else(|| concat!(env!("CARGO_MANIFEST_DIR"), "/../target").into())
}
