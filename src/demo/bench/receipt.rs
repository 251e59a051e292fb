//! How long a resident who has paid waits for the receipt: on a slow serial line, at the pace of real
//! paper, through the real driver over a pseudo-terminal, in real time.
//!
//! Invariant: a figure is of paper that came out, was cut, and was read to its last line.

use std::path::Path;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant};

use uuid::Uuid;
use zuil_wire::{Cents, PaymentState, Reference, State};

use crate::config::Config;
use crate::demo::errand::ScriptedResident;
use crate::demo::hub::Hub;
use crate::demo::stage::{self, Stage};
use crate::demo::{Failure, programs};
use crate::devices::port::PortName;
use crate::devices::printer::simulator::{DOTS_PER_MM, PaperReceipt, Physics, PrinterSimulator};
use crate::devices::printer::{Condition, EscPosPrinter, Job, Options, PrinterEvent, ReceiptPrinter};
use crate::pillar::Pillar;
use crate::receipt::{self, Paper};
use crate::runner::Input;
use crate::visit::{CardLines, Screen, Slip, SlipPayment, View};
use zuil_catalogue::{Branding, Language, Logo};

/// The line of the printer, in bits a second. Its paper moves at 150 mm a second.
const BAUD: u32 = 38_400;
/// How often each is measured; the median counts.
const RUNS: usize = 5;
/// How long a receipt of 20 cm may take.
const LIMIT_MS: f64 = 3_000.0;
/// The longest that is waited for anything.
const PATIENCE: Duration = Duration::from_secs(60);
/// How often is looked.
const LOOK_EVERY: Duration = Duration::from_millis(1);

/// Prints JSON lines: `approved_to_cut`, from the bank's approval until the receipt of the example
/// errand is cut, in a whole pillar; `receipt_nl` and `receipt_ar`, from the slip until the receipt is
/// cut, of about 20 cm in Dutch and in Arabic, which is drawn.
///
/// # Errors
/// When the stage cannot be set, or a receipt does not come out whole.
pub fn run(catalogue: &Path) -> Result<(), Failure> {
    let folder = stage::temporary_folder()?;
    report("approved_to_cut", errands(catalogue, folder.path())?);
    for (metric, language) in [("receipt_nl", Language::Nl), ("receipt_ar", Language::Ar)] {
        report(metric, slips(&folder.path().join(metric), language)?);
    }
    Ok(())
}

/// A receipt that came out.
struct Cut {
    after: Duration,
    millimetres: f64,
}

fn report(metric: &str, mut cuts: Vec<Cut>) {
    cuts.sort_by_key(|cut| cut.after);
    let Some(median) = cuts.get(cuts.len() / 2) else { return };
    let ms = (median.after.as_secs_f64() * 1000.0).round();
    println!(
        "{}",
        serde_json::json!({
            "metric": metric, "value": ms, "unit": "ms", "limit": LIMIT_MS,
            "ratio": (ms / LIMIT_MS * 100.0).round() / 100.0, "mm": median.millimetres.round(),
        })
    );
}

/// Paid errands at a whole pillar with a hub, each at a pillar that was just switched on.
fn errands(catalogue: &Path, folder: &Path) -> Result<Vec<Cut>, Failure> {
    let hub = Hub::start(&programs()?, &folder.join("hub"))?;
    let stage = Stage::set(folder, catalogue, hub.intake, |url, file| hub.bind(url, file))?;
    let settings = std::fs::read_to_string(stage.config())?;
    std::fs::write(stage.config(), settings.replace("[printer]\n", &format!("[printer]\nbaud = {BAUD}\n")))?;
    stage.printer.set_physics(Physics::real(BAUD));
    stage.terminal.set_auto(Some(Duration::ZERO));
    (0..RUNS).map(|_| errand(&stage)).collect()
}

/// One paid errand.
fn errand(stage: &Stage) -> Result<Cut, Failure> {
    let (show, views) = channel();
    let pillar = Pillar::start(&Config::load(&stage.config())?, move |view| drop(show.send(view)))?;
    let charged_before = stage.terminal.charged().len();
    let ready = until_ready(&views)?;

    let mut resident = ScriptedResident::who_wants("bulky-waste");
    let does = |resident: &mut ScriptedResident, view: &View| -> Result<(), Failure> {
        for intent in resident.acts_on(view) {
            pillar.inputs().send(Input::Resident(Box::new(intent)))?;
        }
        Ok(())
    };
    does(&mut resident, &ready)?;
    let mut approved = None;
    let until = Instant::now() + PATIENCE;
    while Instant::now() < until {
        if let Ok(view) = views.recv_timeout(LOOK_EVERY) {
            does(&mut resident, &view)?;
        }
        match approved {
            None if stage.terminal.charged().len() > charged_before => approved = Some(Instant::now()),
            None => {}
            Some(at) => {
                if let Some(piece) = take_receipt(&stage.printer) {
                    return cut(at.elapsed(), &piece, Language::Nl);
                }
            }
        }
    }
    Err("the errand came to no receipt".into())
}

