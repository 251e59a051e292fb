//! The file itself: its steps, its durability, who may read it.

use jiff::SignedDuration;
use rusqlite::params;

use super::super::conformance::{self, incoming, some_pillar, with_payment};
use zuil_disk::{Disk, Fault, VFS};
use zuil_wire::messages::SurveyItem;
use zuil_wire::visits::{Seen, VisitOutcome};
use zuil_wire::{
    AnswerLine, Cents, Missed, PaymentState, ReferralCode, SurveyAnswers, Transaction as Plain, Treated,
};

use zuil_wire::State;

use super::super::{
    AccessStore, AlertKind, AlertStore as _, Batch, Claim, HandoverStore as _, Limits, ReferralStore as _,
    Roles, SurveyCounts, VisitStore as _, rounded, rules,
};
use super::super::{Content, DecidedBy, Finding, Incoming, Outcome, Trouble};
use super::values::write_json;
use super::*;
use crate::checker::check_some;
use crate::opening;
use crate::seal_keys::SealKeys;

/// Adds a pillar as it was kept when each had one certificate for good.
fn add_as_before_certificates(db: &Connection, pillar: &Pillar) {
    let sql = "INSERT INTO pillars (name, fingerprint, public_key, added_at) VALUES (?1, ?2, ?3, 0)";
    db.execute(sql, params![pillar.name, pillar.fingerprint, pillar.public_key]).unwrap();
}

/// Content (made up) of the transaction with number 1.
fn some_content() -> Plain {
    let header = incoming(1, 1).sealed.header;
    let answer = AnswerLine {
        question: "address".into(),
        label: "Adres".into(),
        value: "1234AB 1".into(),
        display: "Voorbeeldstraat 1".into(),
    };
    Plain {
        id: header.id,
        reference: header.reference,
        task: "bulky-waste".into(),
        task_title: "Grofvuil laten ophalen".into(),
        catalogue_version: "1".into(),
        language: "nl".into(),
        answers: vec![answer],
        fee: Cents(1735),
    }
}

/// As the hub stored it before content was kept sealed.
fn insert_plain(db: &Connection, sent: &Incoming, content: &Plain, now: Timestamp) {
    let header = &sent.sealed.header;
    let state = rules::first_state(sent.payment.as_ref(), None).as_str();
    db.execute(
        "INSERT INTO transactions (id, reference, pillar, sequence, task, digest, content, payment, state,
             committed_at, received_at)
         VALUES (?1, ?2, ?3, ?4, 'bulky-waste', ?5, ?6, ?7, ?8, ?9, ?10)",
        params![
            header.id.as_bytes(),
            header.reference.compact(),
            header.pillar,
            i64::try_from(header.sequence).unwrap(),
            sent.digest,
            write_json(content).unwrap(),
            sent.payment.as_ref().map(|payment| write_json(payment).unwrap()),
            state,
            micros(header.committed_at),
            micros(now)
        ],
    )
    .unwrap();
}

#[test]
fn it_keeps_the_contract() {
    conformance::run(&|| {
        let folder = tempfile::tempdir().unwrap();
        let store = SqliteStore::open(&folder.path().join("hub.sqlite")).unwrap();
        (Box::new(store), Some(folder))
    });
}

#[test]
fn migrations_are_sound() {
    Migrations::from_slice(MIGRATIONS).validate().unwrap();
}

#[test]
fn a_database_from_before_the_desk_keeps_all_it_had() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("hub.sqlite");
    let now = Timestamp::from_second(1_800_000_000).unwrap();
    let (sent, plain) = (incoming(1, 1), some_content());
    {
        let mut old = ready(Connection::open(&path).unwrap()).unwrap();
        Migrations::from_slice(MIGRATIONS).to_version(&mut old, 1).unwrap();
        let db = old.transaction().unwrap();
        let add = "INSERT INTO pillars (name, fingerprint, public_key, added_at) VALUES (?1, ?2, 'key', 0)";
        db.execute(add, params!["jumbo", [1_u8; 32]]).unwrap();
        insert_plain(&db, &sent, &plain, now);
        db.commit().unwrap();
    }
    let store = SqliteStore::open(&path).unwrap();
    let found = store.transaction(plain.reference).unwrap().unwrap();
    assert_eq!((found.content, found.received_at), (Content::Plain(plain), now));
    assert_eq!(store.pillars().unwrap()[0].name, "jumbo");
    assert_eq!(store.accounts().unwrap(), []);
}

