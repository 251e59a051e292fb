//! Updates are kept whole or not at all.

use super::*;

/// The folder of a made-up update.
pub(super) fn made(version: &str, root: &[u8]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let mut sums = String::new();
    for (piece, content) in
        [("efi", b"kernel".as_slice()), ("verity.raw", b"hashes".as_slice()), ("root.raw", root)]
    {
        let name = format!("zuil_{version}.{piece}.zst");
        let mut digesting = Digesting::default();
        digesting.take(content);
        sums.push_str(&format!("{}  {name}\n", digesting.done()));
        std::fs::write(folder.path().join(name), content).unwrap();
    }
    std::fs::write(folder.path().join(SUMS), sums).unwrap();
    std::fs::write(folder.path().join(SIGNATURE), "signed (made up)").unwrap();
    folder
}

fn version(text: &str) -> SystemVersion {
    text.parse().unwrap()
}

#[test]
fn an_update_is_kept_listed_handed_out_in_parts_and_removed() {
    let data = tempfile::tempdir().unwrap();
    let systems = Systems::of(data.path());
    assert!(systems.list().unwrap().is_empty());
    let kept = ["1.10", "1.9"].map(|version| systems.add(made(version, b"the root").path()).unwrap());
    let [newer, older] = kept;
    assert_eq!(systems.list().unwrap(), [older, newer.clone()]);
    assert_eq!(systems.find(&newer.version).unwrap(), Some(newer.clone()));
    let part = |name, from, last| systems.part(&newer.version, name, from, last).unwrap();
    let of = |bytes: &[u8]| Some(Part { bytes: bytes.into(), of: 8 });
    let root = "zuil_1.10.root.raw.zst";
    assert_eq!(part(root, 0, None), of(b"the root"));
    assert_eq!(part(root, 4, Some(5)), of(b"ro"));
    assert_eq!(part(root, 4, Some(900)), of(b"root"));
    assert_eq!(part(root, 8, None), of(b""));
    for name in ["zuil_1.9.root.raw.zst", "zuil_1.10.root.raw.xz", "../1.9/SHA256SUMS", ""] {
        assert_eq!(part(name, 0, None), None, "{name}");
    }
    assert!(systems.remove(&newer.version).unwrap());
    assert!(!systems.remove(&newer.version).unwrap());
    assert_eq!(systems.list().unwrap().len(), 1);
}

#[test]
fn the_same_may_be_given_twice_and_another_needs_a_version_of_its_own() {
    let data = tempfile::tempdir().unwrap();
    let systems = Systems::of(data.path());
    let update = made("1.2", b"the root");
    let kept = systems.add(update.path()).unwrap();
    assert_eq!(systems.add(update.path()).unwrap(), kept);
    let other = systems.add(made("1.2", b"another root").path());
    assert!(matches!(other, Err(SystemError::VersionTaken(taken)) if taken == version("1.2")));
}

#[test]
fn what_was_damaged_on_its_way_is_not_kept_and_neither_is_what_is_no_update() {
    let data = tempfile::tempdir().unwrap();
    let systems = Systems::of(data.path());
    let damaged = made("1.2", b"the root");
    std::fs::write(damaged.path().join("zuil_1.2.root.raw.zst"), "the rott").unwrap();
    assert!(matches!(systems.add(damaged.path()), Err(SystemError::Digest(name)) if name.contains("root")));
    let without = made("1.2", b"the root");
    std::fs::remove_file(without.path().join("zuil_1.2.verity.raw.zst")).unwrap();
    assert!(matches!(systems.add(without.path()), Err(SystemError::File { .. })));
    let unsigned = made("1.2", b"the root");
    std::fs::write(unsigned.path().join(SIGNATURE), "").unwrap();
    assert!(matches!(systems.add(unsigned.path()), Err(SystemError::List)));
    assert!(systems.list().unwrap().is_empty());
    let draft = data.path().join("system/draft");
    assert!(!draft.exists(), "what was copied of them takes no room");
    // What a copy that was cut off left behind is in nobody's way.
    std::fs::create_dir(&draft).unwrap();
    std::fs::write(draft.join("zuil_1.2.root.raw.zst"), "the ro").unwrap();
    assert_eq!(systems.add(made("1.2", b"the root").path()).unwrap().version, version("1.2"));
}

#[test]
fn an_update_without_room_is_refused_before_anything_is_copied_with_how_much_is_missing() {
    let data = tempfile::tempdir().unwrap();
    let update = made("1.2", b"the root");
    let files = std::fs::read_dir(update.path()).unwrap();
    let bytes: u64 = files.map(|file| file.unwrap().metadata().unwrap().len()).sum();
    let full = Systems { free: |_| Some(STAYS_FREE), ..Systems::of(data.path()) };
    let refused = full.add(update.path()).unwrap_err();
    assert!(matches!(&refused, SystemError::NoRoom { missing, .. } if *missing == bytes), "{refused}");
    assert!(refused.to_string().contains(": 1 MB are missing"), "{refused}");
    assert!(!data.path().join("system/draft").exists() && full.list().unwrap().is_empty());
    let roomy = Systems { free: |_| Some(STAYS_FREE + 10_000), ..Systems::of(data.path()) };
    let kept = roomy.add(update.path()).unwrap();
    assert_eq!(kept.bytes, bytes);
    assert_eq!(full.add(update.path()).unwrap(), kept, "what is kept already needs no room");
    let unknown = Systems { free: |_| None, ..Systems::of(data.path()) };
    unknown.add(made("1.3", b"the root").path()).unwrap();
}
