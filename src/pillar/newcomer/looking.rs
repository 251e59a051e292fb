//! The last step of the first boot: the pillar looks at itself, says what it found, and is ready.
//!
//! Invariant: what needs a person comes first, with what to do; nobody is served before a person says so.

use zuil_catalogue::Language;

use super::{choice, row};
use crate::doctor::{Check, Report, Verdict};
use crate::texts::{fill, say};
use crate::visit::{Intent, PanelMark, PanelRow, PanelView};

/// What the pillar found of itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::pillar) struct Found {
    /// What the doctor found.
    pub report: Report,
    /// What people call the building in which it stands, where the catalogue knows.
    pub site: Option<String>,
    /// The file with the report, when it could be written.
    pub file: Option<String>,
}

/// What came of what the technician did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Did {
    Nothing,
    /// It looks once more.
    Looks,
    /// It serves from now on.
    Begins,
}

#[derive(Default)]
enum Page {
    /// It has yet to begin.
    #[default]
    Before,
    Busy,
    Found(Box<Found>),
    Ready(Box<Found>),
}

/// The step.
#[derive(Default)]
pub(super) struct Looking {
    page: Page,
}

impl Looking {
    /// Whether it has yet to begin; it begins now.
    pub(super) fn begins(&mut self) -> bool {
        let is_due = matches!(self.page, Page::Before);
        if is_due {
            self.page = Page::Busy;
        }
        is_due
    }

    pub(super) fn found(&mut self, found: Found) {
        if matches!(self.page, Page::Busy) {
            self.page = Page::Found(Box::new(found));
        }
    }

    pub(super) fn can_go_back(&self) -> bool {
        matches!(self.page, Page::Ready(_))
    }

    pub(super) fn handle(&mut self, intent: &Intent) -> Did {
        let (page, did) = match (std::mem::take(&mut self.page), intent) {
            (Page::Found(_) | Page::Ready(_), Intent::Pick(0)) => (Page::Busy, Did::Looks),
            (Page::Found(found), Intent::Pick(1)) => (Page::Ready(found), Did::Nothing),
            (Page::Ready(found), Intent::Pick(1)) => (Page::Ready(found), Did::Begins),
            (Page::Ready(found), Intent::Back) => (Page::Found(found), Did::Nothing),
            (page, _) => (page, Did::Nothing),
        };
        self.page = page;
        did
    }

    pub(super) fn panel(&self, language: Language) -> PanelView {
        match &self.page {
            Page::Before | Page::Busy => busy(language),
            Page::Found(found) => {
                let mut panel = what_was_found(language, found);
                let again = say(language, "Look once more");
                panel.choices = vec![choice(again, ""), choice(say(language, "Go on"), "")];
                panel
            }
            Page::Ready(found) => ready(language, found),
        }
    }
}

fn busy(language: Language) -> PanelView {
    let texts = [
        say(language, "It looks at its devices, its network and its disk. That takes up to two minutes."),
        say(language, "A test receipt is printed. Nothing is charged."),
    ];
    PanelView {
        title: say(language, "This pillar looks at itself").to_owned(),
        texts: texts.map(str::to_owned).to_vec(),
        rows: vec![row(say(language, "One moment"), "", PanelMark::Busy)],
        ..PanelView::default()
    }
}

fn what_was_found(language: Language, found: &Found) -> PanelView {
    let mut checks: Vec<&Check> = found.report.checks.iter().collect();
    checks.retain(|check| check.verdict != Verdict::NotThere);
    // The worst first; of the same, in the order of the report.
    checks.sort_by_key(|check| std::cmp::Reverse(check.verdict));
    PanelView {
        title: headline(language, &found.report).to_owned(),
        rows: checks.into_iter().map(|check| line(language, check)).collect(),
        ..PanelView::default()
    }
}

fn ready(language: Language, found: &Found) -> PanelView {
    let Found { report, site, file } = found;
    let unknown = say(language, "unknown");
    let said = |value: Option<&str>| value.unwrap_or(unknown).to_owned();
    let count = |verdict| report.checks.iter().filter(|check| check.verdict == verdict).count();
    let (failed, attention) = (count(Verdict::Failed), count(Verdict::Attention));
    let of_failed = if failed == 0 { PanelMark::Good } else { PanelMark::Bad };
    let of_attention = if attention == 0 { PanelMark::Good } else { PanelMark::Attention };
    let texts = match file {
        Some(file) => {
            let kept = say(language, "The report is kept here as {file}, and the hub gets it.");
            fill(kept, &[("file", file)])
        }
        None => say(language, "The report could not be kept here. Look at the disk.").to_owned(),
    };
    PanelView {
        title: headline(language, report).to_owned(),
        texts: vec![texts],
        rows: vec![
            row(say(language, "Municipality"), &said(report.municipality.as_deref()), PanelMark::None),
            row(say(language, "Name of this pillar"), &said(report.pillar.as_deref()), PanelMark::None),
            row(say(language, "Where it stands"), &said(site.as_deref()), PanelMark::None),
            row(say(language, "What does not work"), &failed.to_string(), of_failed),
            row(say(language, "What needs a look"), &attention.to_string(), of_attention),
        ],
        choices: vec![
            choice(say(language, "Look once more"), ""),
            choice(say(language, "Begin"), say(language, "Residents are served from now on.")),
        ],
        ..PanelView::default()
    }
}

