//! Publishing, on a disk and with clocks as they are. The catalogues are small and made up.

use std::fs;
use std::path::PathBuf;
use std::sync::Mutex;

use tempfile::TempDir;
use zuil_wire::catalogue::Verified;

use super::*;
use crate::authority::Authority;

/// What a disk does to a file.
type Spoil = fn(&mut Vec<u8>);

/// An editor's folder and a hub's.
struct Desk {
    folder: TempDir,
}

impl Desk {
    fn new() -> Self {
        let desk = Self { folder: tempfile::tempdir().unwrap() };
        let dir = desk.dir();
        fs::create_dir_all(dir.join("tasks")).unwrap();
        desk.writes("2026-11-22.1", "Vul uw naam in");
        let example = Path::new(env!("CARGO_MANIFEST_DIR")).join("../catalogue/example");
        for file in ["addresses.csv", "tasks/call-back.toml"] {
            fs::copy(example.join(file), dir.join(file)).unwrap();
        }
        desk
    }

    fn dir(&self) -> PathBuf {
        self.folder.path().join("editor")
    }

    fn hub(&self) -> PathBuf {
        self.folder.path().join("hub")
    }

    /// The editor saves another version.
    fn writes(&self, version: &str, welcome: &str) {
        let text = format!(
            "version = \"{version}\"\nname = \"Voorbeeldhuizen\"\nphone = \"14 0100\"\n\
             phone_hours = {{ nl = \"ma-vr 9-17\" }}\nwebsite = \"www.voorbeeldhuizen.example\"\nlanguages = [\"nl\"]\n\
             welcome = {{ nl = \"{welcome}\" }}\nprivacy = {{ nl = \"Niets blijft hier.\" }}\ntasks = [\"call-back\"]\n"
        );
        fs::write(self.dir().join("municipality.toml"), text).unwrap();
    }

    /// The published catalogues, as a hub finds them that starts now.
    fn found(&self) -> Catalogues {
        Catalogues::of(&self.hub(), self.authority().pem())
    }

    fn authority(&self) -> Authority {
        DataFolder::authority(&self.hub(), Timestamp::UNIX_EPOCH).unwrap()
    }

    fn bundle(&self, serial: u64) -> PathBuf {
        self.hub().join(format!("catalogues/{serial}.bundle"))
    }

    /// The disk loses something of a published catalogue.
    fn spoils(&self, serial: u64, spoil: impl FnOnce(&mut Vec<u8>)) {
        let mut bundle = fs::read(self.bundle(serial)).unwrap();
        spoil(&mut bundle);
        fs::write(self.bundle(serial), bundle).unwrap();
    }

    fn publishes(&self, second: i64) -> Result<Outcome, PublishError> {
        let now = Timestamp::from_second(second).unwrap();
        publish(&self.hub(), &self.dir(), now).map(|publication| publication.outcome)
    }

    fn serial(&self, second: i64) -> u64 {
        match self.publishes(second).unwrap() {
            Outcome::Published(published) => published.serial,
            other => panic!("{other:?}"),
        }
    }
}

#[test]
fn a_running_hub_finds_what_was_published_and_the_authority_vouches_for_it() {
    let desk = Desk::new();
    let running = desk.found();
    assert!(running.newest().unwrap().is_none());
    let serial = desk.serial(1_000);
    let newest = running.newest().unwrap().unwrap();
    assert_eq!((newest.serial, newest.version.as_str()), (serial, "2026-11-22.1"));
    let authority = desk.authority();
    let verified = Verified::open(&newest.bundle, authority.pem()).unwrap();
    assert_eq!(verified.manifest().municipality, "Voorbeeldhuizen");
    desk.writes("2026-11-22.2", "Welkom");
    assert_eq!(running.newest().unwrap().unwrap().serial, serial);
    let next = desk.serial(2_000);
    assert_eq!(running.newest().unwrap().unwrap().serial, next);
}

#[test]
fn serials_rise_also_when_the_clock_does_not() {
    let desk = Desk::new();
    assert_eq!(desk.serial(5_000), 5_000);
    desk.writes("2", "Welkom");
    assert_eq!(desk.serial(5_000), 5_001);
    desk.writes("3", "Goedendag");
    assert_eq!(desk.serial(10), 5_002);
    desk.writes("4", "Hallo");
    assert_eq!(desk.serial(9_000), 9_000);
}

