//! A report as one A4 page, to sign and to keep.
//!
//! Invariant: the same report gives the same bytes, always one page; a character that the fonts lack is
//! shown as a question mark, never as nothing.

mod paper;

use super::{Check, Report, Verdict};
use crate::texts::{fill, say};

use paper::{BLACK, Colour, GREY, LINE, Paper, Weight};

/// The page's inner edges, in millimetres from its left and top.
const LEFT: f32 = 20.0;
const RIGHT: f32 = 190.0;
/// Where names and what was seen begin.
const NAME: f32 = 47.0;
const SEEN: f32 = 93.0;
/// Where the table begins, and where it must end for the signature.
const TABLE_TOP: f32 = 83.0;
const TABLE_BOTTOM: f32 = 254.0;

const GREEN: Colour = Colour(0.0, 0.40, 0.22);
const AMBER: Colour = Colour(0.62, 0.36, 0.0);
const RED: Colour = Colour(0.70, 0.07, 0.07);

/// Why there is no page.
#[derive(Debug, thiserror::Error)]
#[error("the page could not be made: {0}")]
pub struct NoPage(pub(super) String);

/// The report as the bytes of a PDF file.
///
/// # Errors
/// When the PDF library fails.
pub fn page(report: &Report) -> Result<Vec<u8>, NoPage> {
    let mut paper = Paper::new()?;
    head(&mut paper, report);
    verdict(&mut paper, report);
    table(&mut paper, report);
    signature(&mut paper, report);
    paper.into_bytes(say(report.language, "Readiness report"))
}

fn head(paper: &mut Paper, report: &Report) {
    let language = report.language;
    paper.text(LEFT, 26.0, 20.0, Weight::Bold, BLACK, say(language, "Readiness report"));
    let unknown = say(language, "unknown");
    let municipality = report.municipality.as_deref().unwrap_or(unknown);
    let pillar = report.pillar.as_deref().unwrap_or(unknown);
    let at = report.at.strftime("%Y-%m-%d %H:%M").to_string();
    let version = format!("zuil {}", report.version);
    let facts = [
        (say(language, "Municipality"), municipality),
        (say(language, "Pillar"), pillar),
        (say(language, "Date"), &at),
        (say(language, "Program"), &version),
    ];
    let columns = [(LEFT, 45.0), (69.0, 55.0), (128.0, 37.0), (169.0, 21.0)];
    for ((x, width), (name, value)) in columns.into_iter().zip(facts) {
        paper.text(x, 37.0, 8.0, Weight::Regular, GREY, name);
        let size = paper.fitting(value, Weight::Bold, 11.0, width);
        paper.text(x, 42.5, size, Weight::Bold, BLACK, value);
    }
}

fn verdict(paper: &mut Paper, report: &Report) {
    let language = report.language;
    let colour = colour(report.verdict());
    paper.fill(LEFT, 49.0, 3.0, 21.0, colour);
    let size = paper.fitting(report.headline(), Weight::Bold, 22.0, RIGHT - LEFT - 10.0);
    paper.text(LEFT + 8.0, 58.5, size, Weight::Bold, colour, report.headline());
    let count = |verdict| report.checks.iter().filter(|check| check.verdict == verdict).count().to_string();
    let counts = fill(
        say(language, "{ok} ok, {attention} with attention, {failed} failed, {absent} not there"),
        &[
            ("ok", &count(Verdict::Ok)),
            ("attention", &count(Verdict::Attention)),
            ("failed", &count(Verdict::Failed)),
            ("absent", &count(Verdict::NotThere)),
        ],
    );
    paper.text(LEFT + 8.0, 66.5, 10.0, Weight::Regular, BLACK, &counts);
}

/// How the table is set: the size of its letters (points) and the most lines of a text.
#[derive(Clone, Copy)]
struct Setting {
    size: f32,
    most_lines: usize,
}

/// From the most pleasant to what always fits.
const SETTINGS: [Setting; 5] = [
    Setting { size: 9.0, most_lines: 8 },
    Setting { size: 8.0, most_lines: 8 },
    Setting { size: 7.0, most_lines: 6 },
    Setting { size: 6.5, most_lines: 2 },
    Setting { size: 6.0, most_lines: 1 },
];

