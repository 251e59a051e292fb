//! Makes, lists and ends the hub's subscription at Open Notificaties. Invariant: no secret is printed.

use std::path::Path;
use std::process::ExitCode;
use std::sync::Arc;

use clap::Subcommand;
use jiff::Timestamp;
use zeroize::Zeroizing;

use super::{Common, Failure, load};
use crate::config::Config;
use crate::connectors::notifications::{Made, Notifications, Subscribed};
use crate::connectors::{Obstacle, OpenZaakConfig, settings};
use crate::files;
use crate::handover::courier::HttpCourier;
use crate::store::ParkReason;

/// What was subscribed to last, in the data folder.
const FILE: &str = "notifications.json";

#[derive(Debug, Subcommand)]
pub(super) enum NotificationsCommand {
    /// Subscribe to the statuses of the municipality's cases, and print `new`, `replaced` or `before`.
    ///
    /// Open Notificaties tries the hub's callback with two messages, so the hub must run with
    /// connectors.open_zaak.notifications_secret_file. A subscription that is as it should be is kept; one with another
    /// secret is replaced. May be run again at any time.
    Subscribe(Common),
    /// List the subscriptions whose messages come to this hub: address and channels, with a tab between them.
    List(Common),
    /// End all subscriptions whose messages come to this hub, and print how many those were.
    Unsubscribe(Common),
}

pub(super) fn run(command: &NotificationsCommand) -> Result<ExitCode, Failure> {
    let (NotificationsCommand::Subscribe(common)
    | NotificationsCommand::List(common)
    | NotificationsCommand::Unsubscribe(common)) = command;
    let config = load(&common.config)?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(act(command, &config))?;
    Ok(ExitCode::SUCCESS)
}

async fn act(command: &NotificationsCommand, config: &Config) -> Result<(), Failure> {
    let open_zaak = config.connectors.as_ref().and_then(|connectors| connectors.open_zaak.as_ref());
    let open_zaak = open_zaak.ok_or("set connectors.open_zaak in hub.toml first")?;
    let url = needed(open_zaak.notifications_url.as_deref(), "notifications_url")?;
    let callback = needed(open_zaak.callback_url.as_deref(), "callback_url")?;
    let secret = secret_in(&open_zaak.secret_file, "secret_file")?;
    let courier = Arc::new(HttpCourier::new(open_zaak.ca_file.as_deref())?);
    let there = Notifications::new(open_zaak, url, secret, courier);
    let now = Timestamp::now();
    match command {
        NotificationsCommand::Subscribe(_) => {
            subscribe(&there, open_zaak, callback, &config.data_dir.join(FILE)).await
        }
        NotificationsCommand::List(_) => {
            for one in there.list(callback, now).await.map_err(|obstacle| told(&obstacle))? {
                println!("{}\t{}", one.url, one.channels);
            }
            Ok(())
        }
        NotificationsCommand::Unsubscribe(_) => {
            println!("{}", there.unsubscribe(callback, now).await.map_err(|obstacle| told(&obstacle))?);
            Ok(())
        }
    }
}

async fn subscribe(
    there: &Notifications,
    open_zaak: &OpenZaakConfig,
    callback: &str,
    kept: &Path,
) -> Result<(), Failure> {
    let file = open_zaak.notifications_secret_file.as_deref();
    let file = file.ok_or("set connectors.open_zaak.notifications_secret_file in hub.toml first")?;
    let header = secret_in(file, "notifications_secret_file")?;
    // What cannot be read is not known, and then another subscription is made.
    let made: Option<Made> = std::fs::read(kept).ok().and_then(|text| serde_json::from_slice(&text).ok());
    let subscribed = there.subscribe(callback, &header, made.as_ref(), Timestamp::now()).await;
    let (how, made) = subscribed.map_err(|obstacle| told(&obstacle))?;
    files::write_private(kept, &serde_json::to_vec(&made)?)?;
    println!(
        "{}",
        match how {
            Subscribed::Before => "before",
            Subscribed::New => "new",
            Subscribed::InPlaceOf(_) => "replaced",
        }
    );
    Ok(())
}

fn needed<'a>(value: Option<&'a str>, key: &str) -> Result<&'a str, Failure> {
    Ok(value.ok_or_else(|| format!("set connectors.open_zaak.{key} in hub.toml first"))?)
}

fn secret_in(path: &Path, key: &str) -> Result<Zeroizing<String>, Failure> {
    Ok(settings::secret(path)
        .map_err(|error| format!("connectors.open_zaak.{key} {}: {error}", path.display()))?)
}

/// What to do about it.
fn told(obstacle: &Obstacle) -> Failure {
    match obstacle {
        Obstacle::Unreached => "Open Notificaties cannot be reached; look at connectors.open_zaak.notifications_url",
        Obstacle::Refused(ParkReason::KeyRefused) => {
            "Open Notificaties does not accept the hub; look at client_id and secret, and give it the scope \
             notificaties.consumeren"
        }
        Obstacle::Refused(ParkReason::WrongAddress) => {
            "there is no Open Notificaties at connectors.open_zaak.notifications_url; give the address before /api/v1"
        }
        Obstacle::Refused(_) | Obstacle::Wrong(_) => {
            "Open Notificaties refused it: it must reach the hub at connectors.open_zaak.callback_url, and the hub must \
             run with the secret of notifications_secret_file"
        }
        Obstacle::Unknown | Obstacle::NotNow { .. } | Obstacle::AlreadyThere => {
            "Open Notificaties gave no usable answer; try again later"
        }
    }
    .into()
}
