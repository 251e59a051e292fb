//! An update comes in, whatever happens on the way, or is left alone.

use std::fs;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use zuil_wire::system::{Digesting, LARGEST_PART, SIGNATURE, SUMS};

use super::incoming::RESERVE;
use super::*;

const NEXT: &str = "0.2.0.813";
const PLENTY: u64 = 1 << 40;
/// As much as the hub gives at once here.
const AT_ONCE: usize = 300;

/// A hub (made up) with an update.
struct Hub {
    files: Vec<(String, Vec<u8>)>,
    version: &'static str,
}

impl Hub {
    fn with(version: &'static str) -> Self {
        let content =
            |seed: u8, length: usize| (0..length).map(|at| u8::try_from(at % 251).unwrap() ^ seed).collect();
        let pieces: [(&str, Vec<u8>); 3] =
            [("efi", content(1, 700)), ("verity.raw", content(2, 100)), ("root.raw", content(3, 2_000))];
        let mut files: Vec<(String, Vec<u8>)> = Vec::new();
        let mut sums = Vec::new();
        for (piece, content) in pieces {
            let name = format!("zuil_{version}.{piece}.zst");
            let mut digesting = Digesting::default();
            digesting.take(&content);
            sums.push(format!("{}  {name}\n", digesting.done()));
            files.push((name, content));
        }
        files.push((SUMS.to_owned(), sums.concat().into_bytes()));
        files.push((SIGNATURE.to_owned(), b"signed (made up)".to_vec()));
        Self { files, version }
    }

    fn offer(&self) -> SystemOffer {
        let bytes = self.files.iter().map(|(_, content)| content.len() as u64).sum();
        SystemOffer { version: self.version.to_owned(), bytes }
    }

    fn content(&mut self, of: &str) -> &mut Vec<u8> {
        &mut self.files.iter_mut().find(|(name, _)| name.contains(of)).unwrap().1
    }

    fn part(&self, step: &Step) -> Part {
        let (_, content) = self.files.iter().find(|(name, _)| *name == step.name).unwrap();
        let from = usize::try_from(step.from).unwrap().min(content.len());
        let end = (from + AT_ONCE).min(content.len());
        Part { bytes: content[from..end].to_vec(), of: content.len() as u64 }
    }
}

/// A machine (made up) that runs 0.2.0.812.
struct Machine {
    folder: tempfile::TempDir,
    free: Arc<AtomicU64>,
}

impl Machine {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir(folder.path().join("update")).unwrap();
        fs::write(folder.path().join("os-release"), "IMAGE_VERSION=0.2.0.812\n").unwrap();
        Self { folder, free: Arc::new(AtomicU64::new(PLENTY)) }
    }

    /// The program begins, or begins again after a power cut.
    fn starts(&self) -> System {
        let at = |name: &str| self.folder.path().join(name);
        let (os_release, update, state) = (at("os-release"), at("update"), at("state.json"));
        let free = Arc::clone(&self.free);
        let room = move |_: &Path| Some(free.load(Ordering::Relaxed));
        System::with_room(Places { os_release, update, state }, room).unwrap()
    }

    fn says(&self, state: &str) {
        fs::write(self.folder.path().join("state.json"), state).unwrap();
    }

    fn has(&self, file: &str) -> bool {
        self.folder.path().join("update").join(file).exists()
    }

    fn read(&self, file: &str) -> Vec<u8> {
        fs::read(self.folder.path().join("update").join(file)).unwrap()
    }

    /// What the image does when an update was fetched.
    fn takes_what_is_ready(&self, state: &str) {
        assert!(self.has("ready"));
        self.says(state);
        fs::remove_dir_all(self.folder.path().join("update/ready")).unwrap();
    }
}

/// Fetches until nothing more is wanted or something goes wrong.
fn fetches(system: &System, hub: &Hub) -> Result<usize, Trouble> {
    for steps in 0..1_000 {
        let Some(step) = system.next_step()? else { return Ok(steps) };
        system.keep(&step, &hub.part(&step))?;
    }
    panic!("it never ends");
}

fn state(system: &System) -> Option<(UpdateState, Option<UpdateRefusal>)> {
    system.report().update.map(|update| (update.state, update.why))
}

const fn refused(why: UpdateRefusal) -> Option<(UpdateState, Option<UpdateRefusal>)> {
    Some((UpdateState::Refused, Some(why)))
}

fn written(version: &str) -> String {
    format!("{{\"version\": \"{version}\", \"state\": \"written\"}}")
}

