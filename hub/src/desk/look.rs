//! How the pages look: the hub's own style sheet, and after it the municipality's colours from its published catalogue, as
//! tokens of the NL Design System. Invariant: whatever is read on these pages can be read well, by day and by night; a
//! theme that could not be is left out, and the hub's own stays.

use std::sync::Arc;

use aws_lc_rs::digest::{SHA256, digest};
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use zuil_catalogue::{Branding, Colour, Colours};

use super::{Desk, asset};

const STYLE: &str = include_str!("../../assets/style.css");
const CSS: &str = "text/css; charset=utf-8";
/// The least contrast of words (WCAG 2.2, AAA).
const WORDS: f64 = 7.0;
/// The least contrast of the two halves of the ring around what has the focus.
const RING: f64 = 3.0;

pub(super) async fn stylesheet() -> Response {
    asset(CSS, STYLE)
}

/// The colours of the newest catalogue; nothing when none was published. Browsers ask each time whether they changed.
pub(super) async fn branding(State(desk): State<Arc<Desk>>, asked: HeaderMap) -> Response {
    let style = desk.catalogue().await.map(|told| style_of(&told.branding)).unwrap_or_default();
    let print = digest(&SHA256, style.as_bytes());
    let print: Vec<String> = print.as_ref().iter().take(8).map(|byte| format!("{byte:02x}")).collect();
    let tag = format!("\"{}\"", print.concat());
    let known = asked.get_all(header::IF_NONE_MATCH).iter().filter_map(|value| value.to_str().ok());
    // A proxy that packs answers calls the tag weak.
    let mut known = known.flat_map(|tags| tags.split(',')).map(|known| known.trim().trim_start_matches("W/"));
    let is_known = known.any(|known| known == tag);
    let headers = [
        (header::CONTENT_TYPE, CSS.to_owned()),
        (header::CACHE_CONTROL, "public, no-cache".to_owned()),
        (header::ETAG, tag),
    ];
    if is_known {
        (StatusCode::NOT_MODIFIED, headers).into_response()
    } else {
        (headers, style).into_response()
    }
}

/// A branding as a style sheet. Paper stays black on white.
fn style_of(branding: &Branding) -> String {
    let themes = [("light", &branding.light), ("dark", &branding.dark)];
    let readable = themes.into_iter().filter(|(_, colours)| can_be_read(colours));
    let rules = readable.map(|(scheme, colours)| {
        let tokens = tokens(colours).map(|(token, colour)| format!("--{token}:{colour};")).concat();
        format!("@media screen and (prefers-color-scheme: {scheme}) {{:root {{{tokens}}}}}\n")
    });
    rules.collect::<Vec<_>>().concat()
}

