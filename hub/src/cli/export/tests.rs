//! Nothing that a municipality has is missing from its lists, and no secret is in them.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;

use rusqlite::Connection;

use super::*;
use crate::store::conformance::filled::filled;
use crate::store::{Batch, EnrolmentStore as _, ReferralStore as _, SqliteStore};

/// Where what is in a table is exported, or why it is not. A new table must be given a place here.
const TABLES: [(&str, Result<&str, &str>); 44] = [
    ("pillars", Ok("pillars.csv")),
    ("certificates", Ok("certificates.csv")),
    ("enrolments", Ok("enrolments.csv")),
    ("transactions", Ok("transactions.csv")),
    ("refusals", Ok("refusals.csv")),
    ("survey_counts", Ok("surveys.csv")),
    ("questions", Ok("questions.csv")),
    ("asked", Ok("asked.csv")),
    ("reports", Ok("reports.csv")),
    ("open_payments", Ok("payments.csv")),
    ("handovers", Ok("handovers.csv")),
    ("handover_steps", Ok("handover-steps.csv")),
    ("progress", Ok("handovers.csv")),
    ("referrals", Ok("referrals.csv")),
    ("referral_uses", Ok("referral-uses.csv")),
    ("call_backs", Ok("call-backs.csv")),
    ("drafts", Ok("drafts.csv")),
    ("rollouts", Ok("system-rollouts.csv")),
    ("update_failures", Ok("system-failures.csv")),
    ("service_codes", Ok("service-codes.csv")),
    ("service_entries", Ok("service-visits.csv")),
    ("readiness", Ok("readiness.csv")),
    ("accounts", Ok("accounts.csv")),
    ("audit", Ok("audit.csv")),
    ("orders", Ok("orders.csv")),
    ("order_attachments", Ok("attachments")),
    ("visit_log", Ok("visit-log.csv")),
    ("alerts", Ok("alerts.csv")),
    ("surveys", Err("kept only so that one counts once; survey_counts tells what they said")),
    ("recovery_codes", Err("secrets")),
    ("sessions", Err("secrets")),
    ("service_keys", Err("secrets")),
    ("alert_messages", Err("on their way out; alerts tells what they say")),
    ("alert_watch", Err("which hub works just now")),
    ("handover_turns", Err("when something was sent in the last minutes")),
    ("to_forget", Err("what is due to be deleted unseen; handovers tells since when something stands so")),
    ("handed_over", Err("what is due to be deleted; handovers tells since when something stands so")),
    ("handover_entered", Err("how far the hub has come")),
    ("checked", Err("how far the hub has come; transactions tells of each")),
    ("entered", Err("how far the hub has come")),
    ("reference_index", Err("finds what is in transactions")),
    ("changes", Err("counts for pillars that ask")),
    (
        "attempts",
        Err("counts of the last hours, under hashes of addresses and names; old ones are forgotten"),
    ),
    ("audit_ends", Err("the first and last hash of audit")),
];

/// And what is of no importance at all.
const PULSE: &str = "pulse";

#[test]
fn each_table_is_exported_or_it_is_said_why_not() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("hub.sqlite");
    drop(SqliteStore::open(&path).unwrap());
    let database = Connection::open(&path).unwrap();
    let mut list = database
        .prepare("SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%'")
        .unwrap();
    let there: BTreeSet<String> = list.query_map([], |row| row.get(0)).unwrap().map(Result::unwrap).collect();
    let known: BTreeSet<String> =
        TABLES.iter().map(|(name, _)| *name).chain([PULSE]).map(str::to_owned).collect();
    assert_eq!(there, known, "give a new table a list in lists.rs, or say in TABLES why it has none");
}

/// All that was made, by name, as text.
fn exported(store: &dyn Store, dir: &Path) -> BTreeMap<String, String> {
    let made = write(store, dir).unwrap();
    let name = |path: &PathBuf| path.strip_prefix(dir).unwrap().display().to_string();
    let text = |path: &PathBuf| String::from_utf8_lossy(&fs::read(path).unwrap()).into_owned();
    made.iter().map(|path| (name(path), text(path))).collect()
}