#[test]
fn a_hub_put_back_from_a_backup_publishes_above_what_it_gave_since() {
    let desk = Desk::new();
    desk.serial(1_000);
    let backup = desk.folder.path().join("backup");
    fs::create_dir(&backup).unwrap();
    let kept = desk.hub().join("catalogues");
    for entry in fs::read_dir(&kept).unwrap() {
        let entry = entry.unwrap();
        fs::copy(entry.path(), backup.join(entry.file_name())).unwrap();
    }
    desk.writes("2", "Welkom");
    let since = desk.serial(2_000);
    fs::remove_dir_all(&kept).unwrap();
    fs::rename(&backup, &kept).unwrap();
    desk.writes("3", "Hallo");
    assert!(desk.serial(3_000) > since);
}

#[test]
fn a_catalogue_with_mistakes_is_not_published() {
    let desk = Desk::new();
    desk.serial(1_000);
    desk.writes("2", "");
    let Outcome::Mistaken(mistakes) = desk.publishes(2_000).unwrap() else { panic!("it was published") };
    assert!(mistakes.iter().any(|mistake| mistake.file == "municipality.toml"), "{mistakes:?}");
    assert_eq!(desk.found().list().unwrap().whole.len(), 1);
}

#[test]
fn a_catalogue_at_which_the_check_itself_fails_is_refused_and_the_next_one_published() {
    let desk = Desk::new();
    let first = desk.serial(1_000);
    desk.writes("2", "Welkom");
    let failing: fn(&Path) -> Checked = |_| panic!("a fault of the check, made for this test");
    let now = Timestamp::from_second(2_000).unwrap();
    let error = publish_checked_by(failing, &desk.hub(), &desk.dir(), now).unwrap_err();
    assert!(matches!(error, PublishError::CheckFailed), "{error}");
    assert!(error.to_string().contains("nothing was published"), "{error}");
    assert_eq!(desk.found().newest().unwrap().unwrap().serial, first);
    assert!(desk.serial(3_000) > first);
}

#[test]
fn a_file_that_would_not_travel_is_told_and_nothing_is_published() {
    let desk = Desk::new();
    let (task, elsewhere) = (desk.dir().join("tasks/call-back.toml"), desk.folder.path().join("elsewhere"));
    fs::rename(&task, &elsewhere).unwrap();
    std::os::unix::fs::symlink(&elsewhere, &task).unwrap();
    let error = desk.publishes(1_000).unwrap_err();
    assert!(matches!(error, PublishError::Changed) && error.to_string().contains("are links"), "{error}");
    assert!(desk.found().list().unwrap().whole.is_empty());
}

#[test]
fn what_is_published_already_is_not_published_again_and_a_version_means_one_thing() {
    let desk = Desk::new();
    let serial = desk.serial(1_000);
    assert!(matches!(desk.publishes(2_000).unwrap(), Outcome::Unchanged(same) if same.serial == serial));
    desk.writes("2026-11-22.1", "Iets anders");
    assert!(matches!(desk.publishes(3_000), Err(PublishError::VersionTaken { .. })));
    // Back to yesterday's files is another publication.
    desk.writes("2026-11-22.2", "Iets anders");
    desk.serial(4_000);
    desk.writes("2026-11-22.1", "Vul uw naam in");
    assert!(desk.serial(5_000) > serial);
}

#[test]
fn a_new_key_is_later_than_the_one_that_is_gone_and_signs_the_same_files_anew() {
    let desk = Desk::new();
    desk.serial(9_000);
    let key = desk.hub().join("catalogues/signing-key.json");
    let made_at = |serial| {
        let bundle = fs::read(desk.bundle(serial)).unwrap();
        catalogue::manifest_of(&bundle).unwrap().key.made_at
    };
    fs::remove_file(&key).unwrap();
    let next = desk.serial(10);
    assert!(made_at(next) > made_at(9_000));
    fs::write(&key, "{").unwrap();
    desk.writes("2", "Welkom");
    let error = desk.publishes(9_500).unwrap_err().to_string();
    assert!(error.contains("signing-key.json") && error.contains("restore"), "{error}");
}

#[test]
fn the_last_ten_are_kept() {
    let desk = Desk::new();
    for number in 0..12 {
        desk.writes(&number.to_string(), &format!("Welkom {number}"));
        desk.serial(1_000 + number);
    }
    let serials: Vec<u64> = desk.found().list().unwrap().whole.iter().map(|kept| kept.serial).collect();
    assert_eq!(serials, (1_002..1_012).collect::<Vec<_>>());
}

