//! What reaches a service visit, and what it wants done.

use std::fmt;

use jiff::Timestamp;
use jiff::civil::Date;
use zeroize::Zeroizing;
use zuil_catalogue::Language;
use zuil_wire::{ServiceDeed, ServiceOutcome};

use crate::machine::Network;
use crate::visit::{Intent, PanelRow, ReaderKind, WhyNotPrinted};

/// Something that reached a service visit.
#[derive(Clone, Debug, PartialEq)]
pub enum Event {
    /// The technician touched or typed something.
    Did(Intent),
    /// Time passed.
    Tick,
    /// What a code opens, after [`Deed::Try`].
    Tried(Tried),
    /// How the pillar is, after [`Deed::Look`].
    Pillar(PillarFacts),
    /// How the machine is, after [`Deed::Look`].
    Machine(Box<MachineFacts>),
    /// What a test of a device found.
    Found(Found),
    /// What was found when everything was looked at, after [`Deed::Examine`].
    Examined(Vec<PanelRow>),
    /// What came of what was begun under this number.
    Ended(Number, End),
}

/// What a code opens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tried {
    /// The technician's pages, until then.
    Granted {
        /// The serial of the code.
        serial: u16,
        /// From then on it opens nothing.
        until: Timestamp,
    },
    /// Nothing: a digit is wrong, or it is another pillar's.
    Wrong {
        /// It was one too many: for so many minutes none is looked at.
        pause: Option<u64>,
    },
    /// Nothing: it is too old.
    Expired,
    /// Nothing: it was not looked at, because there were too many wrong ones, and is not for so many minutes.
    Pause {
        /// How many, at least 1.
        minutes: u64,
    },
    /// Nothing: the hub has not given this pillar a key yet.
    NoKey,
}

/// How the pillar is, as the runner knows it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PillarFacts {
    /// It serves residents. Where it cannot begin nobody knows of visits or of the hub, and nothing can be spoken.
    pub serves: bool,
    /// It has a binding that the technician may take away.
    pub is_enrolled: bool,
    /// Its name.
    pub name: String,
    /// The version of its catalogue.
    pub catalogue: String,
    /// Requests that the hub does not have yet.
    pub waiting: u64,
    /// The hub was reached a moment ago.
    pub online: bool,
    /// Visits of residents, since they are counted.
    pub visits: u64,
    /// Receipts of theirs that were printed since then.
    pub receipts: u64,
    /// Since when; nothing as long as there was none.
    pub counted_since: Option<Date>,
    /// Millimetres of the roll that were used; nothing without a printer.
    pub paper_used_mm: Option<u64>,
    /// How warm it is inside.
    pub celsius: Option<i16>,
    /// It has a printer.
    pub has_printer: bool,
    /// It has a card terminal.
    pub has_terminal: bool,
    /// It has a reader of identity documents.
    pub reads_documents: bool,
    /// It has a reader of waste passes.
    pub reads_passes: bool,
}

/// How the machine is. What is not known is not offered.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct MachineFacts {
    /// It runs the image: it can be started anew and reset.
    pub has_image: bool,
    /// The version of the image.
    pub system: Option<String>,
    /// Free bytes of the disk with the pillar's data.
    pub free: Option<u64>,
    /// Its lines to the world.
    pub network: Option<Network>,
    /// The stick, when the image tells of one that is there.
    pub stick: Option<StickFacts>,
    /// The brightness of the screen can be set.
    pub has_backlight: bool,
    /// Whether the data has a passphrase; nothing when it can have none.
    pub passphrase: Option<bool>,
}

/// A stick that is there.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct StickFacts {
    /// The version of the update on it.
    pub update: Option<String>,
}

/// What a test of a device found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Found {
    /// The test receipt is on paper; nothing when the printer did not confirm it.
    Printed(Option<Result<(), WhyNotPrinted>>),
    /// What the terminal's diagnosis found.
    Diagnosed(Diagnosis),
    /// Something was held against the reader; whether it could be read.
    Held(ReaderKind, bool),
}

/// What the terminal's diagnosis found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Diagnosis {
    /// It reaches the bank.
    Well,
    /// It failed with this code.
    Failed(u8),
    /// It is not there, or knows no diagnosis.
    Silent,
    /// Not while a payment's outcome is being found out.
    NotNow,
}

/// Which of all that takes time: two that were begun never have the same, so that what is told late of one is not taken
/// for what came of another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Number {
    /// Of which service visit, since the program started.
    pub(super) visit: u64,
    /// Which of that visit.
    pub(super) task: u64,
}

/// Something that takes time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Task {
    /// Looking for wireless networks.
    Search,
    /// Changing the network.
    Network,
    /// Writing the logs to a stick.
    Logs,
    /// Installing the update on the stick.
    Update,
    /// Turning the screen, or its brightness.
    Screen,
    /// Setting the passphrase.
    Passphrase,
    /// Taking the binding away.
    ReEnrol,
    /// Deleting everything.
    Reset,
    /// Starting the machine anew.
    Restart,
}

