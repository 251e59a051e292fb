//! What staff see and do, in a real browser on a real hub.

mod answers;
mod finder;
mod fleet;
mod map;
mod office;
mod pages;
mod signing_in;
