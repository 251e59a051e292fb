//! A pillar and a hub of different ages: what each was when version 1 was new is kept here as it was,
//! and talks to what it is now.
//!
//! All names and answers are made up.

// Clippy's exception for tests covers the test functions, but not what they share.
#![allow(clippy::unwrap_used, clippy::panic)]

use std::fs;
use std::path::Path;

use serde_json::{Value, json};
use zuil_wire::{HealthReport, UploadRequest};

/// The messages of version 1 as they were read when it was new.
mod as_version_1_was {
    use serde::Deserialize;
    use serde_json::Value;

    #[derive(Debug, Deserialize)]
    #[allow(dead_code, reason = "a form to be read, not used")]
    pub struct UploadResponse {
        pub now: String,
        pub outcomes: Vec<ItemOutcome>,
        pub surveys: Vec<String>,
    }

    #[derive(Debug, Deserialize)]
    #[serde(tag = "outcome", rename_all = "snake_case")]
    #[allow(dead_code, reason = "a form to be read, not used")]
    pub enum ItemOutcome {
        Accepted { id: String, state: State, case_number: Option<String> },
        Refused { id: String, reason: Refusal },
    }

    #[derive(Debug, Deserialize)]
    #[serde(rename_all = "snake_case")]
    pub enum State {
        Saved,
        Received,
        Registered,
        Parked,
    }

    #[derive(Debug, Deserialize)]
    #[serde(rename_all = "snake_case")]
    pub enum Refusal {
        WrongPillar,
        BadSignature,
        UnknownKey,
        Unreadable,
        Conflict,
        UnsupportedVersion,
    }

    #[derive(Debug, Deserialize)]
    #[allow(dead_code, reason = "a form to be read, not used")]
    pub struct HealthAnswer {
        pub now: String,
        pub settled: Vec<Value>,
    }

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    #[allow(dead_code, reason = "a form to be read, not used")]
    pub struct HealthReport {
        pub version: u16,
        pub at: String,
        pub program: String,
        pub catalogue: String,
        pub devices: Vec<Value>,
        pub paper: Option<Value>,
        pub waiting: u64,
        pub open_payments: Vec<Value>,
    }

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    #[allow(dead_code, reason = "a form to be read, not used")]
    pub struct UploadRequest {
        pub version: u16,
        pub envelopes: Vec<Value>,
        pub surveys: Vec<SurveyItem>,
    }

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    #[allow(dead_code, reason = "a form to be read, not used")]
    pub struct SurveyItem {
        pub id: String,
        pub task: String,
        pub answers: SurveyAnswers,
    }

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    pub struct SurveyAnswers {
        pub clear: Option<u8>,
        pub helped: Option<bool>,
    }
}

fn golden(name: &str) -> Value {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden").join(name).with_extension("json");
    serde_json::from_str(&fs::read_to_string(path).unwrap()).unwrap()
}

#[test]
fn a_pillar_of_version_1_reads_what_a_hub_of_today_answers_even_with_more_fields_in_it() {
    let mut answer = golden("upload_response");
    answer["more"] = json!({"of": "a later hub"});
    answer["outcomes"][0]["more"] = true.into();
    let read: as_version_1_was::UploadResponse = serde_json::from_value(answer).unwrap();
    assert_eq!((read.outcomes.len(), read.surveys.len()), (2, 1));
    let mut answer = golden("health_answer");
    answer["more"] = true.into();
    let read: as_version_1_was::HealthAnswer = serde_json::from_value(answer).unwrap();
    assert_eq!(read.settled.len(), 2);
    for word in golden("refusals").as_array().unwrap() {
        serde_json::from_value::<as_version_1_was::Refusal>(word.clone()).unwrap();
    }
    for word in golden("states").as_array().unwrap() {
        serde_json::from_value::<as_version_1_was::State>(word.clone()).unwrap();
    }
}

#[test]
fn a_hub_of_version_1_reads_the_report_of_a_pillar_of_today_when_that_is_told_in_version_1() {
    let report: HealthReport = serde_json::from_value(golden("health_report_2")).unwrap();
    let in_2 = serde_json::to_value(&report).unwrap();
    assert!(serde_json::from_value::<as_version_1_was::HealthReport>(in_2).is_err());
    let in_1 = serde_json::to_value(report.in_version(1)).unwrap();
    let read: as_version_1_was::HealthReport = serde_json::from_value(in_1).unwrap();
    assert_eq!(read.version, 1);
}

#[test]
fn a_hub_of_version_2_hears_of_clock_and_storage_but_not_whether_somebody_is_there_nor_how_warm_it_is() {
    let report: HealthReport = serde_json::from_value(golden("health_report_3")).unwrap();
    assert_eq!((report.in_use, report.celsius), (Some(true), Some(-7)));
    let in_2 = serde_json::to_value(report.clone().in_version(2)).unwrap();
    assert_eq!(in_2, golden("health_report_2"));
    let in_1 = serde_json::to_value(report.in_version(1)).unwrap();
    serde_json::from_value::<as_version_1_was::HealthReport>(in_1).unwrap();
}

#[test]
fn a_hub_of_version_3_hears_all_but_which_system_runs() {
    let report: HealthReport = serde_json::from_value(golden("health_report_4")).unwrap();
    assert_eq!(report.clone().in_version(4), report);
    let in_3 = serde_json::to_value(report.clone().in_version(3)).unwrap();
    assert_eq!(in_3, golden("health_report_3"));
    let in_2 = serde_json::to_value(report.in_version(2)).unwrap();
    assert_eq!(in_2, golden("health_report_2"));
}

#[test]
fn that_it_is_warmer_is_no_news_and_that_somebody_came_is() {
    let before: HealthReport = serde_json::from_value(golden("health_report_3")).unwrap();
    let warmer = HealthReport { celsius: Some(71), ..before.clone() };
    assert!(before.says_the_same(&warmer) && before.says_the_same_but_for_use(&warmer));
    let left = HealthReport { in_use: Some(false), ..warmer };
    assert!(!before.says_the_same(&left) && before.says_the_same_but_for_use(&left));
    let more = HealthReport { waiting: before.waiting + 1, ..left };
    assert!(!before.says_the_same_but_for_use(&more), "that is other news");
}

#[test]
fn a_hub_of_version_1_or_2_counts_the_answers_that_it_knows_of_a_survey_of_today() {
    let upload: UploadRequest = serde_json::from_value(golden("upload_request_3")).unwrap();
    assert_eq!(upload.clone().in_version(3), upload);
    let in_3 = serde_json::to_value(&upload).unwrap();
    assert!(serde_json::from_value::<as_version_1_was::UploadRequest>(in_3).is_err());
    for version in [1, 2] {
        let older = serde_json::to_value(upload.clone().in_version(version)).unwrap();
        let read: as_version_1_was::UploadRequest = serde_json::from_value(older).unwrap();
        let [survey] = read.surveys.as_slice() else { panic!("{read:?}") };
        assert_eq!((read.version, survey.answers.clear, survey.answers.helped), (version, Some(4), None));
    }
}

#[test]
fn a_hub_of_today_reads_what_a_pillar_of_version_1_sends() {
    let report: HealthReport = serde_json::from_value(golden("health_report")).unwrap();
    assert_eq!(report.clock_off_seconds, None);
    let upload: UploadRequest = serde_json::from_value(golden("upload_request")).unwrap();
    assert_eq!(upload.version, 1);
    assert_eq!((upload.surveys[0].answers.treated, upload.surveys[0].answers.missing), (None, None));
}
