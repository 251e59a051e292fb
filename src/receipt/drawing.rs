//! Text that no code page of a printer has, as dots: Arabic, letters with rare marks.
//!
//! Lines are laid out with `cosmic-text` and the fonts of `assets/fonts` only, so that a receipt is
//! the same on every machine. The fonts are read when the first such line is drawn. Invariant: what
//! is given back is as wide as was asked at most, and is wiped when dropped. The buffers inside
//! `cosmic-text` hold the text in passing and cannot be wiped: they are dropped, or overwritten by
//! the next line.

use std::collections::BTreeSet;
use std::ops::Range;
use std::sync::{Arc, LazyLock, Mutex, PoisonError};

use cosmic_text::fontdb::{Database, Source, Weight};
use cosmic_text::{
    Attrs, Buffer, CacheKeyFlags, Family, FontSystem, LayoutGlyph, LayoutRun, Metrics, Shaping, SwashCache,
    Wrap,
};
use zeno::{Command, Mask, Transform};
use zeroize::{Zeroize, Zeroizing};

use super::code_pages::printable;
use super::raster::Canvas;
use zuil_catalogue::Direction;

/// How letters look.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Look {
    /// The size of Arabic letters, in dots.
    pub arabic: f32,
    /// The size of all other letters, in dots: their width is six tenths of it.
    pub other: f32,
    /// How much higher than wide the other letters are drawn, as in the printer's own font.
    pub stretch: f32,
    /// Whether each dot is struck twice.
    pub bold: bool,
}

/// A line that was laid out, in dots from where it starts and from the line on which letters stand.
#[derive(Default)]
pub struct Drawn {
    black: Zeroizing<Vec<[i16; 2]>>,
    left: i32,
    right: i32,
}

impl Drawn {
    /// How wide what can be seen is.
    #[must_use]
    pub const fn width(&self) -> i32 {
        self.right - self.left
    }

    /// Puts it on a canvas so that it starts at `x` as it was laid out.
    pub fn put(&self, canvas: &mut Canvas, x: i32, baseline: i32) {
        for &[dot_x, dot_y] in self.black.iter() {
            canvas.blacken(x + i32::from(dot_x), baseline + i32::from(dot_y));
        }
    }

    /// Puts it on a canvas so that the first thing to be seen is at `x`.
    pub fn put_left(&self, canvas: &mut Canvas, x: i32, baseline: i32) {
        self.put(canvas, x - self.left, baseline);
    }

    /// Puts it on a canvas so that the last thing to be seen ends before `x`.
    pub fn put_right(&self, canvas: &mut Canvas, x: i32, baseline: i32) {
        self.put(canvas, x - self.right, baseline);
    }
}

/// Lays out a paragraph in lines of at most `width` dots.
#[must_use]
pub fn paragraph(text: &str, direction: Direction, look: Look, width: usize) -> Vec<Drawn> {
    let mut pen = PEN.lock().unwrap_or_else(PoisonError::into_inner);
    pen.draw(text, direction, look, Some(width))
}

/// Lays out text on one line. Where it is wider than `width` dots its letters are smaller.
#[must_use]
pub fn line(text: &str, direction: Direction, look: Look, width: usize) -> Drawn {
    let mut pen = PEN.lock().unwrap_or_else(PoisonError::into_inner);
    let mut draw = |look| pen.draw(text, direction, look, None).pop().unwrap_or_default();
    let drawn = draw(look);
    let (width, needed) = (width as f32, drawn.right.max(drawn.width()) as f32);
    if needed <= width {
        return drawn;
    }
    // A little less, because strokes are rounded to whole dots.
    let less = (width - 2.0) / needed;
    draw(Look { arabic: look.arabic * less, other: look.other * less, ..look })
}

static ARABIC: &[u8] = include_bytes!("../../assets/fonts/NotoSansArabic-Regular.ttf");
static OTHER: &[u8] = include_bytes!("../../assets/fonts/NotoSansMono-Regular.ttf");
const ARABIC_NAME: &str = "Noto Sans Arabic";
const OTHER_NAME: &str = "Noto Sans Mono";
/// From this coverage on (of 255) a dot is black.
const BLACK: u8 = 105;
/// Rows above and below the line on which letters stand, in sizes of the letters.
const ABOVE: f32 = 1.5;
const BELOW: f32 = 0.8;
/// Dots at both sides for strokes that reach out of their letter.
const OVERHANG: i32 = 24;
/// What marks a letter that is stretched.
const STRETCHED: usize = 1;
const RIGHT_TO_LEFT_MARK: char = '\u{200f}';
const LEFT_TO_RIGHT_MARK: char = '\u{200e}';
const END_OF_ASIDE: char = '\u{2069}';

