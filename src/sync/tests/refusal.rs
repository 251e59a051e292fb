//! Why a catalogue is refused is told to hubs that understand it, and to no other.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;

use zuil_wire::health::DeviceState;

use super::*;
use crate::waypoint::NoWaypoints;

/// A hub that tells of a catalogue, or is from before that and takes no report that speaks of one.
#[derive(Default)]
struct OlderOrNewer {
    catalogue: Mutex<Option<u64>>,
    heard: Mutex<Vec<Option<String>>>,
}

impl Hub for OlderOrNewer {
    async fn upload(&self, _: &UploadRequest) -> Result<UploadResponse, SyncError> {
        Err(SyncError::NoHub(404))
    }

    async fn report(&self, report: &HealthReport) -> Result<HealthAnswer, SyncError> {
        self.heard.lock().unwrap().push(report.catalogue_refused.clone());
        let catalogue = *self.catalogue.lock().unwrap();
        if catalogue.is_none() && report.catalogue_refused.is_some() {
            return Err(SyncError::Rejected(400));
        }
        Ok(HealthAnswer {
            now: Timestamp::UNIX_EPOCH,
            settled: Vec::new(),
            seal_key: None,
            catalogue,
            orders: Vec::new(),
            referrals: None,
            standing: None,
            system: None,
            service_key: None,
        })
    }

    async fn count(&self, _: &AskedCounts) -> Result<AskedAnswer, SyncError> {
        Err(SyncError::NoHub(404))
    }

    async fn hello(&self) -> Result<(), SyncError> {
        Ok(())
    }
}

fn keyring(folder: &TempDir) -> Arc<Keyring> {
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
    Arc::new(Keyring::open(folder.path(), &binding).unwrap())
}

#[tokio::test]
async fn a_hub_hears_why_its_catalogue_is_refused_as_soon_as_it_is_known_to_understand_that() {
    let (folder, hub) = (tempfile::tempdir().unwrap(), Arc::new(OlderOrNewer::default()));
    let watched = Watched {
        renewal: None,
        hub: hub.clone(),
        waypoints: Arc::new(NoWaypoints),
        rotation: Rotation { keyring: keyring(&folder), newer: Box::new(drop) },
        tells_keys: AtomicBool::new(false),
        newest_catalogue: watch::channel(None).0,
        referrals: watch::channel(None).0,
        service_key: watch::channel(None).0,
        catalogue_refusal: WhyRefused::of("its signature is wrong"),
        system: None,
        quiet: Quiet::default(),
        orders: None,
    };
    let report = reports::report(DeviceState::Ready);
    let told = || Some("its signature is wrong".to_owned());
    // It is from before that; then it is updated; then it is put back.
    watched.report(&report).await.unwrap();
    *hub.catalogue.lock().unwrap() = Some(7);
    watched.report(&report).await.unwrap();
    watched.report(&report).await.unwrap();
    *hub.catalogue.lock().unwrap() = None;
    assert!(matches!(watched.report(&report).await, Err(SyncError::Rejected(400))));
    watched.report(&report).await.unwrap();
    assert_eq!(*hub.heard.lock().unwrap(), [None, None, told(), told(), None]);
}
