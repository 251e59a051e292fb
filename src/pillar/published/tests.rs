//! What a pillar takes, what it refuses, and what it finds after power cuts and on disks that lie. The hub is
//! the real one; the catalogues are small and made up.

use std::fs;
use std::path::Path;
use std::sync::mpsc::{Receiver, channel};

use jiff::Timestamp;
use tempfile::TempDir;
use zuil_catalogue::packed;
use zuil_hub::authority::Authority;
use zuil_hub::catalogues::{Outcome, publish};
use zuil_wire::CatalogueKeyNotice;
use zuil_wire::catalogue::{CatalogueFile, CatalogueKey, Draft, LARGEST_BUNDLE, pack};

use super::kept::PREVIOUS;
use super::*;

mod forgetful;
mod power_cuts;

/// A hub, an editor's folder and the data folder of a pillar that is bound to this hub.
struct Town {
    folder: TempDir,
}

/// A pillar that is on.
struct Serving {
    published: Published,
    /// The version with which it began; nothing when none was published.
    began: Option<String>,
    shown: Receiver<Edition>,
}

impl Town {
    fn new() -> Self {
        let town = Self { folder: tempfile::tempdir().unwrap() };
        fs::create_dir_all(town.editor().join("tasks")).unwrap();
        let example = Path::new(env!("CARGO_MANIFEST_DIR")).join("catalogue/example");
        for file in ["addresses.csv", "tasks/call-back.toml"] {
            fs::copy(example.join(file), town.editor().join(file)).unwrap();
        }
        town
    }

    fn editor(&self) -> PathBuf {
        self.folder.path().join("editor")
    }

    fn hub(&self) -> PathBuf {
        self.folder.path().join("hub")
    }

    /// The catalogue that came with the pillar's image; there is none unless a test puts it there.
    fn image(&self) -> PathBuf {
        self.folder.path().join("image")
    }

    fn data(&self) -> PathBuf {
        self.folder.path().join("pillar")
    }

    /// The editor writes a version and publishes it, at a second of the hub's clock.
    fn publishes(&self, version: &str, second: i64) -> Vec<u8> {
        let text = format!(
            "version = \"{version}\"\nname = \"Voorbeeldhuizen\"\nphone = \"14 0100\"\n\
             website = \"www.voorbeeldhuizen.example\"\nphone_hours.nl = \"op werkdagen\"\n\
             welcome.nl = \"Welkom bij {version}\"\nprivacy.nl = \"Hier blijft niets achter.\"\n\
             languages = [\"nl\"]\ntasks = [\"call-back\"]\n"
        );
        fs::write(self.editor().join("municipality.toml"), text).unwrap();
        let now = Timestamp::from_second(second).unwrap();
        match publish(&self.hub(), &self.editor(), now).unwrap().outcome {
            Outcome::Published(published) => published.bundle.to_vec(),
            other => panic!("{other:?}"),
        }
    }

    fn authority(&self) -> String {
        self.authority_key().pem().to_owned()
    }

    fn authority_key(&self) -> Authority {
        fs::create_dir_all(self.hub()).unwrap();
        Authority::open_or_make(&self.hub(), Timestamp::UNIX_EPOCH).unwrap()
    }

    /// Switches the pillar on.
    fn pillar(&self) -> Serving {
        self.pillar_of(&self.authority())
    }

    fn pillar_of(&self, authority: &str) -> Serving {
        self.pillar_on(Box::new(RealDisk), authority).unwrap()
    }

    fn pillar_on(&self, disk: Box<dyn Disk>, authority: &str) -> io::Result<Serving> {
        let (show, shown) = channel();
        let show = Box::new(move |edition| show.send(edition).unwrap());
        let (published, kept) = Published::open_on(disk, self.data(), self.image(), authority, show)?;
        Ok(Serving { published, began: kept.map(|catalogue| catalogue.version), shown })
    }

    fn file(&self, name: &str) -> PathBuf {
        self.data().join(name)
    }
}

impl Serving {
    fn takes(&self, bundle: &[u8]) -> Result<(), CatalogueNotTaken> {
        Shelf::take(&self.published, bundle)
    }

    fn refuses(&self, bundle: &[u8]) -> String {
        self.shown.try_iter().for_each(drop);
        match self.takes(bundle) {
            Err(CatalogueNotTaken::Refused(why)) => {
                assert!(self.shown.try_recv().is_err(), "it was refused and shown all the same");
                why
            }
            other => panic!("{other:?}"),
        }
    }

