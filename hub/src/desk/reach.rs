//! Which pillars a caller can be sent to, and which of them have the code. Invariant: of a pillar that is not heard
//! nothing is promised.

use jiff::{SignedDuration, Timestamp};

use super::condition::{Condition, Contact};
use crate::store::{KeptReferral, Store, StoreError};

/// Whether somebody with a code gets any further at a pillar.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Reach {
    /// It is heard, and has fetched the code.
    Has,
    /// It is heard, and fetches the code after its next report.
    Soon,
    /// It is not heard: nobody knows whether it works, or gets the code.
    Unheard,
    /// It serves nobody now, or was revoked.
    OutOfService,
}

/// All pillars that were not revoked, by name.
pub(super) struct Pillars(Vec<(String, Condition)>);

impl Pillars {
    pub(super) fn of(store: &dyn Store, silent: SignedDuration, now: Timestamp) -> Result<Self, StoreError> {
        let (reports, closed) = (store.reports()?, store.closed_pillars()?);
        let serve = store.pillars()?.into_iter().filter(|pillar| pillar.revoked_at.is_none());
        let known = serve.map(|pillar| {
            let reported = reports.iter().find(|reported| reported.pillar == pillar.name);
            let closed = closed.iter().find(|closed| closed.pillar == pillar.name);
            let condition = Condition::within(silent, &pillar, reported, now).closed_by(closed);
            (pillar.name, condition)
        });
        Ok(Self(known.collect()))
    }

    pub(super) fn all(&self) -> impl Iterator<Item = (&str, &Condition)> {
        self.0.iter().map(|(name, condition)| (name.as_str(), condition))
    }

    pub(super) fn has(&self, name: &str) -> bool {
        self.find(name).is_some()
    }

    /// Whether it is known that nobody is served there now.
    pub(super) fn serves_nobody(&self, name: &str) -> bool {
        self.find(name).is_none_or(Condition::serves_nobody)
    }

    /// How far somebody with this code gets at one of its pillars now.
    pub(super) fn reach(&self, name: &str, referral: &KeptReferral) -> Reach {
        let has_it = referral.had_by.iter().any(|had| had == name);
        match self.find(name) {
            None => Reach::OutOfService,
            Some(condition) if condition.serves_nobody() => Reach::OutOfService,
            Some(condition) if condition.contact != Contact::Now => Reach::Unheard,
            Some(_) if has_it => Reach::Has,
            Some(_) => Reach::Soon,
        }
    }

    fn find(&self, name: &str) -> Option<&Condition> {
        self.all().find(|(known, _)| *known == name).map(|(_, condition)| condition)
    }
}
