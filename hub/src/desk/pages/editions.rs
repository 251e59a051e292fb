//! Which catalogue a pillar runs, against the newest that was published. Invariant: nothing is called the newest
//! as long as nothing was published; and a pillar that said nothing, or has no access any more, lags behind nothing.

use jiff::Timestamp;

use super::super::Desk;
use super::super::texts::Lang;
use super::super::times::Moment;
use crate::store::{Pillar, Reported};

/// The newest published catalogue.
pub(super) struct Newest {
    version: String,
    /// Since when, in words.
    since: String,
}

impl Newest {
    /// What there is now; `None` when none was published, or it cannot be read.
    pub(super) async fn of(desk: &Desk, lang: Lang) -> Option<Self> {
        let newest = desk.newest_catalogue().await?;
        let since = Moment::new(newest.published_at, Timestamp::now(), lang).text;
        Some(Self { version: newest.version.clone(), since })
    }

    /// The version that a pillar runs, and whether that is the newest.
    pub(super) fn beside(newest: Option<&Self>, runs: &str, lang: Lang) -> String {
        match newest {
            None => runs.to_owned(),
            Some(newest) if newest.version == runs => lang.newest_edition(runs),
            Some(newest) => lang.older_edition(runs, &newest.version, &newest.since),
        }
    }

    /// A sentence when some pillars run an older one.
    pub(super) fn sentence<'a>(
        newest: Option<&Self>,
        pillars: impl Iterator<Item = (&'a Pillar, Option<&'a Reported>)>,
        lang: Lang,
    ) -> Option<String> {
        let newest = newest?;
        let lags = |(pillar, reported): &(&Pillar, Option<&Reported>)| {
            pillar.revoked_at.is_none()
                && reported.is_some_and(|reported| reported.report.catalogue != newest.version)
        };
        let count = pillars.filter(lags).count();
        (count > 0).then(|| lang.older_editions(count, &newest.version, &newest.since))
    }
}
