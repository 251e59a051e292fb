//! The worker against a hub that does as it is told, in a time that stands still.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tempfile::TempDir;
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};
use tokio::time::Instant;
use uuid::Uuid;
use zuil_wire::messages::SurveyItem;
use zuil_wire::seal::{Sealed, SigningKey, verify};
use zuil_wire::{
    AskedAnswer, AskedCount, AskedCounts, Cents, Header, HealthAnswer, HealthReport, ItemOutcome,
    PROTOCOL_VERSION, PaymentRecord, PaymentState, QuestionItem, Questions, QuestionsAnswer, Reference,
    Refusal, State, SurveyAnswers, UploadRequest, UploadResponse,
};

use super::plan::LONGEST;
use super::*;
use crate::outbox::{Intent, SqliteOutbox};
use crate::visits::FoundLog;

mod counts;
mod large;
mod questions;
mod refusal;
mod reports;
mod standing;
mod surveys;
mod system;
mod week;

const TERMINAL: &str = "52523535";

/// What the hub does with the next request. After the last one it takes everything.
enum Then {
    Away,
    Busy(Option<u64>),
    /// It takes the batch in, but its answer is lost.
    LoseTheAnswer,
    /// It rejects the request as a whole if this one is in it, for as long as the test lasts.
    Choke(Uuid),
    /// It rejects this one request as a whole.
    Reject,
    Refuse(Uuid),
    /// It misses the key of this one, for as long as the test lasts.
    MissTheKeyOf(Uuid),
    AnswerTwice,
    ForgetToAnswer,
    /// It runs this before it answers.
    Meanwhile(Box<dyn FnOnce() + Send>),
    /// It runs this, and its connection breaks.
    MeanwhileAway(Box<dyn FnOnce() + Send>),
    Hang,
}

#[derive(Default)]
struct Script {
    then: VecDeque<Then>,
    choke: Option<Uuid>,
    misses_the_key_of: Option<Uuid>,
    requests: Vec<(Instant, UploadRequest)>,
    greetings: Vec<Instant>,
    /// The version that it speaks, once it was heard; the first one when it says nothing.
    speaks: Option<u16>,
    /// What it does with the next reports. After the last one it takes every one.
    then_with_reports: VecDeque<reports::Then>,
    reports: Vec<(Instant, HealthReport)>,
    /// What it does with the next questions. After the last one it takes all.
    then_with_questions: VecDeque<questions::Then>,
    asked: Vec<(Instant, Questions)>,
    /// The questions that it has, each once.
    unfound: Vec<QuestionItem>,
    /// What it does with the next counts. After the last one it takes all.
    then_with_counts: VecDeque<counts::Then>,
    counted_in: Vec<(Instant, AskedCounts)>,
    /// The counts that it has, each once, at their highest.
    counts: Vec<AskedCount>,
    /// How many uploads there were before each report.
    uploads_before: Vec<usize>,
    /// The hub's memory: what it took, each id once.
    taken: Vec<(Uuid, Option<PaymentState>)>,
}

#[derive(Clone, Default)]
struct ScriptedHub(Arc<Mutex<Script>>);

impl ScriptedHub {
    fn then(self, then: impl IntoIterator<Item = Then>) -> Self {
        self.0.lock().unwrap().then.extend(then);
        self
    }

    /// The ids in each request so far.
    fn batches(&self) -> Vec<Vec<Uuid>> {
        let script = self.0.lock().unwrap();
        script.requests.iter().map(|(_, r)| r.envelopes.iter().map(|e| e.header.id).collect()).collect()
    }

    fn times(&self) -> Vec<Instant> {
        self.0.lock().unwrap().requests.iter().map(|(at, _)| *at).collect()
    }

    fn greetings(&self) -> usize {
        self.0.lock().unwrap().greetings.len()
    }

    fn taken(&self) -> Vec<(Uuid, Option<PaymentState>)> {
        self.0.lock().unwrap().taken.clone()
    }

