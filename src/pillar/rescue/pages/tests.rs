//! What residents and technicians see of closed data, and what cannot happen there by accident.

use super::*;

fn closed(why: Why, has_passphrase: bool, now: Instant) -> Pages {
    Pages::new(Disk { is_open: false, why, has_passphrase }, now)
}

fn touches(pages: &mut Pages, now: Instant, intents: &[Intent]) -> Vec<Wish> {
    intents.iter().map(|intent| pages.handle(intent, now)).filter(|wish| *wish != Wish::Nothing).collect()
}

fn types(pages: &mut Pages, now: Instant, text: &str) {
    for c in text.chars() {
        assert_eq!(pages.handle(&Intent::Type(c), now), Wish::Nothing);
    }
}

fn panel(pages: &Pages, now: Instant) -> PanelView {
    let Screen::Panel(panel) = pages.view(now).screen else { panic!("no panel") };
    panel
}

fn entry(pages: &Pages, now: Instant) -> PanelEntry {
    panel(pages, now).entry.unwrap()
}

/// Types something else and hears that it was wrong.
fn is_wrong(pages: &mut Pages, now: Instant) {
    types(pages, now, "fout");
    assert_eq!(pages.handle(&Intent::Next, now), Wish::Unlock);
    pages.takes_typed();
    pages.learn(pages.disk(), Some(Answer::Failed), now);
}

#[test]
fn whoever_passes_by_sees_that_the_pillar_does_not_serve_and_can_do_nothing() {
    let now = Instant::now();
    for why in [Why::Tpm, Why::Damaged] {
        let mut pages = closed(why, true, now);
        assert_eq!(pages.view(now).screen, Screen::OutOfService(OutOfService::Storage));
        let touched = [Intent::Pick(0), Intent::Pick(1), Intent::Next, Intent::Back, Intent::Type('a')];
        assert!(touches(&mut pages, now, &touched).is_empty());
        assert_eq!(pages.view(now).screen, Screen::OutOfService(OutOfService::Storage));
    }
}

#[test]
fn a_pillar_that_asks_for_its_passphrase_does_so_at_once_and_offers_nothing_else_to_who_passes_by() {
    let now = Instant::now();
    let mut pages = closed(Why::Passphrase, true, now);
    assert!(panel(&pages, now).choices.is_empty() && !pages.view(now).frame.can_go_on);
    assert!(touches(&mut pages, now, &[Intent::Pick(0), Intent::Pick(1), Intent::Technician]).is_empty());
    assert_eq!(entry(&pages, now).value, "");
    // Behind the gesture all else can be done.
    touches(&mut pages, now, &[Intent::Back, Intent::Technician]);
    assert_eq!(panel(&pages, now).choices.len(), 3);
}

#[test]
fn what_is_typed_is_dots_and_gone_when_it_was_taken_or_nobody_goes_on() {
    let now = Instant::now();
    let mut pages = closed(Why::Passphrase, true, now);
    types(&mut pages, now, "paard\n");
    assert_eq!(entry(&pages, now).value, "•••••");
    pages.handle(&Intent::Erase, now);
    assert_eq!(entry(&pages, now).value, "••••");
    assert_eq!(pages.handle(&Intent::Next, now), Wish::Unlock);
    assert_eq!(pages.takes_typed().as_str(), "paar");
    assert_eq!(pages.takes_typed().as_str(), "");
    let mut pages = closed(Why::Passphrase, true, now);
    types(&mut pages, now, "paard");
    pages.learn(pages.disk(), None, now + IDLE);
    assert_eq!(entry(&pages, now).value, "");
    types(&mut pages, now, &"x".repeat(LONGEST + 9));
    assert_eq!(pages.takes_typed().len(), LONGEST);
}

#[test]
fn the_pause_after_wrong_passphrases_grows_to_a_minute_and_outlives_who_walks_away() {
    let mut now = Instant::now();
    let mut pages = closed(Why::Passphrase, true, now);
    for seconds in [1_u64, 2, 4, 8, 16, 32, 60, 60] {
        is_wrong(&mut pages, now);
        assert!(entry(&pages, now).trouble.contains(&seconds.to_string()), "{}", entry(&pages, now).trouble);
        types(&mut pages, now, "weer");
        let almost = now + Duration::from_secs(seconds) - Duration::from_millis(1);
        assert_eq!(pages.handle(&Intent::Next, almost), Wish::Nothing, "{seconds}");
        now += Duration::from_secs(seconds);
        pages.learn(pages.disk(), None, now);
        assert!(pages.view(now).frame.can_go_on);
        for _ in "weer".chars() {
            pages.handle(&Intent::Erase, now);
        }
    }
    is_wrong(&mut pages, now);
    touches(&mut pages, now, &[Intent::Back, Intent::Technician, Intent::Pick(0)]);
    types(&mut pages, now, "weer");
    assert!(!pages.view(now).frame.can_go_on, "another way round does not end the pause");
}

