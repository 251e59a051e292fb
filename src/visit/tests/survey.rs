//! What residents say at the end, and what they are asked for it.

use zuil_wire::{Missed, SurveyAnswers, Treated};

use super::*;

const CLEAR: SurveyView = SurveyView::Clear { chosen: None };
const HELPED: SurveyView = SurveyView::Helped { chosen: None };
const TREATED: SurveyView = SurveyView::Treated { chosen: None, last: true };
const TREATED_AND_ON: SurveyView = SurveyView::Treated { chosen: None, last: false };
const MISSING: SurveyView = SurveyView::Missing { chosen: None };

/// Somebody who has their receipt.
fn at_the_receipt() -> Pillar {
    let mut pillar = pillar();
    pillar.opens(Language::Nl, "call-back").fills_in_call_back().next().tell(saved()).tell(received());
    pillar.done();
    pillar
}

#[track_caller]
fn asks(pillar: &mut Pillar, question: SurveyView) -> &mut Pillar {
    assert_eq!(pillar.screen(), Screen::Survey(question));
    pillar
}

fn kept(answers: SurveyAnswers) -> [Effect; 1] {
    [Effect::KeepSurvey { task: "call-back".to_owned(), answers }]
}

#[test]
fn the_resident_goes_back_from_the_survey_to_read_the_reference_again() {
    let mut pillar = at_the_receipt();
    pillar.next().back();
    assert_eq!(pillar.receipt().reference, reference());
    assert_eq!(pillar.done(), [], "it is not printed again");
}

#[test]
fn a_skipped_survey_keeps_nothing_and_half_a_survey_keeps_half() {
    let mut pillar = at_the_receipt();
    asks(pillar.next(), CLEAR);
    asks(pillar.next(), HELPED);
    asks(pillar.next(), TREATED).next();
    assert_eq!((pillar.screen(), pillar.done()), (Screen::Goodbye, vec![]));
    let mut pillar = at_the_receipt();
    pillar.next().does(Intent::Rate(9)).does(Intent::Rate(1)).next().does(Intent::Stop);
    assert_eq!(pillar.done(), kept(SurveyAnswers { clear: Some(2), ..SurveyAnswers::default() }));
}

#[test]
fn who_found_everything_well_is_not_asked_what_was_missing() {
    for face in [2, 3, 4] {
        let mut pillar = at_the_receipt();
        pillar.next().does(Intent::Rate(face)).next().does(Intent::Rate(0)).next().does(Intent::Rate(0));
        asks(&mut pillar, SurveyView::Treated { chosen: Some(0), last: true }).next();
        assert_eq!(pillar.screen(), Screen::Goodbye);
    }
}

#[test]
fn who_met_something_that_was_not_well_says_what_was_missing() {
    type Answers = [Option<usize>; 3];
    let unwell: [Answers; 5] = [
        [Some(0), None, None],
        [Some(1), Some(0), Some(0)],
        [Some(4), Some(1), None],
        [None, None, Some(1)],
        [Some(4), Some(0), Some(2)],
    ];
    for answers in unwell {
        let mut pillar = at_the_receipt();
        pillar.next();
        for answer in answers {
            if let Some(option) = answer {
                pillar.does(Intent::Rate(option));
            }
            pillar.next();
        }
        asks(&mut pillar, MISSING).does(Intent::Rate(6)).does(Intent::Rate(2)).next();
        assert_eq!(pillar.screen(), Screen::Goodbye);
        let [clear, helped, treated] = answers;
        let said = SurveyAnswers {
            clear: clear.and_then(|face| u8::try_from(face + 1).ok()),
            helped: helped.map(|option| option == 0),
            treated: treated.map(|option| Treated::ALL[option]),
            missing: Some(Missed::Person),
        };
        assert_eq!(pillar.done(), kept(said), "{answers:?}");
    }
}

#[test]
fn the_last_question_may_be_skipped_too() {
    let mut pillar = at_the_receipt();
    asks(pillar.next().does(Intent::Rate(0)).next().next(), TREATED_AND_ON);
    asks(pillar.next(), MISSING).next();
    assert_eq!(pillar.screen(), Screen::Goodbye);
    assert_eq!(pillar.done(), kept(SurveyAnswers { clear: Some(1), ..SurveyAnswers::default() }));
}

#[test]
fn who_goes_back_and_finds_it_well_after_all_missed_nothing() {
    let mut pillar = at_the_receipt();
    pillar.next().does(Intent::Rate(4)).next().does(Intent::Rate(1)).next();
    asks(pillar.next(), MISSING).does(Intent::Rate(0));
    asks(pillar.back(), TREATED_AND_ON);
    asks(pillar.back(), SurveyView::Helped { chosen: Some(1) }).does(Intent::Rate(0));
    asks(pillar.next(), TREATED).next();
    assert_eq!(pillar.screen(), Screen::Goodbye);
    let said = SurveyAnswers { clear: Some(5), helped: Some(true), ..SurveyAnswers::default() };
    assert_eq!(pillar.done(), kept(said));
}
