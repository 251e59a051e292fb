//! A receipt as ESC/POS bytes.
//!
//! Invariant: the bytes hold everything that the receipt says and nothing else; cut and status
//! requests belong to the printer's driver.

use zeroize::Zeroizing;

use super::commands::{Align, Commands, Size};
use super::layout::{Line, opposite, two_columns, wrap};
use super::logo::logo;
use super::{Block, Receipt};

/// How many characters of the normal font fit on a line of 80 mm paper.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Columns {
    /// 42 characters (512 dots).
    FortyTwo,
    /// 48 characters (576 dots).
    #[default]
    FortyEight,
}

impl Columns {
    /// The number of characters of the normal font.
    #[must_use]
    pub const fn count(self) -> usize {
        match self {
            Self::FortyTwo => 42,
            Self::FortyEight => 48,
        }
    }

    /// The number of characters of the small font.
    const fn small(self) -> usize {
        match self {
            Self::FortyTwo => 56,
            Self::FortyEight => 64,
        }
    }
}

/// A receipt that can be printed.
pub struct Printable {
    /// Its ESC/POS bytes; wiped when dropped.
    pub bytes: Zeroizing<Vec<u8>>,
    /// How much paper it takes, in millimetres.
    pub millimetres: u32,
}

/// A receipt for a printer that was initialised (`ESC @`), without cut.
#[must_use]
pub fn render(receipt: &Receipt, columns: Columns) -> Printable {
    let mut page = Page { commands: Commands::new(), columns, labels: label_width(receipt, columns) };
    page.commands.line_spacing(LINE);
    for block in &receipt.blocks {
        page.put(block);
    }
    Printable { bytes: page.commands.finish(), millimetres: 0 }
}

/// Distances in dots, an eighth of a millimetre.
const LINE: u8 = 32;
const SMALL_LINE: u8 = 22;
const TALL_LINE: u8 = 54;
const SPACE: u8 = 20;
const QR_MODULE: u8 = 6;
/// A scanner needs four modules of white around the code.
const QR_QUIET: u8 = 4 * QR_MODULE;

struct Page {
    commands: Commands,
    columns: Columns,
    labels: usize,
}

impl Page {
    fn put(&mut self, block: &Block) {
        let width = self.columns.count();
        match block {
            Block::Logo => self.logo(),
            Block::Name(text) => self.styled(&wrap(text, width), Align::Centre, Size::Normal, true),
            Block::Title(text) => self.styled(&wrap(text, width), Align::Left, Size::Tall, true),
            Block::Heading(text) => self.styled(&wrap(text, width), Align::Left, Size::Normal, true),
            Block::Paragraph(text) => self.lines(&wrap(text, width)),
            Block::Centred(text) => self.styled(&wrap(text, width), Align::Centre, Size::Normal, false),
            Block::Pair { label, value } => self.lines(&two_columns(label, value, self.labels, width)),
            Block::Amount { label, value } => self.lines(&opposite(label, value, width)),
            Block::Reference(groups) => {
                let line = Line::new(groups.join(" "));
                self.styled(&[line], Align::Centre, Size::Double, true);
            }
            Block::Qr(text) => self.qr(text),
            Block::SmallPrint(text) => {
                self.styled(&wrap(text, self.columns.small()), Align::Left, Size::Small, false);
            }
            Block::Rule => self.commands.line(&"─".repeat(width)),
            Block::Space => self.commands.feed(SPACE),
        }
    }

    fn logo(&mut self) {
        if let Some(raster) = logo() {
            self.commands.align(Align::Centre);
            self.commands.raster(raster);
            self.commands.align(Align::Left);
        }
    }

    fn qr(&mut self, text: &str) {
        self.commands.align(Align::Centre);
        self.commands.feed(QR_QUIET);
        self.commands.qr(text, QR_MODULE);
        self.commands.feed(QR_QUIET);
        self.commands.align(Align::Left);
    }

    fn styled(&mut self, lines: &[Line], align: Align, size: Size, bold: bool) {
        self.commands.align(align);
        self.commands.size(size);
        self.commands.bold(bold);
        self.commands.line_spacing(match size {
            Size::Small => SMALL_LINE,
            Size::Normal => LINE,
            Size::Tall | Size::Double => TALL_LINE,
        });
        self.lines(lines);
        self.commands.line_spacing(LINE);
        self.commands.bold(false);
        self.commands.size(Size::Normal);
        self.commands.align(Align::Left);
    }

    fn lines(&mut self, lines: &[Line]) {
        for line in lines {
            self.commands.line(line);
        }
    }
}

/// The width of the left column: that of the longest label, but at most two fifths of the paper.
fn label_width(receipt: &Receipt, columns: Columns) -> usize {
    let longest = receipt.blocks.iter().filter_map(|block| match block {
        Block::Pair { label, .. } => Some(label.chars().count() + 1),
        _ => None,
    });
    longest.max().unwrap_or(0).min(columns.count() * 2 / 5)
}
