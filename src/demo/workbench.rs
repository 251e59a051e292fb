//! The workbench window: a person plays the card, the paper, the cables, the network and the power.
//!
//! It knows the outside of the pillar only: simulators, network, files, and the pillar's process.

mod placing;
mod scan;

use std::cell::RefCell;
use std::path::{Path, PathBuf};
use std::process::{Child, Command};
use std::rc::Rc;
use std::time::Duration;

use slint::ComponentHandle;

use zuil_catalogue::{Addresses, Catalogue};

use crate::devices::printer::simulator::{Fault, Moment, PaperReceipt, Physics, Plan};
use crate::devices::reader::simulator::Specimen;
use crate::devices::terminal::simulator::{Act, Display, Pace, PowerCut};

use super::hub::Hub;
use super::stage::{self, Stage};
use super::town::MadeUpTown;
use super::{Failure, programs, state_line};

mod window {
    //! The generated window.
    #![allow(missing_docs, clippy::all)] // What Slint generates has no doc comments.
    slint::slint! { export { Workbench, Deed, Switch, Switches } from "ui/workbench.slint"; }
}
use scan::picture;
use window::{Deed, Switch, Switches, Workbench};

/// How often the workbench looks at its devices.
const LOOK_EVERY: Duration = Duration::from_millis(250);
/// The pillar's exit code when it is to be started anew.
const RESTART: i32 = 75;
/// The line of the simulated printer, in bits a second: what a pillar expects when nothing else is said.
const PRINTER_BAUD: u32 = 115_200;
/// How far into a receipt something goes wrong.
const AMID: Moment = Moment::Millimetre(70);
/// How long a slow printer takes for an answer, at least and at most.
const SLOW_ANSWERS: (Duration, Duration) = (Duration::from_millis(300), Duration::from_millis(700));
/// How much a worn head has printed, in kilometres: most of its elements fade.
const WORN_KM: u32 = 140;
/// What is left on a roll that is nearly empty, in millimetres.
const NEARLY_EMPTY_MM: u32 = 1_500;
/// The number of a made-up waste pass.
const WASTE_PASS: [u8; 7] = [0x04, 0xA1, 0xB2, 0xC3, 0xD4, 0xE5, 0xF6];

/// Sets the stage in a temporary folder, opens both windows, and returns when the workbench is
/// closed.
///
/// # Errors
/// When the stage cannot be set or no window can be opened.
pub fn open(catalogue: &Path) -> Result<(), Failure> {
    let folder = stage::temporary_folder()?;
    let (hub, town) = hub_and_town(catalogue, &folder.path().join("hub"))?;
    let stage = Stage::set(folder.path(), catalogue, hub.intake, |url, file| hub.bind(url, file))?;
    stage.terminal.set_pace(Pace::LIFELIKE);
    stage.printer.set_physics(Physics::real(PRINTER_BAUD));
    println!("The hub is at {}", hub.desk);
    println!("Staff sign in there as {} with the password {}", hub.account, hub.password);
    let program = |name: &str| programs().map(|folder| folder.join(name).display().to_string());
    let (pillar, publisher) = (program("zuil").unwrap_or_default(), program("zuil-hub").unwrap_or_default());
    if let Some(town) = &town {
        println!("What it brought into the municipality's systems (simulated) is listed at {}", town.url);
    }
    println!("A technician looks at it with {pillar} --config {} doctor", stage.config().display());
    println!("An editor publishes with {publisher} --config {} catalogue publish DIR", hub.config.display());
    println!("Everything is kept in {} until the workbench is closed", folder.path().display());

    let workbench = Workbench::new()?;
    workbench.set_hub(format!("{}\n{}: {}", hub.desk, hub.account, hub.password).into());
    workbench.set_address(an_address(catalogue).unwrap_or_default().into());
    let bench = Rc::new(Bench {
        stage,
        pillar: RefCell::new(None),
        window: workbench.as_weak(),
        switches: RefCell::default(),
        in_the_tray: RefCell::default(),
    });
    workbench.on_do({
        let bench = bench.clone();
        move |deed| bench.carry_out(deed)
    });
    workbench.on_turn({
        let bench = bench.clone();
        move |switch, on| bench.turn(switch, on)
    });
    let look = slint::Timer::default();
    look.start(slint::TimerMode::Repeated, LOOK_EVERY, {
        let bench = bench.clone();
        move || bench.look()
    });
    workbench.show()?;
    // The display's size is known only once a window stands on it.
    slint::Timer::single_shot(LOOK_EVERY, {
        let bench = bench.clone();
        move || bench.start_pillar()
    });
    let signals = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build()?;
    close_when_told(&signals)?;
    workbench.run()?;
    bench.kill_pillar();
    Ok(())
}

