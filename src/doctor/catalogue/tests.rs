//! What a technician reads of the catalogue, on pillars with published ones that are whole, damaged or gone.
//! The hub is the real one; the catalogues are small and made up.

use std::fs;
use std::path::{Path, PathBuf};

use tempfile::TempDir;
use zuil_hub::authority::Authority;
use zuil_hub::catalogues::{Outcome, publish};

use super::*;

const CURRENT: &str = "current.bundle";
const PREVIOUS: &str = "previous.bundle";

/// A pillar with the catalogue of its image, and the hub that it is bound to.
struct Place {
    folder: TempDir,
    config: Config,
    binding: Binding,
}

impl Place {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let path = |name: &str| folder.path().join(name).display().to_string();
        let settings = format!(
            "data_dir = {:?}\ncatalogue_dir = {:?}\nbinding = {:?}\n",
            path("data"),
            path("image"),
            path("binding.json")
        );
        fs::write(folder.path().join("zuil.toml"), settings).unwrap();
        let config = Config::load(&folder.path().join("zuil.toml")).unwrap();
        fs::create_dir(folder.path().join("hub")).unwrap();
        let authority = Authority::open_or_make(&folder.path().join("hub"), Timestamp::UNIX_EPOCH).unwrap();
        let binding = Binding {
            pillar: "voorbeeld".to_owned(),
            hub_url: String::new(),
            authority: authority.pem().to_owned(),
            certificate: String::new(),
            private_key: String::new(),
            signing_key: String::new(),
            seal_key_id: String::new(),
            seal_public_key: String::new(),
        };
        let place = Self { folder, config, binding };
        write_catalogue(&place.config.catalogue_dir, "of-the-image");
        place
    }

    fn kept(&self, file: &str) -> PathBuf {
        self.config.data_dir.join("catalogue").join(file)
    }

    /// The pillar keeps what the municipality published on a day of 2026, under a name.
    fn keeps(&self, file: &str, version: &str, day: i8) -> &Self {
        let editor = self.folder.path().join("editor");
        write_catalogue(&editor, version);
        let now = jiff::civil::date(2026, 11, day).at(12, 0, 0, 0).in_tz("UTC").unwrap().timestamp();
        let published = match publish(&self.folder.path().join("hub"), &editor, now).unwrap().outcome {
            Outcome::Published(published) => published,
            other => panic!("{other:?}"),
        };
        fs::create_dir_all(self.kept("")).unwrap();
        fs::write(self.kept(file), &published.bundle).unwrap();
        self
    }

    fn damages(&self, file: &str) -> &Self {
        let mut bundle = fs::read(self.kept(file)).unwrap();
        *bundle.last_mut().unwrap() ^= 1;
        fs::write(self.kept(file), bundle).unwrap();
        self
    }

    /// What the doctor finds; and that everything stands there as before.
    fn examined(&self) -> (Check, Known) {
        let before = listed(&self.config.data_dir);
        let found = catalogue(Language::En, &self.config, Some(&self.binding));
        assert_eq!(listed(&self.config.data_dir), before, "the doctor changed something");
        found
    }
}

/// A catalogue of one task.
fn write_catalogue(folder: &Path, version: &str) {
    fs::create_dir_all(folder.join("tasks")).unwrap();
    let example = Path::new(env!("CARGO_MANIFEST_DIR")).join("catalogue/example");
    for file in ["addresses.csv", "tasks/call-back.toml"] {
        fs::copy(example.join(file), folder.join(file)).unwrap();
    }
    let text = format!(
        "version = \"{version}\"\nname = \"Voorbeeldhuizen\"\nphone = \"14 0100\"\n\
         website = \"www.voorbeeldhuizen.example\"\nphone_hours.nl = \"op werkdagen\"\n\
         welcome.nl = \"Welkom bij ⓩ {version}\"\nprivacy.nl = \"Hier blijft niets achter.\"\n\
         languages = [\"nl\"]\ntasks = [\"call-back\"]\n"
    );
    fs::write(folder.join("municipality.toml"), text).unwrap();
}

/// Every file below a folder, with its content.
fn listed(folder: &Path) -> Vec<(PathBuf, Vec<u8>)> {
    let mut found = Vec::new();
    for path in fs::read_dir(folder).into_iter().flatten().map(|entry| entry.unwrap().path()) {
        if path.is_dir() {
            found.push((path.clone(), Vec::new()));
            found.extend(listed(&path));
        } else {
            found.push((path.clone(), fs::read(&path).unwrap()));
        }
    }
    found.sort();
    found
}

