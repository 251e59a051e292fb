//! The ESC/POS commands that a receipt is made of, by name.
//!
//! Invariant: nothing but these commands and characters of a code page gets into the bytes, and no
//! picture holds bytes that a printer would take for a real-time command.

use zeroize::Zeroizing;

use super::code_pages::CodePage;
use super::raster::Raster;

const ESC: u8 = 0x1b;
const GS: u8 = 0x1d;
const DLE: u8 = 0x10;
/// More than the longest receipt, so that the buffer never moves and leaves a copy behind.
const ROOM: usize = 512 * 1024;
/// Rows of a picture that are sent at once; small printers hold no more.
pub const BAND_ROWS: usize = 64;

/// Where lines stand between the edges of the paper.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Align {
    /// At the left edge.
    Left,
    /// In the middle.
    Centre,
    /// At the right edge.
    Right,
}

/// How large characters are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Size {
    /// The small font, 9 × 17 dots.
    Small,
    /// The normal font, 12 × 24 dots.
    Normal,
    /// Twice as high.
    Tall,
    /// Twice as high and twice as wide.
    Double,
}

impl Size {
    /// How high a character is, in dots.
    const fn dots(self) -> u32 {
        match self {
            Self::Small => 17,
            Self::Normal => 24,
            Self::Tall | Self::Double => 48,
        }
    }
}

/// ESC/POS bytes in the making; wiped when dropped.
pub struct Commands {
    bytes: Zeroizing<Vec<u8>>,
    page: Option<CodePage>,
    align: Align,
    size: Size,
    bold: bool,
    spacing: u8,
    fed: u32,
}

impl Commands {
    /// Starts with what every receipt needs: smooth large characters (`GS b`).
    #[must_use]
    pub fn new() -> Self {
        let mut commands = Self {
            bytes: Zeroizing::new(Vec::with_capacity(ROOM)),
            page: None,
            align: Align::Left,
            size: Size::Normal,
            bold: false,
            spacing: 30,
            fed: 0,
        };
        commands.put(&[GS, b'b', 1]);
        commands
    }

    /// The finished bytes.
    #[must_use]
    pub fn finish(self) -> Zeroizing<Vec<u8>> {
        self.bytes
    }

    /// How much paper was fed, in dots.
    #[must_use]
    pub const fn fed(&self) -> u32 {
        self.fed
    }

    /// `ESC a`: aligns the lines that follow.
    pub fn align(&mut self, align: Align) {
        if self.align == align {
            return;
        }
        self.align = align;
        let n = match align {
            Align::Left => 0,
            Align::Centre => 1,
            Align::Right => 2,
        };
        self.put(&[ESC, b'a', n]);
    }

    /// `ESC M` and `GS !`: sets the size of the characters that follow.
    pub fn size(&mut self, size: Size) {
        if self.size == size {
            return;
        }
        self.size = size;
        let (font, multiple) = match size {
            Size::Small => (1, 0x00),
            Size::Normal => (0, 0x00),
            Size::Tall => (0, 0x01),
            Size::Double => (0, 0x11),
        };
        self.put(&[ESC, b'M', font]);
        self.put(&[GS, b'!', multiple]);
    }

    /// `ESC E`: bold on or off.
    pub fn bold(&mut self, on: bool) {
        if self.bold == on {
            return;
        }
        self.bold = on;
        self.put(&[ESC, b'E', u8::from(on)]);
    }

    /// `ESC 3`: the distance from line to line, in dots (an eighth of a millimetre).
    pub fn line_spacing(&mut self, dots: u8) {
        if self.spacing != dots {
            self.spacing = dots;
            self.put(&[ESC, b'3', dots]);
        }
    }

    /// `ESC J`: feeds so many dots.
    pub fn feed(&mut self, dots: usize) {
        let mut left = dots;
        while left > 0 {
            let step = u8::try_from(left).unwrap_or(u8::MAX);
            self.put(&[ESC, b'J', step]);
            self.fed += u32::from(step);
            left -= usize::from(step);
        }
    }

    /// One line of text, each run in the code page (`ESC t`) that it needs.
    pub fn line(&mut self, runs: &[(CodePage, Zeroizing<Vec<u8>>)]) {
        for (page, characters) in runs {
            if self.page != Some(*page) {
                self.put(&[ESC, b't', page.number()]);
                self.page = Some(*page);
            }
            self.put(characters);
        }
        self.put(b"\n");
        let letters = if runs.is_empty() { 0 } else { self.size.dots() };
        self.fed += letters.max(u32::from(self.spacing));
    }

