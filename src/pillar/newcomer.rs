//! What a pillar without a binding shows: it asks a technician for the address of the hub and for the code.
//!
//! Invariant: it knows no clock, network or file; it says what was asked of it and what to do about what went wrong,
//! in the language of the screen. It is a question like those of residents, with the same keys, sizes and focus.

use zeroize::Zeroizing;
use zuil_catalogue::Language;
use zuil_wire::enrolment::CodeRefusal;

use crate::sync::{EnrolError, Step, SyncError};
use crate::texts::say;
use crate::visit::{
    Control, Field, FieldLabel, Intent, Keyboard, OutOfService, Overlay, Progress, QuestionView, Screen,
    TextSize, View,
};

/// The longest address, in characters.
const LONGEST_ADDRESS: usize = 120;
/// The letters of a code, without what separates its groups.
const CODE: usize = 18;
/// Letters in a group of it.
const GROUP: usize = 6;

/// What was asked of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Wish {
    /// Nothing but what it shows now.
    Nothing,
    /// To enrol with what was typed.
    Enrol,
}

/// Which of its two questions it asks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Asks {
    Hub,
    Code,
}

/// A pillar that is not enrolled.
pub(super) struct Newcomer {
    asks: Asks,
    hub: String,
    code: Zeroizing<String>,
    busy: Option<Step>,
    /// What went wrong, as a key of the texts.
    trouble: Option<&'static str>,
    language: Language,
    text_size: TextSize,
    dark: bool,
    choosing_language: bool,
}

impl Newcomer {
    pub(super) fn new() -> Self {
        Self {
            asks: Asks::Hub,
            hub: String::new(),
            code: Zeroizing::default(),
            busy: None,
            trouble: None,
            language: Language::default(),
            text_size: TextSize::default(),
            dark: false,
            choosing_language: false,
        }
    }

    /// The address and the code that were typed.
    pub(super) fn typed(&self) -> (String, Zeroizing<String>) {
        (self.hub.clone(), self.code.clone())
    }