/// Waits for a pillar that takes cards and prints.
fn until_ready(views: &Receiver<View>) -> Result<View, Failure> {
    loop {
        let view = views.recv_timeout(PATIENCE)?;
        if matches!(view.screen, Screen::Attract { no_card: false, no_printer: false, .. }) {
            return Ok(view);
        }
    }
}

/// Slips of their own at a driver of their own: no terminal, no disk and no hub before them.
fn slips(link: &Path, language: Language) -> Result<Vec<Cut>, Failure> {
    let simulator = PrinterSimulator::start(link)?;
    simulator.set_physics(Physics::real(BAUD));
    let (tell, told) = channel();
    let sink = Box::new(move |event| drop(tell.send(event)));
    let printer = EscPosPrinter::start(PortName::new(link, BAUD), Options::default(), sink)?;
    while told.recv_timeout(PATIENCE)? != PrinterEvent::Condition(Condition::Ready) {}
    (0..RUNS).map(|_| slip(language, &simulator, &printer, &told)).collect()
}

fn slip(
    language: Language,
    simulator: &PrinterSimulator,
    printer: &EscPosPrinter,
    told: &Receiver<PrinterEvent>,
) -> Result<Cut, Failure> {
    let slip = bulky_waste(language);
    let begun = Instant::now();
    let printable = receipt::render(&receipt::compose(&slip), Paper::FortyEight);
    let id = Uuid::new_v4();
    printer.print(Job { id, bytes: printable.bytes, millimetres: printable.millimetres });
    let piece = loop {
        if let Some(piece) = take_receipt(simulator) {
            break piece;
        }
        if begun.elapsed() > PATIENCE {
            return Err("no receipt came out".into());
        }
        std::thread::sleep(LOOK_EVERY);
    };
    let cut = cut(begun.elapsed(), &piece, language)?;
    while told.recv_timeout(PATIENCE)? != PrinterEvent::Printed(id) {}
    Ok(cut)
}

/// The receipt that came out. A piece without a word is what the printer cuts off at a pillar's start.
fn take_receipt(printer: &PrinterSimulator) -> Option<PaperReceipt> {
    printer.take_receipts().into_iter().find(|piece| !piece.text.trim().is_empty())
}

/// Looks at what came out: it must be whole, and cut. What is drawn cannot be read here.
fn cut(after: Duration, piece: &PaperReceipt, language: Language) -> Result<Cut, Failure> {
    if !piece.cut || (language == Language::Nl && !piece.text.contains("Bedankt")) {
        return Err(format!("the receipt is not whole:\n{}", piece.text).into());
    }
    let rows = png::Decoder::new(std::io::Cursor::new(&piece.png)).read_info()?.info().height;
    Ok(Cut { after, millimetres: f64::from(rows) / DOTS_PER_MM as f64 })
}

/// A made-up errand.
fn bulky_waste(language: Language) -> Slip {
    let [title, address, items, what, fee, next_steps, hours] = match language {
        Language::Ar => [
            "طلب نقل النفايات الكبيرة",
            "العنوان",
            "ما سننقله",
            "أريكة، مرتبة، غسالة، خزانة واحدة",
            "نقل النفايات الكبيرة",
            "ضعوا النفايات في شارع Voorbeeldstraat أمام المنزل يوم الثلاثاء 1 ديسمبر قبل الساعة 7:30.",
            "من الإثنين إلى الجمعة من الساعة 9:00 حتى 17:00",
        ],
        _ => [
            "Grofvuil laten ophalen",
            "Adres",
            "Wat we ophalen",
            "Bank, matras, wasmachine, één kast",
            "Grofvuil ophalen",
            "Zet uw grofvuil op dinsdag 1 december vóór 7.30 uur aan de weg.",
            "Maandag t/m vrijdag van 9.00 tot 17.00 uur",
        ],
    };
    let svg = include_str!("../../../catalogue/example/logo.svg").to_owned();
    let logo = Logo { file: "logo.svg".to_owned(), svg };
    Slip {
        language,
        task_title: title.into(),
        at: jiff::civil::date(2026, 11, 22).at(10, 5, 0, 0),
        reference: Reference::from_bits(0x0003_1415_9265_3589),
        state: State::Received,
        sent: vec![
            (address.into(), "Voorbeeldstraat 12 b, 1234 AB Voorbeeldhuizen".into()),
            (items.into(), what.into()),
        ],
        payment: Some(SlipPayment {
            amount: Cents(1735),
            label: fee.into(),
            state: PaymentState::Paid,
            card: Some(CardLines {
                scheme: "Maestro".into(),
                terminal_id: "52523535".into(),
                receipt_number: 231,
            }),
        }),
        next_steps: next_steps.into(),
        municipality: "Voorbeeldhuizen".into(),
        phone: "14 0000".into(),
        phone_hours: hours.into(),
        website: "www.voorbeeldhuizen.example".into(),
        branding: Arc::new(Branding { logo: Some(logo), ..Branding::default() }),
    }
}