#[test]
fn which_pillars_had_a_referral_is_known_from_before_it_had_a_table() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("hub.sqlite");
    {
        let mut old = ready(Connection::open(&path).unwrap()).unwrap();
        Migrations::from_slice(MIGRATIONS).to_version(&mut old, 28).unwrap();
        let add = "INSERT INTO referrals (id, code, task, pillars, made_by, made_at, expires_at, had_by)
                   VALUES (?1, ?2, 'call-back', 'bieb,jumbo,spar', 'anna', 0, 9, ?3)";
        for (number, had_by) in [(3_u8, ",jumbo,bieb"), (2, ""), (1, "spar")] {
            let code = ReferralCode::of(number.into()).to_string();
            old.execute(add, params![[number; 16], code, had_by]).unwrap();
        }
    }
    let kept = SqliteStore::open(&path).unwrap().referrals(Timestamp::UNIX_EPOCH).unwrap();
    let had: Vec<Vec<String>> = kept.into_iter().map(|kept| kept.had_by).collect();
    assert_eq!(had, [vec!["spar".to_owned()], vec![], vec!["bieb".to_owned(), "jumbo".to_owned()]]);
}

#[test]
fn a_database_from_before_questions_keeps_all_it_had_and_takes_them() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("hub.sqlite");
    let now = Timestamp::from_second(1_800_000_000).unwrap();
    let sent = incoming(1, 1);
    {
        let mut old = ready(Connection::open(&path).unwrap()).unwrap();
        Migrations::from_slice(MIGRATIONS).to_version(&mut old, 5).unwrap();
        old.execute(
            "INSERT INTO pillars (name, fingerprint, public_key, added_at) VALUES ('jumbo', ?1, 'key', 0)",
            [[1_u8; 32]],
        )
        .unwrap();
        let tables = "INSERT INTO transactions (number, id, reference, pillar, sequence, digest, state,
                committed_at, received_at, signature, header, encapsulated_key, ciphertext)
            VALUES (1, ?1, ?2, 'jumbo', 1, ?3, 'received', 5, 6, ?3, ?4, ?3, ?3)";
        let header = &sent.sealed.header;
        let header_text = write_json(header).unwrap();
        old.execute(
            tables,
            params![header.id.as_bytes(), header.reference.compact(), [1_u8; 32], header_text],
        )
        .unwrap();
    }
    let store = SqliteStore::open(&path).unwrap();
    let found = store.transaction(sent.sealed.header.reference).unwrap().unwrap();
    assert_eq!((found.id, found.pillar.as_str()), (sent.sealed.header.id, "jumbo"));
    let on = now.to_zoned(jiff::tz::TimeZone::UTC).date();
    assert_eq!(store.questions(on, 9).unwrap(), Unfound::default());
    let id = uuid::Uuid::from_u128(1);
    let asked = QuestionItem { id, language: "nl".into(), words: "drone".into(), on };
    store.keep_questions("jumbo", &[asked], now).unwrap();
    assert_eq!(store.questions(on, 9).unwrap().times, 1);
}

