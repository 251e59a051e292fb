//! How the municipality looks: its colours, its type and its logo, in the theme of all screens.
//!
//! Invariant: the theme has the branding of the last view, and is touched only when that is another.

use std::cell::RefCell;
use std::rc::Rc;
use std::sync::Arc;

use slint::{Color, ComponentHandle, Image, ModelRc, VecModel};
use zuil_catalogue::{Branding, Colour, Colours, Logo};

use super::fonts;
use super::ui::{self, FrameState, Palette, Theme};

/// The branding that is on the screens.
#[derive(Default)]
pub(super) struct Shown(RefCell<Option<Arc<Branding>>>);

impl Shown {
    /// Paints the screens anew, when another edition brought another branding.
    pub(super) fn show(&self, app: &ui::App, branding: &Arc<Branding>) {
        // The same place in memory is the usual case, and compared at once.
        if self.0.borrow().as_ref() == Some(branding) {
            return;
        }
        let theme = app.global::<Theme>();
        theme.set_light_colours(palette(&branding.light));
        theme.set_dark_colours(palette(&branding.dark));
        theme.set_light_shapes(shapes(&branding.light));
        theme.set_dark_shapes(shapes(&branding.dark));
        theme.set_family(fonts::ours_unless_there(&branding.family).into());
        theme.set_logo(branding.logo.as_ref().and_then(picture).unwrap_or_default());
        *self.0.borrow_mut() = Some(Arc::clone(branding));
    }
}

/// What stands with the logo of a municipality, when that is not its name.
pub(super) fn show_name(app: &ui::App, branding: &Branding, municipality: &str) {
    let own = branding.name.as_deref().filter(|name| *name != municipality);
    app.global::<FrameState>().set_own_name(own.unwrap_or_default().into());
}

/// The picture of a logo. The check of a catalogue reads the file, and not everything that it draws.
fn picture(logo: &Logo) -> Option<Image> {
    let picture = Image::load_from_svg_data(logo.svg.as_bytes());
    if picture.is_err() {
        tracing::error!(file = logo.file, "the logo cannot be drawn; save it anew as plain SVG");
    }
    picture.ok().filter(|picture| picture.size().width > 0 && picture.size().height > 0)
}

fn shapes(colours: &Colours) -> ModelRc<Color> {
    Rc::new(VecModel::from(colours.shapes.map(color).to_vec())).into()
}

fn palette(colours: &Colours) -> Palette {
    Palette {
        surface: color(colours.surface),
        surface_raised: color(colours.surface_raised),
        surface_pressed: color(colours.surface_pressed),
        ink: color(colours.ink),
        ink_soft: color(colours.ink_soft),
        line: color(colours.line),
        brand: color(colours.brand),
        brand_pressed: color(colours.brand_pressed),
        on_brand: color(colours.on_brand),
        focus_outer: color(colours.focus_outer),
        focus_inner: color(colours.focus_inner),
        positive: color(colours.positive),
        positive_ground: color(colours.positive_ground),
        caution: color(colours.caution),
        caution_ground: color(colours.caution_ground),
        negative: color(colours.negative),
        negative_ground: color(colours.negative_ground),
    }
}

const fn color(colour: Colour) -> Color {
    Color::from_rgb_u8(colour.red, colour.green, colour.blue)
}
