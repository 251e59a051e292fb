//! The pillar looks at itself once, before it serves: fetches what the municipality publishes, has the doctor look at
//! everything, and keeps the report as a page and for the hub.
//!
//! Invariant: it comes to an end, whatever hangs; nothing is charged; what could not be kept is said.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;
use std::{fs, io};

use jiff::Timestamp;
use uuid::Uuid;
use zuil_catalogue::Language;
use zuil_wire::service::{Readiness, ReadinessFinding};
use zuil_wire::{Binding, ReadinessReport};

use crate::config::Config;
use crate::doctor::{Check, Order, Report, TEST_RECEIPT, Verdict, examine, pdf};
use crate::machine::{self, Machine};
use crate::maintenance::ServiceFiles;
use crate::pillar::newcomer::Found;
use crate::pillar::published::{self, Published};
use crate::pillar::{beginning, hardware};
use crate::sync::{self, Fetched, HttpsHub, Line, Publisher, Shelf};
use crate::texts::say;

/// The page with the report, in the data folder.
const PAGE: &str = "readiness.pdf";
/// The version of the protocol in which the hub is told of it.
const VERSION: u16 = 5;
/// For so long the hub's catalogue is waited for; the pillar fetches it again when it serves.
const FETCH_TIME: Duration = Duration::from_secs(45);

/// Looks at everything. It takes up to two minutes, and up to one more in languages that only the screen speaks.
pub(super) fn look(config: &Config, language: Language) -> Found {
    let binding = sync::read_binding(&config.binding).ok();
    if let Some(binding) = &binding {
        fetch_catalogue(config, binding);
    }
    let order = Order { config: config.file.clone(), language, print: true };
    let report = examine(&order, Timestamp::now);
    let site = binding.as_ref().and_then(|binding| site(config, binding));
    let kept = keep(&config.data_dir, &for_later(&order, &report));
    if let Err(error) = &kept {
        tracing::error!(%error, "the report on whether this pillar is ready could not be kept; look at the disk");
    }
    Found { report, site, file: kept.is_ok().then(|| PAGE.to_owned()) }
}

/// The report for whoever reads it later, at the municipality: in Dutch or English, whose letters the page has, too. For one
/// in another language the pillar looks once more; the receipt that it printed is on paper already.
fn for_later(order: &Order, report: &Report) -> Report {
    if [Language::Nl, Language::En].contains(&report.language) {
        return report.clone();
    }
    let language = Language::En;
    let mut later = examine(&Order { language, print: false, ..order.clone() }, Timestamp::now);
    let receipt = report.checks.iter().find(|check| check.id == TEST_RECEIPT);
    later.checks.extend(receipt.map(|receipt| Check {
        name: say(language, "Test receipt").to_owned(),
        seen: receipt.verdict.word(language).to_owned(),
        next: String::new(),
        ..*receipt
    }));
    later
}

/// What people call the building in which the pillar stands.
fn site(config: &Config, binding: &Binding) -> Option<String> {
    let catalogue = beginning(config, Some(&binding.authority)).catalogue.ok()?;
    let site = catalogue.sites.of_pillar(&binding.pillar)?;
    Some(format!("{}, {}, {}", site.name, site.address, site.town))
}

/// Fetches what the municipality publishes, so that the pillar knows where it stands. When that does not work, nothing is
/// lost.
fn fetch_catalogue(config: &Config, binding: &Binding) {
    let fetched = match newest(config, binding) {
        Ok(Fetched::Other(bundle)) => bundle,
        Ok(Fetched::Known(_) | Fetched::Nothing) => return,
        Err(error) => {
            tracing::warn!(error, "the hub's catalogue did not come yet");
            return;
        }
    };
    let (folder, image) = (published::folder(config), config.catalogue_dir.clone());
    let taken = Published::open(folder, image, &binding.authority, Box::new(|_| {}))
        .map_err(|error| error.to_string())
        .and_then(|(published, _)| published.take(&fetched).map_err(|error| error.to_string()));
    if let Err(error) = taken {
        tracing::warn!(error, "the hub's catalogue is not put into use");
    }
}

fn newest(config: &Config, binding: &Binding) -> Result<Fetched, String> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let runtime = runtime.map_err(|error| error.to_string())?;
    let time = hardware::time(config, Machine::of(machine::Places::default()));
    let line = Line { time, max_kilobits: config.sync.max_kilobits };
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let newest = runtime.block_on(async {
        let hub = HttpsHub::new(binding, line, &provider).map_err(|error| error.to_string())?;
        let newest = tokio::time::timeout(FETCH_TIME, hub.newest(&[])).await;
        newest.map_err(|_| "it took too long".to_owned())?.map_err(|error| error.to_string())
    });
    // A look-up of a name that hangs is left behind.
    runtime.shutdown_background();
    newest
}

/// Keeps the report: as a page, and for the hub, which hears of it also where the page could not be kept.
fn keep(data_dir: &Path, report: &Report) -> io::Result<()> {
    let page = keep_page(data_dir, report);
    let for_hub = ServiceFiles::of(data_dir).keep_readiness(for_the_hub(report, Timestamp::now()));
    page.and(for_hub)
}

