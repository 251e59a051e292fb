//! Pages for technicians, how they are asked for, and what an image of the lab says, through the real widgets.

use super::*;
use crate::visit::OutOfService;

/// The height of the bar on an image of the lab.
const LAB_BAR: f32 = 56.0;

impl Pillar {
    /// Touches a place and tells what was heard.
    fn touch_at(&self, (x, y): (f32, f32)) -> Vec<Intent> {
        let (position, button) = (slint::LogicalPosition::new(x, y), PointerEventButton::Left);
        self.heard.borrow_mut().clear();
        for event in [
            WindowEvent::PointerMoved { position },
            WindowEvent::PointerPressed { position, button },
            WindowEvent::PointerReleased { position, button },
        ] {
            self.screens.window().dispatch_event(event);
        }
        self.heard.take()
    }

    /// Touches one place after the other and tells what was heard.
    fn touch_all(&self, places: &[(f32, f32)]) -> Vec<Intent> {
        places.iter().flat_map(|place| self.touch_at(*place)).collect()
    }

    fn find(&self, label: &str) -> Touchable {
        let found = self.touchables().into_iter().find(|each| each.label == label);
        found.unwrap_or_else(|| panic!("nothing is called {label:?}"))
    }
}

/// At the very corners, beside whatever can be touched, clockwise from the upper left.
const CORNERS: [(f32, f32); 4] = [(3.0, 3.0), (1077.0, 3.0), (1076.0, 1916.0), (3.0, 1917.0)];

#[test]
fn a_technician_touches_what_is_to_be_done() {
    let pillar = Pillar::new();
    pillar.show(&sample("panel-menu"));
    assert_eq!(pillar.touch("Printer testen"), [Intent::Pick(0)]);
    assert_eq!(pillar.touch("Netwerk instellen"), [Intent::Pick(1)]);
    assert_eq!(pillar.touch("Alles wissen"), [Intent::Pick(3)]);
    assert_eq!(pillar.touch("Terug"), [Intent::Back]);
    let update = pillar.find("Systeem bijwerken");
    assert!(!update.enabled);
    update.element.mock_single_click(PointerEventButton::Left);
    update.element.invoke_accessible_default_action();
    assert_eq!(pillar.heard.take(), []);
    assert_eq!(pillar.press(slint::platform::Key::Return), [], "nothing is to be gone on with");
}

#[test]
fn what_cannot_be_undone_says_so() {
    let pillar = Pillar::new();
    pillar.show(&sample("panel-menu"));
    let said = |label: &str| pillar.find(label).element.accessible_description().unwrap_or_default();
    let warning = say(Language::Nl, "This cannot be undone.");
    assert!(said("Alles wissen").starts_with(warning) && said("Alles wissen").ends_with("zoals nieuw."));
    assert_eq!(said("Printer testen"), "Er komt een proefbon uit.");
    let shown = fit::words(&pillar).into_iter().filter(|words| words.text == warning).count();
    assert_eq!(shown, 1);
}

#[test]
fn a_technician_types_and_goes_on() {
    let pillar = Pillar::new();
    pillar.show(&sample("panel-code"));
    assert_eq!(pillar.touch("7"), [Intent::Type('7')]);
    assert_eq!(pillar.press("7"), [Intent::Type('7')], "a real keyboard works too");
    assert!(!pillar.find("Volgende").enabled);
    pillar.show(&sample("panel-code-wrong"));
    assert_eq!(pillar.touch("Wissen"), [Intent::Erase]);
    assert_eq!(pillar.touch("Volgende"), [Intent::Next]);
    assert_eq!(pillar.press(slint::platform::Key::Return), [Intent::Next]);
    assert_eq!(pillar.press(slint::platform::Key::Escape), [], "there is nothing to stop");
    let trouble = "Deze code klopt niet. Vergelijk hem nog eens.";
    assert!(ElementHandle::find_by_accessible_label(pillar.screens.app(), trouble).count() > 0);
    pillar.show(&sample("panel-menu"));
    assert_eq!(pillar.press("a"), [], "nothing is typed where there is no field");
}