    /// The version that was put into use, with its index.
    fn turned_to(&self) -> String {
        let edition = self.shown.try_recv().unwrap();
        assert!(edition.index.is_some());
        edition.catalogue.version.clone()
    }

    fn serial(&self) -> Option<u64> {
        self.published.running().map(|(serial, _)| serial)
    }
}

#[test]
fn a_pillar_turns_to_what_was_published_and_begins_with_it_after_a_restart() {
    let town = Town::new();
    let bundle = town.publishes("1", 1_000);
    let pillar = town.pillar();
    assert_eq!((pillar.began.clone(), pillar.serial()), (None, None));
    pillar.takes(&bundle).unwrap();
    assert_eq!((pillar.turned_to(), pillar.serial()), ("1".to_owned(), Some(1_000)));
    pillar.takes(&bundle).unwrap();
    assert!(pillar.shown.try_recv().is_err(), "the same again is nothing to turn to");
    drop(pillar);
    let pillar = town.pillar();
    assert_eq!((pillar.began.as_deref(), pillar.serial()), (Some("1"), Some(1_000)));
}

#[test]
fn the_index_of_the_start_does_not_take_the_place_of_a_newer_catalogue() {
    let town = Town::new();
    let (old, new) = (town.publishes("1", 1_000), town.publishes("2", 2_000));
    let pillar = town.pillar();
    pillar.takes(&old).unwrap();
    drop(pillar);
    let pillar = town.pillar();
    let first = Edition::indexed(Arc::new(Catalogue::load(&town.editor()).unwrap()));
    pillar.published.show_first(first.clone());
    assert_eq!(pillar.turned_to(), "2", "that is what the editor's folder holds");
    pillar.takes(&new).unwrap();
    pillar.published.show_first(first);
    assert_eq!(pillar.turned_to(), "2");
    assert!(pillar.shown.try_recv().is_err());
}

#[test]
fn an_older_one_is_refused_also_after_a_restart_and_on_a_disk_that_lost_the_newer() {
    let town = Town::new();
    let (old, new, newest) =
        (town.publishes("1", 1_000), town.publishes("2", 2_000), town.publishes("3", 3_000));
    let pillar = town.pillar();
    for bundle in [&old, &new, &newest] {
        pillar.takes(bundle).unwrap();
    }
    assert!(pillar.refuses(&new).contains("lower than 3000"));
    drop(pillar);
    fs::write(town.file(CURRENT), "half").unwrap();
    let pillar = town.pillar();
    assert_eq!(pillar.began.as_deref(), Some("2"), "the one before goes on");
    assert!(pillar.refuses(&old).contains("lower than 3000"));
    pillar.takes(&newest).unwrap();
    assert_eq!(fs::read(town.file(PREVIOUS)).unwrap(), new, "the broken one did not take its place");
    drop(pillar);
    assert_eq!(town.pillar().began.as_deref(), Some("3"));
}

#[test]
fn a_pillar_whose_disk_has_no_room_to_unpack_begins_with_what_was_published_all_the_same() {
    let town = Town::new();
    let bundle = town.publishes("1", 1_000);
    let pillar = town.pillar();
    pillar.takes(&bundle).unwrap();
    drop(pillar);
    // Nothing can be unpacked where a file stands in the way.
    fs::write(town.file(SCRATCH), "in the way").unwrap();
    assert_eq!(town.pillar().began.as_deref(), Some("1"));
}

#[test]
fn when_both_are_broken_the_pillar_begins_with_the_catalogue_of_its_image() {
    let town = Town::new();
    let (old, new) = (town.publishes("1", 1_000), town.publishes("2", 2_000));
    let pillar = town.pillar();
    pillar.takes(&old).unwrap();
    pillar.takes(&new).unwrap();
    drop(pillar);
    for file in [CURRENT, PREVIOUS] {
        let mut bundle = fs::read(town.file(file)).unwrap();
        *bundle.last_mut().unwrap() ^= 1;
        fs::write(town.file(file), bundle).unwrap();
    }
    let pillar = town.pillar();
    assert_eq!((pillar.began.clone(), pillar.serial()), (None, None));
    pillar.takes(&new).unwrap();
    assert_eq!(pillar.turned_to(), "2");
}

