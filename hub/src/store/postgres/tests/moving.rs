//! Moving from SQLite: a hub finds everything that it knew.

use super::*;
use crate::store::{
    Alert, AlertChanges, AlertKind, Attached, CallBackStore as _, Channel, DraftStore as _,
    EnrolmentStore as _, KeptReferral, NewMessage, OrderPlaced, Pace, PlacedOrder, ProgressStore as _,
    REFERRALS_LIVE, System, Turn,
};
use zuil_wire::orders::{Attachment, ClosedFor, Closure, OrderState, Task};
use zuil_wire::visits::{Seen, VisitOutcome};
use zuil_wire::{OrderResult, VisitEntry};

/// A SQLite store with something in each of its tables.
fn filled(path: &std::path::Path) -> SqliteStore {
    let store = SqliteStore::open(path).unwrap();
    store.add_pillar(&some_pillar("jumbo", 1)).unwrap();
    store.add_pillar(&some_pillar("bieb", 2)).unwrap();
    let unknown = conformance::with_payment(3, zuil_wire::PaymentState::Unknown);
    let paid = conformance::with_payment(4, zuil_wire::PaymentState::Paid);
    let answers = zuil_wire::SurveyAnswers {
        clear: Some(4),
        helped: Some(false),
        treated: Some(zuil_wire::Treated::ALittle),
        missing: Some(zuil_wire::Missed::Peace),
    };
    let survey = zuil_wire::messages::SurveyItem { id: Uuid::from_u128(7), task: "nul\0nul".into(), answers };
    let refused = Refused {
        id: Uuid::from_u128(8),
        reference: Some(Reference::from_bits(8)),
        reason: zuil_wire::Refusal::UnknownKey,
    };
    let sent = Batch {
        surveys: vec![survey],
        refused: vec![refused],
        ..batch(vec![incoming(1, 1), incoming(2, 2), unknown, paid])
    };
    store.take_in(&sent, now()).unwrap();
    let first = store.unchecked(2).unwrap();
    let sound = |one: &Unchecked| Checked { number: one.number, finding: CheckedAs::Sound };
    store.note_call_backs(&[first[0].number]).unwrap();
    store.note_checked(&first.iter().map(sound).collect::<Vec<_>>()).unwrap();
    let report = conformance::health::report(60, vec![conformance::health::open(0xa1, 9, 50)]);
    store.take_report("jumbo", &report, now()).unwrap();
    let question = QuestionItem {
        id: Uuid::from_u128(5),
        language: "nl".into(),
        words: "zendmast".into(),
        on: "2026-11-20".parse().unwrap(),
    };
    store.keep_questions("bieb", &[question], now()).unwrap();
    refer(&store);
    assert!(store.add_draft(&conformance::drafts::draft("drone")).unwrap());
    store.revoke_pillar("bieb", now()).unwrap();
    store.add_enrolment(&conformance::enrolment::code(1)).unwrap();
    hand_over(&store);
    sign_in(&store);
    is_told(&store);
    order(&store);
    store
}

/// A request was made with a referral.
fn refer(store: &dyn Store) {
    let referral = KeptReferral {
        id: Uuid::from_u128(0x9d2e),
        code: zuil_wire::ReferralCode::of(48_291),
        task: "call-back".into(),
        pillars: vec!["bieb".into(), "jumbo".into()],
        made_by: "m.agent".into(),
        made_at: now(),
        expires_at: now() + REFERRALS_LIVE,
        revoked_at: Some(now()),
        uses: Vec::new(),
    };
    assert!(store.keep_referral(&referral).unwrap());
    let transaction = Uuid::from_u128(1);
    let used = zuil_wire::UsedReferral { id: referral.id, at: now(), transaction };
    store.note_used_referrals("jumbo", &[used], now()).unwrap();
}

