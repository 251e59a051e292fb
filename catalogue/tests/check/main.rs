//! What the check of a catalogue says, and that nothing is missing from one that it finds right.

mod broken;
mod folder;
mod whole;
