//! The words of a service visit, in the technician's language.
//!
//! Invariant: every text is said by [`Words::say`], [`Words::fill`] or [`Words::count`] with its key beside it, where a
//! test finds it.

use zuil_catalogue::Language;

use super::event::{End, Task};
use crate::machine::{LinkKind, LinkState};
use crate::texts;
use crate::visit::{PanelChoice, PanelMark, PanelRow, PanelView, WhyNotPrinted};

/// Says things in a language.
#[derive(Clone, Copy, Debug)]
pub(super) struct Words(pub(super) Language);

impl Words {
    /// A text.
    pub(super) fn say(self, key: &'static str) -> String {
        texts::say(self.0, key).to_owned()
    }

    /// A text with values in it.
    pub(super) fn fill(self, key: &'static str, values: &[(&str, &str)]) -> String {
        texts::fill(texts::say(self.0, key), values)
    }

    /// So many of something; `{n}` says how many.
    pub(super) fn count(self, one: &'static str, many: &'static str, n: u64) -> String {
        texts::count(self.0, one, many, n)
    }

    /// Yes or no.
    pub(super) fn yes_or_no(self, yes: bool) -> String {
        if yes { self.say("Yes") } else { self.say("No") }
    }

    /// A length of paper.
    pub(super) fn metres(self, millimetres: u64) -> String {
        self.count("{n} metre", "{n} metres", millimetres / 1000)
    }

    /// What is being done.
    pub(super) fn busy(self, task: Task) -> String {
        match task {
            Task::Search => self.say("Searching for wireless networks"),
            Task::Network => self.say("Setting up the network"),
            Task::Logs => self.say("Writing the logs to the stick"),
            Task::Update => self.say("Installing the update"),
            Task::Screen => self.say("Setting the screen"),
            Task::Passphrase => self.say("Setting the passphrase"),
            Task::ReEnrol => self.say("Taking the binding away"),
            Task::Reset => self.say("Deleting everything"),
            Task::Restart => self.say("Starting the machine anew"),
        }
    }

    /// What came of it, and what to do.
    pub(super) fn end(self, task: Task, end: End) -> String {
        match end {
            End::Done if task == Task::Update => {
                self.say("The update is written. Start the machine anew to begin with it.")
            }
            End::Done if task == Task::Logs => {
                self.say("The logs are on the stick. Only the hub can open them. You can take the stick out.")
            }
            End::Done => self.say("It is done."),
            End::Password => self.say("The password is wrong. Please type it again."),
            End::NotFound => self.say("There is no such network here any more. Please search again."),
            End::NoAddress => {
                self.say("The network gives no address. Ask who manages it, or type a fixed address.")
            }
            End::NoDevice => self.say("This machine has nothing for it."),
            End::NoSim => self.say("There is no SIM card. Put one in and try again."),
            End::Pin => {
                self.say("The code of the SIM card is wrong. After three wrong ones the card is blocked.")
            }
            End::NoRoom if task == Task::Update => self.say("There is no room for it on the disk."),
            End::Older => self.say("It is refused: it is not newer than what runs."),
            End::NotGenuine => self.say("It is refused: it is not the municipality's, or it is damaged."),
            End::NoRoom => self.say("The stick is full. Take another one."),
            End::NoAnswer => self.say("Nobody said in time what came of it. Look here again in a minute."),
            End::Failed => self.say("It did not work. Look at the log of the pillar, and try again."),
        }
    }

    /// Over what a line goes.
    pub(super) fn link(self, kind: LinkKind) -> String {
        match kind {
            LinkKind::Ethernet => self.say("Network cable"),
            LinkKind::Wifi => self.say("Wireless network"),
            LinkKind::Mobile => self.say("Mobile network"),
            LinkKind::Other => self.say("Another line"),
        }
    }

    /// How a line is.
    pub(super) fn link_state(self, state: LinkState) -> (String, PanelMark) {
        match state {
            LinkState::Connected => (self.say("connected"), PanelMark::Good),
            LinkState::Connecting => (self.say("connecting"), PanelMark::Busy),
            LinkState::Off => (self.say("not in use"), PanelMark::None),
            LinkState::NoCable => (self.say("no cable"), PanelMark::Attention),
            LinkState::Failed => (self.say("failed"), PanelMark::Bad),
            LinkState::Unknown => (self.say("not known"), PanelMark::None),
        }
    }

    /// Why a receipt was not printed.
    pub(super) fn not_printed(self, why: WhyNotPrinted) -> String {
        match why {
            WhyNotPrinted::PaperOut => self.say("The roll is empty. Put in a new one."),
            WhyNotPrinted::CoverOpen => self.say("The cover is open. Close it until it clicks."),
            WhyNotPrinted::Cutter => self.say("The cutter is stuck. Switch the printer off and on."),
            WhyNotPrinted::Offline => {
                self.say("The printer does not answer. Look at its power and its cable.")
            }
        }
    }
}

/// A page with a title.
pub(super) fn titled(title: String) -> PanelView {
    PanelView { title, ..PanelView::default() }
}

/// Something that can be touched.
pub(super) const fn choice(label: String) -> PanelChoice {
    PanelChoice { label, note: String::new(), enabled: true, dangerous: false }
}

/// Something that can be touched and not be undone.
pub(super) const fn danger(label: String) -> PanelChoice {
    PanelChoice { label, note: String::new(), enabled: true, dangerous: true }
}

/// Something that was found.
pub(super) const fn row(label: String, value: String, mark: PanelMark) -> PanelRow {
    PanelRow { label, value, mark }
}