#[test]
fn surveys_from_before_they_were_counted_are_counted_without_their_pillar() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("hub.sqlite");
    {
        let mut old = ready(Connection::open(&path).unwrap()).unwrap();
        Migrations::from_slice(MIGRATIONS).to_version(&mut old, 11).unwrap();
        let add =
            "INSERT INTO surveys (id, task, clear, helped, day) VALUES (randomblob(16), 'waste', ?1, ?2, ?3)";
        for (clear, helped, on) in
            [(Some(4), Some(1), "2026-11-22"), (None, Some(0), "2026-11-16"), (Some(5), None, "2026-11-23")]
        {
            old.execute(add, params![clear, helped, on]).unwrap();
        }
    }
    let weeks = SqliteStore::open(&path).unwrap().survey_weeks("2026-11-01".parse().unwrap()).unwrap();
    let told = |week: &SurveyWeek| (week.week.to_string(), week.pillar.clone(), week.counts);
    let counts = |times, clear, helped| SurveyCounts {
        times,
        clear,
        helped,
        not_helped: helped,
        ..SurveyCounts::default()
    };
    assert_eq!(
        weeks.iter().map(told).collect::<Vec<_>>(),
        [
            ("2026-11-16".into(), None, counts(2, [0, 0, 0, 1, 0], 1)),
            ("2026-11-23".into(), None, counts(1, [0, 0, 0, 0, 1], 0)),
        ]
    );
}

/// What was counted stays, and what is said from now on counts with it.
#[test]
fn surveys_from_before_anybody_was_asked_how_they_were_treated_still_count() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("hub.sqlite");
    let monday = Timestamp::from_second(1_795_424_400).unwrap();
    {
        let mut old = ready(Connection::open(&path).unwrap()).unwrap();
        Migrations::from_slice(MIGRATIONS).to_version(&mut old, 21).unwrap();
        old.execute_batch(
            "INSERT INTO surveys (id, task, clear, helped, day) VALUES (randomblob(16), 'waste', 4, 1, '2026-11-23');
             INSERT INTO survey_counts VALUES ('2026-11-23', 'jumbo', 'waste', 1, 0, 0, 0, 1, 0, 1, 0);",
        )
        .unwrap();
    }
    let store = SqliteStore::open(&path).unwrap();
    store.add_pillar(&some_pillar("jumbo", 1)).unwrap();
    let answers =
        SurveyAnswers { treated: Some(Treated::No), missing: Some(Missed::Errand), ..Default::default() };
    let survey = SurveyItem { id: uuid::Uuid::from_u128(1), task: "waste".into(), answers };
    let sent = Batch { surveys: vec![survey], ..conformance::batch(vec![]) };
    store.take_in(&sent, monday).unwrap();
    let told: Vec<_> =
        store.survey_weeks("2026-11-01".parse().unwrap()).unwrap().iter().map(|week| week.counts).collect();
    let counts = SurveyCounts {
        times: 2,
        clear: [0, 0, 0, 1, 0],
        helped: 1,
        not_helped: 0,
        treated: [0, 0, 1],
        missed: [1, 0, 0, 0, 0, 0],
    };
    assert_eq!((told, store.survey_count().unwrap()), (vec![counts], 2));
}

/// What was kept before the hub rounded it.
#[test]
fn when_exactly_somebody_was_at_a_pillar_is_known_of_no_visit_that_was_kept_before() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("hub.sqlite");
    let on = "2026-11-20".parse().unwrap();
    let outcome = VisitOutcome::Finished;
    let seen = [
        Seen::Visit { quarter: 56, minutes: 4, outcome },
        Seen::Visit { quarter: 95, minutes: 31, outcome },
        Seen::Visit { quarter: 23, minutes: 15, outcome },
        Seen::Visit { quarter: 24, minutes: 16, outcome },
        Seen::Language { language: "ar".into() },
    ];
    {
        let mut old = ready(Connection::open(&path).unwrap()).unwrap();
        Migrations::from_slice(MIGRATIONS).to_version(&mut old, 16).unwrap();
        add_as_before_certificates(&old, &some_pillar("jumbo", 1));
        for (number, what) in (1..).zip(&seen) {
            let id = uuid::Uuid::from_u128(number);
            old.execute(
                "INSERT INTO visit_log (id, pillar, day, what) VALUES (?1, 'jumbo', '2026-11-20', ?2)",
                params![id.as_bytes(), write_json(what).unwrap()],
            )
            .unwrap();
        }
    }
    let kept = SqliteStore::open(&path).unwrap().visits("jumbo", on).unwrap();
    let kept: Vec<Seen> = kept.into_iter().map(|entry| entry.what).collect();
    assert_eq!(kept, seen.clone().map(rounded));
    assert_ne!(kept, seen);
}