/// A technician takes a pillar out of service, and it has done so; a picture of it, and a visit there.
fn order(store: &dyn Store) {
    let message = Some("Morgen weer open, “echt”".to_owned());
    let close = Task::Close(Closure { reason: ClosedFor::Fault, message });
    let order = PlacedOrder::new("jumbo", close, "a.jansen", now());
    assert_eq!(store.place_order(&order).unwrap(), OrderPlaced::Yes);
    let done = OrderResult { id: order.id, state: OrderState::Done, why: None };
    store.note_orders("jumbo", &[done], now()).unwrap();
    let order = PlacedOrder::new("jumbo", Task::Screenshot, "a.jansen", now());
    assert_eq!(store.place_order(&order).unwrap(), OrderPlaced::Yes);
    let (kind, content) = (Attachment::Picture, b"\0a picture".to_vec());
    let attached = Attached { id: order.id, kind, content, kept_at: now() };
    assert!(store.attach_to_order("jumbo", &attached).unwrap());
    let what = Seen::Visit { quarter: 56, minutes: 4, outcome: VisitOutcome::Finished };
    let entry = VisitEntry { id: Uuid::from_u128(9), on: "2026-11-20".parse().unwrap(), what };
    store.keep_visits("jumbo", &[entry], now()).unwrap();
}

/// A pillar is down, and nobody was told yet.
fn is_told(store: &dyn Store) {
    let (watch, until) = (Uuid::from_u128(8), now() + SignedDuration::from_secs(30));
    assert!(store.claim_watch(watch, now(), until).unwrap());
    let kind = AlertKind::Down;
    let alert = Alert { pillar: "jumbo".into(), kind, began_at: now(), raised_at: now(), ended_at: None };
    let message = NewMessage { id: Uuid::from_u128(9), channel: Channel::Email, body: "{}".into() };
    let changes = AlertChanges { raised: vec![alert], ended: Vec::new(), messages: vec![message] };
    assert!(store.keep_alerts(watch, &changes, now()).unwrap());
}

/// One of two that were looked at is handed over by now, and of a third nobody knows yet that it is to be.
fn hand_over(store: &dyn Store) {
    let lease = SignedDuration::from_secs(120);
    let claim = Claim { holder: Uuid::from_u128(1), now: now(), lease, limit: 9, without: &[] };
    let claimed = store.claim_handovers(&claim).unwrap();
    let step = Note::Step { name: "zaak", result: "https://zaken.example/1", until: now() + lease };
    let goes = Note::Goes(System::OpenZaak);
    for note in
        [goes, step, Note::Registered { case_number: "ZAAK-1", address: Some("https://zaak.example.nl/1") }]
    {
        assert_eq!(store.keep_handover(claimed[0].lease, note, now()).unwrap(), Held::Yes);
    }
    let pace = Pace { most: 60, window: lease };
    assert_eq!(store.take_turn(System::Signalen, pace, now()).unwrap(), Turn::Yes);
    assert_eq!(store.forget_contents(now(), SignedDuration::from_hours(24), 9).unwrap(), 0);
    let third = store.unchecked(1).unwrap()[0].number;
    store.note_checked(&[Checked { number: third, finding: CheckedAs::Sound }]).unwrap();
}

/// What surveys said. (Of a task PostgreSQL keeps what it can.)
fn counted(store: &dyn Store) -> Vec<(Date, Option<String>, SurveyCounts)> {
    let weeks = store.survey_weeks("2000-01-01".parse().unwrap()).unwrap();
    weeks.into_iter().map(|week| (week.week, week.pillar, week.counts)).collect()
}

