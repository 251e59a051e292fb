//! With which catalogue a pillar begins, for those who only look, such as the doctor.
//!
//! Invariant: it is decided as the pillar decides it, and nothing on the disk changes.

use std::path::PathBuf;

use jiff::Timestamp;
use zuil_catalogue::{Catalogue, Mistake, packed};
use zuil_wire::catalogue::CatalogueFile;

use super::disk::RealDisk;
use super::kept::{Begin, CHECK, CURRENT, Kept, Unused};
use super::newest::Newest;
use crate::config::Config;

/// Which catalogue a pillar begins with, as someone finds who only looks.
#[derive(Clone, Debug)]
pub struct Beginning {
    /// Where it comes from.
    pub origin: Origin,
    /// The catalogue. Only one of the image can have mistakes; then the pillar does not serve.
    pub catalogue: Result<Catalogue, Vec<Mistake>>,
    /// Its files, as far as they can be read.
    pub files: Vec<CatalogueFile>,
    /// The published ones that would have come before it, and why they are not used.
    pub unused: Vec<Unused>,
}

/// Where a catalogue comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Origin {
    /// It is the one that was published last, of those that this pillar has.
    Published(Timestamp),
    /// It was published before that one.
    PublishedBefore(Timestamp),
    /// It came with the image.
    Image,
}

/// Looks with which catalogue a pillar begins, and changes nothing; it may run meanwhile. Without the
/// `authority` of a binding nothing that was published can be believed.
#[must_use]
pub fn beginning(config: &Config, authority: Option<&str>) -> Beginning {
    let folder = folder(config);
    let authority = authority.unwrap_or_default().to_owned();
    let newest = Newest::read(&RealDisk, &folder, &authority);
    let kept = Kept { disk: Box::new(RealDisk), folder, authority, scratch: None, check: CHECK };
    let Begin { with, unused } = kept.begin(newest.as_ref());
    let Some((file, whole)) = with else {
        let catalogue = Catalogue::load(&config.catalogue_dir);
        let files = packed::files_of(&config.catalogue_dir).unwrap_or_default();
        return Beginning { origin: Origin::Image, catalogue, files, unused };
    };
    let at = whole.manifest.published_at;
    let origin = if file == CURRENT { Origin::Published(at) } else { Origin::PublishedBefore(at) };
    Beginning { origin, catalogue: Ok(whole.catalogue), files: whole.files, unused }
}

/// Where a pillar keeps what was published.
pub(in crate::pillar) fn folder(config: &Config) -> PathBuf {
    config.data_dir.join("catalogue")
}
