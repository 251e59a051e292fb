//! How a request stands, through the real widgets.

use super::*;

#[test]
fn a_resident_asks_how_a_request_stands_and_types_the_reference() {
    let pillar = Pillar::new();
    for name in ["choose", "choose-many"] {
        pillar.show(&sample(name));
        assert_eq!(pillar.touch("Hoe staat het met mijn aanvraag?"), [Intent::Inquire], "{name}");
    }
    pillar.show(&sample("reference"));
    assert_eq!(pillar.touch("K"), [Intent::Type('K')]);
    assert_eq!(pillar.touch("7"), [Intent::Type('7')]);
    assert_eq!(pillar.touch("Wissen"), [Intent::Erase]);
    assert_eq!(pillar.press("x"), [Intent::Type('x')], "a real keyboard works too");
    assert!(pillar.touchables().iter().any(|each| each.label == "Volgende" && !each.enabled));
    pillar.show(&sample("reference-mistyped"));
    assert_eq!(pillar.touch("Volgende"), [Intent::Next]);
}

#[test]
fn whoever_waits_can_leave_and_whoever_was_told_goes_on() {
    let pillar = Pillar::new();
    pillar.show(&sample("looking-up"));
    assert_eq!(pillar.touch("Terug"), [Intent::Back]);
    assert_eq!(pillar.touch("Stoppen"), [Intent::Stop]);
    for (name, primary) in [
        ("standing-registered", "Klaar"),
        ("standing-last-known", "Klaar"),
        ("standing-closed", "Klaar"),
        ("standing-not-found", "Opnieuw proberen"),
        ("standing-unavailable", "Opnieuw proberen"),
    ] {
        pillar.show(&sample(name));
        assert_eq!(pillar.touch(primary), [Intent::Next], "{name}");
    }
}

#[test]
fn nothing_of_a_request_stays_in_the_screens() {
    let pillar = Pillar::new();
    pillar.show(&sample("reference"));
    let reference = pillar.screens.app().global::<ui::ReferenceState>();
    assert_eq!(reference.get_typed(), "7K3M Q9");
    pillar.show(&sample("standing-registered"));
    assert_eq!(reference.get_typed(), "");
    let standing = pillar.screens.app().global::<ui::StandingState>();
    assert_eq!(standing.get_case_number(), "ZAAK-\u{200b}2026-\u{200b}0000000017");
    pillar.show(&sample("attract"));
    for left in
        [standing.get_errand(), standing.get_case_number(), standing.get_since(), standing.get_reference()]
    {
        assert_eq!(left, "");
    }
}
