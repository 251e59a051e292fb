//! Runs the hub until it is told to end. Invariant: standard output names the first account, its password and the
//! addresses, and nothing else; the log goes to standard error.

use std::io::{self, Write};
use std::path::Path;
use std::process::ExitCode;

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use tokio::signal::unix::{SignalKind, signal};

use super::{Failure, load};
use crate::access::staff;
use crate::{Hub, Running};

pub(super) fn serve(path: &Path) -> Result<ExitCode, Failure> {
    let config = load(path)?;
    take_what_the_system_allows();
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    runtime.block_on(async {
        let mut terminate = signal(SignalKind::terminate())?;
        let mut interrupt = signal(SignalKind::interrupt())?;
        let running = Hub::start(config).await?;
        announce(&running)?;
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
        tracing::info!("told to end");
        running.shutdown().await;
        Ok(ExitCode::SUCCESS)
    })
}

/// Each pillar keeps a connection, and a program gets 1,024 on most systems unless it asks for as many as it may have.
fn take_what_the_system_allows() {
    let limit = getrlimit(Resource::Nofile);
    if let Err(error) = setrlimit(Resource::Nofile, Rlimit { current: limit.maximum, ..limit }) {
        tracing::warn!(%error, "the system allows few connections at once; look at LimitNOFILE of its unit");
    }
}

fn announce(running: &Running) -> io::Result<()> {
    let mut out = io::stdout().lock();
    if let Some(password) = &running.first_password {
        writeln!(out, "account {}", staff::FIRST)?;
        writeln!(out, "password {}", password.as_str())?;
    }
    writeln!(out, "intake {}", running.intake_url)?;
    writeln!(out, "desk {}", running.desk_url)?;
    if let Some(url) = &running.public_url {
        writeln!(out, "residents {url}")?;
    }
    if let Some(url) = &running.operations_url {
        writeln!(out, "operations {url}")?;
    }
    out.flush()
}
