//! The hub hears which system runs, and the pillar which one it should have.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use zuil_wire::health::DeviceState;
use zuil_wire::system::UpdateState;
use zuil_wire::{AskedAnswer, AskedCounts, SystemOffer};

use super::*;
use crate::system::{Places, System};
use crate::waypoint::NoWaypoints;

/// A hub that says which system this pillar should have, and hears which one it has.
#[derive(Default)]
struct HubWithSystem {
    offer: Mutex<Option<SystemOffer>>,
    heard: Mutex<Vec<(String, Option<UpdateState>)>>,
}

impl Hub for HubWithSystem {
    async fn upload(&self, _: &UploadRequest) -> Result<UploadResponse, SyncError> {
        Err(SyncError::NoHub(404))
    }

    async fn report(&self, report: &HealthReport) -> Result<HealthAnswer, SyncError> {
        let system = report.system.clone().unwrap();
        self.heard.lock().unwrap().push((system.version, system.update.map(|update| update.state)));
        let system = self.offer.lock().unwrap().clone();
        Ok(HealthAnswer {
            now: Timestamp::UNIX_EPOCH,
            settled: Vec::new(),
            seal_key: None,
            catalogue: None,
            orders: Vec::new(),
            referrals: None,
            standing: None,
            system,
            service_key: None,
        })
    }

    async fn hello(&self) -> Result<(), SyncError> {
        Ok(())
    }

    async fn count(&self, _: &AskedCounts) -> Result<AskedAnswer, SyncError> {
        Err(SyncError::NoHub(404))
    }
}

#[tokio::test]
async fn the_hub_hears_which_system_runs_and_the_pillar_which_one_it_should_have() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    std::fs::write(at("os-release"), "IMAGE_VERSION=1.1\n").unwrap();
    let places = Places { os_release: at("os-release"), update: at("update"), state: at("state.json") };
    let system = Arc::new(System::of(places).unwrap());
    let (told, mut tells) = watch::channel(());
    let binding = Binding {
        pillar: "voorbeeld".into(),
        hub_url: "https://voorbeeld.invalid".into(),
        authority: String::new(),
        certificate: String::new(),
        private_key: String::new(),
        signing_key: String::new(),
        seal_key_id: "k1".into(),
        seal_public_key: BASE64.encode([7; 32]),
    };
    let hub = Arc::new(HubWithSystem::default());
    let watched = Watched {
        renewal: None,
        hub: hub.clone(),
        waypoints: Arc::new(NoWaypoints),
        rotation: Rotation {
            keyring: Arc::new(Keyring::open(folder.path(), &binding).unwrap()),
            newer: Box::new(drop),
        },
        tells_keys: AtomicBool::new(false),
        newest_catalogue: watch::channel(None).0,
        referrals: watch::channel(None).0,
        service_key: watch::channel(None).0,
        catalogue_refusal: WhyRefused::default(),
        system: Some((Arc::clone(&system), told)),
        quiet: Quiet::default(),
        orders: None,
    };
    let report = reports::report(DeviceState::Ready);
    watched.report(&report).await.unwrap();
    assert!(system.next_step().unwrap().is_none(), "nothing is offered");
    *hub.offer.lock().unwrap() = Some(SystemOffer { version: "1.2".into(), bytes: 1 });
    tells.borrow_and_update();
    watched.report(&report).await.unwrap();
    assert!(tells.has_changed().unwrap(), "who fetches hears of it");
    assert_eq!(system.next_step().unwrap().unwrap().version.to_string(), "1.2");
    watched.report(&report).await.unwrap();
    let heard = hub.heard.lock().unwrap().clone();
    let states: Vec<_> = heard.iter().map(|(version, state)| (version.as_str(), *state)).collect();
    assert_eq!(states, [("1.1", None), ("1.1", None), ("1.1", Some(UpdateState::Fetching))]);
}
