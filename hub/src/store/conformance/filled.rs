//! A store with something in each of its tables, for what must know them all.

use jiff::{SignedDuration, Timestamp};
use uuid::Uuid;
use zuil_wire::orders::{Attachment, ClosedFor, Closure, OrderState, Task};
use zuil_wire::visits::{Seen, VisitOutcome};
use zuil_wire::{OrderResult, QuestionItem, Reference, VisitEntry};

use super::super::{
    Account, Alert, AlertChanges, AlertKind, AskedStore as _, Attached, Batch, CallBackStore as _, Change,
    Changed, Channel, Checked, CheckedAs, Claim, Deed, DraftStore as _, EnrolmentStore as _, Entry, Held,
    KeptReferral, Limits, NewAccount, NewMessage, Note, OrderPlaced, Pace, PlacedOrder, REFERRALS_LIVE,
    Refused, Roles, RolloutStore as _, SealedSecret, SqliteStore, Stage, Store, System, Turn, Unchecked,
    WARNED_DAYS,
};
use super::{batch, incoming, some_pillar};

fn now() -> Timestamp {
    super::at(0)
}

/// A SQLite store with something in each of its tables.
pub(crate) fn filled(path: &std::path::Path) -> SqliteStore {
    let store = SqliteStore::open(path).unwrap();
    store.add_pillar(&some_pillar("jumbo", 1)).unwrap();
    store.add_pillar(&some_pillar("bieb", 2)).unwrap();
    let unknown = super::with_payment(3, zuil_wire::PaymentState::Unknown);
    let paid = super::with_payment(4, zuil_wire::PaymentState::Paid);
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
    let report = super::health::report(60, vec![super::health::open(0xa1, 9, 50)]);
    store.take_report("jumbo", &report, now()).unwrap();
    let question = QuestionItem {
        id: Uuid::from_u128(5),
        language: "nl".into(),
        words: "zendmast".into(),
        on: "2026-11-20".parse().unwrap(),
    };
    store.keep_questions("bieb", &[question], now()).unwrap();
    store.keep_asked("bieb", &[super::asked::count(6, "parking", "2026-11-20", 3)], now()).unwrap();
    refer(&store);
    assert!(store.add_draft(&super::drafts::draft("drone")).unwrap());
    assert!(store.begin_rollout(&super::rollouts::rollout("1.2"), &super::rollouts::entry()).unwrap());
    let failed = super::rollouts::refused("1.2", zuil_wire::system::UpdateRefusal::NoRoom, 20);
    assert!(store.note_update_failure(&failed).unwrap());
    serve(&store);
    store.revoke_pillar("bieb", now()).unwrap();
    store.add_enrolment(&super::enrolment::code(1)).unwrap();
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
        had_by: Vec::new(),
        expires_at: now() + REFERRALS_LIVE,
        revoked_at: Some(now()),
        uses: Vec::new(),
    };
    assert!(store.keep_referral(&referral).unwrap());
    store.note_fetched_referrals("jumbo", &[referral.id]).unwrap();
    let transaction = Uuid::from_u128(1);
    let used = zuil_wire::UsedReferral { id: referral.id, at: now(), transaction };
    store.note_used_referrals("jumbo", &[used], now()).unwrap();
}

/// A technician was at a pillar with a code.
fn serve(store: &dyn Store) {
    assert!(store.keep_service_key(&super::service::key(1)).unwrap());
    assert_eq!(store.note_service_code(&super::service::code(1, -20)).unwrap(), Some(1));
    let done = [
        super::service::entry(1, zuil_wire::ServiceDeed::Opened),
        super::service::entry(2, zuil_wire::ServiceDeed::WrongCode),
    ];
    store.keep_service_entries("jumbo", &done, now()).unwrap();
    let report = super::service::readiness(1, zuil_wire::service::Readiness::Attention);
    store.keep_readiness("jumbo", &report, now()).unwrap();
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
    let stops = vec![("1.2".parse().unwrap(), Some(now()))];
    let changes = AlertChanges { raised: vec![alert], ended: Vec::new(), stops, messages: vec![message] };
    assert!(store.keep_alerts(watch, &changes, now()).unwrap());
}

/// One of two that were looked at is handed over by now, and of a third nobody knows yet that it is to be.
fn hand_over(store: &dyn Store) {
    let lease = SignedDuration::from_secs(120);
    let claim = Claim { holder: Uuid::from_u128(1), now: now(), lease, limit: 9, without: &[] };
    let claimed = store.claim_handovers(&claim).unwrap();
    let step = Note::Step { name: "zaak", result: "https://zaken.example/1", until: now() + lease };
    let goes = Note::Goes(System::OpenZaak);
    for note in [
        goes,
        step,
        Note::Registered { case_number: Some("ZAAK-1"), address: Some("https://zaak.example.nl/1") },
    ] {
        assert_eq!(store.keep_handover(claimed[0].lease, note, now()).unwrap(), Held::Yes);
    }
    let pace = Pace { most: 60, window: lease };
    assert_eq!(store.take_turn(System::Signalen, pace, now()).unwrap(), Turn::Yes);
    assert_eq!(store.forget_contents(now(), SignedDuration::from_hours(24), 9).unwrap(), 0);
    let third = store.unchecked(1).unwrap()[0].number;
    store.note_checked(&[Checked { number: third, finding: CheckedAs::Sound }]).unwrap();
    // The third will be deleted one day, if nobody finds out about its payment.
    let longest = SignedDuration::from_hours(24 * WARNED_DAYS);
    store.note_oldest(now(), longest).unwrap();
    assert_eq!(store.forget_oldest(now(), longest, 9).unwrap(), 0);
}

/// How long sessions last here.
pub(in super::super) const LIMITS: Limits = Limits {
    idle: SignedDuration::from_hours(8),
    total: SignedDuration::from_hours(12),
    half_way: SignedDuration::from_mins(10),
};

/// An account with an app and a session that is open.
pub(in super::super) fn sign_in(store: &dyn Store) {
    let entry = Entry::new(now(), "anna", Deed::SignedIn, "");
    assert_eq!(store.add_account(&administrator("anna"), &entry).unwrap(), NewAccount::Added);
    let app = Change::Totp(SealedSecret::of(vec![7; 49]).unwrap(), vec![[8; 32], [9; 32]]);
    assert_eq!(store.change_account("anna", &app, &entry).unwrap(), Changed::Yes);
    assert!(store.open_session(&[1; 32], "anna", Stage::Open, &LIMITS, &entry).unwrap());
}

/// Who may do everything (made up).
pub(in super::super) fn administrator(name: &str) -> Account {
    Account {
        name: name.into(),
        shown_name: name.to_uppercase(),
        roles: Roles::all(),
        password_hash: Some("hash".into()),
        totp: None,
        created_at: now(),
        disabled_at: None,
        signed_in_at: None,
        recovery_codes: 0,
    }
}