/// The tokens by which the style sheet calls these colours.
const fn tokens(colours: &Colours) -> [(&'static str, Colour); 11] {
    [
        ("basis-color-default-bg-document", colours.surface),
        ("basis-color-default-bg-subtle", colours.surface_raised),
        ("basis-color-default-color-document", colours.ink),
        ("basis-color-default-color-subtle", colours.ink_soft),
        ("basis-color-action-1-inverse-bg-default", colours.brand),
        ("basis-color-action-1-inverse-color-default", colours.on_brand),
        ("basis-focus-outline-color", colours.focus_outer),
        ("basis-focus-inverse-outline-color", colours.focus_inner),
        ("basis-color-positive-color-default", colours.positive),
        ("basis-color-warning-color-default", colours.caution),
        ("basis-color-negative-color-default", colours.negative),
    ]
}

/// Whether all that these pages put on each other can be read. A catalogue that was checked holds to it; its check may
/// be another one than that of the hub.
fn can_be_read(colours: &Colours) -> bool {
    let Colours { ink, ink_soft, brand, positive, caution, negative, .. } = *colours;
    let grounds = [colours.surface, colours.surface_raised];
    let words = [ink, ink_soft, brand, positive, caution, negative];
    let is_read = |words: &Colour| grounds.iter().all(|ground| words.contrast(*ground) >= WORDS);
    words.iter().all(is_read)
        && colours.on_brand.contrast(brand) >= WORDS
        && colours.focus_inner.contrast(colours.focus_outer) >= RING
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::path::Path;

    use zuil_catalogue::Catalogue;

    use super::*;

    /// What a theme of the hub's own style sheet gives a token.
    fn own(theme: &str, token: &str) -> Colour {
        let (_, value) = theme.split_once(&format!("--{token}: ")).unwrap();
        Colour::parse(value.split_once(';').unwrap().0).unwrap()
    }

    fn branding_of(catalogue: &str) -> Branding {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../catalogue").join(catalogue);
        Branding::clone(&Catalogue::load(&folder).unwrap().branding)
    }

    #[test]
    fn every_pair_of_colours_can_be_read_by_day_and_by_night() {
        let (day, night) = STYLE.split_once("prefers-color-scheme: dark").unwrap();
        for theme in [day, night] {
            let own = |token| own(theme, token);
            let colours = Colours {
                surface: own("basis-color-default-bg-document"),
                surface_raised: own("basis-color-default-bg-subtle"),
                ink: own("basis-color-default-color-document"),
                ink_soft: own("basis-color-default-color-subtle"),
                brand: own("basis-color-action-1-inverse-bg-default"),
                on_brand: own("basis-color-action-1-inverse-color-default"),
                focus_outer: own("basis-focus-outline-color"),
                focus_inner: own("basis-focus-inverse-outline-color"),
                positive: own("basis-color-positive-color-default"),
                caution: own("basis-color-warning-color-default"),
                negative: own("basis-color-negative-color-default"),
                ..Colours::LIGHT
            };
            assert!(can_be_read(&colours), "{colours:?}");
        }
    }

    #[test]
    fn each_colour_of_the_pages_is_a_token_that_a_municipality_can_give() {
        let used: BTreeSet<&str> = STYLE
            .split("var(--")
            .skip(1)
            .filter_map(|rest| rest.split_once([')', ',']))
            .map(|(token, _)| token)
            .collect();
        let mut given: BTreeSet<&str> = tokens(&Colours::LIGHT).iter().map(|(token, _)| *token).collect();
        // Lines between rows, on which nothing depends: those of a branding are as strong as those around a field.
        given.insert("basis-color-default-border-subtle");
        assert_eq!(used, given);
    }

    #[test]
    fn a_municipality_gives_the_pages_its_colours_by_day_and_by_night() {
        for catalogue in ["example", "waterlanderdam"] {
            let branding = branding_of(catalogue);
            let style = style_of(&branding);
            for (scheme, brand) in [("light", branding.light.brand), ("dark", branding.dark.brand)] {
                let (_, theme) = style.split_once(&format!("prefers-color-scheme: {scheme}")).unwrap();
                let theme = theme.lines().next().unwrap();
                let brand = format!("--basis-color-action-1-inverse-bg-default:{brand};");
                assert!(theme.contains(&brand), "{catalogue}: {style}");
            }
            assert!(!style.contains("print"), "paper stays black on white");
        }
    }

    #[test]
    fn colours_that_could_not_be_read_are_left_out() {
        let pale = Colours { ink_soft: Colour::new(0x8a_93_9a), ..Colours::LIGHT };
        let branding = Branding { light: pale, ..Branding::default() };
        let style = style_of(&branding);
        assert!(!style.contains("prefers-color-scheme: light"), "{style}");
        assert!(style.contains("prefers-color-scheme: dark"), "{style}");
        for (words, ground) in [(0xff_ff_ff, 0x7f_b0_8a), (0x0a_4a_6d, 0x0b_4f_2e)] {
            let button =
                Colours { on_brand: Colour::new(words), brand: Colour::new(ground), ..Colours::LIGHT };
            assert!(!can_be_read(&button), "{button:?}");
        }
    }
}
