//! Every page for staff, looked at for barriers: in both languages, light and dark, wide and narrow.

use std::fs;
use std::path::{Path, PathBuf};

use jiff::Timestamp;
use zuil_browser::{Browser, Look, barriers};
use zuil_hub::connectors::ConnectorsConfig;
use zuil_wire::Reference;

use super::office::{AGENT, DRAFT, EVERYTHING, Office, PILLAR};
use crate::harness::{hub, hub_with};

/// Pages that a half signed-in visitor sees, which have a story of their own, and what is no page.
const ELSEWHERE: [&str; 14] = [
    "/pillars/{name}/attachments/{id}",
    "/login",
    "/login/sso",
    "/login/sso/done",
    "/login/code",
    "/login/app",
    "/health",
    "/style.css",
    "/branding.css",
    "/icon.svg",
    "/live.js",
    "/live/pillars",
    "/live/pillars/list",
    "/drafts/{id}/file",
];
/// Narrow as a telephone, or a screen enlarged four times (WCAG 2.2, 1.4.10 Reflow).
const NARROW: u32 = 320;
/// An ordinary screen.
pub(super) const WIDE: u32 = 1280;

/// Every page that the table of permissions names, with what stands at the hub in its gaps.
fn every_page() -> Vec<String> {
    let table = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/permissions.md");
    let table = fs::read_to_string(table).unwrap();
    let routes = table.lines().filter_map(|line| Some(line.split_once("`GET ")?.1.split_once('`')?.0));
    let pages = routes.filter(|path| !ELSEWHERE.contains(path) && !path.ends_with(".csv"));
    let pages: Vec<String> = pages.map(filled_in).collect();
    assert!(pages.len() > 8, "the table is read: {pages:?}");
    pages
}

/// A route with what stands at the hub in its gaps.
fn filled_in(route: &str) -> String {
    let (paid, payment) = (Office::paid().to_string(), Office::open_payment().to_string());
    let gaps = [
        ("/staff/{name}", format!("/staff/{EVERYTHING}")),
        ("{id}", DRAFT.into()),
        ("{name}", PILLAR.into()),
        ("{pillar}", PILLAR.into()),
        ("{reference}", paid),
        ("{payment}", payment),
        ("{finding}", "paid".into()),
        ("{code}", Office::code().keys().id.to_string()),
        ("{kind}", "close".into()),
    ];
    let path = gaps.iter().fold(route.to_owned(), |path, (gap, with)| path.replace(gap, with));
    assert!(!path.contains('{'), "say in this test what stands in the gap of {path}");
    path
}

/// Looks at the page that is open at both widths, and keeps its pictures.
pub(super) fn looked_at(browser: &Browser, pictures: &Path, name: &str) -> Vec<String> {
    let mut found = Vec::new();
    for wide in [WIDE, NARROW] {
        browser.is_wide(wide);
        fs::write(pictures.join(format!("{name}-{wide}.png")), browser.picture()).unwrap();
        let over = browser
            .runs("return document.documentElement.scrollWidth - document.documentElement.clientWidth");
        if over.as_i64() != Some(0) {
            found.push(format!("{name} at {wide}: {over} pixels stand outside the window"));
        }
        found.extend(barriers(browser).into_iter().map(|barrier| format!("{name} at {wide}: {barrier}")));
    }
    found
}

pub(super) fn pictures() -> PathBuf {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../target/gallery/hub");
    fs::create_dir_all(&folder).unwrap();
    folder
}

fn no_page_has_a_barrier(look: Look) {
    // Nothing is published, so that requests cannot be sent on and wait for staff.
    let office = Office::of(hub_with(|config| config.connectors = Some(ConnectorsConfig::default())));
    let office = office.after_a_day();
    office.until(|store| store.waiting_handovers().unwrap().iter().any(|waiting| waiting.count == 4));
    let store = &office.hub.running.store;
    store.take_call_back(Reference::from_bits(4), EVERYTHING, None, Timestamp::now()).unwrap();
    store.take_call_back(Reference::from_bits(5), AGENT, None, Timestamp::now()).unwrap();
    let browser = office.browser_of(EVERYTHING, look);
    let mut found = Vec::new();
    for language in ["nl", "en"] {
        for page in every_page() {
            browser.goes_to(&format!("{page}?lang={language}"));
            let name = format!("{language}-{look:?}{}", page.replace('/', "-")).to_lowercase();
            found.extend(looked_at(&browser, &pictures(), &name));
        }
    }
    assert!(found.is_empty(), "{} barriers:\n{}", found.len(), found.join("\n"));
}

#[test]
fn axe_finds_no_barrier_on_any_page_in_the_light() {
    no_page_has_a_barrier(Look::Light);
}

#[test]
fn axe_finds_no_barrier_on_any_page_in_the_dark() {
    no_page_has_a_barrier(Look::Dark);
}

#[test]
fn axe_finds_a_barrier_where_one_is() {
    let office = Office::of(hub());
    let browser = office.browser(Look::Light);
    browser.goes_to("/login");
    assert_eq!(barriers(&browser), Vec::<String>::new());
    let _ = browser.runs("document.querySelector('label').remove(); document.documentElement.lang = ''");
    let found = barriers(&browser).join("\n");
    assert!(found.contains("label: ") && found.contains("html-has-lang: "), "{found}");
}
