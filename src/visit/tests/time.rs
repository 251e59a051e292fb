//! Stopping, walking away, and what is left behind.

use super::*;

#[test]
fn whoever_walks_away_is_warned_and_then_forgotten() {
    let mut pillar = pillar();
    pillar.opens(Language::En, "call-back").next().touches(0).next().types("Noor").waits(59);
    assert_eq!(pillar.view().frame.overlay, None);
    pillar.waits(1);
    assert_eq!(pillar.view().frame.overlay, Some(Overlay::IdleWarning { seconds_left: 25 }));
    pillar.waits(24);
    assert_eq!(pillar.view().frame.overlay, Some(Overlay::IdleWarning { seconds_left: 1 }));
    pillar.asks("What is your name?").waits(1).is_waiting_for_someone();
    assert_eq!((pillar.done(), pillar.view().frame.language), (vec![Effect::Wipe], Language::Nl));
}

#[test]
fn whoever_needs_time_gets_it_as_often_as_asked() {
    let mut pillar = pillar();
    pillar.opens(Language::Nl, "call-back").next().touches(0).next().types("Noor");
    for _ in 0..30 {
        pillar.waits(80).does(Intent::Resume);
        assert_eq!(pillar.view().frame.overlay, None);
    }
    assert_eq!(pillar.fields(), ["Noor"]);
}

#[test]
fn a_touch_during_the_warning_only_says_that_someone_is_there() {
    let mut pillar = pillar();
    pillar.opens(Language::Nl, "call-back").next().touches(0).waits(70).next();
    pillar.asks("Waar gaat uw vraag over?");
    assert_eq!(pillar.view().frame.overlay, None);
    pillar.waits(70).does(Intent::ConfirmStop).is_waiting_for_someone();
}

#[test]
fn a_pillar_that_had_no_tick_for_minutes_forgets_before_it_listens() {
    let mut pillar = pillar();
    pillar.opens(Language::Nl, "call-back").next().touches(0).next().types("Noor");
    pillar.now.uptime += Duration::from_secs(600);
    pillar.types("x").is_waiting_for_someone();
}

#[test]
fn stopping_asks_only_when_something_would_be_lost() {
    let mut pillar = pillar();
    pillar.opens(Language::Nl, "call-back").next().does(Intent::Stop).is_waiting_for_someone();
    pillar.opens(Language::Nl, "call-back").next().touches(0).does(Intent::Stop);
    assert_eq!(pillar.view().frame.overlay, Some(Overlay::ConfirmStop));
    pillar.types("x").next().asks("Waar gaat uw vraag over?");
    pillar.does(Intent::Resume);
    assert_eq!(pillar.chosen(), [0]);
    pillar.done();
    pillar.does(Intent::Stop).does(Intent::ConfirmStop).is_waiting_for_someone();
    assert_eq!(pillar.done(), [Effect::Wipe]);
}

#[test]
fn stopping_before_the_first_question_still_asks_when_answers_are_kept() {
    let mut pillar = pillar();
    pillar.opens(Language::Nl, "call-back").next().touches(0).back().back().back();
    assert_eq!(pillar.screen(), Screen::Language);
    pillar.back();
    assert_eq!(pillar.view().frame.overlay, Some(Overlay::ConfirmStop));
}

#[test]
fn stopping_after_the_commit_thanks_and_loses_nothing() {
    let mut pillar = pillar();
    pillar.opens(Language::Nl, "call-back").fills_in_call_back().next();
    pillar.does(Intent::Stop);
    assert_eq!((pillar.screen(), pillar.view().frame.can_stop), (Screen::Saving { slow: false }, false));
    pillar.tell(saved()).tell(received()).does(Intent::Stop);
    assert_eq!(pillar.screen(), Screen::Goodbye);
}

#[test]
fn nobody_is_wiped_away_while_it_is_saved_or_paid() {
    let mut pillar = pillar();
    pillar.opens(Language::Nl, "call-back").fills_in_call_back().next().waits(300);
    assert_eq!((pillar.screen(), pillar.view().frame.overlay), (Screen::Saving { slow: true }, None));
    pillar.tell(saved()).waits(3);
    assert_eq!(pillar.screen(), Screen::Saving { slow: true });
    pillar.waits(1);
    assert_eq!(pillar.receipt().state, zuil_wire::State::Saved);

    let mut pillar = super::pillar();
    pillar.pays_for_bulky_waste().waits(600);
    assert!(matches!(pillar.pay_stage(), PayStage::Busy { .. }));
    pillar.tell(not_paid(WhyNotPaid::TimedOut)).waits(59);
    assert_eq!(pillar.view().frame.overlay, None, "time counts from the terminal's last word");
    pillar.waits(26).is_waiting_for_someone();
}

