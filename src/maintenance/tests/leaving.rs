//! What ends the pillar as it is.

use super::*;

const LOST: &str = "Requests of residents would be lost";

#[test]
fn a_reset_asks_for_the_name_and_does_nothing_with_another_one() {
    let mut technician = Technician::gets_in();
    technician.touches("Delete everything").types("Jumbo-2").does(Intent::Next);
    assert!(!technician.sees().entry.unwrap().trouble.is_empty());
    assert_eq!(technician.wants(), []);
    technician.does(Intent::Erase).types("1").does(Intent::Next);
    let begun = Deed::Note(ServiceDeed::Reset, ServiceOutcome::Begun);
    assert_eq!(technician.wants(), [begun, technician.begun(Work::Reset)]);
}

#[test]
fn a_reset_asks_twice_while_requests_wait() {
    let mut technician = Technician::gets_in();
    technician.hears(Event::Pillar(PillarFacts { waiting: 3, ..pillar() }));
    technician.touches("Delete everything").is_on(LOST);
    assert_eq!(technician.sees().rows[0].value, "3");
    technician.does(Intent::Next).types("jumbo-1").does(Intent::Next);
    assert_eq!(technician.wants(), [], "nobody has agreed yet");
    technician.touches("Lose them all the same").types("jumbo-1").does(Intent::Next);
    assert!(technician.wants().contains(&technician.begun(Work::Reset)));
}

#[test]
fn what_comes_in_while_the_name_is_typed_is_asked_about_too() {
    let mut technician = Technician::gets_in();
    technician.touches("Delete everything").types("Jumbo-1");
    technician.hears(Event::Pillar(PillarFacts { waiting: 1, ..pillar() })).does(Intent::Next);
    technician.is_on(LOST);
    assert_eq!(technician.wants(), []);
}

#[test]
fn a_pillar_without_a_name_cannot_be_reset_with_nothing_typed() {
    let mut technician = Technician::gets_in();
    technician.hears(Event::Pillar(PillarFacts { name: String::new(), ..pillar() }));
    technician.touches("Delete everything").does(Intent::Next);
    assert_eq!(technician.wants(), []);
}

#[test]
fn enrolling_anew_says_what_waits_and_is_confirmed() {
    let mut technician = Technician::gets_in();
    technician.hears(Event::Pillar(PillarFacts { waiting: 2, ..pillar() }));
    technician.touches("Enrol this pillar anew");
    let panel = technician.sees();
    assert_eq!((panel.rows[0].value.as_str(), panel.choices[0].dangerous), ("2", true));
    assert_eq!(technician.wants(), []);
    technician.touches("Take the binding away");
    let begun = Deed::Note(ServiceDeed::ReEnrolled, ServiceOutcome::Begun);
    assert_eq!(technician.wants(), [begun, technician.begun(Work::ReEnrol)]);
    technician.hears_of_it(End::Failed);
    assert_eq!(technician.notes(), [(ServiceDeed::ReEnrolled, ServiceOutcome::Failed)]);
}

#[test]
fn the_machine_starts_anew_after_it_was_noted() {
    let mut technician = Technician::gets_in();
    technician.touches("Start the machine anew").does(Intent::Next);
    assert_eq!(technician.wants(), []);
    technician.touches("Start it anew");
    let begun = Deed::Note(ServiceDeed::Restarted, ServiceOutcome::Begun);
    assert_eq!(technician.wants(), [begun, technician.begun(Work::Restart)]);
}

#[test]
fn what_was_only_wished_of_the_machine_is_never_said_to_be_done() {
    for (task, confirm) in [(Task::Restart, "Start the machine anew"), (Task::Reset, "Delete everything")] {
        let mut technician = Technician::gets_in();
        technician.touches(confirm);
        match task {
            Task::Restart => technician.touches("Start it anew"),
            _ => technician.types("Jumbo-1").does(Intent::Next),
        };
        technician.wants();
        technician.hears_of_it(End::Done).waits(Duration::from_secs(30));
        let panel = technician.sees();
        assert_eq!((panel.rows[0].value.as_str(), panel.choices.len()), ("busy", 0), "{task:?}");
        technician.waits(Duration::from_secs(90));
        assert_eq!(technician.sees().rows[0].value, "not known", "the image never took it");
        assert!(technician.notes().iter().all(|(_, outcome)| *outcome == ServiceOutcome::Begun));
        technician.does(Intent::Back).is_on(MENU);
    }
}

#[test]
fn a_restart_that_could_not_even_be_wished_is_told() {
    let mut technician = Technician::gets_in();
    technician.touches("Start the machine anew").touches("Start it anew");
    technician.wants();
    technician.hears_of_it(End::Failed);
    assert_eq!(technician.sees().rows[0].value, "not done");
    assert_eq!(technician.notes(), [(ServiceDeed::Restarted, ServiceOutcome::Failed)]);
}
