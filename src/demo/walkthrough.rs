//! A scripted resident does one paid errand through the real widgets, by touch, without a display;
//! what is left is a picture of every screen, where everything on it was, the receipt, and one line of JSON.

mod first_boot;

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant};

use i_slint_backend_testing::{TestingBackend, TestingBackendOptions, mock_elapsed_time};
use serde_json::json;

use crate::config::Config;
use crate::devices::terminal::simulator::Pace;
use crate::pillar::Standing;
use crate::runner::Input;
use crate::screens::Screens;
use crate::texts::{fill, say};
use crate::visit::{ReceiptOutcome, ReceiptView, Screen, View};
use crate::words;
use zuil_catalogue::{Catalogue, Language};

use super::hub::Hub;
use super::needs::{self, HOUSE_NUMBER, POSTCODE, TASK};
use super::stage::{self, Stage};
use super::trace::Trace;
use super::{Failure, programs};

/// A number as it could be printed on a waste pass.
const PASS_NUMBER: &str = "12345678";
/// How long the resident looks for the card.
const CARD_AFTER: Duration = Duration::from_millis(600);
/// How fast people and banks are; slow enough for a picture of every step.
const PACE: Pace = Pace {
    card_time_out: Duration::from_secs(30),
    pin: Duration::from_millis(600),
    bank: Duration::from_millis(600),
    remove_card: Duration::from_millis(600),
};
/// The longest that the resident waits for a screen. A pillar that was enrolled looks at itself for up to two minutes.
const PATIENCE: Duration = Duration::from_secs(150);
/// How long the hub may take to have what the receipt already says.
const HUB_PATIENCE: Duration = Duration::from_secs(20);
/// Longer than any movement on the screen.
const STILL: Duration = Duration::from_millis(400);

/// Does the errand and prints what came of it. `out` gets the pictures, and beside them `walk.jsonl`. With `kiosk`
/// the pillar has no readers and no headphones, as the image is set up, and is enrolled at its screen first.
///
/// # Errors
/// When it cannot be done with this catalogue, or any part of it did not happen: the payment, the printer's
/// confirmation, the hub.
pub fn run(catalogue: &Path, out: Option<PathBuf>, language: &str, kiosk: bool) -> Result<(), Failure> {
    let begun = Instant::now();
    let language = Language::from_code(language).ok_or("the language is a code such as nl or en")?;
    let mistaken =
        || format!("the catalogue has mistakes; see them with `zuil check {}`", catalogue.display());
    needs::look(&Catalogue::load(catalogue).map_err(|_| mistaken())?, language)?;
    let out = out.unwrap_or_else(|| PathBuf::from(format!("demo/walkthrough-{}", language.code())));
    let folder = stage::temporary_folder()?;
    let hub = Hub::start(&programs()?, &folder.path().join("hub"))?;
    let bind = |url: &str, file: &Path| if kiosk { Ok(()) } else { hub.bind(url, file) };
    let stage = Stage::set(folder.path(), catalogue, hub.intake, bind)?;
    if kiosk {
        stage.takes_readers_and_headphones_away(catalogue)?;
    }
    stage.terminal.set_auto(Some(CARD_AFTER));
    stage.terminal.set_pace(PACE);

    let mut walk = Walk::begin(&stage, language, &out.join("screens"))?;
    if kiosk {
        let hub_url = stage.network.near_end().to_string();
        walk.is_enrolled(&hub_url, &hub.code(&format!("https://{hub_url}"))?)?;
    }
    let errand = walk.errand()?;
    let paper = stage.printer.take_receipts().pop().ok_or("no receipt came out of the printer")?;
    let receipt_png = out.join("receipt.png");
    fs::write(&receipt_png, &paper.png)?;
    let reference = errand.receipt.reference.to_string();
    let stored = wait_for_hub(&hub, &reference)?;
    let paid_cents = stored["payment"]["amount"].as_u64().filter(|_| stored["payment"]["state"] == "paid");
    let result = json!({
        "reference": reference,
        "state": stored["state"],
        "paid_cents": paid_cents,
        "printed": errand.receipt.paper == Some(ReceiptOutcome::Printed),
        "receipt_png": receipt_png,
        "screens_dir": out.join("screens"),
        "elapsed_ms": u64::try_from(begun.elapsed().as_millis())?,
    });
    check(&result, errand.fee, &paper.text)?;
    println!("{result}");
    Ok(())
}

/// Everything must have happened, as seen from outside.
fn check(result: &serde_json::Value, fee: u64, paper: &str) -> Result<(), Failure> {
    let groups = result["reference"].as_str().unwrap_or_default().split('-');
    let all = [
        (result["state"] == "received", "the hub has not received it"),
        (result["paid_cents"] == fee, "the hub does not know the payment"),
        (result["printed"] == true, "the printer did not confirm the receipt"),
        (groups.clone().all(|group| paper.contains(group)), "the reference is not on the paper"),
    ];
    match all.iter().find(|(happened, _)| !happened) {
        Some((_, missing)) => Err(format!("{missing}: {result}").into()),
        None => Ok(()),
    }
}

