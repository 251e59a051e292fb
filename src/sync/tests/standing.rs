//! How requests stand at the hub, back in the outbox.

use zuil_wire::health::DeviceState;
use zuil_wire::{RequestStanding, StandingAnswer, StandingRequest};

use super::*;

/// A hub that takes everything in, and registers it when it is told to.
#[derive(Clone, Default)]
struct Registrar(Arc<Mutex<Desk>>);

#[derive(Default)]
struct Desk {
    /// How often something changed; nothing at a hub that does not tell.
    changes: Option<u64>,
    registers: bool,
    is_older: bool,
    /// How many were asked for in each request.
    asked: Vec<usize>,
}

impl Hub for Registrar {
    async fn upload(&self, request: &UploadRequest) -> Result<UploadResponse, SyncError> {
        let accept = |envelope: &zuil_wire::Envelope| ItemOutcome::Accepted {
            id: envelope.header.id,
            state: State::Received,
            case_number: None,
        };
        Ok(UploadResponse {
            now: jiff::Timestamp::UNIX_EPOCH,
            outcomes: request.envelopes.iter().map(accept).collect(),
            surveys: Vec::new(),
            later: Vec::new(),
        })
    }

    async fn report(&self, _: &HealthReport) -> Result<HealthAnswer, SyncError> {
        let standing = self.0.lock().unwrap().changes;
        let now = jiff::Timestamp::UNIX_EPOCH;
        Ok(HealthAnswer {
            now,
            settled: Vec::new(),
            seal_key: None,
            catalogue: None,
            orders: Vec::new(),
            referrals: None,
            standing,
            system: None,
            service_key: None,
        })
    }

    async fn standing(&self, request: &StandingRequest) -> Result<StandingAnswer, SyncError> {
        let mut desk = self.0.lock().unwrap();
        desk.asked.push(request.ids.len());
        if desk.is_older {
            return Err(SyncError::NoHub(404));
        }
        let standing = |id: &Uuid| RequestStanding {
            id: *id,
            state: if desk.registers { State::Registered } else { State::Received },
            case_number: desk.registers.then(|| format!("ZAAK-{}", id.as_u128())),
        };
        let mut standings: Vec<_> = request.ids.iter().map(standing).collect();
        // Nobody asked for that.
        standings.push(RequestStanding { id: id(999), state: State::Registered, case_number: None });
        Ok(StandingAnswer { standings })
    }

    async fn count(&self, _: &AskedCounts) -> Result<AskedAnswer, SyncError> {
        Err(SyncError::NoHub(404))
    }

    async fn hello(&self) -> Result<(), SyncError> {
        Ok(())
    }
}

fn connected(hub: &Registrar) -> (TempDir, Arc<dyn Outbox>, Handle, UnboundedReceiver<SyncEvent>) {
    let folder = tempfile::tempdir().unwrap();
    let outbox: Arc<dyn Outbox> = Arc::new(SqliteOutbox::open(&folder.path().join("outbox.sqlite")).unwrap());
    for number in 1..=70 {
        outbox.commit(&sealed(number)).unwrap();
    }
    let (events, heard) = unbounded_channel();
    let worker = Worker {
        outbox: Arc::clone(&outbox),
        hub: hub.clone(),
        signing_key: SigningKey::from_base64(&SigningKey::generate().unwrap().0).unwrap(),
        events: Box::new(move |event| {
            let _ = events.send(event);
        }),
        disk: Disk::Threads,
        random: Box::new(|| 7),
        found: None,
    };
    let handle = worker.spawn(&tokio::runtime::Handle::current());
    (folder, outbox, handle, heard)
}

#[tokio::test(start_paused = true)]
async fn a_case_number_comes_back_when_the_hub_says_that_something_changed() {
    let hub = Registrar::default();
    let (_folder, outbox, handle, mut heard) = connected(&hub);
    until(&mut heard, SyncEvent::Acknowledged { id: id(70), state: State::Received }).await;
    *hub.0.lock().unwrap() = Desk { changes: Some(70), registers: true, ..Desk::default() };
    handle.report(reports::report(DeviceState::Ready));
    until(&mut heard, SyncEvent::Acknowledged { id: id(70), state: State::Registered }).await;
    assert_eq!(outbox.case_number(id(1)).unwrap(), Some("ZAAK-1".into()));
    assert_eq!(outbox.case_number(id(70)).unwrap(), Some("ZAAK-70".into()));
    assert_eq!(outbox.counts().unwrap().registered, 70);
    // All that were not registered, in requests that the hub takes, and no more.
    assert_eq!(hub.0.lock().unwrap().asked, [64, 6]);
}

#[tokio::test(start_paused = true)]
async fn a_hub_that_cannot_tell_is_left_alone_and_everything_else_goes_on() {
    let hub = Registrar::default();
    let (_folder, outbox, handle, mut heard) = connected(&hub);
    until(&mut heard, SyncEvent::Acknowledged { id: id(70), state: State::Received }).await;
    *hub.0.lock().unwrap() = Desk { changes: Some(1), is_older: true, ..Desk::default() };
    handle.report(reports::report(DeviceState::Ready));
    tokio::time::sleep(LONGEST).await;
    outbox.commit(&sealed(71)).unwrap();
    handle.wake();
    until(&mut heard, SyncEvent::Acknowledged { id: id(71), state: State::Received }).await;
    assert_eq!(hub.0.lock().unwrap().asked, [64]);
}