    fn next(&self) -> Option<Then> {
        self.0.lock().unwrap().then.pop_front()
    }

    fn take_in(&self, request: &UploadRequest) -> UploadResponse {
        let mut script = self.0.lock().unwrap();
        for envelope in &request.envelopes {
            let told = (envelope.header.id, envelope.payment.as_ref().map(|payment| payment.state));
            match script.taken.iter_mut().find(|(id, _)| *id == told.0) {
                Some(known) => *known = told,
                None => script.taken.push(told),
            }
        }
        let accept = |id| ItemOutcome::Accepted { id, state: State::Received, case_number: None };
        let ids = request.envelopes.iter().map(|envelope| envelope.header.id);
        let (later, taken): (Vec<Uuid>, Vec<Uuid>) =
            ids.partition(|id| script.misses_the_key_of == Some(*id));
        UploadResponse {
            now: jiff::Timestamp::UNIX_EPOCH,
            outcomes: taken.into_iter().map(accept).collect(),
            surveys: request.surveys.iter().map(|survey| survey.id).collect(),
            later,
        }
    }
}

impl Hub for ScriptedHub {
    async fn upload(&self, request: &UploadRequest) -> Result<UploadResponse, SyncError> {
        self.0.lock().unwrap().requests.push((Instant::now(), request.clone()));
        let then = self.next();
        if let Some(Then::Choke(id)) = then {
            self.0.lock().unwrap().choke = Some(id);
        }
        if let Some(Then::MissTheKeyOf(id)) = then {
            self.0.lock().unwrap().misses_the_key_of = Some(id);
        }
        let choke = self.0.lock().unwrap().choke;
        if request.envelopes.iter().any(|envelope| Some(envelope.header.id) == choke) {
            return Err(SyncError::Rejected(400));
        }
        match then {
            Some(Then::Away) => Err(SyncError::Unreachable("no connection".into())),
            Some(Then::Busy(seconds)) => {
                Err(SyncError::Busy { retry_after: seconds.map(Duration::from_secs) })
            }
            Some(Then::Reject) => Err(SyncError::Rejected(422)),
            Some(Then::LoseTheAnswer) => {
                self.take_in(request);
                Err(SyncError::Unreachable("the connection broke".into()))
            }
            Some(Then::Refuse(refused)) => {
                let mut answer = self.take_in(request);
                for outcome in &mut answer.outcomes {
                    if matches!(outcome, ItemOutcome::Accepted { id, .. } if *id == refused) {
                        *outcome = ItemOutcome::Refused { id: refused, reason: Refusal::UnknownKey };
                    }
                }
                self.0.lock().unwrap().taken.retain(|(id, _)| *id != refused);
                Ok(answer)
            }
            Some(Then::AnswerTwice) => {
                let mut answer = self.take_in(request);
                answer.outcomes.extend(answer.outcomes.clone());
                Ok(answer)
            }
            Some(Then::ForgetToAnswer) => {
                let mut answer = self.take_in(request);
                answer.outcomes.pop();
                Ok(answer)
            }
            Some(Then::Meanwhile(act)) => {
                act();
                Ok(self.take_in(request))
            }
            Some(Then::MeanwhileAway(act)) => {
                act();
                Err(SyncError::Unreachable("the connection broke".into()))
            }
            Some(Then::Hang) => std::future::pending().await,
            Some(Then::Choke(_) | Then::MissTheKeyOf(_)) | None => Ok(self.take_in(request)),
        }
    }

    async fn report(&self, report: &HealthReport) -> Result<HealthAnswer, SyncError> {
        self.hears(report).await
    }

    async fn ask(&self, questions: &Questions) -> Result<QuestionsAnswer, SyncError> {
        self.is_asked(questions).await
    }

    async fn count(&self, counts: &AskedCounts) -> Result<AskedAnswer, SyncError> {
        self.hears_counts(counts)
    }

