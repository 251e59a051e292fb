//! PostgreSQL's own load generator, against a server that `script/bench` started.

use std::io::Write as _;
use std::process::{Command, Stdio};

use super::Failure;

/// How long one round takes, in seconds.
const SECONDS: &str = "2";

pub struct Postgres {
    script: tempfile::NamedTempFile,
}

impl Postgres {
    /// The server that `PGHOST` names; nothing when it names none.
    pub fn from_environment() -> Result<Option<Self>, Failure> {
        if std::env::var_os("PGHOST").is_none() {
            return Ok(None);
        }
        run(
            "psql",
            &[
                "-qc",
                "DROP TABLE IF EXISTS intake; CREATE TABLE intake (id uuid PRIMARY KEY, body text NOT NULL)",
            ],
        )?;
        let durable = run(
            "psql",
            &["-Atc", "SELECT current_setting('fsync') || current_setting('synchronous_commit')"],
        )?;
        if durable.trim() != "onon" {
            return Err("PostgreSQL does not wait for the disk".into());
        }
        // As many bytes as a request has, and as hard to compress.
        let body: String = std::iter::repeat_with(fastrand::alphanumeric).take(2048).collect();
        let mut script = tempfile::NamedTempFile::new()?;
        writeln!(script, "INSERT INTO intake (id, body) VALUES (gen_random_uuid(), '{body}');")?;
        Ok(Some(Self { script }))
    }

    pub fn inserts_per_second(&self, clients: usize) -> Result<f64, Failure> {
        let script = self.script.path().to_string_lossy();
        let clients = clients.to_string();
        let said = run(
            "pgbench",
            &["-n", "-M", "prepared", "-c", &clients, "-j", "2", "-T", SECONDS, "-f", &script],
        )?;
        let rate = said.lines().find_map(|line| line.strip_prefix("tps = ")?.split(' ').next()?.parse().ok());
        rate.ok_or_else(|| format!("pgbench told no rate: {said}").into())
    }
}

fn run(program: &str, arguments: &[&str]) -> Result<String, Failure> {
    let done = Command::new(program).args(arguments).stderr(Stdio::inherit()).output()?;
    if !done.status.success() {
        return Err(format!("{program} failed").into());
    }
    Ok(String::from_utf8(done.stdout)?)
}
