//! Alerts about pillars, and the messages that tell of them, as the store knows them. Invariant: of one trouble at one
//! pillar there is at most one open alert, one hub at a time watches, and a message waits until it was given or given up.

use jiff::Timestamp;
use uuid::Uuid;
use zuil_wire::SystemVersion;

use super::StoreError;

/// What can be the matter with a pillar so that a technician is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum AlertKind {
    /// Nothing is heard of it.
    Down,
    /// It begins no visit, because its storage is full.
    Full,
    /// Its printer prints no receipts: no paper, an open cover, a stuck cutter, or no answer.
    Printer,
    /// Its card terminal takes no cards.
    Terminal,
    /// A reader does not work.
    Reader,
    /// It comes and goes.
    Network,
    /// It is too warm inside.
    TooWarm,
    /// Its paper will be used up soon.
    PaperLow,
    /// There is little room left on its disk.
    DiskLow,
    /// Its clock is wrong.
    Clock,
    /// Requests wait in it although it reaches the hub.
    Queue,
    /// It refuses the newest catalogue.
    Catalogue,
    /// Its certificate is about to expire.
    Certificate,
}

impl AlertKind {
    /// In the order in which they are told.
    pub const ALL: [Self; 13] = [
        Self::Down,
        Self::Full,
        Self::Printer,
        Self::Terminal,
        Self::Reader,
        Self::Network,
        Self::TooWarm,
        Self::PaperLow,
        Self::DiskLow,
        Self::Clock,
        Self::Queue,
        Self::Catalogue,
        Self::Certificate,
    ];

    /// The word in databases and messages for programs.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Down => "down",
            Self::Full => "full",
            Self::Printer => "printer",
            Self::Terminal => "terminal",
            Self::Reader => "reader",
            Self::Network => "network",
            Self::TooWarm => "too-warm",
            Self::PaperLow => "paper-low",
            Self::DiskLow => "disk-low",
            Self::Clock => "clock",
            Self::Queue => "queue",
            Self::Catalogue => "catalogue",
            Self::Certificate => "certificate",
        }
    }

    /// The kind for a word from [`AlertKind::as_str`]. Nothing for the word of a newer hub on the same database, whose
    /// alerts are passed over when they are read.
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == word)
    }
}

/// A trouble of a pillar that was told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Alert {
    /// The pillar.
    pub pillar: String,
    /// What is the matter.
    pub kind: AlertKind,
    /// When that began.
    pub began_at: Timestamp,
    /// When it was told.
    pub raised_at: Timestamp,
    /// When it was over; nothing as long as it is not.
    pub ended_at: Option<Timestamp>,
}

impl Alert {
    /// Whether it is the open one about something at a pillar.
    #[must_use]
    pub fn is_open_for(&self, pillar: &str, kind: AlertKind) -> bool {
        self.ended_at.is_none() && self.kind == kind && self.pillar == pillar
    }
}

/// Where a message goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Channel {
    /// To the e-mail addresses of the settings.
    Email,
    /// To the address of a program.
    Webhook,
}

impl Channel {
    /// The word in databases.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Email => "e-mail",
            Self::Webhook => "webhook",
        }
    }

    /// The channel for a word from [`Channel::as_str`].
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        [Self::Email, Self::Webhook].into_iter().find(|channel| channel.as_str() == word)
    }
}

/// What changed about alerts, to be kept all at once.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AlertChanges {
    /// Alerts that begin.
    pub raised: Vec<Alert>,
    /// Alerts that are over: of which pillar, what, and since when.
    pub ended: Vec<(String, AlertKind, Timestamp)>,
    /// Of which stop of the roll-out of a version is told, or that it goes on; of one that was ended nothing is kept.
    pub stops: Vec<(SystemVersion, Option<Timestamp>)>,
    /// Messages to give, in their order.
    pub messages: Vec<NewMessage>,
}

/// A message to give.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewMessage {
    /// Names it wherever it arrives, so that one that came twice is seen to have.
    pub id: Uuid,
    /// Where it goes.
    pub channel: Channel,
    /// What it says, as its channel writes it.
    pub body: String,
}

/// A message that is due.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DueMessage {
    /// The message.
    pub message: NewMessage,
    /// How often it was tried before.
    pub tries: u32,
    /// Since when it waits.
    pub since: Timestamp,
}

/// Keeps alerts. The contract of [`super::Store`] holds.
pub trait AlertStore {
    /// Whether `hub` watches until `until`: nobody else has the watch now. Who has it may have it longer.
    ///
    /// # Errors
    /// [`StoreError`]; then nothing is claimed.
    fn claim_watch(&self, hub: Uuid, now: Timestamp, until: Timestamp) -> Result<bool, StoreError>;

    /// Keeps what changed, all at once, when `hub` still has the watch at `now`; whether it had. An alert of a kind that
    /// is open at its pillar already is not opened again; one that is not open does not end.
    ///
    /// # Errors
    /// [`StoreError`]; then nothing is kept.
    fn keep_alerts(&self, hub: Uuid, changes: &AlertChanges, now: Timestamp) -> Result<bool, StoreError>;

    /// The open alerts, and those that were told at `since` or later, the newest first. Alerts of a kind that only a newer
    /// hub knows are not among them.
    ///
    /// # Errors
    /// [`StoreError`].
    fn alerts(&self, since: Timestamp) -> Result<Vec<Alert>, StoreError>;

    /// The newest alerts of a pillar, open ones first: at most `limit`. Alerts of a kind that only a newer hub knows are
    /// not among them.
    ///
    /// # Errors
    /// [`StoreError`].
    fn alerts_of(&self, pillar: &str, limit: u32) -> Result<Vec<Alert>, StoreError>;

    /// Messages that are due: at most `limit`, in their order. Nobody else gets them before `until`.
    ///
    /// # Errors
    /// [`StoreError`]; then nothing is claimed.
    fn claim_messages(
        &self,
        now: Timestamp,
        until: Timestamp,
        limit: u32,
    ) -> Result<Vec<DueMessage>, StoreError>;

    /// A message was given, or given up: it is forgotten.
    ///
    /// # Errors
    /// [`StoreError`]; then it is due again.
    fn end_message(&self, id: Uuid) -> Result<(), StoreError>;

    /// A message could not be given: it is due again at `next`, after one more try.
    ///
    /// # Errors
    /// [`StoreError`]; then it is due as it was claimed.
    fn retry_message(&self, id: Uuid, next: Timestamp) -> Result<(), StoreError>;

    /// Forgets alerts that were over before a moment; how many those were.
    ///
    /// # Errors
    /// [`StoreError`]; then nothing is forgotten.
    fn forget_alerts(&self, before: Timestamp) -> Result<u64, StoreError>;
}