#[test]
fn a_password_has_any_sign_and_begins_with_a_small_letter() {
    let pillar = Pillar::new();
    pillar.show(&sample("panel-password"));
    assert_eq!(pillar.touch("w"), [Intent::Type('w')]);
    assert_eq!(pillar.touch("Tekens en accenten"), []);
    for sign in ['#', '_', '\\', '{', '@'] {
        assert_eq!(pillar.touch(&sign.to_string()), [Intent::Type(sign)]);
    }
    pillar.show(&sample("question-text-empty"));
    assert_eq!(pillar.touch("Tekens en accenten"), []);
    assert!(pillar.touchables().iter().all(|each| each.label != "#"), "residents have accents there");
}

#[test]
fn a_page_for_technicians_has_what_makes_it_readable_and_a_way_back_and_nothing_for_residents() {
    let pillar = Pillar::new();
    let does_not_belong = ["Stoppen", "Hulp", "Voorlezen", "Verbergen"];
    for name in ["panel-menu", "panel-code", "panel-first", "panel-findings"] {
        pillar.show(&sample(name));
        assert_eq!(pillar.touch("Nederlands"), [Intent::ToggleLanguages], "{name}");
        assert_eq!(pillar.touch("Tekst"), [Intent::TurnTextSize], "{name}");
        assert_eq!(pillar.touch("Contrast"), [Intent::ToggleContrast], "{name}");
        let offered =
            |label: &str| pillar.touchables().iter().any(|each| each.enabled && each.label == label);
        assert_eq!(does_not_belong.map(offered), [false; 4], "{name}");
        assert!(fit::words(&pillar).iter().all(|words| !words.text.contains("14\u{a0}0000")), "{name}");
    }
    pillar.show(&sample("panel-first"));
    assert!(pillar.touchables().iter().all(|each| each.label != "Terug"), "there is nothing before it");
}

#[test]
fn the_tab_key_reaches_what_can_be_done_in_reading_order() {
    use slint::platform::Key;
    let pillar = Pillar::new();
    pillar.show(&sample("panel-menu"));
    let mut heard = Vec::new();
    for _ in 0..7 {
        pillar.press(Key::Tab);
        heard.extend(pillar.press(Key::Return));
    }
    assert_eq!(
        heard,
        [
            Intent::ToggleLanguages,
            Intent::TurnTextSize,
            Intent::ToggleContrast,
            Intent::Pick(0),
            Intent::Pick(1),
            Intent::Pick(3),
            Intent::Back,
        ]
    );
}

#[test]
fn the_last_of_many_is_reached_without_a_swipe() {
    let pillar = Pillar::new();
    let (last, down) = ("Winkel_20-Personeel", say(Language::Nl, "Down"));
    for text_size in [TextSize::Normal, TextSize::Largest] {
        let mut view = sample("panel-networks");
        view.frame.text_size = text_size;
        pillar.show(&sample("attract"));
        pillar.show(&view);
        let in_sight = || {
            let bar = pillar.find(down).top;
            pillar.touchables().iter().any(|each| each.label == last && each.bottom <= bar)
        };
        let mut presses = 0;
        while !in_sight() {
            assert_eq!(pillar.touch(down), []);
            mock_elapsed_time(Duration::from_millis(10));
            presses += 1;
            assert!(presses < 30, "{text_size:?}: it does not come into sight");
        }
        assert!(presses > 0, "{text_size:?}: all were in sight");
        assert_eq!(pillar.touch(last), [Intent::Pick(19)], "{text_size:?}");
    }
}

#[test]
fn nothing_of_what_a_technician_typed_or_saw_stays_in_the_screens() {
    use slint::Model;
    let pillar = Pillar::new();
    for name in ["panel-code-wrong", "panel-password", "panel-findings", "panel-networks"] {
        pillar.show(&sample(name));
        pillar.show(&sample("attract"));
        let panel = pillar.screens.app().global::<ui::PanelState>();
        for left in [panel.get_title(), panel.get_typed(), panel.get_entry(), panel.get_trouble()] {
            assert_eq!(left, "", "{name}");
        }
        assert_eq!((panel.get_lines().row_count(), panel.get_actions().row_count()), (0, 0), "{name}");
    }
}