/// Staff have seen to what came in before the hub could hand over.
#[test]
fn what_was_received_before_the_hub_could_hand_over_stays_with_staff() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("hub.sqlite");
    let now = Timestamp::from_second(1_800_000_000).unwrap();
    {
        let mut old = ready(Connection::open(&path).unwrap()).unwrap();
        Migrations::from_slice(MIGRATIONS).to_version(&mut old, 6).unwrap();
        old.execute(
            "INSERT INTO pillars (name, fingerprint, public_key, added_at) VALUES ('jumbo', ?1, 'key', 0)",
            [[1_u8; 32]],
        )
        .unwrap();
        let header = incoming(1, 1).sealed.header;
        old.execute(
            "INSERT INTO transactions (number, id, reference, pillar, sequence, digest, state, committed_at,
                 received_at, signature, header, encapsulated_key, ciphertext)
             VALUES (1, ?1, ?2, 'jumbo', 1, ?3, 'received', 5, 6, ?3, ?4, ?3, ?3)",
            params![
                header.id.as_bytes(),
                header.reference.compact(),
                [1_u8; 32],
                write_json(&header).unwrap()
            ],
        )
        .unwrap();
        old.execute("UPDATE checked SET up_to = 1", []).unwrap();
    }
    let store = SqliteStore::open(&path).unwrap();
    store.take_in(&conformance::batch(vec![incoming(2, 2)]), now).unwrap();
    let second = store.unchecked(9).unwrap()[0].number;
    store.note_checked(&[Checked { number: second, finding: CheckedAs::Sound }]).unwrap();
    let (holder, lease) = (uuid::Uuid::from_u128(1), SignedDuration::from_mins(1));
    let claimed = store.claim_handovers(&Claim { holder, now, lease, limit: 9, without: &[] }).unwrap();
    assert_eq!(claimed.len(), 1);
    assert_eq!(claimed[0].stored.id, incoming(2, 2).sealed.header.id);
}

/// The running hub seals what was stored plain, and nothing plain is left in any of its files.
#[test]
fn what_was_stored_plain_is_sealed_and_leaves_no_trace() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("hub.sqlite");
    let now = Timestamp::from_second(1_800_000_000).unwrap();
    let (sent, plain) = (incoming(1, 1), some_content());
    {
        let mut old = ready(Connection::open(&path).unwrap()).unwrap();
        Migrations::from_slice(MIGRATIONS).to_version(&mut old, 3).unwrap();
        let db = old.transaction().unwrap();
        db.execute(
            "INSERT INTO pillars (name, fingerprint, public_key, added_at) VALUES ('jumbo', ?1, 'key', 0)",
            [[1_u8; 32]],
        )
        .unwrap();
        insert_plain(&db, &sent, &plain, now);
        db.commit().unwrap();
    }
    let holds_an_answer = || {
        let files = std::fs::read_dir(folder.path()).unwrap().map(|file| file.unwrap().path());
        let text = "Voorbeeldstraat 1".as_bytes();
        files
            .filter(|file| file.is_file())
            .any(|file| std::fs::read(file).unwrap().windows(text.len()).any(|window| window == text))
    };
    assert!(holds_an_answer());
    let store = SqliteStore::open(&path).unwrap();
    let keys = SealKeys::open_or_make(&folder.path().join("seal"), now).unwrap();
    assert_eq!(check_some(&store, &keys, 9).unwrap(), 1);
    let found = store.transaction(plain.reference).unwrap().unwrap();
    assert!(matches!(found.content, Content::Sealed(_)));
    assert_eq!(opening::open(&found.content, &keys).unwrap(), plain);
    assert!(!holds_an_answer());
    // The pillar never heard the answer and sends it again, as it was: it is known all the same.
    let taken = store.take_in(&conformance::batch(vec![sent]), now).unwrap();
    assert!(matches!(&taken.outcomes()[..], [Outcome::Accepted { .. }]));
    assert_eq!(check_some(&store, &keys, 9).unwrap(), 0);
}

