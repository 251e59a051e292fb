//! Which catalogue a pillar runs, against the newest that was published. Invariant: nothing is called the newest
//! as long as nothing was published, or what was published last is damaged or cannot be read; and a pillar that said
//! nothing, or has no access any more, lags behind nothing.

use jiff::Timestamp;

use super::super::Desk;
use super::super::texts::Lang;
use super::super::times::Moment;
use crate::catalogues::{Published, Trouble};
use crate::store::{Pillar, Reported};

/// What was published.
#[derive(Default)]
pub(super) struct Editions {
    /// The newest; `None` when none was published, or it is damaged or cannot be read.
    pub(super) newest: Option<Newest>,
    /// Says that what was published last is damaged or cannot be read, and what to do.
    pub(super) unfit: Option<Unfit>,
}

/// What is told of a catalogue that was published last and is given to no pillar.
pub(super) struct Unfit {
    pub(super) sentence: String,
    /// What mends it, when a command does.
    pub(super) command: Option<&'static str>,
}

/// The newest published catalogue.
pub(super) struct Newest {
    version: String,
    /// Since when, in words.
    since: String,
}

impl Editions {
    /// What there is now.
    pub(super) async fn of(desk: &Desk, lang: Lang) -> Self {
        let standing = desk.catalogues().await;
        let served = standing.served.as_deref();
        match standing.unfit {
            Some(unfit) => {
                let served = served.map(|served| served.version.as_str());
                Self { newest: None, unfit: Some(Unfit::of(&unfit.trouble, served, lang)) }
            }
            None => Self { newest: served.map(|served| Newest::of(served, lang)), unfit: None },
        }
    }
}

impl Unfit {
    fn of(trouble: &Trouble, served: Option<&str>, lang: Lang) -> Self {
        match trouble {
            Trouble::Damaged(_) => {
                Self { sentence: lang.newest_is_damaged(served), command: Some("zuil-hub catalogue publish") }
            }
            Trouble::Unread(error) => {
                Self { sentence: lang.newest_cannot_be_read(&error.to_string(), served), command: None }
            }
        }
    }
}

impl Newest {
    fn of(published: &Published, lang: Lang) -> Self {
        let since = Moment::new(published.published_at, Timestamp::now(), lang).text;
        Self { version: published.version.clone(), since }
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