#[test]
fn the_receipt_stays_long_and_still_warns_before_it_goes() {
    let mut pillar = pillar();
    pillar.opens(Language::Nl, "call-back").fills_in_call_back().next().tell(saved()).tell(received());
    pillar.waits(119);
    assert_eq!(pillar.view().frame.overlay, None);
    pillar.waits(1);
    assert_eq!(pillar.view().frame.overlay, Some(Overlay::IdleWarning { seconds_left: 25 }));
    pillar.waits(25).is_waiting_for_someone();
}

#[test]
fn every_setting_goes_back_to_the_default_at_the_end() {
    let mut pillar = pillar();
    let first = pillar.view();
    for intent in [Intent::TurnTextSize, Intent::ToggleContrast, Intent::ToggleSpeech, Intent::ToggleHidden] {
        pillar.does(intent);
    }
    let frame = pillar.view().frame;
    assert_eq!(
        (frame.text_size, frame.dark, frame.speech, frame.hidden),
        (TextSize::Large, true, true, true)
    );
    pillar.does(Intent::Begin).does(Intent::TurnTextSize);
    assert_eq!(pillar.view().frame.text_size, TextSize::Largest);
    pillar.does(Intent::Stop).is_waiting_for_someone();
    assert_eq!(pillar.view(), first);
}

#[test]
fn settings_that_someone_left_on_the_first_screen_go_back_too() {
    let mut pillar = pillar();
    let first = pillar.view();
    pillar.does(Intent::ToggleContrast).does(Intent::ToggleHelp).waits(61);
    assert_eq!(pillar.view(), first);
    assert_eq!(pillar.done(), [Effect::Wipe]);
}

#[test]
fn headphones_turn_speech_on_and_off() {
    let mut pillar = pillar();
    pillar.tell(Event::Headphones(true));
    assert!(pillar.view().frame.speech && pillar.view().frame.headphones);
    pillar.does(Intent::Begin).does(Intent::Stop);
    assert!(pillar.view().frame.speech, "whoever still wears them still needs speech");
    pillar.tell(Event::Headphones(false));
    assert!(!pillar.view().frame.speech);
}

#[test]
fn help_lies_over_the_screen_and_takes_all_touches() {
    let mut pillar = pillar();
    pillar.opens(Language::Nl, "call-back").next().does(Intent::ToggleHelp);
    assert_eq!(pillar.view().frame.overlay, Some(Overlay::Help));
    pillar.touches(0).does(Intent::ToggleHelp);
    assert_eq!((pillar.view().frame.overlay, pillar.chosen()), (None, vec![]));
}

#[test]
fn nothing_that_was_typed_is_left_after_the_end() {
    let mut pillar = pillar();
    pillar.opens(Language::Nl, "call-back").next().touches(0).next().types("Geheimschrijver");
    assert!(format!("{:?}", pillar.view()).contains("Geheimschrijver"));
    assert!(!format!("{:?}", pillar.visit).contains("Geheimschrijver"), "it may end up in a log");
    pillar.does(Intent::Stop).does(Intent::ConfirmStop).is_waiting_for_someone();
    assert!(!format!("{:?}", pillar.view()).contains("Geheimschrijver"));
    pillar.opens(Language::Nl, "call-back").next();
    assert_eq!(pillar.chosen(), [0; 0]);
    pillar.touches(0).next();
    assert_eq!(pillar.fields(), [""]);
}

#[test]
fn the_clock_jumps_and_a_day_that_is_gone_is_asked_again() {
    let mut pillar = pillar();
    pillar.opens(Language::Nl, "bulky-waste").fills_in_bulky_waste();
    pillar.clock_jumps_to(date(2026, 11, 30).at(9, 0, 0, 0)).next();
    pillar.asks("Op welke dag komen we langs?").expects(Expected::ADay);
    assert_eq!(pillar.done(), []);
    pillar.does(Intent::ChooseDay(date(2026, 12, 8))).next().next();
    assert_eq!(charges(&pillar.done()), 1);
}

#[test]
fn the_clock_jumps_while_the_calendar_is_open() {
    let mut pillar = pillar();
    pillar.opens(Language::Nl, "bulky-waste").next();
    pillar.types("2411ab").does(Intent::SelectField(1)).types("12").next().touches(0).next();
    pillar.does(Intent::ChooseDay(TUESDAY)).clock_jumps_to(date(2027, 3, 1).at(9, 0, 0, 0)).next();
    pillar.expects(Expected::ADay);
    let Control::Calendar { month, .. } = pillar.question().control else { panic!("month") };
    assert_eq!(month, date(2027, 3, 1));
}