static PEN: LazyLock<Mutex<Pen>> = LazyLock::new(|| Mutex::new(Pen::new()));

/// The fonts, and what draws their letters.
struct Pen {
    fonts: FontSystem,
    /// Only its scratch memory is used; it keeps no letters.
    swash: SwashCache,
    /// Every character that one of the fonts has.
    known: BTreeSet<u32>,
}

impl Pen {
    fn new() -> Self {
        let mut database = Database::new();
        let sources = [ARABIC, OTHER].map(|font| Source::Binary(Arc::new(font)));
        let ids: Vec<_> = sources.into_iter().flat_map(|source| database.load_font_source(source)).collect();
        let mut fonts = FontSystem::new_with_locale_and_db("nl".to_owned(), database);
        let mut known = BTreeSet::new();
        for id in ids {
            if let Some(font) = fonts.get_font(id, Weight::NORMAL) {
                font.as_swash().charmap().enumerate(|c, _| {
                    known.insert(c);
                });
            }
        }
        Self { fonts, swash: SwashCache::new(), known }
    }

    fn draw(&mut self, text: &str, direction: Direction, look: Look, width: Option<usize>) -> Vec<Drawn> {
        let text = self.drawable(text, direction);
        let mut buffer = Buffer::new_empty(Metrics::new(look.arabic, look.arabic));
        buffer.set_size(width.map(|width| width as f32), None);
        buffer.set_wrap(if width.is_some() { Wrap::WordOrGlyph } else { Wrap::None });
        let arabic =
            Attrs::new().family(Family::Name(ARABIC_NAME)).cache_key_flags(CacheKeyFlags::DISABLE_HINTING);
        let other = arabic
            .clone()
            .family(Family::Name(OTHER_NAME))
            .metrics(Metrics::new(look.other, look.arabic))
            .metadata(STRETCHED);
        let spans = by_script(&text, direction)
            .map(|(part, is_arabic)| (part, if is_arabic { arabic.clone() } else { other.clone() }));
        buffer.set_rich_text(spans, &arabic, Shaping::Advanced, None);
        buffer.shape_until_scroll(&mut self.fonts, false);
        buffer.layout_runs().map(|run| self.strike(&run, look)).collect()
    }

    /// The text with its direction before it, and `?` for what no font has.
    fn drawable(&self, text: &str, direction: Direction) -> Zeroizing<String> {
        let mut drawable = Zeroizing::new(String::with_capacity(4 * text.len() + 4));
        drawable.push(match direction {
            Direction::LeftToRight => LEFT_TO_RIGHT_MARK,
            Direction::RightToLeft => RIGHT_TO_LEFT_MARK,
        });
        drawable.extend(printable(text).chars().map(|c| match c {
            '\n' => c,
            _ if is_invisible(c) || self.known.contains(&u32::from(c)) => c,
            _ => '?',
        }));
        drawable
    }

    /// The dots of a line. Letters first add up what they cover of each dot, because Arabic letters
    /// join in the middle of one.
    fn strike(&mut self, run: &LayoutRun<'_>, look: Look) -> Drawn {
        let above = (look.arabic.max(look.other * look.stretch) * ABOVE) as i32;
        let below = (look.arabic.max(look.other * look.stretch) * BELOW) as i32;
        // Lines from right to left begin at the right edge of what they may fill.
        let left = run.glyphs.iter().map(|glyph| glyph.x as i32).min().unwrap_or(0);
        let right = run.glyphs.iter().map(|glyph| (glyph.x + glyph.w) as i32).max().unwrap_or(0);
        let mut sheet = Sheet::new(left..right, above, below);
        for glyph in run.glyphs {
            self.cover(&mut sheet, glyph, look);
        }
        sheet.drawn(look.bold)
    }

    fn cover(&mut self, sheet: &mut Sheet, glyph: &LayoutGlyph, look: Look) {
        let key = glyph.physical((0.0, 0.0), 1.0).cache_key;
        let Some(outline) = self.swash.get_outline_commands_uncached(&mut self.fonts, key) else { return };
        let stretch = if glyph.metadata == STRETCHED { look.stretch } else { 1.0 };
        let x = glyph.x + glyph.font_size * glyph.x_offset;
        let y = glyph.y - glyph.font_size * glyph.y_offset;
        // Fonts count upwards, paper downwards.
        let upright = Transform::new(1.0, 0.0, 0.0, -stretch, x, y * stretch);
        let commands: &[Command] = &outline;
        let (mut coverage, place) = Mask::new(commands).transform(Some(upright)).render();
        sheet.add(&coverage, place.width as usize, place.left, place.top);
        coverage.zeroize();
    }
}

