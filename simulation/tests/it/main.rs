//! What the simulation finds in the program as it is, and in one with a bug planted.

// Clippy takes a function for a test's helper only inside such a module.
#[cfg(test)]
mod planted;
#[cfg(test)]
mod schedules;
