//! How pillars are, and the payments that nobody can prove, as the store knows them. Invariant: a time
//! that leaves the store is by the hub's clock, however wrong a pillar's is.

use jiff::{SignedDuration, Timestamp};
use uuid::Uuid;
use zuil_wire::{Cents, HealthReport, PaymentState, Reference};

/// The newest report of a pillar.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reported {
    /// The pillar that sent it.
    pub pillar: String,
    /// What it said, with times by its own clock.
    pub report: HealthReport,
    /// When it came in, by the hub's clock.
    pub received_at: Timestamp,
}

impl Reported {
    /// When something in the report happened, by the hub's clock.
    #[must_use]
    pub fn by_our_clock(&self, at: Timestamp) -> Timestamp {
        by_our_clock(at, self.report.at, self.received_at)
    }
}

/// When something happened by the hub's clock: as long ago as the pillar says, but never in the future.
/// `at` and `reported_at` are by the pillar's clock.
#[must_use]
pub fn by_our_clock(at: Timestamp, reported_at: Timestamp, received_at: Timestamp) -> Timestamp {
    let ago = reported_at.duration_since(at);
    received_at.saturating_sub(ago).map_or(received_at, |then| then.min(received_at))
}

/// Names an open payment: its id, at the pillar that reported it.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct OpenPaymentKey {
    /// The pillar.
    pub pillar: String,
    /// The payment.
    pub payment: Uuid,
}

/// What a person can find out about a payment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Finding {
    /// It was charged.
    Paid,
    /// It was not charged.
    NotPaid,
}

impl Finding {
    /// The word in databases, addresses and on the command line.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Paid => "paid",
            Self::NotPaid => "not-paid",
        }
    }

    /// The finding for a word from [`Finding::as_str`].
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        [Self::Paid, Self::NotPaid].into_iter().find(|finding| finding.as_str() == word)
    }

    /// As the pillar hears it.
    #[must_use]
    pub const fn state(self) -> PaymentState {
        match self {
            Self::Paid => PaymentState::Paid,
            Self::NotPaid => PaymentState::NotPaid,
        }
    }
}

/// Where a decision was made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DecidedBy {
    /// On the desk's pages.
    Desk,
    /// On the command line.
    CommandLine,
}

impl DecidedBy {
    /// The word in the database.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Desk => "desk",
            Self::CommandLine => "command-line",
        }
    }

    /// The place for a word from [`DecidedBy::as_str`].
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        [Self::Desk, Self::CommandLine].into_iter().find(|by| by.as_str() == word)
    }
}

/// What staff decided about a payment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Decision {
    /// What was found out.
    pub finding: Finding,
    /// Where it was decided.
    pub by: DecidedBy,
    /// When, with a precision of one microsecond.
    pub at: Timestamp,
}

/// What became of a decision.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Decided {
    /// It is kept, and told to the pillar with every report until it has taken it.
    Yes,
    /// The pillar was revoked: the payment is settled for good.
    ForGood,
    /// The same was decided before; that stands.
    Before(Decision),
    /// Something else was decided before; that stands.
    Otherwise(Decision),
    /// The payment is not open, or not known.
    NotOpen,
}

/// A payment of which somebody must find out whether it was made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unsettled {
    /// The pillar where it happened.
    pub pillar: String,
    /// What names the payment, when it can be decided: the id under which the pillar reports it as open, or,
    /// when the pillar was revoked and reports nothing any more, the id of the stored transaction.
    pub payment: Option<Uuid>,
    /// Whether the pillar was revoked. Then a decision does not wait for it but settles the payment for good.
    pub revoked: bool,
    /// The reference of its transaction.
    pub reference: Reference,
    /// Whether that transaction is stored here.
    pub delivered: bool,
    /// How much was to be charged.
    pub amount: Cents,
    /// When, by the hub's clock; of one that no report speaks of, as far as the pillar's clock was right.
    pub happened_at: Timestamp,
    /// When a report first spoke of it; nothing when none did.
    pub first_seen_at: Option<Timestamp>,
    /// The terminal's receipt number, when it told one.
    pub receipt_number: Option<u16>,
    /// The terminal's id, when it is known.
    pub terminal_id: Option<String>,
    /// What staff decided; it waits for the pillar.
    pub decision: Option<Decision>,
}

impl Unsettled {
    /// What names it, when it can be decided.
    #[must_use]
    pub fn key(&self) -> Option<OpenPaymentKey> {
        self.payment.map(|payment| OpenPaymentKey { pillar: self.pillar.clone(), payment })
    }

    /// From when on staff can decide this, if that is not yet: that something was not paid can be known
    /// only `hours` after it.
    #[must_use]
    pub fn too_early(&self, finding: Finding, hours: u16, now: Timestamp) -> Option<Timestamp> {
        let hours = SignedDuration::from_hours(hours.into());
        let from = self.happened_at.saturating_add(hours).unwrap_or(Timestamp::MAX);
        (finding == Finding::NotPaid && now < from).then_some(from)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    #[test]
    fn a_pillar_whose_clock_is_years_off_still_says_how_long_ago_something_was() {
        let received = at("2026-11-22T10:00:00Z");
        let quarter_past = |since: &str, said: &str| by_our_clock(at(since), at(said), received);
        assert_eq!(quarter_past("1970-01-01T00:00:00Z", "1970-01-01T00:15:00Z"), at("2026-11-22T09:45:00Z"));
        assert_eq!(quarter_past("2031-05-01T00:00:00Z", "2031-05-01T00:15:00Z"), at("2026-11-22T09:45:00Z"));
    }

    #[test]
    fn nothing_happened_in_the_future() {
        let received = at("2026-11-22T10:00:00Z");
        assert_eq!(by_our_clock(at("2026-11-22T11:00:00Z"), at("2026-11-22T10:00:00Z"), received), received);
        let (first, last) = (Timestamp::MIN, Timestamp::MAX);
        assert_eq!(by_our_clock(last, first, received), received);
        assert!(by_our_clock(first, last, received) <= received);
    }
}
