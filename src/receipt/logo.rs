//! The municipality's logo in black and white, as a printer gets it.
//!
//! Invariant: a picture that is given back shows something: from 1 to 85 of 100 dots are black. It is drawn from
//! the logo's own file alone: no other files, no type.

use resvg::tiny_skia::{Pixmap, PremultipliedColorU8, Transform};
use resvg::usvg::{ImageHrefResolver, Options, Tree};
use zeroize::Zeroizing;
use zuil_catalogue::Logo;

use super::raster::Raster;

/// Draws a logo, as large as its place on a receipt allows: 168 × 160 dots, or 320 × 160 for one that is more
/// than twice as wide as high.
///
/// Nothing when it is no SVG that can be drawn, or next to nothing or a black block would come out.
#[must_use]
pub fn draw(logo: &Logo) -> Option<Raster> {
    let resolver =
        ImageHrefResolver { resolve_string: Box::new(|_, _| None), ..ImageHrefResolver::default() };
    let options = Options { image_href_resolver: resolver, ..Options::default() };
    let tree = Tree::from_str(&logo.svg, &options).ok()?;
    let picture = fit(&tree)?;
    let shades: Vec<Shade> = picture.pixels().iter().map(|dot| shade(*dot)).collect();
    let ink = ink(&shades)?;
    let row_bytes = u16::try_from(picture.width() / 8).ok()?;
    let dots =
        shades.chunks(8).map(|eight| eight.iter().fold(0, |byte, shade| byte << 1 | u8::from(*shade == ink)));
    Some(Raster { row_bytes, dots: Zeroizing::new(dots.collect()) })
}

const HEIGHT: f32 = 160.0;
const WIDTH: f32 = 168.0;
/// For a logo that is more than twice as wide as high.
const WIDE: f32 = 320.0;
/// How many of 100 dots are black in a picture that shows something.
const BLACK: std::ops::RangeInclusive<usize> = 1..=85;

/// What a dot of the logo looks like.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Shade {
    /// Nothing is there.
    Clear,
    Light,
    Dark,
}

/// The logo in its place, in the middle of whole bytes.
fn fit(tree: &Tree) -> Option<Pixmap> {
    let (width, height) = (tree.size().width(), tree.size().height());
    let most = if width > 2.0 * height { WIDE } else { WIDTH };
    let scale = (most / width).min(HEIGHT / height);
    let dots = |length: f32| (length * scale).round().max(1.0);
    let row = (dots(width) / 8.0).ceil() * 8.0;
    let mut picture = Pixmap::new(row as u32, dots(height) as u32)?;
    let place = Transform::from_scale(scale, scale).post_translate((row - dots(width)) / 2.0, 0.0);
    resvg::render(tree, place, &mut picture.as_mut());
    Some(picture)
}

fn shade(dot: PremultipliedColorU8) -> Shade {
    let colour = dot.demultiply();
    // How bright colours are to the eye (ITU-R BT.709), in thousandths.
    let bright =
        213 * u32::from(colour.red()) + 715 * u32::from(colour.green()) + 72 * u32::from(colour.blue());
    match (dot.alpha() >= 128, bright >= 128_000) {
        (false, _) => Shade::Clear,
        (true, true) => Shade::Light,
        (true, false) => Shade::Dark,
    }
}