#[test]
fn the_same_files_are_the_same_also_when_zstd_packs_them_otherwise() {
    let desk = Desk::new();
    let serial = desk.serial(1_000);
    // What an older zstd made of them.
    let authority = desk.authority();
    let folder = desk.hub().join("catalogues");
    let key = SigningKeyFile::open_or_make(&folder, Timestamp::UNIX_EPOCH).unwrap();
    let bundle = fs::read(desk.bundle(serial)).unwrap();
    let verified = Verified::open(&bundle, authority.pem()).unwrap();
    let packed_otherwise = |files| {
        let manifest = verified.manifest().clone();
        let draft = Draft {
            municipality: manifest.municipality,
            serial,
            version: manifest.version,
            published_at: manifest.published_at,
            files,
        };
        let other = catalogue::pack_at(1, draft, &key.key, &key.notice(&authority).unwrap()).unwrap();
        assert_ne!(catalogue::manifest_of(&other).unwrap().payload.sha256, manifest.payload.sha256);
        fs::write(desk.bundle(serial), other).unwrap();
    };
    let mut files = verified.files().unwrap();
    packed_otherwise(files.clone());
    assert!(matches!(desk.publishes(2_000).unwrap(), Outcome::Unchanged(same) if same.serial == serial));
    // One letter more in one of the files.
    files.last_mut().unwrap().content.push(b'\n');
    packed_otherwise(files);
    assert!(matches!(desk.publishes(3_000), Err(PublishError::VersionTaken { .. })));
}

#[test]
fn a_published_catalogue_that_broke_on_the_disk_is_not_given_to_pillars_but_the_one_before() {
    let desk = Desk::new();
    let first = desk.serial(1_000);
    desk.writes("2", "Welkom");
    let second = desk.serial(2_000);
    let whole = fs::read(desk.bundle(second)).unwrap();
    let spoils: [(&str, Spoil); 5] = [
        ("a bit of what is packed", |bundle| *bundle.last_mut().unwrap() ^= 1),
        ("the version in the manifest", |bundle| {
            let at = bundle.windows(13).position(|part| part == b"\"version\":\"2\"").unwrap();
            bundle[at + 11] = b'3';
        }),
        ("the end", |bundle| bundle.truncate(bundle.len() - 1)),
        ("all but the start", |bundle| bundle.truncate(20)),
        ("everything", Vec::clear),
    ];
    for (what, spoil) in spoils {
        fs::write(desk.bundle(second), &whole).unwrap();
        assert!(desk.found().standing().unwrap().unfit.is_none());
        desk.spoils(second, spoil);
        let standing = desk.found().standing().unwrap();
        assert_eq!(standing.served.unwrap().serial, first, "{what}");
        let damaged = standing.unfit.unwrap();
        assert!(
            damaged.serial == second && matches!(damaged.trouble, Trouble::Damaged(_)),
            "{what}: {damaged:?}"
        );
        let kept = desk.found().list().unwrap();
        assert_eq!((kept.whole.len(), kept.unfit.len()), (1, 1), "{what}");
    }
    desk.spoils(first, |bundle| *bundle.last_mut().unwrap() ^= 1);
    let standing = desk.found().standing().unwrap();
    assert!(standing.served.is_none());
    assert_eq!(standing.unfit.unwrap().serial, second, "of two damaged ones the last is told");
}

#[test]
fn publishing_again_mends_what_broke_on_the_disk() {
    let desk = Desk::new();
    desk.serial(1_000);
    desk.writes("2", "Welkom");
    let second = desk.serial(2_000);
    let running = desk.found();
    assert!(running.standing().unwrap().unfit.is_none());
    desk.spoils(second, |bundle| bundle.truncate(bundle.len() / 2));
    assert_eq!(running.standing().unwrap().unfit.unwrap().serial, second);
    // Its serial is spent all the same, also when the clock was turned back.
    let third = desk.serial(10);
    assert!(third > second);
    let standing = running.standing().unwrap();
    let served = standing.served.unwrap();
    assert_eq!((served.serial, served.version.as_str()), (third, "2"));
    assert!(standing.unfit.is_none());
}

