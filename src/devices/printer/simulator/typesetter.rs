//! Turns commands into rows of dots: text in two fonts, pictures, QR codes.
//!
//! Invariant: what it gives is as wide as the print head and depends on nothing but the commands
//! since `ESC @`.

use ab_glyph::{Font, FontRef, PxScale, point};
use qrcodegen::{QrCode, QrCodeEcc, QrSegment, Version};

use super::code_pages;

/// A row of dots across the paper; `true` is black.
pub type Row = Vec<bool>;

/// Rows that belong together and what can be read in them.
#[derive(Clone, Debug, Default)]
pub struct Strip {
    /// From the top.
    pub rows: Vec<Row>,
    /// The text, without line feed.
    pub text: String,
}

static FONT: &[u8] = include_bytes!("../../../../assets/fonts/NotoSansMono-Regular.ttf");
/// `ESC 2`: a sixth of an inch at 203 dots an inch, rounded as printers do.
const DEFAULT_SPACING: usize = 30;

/// The printer's settings and the line that is being put together.
pub struct Typesetter {
    width: usize,
    font: Option<FontRef<'static>>,
    settings: Settings,
    line: Vec<Cell>,
    qr_data: Vec<u8>,
}

struct Settings {
    page: u8,
    bold: bool,
    wide: u8,
    high: u8,
    small: bool,
    align: u8,
    spacing: usize,
    smooth: bool,
    qr_module: u8,
    qr_level: u8,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            page: 0,
            bold: false,
            wide: 1,
            high: 1,
            small: false,
            align: 0,
            spacing: DEFAULT_SPACING,
            smooth: false,
            qr_module: 3,
            qr_level: b'0',
        }
    }
}

#[derive(Clone, Copy)]
struct Cell {
    character: char,
    bold: bool,
    wide: usize,
    high: usize,
    small: bool,
}

impl Cell {
    const fn width(self) -> usize {
        self.wide * if self.small { 9 } else { 12 }
    }

    const fn height(self) -> usize {
        self.high * if self.small { 17 } else { 24 }
    }

    /// From the top of the cell to the line that letters stand on.
    const fn ascent(self) -> usize {
        self.high * if self.small { 13 } else { 19 }
    }
}

impl Typesetter {
    /// A print head of so many dots.
    #[must_use]
    pub fn new(width: usize) -> Self {
        Self {
            width,
            font: FontRef::try_from_slice(FONT).ok(),
            settings: Settings::default(),
            line: Vec::new(),
            qr_data: Vec::new(),
        }
    }

    /// Draws, or only reads: rows without dots.
    pub fn draws(&mut self, draws: bool) {
        self.font = if draws { FontRef::try_from_slice(FONT).ok() } else { None };
    }

    /// `ESC @`: forgets settings and line.
    pub fn initialise(&mut self) {
        self.settings = Settings::default();
        self.line.clear();
    }

    /// Takes a character; gives the line before it when that is full.
    pub fn character(&mut self, byte: u8) -> Option<Strip> {
        let cell = Cell {
            character: code_pages::decode(self.settings.page, byte),
            bold: self.settings.bold,
            wide: usize::from(self.settings.wide),
            high: usize::from(self.settings.high),
            small: self.settings.small,
        };
        let full = self.line_width() + cell.width() > self.width;
        let strip = full.then(|| self.line_feed());
        self.line.push(cell);
        strip
    }

    /// The line so far, at least as high as the line spacing.
    pub fn line_feed(&mut self) -> Strip {
        let line = std::mem::take(&mut self.line);
        let tallest = line.iter().map(|cell| cell.height()).max().unwrap_or(0);
        let baseline = line.iter().map(|cell| cell.ascent()).max().unwrap_or(0);
        let mut strip = self.blank(tallest.max(self.settings.spacing));
        let mut x = self.margin(line.iter().map(|cell| cell.width()).sum());
        for cell in line {
            self.draw(&mut strip, cell, x, baseline);
            x += cell.width();
            strip.text.push(cell.character);
        }
        strip.text.truncate(strip.text.trim_end().len());
        strip
    }

    /// Whether characters wait for their line feed.
    #[must_use]
    pub fn has_line(&self) -> bool {
        !self.line.is_empty()
    }

    /// White paper of so many dots.
    #[must_use]
    pub fn blank(&self, dots: usize) -> Strip {
        Strip { rows: vec![self.blank_row(); dots], text: String::new() }
    }

    /// Without a font there is nothing to draw on.
    fn blank_row(&self) -> Row {
        vec![false; if self.font.is_some() { self.width } else { 0 }]
    }

    /// `ESC d n`: white paper of so many lines.
    #[must_use]
    pub fn blank_lines(&self, lines: u8) -> Strip {
        self.blank(usize::from(lines) * self.settings.spacing)
    }