/// What becomes black. A logo stands on the brand's colour on the screen: one that is mostly light is drawn for
/// that, and its light is the drawing. One that brings a ground of its own is as on paper, dark on light.
fn ink(shades: &[Shade]) -> Option<Shade> {
    let count = |wanted| shades.iter().filter(|shade| **shade == wanted).count();
    let (light, dark) = (count(Shade::Light), count(Shade::Dark));
    let of_hundred = |dots: usize| dots * 100 / shades.len().max(1);
    let has_ground = of_hundred(light + dark) > *BLACK.end();
    let likely = if light > dark && !has_ground {
        [(Shade::Light, light), (Shade::Dark, dark)]
    } else {
        [(Shade::Dark, dark), (Shade::Light, light)]
    };
    likely.into_iter().find(|(_, dots)| BLACK.contains(&of_hundred(*dots))).map(|(shade, _)| shade)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn logo(width: u32, height: u32, drawing: &str) -> Logo {
        let svg = format!(
            r#"<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}">{drawing}</svg>"#
        );
        Logo { file: "logo.svg".to_owned(), svg }
    }

    /// Columns, rows, and how many of 100 dots are black.
    fn measures(raster: &Raster) -> (u16, u16, u32) {
        let rows = raster.bands(1000).map(|(rows, _)| rows).sum();
        (
            raster.row_bytes * 8,
            rows,
            black(raster) * 100 / (u32::from(raster.row_bytes) * 8 * u32::from(rows)),
        )
    }

    fn black(raster: &Raster) -> u32 {
        raster.dots.iter().map(|byte| byte.count_ones()).sum()
    }

    fn is_black(raster: &Raster, x: usize, y: usize) -> bool {
        raster.dots[y * usize::from(raster.row_bytes) + x / 8] & (0x80 >> (x % 8)) != 0
    }

    #[test]
    fn a_white_logo_for_the_brand_colour_comes_out_black() {
        let raster = draw(&logo(40, 40, r##"<path d="M10 10h20v20h-20z" fill="#fff"/>"##)).unwrap();
        assert_eq!(measures(&raster), (160, 160, 25));
        assert!(is_black(&raster, 80, 80) && !is_black(&raster, 20, 80), "the middle, and what is around it");
    }

    #[test]
    fn what_is_cut_out_of_a_white_logo_in_the_brand_colour_stays_white() {
        let house =
            r##"<path d="M5 5h30v30h-30z" fill="#fff"/><path d="M15 15h10v10h-10z" fill="#0a4a6d"/>"##;
        let raster = draw(&logo(40, 40, house)).unwrap();
        assert!(is_black(&raster, 40, 40) && !is_black(&raster, 80, 80), "the wall, and the window in it");
    }

    #[test]
    fn a_coloured_logo_comes_out_black_where_it_is_dark() {
        let flag = r##"<path d="M0 0h30v15h-30z" fill="#c00"/><path d="M0 15h30v10h-30z" fill="#fd5"/>"##;
        let raster = draw(&logo(40, 40, flag)).unwrap();
        assert!(is_black(&raster, 60, 30) && !is_black(&raster, 60, 80) && !is_black(&raster, 150, 30));
    }

    #[test]
    fn a_dark_mark_on_a_white_ground_of_its_own_comes_out_as_it_is() {
        let card = r##"<path d="M0 0h40v40h-40z" fill="#fff"/><path d="M10 10h20v20h-20z" fill="#0a4a6d"/>"##;
        let raster = draw(&logo(40, 40, card)).unwrap();
        assert!(is_black(&raster, 80, 80) && !is_black(&raster, 20, 80));
    }

    #[test]
    fn thin_white_lines_on_a_dark_ground_come_out_as_lines() {
        let slate = r##"<path d="M0 0h40v40h-40z" fill="#0a4a6d"/><path d="M10 10h20v2h-20z" fill="#fff"/>"##;
        let raster = draw(&logo(40, 40, slate)).unwrap();
        assert!(is_black(&raster, 80, 44) && !is_black(&raster, 80, 80));
    }

    #[test]
    fn a_wide_logo_gets_the_room_that_its_letters_need_and_a_high_one_is_no_higher() {
        let drawn = |width, height| {
            draw(&logo(width, height, r#"<circle cx="10" cy="10" r="9"/>"#)).map(|raster| measures(&raster))
        };
        assert_eq!(drawn(60, 20).map(|(columns, rows, _)| (columns, rows)), Some((320, 107)));
        assert_eq!(drawn(40, 20).map(|(columns, rows, _)| (columns, rows)), Some((168, 84)));
        assert_eq!(drawn(20, 40).map(|(columns, rows, _)| (columns, rows)), Some((80, 160)));
        assert_eq!(drawn(21, 20).map(|(columns, rows, _)| (columns, rows)), Some((168, 160)));
    }

    #[test]
    fn a_logo_that_would_come_out_as_nothing_or_as_a_block_is_not_printed() {
        for (what, drawing) in [
            ("nothing", ""),
            ("a speck", r#"<path d="M1 1h2v2h-2z"/>"#),
            ("a block", r#"<path d="M0 0h40v40h-40z"/>"#),
            ("letters that are no paths", r#"<text x="2" y="20">Gemeente</text>"#),
            ("a picture beside it", r#"<image href="assets/icon.png" width="40" height="40"/>"#),
        ] {
            assert_eq!(draw(&logo(40, 40, drawing)), None, "{what}");
        }
    }

    #[test]
    fn a_broken_logo_is_not_printed() {
        for svg in
            ["", "<svg", "no picture", r#"<svg xmlns="http://www.w3.org/2000/svg" width="0" height="0"/>"#]
        {
            assert_eq!(draw(&Logo { file: "logo.svg".to_owned(), svg: svg.to_owned() }), None, "{svg:?}");
        }
    }

    #[test]
    fn a_logo_of_an_odd_shape_is_still_a_picture_or_none() {
        for (width, height) in [(1, 10_000), (10_000, 1), (1, 1)] {
            let drawing = r#"<path d="M0 0h0.5v9999h-0.5z"/>"#;
            let raster = draw(&logo(width, height, drawing));
            assert!(raster.is_none_or(|raster| measures(&raster).0 <= 320 && measures(&raster).1 <= 160));
        }
    }

    #[test]
    fn the_gables_of_the_example_are_white_on_a_dark_ground() {
        let gables = super::super::samples::branding().logo.clone().unwrap();
        let begun = std::time::Instant::now();
        let raster = draw(&gables).unwrap();
        println!("drawn in {:?}", begun.elapsed());
        let (columns, rows, black) = measures(&raster);
        assert_eq!((columns, rows), (160, 160));
        assert!((40..80).contains(&black), "{black} of 100");
        assert!(!is_black(&raster, 0, 0) && is_black(&raster, 80, 5) && !is_black(&raster, 72, 90));
    }
}
