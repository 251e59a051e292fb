//! The ESC/POS commands that a receipt is made of, by name.
//!
//! Invariant: nothing but these commands and characters of a code page gets into the bytes, and no
//! picture holds bytes that a printer would take for a real-time command.

use zeroize::Zeroizing;

use super::code_pages::{CodePage, runs};
use super::logo::Raster;

const ESC: u8 = 0x1b;
const GS: u8 = 0x1d;
const DLE: u8 = 0x10;
/// More than the longest receipt, so that the buffer never moves and leaves a copy behind.
const ROOM: usize = 64 * 1024;

/// Where lines stand between the edges of the paper.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Align {
    /// At the left edge.
    Left,
    /// In the middle.
    Centre,
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

/// ESC/POS bytes in the making; wiped when dropped.
pub struct Commands {
    bytes: Zeroizing<Vec<u8>>,
    page: Option<CodePage>,
}

impl Commands {
    /// Starts with what every receipt needs: smooth large characters (`GS b`).
    #[must_use]
    pub fn new() -> Self {
        let mut commands = Self { bytes: Zeroizing::new(Vec::with_capacity(ROOM)), page: None };
        commands.put(&[GS, b'b', 1]);
        commands
    }

    /// The finished bytes.
    #[must_use]
    pub fn finish(self) -> Zeroizing<Vec<u8>> {
        self.bytes
    }

    /// `ESC a`: aligns the lines that follow.
    pub fn align(&mut self, align: Align) {
        self.put(&[ESC, b'a', if align == Align::Centre { 1 } else { 0 }]);
    }

    /// `ESC M` and `GS !`: sets the size of the characters that follow.
    pub fn size(&mut self, size: Size) {
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
        self.put(&[ESC, b'E', u8::from(on)]);
    }

    /// `ESC 3`: the distance from line to line, in dots (an eighth of a millimetre).
    pub fn line_spacing(&mut self, dots: u8) {
        self.put(&[ESC, b'3', dots]);
    }

    /// `ESC J`: feeds so many dots.
    pub fn feed(&mut self, dots: u8) {
        self.put(&[ESC, b'J', dots]);
    }

    /// One line of text, each run in the code page (`ESC t`) that it needs.
    pub fn line(&mut self, text: &str) {
        for (page, characters) in runs(text) {
            if self.page != Some(page) {
                self.put(&[ESC, b't', page.number()]);
                self.page = Some(page);
            }
            self.put(&characters);
        }
        self.put(b"\n");
    }

    /// `GS v 0`: a picture in black and white.
    pub fn raster(&mut self, raster: &Raster) {
        let [width_low, width_high] = raster.row_bytes.to_le_bytes();
        let [height_low, height_high] = raster.rows().to_le_bytes();
        self.put(&[GS, b'v', b'0', 0, width_low, width_high, height_low, height_high]);
        let start = self.bytes.len();
        self.put(&raster.dots);
        hide_real_time_commands(&mut self.bytes[start..]);
    }

    /// `GS ( k`: a QR code of model 2 with error correction M; a module is so many dots wide (1 to 16).
    pub fn qr(&mut self, text: &str, module_dots: u8) {
        self.qr_function(b'A', &[b'2', 0]);
        self.qr_function(b'C', &[module_dots.clamp(1, 16)]);
        self.qr_function(b'E', b"1");
        let mut store = Zeroizing::new(vec![b'0']);
        store.extend_from_slice(text.as_bytes());
        self.qr_function(b'P', &store);
        self.qr_function(b'Q', b"0");
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
    use super::*;

    #[test]
    fn a_picture_holds_no_real_time_command() {
        let raster = Raster { row_bytes: 3, dots: vec![0x10, 0x05, 0x02, 0xff, 0x10, 0x04] };
        let mut commands = Commands::new();
        commands.raster(&raster);
        assert_eq!(
            commands.finish()[3..],
            [0x1d, b'v', b'0', 0, 3, 0, 2, 0, 0x18, 0x05, 0x02, 0xff, 0x18, 0x04]
        );
    }

    #[test]
    fn a_qr_code_says_how_long_its_text_is() {
        let mut commands = Commands::new();
        commands.qr("abc", 6);
        let bytes = commands.finish();
        let stored = [0x1d, b'(', b'k', 6, 0, b'1', b'P', b'0', b'a', b'b', b'c'];
        assert!(bytes.windows(stored.len()).any(|window| window == stored));
    }

    #[test]
    fn a_code_page_is_chosen_once_for_each_run() {
        let mut commands = Commands::new();
        commands.line("é");
        commands.line("€ ł");
        assert_eq!(
            commands.finish()[3..],
            [0x1b, b't', 19, 0x82, b'\n', 0xd5, b' ', 0x1b, b't', 18, 0x88, b'\n']
        );
    }
}
