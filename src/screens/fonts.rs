//! Letters that Noto Sans lacks come from our own Noto Sans Arabic, whatever fonts the machine has.

use slint::fontique_011::fontique::{FallbackKey, Script};
use slint::fontique_011::shared_collection;

/// The family for Arabic letters; `ui/app.slint` brings the font.
const ARABIC: &str = "Noto Sans Arabic";

/// Says where Arabic letters come from. To be called when the window was made: then the fonts are there.
pub(super) fn fall_back_on_our_own() {
    let mut fonts = shared_collection();
    match fonts.family_id(ARABIC) {
        Some(family) => {
            fonts.set_fallbacks(FallbackKey::new(Script::from_bytes(*b"Arab"), None), [family].into_iter());
        }
        None => tracing::error!(family = ARABIC, "the screens lack a font; look at assets/fonts"),
    }
}
