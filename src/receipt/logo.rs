//! The municipality's mark in black and white, as a printer gets it.
//!
//! Invariant: the picture is read from the PNG file that the program was built with, so that it is
//! the same on every receipt; a file that cannot be read gives a receipt without a mark.

use std::io::Cursor;
use std::sync::LazyLock;

use zeroize::Zeroizing;

use super::raster::Raster;

/// The mark, unless its file is broken.
#[must_use]
pub fn logo() -> Option<&'static Raster> {
    LOGO.as_ref()
}

static LOGO: LazyLock<Option<Raster>> =
    LazyLock::new(|| read(include_bytes!("../../assets/receipt-logo.png")));

/// Reads a PNG of one bit a dot in grey, white being 1.
fn read(file: &[u8]) -> Option<Raster> {
    let mut reader = png::Decoder::new(Cursor::new(file)).read_info().ok()?;
    let mut dots = vec![0; reader.output_buffer_size()?];
    let frame = reader.next_frame(&mut dots).ok()?;
    if frame.bit_depth != png::BitDepth::One || frame.color_type != png::ColorType::Grayscale {
        return None;
    }
    let row_bytes = u16::try_from(frame.line_size).ok()?;
    let spare_dots = (8 - frame.width % 8) % 8;
    for row in dots.chunks_mut(frame.line_size) {
        row.iter_mut().for_each(|byte| *byte = !*byte);
        if let Some(last) = row.last_mut() {
            *last &= 0xff << spare_dots;
        }
    }
    Some(Raster { row_bytes, dots: Zeroizing::new(dots) })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_mark_is_a_small_picture_of_dark_dots_on_white() {
        let logo = logo().unwrap();
        let rows = logo.bands(200).map(|(rows, _)| rows).sum::<u16>();
        assert_eq!((logo.row_bytes, rows), (21, 160));
        let dark: u32 = logo.dots.iter().map(|byte| byte.count_ones()).sum();
        let all = u32::from(logo.row_bytes) * 8 * u32::from(rows);
        assert!(dark > all / 8 && dark < all / 2, "{dark} of {all}");
        assert_eq!(logo.dots[0], 0, "the corner is white");
    }

    #[test]
    fn a_broken_file_is_no_mark() {
        assert_eq!(read(b"\x89PNG nonsense"), None);
    }
}
