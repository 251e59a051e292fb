//! A request as a PDF, for the case system: fit to be archived (PDF/A-2a) and read aloud (PDF/UA-1), as far as the fonts
//! have every sign in it. Invariant: it can be read aloud in its order, its file says nothing of the resident outside
//! of its pages, and the same request gives the same bytes.

use std::num::NonZeroU16;
use std::sync::LazyLock;

use jiff::civil;
use jiff::tz::TimeZone;
use krilla::SerializeSettings;
use krilla::configure::{Accessibility, Archival, Configuration, ConfigurationBuilder};
use krilla::destination::XyzDestination;
use krilla::geom::Point;
use krilla::metadata::{DateTime, Metadata};
use krilla::outline::{Outline, OutlineNode};
use krilla::page::PageSettings;
use krilla::tagging::{ContentTag, SpanTag, Tag, TagGroup, TagKind, TagTree, kind};
use krilla::text::{Font, TextDirection};
use krilla::{Data, Document};
use zuil_wire::{PaymentRecord, PaymentState};

use crate::connectors::Errand;

/// What stands on it.
#[derive(Clone, Debug)]
pub struct Sheet<'a> {
    /// Whose pillar it was.
    pub municipality: &'a str,
    /// The name of the task, in Dutch.
    pub title: &'a str,
    /// The reference, as on the receipt.
    pub reference: String,
    /// When it was asked, in UTC.
    pub asked: civil::DateTime,
    /// Each label with its text, in their order.
    pub lines: Vec<(String, String)>,
}

impl<'a> Sheet<'a> {
    /// The sheet of something that is handed over.
    #[must_use]
    pub fn of(errand: &Errand<'a>, municipality: &'a str) -> Self {
        let stored = errand.stored;
        let zone = TimeZone::get("Europe/Amsterdam").unwrap_or(TimeZone::UTC);
        let at = stored.committed_at.min(stored.received_at);
        let asked = at.to_zoned(zone);
        let mut lines = vec![
            ("Gedaan op".to_owned(), asked.strftime("%d-%m-%Y, %H:%M uur").to_string()),
            ("Bij de zuil".to_owned(), stored.pillar.clone()),
        ];
        lines.extend(errand.content.answers.iter().map(|line| (line.label.clone(), line.display.clone())));
        lines.push(("Betaling".to_owned(), payment(stored.payment.as_ref())));
        Self {
            municipality,
            title: &errand.content.task_title,
            reference: stored.reference.to_string(),
            asked: at.to_zoned(TimeZone::UTC).datetime(),
            lines,
        }
    }
}

fn payment(payment: Option<&PaymentRecord>) -> String {
    let Some(PaymentRecord { state, amount, .. }) = payment else { return "Geen kosten".into() };
    let euros = format!("€ {},{:02}", amount.0 / 100, amount.0 % 100);
    match state {
        PaymentState::Paid => format!("{euros}, betaald bij de zuil"),
        PaymentState::NotPaid => format!("{euros}, niet betaald"),
        PaymentState::Unknown => format!("{euros}, nog niet bekend of er betaald is"),
    }
}

/// A4, in points.
const PAGE: (f32, f32) = (595.28, 841.89);
const MARGIN: f32 = 62.0;
/// From one line to the next.
const LINE: f32 = 14.0;
/// Above a label.
const GAP: f32 = 7.0;
const SIZE: f32 = 10.5;
const TITLE_SIZE: f32 = 18.0;

struct Fonts {
    regular: Font,
    bold: Font,
    arabic: Font,
}

static FONTS: LazyLock<Option<Fonts>> = LazyLock::new(|| {
    let font = |bytes: &'static [u8]| Font::new(Data::from(bytes), 0);
    Some(Fonts {
        regular: font(include_bytes!("../../../assets/fonts/NotoSans-Regular.ttf"))?,
        bold: font(include_bytes!("../../../assets/fonts/NotoSans-Bold.ttf"))?,
        arabic: font(include_bytes!("../../../assets/fonts/NotoSansArabic-Regular.ttf"))?,
    })
});

