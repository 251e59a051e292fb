//! Readers of documents and waste passes: does their port open.
//!
//! Invariant: nothing is read from them.

use zuil_wire::health::Device;

use super::Finding;
use super::port::try_open;
use super::told::Holder;
use crate::devices::port::PortName;
use crate::texts::say;
use zuil_catalogue::Language;

/// Whether the reader's port opens. A reader says nothing until something is held against it.
pub fn check(language: Language, port: Option<&PortName>, device: Device, holder: &Holder) -> Finding {
    let Some(port) = port else { return Finding::not_there(say(language, "the settings name none")) };
    match try_open(language, port, device, holder) {
        Ok(()) => Finding::ok(say(language, "its port opens; hold something against it to try it")),
        Err(finding) => finding,
    }
}
