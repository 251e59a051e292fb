//! Transactions on their way to the hub, surveys, and questions without an answer.

use zuil_wire::messages::SurveyItem;
use zuil_wire::{Missed, QuestionItem, Refusal, RequestStanding, SurveyAnswers, Treated};

use super::*;

fn a_committed_request_is_saved_and_waits_in_the_order_of_its_number(place: &dyn Place) {
    let outbox = place.open();
    for number in [3, 1, 2] {
        outbox.commit(&sealed(number)).unwrap();
    }
    assert_eq!(outbox.state(id(1)).unwrap(), Some(State::Saved));
    assert_eq!(pending_ids(&*outbox), [id(1), id(2), id(3)]);
    assert_eq!(outbox.pending(2).unwrap().len(), 2);
    assert_eq!(outbox.pending(1).unwrap()[0].sealed, sealed(1));
}

/// Whatever was looked at before, and in whichever order things become due.
fn what_is_saved_late_with_a_low_number_is_told_too(place: &dyn Place) {
    let outbox = place.open();
    let told = |outbox: &dyn Outbox, after, limit| -> Vec<u64> {
        let pending = outbox.pending_after(after, limit).unwrap();
        pending.iter().map(|item| item.sealed.header.sequence).collect()
    };
    for number in [300, 700] {
        outbox.record_intent(&intent(number, None), &sealed(number)).unwrap();
    }
    outbox.commit(&sealed(500)).unwrap();
    assert_eq!(told(&*outbox, 0, 64), [500]);
    assert!(told(&*outbox, 500, 64).is_empty());
    outbox.record_outcome(payment(700), &unknown()).unwrap();
    assert_eq!(told(&*outbox, 600, 64), [700]);
    assert_eq!(told(&*outbox, 0, 1), [500]);
    let sent: Vec<Sent> = outbox.pending(64).unwrap().iter().map(Pending::sent).collect();
    outbox.acknowledge(&[accepted(500, State::Received), accepted(700, State::Parked)], &sent).unwrap();
    assert!(told(&*outbox, 0, 64).is_empty());
    outbox.record_outcome(payment(300), &paid(231)).unwrap();
    assert_eq!(told(&*outbox, 0, 64), [300]);
    outbox.commit(&sealed(100)).unwrap();
    outbox.commit(&sealed(900)).unwrap();
    outbox.record_outcome(payment(700), &paid(232)).unwrap();
    assert_eq!(told(&*outbox, 0, 64), [100, 300, 700, 900]);
    assert_eq!(told(&*outbox, 100, 2), [300, 700]);
    assert_eq!(told(&*outbox, 300, usize::MAX), [700, 900]);
    assert_eq!(told(&*place.after_a_power_cut().open(), 0, 64), [100, 300, 700, 900]);
    assert!(told(&*outbox, u64::MAX, 64).is_empty());
    assert!(told(&*outbox, 0, 0).is_empty());
}

fn a_commit_is_idempotent(place: &dyn Place) {
    let outbox = place.open();
    outbox.commit(&sealed(1)).unwrap();
    let told = sent(&*outbox);
    outbox.commit(&sealed(1)).unwrap();
    outbox.acknowledge(&[accepted(1, State::Received)], &told).unwrap();
    outbox.commit(&sealed(1)).unwrap();
    assert_eq!(outbox.state(id(1)).unwrap(), Some(State::Received));
    assert!(pending_ids(&*outbox).is_empty());
}

fn what_the_hub_has_is_told_no_more(place: &dyn Place) {
    let outbox = place.open();
    outbox.commit(&sealed(1)).unwrap();
    let told = sent(&*outbox);
    let acknowledged = outbox.acknowledge(&[accepted(1, State::Received)], &told).unwrap();
    assert_eq!(acknowledged, [Acknowledged { id: id(1), state: State::Received }]);
    assert!(pending_ids(&*outbox).is_empty());
    assert_eq!(outbox.counts().unwrap(), Counts { received: 1, ..Counts::default() });
}

fn an_id_or_a_number_is_never_given_to_a_second_request(place: &dyn Place) {
    let outbox = place.open();
    outbox.commit(&sealed(1)).unwrap();
    let mut same_id = sealed(2);
    same_id.header.id = id(1);
    assert!(matches!(outbox.commit(&same_id), Err(OutboxError::Taken(taken)) if taken == id(1)));
    let mut same_number = sealed(2);
    same_number.header.sequence = 1;
    assert!(matches!(outbox.commit(&same_number), Err(OutboxError::Taken(taken)) if taken == id(2)));
    assert_eq!(pending_ids(&*outbox), [id(1)]);
}

fn what_could_never_be_uploaded_is_refused_at_the_door(place: &dyn Place) {
    let outbox = place.open();
    let mut huge = sealed(1);
    huge.ciphertext = "A".repeat(zuil_wire::UploadRequest::MAX_BYTES);
    let error = outbox.commit(&huge).unwrap_err();
    assert!(matches!(error, OutboxError::TooLarge { .. }) && error.is_permanent());
    assert_eq!(outbox.counts().unwrap(), Counts::default());
}