impl Setting {
    /// From one line of letters to the next, in millimetres.
    fn line(self) -> f32 {
        self.size * 0.353 * 1.36
    }

    /// From one row of the table to the next, besides its lines.
    fn gap(self) -> f32 {
        self.size * 0.28
    }
}

/// A row as it is set.
struct Row<'a> {
    check: &'a Check,
    name: Vec<String>,
    seen: Vec<String>,
    next: Vec<String>,
}

impl Row<'_> {
    fn height(&self, setting: Setting) -> f32 {
        let lines = (self.seen.len() + self.next.len()).max(self.name.len());
        paper::millimetres(lines) * setting.line() + setting.gap()
    }
}

fn table(paper: &mut Paper, report: &Report) {
    let language = report.language;
    for (x, word) in [
        (LEFT, say(language, "Verdict")),
        (NAME, say(language, "What")),
        (SEEN, say(language, "Seen, and what to do")),
    ] {
        paper.text(x, TABLE_TOP - 3.0, 8.0, Weight::Regular, GREY, word);
    }
    paper.rule(LEFT, RIGHT, TABLE_TOP - 1.0, LINE);
    let room = TABLE_BOTTOM - TABLE_TOP;
    let set = |setting| (setting, rows(paper, report, setting));
    let fits = |(setting, rows): &(Setting, Vec<Row<'_>>)| {
        rows.iter().map(|row| row.height(*setting)).sum::<f32>() <= room
    };
    let [.., smallest] = SETTINGS;
    let (setting, rows) =
        SETTINGS.into_iter().map(set).find(fits).unwrap_or_else(|| (smallest, rows(paper, report, smallest)));
    let mut y = TABLE_TOP;
    for row in rows {
        draw(paper, report, &row, setting, y);
        y += row.height(setting);
        paper.rule(LEFT, RIGHT, y, LINE);
    }
}

fn rows<'a>(paper: &Paper, report: &'a Report, setting: Setting) -> Vec<Row<'a>> {
    let Setting { size, most_lines } = setting;
    let wide = |text: &str, weight, width| paper.lines(text, weight, size, width, most_lines);
    report
        .checks
        .iter()
        .map(|check| Row {
            check,
            name: wide(&check.name, Weight::Bold, SEEN - NAME - 3.0),
            seen: wide(&check.seen, Weight::Regular, RIGHT - SEEN),
            next: wide(&check.next, Weight::Bold, RIGHT - SEEN),
        })
        .collect()
}

fn draw(paper: &mut Paper, report: &Report, row: &Row<'_>, setting: Setting, top: f32) {
    let verdict = row.check.verdict;
    let (size, line) = (setting.size, setting.line());
    let base = top + setting.gap() / 2.0 + line * 0.78;
    let square = size * 0.22;
    paper.fill(LEFT, base - square, square, square, colour(verdict));
    let word = verdict.word(report.language);
    paper.text(LEFT + square + 1.5, base, size, Weight::Bold, colour(verdict), word);
    let mut column = |x: f32, lines: &[String], weight, from: usize| {
        for (place, text) in (from..).zip(lines) {
            paper.text(x, base + paper::millimetres(place) * line, size, weight, BLACK, text);
        }
    };
    column(NAME, &row.name, Weight::Bold, 0);
    column(SEEN, &row.seen, Weight::Regular, 0);
    column(SEEN, &row.next, Weight::Bold, row.seen.len());
}

fn signature(paper: &mut Paper, report: &Report) {
    let language = report.language;
    let fields = [
        (LEFT, 75.0, say(language, "Name")),
        (80.0, 115.0, say(language, "Date")),
        (120.0, RIGHT, say(language, "Signature")),
    ];
    for (left, right, name) in fields {
        paper.rule(left, right, 276.0, BLACK);
        paper.text(left, 280.5, 8.0, Weight::Regular, GREY, name);
    }
}

const fn colour(verdict: Verdict) -> Colour {
    match verdict {
        Verdict::Ok => GREEN,
        Verdict::Attention => AMBER,
        Verdict::Failed => RED,
        Verdict::NotThere => GREY,
    }
}

#[cfg(test)]
mod tests;
