//! Bundles that are whole, changed, cut off, forged, or full of lies. All that is in them is made up.

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{ECDSA_P256_SHA256_ASN1_SIGNING, EcdsaKeyPair};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;

use super::*;

/// A made-up authority: its certificate, and its private key (PKCS#8) in base64.
const AUTHORITY: &str = include_str!("../rotation/authority.pem");
const AUTHORITY_KEY: &str = include_str!("../rotation/authority.key");
const OTHER_AUTHORITY: &str = include_str!("../rotation/other-authority.pem");

fn authority_signs(bytes: &[u8]) -> Result<Vec<u8>, SealError> {
    let key: String = AUTHORITY_KEY.lines().filter(|line| !line.starts_with('-')).collect();
    let pair =
        EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_ASN1_SIGNING, &BASE64.decode(key).unwrap()).unwrap();
    Ok(pair.sign(&SystemRandom::new(), bytes).unwrap().as_ref().to_vec())
}

fn at() -> Timestamp {
    "2026-11-22T09:00:00Z".parse().unwrap()
}

fn key() -> (CatalogueKey, CatalogueKeyNotice) {
    let key = CatalogueKey::from_base64(&CatalogueKey::generate().unwrap()).unwrap();
    let notice = CatalogueKeyNotice::vouched_for(&key, at(), authority_signs).unwrap();
    (key, notice)
}

fn file(name: &str, content: &[u8]) -> CatalogueFile {
    CatalogueFile { name: name.to_owned(), content: content.to_vec() }
}

fn draft(files: Vec<CatalogueFile>) -> Draft {
    Draft {
        municipality: "Voorbeeldhuizen".to_owned(),
        serial: 7,
        version: "2026-11-22.1".to_owned(),
        published_at: at(),
        files,
    }
}

fn small() -> Vec<CatalogueFile> {
    vec![file("municipality.toml", b"version = \"1\"\n"), file("tasks/call-back.toml", b"made up")]
}

fn published(files: Vec<CatalogueFile>) -> Vec<u8> {
    let (key, notice) = key();
    pack(draft(files), &key, &notice).unwrap()
}

/// A bundle of which the hub itself signed something else than it packed.
fn lying(change: impl FnOnce(&mut CatalogueManifest, &mut Vec<u8>)) -> Vec<u8> {
    let (key, notice) = key();
    let honest = pack(draft(small()), &key, &notice).unwrap();
    let (mut manifest, mut payload) =
        (manifest_of(&honest).unwrap(), split(&honest).unwrap().payload.to_vec());
    change(&mut manifest, &mut payload);
    let manifest = serde_json::to_vec(&manifest).unwrap();
    let signature = key.sign(&manifest).unwrap();
    [FORMAT_LINE, signature.as_bytes(), &manifest, &payload].join(&b'\n')
}

fn refused(bundle: &[u8]) -> BundleError {
    match Verified::open(bundle, AUTHORITY) {
        Err(error) => error,
        Ok(verified) => verified.files().expect_err("a pillar took what it should refuse"),
    }
}

#[test]
fn the_same_files_are_the_same_however_they_are_packed_and_others_are_others() {
    let (key, notice) = key();
    let told = |level, files: Vec<CatalogueFile>| {
        let bundle = pack_at(level, draft(files), &key, &notice).unwrap();
        let verified = Verified::open(&bundle, AUTHORITY).unwrap();
        (verified.manifest().payload.sha256.clone(), digest_of_files(&verified.files().unwrap()))
    };
    // Long enough that the levels compress it in other ways.
    let long = || file("tasks/long.toml", "one two three four five ".repeat(400).as_bytes());
    let with_long = || small().into_iter().chain([long()]).collect::<Vec<_>>();
    let (hard, light) = (told(19, with_long()), told(1, with_long()));
    assert_ne!(hard.0, light.0, "they were packed alike, and nothing was tested");
    assert_eq!(hard.1, light.1);
    let moved = vec![file("a.toml", b"onetwo"), file("b.toml", b"")];
    let unmoved = vec![file("a.toml", b"one"), file("b.toml", b"two")];
    let renamed = vec![file("a.toml", b"one"), file("c.toml", b"two")];
    let digests = [moved, unmoved, renamed].map(|files| told(19, files).1);
    assert!(digests[0] != digests[1] && digests[1] != digests[2] && digests[0] != digests[2]);
}

#[test]
fn what_was_published_is_unpacked_as_it_was() {
    let mut files = small();
    files.reverse();
    let bundle = published(files);
    let verified = Verified::open(&bundle, AUTHORITY).unwrap();
    assert_eq!((verified.manifest().serial, verified.manifest().version.as_str()), (7, "2026-11-22.1"));
    assert_eq!(verified.files().unwrap(), small());
    assert_eq!(manifest_of(&bundle).unwrap(), *verified.manifest());
}

#[test]
fn a_level_that_zstd_does_not_have_is_another_and_the_highest_ones_make_what_nobody_opens() {
    let (key, notice) = key();
    let lines: String = (0..5_000).map(|line| format!("{line}: {}\n", line * 7_919 % 1_013)).collect();
    let packed_at = |level| {
        let files = vec![file("municipality.toml", lines.as_bytes())];
        let bundle = pack_at(level, draft(files), &key, &notice).unwrap();
        let opens = Verified::open(&bundle, AUTHORITY).unwrap().files().is_ok();
        (manifest_of(&bundle).unwrap().payload, opens)
    };
    assert_eq!(packed_at(i32::MAX), packed_at(22));
    assert_eq!(packed_at(0), packed_at(3));
    for (level, opens) in [(i32::MIN, true), (-1, true), (1, true), (19, true), (20, false), (22, false)] {
        assert_eq!(packed_at(level).1, opens, "{level}");
    }
}

