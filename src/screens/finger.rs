//! A finger: touches what a person would touch, by the words on it. For walks through the real
//! widgets without a display.

use i_slint_backend_testing::{ElementHandle, ElementQuery};
use slint::platform::PointerEventButton;
use zuil_wire::Cents;

use crate::texts::{fill, say};
use zuil_catalogue::Language;

use super::Screens;
use crate::words;

/// Where something is that can be touched now, in pixels from the upper left corner.
#[derive(Clone, Debug, PartialEq)]
pub struct Spot {
    /// What it says.
    pub label: String,
    /// Its left edge.
    pub left: f32,
    /// Its upper edge.
    pub top: f32,
    /// How wide it is.
    pub width: f32,
    /// How high it is.
    pub height: f32,
}

impl Screens {
    /// Presses and releases in the middle of what says this and can be touched now, the largest when
    /// several do; whether there was such a thing.
    pub fn touch(&self, label: &str) -> bool {
        let found = self.find(label);
        if let Some(element) = &found {
            element.mock_single_click(PointerEventButton::Left);
        }
        found.is_some()
    }

    /// Where [`Screens::touch`] would touch.
    #[must_use]
    pub fn spot(&self, label: &str) -> Option<Spot> {
        self.find(label).map(|element| spot(&element, label.to_owned()))
    }

    /// Everything that can be touched now.
    #[must_use]
    pub fn spots(&self) -> Vec<Spot> {
        let elements = ElementQuery::from_root(&self.app).match_inherits("Touchable").find_all();
        elements
            .iter()
            .filter(|element| element.accessible_enabled() == Some(true) && area(element) > 0.0)
            .filter_map(|element| Some(spot(element, element.accessible_label()?.to_string())))
            .collect()
    }

    fn find(&self, label: &str) -> Option<ElementHandle> {
        ElementHandle::find_by_accessible_label(&self.app, label)
            .filter(|element| element.accessible_enabled() == Some(true))
            .max_by(|one, other| area(one).total_cmp(&area(other)))
            .filter(|element| area(element) > 0.0)
    }

    /// Touches "pay" for an amount.
    pub fn touch_pay(&self, language: Language, amount: Cents) -> bool {
        let amount = words::amount(language, amount);
        self.touch(&fill(say(language, "Pay {0}"), &[("0", &amount)]))
    }
}

fn spot(element: &ElementHandle, label: String) -> Spot {
    let (place, size) = (element.absolute_position(), element.size());
    Spot { label, left: place.x, top: place.y, width: size.width, height: size.height }
}

fn area(element: &ElementHandle) -> f32 {
    element.size().width * element.size().height
}
