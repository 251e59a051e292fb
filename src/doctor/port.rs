//! Whether a serial port is there, and free.
//!
//! Invariant: who holds a port is found without opening it, so that nobody is disturbed.

use std::fs;
use std::path::Path;

use zuil_wire::health::Device;

use super::Finding;
use super::told::{Holder, by_pillar};
use crate::devices::port::PortName;
use crate::texts::{fill, say};
use zuil_catalogue::Language;

/// Whether the port of a device can be opened now. `Err` is what is wrong; with a pillar that runs it is
/// what that one says of the device.
pub fn try_open(language: Language, port: &PortName, device: Device, holder: &Holder) -> Result<(), Finding> {
    let name = port.path.display().to_string();
    let named = [("port", name.as_str())];
    if !port.path.exists() {
        return Err(Finding::failed(
            fill(say(language, "{port} is not there"), &named),
            say(language, "look at its cable and power; `ls -l /dev/serial/by-id` shows what is there"),
        ));
    }
    if let Holder::Pillar(report) = holder {
        return Err(by_pillar(language, report.as_deref(), device));
    }
    let holders = holders_of(&port.path);
    if !holders.is_empty() {
        let values = [("port", name.as_str()), ("holders", &holders.join(", "))];
        return Err(Finding::failed(
            fill(say(language, "{port} is held by another program: {holders}"), &values),
            say(language, "end that program, and run this again"),
        ));
    }
    match port.open() {
        Ok(opened) => {
            drop(opened);
            Ok(())
        }
        Err(error) => Err(Finding::failed(
            fill(
                say(language, "{port} cannot be opened: {error}"),
                &[("port", &name), ("error", &error.to_string())],
            ),
            say(language, "run this as the pillar's user; that user must be in the group `dialout`"),
        )),
    }
}

/// The programs that have the port open, as `name (pid)`, as far as this user may know.
fn holders_of(port: &Path) -> Vec<String> {
    let Ok(device) = fs::canonicalize(port) else { return Vec::new() };
    let own = std::process::id().to_string();
    let Ok(processes) = fs::read_dir("/proc") else { return Vec::new() };
    let mut holders = Vec::new();
    for process in processes.flatten() {
        let pid = process.file_name().to_string_lossy().into_owned();
        let numeric = pid.bytes().all(|byte| byte.is_ascii_digit());
        if !numeric || pid == own {
            continue;
        }
        let Ok(files) = fs::read_dir(process.path().join("fd")) else { continue };
        if files.flatten().any(|file| fs::read_link(file.path()).is_ok_and(|target| target == device)) {
            let name = fs::read_to_string(process.path().join("comm")).unwrap_or_default();
            holders.push(format!("{} ({pid})", name.trim()));
        }
    }
    holders
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::doctor::Verdict;

    #[test]
    fn a_port_that_is_missing_says_where_to_look() {
        let port = PortName::new(Path::new("/nowhere/printer"), 9600);
        let finding = try_open(Language::En, &port, Device::Printer, &Holder::Nobody).unwrap_err();
        assert_eq!(finding.verdict, Verdict::Failed);
        assert!(finding.next.contains("/dev/serial/by-id"), "{}", finding.next);
    }

    #[test]
    fn what_is_no_port_cannot_be_opened() {
        let file = tempfile::NamedTempFile::new().unwrap();
        let port = PortName::new(file.path(), 9600);
        let opened = |holder| try_open(Language::En, &port, Device::Printer, holder).unwrap_err().verdict;
        assert_eq!(opened(&Holder::Nobody), Verdict::Failed);
        assert_eq!(opened(&Holder::Pillar(None)), Verdict::Attention);
    }
}
