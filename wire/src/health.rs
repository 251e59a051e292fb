//! How a pillar is: what its devices can do, what waits in it, and which payments nobody can prove
//! yet. The hub's answer brings back what staff have found out about those.
//!
//! `POST /v1/report` over mutual TLS carries a [`HealthReport`]; the hub keeps the newest of each
//! pillar and answers with a [`HealthAnswer`]. A report holds nothing of a resident: references are
//! those of the staff's own worklist.

use std::ops::RangeInclusive;

use jiff::Timestamp;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::lenient::known_items;
use crate::versions::{WITH_CLOCK_AND_STORAGE, WITH_SYSTEM, WITH_USE_AND_TREATMENT};
use crate::{Cents, Order, PaymentState, Reference, SealKeyNotice, SystemOffer, SystemReport};

/// How a pillar is at one moment.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct HealthReport {
    /// The version of the protocol.
    #[cfg_attr(feature = "schema", schemars(range(min = 1, max = 5)))]
    pub version: u16,
    /// The pillar's clock.
    pub at: Timestamp,
    /// The version of the pillar's program.
    pub program: String,
    /// The version of its catalogue.
    pub catalogue: String,
    /// Its devices, each at most once; one that the pillar does not have is not there.
    pub devices: Vec<DeviceReport>,
    /// What is known of the paper; nothing when the pillar has no printer.
    pub paper: Option<Paper>,
    /// Transactions that the hub does not have yet.
    pub waiting: u64,
    /// Payments whose outcome is not known, the oldest first. As long as there is one, the pillar takes
    /// no cards.
    #[cfg_attr(feature = "schema", schemars(length(max = 64)))]
    pub open_payments: Vec<OpenPayment>,
    /// How many seconds the clock on the pillar's wall is ahead of the time that the hub taught it (or
    /// behind, when negative). Nothing when it is right, or when there is no telling. `at` and all else
    /// in the report is by the taught time. From version 2 on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub clock_off_seconds: Option<i64>,
    /// How its outbox is. From version 2 on; an older pillar does not tell.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub storage: Option<StorageReport>,
    /// The id of the only sealing key to which anything at this pillar is sealed, or will be. Nothing
    /// while something may wait that is sealed to an older one, or when the hub has not told of its
    /// newest: an older hub does not know this field.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seal_key: Option<String>,
    /// Why the newest published catalogue is not put into use, for people to read. Nothing when it is, and
    /// when the hub has not told of one: an older hub does not know this field.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub catalogue_refused: Option<String>,
    /// Whether somebody is at the pillar now: a visit goes on. From version 3 on; an older pillar does not tell.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub in_use: Option<bool>,
    /// How warm it is inside the pillar, in whole degrees Celsius. Nothing when its machine cannot tell. From
    /// version 3 on; an older pillar does not tell.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(range(min = -60, max = 150)))]
    pub celsius: Option<i16>,
    /// Which system runs on its machine, and what is known of its update. Nothing where none is updated as a whole. From
    /// version 4 on; an older pillar does not tell.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub system: Option<SystemReport>,
}

impl HealthReport {
    /// The most open payments in one report; there are hardly ever two.
    pub const MAX_OPEN_PAYMENTS: usize = 64;
    /// The longest reason for which a catalogue is refused, in letters.
    pub const LONGEST_REASON: usize = 300;
    /// The largest report, in bytes.
    pub const MAX_BYTES: usize = 64 * 1024;
    /// No pillar that tells this is colder or warmer inside; a sensor that says otherwise lies.
    pub const CELSIUS: RangeInclusive<i16> = -60..=150;

    /// Whether another report says nothing new. A clock that went on is no news, and neither is that it is
    /// warmer or colder than before.
    #[must_use]
    pub fn says_the_same(&self, other: &Self) -> bool {
        Self { at: other.at, celsius: other.celsius, ..self.clone() } == *other
    }

    /// Whether the only news in another report is, at most, that somebody came or went.
    #[must_use]
    pub fn says_the_same_but_for_use(&self, other: &Self) -> bool {
        Self { in_use: other.in_use, ..self.clone() }.says_the_same(other)
    }

    /// The report in a version of the protocol, without what that one does not know.
    #[must_use]
    pub fn in_version(mut self, version: u16) -> Self {
        self.version = version;
        if version < WITH_CLOCK_AND_STORAGE {
            self.clock_off_seconds = None;
            self.storage = None;
        }
        if version < WITH_USE_AND_TREATMENT {
            self.in_use = None;
            self.celsius = None;
        }
        if version < WITH_SYSTEM {
            self.system = None;
        }
        self
    }
}

/// A device of a pillar.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Device {
    /// The receipt printer.
    Printer,
    /// The card terminal.
    Terminal,
    /// The reader of identity documents.
    DocumentReader,
    /// The reader of waste passes.
    PassReader,
}