/// How much of each dot of a line is covered.
struct Sheet {
    left: i32,
    width: usize,
    above: i32,
    coverage: Zeroizing<Vec<u8>>,
    /// The rows with something on them, from the top of the sheet.
    rows: Range<usize>,
}

impl Sheet {
    fn new(letters: Range<i32>, above: i32, below: i32) -> Self {
        let width = usize::try_from(letters.end - letters.start + 2 * OVERHANG).unwrap_or(0);
        let height = usize::try_from(above + below).unwrap_or(0);
        let coverage = Zeroizing::new(vec![0; width * height]);
        Self { left: letters.start - OVERHANG, width, above, coverage, rows: height..0 }
    }

    fn add(&mut self, coverage: &[u8], width: usize, left: i32, top: i32) {
        // A letter that does not fit between the overhangs is none of our fonts'.
        let Ok(left) = usize::try_from(left - self.left) else { return };
        if left + width > self.width {
            return;
        }
        for (row, y) in coverage.chunks(width.max(1)).zip(top + self.above..) {
            let Ok(y) = usize::try_from(y) else { continue };
            let start = y * self.width + left;
            let Some(dots) = self.coverage.get_mut(start..start + row.len()) else { continue };
            for (dot, covered) in dots.iter_mut().zip(row) {
                *dot = dot.saturating_add(*covered);
            }
            self.rows = self.rows.start.min(y)..self.rows.end.max(y + 1);
        }
    }

    fn drawn(&self, bold: bool) -> Drawn {
        let mut drawn = Drawn::default();
        // So much room that the dots never move and leave a copy behind.
        drawn.black.reserve_exact(self.rows.len() * self.width * (1 + usize::from(bold)));
        let rows = self.coverage.chunks(self.width.max(1)).zip(-self.above..);
        for (row, y) in rows.skip(self.rows.start).take(self.rows.len()) {
            for (&covered, x) in row.iter().zip(self.left..) {
                if covered >= BLACK {
                    drawn.add(x, y);
                    if bold {
                        drawn.add(x + 1, y);
                    }
                }
            }
        }
        drawn
    }
}

impl Drawn {
    fn add(&mut self, x: i32, y: i32) {
        if self.black.is_empty() {
            (self.left, self.right) = (x, x + 1);
        }
        (self.left, self.right) = (self.left.min(x), self.right.max(x + 1));
        if let (Ok(x), Ok(y)) = (i16::try_from(x), i16::try_from(y)) {
            self.black.push([x, y]);
        }
    }
}

/// The text in parts that want the Arabic font and parts that want another. What could be either
/// belongs to what is before it.
fn by_script(text: &str, direction: Direction) -> impl Iterator<Item = (&str, bool)> {
    let mut rest = text;
    std::iter::from_fn(move || {
        if rest.is_empty() {
            return None;
        }
        let scripts = || rest.char_indices().filter_map(|(at, c)| Some((at, is_arabic(c, direction)?)));
        let arabic = scripts().next().is_none_or(|(_, arabic)| arabic);
        let end = scripts().find(|(_, other)| *other != arabic).map_or(rest.len(), |(at, _)| at);
        let (part, after) = rest.split_at(end);
        rest = after;
        Some((part, arabic))
    })
}

/// Whether a character is Arabic; `None` when it could be either. A space is as wide as the letters
/// of its line, so that columns stay columns.
fn is_arabic(c: char, direction: Direction) -> Option<bool> {
    match c {
        _ if is_right_to_left(c) => Some(true),
        _ if c.is_whitespace() || c == END_OF_ASIDE => Some(direction == Direction::RightToLeft),
        _ if c.is_alphanumeric() => Some(false),
        _ => None,
    }
}

/// Whether a letter is of a script that is written from right to left.
#[must_use]
pub const fn is_right_to_left(c: char) -> bool {
    matches!(c, '\u{590}'..='\u{8ff}' | '\u{fb1d}'..='\u{fdff}' | '\u{fe70}'..='\u{fefc}')
}

/// Marks of direction and joiners: they do something and are not seen.
#[must_use]
pub const fn is_invisible(c: char) -> bool {
    matches!(c, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}'
        | '\u{fe00}'..='\u{fe0f}' | '\u{feff}')
}