#[test]
fn a_municipality_that_grew_moves_to_postgresql_and_loses_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("hub.sqlite");
    let before = filled(&path);
    let schema = Schema::new();
    let store = schema.open();
    assert!(matches!(store.copy_from_sqlite(&path), Err(CopyError::InUse)), "its hub runs still");
    let page = |store: &dyn Store| store.transactions(Filter::default(), 0, 99).unwrap();
    let told = |store: &dyn Store| {
        let unchecked: Vec<_> = store.unchecked(9).unwrap();
        let since = "2000-01-01".parse().unwrap();
        (
            (page(store), unchecked, store.pillars().unwrap(), store.reports().unwrap()),
            (
                store.refusals("jumbo").unwrap(),
                (store.survey_count().unwrap(), counted(store)),
                (store.questions(since, 9).unwrap(), store.drafts().unwrap()),
            ),
            (store.unsettled_payments().unwrap(), store.accounts().unwrap(), store.alerts(now()).unwrap()),
            (store.certificates("jumbo").unwrap(), store.enrolments(Timestamp::UNIX_EPOCH).unwrap()),
            (
                store.orders("jumbo", 9).unwrap(),
                store.closed_pillars().unwrap(),
                store.orders_with_attachments("jumbo").unwrap(),
                store.visits("jumbo", since).unwrap(),
            ),
            (audit::verify(store).unwrap(), store.session(&[1; 32], now(), &LIMITS).unwrap()),
            store.referrals(now()).unwrap(),
        )
    };
    let expected = told(&before);
    drop(before);
    let copied = store.copy_from_sqlite(&path).unwrap();
    assert_eq!(copied.len(), TABLES.len());
    assert!(copied.iter().all(|table| table.rows > 0), "{copied:?}");
    assert_eq!(told(&store), expected);
    let handed_over = |number| store.handover(Reference::from_bits(number)).unwrap().map(|one| one.standing);
    assert_eq!([handed_over(1), handed_over(2)], [Some(Standing::Registered), Some(Standing::Waiting)]);
    let asked = store.claim_looks(now(), now() + SignedDuration::from_mins(5), 9).unwrap();
    assert_eq!(asked.len(), 1, "what was handed over is asked about here");
    // What was not considered there is considered here.
    let later = now() + SignedDuration::from_hours(1);
    let lease = SignedDuration::from_secs(120);
    let claim = Claim { holder: Uuid::from_u128(2), now: later, lease, limit: 9, without: &[] };
    let mut claimed: Vec<_> =
        store.claim_handovers(&claim).unwrap().iter().map(|one| one.lease.id.as_u128()).collect();
    claimed.sort_unstable();
    assert_eq!(claimed, [2]);
    let day = SignedDuration::from_hours(24);
    assert_eq!(store.forget_contents(later + day, day, 9).unwrap(), 1);
    assert_eq!(store.transaction(Reference::from_bits(1)).unwrap().unwrap().content, Content::Forgotten);
    // Life goes on, above the numbers that came along.
    store.take_in(&batch(vec![incoming(1, 1), incoming(50, 50)]), now()).unwrap();
    assert_eq!(page(&store).total, 5);
    assert!(store.unchecked(9).unwrap().last().unwrap().number > 4);
    assert!(matches!(store.copy_from_sqlite(&path), Err(CopyError::NotEmpty("pillars"))));
}

#[test]
fn what_is_copied_otherwise_than_it_was_is_not_kept() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("hub.sqlite");
    drop(filled(&path));
    let schema = Schema::new();
    let store = schema.open();
    // A database that changes what it is given.
    schema.execute(
        "CREATE FUNCTION spoil() RETURNS trigger LANGUAGE plpgsql AS
             $$ BEGIN NEW.words := NEW.words || '!'; RETURN NEW; END $$;
         CREATE TRIGGER spoil BEFORE INSERT ON questions FOR EACH ROW EXECUTE FUNCTION spoil()",
    );
    assert!(matches!(store.copy_from_sqlite(&path), Err(CopyError::Differs("questions"))));
    assert_eq!((store.pillars().unwrap(), store.accounts().unwrap()), (vec![], vec![]));
}

#[test]
fn a_table_that_nobody_knows_keeps_everything_from_being_copied() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("hub.sqlite");
    drop(filled(&path));
    rusqlite::Connection::open(&path).unwrap().execute_batch("CREATE TABLE visits (id INTEGER)").unwrap();
    let refused = Schema::new().open().copy_from_sqlite(&path);
    assert!(matches!(refused, Err(CopyError::UnknownTable(name)) if name == "visits"));
}

/// A hub that moves must find everything that it knew.
#[test]
fn every_step_of_the_sqlite_store_has_its_like_here() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("hub.sqlite");
    drop(SqliteStore::open(&path).unwrap());
    assert_eq!(schema_step(&path).unwrap(), Schema::new().open().brought_up().to);
}