fn numbers_rise_and_are_never_given_twice_even_after_a_power_cut(place: &dyn Place) {
    let outbox = place.open();
    assert_eq!(outbox.next_sequence().unwrap(), 1);
    assert_eq!(outbox.next_sequence().unwrap(), 2);
    let later = place.after_a_power_cut();
    assert!(later.open().next_sequence().unwrap() > 2);
}

fn an_answer_that_comes_twice_or_about_something_else_changes_nothing(place: &dyn Place) {
    let outbox = place.open();
    outbox.commit(&sealed(1)).unwrap();
    outbox.commit(&sealed(2)).unwrap();
    let told = sent(&*outbox);
    assert_eq!(outbox.acknowledge(&[accepted(9, State::Received)], &told).unwrap(), []);
    assert_eq!(outbox.acknowledge(&[accepted(2, State::Received)], &told[..1]).unwrap(), []);
    assert_eq!(pending_ids(&*outbox), [id(1), id(2)]);

    outbox.acknowledge(&[accepted(1, State::Received)], &told).unwrap();
    let refused = ItemOutcome::Refused { id: id(1), reason: Refusal::Conflict };
    let again = outbox.acknowledge(&[refused], &told).unwrap();
    assert_eq!(again, [Acknowledged { id: id(1), state: State::Received }]);
    assert_eq!(outbox.state(id(1)).unwrap(), Some(State::Received));
}

fn a_refused_request_is_parked_with_its_reason_and_is_in_nobodys_way(place: &dyn Place) {
    let outbox = place.open();
    outbox.commit(&sealed(1)).unwrap();
    outbox.commit(&sealed(2)).unwrap();
    let told = sent(&*outbox);
    let refused = ItemOutcome::Refused { id: id(1), reason: Refusal::UnknownKey };
    outbox.acknowledge(&[refused], &told).unwrap();
    assert_eq!(outbox.state(id(1)).unwrap(), Some(State::Parked));
    assert_eq!(pending_ids(&*outbox), [id(2)]);
}

fn what_the_hub_has_is_followed_until_it_is_registered(place: &dyn Place) {
    let outbox = place.open();
    for number in 1..=4 {
        outbox.commit(&sealed(number)).unwrap();
    }
    let told = sent(&*outbox);
    let refused = ItemOutcome::Refused { id: id(3), reason: Refusal::UnknownKey };
    let outcomes = [accepted(1, State::Received), accepted(2, State::Parked), refused];
    outbox.acknowledge(&outcomes, &told).unwrap();
    assert_eq!(outbox.to_follow(0, 64).unwrap(), [(1, id(1)), (2, id(2))]);
    assert_eq!(outbox.to_follow(0, 1).unwrap(), [(1, id(1))]);
    assert_eq!(outbox.to_follow(1, 64).unwrap(), [(2, id(2))]);
    let stands = |number, state, case_number: Option<&str>| RequestStanding {
        id: id(number),
        state,
        case_number: case_number.map(str::to_owned),
    };
    // Of what was refused, and of what the hub does not have, its word counts for nothing.
    let all = [
        stands(1, State::Registered, Some("ZAAK-1")),
        stands(2, State::Parked, None),
        stands(3, State::Registered, Some("ZAAK-3")),
        stands(4, State::Registered, Some("ZAAK-4")),
        stands(9, State::Registered, Some("ZAAK-9")),
    ];
    let registered = Acknowledged { id: id(1), state: State::Registered };
    assert_eq!(outbox.keep_standings(&all).unwrap(), [registered]);
    let outbox = place.after_a_power_cut().open();
    let known = |number| (outbox.state(id(number)).unwrap(), outbox.case_number(id(number)).unwrap());
    assert_eq!(known(1), (Some(State::Registered), Some("ZAAK-1".into())));
    assert_eq!((known(2), known(3)), ((Some(State::Parked), None), (Some(State::Parked), None)));
    assert_eq!((known(4), known(9)), ((Some(State::Saved), None), (None, None)));
    assert_eq!(outbox.to_follow(0, 64).unwrap(), [(2, id(2))]);
    // It goes forward only.
    assert_eq!(outbox.keep_standings(&[stands(1, State::Received, None)]).unwrap(), []);
    assert_eq!(known(1), (Some(State::Registered), Some("ZAAK-1".into())));
    // What was parked here goes on; what the hub parks later is for its staff, and kept no longer for that.
    let received = Acknowledged { id: id(2), state: State::Received };
    assert_eq!(outbox.keep_standings(&[stands(2, State::Received, None)]).unwrap(), [received]);
    assert_eq!(outbox.keep_standings(&[stands(2, State::Parked, None)]).unwrap(), []);
    assert_eq!(known(2), (Some(State::Received), None));
    // So is what they are done with.
    assert_eq!(outbox.keep_standings(&[stands(2, State::Closed, None)]).unwrap(), []);
    assert_eq!(known(2), (Some(State::Received), None));
}