/// A hub that brings what comes in into a municipality's systems; one that brings nothing anywhere when the catalogue
/// has mistakes, of which the pillar says so itself.
fn hub_and_town(catalogue: &Path, folder: &Path) -> Result<(Hub, Option<MadeUpTown>), Failure> {
    let Ok(tasks) = Catalogue::load(catalogue) else { return Ok((Hub::start(&programs()?, folder)?, None)) };
    let town = MadeUpTown::start(&tasks)?;
    std::fs::create_dir_all(folder)?;
    let hub = Hub::start_with(&programs()?, folder, &town.connectors(folder)?)?;
    hub.publish(catalogue)?;
    Ok((hub, Some(town)))
}

/// An address that a catalogue has; none of one with mistakes, of which the pillar says so itself.
fn an_address(catalogue: &Path) -> Option<String> {
    let Addresses { by_postcode } = Catalogue::load(catalogue).ok()?.addresses;
    let (postcode, streets) = by_postcode.first_key_value()?;
    let street = streets.first()?;
    let number = (street.first..=street.last).find(|number| street.has(*number))?;
    Some(format!("{postcode}, number {number}"))
}

/// Closes the windows on SIGTERM and SIGINT, so that hub and pillar end with the workbench.
fn close_when_told(signals: &tokio::runtime::Runtime) -> Result<(), Failure> {
    use tokio::signal::unix::{SignalKind, signal};
    let _entered = signals.enter();
    for kind in [SignalKind::terminate(), SignalKind::interrupt()] {
        let mut told = signal(kind)?;
        signals.spawn(async move {
            told.recv().await;
            // The event loop may have ended by itself.
            let _ = slint::quit_event_loop();
        });
    }
    Ok(())
}

struct Bench {
    stage: Stage,
    pillar: RefCell<Option<Child>>,
    window: slint::Weak<Workbench>,
    /// What only this workbench turns on and off; the devices tell the rest.
    switches: RefCell<Switches>,
    /// What came out of the printer and was not taken, oldest first.
    in_the_tray: RefCell<Vec<PaperReceipt>>,
}

impl Bench {
    /// Someone does something once.
    fn carry_out(&self, deed: Deed) {
        let (terminal, printer) = (&self.stage.terminal, &self.stage.printer);
        match deed {
            Deed::InsertCard => terminal.insert_card(),
            Deed::RefuseCard => terminal.refuse_card(),
            Deed::MistypePin => terminal.act(Act::MistypePin),
            Deed::InsertBadly => terminal.act(Act::InsertBadly),
            Deed::StopAtTerminal => terminal.resident_aborts(),
            Deed::NoCard => terminal.no_card_in_time(),
            Deed::TakePaper => self.take_paper(),
            Deed::EmptyRoll => printer.set_paper_mm(0),
            Deed::NearlyEmptyRoll => printer.set_paper_mm(NEARLY_EMPTY_MM),
            Deed::NewRoll => printer.new_roll(),
            Deed::PaperOutAmid => self.plan(Fault::PaperOut),
            Deed::CoverOpensAmid => self.plan(Fault::CoverOpen),
            Deed::PowerGoesAmid => self.plan(Fault::PowerCut),
            Deed::HoldPassport => self.stage.document_reader.hold_document(&Specimen::PASSPORT),
            Deed::HoldCard => self.stage.document_reader.hold_document(&Specimen::IDENTITY_CARD),
            Deed::HoldCrooked => self.stage.document_reader.hold_crooked(&Specimen::PASSPORT),
            Deed::HoldPass => self.stage.pass_reader.hold_pass(&WASTE_PASS),
        }
        self.look();
    }

