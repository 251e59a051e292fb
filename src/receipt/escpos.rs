//! A receipt as ESC/POS bytes.
//!
//! Invariant: the bytes hold everything that the receipt says and nothing else; cut and status
//! requests belong to the printer's driver. What the printer has letters for it sets itself; a line
//! with anything else is drawn as a whole, so that all of it stands on one line.

use zeroize::Zeroizing;

use super::code_pages::runs;
use super::commands::{Align, BAND_ROWS, Commands, Size};
use super::drawing::{self, Drawn, Look, is_right_to_left};
use super::layout::{Line, columns, opposite, two_columns, wrap};
use super::logo;
use super::paper::Paper;
use super::raster::{Canvas, Piece, Trim};
use super::{Block, Receipt};
use zuil_catalogue::{Direction, Logo};

/// A receipt that can be printed.
pub struct Printable {
    /// Its ESC/POS bytes; wiped when dropped.
    pub bytes: Zeroizing<Vec<u8>>,
    /// How much paper it takes, in millimetres, with the feed to the cutter.
    pub millimetres: u32,
}

/// A receipt for a printer that was initialised (`ESC @`), without cut.
#[must_use]
pub fn render(receipt: &Receipt, paper: Paper) -> Printable {
    let mut page = Page::new(receipt, paper);
    page.commands.line_spacing(LINE);
    for block in &receipt.blocks {
        page.put(block);
    }
    let dots = page.commands.fed() + HEAD_TO_CUTTER;
    Printable { bytes: page.commands.finish(), millimetres: dots.div_ceil(DOTS_PER_MM) }
}

const DOTS_PER_MM: u32 = 8;
/// How far the cutter is behind the print head: so much is fed before a cut.
const HEAD_TO_CUTTER: u32 = 96;
/// Distances in dots, an eighth of a millimetre.
const LINE: u8 = 32;
const SMALL_LINE: u8 = 22;
const TALL_LINE: u8 = 54;
const SPACE: usize = 20;
/// The largest module of a QR code.
const QR_MODULE: usize = 6;
/// A scanner needs four modules of white around the code.
const QR_QUIET: usize = 4;
/// Fewest dots between two columns that are drawn.
const GAP: usize = 16;

/// How a block of text looks.
#[derive(Clone, Copy)]
struct Style {
    align: Align,
    size: Size,
    bold: bool,
}

const PLAIN: Style = Style { align: Align::Left, size: Size::Normal, bold: false };

impl Style {
    const fn spacing(self) -> u8 {
        match self.size {
            Size::Small => SMALL_LINE,
            Size::Normal => LINE,
            Size::Tall | Size::Double => TALL_LINE,
        }
    }

    /// Letters as large as those of the printer's own font.
    const fn look(self) -> Look {
        let (arabic, other, stretch) = match self.size {
            Size::Small => (18.0, 15.0, 1.13),
            Size::Normal => (25.0, 20.0, 1.22),
            Size::Tall => (38.0, 20.0, 2.44),
            Size::Double => (50.0, 40.0, 1.22),
        };
        Look { arabic, other, stretch, bold: self.bold }
    }

    /// From the top of a line to where its letters stand, in dots, as in the printer's own font.
    const fn baseline(self) -> i32 {
        match self.size {
            Size::Small => 13,
            Size::Normal => 19,
            Size::Tall | Size::Double => 38,
        }
    }
}

struct Page {
    commands: Commands,
    paper: Paper,
    direction: Direction,
    /// The width of the labels, in characters; in dots where they are drawn.
    labels: usize,
}

impl Page {
    fn new(receipt: &Receipt, paper: Paper) -> Self {
        let mut page = Self { commands: Commands::new(), paper, direction: receipt.direction, labels: 0 };
        let labels = receipt.blocks.iter().filter_map(|block| match block {
            Block::Pair { label, .. } => Some(page.label_width(label)),
            _ => None,
        });
        page.labels = labels.max().unwrap_or(0).min(page.width() * 2 / 5);
        page
    }

    /// The width of the paper in what labels are measured in.
    const fn width(&self) -> usize {
        match self.direction {
            Direction::LeftToRight => self.paper.columns(),
            Direction::RightToLeft => self.paper.dots(),
        }
    }

