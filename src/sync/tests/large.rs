//! A hundred thousand in the queue.

use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};

use jiff::Timestamp;
use zuil_wire::{Reference, RequestStanding};

use super::*;
use crate::outbox::{
    self, Acknowledged, Approval, Attempts, Counts, MadeHere, OpenPayment, Pending, Sent, Tidied,
};

const QUEUED: u64 = 100_000;

/// An outbox that counts what is read from it.
struct Counting {
    outbox: SqliteOutbox,
    most_rows: AtomicUsize,
    most_bytes: AtomicUsize,
    rows: AtomicUsize,
}

impl Counting {
    fn count(&self, read: Vec<Pending>) -> Vec<Pending> {
        let bytes: usize =
            read.iter().map(|it| it.sealed.ciphertext.len() + it.sealed.encapsulated_key.len()).sum();
        self.most_rows.fetch_max(read.len(), Relaxed);
        self.most_bytes.fetch_max(bytes, Relaxed);
        self.rows.fetch_add(read.len(), Relaxed);
        read
    }
}

/// What is handed on as it is.
macro_rules! handed_on {
    ($($name:ident($($argument:ident: $kind:ty),*) -> $result:ty;)*) => {
        $(fn $name(&self, $($argument: $kind),*) -> outbox::Result<$result> { self.outbox.$name($($argument),*) })*
    };
}

impl Outbox for Counting {
    fn pending(&self, limit: usize) -> outbox::Result<Vec<Pending>> {
        Ok(self.count(self.outbox.pending(limit)?))
    }

    fn pending_after(&self, after: u64, limit: usize) -> outbox::Result<Vec<Pending>> {
        Ok(self.count(self.outbox.pending_after(after, limit)?))
    }

    handed_on! {
        next_sequence() -> u64;
        commit(sealed: &Sealed) -> ();
        note_failure(sent: &[Sent], at: Timestamp, why: &str) -> ();
        attempts() -> Option<Attempts>;
        acknowledge(outcomes: &[ItemOutcome], sent: &[Sent]) -> Vec<Acknowledged>;
        state(id: Uuid) -> Option<State>;
        to_follow(after: u64, limit: usize) -> Vec<(u64, Uuid)>;
        keep_standings(standings: &[RequestStanding]) -> Vec<Acknowledged>;
        case_number(id: Uuid) -> Option<String>;
        made_here(reference: Reference) -> Option<MadeHere>;
        counts() -> Counts;
        record_intent(intent: &Intent, sealed: &Sealed) -> ();
        record_approval(payment: Uuid, approval: &Approval) -> ();
        record_outcome(payment: Uuid, record: &PaymentRecord) -> ();
        open_payments() -> Vec<OpenPayment>;
        keep_survey(survey: &SurveyItem) -> ();
        pending_surveys(limit: usize) -> Vec<SurveyItem>;
        acknowledge_surveys(ids: &[Uuid]) -> ();
        keep_question(question: &QuestionItem) -> ();
        pending_questions(limit: usize) -> Vec<QuestionItem>;
        acknowledge_questions(ids: &[Uuid]) -> ();
        room() -> u32;
        tidy(now: Timestamp) -> Tidied;
    }
}

/// The first is committed as ever; the others are copies of it, written at once to save time.
fn a_hundred_thousand(path: &std::path::Path) -> SqliteOutbox {
    let outbox = SqliteOutbox::open(path).unwrap();
    outbox.commit(&Sealed { ciphertext: "QUJD".repeat(100), ..sealed(1) }).unwrap();
    let database = rusqlite::Connection::open(path).unwrap();
    let copies = "WITH RECURSIVE numbers (n) AS (SELECT 2 UNION ALL SELECT n + 1 FROM numbers WHERE n < ?1)
         INSERT INTO transactions (sequence, id, state, header, encapsulated_key, ciphertext)
         SELECT n, unhex(printf('%032x', n)), 'saved',
                json_set(header, '$.sequence', n, '$.id',
                         printf('00000000-0000-0000-0000-%012x', n)),
                encapsulated_key, ciphertext
         FROM numbers, transactions WHERE sequence = 1";
    database.execute(copies, [QUEUED.cast_signed()]).unwrap();
    outbox
}

#[tokio::test(start_paused = true)]
async fn with_a_hundred_thousand_queued_no_more_than_a_request_full_is_in_memory() {
    let folder = tempfile::tempdir().unwrap();
    let outbox = Arc::new(Counting {
        outbox: a_hundred_thousand(&folder.path().join("outbox.sqlite")),
        most_rows: AtomicUsize::new(0),
        most_bytes: AtomicUsize::new(0),
        rows: AtomicUsize::new(0),
    });
    assert_eq!(outbox.counts().unwrap().saved, QUEUED);
    let hub = ScriptedHub::default();
    let (events, mut heard) = unbounded_channel();
    let worker = Worker {
        disk: super::super::Disk::Threads,
        outbox: Arc::clone(&outbox) as Arc<dyn Outbox>,
        hub: hub.clone().then((1..=3).map(|_| Then::ForgetToAnswer).chain([Then::Busy(None), Then::Away])),
        signing_key: SigningKey::from_base64(&SigningKey::generate().unwrap().0).unwrap(),
        events: Box::new(move |event| {
            let _ = events.send(event);
        }),
        random: Box::new(|| 7),
        found: None,
    };
    let _handle = worker.spawn(&tokio::runtime::Handle::current());
    until(&mut heard, received(id(1_000))).await;
    let envelope = 400 + 4;
    assert_eq!(outbox.most_rows.load(Relaxed), UploadRequest::MAX_ENVELOPES);
    assert!(outbox.most_bytes.load(Relaxed) <= UploadRequest::MAX_ENVELOPES * envelope);
    let read = outbox.rows.load(Relaxed);
    assert!(read < 4_000, "{read} rows were read to send 1,000");
    let sent = hub.0.lock().unwrap().requests.iter().map(|(_, request)| request.envelopes.len()).max();
    assert_eq!(sent, Some(UploadRequest::MAX_ENVELOPES));
}

#[test]
fn a_window_of_a_hundred_thousand_is_read_as_fast_as_one_of_a_hundred() {
    let folder = tempfile::tempdir().unwrap();
    let few = SqliteOutbox::open(&folder.path().join("few.sqlite")).unwrap();
    (1..=100)
        .for_each(|number| few.commit(&Sealed { ciphertext: "QUJD".repeat(100), ..sealed(number) }).unwrap());
    let many = a_hundred_thousand(&folder.path().join("many.sqlite"));
    let quickest = |outbox: &SqliteOutbox, after: u64| {
        let read = || {
            let began = std::time::Instant::now();
            assert_eq!(outbox.pending_after(after, 64).unwrap()[0].sealed.header.sequence, after + 1);
            began.elapsed()
        };
        (0..20).map(|_| read()).min().unwrap()
    };
    let of_few = quickest(&few, 0);
    for after in [0, 50_000, QUEUED - 64] {
        let of_many = quickest(&many, after);
        println!("64 of 100: {of_few:?}; 64 of 100,000 after {after}: {of_many:?}");
        assert!(of_many < of_few * 5 + Duration::from_millis(1), "{of_many:?} against {of_few:?}");
    }
}
