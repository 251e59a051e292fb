//! What `script/demo --walkthrough` and `script/image check` show, asked as they ask it.

use std::path::Path;
use std::process::Command;

use serde_json::Value;
use tempfile::TempDir;

/// Walks through an errand with the program that people start, and gives the line that is left of it.
fn walked(arguments: &[&str]) -> Value {
    let out = TempDir::new().unwrap();
    let output = Command::new(env!("CARGO_BIN_EXE_zuil-demo"))
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .arg("walkthrough")
        .args(arguments)
        .arg("--out")
        .arg(out.path())
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let left: Value =
        serde_json::from_str(String::from_utf8_lossy(&output.stdout).lines().last().unwrap()).unwrap();
    let paper = Path::new(left["receipt_png"].as_str().unwrap());
    assert!(paper.starts_with(out.path()) && paper.exists(), "{left}");
    left
}

#[test]
fn a_scripted_resident_pays_an_errand_at_the_pillar_of_the_demo() {
    let left = walked(&["--language", "en"]);
    assert_eq!((&left["state"], &left["printed"]), (&"received".into(), &true.into()), "{left}");
}

#[test]
fn a_pillar_as_the_image_sets_it_up_is_enrolled_at_its_screen_and_does_a_paid_errand() {
    let left = walked(&["--kiosk"]);
    assert!(left["paid_cents"].as_u64().is_some_and(|cents| cents > 0), "{left}");
}
