//! Tests of the keyring.

use super::super::{Hub, Rotation, SyncError, Watched};
use super::*;
use std::os::unix::fs::PermissionsExt;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use zuil_wire::{AskedAnswer, AskedCounts, HealthAnswer, HealthReport, UploadRequest, UploadResponse};

use crate::waypoint::NoWaypoints;

use rcgen::{BasicConstraints, CertificateParams, IsCa, KeyPair, PKCS_ECDSA_P256_SHA256, SigningKey};

struct Authority {
    key: KeyPair,
    pem: String,
}

impl Authority {
    fn new() -> Self {
        let key = KeyPair::generate_for(&PKCS_ECDSA_P256_SHA256).unwrap();
        let mut params = CertificateParams::default();
        params.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
        let pem = params.self_signed(&key).unwrap().pem();
        Self { key, pem }
    }

    /// A key that was made at a second.
    fn notice(&self, second: i64) -> SealKeyNotice {
        let public_key = BASE64.encode([u8::try_from(second % 250).unwrap() + 1; 32]);
        let made_at = Timestamp::from_second(second).unwrap();
        let id = format!("seal-{second}000");
        SealKeyNotice::signed(&id, &public_key, made_at, |bytes| self.key.sign(bytes)).unwrap()
    }

    /// A binding with a key that was made at a second.
    fn binding(&self, second: i64) -> Binding {
        let notice = self.notice(second);
        Binding {
            pillar: "voorbeeld".into(),
            hub_url: String::new(),
            authority: self.pem.clone(),
            certificate: String::new(),
            private_key: String::new(),
            signing_key: String::new(),
            seal_key_id: notice.id,
            seal_public_key: notice.public_key,
        }
    }
}

fn folder() -> tempfile::TempDir {
    tempfile::tempdir().unwrap()
}

#[test]
fn a_newer_key_is_kept_over_a_restart_and_only_for_its_owner_to_read() {
    let (folder, authority) = (folder(), Authority::new());
    let keyring = Keyring::open(folder.path(), &authority.binding(100)).unwrap();
    assert_eq!(keyring.current().id(), "seal-100000");
    assert_eq!(keyring.hear(&authority.notice(200)).unwrap().unwrap().id(), "seal-200000");
    assert_eq!(keyring.hear(&authority.notice(200)).unwrap(), None, "it is known by now");
    let after = Keyring::open(folder.path(), &authority.binding(100)).unwrap();
    assert_eq!(after.current(), keyring.current());
    let mode = fs::metadata(folder.path().join(FILE)).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
}

#[test]
fn a_key_from_before_does_not_come_back() {
    let (folder, authority) = (folder(), Authority::new());
    let keyring = Keyring::open(folder.path(), &authority.binding(100)).unwrap();
    keyring.hear(&authority.notice(200)).unwrap();
    for earlier in [199, 100, 50] {
        assert_eq!(keyring.hear(&authority.notice(earlier)).unwrap(), None);
    }
    assert_eq!(keyring.current().id(), "seal-200000");
    // Nor one that is earlier than the binding's.
    let bound = Keyring::open(folder.path(), &authority.binding(300)).unwrap();
    assert_eq!(bound.current().id(), "seal-300000");
    assert_eq!(bound.hear(&authority.notice(299)).unwrap(), None);
}

#[test]
fn a_key_of_somebody_in_between_is_not_taken() {
    let (folder, authority, other) = (folder(), Authority::new(), Authority::new());
    let keyring = Keyring::open(folder.path(), &authority.binding(100)).unwrap();
    let swapped = SealKeyNotice { public_key: other.notice(7).public_key, ..authority.notice(200) };
    for notice in [other.notice(200), swapped] {
        assert!(matches!(keyring.hear(&notice), Err(NotTaken::NotBelieved(SealError::Signature))));
    }
    assert_eq!(keyring.current().id(), "seal-100000");
    assert!(!folder.path().join(FILE).exists());
}

#[test]
fn a_pillar_that_is_bound_to_another_hub_forgets_the_key_of_the_first() {
    let (folder, first, second) = (folder(), Authority::new(), Authority::new());
    Keyring::open(folder.path(), &first.binding(100)).unwrap().hear(&first.notice(900)).unwrap();
    let keyring = Keyring::open(folder.path(), &second.binding(200)).unwrap();
    assert_eq!(keyring.current().id(), "seal-200000");
    assert_eq!(keyring.hear(&second.notice(300)).unwrap().unwrap().id(), "seal-300000");
}

