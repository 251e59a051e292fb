//! What the check of a catalogue says, and that nothing is missing from one that it finds right.

// Clippy takes a function for a test's helper only inside such a module.
#[cfg(test)]
mod b1;
#[cfg(test)]
mod broken;
#[cfg(test)]
mod fees;
#[cfg(test)]
mod folder;
#[cfg(test)]
mod schema;
#[cfg(test)]
mod validate;
#[cfg(test)]
mod warned;
#[cfg(test)]
mod whole;
