//! The golden messages: one JSON file per message, to the byte. Whoever changes a file changes
//! what pillars and hubs in the field say to each other: that takes a new `PROTOCOL_VERSION`. A
//! request that is new beside the others does not.
//!
//! All keys, names and answers in them are made up and used nowhere else.

// Clippy's exception for tests covers the test functions, but not what they share.
#![allow(clippy::unwrap_used, clippy::panic)]

use std::fs;
use std::path::Path;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use serde::Serialize;
use serde::de::DeserializeOwned;
use uuid::Uuid;
use zuil_wire::catalogue::{PackedFile, Payload};
use zuil_wire::enrolment::{
    CodeKeys, CodeRefusal, EnrolmentAnswer, EnrolmentRefusal, EnrolmentRequest, Greeting, GreetingRequest,
    RenewalAnswer, RenewalRequest,
};
use zuil_wire::health::{
    Device, DeviceReport, DeviceState, OpenPayment, Paper, Salvaged, SettledByStaff, StorageReport, Tried,
};
use zuil_wire::messages::SurveyItem;
use zuil_wire::orders::{ClosedFor, Closure, OrderFailure, OrderState, Task};
use zuil_wire::seal::{OpenKey, Sealed, SigningKey, verify};
use zuil_wire::service::{Readiness, ReadinessFinding};
use zuil_wire::system::{UpdateRefusal, UpdateReport, UpdateState};
use zuil_wire::visits::{Aid, MetFault, Seen, TaskEnd, VisitOutcome};
use zuil_wire::{
    AnswerLine, AskedAnswer, AskedCount, AskedCounts, Binding, CatalogueKeyNotice, CatalogueManifest, Cents,
    EnrolmentCode, Envelope, FoundRequest, Header, HealthAnswer, HealthReport, ItemOutcome, LookupAnswer,
    LookupRequest, Missed, Order, OrderResult, OrderResults, OrdersAnswer, PROTOCOL_VERSION, PaymentRecord,
    PaymentState, QuestionItem, Questions, QuestionsAnswer, ReadinessReport, Reference, Referral,
    ReferralCode, ReferralList, ReferralsAnswer, Refusal, RequestStanding, SealKeyNotice, ServiceDeed,
    ServiceEntries, ServiceEntry, ServiceKey, ServiceOutcome, ServiceTaken, StandingAnswer, StandingRequest,
    State, SurveyAnswers, SystemOffer, SystemReport, Transaction, Treated, UploadRequest, UploadResponse,
    UsedReferral, UsedReferrals, VisitEntries, VisitEntry, VisitsAnswer,
};

/// The keys that the golden envelope was sealed and signed with.
const HUB_SEAL_PRIVATE_KEY: &str = "3w2fzPrO2MFaliKniL/GTe7srFKl96LSHnbjZWt/EYk=";
const PILLAR_PUBLIC_KEY: &str = "qjP2jU6epJcFOQ1HlL9craWIYv++GeK3tYPHskoYAwA=";

