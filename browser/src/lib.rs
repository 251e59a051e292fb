//! A real browser for the stories of the staff: Chromium, led by `chromedriver`, and axe-core, which looks for
//! barriers on a page. `script/setup --browser` brings all three.
//!
//! Invariant: what goes wrong here is a failing story; it says what stood on the page.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "only stories use it")]

mod axe;
mod driver;

pub use axe::barriers;
pub use driver::{Browser, Look};
