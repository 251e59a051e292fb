//! When a certificate is renewed, and what is on the disk whatever becomes of it.

use std::sync::atomic::{AtomicUsize, Ordering};

use zuil_wire::enrolment::RenewalAnswer;
use zuil_wire::{AskedAnswer, AskedCounts, HealthAnswer, HealthReport, UploadRequest, UploadResponse};

use super::*;

const DAY: SignedDuration = SignedDuration::from_hours(24);

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

/// A certificate (made up) that is valid from 2026 on until the beginning of a year.
fn certificate(until: i32) -> String {
    let key = rcgen::KeyPair::generate().unwrap();
    let mut params = rcgen::CertificateParams::new(vec!["made-up".to_owned()]).unwrap();
    params.not_before = rcgen::date_time_ymd(2026, 1, 1);
    params.not_after = rcgen::date_time_ymd(until, 1, 1);
    params.self_signed(&key).unwrap().pem()
}

fn bound() -> Binding {
    let (signing_key, _) = zuil_wire::seal::SigningKey::generate().unwrap();
    let (_, seal_public_key) = zuil_wire::seal::OpenKey::generate().unwrap();
    Binding {
        pillar: "bieb".into(),
        hub_url: "https://hub.example.nl".into(),
        authority: String::new(),
        certificate: certificate(2027),
        private_key: "the first key".into(),
        signing_key: signing_key.to_string(),
        seal_key_id: "seal-1".into(),
        seal_public_key,
    }
}

/// A hub that renews, or not, and counts.
struct Renewing {
    now: Mutex<Timestamp>,
    answers: bool,
    fits: bool,
    asked: AtomicUsize,
    taken: AtomicUsize,
}

impl Renewing {
    fn on(day: &str) -> Self {
        Self {
            now: Mutex::new(at(day)),
            answers: true,
            fits: true,
            asked: AtomicUsize::new(0),
            taken: AtomicUsize::new(0),
        }
    }

    fn counts(&self) -> (usize, usize) {
        (self.asked.load(Ordering::Relaxed), self.taken.load(Ordering::Relaxed))
    }
}

impl Hub for Renewing {
    async fn upload(&self, _: &UploadRequest) -> Result<UploadResponse, SyncError> {
        Err(SyncError::NoHub(404))
    }

    async fn report(&self, _: &HealthReport) -> Result<HealthAnswer, SyncError> {
        Err(SyncError::NoHub(404))
    }

    async fn count(&self, _: &AskedCounts) -> Result<AskedAnswer, SyncError> {
        Err(SyncError::NoHub(404))
    }

    async fn hello(&self) -> Result<(), SyncError> {
        Ok(())
    }

    async fn renew(&self, _: &RenewalRequest) -> Result<RenewalAnswer, SyncError> {
        self.asked.fetch_add(1, Ordering::Relaxed);
        if self.answers {
            Ok(RenewalAnswer { certificate: certificate(2028) })
        } else {
            Err(SyncError::Unreachable("the line is gone".into()))
        }
    }

    fn could_take(&self, _: &Binding) -> Result<(), SyncError> {
        if self.fits { Ok(()) } else { Err(SyncError::Setup("key and certificate do not fit".into())) }
    }

    fn take(&self, _: &Binding) -> Result<(), SyncError> {
        self.taken.fetch_add(1, Ordering::Relaxed);
        Ok(())
    }

    fn now(&self) -> Timestamp {
        *self.now.lock().unwrap()
    }
}

/// The binding's file, and what sees to it.
fn kept() -> (tempfile::TempDir, Renewal) {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("binding.json");
    let first = bound();
    binding::keep(&file, &first, &mut |_| Ok(())).unwrap();
    (folder, Renewal::of(&first, file))
}

fn on_the_disk(folder: &tempfile::TempDir) -> Binding {
    super::super::read_binding(&folder.path().join("binding.json")).unwrap()
}

#[test]
fn a_certificate_is_renewed_when_less_than_a_third_of_its_time_is_left() {
    let valid = Validity { from: at("2026-01-01T00:00:00Z"), until: at("2027-01-01T00:00:00Z") };
    assert!(!is_due(valid, at("2026-08-31T00:00:00Z")));
    assert!(is_due(valid, at("2026-09-02T00:00:00Z")));
    assert!(is_due(valid, at("2028-01-01T00:00:00Z")), "also when it has expired");
}

#[tokio::test]
async fn the_new_binding_is_durable_before_it_is_used() {
    let (folder, renewal) = kept();
    let early = Renewing::on("2026-08-01T00:00:00Z");
    renewal.attend(&early).await;
    assert_eq!(early.counts(), (0, 0));
    let hub = Renewing::on("2026-10-01T00:00:00Z");
    renewal.attend(&hub).await;
    assert_eq!(hub.counts(), (1, 1));
    let left = on_the_disk(&folder);
    assert_ne!(left.private_key, "the first key");
    assert_eq!(of_pem(&left.certificate).unwrap().until, at("2028-01-01T00:00:00Z"));
    *hub.now.lock().unwrap() = at("2026-10-01T00:00:00Z") + DAY;
    renewal.attend(&hub).await;
    assert_eq!(hub.counts(), (1, 1), "the new one has its time");
}

#[tokio::test]
async fn an_answer_that_was_lost_leaves_the_old_binding_and_is_asked_for_again_after_an_hour() {
    let (folder, renewal) = kept();
    let silent = Renewing { answers: false, ..Renewing::on("2026-10-01T00:00:00Z") };
    renewal.attend(&silent).await;
    renewal.attend(&silent).await;
    assert_eq!(silent.counts(), (1, 0));
    assert_eq!(on_the_disk(&folder).private_key, "the first key");
    renewal.attend(&Renewing::on("2026-10-01T01:00:00Z")).await;
    assert_ne!(on_the_disk(&folder).private_key, "the first key");
}

#[tokio::test]
async fn what_does_not_work_is_neither_kept_nor_used() {
    let (folder, renewal) = kept();
    let hub = Renewing { fits: false, ..Renewing::on("2026-10-01T00:00:00Z") };
    renewal.attend(&hub).await;
    assert_eq!(hub.counts(), (1, 0));
    assert_eq!(on_the_disk(&folder).private_key, "the first key");
}

#[tokio::test]
async fn a_binding_that_cannot_be_kept_is_not_used() {
    let (folder, renewal) = kept();
    // Nothing can be renamed over a folder.
    let file = folder.path().join("binding.json");
    std::fs::remove_file(&file).unwrap();
    std::fs::create_dir(&file).unwrap();
    let hub = Renewing::on("2026-10-01T00:00:00Z");
    renewal.attend(&hub).await;
    assert_eq!(hub.counts(), (1, 0));
}
