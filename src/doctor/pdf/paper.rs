//! A sheet of A4 on which words, lines and squares are put, in millimetres from its left and top.
//!
//! Invariant: nothing random and no time of day gets into the file.

use std::collections::BTreeMap;

use printpdf::{
    Color, FontId, Mm, Op, PaintMode, ParsedFont, PdfDocument, PdfFont, PdfFontHandle, PdfPage,
    PdfSaveOptions, Point, Pt, Rect, Rgb, TextItem,
};

use super::NoPage;

const WIDTH: f32 = 210.0;
const HEIGHT: f32 = 297.0;
/// Millimetres in a point.
const POINT: f32 = 25.4 / 72.0;

/// Red, green and blue, 0 to 1.
#[derive(Clone, Copy)]
pub struct Colour(pub f32, pub f32, pub f32);

/// Almost black.
pub const BLACK: Colour = Colour(0.10, 0.11, 0.13);
/// For what explains.
pub const GREY: Colour = Colour(0.38, 0.40, 0.43);
/// For lines in a table.
pub const LINE: Colour = Colour(0.82, 0.83, 0.85);

/// How heavy letters are.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Weight {
    /// Ordinary.
    Regular,
    /// For what stands out.
    Bold,
}

/// The sheet.
pub struct Paper {
    fonts: BTreeMap<Weight, ParsedFont>,
    ops: Vec<Op>,
}

impl Paper {
    /// An empty sheet.
    pub fn new() -> Result<Self, NoPage> {
        let files: [(Weight, &[u8]); 2] = [
            (Weight::Regular, include_bytes!("../../../assets/fonts/NotoSans-Regular-Latin.ttf")),
            (Weight::Bold, include_bytes!("../../../assets/fonts/NotoSans-Bold-Latin.ttf")),
        ];
        let mut fonts = BTreeMap::new();
        for (weight, file) in files {
            let font = ParsedFont::from_bytes(file, 0, &mut Vec::new());
            fonts.insert(weight, font.ok_or_else(|| NoPage("a font cannot be read".into()))?);
        }
        Ok(Self { fonts, ops: Vec::new() })
    }

    /// Writes words, with the line on which they stand at `y`.
    pub fn text(&mut self, x: f32, y: f32, points: f32, weight: Weight, colour: Colour, text: &str) {
        let text = self.shown(weight, text);
        self.ops.extend([
            Op::StartTextSection,
            Op::SetFillColor { col: rgb(colour) },
            Op::SetFont { font: PdfFontHandle::External(font_id(weight)), size: Pt(points) },
            Op::SetTextCursor { pos: Point::new(Mm(x), Mm(HEIGHT - y)) },
            Op::ShowText { items: vec![TextItem::Text(text)] },
            Op::EndTextSection,
        ]);
    }

    /// Fills a box whose upper left corner is at x, y.
    pub fn fill(&mut self, x: f32, y: f32, width: f32, height: f32, colour: Colour) {
        let mut rectangle = Rect::from_xywh(
            Mm(x).into_pt(),
            Mm(HEIGHT - y - height).into_pt(),
            Mm(width).into_pt(),
            Mm(height).into_pt(),
        );
        rectangle.mode = Some(PaintMode::Fill);
        self.ops.extend([Op::SetFillColor { col: rgb(colour) }, Op::DrawRectangle { rectangle }]);
    }

    /// Draws a thin line from left to right.
    pub fn rule(&mut self, left: f32, right: f32, y: f32, colour: Colour) {
        self.fill(left, y, right - left, 0.2, colour);
    }

    /// The size (points, at most `points`) at which the words are no wider than `width`.
    pub fn fitting(&self, text: &str, weight: Weight, points: f32, width: f32) -> f32 {
        let needed = self.width(text, weight, points);
        if needed <= width { points } else { points * width / needed }
    }