    /// `GS v 0`: a picture in black and white, in bands.
    pub fn raster(&mut self, raster: &Raster) {
        let [width_low, width_high] = raster.row_bytes.to_le_bytes();
        for (rows, band) in raster.bands(BAND_ROWS) {
            let [height_low, height_high] = rows.to_le_bytes();
            self.put(&[GS, b'v', b'0', 0, width_low, width_high, height_low, height_high]);
            let start = self.bytes.len();
            self.put(band);
            hide_real_time_commands(&mut self.bytes[start..]);
            self.fed += u32::from(rows);
        }
    }

    /// `GS ( k`: a QR code of model 2 with error correction M, of so many modules, each so many dots
    /// wide (1 to 16).
    pub fn qr(&mut self, text: &str, modules: u32, module_dots: u8) {
        self.qr_function(b'A', &[b'2', 0]);
        self.qr_function(b'C', &[module_dots.clamp(1, 16)]);
        self.qr_function(b'E', b"1");
        let mut store = Zeroizing::new(vec![b'0']);
        store.extend_from_slice(text.as_bytes());
        self.qr_function(b'P', &store);
        self.qr_function(b'Q', b"0");
        self.fed += modules * u32::from(module_dots.clamp(1, 16));
    }

    fn qr_function(&mut self, function: u8, parameters: &[u8]) {
        let length = u16::try_from(parameters.len() + 2).unwrap_or(u16::MAX);
        let [low, high] = length.to_le_bytes();
        self.put(&[GS, b'(', b'k', low, high, b'1', function]);
        self.put(parameters);
    }

    fn put(&mut self, bytes: &[u8]) {
        self.bytes.extend_from_slice(bytes);
    }
}

/// Printers obey `DLE EOT`, `DLE ENQ` and `DLE DC4` at once, even amid a picture. One more black dot
/// in the first byte makes it a picture again.
fn hide_real_time_commands(dots: &mut [u8]) {
    for place in 1..dots.len() {
        if dots[place - 1] == DLE && matches!(dots[place], 0x04 | 0x05 | 0x14) {
            dots[place - 1] |= 0x08;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::code_pages::runs;
    use super::*;

    fn raster(row_bytes: u16, dots: &[u8]) -> Raster {
        Raster { row_bytes, dots: Zeroizing::new(dots.to_vec()) }
    }

    #[test]
    fn a_picture_holds_no_real_time_command() {
        let mut commands = Commands::new();
        commands.raster(&raster(3, &[0x10, 0x05, 0x02, 0xff, 0x10, 0x04]));
        assert_eq!(
            commands.finish()[3..],
            [0x1d, b'v', b'0', 0, 3, 0, 2, 0, 0x18, 0x05, 0x02, 0xff, 0x18, 0x04]
        );
    }

    #[test]
    fn a_high_picture_is_sent_in_bands() {
        let mut commands = Commands::new();
        commands.raster(&raster(1, &[0xff; 70]));
        assert_eq!(commands.fed(), 70);
        let bytes = commands.finish();
        assert_eq!(bytes[3..11], [0x1d, b'v', b'0', 0, 1, 0, 64, 0]);
        assert_eq!(bytes[75..83], [0x1d, b'v', b'0', 0, 1, 0, 6, 0]);
    }

    #[test]
    fn a_qr_code_says_how_long_its_text_is() {
        let mut commands = Commands::new();
        commands.qr("abc", 21, 6);
        assert_eq!(commands.fed(), 126);
        let bytes = commands.finish();
        let stored = [0x1d, b'(', b'k', 6, 0, b'1', b'P', b'0', b'a', b'b', b'c'];
        assert!(bytes.windows(stored.len()).any(|window| window == stored));
    }

    #[test]
    fn a_code_page_is_chosen_once_for_each_run() {
        let mut commands = Commands::new();
        commands.line(&runs("é").unwrap());
        commands.line(&runs("€ ł").unwrap());
        assert_eq!(
            commands.finish()[3..],
            [0x1b, b't', 19, 0x82, b'\n', 0xd5, b' ', 0x1b, b't', 18, 0x88, b'\n']
        );
    }

    #[test]
    fn what_is_so_already_is_not_said_again() {
        let mut commands = Commands::new();
        commands.align(Align::Right);
        commands.align(Align::Right);
        commands.line_spacing(40);
        commands.line_spacing(40);
        commands.feed(300);
        assert_eq!((commands.fed(), commands.finish().len()), (300, 3 + 3 + 3 + 6));
    }
}
