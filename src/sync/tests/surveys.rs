//! What residents say of how they were treated and what was missing, on its way to hubs of different ages.

use zuil_wire::{Missed, Treated};

use super::*;

fn fuller_survey(number: u64) -> SurveyItem {
    let (treated, missing) = (Some(Treated::No), Some(Missed::Person));
    SurveyItem { answers: SurveyAnswers { treated, missing, ..survey(number).answers }, ..survey(number) }
}

/// What a hub gets that speaks up to a version, from a pillar that was just switched on.
async fn sent_to_a_hub_of(version: Option<u16>, survey: &SurveyItem) -> (UploadRequest, usize) {
    let hub = ScriptedHub::default();
    hub.0.lock().unwrap().speaks = version;
    let mut pillar = Pillar::new(hub);
    pillar.outbox.keep_survey(survey).unwrap();
    let (_handle, mut heard) = pillar.connects(0);
    assert_eq!(next(&mut heard).await, SyncEvent::Online(true));
    tokio::time::sleep(Duration::from_secs(1)).await;
    assert_eq!(pillar.outbox.counts().unwrap().surveys, 0);
    let script = pillar.hub.0.lock().unwrap();
    (script.requests[0].1.clone(), script.greetings.len())
}

#[tokio::test(start_paused = true)]
async fn a_newer_hub_hears_how_somebody_was_treated_even_if_it_is_the_first_thing_it_hears() {
    let (request, greetings) = sent_to_a_hub_of(Some(3), &fuller_survey(91)).await;
    assert_eq!((request.version, request.surveys), (3, vec![fuller_survey(91)]));
    assert_eq!(greetings, 1, "it said first what it speaks");
}

#[tokio::test(start_paused = true)]
async fn an_older_hub_gets_the_answers_that_it_knows_and_the_survey_counts_there() {
    for version in [None, Some(2)] {
        let (request, _) = sent_to_a_hub_of(version, &fuller_survey(91)).await;
        assert_eq!((request.version, request.surveys), (version.unwrap_or(1), vec![survey(91)]));
    }
}

#[tokio::test(start_paused = true)]
async fn a_survey_that_every_hub_knows_waits_for_no_greeting() {
    let (request, _) = sent_to_a_hub_of(Some(3), &survey(91)).await;
    assert_eq!((request.version, request.surveys), (1, vec![survey(91)]));
}