#[test]
fn where_nothing_was_published_the_one_of_the_image_is_told() {
    let (check, known) = Place::new().examined();
    assert_eq!(check.verdict, Verdict::Ok, "{check:?}");
    assert_eq!(check.seen, "the one of the image: version of-the-image, 1 tasks, no mistakes");
    assert_eq!(known.municipality.as_deref(), Some("Voorbeeldhuizen"));
}

#[test]
fn a_published_one_is_told_with_its_day_and_its_letters_are_looked_at() {
    let place = Place::new();
    place.keeps(PREVIOUS, "1", 1).keeps(CURRENT, "2", 2);
    // What the pillar does not use does not matter.
    fs::remove_dir_all(&place.config.catalogue_dir).unwrap();
    let (check, known) = place.examined();
    assert_eq!(check.verdict, Verdict::Ok, "{check:?}");
    assert_eq!(check.seen, "the one published on 2026-11-02: version 2, 1 tasks, no mistakes");
    assert!(known.characters.contains(&'ⓩ'));
    assert_eq!(fonts(Language::En, &known.characters).verdict, Verdict::Attention);
}

#[test]
fn when_the_newest_is_damaged_the_one_before_is_told_with_the_reason() {
    let place = Place::new();
    place.keeps(PREVIOUS, "1", 1).keeps(CURRENT, "2", 2).damages(CURRENT);
    let (check, _) = place.examined();
    assert_eq!(check.verdict, Verdict::Attention, "{check:?}");
    let begins = "the one before the newest, published on 2026-11-01: version 1, 1 tasks, no mistakes; ";
    assert!(check.seen.starts_with(begins), "{check:?}");
    let why = "current.bundle, which was published, cannot be used: it is cut off or damaged";
    assert!(check.seen.contains(why) && !check.seen.contains(PREVIOUS), "{check:?}");
    assert!(check.next.contains("look at the disk"), "{check:?}");
}

#[test]
fn when_the_newest_is_gone_from_the_disk_the_one_before_is_told_with_the_reason() {
    let place = Place::new();
    place.keeps(PREVIOUS, "1", 1);
    let (check, _) = place.examined();
    assert_eq!(check.verdict, Verdict::Attention, "{check:?}");
    assert!(check.seen.contains("version 1,") && check.seen.contains("it is not there"), "{check:?}");
}

#[test]
fn when_both_are_damaged_the_one_of_the_image_is_told_with_both_reasons() {
    let place = Place::new();
    place.keeps(PREVIOUS, "1", 1).keeps(CURRENT, "2", 2).damages(PREVIOUS).damages(CURRENT);
    let (check, known) = place.examined();
    assert_eq!(check.verdict, Verdict::Attention, "{check:?}");
    assert!(check.seen.starts_with("the one of the image: version of-the-image,"), "{check:?}");
    assert!(check.seen.contains(CURRENT) && check.seen.contains(PREVIOUS), "{check:?}");
    assert!(known.municipality.is_some());
}

#[test]
fn when_no_catalogue_at_all_can_be_used_the_pillar_does_not_serve_and_all_reasons_are_told() {
    let place = Place::new();
    place.keeps(CURRENT, "1", 1).damages(CURRENT);
    fs::remove_file(place.config.catalogue_dir.join("municipality.toml")).unwrap();
    let (check, known) = place.examined();
    assert_eq!((check.verdict, known.municipality), (Verdict::Failed, None), "{check:?}");
    assert!(check.seen.contains("mistakes; the first:") && check.seen.contains(CURRENT), "{check:?}");
    assert!(check.next.contains("zuil check") && check.next.contains("its network"), "{check:?}");
}

#[test]
fn one_that_another_hub_published_is_not_used_and_the_reason_is_told() {
    let (place, other) = (Place::new(), Place::new());
    other.keeps(CURRENT, "1", 1);
    fs::create_dir_all(place.kept("")).unwrap();
    fs::copy(other.kept(CURRENT), place.kept(CURRENT)).unwrap();
    let (check, _) = place.examined();
    assert_eq!(check.verdict, Verdict::Attention, "{check:?}");
    assert!(check.seen.contains("authority of this hub does not vouch"), "{check:?}");
}