fn what_was_made_here_is_found_by_its_reference(place: &dyn Place) {
    let outbox = place.open();
    outbox.commit(&sealed(1)).unwrap();
    outbox.commit(&sealed(2)).unwrap();
    outbox.record_intent(&intent(3, None), &sealed(3)).unwrap();
    let committed_at = header(1).committed_at;
    let made = |state, case_number: Option<&str>| {
        Some(MadeHere { state, committed_at, case_number: case_number.map(str::to_owned), payment: None })
    };
    let found = |outbox: &dyn Outbox, number| outbox.made_here(header(number).reference).unwrap();
    assert_eq!(found(&*outbox, 1), made(State::Saved, None));
    assert_eq!(found(&*outbox, 3), None, "nobody knows yet whether it will be");
    assert_eq!(found(&*outbox, 9), None);
    let told = sent(&*outbox);
    outbox.acknowledge(&[accepted(1, State::Received)], &told).unwrap();
    let (state, case_number) = (State::Registered, Some("ZAAK-1".to_owned()));
    outbox.keep_standings(&[RequestStanding { id: id(1), state, case_number }]).unwrap();
    let outbox = place.after_a_power_cut().open();
    assert_eq!(found(&*outbox, 1), made(State::Registered, Some("ZAAK-1")));
    assert_eq!(found(&*outbox, 2), made(State::Saved, None));
}

fn a_survey_is_kept_once_and_forgotten_when_the_hub_has_it(place: &dyn Place) {
    let outbox = place.open();
    let survey = |number| SurveyItem {
        id: id(number),
        task: "bulky-waste".into(),
        answers: SurveyAnswers {
            clear: Some(2),
            helped: None,
            treated: Some(Treated::ALittle),
            missing: Some(Missed::Person),
        },
    };
    for number in [2, 1, 2] {
        outbox.keep_survey(&survey(number)).unwrap();
    }
    let outbox = place.after_a_power_cut().open();
    assert_eq!(outbox.pending_surveys(64).unwrap(), [survey(1), survey(2)]);
    assert_eq!(outbox.pending_surveys(1).unwrap(), [survey(1)]);
    outbox.acknowledge_surveys(&[id(1), id(7)]).unwrap();
    assert_eq!(outbox.pending_surveys(64).unwrap(), [survey(2)]);
    assert_eq!(outbox.counts().unwrap().surveys, 1);
}

fn question(number: u64, on: &str) -> QuestionItem {
    QuestionItem {
        id: id(number),
        language: "nl".into(),
        words: "vliegen met een drone".into(),
        on: on.parse().unwrap(),
    }
}

fn what_was_not_found_is_kept_once_and_forgotten_when_the_hub_has_it(place: &dyn Place) {
    let outbox = place.open();
    let asked = |number| question(number, "2026-03-02");
    for number in [2, 1, 2] {
        outbox.keep_question(&asked(number)).unwrap();
    }
    let outbox = place.after_a_power_cut().open();
    assert_eq!(outbox.pending_questions(64).unwrap(), [asked(1), asked(2)]);
    assert_eq!(outbox.pending_questions(1).unwrap(), [asked(1)]);
    outbox.acknowledge_questions(&[id(1), id(7)]).unwrap();
    assert_eq!(outbox.pending_questions(64).unwrap(), [asked(2)]);
}

fn of_what_was_not_found_the_newest_five_hundred_are_kept(place: &dyn Place) {
    let outbox = place.open();
    let tuesday = |number| question(number, "2026-03-03");
    for number in 1..=rules::MOST_QUESTIONS as u64 {
        outbox.keep_question(&tuesday(1_000 + number)).unwrap();
    }
    outbox.keep_question(&question(1, "2026-03-02")).unwrap();
    assert!(!outbox.pending_questions(9_999).unwrap().iter().any(|it| it.id == id(1)), "that was Monday");
    outbox.keep_question(&question(2, "2026-03-04")).unwrap();
    let kept = outbox.pending_questions(9_999).unwrap();
    assert_eq!((kept.len(), kept[0].id), (500, id(2)));
    assert_eq!(kept[1..], (1..500).map(|number| tuesday(1_000 + number)).collect::<Vec<_>>());
}

on_every_outbox! {
    what_the_hub_has_is_told_no_more,
    a_committed_request_is_saved_and_waits_in_the_order_of_its_number,
    a_commit_is_idempotent,
    what_is_saved_late_with_a_low_number_is_told_too,
    an_id_or_a_number_is_never_given_to_a_second_request,
    what_could_never_be_uploaded_is_refused_at_the_door,
    numbers_rise_and_are_never_given_twice_even_after_a_power_cut,
    an_answer_that_comes_twice_or_about_something_else_changes_nothing,
    a_refused_request_is_parked_with_its_reason_and_is_in_nobodys_way,
    what_the_hub_has_is_followed_until_it_is_registered,
    what_was_made_here_is_found_by_its_reference,
    a_survey_is_kept_once_and_forgotten_when_the_hub_has_it,
    what_was_not_found_is_kept_once_and_forgotten_when_the_hub_has_it,
    of_what_was_not_found_the_newest_five_hundred_are_kept,
}
