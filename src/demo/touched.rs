//! A pillar with its real widgets in a process of its own, without a display, touched by whoever writes
//! lines to its standard input. For tests that look into its memory from outside.
//!
//! Invariant: what a resident answers never passes through here in one piece. It comes as one touch after
//! the other, and what is said of the screen tells how much was entered, not what.

use std::io::{Read, Write};
use std::path::Path;
use std::sync::mpsc::{self, Sender};
use std::time::Duration;

use i_slint_backend_testing::{TestingBackend, TestingBackendOptions, mock_elapsed_time};
use tracing_subscriber::filter::LevelFilter;
use tracing_subscriber::fmt::writer::MakeWriterExt as _;

use crate::config::Config;
use crate::log::LogFile;
use crate::pillar::Pillar;
use crate::runner::Input;
use crate::screens::Screens;
use crate::visit::{AskView, Control, Found, HoldStage, Screen, SurveyView, View};

use super::Failure;

/// Longer than any movement on the screen.
const STILL: Duration = Duration::from_millis(400);

/// What the screen's thread waits for.
enum Happened {
    Wanted(Box<View>),
    Told(String),
    Left,
}

/// Serves until standard input is closed. Each line there is something to do:
///
/// | line | does |
/// | --- | --- |
/// | `touch WORDS` | touches what says that; answers `touched`, or `missing` |
/// | `pay` | touches the button that pays; answers the same |
/// | `look` | draws the screen; answers `looked` |
///
/// Each new view is told as `sees SCREEN STEP ENTERED`, where `ENTERED` is how many characters stand in
/// the fields. All that is logged, by everyone and at every level, goes to standard error.
///
/// # Errors
/// When the pillar does not start.
pub fn run(config: &Path) -> Result<(), Failure> {
    // The log in the data folder, too: a technician may have it, and so nothing personal may be in it.
    let kept = LogFile::of(&Config::load(config)?.data_dir);
    tracing_subscriber::fmt()
        .with_writer(std::io::stderr.and(kept))
        .with_ansi(false)
        .with_max_level(LevelFilter::TRACE)
        .init();
    slint::platform::set_platform(Box::new(TestingBackend::new(TestingBackendOptions {
        mock_time: true,
        threading: false,
        renderer_name: Some("software".into()),
    })))
    .map_err(|error| error.to_string())?;
    let (happens, happened) = mpsc::channel();
    let shown = happens.clone();
    let pillar = Pillar::start(&Config::load(config)?, move |view| {
        drop(shown.send(Happened::Wanted(Box::new(view))))
    })?;
    let screens = Screens::new()?;
    screens.open()?;
    let inputs = pillar.inputs();
    screens.on_intent(move |intent| drop(inputs.send(Input::Resident(Box::new(intent)))));
    std::thread::spawn(move || listen(&happens));
    let mut view = None;
    for happened in happened {
        match happened {
            Happened::Wanted(next) => {
                screens.show(&next);
                mock_elapsed_time(STILL);
                say(&line(&next));
                view = Some(*next);
            }
            Happened::Told(command) => say(&does(&screens, view.as_ref(), &command)?),
            Happened::Left => break,
        }
    }
    Ok(())
}

fn does(screens: &Screens, view: Option<&View>, command: &str) -> Result<String, Failure> {
    let touched = match command.split_once(' ') {
        Some(("touch", words)) => screens.touch(words),
        None if command == "pay" => view.is_some_and(|view| match view.screen {
            Screen::Review { fee: Some(fee), .. } => screens.touch_pay(view.frame.language, fee),
            _ => false,
        }),
        None if command == "look" => {
            mock_elapsed_time(STILL);
            screens.window().take_snapshot()?;
            return Ok("looked".into());
        }
        _ => return Err(format!("{command:?} is nothing that can be done").into()),
    };
    mock_elapsed_time(STILL);
    Ok(if touched { "touched" } else { "missing" }.into())
}

