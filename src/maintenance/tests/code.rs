//! Getting in, and being sent out again.

use super::*;

const WRONG: Tried = Tried::Wrong { pause: None };

#[test]
fn nothing_is_shown_and_nothing_happens_before_a_code_was_right() {
    let mut technician = Technician::arrives();
    technician.does(Intent::Pick(0)).does(Intent::Next).types("3530").does(Intent::Next);
    technician.hears(Event::Pillar(pillar())).hears(Event::Machine(Box::new(image())));
    let until = technician.now.timestamp + SignedDuration::from_hours(1);
    technician.hears(Event::Tried(Tried::Granted { serial: 7, until }));
    assert_eq!(technician.wants(), [], "nobody asked for that code");
    let panel = technician.sees();
    assert_eq!((panel.choices.len(), panel.rows.len()), (0, 0));
    assert_eq!(panel.entry.unwrap().value, "3530");
    assert!(!technician.view().frame.can_go_on, "it is not whole");
}

#[test]
fn a_code_is_typed_in_groups_and_looked_at_once() {
    let mut technician = Technician::arrives();
    technician.types("3530 0774-50531");
    assert_eq!(technician.sees().entry.unwrap().value, "•••• •••• 5053");
    technician.does(Intent::Next).does(Intent::Next).types("9").does(Intent::Erase);
    assert_eq!(technician.wants(), [Deed::Try(Secret::of("353007745053"))]);
}

#[test]
fn every_reason_why_a_code_opens_nothing_is_told_until_something_is_typed() {
    let mut told = Vec::new();
    for why in
        [WRONG, Tried::Expired, Tried::Wrong { pause: Some(15) }, Tried::Pause { minutes: 9 }, Tried::NoKey]
    {
        let mut technician = Technician::arrives();
        technician.types("353007745053").does(Intent::Next);
        technician.wants();
        technician.hears(Event::Tried(why));
        let noted = technician.notes();
        let expected = (ServiceDeed::WrongCode, ServiceOutcome::Failed);
        assert_eq!(
            noted,
            if matches!(why, Tried::Wrong { .. }) { vec![expected] } else { vec![] },
            "{why:?}"
        );
        let entry = technician.sees().entry.unwrap();
        assert_eq!(entry.value, "", "it is typed anew");
        told.push(entry.trouble);
        technician.types("3");
        assert_eq!(technician.sees().entry.unwrap().trouble, "");
    }
    assert!(told.iter().all(|trouble| !trouble.is_empty()));
    assert!(told[2].contains("15") && told[3].contains('9'), "{told:?}");
    told.sort();
    told.dedup();
    assert_eq!(told.len(), 5);
}

#[test]
fn whoever_came_here_by_accident_goes_back_and_leaves_nothing_behind() {
    for intent in [Intent::Stop, Intent::Back] {
        let mut technician = Technician::arrives();
        technician.does(intent);
        assert_eq!(technician.wants(), [Deed::Close]);
    }
    let mut technician = Technician::arrives();
    technician.waits(Duration::from_secs(59));
    assert_eq!(technician.wants(), []);
    technician.waits(Duration::from_secs(1));
    assert_eq!(technician.wants(), [Deed::Close]);
}

#[test]
fn it_closes_three_minutes_after_the_last_touch() {
    let mut technician = Technician::gets_in();
    technician.waits(Duration::from_secs(170)).does(Intent::Pick(0));
    technician.waits(Duration::from_secs(179));
    assert!(!technician.wants().contains(&Deed::Close));
    technician.waits(Duration::from_secs(1));
    let closed = Deed::Note(ServiceDeed::Closed, ServiceOutcome::Done);
    assert_eq!(technician.wants(), [closed, Deed::Close]);
}

#[test]
fn it_closes_when_the_time_of_its_code_is_over_also_under_somebodys_fingers() {
    let mut technician = Technician::gets_in();
    for _ in 0..59 {
        technician.waits(Duration::from_secs(60)).does(Intent::Pick(1)).does(Intent::Back);
    }
    assert!(!technician.wants().contains(&Deed::Close));
    technician.waits(Duration::from_secs(60));
    assert!(technician.wants().contains(&Deed::Close));
}

#[test]
fn a_clock_that_is_set_back_makes_no_code_last_longer() {
    let mut technician = Technician::gets_in();
    technician.now.timestamp -= SignedDuration::from_hours(5);
    for _ in 0..30 {
        technician.waits(Duration::from_secs(110)).does(Intent::Pick(1)).does(Intent::Back);
    }
    assert!(!technician.wants().contains(&Deed::Close));
    for _ in 0..3 {
        technician.now.uptime += Duration::from_secs(110);
        technician.does(Intent::Pick(1));
    }
    assert!(technician.wants().contains(&Deed::Close));
}

#[test]
fn a_technician_closes_it_from_the_menu_and_from_any_page() {
    let mut technician = Technician::gets_in();
    technician.touches("Close, and serve residents again");
    let closed = Deed::Note(ServiceDeed::Closed, ServiceOutcome::Done);
    assert_eq!(technician.wants(), [closed.clone(), Deed::Close]);
    let mut technician = Technician::gets_in();
    technician.touches("Network").touches("Set up the mobile network").does(Intent::Stop);
    assert_eq!(technician.wants(), [closed, Deed::Close]);
}

#[test]
fn where_no_code_can_be_checked_none_is_asked_for_and_it_is_over_after_an_hour() {
    let mut technician = Technician::arrives();
    let (service, deeds) = Service::begin_without_code(2, &technician.view().frame, technician.now);
    assert_eq!(deeds, [Deed::Note(ServiceDeed::Opened, ServiceOutcome::Done), Deed::Look]);
    technician.service = service;
    technician.hears(Event::Pillar(PillarFacts { serves: false, is_enrolled: false, ..pillar() }));
    technician.is_on(MENU);
    assert_eq!(technician.service.serial(), None);
    let offered = |technician: &Technician, label: &str| {
        technician.sees().choices.iter().any(|choice| choice.label == label)
    };
    assert!(!offered(&technician, "Enrol this pillar anew"), "whoever has no code takes no binding away");
    technician.touches("Try the devices");
    assert!(offered(&technician, "Touch screen") && !offered(&technician, "Sound"), "nobody speaks");
    for _ in 0..59 {
        technician.waits(Duration::from_secs(60)).does(Intent::ToggleContrast);
    }
    technician.wants();
    technician.waits(Duration::from_secs(60));
    assert_eq!(technician.wants(), [Deed::Note(ServiceDeed::Closed, ServiceOutcome::Done), Deed::Close]);
}