/// Staff were signed in and a payment was unknown when the hub was updated.
#[test]
fn a_database_from_before_the_reports_keeps_all_it_had() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("hub.sqlite");
    let now = Timestamp::from_second(1_800_000_000).unwrap();
    let unknown = zuil_wire::PaymentRecord {
        state: zuil_wire::PaymentState::Unknown,
        amount: zuil_wire::Cents(1735),
        terminal_id: None,
        receipt_number: None,
        card_scheme: None,
    };
    let (sent, plain) = (Incoming { payment: Some(unknown), ..incoming(1, 1) }, some_content());
    {
        let mut old = ready(Connection::open(&path).unwrap()).unwrap();
        Migrations::from_slice(MIGRATIONS).to_version(&mut old, 2).unwrap();
        let db = old.transaction().unwrap();
        add_as_before_certificates(&db, &some_pillar("jumbo", 1));
        insert_plain(&db, &sent, &plain, now);
        db.execute("INSERT INTO staff (only_row, password_hash) VALUES (1, 'hash')", []).unwrap();
        db.execute("INSERT INTO sessions (token_hash, last_used_at) VALUES (?1, 0)", [[1_u8; 32]]).unwrap();
        db.commit().unwrap();
    }
    let store = SqliteStore::open(&path).unwrap();
    assert_eq!(store.transaction(plain.reference).unwrap().unwrap().payment, sent.payment);
    // The staff password is the one of an account that may do everything; whoever was signed in signs in anew.
    let account = store.account("beheer").unwrap().unwrap();
    assert_eq!((account.password_hash.as_deref(), account.roles), (Some("hash"), Roles::all()));
    let hour = jiff::SignedDuration::from_hours(1);
    let limits = Limits { idle: hour, total: hour, half_way: hour };
    assert_eq!(store.session(&[1; 32], now, &limits).unwrap(), None);
    assert_eq!(store.unsettled_payments().unwrap()[0].reference, plain.reference);
    let report = conformance::health::report(60, vec![conformance::health::open(0xa1, 1, 50)]);
    store.take_report("jumbo", &report, now).unwrap();
    assert!(store.unsettled_payments().unwrap()[0].payment.is_some());
}

#[test]
fn a_decision_is_there_when_the_process_was_killed() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("hub.sqlite");
    let now = Timestamp::from_second(1_800_000_000).unwrap();
    let store = SqliteStore::open(&path).unwrap();
    store.add_pillar(&some_pillar("jumbo", 1)).unwrap();
    let report = conformance::health::report(60, vec![conformance::health::open(0xa1, 1, 50)]);
    store.take_report("jumbo", &report, now).unwrap();
    let decision = Decision { finding: Finding::Paid, by: DecidedBy::CommandLine, at: now };
    let key = store.unsettled_payments().unwrap()[0].key().unwrap();
    assert_eq!(store.decide_payment(&key, decision).unwrap(), Decided::Yes);
    let reopened = killed_and_opened_again(folder.path());
    assert_eq!(reopened.unsettled_payments().unwrap()[0].decision, Some(decision));
    assert_eq!(reopened.take_report("jumbo", &report, now).unwrap().len(), 1);
    drop(store);
}

