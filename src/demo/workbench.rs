//! The workbench window: a person plays the card, the paper, the cables, the network and the power.
//!
//! It knows the outside of the pillar only: simulators, network, files, and the pillar's process.

use std::cell::RefCell;
use std::path::{Path, PathBuf};
use std::process::{Child, Command};
use std::rc::Rc;
use std::time::Duration;

use slint::winit_030::WinitWindowAccessor;
use slint::{ComponentHandle, Image, Rgba8Pixel, SharedPixelBuffer};

use crate::devices::printer::simulator::PaperReceipt;
use crate::devices::reader::simulator::Specimen;
use crate::devices::terminal::simulator::{Display, Pace};

use super::hub::Hub;
use super::stage::{self, Stage};
use super::{Failure, programs};

mod window {
    //! The generated window.
    #![allow(missing_docs, clippy::all)] // What Slint generates has no doc comments.
    slint::slint! { export { Workbench, Deed } from "ui/workbench.slint"; }
}
use window::{Deed, Workbench};

/// How often the workbench looks at its devices.
const LOOK_EVERY: Duration = Duration::from_millis(250);
/// The part of the display's height that the pillar's window may take.
const SHARE_OF_DISPLAY: f32 = 0.9;
/// How fast the simulated printer prints, in millimetres a second.
const PRINTING_SPEED: u32 = 150;
/// The number of a made-up waste pass.
const WASTE_PASS: [u8; 7] = [0x04, 0xA1, 0xB2, 0xC3, 0xD4, 0xE5, 0xF6];
/// The size of the pillar's screen, in pixels.
const PILLAR_HEIGHT: f32 = 1920.0;
const PILLAR_WIDTH: f32 = 1080.0;
/// The room between the two windows and around the workbench, in pixels.
const GAP: i32 = 24;

/// Sets the stage in a temporary folder, opens both windows, and returns when the workbench is
/// closed.
///
/// # Errors
/// When the stage cannot be set or no window can be opened.
pub fn open(catalogue: &Path) -> Result<(), Failure> {
    let folder = stage::temporary_folder()?;
    let hub = Hub::start(&programs()?, &folder.path().join("hub"))?;
    let stage = Stage::set(folder.path(), catalogue, hub.intake, |url, file| hub.bind(url, file))?;
    stage.terminal.set_pace(Pace::LIFELIKE);
    stage.printer.slow_down(Some(PRINTING_SPEED));
    println!("The hub is at {}", hub.desk);
    println!("Its staff password is {}", hub.password);
    println!("Everything is kept in {} until the workbench is closed", folder.path().display());

    let workbench = Workbench::new()?;
    workbench.set_hub(format!("{}\npassword {}", hub.desk, hub.password).into());
    let bench = Rc::new(Bench {
        stage,
        pillar: RefCell::new(None),
        window: workbench.as_weak(),
        hanging_out: RefCell::default(),
    });
    workbench.on_do({
        let bench = bench.clone();
        move |deed| bench.carry_out(deed)
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
        move || bench.carry_out(Deed::StartPillar)
    });
    let signals = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build()?;
    close_when_told(&signals)?;
    workbench.run()?;
    bench.carry_out(Deed::KillPillar);
    Ok(())
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
    /// Receipts that were printed and not taken.
    hanging_out: RefCell<Vec<PaperReceipt>>,
}

impl Bench {
    fn carry_out(&self, deed: Deed) {
        let (terminal, printer) = (&self.stage.terminal, &self.stage.printer);
        match deed {
            Deed::InsertCard => terminal.insert_card(),
            Deed::RefuseCard => terminal.refuse_card(),
            Deed::StopAtTerminal => terminal.resident_aborts(),
            Deed::NoCard => terminal.no_card_in_time(),
            Deed::PullTerminal => terminal.pull_cable(),
            Deed::PlugTerminal => terminal.plug_cable(),
            Deed::TakeReceipt => self.take_receipt(),
            Deed::EmptyRoll => printer.set_paper_mm(30),
            Deed::NewRoll => printer.new_roll(),
            Deed::OpenCover => printer.open_cover(),
            Deed::CloseCover => printer.close_cover(),
            Deed::PullPrinter => printer.pull_cable(),
            Deed::PlugPrinter => complain("plugging in the printer", printer.plug_cable()),
            Deed::HoldPassport => self.stage.document_reader.hold_document(&Specimen::PASSPORT),
            Deed::HoldCard => self.stage.document_reader.hold_document(&Specimen::IDENTITY_CARD),
            Deed::HoldCrooked => self.stage.document_reader.hold_crooked(&Specimen::PASSPORT),
            Deed::HoldPass => self.stage.pass_reader.hold_pass(&WASTE_PASS),
            Deed::PullReader => self.stage.document_reader.line().pull_cable(),
            Deed::PlugReader => {
                complain("plugging in the document reader", self.stage.document_reader.line().plug_cable());
            }
            Deed::CutNetwork => self.stage.network.cut(),
            Deed::MendNetwork => self.stage.network.mend(),
            Deed::PlugHeadphones => self.plug_headphones(true),
            Deed::PullHeadphones => self.plug_headphones(false),
            Deed::KillPillar => self.kill_pillar(),
            Deed::StartPillar => self.start_pillar(),
        }
        self.reflect(deed);
        self.look();
    }