impl Task {
    /// What the log of service visits calls it; a search changes nothing and is not in it.
    pub(super) const fn deed(self) -> Option<ServiceDeed> {
        Some(match self {
            Self::Search => return None,
            Self::Network => ServiceDeed::ChangedNetwork,
            Self::Logs => ServiceDeed::WroteLogs,
            Self::Update => ServiceDeed::InstalledUpdate,
            Self::Screen => ServiceDeed::TurnedScreen,
            Self::Passphrase => ServiceDeed::SetPassphrase,
            Self::ReEnrol => ServiceDeed::ReEnrolled,
            Self::Reset => ServiceDeed::Reset,
            Self::Restart => ServiceDeed::Restarted,
        })
    }

    /// Whether the program ends when it is done, so that it is noted before it begins.
    pub(super) const fn ends_the_program(self) -> bool {
        matches!(self, Self::Screen | Self::ReEnrol | Self::Reset | Self::Restart)
    }

    /// Whether the machine goes down for it: it is done when nobody can be told any more.
    pub(super) const fn ends_the_machine(self) -> bool {
        matches!(self, Self::Reset | Self::Restart)
    }
}

/// What came of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    /// It is done.
    Done,
    /// The password is wrong.
    Password,
    /// There is no such network.
    NotFound,
    /// The network gives no address.
    NoAddress,
    /// The machine has nothing for it.
    NoDevice,
    /// There is no SIM card.
    NoSim,
    /// The PIN is wrong.
    Pin,
    /// There is no room for it.
    NoRoom,
    /// It is not newer than what runs.
    Older,
    /// It is not the municipality's, or it is damaged.
    NotGenuine,
    /// Nobody said in time what came of it.
    NoAnswer,
    /// It did not work.
    Failed,
}

/// What is to be changed of the network.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NetworkWish {
    /// Look for wireless networks.
    Search,
    /// Be in this one.
    Wifi {
        /// Its name.
        ssid: String,
        /// Its password, when it has one.
        password: Option<Secret>,
    },
    /// Use the mobile network.
    Mobile {
        /// The access point's name.
        apn: String,
        /// The PIN of the SIM card, when it has one.
        pin: Option<Secret>,
    },
    /// Use the cable. Without an address it is given one.
    Cable {
        /// With the length of its network, such as `192.0.2.7/24`.
        address: Option<String>,
        /// The way into the world.
        gateway: Option<String>,
        /// Whom names are asked of.
        dns: Option<String>,
    },
}

/// Something that a service visit wants done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Deed {
    /// Look what a code of twelve digits opens; answer [`Event::Tried`].
    Try(Secret),
    /// Note something for the hub, durably, before anything that comes after it is done.
    Note(ServiceDeed, ServiceOutcome),
    /// Tell how pillar and machine are; answer [`Event::Pillar`] and [`Event::Machine`].
    Look,
    /// Print a test receipt; answer [`Found::Printed`].
    PrintTest,
    /// Have the terminal look at itself; answer [`Found::Diagnosed`].
    Diagnose,
    /// Listen to a reader for one reading; answer [`Found::Held`].
    Listen(ReaderKind),
    /// Listen to no reader.
    Ignore,
    /// There is a new roll in the printer.
    NewRoll,
    /// Look at everything, and say it in this language; answer [`Event::Examined`].
    Examine(Language),
    /// Do what takes time; answer [`Event::Ended`] with the same number.
    Begin(Number, Work),
    /// The service visit is over.
    Close,
}

/// What takes time, as it is to be done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Work {
    /// Change the network.
    Network(NetworkWish),
    /// Write the logs to the stick.
    WriteLogs,
    /// Have the image install the update on the stick.
    InstallUpdate,
    /// Turn what is on the screen by so many quarters, clockwise: 0 to 3.
    Turn(u8),
    /// How bright the screen is, of a hundred.
    Brightness(u8),
    /// Set the passphrase of the data.
    Passphrase(Secret),
    /// Take the binding away, and begin as a pillar that is not enrolled.
    ReEnrol,
    /// Delete everything that the pillar keeps.
    Reset,
    /// Start the machine anew.
    Restart,
}

impl Work {
    /// What it is called on the screen and in the log.
    #[must_use]
    pub const fn task(&self) -> Task {
        match self {
            Self::Network(NetworkWish::Search) => Task::Search,
            Self::Network(_) => Task::Network,
            Self::WriteLogs => Task::Logs,
            Self::InstallUpdate => Task::Update,
            Self::Turn(_) | Self::Brightness(_) => Task::Screen,
            Self::Passphrase(_) => Task::Passphrase,
            Self::ReEnrol => Task::ReEnrol,
            Self::Reset => Task::Reset,
            Self::Restart => Task::Restart,
        }
    }
}

/// Something typed that nobody else may read. It is wiped when it is dropped, and shows nothing.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Secret(Zeroizing<String>);

impl Secret {
    /// This text.
    #[must_use]
    pub fn of(text: &str) -> Self {
        Self(Zeroizing::new(text.to_owned()))
    }

    /// The text.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(..)")
    }
}