fn keep_page(data_dir: &Path, report: &Report) -> io::Result<()> {
    let page = pdf::page(report).map_err(io::Error::other)?;
    let (file, draft) = (data_dir.join(PAGE), data_dir.join("readiness.pdf.draft"));
    fs::write(&draft, page)?;
    fs::File::open(&draft)?.sync_all()?;
    fs::rename(draft, file)
}

/// The report as the hub takes it.
fn for_the_hub(report: &Report, at: Timestamp) -> ReadinessReport {
    let cut = |text: &str, most: usize| text.chars().take(most).collect::<String>();
    let findings = report.checks.iter().filter(|check| check.verdict != Verdict::NotThere);
    let findings = findings.take(ReadinessReport::MAX_FINDINGS).map(|check| {
        let said = if check.next.is_empty() {
            check.seen.clone()
        } else {
            format!("{}; {}", check.seen, check.next)
        };
        ReadinessFinding {
            check: cut(check.id, ReadinessReport::LONGEST_CHECK),
            state: match check.verdict {
                Verdict::NotThere | Verdict::Ok => Readiness::Good,
                Verdict::Attention => Readiness::Attention,
                Verdict::Failed => Readiness::Bad,
            },
            said: cut(&said, ReadinessReport::LONGEST_SAID),
        }
    });
    ReadinessReport { version: VERSION, id: Uuid::now_v7(), at, findings: findings.collect() }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn report(checks: Vec<Check>) -> Report {
        let at = jiff::civil::date(2026, 11, 24).at(12, 0, 0, 0);
        let (language, version) = (Language::Nl, "0.1.0".to_owned());
        Report { language, municipality: None, pillar: None, at, version, checks }
    }

    fn check(id: &'static str, verdict: Verdict, seen: &str, next: &str) -> Check {
        Check { id, name: id.to_owned(), verdict, seen: seen.to_owned(), next: next.to_owned() }
    }

    #[test]
    fn the_hub_hears_of_what_is_there_with_what_to_do_and_no_more_than_it_takes() {
        let long = "é".repeat(2_000);
        let mut checks = vec![
            check("printer", Verdict::Failed, "its roll is empty", "put a new roll in"),
            check("pass-reader", Verdict::NotThere, "the settings name none", ""),
            check("outbox", Verdict::Ok, &long, ""),
        ];
        checks.extend((0..100).map(|_| check("more", Verdict::Attention, "seen", "")));
        let told = for_the_hub(&report(checks), Timestamp::UNIX_EPOCH);
        assert_eq!(told.findings.len(), ReadinessReport::MAX_FINDINGS);
        let first = &told.findings[0];
        assert_eq!((first.check.as_str(), first.state), ("printer", Readiness::Bad));
        assert_eq!(first.said, "its roll is empty; put a new roll in");
        assert_eq!(told.findings[1].said.chars().count(), ReadinessReport::LONGEST_SAID);
        assert_eq!(told.worst(), Readiness::Bad);
    }

    #[test]
    fn who_reads_it_later_reads_dutch_or_english_also_of_the_receipt_that_was_printed() {
        let order = Order { config: "/nowhere/zuil.toml".into(), language: Language::Uk, print: true };
        let mut shown = examine(&order, Timestamp::now);
        shown.checks.push(check(TEST_RECEIPT, Verdict::Failed, "не надруковано", "вставте новий рулон"));
        let later = for_later(&order, &shown);
        let [settings, receipt] = later.checks.as_slice() else { panic!("{:#?}", later.checks) };
        assert_eq!((later.language, later.verdict()), (Language::En, Verdict::Failed));
        assert!(settings.next.starts_with("correct the settings"), "{}", settings.next);
        assert_eq!((receipt.name.as_str(), receipt.seen.as_str()), ("Test receipt", "failed"));
        let dutch = Report { language: Language::Nl, ..shown };
        assert_eq!(for_later(&order, &dutch), dutch, "once is enough");
    }

    #[test]
    fn the_report_is_kept_as_a_page_and_for_the_hub() {
        let folder = tempfile::tempdir().unwrap();
        keep(folder.path(), &report(vec![check("clock", Verdict::Ok, "right", "")])).unwrap();
        let page = fs::read(folder.path().join(PAGE)).unwrap();
        assert!(page.starts_with(b"%PDF"));
        let kept = ServiceFiles::of(folder.path()).readiness().unwrap();
        assert_eq!((kept.version, kept.findings.len()), (VERSION, 1));
        assert!(keep(&folder.path().join("nowhere"), &report(Vec::new())).is_err());
    }

    #[test]
    fn the_hub_hears_of_it_also_where_the_page_cannot_be_kept() {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir(folder.path().join("readiness.pdf.draft")).unwrap();
        assert!(keep(folder.path(), &report(vec![check("clock", Verdict::Ok, "right", "")])).is_err());
        assert!(ServiceFiles::of(folder.path()).readiness().is_some());
    }
}
