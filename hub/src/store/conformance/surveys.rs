//! What residents thought of their visits.

use jiff::Timestamp;
use uuid::Uuid;
use zuil_wire::messages::SurveyItem;
use zuil_wire::{Missed, SurveyAnswers, Treated};

use super::super::{Batch, Store, SurveyCounts, SurveyWeek};
use super::{some_pillar, survey};

/// All checks of this page.
pub(super) const CHECKS: [fn(&dyn Store); 4] = [
    surveys_are_counted_by_week_pillar_and_task,
    how_somebody_was_treated_and_what_was_missing_is_counted_beside_older_surveys,
    a_survey_that_is_sent_again_counts_once_also_weeks_later,
    weeks_that_are_too_old_are_left_out,
];

fn day(number: u32) -> Timestamp {
    format!("2026-11-{number:02}T10:00:00Z").parse().unwrap()
}

fn send(store: &dyn Store, pillar: &str, surveys: &[SurveyItem], at: Timestamp) {
    let batch = Batch { pillar: pillar.into(), surveys: surveys.to_vec(), ..Batch::default() };
    store.take_in(&batch, at).unwrap();
}

fn about(task: &str, id: u128, clear: Option<u8>, helped: Option<bool>) -> SurveyItem {
    let answers = SurveyAnswers { clear, helped, ..SurveyAnswers::default() };
    SurveyItem { id: Uuid::from_u128(id), task: task.into(), answers }
}

fn week(monday: &str, pillar: &str, task: &str, counts: SurveyCounts) -> SurveyWeek {
    SurveyWeek { week: monday.parse().unwrap(), pillar: Some(pillar.into()), task: task.into(), counts }
}

fn weeks(store: &dyn Store, since: &str) -> Vec<SurveyWeek> {
    store.survey_weeks(since.parse().unwrap()).unwrap()
}

fn surveys_are_counted_by_week_pillar_and_task(store: &dyn Store) {
    store.add_pillar(&some_pillar("bieb", 2)).unwrap();
    assert_eq!(weeks(store, "2026-01-01"), []);
    let at_jumbo = [
        about("waste", 1, Some(5), Some(true)),
        about("waste", 2, Some(4), Some(false)),
        about("waste", 3, None, None),
        about("callback", 4, Some(1), None),
    ];
    send(store, "jumbo", &at_jumbo, day(20));
    send(store, "bieb", &[about("waste", 5, None, Some(true))], day(22));
    send(store, "jumbo", &[about("waste", 6, Some(5), None)], day(23));
    let none = SurveyCounts::default();
    let waste = SurveyCounts { times: 3, clear: [0, 0, 0, 1, 1], helped: 1, not_helped: 1, ..none };
    assert_eq!(
        weeks(store, "2026-01-01"),
        [
            week("2026-11-16", "bieb", "waste", SurveyCounts { times: 1, helped: 1, ..none }),
            week(
                "2026-11-16",
                "jumbo",
                "callback",
                SurveyCounts { times: 1, clear: [1, 0, 0, 0, 0], ..none }
            ),
            week("2026-11-16", "jumbo", "waste", waste),
            week("2026-11-23", "jumbo", "waste", SurveyCounts { times: 1, clear: [0, 0, 0, 0, 1], ..none }),
        ]
    );
    assert_eq!(store.survey_count().unwrap(), 6);
}

fn how_somebody_was_treated_and_what_was_missing_is_counted_beside_older_surveys(store: &dyn Store) {
    let mut id = 0;
    let mut said = |treated, missing| {
        id += 1;
        let item = about("waste", id, Some(2), None);
        SurveyItem { answers: SurveyAnswers { treated, missing, ..item.answers }, ..item }
    };
    let mut surveys: Vec<_> = Treated::ALL.map(|treated| said(Some(treated), None)).into();
    surveys.extend(Missed::ALL.map(|missed| said(Some(Treated::No), Some(missed))));
    surveys.extend([said(None, None), said(Some(Treated::ALittle), Some(Missed::Person))]);
    send(store, "jumbo", &surveys, day(20));
    // It is sent again, and nothing counts twice.
    send(store, "jumbo", &surveys, day(21));
    let counts = SurveyCounts {
        times: 11,
        clear: [0, 11, 0, 0, 0],
        treated: [1, 2, 7],
        missed: [1, 1, 2, 1, 1, 1],
        ..SurveyCounts::default()
    };
    assert_eq!(weeks(store, "2026-01-01"), [week("2026-11-16", "jumbo", "waste", counts)]);
    assert_eq!((counts.said_how_treated(), counts.said_what_was_missing()), (10, 7));
}

fn a_survey_that_is_sent_again_counts_once_also_weeks_later(store: &dyn Store) {
    send(store, "jumbo", &[survey(1), survey(2), survey(2)], day(2));
    send(store, "jumbo", &[survey(2), survey(1)], day(20));
    let weeks = weeks(store, "2026-01-01");
    assert_eq!(weeks.iter().map(|week| week.counts.times).collect::<Vec<_>>(), [2], "{weeks:?}");
    assert_eq!(weeks[0].counts.said_how_clear(), 2);
}

fn weeks_that_are_too_old_are_left_out(store: &dyn Store) {
    send(store, "jumbo", &[survey(1)], day(8));
    send(store, "jumbo", &[survey(2)], day(9));
    let of_week = |since| weeks(store, since).iter().map(|week| week.week.to_string()).collect::<Vec<_>>();
    assert_eq!(of_week("2026-11-02"), ["2026-11-02", "2026-11-09"]);
    assert_eq!(of_week("2026-11-09"), ["2026-11-09"]);
    assert_eq!(of_week("2026-11-16"), [""; 0]);
}