    fn version(&self) -> u16 {
        let script = self.0.lock().unwrap();
        let was_heard =
            !(script.greetings.is_empty() && script.requests.is_empty() && script.reports.is_empty());
        script.speaks.filter(|_| was_heard).unwrap_or(PROTOCOL_VERSION)
    }

    async fn hello(&self) -> Result<(), SyncError> {
        self.0.lock().unwrap().greetings.push(Instant::now());
        match self.next() {
            Some(Then::Away) => Err(SyncError::Unreachable("no connection".into())),
            _ => Ok(()),
        }
    }
}

/// A pillar with an outbox, bound to a scripted hub.
struct Pillar {
    outbox: Arc<dyn Outbox>,
    hub: ScriptedHub,
    public_key: String,
    signing_key: Option<SigningKey>,
    found: Arc<FoundLog>,
    folder: TempDir,
}

impl Pillar {
    fn new(hub: ScriptedHub) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let outbox = Arc::new(SqliteOutbox::open(&folder.path().join("outbox.sqlite")).unwrap());
        let (pkcs8, public_key) = SigningKey::generate().unwrap();
        let signing_key = Some(SigningKey::from_base64(&pkcs8).unwrap());
        let found = Arc::new(FoundLog::open(folder.path()));
        Self { outbox, hub, public_key, signing_key, found, folder }
    }

    fn commits(&self, number: u64) -> Uuid {
        self.outbox.commit(&sealed(number)).unwrap();
        id(number)
    }

    fn intends_to_charge(&self, number: u64) -> Uuid {
        let payment = Uuid::from_u128(0xa0 + u128::from(number));
        let intent = Intent {
            payment,
            amount: Cents(1735),
            last_receipt: Some(230),
            turnover: None,
            last_terminal: None,
            at: jiff::Timestamp::UNIX_EPOCH,
        };
        self.outbox.record_intent(&intent, &sealed(number)).unwrap();
        payment
    }

    /// The worker, with dice that always say the same.
    fn connects(&mut self, dice: u64) -> (Handle, UnboundedReceiver<SyncEvent>) {
        let (events, heard) = unbounded_channel();
        let worker = Worker {
            outbox: Arc::clone(&self.outbox),
            hub: self.hub.clone(),
            signing_key: self.signing_key.take().unwrap(),
            events: Box::new(move |event| {
                let _ = events.send(event);
            }),
            disk: Disk::Threads,
            random: Box::new(move || dice),
            found: Some(Arc::clone(&self.found)),
        };
        (worker.spawn(&tokio::runtime::Handle::current()), heard)
    }
}

fn id(number: u64) -> Uuid {
    Uuid::from_u128(u128::from(number))
}

fn sealed(number: u64) -> Sealed {
    let header = Header {
        version: PROTOCOL_VERSION,
        id: id(number),
        pillar: "voorbeeld".into(),
        sequence: number,
        reference: Reference::from_bits(number),
        committed_at: jiff::Timestamp::UNIX_EPOCH,
        key_id: "k1".into(),
    };
    Sealed { header, encapsulated_key: "a2V5".into(), ciphertext: "c2VhbGVk".into() }
}

fn payment(state: PaymentState) -> PaymentRecord {
    let paid = state == PaymentState::Paid;
    PaymentRecord {
        state,
        amount: Cents(1735),
        terminal_id: paid.then(|| TERMINAL.into()),
        receipt_number: paid.then_some(231),
        card_scheme: paid.then(|| "Maestro".into()),
    }
}

fn survey(number: u64) -> SurveyItem {
    let answers = SurveyAnswers { clear: Some(5), helped: Some(true), ..SurveyAnswers::default() };
    SurveyItem { id: id(number), task: "bulky-waste".into(), answers }
}

const fn received(id: Uuid) -> SyncEvent {
    SyncEvent::Acknowledged { id, state: State::Received }
}