    /// Shows on the buttons what was just done.
    fn reflect(&self, deed: Deed) {
        let Some(window) = self.window.upgrade() else { return };
        match deed {
            Deed::PullTerminal | Deed::PlugTerminal => {
                window.set_terminal_pulled(deed == Deed::PullTerminal);
            }
            Deed::PullPrinter | Deed::PlugPrinter => window.set_printer_pulled(deed == Deed::PullPrinter),
            Deed::PullReader | Deed::PlugReader => window.set_reader_pulled(deed == Deed::PullReader),
            Deed::OpenCover | Deed::CloseCover => window.set_cover_open(deed == Deed::OpenCover),
            Deed::CutNetwork | Deed::MendNetwork => window.set_network_cut(deed == Deed::CutNetwork),
            Deed::PlugHeadphones | Deed::PullHeadphones => {
                window.set_headphones(deed == Deed::PlugHeadphones)
            }
            _ => {}
        }
    }

    fn look(&self) {
        let Some(window) = self.window.upgrade() else { return };
        window.set_terminal_state(on_display(self.stage.terminal.display()).into());
        window.set_spoken(self.stage.spoken().into());
        let mut hanging_out = self.hanging_out.borrow_mut();
        // A piece without a word is what the printer cuts off at the pillar's start.
        let printed =
            self.stage.printer.take_receipts().into_iter().filter(|piece| !piece.text.trim().is_empty());
        hanging_out.extend(printed);
        let printer_state =
            if hanging_out.is_empty() { "Nothing hangs out of it." } else { "A receipt hangs out of it." };
        window.set_printer_state(printer_state.into());
        let mut pillar = self.pillar.borrow_mut();
        if pillar.as_mut().is_some_and(|child| !matches!(child.try_wait(), Ok(None))) {
            *pillar = None;
        }
        window.set_pillar_running(pillar.is_some());
    }

    fn take_receipt(&self) {
        let Some(receipt) = self.hanging_out.take().pop() else { return };
        if let (Some(window), Some(image)) = (self.window.upgrade(), picture(&receipt.png)) {
            window.set_receipt(image);
        }
    }

    fn plug_headphones(&self, plugged: bool) {
        complain("plugging the headphones", self.stage.plug_headphones(plugged));
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

    /// Stands beside the pillar's window, which comes at the left.
    fn step_aside(&self, scale: f32) {
        if let Some(window) = self.window.upgrade() {
            let beside = (PILLAR_WIDTH * scale).ceil() as i32 + GAP;
            window.window().set_position(slint::PhysicalPosition::new(beside, GAP));
        }
    }

    /// How much smaller than life the pillar's window must be to fit on this display.
    fn scale(&self) -> Option<f32> {
        let height =
            self.window.upgrade()?.window().with_winit_window(|window| {
                window.current_monitor().map(|monitor| monitor.size().height)
            })??;
        Some((height as f32 * SHARE_OF_DISPLAY / PILLAR_HEIGHT).min(1.0))
    }
}

/// What the terminal's display says.
fn on_display(display: Display) -> String {
    match display {
        Display::Dark => "It is dark: no power.".into(),
        Display::Idle => "It waits for the pillar.".into(),
        Display::PresentCard(amount) => format!("Please present your card: {amount}"),
        Display::EnterPin => "Please enter your PIN (that happens by itself here).".into(),
        Display::PleaseWait => "Please wait: it talks to the bank.".into(),
        Display::RemoveCard => "Please remove your card (that happens by itself here).".into(),
        Display::Approved => "Approved.".into(),
        Display::Refused => "Refused.".into(),
        Display::TakingBack => "It takes the payment back.".into(),
    }
}

fn complain(what: &str, done: std::io::Result<()>) {
    if let Err(error) = done {
        eprintln!("{what} failed: {error}");
    }
}

/// A PNG as Slint shows it.
fn picture(png: &[u8]) -> Option<Image> {
    let mut decoder = png::Decoder::new(std::io::Cursor::new(png));
    decoder.set_transformations(png::Transformations::EXPAND | png::Transformations::STRIP_16);
    let mut reader = decoder.read_info().ok()?;
    let mut bytes = vec![0; reader.output_buffer_size()?];
    let info = reader.next_frame(&mut bytes).ok()?;
    let per_pixel = info.color_type.samples();
    let mut buffer = SharedPixelBuffer::<Rgba8Pixel>::new(info.width, info.height);
    for (to, from) in buffer.make_mut_slice().iter_mut().zip(bytes.chunks_exact(per_pixel)) {
        let (r, g, b) = if per_pixel < 3 { (from[0], from[0], from[0]) } else { (from[0], from[1], from[2]) };
        *to = Rgba8Pixel { r, g, b, a: 255 };
    }
    Some(Image::from_rgba8(buffer))
}
