//! A finger: touches what a person would touch, by the words on it. For walks through the real
//! widgets without a display.

use i_slint_backend_testing::ElementHandle;
use jiff::civil::Date;
use slint::platform::PointerEventButton;
use zuil_wire::Cents;

use crate::texts::{fill, say};
use zuil_catalogue::Language;

use super::Screens;
use crate::words;

impl Screens {
    /// Presses and releases in the middle of what says this and can be touched now, the largest when
    /// several do; whether there was such a thing.
    pub fn touch(&self, label: &str) -> bool {
        let found = ElementHandle::find_by_accessible_label(&self.app, label)
            .filter(|element| element.accessible_enabled() == Some(true))
            .max_by(|one, other| area(one).total_cmp(&area(other)))
            .filter(|element| area(element) > 0.0);
        if let Some(element) = &found {
            element.mock_single_click(PointerEventButton::Left);
        }
        found.is_some()
    }

    /// Touches a day of the calendar.
    pub fn touch_day(&self, language: Language, day: Date) -> bool {
        self.touch(&words::day(language, day))
    }

    /// Touches "pay" for an amount.
    pub fn touch_pay(&self, language: Language, amount: Cents) -> bool {
        let amount = words::amount(language, amount);
        self.touch(&fill(say(language, "Pay {0}"), &[("0", &amount)]))
    }
}

fn area(element: &ElementHandle) -> f32 {
    element.size().width * element.size().height
}