/// The next event; time passes as far as it must.
async fn next(heard: &mut UnboundedReceiver<SyncEvent>) -> SyncEvent {
    let patience = Duration::from_secs(24 * 60 * 60);
    tokio::time::timeout(patience, heard.recv()).await.expect("nothing happened in a day").unwrap()
}

async fn until(heard: &mut UnboundedReceiver<SyncEvent>, event: SyncEvent) {
    while next(heard).await != event {}
}

#[tokio::test(start_paused = true)]
async fn a_saved_request_is_received_at_once_and_known_to_come_from_this_pillar() {
    let mut pillar = Pillar::new(ScriptedHub::default());
    let one = pillar.commits(1);
    let began = Instant::now();
    let (_handle, mut heard) = pillar.connects(0);
    assert_eq!(next(&mut heard).await, received(one));
    assert_eq!(next(&mut heard).await, SyncEvent::Online(true));
    assert_eq!(began.elapsed(), Duration::ZERO);
    assert_eq!(pillar.outbox.state(one).unwrap(), Some(State::Received));
    let script = pillar.hub.0.lock().unwrap();
    let (_, request) = &script.requests[0];
    assert_eq!(request.version, PROTOCOL_VERSION);
    verify(&request.envelopes[0], &pillar.public_key).unwrap();
}

#[tokio::test(start_paused = true)]
async fn a_new_request_wakes_the_worker_at_once() {
    let mut pillar = Pillar::new(ScriptedHub::default());
    let (handle, mut heard) = pillar.connects(0);
    assert_eq!(next(&mut heard).await, SyncEvent::Online(true));
    tokio::time::sleep(Duration::from_secs(30)).await;
    let now = Instant::now();
    let one = pillar.commits(1);
    handle.wake();
    assert_eq!(next(&mut heard).await, received(one));
    assert_eq!(now.elapsed(), Duration::ZERO);
}

