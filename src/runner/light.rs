//! How bright the screen is: less while the building is closed and nobody is here.
//!
//! Invariant: whoever touches the screen sees it bright at once, and as long as they are here. Where nobody said when the
//! building is open, it is always bright.

use std::time::Duration;

use zuil_catalogue::Opening;

use super::Runner;
use crate::clock::Moment;

/// For so long after a touch it stays bright.
const AFTER_A_TOUCH: Duration = Duration::from_mins(1);

/// The light of the screen.
pub struct Light {
    full: u8,
    dim: u8,
    set: Box<dyn Fn(u8) + Send>,
    /// How bright it was made last.
    shown: Option<u8>,
    /// When it was touched last, as the pillar's uptime.
    touched: Option<Duration>,
}

impl Light {
    /// A light that `set` makes so bright, of a hundred; it must not wait for a disk.
    #[must_use]
    pub fn new(full: u8, dim: u8, set: impl Fn(u8) + Send + 'static) -> Self {
        Self { full, dim, set: Box::new(set), shown: None, touched: None }
    }

    /// A technician wants it so bright while anybody is served.
    pub(super) const fn becomes(&mut self, full: u8) {
        self.full = full;
    }

    /// Somebody touched the screen.
    const fn is_touched(&mut self, uptime: Duration) {
        self.touched = Some(uptime);
    }

    fn shine(&mut self, is_open: bool, is_waiting: bool, uptime: Duration) {
        let was_touched = self.touched.is_some_and(|at| uptime.saturating_sub(at) < AFTER_A_TOUCH);
        let wanted = if is_open || !is_waiting || was_touched { self.full } else { self.dim };
        if self.shown.replace(wanted) != Some(wanted) {
            (self.set)(wanted);
        }
    }
}

impl Runner {
    /// The same, with a screen whose light can be changed.
    #[must_use]
    pub fn with_light(mut self, light: Option<Light>) -> Self {
        self.light = light;
        self
    }

    /// Makes the screen as bright as it should be now.
    pub(super) fn shine(&mut self, by_hand: bool, now: Moment) {
        let Some(light) = &mut self.light else { return };
        if by_hand {
            light.is_touched(now.uptime);
        }
        let site = self.visit.edition().catalogue.sites.of_pillar(&self.identity.pillar);
        let wall = now.in_zone(&self.time_zone).wall;
        let is_open = site.is_none_or(|site| matches!(site.hours.at(wall), Opening::OpenUntil(_)));
        let is_waiting = self.visit.is_waiting() && self.maintenance.service().is_none();
        light.shine(is_open, is_waiting, now.uptime);
    }
}

#[cfg(test)]
mod tests {
    use std::sync::{Arc, Mutex};

    use super::*;

    fn seconds(seconds: u64) -> Duration {
        Duration::from_secs(seconds)
    }

    /// A light, and how bright it was made, one after the other.
    fn light() -> (Light, Arc<Mutex<Vec<u8>>>) {
        let made = Arc::new(Mutex::new(Vec::new()));
        let seen = Arc::clone(&made);
        (Light::new(100, 20, move |percent| seen.lock().unwrap().push(percent)), made)
    }

    #[test]
    fn it_is_bright_while_the_building_is_open_and_dim_while_it_is_closed() {
        let (mut light, made) = light();
        light.shine(true, true, seconds(0));
        light.shine(true, true, seconds(1));
        light.shine(false, true, seconds(2));
        light.shine(false, true, seconds(3));
        light.shine(true, true, seconds(4));
        assert_eq!(*made.lock().unwrap(), [100, 20, 100], "it is told when it changes only");
    }

    #[test]
    fn at_night_a_touch_makes_it_bright_and_it_stays_so_as_long_as_somebody_is_here() {
        let (mut light, made) = light();
        light.shine(false, true, seconds(0));
        light.is_touched(seconds(10));
        light.shine(false, true, seconds(10));
        assert_eq!(*made.lock().unwrap(), [20, 100]);
        light.shine(false, false, seconds(11));
        light.shine(false, false, seconds(600));
        assert_eq!(*made.lock().unwrap(), [20, 100], "a long visit");
        light.shine(false, true, seconds(601));
        assert_eq!(*made.lock().unwrap(), [20, 100, 20]);
        light.is_touched(seconds(700));
        light.shine(false, true, seconds(759));
        assert_eq!(
            *made.lock().unwrap(),
            [20, 100, 20, 100],
            "whoever looks at the first screen can read it"
        );
        light.shine(false, true, seconds(760));
        assert_eq!(*made.lock().unwrap(), [20, 100, 20, 100, 20]);
    }
}