fn golden(name: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden").join(name).with_extension("json");
    fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

fn written<T: Serialize>(value: &T) -> String {
    serde_json::to_string_pretty(value).unwrap() + "\n"
}

/// What is written is the file, to the byte; and what is read from the file is written as the file.
fn matches<T: Serialize + DeserializeOwned>(name: &str, value: &T) {
    let file = golden(name);
    assert_eq!(written(value), file, "{name}.json is not what is written now");
    let read: T = serde_json::from_str(&file).unwrap();
    assert_eq!(written(&read), file, "{name}.json is not read as what it says");
}

/// Both directions, for values that can be compared.
fn is_exactly<T: Serialize + DeserializeOwned + PartialEq + std::fmt::Debug>(name: &str, value: &T) {
    matches(name, value);
    assert_eq!(serde_json::from_str::<T>(&golden(name)).unwrap(), *value);
}

const ID: Uuid = Uuid::from_u128(0x0195_5660_c800_7000_8000_0000_0000_0001);
const OTHER_ID: Uuid = Uuid::from_u128(0x0195_5660_c800_7000_8000_0000_0000_0002);
const REFERRAL_ID: Uuid = Uuid::from_u128(0x9d2e_41b7_0c6a_4f58_b1e3_7a90_55c2_d816);
const SURVEY_ID: Uuid = Uuid::from_u128(0x6b1f_0f6e_35a5_4d0e_9d5b_1d8f_2a7c_4e10);

fn reference() -> Reference {
    "7K3M-Q9XA-2FP".parse().unwrap()
}

fn header() -> Header {
    Header {
        version: PROTOCOL_VERSION,
        id: ID,
        pillar: "voorbeeld-supermarkt".into(),
        sequence: 42,
        reference: reference(),
        committed_at: "2026-03-02T09:00:00.123456Z".parse().unwrap(),
        key_id: "2026-1".into(),
    }
}

fn paid() -> PaymentRecord {
    PaymentRecord {
        state: PaymentState::Paid,
        amount: Cents(1735),
        terminal_id: Some("52523535".into()),
        receipt_number: Some(231),
        card_scheme: Some("Maestro".into()),
    }
}

fn unknown() -> PaymentRecord {
    PaymentRecord {
        state: PaymentState::Unknown,
        amount: Cents(1735),
        terminal_id: None,
        receipt_number: None,
        card_scheme: None,
    }
}

fn transaction() -> Transaction {
    let line = |question: &str, label: &str, value: &str, display: &str| AnswerLine {
        question: question.into(),
        label: label.into(),
        value: value.into(),
        display: display.into(),
    };
    Transaction {
        id: ID,
        reference: reference(),
        task: "bulky-waste".into(),
        task_title: "Grofvuil laten ophalen".into(),
        catalogue_version: "1".into(),
        language: "nl".into(),
        answers: vec![
            line("address", "Adres", "2411ZZ 12", "Voorbeeldstraat 12, 2411 ZZ Voorbeelddorp"),
            line("items", "Wat", "sofa,mattress", "Bank, matras"),
            line("date", "Ophaaldag", "2026-03-12", "donderdag 12 maart 2026"),
        ],
        fee: Cents(1735),
    }
}

fn survey() -> SurveyItem {
    let answers = SurveyAnswers { clear: Some(4), ..SurveyAnswers::default() };
    SurveyItem { id: SURVEY_ID, task: "bulky-waste".into(), answers }
}

/// As it can be told from version 3 on.
fn fuller_survey() -> SurveyItem {
    let (treated, missing) = (Some(Treated::ALittle), Some(Missed::Person));
    SurveyItem { answers: SurveyAnswers { treated, missing, ..survey().answers }, ..survey() }
}

const QUESTION_ID: Uuid = Uuid::from_u128(0x2f0c_91d4_7b3e_4a6c_8d21_5e9f_0a43_b7c6);

fn question() -> QuestionItem {
    QuestionItem {
        id: QUESTION_ID,
        language: "nl".into(),
        words: "vliegen met een drone".into(),
        on: "2026-03-02".parse().unwrap(),
    }
}

const ASKED_ID: Uuid = Uuid::from_u128(0x8b1d_6e40_52c7_4f9a_9e03_c41a_7d28_f5b6);

fn asked() -> AskedCount {
    AskedCount {
        id: ASKED_ID,
        language: "nl".into(),
        answer: "bulky-waste-how".into(),
        on: "2026-03-01".parse().unwrap(),
        times: 7,
    }
}

const PAYMENT_ID: Uuid = Uuid::from_u128(0x0195_5660_c800_7000_8000_0000_0000_00a1);
const OTHER_PAYMENT_ID: Uuid = Uuid::from_u128(0x0195_5660_c800_7000_8000_0000_0000_00a2);

fn open_payment() -> OpenPayment {
    OpenPayment {
        payment: PAYMENT_ID,
        reference: reference(),
        amount: Cents(1735),
        at: "2026-03-02T08:59:30Z".parse().unwrap(),
        receipt_number: Some(231),
    }
}

/// A report of a pillar with a payment that nobody can prove.
fn report() -> HealthReport {
    let device = |device, state, since: &str| DeviceReport { device, state, since: since.parse().unwrap() };
    HealthReport {
        version: PROTOCOL_VERSION,
        at: "2026-03-02T09:00:00Z".parse().unwrap(),
        program: "0.2.0".into(),
        catalogue: "2026-03".into(),
        devices: vec![
            device(Device::Printer, DeviceState::PaperNearEnd, "2026-03-02T08:10:00Z"),
            device(Device::Terminal, DeviceState::Blocked, "2026-03-02T08:59:31.5Z"),
            device(Device::DocumentReader, DeviceState::Ready, "2026-03-01T07:00:00Z"),
        ],
        paper: Some(Paper {
            used_mm: 61_250,
            roll_mm: 80_000,
            empty_on: Some("2026-03-09".parse().unwrap()),
        }),
        waiting: 2,
        open_payments: vec![open_payment()],
        clock_off_seconds: None,
        storage: None,
        seal_key: None,
        catalogue_refused: None,
        in_use: None,
        celsius: None,
        system: None,
    }
}

/// A report in version 2, of a pillar whose clock is ten years ahead and whose disk is nearly full.
fn report_2() -> HealthReport {
    HealthReport { version: 2, clock_off_seconds: Some(315_569_520), storage: Some(storage()), ..report() }
}

/// The same in version 3: somebody is there, and it stands in the frost.
fn report_3() -> HealthReport {
    HealthReport { version: 3, in_use: Some(true), celsius: Some(-7), ..report_2() }
}

/// The same in version 4: it fetches the next system.
fn report_4() -> HealthReport {
    let update = UpdateReport { percent: Some(41), ..update(UpdateState::Fetching) };
    let system = SystemReport { version: "0.2.0.812".into(), update: Some(update) };
    HealthReport { version: 4, system: Some(system), ..report_3() }
}

fn update(state: UpdateState) -> UpdateReport {
    UpdateReport { version: "0.2.0.813".into(), state, percent: None, why: None }
}

/// A report of a pillar that has just been put together.
fn bare_report() -> HealthReport {
    HealthReport { devices: Vec::new(), paper: None, waiting: 0, open_payments: Vec::new(), ..report() }
}

/// A report of a pillar whose disk is nearly full, and which cannot get rid of something.
fn storage() -> StorageReport {
    let tried = Tried {
        id: ID,
        tries: 17,
        last: "2026-03-02T08:58:00Z".parse().unwrap(),
        why: "the hub does not take this request".into(),
    };
    let at = "2026-03-01T06:02:11Z".parse().unwrap();
    let salvaged = Some(Salvaged { at, kept: 412, unreadable: true });
    StorageReport { room_for: 130, tried: Some(tried), salvaged }
}

/// Signed by the authority of these tests, see `src/rotation`.
fn notice() -> SealKeyNotice {
    serde_json::from_str(&golden("seal_key_notice")).unwrap()
}

/// Sealing draws randomness, so the envelope is read from its file.
fn envelope() -> Envelope {
    serde_json::from_str(&golden("envelope")).unwrap()
}

fn accepted() -> ItemOutcome {
    ItemOutcome::Accepted { id: ID, state: State::Registered, case_number: Some("Z-2026-0042".into()) }
}

fn refused() -> ItemOutcome {
    ItemOutcome::Refused { id: OTHER_ID, reason: Refusal::Conflict }
}

#[test]
fn a_header_is_written_as_ever() {
    is_exactly("header", &header());
}

#[test]
fn a_transaction_is_written_as_ever() {
    is_exactly("transaction", &transaction());
}

#[test]
fn payments_are_written_as_ever() {
    is_exactly("payment_paid", &paid());
    is_exactly("payment_unknown", &unknown());
    is_exactly("payment_states", &[PaymentState::Paid, PaymentState::NotPaid, PaymentState::Unknown]);
}

#[test]
fn a_survey_is_written_as_ever() {
    is_exactly("survey_item", &survey());
    is_exactly("survey_item_3", &fuller_survey());
    is_exactly("treated", &Treated::ALL);
    is_exactly("missed", &Missed::ALL);
    assert_eq!(
        serde_json::to_value(Treated::ALL).unwrap(),
        serde_json::json!(Treated::ALL.map(Treated::as_str))
    );
    assert_eq!(
        serde_json::to_value(Missed::ALL).unwrap(),
        serde_json::json!(Missed::ALL.map(Missed::as_str))
    );
}

#[test]
fn questions_and_their_answer_are_written_as_ever() {
    is_exactly("question_item", &question());
    is_exactly("questions", &Questions { version: PROTOCOL_VERSION, questions: vec![question()] });
    is_exactly("questions_answer", &QuestionsAnswer { questions: vec![QUESTION_ID] });
}

#[test]
fn counts_of_what_was_asked_and_their_answer_are_written_as_ever() {
    is_exactly("asked_count", &asked());
    is_exactly("asked_counts", &AskedCounts { version: PROTOCOL_VERSION, counts: vec![asked()] });
    is_exactly("asked_answer", &AskedAnswer { counts: vec![ASKED_ID] });
}

#[test]
fn referrals_and_what_became_of_them_are_written_as_ever() {
    let at = "2026-03-02T09:00:01Z".parse().unwrap();
    let referral = Referral {
        id: REFERRAL_ID,
        code: ReferralCode::of(48_291),
        task: "bulky-waste".into(),
        expires_at: "2026-03-03T09:00:00Z".parse().unwrap(),
    };
    is_exactly("referral_list", &ReferralList { now: at, referrals: vec![referral] });
    let used = vec![UsedReferral { id: REFERRAL_ID, at, transaction: ID }];
    is_exactly("used_referrals", &UsedReferrals { version: PROTOCOL_VERSION, used });
    is_exactly("referrals_answer", &ReferralsAnswer { referrals: vec![REFERRAL_ID] });
}

#[test]
fn as_many_used_referrals_as_may_travel_together_fit_into_the_limit() {
    let longest = UsedReferral { id: Uuid::max(), at: jiff::Timestamp::MAX, transaction: Uuid::max() };
    let used = UsedReferrals { version: u16::MAX, used: vec![longest; UsedReferrals::MOST] };
    assert!(serde_json::to_vec(&used).unwrap().len() <= UsedReferrals::MAX_BYTES);
}

#[test]
fn how_requests_stand_is_asked_and_told_as_ever() {
    is_exactly("standing_request", &StandingRequest { version: PROTOCOL_VERSION, ids: vec![ID, OTHER_ID] });
    let standing = |id, state, case_number: Option<&str>| RequestStanding {
        id,
        state,
        case_number: case_number.map(Into::into),
    };
    let registered = standing(ID, State::Registered, Some("ZAAK-2026-0000000017"));
    let standings = vec![registered, standing(OTHER_ID, State::Parked, None)];
    is_exactly("standing_answer", &StandingAnswer { standings });
    let standings = vec![standing(ID, State::Closed, None)];
    is_exactly("standing_answer_closed", &StandingAnswer { standings });
    let longest = StandingRequest { version: u16::MAX, ids: vec![Uuid::max(); StandingRequest::MAX_IDS] };
    assert!(serde_json::to_vec(&longest).unwrap().len() <= StandingRequest::MAX_BYTES);
}

#[test]
fn how_a_request_stands_that_a_resident_looks_up_is_written_as_ever() {
    let request = LookupRequest { version: PROTOCOL_VERSION, reference: header().reference };
    assert!(serde_json::to_vec(&request).unwrap().len() < LookupRequest::MAX_BYTES / 2);
    is_exactly("lookup_request", &request);
    let registered = FoundRequest {
        state: State::Registered,
        task: Some("bulky-waste".into()),
        on: "2026-03-02".parse().unwrap(),
        case_number: Some("ZAAK-2026-0000000017".into()),
        payment: None,
    };
    is_exactly("lookup_answer", &LookupAnswer { found: Some(registered.clone()) });
    let closed = FoundRequest { state: State::Closed, case_number: None, ..registered.clone() };
    is_exactly("lookup_answer_closed", &LookupAnswer { found: Some(closed) });
    let (state, payment) = (State::Parked, Some(PaymentState::Unknown));
    let parked = FoundRequest { state, task: None, case_number: None, payment, ..registered };
    is_exactly("lookup_answer_payment_unknown", &LookupAnswer { found: Some(parked) });
    is_exactly("lookup_answer_nothing", &LookupAnswer { found: None });
    assert!(serde_json::from_str::<LookupAnswer>("{}").is_err(), "that is no word that there is none");
    let later = golden("lookup_answer").replace("\"registered\"", "\"in_the_archive\"");
    let read: LookupAnswer = serde_json::from_str(&later).unwrap();
    assert_eq!(read.found.unwrap().state, State::Received);
}

#[test]
fn as_many_of_the_longest_questions_as_may_travel_together_fit_into_the_limit() {
    let longest = QuestionItem { words: "\u{10ffff}".repeat(QuestionItem::MAX_WORDS), ..question() };
    let questions = Questions { version: u16::MAX, questions: vec![longest; Questions::MAX_QUESTIONS] };
    assert!(serde_json::to_vec(&questions).unwrap().len() <= Questions::MAX_BYTES);
}

#[test]
fn as_many_of_the_longest_counts_as_may_travel_together_fit_into_the_limit() {
    let longest = AskedCount {
        answer: "a".repeat(AskedCount::MAX_ANSWER),
        on: jiff::civil::Date::MAX,
        times: AskedCount::MAX_TIMES,
        ..asked()
    };
    let counts = AskedCounts { version: u16::MAX, counts: vec![longest; AskedCounts::MAX_COUNTS] };
    assert!(serde_json::to_vec(&counts).unwrap().len() <= AskedCounts::MAX_BYTES);
}

#[test]
fn an_envelope_is_written_as_ever() {
    let envelope = envelope();
    is_exactly("envelope", &envelope);
    assert_eq!((envelope.header, envelope.payment), (header(), Some(paid())));
}

#[test]
fn an_upload_and_its_answer_are_written_as_ever() {
    let request =
        UploadRequest { version: PROTOCOL_VERSION, envelopes: vec![envelope()], surveys: vec![survey()] };
    is_exactly("upload_request", &request);
    let fuller = UploadRequest { version: 3, envelopes: Vec::new(), surveys: vec![fuller_survey()] };
    is_exactly("upload_request_3", &fuller);
    let response = UploadResponse {
        now: "2026-03-02T09:00:01Z".parse().unwrap(),
        outcomes: vec![accepted(), refused()],
        surveys: vec![SURVEY_ID],
        later: Vec::new(),
    };
    is_exactly("upload_response", &response);
    let not_now = UploadResponse { outcomes: vec![accepted()], later: vec![OTHER_ID], ..response };
    is_exactly("upload_response_not_now", &not_now);
}

#[test]
fn every_outcome_is_written_as_ever() {
    is_exactly("item_outcome_accepted", &accepted());
    is_exactly("item_outcome_refused", &refused());
    is_exactly("states", &[State::Saved, State::Received, State::Registered, State::Parked]);
    let refusals = [
        Refusal::WrongPillar,
        Refusal::BadSignature,
        Refusal::UnknownKey,
        Refusal::Unreadable,
        Refusal::Conflict,
        Refusal::UnsupportedVersion,
    ];
    is_exactly("refusals", &refusals);
}

#[test]
fn a_health_report_and_its_answer_are_written_as_ever() {
    is_exactly("health_report", &report());
    is_exactly("health_report_bare", &bare_report());
    is_exactly("health_report_2", &report_2());
    is_exactly("health_report_3", &report_3());
    is_exactly("health_report_4", &report_4());
    let why = Some(UpdateRefusal::Signature);
    let refused = UpdateReport { why, ..update(UpdateState::Refused) };
    is_exactly("system_report_refused", &SystemReport { version: "0.2.0.812".into(), update: Some(refused) });
    is_exactly("update_states", &UpdateState::ALL);
    is_exactly("update_refusals", &UpdateRefusal::ALL);
    is_exactly("storage_report", &storage());
    is_exactly("open_payment", &open_payment());
    let answer = HealthAnswer {
        now: "2026-03-02T09:00:01Z".parse().unwrap(),
        settled: vec![
            SettledByStaff { payment: PAYMENT_ID, state: PaymentState::Paid },
            SettledByStaff { payment: OTHER_PAYMENT_ID, state: PaymentState::NotPaid },
        ],
        seal_key: None,
        catalogue: None,
        orders: Vec::new(),
        referrals: None,
        standing: None,
        system: None,
        service_key: None,
    };
    is_exactly("health_answer", &answer);
    is_exactly("health_answer_standing", &HealthAnswer { standing: Some(17), ..answer.clone() });
    let offer = SystemOffer { version: "0.2.0.813".into(), bytes: 151_403_210 };
    is_exactly("health_answer_system", &HealthAnswer { system: Some(offer), ..answer.clone() });
    is_exactly("health_answer_service_key", &HealthAnswer { service_key: Some(3), ..answer.clone() });
    is_exactly("health_answer_catalogue", &HealthAnswer { catalogue: Some(1_795_338_000), ..answer.clone() });
    is_exactly("health_answer_orders", &HealthAnswer { orders: orders(), ..answer.clone() });
    let mark = Some("3f0a9c41d27be865".to_owned());
    is_exactly("health_answer_referrals", &HealthAnswer { referrals: mark, ..answer.clone() });
    let made = [Task::Screenshot, Task::Logs { hours: 24 }];
    let orders = made.map(|what| Order { id: ID, seconds: Some(870), what }).into();
    is_exactly("health_answer_orders_made", &HealthAnswer { orders, ..answer.clone() });
    is_exactly("health_answer_seal_key", &HealthAnswer { seal_key: Some(notice()), ..answer });
    is_exactly("health_report_seal_key", &HealthReport { seal_key: Some(notice().id), ..bare_report() });
    is_exactly("seal_key_notice", &notice());
    let refused = Some("it is cut off or damaged: its manifest is not whole".to_owned());
    let refusing = HealthReport { catalogue_refused: refused, ..bare_report() };
    is_exactly("health_report_catalogue_refused", &refusing);
}

/// One of each kind.
fn orders() -> Vec<Order> {
    let message = Some("Vrijdag na 12 uur werkt de zuil weer.".to_owned());
    let tasks = [
        Task::Restart,
        Task::TestPrint,
        Task::Close(Closure { reason: ClosedFor::Maintenance, message }),
        Task::Open,
    ];
    let seconds = |what: &Task| (!what.is_about_serving()).then_some(870);
    tasks.map(|what| Order { id: ID, seconds: seconds(&what), what }).into()
}

#[test]
fn what_becomes_of_orders_is_written_as_ever() {
    let result = |state, why| OrderResult { id: ID, state, why };
    let mut results = vec![
        result(OrderState::Waits, None),
        result(OrderState::Taken, None),
        result(OrderState::Done, None),
    ];
    results.extend(OrderFailure::ALL[..8].iter().map(|why| result(OrderState::Failed, Some(*why))));
    is_exactly("order_results", &OrderResults { version: 1, results });
    is_exactly("orders_answer", &OrdersAnswer { orders: vec![ID, OTHER_ID] });
    is_exactly("closed_for", &ClosedFor::ALL);
    let made =
        [OrderFailure::NotMade, OrderFailure::NotTaken].map(|why| result(OrderState::Failed, Some(why)));
    is_exactly("order_results_made", &OrderResults { version: 1, results: made.into() });
}

#[test]
fn what_happened_at_a_pillar_is_written_as_ever() {
    let outcomes =
        [VisitOutcome::Looked, VisitOutcome::Read, VisitOutcome::Abandoned, VisitOutcome::Finished];
    let mut seen: Vec<Seen> =
        outcomes.map(|outcome| Seen::Visit { quarter: 56, minutes: 4, outcome }).into_iter().collect();
    seen.extend(TaskEnd::ALL.map(|end| {
        let question = (end == TaskEnd::Question).then(|| "items".to_owned());
        Seen::Task { task: "bulky-waste".into(), end, question }
    }));
    seen.push(Seen::Language { language: "ar".into() });
    seen.extend(Aid::ALL.map(|aid| Seen::Aid { aid }));
    seen.extend(MetFault::ALL.map(|fault| Seen::Fault { fault }));
    let on = "2026-03-02".parse().unwrap();
    let entries = seen.into_iter().map(|what| VisitEntry { id: ID, on, what }).collect();
    is_exactly("visit_entries", &VisitEntries { version: 1, entries });
    is_exactly("visits_answer", &VisitsAnswer { entries: vec![ID, OTHER_ID] });
}

#[test]
fn what_technicians_did_at_a_pillar_is_written_as_ever() {
    let bytes: Vec<u8> = (0..32).collect();
    is_exactly("service_key", &ServiceKey::of(3, &bytes).unwrap());
    let entry = |deed: ServiceDeed| {
        let serial = (deed != ServiceDeed::WrongCode).then_some(7);
        let outcome = match deed {
            ServiceDeed::TestedReader => ServiceOutcome::Failed,
            ServiceDeed::Restarted => ServiceOutcome::Begun,
            _ => ServiceOutcome::Done,
        };
        let at = "2026-03-02T09:00:00Z".parse().unwrap();
        ServiceEntry { id: ID, serial, key_number: 3, at, deed, outcome }
    };
    let entries = ServiceDeed::ALL.into_iter().map(entry).collect();
    is_exactly("service_entries", &ServiceEntries { version: 5, entries });
    is_exactly("service_taken", &ServiceTaken { taken: vec![ID, OTHER_ID] });
    let finding = |check: &str, state, said: &str| {
        let (check, said) = (check.to_owned(), said.to_owned());
        ReadinessFinding { check, state, said }
    };
    let findings = vec![
        finding("printer", Readiness::Good, "De printer werkt."),
        finding("warmth", Readiness::Attention, "Het is 48 graden in de zuil."),
        finding("terminal", Readiness::Bad, "De pinautomaat antwoordt niet."),
    ];
    let at = "2026-03-02T09:00:00Z".parse().unwrap();
    is_exactly("readiness_report", &ReadinessReport { version: 5, id: ID, at, findings });
}

#[test]
fn a_deed_from_later_is_another_and_hinders_no_other() {
    let mut value: serde_json::Value = serde_json::from_str(&golden("service_entries")).unwrap();
    value["entries"][1]["deed"] = "replaced-the-glass".into();
    let read: ServiceEntries = serde_json::from_value(value).unwrap();
    let deeds: Vec<ServiceDeed> = read.entries.iter().take(3).map(|entry| entry.deed).collect();
    assert_eq!(deeds, [ServiceDeed::Opened, ServiceDeed::Other, ServiceDeed::TestedPrinter]);
}

#[test]
fn as_much_of_a_service_visit_as_may_travel_together_fits_into_the_limits() {
    let at = "2026-03-02T09:00:00.123456789Z".parse().unwrap();
    let (deed, outcome) = (ServiceDeed::InstalledUpdate, ServiceOutcome::Failed);
    let entry = ServiceEntry { id: ID, serial: Some(999), key_number: u32::MAX, at, deed, outcome };
    let entries = vec![entry; ServiceEntries::MAX_ENTRIES];
    let written = serde_json::to_vec(&ServiceEntries { version: 5, entries }).unwrap();
    assert!(written.len() <= ServiceEntries::MAX_BYTES, "{}", written.len());
    let finding = ReadinessFinding {
        check: "a".repeat(ReadinessReport::LONGEST_CHECK),
        state: Readiness::Attention,
        said: "\u{623}".repeat(ReadinessReport::LONGEST_SAID),
    };
    let findings = vec![finding; ReadinessReport::MAX_FINDINGS];
    let written = serde_json::to_vec(&ReadinessReport { version: 5, id: ID, at, findings }).unwrap();
    assert!(written.len() <= ReadinessReport::MAX_BYTES, "{}", written.len());
}

#[test]
fn an_order_of_a_kind_from_later_is_not_carried_out_and_hinders_no_other() {
    let mut value: serde_json::Value = serde_json::from_str(&golden("health_answer_orders")).unwrap();
    value["orders"][0]["what"] = serde_json::json!({ "kind": "self_destruct", "in": 5 });
    value["orders"][2]["what"]["reason"] = "moved".into();
    let read: HealthAnswer = serde_json::from_value(value).unwrap();
    assert_eq!(read.orders.iter().map(|order| order.what.kind()).collect::<Vec<_>>(), ["test_print", "open"]);
}

#[test]
fn what_a_published_catalogue_says_of_itself_is_written_as_ever() {
    let file = |name: &str, bytes| PackedFile { name: name.to_owned(), bytes };
    let manifest = CatalogueManifest {
        municipality: "Voorbeeldhuizen".to_owned(),
        serial: 1_795_338_000,
        version: "2026-11-22.1".to_owned(),
        published_at: "2026-11-22T09:00:00Z".parse().unwrap(),
        key: CatalogueKeyNotice {
            public_key: PILLAR_PUBLIC_KEY.to_owned(),
            made_at: "2026-03-02T09:00:00Z".parse().unwrap(),
            signature: notice().signature,
        },
        payload: Payload { bytes: 1_234, sha256: "5d".repeat(32) },
        files: vec![file("municipality.toml", 812), file("tasks/call-back.toml", 4_321)],
    };
    is_exactly("catalogue_manifest", &manifest);
}

#[test]
fn every_device_and_its_states_are_written_as_ever() {
    is_exactly("devices", &[Device::Printer, Device::Terminal, Device::DocumentReader, Device::PassReader]);
    let states = [
        DeviceState::Unknown,
        DeviceState::Ready,
        DeviceState::PaperNearEnd,
        DeviceState::PaperOut,
        DeviceState::CoverOpen,
        DeviceState::CutterError,
        DeviceState::Blocked,
        DeviceState::Offline,
    ];
    is_exactly("device_states", &states);
}

#[test]
fn the_largest_report_fits_into_its_limit() {
    let largest = OpenPayment { amount: Cents(u64::MAX), receipt_number: Some(u16::MAX), ..open_payment() };
    let full = HealthReport {
        program: "9".repeat(64),
        catalogue: "9".repeat(64),
        open_payments: vec![largest; HealthReport::MAX_OPEN_PAYMENTS],
        seal_key: Some("9".repeat(64)),
        ..report()
    };
    assert!(serde_json::to_vec(&full).unwrap().len() < HealthReport::MAX_BYTES / 2);
}

#[test]
fn an_answer_may_grow_and_an_older_pillar_still_reads_it() {
    let mut value: serde_json::Value = serde_json::from_str(&golden("health_answer")).unwrap();
    value["more"] = true.into();
    value["settled"][0]["more"] = true.into();
    let read: HealthAnswer = serde_json::from_value(value).unwrap();
    assert_eq!(read.settled[0].payment, PAYMENT_ID);
}

#[test]
fn a_report_to_an_older_hub_is_written_as_that_one_knows_it() {
    assert_eq!(report_2().in_version(1), report());
    assert_eq!(report_2().in_version(2), report_2());
}

/// What a hub of a later version may answer, read by a pillar of today. The later hub's words are in
/// `upload_response_later.json`.
#[test]
fn an_answer_with_words_from_later_is_read_as_far_as_it_is_understood() {
    let read: UploadResponse = serde_json::from_str(&golden("upload_response_later")).unwrap();
    let accepted = ItemOutcome::Accepted { id: ID, state: State::Received, case_number: None };
    let refused = ItemOutcome::Refused { id: OTHER_ID, reason: Refusal::Other };
    assert_eq!(read.outcomes, [accepted, refused], "of the third envelope nothing is known yet");
    assert_eq!(read.surveys, [SURVEY_ID]);
}

#[test]
fn a_state_that_is_no_word_is_no_state() {
    let answer = golden("upload_response").replace("\"registered\"", "5");
    let read: UploadResponse = serde_json::from_str(&answer).unwrap();
    assert_eq!(read.outcomes, [refused()]);
}

/// A made-up code, in whose name nothing was ever bound.
fn code() -> CodeKeys {
    EnrolmentCode::from_bits(0x0123_4567_89ab_cdef_fedc).keys()
}

#[test]
fn what_is_said_about_enrolment_is_written_as_ever() {
    let asked = GreetingRequest::new(PROTOCOL_VERSION, &code(), &[7; 32]);
    is_exactly("enrolment_greeting_request", &asked);
    let authority = "-----BEGIN CERTIFICATE-----\nmade up\n-----END CERTIFICATE-----\n";
    let now = "2026-11-23T10:00:00Z".parse().unwrap();
    is_exactly("enrolment_greeting", &Greeting::proved(&code(), &asked.nonce, authority, now));
    let request = EnrolmentRequest::proved(PROTOCOL_VERSION, &code(), b"made up", PILLAR_PUBLIC_KEY);
    is_exactly("enrolment_request", &request);
    let certificate = authority.to_owned();
    let answer = EnrolmentAnswer {
        pillar: "voorbeeld-supermarkt".into(),
        certificate: certificate.clone(),
        seal_key_id: "seal-1".into(),
        seal_public_key: PILLAR_PUBLIC_KEY.into(),
    };
    is_exactly("enrolment_answer", &answer);
    is_exactly("enrolment_refusal", &EnrolmentRefusal { reason: CodeRefusal::Expired });
    is_exactly("renewal_request", &RenewalRequest::new(PROTOCOL_VERSION, b"made up"));
    is_exactly("renewal_answer", &RenewalAnswer { certificate });
}

#[test]
fn every_reason_why_a_code_opens_nothing_is_written_as_ever_and_one_from_later_is_another() {
    let reasons = [
        CodeRefusal::Unknown,
        CodeRefusal::Expired,
        CodeRefusal::Used,
        CodeRefusal::Cancelled,
        CodeRefusal::TooManyTries,
        CodeRefusal::WrongProof,
        CodeRefusal::OpenPayments,
        CodeRefusal::NameTaken,
    ];
    is_exactly("enrolment_refusals", &reasons);
    let later: EnrolmentRefusal = serde_json::from_str(r#"{"reason": "moon_phase"}"#).unwrap();
    assert_eq!(later.reason, CodeRefusal::Other);
}

#[test]
fn a_binding_is_written_as_ever() {
    let binding: Binding = serde_json::from_str(&golden("binding")).unwrap();
    matches("binding", &binding);
    assert_eq!(binding.pillar, header().pillar);
    SigningKey::from_base64(&binding.signing_key).unwrap();
}

/// The bytes that are sealed and signed are not in any file; this is what holds them fast.
#[test]
fn an_envelope_from_the_field_can_still_be_verified_and_opened() {
    verify(&envelope(), PILLAR_PUBLIC_KEY).unwrap();
    let key = OpenKey::from_bytes(&BASE64.decode(HUB_SEAL_PRIVATE_KEY).unwrap());
    assert_eq!(key.open(&envelope()).unwrap(), transaction());
}

#[test]
fn a_sealing_key_from_the_field_is_still_believed() {
    let authority = include_str!("../src/rotation/authority.pem");
    assert_eq!(notice().verified(authority).unwrap().id(), notice().id);
}

/// Ed25519 signs the same bytes the same way.
#[test]
fn a_pillar_still_signs_as_ever() {
    let binding: Binding = serde_json::from_str(&golden("binding")).unwrap();
    let Envelope { header, encapsulated_key, ciphertext, payment, signature } = envelope();
    let sealed = Sealed { header, encapsulated_key, ciphertext };
    let signed = SigningKey::from_base64(&binding.signing_key).unwrap().sign(sealed, payment).unwrap();
    assert_eq!(signed.signature, signature);
}

#[test]
fn a_message_with_something_unknown_in_it_is_another_version() {
    fn refuses<T: DeserializeOwned>(name: &str) {
        let mut value: serde_json::Value = serde_json::from_str(&golden(name)).unwrap();
        value["more"] = true.into();
        assert!(serde_json::from_value::<T>(value).is_err(), "{name} takes what it does not know");
    }
    refuses::<Header>("header");
    refuses::<Envelope>("envelope");
    refuses::<Transaction>("transaction");
    refuses::<PaymentRecord>("payment_paid");
    refuses::<SurveyItem>("survey_item");
    refuses::<SurveyItem>("survey_item_3");
    refuses::<QuestionItem>("question_item");
    refuses::<Questions>("questions");
    refuses::<AskedCount>("asked_count");
    refuses::<AskedCounts>("asked_counts");
    refuses::<UsedReferrals>("used_referrals");
    refuses::<StandingRequest>("standing_request");
    refuses::<LookupRequest>("lookup_request");
    refuses::<ServiceEntries>("service_entries");
    refuses::<ReadinessReport>("readiness_report");
    refuses::<UploadRequest>("upload_request");
    refuses::<Binding>("binding");
    refuses::<HealthReport>("health_report");
    refuses::<OpenPayment>("open_payment");
    let inside = |pointer: &str| {
        let mut value: serde_json::Value = serde_json::from_str(&golden("health_report")).unwrap();
        value.pointer_mut(pointer).unwrap()["more"] = true.into();
        serde_json::from_value::<HealthReport>(value).is_err()
    };
    assert!(inside("/devices/0") && inside("/paper") && inside("/open_payments/0"));
}

#[test]
fn every_file_is_tested() {
    let tests = include_str!("golden.rs");
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden");
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_stem().unwrap().to_string_lossy().into_owned();
        assert!(tests.contains(&format!("(\"{name}\"")), "no test reads {}", path.display());
    }
}
