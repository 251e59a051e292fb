//! Words about what is the matter with a pillar, of one and after a number of them. Invariant: every matter has words for
//! both.

use super::super::condition::Issue;
use super::Lang;

impl Lang {
    /// "werken", after a number of pillars.
    pub(in super::super) const fn work(self, count: usize) -> &'static str {
        match (self, count == 1) {
            (Self::Nl, true) => "werkt",
            (Self::Nl, false) => "werken",
            (Self::En, true) => "works",
            (Self::En, false) => "work",
        }
    }

    /// What is the matter, after a number of pillars: "heeft bijna geen papier".
    pub(in super::super) const fn issue_of(self, issue: Issue, count: usize) -> &'static str {
        let (one_nl, more_nl, one_en, more_en) = match issue {
            Issue::Closed => (
                "is buiten gebruik gesteld",
                "zijn buiten gebruik gesteld",
                "was taken out of service",
                "were taken out of service",
            ),
            Issue::NoRoom => {
                ("is buiten gebruik", "zijn buiten gebruik", "is out of service", "are out of service")
            }
            Issue::PaperNearEnd => (
                "heeft bijna geen papier",
                "hebben bijna geen papier",
                "is nearly out of paper",
                "are nearly out of paper",
            ),
            Issue::NoReceipt => (
                "kan geen bon printen",
                "kunnen geen bon printen",
                "cannot print receipts",
                "cannot print receipts",
            ),
            Issue::NoCard => (
                "kan niet laten pinnen",
                "kunnen niet laten pinnen",
                "cannot take cards",
                "cannot take cards",
            ),
            Issue::CardBlocked => (
                "neemt geen pinpas aan tot een betaling is uitgezocht",
                "nemen geen pinpas aan tot een betaling is uitgezocht",
                "takes no cards until a payment is settled",
                "take no cards until a payment is settled",
            ),
            Issue::NoReader => (
                "heeft een lezer die niet werkt",
                "hebben een lezer die niet werkt",
                "has a reader that does not work",
                "have a reader that does not work",
            ),
            Issue::NotAsked => (
                "heeft nog niet alles nagekeken",
                "hebben nog niet alles nagekeken",
                "has not checked everything yet",
                "have not checked everything yet",
            ),
            Issue::NoWord => (
                "vertelt niet hoe het gaat",
                "vertellen niet hoe het gaat",
                "does not say how it is",
                "do not say how they are",
            ),
            Issue::Silent => {
                ("is niet bereikbaar", "zijn niet bereikbaar", "cannot be reached", "cannot be reached")
            }
            Issue::Revoked => ("is ingetrokken", "zijn ingetrokken", "is revoked", "are revoked"),
        };
        match (self, count == 1) {
            (Self::Nl, true) => one_nl,
            (Self::Nl, false) => more_nl,
            (Self::En, true) => one_en,
            (Self::En, false) => more_en,
        }
    }

    /// What is the matter with a pillar, in a word or two.
    pub(in super::super) const fn issue(self, issue: Issue) -> &'static str {
        match (self, issue) {
            (Self::Nl, Issue::Closed) => "Buiten gebruik gesteld",
            (Self::Nl, Issue::NoRoom) => "Buiten gebruik",
            (Self::Nl, Issue::PaperNearEnd) => "Bijna geen papier",
            (Self::Nl, Issue::NoReceipt) => "Geen bon",
            (Self::Nl, Issue::NoCard) => "Pinnen kan niet",
            (Self::Nl, Issue::CardBlocked) => "Pinnen geblokkeerd",
            (Self::Nl, Issue::NoReader) => "Lezer werkt niet",
            (Self::Nl, Issue::NotAsked) => "Kijkt zichzelf na",
            (Self::Nl, Issue::NoWord) => "Niet bekend",
            (Self::Nl, Issue::Silent) => "Niet bereikbaar",
            (Self::Nl, Issue::Revoked) => "Ingetrokken",
            (Self::En, Issue::Closed) => "Taken out of service",
            (Self::En, Issue::NoRoom) => "Out of service",
            (Self::En, Issue::PaperNearEnd) => "Nearly out of paper",
            (Self::En, Issue::NoReceipt) => "No receipts",
            (Self::En, Issue::NoCard) => "No cards",
            (Self::En, Issue::CardBlocked) => "Cards blocked",
            (Self::En, Issue::NoReader) => "A reader fails",
            (Self::En, Issue::NotAsked) => "Checking itself",
            (Self::En, Issue::NoWord) => "Not known",
            (Self::En, Issue::Silent) => "Cannot be reached",
            (Self::En, Issue::Revoked) => "Revoked",
        }
    }
}