    /// Breaks words into lines of at most `width`; at most so many, of which the last then ends in
    /// three dots. A word that is too long for a line is broken anywhere.
    pub fn lines(&self, text: &str, weight: Weight, points: f32, width: f32, most: usize) -> Vec<String> {
        let mut lines: Vec<String> = Vec::new();
        for word in text.split_whitespace() {
            match lines.last_mut() {
                Some(line) if self.width(&format!("{line} {word}"), weight, points) <= width => {
                    *line += " ";
                    *line += word;
                }
                _ => lines.push(word.to_owned()),
            }
            while let Some((line, rest)) =
                lines.last().and_then(|line| self.broken(line, weight, points, width))
            {
                lines.pop();
                lines.extend([line, rest]);
            }
        }
        if lines.len() > most {
            lines.truncate(most);
            if let Some(last) = lines.last_mut() {
                while !last.is_empty() && self.width(&format!("{last}…"), weight, points) > width {
                    last.pop();
                }
                last.push('…');
            }
        }
        lines
    }

    /// The file. The title is what a viewer shows above it.
    pub fn into_bytes(self, title: &str) -> Result<Vec<u8>, NoPage> {
        let mut document = PdfDocument::new(title);
        for (weight, font) in self.fonts {
            document.resources.fonts.map.insert(font_id(weight), PdfFont::new(font));
        }
        document.with_pages(vec![PdfPage::new(Mm(WIDTH), Mm(HEIGHT), self.ops)]);
        let mut file = document.to_lopdf_document(&PdfSaveOptions::default(), &mut Vec::new());
        // It would be random, and nobody needs it.
        file.trailer.remove(b"ID");
        file.compress();
        let mut bytes = Vec::new();
        file.save_to(&mut bytes).map_err(|error| NoPage(error.to_string()))?;
        Ok(bytes)
    }

    /// The words with a question mark for every character that the font lacks.
    fn shown(&self, weight: Weight, text: &str) -> String {
        text.chars().map(|c| if self.glyph(weight, c).is_some() { c } else { '?' }).collect()
    }

    fn glyph(&self, weight: Weight, c: char) -> Option<u16> {
        self.fonts.get(&weight)?.lookup_glyph_index(u32::from(c)).filter(|glyph| *glyph != 0)
    }

    /// How wide the words are, in millimetres.
    fn width(&self, text: &str, weight: Weight, points: f32) -> f32 {
        let Some(font) = self.fonts.get(&weight) else { return 0.0 };
        let units: u32 = self
            .shown(weight, text)
            .chars()
            .filter_map(|c| font.get_glyph_width(self.glyph(weight, c)?))
            .map(u32::from)
            .sum();
        let em = f32::from(font.pdf_font_metrics.units_per_em.max(1));
        #[expect(clippy::cast_precision_loss, reason = "a line of text is far from 16 million units")]
        let units = units as f32;
        units / em * points * POINT
    }

    /// A line that is too wide, in two; `None` when it fits.
    fn broken(&self, line: &str, weight: Weight, points: f32, width: f32) -> Option<(String, String)> {
        if self.width(line, weight, points) <= width {
            return None;
        }
        let fits = |end: &usize| self.width(&line[..*end], weight, points) <= width;
        let ends: Vec<usize> = line.char_indices().skip(1).map(|(end, _)| end).collect();
        let end = ends.iter().copied().rev().find(fits).or(ends.first().copied())?;
        Some((line[..end].to_owned(), line[end..].to_owned()))
    }
}

/// So many lines, as a number to calculate with.
pub fn millimetres(count: usize) -> f32 {
    f32::from(u16::try_from(count).unwrap_or(u16::MAX))
}

/// An id of our own: the library's would be random.
fn font_id(weight: Weight) -> FontId {
    FontId(match weight {
        Weight::Regular => "Regular".into(),
        Weight::Bold => "Bold".into(),
    })
}

fn rgb(Colour(r, g, b): Colour) -> Color {
    Color::Rgb(Rgb { r, g, b, icc_profile: None })
}