/// How a device is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum DeviceState {
    /// It was not asked yet.
    Unknown,
    /// It works.
    Ready,
    /// It works, and its paper is nearly used up.
    PaperNearEnd,
    /// Its paper is used up.
    PaperOut,
    /// Its cover is open.
    CoverOpen,
    /// Its cutter is stuck.
    CutterError,
    /// It works, and takes no cards until a payment's outcome is known.
    Blocked,
    /// It is not there, or does not answer.
    Offline,
}

/// One device.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct DeviceReport {
    /// Which.
    pub device: Device,
    /// How it is.
    pub state: DeviceState,
    /// Since when, by the pillar's clock.
    pub since: Timestamp,
}

/// The paper of a receipt printer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Paper {
    /// How much was printed since the roll was changed, in millimetres.
    pub used_mm: u64,
    /// How much a full roll holds, in millimetres.
    pub roll_mm: u64,
    /// The first day on which there may be none left, by the use of the last weeks; nothing as long as
    /// too little was printed to tell.
    pub empty_on: Option<Date>,
}

/// A payment whose outcome is not known.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct OpenPayment {
    /// Names the payment.
    pub payment: Uuid,
    /// The reference of its transaction.
    pub reference: Reference,
    /// How much was to be charged.
    pub amount: Cents,
    /// When, by the pillar's clock.
    pub at: Timestamp,
    /// The receipt number that the terminal told when it had charged; nothing when it never came to
    /// that.
    pub receipt_number: Option<u16>,
}

/// How a pillar's outbox is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct StorageReport {
    /// For how many more transactions there is room, as far as that is worth telling: at most 1000, in
    /// hundreds from 200 on, in tens below. It is less than [`StorageReport::RESERVE`] exactly when the
    /// pillar begins no visit for that.
    pub room_for: u32,
    /// What was tried most often in vain of that which waits.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tried: Option<Tried>,
    /// What was saved of an outbox that was damaged, the last time that happened.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub salvaged: Option<Salvaged>,
}

impl StorageReport {
    /// With room for fewer transactions a pillar begins no visit.
    pub const RESERVE: u32 = 100;
}

/// What was saved of a damaged outbox.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Salvaged {
    /// When, by the pillar's clock.
    pub at: Timestamp,
    /// How many transactions could be read, those that the hub has among them.
    pub kept: u32,
    /// Whether something could not be read: a request, or a payment. The pillar then takes no cards until a
    /// person at it has agreed.
    pub unreadable: bool,
}

/// How often something was tried to be told to the hub in vain.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Tried {
    /// The transaction.
    pub id: Uuid,
    /// How often.
    pub tries: u32,
    /// When it was last tried, by the pillar's clock.
    pub last: Timestamp,
    /// Why that failed, at most 200 characters.
    pub why: String,
}

/// The hub's answer to a report.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct HealthAnswer {
    /// The hub's clock.
    pub now: Timestamp,
    /// What staff have found out about open payments of this report. A word that this build does not know
    /// decides nothing.
    #[serde(deserialize_with = "known_items")]
    pub settled: Vec<SettledByStaff>,
    /// The newest sealing key. An older hub does not tell, an older pillar does not listen.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seal_key: Option<SealKeyNotice>,
    /// The serial of the newest catalogue that was published. Nothing when none was; an older hub does not
    /// tell, an older pillar does not listen.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub catalogue: Option<u64>,
    /// What technicians ordered and the pillar has not done yet. One that this build does not know is not carried
    /// out. An older hub does not tell, an older pillar does not listen.
    #[serde(default, skip_serializing_if = "Vec::is_empty", deserialize_with = "known_items")]
    pub orders: Vec<Order>,
    /// The mark of the referrals that the pillar may open now: with another one than before it fetches them. Nothing
    /// when there are none; an older hub does not tell, an older pillar does not listen.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub referrals: Option<String>,
    /// A number that rises when it changed how a transaction of this pillar stands: then it is worth asking
    /// ([`crate::StandingRequest`]). An older hub does not tell, an older pillar does not listen.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub standing: Option<u64>,
    /// The system that this pillar should have. Nothing when it should keep what it has; an older hub does not tell, an
    /// older pillar does not listen.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub system: Option<SystemOffer>,
    /// The number of the key of this pillar's service codes: with another one than before it fetches that. An older hub
    /// does not tell, an older pillar does not listen.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub service_key: Option<u32>,
}

/// What a person at the municipality found out about a payment, for example from the bank's list.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct SettledByStaff {
    /// The payment.
    pub payment: Uuid,
    /// `paid` or `not_paid`; a pillar ignores anything else.
    pub state: PaymentState,
}