#[test]
fn what_is_torn_changed_unsigned_or_no_catalogue_is_refused_and_the_last_good_one_stays() {
    let town = Town::new();
    let (good, next) = (town.publishes("1", 1_000), town.publishes("2", 2_000));
    let pillar = town.pillar();
    pillar.takes(&good).unwrap();
    pillar.turned_to();
    let mut changed = next.clone();
    changed[next.len() / 2] ^= 0x20;
    let unsigned: Vec<u8> = {
        let lines: Vec<&[u8]> = next.splitn(3, |byte| *byte == b'\n').collect();
        [lines[0], b"", lines[2]].join(&b'\n')
    };
    for bundle in [&next[..next.len() / 2], &changed, &unsigned, b"", b"<html>", &vec![0; LARGEST_BUNDLE + 1]]
    {
        pillar.refuses(bundle);
    }
    drop(pillar);
    assert_eq!(town.pillar().began.as_deref(), Some("1"));
}

#[test]
fn one_of_another_hub_is_refused_and_a_pillar_that_is_bound_to_that_hub_begins_anew() {
    let (town, other) = (Town::new(), Town::new());
    let (ours, theirs) = (town.publishes("1", 9_000), other.publishes("1", 1_000));
    let pillar = town.pillar();
    pillar.takes(&ours).unwrap();
    pillar.turned_to();
    assert!(pillar.refuses(&theirs).contains("authority of this hub"));
    drop(pillar);
    let bound_anew = town.pillar_of(&other.authority());
    assert_eq!(bound_anew.began, None, "what the hub from before published is not shown");
    bound_anew.takes(&theirs).unwrap();
    assert_eq!(bound_anew.serial(), Some(1_000));
}

/// Signed by the hub of this town, as no `zuil-hub catalogue publish` would.
fn forged(town: &Town, serial: u64, key_made_at: i64, files: Vec<CatalogueFile>) -> Vec<u8> {
    let key = CatalogueKey::from_base64(&CatalogueKey::generate().unwrap()).unwrap();
    let authority = town.authority_key();
    let made_at = Timestamp::from_second(key_made_at).unwrap();
    let notice = CatalogueKeyNotice::vouched_for(&key, made_at, |bytes| authority.sign(bytes)).unwrap();
    let draft = Draft {
        municipality: "Voorbeeldhuizen".to_owned(),
        serial,
        version: "9".to_owned(),
        published_at: made_at,
        files,
    };
    pack(draft, &key, &notice).unwrap()
}

#[test]
fn one_with_mistakes_is_refused_with_the_place_of_the_first() {
    let town = Town::new();
    let good = town.publishes("1", 1_000);
    let pillar = town.pillar();
    pillar.takes(&good).unwrap();
    pillar.turned_to();
    let mut files = packed::files_of(&town.editor()).unwrap();
    files.retain(|file| file.name != "tasks/call-back.toml");
    let why = pillar.refuses(&forged(&town, 2_000, 1_000, files));
    assert!(why.contains("municipality.toml:") && why.contains("call-back"), "{why}");
    assert!(!town.file(SCRATCH).exists());
    assert_eq!(town.pillar().began.as_deref(), Some("1"));
}

#[test]
fn one_at_which_the_check_comes_to_a_stop_is_refused_and_costs_a_starting_pillar_no_other() {
    let town = Town::new();
    let (good, next) = (town.publishes("1", 1_000), town.publishes("2", 2_000));
    let mut pillar = town.pillar();
    pillar.takes(&good).unwrap();
    pillar.turned_to();
    pillar.published.kept.check = |_, _| panic!("made up");
    assert!(pillar.refuses(&next).contains("its check failed by itself"));
    assert_eq!(pillar.serial(), Some(1_000));
    pillar.published.kept.check = CHECK;
    pillar.takes(&next).unwrap();
    // Another program fails at what ran until yesterday.
    pillar.published.kept.check = |files, scratch| {
        let text = |file: &CatalogueFile| String::from_utf8_lossy(&file.content).contains("Welkom bij 2");
        assert!(!files.iter().any(text), "made up");
        CHECK(files, scratch)
    };
    let Begin { with, unused } = pillar.published.kept.begin(None);
    assert_eq!(with.map(|(file, whole)| (file, whole.catalogue.version)), Some((PREVIOUS, "1".to_owned())));
    assert_eq!((unused.len(), unused[0].file), (1, CURRENT));
}

