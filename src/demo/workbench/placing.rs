//! Where the two windows stand: the pillar's as large as fits on the display, and the workbench beside it.

use slint::ComponentHandle;
use slint::winit_030::WinitWindowAccessor;

use super::Bench;

/// The part of the display's height that the pillar's window may take.
const SHARE_OF_DISPLAY: f32 = 0.9;
/// The size of the pillar's screen, in pixels.
const PILLAR_HEIGHT: f32 = 1920.0;
const PILLAR_WIDTH: f32 = 1080.0;
/// The room between the two windows and around the workbench, in pixels.
const GAP: i32 = 24;

impl Bench {
    /// Stands beside the pillar's window, which comes at the left; over it where the display is too narrow.
    pub(super) fn step_aside(&self, scale: f32) {
        if let Some(window) = self.window.upgrade() {
            let window = window.window();
            let beside = (PILLAR_WIDTH * scale).ceil() as i32 + GAP;
            let display = window
                .with_winit_window(|window| window.current_monitor().map(|monitor| monitor.size().width));
            let width = i32::try_from(window.size().width).unwrap_or(0);
            let room = display
                .flatten()
                .and_then(|display| i32::try_from(display).ok())
                .map(|display| display - width);
            let left = room.map_or(beside, |room| beside.min(room.max(0)));
            window.set_position(slint::PhysicalPosition::new(left, GAP));
        }
    }

    /// How much smaller than life the pillar's window must be to fit on this display.
    pub(super) fn scale(&self) -> Option<f32> {
        let height =
            self.window.upgrade()?.window().with_winit_window(|window| {
                window.current_monitor().map(|monitor| monitor.size().height)
            })??;
        Some((height as f32 * SHARE_OF_DISPLAY / PILLAR_HEIGHT).min(1.0))
    }
}