    fn label_width(&self, label: &str) -> usize {
        match self.direction {
            Direction::LeftToRight => columns(label) + 1,
            Direction::RightToLeft => {
                let drawn = drawing::line(label, self.direction, PLAIN.look(), self.paper.dots());
                usize::try_from(drawn.width()).unwrap_or(0) + GAP / 2
            }
        }
    }

    fn put(&mut self, block: &Block) {
        match block {
            Block::Logo(logo) => self.logo(logo),
            Block::Name(text) => self.text(text, Style { align: Align::Centre, bold: true, ..PLAIN }),
            Block::Title(text) => self.text(text, Style { size: Size::Tall, bold: true, ..PLAIN }),
            Block::Heading(text) => self.text(text, Style { bold: true, ..PLAIN }),
            Block::Paragraph(text) => self.text(text, PLAIN),
            Block::Centred(text) => self.text(text, Style { align: Align::Centre, ..PLAIN }),
            Block::Pair { label, value } => self.pair(label, value),
            Block::Amount { label, value } => self.amount(label, value),
            Block::Reference(groups) => {
                let line = Line::new(groups.join(" "));
                self.lines(&[line], Style { align: Align::Centre, size: Size::Double, bold: true });
            }
            Block::Qr(text) => self.qr(text),
            Block::SmallPrint(text) => self.text(text, Style { size: Size::Small, ..PLAIN }),
            Block::Rule => self.lines(&[Line::new("─".repeat(self.paper.columns()))], PLAIN),
            Block::Space => self.commands.feed(SPACE),
        }
    }

    /// The logo, when it can be drawn: the name that follows says the same.
    fn logo(&mut self, logo: &Logo) {
        if let Some(raster) = logo::draw(logo) {
            self.commands.align(Align::Centre);
            self.commands.raster(&raster);
            self.commands.feed(SPACE);
        }
    }

    fn qr(&mut self, text: &str) {
        let modules = qr_modules(text);
        let module = (self.paper.dots() / (modules + 2 * QR_QUIET).max(1)).clamp(1, QR_MODULE);
        self.commands.align(Align::Centre);
        self.commands.feed(QR_QUIET * module);
        self.commands.qr(text, u32::try_from(modules).unwrap_or(0), u8::try_from(module).unwrap_or(1));
        self.commands.feed(QR_QUIET * module);
    }

    /// Running text. In a receipt from right to left, a text without such letters is left as it is:
    /// at the right edge when it is short, else in lines that begin at the left.
    fn text(&mut self, text: &str, style: Style) {
        if self.is_drawn(text) {
            let lines = drawing::paragraph(text, self.direction, style.look(), self.paper.dots());
            return self.drawn(&lines, style);
        }
        let width = match style.size {
            Size::Small => self.paper.small_columns(),
            Size::Double => self.paper.columns() / 2,
            Size::Normal | Size::Tall => self.paper.columns(),
        };
        let lines = wrap(text, width);
        let at_right = self.direction == Direction::RightToLeft && lines.len() == 1;
        let align = if at_right && style.align == Align::Left { Align::Right } else { style.align };
        self.lines(&lines, Style { align, ..style });
    }

    /// Something that was sent: label and value beside each other.
    fn pair(&mut self, label: &str, value: &str) {
        match self.direction {
            Direction::LeftToRight => {
                self.lines(&two_columns(label, value, self.labels, self.paper.columns()), PLAIN);
            }
            Direction::RightToLeft => self.mirrored_pair(label, value),
        }
    }

    fn mirrored_pair(&mut self, label: &str, value: &str) {
        let (width, look) = (self.paper.dots(), PLAIN.look());
        let room = width.saturating_sub(self.labels + GAP);
        let labels = drawing::paragraph(label, self.direction, look, self.labels);
        let direction = if self.is_drawn(value) { self.direction } else { Direction::LeftToRight };
        let values = drawing::paragraph(value, direction, look, room);
        let mut canvas = self.canvas(labels.len().max(values.len()), PLAIN);
        for (column, right) in [(labels, width), (values, room)] {
            for (line, baseline) in column.iter().zip(baselines(PLAIN)) {
                line.put_right(&mut canvas, i32::try_from(right).unwrap_or(0), baseline);
            }
        }
        self.print(&canvas, Align::Right);
    }