#[test]
fn the_four_corners_ask_for_the_technicians_page_where_nobody_is_served() {
    let pillar = Pillar::new();
    for view in [
        sample("attract"),
        sample("out-of-service-storage"),
        View::out_of_service(OutOfService::Storage),
        samples(Language::Ar).into_iter().find(|sample| sample.name == "attract").unwrap().view,
    ] {
        pillar.show(&view);
        assert_eq!(pillar.touch_all(&CORNERS), [Intent::Technician]);
        let [first, second, third, fourth] = CORNERS;
        assert_eq!(pillar.touch_all(&[first, fourth, third, second]), [], "the other way round");
    }
}

#[test]
fn what_lies_in_a_corner_is_touched_all_the_same() {
    let pillar = Pillar::new();
    pillar.show(&sample("attract"));
    let hide = pillar.find("Verbergen");
    let on_it = (hide.right - 30.0, hide.top + 30.0);
    assert!(on_it.0 > WIDTH - 120.0 && on_it.1 < 120.0, "{on_it:?} is in no corner");
    let [first, _, third, fourth] = CORNERS;
    assert_eq!(pillar.touch_all(&[first, on_it]), [Intent::ToggleHidden]);
    let mut hidden = sample("attract");
    hidden.frame.hidden = true;
    pillar.show(&hidden);
    assert_eq!(pillar.touch_all(&[third, fourth]), [Intent::Technician], "also when that hid the screen");
}

#[test]
fn corners_mean_nothing_where_somebody_is_served() {
    let pillar = Pillar::new();
    for name in ["question-text-empty", "review-paid", "panel-menu", "enrolment-address"] {
        pillar.show(&sample(name));
        assert!(!pillar.touch_all(&CORNERS).contains(&Intent::Technician), "{name}");
    }
    let [first, second, third, fourth] = CORNERS;
    pillar.show(&sample("attract"));
    assert_eq!(pillar.touch_all(&[first, second]), []);
    pillar.show(&sample("choose"));
    assert_eq!(pillar.touch_all(&[third]), []);
    pillar.show(&sample("attract"));
    assert_eq!(pillar.touch_all(&[third, fourth]), [], "somebody was served meanwhile");
}

#[test]
fn assistive_technology_hears_nothing_of_the_corners() {
    let pillar = Pillar::new();
    pillar.show(&sample("attract"));
    let grounds = ElementQuery::from_root(pillar.screens.app()).match_inherits("Ground").find_all();
    assert!(!grounds.is_empty());
    for ground in grounds {
        assert_eq!(ground.accessible_label(), None);
        assert!(ground.accessible_role().is_none_or(|role| role == AccessibleRole::None));
    }
}

#[test]
fn an_image_of_the_lab_says_so_on_every_screen_above_everything_else() {
    let pillar = Pillar::new();
    let shown =
        ["attract", "choose", "review-paid", "receipt-printed", "overlay-help", "hidden", "panel-menu"];
    for language in Language::ALL {
        let warning = say(language, "TEST: this pillar is not for residents");
        for Sample { name, view } in samples(language) {
            if !shown.contains(&name) && !name.starts_with("out-of-service") {
                continue;
            }
            for text_size in [TextSize::Normal, TextSize::Largest] {
                let mut view = view.clone().on_image_of_lab(true);
                view.frame.text_size = text_size;
                pillar.show(&view);
                let bar = fit::words(&pillar).into_iter().find(|words| words.text == warning);
                let bar = bar.unwrap_or_else(|| panic!("{name} in {language:?} says nothing")).place;
                assert!(bar.min_y() >= 0.0 && bar.max_y() <= LAB_BAR, "{name} in {language:?}: {bar:?}");
                for each in pillar.touchables() {
                    let Touchable { label, top, bottom, .. } = each;
                    assert!(top >= LAB_BAR || bottom <= top, "{name} in {language:?}: {label} is under it");
                }
                assert_eq!(fit::faults(&pillar, language), Vec::<String>::new(), "{name} in {language:?}");
            }
        }
    }
    pillar.show(&sample("attract").on_image_of_lab(true));
    save("nl-lab-attract", &pillar.screens.window().take_snapshot().unwrap());
    pillar.show(&sample("attract"));
    let warning = say(Language::Nl, "TEST: this pillar is not for residents");
    assert!(fit::words(&pillar).iter().all(|words| words.text != warning), "another image says nothing");
}
