//! Looks for barriers on a page with axe-core, as far as a program can find them.

use std::fs;
use std::path::Path;

use serde_json::Value;

use crate::Browser;

/// What is asked of every page: WCAG 2.2 AA, and what axe-core calls best practice.
const RULES: [&str; 6] = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];

/// The barriers of the page that is open: which rule, on what, and what helps.
///
/// # Panics
/// When axe-core is not there, or did not look.
#[must_use]
pub fn barriers(browser: &Browser) -> Vec<String> {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../target/tools/axe-core-4.14.1/axe.min.js");
    let axe = fs::read_to_string(&file)
        .unwrap_or_else(|error| panic!("{}: {error}; run script/setup --browser", file.display()));
    let _ = browser.runs(&axe);
    let rules = serde_json::to_string(&RULES).unwrap();
    let found = browser.runs_to_its_end(&format!(
        "const done = arguments[arguments.length - 1];\
         axe.run(document, {{ runOnly: {rules} }}).then(done, error => done({{ error: String(error) }}));"
    ));
    assert!(
        found["passes"].as_array().is_some_and(|passes| passes.len() > 10),
        "axe-core did not look: {found}"
    );
    found["violations"].as_array().unwrap().iter().flat_map(told).collect()
}

fn told(violation: &Value) -> Vec<String> {
    let rule = violation["id"].as_str().unwrap_or_default();
    let nodes = violation["nodes"].as_array().into_iter().flatten();
    nodes.map(|node| format!("{rule}: {} – {}", node["html"], node["failureSummary"])).collect()
}