#[tokio::test(start_paused = true)]
async fn while_the_hub_is_away_requests_are_kept_and_delivered_when_it_is_back() {
    let mut pillar = Pillar::new(ScriptedHub::default().then([Then::Away, Then::Away, Then::Away]));
    let one = pillar.commits(1);
    let (_handle, mut heard) = pillar.connects(u64::MAX);
    assert_eq!(next(&mut heard).await, SyncEvent::Online(false));
    assert_eq!(pillar.outbox.state(one).unwrap(), Some(State::Saved));
    assert_eq!(next(&mut heard).await, received(one));
    assert_eq!(next(&mut heard).await, SyncEvent::Online(true));
    let times = pillar.hub.times();
    assert_eq!(times.len(), 4);
    for pair in times.windows(2) {
        let wait = pair[1] - pair[0];
        assert!(wait >= plan::SHORTEST && wait <= Duration::from_secs(8), "{wait:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_new_request_or_a_network_that_is_back_ends_the_back_off() {
    let mut pillar = Pillar::new(ScriptedHub::default().then([Then::Away]));
    let one = pillar.commits(1);
    let (handle, mut heard) = pillar.connects(999);
    assert_eq!(next(&mut heard).await, SyncEvent::Online(false));
    let now = Instant::now();
    handle.wake();
    assert_eq!(next(&mut heard).await, received(one));
    assert_eq!(now.elapsed(), Duration::ZERO);
}

#[tokio::test(start_paused = true)]
async fn a_wake_during_a_failing_upload_is_not_forgotten() {
    let (send, receive) = std::sync::mpsc::channel::<Handle>();
    let wake = Then::MeanwhileAway(Box::new(move || receive.recv().unwrap().wake()));
    let mut pillar = Pillar::new(ScriptedHub::default().then([wake]));
    let one = pillar.commits(1);
    let (handle, mut heard) = pillar.connects(u64::MAX);
    let began = Instant::now();
    send.send(handle.clone()).unwrap();
    until(&mut heard, received(one)).await;
    assert_eq!(began.elapsed(), Duration::ZERO);
    assert_eq!(pillar.hub.batches(), [[one], [one]]);
}

#[tokio::test(start_paused = true)]
async fn a_hub_that_asks_for_patience_is_left_alone_even_when_there_is_new_work() {
    let mut pillar = Pillar::new(ScriptedHub::default().then([Then::Busy(Some(90))]));
    let one = pillar.commits(1);
    let (handle, mut heard) = pillar.connects(0);
    let began = Instant::now();
    assert_eq!(next(&mut heard).await, SyncEvent::Online(false));
    let two = pillar.commits(2);
    handle.wake();
    assert_eq!(next(&mut heard).await, received(one));
    assert_eq!(next(&mut heard).await, received(two));
    let waited = began.elapsed();
    assert!(waited >= Duration::from_secs(90) && waited < Duration::from_secs(91), "{waited:?}");
    assert_eq!(pillar.hub.batches().len(), 2);
}

#[tokio::test(start_paused = true)]
async fn after_a_lost_answer_the_same_is_sent_again_and_counts_once() {
    let mut pillar = Pillar::new(ScriptedHub::default().then([Then::LoseTheAnswer]));
    let one = pillar.commits(1);
    let (_handle, mut heard) = pillar.connects(0);
    until(&mut heard, received(one)).await;
    let script = pillar.hub.0.lock().unwrap();
    assert_eq!(script.requests.len(), 2);
    assert_eq!(script.requests[0].1, script.requests[1].1);
    assert_eq!(script.taken, [(one, None)]);
}

#[tokio::test(start_paused = true)]
async fn a_refused_request_does_not_hold_up_the_others() {
    let mut pillar = Pillar::new(ScriptedHub::default().then([Then::Refuse(id(1))]));
    let one = pillar.commits(1);
    let two = pillar.commits(2);
    let (_handle, mut heard) = pillar.connects(0);
    assert_eq!(next(&mut heard).await, SyncEvent::Acknowledged { id: one, state: State::Parked });
    assert_eq!(next(&mut heard).await, received(two));
    assert_eq!(next(&mut heard).await, SyncEvent::Online(true));
    tokio::time::sleep(LONGEST * 3).await;
    assert_eq!(pillar.hub.batches().len(), 1, "a refused request is not sent again by itself");
}

#[tokio::test(start_paused = true)]
async fn a_request_that_chokes_the_hub_does_not_hold_up_the_others() {
    let mut pillar = Pillar::new(ScriptedHub::default().then([Then::Choke(id(2))]));
    for number in 1..=5 {
        pillar.commits(number);
    }
    pillar.outbox.keep_survey(&survey(91)).unwrap();
    let (_handle, mut heard) = pillar.connects(299_000);
    for number in [1, 3, 4, 5] {
        until(&mut heard, received(id(number))).await;
    }
    tokio::time::sleep(LONGEST * 2).await;
    assert_eq!(pillar.outbox.state(id(2)).unwrap(), Some(State::Saved), "it is kept");
    assert_eq!(pillar.outbox.counts().unwrap().surveys, 0, "surveys go past it");
    let alone = pillar.hub.batches().iter().filter(|batch| **batch == [id(2)]).count();
    assert!((2..=12).contains(&alone), "it has another chance now and then: {alone}");
}

#[tokio::test(start_paused = true)]
async fn what_the_hub_has_no_key_for_waits_and_is_in_nobodys_way() {
    let mut pillar = Pillar::new(ScriptedHub::default().then([Then::MissTheKeyOf(id(1))]));
    for number in 1..=3 {
        pillar.commits(number);
    }
    let (handle, mut heard) = pillar.connects(0);
    until(&mut heard, received(id(3))).await;
    pillar.commits(4);
    handle.wake();
    until(&mut heard, received(id(4))).await;
    assert_eq!(pillar.outbox.state(id(1)).unwrap(), Some(State::Saved), "it is kept, and not parked");
    // The file of the key was restored.
    pillar.hub.0.lock().unwrap().misses_the_key_of = None;
    until(&mut heard, received(id(1))).await;
    assert!(pillar.hub.batches().len() < 12, "it is not tried all the time");
}

#[tokio::test(start_paused = true)]
async fn doubled_and_missing_answers_do_no_harm() {
    let mut pillar = Pillar::new(ScriptedHub::default().then([Then::ForgetToAnswer, Then::AnswerTwice]));
    let one = pillar.commits(1);
    let two = pillar.commits(2);
    let (_handle, mut heard) = pillar.connects(0);
    assert_eq!(next(&mut heard).await, received(one));
    assert_eq!(next(&mut heard).await, SyncEvent::Online(true));
    assert_eq!(next(&mut heard).await, received(two));
    assert_eq!(pillar.hub.batches(), [vec![one, two], vec![two]]);
    let times = pillar.hub.times();
    assert!((plan::SHORTEST..=plan::SHORTEST * 2).contains(&(times[1] - times[0])), "soon, but not at once");
}

#[tokio::test(start_paused = true)]
async fn a_payment_settled_during_its_upload_is_told_in_the_next() {
    let hub = ScriptedHub::default();
    let mut pillar = Pillar::new(hub.clone());
    let unknown = pillar.intends_to_charge(1);
    pillar.outbox.record_outcome(unknown, &payment(PaymentState::Unknown)).unwrap();
    let outbox = Arc::clone(&pillar.outbox);
    let settle = move || outbox.record_outcome(unknown, &payment(PaymentState::Paid)).unwrap();
    pillar.hub = hub.then([Then::Meanwhile(Box::new(settle))]);
    let (_handle, mut heard) = pillar.connects(0);
    assert_eq!(next(&mut heard).await, received(id(1)));
    assert_eq!(next(&mut heard).await, SyncEvent::Online(true));
    assert_eq!(next(&mut heard).await, received(id(1)));
    assert_eq!(pillar.hub.batches(), [vec![id(1)], vec![id(1)]]);
    assert_eq!(pillar.hub.taken(), [(id(1), Some(PaymentState::Paid))]);
    assert!(pillar.outbox.pending(64).unwrap().is_empty());
}

#[tokio::test(start_paused = true)]
async fn nothing_is_sent_of_a_payment_that_is_going_on() {
    let mut pillar = Pillar::new(ScriptedHub::default());
    let going_on = pillar.intends_to_charge(1);
    let (handle, mut heard) = pillar.connects(0);
    assert_eq!(next(&mut heard).await, SyncEvent::Online(true));
    handle.wake();
    tokio::time::sleep(LONGEST * 2).await;
    assert!(pillar.hub.batches().is_empty());
    pillar.outbox.record_outcome(going_on, &payment(PaymentState::Paid)).unwrap();
    handle.wake();
    assert_eq!(next(&mut heard).await, received(id(1)));
    assert_eq!(pillar.hub.taken(), [(id(1), Some(PaymentState::Paid))]);
}

#[tokio::test(start_paused = true)]
async fn a_backlog_goes_out_in_order_and_in_batches() {
    let mut pillar = Pillar::new(ScriptedHub::default());
    for number in (1..=150).rev() {
        pillar.commits(number);
    }
    let (_handle, mut heard) = pillar.connects(0);
    until(&mut heard, received(id(150))).await;
    let batches = pillar.hub.batches();
    assert_eq!(batches.iter().map(Vec::len).collect::<Vec<_>>(), [64, 64, 22]);
    assert_eq!(batches.concat(), (1..=150).map(id).collect::<Vec<_>>());
}

#[tokio::test(start_paused = true)]
async fn a_backlog_of_long_requests_never_makes_an_upload_that_is_too_large() {
    let mut pillar = Pillar::new(ScriptedHub::default());
    for number in 1..=5 {
        let long = Sealed { ciphertext: "A".repeat(1_000_000), ..sealed(number) };
        pillar.outbox.commit(&long).unwrap();
    }
    let (_handle, mut heard) = pillar.connects(0);
    until(&mut heard, received(id(5))).await;
    let script = pillar.hub.0.lock().unwrap();
    assert_eq!(script.requests.len(), 2);
    for (_, request) in &script.requests {
        assert!(serde_json::to_vec(request).unwrap().len() <= UploadRequest::MAX_BYTES);
    }
}

#[tokio::test(start_paused = true)]
async fn a_survey_never_travels_with_a_request() {
    let mut pillar = Pillar::new(ScriptedHub::default());
    let one = pillar.commits(1);
    pillar.outbox.keep_survey(&survey(91)).unwrap();
    let (_handle, mut heard) = pillar.connects(0);
    until(&mut heard, received(one)).await;
    tokio::time::sleep(Duration::from_secs(1)).await;
    let script = pillar.hub.0.lock().unwrap();
    assert_eq!(script.requests.len(), 2);
    assert!(script.requests.iter().all(|(_, r)| r.envelopes.is_empty() || r.surveys.is_empty()));
    assert_eq!(script.requests[1].1.surveys, [survey(91)]);
    drop(script);
    assert_eq!(pillar.outbox.counts().unwrap().surveys, 0);
}

#[tokio::test(start_paused = true)]
async fn surveys_that_the_hub_does_not_take_are_in_nobodys_way_and_tried_again() {
    let mut pillar = Pillar::new(ScriptedHub::default().then([Then::Reject]));
    pillar.outbox.keep_survey(&survey(91)).unwrap();
    let began = Instant::now();
    let (_handle, mut heard) = pillar.connects(0);
    assert_eq!(next(&mut heard).await, SyncEvent::Online(true), "it was greeted all the same");
    assert_eq!((began.elapsed(), pillar.outbox.counts().unwrap().surveys), (Duration::ZERO, 1));
    tokio::time::sleep(LONGEST + Duration::from_secs(1)).await;
    assert_eq!(pillar.outbox.counts().unwrap().surveys, 0);
}

#[tokio::test(start_paused = true)]
async fn with_nothing_to_send_the_hub_is_greeted_now_and_then() {
    let mut pillar = Pillar::new(ScriptedHub::default().then([Then::Away]));
    let (_handle, mut heard) = pillar.connects(0);
    assert_eq!(next(&mut heard).await, SyncEvent::Online(false));
    assert_eq!(next(&mut heard).await, SyncEvent::Online(true));
    let before = pillar.hub.greetings();
    tokio::time::sleep(report::HEARTBEAT * 10).await;
    let often = pillar.hub.greetings() - before;
    assert!((9..=10).contains(&often), "{often}");
    assert!(heard.try_recv().is_err(), "it is told once");
}

#[tokio::test(start_paused = true)]
async fn a_pillar_that_stops_in_an_upload_sends_it_again_when_it_is_back() {
    let mut pillar = Pillar::new(ScriptedHub::default().then([Then::Hang]));
    let one = pillar.commits(1);
    let (handle, mut heard) = pillar.connects(0);
    tokio::time::sleep(Duration::from_secs(5)).await;
    assert_eq!(pillar.hub.batches(), [[one]]);
    drop(handle);
    assert_eq!(heard.recv().await, None, "the task ended with its handle");

    let path = pillar.folder.path().join("outbox.sqlite");
    pillar.outbox = Arc::new(SqliteOutbox::open(&path).unwrap());
    pillar.signing_key = Some(SigningKey::from_base64(&SigningKey::generate().unwrap().0).unwrap());
    let (_handle, mut heard) = pillar.connects(0);
    assert_eq!(next(&mut heard).await, received(one));
}
