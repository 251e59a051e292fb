//! Pictures of views without a display: the real window, drawn by the software renderer into memory.
//!
//! Invariant: a picture shows a view as it is on the pillar when nothing moves any more.

use std::cell::Cell;
use std::rc::Rc;
use std::time::Duration;

use slint::PlatformError;
use slint::platform::software_renderer::{MinimalSoftwareWindow, RepaintBufferType};
use slint::platform::{self, Platform, WindowAdapter};

use super::Screens;
use crate::visit::View;

/// The pixels of the pillar's screen.
const SIZE: (u32, u32) = (1080, 1920);
/// Longer than anything moves.
const STILL: Duration = Duration::from_millis(400);

/// Draws views. There is one on a thread, and no other window on it.
pub struct Easel {
    screens: Screens,
    time: Rc<Cell<Duration>>,
}

impl Easel {
    /// An easel on this thread.
    ///
    /// # Errors
    /// When this thread has a window already.
    pub fn new() -> Result<Self, PlatformError> {
        let window = MinimalSoftwareWindow::new(RepaintBufferType::NewBuffer);
        let time = Rc::<Cell<Duration>>::default();
        let studio = Studio { window: window.clone(), time: time.clone() };
        platform::set_platform(Box::new(studio)).map_err(|error| error.to_string())?;
        let screens = Screens::new()?;
        window.set_size(slint::PhysicalSize::new(SIZE.0, SIZE.1));
        screens.open()?;
        Ok(Self { screens, time })
    }

    /// The picture of a view, as the bytes of a PNG file.
    ///
    /// # Errors
    /// When it cannot be drawn.
    pub fn picture(&self, view: &View) -> Result<Vec<u8>, Box<dyn std::error::Error>> {
        self.screens.show(view);
        // What is new on the screen exists once it was drawn, and then takes its place.
        self.screens.window().take_snapshot()?;
        for pause in [Duration::from_millis(1), STILL] {
            self.time.set(self.time.get() + pause);
            platform::update_timers_and_animations();
        }
        let drawn = self.screens.window().take_snapshot()?;
        let mut file = Vec::new();
        let mut encoder = png::Encoder::new(&mut file, drawn.width(), drawn.height());
        encoder.set_color(png::ColorType::Rgba);
        encoder.set_depth(png::BitDepth::Eight);
        encoder.write_header()?.write_image_data(drawn.as_bytes())?;
        Ok(file)
    }
}

/// What Slint believes to run on: one window, and a clock that goes when it is told to.
struct Studio {
    window: Rc<MinimalSoftwareWindow>,
    time: Rc<Cell<Duration>>,
}

impl Platform for Studio {
    fn create_window_adapter(&self) -> Result<Rc<dyn WindowAdapter>, PlatformError> {
        Ok(self.window.clone())
    }

    fn duration_since_start(&self) -> Duration {
        self.time.get()
    }
}