#[test]
fn the_same_files_make_the_same_payload_also_with_another_key() {
    let payload = |bundle: &[u8]| manifest_of(bundle).unwrap().payload;
    assert_eq!(payload(&published(small())), payload(&published(small())));
}

#[test]
fn a_bundle_in_which_any_bit_is_flipped_is_refused() {
    let bundle = published(small());
    for place in 0..bundle.len() {
        for bit in 0..8 {
            let mut changed = bundle.clone();
            changed[place] ^= 1 << bit;
            assert!(Verified::open(&changed, AUTHORITY).is_err(), "byte {place}, bit {bit}");
        }
    }
}

#[test]
fn a_bundle_in_which_any_byte_is_missing_or_too_many_is_refused() {
    let bundle = published(small());
    for place in 0..bundle.len() {
        assert!(Verified::open(&bundle[..place], AUTHORITY).is_err(), "cut off at {place}");
        let mut without = bundle.clone();
        without.remove(place);
        assert!(Verified::open(&without, AUTHORITY).is_err(), "without byte {place}");
    }
    let mut longer = bundle.clone();
    longer.push(0);
    assert!(matches!(refused(&longer), BundleError::Damaged(_)));
}

#[test]
fn a_bundle_of_another_hub_is_refused_and_so_is_one_that_nobody_signed() {
    let bundle = published(small());
    let by_another = Verified::open(&bundle, OTHER_AUTHORITY);
    assert_eq!(by_another.err(), Some(BundleError::NotVouchedFor));
    let parts = split(&bundle).unwrap();
    let unsigned = [FORMAT_LINE, b"", parts.manifest, parts.payload].join(&b'\n');
    assert_eq!(refused(&unsigned), BundleError::Signature);
    assert_eq!(refused(b""), BundleError::NoBundle);
    assert_eq!(refused(b"<html>welcome to the wifi of the shop</html>\n"), BundleError::NoBundle);
    assert_eq!(refused(b"zuil catalogue 2\n"), BundleError::OtherFormat);
}

#[test]
fn who_has_the_keys_notice_but_not_the_key_publishes_nothing() {
    let (_, notice) = key();
    let (stranger, _) = key();
    let forged = pack(draft(small()), &stranger, &notice).unwrap();
    assert_eq!(refused(&forged), BundleError::Signature);
}

#[test]
fn a_sealing_keys_signature_does_not_vouch_for_a_key_of_catalogues() {
    let (key, mut notice) = key();
    let made = crate::SealKeyNotice::signed("seal-1", &key.public_key(), at(), authority_signs).unwrap();
    notice.signature = made.signature;
    assert_eq!(refused(&pack(draft(small()), &key, &notice).unwrap()), BundleError::NotVouchedFor);
}

#[test]
fn names_that_lead_out_of_the_folder_or_belong_to_no_catalogue_are_refused() {
    for name in [
        "../zuil.toml",
        "/etc/zuil.toml",
        "tasks/../../zuil.toml",
        "tasks/deep/er.toml",
        "tasks/",
        "tasks",
        "other/a.toml",
        ".hidden.toml",
        "tasks/.toml",
        "a.sh",
        "toml",
        "a\\b.toml",
        "a b.toml",
        "a\0.toml",
        "",
        "é.toml",
    ] {
        assert!(!is_name(name), "{name}");
        let (key, notice) = key();
        let packed = pack(draft(vec![file(name, b"x")]), &key, &notice);
        assert_eq!(packed, Err(BundleError::Name(name.to_owned())));
        let bundle = lying(|manifest, _| manifest.files[0].name = name.to_owned());
        assert_eq!(refused(&bundle), BundleError::Name(name.to_owned()));
    }
    assert!(!is_name(&format!("{}.toml", "x".repeat(LONGEST_NAME))));
    for name in ["municipality.toml", "logo.svg", "tasks/call-back.toml", "answers/waste_pass.toml"] {
        assert!(is_name(name), "{name}");
    }
}

#[test]
fn a_hub_that_signs_something_else_than_it_packs_is_not_believed() {
    let bomb = lying(|manifest, payload| {
        *payload = zstd::encode_all(&vec![0; 64 * 1024 * 1024][..], 3).unwrap();
        manifest.payload = Payload { bytes: payload.len() as u64, sha256: sha256(payload) };
    });
    assert!(matches!(refused(&bomb), BundleError::Damaged(_)));
    let short = lying(|manifest, _| manifest.files[0].bytes += 1);
    assert!(matches!(refused(&short), BundleError::Damaged(_)));
    let twice = lying(|manifest, _| manifest.files[1].name = manifest.files[0].name.clone());
    assert!(matches!(refused(&twice), BundleError::Damaged(_)));
    let huge = lying(|manifest, _| manifest.files[0].bytes = u64::MAX);
    assert_eq!(refused(&huge), BundleError::TooMuch);
    let many = lying(|manifest, _| {
        let all = (0..=MOST_FILES).map(|number| PackedFile { name: format!("{number:05}.toml"), bytes: 0 });
        manifest.files = all.collect();
    });
    assert_eq!(refused(&many), BundleError::TooMuch);
}

#[test]
fn what_no_pillar_would_take_is_not_packed() {
    let (key, notice) = key();
    let packed = |files| pack(draft(files), &key, &notice).err();
    let large = vec![0; LARGEST_FILE + 1];
    assert_eq!(packed(vec![file("fees.toml", &large)]), Some(BundleError::TooMuch));
    assert_eq!(refused(&vec![b'\n'; LARGEST_BUNDLE + 1]), BundleError::TooLarge);
    assert!(matches!(packed(vec![file("a.toml", b""), file("a.toml", b"")]), Some(BundleError::Damaged(_))));
}
