//! QR codes as pictures for pages. Invariant: it has its quiet zone, and is dark on light whatever the page is.

use qrcodegen::{QrCode, QrCodeEcc};
use zeroize::Zeroizing;

/// The empty border, in modules.
const QUIET: i32 = 4;

/// A QR code as an SVG path. It may be a secret.
pub struct Picture {
    /// How many modules it has on each side, with the quiet zone.
    pub size: i32,
    /// The dark modules, as the data of an SVG path with modules as unit.
    pub path: Zeroizing<String>,
}

/// The picture of a text; nothing when that is too long.
#[must_use]
pub fn picture(text: &str) -> Option<Picture> {
    let qr = QrCode::encode_text(text, QrCodeEcc::Medium).ok()?;
    let places = (0..qr.size()).flat_map(|y| (0..qr.size()).map(move |x| (x, y)));
    let dark = places.filter(|(x, y)| qr.get_module(*x, *y));
    let path = dark.map(|(x, y)| format!("M{} {}h1v1h-1z", x + QUIET, y + QUIET)).collect();
    Some(Picture { size: qr.size() + 2 * QUIET, path: Zeroizing::new(path) })
}
