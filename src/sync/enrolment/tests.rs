//! What is on the disk while a pillar is enrolled, whenever the power goes.

use std::fs;
use std::io;
use std::os::unix::fs::PermissionsExt;

use super::super::files::Written;
use super::*;

fn bound_to(hub: &str) -> Binding {
    let (signing_key, _) = zuil_wire::seal::SigningKey::generate().unwrap();
    let (_, seal_public_key) = zuil_wire::seal::OpenKey::generate().unwrap();
    Binding {
        pillar: "bieb".into(),
        hub_url: hub.into(),
        authority: String::new(),
        certificate: String::new(),
        private_key: String::new(),
        signing_key: signing_key.to_string(),
        seal_key_id: "seal-1".into(),
        seal_public_key,
    }
}

#[test]
fn a_power_cut_while_the_binding_is_written_leaves_none_or_all_of_it() {
    for (cut_at, is_there) in [(Written::Half, false), (Written::Draft, false), (Written::Named, true)] {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("binding.json");
        let mut cut = |done| if done == cut_at { Err(io::Error::other("the power is gone")) } else { Ok(()) };
        binding::keep(&file, &bound_to("https://hub.example.nl"), &mut cut).unwrap_err();
        assert_eq!(is_unbound(&file).unwrap(), !is_there, "{cut_at:?}");
        binding::keep(&file, &bound_to("https://other.example.nl"), &mut |_| Ok(())).unwrap();
        assert_eq!(super::super::read_binding(&file).unwrap().hub_url, "https://other.example.nl");
    }
}

#[test]
fn a_power_cut_while_a_binding_is_replaced_leaves_one_that_works() {
    for cut_at in [Written::Half, Written::Draft, Written::Named] {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("binding.json");
        binding::keep(&file, &bound_to("https://old.example.nl"), &mut |_| Ok(())).unwrap();
        let mut cut = |done| if done == cut_at { Err(io::Error::other("the power is gone")) } else { Ok(()) };
        binding::keep(&file, &bound_to("https://new.example.nl"), &mut cut).unwrap_err();
        let left = super::super::read_binding(&file).unwrap().hub_url.clone();
        let expected =
            if cut_at == Written::Named { "https://new.example.nl" } else { "https://old.example.nl" };
        assert_eq!(left, expected);
    }
}

#[test]
fn the_keys_are_the_same_until_the_pillar_is_bound_and_nobody_else_can_read_them() {
    let folder = tempfile::tempdir().unwrap();
    let binding = folder.path().join("binding.json");
    let first = Keys::kept_beside(&binding).unwrap();
    let again = Keys::kept_beside(&binding).unwrap();
    assert_eq!((&first.private_key, &first.signing_request), (&again.private_key, &again.signing_request));
    let file = fs::read_dir(folder.path()).unwrap().next().unwrap().unwrap().path();
    assert_eq!(fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
    let whole = fs::read(&file).unwrap();
    fs::write(&file, &whole[..whole.len() / 2]).unwrap();
    let other = Keys::kept_beside(&binding).unwrap();
    assert_ne!(other.private_key, first.private_key);
    assert_eq!(Keys::kept_beside(&binding).unwrap().private_key, other.private_key);
}

#[test]
fn a_wiped_pillar_has_neither_binding_nor_keys_left() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("binding.json");
    assert!(!wipe(&file).unwrap());
    Keys::kept_beside(&file).unwrap();
    binding::keep(&file, &bound_to("https://hub.example.nl"), &mut |_| Ok(())).unwrap();
    assert!(wipe(&file).unwrap());
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
    assert!(is_unbound(&file).unwrap());
}
