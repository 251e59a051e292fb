//! The two questions of a pillar without a binding: the address of the hub, and the code. Both can come at once, from a QR
//! code that a reader types as a keyboard does.
//!
//! Invariant: nothing can be changed while the pillar is being enrolled; what went wrong is said with what to do.

use zeroize::Zeroizing;
use zuil_catalogue::Language;
use zuil_wire::enrolment::CodeRefusal;

use super::link::{self, LONGEST_LINK, Link};
use crate::sync::{EnrolError, Step, SyncError};
use crate::texts::say;
use crate::visit::{Control, Field, FieldLabel, Intent, Keyboard, QuestionView};

/// The longest address, in characters.
pub(super) const LONGEST_ADDRESS: usize = 120;
/// The letters of a code, without what separates its groups.
pub(super) const CODE: usize = 18;
/// Letters in a group of it.
const GROUP: usize = 6;

/// Which of its two questions it asks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Asks {
    #[default]
    Hub,
    Code,
}

/// The questions, and what was typed so far.
#[derive(Default)]
pub(super) struct AsksHub {
    asks: Asks,
    hub: Zeroizing<String>,
    code: Zeroizing<String>,
    /// All that was typed where the code is asked for: it may be what a QR code says.
    scanned: Zeroizing<String>,
    busy: Option<Step>,
    /// What went wrong, as a key of the texts.
    trouble: Option<&'static str>,
}

impl AsksHub {
    /// The address and the code that were typed.
    pub(super) fn typed(&self) -> (String, Zeroizing<String>) {
        (self.hub.to_string(), self.code.clone())
    }

    /// The address that was typed before a restart.
    pub(super) fn remembers(&mut self, hub: &str) {
        hub.clone_into(&mut self.hub);
    }

    /// Whether it asks the first of its questions, and nothing is going on.
    pub(super) fn is_at_first(&self) -> bool {
        self.asks == Asks::Hub && self.busy.is_none()
    }

    /// Which question it asks, from 1, of two.
    pub(super) fn step(&self) -> usize {
        if self.asks == Asks::Hub { 1 } else { 2 }
    }

    pub(super) fn can_go_back(&self) -> bool {
        self.asks == Asks::Code && self.busy.is_none()
    }

    pub(super) fn can_go_on(&self) -> bool {
        let typed = match self.asks {
            Asks::Hub => self.hub.trim(),
            Asks::Code => self.code.as_str(),
        };
        self.busy.is_none() && !typed.is_empty()
    }

    /// Takes what the technician does; whether the pillar is to be enrolled with what was typed.
    pub(super) fn handle(&mut self, intent: &Intent) -> bool {
        match intent {
            Intent::Type(c) if self.busy.is_none() => self.types(*c),
            Intent::Erase if self.busy.is_none() => {
                self.forget_what_was_said();
                let typed = match self.asks {
                    Asks::Hub => &mut self.hub,
                    Asks::Code => &mut self.code,
                };
                typed.pop();
            }
            Intent::Back if self.busy.is_none() => {
                self.forget_what_was_said();
                self.asks = Asks::Hub;
            }
            Intent::Next if self.can_go_on() => return self.goes_on(),
            _ => {}
        }
        false
    }

    /// Nobody stands here any more: whoever comes next reads no code.
    pub(super) fn is_left_alone(&mut self) {
        (self.code, self.scanned) = (Zeroizing::default(), Zeroizing::default());
        if link::is_begun(&self.hub) || link::read(&self.hub).is_some() {
            self.hub = Zeroizing::default();
        }
    }

    /// It is being enrolled, so far.
    pub(super) fn is_busy_with(&mut self, step: Step) {
        (self.busy, self.trouble) = (Some(step), None);
    }

    /// It was not enrolled.
    pub(super) fn failed(&mut self, error: &EnrolError) {
        (self.busy, self.trouble) = (None, Some(remedy(error)));
        if matches!(error, EnrolError::Address) {
            self.asks = Asks::Hub;
        }
    }