/// Sealed rows, one of them parked, one settled by staff, one not looked at, were there when the hub was updated.
#[test]
fn a_database_from_before_signatures_were_kept_keeps_all_it_had() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("hub.sqlite");
    let now = Timestamp::from_second(1_800_000_000).unwrap();
    let keys = SealKeys::open_or_make(&folder.path().join("seal"), now).unwrap();
    {
        let mut old = ready(Connection::open(&path).unwrap()).unwrap();
        Migrations::from_slice(MIGRATIONS).to_version(&mut old, 4).unwrap();
        let db = old.transaction().unwrap();
        add_as_before_certificates(&db, &some_pillar("jumbo", 1));
        for (number, state, trouble, settled_by) in [
            (1_u8, "received", None, None),
            (2, "parked", Some("unreadable"), None),
            (3, "received", None, Some("desk")),
            (4, "received", None, None),
        ] {
            let Incoming { sealed, digest, .. } = incoming(number, number.into());
            db.execute(
                "INSERT INTO transactions (number, id, reference, pillar, sequence, digest, state, trouble,
                     committed_at, received_at, payment_settled_by, header, encapsulated_key, ciphertext)
                 VALUES (?1, ?2, ?3, 'jumbo', ?1, ?4, ?5, ?6, 7, ?7, ?8, ?9, ?10, ?11)",
                params![
                    number * 10,
                    sealed.header.id.as_bytes(),
                    sealed.header.reference.compact(),
                    digest,
                    state,
                    trouble,
                    micros(now),
                    settled_by,
                    write_json(&sealed.header).unwrap(),
                    sealed.encapsulated_key,
                    sealed.ciphertext,
                ],
            )
            .unwrap();
        }
        db.execute("UPDATE checked SET up_to = 30", []).unwrap();
        db.commit().unwrap();
    }
    let store = SqliteStore::open(&path).unwrap();
    let found = |number: u8| {
        store
            .transaction(incoming(number, 1).sealed.header.reference)
            .unwrap()
            .unwrap_or_else(|| panic!("{number}"))
    };
    assert_eq!((found(2).trouble, found(2).state), (Some(Trouble::Unreadable), State::Parked));
    assert_eq!(found(3).payment_settled_by, Some(DecidedBy::Desk));
    assert_eq!([1, 2, 3, 4].map(|number| found(number).looked_at), [true, true, true, false]);
    assert_eq!(found(4).content, Content::Sealed(incoming(4, 4).sealed));
    let left = store.unchecked(9).unwrap();
    assert_eq!((left.len(), left[0].number, &left[0].signature), (1, 40, &None));
    // Sealed to a key that is not here: it says so, and nothing of a signature.
    assert!(check_some(&store, &keys, 9).is_err());
    assert_eq!(found(4).trouble, None);
    // The pillar never heard the answer, and something new comes in.
    let taken = store.take_in(&conformance::batch(vec![incoming(1, 1), incoming(5, 5)]), now).unwrap();
    assert!(taken.outcomes().iter().all(|outcome| matches!(outcome, Outcome::Accepted { .. })));
    assert_eq!(store.unchecked(9).unwrap()[1].number, 41);
}

/// What staff settled is verified as the pillar had told it.
#[test]
fn what_staff_settled_before_it_was_looked_at_is_still_signed() {
    let folder = tempfile::tempdir().unwrap();
    let now = Timestamp::from_second(1_800_000_000).unwrap();
    let keys = SealKeys::open_or_make(&folder.path().join("seal"), now).unwrap();
    let unknown = with_payment(1, PaymentState::Unknown);
    let forged = Incoming { signature: incoming(2, 2).signature, ..unknown.clone() };
    for (sent, is_signed) in [(unknown, true), (forged, false)] {
        let file = tempfile::tempdir().unwrap();
        let store = SqliteStore::open(&file.path().join("hub.sqlite")).unwrap();
        store.add_pillar(&some_pillar("jumbo", 1)).unwrap();
        store.take_in(&conformance::batch(vec![sent]), now).unwrap();
        store.revoke_pillar("jumbo", now).unwrap();
        let key = store.unsettled_payments().unwrap()[0].key().unwrap();
        let decision = Decision { finding: Finding::Paid, by: DecidedBy::Desk, at: now };
        assert_eq!(store.decide_payment(&key, decision).unwrap(), Decided::ForGood);
        // The key that it is sealed to is not here, so that it goes no further when it is signed.
        assert_eq!(check_some(&store, &keys, 9).is_err(), is_signed);
        let found = store.transaction(incoming(1, 1).sealed.header.reference).unwrap().unwrap();
        assert_eq!(found.trouble, (!is_signed).then_some(Trouble::NotSigned));
    }
}

