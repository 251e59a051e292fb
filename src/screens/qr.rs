//! QR codes as pictures: dark on light with the quiet zone that readers need, every square a whole
//! number of pixels.

use qrcodegen::{QrCode, QrCodeEcc};
use slint::{Image, Rgb8Pixel, SharedPixelBuffer};

/// The light squares around a code (ISO/IEC 18004 asks for four).
const QUIET: i32 = 4;
/// A picture of a text as a QR code, at most `widest` pixels wide where its squares allow it, and its width
/// in pixels; `None` for a text that fits in none.
pub(super) fn picture(text: &str, widest: i32) -> Option<(Image, u16)> {
    let code = QrCode::encode_text(text, QrCodeEcc::Medium).ok()?;
    let squares = code.size() + 2 * QUIET;
    let side = (widest / squares).max(1);
    let width = u16::try_from(squares * side).ok()?;
    let mut pixels = SharedPixelBuffer::<Rgb8Pixel>::new(width.into(), width.into());
    for (place, pixel) in (0..).zip(pixels.make_mut_slice()) {
        let (x, y) = (place % i32::from(width) / side, place / i32::from(width) / side);
        let shade = if code.get_module(x - QUIET, y - QUIET) { 0 } else { 255 };
        *pixel = Rgb8Pixel { r: shade, g: shade, b: shade };
    }
    Some((Image::from_rgb8(pixels), width))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_has_a_quiet_zone_and_whole_squares() {
        let (image, width) = picture("7K3M-Q9XA-2FT", 360).unwrap();
        let buffer = image.to_rgb8().unwrap();
        assert_eq!((buffer.width(), buffer.height()), (width.into(), width.into()));
        let squares = QrCode::encode_text("7K3M-Q9XA-2FT", QrCodeEcc::Medium).unwrap().size() + 2 * QUIET;
        assert_eq!(i32::from(width) % squares, 0);
        let side = i32::from(width) / squares;
        let at = |x: i32, y: i32| buffer.as_slice()[usize::try_from(y * i32::from(width) + x).unwrap()].r;
        assert_eq!(at(QUIET * side - 1, QUIET * side), 255, "the quiet zone is light");
        assert_eq!(at(QUIET * side, QUIET * side), 0, "the corner mark begins right after it");
    }

    #[test]
    fn a_text_that_is_too_long_gives_no_code() {
        assert!(picture(&"x".repeat(5000), 360).is_none());
    }
}