fn wait_for_hub(hub: &Hub, reference: &str) -> Result<serde_json::Value, Failure> {
    let until = Instant::now() + HUB_PATIENCE;
    loop {
        match hub.transaction(reference)? {
            Some(stored) => return Ok(stored),
            None if Instant::now() > until => return Err("the hub does not have the transaction".into()),
            None => std::thread::sleep(Duration::from_millis(200)),
        }
    }
}

/// What the resident came home with.
struct Errand {
    receipt: ReceiptView,
    fee: u64,
}

/// A resident in front of the real widgets.
struct Walk {
    screens: Screens,
    views: Receiver<View>,
    view: View,
    catalogue: Catalogue,
    language: Language,
    trace: Trace,
}

impl Walk {
    fn begin(stage: &Stage, language: Language, pictures: &Path) -> Result<Self, Failure> {
        slint::platform::set_platform(Box::new(TestingBackend::new(TestingBackendOptions {
            mock_time: true,
            threading: false,
            renderer_name: Some("software".into()),
        })))
        .map_err(|error| error.to_string())?;
        let config = Config::load(&stage.config())?;
        let catalogue = Catalogue::load(&config.catalogue_dir).map_err(|_| "the catalogue has mistakes")?;
        let (show, views) = channel();
        let pillar = Standing::start(config, || {}, move |view| drop(show.send(view)))?;
        let screens = Screens::new()?;
        screens.open()?;
        screens.on_intent(move |intent| pillar.tell(Input::Resident(Box::new(intent))));
        let view = views.recv_timeout(PATIENCE)?;
        screens.show(&view);
        Ok(Self { screens, views, view, catalogue, language, trace: Trace::begin(pictures)? })
    }

    fn errand(mut self) -> Result<Errand, Failure> {
        self.waits("the first screen, with everything working", |view| {
            matches!(&view.screen, Screen::Attract { no_printer: false, no_card: false, .. })
        })?;
        self.picture("attract")?;
        self.touches(say(self.view.frame.language, "Show all"))?;
        self.waits("the languages", |view| matches!(view.screen, Screen::Language))?;
        self.picture("language")?;
        self.touches(self.language.own_name())?;
        self.waits("the tasks", |view| matches!(view.screen, Screen::Choose { .. }))?;
        self.picture("choose")?;
        let title = self.catalogue.task(TASK).ok_or("no such task")?.title.get(self.language).to_owned();
        self.touches(&title)?;
        self.waits("the explanation", |view| matches!(view.screen, Screen::Explain { .. }))?;
        self.picture("explain")?;
        self.touches(self.word("Start"))?;
        self.answers_all()?;
        self.picture("review")?;
        let fee = self.pays()?;
        let receipt = self.takes_the_receipt()?;
        self.says_what_they_think()?;
        Ok(Errand { receipt, fee })
    }

    /// Address, items, date; whatever the task asks, in its order.
    fn answers_all(&mut self) -> Result<(), Failure> {
        self.waits("the first question", |view| matches!(view.screen, Screen::Question(_)))?;
        while let Screen::Question(question) = self.view.screen.clone() {
            let step = self.view.frame.progress.map_or(0, |progress| progress.step);
            self.picture(&format!("question-{step}"))?;
            self.answers(&question.control)?;
            self.picture(&format!("question-{step}-answered"))?;
            self.touches(self.word("Next"))?;
            self.waits("the next screen", |view| {
                view.frame.progress.map(|progress| progress.step) != Some(step)
                    || !matches!(view.screen, Screen::Question(_))
            })?;
        }
        Ok(())
    }

    fn answers(&mut self, control: &crate::visit::Control) -> Result<(), Failure> {
        use crate::visit::{Control, HoldStage, OptionLabel};
        match control {
            Control::Fields { .. } => {
                self.types(POSTCODE)?;
                self.touches(self.word("House number"))?;
                self.settles();
                self.types(&HOUSE_NUMBER.to_string())?;
                self.waits("the street", |view| {
                    matches!(&view.screen, Screen::Question(question)
                    if matches!(&question.control, Control::Fields { found, .. } if !found.is_empty()))
                })
            }
            // A pillar without a reader asks to type at once.
            Control::Hold { fields, stage: HoldStage::Typing, .. } if fields.len() == 1 => {
                self.types(PASS_NUMBER)
            }
            Control::Hold { fields, .. } if fields.len() == 1 => {
                self.touches(self.word("Type it instead"))?;
                self.waits("the keyboard", |view| {
                    matches!(&view.screen, Screen::Question(question)
                    if matches!(question.control, Control::Hold { stage: HoldStage::Typing, .. }))
                })?;
                self.types(PASS_NUMBER)
            }
            Control::Hold { .. } => Err("this task asks for no document".into()),
            Control::Options { options, several } => {
                for option in options.iter().take(if *several { 2 } else { 1 }) {
                    let OptionLabel::Text(text) = &option.label else {
                        return Err("an unknown option".into());
                    };
                    self.touches(text)?;
                }
                self.settles();
                Ok(())
            }
            Control::Calendar { days, .. } => {
                let Some(day) = days.iter().flatten().find(|day| day.available) else {
                    return Err("no day can be chosen this month".into());
                };
                self.touches(&words::day(self.language, day.date))?;
                self.settles();
                Ok(())
            }
            Control::Contact { .. } => Err("this task asks no contact".into()),
        }
    }

