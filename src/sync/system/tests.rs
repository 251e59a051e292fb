//! The next system is fetched from hubs that are well, busy, slow or cut off.

use std::collections::VecDeque;
use std::fs;
use std::sync::Mutex as Locked;

use zuil_wire::SystemOffer;
use zuil_wire::system::{Digesting, SIGNATURE, SUMS};

use super::*;
use crate::system::Places;

/// A hub (made up) with version 1.2, which answers as it is told to, then well.
#[derive(Default)]
struct Hub {
    fails: Locked<VecDeque<SyncError>>,
    /// When it was asked, and from which byte on.
    asked: Locked<Vec<(Instant, u64)>>,
}

fn files() -> Vec<(String, Vec<u8>)> {
    let mut files = Vec::new();
    let mut sums = String::new();
    for piece in ["efi", "verity.raw", "root.raw"] {
        let (name, content) = (format!("zuil_1.2.{piece}.zst"), piece.repeat(100).into_bytes());
        let mut digesting = Digesting::default();
        digesting.take(&content);
        sums = format!("{sums}{}  {name}\n", digesting.done());
        files.push((name, content));
    }
    files.push((SUMS.to_owned(), sums.into_bytes()));
    files.push((SIGNATURE.to_owned(), b"signed (made up)".to_vec()));
    files
}

impl SystemSource for Hub {
    async fn part(&self, step: &Step) -> Result<Part, SyncError> {
        self.asked.lock().unwrap().push((Instant::now(), step.from));
        if let Some(error) = self.fails.lock().unwrap().pop_front() {
            return Err(error);
        }
        let (_, content) = files().into_iter().find(|(name, _)| *name == step.name).unwrap();
        let from = usize::try_from(step.from).unwrap();
        let end = if step.name.starts_with("zuil") { (from + 300).min(content.len()) } else { content.len() };
        Ok(Part { bytes: content[from..end].to_vec(), of: content.len() as u64 })
    }
}

/// A machine (made up) that runs 1.1 and should have 1.2.
struct Machine {
    system: Arc<System>,
    folder: tempfile::TempDir,
}

impl Machine {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        fs::create_dir(at("update")).unwrap();
        fs::write(at("os-release"), "IMAGE_VERSION=1.1\n").unwrap();
        let places = Places { os_release: at("os-release"), update: at("update"), state: at("state.json") };
        let system = Arc::new(System::with_room(places, |_| None).unwrap());
        let bytes = files().iter().map(|(_, content)| content.len() as u64).sum();
        system.hear(Some(&SystemOffer { version: "1.2".into(), bytes }));
        Self { system, folder }
    }

    fn fetches_from(
        &self,
        hub: &Arc<Hub>,
        quiet: &Quiet,
    ) -> (watch::Sender<()>, tokio::task::JoinHandle<()>) {
        let (told, tells) = watch::channel(());
        let fetcher = SystemFetcher::new(Arc::clone(hub), Arc::clone(&self.system), quiet.clone());
        (told, tokio::spawn(fetcher.run(tells, || 7)))
    }

    async fn until_it_is_there(&self, told: &watch::Sender<()>) {
        while !self.folder.path().join("update/ready").exists() {
            told.send_replace(());
            tokio::time::sleep(Duration::from_secs(25)).await;
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_fetch_that_is_cut_off_goes_on_where_it_was() {
    let (machine, hub) = (Machine::new(), Arc::new(Hub::default()));
    let (told, _task) = machine.fetches_from(&hub, &Quiet::default());
    let cut = || SyncError::Unreachable("the connection broke".into());
    hub.fails.lock().unwrap().extend([cut(), cut()]);
    machine.until_it_is_there(&told).await;
    let parts = hub.asked.lock().unwrap().iter().map(|(_, from)| *from).collect::<Vec<_>>();
    // Two that failed, the list, its signature, the kernel in one, the hashes in four, the root in three.
    assert_eq!(parts, [0, 0, 0, 0, 0, 0, 300, 600, 900, 0, 300, 600]);
}

#[tokio::test(start_paused = true)]
async fn while_an_upload_goes_on_no_part_begins() {
    let (machine, hub, quiet) = (Machine::new(), Arc::new(Hub::default()), Quiet::default());
    let uploading = quiet.uploading().await;
    let (told, _task) = machine.fetches_from(&hub, &quiet);
    told.send_replace(());
    tokio::time::sleep(Duration::from_secs(600)).await;
    assert!(hub.asked.lock().unwrap().is_empty());
    drop(uploading);
    machine.until_it_is_there(&told).await;
}

#[tokio::test(start_paused = true)]
async fn a_busy_hub_is_left_alone_for_as_long_as_it_asked() {
    let (machine, hub) = (Machine::new(), Arc::new(Hub::default()));
    let (told, _task) = machine.fetches_from(&hub, &Quiet::default());
    let wait = Duration::from_secs(500);
    hub.fails.lock().unwrap().push_back(SyncError::Busy { retry_after: Some(wait) });
    machine.until_it_is_there(&told).await;
    let asked = hub.asked.lock().unwrap();
    assert!(asked[1].0 - asked[0].0 >= wait);
}

#[tokio::test(start_paused = true)]
async fn a_hub_that_gives_it_no_more_is_asked_less_and_less_and_the_task_ends_with_the_pillar() {
    let (machine, hub) = (Machine::new(), Arc::new(Hub::default()));
    let (told, task) = machine.fetches_from(&hub, &Quiet::default());
    hub.fails.lock().unwrap().extend((0..1_000).map(|_| SyncError::NoHub(404)));
    for _ in 0..24 * 60 * 60 / 25 {
        told.send_replace(());
        tokio::time::sleep(Duration::from_secs(25)).await;
    }
    let asked = hub.asked.lock().unwrap().len();
    assert!((100..600).contains(&asked), "{asked} times in a day");
    drop(told);
    task.await.unwrap();
}
