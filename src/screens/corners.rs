//! The gesture that technicians know: the four corners of the screen, one after the other, clockwise from the upper left.
//!
//! Invariant: it takes no touch from what lies in a corner, and nothing shows it or tells assistive technology of it. It is
//! no way in by itself: what it leads to asks for a code.

use std::cell::RefCell;
use std::time::{Duration, Instant};

use slint::ComponentHandle;

use super::Sink;
use super::ui::{self, FrameState, ScreenKind, Touches};
use crate::visit::Intent;

/// How far a corner reaches, in both directions.
const REACH: f32 = 120.0;
/// From the first corner to the last.
const TIME: Duration = Duration::from_secs(10);

/// The corners in their order.
const ORDER: [Corner; 4] = [Corner::UpperLeft, Corner::UpperRight, Corner::LowerRight, Corner::LowerLeft];

pub(super) fn connect(app: &ui::App, sink: &Sink) {
    let (weak, sink) = (app.as_weak(), sink.clone());
    let (gesture, begun) = (RefCell::new(Gesture::default()), Instant::now());
    app.global::<Touches>().on_down(move |x, y| {
        let Some(app) = weak.upgrade() else { return };
        let screen = app.global::<FrameState>().get_screen();
        let leads_on = matches!(screen, ScreenKind::Attract | ScreenKind::OutOfService);
        let size = app.window().size().to_logical(app.window().scale_factor());
        let corner = Corner::at((x, y), (size.width, size.height)).filter(|_| leads_on);
        let is_whole = gesture.borrow_mut().takes(corner, begun.elapsed());
        if is_whole {
            sink.send(Intent::Technician);
        }
    });
}

/// A corner as whoever stands there sees it, however the screen is turned and in which direction it is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Corner {
    UpperLeft,
    UpperRight,
    LowerRight,
    LowerLeft,
}

impl Corner {
    /// The corner in which a place lies on a screen so wide and so high.
    fn at((x, y): (f32, f32), (width, height): (f32, f32)) -> Option<Self> {
        let (left, right) = (x < REACH, x >= width - REACH);
        let (upper, lower) = (y < REACH, y >= height - REACH);
        match (left, right, upper, lower) {
            (true, false, true, false) => Some(Self::UpperLeft),
            (false, true, true, false) => Some(Self::UpperRight),
            (false, true, false, true) => Some(Self::LowerRight),
            (true, false, false, true) => Some(Self::LowerLeft),
            _ => None,
        }
    }
}

/// How far the gesture is.
#[derive(Debug, Default)]
struct Gesture {
    /// How many corners were touched in their order.
    touched: usize,
    /// When the first was.
    since: Duration,
}

impl Gesture {
    /// Takes a touch, of a corner or of anything else; whether the gesture is whole with it.
    fn takes(&mut self, corner: Option<Corner>, now: Duration) -> bool {
        let in_time = now.saturating_sub(self.since) <= TIME;
        let is_next = corner.is_some() && corner == ORDER.get(self.touched).copied();
        if is_next && (in_time || self.touched == 0) {
            self.touched += 1;
        } else {
            // It may be the beginning of another one.
            self.touched = usize::from(corner == ORDER.first().copied());
        }
        if self.touched == 1 {
            self.since = now;
        }
        let is_whole = self.touched == ORDER.len();
        if is_whole {
            self.touched = 0;
        }
        is_whole
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Upright, and turned by a quarter.
    const SIZES: [(f32, f32); 2] = [(1080.0, 1920.0), (1920.0, 1080.0)];

    /// Which of the touches, each at its second, makes the gesture whole.
    fn whole_at(touches: &[(Option<Corner>, u64)]) -> Vec<bool> {
        let mut gesture = Gesture::default();
        touches.iter().map(|(corner, second)| gesture.takes(*corner, Duration::from_secs(*second))).collect()
    }

    fn in_order(seconds: [u64; 4]) -> Vec<(Option<Corner>, u64)> {
        ORDER.map(Some).into_iter().zip(seconds).collect()
    }

    #[test]
    fn a_place_lies_in_the_corner_where_it_is_seen_however_the_screen_is_turned() {
        for (width, height) in SIZES {
            let at = |x, y| Corner::at((x, y), (width, height));
            assert_eq!(at(0.0, 0.0), Some(Corner::UpperLeft));
            assert_eq!(at(119.0, 119.0), Some(Corner::UpperLeft));
            assert_eq!(at(width - 1.0, 5.0), Some(Corner::UpperRight));
            assert_eq!(at(width - 1.0, height - 1.0), Some(Corner::LowerRight));
            assert_eq!(at(5.0, height - 120.0), Some(Corner::LowerLeft));
            for (x, y) in [(120.0, 5.0), (5.0, 120.0), (width / 2.0, 5.0), (width / 2.0, height / 2.0)] {
                assert_eq!(at(x, y), None, "{x}, {y}");
            }
        }
    }

    #[test]
    fn a_screen_with_no_room_between_its_corners_has_none() {
        assert_eq!(Corner::at((50.0, 50.0), (150.0, 150.0)), None);
    }

    #[test]
    fn the_four_corners_in_their_order_within_ten_seconds_are_the_gesture() {
        assert_eq!(whole_at(&in_order([0, 1, 2, 3])), [false, false, false, true]);
        assert_eq!(
            whole_at(&in_order([70, 74, 77, 80])),
            [false, false, false, true],
            "ten seconds are enough"
        );
        let twice = [in_order([1, 2, 3, 4]), in_order([5, 6, 7, 8])].concat();
        assert_eq!(whole_at(&twice).iter().filter(|whole| **whole).count(), 2);
    }

    #[test]
    fn who_takes_longer_has_to_begin_again() {
        assert_eq!(whole_at(&in_order([0, 1, 2, 11])), [false; 4]);
        let late = [in_order([0, 1, 2, 11]), in_order([12, 13, 14, 15])].concat();
        assert!(whole_at(&late)[7]);
    }

    #[test]
    fn another_order_and_a_touch_elsewhere_are_not_the_gesture() {
        let [first, second, third, fourth] = ORDER.map(Some);
        for wrong in [
            [first, fourth, third, second],
            [second, third, fourth, first],
            [first, second, fourth, third],
            [first, first, second, third],
        ] {
            let touches: Vec<_> = wrong.into_iter().zip(0_u64..).collect();
            assert_eq!(whole_at(&touches), [false; 4], "{wrong:?}");
        }
        let between = [(first, 0), (second, 1), (None, 2), (third, 3), (fourth, 4)];
        assert_eq!(whole_at(&between), [false; 5]);
    }

    #[test]
    fn the_first_corner_always_begins_it() {
        let [first, second, third, fourth] = ORDER.map(Some);
        let again = [(first, 0), (second, 1), (first, 9), (second, 10), (third, 14), (fourth, 19)];
        assert_eq!(whole_at(&again), [false, false, false, false, false, true]);
    }
}