    fn pays(&mut self) -> Result<u64, Failure> {
        let Screen::Review { fee: Some(fee), .. } = self.view.screen else {
            return Err("no fee to pay".into());
        };
        let amount = words::amount(self.language, fee);
        self.touches(&fill(self.word("Pay {0}"), &[("0", &amount)]))?;
        let mut seen = Vec::new();
        while !matches!(self.view.screen, Screen::Saving { .. } | Screen::Receipt(_)) {
            self.next_view("the payment")?;
            if let Screen::Pay { stage, .. } = self.view.screen
                && !seen.contains(&stage)
            {
                seen.push(stage);
                self.picture("pay")?;
            }
        }
        Ok(fee.0)
    }

    fn takes_the_receipt(&mut self) -> Result<ReceiptView, Failure> {
        if matches!(self.view.screen, Screen::Saving { .. }) {
            self.picture("saving")?;
        }
        self.waits("the receipt", |view| matches!(view.screen, Screen::Receipt(_)))?;
        self.picture("receipt-printing")?;
        self.waits(
            "the printer",
            |view| matches!(&view.screen, Screen::Receipt(receipt) if receipt.paper.is_some()),
        )?;
        self.picture("receipt")?;
        let Screen::Receipt(receipt) = self.view.screen.clone() else {
            return Err("the receipt is gone".into());
        };
        Ok(receipt)
    }

    fn says_what_they_think(&mut self) -> Result<(), Failure> {
        self.touches(self.word("Next"))?;
        // Somebody who liked it but for one thing is asked every question.
        let questions = [
            ("survey-clear", "Very clear", "Next"),
            ("survey-helped", "Yes", "Next"),
            ("survey-treated", "A little", "Next"),
            ("survey-missing", "More peace or privacy", "Done"),
        ];
        for (name, answer, go_on) in questions {
            self.waits("the survey", |view| matches!(view.screen, Screen::Survey(_)))?;
            self.picture(name)?;
            self.touches(self.word(answer))?;
            self.settles();
            self.picture(&format!("{name}-answered"))?;
            self.touches(self.word(go_on))?;
            self.settles();
        }
        self.waits("goodbye", |view| matches!(view.screen, Screen::Goodbye))?;
        self.picture("goodbye")
    }

    fn word(&self, key: &'static str) -> &'static str {
        say(self.language, key)
    }

    /// Touches each key of the keyboard.
    fn types(&mut self, text: &str) -> Result<(), Failure> {
        for letter in text.chars() {
            self.touches(&letter.to_string())?;
            self.settles();
        }
        Ok(())
    }

    /// Presses and releases in the middle of what has this label.
    fn touches(&mut self, label: &str) -> Result<(), Failure> {
        if let Some(spot) = self.screens.spot(label) {
            self.trace.touch(&spot)?;
            self.screens.touch(label);
            Ok(())
        } else {
            self.picture("nothing-to-touch")?;
            Err(format!("nothing on the screen says {label:?}").into())
        }
    }

    /// Waits until the screen is as told.
    fn waits(&mut self, what: &str, fits: impl Fn(&View) -> bool) -> Result<(), Failure> {
        self.settles();
        while !fits(&self.view) {
            self.next_view(what)?;
        }
        Ok(())
    }

    fn next_view(&mut self, what: &str) -> Result<(), Failure> {
        let view = self.views.recv_timeout(PATIENCE).map_err(|_| format!("waited in vain for {what}"))?;
        self.shows(view);
        Ok(())
    }

    /// Takes in what follows at once from a touch.
    fn settles(&mut self) {
        while let Ok(view) = self.views.recv_timeout(Duration::from_millis(60)) {
            self.shows(view);
        }
    }

    fn shows(&mut self, view: View) {
        self.screens.show(&view);
        mock_elapsed_time(STILL);
        self.view = view;
    }

    fn picture(&mut self, name: &str) -> Result<(), Failure> {
        mock_elapsed_time(STILL);
        let picture = self.screens.window().take_snapshot()?;
        self.trace.picture(name, &picture, &self.screens.spots())
    }
}
