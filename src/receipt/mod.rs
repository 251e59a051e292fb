//! The receipt: one model, written as ESC/POS for the printer.
//!
//! Invariant: what a receipt says is decided here once, from a [`Receipt`]; the printer, and later
//! PDF, screen and speech, only say it in their own way.