impl Fonts {
    fn of(&self, line: &Line) -> Font {
        let is_arabic = |c: char| matches!(c, '\u{600}'..='\u{6ff}' | '\u{750}'..='\u{77f}');
        match line.weight {
            _ if line.text.chars().any(is_arabic) => self.arabic.clone(),
            Weight::Bold => self.bold.clone(),
            Weight::Regular => self.regular.clone(),
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Weight {
    Regular,
    Bold,
}

/// A line of text at its place.
#[derive(Debug)]
struct Line {
    page: usize,
    /// From the top, in points.
    y: f32,
    size: f32,
    weight: Weight,
    text: String,
    /// The paragraph that it is part of; the first is the heading.
    paragraph: usize,
}

/// The PDF; nothing when it cannot be written.
#[must_use]
pub fn pdf(sheet: &Sheet<'_>) -> Option<Vec<u8>> {
    let standards = ConfigurationBuilder::new()
        .with_archival_validator(Archival::A2_A)
        .with_accessibility_validator(Accessibility::UA1);
    let strict = standards.finish().ok().and_then(|standards| written(sheet, standards));
    // Both forbid a sign that no font has, such as a picture of a bicycle; it is better shown as an empty box than not.
    strict.or_else(|| written(sheet, Configuration::default()))
}

fn written(sheet: &Sheet<'_>, configuration: Configuration) -> Option<Vec<u8>> {
    let fonts = FONTS.as_ref()?;
    let lines = lay_out(sheet);
    let settings = SerializeSettings { enable_tagging: true, configuration, ..Default::default() };
    let mut document = Document::new_with(settings);
    let mut paragraphs: Vec<TagGroup> = Vec::new();
    for number in 0..=lines.last().map_or(0, |line| line.page) {
        let mut page = document.start_page_with(PageSettings::from_wh(PAGE.0, PAGE.1)?);
        let mut surface = page.surface();
        for line in lines.iter().filter(|line| line.page == number) {
            while paragraphs.len() <= line.paragraph {
                paragraphs.push(TagGroup::new(tag(paragraphs.len(), sheet)));
            }
            let id = surface.start_tagged(ContentTag::Span(SpanTag::empty()));
            let at = Point::from_xy(MARGIN, line.y);
            surface.draw_text(at, fonts.of(line), line.size, &line.text, false, TextDirection::Auto);
            surface.end_tagged();
            paragraphs[line.paragraph].push(id);
        }
        surface.finish();
        page.finish();
    }
    let mut tree = TagTree::new().with_lang(Some("nl".into()));
    paragraphs.into_iter().for_each(|paragraph| tree.push(paragraph));
    document.set_tag_tree(tree);
    let mut outline = Outline::new();
    let top = XyzDestination::new(0, Point::from_xy(MARGIN, MARGIN));
    outline.push_child(OutlineNode::new(sheet.title.to_owned(), top));
    document.set_outline(outline);
    document.set_metadata(metadata(sheet));
    document.finish().ok()
}

fn metadata(sheet: &Sheet<'_>) -> Metadata {
    // Always the same for the same request. Calendars hold no negative months.
    let part = |value: i8| value.unsigned_abs();
    let asked = sheet.asked;
    let created = DateTime::new(asked.year().unsigned_abs())
        .month(part(asked.month()))
        .day(part(asked.day()))
        .hour(part(asked.hour()))
        .minute(part(asked.minute()))
        .second(part(asked.second()));
    let title = format!("Aanvraag {}", sheet.reference);
    Metadata::new().title(title).language("nl".into()).creation_date(created)
}

fn tag(paragraph: usize, sheet: &Sheet<'_>) -> TagKind {
    if paragraph == 0 {
        Tag::Hn(NonZeroU16::MIN, Some(sheet.title.to_owned())).into()
    } else {
        Tag::<kind::P>::P.into()
    }
}

/// All lines at their places, from top to bottom.
fn lay_out(sheet: &Sheet<'_>) -> Vec<Line> {
    let mut layout = Layout { lines: Vec::new(), page: 0, y: MARGIN, paragraph: 0 };
    layout.put(sheet.title, TITLE_SIZE, Weight::Bold);
    layout.end_paragraph();
    layout.put(
        &format!("Gemeente {}. Kenmerk {}", sheet.municipality, sheet.reference),
        SIZE,
        Weight::Regular,
    );
    for (label, text) in &sheet.lines {
        layout.end_paragraph();
        layout.put(label, SIZE, Weight::Bold);
        layout.put(text, SIZE, Weight::Regular);
    }
    layout.lines
}

struct Layout {
    lines: Vec<Line>,
    page: usize,
    y: f32,
    paragraph: usize,
}

impl Layout {
    fn put(&mut self, text: &str, size: f32, weight: Weight) {
        let width = (PAGE.0 - 2.0 * MARGIN) / size;
        for text in text.lines().flat_map(|line| wrapped(line, width)) {
            self.y += LINE * size / SIZE;
            if self.y > PAGE.1 - MARGIN {
                self.page += 1;
                self.y = MARGIN + LINE;
            }
            self.lines.push(Line {
                page: self.page,
                y: self.y,
                size,
                weight,
                text,
                paragraph: self.paragraph,
            });
        }
    }

    fn end_paragraph(&mut self) {
        self.paragraph += 1;
        self.y += GAP;
    }
}

/// A line in pieces that are no wider than so many times the size of the font. Words that are wider are cut.
fn wrapped(line: &str, width: f32) -> Vec<String> {
    let mut pieces = vec![String::new()];
    let mut used = 0.0;
    for word in line.split_whitespace() {
        let wide: f32 = word.chars().map(breadth).sum();
        let last = pieces.len() - 1;
        if used > 0.0 && used + SPACE + wide <= width {
            pieces[last].push(' ');
            used += SPACE;
        } else if used > 0.0 {
            pieces.push(String::new());
            used = 0.0;
        }
        for c in word.chars() {
            if used + breadth(c) > width {
                pieces.push(String::new());
                used = 0.0;
            }
            if let Some(piece) = pieces.last_mut() {
                piece.push(c);
            }
            used += breadth(c);
        }
    }
    pieces
}

/// Of a space, as [`breadth`].
const SPACE: f32 = 0.3;

/// How broad a letter is at most, as a part of the size of the font: Noto Sans, bold.
fn breadth(c: char) -> f32 {
    match c {
        'i' | 'j' | 'l' | 'I' | '.' | ',' | ':' | ';' | '\'' | '|' | '!' => 0.4,
        'm' | 'w' | 'M' | 'W' | '@' | '%' | '—' | '…' => 1.05,
        c if c.is_ascii_lowercase() || c.is_ascii_digit() => 0.65,
        _ => 0.85,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sheet(lines: &[(&str, &str)]) -> Sheet<'static> {
        let lines = lines.iter().map(|(label, text)| ((*label).to_owned(), (*text).to_owned())).collect();
        Sheet {
            municipality: "Voorbeeldhuizen",
            title: "Verhuizing doorgeven",
            reference: "7K3M-Q9XA-2FT".into(),
            asked: civil::date(2027, 1, 15).at(9, 10, 0, 0),
            lines,
        }
    }

    #[test]
    fn a_request_fits_on_one_page_and_is_tagged_in_dutch() {
        let lines = vec![("Nieuw adres", "Voorbeeldstraat 1, 1234 AB Voorbeeldhuizen"); 18];
        let sheet = sheet(&lines);
        assert!(lay_out(&sheet).iter().all(|line| line.page == 0));
        let bytes = pdf(&sheet).unwrap();
        let text = String::from_utf8_lossy(&bytes);
        let standards = ["<pdfaid:part>2<", "<pdfaid:conformance>A<", "<pdfuaid:part>1<"];
        let parts = ["%PDF-", "/StructTreeRoot", "/Lang(nl)", "/H1", "/MarkInfo", "%%EOF"];
        for part in parts.into_iter().chain(standards) {
            assert!(text.contains(part), "{part}");
        }
        assert_eq!(bytes, pdf(&sheet).unwrap(), "the same request gives the same bytes");
        assert!(bytes.len() < 100_000, "{}", bytes.len());
        // For whoever wants to look at it.
        let folder = std::path::Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../target/gallery/hub"));
        std::fs::create_dir_all(folder).unwrap();
        std::fs::write(folder.join("aanvraag.pdf"), bytes).unwrap();
    }

    #[test]
    fn what_is_long_goes_on_in_the_next_line_and_on_the_next_page() {
        let long = "woord ".repeat(400) + &"x".repeat(300) + "\nen nog een regel";
        let sheet = sheet(&[("Toelichting", long.as_str()); 4]);
        let lines = lay_out(&sheet);
        assert!(lines.last().unwrap().page > 0);
        assert!(lines.iter().all(|line| line.y <= PAGE.1 - MARGIN));
        let wide = |line: &Line| line.text.chars().map(breadth).sum::<f32>() * line.size;
        assert!(lines.iter().all(|line| wide(line) <= PAGE.0 - MARGIN));
        let whole: String = lines.iter().flat_map(|line| line.text.chars()).filter(|c| *c == 'x').collect();
        assert_eq!(whole.len(), 4 * 300);
        assert!(pdf(&sheet).is_some());
    }

    #[test]
    fn any_script_and_any_sign_can_be_written() {
        let texts = [
            ("Naam", "Łukasz Müller ’t Hooft"),
            ("Ім'я", "Олена"),
            ("اسم", "ليلى"),
            ("Leeg", ""),
            ("\u{7}", "🚲\t\r\n"),
        ];
        assert!(pdf(&sheet(&texts)).is_some());
    }
}