#[test]
fn one_signed_with_an_older_key_or_with_a_serial_that_was_used_is_refused() {
    let town = Town::new();
    let good = town.publishes("1", 1_000);
    let files = || packed::files_of(&town.editor()).unwrap();
    let pillar = town.pillar();
    pillar.takes(&good).unwrap();
    pillar.turned_to();
    assert!(pillar.refuses(&forged(&town, 2_000, 999, files())).contains("signed with a key made at"));
    assert!(pillar.refuses(&forged(&town, 1_000, 1_000, files())).contains("same serial 1000"));
    pillar.takes(&forged(&town, 1_001, 1_001, files())).unwrap();
    assert!(pillar.refuses(&town.publishes("2", 3_000)).contains("signed with a key made at"));
}

#[test]
fn one_with_the_version_of_the_images_own_is_taken_only_when_it_is_the_same() {
    let town = Town::new();
    let same = town.publishes("1", 1_000);
    for file in packed::files_of(&town.editor()).unwrap() {
        let to = town.image().join(&file.name);
        fs::create_dir_all(to.parent().unwrap()).unwrap();
        fs::write(to, file.content).unwrap();
    }
    let pillar = town.pillar();
    pillar.takes(&same).unwrap();
    assert_eq!(pillar.turned_to(), "1");
    let head = town.image().join("municipality.toml");
    fs::write(&head, fs::read_to_string(&head).unwrap().replace("Welkom", "Dag")).unwrap();
    let again = town.publishes("2", 2_000);
    pillar.takes(&again).unwrap();
    assert_eq!(pillar.turned_to(), "2", "another version is another matter");
    fs::remove_dir_all(town.data()).unwrap();
    let why = town.pillar().refuses(&same);
    assert!(why.contains("another catalogue with the version 1; raise the version"), "{why}");
}

#[test]
fn a_disk_that_cannot_keep_it_is_no_refusal_and_changes_nothing() {
    let town = Town::new();
    let (good, next) = (town.publishes("1", 1_000), town.publishes("2", 2_000));
    let pillar = town.pillar();
    pillar.takes(&good).unwrap();
    pillar.turned_to();
    // What stands in the way of the draft is a folder that is not empty.
    let draft = town.file("current.draft");
    fs::create_dir_all(draft.join("in the way")).unwrap();
    assert!(matches!(pillar.takes(&next), Err(CatalogueNotTaken::NotKept(_))));
    assert_eq!(pillar.serial(), Some(1_000));
    assert!(pillar.shown.try_recv().is_err());
    fs::remove_dir_all(&draft).unwrap();
    pillar.takes(&next).unwrap();
    assert_eq!(pillar.turned_to(), "2");
    assert_eq!(fs::read(town.file(PREVIOUS)).unwrap(), good);
}

#[test]
fn what_an_update_that_was_cut_off_left_lying_there_is_in_nobodys_way() {
    let town = Town::new();
    let (good, next) = (town.publishes("1", 1_000), town.publishes("2", 2_000));
    for left in [&b""[..], &next[..next.len() / 3], &next] {
        fs::remove_dir_all(town.data()).ok();
        let pillar = town.pillar();
        pillar.takes(&good).unwrap();
        drop(pillar);
        fs::create_dir_all(town.file(SCRATCH).join("half")).unwrap();
        fs::write(town.file("current.draft"), left).unwrap();
        fs::write(town.file("newest.draft"), left).unwrap();
        let pillar = town.pillar();
        assert_eq!(pillar.began.as_deref(), Some("1"));
        pillar.takes(&next).unwrap();
        drop(pillar);
        assert_eq!(town.pillar().began.as_deref(), Some("2"));
    }
}

#[test]
fn a_disk_that_lost_a_name_and_what_is_remembered_still_has_the_one_before() {
    let town = Town::new();
    let (good, next) = (town.publishes("1", 1_000), town.publishes("2", 2_000));
    let pillar = town.pillar();
    pillar.takes(&good).unwrap();
    pillar.takes(&next).unwrap();
    drop(pillar);
    fs::remove_file(town.file(CURRENT)).unwrap();
    fs::write(town.file("newest.json"), "").unwrap();
    let pillar = town.pillar();
    assert_eq!(pillar.began.as_deref(), Some("1"));
    pillar.takes(&next).unwrap();
    drop(pillar);
    assert_eq!(town.pillar().began.as_deref(), Some("2"));
}
