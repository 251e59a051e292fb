//! Reads ESC/POS as a printer does, one command at a time.
//!
//! Invariant: knows nothing of how receipts are encoded; an unknown command is reported, not guessed.

/// What a printer is told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Command {
    /// A character in the chosen code page.
    Character(u8),
    /// Print the line.
    LineFeed,
    /// `ESC @`
    Initialise,
    /// `ESC t n`
    CodePage(u8),
    /// `ESC E n`
    Bold(bool),
    /// `GS ! n`: how many times as wide and as high, 1 to 8.
    Size(u8, u8),
    /// `ESC M n`: whether the small font.
    SmallFont(bool),
    /// `ESC a n`: 0 left, 1 centre, 2 right.
    Align(u8),
    /// `ESC 3 n`, and `ESC 2` as `None`.
    LineSpacing(Option<u8>),
    /// `ESC J n`: print the line and feed so many dots.
    Feed(u8),
    /// `ESC d n`: print the line and feed so many lines.
    FeedLines(u8),
    /// `GS b n`
    Smooth(bool),
    /// `GS v 0`: bytes in a row, and how many rows of them follow the command.
    Raster(usize, usize),
    /// `GS ( k` 67: dots of a module.
    QrModule(u8),
    /// `GS ( k` 69: error correction, `'0'` to `'3'`.
    QrLevel(u8),
    /// `GS ( k` 80
    QrStore(Vec<u8>),
    /// `GS ( k` 81
    QrPrint,
    /// `GS V`: cut after feeding so many dots; `None` cuts where the paper is.
    Cut(Option<u8>),
    /// `GS a n`
    AutomaticStatus(u8),
    /// `GS r 1`
    PaperSensor,
    /// `GS ( H` 48
    ProcessId([u8; 4]),
    /// Without effect on paper.
    Nothing,
    /// A command that this printer does not know, by its first bytes.
    Unknown([u8; 2]),
}

/// The first command in the bytes and its length, or `None` while it is incomplete.
#[must_use]
pub fn first_command(bytes: &[u8]) -> Option<(Command, usize)> {
    match *bytes.first()? {
        0x1b => escape(bytes),
        0x1d => group(bytes),
        b'\n' => Some((Command::LineFeed, 1)),
        byte if byte < b' ' => Some((Command::Nothing, 1)),
        byte => Some((Command::Character(byte), 1)),
    }
}

fn escape(bytes: &[u8]) -> Option<(Command, usize)> {
    let name = *bytes.get(1)?;
    match name {
        b'@' => return Some((Command::Initialise, 2)),
        b'2' => return Some((Command::LineSpacing(None), 2)),
        _ => {}
    }
    let n = *bytes.get(2)?;
    let command = match name {
        b't' => Command::CodePage(n),
        b'E' => Command::Bold(n & 1 == 1),
        b'M' => Command::SmallFont(n % 48 == 1),
        b'a' => Command::Align(n % 48),
        b'3' => Command::LineSpacing(Some(n)),
        b'J' => Command::Feed(n),
        b'd' => Command::FeedLines(n),
        b'R' | b'-' | b'G' | b'{' | b' ' => Command::Nothing,
        _ => return Some((Command::Unknown([0x1b, name]), 2)),
    };
    Some((command, 3))
}

fn group(bytes: &[u8]) -> Option<(Command, usize)> {
    let name = *bytes.get(1)?;
    let n = *bytes.get(2)?;
    match name {
        b'!' => Some((Command::Size((n >> 4 & 7) + 1, (n & 7) + 1), 3)),
        b'b' => Some((Command::Smooth(n & 1 == 1), 3)),
        b'a' => Some((Command::AutomaticStatus(n), 3)),
        b'r' => Some((if n % 48 == 1 { Command::PaperSensor } else { Command::Nothing }, 3)),
        b'B' => Some((Command::Nothing, 3)),
        b'V' if n == 65 || n == 66 => Some((Command::Cut(Some(*bytes.get(3)?)), 4)),
        b'V' => Some((Command::Cut(None), 3)),
        b'L' | b'W' => bytes.get(3).map(|_| (Command::Nothing, 4)),
        b'v' => raster(bytes),
        b'(' => parenthesis(bytes),
        _ => Some((Command::Unknown([0x1d, name]), 2)),
    }
}

/// The head only: a printer prints a picture while it comes, because it may be larger than the buffer.
fn raster(bytes: &[u8]) -> Option<(Command, usize)> {
    let header = bytes.get(..8)?;
    let row_bytes = usize::from(u16::from_le_bytes([header[4], header[5]]));
    let rows = usize::from(u16::from_le_bytes([header[6], header[7]]));
    Some((Command::Raster(row_bytes, rows), 8))
}

fn parenthesis(bytes: &[u8]) -> Option<(Command, usize)> {
    let header = bytes.get(..5)?;
    let length = 5 + usize::from(u16::from_le_bytes([header[3], header[4]]));
    let command = match (header[2], bytes.get(5..length)?) {
        (b'H', &[48, 48, a, b, c, d]) => Command::ProcessId([a, b, c, d]),
        (b'k', [49, 65, 50, ..]) => Command::Nothing,
        (b'k', &[49, 67, module]) => Command::QrModule(module),
        (b'k', &[49, 69, level]) => Command::QrLevel(level),
        (b'k', [49, 80, 48, data @ ..]) => Command::QrStore(data.to_vec()),
        (b'k', [49, 81, 48]) => Command::QrPrint,
        _ => Command::Unknown([0x1d, b'(']),
    };
    Some((command, length))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_command_is_not_read_before_it_is_complete() {
        let store = [0x1d, b'(', b'k', 5, 0, 49, 80, 48, b'a', b'b'];
        for length in 0..store.len() {
            assert_eq!(first_command(&store[..length]), None, "{length}");
        }
        assert_eq!(first_command(&store), Some((Command::QrStore(b"ab".to_vec()), 10)));
    }

    #[test]
    fn a_picture_is_printed_while_it_comes() {
        let raster = [0x1d, b'v', b'0', 0, 1, 0, 2, 0, 0xaa];
        assert_eq!(first_command(&raster[..7]), None);
        assert_eq!(first_command(&raster), Some((Command::Raster(1, 2), 8)));
    }

    #[test]
    fn an_unknown_command_is_said_to_be_unknown() {
        assert_eq!(first_command(&[0x1b, 0x7f, 1]), Some((Command::Unknown([0x1b, 0x7f]), 2)));
    }
}
