//! Pictures of black and white dots, as a printer gets them.
//!
//! Invariant: dots outside a canvas are left out, never wrapped around; what a canvas held is wiped.

use zeroize::Zeroizing;

/// Room above and below a canvas for marks that reach out of their line.
const SLACK: i32 = 16;

/// A picture of black and white dots.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Raster {
    /// Bytes in a row, eight dots each.
    pub row_bytes: u16,
    /// All rows from the top; the highest bit is the left-most dot, 1 is black.
    pub dots: Zeroizing<Vec<u8>>,
}

impl Raster {
    /// Its rows in bands of at most `most` rows: how many, and their dots.
    pub fn bands(&self, most: usize) -> impl Iterator<Item = (u16, &[u8])> {
        let row_bytes = usize::from(self.row_bytes.max(1));
        let bands = self.dots.chunks(row_bytes * most.max(1));
        bands.map(move |band| (u16::try_from(band.len() / row_bytes).unwrap_or(u16::MAX), band))
    }
}

/// A piece of paper to draw on, as wide as the print head.
pub struct Canvas {
    row_bytes: usize,
    height: i32,
    dots: Zeroizing<Vec<u8>>,
}

/// What a canvas looks like from top to bottom.
#[derive(Debug, PartialEq, Eq)]
pub enum Piece {
    /// So many white rows.
    White(usize),
    /// Rows with something on them, without the white at the sides that alignment makes up for.
    Black(Raster),
}

/// Which white at the sides need not be sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Trim {
    /// That at the right; the picture is printed at the left edge.
    Right,
    /// That at the left; the picture is printed at the right edge.
    Left,
    /// As much at both sides; the picture is printed in the middle.
    Both,
}

impl Canvas {
    /// White paper of so many dots.
    pub fn new(width: usize, height: usize) -> Self {
        let row_bytes = width / 8;
        let height = i32::try_from(height).unwrap_or(0);
        let rows = usize::try_from(height + 2 * SLACK).unwrap_or(0);
        Self { row_bytes, height, dots: Zeroizing::new(vec![0; row_bytes * rows]) }
    }

    /// Makes a dot black, when it is on the paper.
    pub fn blacken(&mut self, x: i32, y: i32) {
        let (Ok(x), Ok(y)) = (usize::try_from(x), usize::try_from(y + SLACK)) else { return };
        if x < self.row_bytes * 8
            && let Some(byte) = self.dots.get_mut(y * self.row_bytes + x / 8)
        {
            *byte |= 0x80 >> (x % 8);
        }
    }

    /// Cuts it into white and black pieces of at most `most` rows. The room for marks that reach out
    /// is left out where it is white.
    pub fn pieces(&self, trim: Trim, most: usize) -> Vec<Piece> {
        let rows: Vec<&[u8]> = self.dots.chunks(self.row_bytes.max(1)).collect();
        let slack = usize::try_from(SLACK).unwrap_or(0);
        let height = usize::try_from(self.height).unwrap_or(0);
        let black = |row: &&[u8]| row.iter().any(|byte| *byte != 0);
        let first = rows.iter().position(black).unwrap_or(slack).min(slack);
        let last = rows.iter().rposition(black).map_or(0, |row| row + 1).max(slack + height);
        let mut pieces = Vec::new();
        for group in rows[first..last].chunk_by(|above, below| black(above) == black(below)) {
            if group.first().is_some_and(black) {
                pieces.extend(group.chunks(most).map(|band| Piece::Black(trimmed(band, trim))));
            } else {
                pieces.push(Piece::White(group.len()));
            }
        }
        pieces
    }
}

fn trimmed(band: &[&[u8]], trim: Trim) -> Raster {
    let width = band.first().map_or(0, |row| row.len());
    let black = |column: &usize| band.iter().any(|row| row.get(*column).is_some_and(|byte| *byte != 0));
    let first = (0..width).find(black).unwrap_or(0);
    let last = (0..width).rfind(black).map_or(width, |column| column + 1);
    let (first, last) = match trim {
        Trim::Right => (0, last),
        Trim::Left => (first, width),
        Trim::Both => {
            let side = first.min(width - last);
            (side, width - side)
        }
    };
    let mut dots = Zeroizing::new(Vec::with_capacity((last - first) * band.len()));
    for row in band {
        dots.extend_from_slice(&row[first..last]);
    }
    Raster { row_bytes: u16::try_from(last - first).unwrap_or(u16::MAX), dots }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows(raster: &Raster) -> u16 {
        raster.bands(usize::MAX / 100).map(|(rows, _)| rows).sum()
    }

    #[test]
    fn white_is_not_sent() {
        let mut canvas = Canvas::new(64, 20);
        canvas.blacken(17, 5);
        canvas.blacken(40, 6);
        let black =
            |row_bytes, dots: &[u8]| Piece::Black(Raster { row_bytes, dots: Zeroizing::new(dots.to_vec()) });
        assert_eq!(
            canvas.pieces(Trim::Right, 64),
            [Piece::White(5), black(6, &[0, 0, 0x40, 0, 0, 0, 0, 0, 0, 0, 0, 0x80]), Piece::White(13)]
        );
        assert_eq!(canvas.pieces(Trim::Left, 64)[1], black(6, &[0x40, 0, 0, 0, 0, 0, 0, 0, 0, 0x80, 0, 0]));
        assert_eq!(canvas.pieces(Trim::Both, 64)[1], black(4, &[0x40, 0, 0, 0, 0, 0, 0, 0x80]));
    }

    #[test]
    fn a_high_picture_comes_in_bands() {
        let mut canvas = Canvas::new(8, 150);
        (0..150).for_each(|y| canvas.blacken(0, y));
        let rows = canvas.pieces(Trim::Right, 64).into_iter().map(|piece| match piece {
            Piece::Black(raster) => rows(&raster),
            Piece::White(_) => 0,
        });
        assert_eq!(rows.collect::<Vec<_>>(), [64, 64, 22]);
    }

    #[test]
    fn marks_above_a_line_are_kept_and_dots_outside_the_paper_are_not() {
        let mut canvas = Canvas::new(8, 2);
        canvas.blacken(0, -3);
        for outside in [(-1, 0), (8, 0), (0, -17), (0, 18)] {
            canvas.blacken(outside.0, outside.1);
        }
        let pieces = canvas.pieces(Trim::Right, 64);
        assert!(matches!(&pieces[..], [Piece::Black(raster), Piece::White(4)] if rows(raster) == 1));
        assert_eq!(Canvas::new(8, 3).pieces(Trim::Left, 64), [Piece::White(3)]);
    }
}
