//! Technicians who set a pillar up at its screen: what they type, what goes wrong, and what they are told.

use zuil_wire::NotACode;
use zuil_wire::enrolment::CodeRefusal;

use super::*;
use crate::sync::SyncError;
use crate::visit::{Control, QuestionView};

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

/// Types what a reader for QR codes types, all at once and with the key that ends it.
fn scans(newcomer: &mut Newcomer, text: &str) -> Wish {
    types(newcomer, text);
    newcomer.handle(&Intent::Next)
}

#[test]
fn a_qr_code_that_is_read_says_both_whichever_is_asked_for() {
    let link = format!(
        "zuil-enrol:?hub=https://hub.example.nl:8443&code=7K3MQ9-XA2FT0-1BCDEF&authority={}",
        "0f".repeat(32)
    );
    let both = ("https://hub.example.nl:8443".to_owned(), "7K3MQ9XA2FT01BCDEF".to_owned());
    let typed = |newcomer: &Newcomer| {
        let (hub, code) = newcomer.typed();
        (hub, code.to_string())
    };
    let mut newcomer = Newcomer::new();
    assert_eq!(scans(&mut newcomer, &link), Wish::Enrol);
    assert_eq!(typed(&newcomer), both);
    let mut newcomer = Newcomer::new();
    types(&mut newcomer, "elsewhere.example");
    newcomer.handle(&Intent::Next);
    types(&mut newcomer, "7K3");
    newcomer.handle(&Intent::Erase);
    newcomer.handle(&Intent::Erase);
    newcomer.handle(&Intent::Erase);
    assert_eq!(scans(&mut newcomer, &link), Wish::Enrol);
    assert_eq!(typed(&newcomer), both);
    newcomer.failed(&EnrolError::NotProved);
    assert_eq!(shown(&newcomer), "7K3MQ9-XA2FT0-1BCDEF", "where it can be compared");
    // One that was cut off is an address, which the technician reads.
    let mut newcomer = Newcomer::new();
    assert_eq!(scans(&mut newcomer, &link[..60]), Wish::Nothing);
}

fn panel(newcomer: &Newcomer) -> crate::visit::PanelView {
    let Screen::Panel(panel) = newcomer.view().screen else { panic!("no page for technicians") };
    panel
}

fn network(text: &str) -> Option<Network> {
    serde_json::from_str(text).unwrap()
}

const NO_CABLE: &str = r#"{"links": [{"kind": "ethernet", "state": "no-cable"}]}"#;
const CONNECTED: &str = r#"{"links": [{"kind": "ethernet", "state": "connected"}]}"#;

#[test]
fn a_pillar_without_a_line_asks_for_one_first_and_goes_on_by_itself() {
    let mut newcomer = Newcomer::new();
    newcomer.hears_network(network(NO_CABLE));
    assert!(!panel(&newcomer).choices.is_empty());
    newcomer.hears_network(network(CONNECTED));
    assert_eq!(shown(&newcomer), "", "the address of the hub");
    assert!(newcomer.view().frame.can_go_back);
    newcomer.handle(&Intent::Back);
    newcomer.hears_network(network(CONNECTED));
    let choices = panel(&newcomer).choices;
    assert_eq!(newcomer.handle(&Intent::Pick(choices.len() - 1)), Wish::Nothing);
    assert_eq!(shown(&newcomer), "");
}

#[test]
fn a_pillar_with_a_line_or_without_an_image_asks_for_the_hub_at_once() {
    let mut newcomer = Newcomer::new();
    newcomer.hears_network(None);
    assert_eq!(shown(&newcomer), "");
    assert!(!newcomer.view().frame.can_go_back, "a developer's machine has no network to set up here");
    newcomer.hears_network(network(CONNECTED));
    assert_eq!(shown(&newcomer), "");
    // A line that is lost later takes nobody away from what they type.
    newcomer.hears_network(network(NO_CABLE));
    types(&mut newcomer, "hub");
    assert_eq!(shown(&newcomer), "hub");
}

#[test]
fn after_the_enrolment_it_looks_at_itself_and_serves_when_it_is_told_to() {
    let mut newcomer = filled_in();
    assert_eq!(newcomer.wants(), Wish::Nothing);
    newcomer.is_enrolled(false);
    assert_eq!((newcomer.wants(), newcomer.wants()), (Wish::Look, Wish::Nothing));
    assert_eq!(newcomer.handle(&Intent::Pick(1)), Wish::Nothing, "it is looking");
    newcomer.found(looking::tests::found());
    assert_eq!(newcomer.handle(&Intent::Pick(0)), Wish::Look, "once more");
    newcomer.found(looking::tests::found());
    newcomer.handle(&Intent::Pick(1));
    assert_eq!(newcomer.handle(&Intent::Pick(1)), Wish::Begin);
}

#[test]
fn where_a_thief_could_read_the_disk_a_passphrase_is_offered_first() {
    let mut newcomer = filled_in();
    newcomer.is_enrolled(true);
    assert_eq!(newcomer.wants(), Wish::Nothing);
    assert_eq!(panel(&newcomer).choices.len(), 2);
    newcomer.handle(&Intent::Pick(0));
    for _ in 0..2 {
        types(&mut newcomer, "een lange zin");
        let wish = newcomer.handle(&Intent::Next);
        assert!(matches!(wish, Wish::Nothing | Wish::Passphrase(_)));
    }
    newcomer.passphrase_came_to(true);
    assert_eq!(newcomer.wants(), Wish::Look);
    let mut newcomer = filled_in();
    newcomer.is_enrolled(true);
    newcomer.handle(&Intent::Pick(1));
    assert_eq!(newcomer.wants(), Wish::Look, "it goes without, too");
}

#[test]
fn what_was_typed_before_a_restart_is_there_again() {
    let mut newcomer = Newcomer::new();
    newcomer.remembers(Language::Pl, "hub.example.nl:8443");
    assert_eq!((newcomer.language(), shown(&newcomer).as_str()), (Language::Pl, "hub.example.nl:8443"));
}

#[test]
fn every_page_is_said_in_every_language() {
    for (name, english) in samples(Language::En) {
        for language in Language::ALL.into_iter().filter(|language| *language != Language::En) {
            let (_, other) = samples(language).into_iter().find(|(other, _)| *other == name).unwrap();
            if let (Screen::Panel(english), Screen::Panel(other)) = (&english.screen, &other.screen) {
                assert_ne!(english.title, other.title, "{name} in {language:?}");
            }
        }
    }
}

#[test]
fn whoever_comes_after_a_technician_has_left_reads_no_code_and_no_passphrase() {
    let mut newcomer = filled_in();
    newcomer.is_left_alone();
    assert_eq!(shown(&newcomer), "");
    newcomer.handle(&Intent::Back);
    assert_eq!(shown(&newcomer), "hub.example.nl:8443", "that is no secret");
    let mut newcomer = Newcomer::new();
    types(&mut newcomer, "zuil-enrol:?hub=hub.example.nl&code=7K3MQ9");
    newcomer.is_left_alone();
    assert_eq!(shown(&newcomer), "", "half of a QR code");
    newcomer.is_enrolled(true);
    newcomer.handle(&Intent::Pick(0));
    types(&mut newcomer, "een lange zin");
    // Shown as it was typed.
    newcomer.handle(&Intent::Pick(0));
    newcomer.is_left_alone();
    let Screen::Panel(panel) = newcomer.view().screen else { panic!("no page") };
    assert_eq!((panel.entry, panel.choices.len()), (None, 2), "it is offered anew");
}