#[test]
fn what_was_handed_over_by_hand_is_told_when_the_image_is_done_with_it_and_not_before() {
    let machine = Machine::new();
    let system = machine.starts();
    let version: SystemVersion = NEXT.parse().unwrap();
    assert_eq!(system.is_written(&version), None);
    machine.says(&written("0.2.0.811"));
    assert_eq!(system.is_written(&version), None, "that was another one");
    fs::create_dir(machine.folder.path().join("update/ready")).unwrap();
    machine.says(&written(NEXT));
    assert_eq!(system.is_written(&version), None, "it is still there");
    machine.takes_what_is_ready(&written(NEXT));
    assert_eq!(system.is_written(&version), Some(Ok(())));
    machine.says(r#"{"version": "", "state": "refused", "why": "signature"}"#);
    assert_eq!(system.is_written(&version), Some(Err(UpdateRefusal::Signature)));
}

#[test]
fn an_update_is_fetched_handed_over_written_and_begun() {
    let (machine, hub) = (Machine::new(), Hub::with(NEXT));
    let system = machine.starts();
    assert_eq!((system.report().version.as_str(), state(&system)), ("0.2.0.812", None));
    system.hear(Some(&hub.offer()));
    assert_eq!(system.report().update.unwrap().percent, Some(0));
    assert!(fetches(&system, &hub).unwrap() > 5);
    for (name, content) in &hub.files {
        assert_eq!(machine.read(&format!("ready/{name}")), *content);
    }
    assert!(!machine.has("incoming"));
    assert_eq!(state(&system), Some((UpdateState::Ready, None)));
    assert_eq!(fetches(&system, &hub).unwrap(), 0, "it is not fetched twice");
    machine.says(r#"{"version": "0.2.0.813", "state": "writing"}"#);
    assert_eq!(state(&system), Some((UpdateState::Writing, None)));
    assert!(!system.is_to_begin());
    machine.takes_what_is_ready(&written(NEXT));
    assert_eq!(state(&system), Some((UpdateState::Written, None)));
    assert_eq!(fetches(&system, &hub).unwrap(), 0);
    assert!(system.is_to_begin());
    system.begin().unwrap();
    assert!(machine.has("activate"));
}

#[test]
fn after_a_power_cut_at_any_moment_it_goes_on_and_ends_whole() {
    let hub = Hub::with(NEXT);
    for cut in 0..12 {
        for torn in [0, 1, 150] {
            let machine = Machine::new();
            let system = machine.starts();
            system.hear(Some(&hub.offer()));
            for _ in 0..cut {
                let Some(step) = system.next_step().unwrap() else { break };
                system.keep(&step, &hub.part(&step)).unwrap();
            }
            // What was being written then may be there in part, or as something else.
            if let Ok(Some(step)) = system.next_step()
                && torn > 0
            {
                fs::create_dir_all(machine.folder.path().join("update/incoming")).unwrap();
                let file = machine.folder.path().join(format!("update/incoming/{}.part", step.name));
                let mut content = fs::read(&file).unwrap_or_default();
                content.extend(vec![0; torn]);
                fs::write(&file, content).unwrap();
            }
            let system = machine.starts();
            system.hear(Some(&hub.offer()));
            // A file that is another than the list says is fetched anew, once.
            let fetched = fetches(&system, &hub).or_else(|_| fetches(&system, &hub));
            assert!(fetched.is_ok(), "{cut}, {torn}: {fetched:?}");
            assert_eq!(state(&system), Some((UpdateState::Ready, None)), "{cut}, {torn}");
            for (name, content) in &hub.files {
                assert_eq!(machine.read(&format!("ready/{name}")), *content, "{cut}, {torn}");
            }
        }
    }
}

#[test]
fn a_hub_that_lies_about_digests_is_asked_once_more_and_then_no_more() {
    let (machine, mut hub) = (Machine::new(), Hub::with(NEXT));
    hub.content("root")[1_999] ^= 1;
    let system = machine.starts();
    system.hear(Some(&hub.offer()));
    assert!(matches!(fetches(&system, &hub), Err(Trouble::Digest)));
    assert_eq!(state(&system).unwrap().0, UpdateState::Fetching);
    assert!(matches!(fetches(&system, &hub), Err(Trouble::Digest)));
    assert_eq!(state(&system), refused(UpdateRefusal::Digest));
    assert_eq!(fetches(&system, &hub).unwrap(), 0);
    assert!(!machine.has("ready"));
    // A person stopped the roll-out, found out, and resumed it.
    system.hear(None);
    hub.content("root")[1_999] ^= 1;
    system.hear(Some(&hub.offer()));
    fetches(&system, &hub).unwrap();
    assert!(machine.has("ready"));
}

#[test]
fn a_hub_that_sends_more_than_it_said_or_another_list_is_not_believed() {
    let mut longer = Hub::with(NEXT);
    let offer = longer.offer();
    longer.content("root").extend([0; 400]);
    let mut large_list = Hub::with(NEXT);
    large_list.content(SIGNATURE).resize(5_000, 0);
    let mut strange = Hub::with(NEXT);
    *strange.content(SUMS) = b"no list".to_vec();
    let mut of_another = Hub::with(NEXT);
    *of_another.content(SUMS) = Hub::with("0.2.0.900").content(SUMS).clone();
    for hub in [longer, large_list, strange, of_another] {
        let machine = Machine::new();
        let system = machine.starts();
        system.hear(Some(&offer));
        assert!(matches!(fetches(&system, &hub), Err(Trouble::Refused(UpdateRefusal::Incomplete))));
        assert_eq!(state(&system), refused(UpdateRefusal::Incomplete));
        assert_eq!(fetches(&system, &hub).unwrap(), 0);
    }
    let machine = Machine::new();
    let system = machine.starts();
    system.hear(Some(&SystemOffer { bytes: LARGEST_UPDATE + 1, ..offer }));
    assert_eq!(state(&system), refused(UpdateRefusal::Incomplete));
    system.hear(Some(&SystemOffer { version: "../../etc".into(), bytes: LARGEST_PART }));
    assert_eq!((state(&system), system.next_step().unwrap()), (None, None));
}

#[test]
fn a_hub_that_says_there_is_more_and_gives_nothing_is_not_asked_on_and_on() {
    let (machine, hub) = (Machine::new(), Hub::with(NEXT));
    let system = machine.starts();
    system.hear(Some(&hub.offer()));
    for _ in 0..3 {
        let step = system.next_step().unwrap().unwrap();
        system.keep(&step, &hub.part(&step)).unwrap();
    }
    let step = system.next_step().unwrap().unwrap();
    assert!(step.from > 0, "in the middle of a file");
    let nothing = Part { bytes: Vec::new(), of: step.from + 1 };
    assert!(matches!(system.keep(&step, &nothing), Err(Trouble::Refused(UpdateRefusal::Incomplete))));
    assert_eq!(state(&system), refused(UpdateRefusal::Incomplete));
    assert_eq!(system.next_step().unwrap(), None);
}

#[test]
fn a_disk_that_is_full_keeps_its_room_for_the_outbox_and_it_goes_on_when_there_is_more() {
    let (machine, hub) = (Machine::new(), Hub::with(NEXT));
    let system = machine.starts();
    system.hear(Some(&hub.offer()));
    machine.free.store(RESERVE + 1_000, Ordering::Relaxed);
    assert!(matches!(fetches(&system, &hub), Err(Trouble::NoRoom)));
    assert_eq!(state(&system), refused(UpdateRefusal::NoRoom));
    assert!(!machine.has("incoming/zuil_0.2.0.813.root.raw.zst.part"), "what has no room is not begun");
    assert!(matches!(fetches(&system, &hub), Err(Trouble::NoRoom)), "it is tried again");
    machine.free.store(PLENTY, Ordering::Relaxed);
    fetches(&system, &hub).unwrap();
    assert_eq!(state(&system), Some((UpdateState::Ready, None)));
}

#[test]
fn what_is_older_or_the_same_or_fell_back_is_not_fetched() {
    let machine = Machine::new();
    let system = machine.starts();
    let offered = |version| {
        let hub = Hub::with(version);
        system.hear(Some(&hub.offer()));
        assert_eq!(fetches(&system, &hub).unwrap(), 0, "{version}");
        state(&system)
    };
    assert_eq!(offered("0.2.0.811"), refused(UpdateRefusal::Older));
    assert_eq!(offered("0.2.0.812"), None);
    fs::write(machine.folder.path().join("update/fell-back.json"), r#"{"version": "0.2.0.813"}"#).unwrap();
    assert_eq!(offered(NEXT), Some((UpdateState::FellBack, None)));
    system.hear(None);
    assert_eq!(system.report().update.unwrap().version, NEXT, "it is told before and after it was offered");
    let hub = Hub::with("0.2.0.814");
    system.hear(Some(&hub.offer()));
    assert!(fetches(&system, &hub).unwrap() > 0, "a newer one may work");
}

#[test]
fn what_the_image_refused_is_fetched_again_only_when_it_is_offered_anew() {
    let (machine, hub) = (Machine::new(), Hub::with(NEXT));
    let system = machine.starts();
    system.hear(Some(&hub.offer()));
    fetches(&system, &hub).unwrap();
    // A wrong signature is found before the version is known.
    machine.takes_what_is_ready(r#"{"version": "", "state": "refused", "why": "signature"}"#);
    for _ in 0..3 {
        system.hear(Some(&hub.offer()));
        assert_eq!(state(&system), refused(UpdateRefusal::Signature));
        assert_eq!(fetches(&system, &hub).unwrap(), 0);
    }
    let again = machine.starts();
    again.hear(Some(&hub.offer()));
    assert_eq!(state(&again), refused(UpdateRefusal::Signature), "also after a restart of the program");
    system.hear(None);
    system.hear(Some(&hub.offer()));
    assert!(fetches(&system, &hub).unwrap() > 0);
    assert_eq!(state(&system), Some((UpdateState::Ready, None)));
    machine.takes_what_is_ready(r#"{"version": "", "state": "refused", "why": "signature"}"#);
    assert_eq!(state(&system), refused(UpdateRefusal::Signature));
}

#[test]
fn nothing_begins_that_the_hub_has_stopped_offering() {
    let (machine, hub) = (Machine::new(), Hub::with(NEXT));
    machine.says(&written(NEXT));
    let system = machine.starts();
    assert!(!system.is_to_begin(), "the hub has said nothing yet");
    system.hear(Some(&hub.offer()));
    assert!(system.is_to_begin());
    system.hear(None);
    assert!(!system.is_to_begin());
    assert_eq!(state(&system), Some((UpdateState::Written, None)), "and it is still told");
}

#[test]
fn a_newer_offer_takes_the_place_of_what_was_being_fetched() {
    let (machine, older, newer) = (Machine::new(), Hub::with(NEXT), Hub::with("0.2.0.814"));
    let system = machine.starts();
    system.hear(Some(&older.offer()));
    for _ in 0..4 {
        let step = system.next_step().unwrap().unwrap();
        system.keep(&step, &older.part(&step)).unwrap();
    }
    let step = system.next_step().unwrap().unwrap();
    system.hear(Some(&newer.offer()));
    system.keep(&step, &older.part(&step)).unwrap();
    fetches(&system, &newer).unwrap();
    assert_eq!(machine.read("ready/SHA256SUMS"), newer.files[3].1);
    assert!(!machine.has("ready/zuil_0.2.0.813.efi.zst"));
}

#[test]
fn what_came_in_of_an_update_that_is_offered_no_more_takes_no_room_and_is_fetched_anew_when_it_is_again() {
    let (machine, hub) = (Machine::new(), Hub::with(NEXT));
    let system = machine.starts();
    system.hear(Some(&hub.offer()));
    for _ in 0..4 {
        let step = system.next_step().unwrap().unwrap();
        system.keep(&step, &hub.part(&step)).unwrap();
    }
    let late = system.next_step().unwrap().unwrap();
    // The program ends in between, and hears at its next start that there is nothing any more.
    let system = machine.starts();
    assert!(machine.has("incoming/SHA256SUMS"), "nothing is deleted before the hub has spoken");
    system.hear(None);
    assert_eq!(system.next_step().unwrap(), None);
    assert!(!machine.has("incoming"));
    system.keep(&late, &hub.part(&late)).unwrap();
    assert!(!machine.has("incoming"), "a part that comes late is not kept");
    assert_eq!(system.next_step().unwrap(), None, "and there is nothing to delete");
    system.hear(Some(&hub.offer()));
    fetches(&system, &hub).unwrap();
    assert!(machine.has("ready"));
    // What was handed over is the image's, whatever the hub says since.
    system.hear(None);
    assert_eq!((system.next_step().unwrap(), machine.has("ready")), (None, true));
}

#[test]
fn a_machine_that_is_not_updated_as_a_whole_has_nothing_of_this() {
    let machine = Machine::new();
    fs::write(machine.folder.path().join("os-release"), "ID=debian\n").unwrap();
    let at = |name: &str| machine.folder.path().join(name);
    let places = Places { os_release: at("os-release"), update: at("update"), state: at("state.json") };
    assert!(System::of(places).is_none());
}