    /// What something costs, at the other edge of the paper.
    fn amount(&mut self, label: &str, value: &str) {
        if self.direction == Direction::LeftToRight {
            return self.lines(&opposite(label, value, self.paper.columns()), PLAIN);
        }
        let (width, look) = (self.paper.dots(), PLAIN.look());
        let value = drawing::line(value, self.direction, look, width / 2);
        let room = width.saturating_sub(usize::try_from(value.width()).unwrap_or(0) + GAP);
        let direction = if self.is_drawn(label) { self.direction } else { Direction::LeftToRight };
        let labels = drawing::paragraph(label, direction, look, room);
        let mut canvas = self.canvas(labels.len(), PLAIN);
        for (line, baseline) in labels.iter().zip(baselines(PLAIN)) {
            line.put_right(&mut canvas, i32::try_from(width).unwrap_or(0), baseline);
        }
        if let Some(last) = baselines(PLAIN).nth(labels.len().saturating_sub(1)) {
            value.put_left(&mut canvas, 0, last);
        }
        self.print(&canvas, Align::Left);
    }

    /// Whether a text is drawn from right to left as a paragraph.
    fn is_drawn(&self, text: &str) -> bool {
        self.direction == Direction::RightToLeft && text.chars().any(is_right_to_left)
    }

    /// Lines in columns of the printer's own font; those that it has not all letters for are drawn.
    fn lines(&mut self, lines: &[Line], style: Style) {
        for line in lines {
            match runs(line) {
                Some(runs) => {
                    self.commands.align(style.align);
                    self.commands.size(style.size);
                    self.commands.bold(style.bold);
                    self.commands.line_spacing(style.spacing());
                    self.commands.line(&runs);
                }
                None => {
                    let width = self.paper.dots();
                    let drawn = drawing::line(line, Direction::LeftToRight, style.look(), width);
                    self.drawn(&[drawn], style);
                }
            }
        }
    }

    /// Drawn lines below each other.
    fn drawn(&mut self, lines: &[Drawn], style: Style) {
        let mut canvas = self.canvas(lines.len(), style);
        let width = i32::try_from(self.paper.dots()).unwrap_or(0);
        let align = match (style.align, self.direction) {
            (Align::Left, Direction::RightToLeft) => Align::Right,
            (align, _) => align,
        };
        for (line, baseline) in lines.iter().zip(baselines(style)) {
            match align {
                Align::Left => line.put(&mut canvas, 0, baseline),
                Align::Centre => line.put_left(&mut canvas, (width - line.width()) / 2, baseline),
                Align::Right => line.put_right(&mut canvas, width, baseline),
            }
        }
        self.print(&canvas, align);
    }

    fn canvas(&self, lines: usize, style: Style) -> Canvas {
        Canvas::new(self.paper.dots(), lines * usize::from(style.spacing()))
    }

    fn print(&mut self, canvas: &Canvas, align: Align) {
        self.commands.align(align);
        let trim = match align {
            Align::Left => Trim::Right,
            Align::Centre => Trim::Both,
            Align::Right => Trim::Left,
        };
        for piece in canvas.pieces(trim, BAND_ROWS) {
            match piece {
                Piece::White(rows) => self.commands.feed(rows),
                Piece::Black(raster) => self.commands.raster(&raster),
            }
        }
    }
}

/// Where the letters of one line after the other stand.
fn baselines(style: Style) -> impl Iterator<Item = i32> {
    (style.baseline()..).step_by(usize::from(style.spacing()))
}

/// How many modules wide the QR code of a text is; none when there is no code for so long a text.
fn qr_modules(text: &str) -> usize {
    let segments = [qrcodegen::QrSegment::make_bytes(text.as_bytes())];
    let code = qrcodegen::QrCode::encode_segments_advanced(
        &segments,
        qrcodegen::QrCodeEcc::Medium,
        qrcodegen::Version::MIN,
        qrcodegen::Version::MAX,
        None,
        false,
    );
    code.ok().and_then(|code| usize::try_from(code.size()).ok()).unwrap_or(0)
}