#[test]
fn a_right_passphrase_for_a_damaged_storage_is_not_called_wrong() {
    let now = Instant::now();
    let mut pages = closed(Why::Passphrase, true, now);
    types(&mut pages, now, "juist");
    pages.handle(&Intent::Next, now);
    let damaged = Disk { is_open: false, why: Why::Damaged, has_passphrase: true };
    pages.learn(damaged, Some(Answer::Failed), now);
    assert_eq!(panel(&pages, now).choices.len(), 3);
    assert!(pages.pause.is_none());
}

#[test]
fn an_image_that_never_answers_is_given_up_and_that_stays_to_be_read() {
    let now = Instant::now();
    let mut pages = closed(Why::Passphrase, true, now);
    types(&mut pages, now, "juist");
    pages.handle(&Intent::Next, now);
    assert!(!pages.view(now).frame.can_go_back, "nobody knows what it is doing");
    pages.learn(pages.disk(), None, now + TRIED_WITHIN - Duration::from_millis(1));
    assert!(panel(&pages, now).entry.is_none());
    for later in [Duration::ZERO, Duration::from_secs(1)] {
        pages.learn(pages.disk(), None, now + TRIED_WITHIN + later);
        assert_ne!(entry(&pages, now + TRIED_WITHIN).trouble, "");
    }
    let mut pages = closed(Why::Damaged, false, now);
    assert_eq!(touches(&mut pages, now, &[Intent::Technician, Intent::Pick(0)]), [Wish::Restart]);
    let texts = panel(&pages, now).texts.len();
    pages.learn(pages.disk(), None, now + RESTARTS_WITHIN);
    assert!(panel(&pages, now).texts.len() > texts && !panel(&pages, now).choices.is_empty());
}

#[test]
fn nothing_is_made_empty_by_one_finger_on_one_place() {
    let now = Instant::now();
    for place in 0..4 {
        for passphrase in [false, true] {
            let mut pages = closed(Why::Tpm, passphrase, now);
            pages.handle(&Intent::Technician, now);
            let touched: Vec<Intent> = std::iter::repeat_n(Intent::Pick(place), 9).collect();
            let wishes = touches(&mut pages, now, &touched);
            assert!(!wishes.contains(&Wish::Wipe), "{place}: {wishes:?}");
        }
    }
    let mut pages = closed(Why::Tpm, false, now);
    let sure = [Intent::Technician, Intent::Pick(1), Intent::Pick(1)];
    assert!(touches(&mut pages, now, &sure).is_empty());
    let lost = panel(&pages, now).texts;
    assert_eq!(lost.len(), 2, "what is lost is said again");
    assert_eq!(touches(&mut pages, now, &[Intent::Pick(0)]), [Wish::Wipe]);
    assert!(touches(&mut pages, now, &[Intent::Pick(0), Intent::Back, Intent::Technician]).is_empty());
}

#[test]
fn what_a_technician_left_open_is_closed_again() {
    let now = Instant::now();
    let mut pages = closed(Why::Damaged, false, now);
    touches(&mut pages, now, &[Intent::Technician, Intent::Pick(1), Intent::ToggleLanguages]);
    pages.learn(pages.disk(), None, now + IDLE - Duration::from_millis(1));
    assert_eq!(panel(&pages, now).choices.len(), 2);
    pages.learn(pages.disk(), None, now + IDLE);
    assert_eq!(pages.view(now).screen, Screen::OutOfService(OutOfService::Storage));
    assert_eq!(pages.view(now).frame.overlay, None);
}

#[test]
fn a_pillar_without_a_passphrase_asks_for_none() {
    let now = Instant::now();
    let mut pages = closed(Why::Tpm, false, now);
    pages.handle(&Intent::Technician, now);
    let dangerous: Vec<bool> = panel(&pages, now).choices.iter().map(|choice| choice.dangerous).collect();
    assert_eq!(dangerous, [false, true]);
}

#[test]
fn every_page_is_said_in_every_language() {
    let english = samples(Language::En);
    assert_eq!(english.len(), 10);
    for language in Language::ALL.into_iter().filter(|language| *language != Language::En) {
        for ((name, view), (_, in_english)) in samples(language).into_iter().zip(&english) {
            assert_eq!(view.frame.language, language);
            if let (Screen::Panel(panel), Screen::Panel(english)) = (view.screen, &in_english.screen) {
                assert_ne!(panel.title, english.title, "{name} in {language:?}");
                assert!(
                    panel.texts.iter().zip(&english.texts).all(|(text, key)| text != key),
                    "{name} in {language:?}"
                );
            }
        }
    }
}
