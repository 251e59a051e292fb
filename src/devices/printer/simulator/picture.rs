//! Rows of dots as a PNG of a piece of paper.
//!
//! Invariant: the picture is as wide as the paper, with the white edges that a print head leaves.

use super::typesetter::Row;

/// 80 mm of eight dots.
const PAPER_DOTS: usize = 640;

/// A PNG of one bit a dot. A piece without length is drawn as one white row.
#[must_use]
pub fn png(rows: &[Row]) -> Vec<u8> {
    let height = rows.len().max(1);
    let mut bits = vec![0xff; PAPER_DOTS / 8 * height];
    for (row, line) in rows.iter().zip(bits.chunks_mut(PAPER_DOTS / 8)) {
        let left = PAPER_DOTS.saturating_sub(row.len()) / 2;
        for (x, _) in row.iter().enumerate().filter(|(_, black)| **black) {
            if let Some(byte) = line.get_mut((left + x) / 8) {
                *byte &= !(0x80 >> ((left + x) % 8));
            }
        }
    }
    let mut file = Vec::new();
    match write(&mut file, height, &bits) {
        Ok(()) => file,
        // Only a picture larger than PNG allows could fail, and no roll is that long.
        Err(error) => {
            tracing::error!(%error, "could not draw the paper");
            Vec::new()
        }
    }
}

fn write(file: &mut Vec<u8>, height: usize, bits: &[u8]) -> Result<(), png::EncodingError> {
    let height = u32::try_from(height).unwrap_or(u32::MAX);
    let mut encoder = png::Encoder::new(file, PAPER_DOTS as u32, height);
    encoder.set_color(png::ColorType::Grayscale);
    encoder.set_depth(png::BitDepth::One);
    encoder.set_pixel_dims(Some(png::PixelDimensions { xppu: 8000, yppu: 8000, unit: png::Unit::Meter }));
    encoder.write_header()?.write_image_data(bits)
}
