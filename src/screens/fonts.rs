//! Letters that the screens' type lacks come from our own fonts, whatever fonts the machine has.

use slint::fontique_011::fontique::{FallbackKey, Script};
use slint::fontique_011::shared_collection;

/// The family that every pillar has; `ui/app.slint` brings the fonts.
const LATIN: &str = "Noto Sans";
/// The family for Arabic letters; likewise.
const ARABIC: &str = "Noto Sans Arabic";

/// Says where letters come from that the type has not. To be called when the window was made: then the fonts are
/// there.
pub(super) fn fall_back_on_our_own() {
    let mut fonts = shared_collection();
    for (script, family) in [(*b"Arab", ARABIC), (*b"Cyrl", LATIN), (*b"Latn", LATIN)] {
        match fonts.family_id(family) {
            Some(id) => {
                fonts.set_fallbacks(FallbackKey::new(Script::from_bytes(script), None), [id].into_iter());
            }
            None => tracing::error!(family, "the screens lack a font; look at assets/fonts"),
        }
    }
}

/// The family of a municipality, when this machine has it, and otherwise our own.
pub(super) fn ours_unless_there(family: &str) -> &str {
    let there = shared_collection().family_id(family).is_some();
    if !there {
        tracing::warn!(family, "this type is not installed; the screens use {LATIN}");
    }
    if there { family } else { LATIN }
}