#[test]
fn an_alert_that_only_a_newer_hub_knows_is_passed_over_and_hides_no_other() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("hub.sqlite");
    let store = SqliteStore::open(&path).unwrap();
    let told = "INSERT INTO alerts (pillar, kind, began_at, raised_at)
                VALUES ('jumbo', 'haunted', 1, 2), ('jumbo', 'down', 1, 2)";
    assert_eq!(Connection::open(&path).unwrap().execute(told, []).unwrap(), 2);
    let all = store.alerts(Timestamp::UNIX_EPOCH).unwrap();
    assert_eq!(all.iter().map(|alert| alert.kind).collect::<Vec<_>>(), [AlertKind::Down]);
    assert_eq!(store.alerts_of("jumbo", 9).unwrap(), all);
}

#[test]
fn a_newer_database_is_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("hub.sqlite");
    drop(SqliteStore::open(&path).unwrap());
    ready(Connection::open(&path).unwrap()).unwrap().pragma_update(None, "user_version", 99).unwrap();
    assert!(matches!(SqliteStore::open(&path), Err(StoreError::Migration(_))));
}

#[test]
fn what_was_taken_in_is_there_when_the_process_was_killed() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("hub.sqlite");
    let now = Timestamp::from_second(1_800_000_000).unwrap();
    let store = SqliteStore::open(&path).unwrap();
    store.add_pillar(&some_pillar("jumbo", 1)).unwrap();
    let batch = conformance::batch(vec![incoming(1, 1)]);
    store.take_in(&batch, now).unwrap();
    let reopened = killed_and_opened_again(folder.path());
    assert!(reopened.transaction(incoming(1, 1).sealed.header.reference).unwrap().is_some());
    drop(store);
}

#[test]
fn a_commit_waits_for_the_disk() {
    let folder = tempfile::tempdir().unwrap();
    let store = SqliteStore::open(&folder.path().join("hub.sqlite")).unwrap();
    let db = lock(&store.writer);
    let synchronous: i64 = db.pragma_query_value(None, "synchronous", |row| row.get(0)).unwrap();
    let journal: String = db.pragma_query_value(None, "journal_mode", |row| row.get(0)).unwrap();
    assert_eq!((synchronous, journal.as_str()), (2, "wal"));
}

#[test]
fn the_database_is_readable_by_its_owner_only() {
    use std::os::unix::fs::PermissionsExt;
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("hub.sqlite");
    drop(SqliteStore::open(&path).unwrap());
    assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
}

/// Neither connection is closed: what the copy sees is what a killed process left behind.
fn killed_and_opened_again(folder: &Path) -> SqliteStore {
    let copy = tempfile::tempdir().unwrap();
    for file in ["hub.sqlite", "hub.sqlite-wal"] {
        std::fs::copy(folder.join(file), copy.path().join(file)).unwrap();
    }
    SqliteStore::open(&copy.path().join("hub.sqlite")).unwrap()
}

#[test]
fn nothing_is_added_behind_what_an_earlier_run_could_not_sync() {
    let now = Timestamp::from_second(1_800_000_000).unwrap();
    for seed in 0..50 {
        let disk = Disk::new(seed);
        let open = || SqliteStore::open_on(&disk.path("hub.sqlite"), VFS).unwrap();
        let take = |store: &SqliteStore, number| {
            let sent = incoming(number, u64::from(number));
            let batch = Batch {
                pillar: sent.sealed.header.pillar.clone(),
                transactions: vec![sent],
                ..Batch::default()
            };
            store.take_in(&batch, now)
        };
        let store = open();
        store.add_pillar(&some_pillar("jumbo", 1)).unwrap();
        take(&store, 1).unwrap();
        disk.fail(Some(Fault::SyncError));
        assert!(take(&store, 2).is_err());
        // Killed: nothing is tidied up, and what was written is read back.
        disk.fail(Some(Fault::WriteError));
        drop(store);
        disk.fail(None);
        let store = open();
        take(&store, 3).unwrap();
        disk.cut_power();
        drop(store);
        disk.restore_power();
        let store = open();
        for kept in [1, 3] {
            let reference = incoming(kept, u64::from(kept)).sealed.header.reference;
            assert!(store.transaction(reference).unwrap().is_some(), "seed {seed}, number {kept}");
        }
    }
}