    pub(super) fn question(&self, language: Language) -> QuestionView {
        let (title, help, value, max, keyboard) = match self.asks {
            Asks::Hub => (
                "At which address is the hub of this pillar?",
                "For the technician: the address stands beside the code at the hub.",
                self.hub.to_string(),
                LONGEST_ADDRESS,
                Keyboard::Letters,
            ),
            Asks::Code => (
                "Which code was made for this pillar?",
                "Type all 18 letters and digits. The code is good for an hour, and once.",
                in_groups(&self.code),
                CODE + CODE / GROUP - 1,
                Keyboard::Postcode,
            ),
        };
        let help = self.trouble.or(self.busy.map(progress)).unwrap_or(help);
        let field = Field { label: FieldLabel::Answer, value, multiline: false, max };
        QuestionView {
            title: say(language, title).to_owned(),
            help: say(language, help).to_owned(),
            optional: false,
            control: Control::Fields { fields: vec![field], cursor: 0, keyboard, found: String::new() },
            expected: None,
        }
    }

    fn types(&mut self, c: char) {
        self.trouble = None;
        match self.asks {
            Asks::Hub => {
                let most = if link::is_begun(&self.hub) { LONGEST_LINK } else { LONGEST_ADDRESS };
                if self.hub.chars().count() < most {
                    self.hub.push(c);
                }
            }
            Asks::Code => {
                if self.scanned.len() < LONGEST_LINK {
                    self.scanned.push(c);
                }
                if self.code.len() < CODE && c.is_ascii_alphanumeric() {
                    self.code.push(c.to_ascii_uppercase());
                }
            }
        }
    }

    fn goes_on(&mut self) -> bool {
        let scanned = match self.asks {
            Asks::Hub => link::read(&self.hub),
            Asks::Code => link::read(&self.scanned),
        };
        let was = self.asks;
        self.forget_what_was_said();
        self.asks = Asks::Code;
        if let Some(Link { hub, code }) = scanned {
            (self.hub, self.code) = (hub, code);
            return true;
        }
        was == Asks::Code
    }

    fn forget_what_was_said(&mut self) {
        self.trouble = None;
        self.scanned = Zeroizing::default();
    }
}

fn in_groups(code: &str) -> String {
    let letters: Vec<char> = code.chars().collect();
    let groups: Vec<String> = letters.chunks(GROUP).map(|group| group.iter().collect()).collect();
    groups.join("-")
}

const fn progress(step: Step) -> &'static str {
    match step {
        Step::Greeting => "One moment. We are looking for the hub.",
        Step::Asking => "The hub knows the code. We are asking for the certificate.",
        Step::Keeping => "We are keeping the certificate.",
    }
}

/// What to do about what went wrong.
const fn remedy(error: &EnrolError) -> &'static str {
    match error {
        EnrolError::Address => "This is no address. Type it as it stands beside the code at the hub.",
        EnrolError::Code(_) => "The code is not whole, or a letter is wrong. Compare it group by group.",
        EnrolError::NotProved | EnrolError::Refused(CodeRefusal::Unknown | CodeRefusal::WrongProof) => {
            "The hub does not know this code. Compare the address and the code, or make another code."
        }
        EnrolError::Refused(CodeRefusal::OpenPayments) => {
            "This pillar has payments to settle. Decide about them at the hub first."
        }
        EnrolError::Refused(CodeRefusal::NameTaken) => {
            "Another pillar has that name. Make a code with another name at the hub."
        }
        EnrolError::Refused(_) => "This code cannot be used any more. Make another code at the hub.",
        EnrolError::Wait(_) => "There were too many wrong codes. Wait a quarter of an hour.",
        EnrolError::Line(SyncError::Unreachable(_) | SyncError::Busy { .. }) => {
            "The hub cannot be reached. Look at the network and at the address."
        }
        EnrolError::HubsClock(_) => "The clock of the hub is wrong. Have it put right at the hub first.",
        EnrolError::Line(_) => "There is no hub at this address, or another one. Compare the address.",
        EnrolError::Keys(_) | EnrolError::NotKept { .. } => {
            "The pillar cannot keep anything. Look at its disk and its log."
        }
        EnrolError::Bound | EnrolError::NoBinding(_) => {
            "It did not work. Look at the logs of the pillar and the hub."
        }
    }
}