#[test]
fn what_a_municipality_has_in_each_table_is_in_a_list() {
    let folder = tempfile::tempdir().unwrap();
    let store = filled(&folder.path().join("hub.sqlite"));
    let made = exported(&store, &folder.path().join("lists"));
    for file in TABLES.iter().filter_map(|(_, place)| place.ok()).filter(|file| *file != "attachments") {
        assert!(made[file].lines().count() > 1, "{file}: {}", made[file]);
    }
    let pictures: Vec<_> = made.iter().filter(|(name, _)| name.starts_with("attachments/")).collect();
    assert_eq!(pictures.len(), 1);
    assert!(pictures[0].0.ends_with(".png") && pictures[0].1 == "\0a picture");
    assert!(made["orders.csv"].contains(pictures[0].0.as_str()), "{}", made["orders.csv"]);
    for (file, says) in [
        ("handovers.csv", ",open-zaak,registered,"),
        ("handover-steps.csv", ",zaak,"),
        ("alerts.csv", "jumbo,down,"),
        ("refusals.csv", ",unknown_key,"),
        ("questions.csv", "zendmast,nl,1,1,"),
        ("asked.csv", "bieb,parking,nl,3"),
        ("drafts.csv", "drone,vliegen met een drone,nl,"),
        ("system-rollouts.csv", "1.2,jumbo,pillar,"),
        ("system-failures.csv", "1.2,jumbo,refused,no_room,"),
        ("service-codes.csv", "1,jumbo,1,m.technicus,"),
        ("service-visits.csv", ",opened,done,m.technicus,1,1,"),
        ("readiness.csv", ",printer,attention,“Papier is op”"),
        ("accounts.csv", "anna,ANNA,"),
        ("referrals.csv", ",call-back,bieb jumbo,m.agent,"),
    ] {
        assert!(made[file].contains(says), "{file}: {}", made[file]);
    }
}

#[test]
fn each_answer_that_is_counted_has_its_column_in_the_list_of_surveys() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("hub.sqlite");
    let store = filled(&path);
    let made = exported(&store, &folder.path().join("lists"));
    let database = Connection::open(&path).unwrap();
    let mut list =
        database.prepare("SELECT name FROM pragma_table_info('survey_counts') ORDER BY cid").unwrap();
    let there: Vec<String> = list.query_map([], |row| row.get(0)).unwrap().map(Result::unwrap).collect();
    let told: Vec<&str> = made["surveys.csv"].lines().next().unwrap().split(',').collect();
    assert_eq!(told, there, "give a new column a name in SURVEY_NAMES, and a place in SurveyCounts::columns");
}

#[test]
fn what_few_said_is_not_in_the_list_of_surveys_nor_what_it_would_be_the_difference_of() {
    let folder = tempfile::tempdir().unwrap();
    // It has one survey.
    let store = filled(&folder.path().join("hub.sqlite"));
    for (task, marks, at) in
        [("passport", 6_u128, "2026-12-02T12:00:00Z"), ("waste", 7, "2026-12-09T12:00:00Z")]
    {
        let survey = |number| zuil_wire::messages::SurveyItem {
            id: uuid::Uuid::from_u128(number),
            task: task.into(),
            answers: zuil_wire::SurveyAnswers {
                clear: Some(5),
                helped: Some(false),
                treated: Some(zuil_wire::Treated::ALittle),
                missing: None,
            },
        };
        let surveys = (1..=marks).map(|number| survey(1_000 * marks + number)).collect();
        let batch = Batch { pillar: "jumbo".into(), surveys, ..Batch::default() };
        store.take_in(&batch, at.parse().unwrap()).unwrap();
    }
    let made = exported(&store, &folder.path().join("lists"));
    let lines: Vec<&str> = made["surveys.csv"].lines().skip(1).collect();
    let line = |task: &str| *lines.iter().find(|line| line.contains(task)).unwrap();
    let nothing = ",".repeat(17);
    assert_eq!(line("passport"), format!("2026-11-30,jumbo,passport{nothing}"), "or one would be 7 - 6");
    assert_eq!(line("waste"), "2026-12-07,jumbo,waste,7,0,0,0,0,7,0,7,0,7,0,,,,,,");
    let of_one = lines.iter().find(|line| !line.contains("passport") && !line.contains("waste")).unwrap();
    assert!(of_one.ends_with(&nothing), "{of_one}");
    assert_eq!(lines.len(), 3);
}

#[test]
fn no_secret_and_nothing_that_follows_from_one_is_in_a_list() {
    let folder = tempfile::tempdir().unwrap();
    let store = filled(&folder.path().join("hub.sqlite"));
    let code = store.enrolments(jiff::Timestamp::UNIX_EPOCH).unwrap().remove(0);
    let referral = store.referrals(jiff::Timestamp::UNIX_EPOCH).unwrap().remove(0);
    let all: String = exported(&store, &folder.path().join("lists")).into_values().collect();
    let hex = super::super::audit::hex;
    for (what, secret) in [
        ("the key of an enrolment code", hex(&code.keys.key[..])),
        ("the id of an enrolment code", hex(&code.keys.id.0)),
        ("the digits of a referral", referral.code.to_string()),
        ("the key of service codes", hex(&[1; 61])),
        ("the hash of a password", ",hash,".into()),
        ("the secret of an app", hex(&[7; 49])),
        ("the hash of a recovery code", hex(&[8; 32])),
        ("the hash of a session", hex(&[1; 32])),
    ] {
        // The first pillar's certificate has a fingerprint like that.
        let found = all.matches(&secret).count();
        assert_eq!(found, usize::from(secret == hex(&[1; 32])), "{what}");
    }
}