    /// Someone turns something on or off that stays so.
    fn turn(&self, switch: Switch, on: bool) {
        match switch {
            Switch::PrinterPower | Switch::PrinterCable | Switch::Cover | Switch::Cutter => {
                self.turn_printer(switch, on);
            }
            Switch::PrinterSilent | Switch::PrinterGarbage | Switch::PrinterSlow | Switch::PrinterWorn => {
                self.change_printer(switch, on);
            }
            Switch::DocumentReader => {
                let line = self.stage.document_reader.line();
                if on {
                    line.pull_cable();
                } else {
                    complain("plugging in the document reader", line.plug_cable());
                }
                self.switches.borrow_mut().document_reader = on;
            }
            Switch::Network => {
                if on {
                    self.stage.network.cut()
                } else {
                    self.stage.network.mend()
                }
                self.switches.borrow_mut().network = on;
            }
            Switch::Headphones => {
                complain("plugging the headphones", self.stage.plug_headphones(on));
                self.switches.borrow_mut().headphones = on;
            }
            Switch::PillarOff if on => self.kill_pillar(),
            Switch::PillarOff => self.start_pillar(),
            _ => self.turn_terminal(switch, on),
        }
        self.look();
    }

    fn turn_printer(&self, switch: Switch, on: bool) {
        let printer = &self.stage.printer;
        match (switch, on) {
            (Switch::PrinterPower, true) => printer.cut_power(),
            (Switch::PrinterPower, false) => printer.restore_power(),
            (Switch::PrinterCable, true) => printer.pull_cable(),
            (Switch::PrinterCable, false) => complain("plugging in the printer", printer.plug_cable()),
            (Switch::Cover, true) => printer.open_cover(),
            (Switch::Cover, false) => printer.close_cover(),
            (_, true) => printer.jam_cutter(),
            (_, false) => printer.free_cutter(),
        }
    }

    /// Changes what the printer and its line are like.
    fn change_printer(&self, switch: Switch, on: bool) {
        let printer = &self.stage.printer;
        let strike_or_mend = |fault| if on { printer.strike(fault) } else { printer.mend(fault) };
        let mut switches = self.switches.borrow_mut();
        match switch {
            Switch::PrinterSilent => {
                strike_or_mend(Fault::Silence);
                switches.printer_silent = on;
            }
            Switch::PrinterGarbage => {
                strike_or_mend(Fault::Garbage);
                switches.printer_garbage = on;
            }
            Switch::PrinterSlow => switches.printer_slow = on,
            _ => switches.printer_worn = on,
        }
        if matches!(switch, Switch::PrinterSlow | Switch::PrinterWorn) {
            let real = Physics::real(PRINTER_BAUD);
            printer.set_physics(Physics {
                answers_after: if switches.printer_slow { SLOW_ANSWERS } else { real.answers_after },
                kilometres: if switches.printer_worn { WORN_KM } else { real.kilometres },
                ..real
            });
        }
    }

    fn turn_terminal(&self, switch: Switch, on: bool) {
        let terminal = &self.stage.terminal;
        match (switch, on) {
            (Switch::TerminalPower, true) => terminal.cut_power(),
            (Switch::TerminalPower, false) => terminal.restore_power(),
            (Switch::TerminalCable, true) => terminal.pull_cable(),
            (Switch::TerminalCable, false) => terminal.plug_cable(),
            (Switch::PowerAfterCharging, _) => {
                terminal.script(|faults| faults.power_cut = on.then_some(PowerCut::AfterCharging));
            }
            (Switch::TerminalSilent, _) => terminal.set_silent(on),
            (Switch::TerminalBusy, _) => terminal.set_busy(on),
            (Switch::TerminalNoise, _) => terminal.set_noise(on),
            _ => terminal.set_full_card_number(on),
        }
        // A cable is what was done to it last; without power there is no port either way.
        if switch == Switch::TerminalCable {
            self.switches.borrow_mut().terminal_cable = on;
        }
    }