/// The memory of what is not entered yet is lost with each process, and gone when it was entered.
#[test]
fn a_reference_is_found_and_given_once_whether_it_was_entered_or_not() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("hub.sqlite");
    let now = Timestamp::from_second(1_800_000_000).unwrap();
    let take = |store: &SqliteStore, sent: Incoming| {
        store.take_in(&conformance::batch(vec![sent]), now).unwrap().outcomes().remove(0)
    };
    let other_under = |number| {
        let mut other = incoming(99, 99);
        other.sealed.header.reference = incoming(number, 1).sealed.header.reference;
        other
    };
    let entered = |store: &SqliteStore| {
        let count = "SELECT count(*) FROM reference_index";
        store.read(|db| Ok(db.query_row(count, [], |row| row.get::<_, i64>(0))?)).unwrap()
    };
    let store = SqliteStore::open(&path).unwrap();
    store.add_pillar(&some_pillar("jumbo", 1)).unwrap();
    for number in 1..=3 {
        take(&store, incoming(number, u64::from(number)));
    }
    let is_right = |store: &SqliteStore| {
        for number in 1..=3 {
            let reference = incoming(number, 1).sealed.header.reference;
            assert_eq!(store.transaction(reference).unwrap().unwrap().id.as_u128(), u128::from(number));
            assert_eq!(take(store, other_under(number)), Outcome::Conflict);
            assert!(matches!(take(store, incoming(number, u64::from(number))), Outcome::Accepted { .. }));
        }
        assert!(store.transaction(incoming(4, 4).sealed.header.reference).unwrap().is_none());
    };
    is_right(&store);
    drop(store);
    let store = SqliteStore::open(&path).unwrap();
    is_right(&store);
    // Something may have come in since it was last tended; then it has not.
    store.tend().unwrap();
    assert_eq!(entered(&store), 0);
    store.tend().unwrap();
    assert_eq!(entered(&store), 3);
    is_right(&store);
    drop(store);
    is_right(&SqliteStore::open(&path).unwrap());
}

#[test]
fn references_are_entered_when_they_are_many_though_nobody_tends_them() {
    let folder = tempfile::tempdir().unwrap();
    let store = SqliteStore::open(&folder.path().join("hub.sqlite")).unwrap();
    store.add_pillar(&some_pillar("jumbo", 1)).unwrap();
    let now = Timestamp::from_second(1_800_000_000).unwrap();
    let numbered = |number: u64| {
        let mut one = incoming(1, number);
        one.sealed.header.id = uuid::Uuid::from_u128(u128::from(number));
        one.sealed.header.reference = zuil_wire::Reference::from_bits(number * 7919);
        one
    };
    for from in [1, 4_001, 8_001] {
        let batch = conformance::batch((from..from + 4_000).map(numbered).collect());
        assert!(store.take_in(&batch, now).unwrap().outcomes().iter().all(|it| *it != Outcome::Conflict));
    }
    let waiting = "SELECT count(*) FROM transactions WHERE number > (SELECT up_to FROM entered)";
    let waiting: i64 = store.read(|db| Ok(db.query_row(waiting, [], |row| row.get(0))?)).unwrap();
    assert_eq!(waiting, 0);
    for number in [1, 8_000, 12_000] {
        let reference = numbered(number).sealed.header.reference;
        assert_eq!(store.transaction(reference).unwrap().unwrap().id.as_u128(), u128::from(number));
    }
}

/// SQLite opens for reading what it may not write. Such a store would stay as it is when its disk is well.
#[test]
fn a_store_that_can_only_be_read_is_not_opened() {
    let disk = Disk::new(1);
    let open = || SqliteStore::open_on(&disk.path("hub.sqlite"), VFS);
    drop(open().unwrap());
    disk.fail(Some(Fault::ReadOnly));
    assert!(open().is_err());
    disk.fail(None);
    open().unwrap().pulse(Timestamp::UNIX_EPOCH).unwrap();
}