#[test]
fn the_version_of_a_damaged_catalogue_is_not_given_to_other_content_as_long_as_it_can_be_read() {
    let desk = Desk::new();
    desk.serial(1_000);
    desk.writes("2", "Welkom");
    let second = desk.serial(2_000);
    let whole = fs::read(desk.bundle(second)).unwrap();
    let spoils: [(&str, Spoil); 4] = [
        ("what is packed", |bundle| *bundle.last_mut().unwrap() ^= 1),
        ("the end", |bundle| bundle.truncate(bundle.len() - 1)),
        ("the signature", |bundle| bundle[20] = if bundle[20] == b'A' { b'B' } else { b'A' }),
        ("the digest in the manifest", |bundle| {
            let at = bundle.windows(10).position(|part| part == b"\"sha256\":\"").unwrap() + 10;
            bundle[at] = if bundle[at] == b'0' { b'1' } else { b'0' };
        }),
    ];
    for (number, (what, spoil)) in (3_000..).zip(spoils) {
        fs::write(desk.bundle(second), &whole).unwrap();
        desk.spoils(second, spoil);
        assert!(desk.found().standing().unwrap().unfit.is_some(), "{what}");
        desk.writes("2", "Iets anders");
        let error = desk.publishes(number).unwrap_err();
        assert!(
            matches!(&error, PublishError::VersionTaken { version, .. } if version == "2"),
            "{what}: {error}"
        );
        desk.writes("2", "Welkom");
        let again = desk.serial(number);
        assert!(again > second, "{what}");
        fs::remove_file(desk.bundle(again)).unwrap();
    }
    // What tells nothing any more keeps no version.
    desk.spoils(second, |bundle| bundle.truncate(20));
    desk.writes("2", "Iets anders");
    assert!(desk.serial(4_000) > second);
}

#[test]
fn to_publish_the_files_before_a_damaged_one_is_a_publication_and_not_nothing() {
    let desk = Desk::new();
    desk.serial(1_000);
    desk.writes("2", "Welkom");
    let second = desk.serial(2_000);
    desk.spoils(second, |bundle| *bundle.last_mut().unwrap() ^= 1);
    // Pillars that took the second would refuse the first under its old serial.
    desk.writes("2026-11-22.1", "Vul uw naam in");
    assert!(desk.serial(3_000) > second);
}

#[test]
fn a_bundle_under_the_name_of_another_serial_and_one_of_another_hub_are_not_served() {
    let (desk, other) = (Desk::new(), Desk::new());
    let first = desk.serial(1_000);
    fs::copy(desk.bundle(first), desk.bundle(5_000)).unwrap();
    assert_eq!(desk.found().newest().unwrap().unwrap().serial, first);
    let strange = other.serial(6_000);
    fs::copy(other.bundle(strange), desk.bundle(strange)).unwrap();
    let standing = desk.found().standing().unwrap();
    assert_eq!((standing.served.unwrap().serial, standing.unfit.unwrap().serial), (first, strange));
}

#[test]
fn the_key_and_the_bundles_are_for_the_hub_only() {
    use std::os::unix::fs::PermissionsExt;
    let desk = Desk::new();
    desk.serial(1_000);
    for name in ["signing-key.json", "1000.bundle"] {
        let mode = fs::metadata(desk.hub().join("catalogues").join(name)).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600, "{name}");
    }
}

#[test]
fn a_published_catalogue_that_cannot_be_read_is_no_damage_is_logged_once_and_given_as_soon_as_it_can() {
    let desk = Desk::new();
    let first = desk.serial(1_000);
    desk.writes("2", "Welkom");
    let second = desk.serial(2_000);
    // A folder in its place is what nobody can read, whoever runs this test; the link in the place of the file is the
    // same whatever it leads to, as a file is whose permissions change.
    let (away, target) = (desk.folder.path().join("away"), desk.folder.path().join("target"));
    fs::rename(desk.bundle(second), &away).unwrap();
    fs::create_dir(&target).unwrap();
    std::os::unix::fs::symlink(&target, desk.bundle(second)).unwrap();
    let running = desk.found();
    let log = Log::default();
    tracing::subscriber::with_default(log.subscriber(), || {
        for _ in 0..3 {
            let standing = running.standing().unwrap();
            assert_eq!(standing.served.unwrap().serial, first);
            let unfit = standing.unfit.unwrap();
            assert!(unfit.serial == second && matches!(unfit.trouble, Trouble::Unread(_)), "{unfit:?}");
        }
        let told = log.told();
        assert_eq!(told.lines().count(), 1, "{told}");
        assert!(told.contains("cannot be read: ") && told.contains("look at its permissions"), "{told}");
        assert!(!told.contains("damaged") && !told.contains("publish it again"), "{told}");
        fs::remove_dir(&target).unwrap();
        fs::rename(&away, &target).unwrap();
        let standing = running.standing().unwrap();
        assert!(standing.served.unwrap().serial == second && standing.unfit.is_none());
    });
}

/// What is logged, a line each.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl Log {
    fn subscriber(&self) -> impl tracing::Subscriber + use<> {
        let log = self.clone();
        tracing_subscriber::fmt().with_ansi(false).with_writer(move || log.clone()).finish()
    }

    fn told(&self) -> String {
        String::from_utf8(self.0.lock().unwrap().clone()).unwrap()
    }
}

impl io::Write for Log {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