    /// One row of `GS v 0`.
    #[must_use]
    pub fn raster_row(&self, bytes: &[u8]) -> Row {
        let mut row = self.blank_row();
        let left = self.margin(bytes.len() * 8);
        for x in (0..bytes.len() * 8).filter(|x| bytes[x / 8] & (0x80 >> (x % 8)) != 0) {
            blacken(&mut row, left + x);
        }
        row
    }

    /// `GS ( k` 81: the stored QR code. Nothing when there is none or it is too long.
    #[must_use]
    pub fn qr(&self) -> Strip {
        let level = match self.settings.qr_level {
            b'1' => QrCodeEcc::Medium,
            b'2' => QrCodeEcc::Quartile,
            b'3' => QrCodeEcc::High,
            _ => QrCodeEcc::Low,
        };
        let segments = [QrSegment::make_bytes(&self.qr_data)];
        let code =
            QrCode::encode_segments_advanced(&segments, level, Version::MIN, Version::MAX, None, false);
        let Ok(code) = code else { return Strip::default() };
        let module = i32::from(self.settings.qr_module.max(1));
        let side = usize::try_from(code.size() * module).unwrap_or(0);
        let left = self.margin(side);
        let mut strip = self.blank(side);
        for (row, y) in strip.rows.iter_mut().zip(0..) {
            for (x, column) in (0..side).zip(0..) {
                if code.get_module(column / module, y / module) {
                    blacken(row, left + x);
                }
            }
        }
        strip.text = format!("[QR code: {}]", String::from_utf8_lossy(&self.qr_data));
        strip
    }

    /// `ESC t n`
    pub const fn code_page(&mut self, page: u8) {
        self.settings.page = page;
    }

    /// `ESC E n`
    pub const fn bold(&mut self, on: bool) {
        self.settings.bold = on;
    }

    /// `GS ! n`
    pub const fn size(&mut self, wide: u8, high: u8) {
        (self.settings.wide, self.settings.high) = (wide, high);
    }

    /// `ESC M n`
    pub const fn small_font(&mut self, on: bool) {
        self.settings.small = on;
    }

    /// `ESC a n`
    pub const fn align(&mut self, align: u8) {
        self.settings.align = align;
    }

    /// `ESC 2` and `ESC 3 n`
    pub fn line_spacing(&mut self, dots: Option<u8>) {
        self.settings.spacing = dots.map_or(DEFAULT_SPACING, usize::from);
    }

    /// `GS b n`
    pub const fn smooth(&mut self, on: bool) {
        self.settings.smooth = on;
    }

    /// `GS ( k` 67
    pub const fn qr_module(&mut self, dots: u8) {
        self.settings.qr_module = dots;
    }

    /// `GS ( k` 69
    pub const fn qr_level(&mut self, level: u8) {
        self.settings.qr_level = level;
    }

    /// `GS ( k` 80
    pub fn qr_store(&mut self, data: Vec<u8>) {
        self.qr_data = data;
    }

    fn line_width(&self) -> usize {
        self.line.iter().map(|cell| cell.width()).sum()
    }

    const fn margin(&self, content: usize) -> usize {
        let spare = self.width.saturating_sub(content);
        match self.settings.align {
            1 => spare / 2,
            2 => spare,
            _ => 0,
        }
    }

    /// Draws a character into its cell. Without smoothing, large characters are small ones with
    /// larger dots.
    fn draw(&self, strip: &mut Strip, cell: Cell, left: usize, baseline: usize) {
        let Some(font) = &self.font else { return };
        let (sharp_wide, sharp_high) = if self.settings.smooth { (cell.wide, cell.high) } else { (1, 1) };
        let (dot_wide, dot_high) = (cell.wide / sharp_wide, cell.high / sharp_high);
        let (em_wide, em_high) = if cell.small { (15.0, 17.0) } else { (20.0, 24.5) };
        let unit = font.height_unscaled() / font.units_per_em().unwrap_or(1000.0);
        let scale = PxScale { x: em_wide * unit * sharp_wide as f32, y: em_high * unit * sharp_high as f32 };
        let glyph = font.glyph_id(cell.character).with_scale_and_position(scale, point(0.0, 0.0));
        let Some(outline) = font.outline_glyph(glyph) else { return };
        let bounds = outline.px_bounds();
        let (start_x, start_y) = (bounds.min.x as isize, bounds.min.y as isize);
        outline.draw(|x, y, coverage| {
            if coverage < 0.45 {
                return;
            }
            let column = start_x + x as isize;
            let row = start_y + y as isize;
            for down in 0..dot_high as isize {
                let Ok(y) = usize::try_from(baseline as isize + row * dot_high as isize + down) else {
                    continue;
                };
                let Some(dots) = strip.rows.get_mut(y) else { continue };
                for across in 0..(dot_wide + usize::from(cell.bold) * cell.wide) as isize {
                    let x = left as isize + column * dot_wide as isize + across;
                    usize::try_from(x).into_iter().for_each(|x| blacken(dots, x));
                }
            }
        });
    }
}

fn blacken(row: &mut Row, x: usize) {
    if let Some(dot) = row.get_mut(x) {
        *dot = true;
    }
}