#[test]
fn a_damaged_file_is_no_reason_not_to_serve() {
    let (folder, authority) = (folder(), Authority::new());
    for damage in ["", "{", "{\"id\":\"seal-1\"}"] {
        fs::write(folder.path().join(FILE), damage).unwrap();
        let keyring = Keyring::open(folder.path(), &authority.binding(100)).unwrap();
        assert_eq!(keyring.current().id(), "seal-100000", "{damage:?}");
    }
}

#[test]
fn a_key_that_cannot_be_kept_is_not_used() {
    let (folder, authority) = (folder(), Authority::new());
    let keyring = Keyring::open(&folder.path().join("gone"), &authority.binding(100)).unwrap();
    assert!(matches!(keyring.hear(&authority.notice(200)), Err(NotTaken::NotKept(_))));
    assert_eq!(keyring.current().id(), "seal-100000");
    // Once it can be kept, the next report brings it again.
    fs::create_dir(folder.path().join("gone")).unwrap();
    assert!(keyring.hear(&authority.notice(200)).unwrap().is_some());
}

#[test]
fn a_binding_whose_key_has_a_name_of_its_own_takes_the_first_that_the_hub_tells() {
    let (folder, authority) = (folder(), Authority::new());
    let mut binding = authority.binding(100);
    binding.seal_key_id = "2026-1".into();
    let keyring = Keyring::open(folder.path(), &binding).unwrap();
    assert!(keyring.hear(&authority.notice(50)).unwrap().is_some());
    assert!(keyring.hear(&authority.notice(49)).unwrap().is_none());
}

/// A hub that tells of a key, or is from before that and refuses a report that names one.
struct OlderOrNewer {
    notice: Mutex<Option<SealKeyNotice>>,
    heard: Mutex<Vec<Option<String>>>,
}

impl Hub for OlderOrNewer {
    async fn upload(&self, _: &UploadRequest) -> Result<UploadResponse, SyncError> {
        Err(SyncError::NoHub(404))
    }

    async fn report(&self, report: &HealthReport) -> Result<HealthAnswer, SyncError> {
        self.heard.lock().unwrap().push(report.seal_key.clone());
        let seal_key = self.notice.lock().unwrap().clone();
        if seal_key.is_none() && report.seal_key.is_some() {
            return Err(SyncError::Rejected(400));
        }
        Ok(HealthAnswer {
            now: Timestamp::UNIX_EPOCH,
            settled: Vec::new(),
            seal_key,
            catalogue: None,
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

#[tokio::test]
async fn a_hub_hears_which_key_is_used_as_soon_as_it_is_known_to_understand_that() {
    let (folder, authority) = (folder(), Authority::new());
    let hub = Arc::new(OlderOrNewer { notice: Mutex::default(), heard: Mutex::default() });
    let (newer, told) = std::sync::mpsc::channel();
    let keyring = Arc::new(Keyring::open(folder.path(), &authority.binding(100)).unwrap());
    let newer = Box::new(move |key: SealKey| newer.send(key.id().to_owned()).unwrap());
    let watched = Watched {
        renewal: None,
        hub: hub.clone(),
        waypoints: Arc::new(NoWaypoints),
        rotation: Rotation { keyring, newer },
        tells_keys: AtomicBool::new(false),
        newest_catalogue: tokio::sync::watch::channel(None).0,
        referrals: tokio::sync::watch::channel(None).0,
        service_key: tokio::sync::watch::channel(None).0,
        catalogue_refusal: crate::sync::WhyRefused::default(),
        system: None,
        quiet: crate::sync::system::Quiet::default(),
        orders: None,
    };
    let report = HealthReport {
        version: 1,
        at: Timestamp::UNIX_EPOCH,
        program: "0.2.0".into(),
        catalogue: "1".into(),
        devices: Vec::new(),
        paper: None,
        waiting: 0,
        open_payments: Vec::new(),
        clock_off_seconds: None,
        storage: None,
        seal_key: Some("seal-100000".into()),
        catalogue_refused: None,
        in_use: None,
        celsius: None,
        system: None,
    };
    let heard = || std::mem::take(&mut *hub.heard.lock().unwrap());
    let named = || Some("seal-100000".to_owned());
    // An older hub is told nothing that it does not know.
    watched.report(&report).await.unwrap();
    assert_eq!(heard(), [None]);
    // It is updated: it is told at once, and then always.
    *hub.notice.lock().unwrap() = Some(authority.notice(200));
    watched.report(&report).await.unwrap();
    watched.report(&report).await.unwrap();
    assert_eq!(heard(), [None, named(), named()]);
    assert_eq!(told.try_iter().collect::<Vec<_>>(), ["seal-200000"], "each newer key is told once");
    // The older one is put back, and refuses one report.
    *hub.notice.lock().unwrap() = None;
    assert!(watched.report(&report).await.is_err());
    watched.report(&report).await.unwrap();
    assert_eq!(heard(), [named(), None]);
}