    /// Lets something go wrong amid the next receipt, or calls that off when it was planned.
    fn plan(&self, fault: Fault) {
        let printer = &self.stage.printer;
        let was_planned = printer.looks().awaits == Some(fault);
        printer.call_off();
        if !was_planned {
            printer.plan(Plan::new(fault, AMID));
        }
    }

    /// Shows how everything is.
    fn look(&self) {
        let Some(window) = self.window.upgrade() else { return };
        let terminal = &self.stage.terminal;
        let (display, looks) = (terminal.display(), self.stage.printer.looks());
        let mut tray = self.in_the_tray.borrow_mut();
        // A piece without a word is what the printer cuts off at the pillar's start.
        let pieces = self.stage.printer.take_receipts().into_iter();
        tray.extend(pieces.filter(|piece| !piece.text.trim().is_empty()));
        let mut faults = Default::default();
        terminal.script(|scripted| faults = scripted.clone());
        window.set_terminal_state(
            state_line::terminal(display, !self.switches.borrow().terminal_cable, faults.power_cut).into(),
        );
        window.set_printer_state(state_line::printer(&looks, tray.len()).into());
        window.set_spoken(self.stage.spoken().into());
        let mut pillar = self.pillar.borrow_mut();
        let ended = pillar.as_mut().and_then(|child| child.try_wait().transpose());
        if let Some(ended) = ended {
            *pillar = None;
            // As systemd does on a real pillar.
            if ended.is_ok_and(|status| status.code() == Some(RESTART)) {
                println!("A technician ordered from afar that the pillar is started anew.");
                drop(pillar);
                self.start_pillar();
                pillar = self.pillar.borrow_mut();
            }
        }
        window.set_turned(Switches {
            printer_power: !looks.powered,
            printer_cable: !looks.plugged,
            cover: looks.cover_open,
            cutter: looks.cutter_stuck,
            paper_out_amid: looks.awaits == Some(Fault::PaperOut),
            cover_opens_amid: looks.awaits == Some(Fault::CoverOpen),
            power_goes_amid: looks.awaits == Some(Fault::PowerCut),
            terminal_power: display == Display::Dark,
            power_after_charging: faults.power_cut.is_some(),
            terminal_silent: faults.silent,
            terminal_busy: faults.busy,
            terminal_noise: faults.noise,
            full_numbers: faults.full_card_number,
            pillar_off: pillar.is_none(),
            ..self.switches.borrow().clone()
        });
    }

    /// Takes what came out last; without that, looks at what hangs out.
    fn take_paper(&self) {
        let piece = self.in_the_tray.borrow_mut().pop().unwrap_or_else(|| self.stage.printer.paper_now());
        let caption = match (piece.cut, piece.text.trim().is_empty()) {
            (_, true) => "Blank paper hangs out of the printer",
            (true, false) => "The receipt in your hand",
            (false, false) => "A torn piece, or half a receipt that still hangs out",
        };
        let Some(window) = self.window.upgrade() else { return };
        let width = 400.0 * window.window().scale_factor();
        if let Some(image) = picture(&piece.png, width as usize) {
            window.set_caption(caption.into());
            window.set_receipt(image);
        }
    }

    fn start_pillar(&self) {
        let program: Result<PathBuf, _> = programs().map(|folder| folder.join("zuil"));
        let started = program.and_then(|program| {
            let mut command = Command::new(program);
            command.arg("--config").arg(self.stage.config());
            if let Some(scale) = self.scale() {
                command.env("SLINT_SCALE_FACTOR", scale.to_string());
                self.step_aside(scale);
            }
            Ok(command.spawn()?)
        });
        match started {
            Ok(child) => *self.pillar.borrow_mut() = Some(child),
            Err(error) => eprintln!("the pillar does not start: {error}"),
        }
    }

    fn kill_pillar(&self) {
        if let Some(mut child) = self.pillar.borrow_mut().take() {
            // It may have ended by itself; then there is nothing to kill.
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}

fn complain(what: &str, done: std::io::Result<()>) {
    if let Err(error) = done {
        eprintln!("{what} failed: {error}");
    }
}