fn headline(language: Language, report: &Report) -> &'static str {
    match report.verdict() {
        Verdict::NotThere | Verdict::Ok => say(language, "This pillar is ready"),
        Verdict::Attention => say(language, "This pillar is ready, and something needs a look"),
        Verdict::Failed => say(language, "This pillar is not ready"),
    }
}

fn line(language: Language, check: &Check) -> PanelRow {
    let value = match check.verdict {
        Verdict::NotThere | Verdict::Ok => say(language, "in order").to_owned(),
        Verdict::Attention | Verdict::Failed if check.next.is_empty() => check.seen.clone(),
        Verdict::Attention | Verdict::Failed => {
            fill(say(language, "{seen}; {next}"), &[("seen", &check.seen), ("next", &check.next)])
        }
    };
    row(&check.name, &value, mark(check.verdict))
}

const fn mark(verdict: Verdict) -> PanelMark {
    match verdict {
        Verdict::NotThere => PanelMark::None,
        Verdict::Ok => PanelMark::Good,
        Verdict::Attention => PanelMark::Attention,
        Verdict::Failed => PanelMark::Bad,
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    fn check(id: &'static str, verdict: Verdict, next: &str) -> Check {
        Check { id, name: id.to_owned(), verdict, seen: format!("{id} seen"), next: next.to_owned() }
    }

    /// A pillar (made up) with a printer that was not plugged in.
    pub fn found() -> Found {
        Found {
            report: Report {
                language: Language::Nl,
                municipality: Some("Voorbeeldhuizen".into()),
                pillar: Some("markt".into()),
                at: jiff::civil::date(2026, 11, 24).at(12, 0, 0, 0),
                version: "0.1.0".into(),
                checks: vec![
                    check("settings", Verdict::Ok, ""),
                    check("clock", Verdict::Attention, "set the clock"),
                    check("pass-reader", Verdict::NotThere, ""),
                    check("printer", Verdict::Failed, "plug it in"),
                ],
            },
            site: Some("Jumbo Marktplein".into()),
            file: Some("readiness.pdf".into()),
        }
    }

    #[test]
    fn it_looks_once_by_itself_and_again_when_asked_to() {
        let mut looking = Looking::default();
        assert!(looking.begins() && !looking.begins());
        assert_eq!(looking.handle(&Intent::Pick(1)), Did::Nothing, "it is looking");
        looking.found(found());
        let panel = looking.panel(Language::En);
        let marks: Vec<_> = panel.rows.iter().map(|row| (row.label.as_str(), row.mark)).collect();
        assert_eq!(
            marks,
            [("printer", PanelMark::Bad), ("clock", PanelMark::Attention), ("settings", PanelMark::Good)]
        );
        assert_eq!(panel.rows[0].value, "printer seen; plug it in");
        assert_eq!(panel.title, "This pillar is not ready");
        assert_eq!(looking.handle(&Intent::Pick(0)), Did::Looks);
        assert_eq!(looking.handle(&Intent::Pick(0)), Did::Nothing, "it is looking already");
        looking.found(found());
        assert_eq!(looking.handle(&Intent::Pick(1)), Did::Nothing);
        let panel = looking.panel(Language::En);
        assert!(panel.rows.iter().any(|row| row.value == "Jumbo Marktplein"));
        assert!(panel.texts[0].contains("readiness.pdf"));
        looking.handle(&Intent::Back);
        assert_eq!(looking.panel(Language::En).rows.len(), 3);
        looking.handle(&Intent::Pick(1));
        assert_eq!(looking.handle(&Intent::Pick(1)), Did::Begins);
    }

    #[test]
    fn what_could_not_be_kept_is_told() {
        let mut looking = Looking::default();
        looking.begins();
        looking.found(Found { site: None, file: None, ..found() });
        looking.handle(&Intent::Pick(1));
        let panel = looking.panel(Language::En);
        assert!(panel.texts[0].contains("could not be kept"));
        assert!(panel.rows.iter().any(|row| row.value == "unknown"));
    }
}
