//! The municipality's colours and logo on the screens.

use std::sync::Arc;

use slint::{Rgba8Pixel, SharedPixelBuffer};
use zuil_catalogue::{Branding, Colour, Colours, Logo};

use super::*;

const GREEN: Colour = Colour::new(0x0b_3d_1e);
const PALE_GREEN: Colour = Colour::new(0xa8_e6_bf);
const ORANGE: Colour = Colour::new(0xc8_5a_00);
const RED: Colour = Colour::new(0xff_00_00);

/// A made-up municipality, green by day and by night.
fn green() -> Branding {
    let light = Colours { brand: GREEN, shapes: [GREEN, ORANGE, ORANGE, ORANGE, ORANGE], ..Colours::LIGHT };
    Branding { light, dark: Colours { brand: PALE_GREEN, ..Colours::DARK }, ..Branding::default() }
}

/// A red picture, so many times as wide as high.
pub(super) fn red_logo(width: u32) -> Option<Logo> {
    let svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width} 10\"><path d=\"M0 0h{width}v10H0z\" \
         fill=\"#f00\"/></svg>"
    );
    Some(Logo { file: "logo.svg".to_owned(), svg })
}

fn branded(name: &str, branding: Branding) -> View {
    let mut view = sample(name);
    view.frame.branding = Arc::new(branding);
    view
}

type Picture = SharedPixelBuffer<Rgba8Pixel>;

impl Pillar {
    fn picture(&self, view: &View) -> Picture {
        self.show(view);
        self.screens.window().take_snapshot().unwrap()
    }

    /// The ground of what is called so, near where its words begin.
    fn ground(&self, view: &View, label: &str) -> Colour {
        let picture = self.picture(view);
        let found = self.touchables().into_iter().find(|each| each.label == label).unwrap();
        colour_at(&picture, found.left as usize + 24, (f32::midpoint(found.top, found.bottom)) as usize)
    }
}

fn colour_at(picture: &Picture, x: usize, y: usize) -> Colour {
    let pixel = picture.as_slice()[y * picture.width() as usize + x];
    Colour { red: pixel.r, green: pixel.g, blue: pixel.b }
}

/// The columns, from the left, and the rows in which a colour is seen.
fn seen(picture: &Picture, colour: Colour) -> Option<(usize, usize, usize, usize)> {
    let width = picture.width() as usize;
    let is = |pixel: &Rgba8Pixel| Colour { red: pixel.r, green: pixel.g, blue: pixel.b } == colour;
    let places: Vec<usize> =
        picture.as_slice().iter().enumerate().filter(|(_, pixel)| is(pixel)).map(|(at, _)| at).collect();
    let columns = || places.iter().map(|at| at % width);
    let rows = || places.iter().map(|at| at / width);
    Some((columns().min()?, columns().max()?, rows().min()?, rows().max()?))
}

#[test]
fn the_primary_action_has_the_colour_of_the_municipality_in_either_contrast() {
    let pillar = Pillar::new();
    let mut view = branded("question-yes-no", green());
    assert_eq!(pillar.ground(&view, "Volgende"), GREEN);
    view.frame.dark = true;
    assert_eq!(pillar.ground(&view, "Volgende"), PALE_GREEN);
}

#[test]
fn without_a_branding_all_looks_as_before() {
    let pillar = Pillar::new();
    let mut view = sample("question-yes-no");
    assert_eq!(pillar.ground(&view, "Volgende"), Colours::LIGHT.brand);
    let before = pillar.picture(&view);
    let other = pillar.picture(&branded("question-yes-no", Branding { logo: red_logo(10), ..green() }));
    assert!(before.as_slice() != other.as_slice());
    let after = pillar.picture(&view);
    assert!(before.as_slice() == after.as_slice(), "something of the other municipality stayed");
    view.frame.dark = true;
    assert_eq!(pillar.ground(&view, "Volgende"), Colours::DARK.brand);
}

#[test]
fn the_first_screen_has_shapes_in_the_colours_of_the_municipality() {
    let pillar = Pillar::new();
    let picture = pillar.picture(&branded("attract", green()));
    assert!(seen(&picture, ORANGE).is_some());
    assert!(seen(&picture, Colours::LIGHT.shapes[1]).is_none());
}

#[test]
fn a_logo_stands_where_reading_begins_on_its_own_ground_in_either_contrast() {
    let pillar = Pillar::new();
    for (width, dark, text_size) in
        [(10, false, TextSize::Normal), (50, true, TextSize::Normal), (10, true, TextSize::Largest)]
    {
        let mut view = branded("question-yes-no", Branding { logo: red_logo(width), ..green() });
        view.frame.dark = dark;
        view.frame.text_size = text_size;
        let picture = pillar.picture(&view);
        let (left, right, top, bottom) = seen(&picture, RED).unwrap();
        assert!(left >= 16 && right < 304 && top >= 8 && bottom < 136, "{left}..{right}, {top}..{bottom}");
        let shape = (right - left + 1) as f32 / (bottom - top + 1) as f32;
        assert!((shape - width as f32 / 10.0).abs() < 0.1, "it is not drawn as it is: {shape}");
        assert_eq!(colour_at(&picture, 4, 4), GREEN, "the ground");
        view.frame.language = Language::Ar;
        let (left, ..) = seen(&pillar.picture(&view), RED).unwrap();
        assert!(left > 540, "{left}");
    }
}

#[test]
fn a_logo_that_cannot_be_drawn_leaves_the_mark_and_the_name() {
    let pillar = Pillar::new();
    let broken = Some(Logo { file: "logo.svg".to_owned(), svg: "<svg".to_owned() });
    let with = pillar.picture(&branded("question-yes-no", Branding { logo: broken, ..green() }));
    let without = pillar.picture(&branded("question-yes-no", green()));
    assert!(with.as_slice() == without.as_slice());
}

#[test]
fn a_type_that_the_pillar_has_not_is_noto_sans() {
    let pillar = Pillar::new();
    let with = pillar
        .picture(&branded("question-yes-no", Branding { family: "Nowhere Sans".to_owned(), ..green() }));
    let without = pillar.picture(&branded("question-yes-no", green()));
    assert!(with.as_slice() == without.as_slice());
}

#[test]
fn a_pillar_that_knows_no_municipality_has_our_own_colours() {
    let view = View::out_of_service(crate::visit::OutOfService::Catalogue);
    assert_eq!(*view.frame.branding, Branding::default());
}