    pub(super) fn handle(&mut self, intent: &Intent) -> Wish {
        match intent {
            Intent::ChooseLanguage(language) => {
                (self.language, self.choosing_language) = (*language, false);
            }
            Intent::ToggleLanguages => self.choosing_language = !self.choosing_language,
            Intent::Resume => self.choosing_language = false,
            Intent::ToggleContrast => self.dark = !self.dark,
            Intent::TurnTextSize => {
                self.text_size = match self.text_size {
                    TextSize::Normal => TextSize::Large,
                    TextSize::Large => TextSize::Largest,
                    TextSize::Largest => TextSize::Normal,
                };
            }
            Intent::Type(c) if self.busy.is_none() => self.types(*c),
            Intent::Erase if self.busy.is_none() => {
                self.trouble = None;
                let typed = match self.asks {
                    Asks::Hub => &mut self.hub,
                    Asks::Code => &mut *self.code,
                };
                typed.pop();
            }
            Intent::Back if self.busy.is_none() => (self.asks, self.trouble) = (Asks::Hub, None),
            Intent::Next if self.can_go_on() => return self.goes_on(),
            _ => {}
        }
        Wish::Nothing
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

    pub(super) fn view(&self) -> View {
        let mut view = View::out_of_service(OutOfService::NotEnrolled);
        let frame = &mut view.frame;
        (frame.language, frame.text_size, frame.dark) = (self.language, self.text_size, self.dark);
        frame.overlay = self.choosing_language.then_some(Overlay::Languages);
        frame.can_go_back = self.asks == Asks::Code && self.busy.is_none();
        frame.can_go_on = self.can_go_on();
        frame.progress = Some(Progress { step: if self.asks == Asks::Hub { 1 } else { 2 }, of: 2 });
        view.screen = Screen::Question(self.question());
        view
    }

    fn question(&self) -> QuestionView {
        let (title, help, value, max, keyboard) = match self.asks {
            Asks::Hub => (
                "At which address is the hub of this pillar?",
                "For the technician: the address stands beside the code at the hub.",
                self.hub.clone(),
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
            title: say(self.language, title).to_owned(),
            help: say(self.language, help).to_owned(),
            optional: false,
            control: Control::Fields { fields: vec![field], cursor: 0, keyboard, found: String::new() },
            expected: None,
        }
    }

    fn types(&mut self, c: char) {
        self.trouble = None;
        match self.asks {
            Asks::Hub if self.hub.chars().count() < LONGEST_ADDRESS => self.hub.push(c),
            Asks::Code if self.code.len() < CODE && c.is_ascii_alphanumeric() => {
                self.code.push(c.to_ascii_uppercase());
            }
            _ => {}
        }
    }

    fn can_go_on(&self) -> bool {
        let typed = match self.asks {
            Asks::Hub => self.hub.trim(),
            Asks::Code => self.code.as_str(),
        };
        self.busy.is_none() && !typed.is_empty()
    }

    fn goes_on(&mut self) -> Wish {
        self.trouble = None;
        match self.asks {
            Asks::Hub => {
                self.asks = Asks::Code;
                Wish::Nothing
            }
            Asks::Code => Wish::Enrol,
        }
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

#[cfg(test)]
mod gallery;
#[cfg(test)]
pub(crate) use gallery::samples;

#[cfg(test)]
mod tests {
    use super::*;
    use zuil_wire::NotACode;

    fn types(newcomer: &mut Newcomer, text: &str) {
        for c in text.chars() {
            assert_eq!(newcomer.handle(&Intent::Type(c)), Wish::Nothing);
        }
    }

    fn question(newcomer: &Newcomer) -> QuestionView {
        let Screen::Question(question) = newcomer.view().screen else { panic!("no question") };
        question
    }

    fn shown(newcomer: &Newcomer) -> String {
        let Control::Fields { fields, .. } = question(newcomer).control else { panic!("no field") };
        fields[0].value.clone()
    }

    /// With an address and a code typed, small letters and all.
    fn filled_in() -> Newcomer {
        let mut newcomer = Newcomer::new();
        types(&mut newcomer, "hub.example.nl:8443");
        newcomer.handle(&Intent::Next);
        types(&mut newcomer, "7k3m-q9xa 2ft01bcdefg");
        newcomer
    }

    #[test]
    fn it_asks_for_the_address_and_then_for_the_code_and_shows_that_in_its_groups() {
        let mut newcomer = Newcomer::new();
        assert!(!newcomer.view().frame.can_go_on && !newcomer.view().frame.can_go_back);
        assert_eq!(newcomer.handle(&Intent::Next), Wish::Nothing, "nothing was typed");
        newcomer = filled_in();
        assert_eq!(shown(&newcomer), "7K3MQ9-XA2FT0-1BCDEF");
        assert_eq!(newcomer.handle(&Intent::Next), Wish::Enrol);
        let (hub, code) = newcomer.typed();
        assert_eq!((hub.as_str(), code.as_str()), ("hub.example.nl:8443", "7K3MQ9XA2FT01BCDEF"));
    }

    #[test]
    fn one_can_go_back_and_nothing_is_lost() {
        let mut newcomer = filled_in();
        newcomer.handle(&Intent::Erase);
        assert_eq!(shown(&newcomer), "7K3MQ9-XA2FT0-1BCDE");
        newcomer.handle(&Intent::Back);
        assert_eq!(shown(&newcomer), "hub.example.nl:8443");
        newcomer.handle(&Intent::Next);
        assert_eq!(shown(&newcomer), "7K3MQ9-XA2FT0-1BCDE");
    }

    #[test]
    fn nothing_can_be_changed_while_it_is_being_enrolled_and_it_says_how_far_it_is() {
        let mut newcomer = filled_in();
        let mut said = Vec::new();
        for step in [Step::Greeting, Step::Asking, Step::Keeping] {
            newcomer.is_busy_with(step);
            said.push(question(&newcomer).help);
            for intent in [Intent::Next, Intent::Back, Intent::Erase, Intent::Type('9')] {
                assert_eq!(newcomer.handle(&intent), Wish::Nothing);
            }
            assert_eq!(shown(&newcomer), "7K3MQ9-XA2FT0-1BCDEF");
            assert!(!newcomer.view().frame.can_go_on && !newcomer.view().frame.can_go_back);
        }
        said.dedup();
        assert_eq!(said.len(), 3);
    }

    #[test]
    fn what_went_wrong_is_said_with_what_to_do_until_somebody_types() {
        let mut newcomer = filled_in();
        let plain = question(&newcomer).help;
        newcomer.is_busy_with(Step::Greeting);
        newcomer.failed(&EnrolError::Code(NotACode::Check));
        let said = question(&newcomer).help;
        assert!(said != plain && newcomer.view().frame.can_go_on);
        newcomer.handle(&Intent::Erase);
        assert_eq!(question(&newcomer).help, plain);
        newcomer.failed(&EnrolError::Address);
        assert_eq!(shown(&newcomer), "hub.example.nl:8443", "where it can be put right");
    }

    #[test]
    fn everything_is_said_in_every_language() {
        let troubles = [
            EnrolError::Address,
            EnrolError::Code(NotACode::Check),
            EnrolError::NotProved,
            EnrolError::Refused(CodeRefusal::Expired),
            EnrolError::Refused(CodeRefusal::OpenPayments),
            EnrolError::Refused(CodeRefusal::NameTaken),
            EnrolError::Wait(std::time::Duration::from_secs(9)),
            EnrolError::Line(SyncError::Unreachable(String::new())),
            EnrolError::Line(SyncError::NoHub(404)),
            EnrolError::NoBinding("made up"),
        ];
        let mut english = filled_in();
        english.handle(&Intent::ChooseLanguage(Language::En));
        for language in Language::ALL.into_iter().filter(|language| *language != Language::En) {
            let mut newcomer = filled_in();
            newcomer.handle(&Intent::ToggleLanguages);
            assert_eq!(newcomer.view().frame.overlay, Some(Overlay::Languages));
            newcomer.handle(&Intent::ChooseLanguage(language));
            assert_eq!((newcomer.view().frame.overlay, newcomer.view().frame.language), (None, language));
            for trouble in &troubles {
                newcomer.failed(trouble);
                english.failed(trouble);
                assert_ne!(question(&newcomer).title, question(&english).title, "{language:?}");
                assert_ne!(question(&newcomer).help, question(&english).help, "{language:?}");
            }
        }
    }
}
