//! What a pillar without a binding asks a technician, through the real widgets.

use super::*;

#[test]
fn a_technician_types_address_and_code_and_can_go_back() {
    let pillar = Pillar::new();
    pillar.show(&sample("enrolment-address"));
    assert_eq!(pillar.press("h"), [Intent::Type('h')]);
    assert!(pillar.touchables().iter().any(|each| each.label == "Volgende" && !each.enabled));
    assert!(pillar.touchables().iter().all(|each| each.label != "Terug" && each.label != "Stoppen"));
    pillar.show(&sample("enrolment-address-typed"));
    assert_eq!(pillar.touch("Volgende"), [Intent::Next]);
    pillar.show(&sample("enrolment-code-typed"));
    assert_eq!(pillar.touch("7"), [Intent::Type('7')]);
    assert_eq!(pillar.touch("Wissen"), [Intent::Erase]);
    assert_eq!(pillar.touch("Terug"), [Intent::Back]);
    assert_eq!(pillar.touch("Volgende"), [Intent::Next]);
    pillar.show(&sample("enrolment-asking"));
    assert!(pillar.touchables().iter().any(|each| each.label == "Volgende" && !each.enabled));
}

#[test]
fn a_code_can_be_typed_after_an_address_whose_last_key_was_on_the_page_of_signs() {
    let pillar = Pillar::new();
    pillar.show(&sample("enrolment-address"));
    pillar.touch("Tekens en accenten");
    pillar.show(&sample("enrolment-address"));
    assert_eq!(pillar.touch(":"), [Intent::Type(':')]);
    pillar.show(&sample("enrolment-code"));
    assert_eq!(pillar.touch("K"), [Intent::Type('K')]);
    pillar.show(&sample("enrolment-address"));
    assert_eq!(pillar.touch(":"), [Intent::Type(':')], "where it was left");
}

#[test]
fn a_technician_chooses_language_size_and_contrast_and_is_offered_nothing_that_does_not_work() {
    let pillar = Pillar::new();
    let does_not_work = ["Voorlezen", "Verbergen", "Hulp"];
    let is_offered = |label: &str| pillar.touchables().iter().any(|each| each.enabled && each.label == label);
    // So they are called where residents are served.
    pillar.show(&sample("attract"));
    assert_eq!(does_not_work.map(is_offered), [true; 3]);
    for name in ["enrolment-address", "enrolment-code", "enrolment-no-network"] {
        pillar.show(&sample(name));
        assert_eq!(pillar.touch("Nederlands"), [Intent::ToggleLanguages], "{name}");
        assert_eq!(pillar.touch("Tekst"), [Intent::TurnTextSize], "{name}");
        assert_eq!(pillar.touch("Contrast"), [Intent::ToggleContrast], "{name}");
        assert_eq!(does_not_work.map(is_offered), [false; 3], "{name}");
    }
    pillar.show(&sample("enrolment-languages"));
    assert_eq!(pillar.touch("English"), [Intent::ChooseLanguage(Language::En)]);
}

#[test]
fn a_pillar_that_could_not_start_has_no_settings() {
    let pillar = Pillar::new();
    pillar.show(&View::out_of_service(crate::visit::OutOfService::Storage));
    assert_eq!(pillar.touchables().iter().filter(|each| each.enabled).count(), 0);
}
