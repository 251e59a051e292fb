//! Starts the devices that the settings name, and has what they say go to the runner.
//!
//! Invariant: a device that the settings do not name is not there; one that they name and that cannot be started leaves
//! the pillar out of service.

use std::sync::mpsc::Sender;

use super::recording::Recorders;
use super::{NotServing, sink, storage};
use crate::config::{Config, Recorded};
use crate::devices::headphones::Headphones;
use crate::devices::port::PortName;
use crate::devices::printer::{self, EscPosPrinter, ReceiptPrinter};
use crate::devices::reader::mrz::MrzFormat;
use crate::devices::reader::rfid::RfidFormat;
use crate::devices::reader::{self, Reader, SerialReader};
use crate::devices::speech::{Espeak, Mute, Voice};
use crate::devices::terminal::{self, Password, PaymentTerminal, ZvtTerminal};
use crate::runner::Input;
use crate::visit::ReaderKind;

pub(super) fn start_printer(
    config: &Config,
    inputs: &Sender<Input>,
    recorders: &Recorders,
) -> Result<Option<Box<dyn ReceiptPrinter>>, NotServing> {
    let Some(settings) = &config.printer else { return Ok(None) };
    let tap = recorders.tap(Recorded::Printer);
    let port = PortName { tap, ..PortName::new(&settings.port, settings.baud) };
    let printer = EscPosPrinter::start(port, printer::Options::default(), sink(inputs, Input::Printer))
        .map_err(storage("starting the printer's thread"))?;
    Ok(Some(Box::new(printer)))
}

pub(super) fn start_terminal(
    config: &Config,
    inputs: &Sender<Input>,
    recorders: &Recorders,
) -> Result<Option<Box<dyn PaymentTerminal>>, NotServing> {
    let Some(settings) = &config.terminal else { return Ok(None) };
    let password = Password::parse(&settings.password).map_err(storage("reading the terminal's password"))?;
    let options = terminal::Options::new(password);
    let port = PortName { tap: recorders.tap(Recorded::Terminal), ..ZvtTerminal::port(&settings.port) };
    let terminal = ZvtTerminal::start(port, options, sink(inputs, Input::Terminal))
        .map_err(storage("starting the terminal's thread"))?;
    Ok(Some(Box::new(terminal)))
}

pub(super) fn start_document_reader(
    config: &Config,
    inputs: &Sender<Input>,
) -> Result<Option<Box<dyn Reader>>, NotServing> {
    let Some(settings) = &config.document_reader else { return Ok(None) };
    let format = MrzFormat {
        prefix: settings.prefix.clone().into(),
        suffix: settings.suffix.clone().into(),
        line_end: settings.line_end,
    };
    let port = PortName::new(&settings.port, settings.baud);
    let events = sink(inputs, |event| Input::Reader(ReaderKind::Document, event));
    let reader = SerialReader::start("document-reader", port, format, reader::Options::default(), events)
        .map_err(storage("starting the document reader's thread"))?;
    Ok(Some(Box::new(reader)))
}

pub(super) fn start_pass_reader(
    config: &Config,
    inputs: &Sender<Input>,
) -> Result<Option<Box<dyn Reader>>, NotServing> {
    let Some(settings) = &config.pass_reader else { return Ok(None) };
    let format = RfidFormat {
        prefix: settings.prefix.clone().into(),
        suffix: settings.suffix.clone().into(),
        checksum: settings.checksum,
    };
    let port = PortName::new(&settings.port, settings.baud);
    let events = sink(inputs, |event| Input::Reader(ReaderKind::Pass, event));
    let reader = SerialReader::start("pass-reader", port, format, reader::Options::default(), events)
        .map_err(storage("starting the pass reader's thread"))?;
    Ok(Some(Box::new(reader)))
}

pub(super) fn start_headphones(
    config: &Config,
    inputs: &Sender<Input>,
) -> Result<Option<Headphones>, NotServing> {
    let Some(settings) = &config.headphones else { return Ok(None) };
    Headphones::watch(&settings.state_file, sink(inputs, Input::Headphones))
        .map(Some)
        .map_err(storage("watching the headphones"))
}

pub(super) fn voice(config: &Config) -> Box<dyn Voice> {
    match &config.speech {
        Some(settings) => Box::new(Espeak::new(&settings.program)),
        None => Box::new(Mute),
    }
}
