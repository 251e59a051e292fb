//! Transactions on their way to the hub, and surveys.

use zuil_wire::messages::SurveyItem;
use zuil_wire::{Refusal, SurveyAnswers};

use super::super::transactions::forward;
use super::*;

#[test]
fn a_committed_request_is_saved_and_waits_in_the_order_of_its_number() {
    let disk = Disk::new();
    let outbox = disk.open();
    for number in [3, 1, 2] {
        outbox.commit(&sealed(number)).unwrap();
    }
    assert_eq!(outbox.state(id(1)).unwrap(), Some(State::Saved));
    assert_eq!(pending_ids(&outbox), [id(1), id(2), id(3)]);
    assert_eq!(outbox.pending(2).unwrap().len(), 2);
    assert_eq!(outbox.pending(1).unwrap()[0].sealed, sealed(1));
}

#[test]
fn a_commit_is_idempotent() {
    let disk = Disk::new();
    let outbox = disk.open();
    outbox.commit(&sealed(1)).unwrap();
    let told = sent(&outbox);
    outbox.commit(&sealed(1)).unwrap();
    outbox.acknowledge(&[accepted(1, State::Received)], &told).unwrap();
    outbox.commit(&sealed(1)).unwrap();
    assert_eq!(outbox.state(id(1)).unwrap(), Some(State::Received));
    assert!(pending_ids(&outbox).is_empty());
}

#[test]
fn an_id_or_a_number_is_never_given_to_a_second_request() {
    let disk = Disk::new();
    let outbox = disk.open();
    outbox.commit(&sealed(1)).unwrap();
    let mut same_id = sealed(2);
    same_id.header.id = id(1);
    assert!(matches!(outbox.commit(&same_id), Err(OutboxError::Taken(taken)) if taken == id(1)));
    let mut same_number = sealed(2);
    same_number.header.sequence = 1;
    assert!(matches!(outbox.commit(&same_number), Err(OutboxError::Taken(taken)) if taken == id(2)));
    assert_eq!(pending_ids(&outbox), [id(1)]);
}

#[test]
fn what_could_never_be_uploaded_is_refused_at_the_door() {
    let disk = Disk::new();
    let outbox = disk.open();
    let mut huge = sealed(1);
    huge.ciphertext = "A".repeat(zuil_wire::UploadRequest::MAX_BYTES);
    let error = outbox.commit(&huge).unwrap_err();
    assert!(matches!(error, OutboxError::TooLarge { .. }) && error.is_permanent());
    assert_eq!(outbox.counts().unwrap(), Counts::default());
}

#[test]
fn numbers_rise_and_are_never_given_twice_even_after_a_power_cut() {
    let disk = Disk::new();
    let outbox = disk.open();
    assert_eq!(outbox.next_sequence().unwrap(), 1);
    assert_eq!(outbox.next_sequence().unwrap(), 2);
    let later = disk.after_a_power_cut();
    assert_eq!(later.open().next_sequence().unwrap(), 3);
}

#[test]
fn what_the_hub_has_is_told_no_more_and_its_content_is_gone() {
    let disk = Disk::new();
    let outbox = disk.open();
    outbox.commit(&sealed(1)).unwrap();
    let told = sent(&outbox);
    let acknowledged = outbox.acknowledge(&[accepted(1, State::Received)], &told).unwrap();
    assert_eq!(acknowledged, [Acknowledged { id: id(1), state: State::Received }]);
    assert!(pending_ids(&outbox).is_empty());
    let content: Option<String> =
        outbox.lock().query_row("SELECT ciphertext FROM transactions", [], |row| row.get(0)).unwrap();
    assert_eq!(content, None);
    assert_eq!(outbox.counts().unwrap(), Counts { received: 1, ..Counts::default() });
}

#[test]
fn an_answer_that_comes_twice_or_about_something_else_changes_nothing() {
    let disk = Disk::new();
    let outbox = disk.open();
    outbox.commit(&sealed(1)).unwrap();
    outbox.commit(&sealed(2)).unwrap();
    let told = sent(&outbox);
    assert_eq!(outbox.acknowledge(&[accepted(9, State::Received)], &told).unwrap(), []);
    assert_eq!(outbox.acknowledge(&[accepted(2, State::Received)], &told[..1]).unwrap(), []);
    assert_eq!(pending_ids(&outbox), [id(1), id(2)]);

    outbox.acknowledge(&[accepted(1, State::Received)], &told).unwrap();
    let refused = ItemOutcome::Refused { id: id(1), reason: Refusal::Conflict };
    let again = outbox.acknowledge(&[refused], &told).unwrap();
    assert_eq!(again, [Acknowledged { id: id(1), state: State::Received }]);
    assert_eq!(outbox.state(id(1)).unwrap(), Some(State::Received));
}

#[test]
fn a_refused_request_is_parked_with_its_reason_and_is_in_nobodys_way() {
    let disk = Disk::new();
    let outbox = disk.open();
    outbox.commit(&sealed(1)).unwrap();
    outbox.commit(&sealed(2)).unwrap();
    let told = sent(&outbox);
    let refused = ItemOutcome::Refused { id: id(1), reason: Refusal::UnknownKey };
    outbox.acknowledge(&[refused], &told).unwrap();
    assert_eq!(outbox.state(id(1)).unwrap(), Some(State::Parked));
    assert_eq!(pending_ids(&outbox), [id(2)]);
    let (reason, content): (String, Option<String>) = outbox
        .lock()
        .query_row("SELECT refusal, ciphertext FROM transactions WHERE id = ?1", [id(1).to_string()], |row| {
            Ok((row.get(0)?, row.get(1)?))
        })
        .unwrap();
    assert_eq!(reason, "\"unknown_key\"");
    assert!(content.is_some(), "a parked request can still be delivered by a person");
}

#[test]
fn states_never_go_back() {
    // Parked is beside received: a payment may be settled, a person may step in.
    let place = |state| match state {
        State::Saved => 0,
        State::Received | State::Parked => 1,
        State::Registered => 2,
    };
    let all = [State::Saved, State::Received, State::Parked, State::Registered];
    for known in all {
        for told in all {
            let after = forward(known, told);
            assert!(place(after) >= place(known), "{known:?} told {told:?} became {after:?}");
            assert!(place(after) >= place(told), "{known:?} told {told:?} became {after:?}");
            assert_ne!(after, State::Saved, "what the hub accepted is at the hub");
        }
    }
}

#[test]
fn a_survey_is_kept_once_and_forgotten_when_the_hub_has_it() {
    let disk = Disk::new();
    let outbox = disk.open();
    let survey = |number| SurveyItem {
        id: id(number),
        task: "bulky-waste".into(),
        answers: SurveyAnswers { clear: Some(4), helped: None },
    };
    for number in [2, 1, 2] {
        outbox.keep_survey(&survey(number)).unwrap();
    }
    let outbox = disk.after_a_power_cut().open();
    assert_eq!(outbox.pending_surveys(64).unwrap(), [survey(1), survey(2)]);
    assert_eq!(outbox.pending_surveys(1).unwrap(), [survey(1)]);
    outbox.acknowledge_surveys(&[id(1), id(7)]).unwrap();
    assert_eq!(outbox.pending_surveys(64).unwrap(), [survey(2)]);
    assert_eq!(outbox.counts().unwrap().surveys, 1);
}
