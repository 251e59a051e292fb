//! Catalogues on the command line: publish one, and which there are.

use std::io::{self, Write};
use std::path::Path;
use std::process::ExitCode;

use jiff::Timestamp;

use super::{Failure, load};
use crate::catalogues::{self, Catalogues, Outcome, Published, Trouble, Unfit};
use crate::data_folder::DataFolder;
use crate::store::{Deed, Entry};

pub(super) fn publish(path: &Path, dir: &Path) -> Result<ExitCode, Failure> {
    let config = load(path)?;
    // A check that panics is told in words below; its makers need the place, and nobody a backtrace.
    std::panic::set_hook(Box::new(|panic| eprintln!("zuil-hub: {panic}")));
    let publication = catalogues::publish(&config.data_dir, dir, Timestamp::now())?;
    publication.warnings.iter().for_each(|warning| eprintln!("warning: {warning}\n"));
    match publication.outcome {
        Outcome::Mistaken(mistakes) => {
            mistakes.iter().for_each(|mistake| eprintln!("{mistake}\n"));
            eprintln!(
                "zuil-hub: the catalogue has {}; nothing was published, and pillars go on with what they have",
                if mistakes.len() == 1 {
                    "a mistake".to_owned()
                } else {
                    format!("{} mistakes", mistakes.len())
                }
            );
            return Ok(ExitCode::FAILURE);
        }
        Outcome::Unchanged(newest) => {
            println!("{}", line(&newest));
            eprintln!("this is the newest catalogue already; nothing was published");
        }
        Outcome::Published(published) => {
            let about = format!("{} {}", published.serial, published.version);
            let entry = Entry::new(Timestamp::now(), Entry::COMMAND_LINE, Deed::PublishedCatalogue, &about);
            DataFolder::open_store(&config)?.note(&entry)?;
            println!("{}", line(&published));
            eprintln!("pillars fetch it within twelve minutes, and turn to it when nobody stands there");
        }
    }
    Ok(ExitCode::SUCCESS)
}

pub(super) fn list(path: &Path) -> Result<ExitCode, Failure> {
    let config = load(path)?;
    // Only where something was ever kept: to look is no reason to make it.
    if !config.data_dir.is_dir() {
        let folder = config.data_dir.display();
        return Err(format!("there is no hub in {folder} yet; run `zuil-hub serve` first").into());
    }
    let kept =
        Catalogues::of(&config.data_dir, DataFolder::authority(&config.data_dir, Timestamp::now())?.pem())
            .list()?;
    let mut out = io::stdout().lock();
    for published in &kept.whole {
        writeln!(out, "{}\t{}", line(published), published.published_at)?;
    }
    let newest_whole = kept.whole.last().map(|published| published.serial);
    for Unfit { serial, trouble, .. } in &kept.unfit {
        match trouble {
            Trouble::Damaged(why) => {
                let remedy = if Some(*serial) > newest_whole { "; publish that catalogue again" } else { "" };
                eprintln!("zuil-hub: {serial} is damaged and is given to no pillar: {why}{remedy}");
            }
            Trouble::Unread(error) => {
                eprintln!(
                    "zuil-hub: {serial} cannot be read: {error}; look at its permissions and at the disk"
                );
            }
        }
    }
    Ok(ExitCode::SUCCESS)
}

fn line(published: &Published) -> String {
    format!("{}\t{}\t{}", published.serial, published.version, published.digest)
}