/// Reads byte by byte: a buffer would hold several touches side by side, that is, an answer.
fn listen(happens: &Sender<Happened>) {
    let mut line = Vec::new();
    let mut byte = [0];
    // A pipe is read unbuffered through its file; `stdin` itself has a buffer that nobody wipes.
    let Ok(mut input) = std::fs::File::open("/dev/stdin") else { return };
    while input.read_exact(&mut byte).is_ok() {
        if byte == *b"\n" {
            let told = String::from_utf8_lossy(&std::mem::take(&mut line)).into_owned();
            if happens.send(Happened::Told(told)).is_err() {
                return;
            }
        } else {
            line.push(byte[0]);
        }
    }
    // The screen's thread may be gone.
    let _ = happens.send(Happened::Left);
}

fn line(view: &View) -> String {
    let step = view.frame.progress.map_or(0, |progress| progress.step);
    format!("sees {} {step} {}", name(&view.screen), entered(&view.screen))
}

fn name(screen: &Screen) -> &'static str {
    match screen {
        Screen::OutOfService(_) => "out-of-service",
        Screen::Attract { tiles, no_printer: false, .. }
            if tiles.iter().all(|tile| tile.missing.is_none()) =>
        {
            "attract"
        }
        Screen::Attract { .. } => "attract-not-ready",
        Screen::Language => "language",
        Screen::Choose { .. } => "choose",
        Screen::Code(_) => "code",
        Screen::Reference(_) => "reference",
        Screen::LookingUp => "looking-up",
        Screen::Standing(_) => "standing",
        Screen::Ask(AskView { found: Found::NotReady, .. }) => "ask-not-ready",
        Screen::Ask(_) => "ask",
        Screen::Answer(_) => "answer",
        Screen::Explain { .. } => "explain",
        Screen::Question(question) => match &question.control {
            _ if question.expected.is_some() => "question-again",
            Control::Fields { .. } => "fields",
            Control::Contact { way: None, .. } => "contact",
            Control::Contact { .. } => "contact-chosen",
            Control::Hold { stage: HoldStage::Waiting, .. } => "hold",
            Control::Hold { stage: HoldStage::Read, .. } => "read",
            Control::Hold { stage: HoldStage::Typing, .. } => "hold-typing",
            Control::Options { .. } => "options",
            Control::Calendar { .. } => "calendar",
        },
        Screen::Review { .. } => "review",
        Screen::Pay { .. } => "pay",
        Screen::Saving { .. } => "saving",
        Screen::NotSaved => "not-saved",
        Screen::Receipt(receipt) if receipt.paper.is_some() => "receipt",
        Screen::Receipt(_) => "receipt-printing",
        Screen::PaymentUnknown(_) => "payment-unknown",
        Screen::Survey(SurveyView::Clear { .. }) => "survey-clear",
        Screen::Survey(SurveyView::Helped { .. }) => "survey-helped",
        Screen::Survey(SurveyView::Treated { .. }) => "survey-treated",
        Screen::Survey(SurveyView::Missing { .. }) => "survey-missing",
        Screen::Goodbye => "goodbye",
        Screen::Panel(_) => "panel",
    }
}

fn entered(screen: &Screen) -> usize {
    let question = match screen {
        Screen::Question(question) => question,
        Screen::Ask(ask) => return ask.field.value.chars().count(),
        Screen::Reference(reference) => return reference.typed.chars().count(),
        Screen::Panel(panel) => {
            return panel.entry.as_ref().map_or(0, |entry| entry.value.chars().count());
        }
        _ => return 0,
    };
    match &question.control {
        Control::Fields { fields, .. } | Control::Hold { fields, .. } => {
            fields.iter().map(|field| field.value.chars().count()).sum()
        }
        Control::Contact { field, .. } => field.value.chars().count(),
        Control::Options { .. } | Control::Calendar { .. } => 0,
    }
}

/// One line to whoever watches; nobody may be watching any more.
fn say(line: &str) {
    let mut out = std::io::stdout().lock();
    let _ = writeln!(out, "{line}").and_then(|()| out.flush());
}
